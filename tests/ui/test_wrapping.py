"""The rows of a tree are as high as their sentences need, whatever becomes of the width and the font."""

import pytest
from PySide6.QtGui import QIcon, QPixmap, QStandardItem, QStandardItemModel
from pytestqt.qtbot import QtBot

from desktop.ui.style import scaled
from desktop.ui.wrapping import WrappingTree

SENTENCE = "The pods of the storefront may no longer connect to the pods of the payment gateway on TCP 8443."


@pytest.fixture
def tree(qtbot: QtBot) -> WrappingTree:
    """Show a tree with a short sentence, and a long one."""
    tree = WrappingTree()
    qtbot.addWidget(tree)
    model = QStandardItemModel(tree)
    for text in ("No.", SENTENCE):
        model.appendRow(QStandardItem(text))
    tree.setModel(model)
    tree.resize(1600, 400)
    with qtbot.waitExposed(tree):
        tree.show()
    return tree


def heights(tree: WrappingTree) -> list[int]:
    tree.executeDelayedItemsLayout()
    return [tree.visualRect(tree.model().index(row, 0)).height() for row in range(2)]


def test_a_long_sentence_takes_more_lines_in_less_width_and_fewer_again_in_more(tree: WrappingTree) -> None:
    line = heights(tree)[0]
    assert heights(tree) == [line, line]
    tree.resize(300, 400)
    narrow = heights(tree)
    tree.resize(200, 400)
    narrower = heights(tree)
    assert line == narrow[0] == narrower[0]
    assert line < narrow[1] < narrower[1]
    tree.resize(1600, 400)
    assert heights(tree) == [line, line]


def test_rows_follow_the_font(tree: WrappingTree) -> None:
    tree.resize(300, 400)
    before = heights(tree)
    tree.setFont(scaled(tree.font(), 2))
    assert [after > was for after, was in zip(heights(tree), before, strict=True)] == [True, True]


def test_a_sign_before_a_sentence_takes_room_from_it(tree: WrappingTree) -> None:
    tree.setRootIsDecorated(False)
    width = next(width for width in range(300, 1600) if fits_at(tree, width))
    model = tree.model()
    assert isinstance(model, QStandardItemModel)
    model.item(1).setIcon(QIcon(QPixmap(16, 16)))
    assert not fits_at(tree, width)
    assert fits_at(tree, width + 40)


def fits_at(tree: WrappingTree, width: int) -> bool:
    """Whether the long sentence is in one line at a width."""
    tree.resize(width, 400)
    short, long = heights(tree)
    return short == long
