"""Before anything is written it is said what opens and closes; what is grave must be confirmed by name."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
import yaml
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from desktop.errors import BulkheadError
from desktop.reach import impact as reach_impact
from desktop.reach.objects import StoredPolicy
from desktop.reach.snapshot import Put, Snapshot
from desktop.session import meaning as session_meaning
from desktop.session.catalog import ClusterEntry, Source
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.review.conflict import Choice
from desktop.ui.review.delete_dialog import DeleteDialog
from tests.helpers.fake_sessions import NOON, rows_of
from tests.helpers.scenes import policy_of, scene
from tests.helpers.writing import WritingDesk

Key = Qt.Key
SHOP = """
pods:
  shop/web: {labels: {app: web}}
  shop/db: {labels: {app: db}, ports: {sql: 5432}}
  shop/job: {labels: {app: job}}
  web/front: {labels: {app: front}}
  web/cart: {labels: {app: cart}}
  web/mail: {labels: {app: mail}}
"""
FOR_WEB = "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}"
FOR_ALL = "{podSelector: {matchLabels: {app: db}}, ingress: [{}]}"
FOR_JOB = "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: job}}}]}]}"


def text(spec: str, name: str = "db", namespace: str = "shop") -> str:
    return (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n"
    )


def shop(policies: Mapping[str, str] | None = None, **more: object) -> Snapshot:
    """Return the cluster of these tests under some policies."""
    if "listed" in more:
        more["listed only"] = more.pop("listed")
    specs = {key: yaml.safe_load(spec) for key, spec in (policies or {}).items()}
    return scene({**yaml.safe_load(SHOP), "policies": specs, **more})


@pytest.fixture(autouse=True)
def _close(qapp: QApplication) -> Iterator[None]:
    """Take away the windows that a test leaves."""
    yield
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, DeleteDialog | PolicyWindow) and isValid(widget):
            widget.done(0)
            delete(widget)  # here and now: the garbage collector may run in any thread


def reviewed(
    qtbot: QtBot, desk: WritingDesk, *texts: str, policies: Mapping[str, str] | None = None, **more: object
) -> PolicyWindow:
    """Return a window in which texts are under review on the shop."""
    desk.session.picture = shop(policies, **more)
    for key, spec in (policies or {}).items():
        namespace, name = key.split("/")
        desk.store(text(spec, name, namespace))
    dialog = PolicyWindow(desk.context, desk.session, namespace="shop", document=None)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.page.pane.edit.replace_text("---\n".join(texts))
    dialog.page.submit()
    settle(qtbot, dialog)
    return dialog


def settle(qtbot: QtBot, dialog: PolicyWindow) -> None:
    qtbot.waitUntil(lambda: bool(dialog.review.shown) and not dialog.review.meaning.computing)


def deleting(qtbot: QtBot, desk: WritingDesk, policies: Mapping[str, str], *keys: str) -> DeleteDialog:
    """Return the question whether to delete some of the shop's policies."""
    snapshot = shop(policies)
    for key, spec in policies.items():
        namespace, name = key.split("/")
        document = desk.store(text(spec, name, namespace))
        stored = snapshot.policies[namespace][name]
        snapshot = snapshot.apply(
            [Put(StoredPolicy(namespace, name, stored.policy, stored.raw, document.uid, document.version))]
        )
    desk.session.picture = snapshot
    rows = rows_of(snapshot)
    dialog = DeleteDialog(desk.context, desk.session, [rows[tuple(key.split("/"))] for key in keys or policies])  # type: ignore[index]
    dialog.open()
    qtbot.waitUntil(lambda: not dialog.busy and not dialog.meaning.computing)
    return dialog


