"""What a change means, before it is made: in a line, as a list, and with boxes to tick for what is grave."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.errors import BulkheadError
from desktop.language import tr, tr_n
from desktop.policy.findings import Severity
from desktop.reach.impact import Changes
from desktop.session.state import Connection
from desktop.ui.bridge import UiContext
from desktop.ui.impact.consent_box import ConsentBox
from desktop.ui.impact.follower import Follower
from desktop.ui.impact.told import Consent, Told
from desktop.ui.impact.tree import ImpactTree
from desktop.ui.plain import label
from desktop.ui.strip import Strip
from desktop.ui.style import Tone, colour, heading
from desktop.wording import errors as error_words
from desktop.wording import states
from desktop.wording.times import clock_to_the_second

if TYPE_CHECKING:
    from desktop.session.session import Session


def _now() -> datetime:
    return datetime.now(UTC).astimezone()


class ImpactPanel(QWidget):
    """Shows what changes would do to the connections of a cluster, and follows the cluster meanwhile.

    Where not ``released``, pods that lose their last policy are told elsewhere.
    """

    changed = Signal()
    """Whether one may go on has changed; see ``missing``."""

    told = Signal()
    """Something else is said."""

    def __init__(
        self,
        context: UiContext,
        session: "Session",
        parent: QWidget | None = None,
        *,
        released: bool = True,
        now: Callable[[], datetime] = _now,
    ) -> None:
        super().__init__(parent)
        self._session, self._released, self._now = session, released, now
        self._told: Told | None = None
        self._computing = False
        self.follower = Follower(context, session, self)
        self.follower.told.connect(self._show)
        self.follower.failed.connect(self._fail)
        self.follower.looked.connect(self._tell_age)
        self.trouble, self.tree = Strip(self), ImpactTree(self)
        self._summary, self._age = label(wrap=True, selectable=True), label(wrap=True, selectable=True)
        self.boxes: list[ConsentBox] = []
        self._boxes = QVBoxLayout()
        self._lay_out()

    @property
    def summary(self) -> str:
        """What is said in a line."""
        return self._summary.text()

    @property
    def age(self) -> str:
        """Of when the picture is that this was computed from, and what may change it."""
        return self._age.text()

    @property
    def computing(self) -> bool:
        """Whether what is meant is not known yet."""
        return self._computing

    @property
    def missing(self) -> str:
        """What one has to wait for, or to do, before one may go on; empty where nothing."""
        if self._computing:
            return tr("Computing what this means…")
        left = sum(not box.ticked for box in self.boxes)
        return tr_n("Tick the box above first.", "Tick the boxes above first.", left) if left else ""

    def show_changes(self, changes: Changes | None) -> None:
        """Show what these changes mean; None: some of them cannot be read."""
        self.clear()
        if changes is None:
            self._summary.setText(tr("What this means cannot be said: a policy cannot be read here."))
        elif changes:
            self._computing = True
            self._summary.setText(tr("Computing what this means…"))
            self.follower.follow(changes)
        if changes is None:
            self._ask_for(())
        self.setVisible(changes is None or bool(changes))
        self.changed.emit()

    def clear(self) -> None:
        """Show nothing, and follow nothing."""
        self.follower.stop()
        self._told, self._computing = None, False
        self._summary.setText("")
        self._age.setText("")
        self.trouble.say(Severity.INFO, "")
        self.tree.hide()
        self._forget_boxes()

    def _lay_out(self) -> None:
        self._boxes.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(heading(label(tr("Meaning"), self), 1.1))
        head.addWidget(self._summary, 1)
        palette = self._age.palette()
        palette.setColor(self._age.foregroundRole(), colour(Tone.QUIET, palette))
        self._age.setPalette(palette)
        self.tree.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.trouble)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self._age)
        layout.addLayout(self._boxes)
        self.hide()

    @Slot(object)
    def _show(self, told: Told) -> None:
        self._told, self._computing = told, False
        self._summary.setText(told.summary)
        self.tree.show_told(told, released=self._released)
        self._tell_age()
        self._ask_for(told.consents)
        self.told.emit()
        self.changed.emit()

    @Slot(object)
    def _fail(self, error: BulkheadError) -> None:
        self._computing = False
        self._summary.setText(tr("What this means could not be computed."))
        self.trouble.say(Severity.WARNING, error_words.sentence(error), error_words.hint(error))
        self._ask_for(())
        self.changed.emit()

    @Slot()
    def _tell_age(self) -> None:
        if self._told is None:
            return
        self._age.setText(" ".join((*self._age_words(), *self._told.caveats)))

    def _age_words(self) -> list[str]:
        as_of = self._session.snapshot.as_of
        if as_of is None:
            return []
        time = clock_to_the_second(as_of, self._now())
        if self._session.state.connection is Connection.LIVE:
            return [tr("As of {time}.", time=time)]
        return [tr("As of {time}: the cluster is not live, and may have changed since.", time=time)]

    def _forget_boxes(self) -> None:
        for box in self.boxes:
            self._boxes.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.boxes = []

    def _ask_for(self, consents: tuple[Consent, ...]) -> None:
        """Ask for these, and for what every change on this cluster asks for, all of them anew."""
        self._forget_boxes()
        entry = self._session.entry
        if entry.insecure:
            words = states.insecure_consent(entry.title, unencrypted=entry.unencrypted)
            consents = (*consents, Consent(words, (states.insecure_words(unencrypted=entry.unencrypted),)))
        self.boxes = [ConsentBox(consent, self) for consent in consents]
        for box in self.boxes:
            box.toggled.connect(self.changed)
            self._boxes.addWidget(box)
            box.show()  # else only in a later turn, and its mnemonic with it
