"""The small dialogs that arrange the list of clusters. Each opens without blocking and calls back when accepted."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.language import tr
from desktop.ui.plain import label
from desktop.ui.scrolling import Shrinking
from desktop.ui.window_size import fits, open_at

_Button = QDialogButtonBox.StandardButton
_WIDTH = 420
_COLOUR_SIZE = (580, 480)


class _Form(QDialog):
    """A sentence, one field below it, OK and Cancel."""

    def __init__(self, title: str, caption: str, field: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        words = label(caption, self, wrap=True)
        words.setBuddy(field)
        field.setAccessibleName(caption)
        self.buttons = QDialogButtonBox(_Button.Ok | _Button.Cancel, self)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (words, field, self.buttons):
            layout.addWidget(widget)
        field.setFocus()
        open_at(self, _WIDTH)


def ask_name(parent: QWidget, title: str, caption: str, name: str, accepted: Callable[[str], object]) -> QDialog:
    """Ask for a name; an empty one cannot be accepted."""
    field = QLineEdit(name)
    field.selectAll()
    form = _Form(title, caption, field, parent)
    ok = form.buttons.button(_Button.Ok)

    def judge(text: str) -> None:
        ok.setEnabled(bool(text.strip()))

    field.textChanged.connect(judge)
    judge(name)
    form.accepted.connect(lambda: accepted(field.text().strip()))
    form.open()
    return form


def ask_namespaces(parent: QWidget, names: Sequence[str], accepted: Callable[[tuple[str, ...]], object]) -> QDialog:
    """Ask which namespaces to read; none means the whole cluster."""
    field = QPlainTextEdit("\n".join(names))
    field.setTabChangesFocus(True)
    caption = tr(
        "The namespaces to read, one on each line. Name them if you are not permitted to list all namespaces of this "
        "cluster; leave the field empty to read the whole cluster."
    )
    form = _Form(tr("Namespaces I May See"), caption, field, parent)
    form.accepted.connect(lambda: accepted(tuple(field.toPlainText().replace(",", " ").split())))
    form.open()
    return form


def ask_profile(parent: QWidget, name: str, accepted: Callable[[str], object]) -> QDialog:
    """Ask for a capability profile; "" is the one that fits the server's version."""
    from desktop.policy.profile import PROFILES  # noqa: PLC0415  not before the window shows
    from desktop.wording.codes_limits import profile_words  # noqa: PLC0415

    field = QComboBox()
    for each in ("", *PROFILES):
        field.addItem(profile_words(each), each)
    field.setCurrentIndex(max(0, field.findData(name)))
    caption = tr("What the cluster's network plug-in can do. Policies are checked against it.")
    form = _Form(tr("Profile"), caption, field, parent)
    form.accepted.connect(lambda: accepted(str(field.currentData())))
    form.open()
    return form


def ask_colour(parent: QWidget, colour: str, accepted: Callable[[str], object]) -> QDialog:
    """Ask for a colour, ``#rrggbb``; where the dialog for it is larger than the screen, it scrolls in one that fits."""
    chooser = QColorDialog(QColor(colour), parent)
    if fits(chooser):
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.colorSelected.connect(lambda chosen: accepted(chosen.name()))
        chooser.open()
        return chooser
    chooser.setWindowFlags(Qt.WindowType.Widget)
    chooser.setOptions(QColorDialog.ColorDialogOption.NoButtons | QColorDialog.ColorDialogOption.DontUseNativeDialog)
    form = _Form(tr("Colour"), tr("The colour of this cluster:"), Shrinking(chooser), parent)
    open_at(form, *_COLOUR_SIZE)
    chooser.rejected.connect(form.reject)
    form.accepted.connect(lambda: accepted(chooser.currentColor().name()))
    form.open()
    return form


def confirm(parent: QWidget, sentence: str, hint: str, button: str, accepted: Callable[[], object]) -> QMessageBox:
    """Ask whether to go on; Cancel is what Enter and Escape do."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Question)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(sentence)
    box.setInformativeText(hint)
    go = box.addButton(button, QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    go.clicked.connect(lambda _checked: accepted())
    box.open()
    return box
