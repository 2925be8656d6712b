"""What the form takes from the cluster: names to choose from, and what a choice matches now."""

import pytest
import yaml
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.policy.objects import Direction
from desktop.reach.objects import Pod
from desktop.reach.snapshot import Put
from desktop.session.state import Connection, SessionState
from desktop.ui.wizard.judging import Step
from desktop.ui.wizard.pickers import PickDialog
from desktop.ui.wizard.rule_card import RuleBody
from tests.helpers.form_table import fill
from tests.helpers.forms import ALT, CTRL, FormHand, Key
from tests.helpers.scenes import scene
from tests.helpers.writing import PicturedSession, WritingDesk

CLUSTER = yaml.safe_load("""
namespaces: {shop: {team: a}, web: {}, legacy: {kubernetes.io/metadata.name: "", owner: ada}}
pods:
  shop/db-0: {labels: {role: db, pod-template-hash: x1}, owner: ReplicaSet/db-x1}
  shop/db-1: {labels: {role: db, pod-template-hash: x1}, owner: ReplicaSet/db-x1}
  shop/cache: {labels: {role: cache}}
  shop/agent: {labels: {role: db}, host network: true}
  web/front: {labels: {role: frontend, tier: edge}, ports: {http: 8080, dns: udp/53}}
workloads:
  Deployment/shop/db: {labels: {role: db, pod-template-hash: x1}}
  ReplicaSet/shop/db-x1: {labels: {role: db, pod-template-hash: x1}, owner: Deployment/db}
services:
  shop/db: {selector: {role: db}, ports: {80: 6379}}
policies:
  shop/taken: {podSelector: {}}
""")


@pytest.fixture
def form(desk: WritingDesk, hand: FormHand) -> FormHand:
    """Open the form in the namespace shop of a small cluster."""
    desk.session.picture = scene(CLUSTER)
    hand.open(desk, namespace="shop")
    return hand


def body(form: FormHand, direction: Direction = Direction.INGRESS) -> RuleBody:
    found = form.form.directions[direction].cards[0].body
    assert found is not None
    return found


def suggested(form: FormHand, qtbot: QtBot) -> list[str]:
    """Return what is offered under the field that has the keyboard."""
    completer = QApplication.focusWidget().completer()  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: completer.popup().isVisible())
    model = completer.completionModel()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_namespaces_are_filtered_as_typed_and_an_absent_one_is_told(qtbot: QtBot, form: FormHand) -> None:
    page = form.form.basics
    form.tab_to(page.namespace)
    form.type("e")
    assert suggested(form, qtbot) == ["legacy", "web"]
    form.press(Key.Key_Escape)
    form.type("xy")
    assert page.unfit.sentence == "There is no namespace exy on this cluster."


def test_a_namespace_where_the_user_may_not_create_is_told_at_once(
    qtbot: QtBot, desk: WritingDesk, hand: FormHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PicturedSession, "state", SessionState(Connection.LIVE))
    desk.session.picture = scene(CLUSTER)
    desk.gateway.refused = {("create", ""), ("create", "web")}
    hand.open(desk, namespace="shop")
    page = hand.form.basics
    qtbot.waitUntil(lambda: desk.gateway.reviews == [("create", ""), ("create", "shop")])
    assert page.unfit.sentence == ""
    hand.tab_to(page.namespace)
    hand.type("web")
    denied = "The server says that you may not create policies in web."
    qtbot.waitUntil(lambda: page.unfit.sentence == denied)
    hand.type("x")
    assert page.unfit.sentence == "There is no namespace webx on this cluster."
    assert desk.gateway.reviews == [("create", ""), ("create", "shop"), ("create", "web")]


def test_a_name_that_is_taken_is_told_at_once(form: FormHand) -> None:
    form.type("taken")
    form.settle()
    assert form.form.basics.name_problems.sentence == "There is a policy called “taken” in this namespace already."
    assert "already" in form.dialog.page.reason


