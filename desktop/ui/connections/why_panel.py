"""Why? Pick two ends and a port, and read whether they may talk, and by which rules."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.cancellation import CancelToken
from desktop.errors import BulkheadError
from desktop.language import tr
from desktop.reach.objects import Pod
from desktop.reach.questions import NoSuchEnd, named
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot
from desktop.session.tasks import ProgressSink
from desktop.ui.bridge import UiContext
from desktop.ui.connections.answer_page import Page, answer_page
from desktop.ui.connections.overview import Isolation, isolation
from desktop.ui.connections.overview_page import isolation_page
from desktop.ui.connections.port_fields import PortFields
from desktop.ui.connections.why import PortAsked, Question, Told, offered, tell
from desktop.ui.plain import label
from desktop.ui.wizard.completing import Suggestions
from desktop.wording import errors as error_words

Picture = tuple[Snapshot, Settings]


class WhyPanel(QWidget):
    """Asks about two ends and shows the answer."""

    rule_chosen = Signal(object)
    """The Reason whose policy is to be opened."""
    policy_chosen = Signal(str, str)
    """The namespace and name of a policy that is to be opened."""
    asked = Signal()
    """Somebody asks about ends of their own."""

    def __init__(self, context: UiContext, group: str, picture: Callable[[], Picture | None], parent: QWidget) -> None:
        """``group`` is that of its tasks; ``picture`` gives what the questions are about, None while there is none."""
        super().__init__(parent)
        self._context, self._group, self._picture = context, group, picture
        self._offered: Snapshot | None = None
        self._asked: Question | None = None
        self._told: Told | tuple[str, Isolation | None] | None = None
        self.source, self.destination = _end_field(tr("From")), _end_field(tr("To"))
        self._suggestions = [Suggestions(field) for field in (self.source, self.destination)]
        self.ports = PortFields(self)
        self.swap = QToolButton(self)
        self._answer = QScrollArea(self)
        self._arrange()
        self.setAccessibleName(tr("Why?"))

    @property
    def question(self) -> Question | None:
        """What is asked now."""
        return self._asked

    @property
    def page(self) -> Page | None:
        """The page shown."""
        shown = self._answer.widget()
        return shown if isinstance(shown, Page) else None

    def say(self, sentence: str) -> None:
        """Show a sentence instead of an answer."""
        self.forget()
        page = Page(self._answer)
        page.say(sentence)
        page.end()
        self.show_page(page)

    def show_page(self, page: Page) -> None:
        """Show another page."""
        had_focus = self._answer.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self._answer.setWidget(page)
        if had_focus:
            self.enter()

    def forget(self) -> None:
        """Show no answer: another question is not asked yet."""
        self._asked = self._told = None
        for field in (self.source, self.destination):
            field.clear()
        self._context.tasks.cancel(self._group)

    def stop(self) -> None:
        """Be quiet: the window closes."""
        for group in (self._group, f"{self._group}:names"):
            self._context.tasks.cancel(group)

    def look_at(self, port: PortAsked) -> None:
        """Ask about these ports from now on."""
        self.ports.show_asked(port)
        self.ask_anew()

    def ask(self, source: str, destination: str) -> None:
        """Ask about two ends, and show the fields so."""
        for field, text in ((self.source, source), (self.destination, destination)):
            field.setText(text)
            field.setCursorPosition(0)  # the namespace is what tells apart
        self._ask()

    @Slot()
    def ask_anew(self) -> None:
        """Ask the same again: the cluster or the port may be another."""
        if self._asked is not None:
            self._ask()

    @Slot()
    def offer(self) -> None:
        """Have the names of workloads and pods at hand for the fields."""
        picture = self._picture()
        if picture is None or picture[0] is self._offered:
            return
        snapshot = self._offered = picture[0]

        def job(_token: CancelToken, _progress: ProgressSink) -> tuple[str, ...]:
            return offered(snapshot)

        def done(names: tuple[str, ...]) -> None:
            for each in self._suggestions:
                each.offer(names)

        self._context.tasks.run(f"{self._group}:names", job, done, self._context.messages.error)

    def enter(self) -> None:
        """Take the keyboard, at the first link or else at the first field that is to be filled."""
        page = self.page
        if page is not None and page.links:
            page.links[0].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            empty = [field for field in (self.source, self.destination) if not field.text()]
            (empty or [self.source])[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self) -> None:
        self.swap.setText("⇅")
        self.swap.setToolTip(tr("Ask about the other way"))
        self.swap.setAccessibleName(tr("Ask about the other way"))
        fields = QGridLayout()
        fields.setContentsMargins(10, 0, 8, 0)
        for row, (name, field) in enumerate(((tr("F&rom"), self.source), (tr("&To"), self.destination))):
            caption = QLabel(name, self)
            caption.setBuddy(field)
            fields.addWidget(caption, row, 0)
            fields.addWidget(field, row, 1)
            field.editingFinished.connect(self._ask_if_other)
            field.textEdited.connect(self.offer)
        fields.addWidget(self.swap, 0, 2, 2, 1)
        ports = QHBoxLayout()
        ports.addWidget(self.ports)
        ports.addStretch(1)
        fields.addWidget(label(tr("Port"), self), 2, 0)
        fields.addLayout(ports, 2, 1)
        self.swap.clicked.connect(self._swap)
        self.ports.finished.connect(self._ask_if_other)
        for each in self._suggestions:
            each.activated.connect(self._ask_if_other)
        self._answer.setWidgetResizable(True)
        self._answer.setFrameShape(QFrame.Shape.NoFrame)
        self._answer.setAccessibleName(tr("Why"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(fields)
        layout.addWidget(self._answer, 1)

    @Slot()
    def _swap(self) -> None:
        self.ask(self.destination.text(), self.source.text())

    @Slot()
    def _ask_if_other(self) -> None:
        if self._typed() != self._asked:
            self._ask()

    def _typed(self) -> Question | None:
        """Return the question in the fields, None where both ends are missing."""
        source, destination = self.source.text().strip(), self.destination.text().strip()
        if not source and not destination:
            return None
        return Question(source, destination, self.ports.asked)

    def _ask(self) -> None:
        question, picture = self._typed(), self._picture()
        if question is None or picture is None:
            return
        if question != self._asked:
            self._told = None
        self._asked = question
        self.asked.emit()
        snapshot, settings = picture

        def job(_token: CancelToken, _progress: ProgressSink) -> Told | tuple[str, Isolation | None]:
            if question.source and question.destination:
                return tell(snapshot, question, settings)
            known = named(snapshot, question.source or question.destination)
            pods = [end for end in known.ends if isinstance(end, Pod)]
            return known.title, isolation(snapshot, pods) if pods else None

        self._context.tasks.run(self._group, job, self._show, self._fail)

    def _show(self, told: Told | tuple[str, Isolation | None]) -> None:
        if told == self._told:
            return
        self._told = told
        if isinstance(told, Told):
            self.show_page(answer_page(told, self.rule_chosen.emit, self._answer))
        else:
            self.show_page(isolation_page(*told, self.policy_chosen.emit, self._answer))

    def _fail(self, error: BulkheadError) -> None:
        if isinstance(error, NoSuchEnd):
            self._told = None
            page = Page(self._answer)
            page.say(error_words.sentence(error))
            if hint := error_words.hint(error):
                page.say(hint)
            page.end()
            self.show_page(page)
        else:
            self._context.messages.error(error)


def _end_field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(tr("workload, pod or IP address"))
    field.setClearButtonEnabled(True)
    return field
