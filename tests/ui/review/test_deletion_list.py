"""The list of policies to be deleted stays quick however many there are."""

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from desktop.ui.review.deletion_list import DeletionList
from desktop.ui.review.items import Standing
from desktop.ui.wrapping import WrappingDelegate
from tests.helpers.fake_sessions import row

MANY = 300


def test_of_many_policies_only_the_rows_in_sight_are_measured(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []
    measure = WrappingDelegate.sizeHint

    def size_hint(
        self: WrappingDelegate, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        measured.append(str(index.data()))
        return measure(self, option, index)

    monkeypatch.setattr(WrappingDelegate, "sizeHint", size_hint)
    rows = [row(f"policy-{number:03}") for number in range(MANY)]
    shown = DeletionList(rows)
    qtbot.addWidget(shown)
    shown.resize(400, 200)
    with qtbot.waitExposed(shown):
        shown.show()
    shown.show_results({each.key: (Standing.FAILED, ["Somebody changed it meanwhile."]) for each in rows})
    qtbot.wait(50)
    assert len(measured) < MANY
    assert len(shown.texts()) == 2 * MANY
    assert shown.isExpanded(shown.model().index(MANY - 1, 0))
