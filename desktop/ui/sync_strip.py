"""The running synchronizations in the status bar: how far each is, and a button to stop it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from desktop.language import tr, tr_n
from desktop.session.catalog import ClusterEntry
from desktop.session.state import Connection, SessionState
from desktop.ui.plain import label, tooltip
from desktop.wording import states
from desktop.wording.plain import plain, short

_SHOWN = 2
_LONGEST_TITLE = 24


class _Bar(QWidget):
    """One synchronization."""

    def __init__(self, cancel: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._told: tuple[ClusterEntry, SessionState] | None = None
        self._title, self._bar = label(parent=self), QProgressBar(self)
        self._bar.setFixedWidth(110)
        self._bar.setTextVisible(False)
        self._bar.setMaximumHeight(self.fontMetrics().height())
        button = _button(self)
        button.clicked.connect(lambda _checked: cancel())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self._title, self._bar, button):
            layout.addWidget(widget)

    @property
    def title(self) -> str:
        return self._title.text()

    def show_progress(self, entry: ClusterEntry, state: SessionState) -> None:
        if self._told == (entry, state):  # another cluster has news
            return
        self._told, progress = (entry, state), state.progress
        self._title.setText(short(entry.title, _LONGEST_TITLE))
        words = states.progress_words(progress) if progress else tr("Connecting")
        self.setToolTip(tooltip(entry.title, words))
        self._bar.setAccessibleName(f"{plain(entry.title)}: {words}")
        # A range of nothing shows that something goes on, while the server has not said how much.
        self._bar.setUpdatesEnabled(False)  # or the bar would paint itself at once, and with it whatever else waits
        self._bar.setRange(0, progress.total if progress and progress.total else 0)
        self._bar.setValue(progress.done if progress else 0)
        self._bar.setUpdatesEnabled(True)


def _button(parent: QWidget | None = None) -> QToolButton:
    button = QToolButton(parent)
    button.setText("✕")
    button.setAutoRaise(True)
    button.setToolTip(tr("Cancel the synchronization"))
    button.setAccessibleName(tr("Cancel the synchronization"))
    return button


class SyncStrip(QWidget):
    """Shows the first few synchronizations, and how many more there are.

    As long as any goes on it keeps the width that it took: with each other, all of the window would be laid out anew.
    """

    cancelled = Signal(str)
    """The id of the cluster whose synchronization is to stop."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._running: dict[str, tuple[ClusterEntry, SessionState]] = {}
        self._bars: dict[str, _Bar] = {}
        self._more = label(parent=self)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addStretch()
        self._layout.addWidget(self._more)
        self._width = 0
        # The window must not move when the first one comes.
        self.setFixedSize(self._width, _button().sizeHint().height())

    @property
    def text(self) -> str:
        """The clusters that are being synchronized, as they are named here."""
        titles = ", ".join(bar.title for bar in self._bars.values())
        return " ".join(filter(None, (titles, self._more.text())))

    def show_state(self, entry: ClusterEntry, state: SessionState) -> None:
        """Show how far a cluster is, or that it is done."""
        if state.connection in {Connection.CONNECTING, Connection.SYNCHRONIZING} or state.progress is not None:
            self._running[entry.id] = (entry, state)
        elif self._running.pop(entry.id, None) is None:
            return
        shown = dict(list(self._running.items())[:_SHOWN])
        for gone in self._bars.keys() - shown.keys():
            bar = self._bars.pop(gone)
            bar.hide()  # it takes room until then
            bar.deleteLater()
        for id_, (of, now) in shown.items():
            if id_ not in self._bars:
                self._bars[id_] = _Bar(partial(self.cancelled.emit, id_), self)
                self._layout.insertWidget(self._layout.count() - 1, self._bars[id_])
            self._bars[id_].show_progress(of, now)
        more = len(self._running) - len(shown)
        self._more.setText(tr_n("and {count} more", "and {count} more", more) if more else "")
        self._width = max(self._width, self._layout.sizeHint().width()) if self._running else 0
        self.setFixedWidth(self._width)
