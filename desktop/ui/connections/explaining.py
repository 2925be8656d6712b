"""What is told beside the matrix and the graph: why two ends may talk, or all that is known of one place."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop.cancellation import CancelToken
from desktop.language import tr
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.connections.grid import Place
from desktop.ui.connections.overview import Overview, Pair, overview, pairs
from desktop.ui.connections.overview_page import overview_page, pairs_page
from desktop.ui.connections.scope import Picture
from desktop.ui.connections.why_panel import WhyPanel
from desktop.wording.connections import end_text


class Explaining(QObject):
    """Fills the panel at the side."""

    rule_chosen = Signal(object)
    """The Reason whose policy is to be opened."""
    policy_chosen = Signal(str, str)
    """The namespace and name of a policy that is to be opened."""

    def __init__(self, context: UiContext, panel: WhyPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._panel = context, panel
        self._again: Callable[[Picture], None] | None = None
        self._told: object = None
        panel.rule_chosen.connect(self.rule_chosen)
        panel.policy_chosen.connect(self.policy_chosen)
        panel.asked.connect(self._leave)

    def forget(self) -> None:
        """Tell nothing but what can be done."""
        self._leave()
        self._panel.say(tr("Choose a cell, a workload or a line, or two ends above, to see why they may talk or not."))

    def again(self, picture: Picture) -> None:
        """Tell the same anew, of a cluster that has changed."""
        if self._again is not None:
            self._again(picture)
        else:
            self._panel.ask_anew()

    def ask(self, picture: Picture, source: Place, target: Place) -> None:
        """Tell why two ends may talk; of whole groups, which of their members may."""
        if isinstance(source, tuple) and isinstance(target, tuple):
            self._leave()
            self._panel.say(tr("Both ends are outside the cluster: its policies have no say."))
        elif not isinstance(source, str) and not isinstance(target, str):
            self._leave()
            self._panel.ask(end_text(source), end_text(target))
        else:
            self._tell_pairs(picture, source, target)

    def tell_of(self, picture: Picture, place: Place) -> None:
        """Tell all that is known of one place."""
        self._again = lambda picture: self.tell_of(picture, place)

        def job(_token: CancelToken, _progress: ProgressSink) -> Overview:
            return overview(picture.standing.snapshot, picture.grid, place)

        def done(told: Overview) -> None:
            if told == self._told:
                return  # a page made anew would take the keyboard from its links
            self._told = told
            page = overview_page(told, lambda pair: self._ask_pair(picture, pair), self.policy_chosen.emit, self._panel)
            self._panel.show_page(page)

        self._panel.forget()
        self._context.tasks.run("connections:why", job, done, self._context.messages.error)

    def _tell_pairs(self, picture: Picture, source: Place, target: Place) -> None:
        self._again = lambda picture: self._tell_pairs(picture, source, target)

        def job(_token: CancelToken, _progress: ProgressSink) -> tuple[Pair, ...]:
            return pairs(picture.grid, source, target)

        def done(found: tuple[Pair, ...]) -> None:
            if (source, target, found) == self._told:
                return
            self._told = (source, target, found)
            page = pairs_page(source, target, found, lambda pair: self._ask_pair(picture, pair), self._panel)
            self._panel.show_page(page)

        self._panel.forget()
        self._context.tasks.run("connections:why", job, done, self._context.messages.error)

    def _ask_pair(self, picture: Picture, pair: Pair) -> None:
        self.ask(picture, pair.source, pair.target)

    def _leave(self) -> None:
        self._again = self._told = None
