"""The ports of a rule: rows of a protocol and its ports; no row means every protocol and port."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.policy.draft import PortField
from desktop.policy.findings import Finding, Path
from desktop.policy.objects import PROTOCOLS
from desktop.ui.flow import Flow
from desktop.ui.wizard.completing import Suggestions
from desktop.ui.wizard.fields import (
    Choice,
    Field,
    ProblemStrip,
    QuietLabel,
    push_button,
    small_button,
    under,
)
from desktop.ui.wizard.surroundings import Surroundings

_TEXT_WIDTH = 18


class _Row(QWidget):
    """A protocol and the text of its ports."""

    edited = Signal()
    removed = Signal()

    def __init__(self, port: PortField) -> None:
        super().__init__()
        self.port = port
        self.protocol = Choice(tr("Protocol"), [("", tr("any")), *((each, each) for each in PROTOCOLS)])
        self.text = Field(tr("Ports"), tr("all its ports; or 6379, 8000-8010, http"), characters=_TEXT_WIDTH)
        self.known = Suggestions(self.text, several=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.protocol)
        layout.addWidget(self.text, 1)
        layout.addWidget(small_button("✕", tr("Remove this port"), self.removed.emit))
        self.protocol.picked.connect(self._edit)
        self.text.typed.connect(self._edit)
        self.show_port(port)

    def show_port(self, port: PortField) -> None:
        self.port = port
        self.protocol.show_value(port.protocol)
        self.text.show_text(port.text)

    @Slot()
    def _edit(self) -> None:
        self.port = replace(self.port, protocol=self.protocol.currentData(), text=self.text.text())
        self.edited.emit()


class PortsEditor(QWidget):
    """Edits the ports of a rule."""

    edited = Signal(object)
    """A tuple of PortField."""

    fixed = Signal(object)
    """A Fix the user wants."""

    service_asked = Signal()
    """The user wants to take ports from a Service."""

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__()
        self._surroundings = surroundings
        self._namespaces: tuple[str, ...] | None = ()
        self.rows: list[_Row] = []
        surroundings.ports_ready.connect(self._offer)
        self.problems = ProblemStrip()
        self.problems.fixed.connect(self.fixed)
        self._every = QuietLabel(tr("Every protocol and port, as none is named."), wrap=False)
        self.add = push_button(tr("+ Port"), lambda: self.add_ports((PortField("TCP"),)))
        self.from_service = push_button(tr("From a Service…"), self.service_asked.emit)
        self.from_service.setToolTip(tr("Fill in the port of the pods that a Service leads to"))
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        buttons = Flow()
        buttons.addWidget(self.add)
        buttons.addWidget(self.from_service)
        buttons.addWidget(self._every)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._list)
        layout.addWidget(self.problems)
        layout.addLayout(buttons)

    @property
    def ports(self) -> tuple[PortField, ...]:
        """The rows as filled in."""
        return tuple(row.port for row in self.rows)

    def show_ports(self, ports: Sequence[PortField]) -> None:
        """Show these rows."""
        for shown, port in zip(self.rows, ports, strict=False):
            shown.show_port(port)
        for port in ports[len(self.rows) :]:
            self._append(port)
        for shown in self.rows[len(ports) :]:
            self._drop(shown)
        self._every.setVisible(not ports)

    def use(self, namespaces: tuple[str, ...] | None) -> None:
        """Suggest the ports that pods of these namespaces (None: of all) have."""
        if namespaces != self._namespaces:
            self._namespaces = namespaces
            self._offer(namespaces)

    def add_ports(self, ports: Sequence[PortField]) -> None:
        """Add rows that are not there yet, and go to the last of them."""
        for port in ports:
            if port not in self.ports or not port.text:
                self._append(port)
        if self.rows:
            self.rows[-1].text.setFocus()
        self._tell()

    def show_problems(self, findings: Sequence[Finding], path: Path) -> None:
        """Show what was found at and below the path of the ports."""
        for index, row in enumerate(self.rows):
            row.text.show_problems(under(findings, *path, index))
        self.problems.show_problems(under(findings, *path))

    def _append(self, port: PortField) -> None:
        row = _Row(port)
        row.edited.connect(self._tell)
        row.removed.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._list.addWidget(row)
        self._offer(self._namespaces)

    def _remove(self, row: _Row) -> None:
        self._drop(row)
        self.add.setFocus()
        self._tell()

    def _drop(self, row: _Row) -> None:
        self.rows.remove(row)
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()

    @Slot(object)
    def _offer(self, namespaces: tuple[str, ...] | None) -> None:
        if namespaces != self._namespaces or not self.rows:
            return
        known = self._surroundings.ports(namespaces)
        for row in self.rows:
            row.known.offer(known.get(row.port.protocol, ()))

    @Slot()
    def _tell(self) -> None:
        self._offer(self._namespaces)
        self._every.setVisible(not self.rows)
        self.edited.emit(self.ports)
