"""The details of the policy chosen: in sentences, the pods it selects, its YAML, and what was found about it."""

from collections.abc import Iterable
from enum import IntEnum

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QWidget

from desktop.language import tr
from desktop.ui.actions import Actions, Command
from desktop.ui.bridge import UiContext
from desktop.ui.plain import label, tooltip
from desktop.ui.policies.findings_tab import FindingsTab
from desktop.ui.policies.pods_tab import PodsTab
from desktop.ui.policies.subject import Subject
from desktop.ui.policies.summary_tab import SummaryTab
from desktop.ui.policies.table_model import counted
from desktop.ui.policies.yaml_tab import YamlTab
from desktop.ui.style import heading
from desktop.wording.plain import plain

_NAME_WIDTH = 240
"""Pixels; the tabs and buttons beside it need the rest of a small window."""


class Tab(IntEnum):
    """The tabs, from the left."""

    SUMMARY = 0
    PODS = 1
    YAML = 2
    FINDINGS = 3


class Details(QTabWidget):
    """Shows one policy, in the tab that is looked at; the others are filled when they are turned to."""

    def __init__(self, context: UiContext, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._subject: Subject | None = None
        self.summary, self.pods = SummaryTab(self), PodsTab(context, self)
        self.yaml, self.findings = YamlTab(context, self), FindingsTab(self)
        self._tabs = (self.summary, self.pods, self.yaml, self.findings)
        for tab in self._tabs:
            self.addTab(tab, "")
        self.setDocumentMode(True)
        self._name = heading(label(), 1.0)
        self._name.setContentsMargins(10, 0, 12, 5)
        self._name.hide()
        self.setCornerWidget(self._name, Qt.Corner.TopLeftCorner)
        self.setAccessibleName(tr("Details of the policy"))
        self.tabBar().setAccessibleName(tr("Details of the policy"))
        buttons = [actions.button(command) for command in (Command.UPDATE, Command.EDIT_YAML, Command.WHY)]
        self.setCornerWidget(_in_a_row(buttons), Qt.Corner.TopRightCorner)
        self.tab_order = (self.tabBar(), *buttons, *self._tabs)
        self.currentChanged.connect(self._fill)
        self._name_tabs()
        self._fill(Tab.SUMMARY)

    @property
    def title(self) -> str:
        """Which policy this is about, and of how many that are selected."""
        return self._name.text()

    def show_subject(self, subject: Subject | None, selected: int = 1) -> None:
        """Show a policy as it is now, of so many selected, or none; the very same again costs nothing."""
        self._show_title(plain(subject.row.name) if subject else "", selected)
        if subject is not None and subject.is_same(self._subject):
            return
        self._subject = subject
        self._name_tabs()
        self._fill(self.currentIndex())

    @Slot(int)
    def _fill(self, tab: int) -> None:
        self._tabs[tab].show_subject(self._subject)

    def _show_title(self, name: str, selected: int) -> None:
        shown = self._name.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, _NAME_WIDTH)
        if selected > 1:
            shown = tr("{name} (1 of {count} selected)", name=shown, count=selected)
        if shown != self._name.text():
            self._name.setText(shown)
            self._name.setToolTip(tooltip(name))
            self._name.setVisible(bool(shown))
            self.updateGeometry()

    def _name_tabs(self) -> None:
        row = self._subject.row if self._subject else None
        self.setTabText(Tab.SUMMARY, tr("S&ummary"))
        self.setTabText(Tab.PODS, _counted(tr("P&ods"), row.pods if row else None))
        self.setTabText(Tab.YAML, tr("YA&ML"))
        self.setTabText(Tab.FINDINGS, _counted(tr("F&indings"), (counted(row) or None) if row else None))


def _counted(title: str, count: int | None) -> str:
    return title if count is None else tr("{title} ({count})", title=title, count=count)


def _in_a_row(buttons: Iterable[QWidget]) -> QWidget:
    corner = QWidget()
    layout = QHBoxLayout(corner)
    layout.setContentsMargins(0, 2, 2, 2)
    for button in buttons:
        layout.addWidget(button)
    return corner
