"""While a policy is written, a line says what it would open and close; it never speaks of a text it cannot read."""

import threading
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from desktop.reach.snapshot import Put
from desktop.session import meaning as session_meaning
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.impact.line import ImpactLine
from desktop.ui.wizard.view_switch import View
from tests.helpers.scenes import policy_of, scene
from tests.helpers.writing import WritingDesk

CLUSTER = {
    "pods": {"shop/web": {"labels": {"app": "web"}}, "shop/db": {"labels": {"app": "db"}}},
    "policies": {"shop/shut": {"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress"]}},
}
FROM_WEB = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]
"""


@pytest.fixture
def dialog(qtbot: QtBot, desk: WritingDesk) -> Iterator[PolicyWindow]:
    """Return a window for a new text on a cluster whose database is shut."""
    desk.session.picture = scene(CLUSTER)
    dialog = PolicyWindow(desk.context, desk.session, namespace="shop", document=None)
    dialog.show()
    yield dialog
    if isValid(dialog):
        dialog.done(0)
        delete(dialog)  # here and now: the garbage collector may run in any thread


def write(dialog: PolicyWindow, text: str) -> ImpactLine:
    dialog.page.pane.edit.replace_text(text)
    return dialog.page.impact


def test_what_is_typed_is_weighed_as_it_stands(qtbot: QtBot, dialog: PolicyWindow) -> None:
    line = write(dialog, FROM_WEB)
    qtbot.waitUntil(lambda: line.words == "Opens 1 connection, closes none.")
    assert "shop/web → shop/db: TCP 5432" in line.toolTip()
    write(dialog, FROM_WEB.replace("from: [{podSelector: {matchLabels: {app: web}}}], ", ""))
    qtbot.waitUntil(lambda: line.words == "Opens 2 connections, closes none.")
    assert "shop/db accepts TCP 5432 from every IPv4 address" in line.toolTip()


@pytest.mark.parametrize(
    "broken", ["", "kind: [", FROM_WEB.replace("5432", "0"), FROM_WEB + "---\n" + FROM_WEB.replace("Selector", "X")]
)
def test_of_a_text_with_an_error_nothing_is_said(qtbot: QtBot, dialog: PolicyWindow, broken: str) -> None:
    line = write(dialog, FROM_WEB)
    qtbot.waitUntil(lambda: "Opens" in line.words)
    write(dialog, broken)
    assert line.words == "", "what it said is outdated at once"
    with qtbot.waitSignal(dialog.page.pane.checked):
        pass
    qtbot.wait(400)
    assert line.words == ""


def test_it_follows_the_cluster(qtbot: QtBot, desk: WritingDesk, dialog: PolicyWindow) -> None:
    line = write(dialog, FROM_WEB)
    qtbot.waitUntil(lambda: "Opens 1" in line.words)
    admits = policy_of("shop/all", {"podSelector": {"matchLabels": {"app": "db"}}, "ingress": [{}]})
    desk.session.picture = desk.session.picture.apply([Put(admits)])
    qtbot.waitUntil(lambda: line.words == "Nothing changes: no connection opens or closes.")


def test_an_outdated_computation_is_cancelled(
    qtbot: QtBot, dialog: PolicyWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, cancelled = threading.Event(), threading.Event()

    def slow(_standing: object, _changes: object, check: Callable[[], None]) -> object:
        begun.set()
        try:
            while True:
                cancelled.wait(0.01)
                check()
        finally:
            cancelled.set()

    monkeypatch.setattr(session_meaning, "impact", slow)
    line = write(dialog, FROM_WEB)
    qtbot.waitUntil(begun.is_set)
    assert line.words == "Computing what this would do…"
    write(dialog, "")
    qtbot.waitUntil(cancelled.is_set)


def test_the_form_has_the_same_line(qtbot: QtBot, dialog: PolicyWindow) -> None:
    line = write(dialog, FROM_WEB)
    dialog.page.show_view(View.FORM)
    qtbot.waitUntil(lambda: "Opens 1" in line.words)
    assert line.isVisible()


def test_under_review_nothing_is_computed_for_it(qtbot: QtBot, dialog: PolicyWindow) -> None:
    line = write(dialog, FROM_WEB)
    qtbot.waitUntil(lambda: "Opens 1" in line.words)
    dialog.page.submit()
    qtbot.waitUntil(dialog.review.isVisible)
    with qtbot.assertNotEmitted(line.follower.looked, wait=700):
        pass
    dialog.reject()
    qtbot.waitUntil(lambda: "Opens 1" in line.words)
