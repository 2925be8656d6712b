"""Texts from outside on the screen: always as plain text, whatever they look like.

Qt reads what resembles HTML as HTML in labels, tooltips and message boxes, and would open the files it names. So every
label is made here, and every tooltip passes through here.
"""

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.wording.plain import plain

SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
"""How a text is marked that can be selected and copied."""


def tooltip(*lines: str) -> str:
    """Return a tooltip that shows ``lines`` as they are; empty where they are."""
    shown = [html.escape(plain(line)) for line in lines if line]
    # Qt guesses the format of a tooltip; marked up and escaped it leaves nothing to guess, and wraps.
    return f"<qt>{'<br>'.join(shown)}</qt>" if shown else ""


def menu_text(text: str) -> str:
    """Return a name from outside as the text of a menu entry or a tab, where ``&`` would mark a letter."""
    return plain(text).replace("&", "&&")


def label(text: str = "", parent: QWidget | None = None, *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """Return a label that shows plain text only."""
    made = QLabel(parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(SELECTABLE)
    return made