def test_an_empty_selector_is_said_in_words(qtbot: QtBot, form: FormHand) -> None:
    form.step(Step.APPLIES_TO)
    page = form.form.applies
    qtbot.waitUntil(lambda: page.matching.text().startswith("Every pod of the namespace: 3 pods."))
    assert "1 more is on the host network" in page.matching.text()


def test_keys_and_values_are_those_that_pods_of_the_namespace_have(qtbot: QtBot, form: FormHand) -> None:
    form.step(Step.APPLIES_TO)
    row = form.form.applies.selector.rows[0]
    qtbot.waitUntil(lambda: row.keys.model().rowCount() > 0)
    form.click(row.key)
    form.type("r")
    assert suggested(form, qtbot) == ["role"]
    form.press(Key.Key_Down, Key.Key_Return)
    assert row.key.text() == "role"
    form.press(Key.Key_Tab, Key.Key_Tab)
    form.type("d")
    assert suggested(form, qtbot) == ["db"]
    form.press(Key.Key_Down, Key.Key_Return)
    qtbot.waitUntil(lambda: form.form.applies.matching.text().startswith("2 of 3 pods."))
    assert form.form.applies.workloads.text() == "db (2 pods)"


def picking() -> bool:
    """Whether there is a list to pick from, and it has the keyboard."""
    dialog, focus = QApplication.activeModalWidget(), QApplication.focusWidget()
    return isinstance(dialog, PickDialog) and focus is not None and dialog.isAncestorOf(focus)


def test_reference_workload_label_takes_the_labels_that_last(qtbot: QtBot, form: FormHand) -> None:
    form.press(Key.Key_X, with_=ALT)
    form.press(Key.Key_W, with_=ALT)
    qtbot.waitUntil(picking)
    form.type("db")
    form.press(Key.Key_Return)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    assert yaml.safe_load(form.text)["spec"]["podSelector"] == {"matchLabels": {"role": "db"}}


def test_a_service_fills_in_the_port_of_the_pods(qtbot: QtBot, form: FormHand) -> None:
    fill(form.form, {"Inbound": [{}]})
    form.tab_to(body(form).ports.from_service)
    form.press(Key.Key_Space)
    qtbot.waitUntil(picking)
    form.press(Key.Key_Return)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    assert yaml.safe_load(form.text)["spec"]["ingress"][0]["ports"] == [{"protocol": "TCP", "port": 6379}]


def test_ports_are_those_that_pods_there_have(qtbot: QtBot, form: FormHand) -> None:
    fill(form.form, {"Outbound": [{"To": [{"Namespaces": "web"}], "Ports": ["TCP"]}]})
    row = body(form, Direction.EGRESS).ports.rows[0]
    qtbot.waitUntil(lambda: row.known.model().rowCount() > 0)
    form.click(row.text)
    form.type("80, h")
    assert suggested(form, qtbot) == ["http"]
    form.press(Key.Key_Down, Key.Key_Return)
    assert row.text.text() == "80, http"


def test_a_source_shows_what_it_matches_now(qtbot: QtBot, desk: WritingDesk, form: FormHand) -> None:
    fill(form.form, {"Inbound": [{"From": [{"Namespaces": "web", "Pods with": ["role = frontend"]}]}]})
    peer = body(form).peers[0]
    qtbot.waitUntil(lambda: peer.matching.text() == "matches 1 pod in 1 workload")
    form.tab_to(peer.scope)
    form.choose(peer.scope, "Addresses (CIDR)")
    assert not peer.matching.isVisible()
    desk.session.picture = desk.session.picture.apply([Put(Pod("web", "back", {}, ips=("10.1.2.3",)))])
    form.tab_to(peer.cidr)
    form.type("10.1.0.0/16")
    qtbot.waitUntil(lambda: peer.matching.text() == "holds addresses of 1 pod in 1 workload")


