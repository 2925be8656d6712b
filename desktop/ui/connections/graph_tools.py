"""What to do with the graph: draw all of it, zoom, and fit."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QToolButton, QWidget

from desktop.language import tr
from desktop.ui.connections.graph_view import GraphView
from desktop.ui.plain import tooltip


class GraphTools(QWidget):
    """A few buttons."""

    free_wanted = Signal(bool)
    """Whether to draw what no policy has a part in, too."""

    def __init__(self, view: GraphView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.free = QCheckBox(tr("Al&so what no policy restricts"), self)
        self.free.setToolTip(
            tooltip(tr("Draw the connections from rings at the right of a workload to rings at the left of another"))
        )
        self.free.toggled.connect(self.free_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.free)
        for text, name, slot in (
            ("−", tr("Zoom out (Ctrl+-)"), view.zoom_out),
            (tr("Fit"), tr("Show the whole (Ctrl+0)"), view.fit),
            ("+", tr("Zoom in (Ctrl++)"), view.zoom_in),
        ):
            row.addWidget(self._button(text, name, slot))

    def _button(self, text: str, name: str, slot: Callable[[], object]) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tooltip(name))
        button.setAccessibleName(name)
        button.clicked.connect(lambda _checked: slot())
        return button
