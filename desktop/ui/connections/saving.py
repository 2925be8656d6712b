"""Save what is shown of the connections: as a picture (PNG, SVG), or as a table (CSV)."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import sqrt
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPainter, QPalette
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from desktop.cancellation import CancelToken
from desktop.errors import FileError
from desktop.language import tr
from desktop.session.files import write_for_user
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.connections.graph_view import GraphView
from desktop.ui.connections.grid import Grid, State
from desktop.ui.connections.grid_painting import GridPainting, Look
from desktop.ui.file_dialog import file_dialog
from desktop.wording.connections import end_text, ports_words, range_text
from desktop.wording.plain import plain

Paint = Callable[[QPainter], None]
Blocks = Iterable[bytes]
_SCALE = 2.0
"""A picture has twice the pixels of the screen, so that it can be printed, unless it would have too many."""
_MOST_PIXELS = 64_000_000
"""Many viewers, Qt's among them, open no picture with more."""
_MOST_LINES = {"png": 700, "svg": 400}
"""Of a matrix with more, names could not be read in a picture, and a drawing would be too heavy for what shows it."""


def save_as(context: UiContext, title: str, grid: Grid, graph: GraphView | None, parent: QWidget) -> None:
    """Ask for a file and save the matrix, or the graph where it is what is shown; the ending says as what."""
    kinds = {
        "png": tr("Picture (*.png)"),
        "svg": tr("Drawing (*.svg)"),
        "csv": tr("Table (*.csv)"),
    }
    dialog = file_dialog(parent, tr("Export Connections"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(list(kinds.values()))
    dialog.setDefaultSuffix("png")
    dialog.filterSelected.connect(
        lambda chosen: dialog.setDefaultSuffix(next(kind for kind, text in kinds.items() if text == chosen))
    )
    dialog.selectFile(file_name(title))
    dialog.fileSelected.connect(lambda chosen: _save(context, title, grid, graph, Path(chosen)))
    dialog.open()


def file_name(title: str) -> str:
    """Return a name for the file: the cluster's, without what file systems dislike."""
    name = re.sub(r"[^\w.-]+", "-", title).strip("-.")
    return f"{name or 'cluster'}-connections"


def _save(context: UiContext, title: str, grid: Grid, graph: GraphView | None, path: Path) -> None:
    kind = path.suffix.lower().lstrip(".")
    heading = tr("Connections of {cluster}", cluster=plain(title))
    if kind == "csv":
        made: Callable[[CancelToken], Blocks] = lambda token: table(grid, token)  # noqa: E731
    elif graph is not None:
        whole = graph.painting(heading)
        try:
            drawn = _picture(kind, whole.size, whole.paint)  # a scene is painted where it lives
        except FileError as error:
            context.messages.error(error)
            return
        made = lambda _token: [drawn]  # noqa: E731
    else:
        painting = GridPainting(grid, Look(QPalette(QApplication.palette()), QApplication.font()), heading)
        made = lambda token: [_matrix_picture(kind, grid, painting, token)]  # noqa: E731

    def job(token: CancelToken, _progress: ProgressSink) -> str:
        write_for_user(path, made(token))
        return str(path)

    def done(saved: str) -> None:
        context.messages.note(tr("Connections saved in {file}", file=plain(saved)))

    context.tasks.run("connections:export", job, done, context.messages.error)


def _matrix_picture(kind: str, grid: Grid, painting: GridPainting, token: CancelToken) -> bytes:
    most = _MOST_LINES["svg" if kind == "svg" else "png"]
    if len(grid.lines) > most:
        raise FileError("file.too-large-to-draw", lines=len(grid.lines), most=most)
    return _picture(kind, painting.size, lambda painter: painting.paint(painter, token.check))


def table(grid: Grid, token: CancelToken) -> Iterator[bytes]:
    """Yield a line for each cell shown, closed ones too: source, destination, verdict, and ports of workloads."""
    yield _csv([["source", "destination", "verdict", "open", "open for some pods only", "undecidable"]])
    for row in range(len(grid.lines)):
        token.check()
        yield _csv(_cells(grid, row))


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8")


def _cells(grid: Grid, row: int) -> Iterator[list[str]]:
    spans = grid.matrix.reach.ports.spans
    for column in range(len(grid.lines)):
        state = grid.state(row, column)
        if state is State.ITSELF:
            continue
        ends = [grid.lines[line].column for line in (row, column)]
        ports = ["", "", ""]
        if ends[0] is not None and ends[1] is not None and state is not State.CLOSED:
            cell = grid.cell(ends[0], ends[1])
            masks = (cell.certain & ~cell.partly, cell.partly, cell.undecidable)
            ports = [ports_words(spans(mask)) if mask else "" for mask in masks]
        yield [_name(grid, row), _name(grid, column), state.value, *ports]


def _name(grid: Grid, line: int) -> str:
    place = grid.end(line)
    if place is None:
        return grid.lines[line].group or "outside"
    return range_text(place) if isinstance(place, tuple) else end_text(place)


def _picture(kind: str, size: QSize, paint: Paint) -> bytes:
    """Return a picture as the bytes of its file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if kind == "svg":
        svg = QSvgGenerator()
        svg.setOutputDevice(buffer)
        svg.setSize(size)
        svg.setViewBox(QRectF(0, 0, size.width(), size.height()))
        _paint(svg, paint, 1.0)
    else:
        scale = min(_SCALE, sqrt(_MOST_PIXELS / max(size.width() * size.height(), 1)))
        image = QImage((QSizeF(size) * scale).toSize(), QImage.Format.Format_RGB32)
        if image.isNull():
            raise FileError("file.not-drawn")
        image.fill(QApplication.palette().color(QPalette.ColorRole.Base))
        _paint(image, paint, scale)
        if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
            raise FileError("file.not-drawn")
    return bytes(buffer.data().data())


def _paint(device: QImage | QSvgGenerator, paint: Paint, scale: float) -> None:
    painter = QPainter(device)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    paint(painter)
    painter.end()
