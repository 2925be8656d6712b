"""The graph on the screen: spots are found, chosen and asked about with the mouse or with the keyboard."""

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsItem, QGraphicsScene, QGraphicsView, QWidget

from desktop.language import tr
from desktop.ui.connections.graph import Spot, fan
from desktop.ui.connections.graph_items import BoxItem, EdgeItem, SpotItem
from desktop.ui.connections.graph_layout import Drawing, curve
from desktop.ui.connections.graph_words import edge_words, spot_words
from desktop.ui.connections.grid import Grid, Place
from desktop.ui.connections.legend import LegendPainting
from desktop.ui.plain import tooltip

_STEP = 1.2
_NEAREST, _FARTHEST = 3.0, 0.1
_READABLE = 0.62
"""Fitting at first never makes it smaller than this: names must be readable."""
_ROOM = 30.0
_BAND = 30
_CLICK_SLACK = 4
_DIMMED, _FAINT = 0.3, 0.07
_WAYS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}


class GraphView(QGraphicsView):
    """Shows a drawing.

    Arrows go to the next spot in their direction, Enter to its explanation, + and - unfold and fold its namespace,
    Ctrl with +, - and 0 zooms in, out, and to the whole; Escape leaves the spot.
    """

    spot_asked = Signal(object)
    """The Place of the spot a person is at; None when they left it."""
    edge_asked = Signal(object)
    """The Edge that was clicked."""
    fold_asked = Signal(str, bool)
    """A group, and whether it is to be folded."""
    entered = Signal()
    """The explanation is wanted."""
    menu_asked = Signal(object, QPoint)
    """The Place under the mouse (None: none), and where on the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = QGraphicsScene(self)
        self.setScene(self._scene)
        self.drawing: Drawing | None = None
        self.current: Place | None = None
        self._spots: dict[Place, SpotItem] = {}
        self._edges: list[EdgeItem] = []
        self._fan: list[EdgeItem] = []
        self._pressed: QPoint | None = None
        self._fitting: float | None = _READABLE
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Connections as a graph; the matrix says the same in a table"))

    def show_drawing(self, drawing: Drawing | None) -> None:
        """Show another drawing; the current spot and the part that is looked at stay, as far as they are there."""
        before, self.drawing = self.drawing, drawing
        if before and drawing and (before.graph, before.layout) == (drawing.graph, drawing.layout):
            self._name_items(drawing.grid)  # the ports may be others
            return
        was = self._spots[self.current].spot if self.current is not None else None
        self._scene.clear()
        self._spots, self._edges, self._fan = {}, [], []
        if drawing is None:
            self.current, self._fitting = None, _READABLE
            return
        laid = drawing.layout
        for box in drawing.graph.boxes:
            self._scene.addItem(BoxItem(box, laid.boxes[box.group]))
        for spot in drawing.graph.places.values():
            item = SpotItem(spot, laid.spots[spot.place], len(drawing.grid.members(spot.group)))
            self._spots[spot.place] = item
            self._scene.addItem(item)
        for edge, way in zip(drawing.graph.edges, laid.curves, strict=True):
            self._edges.append(self._drawn(EdgeItem(edge, way)))
        self._name_items(drawing.grid)
        self._scene.setSceneRect(self._scene.itemsBoundingRect().adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM))
        self._fit()
        self._find_again(was)

    def go_to(self, place: Place | None, *, tell: bool = True) -> bool:
        """Make a spot the current one; whether it is there. None leaves the current one."""
        item = self._spots.get(place) if place is not None else None
        if place is not None and item is None:
            return False
        if self.current in self._spots and self.current is not None:
            self._spots[self.current].current = False
        self.current = place
        self._show_fan()
        if item is not None:
            item.current = True
            self.ensureVisible(item, int(_ROOM), int(_ROOM))
            self.setAccessibleDescription(". ".join(spot_words(item.spot)))
        self._scene.update()
        if tell:
            self.spot_asked.emit(place)
        return True

    def zoom(self, factor: float) -> None:
        """Make everything so many times as large, within reason."""
        now = self.transform().m11()
        wanted = min(max(now * factor, _FARTHEST), _NEAREST)
        self._fitting = None
        self.scale(wanted / now, wanted / now)

    def zoom_in(self) -> None:
        """Look closer."""
        self.zoom(_STEP)

    def zoom_out(self) -> None:
        """Step back."""
        self.zoom(1 / _STEP)

    def fit(self) -> None:
        """Show the whole."""
        self._fitting = _FARTHEST
        self._fit()

    def painting(self, title: str) -> "GraphPainting":
        """Return the whole drawing as a picture, wherever a person looks."""
        return GraphPainting(self._scene, title)

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit anew, as long as nobody has zoomed."""
        super().resizeEvent(event)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl, else scroll."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(_STEP ** (event.angleDelta().y() / 120))
            event.accept()
        else:
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to move the drawing, or to click."""
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ask about what was clicked, unless the drawing was moved."""
        super().mouseReleaseEvent(event)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        pressed, self._pressed = self._pressed, None
        here = event.position().toPoint()
        if event.button() is not Qt.MouseButton.LeftButton or pressed is None:
            return
        if (here - pressed).manhattanLength() <= _CLICK_SLACK:
            self._clicked(self._item_at(here))
        else:
            self._fitting = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold a namespace."""
        item = self._item_at(event.position().toPoint())
        if isinstance(item, SpotItem) and item.spot.is_folded:
            self.fold_asked.emit(item.spot.group, False)
        elif isinstance(item, BoxItem):
            self.fold_asked.emit(item.box.group, True)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of what is under the mouse, or of the current spot."""
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            item = self._item_at(event.pos())
            self.menu_asked.emit(item.spot.place if isinstance(item, SpotItem) else None, event.globalPos())
        elif self.current is not None:
            at = self.mapFromScene(self._spots[self.current].area.bottomLeft())
            self.menu_asked.emit(self.current, self.viewport().mapToGlobal(at))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the class."""
        key, zooms = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if zooms and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif zooms and key == Qt.Key.Key_Minus:
            self.zoom_out()
        elif zooms and key == Qt.Key.Key_0:
            self.fit()
        elif key in _WAYS and not zooms:
            self._step(_WAYS[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.entered.emit()
        elif key == Qt.Key.Key_Escape and self.current is not None:
            self.go_to(None)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus) and self.current is not None:
            self.fold_asked.emit(self._spots[self.current].spot.group, key == Qt.Key.Key_Minus)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Paint anew in other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._scene.update()

    # Parts

    def _item_at(self, at: QPoint) -> QGraphicsItem | None:
        """Return what is meant by a point: a spot before an edge, an edge before a box; nothing that is dimmed."""
        return next((item for item in self.items(at) if item.opacity() > _FAINT), None)

    def _clicked(self, item: QGraphicsItem | None) -> None:
        if isinstance(item, SpotItem):
            self.go_to(item.spot.place)
        elif isinstance(item, EdgeItem):
            for each in (*self._edges, *self._fan):
                each.marked = each is item
            self._scene.update()
            self.edge_asked.emit(item.edge)
        elif self.current is not None:
            self.go_to(None)

    def _step(self, way: QPointF) -> None:
        """Go to the nearest spot in a direction; what lies aside counts as farther."""
        if self.current is None:
            if self._spots:
                self.go_to(next(iter(self._spots)))
            return
        here = self._spots[self.current].area.center()

        def cost(item: SpotItem) -> float:
            to = item.area.center() - here
            ahead = QPointF.dotProduct(to, way)
            aside = abs(to.x() * way.y() - to.y() * way.x())
            return ahead + 3 * aside if ahead > 1 else float("inf")

        nearest = min(self._spots.values(), key=cost)
        if cost(nearest) < float("inf"):
            self.go_to(nearest.spot.place)

    def _find_again(self, was: Spot | None) -> None:
        """Go to the spot a person was at; where it is folded now to its namespace, where that is unfolded into it."""
        self.current = None
        if was is None or self.go_to(was.place, tell=False):
            return
        near = [was.group, *(place for place, item in self._spots.items() if item.spot.group == was.group)]
        self.go_to(next((place for place in near if place in self._spots), None))

    def _show_fan(self) -> None:
        """Show all edges of the current spot, and everything else faintly."""
        for each in self._fan:
            self._scene.removeItem(each)
        self._fan = []
        place, drawing = self.current, self.drawing
        if place is None or drawing is None:
            for item in (*self._edges, *self._spots.values()):
                item.setOpacity(1.0)
            return
        edges = fan(drawing.grid, drawing.graph, place)
        self._fan = [self._drawn(EdgeItem(edge, curve(drawing.layout, edge))) for edge in edges]
        self._name_items(drawing.grid)
        ends = {end for edge in edges for end in (edge.source, edge.target)}
        for edge_item in self._edges:
            edge_item.setOpacity(_FAINT)
        for spot_item in self._spots.values():
            spot = spot_item.spot
            near = spot.place in ends or spot.group in ends or spot.place == place
            spot_item.setOpacity(1.0 if near else _DIMMED)

    def _drawn(self, item: EdgeItem) -> EdgeItem:
        self._scene.addItem(item)
        return item

    def _name_items(self, grid: Grid) -> None:
        """Say what everything is when the mouse rests on it."""
        for spot in self._spots.values():
            spot.setToolTip(tooltip(*spot_words(spot.spot)))
        for edge in (*self._edges, *self._fan):
            edge.setToolTip(tooltip(edge_words(grid, edge.edge)))

    def _fit(self) -> None:
        """Show the whole, as far as it can be read then; until somebody zooms or moves."""
        whole, smallest = self._scene.sceneRect(), self._fitting
        if smallest is None or whole.isEmpty() or self.viewport().width() < 2:
            return
        room = QRectF(self.viewport().rect())
        factor = min(room.width() / whole.width(), room.height() / whole.height(), 1.0)
        factor = max(factor, smallest)
        self.resetTransform()
        self.scale(factor, factor)
        if factor * whole.width() > room.width() or factor * whole.height() > room.height():
            self.centerOn(whole.x() + room.width() / factor / 2, whole.center().y())
        else:
            self.centerOn(whole.center())
        if self.current is not None and self.current in self._spots:
            self.ensureVisible(self._spots[self.current], int(_ROOM), int(_ROOM))


class GraphPainting:
    """Paints a whole scene below its title and above its legend."""

    def __init__(self, scene: QGraphicsScene, title: str) -> None:
        self._scene, self._title = scene, title
        self._palette, self._font = QApplication.palette(), QApplication.font()
        self._legend = LegendPainting(graph=True, palette=self._palette, font=self._font)

    @property
    def size(self) -> QSize:
        """How large it is, at a zoom of one."""
        drawn = self._scene.sceneRect().size().toSize()
        return QSize(max(drawn.width(), self._legend.width + 2 * int(_ROOM)), drawn.height() + 2 * _BAND)

    def paint(self, painter: QPainter) -> None:
        """Paint it from the upper left corner on."""
        size, drawn = self.size, self._scene.sceneRect()
        painter.fillRect(QRectF(QPointF(0, 0), QSizeF(size)), self._palette.color(QPalette.ColorRole.Base))
        font = QFont(self._font)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(self._palette.color(QPalette.ColorRole.Text))
        band = QRectF(_ROOM, 6, size.width() - _ROOM, _BAND - 6)
        painter.drawText(band, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self._title)
        self._scene.render(painter, QRectF(0, _BAND, drawn.width(), drawn.height()), drawn)
        self._legend.paint(painter, band.translated(0, _BAND + drawn.height() - 12))
