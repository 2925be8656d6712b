"""A box to tick, with a text of any length beside it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from desktop.ui.impact.told import Consent, first_of
from desktop.ui.plain import label, tooltip


class ConsentBox(QWidget):
    """Asks for a Consent; Qt's own check box does not wrap its text."""

    toggled = Signal()

    def __init__(self, consent: Consent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.consent = consent
        self.box = QCheckBox(self)
        self.box.setAccessibleName(consent.text.replace("&&", "\0").replace("&", "").replace("\0", "&"))
        self.box.toggled.connect(self.toggled)
        self._text = label(consent.text, self, wrap=True)
        self._text.setBuddy(self.box)
        self.setToolTip(tooltip(*first_of(consent.details)))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 1)

    @property
    def ticked(self) -> bool:
        """Whether it was confirmed."""
        return self.box.isChecked()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take a click on the text for one on the box."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.box.click()
        super().mouseReleaseEvent(event)
