"""The switch between the two views of a draft: Form | YAML."""

from enum import Enum

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QTabBar

from desktop.language import tr
from desktop.ui.plain import tooltip


class View(Enum):
    """A way to see a draft."""

    FORM = "form"
    YAML = "yaml"


class ViewSwitch(QTabBar):
    """Two tabs, of which the one in front tells what is shown."""

    chosen = Signal(object)
    """The View that the user wants."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("View"))
        self.setDrawBase(False)
        self.addTab(tr("&Form"))
        self.addTab(tr("&YAML"))
        self.setTabToolTip(0, tooltip(tr("Fill in the policy as a form; the same draft as the YAML")))
        self.setTabToolTip(1, tooltip(tr("Write the policy as YAML; the same draft as the form")))
        self.currentChanged.connect(self._tell)

    @property
    def view(self) -> View:
        """The view whose tab is in front."""
        return list(View)[self.currentIndex()]

    def show_view(self, view: View) -> None:
        """Show which view is seen."""
        self.blockSignals(True)
        self.setCurrentIndex(list(View).index(view))
        self.blockSignals(False)

    @Slot(int)
    def _tell(self, _tab: int) -> None:
        self.chosen.emit(self.view)
