"""The policy that the details pane is about, with the picture it stands in."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.reach.objects import StoredPolicy
from desktop.reach.snapshot import Snapshot
from desktop.session.state import PolicyRow
from desktop.ui.plain import label

if TYPE_CHECKING:
    from desktop.session.session import Session


@dataclass(frozen=True, eq=False)
class Subject:
    """A policy of a session, as it is in one picture."""

    session: "Session"
    snapshot: Snapshot
    row: PolicyRow

    @property
    def stored(self) -> StoredPolicy | None:
        """The policy as the cluster holds it, None where the picture no longer has it."""
        return self.snapshot.policies.get(self.row.namespace, {}).get(self.row.name)

    def is_same(self, other: "Subject | None") -> bool:
        """Whether another subject would show the very same."""
        return (
            other is not None
            and self.session is other.session
            and self.snapshot is other.snapshot
            and self.row == other.row
        )


W = TypeVar("W", bound=QWidget)


class NoteOrContent(QStackedWidget, Generic[W]):
    """Shows its content, or a note that says why there is none. The content is made when it is first needed."""

    def __init__(self, make: Callable[[], W], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self._note = label(wrap=True)
        self._note.setContentsMargins(10, 8, 10, 8)
        self._note.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._note.setBackgroundRole(QPalette.ColorRole.Base)
        self._note.setAutoFillBackground(True)
        self.addWidget(self._note)

    @cached_property
    def content(self) -> W:
        """The content."""
        made = self._make()
        self.addWidget(made)
        return made

    @property
    def note(self) -> str:
        """The note shown, empty while the content is."""
        return self._note.text() if self.currentWidget() is self._note else ""

    def show_note(self, text: str) -> None:
        """Show a note instead of the content."""
        self._note.setText(text)
        self.setCurrentWidget(self._note)

    def show_content(self) -> None:
        """Show the content."""
        self.setCurrentWidget(self.content)
