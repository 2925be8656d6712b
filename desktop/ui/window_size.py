"""How large a window opens, and where: as it is wished for, and never beyond its screen."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from desktop.ui.scrolling import Shrinking

_FRAME = QSize(8, 32)
"""What a window manager adds around a window; how much that is nobody knows before the window is shown."""

_ROUNDING = 2
"""Where the scale of a screen is no whole number, a window is given a pixel less than it asks for."""


def room_on(screen: QScreen) -> QSize:
    """Return how large a window may be on a screen, its frame left out."""
    return screen.availableSize() - _FRAME


def fits(window: QWidget) -> bool:
    """Whether a window can be as small as its screen."""
    least = window.minimumSizeHint()
    return least.boundedTo(room_on(window.screen())) == least


def open_at(window: QWidget, width: int, height: int = 0) -> None:
    """Size a window that is not shown yet, in pixels; without a ``height`` it is as high as its contents ask for."""
    room = room_on(window.screen())
    window.resize(min(width, room.width()), min(height or window.sizeHint().height(), room.height()))
    layout = window.layout()
    if height or layout is None:
        return
    if layout.hasHeightForWidth():
        window.resize(window.width(), min(layout.totalHeightForWidth(window.width()), room.height()))
    layout.invalidate()  # else what is not shown yet is not laid out again
    layout.activate()
    lacking = sum(area.lacking + _ROUNDING for area in window.findChildren(Shrinking))
    window.resize(window.width(), min(window.height() + lacking, room.height()))


def bring_onto_screen(window: QWidget) -> None:
    """Move and size a window that is not shown yet, so that all of it is on the screen that its middle is on."""
    if window.isMaximized() or window.isFullScreen():
        return
    screen = QGuiApplication.screenAt(window.geometry().center()) or QGuiApplication.primaryScreen()
    window.resize(window.size().boundedTo(room_on(screen)))
    corner, spare = screen.availableGeometry().topLeft(), room_on(screen) - window.size()
    left = min(max(window.x(), corner.x()), corner.x() + spare.width())
    top = min(max(window.y(), corner.y()), corner.y() + spare.height())
    window.move(left, top)
