"""The page in place of an empty table: why it is empty, and the buttons that help."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.ui.actions import Actions, Command
from desktop.ui.plain import label
from desktop.ui.policies.standing import Empty
from desktop.ui.style import heading

_WIDTH = 460


class _CommandButton(QPushButton):
    """A button for a command; it is off where the command is, with its reason, and hidden where there is none."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self._actions = actions
        self._command: Command | None = None
        self.clicked.connect(self._press)

    def offer(self, command: Command | None) -> None:
        """Be the button for ``command``."""
        self._command = command
        self.setVisible(command is not None)
        if command is not None:
            action = self._actions[command]
            self.setText(action.text())
            action.changed.connect(self._follow, Qt.ConnectionType.UniqueConnection)
            self._follow()

    @Slot()
    def _follow(self) -> None:
        if self._command is not None:
            action = self._actions[self._command]
            self.setEnabled(action.isEnabled())
            self.setToolTip(action.toolTip())

    def _press(self) -> None:
        if self._command is not None:
            self._actions[self._command].trigger()


class EmptyPage(QFrame):
    """Says a reason in the middle of the page."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Empty | None = None
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self._heading, self._hint = heading(label(parent=self, wrap=True)), label(parent=self, wrap=True)
        self.button, self.details = _CommandButton(actions, self), _CommandButton(actions, self)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        for words in (self._heading, self._hint):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            words.setMaximumWidth(_WIDTH)
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(words, _WIDTH)
            row.addStretch(1)
            layout.addLayout(row)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.button)
        buttons.addWidget(self.details)
        buttons.addStretch(1)
        layout.addLayout(buttons)
        layout.addStretch(3)

    @property
    def text(self) -> str:
        """What the page says."""
        return "\n".join(filter(None, (self._heading.text(), self._hint.text())))

    def show_reason(self, empty: Empty) -> None:
        """Say why there is nothing."""
        if empty == self._shown:
            return
        self._shown = empty
        self._heading.setText(empty.heading)
        self._hint.setText(empty.hint)
        self.button.offer(empty.command)
        self.details.offer(Command.CONNECTION if empty.is_trouble else None)
