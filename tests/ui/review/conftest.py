"""A cluster to write to."""

from collections.abc import Iterator

import pytest

from tests.helpers.writing import WritingDesk


@pytest.fixture
def desk(qapp: object) -> Iterator[WritingDesk]:
    desk = WritingDesk()
    yield desk
    desk.close()
