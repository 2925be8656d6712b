"""Types the cases of ``tests/ui/wizard/fields.yaml`` into a form, key by key."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from desktop.policy.draft import Scope
from desktop.policy.objects import Direction, Operator
from desktop.ui.wizard.direction_page import DirectionPage
from desktop.ui.wizard.form import FormView
from desktop.ui.wizard.judging import Step
from desktop.ui.wizard.label_rows import SelectorEditor
from desktop.ui.wizard.peer_editor import PeerEditor
from desktop.ui.wizard.port_rows import PortsEditor
from desktop.ui.wizard.rule_card import RuleBody

Typed = Mapping[str, Any]

_OPERATORS = {" does not exist": Operator.DOES_NOT_EXIST, " exists": Operator.EXISTS, " not in": Operator.NOT_IN}
_STEPS = {Direction.INGRESS: Step.INBOUND, Direction.EGRESS: Step.OUTBOUND}
_WHERE = {
    "This namespace": Scope.OWN_NAMESPACE,
    "Namespaces by label": Scope.LABELLED_NAMESPACES,
    "Every namespace": Scope.EVERY_NAMESPACE,
}
_WHERE_OF_FIELD = {
    "Namespaces": Scope.NAMED_NAMESPACES,
    "Namespaces with": Scope.LABELLED_NAMESPACES,
    "CIDR": Scope.ADDRESSES,
}


def fill(form: FormView, typed: Typed) -> None:
    """Fill in a form; ``typed`` names its fields by their captions."""
    form.steps.go_to(Step.BASICS)
    _type(form.basics.name, typed.get("Policy name", "p"))
    if "Namespace" in typed:
        _type(form.basics.namespace, typed["Namespace"])
    form.steps.go_to(Step.APPLIES_TO)
    _labels(form.applies.selector, typed.get("Labels", ()))
    for direction, caption in ((Direction.INGRESS, "Inbound"), (Direction.EGRESS, "Outbound")):
        if caption in typed:
            form.steps.go_to(_STEPS[direction])
            _direct(form.directions[direction], typed[caption])


def _direct(page: DirectionPage, wanted: str | Sequence[Typed]) -> None:
    if wanted == "Nothing":
        _press(page.nothing)
    elif wanted == "Not restricted":
        _press(page.open)
    else:
        assert not isinstance(wanted, str), wanted
        for rule in wanted:
            _press(page.add)
            body = page.cards[-1].body
            assert body is not None
            _rule(body, rule)


def _rule(body: RuleBody, wanted: Typed) -> None:
    peers = wanted.get("From", wanted.get("To", ({},)))
    if peers == "anyone":
        _press(body.anyone)
    else:
        for number, peer in enumerate(peers):
            if number:
                _press(body.add_peer)
            _peer(body.peers[number], peer)
    for number, port in enumerate(wanted.get("Ports", ())):
        _press(body.ports.add)
        _port(body.ports, number, port)


def _peer(editor: PeerEditor, wanted: Typed) -> None:
    scope = next((_WHERE_OF_FIELD[field] for field in wanted if field in _WHERE_OF_FIELD), Scope.OWN_NAMESPACE)
    _choose(editor.scope, _WHERE[wanted["Where"]] if "Where" in wanted else scope)
    if "Namespaces" in wanted:
        _type(editor.names, wanted["Namespaces"])
    _labels(editor.namespaces, wanted.get("Namespaces with", ()))
    _labels(editor.pods, wanted.get("Pods with", ()))
    if "CIDR" in wanted:
        _type(editor.cidr, wanted["CIDR"])
    if "Except" in wanted:
        _type(editor.excepts, wanted["Except"])


def _port(ports: PortsEditor, number: int, wanted: str) -> None:
    protocol, _, text = wanted.partition(" ")
    _choose(ports.rows[number].protocol, "" if protocol == "any" else protocol)
    _type(ports.rows[number].text, text)


def _labels(editor: SelectorEditor, wanted: Sequence[str]) -> None:
    for number, text in enumerate(wanted):
        if number >= len(editor.rows):
            _press(editor.add)
        row = editor.rows[number]
        key, operator, values = _label(text)
        _type(row.key, key)
        _choose(row.operator, operator)
        if values:
            _type(row.values, values)


def _label(text: str) -> tuple[str, Operator | None, str]:
    """Read ``role = db``, ``env in prod, test``, ``app exists``."""
    for words, operator in _OPERATORS.items():
        if words in text:
            key, _, values = text.partition(words)
            return key, operator, values.strip()
    if " = " in text:
        key, _, value = text.partition(" = ")
        return key, None, value
    key, _, values = text.partition(" in")
    return key, Operator.IN, values.strip()


def _choose(box: QComboBox, value: object) -> None:
    """Choose with the arrow keys."""
    wanted = next(at for at in range(box.count()) if box.itemData(at) == value)
    box.setFocus()
    while box.currentIndex() != wanted:
        QTest.keyClick(box, Qt.Key.Key_Down if box.currentIndex() < wanted else Qt.Key.Key_Up)


def _press(button: QWidget) -> None:
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)


def _type(field: QWidget, text: str) -> None:
    """Type where the keyboard is, which may move on by itself."""
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    for letter in text:
        QTest.keyClicks(QApplication.focusWidget() or field, letter)
    if popup := QApplication.activePopupWidget():  # suggestions nobody takes
        QTest.keyClick(popup, Qt.Key.Key_Escape)
        field.activateWindow()  # a screen that is not there does not do it by itself
        assert QTest.qWaitForWindowActive(field.window())
