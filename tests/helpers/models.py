"""Qt models in tests: their contents as text, and the signals they gave."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt

Signals = list[str]


def table_text(model: QAbstractItemModel, columns: int) -> list[str]:
    """Return the first ``columns`` columns of a table, a line a row."""
    return [" | ".join(_cell(model, row, column) for column in range(columns)) for row in range(model.rowCount())]


def tree_text(
    model: QAbstractItemModel, columns: int = 1, parent: QModelIndex | None = None, depth: int = 0
) -> list[str]:
    """Return a tree, a line a row, indented by two spaces a level."""
    above, lines = parent or QModelIndex(), []
    for row in range(model.rowCount(above)):
        cells = [str(model.index(row, column, above).data() or "") for column in range(columns)]
        lines.append("  " * depth + " | ".join(cells).rstrip(" |"))
        lines += tree_text(model, columns, model.index(row, 0, above), depth + 1)
    return lines


@contextmanager
def recorded(model: QAbstractItemModel) -> Iterator[Signals]:
    """Record what a model tells while the block runs: ``insert 0-2``, ``remove 1-1``, ``change 0-3``, ``reset`` ..."""
    told: Signals = []
    recording = True

    def note(what: str) -> None:
        if recording:
            told.append(what)

    model.rowsInserted.connect(lambda _, first, last: note(f"insert {first}-{last}"))
    model.rowsRemoved.connect(lambda _, first, last: note(f"remove {first}-{last}"))
    model.rowsMoved.connect(lambda _, first, last, __, to: note(f"move {first}-{last} to {to}"))
    model.dataChanged.connect(lambda first, last: note(f"change {first.row()}-{last.row()}"))
    model.layoutChanged.connect(lambda: note("layout"))
    model.modelReset.connect(lambda: note("reset"))
    yield told
    recording = False


def _cell(model: QAbstractItemModel, row: int, column: int) -> str:
    return str(model.data(model.index(row, column), Qt.ItemDataRole.DisplayRole) or "")
