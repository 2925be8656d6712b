"""Tab goes as the eye does: in the order of the layouts, also through what was added or moved later.

Qt's own order is that in which widgets were made; it does not survive rows that come, go and change places.
"""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLayout, QScrollArea, QSplitter, QStackedWidget, QWidget

from desktop.ui.scrolling import Shrinking


def step_focus(root: QWidget, *, forward: bool) -> bool:
    """Give the keyboard to the next widget inside ``root`` that wants Tab, or the one before; False if none does."""
    stops = list(_stops(root))
    if not stops:
        return False
    here = QApplication.focusWidget()
    wanted = _beside(stops, here, forward=forward)
    wanted.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    return True


def _beside(stops: Sequence[QWidget], here: QWidget | None, *, forward: bool) -> QWidget:
    for at, stop in enumerate(stops):
        if here is not None and (stop is here or stop.isAncestorOf(here)):
            return stops[(at + (1 if forward else -1)) % len(stops)]
    return stops[0 if forward else -1]


def _stops(widget: QWidget) -> Iterator[QWidget]:
    """Yield what Tab stops at, as it lies; what is new counts though Qt shows it in a later turn only."""
    told_to_hide = widget.isHidden() and widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
    if told_to_hide or not widget.isEnabled():
        return
    if widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value:
        yield widget  # a leaf, even if it is made of several
        return
    for inside in _inside(widget):
        yield from _stops(inside)


def _inside(widget: QWidget) -> Iterator[QWidget]:
    if isinstance(widget, QStackedWidget):
        if current := widget.currentWidget():
            yield current
    elif isinstance(widget, QSplitter):
        yield from filter(None, map(widget.widget, range(widget.count())))
    elif isinstance(widget, Shrinking):
        yield widget.page
    elif isinstance(widget, QScrollArea):
        if held := widget.widget():
            yield held
    elif (layout := widget.layout()) is not None:
        yield from _laid_out(layout)


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    for at in range(layout.count()):
        item = layout.itemAt(at)
        if item is None:
            continue
        if (widget := item.widget()) is not None:
            yield widget
        elif (inner := item.layout()) is not None:
            yield from _laid_out(inner)
