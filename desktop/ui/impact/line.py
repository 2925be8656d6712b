"""What a draft would do as it stands, in a line, while it is written."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.errors import BulkheadError
from desktop.language import tr
from desktop.manifest.checking import Checked
from desktop.policy.findings import Severity
from desktop.reach.impact import Changes
from desktop.session.meaning import written_changes
from desktop.ui.bridge import UiContext
from desktop.ui.elided import Elided
from desktop.ui.icons import SIZE, severity_icon
from desktop.ui.impact.follower import Follower
from desktop.ui.impact.told import Told, first_of
from desktop.ui.plain import label, tooltip
from desktop.wording import errors as error_words

if TYPE_CHECKING:
    from desktop.session.session import Session

_ENDLESS = 16_777_215
"""Qt's own largest size."""
PAUSE_MS = 250
"""How long nothing must be checked anew before it is computed."""


class ImpactLine(QWidget):
    """Says what a text would open and close; of a text that is outdated or has an error it says nothing."""

    def __init__(self, context: UiContext, session: "Session", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._checked: Checked | None = None
        self._changes: Changes | None = None
        self._short = False
        self.follower = Follower(context, session, self)
        self.follower.told.connect(self._show)
        self.follower.failed.connect(self._fail)
        self._pause = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._compute)
        self._icon, self._words = label(parent=self), Elided()
        self._words.setMinimumHeight(max(SIZE, self._words.fontMetrics().height()))
        self.setAccessibleName(tr("What this would do"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._words, 1)
        self._say("")

    @property
    def words(self) -> str:
        """What is said."""
        return self._words.full

    def be_short(self, *, short: bool) -> None:
        """Take no room while there is nothing to say, as there is little; else the room is kept, and nothing moves."""
        self._short = short
        self._dress()

    def _dress(self) -> None:
        self.setMaximumHeight(0 if self._short and not self.words else _ENDLESS)

    @Slot()
    def outdate(self) -> None:
        """Say no more of what was: the text has been edited."""
        self.weigh(None)

    def weigh(self, checked: Checked | None) -> None:
        """Say what a checked text would do, in a moment; None, or a text with an error: nothing."""
        if checked is self._checked:
            return
        self.stop()
        self._checked = checked
        self._changes = written_changes(checked) if checked is not None else None
        self._say("" if self._changes is None else tr("Computing what this would do…"))
        self._pause.start()

    def stop(self) -> None:
        """Say nothing more."""
        self._pause.stop()
        self.follower.stop()

    def showEvent(self, event: QShowEvent) -> None:
        """Compute what was not computed while nobody looked."""
        super().showEvent(event)
        self._pause.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Compute nothing while nobody looks."""
        super().hideEvent(event)
        self.stop()

    @Slot()
    def _compute(self) -> None:
        if self._changes is not None and self.isVisible():
            self.follower.follow(self._changes)

    @Slot(object)
    def _show(self, told: Told) -> None:
        grave = [sentence.text for sentence in (*told.gaps, *told.released)] + [
            detail for each in told.consents for detail in each.details
        ]
        more = [line.text for section in (told.opens, told.closes) for line in section.lines]
        self._say(
            told.summary,
            Severity.WARNING if grave else Severity.INFO,
            [*grave, *more, *told.caveats],
        )

    @Slot(object)
    def _fail(self, error: BulkheadError) -> None:
        self._say(tr("What this would do could not be computed."), Severity.WARNING, [error_words.sentence(error)])

    def _say(self, text: str, severity: Severity | None = None, more: list[str] | None = None) -> None:
        more = more or []
        self._words.say(text)
        self._dress()
        if severity is not None:
            self._icon.setPixmap(severity_icon(severity).pixmap(SIZE, SIZE))
        self._icon.setVisible(severity is not None)
        self.setToolTip(tooltip(text, *first_of(more)))
        self.setAccessibleDescription(text)
