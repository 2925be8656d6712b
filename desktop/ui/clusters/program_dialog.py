"""The question before a sign-in program runs for the first time: what exactly it is, and who asks for it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.session.catalog import ClusterEntry
from desktop.ui.plain import label
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.cluster.plugin import Plugin

_WIDTH = 620
_LINES = 10


def ask(parent: QWidget, entry: ClusterEntry, plugin: "Plugin", accepted: Callable[[], object]) -> QDialog:
    """Ask whether a program may run; Cancel is what Enter and Escape do."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(tr("Let This Program Run?"))
    dialog.setMinimumWidth(_WIDTH)
    question = tr(
        "To sign in to {title}, its kubeconfig asks for a program to be run. It runs as you, and may do whatever you "
        "may. Let it run only if you know it and trust the file.",
        title=plain(entry.title),
    )
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
    run = buttons.addButton(tr("&Let It Run"), QDialogButtonBox.ButtonRole.AcceptRole)
    cancel = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
    run.setAutoDefault(False)
    cancel.setDefault(True)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    dialog.accepted.connect(accepted)
    layout = QVBoxLayout(dialog)
    layout.addWidget(label(question, dialog, wrap=True))
    layout.addLayout(form)
    hint = tr("You are asked again when any of this changes.")
    layout.addWidget(label(hint, dialog, wrap=True))
    layout.addWidget(buttons)
    cancel.setFocus()
    dialog.open()
    return dialog


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
