"""What to look at in the connections: matrix or graph, protocol and port, and a search."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QToolButton, QWidget

from desktop.language import tr
from desktop.ui.connections.port_fields import PortFields
from desktop.ui.flow import Flow
from desktop.ui.plain import label, tooltip


class Tools(QWidget):
    """A row of tools."""

    graph_wanted = Signal(bool)
    """Whether the graph is to be shown, else the matrix."""
    port_changed = Signal()
    sought = Signal(str)
    """The text to look for, as it is typed."""
    next_sought = Signal(str)
    """The text to look for further on."""
    export_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix, self.graph = _switch(tr("&Matrix"), self), _switch(tr("&Graph"), self)
        self.ports, self.search = PortFields(self), QLineEdit(self)
        self.export = QToolButton(self)
        self.state = label(parent=self)
        group = QButtonGroup(self)
        for button in (self.matrix, self.graph):
            group.addButton(button)
            button.toggled.connect(partial(_embolden, button))
        self.matrix.setChecked(True)
        self._arrange()
        self.graph.toggled.connect(self.graph_wanted)
        self.ports.changed.connect(self.port_changed)
        self.search.textChanged.connect(self.sought)
        self.search.returnPressed.connect(lambda: self.next_sought.emit(self.search.text()))
        self.export.clicked.connect(self.export_asked)

    def start_finding(self) -> None:
        """Begin to look for a workload."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _arrange(self) -> None:
        self.search.setPlaceholderText(tr("Find a workload  (Ctrl+F)"))
        self.search.setAccessibleName(tr("Find a workload, a namespace or an address"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(260)
        self.export.setText(tr("E&xport…"))
        self.export.setToolTip(tooltip(tr("Save what is shown as a picture or as a table")))
        row = Flow(self)
        switch = QHBoxLayout()
        switch.setSpacing(0)
        for widget in (self.matrix, self.graph):
            switch.addWidget(widget)
        row.add_layout(switch)
        row.addWidget(self.ports)
        row.add_stretch()
        row.addWidget(self.state)
        row.addWidget(self.search)
        row.addWidget(self.export)


def _embolden(button: QToolButton, on: bool) -> None:
    """Make the one that is chosen stand out in every style."""
    font = button.font()
    font.setBold(on)
    button.setFont(font)


def _switch(text: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setText(text)
    button.setCheckable(True)
    button.setAccessibleName(text.replace("&", ""))
    return button
