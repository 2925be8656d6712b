"""Times and durations in words. Every time is an aware datetime and is told in the time zone of ``now``."""

from datetime import datetime, timedelta

from desktop.language import tr, tr_n

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 365 * 86400


def age(since: datetime | None, now: datetime) -> str:
    """Return how old something is, as briefly as kubectl does: ``45s``, ``12m``, ``5h``, ``2d``, ``3y``; or nothing."""
    if since is None:
        return ""
    seconds = _elapsed(since, now)
    if seconds < 2 * _MINUTE:
        return tr("{count}s", count=seconds)
    if seconds < 2 * _HOUR:
        return tr("{count}m", count=seconds // _MINUTE)
    if seconds < 2 * _DAY:
        return tr("{count}h", count=seconds // _HOUR)
    if seconds < 2 * _YEAR:
        return tr("{count}d", count=seconds // _DAY)
    return tr("{count}y", count=seconds // _YEAR)


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago something was, in words: ``just now``, ``3 minutes ago``."""
    seconds = _elapsed(then, now)
    if seconds < _MINUTE:
        return tr("just now")
    if seconds < _HOUR:
        return tr_n("{count} minute ago", "{count} minutes ago", seconds // _MINUTE)
    if seconds < _DAY:
        return tr_n("{count} hour ago", "{count} hours ago", seconds // _HOUR)
    return tr_n("{count} day ago", "{count} days ago", seconds // _DAY)


def clock(then: datetime, now: datetime) -> str:
    """Return the time of day, ``12:04``, with its date before it where that is not today."""
    return _dated(then, now, "%H:%M")


def clock_to_the_second(then: datetime, now: datetime) -> str:
    """Return the time of day, ``12:04:31``, with its date before it where that is not today."""
    return _dated(then, now, "%H:%M:%S")


def duration(seconds: float) -> str:
    """Return how long something took: ``35 ms``, ``2.4 s``, ``3 min 5 s``."""
    if seconds < 1:
        return tr("{count} ms", count=round(seconds * 1000))
    if seconds < _MINUTE:
        return tr("{count} s", count=f"{seconds:.1f}")
    minutes, rest = divmod(round(seconds), _MINUTE)
    return tr("{minutes} min {seconds} s", minutes=minutes, seconds=rest)


def _elapsed(since: datetime, now: datetime) -> int:
    """Whole seconds; a clock that runs ahead of ours does not make a negative age."""
    return max(0, (now - since) // timedelta(seconds=1))


def _dated(then: datetime, now: datetime, time_of_day: str) -> str:
    local = then.astimezone(now.tzinfo)
    return local.strftime(time_of_day if local.date() == now.date() else f"%Y-%m-%d {time_of_day}")
