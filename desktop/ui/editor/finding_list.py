"""A list of findings: sign, line, sentence and fix; Enter or a click leads to the place, or makes the fix."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QCursor, QFont, QKeyEvent, QMouseEvent, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QHeaderView,
    QMenu,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.language import tr
from desktop.policy.findings import Finding
from desktop.ui.editor.margin import RANK
from desktop.ui.icons import severity_icon
from desktop.ui.item_views import RolesAsked, answer
from desktop.ui.plain import tooltip
from desktop.ui.wrapping import WrappingTree
from desktop.wording import findings as finding_words

LINE, SENTENCE, FIX = range(3)
_ROWS_SHOWN = 5
_MANY = 100
"""Of more findings than this only those in sight are measured, at each layout; so they are scrolled row by row."""
Index = QModelIndex | QPersistentModelIndex


class FindingModel(QAbstractTableModel):
    """Findings, the gravest first, then in the order of the text; ``reasons``: each with why it is so."""

    def __init__(self, parent: QObject, *, reasons: bool = False) -> None:
        super().__init__(parent)
        self._reasons = reasons
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
        return 0 if parent.isValid() else 3

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows; sentences are made when they are looked at."""
        finding, column = self._findings[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(finding, column)
            case Qt.ItemDataRole.DecorationRole if column == LINE:
                return severity_icon(finding.severity)
            case Qt.ItemDataRole.ToolTipRole if column == FIX and finding.fix is not None:
                return tooltip(self._fix_tip())
            case Qt.ItemDataRole.ToolTipRole:
                words = (finding_words.sentence(finding), finding_words.hint(finding), finding_words.reason(finding))
                return tooltip(*words)
            case Qt.ItemDataRole.AccessibleTextRole if column == LINE:
                severity, line = finding_words.severity_word(finding.severity), _line_words(finding)
                return " ".join(filter(None, (severity, line, finding_words.sentence(finding))))
            case Qt.ItemDataRole.AccessibleDescriptionRole if column == SENTENCE:
                return finding_words.reason(finding)
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ForegroundRole if column == FIX:
                return QApplication.palette().brush(QPalette.ColorRole.Link)
            case Qt.ItemDataRole.FontRole if column == FIX:
                font = QFont()
                font.setUnderline(True)
                return font
        return None

    def multiData(self, index: Index, span: RolesAsked) -> None:
        """Fill in all that is asked about a cell."""
        answer(span, lambda role: self.data(index, role))

    def _fix_tip(self) -> str:
        return tr("See this change in the editor") if self._reasons else tr("Make this change (Ctrl+. in the line)")

    def _text(self, finding: Finding, column: int) -> str:
        match column:
            case 0:
                return _line_words(finding)
            case 1 if self._reasons and (reason := finding_words.reason(finding)):
                return f"{finding_words.sentence(finding)}\n{reason}"
            case 1:
                return finding_words.sentence(finding)
            case _ if finding.fix is None:
                return ""
            case _ if self._reasons:  # the list is not beside the text: another window opens
                return tr("{fix}…", fix=finding_words.fix_words(finding.fix))
            case _:
                return finding_words.fix_words(finding.fix)


class FindingList(WrappingTree):
    """Shows findings in a few rows, and goes away when there are none."""

    picked = Signal(object)
    """The Finding whose place the user wants to see."""

    fix_wanted = Signal(object)
    """The Finding whose fix the user wants."""

    def __init__(self, parent: QWidget | None = None, *, reasons: bool = False) -> None:
        super().__init__(parent)
        self.findings = FindingModel(self, reasons=reasons)
        self.setModel(self.findings)
        self.setAccessibleName(tr("Findings"))
        self.setRootIsDecorated(False)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(SENTENCE, QHeaderView.ResizeMode.Stretch)
        self.clicked.connect(self._pick)
        self.activated.connect(self._pick)
        self.hide()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show these findings, or nothing at all when there are none."""
        many = len(findings) > _MANY
        self.setVerticalScrollMode(self.ScrollMode.ScrollPerItem if many else self.ScrollMode.ScrollPerPixel)
        self.findings.show(findings)
        for column in (LINE, FIX):  # once: a header that did so itself would ask anew at each layout
            self.setColumnWidth(column, self.widest(column, len(findings)))
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
        """Ask for three short rows, or fewer where there are no more."""
        return QSize(super().minimumSizeHint().width(), min(self.sizeHint().height(), 5 * self.fontMetrics().height()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Left and Right choose between the place and the fix, which Enter then goes to or makes."""
        index = self.currentIndex()
        if index.isValid() and event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            has_fix = self.findings.finding(index.row()).fix is not None
            column = FIX if event.key() == Qt.Key.Key_Right and has_fix else SENTENCE
            self.setCurrentIndex(index.siblingAtColumn(column))
            event.accept()
            return
        super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show that a fix can be clicked."""
        index = self.indexAt(event.position().toPoint())
        over = index.isValid() and index.column() == FIX and self.findings.finding(index.row()).fix is not None
        self.viewport().setCursor(QCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor))
        super().mouseMoveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the fix of a finding."""
        index = self.currentIndex()
        menu = fix_menu([self.findings.finding(index.row())] if index.isValid() else (), self.fix_wanted.emit, self)
        if not menu.isEmpty():
            menu.popup(event.globalPos())
        event.accept()

    @Slot(QModelIndex)
    def _pick(self, index: QModelIndex) -> None:
        finding = self.findings.finding(index.row())
        if index.column() == FIX and finding.fix is not None:
            self.fix_wanted.emit(finding)
        else:
            self.picked.emit(finding)


def fix_menu(findings: Sequence[Finding], then: Callable[[Finding], object], parent: QWidget) -> QMenu:
    """Return a menu of the fixes of some findings; each is given to ``then``."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for finding in findings:
        if finding.fix is not None:
            menu.addAction(finding_words.fix_words(finding.fix), partial(then, finding))
    return menu


def _line_words(finding: Finding) -> str:
    return tr("Line {line}", line=finding.place.line) if finding.place else ""


def _line(finding: Finding) -> tuple[int, int]:
    return (finding.place.line, finding.place.column) if finding.place else (0, 0)
