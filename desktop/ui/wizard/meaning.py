"""What the policy means so far, a line for each direction; always in sight while it is written."""

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop.policy.objects import Direction
from desktop.ui.plain import label
from desktop.ui.wizard.judging import Judged

_LINES_MOST = 3


class MeaningLines(QWidget):
    """Says what inbound and outbound come to."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = {direction: label(wrap=True, selectable=True) for direction in Direction}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.setSpacing(2)
        for line in self.lines.values():
            line.setMaximumHeight(line.fontMetrics().lineSpacing() * _LINES_MOST)
            line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            layout.addWidget(line)
        self.hide()

    def show_judged(self, judged: Judged | None) -> None:
        """Say what a draft means; None where there is none to speak of."""
        for direction, line in self.lines.items():
            line.setText(judged.summary(direction) if judged else "")
        self.setVisible(judged is not None)
