"""The switch between the two views of a draft: Form | YAML."""

from enum import Enum

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QPushButton, QWidget

from desktop.language import tr
from desktop.ui.plain import tooltip


class View(Enum):
    """A way to see a draft."""

    FORM = "form"
    YAML = "yaml"


class ViewSwitch(QWidget):
    """Two buttons side by side, of which the one pressed in tells what is shown."""

    chosen = Signal(object)
    """The View that the user wants."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("View"))
        self.buttons = {View.FORM: QPushButton(tr("&Form")), View.YAML: QPushButton(tr("&YAML"))}
        self.buttons[View.FORM].setToolTip(tooltip(tr("Fill in the policy as a form; the same draft as the YAML")))
        self.buttons[View.YAML].setToolTip(tooltip(tr("Write the policy as YAML; the same draft as the form")))
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for button in self.buttons.values():
            button.setCheckable(True)
            button.setAutoDefault(False)
            self._group.addButton(button)
            layout.addWidget(button)
        self._group.buttonClicked.connect(self._tell)

    def show_view(self, view: View) -> None:
        """Show which view is seen."""
        self.buttons[view].setChecked(True)

    @Slot(QAbstractButton)
    def _tell(self, button: QAbstractButton) -> None:
        self.chosen.emit(next(view for view, each in self.buttons.items() if each is button))