def test_a_namespace_without_the_label_of_its_name_is_told_and_its_own_labels_are_offered(
    qtbot: QtBot, form: FormHand
) -> None:
    fill(form.form, {"Inbound": [{"From": [{"Namespaces": "legacy"}]}]})
    peer = body(form).peers[0]
    assert peer.unnamed.sentence.startswith("legacy cannot be chosen by name")
    form.settle()
    assert peer.problems.sentence == "", "once is enough"
    button = next(each for each in peer.unnamed.findChildren(type(peer.problems.fix)) if each.isVisible())
    form.click(button)
    selector = yaml.safe_load(form.text)["spec"]["ingress"][0]["from"][0]["namespaceSelector"]
    assert selector["matchLabels"]["owner"] == "ada"


def test_the_sentence_of_a_rule_follows_what_is_typed(form: FormHand) -> None:
    fill(form.form, {"Inbound": [{"From": [{"Pods with": ["role = frontend"]}], "Ports": ["TCP 6379"]}]})
    form.settle()
    card = form.form.directions[Direction.INGRESS].cards[0]
    assert card.sentence.text() == "Pods with role=frontend in shop may connect to TCP 6379."
    form.press(Key.Key_Backspace)
    form.settle()
    assert card.sentence.text() == "Pods with role=frontend in shop may connect to TCP 637."


def test_undo_takes_back_what_cannot_be_read_first(form: FormHand) -> None:
    fill(form.form, {"Inbound": [{"Ports": ["TCP 80"]}]})
    text = form.text
    form.type("x")
    assert form.text == text
    assert not form.dialog.page.ok.isEnabled()
    form.press(Key.Key_Z, with_=CTRL)
    form.settle()
    assert body(form).ports.rows[0].text.text() == "80"
    assert form.text == text


@pytest.mark.parametrize("steps", [1, 2])
def test_redo_brings_back_what_could_never_be_read(form: FormHand, steps: int) -> None:
    fill(form.form, {"Inbound": [{"Ports": ["TCP 80"]}]})
    text = form.text
    form.type("x")
    form.settle()
    for key in (Key.Key_Z, Key.Key_Y):
        for _ in range(steps):
            form.press(key, with_=CTRL)
            form.settle()
    assert body(form).ports.rows[0].text.text() == "80x"
    assert form.text == text
    assert not form.dialog.page.ok.isEnabled()


def test_what_is_typed_after_an_undo_is_not_overwritten_by_a_redo(form: FormHand) -> None:
    fill(form.form, {"Inbound": [{"Ports": ["TCP 80"]}]})
    for letter, key in (("x", Key.Key_Z), ("y", Key.Key_Y)):
        form.settle()
        form.type(letter)
        form.settle()
        form.press(key, with_=CTRL)
    form.settle()
    assert body(form).ports.rows[0].text.text() == "80y"


def test_undo_waits_for_what_was_typed_just_now(form: FormHand) -> None:
    fill(form.form, {"Inbound": [{"Ports": ["TCP 80"]}]})
    text = form.text
    form.type("8")
    form.press(Key.Key_Z, with_=CTRL)
    form.settle()
    taken_back = form.text
    assert "808" not in taken_back
    form.press(Key.Key_Y, with_=CTRL)
    assert form.text == text.replace("port: 80", "port: 808")


def test_undo_pressed_quickly_counts_each_time(form: FormHand) -> None:
    fill(form.form, {"Inbound": [{"Ports": ["TCP 80"]}]})
    texts = [form.text]
    for isolation in (form.form.directions[Direction.INGRESS].nothing, form.form.directions[Direction.EGRESS].nothing):
        form.form.steps.go_to(Step.INBOUND if len(texts) == 1 else Step.OUTBOUND)
        form.click(isolation)
        texts.append(form.text)
    form.press(Key.Key_Z, Key.Key_Z, with_=CTRL)
    assert form.text == texts[0]
    form.press(Key.Key_Y, Key.Key_Y, with_=CTRL)
    assert form.text == texts[2]
