"""Windows on the form, and a hand on keyboard and mouse."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.helpers.forms import FormHand
from tests.helpers.writing import WritingDesk


@pytest.fixture
def desk(qapp: object) -> Iterator[WritingDesk]:
    desk = WritingDesk()
    yield desk
    desk.close()


@pytest.fixture
def hand(qtbot: QtBot) -> Iterator[FormHand]:
    hand = FormHand(qtbot)
    yield hand
    hand.close()
