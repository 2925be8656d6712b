"""What the library leaves behind is put back."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _levels_put_back() -> Iterator[None]:
    """Each of the library's configurations sets the levels of loggers that belong to others."""
    loggers = [logging.getLogger(name) for name in ("client", "urllib3")]
    levels = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
