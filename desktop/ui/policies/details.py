"""The details of the policy chosen: in sentences, the pods it selects, its YAML, and what was found about it."""

from collections.abc import Iterable
from enum import IntEnum

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QTabWidget, QWidget

from desktop.language import tr
from desktop.ui.actions import Actions, Command
from desktop.ui.bridge import UiContext
from desktop.ui.plain import tooltip
from desktop.ui.policies.findings_tab import FindingsTab
from desktop.ui.policies.pods_tab import PodsTab
from desktop.ui.policies.subject import Subject
from desktop.ui.policies.summary_tab import SummaryTab
from desktop.ui.policies.table_model import counted
from desktop.ui.policies.yaml_tab import YamlTab
from desktop.ui.style import heading
from desktop.wording.plain import plain

_NAME_WIDTH, _NAME_LEAST = 300, 60
"""Pixels; where the tabs and buttons beside it leave less, the table alone tells which policy it is."""


class Tab(IntEnum):
    """The tabs, from the left."""

    SUMMARY = 0
    PODS = 1
    YAML = 2
    FINDINGS = 3


class _Name(QLabel):
    """A name that asks for no room of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())


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
        self._name = heading(_Name(), 1.0)
        self._shown = ("", 1)
        self._name.setContentsMargins(10, 0, 12, 5)
        self._name.hide()
        self.setCornerWidget(self._name, Qt.Corner.TopLeftCorner)
        self.setAccessibleName(tr("Details of the policy"))
        self.tabBar().setAccessibleName(tr("Details of the policy"))
        buttons = [actions.button(command) for command in (Command.UPDATE, Command.EDIT_YAML, Command.WHY)]
        self._buttons = _in_a_row(buttons)
        self.setCornerWidget(self._buttons, Qt.Corner.TopRightCorner)
        self.tab_order = (self.tabBar(), *buttons, *self._tabs)
        self.currentChanged.connect(self._fill)
        self._name_tabs()
        self._fill(Tab.SUMMARY)

    @property
    def title(self) -> str:
        """Which policy this is about, and of how many that are selected."""
        return _titled(*self._shown)

    def show_subject(self, subject: Subject | None, selected: int = 1) -> None:
        """Show a policy as it is now, of so many selected, or none; the very same again costs nothing."""
        self._show_title(plain(subject.row.name) if subject else "", selected)
        if subject is not None and subject.is_same(self._subject):
            return
        self._subject = subject
        self._name_tabs()
        self._fill(self.currentIndex())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much of the title as there is room for."""
        super().resizeEvent(event)
        self._fit_title()

    @Slot(int)
    def _fill(self, tab: int) -> None:
        self._tabs[tab].show_subject(self._subject)

    def _show_title(self, name: str, selected: int) -> None:
        self._shown = (name, selected)
        self._name.setToolTip(tooltip(self.title))
        self._fit_title()

    def _fit_title(self) -> None:
        """Cut the title to the room that the tabs and buttons leave."""
        margins = self._name.contentsMargins()
        taken = self.tabBar().sizeHint().width() + self._buttons.sizeHint().width() + margins.left() + margins.right()
        room = min(_NAME_WIDTH, self.width() - taken)
        name, selected = self._shown
        shown = next(filter(None, (_cut(name, count, room, self._name.fontMetrics()) for count in (selected, 1))), "")
        if shown != self._name.text():
            self._name.setText(shown)
            self._name.setVisible(bool(shown))
            self.updateGeometry()

    def _name_tabs(self) -> None:
        row = self._subject.row if self._subject else None
        self.setTabText(Tab.SUMMARY, tr("S&ummary"))
        self.setTabText(Tab.PODS, _counted(tr("P&ods"), row.pods if row else None))
        self.setTabText(Tab.YAML, tr("YA&ML"))
        self.setTabText(Tab.FINDINGS, _counted(tr("F&indings"), (counted(row) or None) if row else None))


def _titled(name: str, selected: int) -> str:
    return tr("{name} (1 of {count} selected)", name=name, count=selected) if selected > 1 else name


def _cut(name: str, selected: int, room: int, metrics: QFontMetrics) -> str:
    """Return a title with its name cut to what is left of the room; empty where that is too little to be read."""
    room -= metrics.horizontalAdvance(_titled("", selected))
    readable = room >= min(metrics.horizontalAdvance(name), _NAME_LEAST)
    return _titled(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room), selected) if name and readable else ""


def _counted(title: str, count: int | None) -> str:
    return title if count is None else tr("{title} ({count})", title=title, count=count)


def _in_a_row(buttons: Iterable[QWidget]) -> QWidget:
    corner = QWidget()
    layout = QHBoxLayout(corner)
    layout.setContentsMargins(0, 2, 2, 2)
    for button in buttons:
        layout.addWidget(button)
    return corner
