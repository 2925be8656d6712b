"""Times are told briefly, in the reader's time zone, and never negative."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from desktop.wording.times import age, ago, clock, clock_to_the_second, duration

NOW = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("elapsed", "words"),
    [
        (timedelta(seconds=45), "45s"),
        (timedelta(minutes=12), "12m"),
        (timedelta(hours=5), "5h"),
        (timedelta(days=2), "2d"),
        (timedelta(days=729), "729d"),
        (timedelta(days=3 * 365), "3y"),
        (timedelta(seconds=-90), "0s"),
    ],
)
def test_an_age_has_one_unit(elapsed: timedelta, words: str) -> None:
    assert age(NOW - elapsed, NOW) == words


def test_an_unknown_age_is_left_blank() -> None:
    assert age(None, NOW) == ""


@pytest.mark.parametrize(
    ("elapsed", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=-5), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_how_long_ago_is_told_in_words(elapsed: timedelta, words: str) -> None:
    assert ago(NOW - elapsed, NOW) == words


def test_a_time_is_told_in_the_readers_zone_with_its_date_unless_today() -> None:
    here = NOW.astimezone(timezone(timedelta(hours=8)))
    assert clock(NOW - timedelta(minutes=3), here) == "19:57"
    assert clock_to_the_second(NOW - timedelta(seconds=3), here) == "19:59:57"
    assert clock(NOW - timedelta(days=1), here) == "2026-03-03 20:00"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0352, "35 ms"), (2.44, "2.4 s"), (59.94, "59.9 s"), (185, "3 min 5 s")]
)
def test_a_duration_has_the_precision_one_reads(seconds: float, words: str) -> None:
    assert duration(seconds) == words
