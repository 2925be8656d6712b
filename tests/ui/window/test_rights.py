"""What the user may not do is off, with the reason; what nobody knows is on."""

import pytest

from desktop.session.state import Connection, SessionState
from desktop.ui.actions import Command
from desktop.ui.policies.rights import MOST_ASKED
from tests.helpers.fake_sessions import policy, snapshot_of
from tests.ui.window.conftest import Desk

WRITING = (Command.CREATE, Command.CREATE_FROM_YAML, Command.EDIT_YAML, Command.UPDATE, Command.DELETE)
PICTURE = snapshot_of([policy("db", "shop"), policy("web", "pay")], namespaces=["shop", "pay"])


def enabled(desk: Desk) -> set[Command]:
    return {command for command in WRITING if desk.window.actions_[command].isEnabled()}


def show(desk: Desk, *refused: tuple[str, str], namespace: str = "", row: int | None = 0) -> None:
    """Show a cluster where the server refuses these, and wait for all answers."""
    session = desk.session("prod")
    session.gateway.refused = set(refused)
    desk.choose("prod")
    desk.says("prod", PICTURE)
    if namespace:
        desk.choose("prod", namespace)
    if row is not None:
        desk.window.policies.view.selectRow(row)
    desk.bot.waitUntil(lambda: bool(session.gateway.reviews))
    desk.settle()


def test_a_viewer_can_write_nothing_and_reads_why(desk: Desk) -> None:
    verbs = ("create", "update", "delete")
    show(desk, *((verb, namespace) for verb in verbs for namespace in ("", "shop", "pay")))
    assert enabled(desk) == set()
    tips = {command: desk.window.actions_[command].toolTip() for command in WRITING}
    assert "may not create policies in pay or shop" in tips[Command.CREATE]
    assert "may not update policies in shop" in tips[Command.UPDATE]
    assert "may not delete policies in shop" in tips[Command.DELETE]
    assert desk.window.actions_[Command.EXPORT].isEnabled()


@pytest.mark.parametrize(("row", "namespace"), [(0, "shop"), (1, "pay")])
def test_an_editor_of_one_namespace_can_write_there(desk: Desk, row: int, namespace: str) -> None:
    verbs = ("create", "update", "delete")
    show(desk, *((verb, where) for verb in verbs for where in ("", "pay")), row=row)
    everywhere = {Command.CREATE, Command.CREATE_FROM_YAML}  # in shop
    assert enabled(desk) == (everywhere if namespace == "pay" else set(WRITING))


def test_in_a_namespace_where_the_user_may_not_create_that_is_off(desk: Desk) -> None:
    show(desk, ("create", ""), ("create", "pay"), namespace="pay", row=None)
    assert enabled(desk) == set()
    assert "may not create policies in pay" in desk.window.actions_[Command.CREATE].toolTip()


def test_a_viewer_of_many_namespaces_can_create_in_none_and_reads_why(desk: Desk) -> None:
    names = [f"team-{number:03}" for number in range(MOST_ASKED)]
    session = desk.session("prod")
    session.gateway.refused = {("create", name) for name in ("", *names)}
    desk.choose("prod")
    policies = [policy("a", names[0]), policy("b", names[1])]
    desk.says("prod", snapshot_of(policies, namespaces=names))
    action = desk.window.actions_[Command.CREATE]
    selected = (0, 1, 0)
    for row in selected:  # what is answered already is not asked again for that
        desk.window.policies.view.selectRow(row)
    desk.bot.waitUntil(lambda: not action.isEnabled())
    assert "may not create policies in any namespace here" in action.toolTip()
    asked = [where for verb, where in session.gateway.reviews if verb == "create"]
    assert set(asked) == {"", *names}
    assert len(asked) <= 1 + len(names) + len(selected)


def test_of_very_many_namespaces_only_the_one_that_is_chosen_is_asked_about(desk: Desk) -> None:
    names = [f"team-{number:03}" for number in range(MOST_ASKED + 1)]
    session = desk.session("prod")
    session.gateway.refused = {("create", name) for name in ("", *names)}
    desk.choose("prod")
    desk.says("prod", snapshot_of(namespaces=names))
    desk.settle()
    assert session.gateway.reviews == []
    assert desk.window.actions_[Command.CREATE].isEnabled()
    desk.choose("prod", "team-007")
    desk.bot.waitUntil(lambda: not desk.window.actions_[Command.CREATE].isEnabled())
    assert session.gateway.reviews == [("create", ""), ("create", "team-007")]


def test_who_may_see_named_namespaces_only_is_asked_about_those(desk: Desk) -> None:
    desk.catalog.set_namespaces(desk.entry("prod").id, ("pay",))
    desk.window.clusters.refresh()
    session = desk.session("prod")
    session.gateway.refused = {("create", ""), ("create", "pay")}
    desk.choose("prod")
    desk.says("prod", snapshot_of())
    desk.bot.waitUntil(lambda: ("create", "pay") in session.gateway.reviews)
    desk.settle()
    assert "may not create policies in pay" in desk.window.actions_[Command.CREATE].toolTip()


def test_the_button_on_an_empty_page_is_off_as_well_with_the_reason(desk: Desk) -> None:
    session = desk.session("prod")
    session.gateway.refused = {("create", ""), ("create", "shop")}
    desk.choose("prod")
    desk.says("prod", snapshot_of(namespaces=["shop"]))
    button = desk.window.policies.empty.button
    desk.bot.waitUntil(lambda: button.isVisible() and not button.isEnabled())
    assert "may not create policies in shop" in button.toolTip()
    desk.choose("stage")
    assert button.isEnabled()


def test_one_of_several_that_may_not_be_deleted_keeps_them_all(desk: Desk) -> None:
    show(desk, ("delete", ""), ("delete", "pay"))
    desk.window.policies.view.selectAll()
    desk.settle()
    assert not desk.window.actions_[Command.DELETE].isEnabled()
    assert "in pay" in desk.window.actions_[Command.DELETE].toolTip()


def test_a_cluster_that_is_not_connected_is_not_asked_and_nothing_is_off_for_that(desk: Desk) -> None:
    desk.choose("prod")
    desk.says("prod", SessionState(Connection.OFFLINE), PICTURE)
    desk.settle()
    assert desk.session("prod").gateway.reviews == []
    assert desk.window.actions_[Command.CREATE].isEnabled()
