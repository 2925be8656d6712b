"""The page in place of an empty table: why it is empty, and the button that helps."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.ui.actions import Actions, Command
from desktop.ui.plain import label
from desktop.ui.policies.standing import Empty
from desktop.ui.style import heading

_WIDTH = 460


class EmptyPage(QFrame):
    """Says a reason in the middle of the page."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._command: Command | None = None
        self._shown: Empty | None = None
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self._heading, self._hint = heading(label(parent=self, wrap=True)), label(parent=self, wrap=True)
        self.button = QPushButton(self)
        self.button.clicked.connect(self._press)
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
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
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
        self._command = empty.command
        self.button.setVisible(empty.command is not None)
        if empty.command is not None:
            action = self._actions[empty.command]
            self.button.setText(action.text())
            action.changed.connect(self._follow, Qt.ConnectionType.UniqueConnection)
            self._follow()

    @Slot()
    def _follow(self) -> None:
        """Be off where the command is, with its reason."""
        if self._command is not None:
            action = self._actions[self._command]
            self.button.setEnabled(action.isEnabled())
            self.button.setToolTip(action.toolTip())

    def _press(self) -> None:
        if self._command is not None:
            self._actions[self._command].trigger()
