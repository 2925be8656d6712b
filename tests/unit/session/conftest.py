"""What the tests of sessions share."""

from collections.abc import Iterator

import pytest

from desktop.cluster import reflector
from tests.unit.session.in_memory import Opener


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Opener]:
    """Make sessions that try again without patience, and close them at the end of the test."""
    monkeypatch.setattr(reflector, "FIRST_DELAY", 0.02)
    monkeypatch.setattr(reflector, "LONGEST_DELAY", 0.05)
    opener = Opener()
    yield opener
    for session in opener.sessions:
        session.close()
