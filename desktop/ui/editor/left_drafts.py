"""Offers, in the main window, every draft that an earlier run of the program left."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.language import tr, tr_n
from desktop.session.catalog import ClusterEntry
from desktop.ui.bridge import UiContext
from desktop.ui.editor.draft_offer import DraftOffer, time_of
from desktop.ui.editor.drafts import StoredDraft
from desktop.wording.plain import plain


class LeftDrafts(DraftOffer):
    """Shows the newest of them; one whose cluster cannot be used can still be copied, and none is lost by closing."""

    def __init__(self, context: UiContext, parent: QWidget | None = None) -> None:
        super().__init__(context.tasks, "left drafts", context.messages.error, parent)
        self._catalog = context.catalog
        self.copy = self.add_button(tr("C&opy Text"), self._copy)
        self.later = self.add_button(tr("&Later"), self._leave)
        self.restore.setToolTip(tr("Open the text again, as it was"))
        self.later.setToolTip(tr("Keep the drafts; each is offered where its policy is edited, and at the next start"))

    def entry(self, draft: StoredDraft) -> ClusterEntry | None:
        """Return the cluster that a draft is meant for, None where it cannot be used now."""
        entry = self._catalog.get(draft.cluster)
        return entry if entry is not None and entry.error is None else None

    def words(self, draft: StoredDraft) -> tuple[str, str]:
        """Return which policy a draft is of, and how many more there are."""
        usable = self.entry(draft)
        self.restore.setVisible(usable is not None)
        self.copy.setVisible(usable is None)
        facts = {"time": time_of(draft), "cluster": plain(usable.title if usable else draft.title)}
        if draft.base is None:
            sentence = tr("A new policy for {cluster}, written until {time}, was never applied.", **facts)
        else:
            facts |= {"name": plain(draft.base.name), "namespace": plain(draft.base.namespace)}
            sentence = tr(
                "A change of {name} in {namespace} on {cluster}, made until {time}, was never applied.", **facts
            )
        hints = [] if usable else [tr("This cluster is not in the list, or cannot be used now.")]
        if self.more:
            hints.append(tr_n("There is {count} more draft.", "There are {count} more drafts.", self.more))
        return sentence, " ".join(hints)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._drafts[0].text)

    def _leave(self) -> None:
        self._drafts = []
        self._offer()
