"""What was found about a policy."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from desktop.language import tr
from desktop.ui.policies.subject import NoteOrContent, Subject

if TYPE_CHECKING:
    from desktop.ui.editor.finding_list import FindingList


class FindingsTab(NoteOrContent["FindingList"]):
    """Shows the findings, the gravest first, with why they are so."""

    fix_wanted = Signal(object)
    """The Finding whose fix the user wants to see in the editor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self._make_list, parent)

    def show_subject(self, subject: Subject | None) -> None:
        """Show a policy's findings."""
        found = subject.row.findings if subject else ()
        if found:
            self.content.show_findings(found)
            self.show_content()
        else:
            self.show_note(tr("Nothing was found about this policy.") if subject else "")

    def _make_list(self) -> "FindingList":
        from desktop.ui.editor.finding_list import FindingList  # noqa: PLC0415  not before the window shows

        made = FindingList(reasons=True)
        made.setFrameShape(QFrame.Shape.NoFrame)
        made.fix_wanted.connect(self.fix_wanted)
        return made
