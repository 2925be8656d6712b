"""A program that opens the form, types what its arguments say, says so, and goes on until it is killed."""

import sys

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.policy.objects import Direction
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.wizard.judging import Step
from desktop.ui.wizard.view_switch import View
from tests.helpers.writing import WritingDesk


def type_in(dialog: PolicyWindow, name: str, ports: str) -> None:
    """Type a name, and ports that may be unreadable."""
    form = dialog.page.form.form
    QTest.keyClicks(form.basics.name, name)
    form.steps.go_to(Step.INBOUND)
    page = form.directions[Direction.INGRESS]
    QTest.keyClick(page.add, Qt.Key.Key_Space)
    body = page.cards[0].body
    assert body is not None
    QTest.keyClick(body.ports.add, Qt.Key.Key_Space)
    QTest.keyClicks(body.ports.rows[0].text, ports)
    sys.stdout.write("typed\n")
    sys.stdout.flush()


def main() -> None:
    """Run until killed."""
    application = QApplication([])
    desk = WritingDesk()
    dialog = PolicyWindow(desk.context, desk.session, namespace="default", document=None, view=View.FORM)
    dialog.show()
    QTimer.singleShot(500, lambda: type_in(dialog, *sys.argv[1:]))
    application.exec()


if __name__ == "__main__":
    main()
