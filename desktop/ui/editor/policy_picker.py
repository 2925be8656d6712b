"""Which policy of a text is meant, where it holds several: a list that moves the cursor, and the form with it."""

from bisect import bisect_right
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from desktop.language import tr, tr_n
from desktop.manifest.checking import Entry
from desktop.policy.findings import Severity
from desktop.ui.editor.code_edit import CodeEdit
from desktop.ui.icons import severity_icon
from desktop.ui.plain import tooltip
from desktop.ui.style import letters_wide
from desktop.ui.wizard.fields import Choice, buddy
from desktop.wording.plain import plain

_SHORTEST, _LONGEST = 26, 60  # characters


class PolicyPicker(QWidget):
    """Lists the policies of a text, tells which the cursor is in, and goes away where there are not several."""

    picked = Signal(object)
    """The number (from 0) of the policy that the user wants to see."""

    def __init__(self, edit: CodeEdit) -> None:
        super().__init__()
        self._edit = edit
        self.policies: Sequence[Entry] = ()
        self._texts: list[tuple[str, bool]] = []
        self.box = Choice(tr("Policy of the text"), ())
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(_SHORTEST)
        self.box.setMaximumWidth(letters_wide(self.fontMetrics(), _LONGEST))
        self.box.picked.connect(self.picked)
        edit.cursorPositionChanged.connect(self._follow)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 0)
        layout.setSpacing(6)
        layout.addWidget(buddy(tr("&Policy"), self.box))
        layout.addWidget(self.box, 1)
        layout.addStretch()
        self.use(None)
        self.hide()

    @property
    def first_wrong(self) -> int | None:
        """The number of the first policy with an error, where there are several."""
        wrong = (at for at, entry in enumerate(self.policies) if entry.has_errors)
        return next(wrong, None) if len(self.policies) > 1 else None

    def number_of(self, namespace: str, name: str) -> int:
        """Return the number of a policy, that of the first where there is none of this name."""
        keys = [(entry.namespace, entry.name) for entry in self.policies]
        return keys.index((namespace, name)) if (namespace, name) in keys else 0

    def list_policies(self, policies: Sequence[Entry], errors: Sequence[int]) -> None:
        """List these policies, each with so many errors."""
        self.policies = policies
        if len(policies) != self.box.count():
            self.box.clear()
            self._texts = [("", False)] * len(policies)
            for number in range(len(policies)):
                self.box.addItem("", number)
        for number, (entry, count) in enumerate(zip(policies, errors, strict=True)):
            shown = (_words(number, len(policies), entry, count), count > 0)
            if self._texts[number] != shown:  # there may be thousands
                self._texts[number] = shown
                self.box.setItemText(number, shown[0])
                self.box.setItemData(number, shown[0], Qt.ItemDataRole.ToolTipRole)
                self.box.setItemIcon(number, severity_icon(Severity.ERROR) if count else QIcon())
        self.setVisible(len(policies) > 1)
        self._follow()

    def use(self, reason: str | None) -> None:
        """Let the user choose, or not, for a reason."""
        self.box.setEnabled(reason is None)
        told = reason or tr("The form shows one policy of the text at a time; the others stay as they are.")
        self.box.setToolTip(tooltip(told))
        self.box.setAccessibleDescription(told)

    def go_to(self, number: int) -> None:
        """Put the cursor in a policy."""
        if number < len(self.policies):
            self._edit.show_place(self.policies[number].place(()))

    @Slot()
    def _follow(self) -> None:
        lines = [entry.document.line for entry in self.policies]
        self.box.setCurrentIndex(min(max(bisect_right(lines, self._edit.place()[0]) - 1, 0), len(lines) - 1))


def _words(number: int, count: int, policy: Entry, errors: int) -> str:
    name = plain(policy.name) if policy.name else tr("no name yet")
    words = {"number": number + 1, "count": count, "namespace": plain(policy.namespace), "name": name}
    text = tr("{number} of {count}: {namespace}/{name}", **words)
    if not errors:
        return text
    return tr("{policy} ({errors})", policy=text, errors=tr_n("{count} error", "{count} errors", errors))
