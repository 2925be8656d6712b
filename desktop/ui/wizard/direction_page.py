"""The rules of one direction: a switch of three, and a card for each rule."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop.language import tr
from desktop.policy.advice import KEYS
from desktop.policy.draft import DirectionField, Isolation, PeerField, RuleField, Scope
from desktop.policy.findings import Path, Severity
from desktop.policy.objects import Direction
from desktop.reach.choices import Match
from desktop.ui.flow import Flow
from desktop.ui.scrolling import FocusScroll
from desktop.ui.strip import Strip
from desktop.ui.wizard.fields import ProblemStrip, push_button
from desktop.ui.wizard.judging import Judged
from desktop.ui.wizard.rule_card import RuleCard
from desktop.ui.wizard.surroundings import Surroundings

_OPEN_AT_FIRST = 3


class DirectionPage(QWidget):
    """Edits a direction."""

    edited = Signal(object)
    """A DirectionField."""

    fixed = Signal(object)
    """A Fix the user wants."""

    service_asked = Signal(object, object)
    """The PortsEditor that wants ports of a Service, and the namespaces where those may be (None: anywhere)."""

    def __init__(self, surroundings: Surroundings, direction: Direction) -> None:
        super().__init__()
        self._surroundings, self._direction = surroundings, direction
        self.field, self._namespace = DirectionField(), ""
        self.cards: list[RuleCard] = []
        inbound = direction is Direction.INGRESS
        self.open = QRadioButton(tr("Not r&estricted"))
        self.rules = QRadioButton(tr("Only these r&ules"))
        self.nothing = QRadioButton(tr("Nothin&g"))
        self.open.setToolTip(
            tr("This policy does not touch inbound.") if inbound else tr("This policy does not touch outbound.")
        )
        self.nothing.setToolTip(tr("No connection is admitted, unless another policy admits it."))
        self._switch = QButtonGroup(self)
        self._choices = {self.open: Isolation.OPEN, self.rules: Isolation.RULES, self.nothing: Isolation.NOTHING}
        for button in self._choices:
            self._switch.addButton(button)
        self._switch.buttonClicked.connect(self._choose)
        self.limit = Strip()
        self.problems = ProblemStrip()
        self.add = push_button(tr("&Add Rule"), self._add)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self._cards = QWidget()
        self._lay_out()
        self._dress()

    @property
    def first(self) -> QWidget:
        """The widget to begin with."""
        return self._switch.checkedButton() or self.open

    def show_field(self, field: DirectionField, namespace: str, *, decided: bool = True) -> None:
        """Show a direction; while nothing is ``decided`` no choice of the switch is shown."""
        self._namespace = namespace
        self.field = field
        self._switch.setExclusive(decided)
        for button, isolation in self._choices.items():
            button.setChecked(decided and isolation is field.isolation)
        self._show_cards()
        self._dress()

    def show_judged(self, judged: Judged) -> None:
        """Show what each rule admits, and what was found."""
        key = KEYS[self._direction][0]
        for index, card in enumerate(self.cards):
            card.show_judged(judged.rule_sentence(self._direction, index), judged.findings, ("spec", key, index))
        about = [each for each in judged.findings if each.spot in (("spec", key), ("spec", "policyTypes"))]
        self.problems.show_problems([each for each in about if not each.code.startswith("limit.")])

    def show_matches(self, matches: Mapping[Path, Match]) -> None:
        """Show what each source or destination matches now."""
        for index, card in enumerate(self.cards):
            card.show_matches(matches, ("spec", KEYS[self._direction][0], index))

    def forbid(self, reason: str, hint: str = "") -> None:
        """Say that the cluster ignores this direction; what is there already can still be taken away."""
        self.limit.say(Severity.WARNING, reason, hint)
        self._dress()

    def _lay_out(self) -> None:
        switch = Flow(spacing=18)
        for button in self._choices:
            switch.addWidget(button)
        inside = QVBoxLayout(self._cards)
        inside.setContentsMargins(0, 0, 6, 0)
        inside.addLayout(self._list)
        inside.addWidget(self.add)
        inside.addStretch(1)
        scroll = FocusScroll(self._cards)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.limit)
        layout.addLayout(switch)
        layout.addWidget(self.problems)
        layout.addWidget(scroll, 1)

    def _dress(self) -> None:
        off = bool(self.limit.sentence)
        for button in (self.rules, self.nothing):
            button.setEnabled(not off or button.isChecked())
        self.add.setEnabled(not off)
        for card in self.cards:
            card.setVisible(self.field.isolation is Isolation.RULES)

    def _show_cards(self) -> None:
        rules = self.field.rules
        while len(self.cards) < len(rules):
            self._append(opened=len(rules) <= _OPEN_AT_FIRST)
        while len(self.cards) > len(rules):
            gone = self.cards.pop()
            self._list.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for index, (card, rule) in enumerate(zip(self.cards, rules, strict=True)):
            card.show_rule(rule, index + 1, len(rules), self._namespace)
            card.use_ports_of(self._ports_of(rule))

    def _append(self, *, opened: bool) -> None:
        card = RuleCard(self._surroundings, self._direction)
        card.edited.connect(lambda rule: self._edit(self.cards.index(card), rule))
        card.removed.connect(lambda: self._remove(self.cards.index(card)))
        card.duplicated.connect(lambda: self._duplicate(self.cards.index(card)))
        card.moved.connect(lambda by: self._move(self.cards.index(card), by))
        card.fixed.connect(self.fixed)
        card.service_asked.connect(lambda ports: self.service_asked.emit(ports, self._ports_of(card.rule)))
        self.cards.append(card)
        self._list.addWidget(card)
        if opened:
            card.open()

    def _ports_of(self, rule: RuleField) -> tuple[str, ...] | None:
        """Where the pods are whose ports are meant: inbound the policy's own, outbound where the rule looks."""
        if self._direction is Direction.INGRESS:
            return (self._namespace,)
        names: list[str] = []
        for peer in (PeerField(Scope.EVERY_NAMESPACE),) if rule.anyone else rule.peers:
            if peer.scope is Scope.OWN_NAMESPACE:
                names.append(self._namespace)
            elif peer.scope is Scope.NAMED_NAMESPACES:
                names += peer.names
            else:
                return None
        return tuple(names)

    @Slot(QAbstractButton)
    def _choose(self, button: QAbstractButton) -> None:
        isolation = next(each for shown, each in self._choices.items() if shown is button)
        rules = self.field.rules or ((RuleField(),) if isolation is Isolation.RULES else ())
        self._tell(DirectionField(isolation, rules))

    @Slot()
    def _add(self) -> None:
        rules = self.field.rules if self.field.isolation is Isolation.RULES or self.cards else ()
        self._tell(DirectionField(Isolation.RULES, (*rules, RuleField())))
        self.cards[-1].open()
        self.cards[-1].focus_first()

    def _edit(self, index: int, rule: RuleField) -> None:
        rules = self.field.rules
        self.field = replace(self.field, rules=(*rules[:index], rule, *rules[index + 1 :]))
        self.cards[index].use_ports_of(self._ports_of(rule))
        self.edited.emit(self.field)

    def _remove(self, index: int) -> None:
        rules = (*self.field.rules[:index], *self.field.rules[index + 1 :])
        self._tell(replace(self.field, rules=rules))
        (self.cards[min(index, len(self.cards) - 1)].remove if self.cards else self.add).setFocus()

    def _duplicate(self, index: int) -> None:
        rules = self.field.rules
        self._tell(replace(self.field, rules=(*rules[: index + 1], rules[index].twin(), *rules[index + 1 :])))
        self.cards[index + 1].open()
        self.cards[index + 1].focus_first()

    def _move(self, index: int, by: int) -> None:
        rules = list(self.field.rules)
        rules[index], rules[index + by] = rules[index + by], rules[index]
        self._tell(replace(self.field, rules=tuple(rules)))
        moved = self.cards[index + by]
        button = moved.up if by < 0 else moved.down
        (button if button.isEnabled() else moved.opener).setFocus()

    def _tell(self, field: DirectionField) -> None:
        self.show_field(field, self._namespace)
        self.edited.emit(field)
