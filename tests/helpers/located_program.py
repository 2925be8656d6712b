"""The real program, with one thing beside it: it tells where on the screen a thing is that has a name.

A line ``{"name": …}`` on standard input is answered by a line with the middle of the visible widget, table row or
menu entry of that name, or with null. Nothing in the program knows of it.
"""

import json
import sys
from collections.abc import Iterator

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPoint, QSocketNotifier
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu, QWidget

from desktop.__main__ import main


def _places(name: str) -> Iterator[QPoint]:
    top = QApplication.activePopupWidget() or QApplication.activeModalWidget() or QApplication.activeWindow()
    windows = [top] if top else [each for each in QApplication.topLevelWidgets() if each.isVisible()]
    for window in windows:
        if isinstance(window, QMenu):
            for action in window.actions():
                if action.text().replace("&", "").startswith(name):
                    yield window.mapToGlobal(window.actionGeometry(action).center())
        for widget in window.findChildren(QWidget):
            if not widget.isVisible():
                continue
            text = str(widget.property("text") or "").replace("&", "")
            if name in (widget.accessibleName(), widget.objectName(), text):
                yield widget.mapToGlobal(widget.rect().center())
            if isinstance(widget, QAbstractItemView):
                for index in _indexes(widget.model(), name):
                    rect = widget.visualRect(index)
                    if rect.isValid():
                        yield widget.viewport().mapToGlobal(rect.center())


def _indexes(model: QAbstractItemModel, name: str, parent: QModelIndex | None = None) -> Iterator[QModelIndex]:
    parent = parent or QModelIndex()
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        if str(index.data() or "").startswith(name):
            yield index
        yield from _indexes(model, name, index)


def _answer() -> None:
    line = sys.stdin.readline()
    if line:
        found = next(_places(json.loads(line)["name"]), None)
        sys.stdout.write(json.dumps([found.x(), found.y()] if found else None) + "\n")
        sys.stdout.flush()


def _run() -> int:
    run = QApplication.exec

    def listening() -> int:
        notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
        notifier.activated.connect(_answer)
        return run()

    QApplication.exec = staticmethod(listening)  # type: ignore[method-assign]
    return main([])


if __name__ == "__main__":
    sys.exit(_run())
