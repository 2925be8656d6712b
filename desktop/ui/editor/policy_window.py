"""The window in which policies are written, as a form or as YAML, reviewed and applied."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Self

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import PolicyDocument
from desktop.language import tr
from desktop.manifest import checking
from desktop.manifest.checking import Checked, Entry
from desktop.policy.findings import Finding, Path, Severity
from desktop.session.carrying_out import Outcome
from desktop.session.planning import Draft, Intent
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext, at_once
from desktop.ui.cluster_banner import ClusterBanner
from desktop.ui.editor.checker import checker, origin_of
from desktop.ui.editor.code_edit import CodeEdit
from desktop.ui.editor.draft_keeper import DraftKeeper
from desktop.ui.editor.drafts import FormDraft, StoredDraft, now
from desktop.ui.editor.duplicating import duplicated
from desktop.ui.editor.known import known_of
from desktop.ui.editor.page import EditorPage
from desktop.ui.editor.refusals import refusals
from desktop.ui.editor.suggestions import Known
from desktop.ui.impact.line import ImpactLine
from desktop.ui.review.causes import REFUSED
from desktop.ui.review.conflict import Choice
from desktop.ui.review.items import Item, Standing, outcome_words
from desktop.ui.review.page import ReviewPage, Written
from desktop.ui.review.rows import Mark
from desktop.ui.window_size import open_at
from desktop.ui.wizard.judging import Terms
from desktop.ui.wizard.panel import FormPanel
from desktop.ui.wizard.view_switch import View
from desktop.wording import findings as finding_words
from desktop.wording.plain import plain

if TYPE_CHECKING:
    from desktop.session.session import Session

_SIZE = (960, 640)
_FOLLOW_MS = 1000
_numbers = count(1)


class PolicyWindow(QDialog):
    """Creates policies, or edits one: form and text of one draft, then the review, then what became of it.

    A window of its own that blocks nothing. ``close`` asks once about unsaved text and returns False meanwhile;
    ``finished`` tells that the window is gone. Until then unsaved text is kept as a draft on disk.
    """

    def __init__(
        self,
        context: UiContext,
        session: "Session",
        *,
        namespace: str,
        document: PolicyDocument | None,
        duplicate: bool = False,
        parent: QWidget | None = None,
        draft: StoredDraft | None = None,
        view: View = View.YAML,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context, self._session, self._namespace = context, session, namespace
        self._document = None if duplicate else document
        self._is_new = duplicate or (document is None and view is View.FORM)
        self._opened_as = view
        self._bases = {(d.namespace, d.name): d for d in (self._document,) if d is not None}
        self._checked: Checked | None = None
        self._group = f"policy window {next(_numbers)}"
        impact = ImpactLine(context, session)
        check = checker(session, namespace, self._old)
        self.page = EditorPage(context, check, namespace, self._group, self._make_form, impact)
        self.review = ReviewPage(context, session, self._group)
        self.keeper = DraftKeeper(context.tasks, self._draft, context.messages.error, self, draft.file if draft else "")
        self._left = self._closing_parent = False
        self._seen = session.snapshot
        self._follow_timer = QTimer(self, interval=_FOLLOW_MS)
        if parent is not None:
            parent.installEventFilter(self)
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self.page.show_view(view)
        self._fill(document, draft, duplicate=duplicate)

    @classmethod
    def restore(cls, context: UiContext, session: "Session", draft: StoredDraft, parent: QWidget | None = None) -> Self:
        """Return a window with a draft that was left, as it was, and the document it started from."""
        view = View.FORM if draft.form else View.YAML
        return cls(
            context, session, namespace=draft.namespace, document=draft.base, parent=parent, draft=draft, view=view
        )

    def show_path(self, path: Path) -> None:
        """Go to the line of a value of the policy that was opened, as soon as its text is read."""

        def go(checked: Checked) -> None:
            for entry in checked.entries:
                if self._document and (entry.namespace, entry.name) == (self._document.namespace, self._document.name):
                    self.page.pane.edit.go_to(entry.place(path))

        self.page.pane.checking.when_checked(go)

    def make_fix(self, finding: Finding) -> None:
        """Make the fix of a finding of the policy that was opened, if it is still found, to be reviewed and applied."""

        def make(checked: Checked) -> None:
            for each in checked.findings:
                if (each.code, each.spot) == (finding.code, finding.spot) and each.fix is not None:
                    self.page.pane.fix(each)
                    made = finding_words.fix_words(each.fix)
                    self.page.banner.say(
                        Severity.INFO, tr("{fix}: changed in the text below. Nothing is applied yet.", fix=made)
                    )
                    return
            self.page.banner.say(Severity.INFO, tr("This is no longer found: the policy, or the cluster, is another."))

        self.page.pane.checking.when_checked(make)

    def event(self, event: QEvent) -> bool:
        """Paint without others between."""
        return at_once(event, super().event)

    def reject(self) -> None:
        """Go one step back: from the review to the text, from the text out."""
        if self._pages.currentWidget() is self.page:
            self._try_to_leave()
        elif not self.review.writing:
            self._back_to_text()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, unless something is being written or unsaved text has to be asked about first."""
        if not self._left:
            self._try_to_leave()
        event.setAccepted(self._left)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hold up the closing of the main window until unsaved text is kept or discarded."""
        if event.type() is QEvent.Type.Close and watched is self.parent() and self.isVisible():
            self._closing_parent = not self.close()
            if self._closing_parent:
                event.ignore()
                self.raise_()
                self.activateWindow()
                return True
        return super().eventFilter(watched, event)

    def done(self, result: int) -> None:
        """Be gone."""
        self.page.stop()
        self.review.leave()
        self._context.tasks.cancel(f"{self._group} names")
        super().done(result)

    def _lay_out(self) -> None:
        title = self._session.entry.title
        if self._document is not None:
            self.setWindowTitle(tr("{name} – {cluster}", name=plain(self._document.name), cluster=plain(title)))
        elif self._opened_as is View.FORM:
            self.setWindowTitle(tr("Create Network Policy – {cluster}", cluster=plain(title)))
        else:
            self.setWindowTitle(tr("Create from YAML – {cluster}", cluster=plain(title)))
        for page in (self.page, self.review):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.banner = ClusterBanner(self._session.entry, self._subject())
        layout.addWidget(self.banner)
        layout.addWidget(self._pages, 1)
        open_at(self, *_SIZE)

    @Slot()
    def _follow(self) -> None:
        """Check the text again when the cluster is another: what is found rests on what it holds."""
        if self._session.snapshot is not self._seen:
            self._seen = self._session.snapshot
            self.page.pane.checking.again()

    def _subject(self) -> str:
        """Say what is being edited, and where it comes from."""
        if self._document is None and self._opened_as is View.FORM:
            return tr("A new policy")
        if self._document is None:
            return tr("Policies that name no namespace go to {namespace}.", namespace=plain(self._namespace))
        words = {"name": plain(self._document.name), "namespace": plain(self._document.namespace)}
        if self._document.origin:
            return tr("{name} in {namespace}, from {file}", file=plain(self._document.origin), **words)
        return tr("{name} in {namespace}", **words)

    def _connect(self) -> None:
        self._follow_timer.timeout.connect(self._follow)
        self._follow_timer.start()
        self.page.pane.edit.edited.connect(self.keeper.changed)
        self.page.form.edited.connect(self.keeper.changed)
        self.page.accepted.connect(self._start_review)
        self.page.left.connect(self.reject)
        self.page.offer.taken.connect(self._take_draft)
        self.review.back.connect(self._back_to_text)
        self.review.picked.connect(self._go_to)
        self.review.chosen.connect(self._resolve)
        self.review.written.connect(self._take_results)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self, self._go_on)
            shortcut.setAutoRepeat(False)  # one stroke leads to the review, another one writes

    @property
    def _old(self) -> Mapping[str, object] | None:
        """The policy as it stood when it was opened."""
        return self._document.value if self._document else None

    def _make_form(self, edit: CodeEdit) -> FormPanel:
        fixed = self._document is not None
        return FormPanel(self._context, self._session, edit, self._terms, self._group, fixed_identity=fixed)

    def _terms(self) -> Terms:
        """Return what the form is judged by: a new policy may not take the name of another."""
        session = self._session
        taken = session.snapshot.policies if self._is_new else None
        return Terms(
            self._namespace,
            session.profile,
            self._old,
            taken,
            session.snapshot,
            origin_of(session),
            session.sights,
            self.page.pane.refusals,
        )

    def _fill(self, document: PolicyDocument | None, draft: StoredDraft | None, *, duplicate: bool) -> None:
        """Put the text in, and have the cluster's names gathered for the suggestions."""
        session = self._session

        def gather(_: CancelToken, __: ProgressSink) -> tuple[str, Known]:
            text = document.text if document else ""
            return duplicated(text, document.name) if document and duplicate else text, known_of(session.snapshot)

        def gathered(found: tuple[str, Known]) -> None:
            text, known = found
            self.page.pane.completion.use(known)
            if duplicate:
                self.page.start_with(text)

        if document is not None and not duplicate:
            self.page.start_with(document.text)
        if draft is not None:
            self._put_in(draft)
            self.page.banner.say(Severity.INFO, tr("This is the draft that was kept when it was last left."))
        elif not duplicate:
            self.page.offer.look(lambda left: left.is_about(session.entry.id, document))
        self._context.tasks.run(f"{self._group} names", gather, gathered, self._context.messages.error)
        self.page.focus_first()

    @Slot(object)
    def _take_draft(self, draft: StoredDraft) -> None:
        """Put in a draft that was left, and keep it as our own."""
        if draft.base is not None:
            self._bases[draft.base.namespace, draft.base.name] = draft.base
        self._put_in(draft)
        self.keeper.take_over(draft.file)

    def _put_in(self, draft: StoredDraft) -> None:
        self.page.pane.edit.replace_text(draft.text)
        if draft.form is not None:
            self.page.form.link.resume(draft.form.fields, decided=draft.form.decided)

    def _draft(self) -> StoredDraft | None:
        """Return the draft as of now, None where there is nothing to keep."""
        if not self.page.has_changes:
            return None
        entry, text = self._session.entry, self.page.pane.edit.text()
        form = FormDraft(self.page.form.link.draft, self.page.form.link.decided) if self.page.form.has_form else None
        return StoredDraft(entry.id, entry.title, self._namespace, text, self._document, now(), form=form)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the default button once, however long Enter is held: what it leads to is to be read first."""
        if not (event.isAutoRepeat() and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}):
            super().keyPressEvent(event)

    @Slot()
    def _go_on(self) -> None:
        """Do what the default button of the page does."""
        if self._pages.currentWidget() is self.page:
            self.page.submit()
        else:
            self.review.carry_out()

    @Slot(object)
    def _start_review(self, checked: Checked) -> None:
        self._checked = checked
        self.page.show_theirs("")
        self._pages.setCurrentWidget(self.review)
        policies = [entry for entry in checked.entries if checking.is_policy(entry.value)]
        drafts = [Draft(entry, self._bases.get((entry.namespace, entry.name))) for entry in policies]
        self.review.start(drafts, Intent.CREATE if self._is_new else Intent.LAY_OVER, self._remark(policies))

    def _remark(self, policies: Sequence[Entry]) -> str:
        """Say so when the text no longer names the policy that it was: that one stays."""
        was = self._document
        if was is None or any((entry.namespace, entry.name) == (was.namespace, was.name) for entry in policies):
            return ""
        words = {"name": plain(was.name), "namespace": plain(was.namespace)}
        return tr("{name} in {namespace} stays as it is: the text no longer names it.", **words)

    @Slot()
    def _back_to_text(self) -> None:
        """Show the draft again, with what the server said against it at its lines and fields."""
        items = self.review.shown
        self.review.leave()
        self._pages.setCurrentWidget(self.page)
        failed = [
            tr("{name}: {sentence}", name=plain(item.name), sentence=item.verdict)
            for item in items
            if item.standing is Standing.FAILED
        ]
        self.page.banner.say(Severity.ERROR, failed[0] if failed else "", "\n".join(failed[1:]))
        self.page.focus_first()
        policies = (
            {(entry.namespace, entry.name): entry.value for entry in self._checked.entries} if self._checked else {}
        )
        self.page.refuse(
            [
                refusal
                for item in items
                for refusal in refusals(
                    item.namespace, item.name, policies.get((item.namespace, item.name), {}), item.findings
                )
            ]
        )

    @Slot(object)
    def _go_to(self, finding: Finding) -> None:
        if finding.code == REFUSED and self.page.view is View.FORM:
            self._back_to_text()
        elif finding.place is not None:
            self._back_to_text()
            self.page.show_view(View.YAML)
            self.page.pane.edit.go_to(finding.place)

    @Slot(object, object)
    def _resolve(self, choice: Choice, item: Item) -> None:
        """Do as the user chose in a conflict: from now on the draft starts from what stands on the cluster."""
        key, theirs = (item.namespace, item.name), item.theirs
        if theirs is None:
            self._bases.pop(key, None)
        else:
            self._bases[key] = theirs
        if choice is Choice.MINE and self._checked is not None:
            self._start_review(self._checked)
            return
        self._back_to_text()
        entries = self._checked.entries if self._checked else ()
        entry = next(entry for entry in entries if (entry.namespace, entry.name) == key)
        if choice is Choice.THEIRS and entry.document.parent is None:
            self._take_theirs(entry, theirs)
            return
        self.page.show_view(View.YAML)
        different = frozenset(row.before for row in item.sides[0] if row.mark is Mark.REMOVED and row.before)
        self.page.show_theirs(theirs.text if theirs else "", different)
        self.page.pane.edit.go_to(entry.place(()))
        if choice is Choice.THEIRS:
            self.page.banner.say(
                Severity.INFO, tr("This is an item of a list: put the cluster's in its place by hand.")
            )

    def _take_theirs(self, entry: Entry, theirs: PolicyDocument | None) -> None:
        """Put the cluster's version in the place of ours in the text (or nothing), and review anew."""
        text, document = self.page.pane.edit.text(), entry.document
        before, after = text[: document.start if theirs else document.before], text[document.end :]
        self.page.pane.edit.replace_text(before + (theirs.text if theirs else "") + after)
        if not (before + after).strip():
            self.page.count_as_given()
        self.page.submit()

    @Slot(object)
    def _take_results(self, written: Written) -> None:
        """Remember what is written now; when all of it is, the window has done its work."""
        for result in written.results:
            if result.document is not None and result.outcome not in {Outcome.CONFLICT, Outcome.REFUSED}:
                self._bases[result.namespace, result.name] = result.document
        if written.complete:
            self._context.messages.note(outcome_words(written.results, self._session.entry.title))
            self.keeper.remove(self._leave)

    def _try_to_leave(self) -> None:
        """Leave at once, or after asking about unsaved text; not while something is being written."""
        if self.review.writing:
            return
        if self.page.has_changes:
            self._ask_before_leaving()
        else:
            self.keeper.remove()
            self._leave()

    def _ask_before_leaving(self) -> None:
        """Ask once what is to become of the unsaved text."""
        question = QMessageBox(self)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setIcon(QMessageBox.Icon.Question)
        question.setWindowTitle(self.windowTitle())
        question.setText(tr("This draft has not been applied."))
        question.setInformativeText(tr("It can be kept on this computer, and is then offered again."))
        keep = question.addButton(tr("&Keep as Draft"), QMessageBox.ButtonRole.AcceptRole)
        discard = question.addButton(tr("&Discard"), QMessageBox.ButtonRole.DestructiveRole)
        question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(keep)
        keep.clicked.connect(lambda: self.keeper.save(self._leave))
        discard.clicked.connect(lambda: self.keeper.remove(self._leave))
        question.rejected.connect(self._stay)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.open()

    def _stay(self) -> None:
        self._closing_parent = False

    def _leave(self) -> None:
        self._left = True
        self.keeper.release()
        super().reject()
        if self._closing_parent and (parent := self.parentWidget()) is not None:
            QTimer.singleShot(0, parent.close)