class TestMeaning:
    def test_what_opens_comes_first_then_what_closes_then_who_loses_nothing(
        self, qtbot: QtBot, desk: WritingDesk
    ) -> None:
        both = FOR_WEB.replace("ingress: [{", "ingress: [{ports: [{port: 5432}], ")
        dialog = reviewed(qtbot, desk, text(FOR_JOB), policies={"shop/db": both, "shop/more": FOR_WEB})
        assert dialog.review.meaning.summary == "Opens 1 connection, closes none."
        assert dialog.review.meaning.tree.texts() == ["Opens 1 connection", "  shop/job → shop/db: every port"]
        assert dialog.review.apply.isEnabled()

    def test_many_alike_are_folded_and_unfold_one_by_one(self, qtbot: QtBot, desk: WritingDesk) -> None:
        dialog = reviewed(qtbot, desk, text(FOR_WEB))
        tree = dialog.review.meaning.tree
        assert tree.texts() == [
            "Closes 5 connections",
            "  everything else that could reach shop/db (4 workloads and every address outside): every port",
            "1 pod had no policy for inbound; from now on only what policies admit reaches it: shop/db",
            "1 workload loses nothing.",
            "Connections that are open already may survive, and network plug-ins take a moment to follow.",
        ]
        tree.unfold("everything else")
        assert tree.texts()[2:4] == ["    shop/job → shop/db: every port", "    web/cart → shop/db: every port"]
        assert "    every IPv4 address → shop/db: every port" in tree.texts()

    def test_nothing_changes_is_said_as_such(self, qtbot: QtBot, desk: WritingDesk) -> None:
        dialog = reviewed(qtbot, desk, text("{podSelector: {matchLabels: {app: nobody}}}"))
        assert dialog.review.meaning.summary == "Nothing changes: no connection opens or closes."
        assert dialog.review.meaning.tree.isHidden()
        assert dialog.review.apply.isEnabled()

    def test_several_policies_are_weighed_together(self, qtbot: QtBot, desk: WritingDesk) -> None:
        dialog = reviewed(qtbot, desk, text(FOR_WEB), text(FOR_ALL, "all"))
        assert dialog.review.meaning.summary == "Nothing changes: no connection opens or closes."

    def test_a_policy_that_is_refused_does_not_count(self, qtbot: QtBot, desk: WritingDesk) -> None:
        desk.refuse(ValueError("unused"), "unused")
        dialog = reviewed(qtbot, desk, text(FOR_JOB), text("{podSelector: {}}", "web"), policies={"shop/db": FOR_WEB})
        assert [item.what for item in dialog.review.shown] == ["Lay over what is there", "Create"]
        assert dialog.review.meaning.summary.startswith("Opens 1 connection, closes ")

    def test_keep_mine_is_weighed_against_theirs(self, qtbot: QtBot, desk: WritingDesk) -> None:
        desk.session.picture = shop({"shop/db": FOR_WEB})
        document = desk.store(text(FOR_WEB))
        dialog = PolicyWindow(desk.context, desk.session, namespace="shop", document=document)
        dialog.show()
        dialog.page.pane.edit.replace_text(text(FOR_WEB).replace("app: web", "app: front"))
        desk.store(text(FOR_JOB))
        desk.session.picture = shop({"shop/db": FOR_JOB})
        dialog.page.submit()
        settle(qtbot, dialog)
        assert dialog.review.meaning.isHidden(), "nothing can be applied yet"
        dialog.review.panel.conflict.buttons[Choice.MINE].click()
        qtbot.waitUntil(dialog.review.meaning.isVisible)
        settle(qtbot, dialog)
        assert dialog.review.meaning.tree.texts()[1] == "  shop/job → shop/db: every port"

    def test_policies_that_are_not_evaluated_are_told(self, qtbot: QtBot, desk: WritingDesk) -> None:
        dialog = reviewed(qtbot, desk, text(FOR_WEB), CiliumNetworkPolicy=["shop/l7"])
        assert dialog.review.meaning.age.endswith(
            "There are Cilium network policies, which are not evaluated here: they may change this."
        )


