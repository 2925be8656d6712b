"""Suggestions under a field, filtered as one types; any number of them costs nothing until one types."""

from collections.abc import Iterable

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit

from desktop.wording.plain import plain

_SHOWN = 12


class Suggestions(QCompleter):
    """Completes the text of a field or, with ``several``, the last of the names that commas part."""

    def __init__(self, field: QLineEdit, model: QAbstractItemModel | None = None, *, several: bool = False) -> None:
        super().__init__(field)
        self.several = several
        self._own = QStringListModel(self)
        self.setModel(model or self._own)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setMaxVisibleItems(_SHOWN)
        field.setCompleter(self)

    def offer(self, texts: Iterable[str]) -> None:
        """Suggest these texts from now on."""
        wanted = [plain(text) for text in texts]
        if wanted != self._own.stringList():
            self._own.setStringList(wanted)

    def splitPath(self, path: str) -> list[str]:
        """Look for the last of several names."""
        return [path.rpartition(",")[2].strip()] if self.several else [path]

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        """Put the chosen name in the place of the last of several."""
        chosen = str(index.data() or "")
        field = self.widget()
        if not self.several or not isinstance(field, QLineEdit):
            return chosen
        before, comma, _ = field.text().rpartition(",")
        return f"{before}{comma} {chosen}" if comma else chosen
