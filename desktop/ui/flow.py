"""A row that goes on in a further row below where there is no room for all of it beside each other."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QSpacerItem, QStyle, QWidget

_Placed = tuple[QLayoutItem, int]
"""An item, and its width."""


class Flow(QLayout):
    """Lays widgets out as words are; what wants to be wide takes what is left of its row."""

    def __init__(self, parent: QWidget | None = None, *, spacing: int = -1) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._parted: dict[int, Sequence[Sequence[_Placed]]] = {}  # by width; layouts ask again and again
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        """Add an item at the end."""
        self._items.append(item)

    def add_layout(self, layout: QLayout) -> None:
        """Add what stays together in one row."""
        self.addChildLayout(layout)
        self.addItem(layout)

    def add_stretch(self) -> None:
        """Push what comes next in the same row to its end."""
        self.addItem(QSpacerItem(0, 0, QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum))

    def count(self) -> int:
        """Return the number of items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return an item, None behind the last."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take an item out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Take all the width there is, and no more height than needed."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """Be higher where there is less width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all rows."""
        around = self.contentsMargins()
        rows = self._rows(width - around.left() - around.right())
        gaps = max(len(rows) - 1, 0) * self._gap(Qt.Orientation.Vertical)
        return sum(map(_height, rows)) + gaps + around.top() + around.bottom()

    def sizeHint(self) -> QSize:
        """Ask for one row."""
        shown = list(self._shown())
        gaps = self._gap(Qt.Orientation.Horizontal) * max(sum(map(_counts, shown)) - 1, 0)
        widths, heights = [each.sizeHint().width() for each in shown], [each.sizeHint().height() for each in shown]
        return QSize(sum(widths) + gaps, max(heights, default=0)).grownBy(self.contentsMargins())

    def minimumSize(self) -> QSize:
        """Ask for the widest of all at least."""
        least = [each.minimumSize() for each in self._shown()]
        widest = max((size.width() for size in least), default=0)
        highest = max((size.height() for size in least), default=0)
        return QSize(widest, highest).grownBy(self.contentsMargins())

    def setGeometry(self, rect: QRect) -> None:
        """Give each its place."""
        super().setGeometry(rect)
        rect = rect.marginsRemoved(self.contentsMargins())
        top, gap = rect.top(), self._gap(Qt.Orientation.Horizontal)
        for row in self._rows(rect.width()):
            left, height = rect.left(), _height(row)
            for item, width in row:
                own = min(height, item.maximumSize().height())
                place = QRect(left, top + (height - own) // 2, width, own)
                item.setGeometry(QStyle.visualRect(self._direction(), rect, place))
                left += width + gap * _counts(item)
            top += height + self._gap(Qt.Orientation.Vertical)

    def invalidate(self) -> None:
        """Ask the items anew."""
        self._parted.clear()
        super().invalidate()

    def _rows(self, width: int) -> Sequence[Sequence[_Placed]]:
        """Part the items into rows, each with its width."""
        if width not in self._parted:
            self._parted[width] = list(self._wrapped(width))
        return self._parted[width]

    def _wrapped(self, width: int) -> Iterator[Sequence[_Placed]]:
        gap, row, used = self._gap(Qt.Orientation.Horizontal), list[QLayoutItem](), 0
        for item in self._shown():
            wanted = item.sizeHint().width()
            if any(map(_counts, row)) and used + wanted > width:
                pushes = [row.pop()] if row[-1].spacerItem() is not None else []
                yield _shared_out(row, width, gap)
                row, used = pushes, 0
            row.append(item)
            used += wanted + gap * _counts(item)
        if row:
            yield _shared_out(row, width, gap)

    def _shown(self) -> Iterator[QLayoutItem]:
        return (item for item in self._items if item.spacerItem() is not None or not item.isEmpty())

    def _gap(self, orientation: Qt.Orientation) -> int:
        if self.spacing() >= 0:
            return self.spacing()
        metric = QStyle.PixelMetric
        horizontal = orientation is Qt.Orientation.Horizontal
        wanted = metric.PM_LayoutHorizontalSpacing if horizontal else metric.PM_LayoutVerticalSpacing
        parent = self.parentWidget()
        return parent.style().pixelMetric(wanted, None, parent) if parent is not None else 0

    def _direction(self) -> Qt.LayoutDirection:
        parent = self.parentWidget()
        return parent.layoutDirection() if parent is not None else Qt.LayoutDirection.LeftToRight


def _counts(item: QLayoutItem) -> bool:
    """Whether a gap follows an item: a stretch has none of its own."""
    return item.spacerItem() is None


def _height(row: Sequence[_Placed]) -> int:
    """Return the height of a row: what is narrower than it asks for may need to be higher."""
    return max(
        item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height() for item, width in row
    )


def _shared_out(row: Sequence[QLayoutItem], width: int, gap: int) -> Sequence[_Placed]:
    """Give what is left of a row to those that want to be wide, up to their largest width; stretches come last."""
    widths = [min(item.sizeHint().width(), width) for item in row]
    left = width - sum(widths) - gap * max(sum(map(_counts, row)) - 1, 0)
    for stretches in (False, True):
        greedy = [
            at
            for at, item in enumerate(row)
            if _counts(item) is not stretches and item.expandingDirections() & Qt.Orientation.Horizontal
        ]
        for still, at in zip(range(len(greedy), 0, -1), greedy, strict=True):
            more = max(min(left // still, row[at].maximumSize().width() - widths[at]), 0)
            widths[at] += more
            left -= more
    return list(zip(row, widths, strict=True))
