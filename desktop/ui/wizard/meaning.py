"""What the policy means so far, a line for each direction; always in sight while it is written."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.policy.objects import Direction
from desktop.ui.elided import Elided
from desktop.ui.plain import tooltip
from desktop.ui.wizard.judging import Judged

_LINES_MOST = 3


class MeaningLines(QWidget):
    """Says what inbound and outbound come to."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = {direction: Elided(lines=_LINES_MOST, selectable=True) for direction in Direction}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.setSpacing(2)
        for line in self.lines.values():
            layout.addWidget(line)
        self.hide()

    def be_short(self, *, short: bool) -> None:
        """Take a line for each at most, as there is little room."""
        for line in self.lines.values():
            line.allow(1 if short else _LINES_MOST)

    def show_judged(self, judged: Judged | None) -> None:
        """Say what a draft means; None where there is none to speak of."""
        for direction, line in self.lines.items():
            told = judged.summary(direction) if judged else ""
            line.say(told)
            line.setToolTip(tooltip(told))
        self.setVisible(judged is not None)
