"""The steps of the form at its left: each with a tick, or the number of things missing."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from desktop.language import tr, tr_n
from desktop.ui.style import Tone, colour
from desktop.ui.wizard.judging import Judged, Step

_PADDING = 44


class StepList(QListWidget):
    """Lists the steps; any of them can be gone to at any moment."""

    chosen = Signal(object)
    """A Step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Steps"))
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._words = {
            Step.BASICS: tr("Basics"),
            Step.APPLIES_TO: tr("Applies to"),
            Step.INBOUND: tr("Inbound"),
            Step.OUTBOUND: tr("Outbound"),
            Step.REVIEW: tr("Review"),
        }
        for step in Step:
            self.addItem(QListWidgetItem(self._words[step]))
        self.setSpacing(3)
        self.currentRowChanged.connect(self._tell)
        self.setFixedWidth(max(self.fontMetrics().horizontalAdvance(each) for each in self._words.values()) + _PADDING)

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return list(Step)[max(self.currentRow(), 0)]

    def go_to(self, step: Step) -> None:
        """Go to a step."""
        self.setCurrentRow(list(Step).index(step))

    def show_judged(self, judged: Judged) -> None:
        """Show how each step stands."""
        for row, step in enumerate(Step):
            missing, item = judged.missing(step), self.item(row)
            item.setText(f"{self._words[step]}  {missing if missing else '✓'}")
            item.setForeground(QBrush(colour(Tone.BAD)) if missing else QBrush())
            told = (
                tr_n("{count} thing is missing", "{count} things are missing", missing) if missing else tr("complete")
            )
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{self._words[step]}, {told}")
            item.setToolTip(told)

    @Slot(int)
    def _tell(self, row: int) -> None:
        self.chosen.emit(list(Step)[row])
