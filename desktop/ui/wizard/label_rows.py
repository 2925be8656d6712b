"""A label selector as rows of key, operator and value; all rows must hold."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.policy.draft import LabelRow, SelectorField
from desktop.policy.findings import Finding, Path
from desktop.policy.objects import Operator
from desktop.ui.wizard.completing import Suggestions
from desktop.ui.wizard.fields import Choice, Field, ProblemStrip, push_button, small_button, under
from desktop.ui.wizard.surroundings import Surroundings, Where
from desktop.wording.plain import plain

_VALUELESS = frozenset({Operator.EXISTS, Operator.DOES_NOT_EXIST})
_LISTS = frozenset({Operator.IN, Operator.NOT_IN})
_KEY_WIDTH, _VALUE_WIDTH = 14, 14


class _Row(QWidget):
    """One row."""

    edited = Signal()
    removed = Signal()

    def __init__(self, row: LabelRow) -> None:
        super().__init__()
        self.row = row
        self.key = Field(tr("Label key"), tr("key, such as role"), characters=_KEY_WIDTH)
        self.operator = Choice(tr("Operator"), _operators())
        self.values = Field(tr("Label value"), characters=_VALUE_WIDTH)
        self.keys = Suggestions(self.key)
        self.known = Suggestions(self.values)
        self.remove = small_button("✕", tr("Remove this label"), self.removed.emit)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.key, 2)
        layout.addWidget(self.operator)
        layout.addWidget(self.values, 2)
        layout.addWidget(self.remove)
        self.key.typed.connect(self._edit)
        self.values.typed.connect(self._edit)
        self.operator.picked.connect(self._edit)
        self.show_row(row)

    def show_row(self, row: LabelRow) -> None:
        self.row = row
        self.key.show_text(row.key)
        self.operator.show_value(row.operator)
        self.values.show_text(row.values)
        self._dress()

    @Slot()
    def _edit(self) -> None:
        operator = self.operator.currentData()
        values = "" if operator in _VALUELESS else self.values.text()
        self.row = replace(self.row, key=self.key.text(), operator=operator, values=values)
        self.values.show_text(values)
        self._dress()
        self.edited.emit()

    def _dress(self) -> None:
        operator = self.row.operator
        self.values.setVisible(operator not in _VALUELESS)
        several = operator in _LISTS
        self.values.setPlaceholderText(tr("values, such as a, b") if several else tr("value, such as db"))
        self.values.setAccessibleName(tr("Label values") if several else tr("Label value"))
        self.known.several = several
        self.remove.setAccessibleName(tr("Remove label {key}", key=plain(self.row.key)))


class SelectorEditor(QWidget):
    """Edits a selector. With ``first_row`` a blank row waits where there is none; blank rows count for nothing."""

    edited = Signal(object)
    """A SelectorField."""

    fixed = Signal(object)
    """A Fix the user wants."""

    def __init__(self, surroundings: Surroundings, name: str, *, first_row: bool = False) -> None:
        super().__init__()
        self._surroundings, self._first_row = surroundings, first_row
        self._field = SelectorField()
        self._where = Where()
        self.rows: list[_Row] = []
        self.setAccessibleName(name)
        self.add = push_button(tr("&Add") if first_row else tr("+ Label"), self._add)
        self.problems = ProblemStrip()
        self.problems.fixed.connect(self.fixed)
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._list)
        layout.addWidget(self.problems)
        layout.addWidget(self.add)
        surroundings.labels_ready.connect(self._offer)
        if first_row:
            self._append(_blank())

    @property
    def field(self) -> SelectorField:
        """The selector as filled in."""
        return replace(self._field, rows=tuple(row.row for row in self.rows if not _is_blank(row.row)))

    def show_field(self, field: SelectorField) -> None:
        """Show a selector."""
        same = field == self.field
        self._field = field
        if same:
            filled = [row for row in self.rows if not _is_blank(row.row)]
            for shown, row in zip(filled, field.rows, strict=True):
                shown.row = row
            return
        wanted = field.rows or ((_blank(),) if self._first_row else ())
        for shown, row in zip(self.rows, wanted, strict=False):
            shown.show_row(row)
        for row in wanted[len(self.rows) :]:
            self._append(row)
        for shown in self.rows[len(wanted) :]:
            self._drop(shown)

    def use(self, where: Where) -> None:
        """Suggest the labels of these pods or namespaces."""
        self._where = where
        self._offer(where)

    def show_problems(self, findings: Sequence[Finding], path: Path) -> None:
        """Show what was found at and below the selector's path."""
        own = under(findings, *path)
        filled = [row for row in self.rows if not _is_blank(row.row)]
        expressions = [row for row in filled if row.row.operator is not None]
        marked: dict[_Row, list[Finding]] = {}
        for finding in own:
            match finding.spot[len(path) :]:
                case ("matchLabels", str(key), *_):
                    rows = [row for row in filled if row.row.operator is None and row.row.key.strip() == key][-1:]
                case ("matchExpressions", int(number), *_):
                    rows = expressions[number : number + 1]
                case _:
                    rows = []
            for row in rows:
                marked.setdefault(row, []).append(finding)
        for row in self.rows:
            about_value, about_key = _parted(marked.get(row, ()))
            row.key.show_problems(about_key)
            row.values.show_problems(about_value)
        self.problems.show_problems(own)

    @Slot()
    def _add(self) -> None:
        blank = next((row for row in self.rows if _is_blank(row.row)), None) or self._append(_blank())
        blank.key.setFocus()

    def _append(self, row: LabelRow) -> _Row:
        made = _Row(row)
        made.edited.connect(self._tell)
        made.removed.connect(lambda: self._remove(made))
        made.values.installEventFilter(self)
        self.rows.append(made)
        self._list.addWidget(made)
        self._offer(self._where)
        return made

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go on to the next row on Enter in a value."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            plain_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers()
            if plain_enter:
                self._add()
                return True
        return super().eventFilter(watched, event)

    def _remove(self, row: _Row) -> None:
        position = self.rows.index(row)
        self._drop(row)
        if self._first_row and not self.rows:
            self._append(_blank())
        (self.rows[min(position, len(self.rows) - 1)].key if self.rows else self.add).setFocus()
        self._tell()

    def _drop(self, row: _Row) -> None:
        self.rows.remove(row)
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()

    @Slot()
    def _tell(self) -> None:
        self._field = self.field
        self._offer(self._where)
        self.edited.emit(self._field)

    @Slot(object)
    def _offer(self, where: Where) -> None:
        if where != self._where or not self.rows:
            return
        labels = self._surroundings.labels(where)
        for row in self.rows:
            row.keys.offer(labels)
            row.known.offer(labels.get(row.row.key.strip(), ()))


def _operators() -> Sequence[tuple[object, str]]:
    return (
        (None, "="),
        (Operator.IN, tr("in")),
        (Operator.NOT_IN, tr("not in")),
        (Operator.EXISTS, tr("exists")),
        (Operator.DOES_NOT_EXIST, tr("does not exist")),
    )


def _blank() -> LabelRow:
    return LabelRow("", None, "")


def _is_blank(row: LabelRow) -> bool:
    return not row.key.strip() and not row.values.strip() and row.operator is None


def _parted(findings: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Part the findings of a row in those about its value and those about its key."""
    about_value = [each for each in findings if each.code.startswith(("label-value.", "selector.values"))]
    return about_value, [each for each in findings if each not in about_value]
