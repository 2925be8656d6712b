"""A hand on the form: it opens windows, and does what a person does, by real key and mouse events only."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from desktop.cluster.gateway import PolicyDocument
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.wizard.form import FormView
from desktop.ui.wizard.judging import Judged, Step
from desktop.ui.wizard.view_switch import View
from tests.helpers.writing import WritingDesk

Key = Qt.Key
NONE, ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


class _Strays(QObject):
    """Notes what shows as a window of its own without being one: a widget shown before it has its place flashes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at what is shown."""
        shown = event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow()
        if shown and isinstance(watched, QWidget) and watched.windowType() is Qt.WindowType.Widget:
            self.seen.append(type(watched).__name__)
        return False


class FormHand:
    """Works on the window opened last."""

    def __init__(self, bot: QtBot) -> None:
        self._bot = bot
        self._dialogs: list[PolicyWindow] = []
        self._strays = _Strays()
        self._application = QApplication.instance()
        assert self._application is not None
        self._application.installEventFilter(self._strays)

    def open(
        self,
        desk: WritingDesk,
        document: PolicyDocument | None = None,
        *,
        namespace: str = "default",
        view: View = View.FORM,
        duplicate: bool = False,
    ) -> PolicyWindow:
        """Open the window, and wait until the form knows its text."""
        dialog = PolicyWindow(
            desk.context, desk.session, namespace=namespace, document=document, duplicate=duplicate, view=view
        )
        self._dialogs.append(dialog)
        dialog.show()
        dialog.activateWindow()
        self._bot.waitUntil(dialog.isActiveWindow)
        self.settle()
        return dialog

    def close(self) -> None:
        """Take the windows away without a question."""
        for dialog in filter(isValid, self._dialogs):
            dialog.done(0)
            delete(dialog)  # here and now: the garbage collector may run in any thread
        assert self._application is not None
        self._application.removeEventFilter(self._strays)
        assert self._strays.seen == []

    @property
    def dialog(self) -> PolicyWindow:
        """The window."""
        return self._dialogs[-1]

    @property
    def form(self) -> FormView:
        """Its form."""
        return self.dialog.page.form.form

    @property
    def judged(self) -> Judged:
        """What is found about the draft."""
        judged = self.dialog.page.form.link.current
        assert judged is not None
        return judged

    @property
    def text(self) -> str:
        """The text of the draft, once everything typed has arrived there."""
        self.settle()
        return self.dialog.page.pane.edit.text()

    def settle(self) -> None:
        """Wait until form and text are one, and checked."""
        page, pane = self.dialog.page, self.dialog.page.pane

        def settled() -> bool:
            return page.form.link.settled and (pane.checking.current is not None or not pane.edit.text())

        self._bot.waitUntil(settled)

    # -- keyboard -------------------------------------------------------------------------------------------------

    def press(self, *keys: Key, with_: Qt.KeyboardModifier = NONE) -> None:
        """Press keys where the keyboard is."""
        for key in keys:
            QTest.keyClick(self._focus(), key, with_)
            # Qt shows a button pressed for a moment before a letter with Alt counts; what is new shows in its own turn.
            self._bot.wait(_PRESSED_MS if with_ is ALT else 0)

    def type(self, text: str) -> None:
        """Type a text where the keyboard is, which may move on by itself."""
        for letter in text:
            QTest.keyClicks(self._focus(), letter)

    def tab_to(self, wanted: QWidget) -> None:
        """Press Tab until the keyboard is at a widget."""
        for _ in range(200):
            if QApplication.focusWidget() is wanted:
                return
            self.press(Key.Key_Tab)
        raise AssertionError(f"Tab never comes to {wanted.accessibleName() or wanted}, it is at {self._focus()}")

    def choose(self, box: QComboBox, text: str) -> None:
        """Choose in a box that has the keyboard, with the arrow keys."""
        assert QApplication.focusWidget() is box
        wanted = box.findText(text)
        assert wanted >= 0, text
        while box.currentIndex() != wanted:
            self.press(Key.Key_Down if box.currentIndex() < wanted else Key.Key_Up)

    # -- mouse ----------------------------------------------------------------------------------------------------

    def click(self, widget: QWidget) -> None:
        """Click on a widget that is in sight."""
        self._bot.waitUntil(widget.isVisible)
        assert widget.isEnabled(), widget
        place = widget.rect().center() if widget.width() < _WIDE else QPoint(10, widget.height() // 2)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, NONE, place)

    def show(self, view: View) -> None:
        """Click on the tab of a view."""
        switch = self.dialog.page.switch
        place = switch.tabRect(list(View).index(view)).center()
        QTest.mouseClick(switch, Qt.MouseButton.LeftButton, NONE, place)
        self.settle()

    def pick(self, box: QComboBox, text: str) -> None:
        """Choose in a box with the mouse."""
        self.click(box)
        self._bot.waitUntil(box.view().isVisible)
        self._bot.wait(QApplication.doubleClickInterval())  # a click that follows sooner does not count for Qt
        place = box.view().visualRect(box.model().index(box.findText(text), 0)).center()
        QTest.mouseClick(box.view().viewport(), Qt.MouseButton.LeftButton, NONE, place)
        self._bot.waitUntil(lambda: not box.view().isVisible())
        assert box.currentText() == text

    def step(self, step: Step) -> None:
        """Click on a step."""
        steps = self.form.steps
        place = steps.visualItemRect(steps.item(list(Step).index(step))).center()
        QTest.mouseClick(steps.viewport(), Qt.MouseButton.LeftButton, NONE, place)

    def _focus(self) -> QWidget:
        return QApplication.activePopupWidget() or QApplication.focusWidget() or self.dialog


_WIDE = 60
_PRESSED_MS = 150
