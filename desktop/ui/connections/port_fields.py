"""The protocol and the port that are looked at, or asked about."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from desktop.language import tr
from desktop.policy.objects import PROTOCOLS
from desktop.reach.ports import LAST
from desktop.ui.connections.why import PortAsked

_AROUND = 20
"""What a field needs around its text."""


class PortFields(QWidget):
    """Two fields; what is not a port (yet) never stands for all of them."""

    changed = Signal()
    """Other ports are meant, as soon as they are typed."""
    finished = Signal()
    """The user has chosen, or left the field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.protocol, self.port = QComboBox(self), QLineEdit(self)
        self.protocol.addItem(tr("Any protocol"), "")
        for protocol in PROTOCOLS:
            self.protocol.addItem(protocol, protocol)
        self.protocol.setAccessibleName(tr("Protocol"))
        self.port.setPlaceholderText(tr("Any port"))
        self.port.setAccessibleName(tr("Port"))
        self.port.setMaximumWidth(90)
        self.port.setMinimumWidth(self.fontMetrics().horizontalAdvance(self.port.placeholderText()) + _AROUND)
        self.port.setValidator(QIntValidator(1, LAST, self))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.protocol)
        row.addWidget(self.port)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.protocol.currentIndexChanged.connect(self._tell)
        self.port.textChanged.connect(self._tell)
        self.protocol.activated.connect(self.finished)
        self.port.editingFinished.connect(self.finished)

    @property
    def asked(self) -> PortAsked:
        """The ports that are meant."""
        number = int(self.port.text()) if self.port.hasAcceptableInput() else None
        return PortAsked(str(self.protocol.currentData()), number)

    def show_asked(self, asked: PortAsked) -> None:
        """Show other ports."""
        self.protocol.setCurrentIndex(max(0, self.protocol.findData(asked.protocol)))
        self.port.setText("" if asked.number is None else str(asked.number))

    @Slot()
    def _tell(self) -> None:
        if not self.port.text() or self.port.hasAcceptableInput():
            self.changed.emit()
