"""Why? as what Enter, a double click or the menu does with a row of a table."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView

from desktop.language import tr


def add_why(view: QAbstractItemView, ask: Callable[[QModelIndex | QPersistentModelIndex], object]) -> None:
    """Add the action to a view; ``ask`` gets the index of the row it is about."""

    def ask_of(index: QModelIndex | QPersistentModelIndex) -> None:
        if index.isValid():
            ask(index)

    action = QAction(tr("&Why?"), view)
    action.setShortcuts([QKeySequence("Return"), QKeySequence("Enter")])
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.triggered.connect(lambda _checked: ask_of(view.currentIndex()))
    view.addAction(action)
    view.activated.connect(ask_of)