class TestWhatIsNotKnown:
    def test_where_pods_may_not_be_listed_it_cannot_be_said(self, qtbot: QtBot, desk: WritingDesk) -> None:
        dialog = reviewed(qtbot, desk, text(FOR_WEB), listed={"Pod": "nowhere"})
        assert dialog.review.meaning.summary == "This cannot be said: you may not list the pods that it is about."
        assert dialog.review.apply.isEnabled()

    def test_of_a_cluster_that_is_not_synchronized_it_cannot_be_said(self, qtbot: QtBot, desk: WritingDesk) -> None:
        dialog = PolicyWindow(desk.context, desk.session, namespace="shop", document=None)
        dialog.show()
        dialog.page.pane.edit.replace_text(text(FOR_WEB))
        dialog.page.submit()
        settle(qtbot, dialog)
        assert dialog.review.meaning.summary == "This cannot be said: the cluster has not been synchronized yet."

    def test_where_something_is_hidden_it_is_never_said_that_nothing_changes(
        self, qtbot: QtBot, desk: WritingDesk
    ) -> None:
        nobody = text("{podSelector: {matchLabels: {app: nobody}}}")
        dialog = reviewed(qtbot, desk, nobody, listed={"Pod": ["shop"]})
        assert dialog.review.meaning.summary == "As far as is known here, no connection opens or closes."
        assert dialog.review.meaning.tree.texts() == [
            "Only the pods of the namespaces that you named are known: connections with others may open or close too."
        ]

    def test_a_picture_that_is_not_live_says_so(self, qtbot: QtBot, desk: WritingDesk) -> None:
        dialog = reviewed(qtbot, desk, text(FOR_WEB))
        assert dialog.review.meaning.age == ""
        desk.session.picture = replace(desk.session.picture, as_of=NOON)
        dialog.review.meaning.follower.look()
        assert dialog.review.meaning.age.startswith("As of 2026-05-01 ")
        assert dialog.review.meaning.age.endswith(": the cluster is not live, and may have changed since.")

    def test_a_fault_of_the_computation_is_told_and_leaves_the_way_open(
        self, qtbot: QtBot, desk: WritingDesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise BulkheadError("unexpected", exception="ValueError")

        monkeypatch.setattr(session_meaning, "impact", fail)
        dialog = reviewed(qtbot, desk, text(FOR_WEB))
        assert dialog.review.meaning.summary == "What this means could not be computed."
        assert dialog.review.meaning.trouble.sentence
        assert dialog.review.apply.isEnabled()


class TestConsent:
    def test_opening_to_everyone_needs_a_tick_that_names_it(self, qtbot: QtBot, desk: WritingDesk) -> None:
        dialog = reviewed(qtbot, desk, text(FOR_ALL), policies={"shop/db": FOR_WEB})
        (box,) = dialog.review.meaning.boxes
        assert box.box.accessibleName() == "I understand that this workload becomes open to everyone: shop/db"
        assert not dialog.review.apply.isEnabled()
        assert box.box.hasFocus()
        assert dialog.review.reason == "Tick the box above first. 1 policy will be written."
        assert "Tick the box above first." in dialog.review.apply.toolTip()
        QTest.keyClick(dialog, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert desk.gateway.sent == []
        QTest.keyClick(dialog, Key.Key_I, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(dialog.review.apply.isEnabled)
        with qtbot.waitSignal(dialog.finished):
            QTest.keyClick(dialog, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert desk.gateway.sent == [("apply", "shop", "db")]

    def test_taking_more_than_half_of_what_a_workload_reaches_needs_a_tick(
        self, qtbot: QtBot, desk: WritingDesk
    ) -> None:
        dialog = reviewed(qtbot, desk, text("{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}", "shut"))
        (box,) = dialog.review.meaning.boxes
        assert box.box.accessibleName() == (
            "I understand that this workload loses more than half of what it could reach: shop/web"
        )
        assert "shop/web loses 6 of the 6 " in box.toolTip()
        QTest.mouseClick(box, Qt.MouseButton.LeftButton)
        assert box.ticked, "a click on the text is one on the box"
        assert dialog.review.apply.isEnabled()
        box.box.setChecked(False)
        assert not dialog.review.apply.isEnabled()

    def test_the_first_isolation_of_a_database_needs_no_tick(self, qtbot: QtBot, desk: WritingDesk) -> None:
        dialog = reviewed(qtbot, desk, text(FOR_WEB))
        assert not dialog.review.meaning.boxes
        assert dialog.review.apply.isEnabled()

    def test_taking_the_last_that_could_reach_a_workload_needs_a_tick(self, qtbot: QtBot, desk: WritingDesk) -> None:
        dialog = reviewed(qtbot, desk, text("{podSelector: {matchLabels: {app: db}}}"))
        (box,) = dialog.review.meaning.boxes
        assert box.box.accessibleName() == (
            "I understand that no other workload and nobody outside can reach this workload any more: shop/db"
        )
        assert "shop/db loses all of the 6 " in box.toolTip()
        assert not dialog.review.apply.isEnabled()
        QTest.keyClick(dialog, Key.Key_R, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(dialog.review.apply.isEnabled)

    def test_another_change_asks_anew(self, qtbot: QtBot, desk: WritingDesk) -> None:
        dialog = reviewed(qtbot, desk, text(FOR_ALL), policies={"shop/db": FOR_WEB})
        dialog.review.meaning.boxes[0].box.click()
        dialog.reject()
        dialog.page.pane.edit.replace_text(text(FOR_ALL).replace("[{}]", "[{ports: [{port: 5432}]}]"))
        dialog.page.submit()
        settle(qtbot, dialog)
        assert not dialog.review.meaning.boxes[0].ticked
        assert not dialog.review.apply.isEnabled()

    def test_the_tick_is_taken_back_when_the_cluster_makes_something_else_of_it(
        self, qtbot: QtBot, desk: WritingDesk
    ) -> None:
        dialog = reviewed(qtbot, desk, text(FOR_ALL), policies={"shop/db": FOR_WEB})
        dialog.review.meaning.boxes[0].box.click()
        told: list[object] = []
        dialog.review.meaning.told.connect(lambda: told.append(None))
        more = scene({"pods": {"web/late": {"labels": {"app": "late"}}}}).pods["web"]["late"]
        desk.session.picture = desk.session.picture.apply([Put(more)])
        qtbot.waitUntil(lambda: bool(told))
        assert "web/late → shop/db: every port" in unfolded(dialog)
        assert not dialog.review.meaning.boxes[0].ticked
        assert not dialog.review.apply.isEnabled()

    def test_the_tick_stays_when_what_happens_there_does_not_matter(self, qtbot: QtBot, desk: WritingDesk) -> None:
        dialog = reviewed(qtbot, desk, text(FOR_ALL), policies={"shop/db": FOR_WEB})
        box = dialog.review.meaning.boxes[0]
        box.box.click()
        beside = policy_of("web/cart", {"podSelector": {"matchLabels": {"app": "cart"}}})
        desk.session.picture = desk.session.picture.apply([Put(beside)])
        with qtbot.waitSignal(dialog.review.meaning.follower.looked):
            dialog.review.meaning.follower.look()
        assert dialog.review.meaning.boxes == [box]
        assert box.ticked


def unfolded(dialog: PolicyWindow) -> list[str]:
    tree = dialog.review.meaning.tree
    for row in tree.texts():
        tree.unfold(row.strip())
    return [row.strip() for row in tree.texts()]


class TestDeleting:
    def test_deleting_the_last_policy_says_what_opens_and_needs_a_tick(self, qtbot: QtBot, desk: WritingDesk) -> None:
        dialog = deleting(qtbot, desk, {"shop/db": FOR_WEB})
        assert dialog.meaning.summary == "Opens 5 connections, closes none."
        assert not dialog.delete.isEnabled()
        assert dialog.reason == "Tick the box above first."
        dialog.meaning.boxes[0].box.click()
        with qtbot.waitSignal(dialog.finished):
            dialog.delete.click()
        assert desk.gateway.sent == [("delete", "shop", "db")]

    def test_several_deletions_are_weighed_together(self, qtbot: QtBot, desk: WritingDesk) -> None:
        both = {"shop/a": FOR_WEB, "shop/b": FOR_JOB}
        alone = deleting(qtbot, desk, both, "shop/b")
        assert alone.meaning.tree.texts()[:2] == ["Closes 1 connection", "  shop/job → shop/db: every port"]
        assert alone.delete.isEnabled()
        together = deleting(qtbot, desk, both)
        assert together.meaning.summary == "Opens 4 connections, closes none."


def test_nothing_is_computed_in_the_thread_of_the_window(
    qtbot: QtBot, desk: WritingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[str] = set()
    compute = reach_impact.impact

    def noted(*args: object) -> object:
        threads.add(threading.current_thread().name)
        return compute(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(session_meaning, "impact", noted)
    reviewed(qtbot, desk, text(FOR_WEB))
    assert threads == {"engine-1"}


def test_until_it_is_computed_apply_is_off_and_a_change_of_mind_ends_it(
    qtbot: QtBot, desk: WritingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = threading.Event(), threading.Event()

    def slow(_standing: object, _changes: object, check: Callable[[], None]) -> object:
        begun.set()
        try:
            while True:
                ended.wait(0.01)
                check()
        finally:
            ended.set()

    desk.session.picture = shop()
    monkeypatch.setattr(session_meaning, "impact", slow)
    dialog = PolicyWindow(desk.context, desk.session, namespace="shop", document=None)
    dialog.show()
    dialog.page.pane.edit.replace_text(text(FOR_WEB))
    dialog.page.submit()
    qtbot.waitUntil(begun.is_set)
    assert dialog.review.meaning.computing
    assert dialog.review.reason.startswith("Computing what this means…")
    assert not dialog.review.apply.isEnabled()
    dialog.reject()
    qtbot.waitUntil(ended.is_set)


@pytest.mark.parametrize(
    ("server", "why"),
    [
        ("https://a.example", "its certificate is not verified"),
        ("http://localhost:8001", "the connection is not encrypted"),
        ("localhost:8001", "the connection is not encrypted"),
    ],
)
def test_requirement_15_a_write_to_a_server_that_is_not_verified_must_be_confirmed(
    qtbot: QtBot, server: str, why: str
) -> None:
    desk = WritingDesk(entry=ClusterEntry("context:shop", Source.CONTEXT, "shop", insecure=True, server=server))
    dialog = reviewed(qtbot, desk, text(FOR_JOB))
    qtbot.waitUntil(lambda: bool(dialog.review.meaning.boxes))
    *others, box = dialog.review.meaning.boxes
    assert f"nothing proves that this server is shop: {why}" in box.box.accessibleName()
    for each in others:
        each.box.click()
    assert not dialog.review.apply.isEnabled()
    box.box.click()
    assert dialog.review.apply.isEnabled()
    dialog.done(0)
    desk.close()
