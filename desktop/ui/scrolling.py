"""Pages that scroll: to whatever has the keyboard, and, some of them, only where there is less room than they need."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from desktop.ui.bridge import at_once

_NARROWEST, _LOWEST, _AROUND = 160, 80, 12
_SETTLE_MS = 300
"""So long after it got the keyboard what is new on a page may still be on the way to its place."""


class FocusScroll(QScrollArea):
    """A page that scrolls to whatever has the keyboard; it takes no room and no keys for itself."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)
        self._settle = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self.verticalScrollBar().rangeChanged.connect(self._grow)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def event(self, event: QEvent) -> bool:
        """Lay out without others between."""
        return at_once(event, super().event)

    def minimumSizeHint(self) -> QSize:
        """Ask for the width of what is inside: it scrolls up and down."""
        inside, least = self.widget(), super().minimumSizeHint()
        width = inside.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width() if inside else 0
        return QSize(max(width, least.width()), least.height())

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Scroll to what has the keyboard now, and again when it has its place: it may be new."""
        if now is not None and self.isVisible() and next(_areas(now), None) is self:
            self._settle.start()
            self._show_focus()

    @Slot()
    def _grow(self) -> None:
        """Follow what has just got the keyboard to its place."""
        if self._settle.isActive():
            self._show_focus()

    def _show_focus(self) -> None:
        """Scroll from the inside out: what an inner page does moves what an outer one has to show."""
        now = QApplication.focusWidget()
        if now is not None and self.isAncestorOf(now):
            for area in _areas(now):
                area.show_all_of(now)

    def show_all_of(self, widget: QWidget) -> None:
        """Scroll to a widget inside; Qt's own way is content when the cursor in it can be seen."""
        inside, room = self.widget(), self.viewport().size()
        if inside is None or widget.height() > room.height():
            self.ensureWidgetVisible(widget)
            return
        middle = widget.mapTo(inside, widget.rect().center())
        around = QSize(widget.width() // 2 + _AROUND, widget.height() // 2 + _AROUND).boundedTo(room / 2)
        self.ensureVisible(middle.x(), middle.y(), around.width(), around.height())


def _areas(widget: QWidget) -> Iterator[FocusScroll]:
    """Yield the pages that a widget is on, from the inside out."""
    while not widget.isWindow() and (holder := widget.parentWidget()) is not None:
        widget = holder
        if isinstance(widget, FocusScroll):
            yield widget


class _Held(QWidget):
    """Holds a page, and asks for the least room in which that page is whole."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.page = page
        page.setParent(self)

    def sizeHint(self) -> QSize:
        """Ask for what the page asks for."""
        return self.page.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Ask for the least size of the page; its sentences may take more lines in the width there is."""
        least, layout = self.page.minimumSizeHint(), self.page.layout()
        if layout is None or not layout.hasHeightForWidth():
            return least
        return QSize(least.width(), layout.totalMinimumHeightForWidth(max(self.width(), least.width())))

    def event(self, event: QEvent) -> bool:
        """Ask anew when the page asks for something else."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the page all the room."""
        super().resizeEvent(event)
        self.page.setGeometry(self.rect())


class Shrinking(FocusScroll):
    """A page that is as large as the room there is, and scrolls where that is less than it needs at least."""

    def __init__(self, page: QWidget) -> None:
        self.page = page
        super().__init__(_Held(page))

    def sizeHint(self) -> QSize:
        """Ask for all that the page asks for."""
        return self.page.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Ask for little: the rest is reached by scrolling."""
        return self.page.minimumSizeHint().boundedTo(QSize(_NARROWEST, _LOWEST))

    @property
    def lacking(self) -> int:
        """How much higher it would have to be for the page to have the height that it asks for in this width."""
        layout, width = self.page.layout(), max(self.width(), self.page.minimumSizeHint().width())
        by_width = layout is not None and layout.hasHeightForWidth()
        wanted = layout.totalHeightForWidth(width) if layout and by_width else self.page.sizeHint().height()
        return wanted - self.height()
