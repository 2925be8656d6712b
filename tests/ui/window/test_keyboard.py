"""Everything can be reached and done by keyboard, and has a name for those who hear the screen."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QComboBox, QLineEdit, QMenu, QWidget

from desktop.ui.actions import Command
from desktop.ui.clusters.connection_details import ConnectionDetails
from tests.helpers.fake_sessions import policy, snapshot_of
from tests.ui.window.conftest import Desk


def focus_name(desk: Desk) -> str:
    widget = desk.window.focusWidget()
    assert widget is not None
    return widget.accessibleName() or type(widget).__name__


def test_tab_goes_through_the_window_as_it_is_read(desk: Desk) -> None:
    desk.choose("prod")
    desk.says("prod", snapshot_of([policy("a")]))
    desk.window.policies.view.select({("default", "a")})
    desk.window.clusters.projects.setFocus()
    names = []
    for _ in range(13):
        names.append(focus_name(desk))
        QTest.keyClick(desk.window.focusWidget(), Qt.Key.Key_Tab)
    assert names == [
        "Project",
        "Synchronize All",
        "Clusters",
        "1 note",
        "Create Network Policy",
        "Create from YAML",
        "Synchronize",
        "Delete",
        "Search the policies",
        "Policies",
        "Details of the policy",
        "Update",
        "Edit YAML",
    ]


def test_every_key_counts_before_any_menu_was_opened(desk: Desk) -> None:
    actions = [desk.window.actions_[command] for command in Command]
    assert [action.objectName() for action in actions if action.shortcuts() and not action.associatedObjects()] == []
    desk.choose("prod")
    QTest.keyClick(desk.window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    desk.bot.waitUntil(lambda: len(desk.window.findChildren(ConnectionDetails)) == 1)
    desk.window.findChildren(ConnectionDetails)[0].close()


def test_whatever_takes_the_focus_has_a_name(desk: Desk) -> None:
    desk.choose("prod")
    desk.says("prod", snapshot_of([policy("a")]))
    desk.window.policies.view.select({("default", "a")})
    for tab in range(4):
        desk.window.policies.details.setCurrentIndex(tab)
        desk.bot.wait(20)
    kinds = (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit)
    nameless = [
        widget
        for widget in desk.window.findChildren(QWidget)
        if isinstance(widget, kinds)
        and widget.isVisibleTo(desk.window)
        and widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
        and not (widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()))
    ]
    assert nameless == []


def test_a_policy_is_found_selected_and_copied_without_the_mouse(desk: Desk) -> None:
    desk.choose("prod")
    desk.says("prod", snapshot_of([policy("allow-web"), policy("deny-all")]))
    QTest.keyClick(desk.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(desk.window.focusWidget(), "deny")
    QTest.keyClick(desk.window.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(desk.window.focusWidget(), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "deny-all"


def test_no_two_commands_share_a_key(desk: Desk) -> None:
    keys = [key.toString() for command in Command for key in desk.window.actions_[command].shortcuts()]
    assert len(keys) == len(set(keys))


def test_no_two_menus_or_visible_widgets_share_a_letter(desk: Desk) -> None:
    texts = [action.text() for action in desk.window.menuBar().actions()]
    desk.choose("prod")
    desk.says("prod", snapshot_of([policy("a")]))
    bar = desk.window.policies.details.tabBar()
    texts += [bar.tabText(at) for at in range(bar.count())] + ["Pro&ject"]
    letters = [text[text.index("&") + 1].lower() for text in texts]
    assert len(letters) == len(set(letters))


def test_in_each_menu_every_entry_has_a_letter_of_its_own(desk: Desk) -> None:
    desk.choose("sample")
    desk.catalog.remove("context:stage")
    menus = [title.menu() for title in desk.window.menuBar().actions()]
    for menu in (*menus, desk.window.policy_commands.row_menu):
        assert isinstance(menu, QMenu)
        menu.aboutToShow.emit()
        texts = [action.text() for action in menu.actions() if action.text()]
        letters = [text[text.index("&") + 1].lower() for text in texts]
        assert len(letters) == len(set(letters)), texts


def test_the_window_fits_a_small_screen(desk: Desk) -> None:
    desk.choose("stage")
    desk.says("stage", snapshot_of([policy("a")]))
    least = desk.window.minimumSizeHint()
    assert (least.width() <= 1280, least.height() <= 720) == (True, True)
