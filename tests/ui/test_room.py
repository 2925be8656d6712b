"""What there is no room for goes on below, ends with an ellipsis, or is scrolled to; nothing is cut off."""

from collections.abc import Sequence

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.elided import Elided
from desktop.ui.flow import Flow
from desktop.ui.scrolling import FocusScroll, Shrinking

LONG = "Inbound: only what is listed. Every pod in payments may connect to every port of every protocol."


def shown_in(bot: QtBot, widget: QWidget, width: int, height: int) -> None:
    bot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    bot.wait(10)


def row_of(bot: QtBot, width: int, *, hidden: int = -1) -> Sequence[QRect]:
    """Show three buttons, the last at the end of its row, and return where they are."""
    holder, buttons = QWidget(), [QPushButton(text) for text in ("Create", "Synchronize", "Delete")]
    flow = Flow(holder, spacing=6)
    for at, button in enumerate(buttons):
        button.setFixedSize(100, 20)
        if at == 2:
            flow.add_stretch()
        flow.addWidget(button)
        button.setVisible(at != hidden)
    shown_in(bot, holder, width, 100)
    return [button.geometry() for button in buttons]


def test_a_row_with_room_is_one_row_and_what_is_pushed_stands_at_its_end(qtbot: QtBot) -> None:
    assert [(each.left(), each.top()) for each in row_of(qtbot, 500)] == [(0, 0), (106, 0), (400, 0)]


def test_a_row_without_room_goes_on_below_and_what_is_pushed_stays_pushed(qtbot: QtBot) -> None:
    first, second, last = row_of(qtbot, 250)
    assert (first.top(), second.top()) == (0, 0)
    assert (last.left(), last.top() > 0) == (150, True)


def test_what_is_hidden_takes_no_room_in_a_row(qtbot: QtBot) -> None:
    first, _, last = row_of(qtbot, 206, hidden=1)
    assert (first.left(), last.left(), last.top()) == (0, 106, 0)


def test_what_wants_to_be_wide_takes_the_rest_of_its_row_up_to_its_largest_width(qtbot: QtBot) -> None:
    holder, button, field = QWidget(), QPushButton("Create"), QWidget()
    field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    field.setMinimumSize(50, 20)
    field.setMaximumWidth(200)
    button.setFixedSize(100, 20)
    flow = Flow(holder, spacing=6)
    flow.addWidget(button)
    flow.addWidget(field)
    shown_in(qtbot, holder, 250, 60)
    assert field.width() == 144
    holder.resize(600, 60)
    qtbot.waitUntil(lambda: field.width() == 200)


def test_a_sentence_ends_with_an_ellipsis_where_its_lines_are_too_few(qtbot: QtBot) -> None:
    line = Elided(lines=2)
    line.say(LONG)
    shown_in(qtbot, line, 200, 40)
    assert line.text().count("\n") == 1
    assert line.text().endswith("…")
    assert line.full == LONG
    line.resize(2000, 40)
    qtbot.waitUntil(lambda: line.text() == LONG)


def test_a_sentence_asks_for_the_height_of_the_lines_that_it_may_take(qtbot: QtBot) -> None:
    line = Elided(lines=3)
    line.say(LONG)
    shown_in(qtbot, line, 200, 40)
    three, one = line.heightForWidth(200), line.heightForWidth(2000)
    line.allow(1)
    assert three > 2 * one
    assert line.heightForWidth(200) == one


def page(least: int) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    for text in ("first", "last"):
        button = QPushButton(text)
        button.setMinimumHeight(least // 2)
        column.addWidget(button)
    return made


def test_a_page_takes_all_the_room_and_scrolls_where_there_is_less_than_it_needs(qtbot: QtBot) -> None:
    area = Shrinking(page(300))
    shown_in(qtbot, area, 400, 600)
    assert area.page.height() == 600
    area.resize(400, 100)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    assert area.page.height() >= 300


def test_a_page_makes_room_for_sentences_that_take_more_lines(qtbot: QtBot) -> None:
    held = QWidget()
    words = QLabel(LONG)
    words.setWordWrap(True)
    QVBoxLayout(held).addWidget(words)
    area = Shrinking(held)
    shown_in(qtbot, area, 200, 60)
    assert words.height() >= words.heightForWidth(words.width())
    words.setText(LONG * 5)
    qtbot.waitUntil(lambda: words.height() >= words.heightForWidth(words.width()))


def test_the_keyboard_is_in_sight_on_a_page_within_a_page(qtbot: QtBot) -> None:
    inner = FocusScroll(page(800))
    outer_page = QWidget()
    column = QVBoxLayout(outer_page)
    above = QPushButton("above")
    above.setMinimumHeight(200)
    column.addWidget(above)
    inner.setMinimumHeight(500)
    column.addWidget(inner)
    area = Shrinking(outer_page)
    shown_in(qtbot, area, 300, 450)
    last = inner.findChildren(QPushButton)[-1]
    last.setFocus()
    inner._follow(None, last)
    assert not last.visibleRegion().isEmpty()


def test_a_sentence_is_whole_in_the_width_that_it_asks_for(qtbot: QtBot) -> None:
    for text in (LONG, "/ all namespaces", "sample", "ill"):
        line = Elided()
        line.say(text)
        shown_in(qtbot, line, line.sizeHint().width(), 40)
        assert line.text() == text
