"""A sign-in program in a dialog: what exactly it is and who asks for it; before it runs first, and later to look at."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.session.catalog import ClusterEntry
from desktop.ui.plain import label, tooltip
from desktop.ui.scrolling import Shrinking
from desktop.ui.window_size import open_at
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.cluster.plugin import Plugin

_WIDTH = 620
_LINES = 10


def ask(parent: QWidget, entry: ClusterEntry, plugin: "Plugin", accepted: Callable[[], object]) -> QDialog:
    """Ask whether a program may run; Cancel is what Enter and Escape do."""
    question = tr(
        "To sign in to {title}, its kubeconfig asks for a program to be run. It runs as you, and may do whatever you "
        "may. Let it run only if you know it and trust the file.",
        title=plain(entry.title),
    )
    dialog, buttons = _dialog(parent, tr("Let This Program Run?"), question, plugin)
    run = buttons.addButton(tr("&Let It Run"), QDialogButtonBox.ButtonRole.AcceptRole)
    _open(dialog, run, buttons.addButton(QDialogButtonBox.StandardButton.Cancel), accepted)
    return dialog


def tell(
    parent: QWidget, entry: ClusterEntry, plugin: "Plugin", since: datetime | None, withdrawn: Callable[[], object]
) -> QDialog:
    """Show a program that may run, since when, and let the user take that back; Close is what Enter and Escape do."""
    title = plain(entry.title)
    if since is None:
        words = tr("You let this program run to sign in to {title}.", title=title)
    else:
        when = since.astimezone().strftime("%Y-%m-%d %H:%M")
        words = tr("You let this program run to sign in to {title}, since {time}.", title=title, time=when)
    dialog, buttons = _dialog(parent, tr("Sign-in Program"), words, plugin)
    again = buttons.addButton(tr("Ask &Again Next Time"), QDialogButtonBox.ButtonRole.AcceptRole)
    again.setToolTip(
        tooltip(tr("Do not run it again before you let it. A sign-in that it made already lasts until its end."))
    )
    _open(dialog, again, buttons.addButton(QDialogButtonBox.StandardButton.Close), withdrawn)
    return dialog


def _dialog(parent: QWidget, title: str, words: str, plugin: "Plugin") -> tuple[QDialog, QDialogButtonBox]:
    """Return a dialog that says all there is to know of a program, and its buttons, of which there are none yet."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    page = QWidget()
    form = QFormLayout()
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    for caption, lines in (
        (tr("Program:"), [str(plugin.path)]),
        (tr("Arguments:"), plugin.arguments),
        (tr("Variables it is given:"), [name for name, _ in plugin.variables]),
        (tr("Asked for by:"), [str(plugin.file)]),
    ):
        form.addRow(caption, _shown(caption, lines, dialog))
    buttons = QDialogButtonBox(dialog)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(label(words, page, wrap=True))
    column.addLayout(form)
    column.addWidget(label(tr("You are asked again when any of this changes."), page, wrap=True))
    column.addStretch(1)
    layout = QVBoxLayout(dialog)
    layout.addWidget(Shrinking(page), 1)
    layout.addWidget(buttons)
    return dialog, buttons


def _open(dialog: QDialog, does: QPushButton, leaves: QPushButton, accepted: Callable[[], object]) -> None:
    """Show a dialog of which one button does something, and the other is what Enter and Escape press."""
    does.setAutoDefault(False)
    leaves.setDefault(True)
    does.clicked.connect(dialog.accept)
    leaves.clicked.connect(dialog.reject)
    dialog.accepted.connect(accepted)
    leaves.setFocus()
    open_at(dialog, _WIDTH)
    dialog.open()


def _shown(caption: str, lines: "list[str] | tuple[str, ...]", parent: QWidget) -> QWidget:
    """Return the lines as they are, each on a line of its own."""
    text = "\n".join(plain(line) for line in lines)
    if len(lines) <= 1:
        words = label(text or tr("none"), parent, wrap=True, selectable=True)
        words.setAccessibleName(f"{caption} {text or tr('none')}")
        return words
    field = QPlainTextEdit(text, parent)
    field.setReadOnly(True)
    field.setTabChangesFocus(True)
    field.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    field.setAccessibleName(caption)
    height = field.fontMetrics().lineSpacing() * (min(len(lines), _LINES) + 1) + 2 * field.frameWidth() + 8
    field.setFixedHeight(height)
    return field
