"""The form as a view of a text: the form itself, or why the text has none; and what keeps it from being applied."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.policy.draft import Draft
from desktop.policy.findings import Finding, Severity
from desktop.policy.objects import Direction
from desktop.policy.profile import direction_lacking
from desktop.ui.bridge import UiContext
from desktop.ui.editor.code_edit import CodeEdit
from desktop.ui.icons import severity_icon
from desktop.ui.plain import label
from desktop.ui.wizard.form import FormView
from desktop.ui.wizard.judging import Judged, Terms
from desktop.ui.wizard.link import DraftLink
from desktop.ui.wizard.meaning import MeaningLines
from desktop.ui.wizard.opening import Opened
from desktop.ui.wizard.surroundings import Surroundings
from desktop.wording import findings as words

if TYPE_CHECKING:
    from desktop.session.session import Session

_BIG_ICON = 32


class FormPanel(QStackedWidget):
    """Shows the policy of a text as a form. What the form costs is spent when it is first shown."""

    changed = Signal()
    """It stands differently: what is missing, or whether there is a form at all."""

    edited = Signal()
    """The user changed something in the form, whether or not it can be read."""

    beyond = Signal(object)
    """The user wants to see where a Finding is, of which the form shows nothing."""

    turned = Signal()
    """Another page of the form is shown."""

    yaml_wanted = Signal()
    """The user wants to see the text instead."""

    def __init__(
        self,
        context: UiContext,
        session: "Session",
        edit: CodeEdit,
        terms: Callable[[], Terms],
        group: str,
        *,
        fixed_identity: bool,
    ) -> None:
        super().__init__()
        self._terms, self._fixed_identity = terms, fixed_identity
        self._opened: Opened | None = None
        self._missing: Sequence[Finding] = ()
        self._focus_waits = False
        self.surroundings = Surroundings(context, session, self)
        self.link = DraftLink(context.tasks, edit, terms, group)
        self.meaning = MeaningLines()
        self._why = label(wrap=True)
        self.show_yaml = QPushButton(tr("Show YAML"))
        self._reason_page = self._make_reason_page()
        self.addWidget(self._reason_page)
        self.link.opened.connect(self._show_opened)
        self.link.judged.connect(self._show_judged)
        self.link.failed.connect(context.messages.error)

    @cached_property
    def form(self) -> FormView:
        """The form itself."""
        form = FormView(self.surroundings, self._terms().namespace, fixed_identity=self._fixed_identity)
        form.edited.connect(self._take)
        form.turned.connect(self.turned)
        form.beyond.connect(self.beyond)
        self._page = QWidget()
        layout = QVBoxLayout(self._page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(form)
        self.addWidget(self._page)
        return form

    @property
    def reason(self) -> str:
        """Why the text has no form; empty where it has one."""
        return self._opened.reason if self._opened else ""

    @property
    def has_form(self) -> bool:
        """Whether the form itself is shown, not why there is none."""
        return self.link.form_shown and self._opened is not None and self._opened.draft is not None

    @property
    def number(self) -> int:
        """The number (from 0) of the policy that is shown, among those of the text."""
        return self._opened.number if self._opened else 0

    @property
    def missing(self) -> Sequence[Finding]:
        """What keeps the draft from being applied, as far as known: while it is judged anew, as it was."""
        return self._missing

    def show_form(self, *, shown: bool) -> None:
        """Be the view that is seen, or not."""
        self.link.form_shown = shown
        if not shown:
            return
        if "form" not in vars(self):  # only now is it worth following the cluster
            self.surroundings.changed.connect(self._follow)
            self.surroundings.start()
        if self.link.holds_back and self._opened is not None:
            self._show_draft(self._opened)
        else:
            self.link.read()

    def focus_first(self) -> None:
        """Go to where one begins, as soon as that is known."""
        self._focus_waits = self._opened is None
        if self.has_form:
            self.form.focus_first()
        else:
            self.show_yaml.setFocus()

    def go_to_first(self) -> None:
        """Go to the first thing that is missing."""
        if self.has_form and self.missing:
            self.form.go_to(self.missing[0])

    def go_to_refused(self) -> None:
        """Go to the first field that the server refused."""
        judged = self.link.current
        if self.has_form and judged is not None and judged.refused:
            self.form.go_to(judged.refused[0])

    def stop(self) -> None:
        """Be quiet: the window closes."""
        self.link.stop()
        self.surroundings.stop()

    def _make_reason_page(self) -> QWidget:
        icon = label()
        icon.setPixmap(severity_icon(Severity.INFO).pixmap(_BIG_ICON, _BIG_ICON))
        self.show_yaml.setAutoDefault(False)
        self.show_yaml.clicked.connect(self.yaml_wanted)
        page = QWidget()
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._why, 3)
        row.addStretch(1)
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.show_yaml, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        return page

    @Slot(object, bool)
    def _show_opened(self, opened: Opened, _decided: bool) -> None:
        self._opened = opened
        if opened.draft is None:
            self._missing = ()
            self._why.setText(opened.reason)
            self.setCurrentWidget(self._reason_page)
            self.meaning.show_judged(None)
        elif self.link.form_shown:
            self._show_draft(opened)
        if self._focus_waits:
            self.focus_first()
        self.changed.emit()

    def _show_draft(self, opened: Opened) -> None:
        within = self._has_keyboard()
        self.form.show_draft(self.link.draft, opened.kept, decided=self.link.decided)
        if within and not self._has_keyboard():
            self.form.focus_first()  # the field that had it is gone, as undo can do it
        self.setCurrentWidget(self._page)
        self._follow()

    def _has_keyboard(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and self.form.isAncestorOf(focus)

    @Slot(object)
    def _show_judged(self, judged: Judged) -> None:
        self._missing = judged.errors
        several = self._opened is not None and self._opened.of > 1
        self.meaning.show_judged(judged if self.link.form_shown or not several else None)
        if self.link.form_shown:
            self.form.show_judged(judged)
        self.changed.emit()

    @Slot(object)
    def _take(self, draft: Draft) -> None:
        self.link.change(draft, decided=self.form.decided)
        self.edited.emit()

    @Slot()
    def _follow(self) -> None:
        """Follow the cluster: its limits, and the names that are taken."""
        profile = self._terms().profile
        for direction in Direction:
            lack = direction_lacking(profile, direction)
            self.form.show_limit(direction, words.sentence(lack) if lack else "", words.hint(lack) if lack else "")
        self.link.judge_again()
