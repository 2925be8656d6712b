"""How a cluster is reached, in a dialog that follows it: in plain words first, then the facts to copy."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.language import tr
from desktop.session.catalog import ClusterEntry
from desktop.session.state import SessionState
from desktop.ui.actions import Actions, Command
from desktop.ui.clusters.tree_model import state_of
from desktop.ui.icons import SIZE, connection_icon
from desktop.ui.plain import label
from desktop.ui.scrolling import Shrinking
from desktop.ui.style import heading, monospace
from desktop.ui.window_size import open_at
from desktop.wording import states
from desktop.wording.plain import plain
from desktop.wording.reaching import reaching, technical

_FOLLOW_MS = 500
_WIDTH, _LINES = 560, 5

Told = Callable[[], tuple[ClusterEntry, SessionState] | None]
"""Gives the cluster as it is now; None where it is no longer in the list."""


class ConnectionDetails(QDialog):
    """Answers four questions about the chosen cluster's connection; closes when the cluster leaves the list."""

    def __init__(self, told: Told, actions: Actions, now: Callable[[], datetime], parent: QWidget) -> None:
        super().__init__(parent)
        self._told, self._now = told, now
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._icon, self._title = label(parent=self), heading(label(parent=self, wrap=True))
        top = QHBoxLayout()
        top.addWidget(self._icon)
        top.addWidget(self._title, 1)
        self._rows = [
            (label(caption, self), label(parent=self, wrap=True, selectable=True))
            for caption in (tr("What happened:"), tr("Since when:"), tr("What is tried:"), tr("What you can do:"))
        ]
        answers = QGridLayout()
        answers.setColumnStretch(1, 1)
        for row, (caption, answer) in enumerate(self._rows):
            answer.setAccessibleName(caption.text())
            answer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
            answers.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
            answers.addWidget(answer, row, 1)
        self.facts = QPlainTextEdit(self)
        self.facts.setReadOnly(True)
        self.facts.setFont(monospace())
        self.facts.setTabChangesFocus(True)
        self.facts.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.facts.setMinimumHeight(self.facts.fontMetrics().lineSpacing() * _LINES)
        for_helpers = label(tr("&Facts for whoever helps you (without secrets):"), self)
        for_helpers.setBuddy(self.facts)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.copy = QPushButton(tr("Cop&y"), self)
        self.copy.setToolTip(tr("Copy the words and the facts to the clipboard"))
        self.copy.clicked.connect(self._copy)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        program = (Command.SIGN_IN_PROGRAM,) if actions[Command.SIGN_IN_PROGRAM].isEnabled() else ()
        for command in (Command.SYNCHRONIZE, Command.NAMESPACES, *program):
            button = QPushButton(actions[command].text(), self)
            button.clicked.connect(actions[command].trigger)
            button.setEnabled(actions[command].isEnabled())
            button.setToolTip(actions[command].toolTip())
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self._lay_out((top, answers), for_helpers, buttons)
        self._timer = QTimer(self)
        self._timer.setInterval(_FOLLOW_MS)
        self._timer.timeout.connect(self.follow)
        self._timer.start()
        self.follow()
        open_at(self, max(_WIDTH, self.sizeHint().width()))
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()

    def _lay_out(self, words: Sequence[QLayout], caption: QWidget, buttons: QWidget) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        for each in words:
            column.addLayout(each)
        column.addWidget(caption)
        column.addWidget(self.facts, 1)
        layout = QVBoxLayout(self)
        layout.addWidget(Shrinking(page), 1)
        layout.addWidget(buttons)

    @property
    def words(self) -> str:
        """What the dialog says in plain words."""
        shown = [(caption, answer) for caption, answer in self._rows if answer.text()]
        return "\n".join([self._title.text(), *(f"{caption.text()} {answer.text()}" for caption, answer in shown)])

    @Slot()
    def follow(self) -> None:
        """Show how the cluster is reached now."""
        told = self._told()
        if told is None:
            self.close()
            return
        entry, state, now = told[0], state_of(*told), self._now()
        self.setWindowTitle(tr("Connection of {title}", title=plain(entry.title)))
        self._icon.setPixmap(connection_icon(state.connection).pixmap(SIZE, SIZE))
        _say(self._title, f"{plain(entry.title)}: {states.connection_words(state, now)}")
        said = reaching(entry, state, now)
        for (caption, answer), words in zip(
            self._rows, (said.happened, said.since, said.trying, said.advice), strict=True
        ):
            _say(answer, words)
            caption.setVisible(bool(words))
            answer.setVisible(bool(words))
        self._show_facts(technical(entry, state, now))

    def _show_facts(self, facts: str) -> None:
        """Show the facts; while a person selects in them only what changed but the clock's line moves them."""
        shown = self.facts.toPlainText()
        if shown.partition("\n")[2] != facts.partition("\n")[2]:
            self.facts.setPlainText(facts)

    @Slot()
    def _copy(self) -> None:
        QApplication.clipboard().setText(f"{self.words}\n\n{self.facts.toPlainText()}\n")


def _say(to: QLabel, words: str) -> None:
    if to.text() != words:
        to.setText(words)
