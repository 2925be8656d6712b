"""Requirement 1: a server in trouble is not hammered. The whole client, over TLS, on a clock of its own."""

from pathlib import Path

import pytest

from tests.helpers.trouble import RETRY_AFTER, TROUBLES, Trouble, ten_minutes


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
@pytest.mark.parametrize("seed", [1, 2])
def test_requirement_1_ten_minutes_of_trouble_are_at_most_30_attempts_and_60_requests(
    trouble: Trouble, seed: int, tmp_path: Path
) -> None:
    course = ten_minutes(trouble, tmp_path, seed)
    assert 10 <= course.attempts <= 30
    assert course.requests <= 60
    assert sum(course.pauses) >= 600
    if trouble.name.startswith("429"):
        assert min(course.pauses) >= RETRY_AFTER
