"""The dialog in which files are chosen, on screens of any size."""

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.ui.window_size import open_at


def file_dialog(parent: QWidget, title: str) -> QFileDialog:
    """Return the platform's dialog, or Qt's own no larger than the screen; it blocks nothing."""
    dialog = QFileDialog(parent, title)
    open_at(dialog, dialog.width(), dialog.height())
    return dialog
