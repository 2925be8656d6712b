"""What a policy means, in sentences."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.language import tr
from desktop.policy.objects import Direction, NetworkPolicy
from desktop.ui.plain import label
from desktop.ui.policies.subject import Subject
from desktop.wording import findings, policies

_BULLET = "•  "


class SummaryTab(QScrollArea):
    """Shows the sentences, or why a policy cannot be read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = label(wrap=True, selectable=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._text.setContentsMargins(10, 8, 10, 8)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setWidget(self._text)
        for paper in (self.viewport(), self._text):
            paper.setBackgroundRole(QPalette.ColorRole.Base)
            paper.setAutoFillBackground(True)

    @property
    def text(self) -> str:
        """What is said."""
        return self._text.text()

    def show_subject(self, subject: Subject | None) -> None:
        """Show what a policy means."""
        text = "\n".join(_lines(subject)) if subject else tr("Select a policy to see what it means.")
        if text != self._text.text():
            self._text.setText(text)
            self.verticalScrollBar().setValue(0)


def _lines(subject: Subject) -> Iterator[str]:
    policy = subject.stored.policy if subject.stored else None
    if policy is not None:
        yield from _meaning(policy, subject.row.pods)
        return
    yield tr("This policy cannot be read:")
    yield from (_BULLET + findings.sentence(finding) for finding in subject.row.findings)


def _meaning(policy: NetworkPolicy, pods: int | None) -> Iterator[str]:
    """Yield the sentences, with a bullet before those about a single rule."""
    headings = {policies.direction_sentence(direction, policy) for direction in Direction}
    for number, sentence in enumerate(policies.sentences(policy, pods)):
        if sentence in headings:
            yield ""
        yield sentence if number == 0 or sentence in headings else f"    {_BULLET}{sentence}"
