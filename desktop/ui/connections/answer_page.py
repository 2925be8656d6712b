"""Answers on the screen: a verdict with its sign, the reasons of both sides, and links to the rules they speak of."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCursor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStyle, QStyleOptionFocusRect, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.policy.objects import Direction
from desktop.reach.explain import End, Reason, Verdict
from desktop.reach.objects import Pod
from desktop.reach.questions import Answer
from desktop.ui.connections.why import Part, Told
from desktop.ui.icons import SIZE, Shape, toned
from desktop.ui.plain import label, tooltip
from desktop.ui.style import Tone, heading
from desktop.wording.connections import ports_words, verdict_words
from desktop.wording.lists import listed
from desktop.wording.plain import plain
from desktop.wording.reasons import end_name, side_heading, side_lines

_SIGNS = {
    Verdict.ALLOWED: (Shape.DISC, Tone.GOOD),
    Verdict.UNDECIDABLE: (Shape.HALF_DISC, Tone.BUSY),
    Verdict.NOT_ALLOWED: (Shape.BARRED_DISC, Tone.BAD),
}
_ORDER = (Verdict.ALLOWED, Verdict.UNDECIDABLE, Verdict.NOT_ALLOWED)
_NAMED = 3
"""So many pods are named; the rest is counted."""


class Link(QLabel):
    """A sentence that leads somewhere: by click, Enter or space."""

    followed = Signal()

    def __init__(self, text: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setWordWrap(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(QCursor(Qt.CursorShape.PointingHandCursor))
        self.setForegroundRole(QPalette.ColorRole.Link)
        self.setToolTip(tooltip(hint))
        self.setAccessibleDescription(hint)
        font = self.font()
        font.setUnderline(True)
        self.setFont(font)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Follow the link."""
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.followed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Follow the link."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.followed.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is elsewhere."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text, and a frame while the keyboard is here."""
        super().paintEvent(event)
        if self.hasFocus():
            option = QStyleOptionFocusRect()
            option.initFrom(self)
            painter = QPainter(self)
            self.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, option, painter, self)
            painter.end()


class Page(QWidget):
    """A column of sentences and links."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.links: list[Link] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(10, 8, 8, 8)
        self._column.setSpacing(4)

    def title(self, text: str) -> None:
        """Add a heading."""
        self._column.addWidget(heading(label(text, wrap=True, parent=self, selectable=True), 1.0))

    def say(self, text: str, *, indent: int = 0) -> None:
        """Add a sentence."""
        line = label(text, wrap=True, selectable=True, parent=self)
        line.setContentsMargins(indent, 0, 0, 0)
        self._column.addWidget(line)

    def link(self, text: str, hint: str, follow: Callable[[], object], *, indent: int = 0) -> None:
        """Add a link."""
        made = Link(text, hint, self)
        made.followed.connect(follow)
        self.links.append(made)
        row = QHBoxLayout()
        row.setContentsMargins(indent, 0, 0, 0)
        row.addWidget(made)
        self._column.addLayout(row)

    def sign(self, shape: Shape, tone: Tone, text: str) -> None:
        """Add a heading with a sign before it."""
        self.gap()
        picture = QLabel(self)
        picture.setPixmap(toned(shape, tone).pixmap(SIZE, SIZE))
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(heading(label(text, wrap=True, parent=self, selectable=True), 1.0), 1)
        self._column.addLayout(row)

    def gap(self) -> None:
        """Leave some room."""
        self._column.addSpacing(8)

    def end(self) -> None:
        """Push all of it up."""
        self._column.addStretch(1)


def answer_page(told: Told, open_rule: Callable[[Reason], object], parent: QWidget) -> Page:
    """Return a page with the answer to a question."""
    page = Page(parent)
    page.title(plain(told.source.title))
    page.title(tr("to {destination}", destination=plain(told.destination.title)))
    if len(told.parts) > 1:
        page.say(tr("The pods differ in what policies make of them."))
    for part in told.parts:
        if len(told.parts) > 1 or max(len(told.source.ends), len(told.destination.ends)) > 1:
            names = {"source": _names(part.sources), "destination": _names(part.destinations)}
            page.gap()
            page.say(tr("From {source} to {destination}:", **names))
        for answer in sorted(part.answers, key=lambda each: _ORDER.index(each.explanation.verdict)):
            _add_answer(page, part, answer, open_rule)
    page.end()
    return page


def _names(ends: tuple[End, ...]) -> str:
    shown = [end_name(end) for end in ends[:_NAMED]]
    if len(ends) > _NAMED:
        return tr("{names} and {count} more", names=listed(shown), count=len(ends) - _NAMED)
    return listed(shown)


def _add_answer(page: Page, part: Part, answer: Answer, open_rule: Callable[[Reason], object]) -> None:
    explanation = answer.explanation
    words = tr("{ports}: {verdict}", ports=ports_words(answer.ports), verdict=verdict_words(explanation.verdict))
    page.sign(*_SIGNS[explanation.verdict], words)
    source = part.sources[0]
    ends = source, next((end for end in part.destinations if end != source), part.destinations[0])
    for side in (explanation.out, explanation.into):
        page.say(side_heading(side, *ends), indent=SIZE + 6)
        for line in side_lines(side, *ends):
            if line.rule is not None:
                page.link(line.text, tr("Open this policy at the rule"), partial(open_rule, line.rule), indent=2 * SIZE)
            else:
                page.say(line.text, indent=2 * SIZE)
        target = ends[0] if side.direction is Direction.EGRESS else ends[1]
        if isinstance(target, Pod) and not side.admitting and side.decided is None:
            for name in side.selecting:
                rules = Reason("NetworkPolicy", target.namespace, name, side.direction, 0)
                words = tr("Open {policy}", policy=plain(name))
                page.link(words, tr("Open this policy at its rules"), partial(open_rule, rules), indent=2 * SIZE)
