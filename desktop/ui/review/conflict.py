"""A conflict: what stands on the cluster now beside what was to be written, and the choice between them."""

from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollBar, QSplitter, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.ui.plain import label
from desktop.ui.review.diff_view import DiffView, Side
from desktop.ui.review.items import Item
from desktop.wording.lists import listed
from desktop.wording.plain import plain


class Choice(Enum):
    """What to do in a conflict."""

    THEIRS = "theirs"  # leave what stands there, drop what was to be written
    MINE = "mine"  # review mine anew, as a change of what stands there now
    EDIT = "edit"  # merge both by hand


class ConflictPanel(QWidget):
    """Shows both versions side by side; nothing is written by choosing."""

    chosen = Signal(object, object)
    """A Choice, and the Item it is about."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item: Item | None = None
        self._owners = label(wrap=True, selectable=True)
        self.theirs, self.mine = DiffView(Side.BEFORE), DiffView(Side.AFTER)
        self.theirs.setAccessibleName(tr("On the cluster now"))
        self.mine.setAccessibleName(tr("Yours"))
        self._theirs_title = label()
        self.buttons: dict[Choice, QPushButton] = {}
        self._lay_out()
        _scroll_together(self.theirs.verticalScrollBar(), self.mine.verticalScrollBar())
        _scroll_together(self.theirs.horizontalScrollBar(), self.mine.horizontalScrollBar())

    @property
    def owners(self) -> str:
        """What is said of who else owns which fields."""
        return self._owners.text()

    def show_item(self, item: Item) -> None:
        """Show the conflict of a policy."""
        self._item = item
        self._owners.setText("\n".join(_owner_sentences(item)))
        self._owners.setVisible(bool(item.owned))
        self._theirs_title.setText(
            tr("On the cluster now") if item.theirs else tr("Deleted from the cluster meanwhile")
        )
        theirs, mine = item.sides
        self.theirs.show_rows(theirs)
        self.mine.show_rows(mine)

    def _lay_out(self) -> None:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        for title, view in ((self._theirs_title, self.theirs), (label(tr("Yours")), self.mine)):
            side = QWidget()
            column = QVBoxLayout(side)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(4)
            column.addWidget(title)
            column.addWidget(view)
            splitter.addWidget(side)
        row = QHBoxLayout()
        for choice, text, tip in (
            (Choice.THEIRS, tr("Take &theirs"), tr("Leave what is on the cluster; your text becomes the same")),
            (Choice.MINE, tr("Keep &mine"), tr("Review your text anew, as a change of what is on the cluster now")),
            (Choice.EDIT, tr("&Edit"), tr("Back to your text, with the cluster's beside it")),
        ):
            button = QPushButton(text)
            button.setToolTip(tip)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, choice=choice: self._choose(choice))
            row.addWidget(button)
            self.buttons[choice] = button
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._owners)
        layout.addWidget(splitter, 1)
        layout.addLayout(row)

    def _choose(self, choice: Choice) -> None:
        self.chosen.emit(choice, self._item)


def _owner_sentences(item: Item) -> list[str]:
    """Say which other manager owns which fields."""
    fields: dict[str, list[str]] = {}
    for owned in item.owned:
        fields.setdefault(owned.manager, []).append(plain(owned.field.lstrip(".")))
    return [
        tr("{manager} looks after {fields}.", manager=plain(manager), fields=listed(names))
        for manager, names in fields.items()
    ]


def _scroll_together(one: QScrollBar, other: QScrollBar) -> None:
    one.valueChanged.connect(other.setValue)
    other.valueChanged.connect(one.setValue)
