"""The first page of the window: the switch above, form or text, what it means, why OK is off, and OK itself below."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.cancellation import CancelToken
from desktop.language import tr, tr_n
from desktop.manifest import checking
from desktop.manifest.checking import Checked, is_policy
from desktop.policy.findings import Finding, Severity
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.editor import templates
from desktop.ui.editor.checking import Check
from desktop.ui.editor.code_edit import CodeEdit
from desktop.ui.editor.draft_offer import DraftOffer
from desktop.ui.editor.importing import Import, addition, read_files
from desktop.ui.editor.pane import EditorPane
from desktop.ui.editor.policy_picker import PolicyPicker
from desktop.ui.editor.refusals import Refusal
from desktop.ui.elided import Elided
from desktop.ui.file_dialog import file_dialog
from desktop.ui.flow import Flow
from desktop.ui.impact.line import ImpactLine
from desktop.ui.plain import label, tooltip
from desktop.ui.scrolling import Shrinking
from desktop.ui.strip import Strip
from desktop.ui.tab_order import step_focus
from desktop.ui.wizard.panel import FormPanel
from desktop.ui.wizard.view_switch import View, ViewSwitch
from desktop.wording import errors as error_words
from desktop.wording import findings as words
from desktop.wording.plain import plain

_MISSING_TOLD, _REASON_LINES = 2, 3
_LOW = 400
"""Pixels; a lower window has room for the shortest words only."""


class EditorPage(QWidget):
    """Text in, a checked text out; the text is written as it stands or by the form beside it."""

    accepted = Signal(object)
    """A Checked without errors, to be reviewed."""

    left = Signal()
    """The user wants to leave."""

    def __init__(
        self,
        context: UiContext,
        check: Check,
        namespace: str,
        group: str,
        make_form: Callable[[CodeEdit], FormPanel],
        impact: ImpactLine,
    ) -> None:
        super().__init__()
        self._context, self._namespace, self._group = context, namespace, group
        self._start_text = ""
        self.pane = EditorPane(context.tasks, check)
        self.pane.edit.setPlaceholderText(tr("Type or paste YAML, drop files here, or choose a template."))
        self.pane.edit.files_given.connect(self.import_files)
        self.pane.checked.connect(self._judge)
        self.pane.failed.connect(context.messages.error)
        self._text_reason = tr("There is no policy in the text yet.")
        self.form = make_form(self.pane.edit)
        self.impact = impact
        self.switch = ViewSwitch()
        self.picker = PolicyPicker(self.pane.edit)
        self._views = QStackedWidget()
        self.theirs = CodeEdit(read_only=True)
        self.theirs.setAccessibleName(tr("On the cluster now"))
        self._theirs_box = QWidget()
        self.offer = DraftOffer(context.tasks, group, context.messages.error)
        self.banner = Strip()
        self._reason = Elided(lines=_REASON_LINES)
        self.ok = QPushButton(tr("&OK"))
        self.previous = QPushButton(tr("Pre&vious"))
        self.next = QPushButton(tr("Ne&xt"))
        self.templates = self._template_menu()
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self.show_view(View.YAML)

    @property
    def has_changes(self) -> bool:
        """Whether the draft differs from what the user was given to start with."""
        return self.pane.edit.text() != self._start_text or self.form.link.holds_back

    def count_as_given(self) -> None:
        """Take the text as it is for what the user was given: nothing of it is theirs to lose."""
        self._start_text = self.pane.edit.text()

    @property
    def reason(self) -> str:
        """Why OK is off; empty while it is on."""
        return self._reason.full

    @property
    def view(self) -> View:
        """The view that is seen."""
        return View.FORM if self._views.currentWidget() is self.form else View.YAML

    @Slot(object)
    def show_view(self, view: View) -> None:
        """Show the draft as a form or as YAML."""
        self.switch.show_view(view)
        shown = view is View.FORM
        if shown and self.form.link.holds_back:
            self.picker.go_to(self.form.number)  # what is not in the text must not be left behind
        self._views.setCurrentWidget(self.form if shown else self.pane)
        self.form.show_form(shown=shown)
        self._dress()

    def focus_first(self) -> None:
        """Go to where one begins in the view that is seen."""
        if self.view is View.FORM:
            self.form.focus_first()
        else:
            self.pane.edit.setFocus()

    def start_with(self, text: str) -> None:
        """Show a text that is not the user's work: the policy as it stands, a template, or nothing."""
        self._start_text = text
        self.pane.edit.set_text(text)

    def show_theirs(self, text: str, different: frozenset[int] = frozenset()) -> None:
        """Show beside the text what stands on the cluster now, ``different`` lines marked; an empty text: no longer."""
        self.theirs.set_text(text)
        self.theirs.mark_lines(different)
        self._theirs_box.setVisible(bool(text))

    def stop(self) -> None:
        """Check, import and offer no more: the window closes."""
        self.pane.stop()
        self.impact.stop()
        self.form.stop()
        self.offer.stop()
        for job in ("import", "template"):
            self._context.tasks.cancel(f"{self._group} {job}")

    def refuse(self, refusals: Sequence[Refusal]) -> None:
        """Show what the server said against the draft, and go to the first field of the form that it is about."""
        self.pane.refuse(refusals)
        self.form.link.judge_again()
        if not refusals or self.view is not View.FORM:
            return
        number = self.picker.number_of(refusals[0].namespace, refusals[0].name)
        if len(self.picker.policies) > 1 and number != self.form.number:
            self._pick(number, then=self.form.go_to_refused)
        else:
            self.form.link.when_settled(self.form.go_to_refused)

    @Slot()
    def submit(self) -> None:
        """Check the draft as it is now and hand it on, or go to its first error."""
        self.form.link.when_settled(lambda: self.pane.checking.when_checked(self._submit))

    @Slot(object)
    def import_files(self, paths: Sequence[Path]) -> None:
        """Read files in a task and add them to the end of the text."""
        existing = self.pane.edit.text()

        def job(token: CancelToken, _: ProgressSink) -> Import:
            return read_files(paths, existing, token)

        self._context.tasks.run(f"{self._group} import", job, self._imported, self._context.messages.error)

    def _lay_out(self) -> None:
        template, choose, cancel = QPushButton(tr("&Templates")), QPushButton(tr("&Import…")), QPushButton(tr("Cancel"))
        template.setMenu(self.templates)
        choose.setToolTip(tr("Add files to the end of the text, each as further documents"))
        choose.clicked.connect(self._choose_files)
        cancel.clicked.connect(self.left)
        above, below = Flow(spacing=6), QHBoxLayout()
        below.setSpacing(6)
        for button in (template, choose):
            button.setAutoDefault(False)
            above.addWidget(button)
        above.addWidget(self.picker)
        above.add_stretch()
        above.addWidget(self.switch)
        below.addWidget(self._reason, 1)
        for button in (self.previous, self.next, cancel, self.ok):
            below.addWidget(button)
            button.setAutoDefault(False)
        beside = QSplitter(Qt.Orientation.Horizontal)
        beside.setChildrenCollapsible(False)
        for view in (self.form, self.pane):
            self._views.addWidget(view)
        beside.addWidget(self._views)
        beside.addWidget(self._theirs_box)
        theirs = QVBoxLayout(self._theirs_box)
        theirs.setContentsMargins(0, 0, 0, 0)
        hide = QPushButton(tr("&Hide"))
        hide.setAutoDefault(False)
        hide.clicked.connect(lambda: self.show_theirs(""))
        head = QHBoxLayout()
        head.addWidget(label(tr("On the cluster now")), 1)
        head.addWidget(hide)
        theirs.addLayout(head)
        theirs.addWidget(self.theirs, 1)
        self._theirs_box.hide()
        draft = QWidget()
        column = QVBoxLayout(draft)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(above)
        column.addWidget(self.offer)
        column.addWidget(self.banner)
        column.addWidget(beside, 1)
        column.addWidget(self.form.meaning)
        column.addWidget(self.impact)
        layout = QVBoxLayout(self)
        layout.addWidget(Shrinking(draft), 1)
        layout.addLayout(below)

    def _connect(self) -> None:
        self.pane.edit.edited.connect(self.impact.outdate)
        self.picker.picked.connect(self._pick)
        self.switch.chosen.connect(self._turn_to)
        self.form.yaml_wanted.connect(lambda: self._turn_to(View.YAML))
        self.form.beyond.connect(self._show_line)
        self.form.changed.connect(self._dress)
        self.form.turned.connect(self._dress)
        self.ok.clicked.connect(self.submit)
        self.previous.clicked.connect(lambda: self.form.form.step(-1))
        self.next.clicked.connect(lambda: self.form.form.step(1))
        for keys, slot in ((QKeySequence.StandardKey.Undo, self._undo), (QKeySequence.StandardKey.Redo, self._redo)):
            QShortcut(QKeySequence(keys), self, slot).setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    @Slot()
    def _undo(self) -> None:
        """Take back the last change, wherever on the page the keyboard is."""
        self.form.link.undo() if self.view is View.FORM else self.pane.edit.undo()

    @Slot()
    def _redo(self) -> None:
        self.form.link.redo() if self.view is View.FORM else self.pane.edit.redo()

    @Slot(object)
    def _turn_to(self, view: View) -> None:
        self.show_view(view)
        self.focus_first()

    def _template_menu(self) -> QMenu:
        menu = QMenu(self)
        for name, title in templates.templates():
            menu.addAction(title, partial(self._load_template, name))
        return menu

    def _load_template(self, name: str) -> None:
        namespace = self._namespace

        def job(_: CancelToken, __: ProgressSink) -> str:
            return templates.load(name, namespace)

        self._context.tasks.run(f"{self._group} template", job, self._add_template, self._context.messages.error)

    def _add_template(self, text: str) -> None:
        """Start with the template; where text stands already, add it as a further document."""
        existing = self.pane.edit.text()
        if not existing.strip() or not self.has_changes:
            self.start_with(text)
        else:
            self.pane.edit.append_text(f"{'' if existing.endswith(chr(10)) else chr(10)}---\n{text}")
        self.focus_first()

    @Slot()
    def _choose_files(self) -> None:
        dialog = file_dialog(self, tr("Import Files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([tr("Manifests (*.yaml *.yml *.json)"), tr("All files (*)")])
        dialog.filesSelected.connect(lambda names: self.import_files([Path(name) for name in names]))
        dialog.open()

    def _imported(self, imported: Import) -> None:
        added = ""
        if imported.files:
            self.pane.edit.append_text(addition(self.pane.edit.text(), imported.files))
            count = len(imported.files)
            added = tr_n("{count} file was added.", "{count} files were added.", count)
        told = [error_words.sentence(error) for error in imported.errors]
        if told:
            self.banner.say(Severity.ERROR, told[0], "\n".join(filter(None, (*told[1:], added))))
        else:
            self.banner.say(Severity.INFO, added)
        self.focus_first()

    @Slot(object)
    def _judge(self, checked: Checked) -> None:
        """Say whether the text can be handed on."""
        policies = [entry for entry in checked.entries if is_policy(entry.value)]
        self.picker.policies = policies
        errors = [finding for finding in checked.findings if finding.severity is Severity.ERROR]
        lines = sorted({finding.place.line for finding in errors if finding.place})
        if lines:
            self._text_reason = tr("OK is off: correct the error in line {line} first.", line=lines[0])
        elif errors:
            self._text_reason = tr("OK is off: correct the error first.")
        elif not policies:
            self._text_reason = tr("There is no policy in the text yet.")
        else:
            self._text_reason = ""
        self._dress()

    @Slot()
    def _dress(self) -> None:
        """Switch OK on or off, with the reason why; and the buttons that lead through the form."""
        missing = [words.sentence(finding) for finding in self.form.missing if self._counts(finding)]
        if missing and (self.view is View.FORM or not self._text_reason):
            told = " ".join(missing[:_MISSING_TOLD])
            more = len(missing) - _MISSING_TOLD
            if more > 0:
                told += " " + tr_n("And {count} more.", "And {count} more.", more)
            self._turn_off_ok(tr("OK is off: {missing}", missing=told), missing)
        elif self.view is View.FORM and (wrong := self.picker.first_wrong) is not None:
            policy = self.picker.policies[wrong]
            name = {"name": plain(policy.name), "namespace": plain(policy.namespace)}
            self._turn_off_ok(tr("OK is off: correct what is wrong in {name} in {namespace} first.", **name))
        elif self._text_reason:
            self._turn_off_ok(self._text_reason)
        else:
            self._reason.say("")
            self._reason.setToolTip("")
            self.ok.setEnabled(True)
            self.ok.setToolTip(tr("See what will change; nothing is written yet (Ctrl+Enter)"))
        steps = self.form.has_form
        for button in (self.previous, self.next):
            button.setVisible(steps)
        self.previous.setEnabled(steps and not self.form.form.at_start)
        self.next.setEnabled(not self._at_end)
        if not self.isHidden():
            self._set_default()
        self._list_policies()
        self.impact.weigh(self.pane.checking.current if self.ok.isEnabled() else None)

    def _list_policies(self) -> None:
        """List the policies of the text, with what stands against each; of the one in the form, all that is missing."""
        policies, shown = self.picker.policies, self.form.number if self.form.has_form else -1
        missing = len(self.form.missing)
        errors = [max(self.pane.errors_of(each), missing * (at == shown)) for at, each in enumerate(policies)]
        self.picker.list_policies(policies, errors)
        reason = None
        if self.form.has_form and self.form.link.holds_back and self.form.missing:
            told = words.sentence(self.form.missing[0])
            reason = tr("First correct what stands here, or take it back: {reason}", reason=told)
        self.picker.use(reason)

    @Slot(object)
    def _pick(self, number: int, then: Callable[[], None] | None = None) -> None:
        """Show another policy of the text, once all that was typed has arrived there."""

        def go(checked: Checked) -> None:
            self._judge(checked)
            if not (self.form.has_form and self.form.link.holds_back):
                self.picker.go_to(number)
                self.form.show_form(shown=self.view is View.FORM)
            if then is not None:
                self.form.link.when_settled(then)

        self.form.link.when_settled(lambda: self.pane.checking.when_checked(go))

    @Slot(object)
    def _show_line(self, finding: Finding) -> None:
        """Show in the text what the form does not show."""
        self.show_view(View.YAML)
        if self.form.number < len(self.picker.policies):
            found = checking.place(finding, self.picker.policies[self.form.number].document)
            self.pane.edit.go_to(found.place) if found.place else self.pane.edit.setFocus()

    @property
    def _at_end(self) -> bool:
        return not self.form.has_form or self.form.form.at_end

    def _set_default(self) -> None:
        (self.ok if self._at_end else self.next).setDefault(True)

    def _counts(self, finding: Finding) -> bool:
        """Whether something missing in the form is to be told: in the text, only what that does not show itself."""
        return self.view is View.FORM or finding.code.startswith(("draft.", "typed."))

    def _turn_off_ok(self, reason: str, all_reasons: Sequence[str] = ()) -> None:
        self._reason.say(reason)
        self.ok.setEnabled(False)
        for told in (self.ok, self._reason):
            told.setToolTip(tooltip(*(all_reasons or (reason,))))

    def _submit(self, checked: Checked) -> None:
        if self.isHidden():
            return  # asked for twice: it is under review already
        if self.ok.isEnabled():
            self.accepted.emit(checked)
        elif self.view is View.FORM and self.form.missing:
            self.form.go_to_first()
        elif self.view is View.FORM and (wrong := self.picker.first_wrong) is not None:
            self._pick(wrong)
        else:
            self.show_view(View.YAML)
            self.pane.go_to_first()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the draft itself as much room as can be."""
        super().resizeEvent(event)
        for line in (self.form.meaning, self.impact):
            line.be_short(short=self.height() < _LOW)

    def showEvent(self, event: QShowEvent) -> None:
        """Take Enter back from the review, which has a default button of its own."""
        super().showEvent(event)
        self._set_default()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab go as the eye does."""
        return step_focus(self, forward=forward) or super().focusNextPrevChild(forward)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files anywhere on the page."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import what was dropped."""
        self.import_files([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()
