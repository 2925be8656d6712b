"""Which policy of a text is meant, where it holds several: a list that moves the cursor, and the form with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from desktop.language import tr, tr_n
from desktop.policy.findings import Severity
from desktop.ui.icons import severity_icon
from desktop.ui.plain import tooltip
from desktop.ui.wizard.fields import Choice, buddy
from desktop.wording.plain import plain

_SHORTEST, _LONGEST = 26, 60  # characters


@dataclass(frozen=True, slots=True)
class Listed:
    """A policy of the text, and how many errors there are in it."""

    namespace: str
    name: str
    errors: int = 0


class PolicyPicker(QWidget):
    """Lists the policies of a text, and goes away where there are not several."""

    picked = Signal(object)
    """The number (from 0) of the policy that the user wants to see."""

    def __init__(self) -> None:
        super().__init__()
        self._listed: list[Listed] = []
        self.box = Choice(tr("Policy of the text"), ())
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(_SHORTEST)
        self.box.setMaximumWidth(self.fontMetrics().averageCharWidth() * _LONGEST)
        self.box.picked.connect(self.picked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 0)
        layout.setSpacing(6)
        layout.addWidget(buddy(tr("&Policy"), self.box))
        layout.addWidget(self.box, 1)
        self.use(None)
        self.hide()

    def show_policies(self, listed: Sequence[Listed]) -> None:
        """List these policies."""
        if len(listed) != len(self._listed):
            self.box.clear()
            self._listed = []
            for number in range(len(listed)):
                self.box.addItem("", number)
        for number, each in enumerate(listed):
            if self._listed[number : number + 1] != [each]:
                self._show(number, each, len(listed))
        self._listed = list(listed)
        self.setVisible(len(listed) > 1)

    def show_current(self, number: int) -> None:
        """Show which of them is meant."""
        self.box.setCurrentIndex(min(number, self.box.count() - 1))

    def use(self, reason: str | None) -> None:
        """Let the user choose, or not, for a reason."""
        self.box.setEnabled(reason is None)
        told = reason or tr("The form shows one policy of the text at a time; the others stay as they are.")
        self.box.setToolTip(tooltip(told))
        self.box.setAccessibleDescription(told)

    def _show(self, number: int, policy: Listed, count: int) -> None:
        name = plain(policy.name) if policy.name else tr("no name yet")
        words = {"number": number + 1, "count": count, "namespace": plain(policy.namespace), "name": name}
        text = tr("{number} of {count}: {namespace}/{name}", **words)
        if policy.errors:
            errors = tr_n("{count} error", "{count} errors", policy.errors)
            text = tr("{policy} ({errors})", policy=text, errors=errors)
        self.box.setItemText(number, text)
        self.box.setItemData(number, text, Qt.ItemDataRole.ToolTipRole)
        self.box.setItemIcon(number, severity_icon(Severity.ERROR) if policy.errors else QIcon())
