"""A list of findings: sign, line and sentence; Enter or a click leads to the place."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from desktop.language import tr
from desktop.policy.findings import Finding
from desktop.ui.editor.margin import RANK
from desktop.ui.icons import severity_icon
from desktop.ui.plain import tooltip
from desktop.ui.wrapping import WrappingDelegate
from desktop.wording import findings as finding_words

LINE, SENTENCE = range(2)
_ROWS_SHOWN = 5
Index = QModelIndex | QPersistentModelIndex


class FindingModel(QAbstractTableModel):
    """Findings, the gravest first, then in the order of the text."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._findings: list[Finding] = []

    def show(self, findings: Sequence[Finding]) -> None:
        """Show these findings instead."""
        self.beginResetModel()
        self._findings = sorted(findings, key=lambda finding: (RANK[finding.severity], _line(finding)))
        self.endResetModel()

    def finding(self, row: int) -> Finding:
        """Return the finding of a row."""
        return self._findings[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        """Return how many findings there are."""
        return 0 if parent.isValid() else len(self._findings)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        """Return the number of columns."""
        return 0 if parent.isValid() else 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows; sentences are made when they are looked at."""
        finding = self._findings[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            if index.column() == LINE:
                return tr("Line {line}", line=finding.place.line) if finding.place else ""
            return finding_words.sentence(finding)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == LINE:
            return severity_icon(finding.severity)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(finding_words.sentence(finding), finding_words.hint(finding))
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == LINE:
            line = tr("Line {line}", line=finding.place.line) if finding.place else ""
            return " ".join(
                filter(None, (finding_words.severity_word(finding.severity), line, finding_words.sentence(finding)))
            )
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


class FindingList(QTreeView):
    """Shows findings in a few rows, and goes away when there are none."""

    picked = Signal(object)
    """The Finding whose place the user wants to see."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.findings = FindingModel(self)
        self.setModel(self.findings)
        self.setItemDelegate(WrappingDelegate(self))
        self.setAccessibleName(tr("Findings"))
        self.setRootIsDecorated(False)
        self.setHeaderHidden(True)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.header().setSectionResizeMode(LINE, QHeaderView.ResizeMode.ResizeToContents)
        self.clicked.connect(self._pick)
        self.activated.connect(self._pick)
        self.hide()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show these findings, or nothing at all when there are none."""
        self.findings.show(findings)
        self.setVisible(bool(findings))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Ask for the height of the rows, up to a few of them."""
        rows = range(min(self.findings.rowCount(), _ROWS_SHOWN))
        heights = sum(
            self.itemDelegate().sizeHint(QStyleOptionViewItem(), self.findings.index(row, SENTENCE)).height()
            for row in rows
        )
        return QSize(super().sizeHint().width(), heights + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        """Ask for a row at least."""
        return QSize(super().minimumSizeHint().width(), min(self.sizeHint().height(), 3 * self.fontMetrics().height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the sentences anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    @Slot(QModelIndex)
    def _pick(self, index: QModelIndex) -> None:
        self.picked.emit(self.findings.finding(index.row()))


def _line(finding: Finding) -> tuple[int, int]:
    return (finding.place.line, finding.place.column) if finding.place else (0, 0)
