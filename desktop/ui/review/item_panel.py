"""One policy under review: what will happen to it, what the server says, what was found, and the difference."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.policy.findings import Severity
from desktop.ui.editor.finding_list import FindingList
from desktop.ui.plain import label
from desktop.ui.review.conflict import ConflictPanel
from desktop.ui.review.diff_view import DiffView
from desktop.ui.review.items import Item, Standing
from desktop.ui.strip import Strip
from desktop.ui.style import heading
from desktop.wording.plain import plain


class ItemPanel(QWidget):
    """Shows one Item."""

    picked = Signal(object)
    """A Finding whose place in the text the user wants to see."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = heading(label(wrap=True, selectable=True), 1.1)
        self.verdict = Strip()
        self.findings = FindingList()
        self.findings.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.findings.picked.connect(self.picked)
        self.diff = DiffView()
        self.diff.setAccessibleName(tr("What changes in the text"))
        self.conflict = ConflictPanel()
        self._body = QStackedWidget()
        self._body.addWidget(self.diff)
        self._body.addWidget(self.conflict)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self._title, self.verdict, self.findings):
            layout.addWidget(widget)
        layout.addWidget(self._body, 1)
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self._title.setText("")
        self.verdict.say(Severity.INFO, "")
        self.findings.show_findings(())
        self.diff.show_rows(())
        self._body.setCurrentWidget(self.diff)

    def show_item(self, item: Item) -> None:
        """Show a policy."""
        self._title.setText(tr("{what}: {name} in {namespace}", what=item.what, **_names(item)))
        self.verdict.say(item.severity, item.verdict, item.hint)
        self.findings.show_findings(item.findings)
        if item.standing is Standing.CONFLICT:
            self.conflict.show_item(item)
            self._body.setCurrentWidget(self.conflict)
        else:
            self.diff.show_rows(item.diff)
            self._body.setCurrentWidget(self.diff)


def _names(item: Item) -> dict[str, str]:
    return {"name": plain(item.name), "namespace": plain(item.namespace)}
