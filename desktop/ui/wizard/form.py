"""The form of a policy: steps at the left, and one page for each."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from desktop.language import tr
from desktop.policy.advice import KEYS
from desktop.policy.draft import DirectionField, Draft, Isolation, PortField, SelectorField
from desktop.policy.findings import Finding, Path
from desktop.policy.objects import Direction
from desktop.reach.choices import Match
from desktop.reach.objects import Service
from desktop.ui.wizard.applies_page import AppliesPage
from desktop.ui.wizard.basics_page import BasicsPage
from desktop.ui.wizard.direction_page import DirectionPage
from desktop.ui.wizard.fields import Field
from desktop.ui.wizard.fixes import Fix
from desktop.ui.wizard.judging import Judged, Step, step_of
from desktop.ui.wizard.pickers import PickDialog
from desktop.ui.wizard.port_rows import PortsEditor
from desktop.ui.wizard.review_page import ReviewStep
from desktop.ui.wizard.steps import StepList
from desktop.ui.wizard.surroundings import Asked, Surroundings

_SELECTOR: Path = ("spec", "podSelector")
_OTHER = {Direction.INGRESS: Direction.EGRESS, Direction.EGRESS: Direction.INGRESS}


class FormView(QWidget):
    """Shows a draft and tells how the user changes it."""

    edited = Signal(object)
    """The Draft as it is now."""

    beyond = Signal(object)
    """The user wants to see where a Finding is, of which the form shows nothing."""

    turned = Signal()
    """Another page is shown."""

    def __init__(self, surroundings: Surroundings, namespace: str, *, fixed_identity: bool) -> None:
        super().__init__()
        self._surroundings, self._default = surroundings, namespace
        self._draft = Draft()
        self._decided = True
        self._judged: Judged | None = None
        self._match: Match | None = None
        self.steps = StepList()
        self.basics = BasicsPage(surroundings, namespace, fixed_identity=fixed_identity)
        self.applies = AppliesPage(surroundings)
        self.directions = {direction: DirectionPage(surroundings, direction) for direction in Direction}
        self.review = ReviewStep()
        self.pages: dict[Step, QWidget] = {
            Step.BASICS: self.basics,
            Step.APPLIES_TO: self.applies,
            Step.INBOUND: self.directions[Direction.INGRESS],
            Step.OUTBOUND: self.directions[Direction.EGRESS],
            Step.REVIEW: self.review,
        }
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self.steps.go_to(Step.APPLIES_TO if fixed_identity else Step.BASICS)

    @property
    def draft(self) -> Draft:
        """The draft as filled in."""
        return self._draft

    @property
    def decided(self) -> bool:
        """Whether someone said what is to be restricted."""
        return self._decided

    @property
    def namespace(self) -> str:
        """The namespace the policy goes to."""
        return self._draft.namespace or self._default

    def show_draft(self, draft: Draft, kept: Sequence[Path], *, decided: bool) -> None:
        """Show a draft; while it is not ``decided`` what is restricted, the switches show nothing chosen."""
        self._draft, self._decided = draft, decided
        self.basics.show_names(draft.name, draft.namespace)
        self._show_rest()
        self.review.show_kept(kept)

    def show_judged(self, judged: Judged) -> None:
        """Show what the draft means, and what was found, at the fields."""
        self._judged = judged
        self.basics.show_problems(judged.findings)
        self.applies.show_problems(judged.findings)
        for page in self.directions.values():
            page.show_judged(judged)
        self.review.show_judged(judged, self._match)
        self.steps.show_judged(judged)
        if judged.policy is not None:
            self._surroundings.match(self._to_match(judged))

    def show_limit(self, direction: Direction, reason: str, hint: str) -> None:
        """Say that the cluster ignores a direction."""
        self.directions[direction].forbid(reason, hint)

    def go_to(self, finding: Finding) -> None:
        """Go to the field of a finding; where none shows it, to the first of its rule or page.

        To what the form does not show at all only the text leads.
        """
        if step_of(finding.path) is Step.REVIEW:
            self.beyond.emit(finding)
            return
        self.steps.go_to(step_of(finding.path))
        first: Callable[[], None] = self.focus_first
        match finding.path:
            case ("spec", key, int(index), *_):
                page = self.directions[next(each for each in Direction if KEYS[each][0] == key)]
                if index < len(page.cards):
                    page.cards[index].open()
                    first = page.cards[index].focus_first
                    if self._judged is not None:
                        page.show_judged(self._judged)  # in the fields that were made just now, too
        fields = self.pages[self.steps.step].findChildren(Field)
        showing = next((field for field in fields if finding in field.findings and not field.isHidden()), None)
        showing.setFocus() if showing else first()

    @property
    def at_start(self) -> bool:
        """Whether the first page is shown."""
        return self.steps.step is Step.BASICS

    @property
    def at_end(self) -> bool:
        """Whether the last page is shown."""
        return self.steps.step is Step.REVIEW

    def step(self, by: int) -> None:
        """Go so many pages on, or back."""
        self.steps.go_to(list(Step)[list(Step).index(self.steps.step) + by])
        self.focus_first()

    @Slot()
    def focus_first(self) -> None:
        """Go to the first field of the page."""
        page = self.pages[self.steps.step]
        if isinstance(page, (BasicsPage, AppliesPage, DirectionPage, ReviewStep)):
            page.first.setFocus()

    def _lay_out(self) -> None:
        for page in self.pages.values():
            self._stack.addWidget(page)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.steps)
        layout.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.steps.chosen.connect(self._turn_to)
        self.basics.named.connect(lambda name: self._change(replace(self._draft, name=name)))
        self.basics.placed.connect(self._move)
        self.applies.edited.connect(self._select)
        self.review.wanted.connect(self.go_to)
        for direction, page in self.directions.items():
            page.edited.connect(self._directing(direction))
            page.service_asked.connect(self._ask_for_service)
            page.fixed.connect(self._fix)
        for fixed in (self.basics.fixed, self.applies.fixed, self.review.fixed):
            fixed.connect(self._fix)
        self._surroundings.matched.connect(self._show_matches)
        self._surroundings.changed.connect(self.basics.tell_unfit)

    def _directing(self, direction: Direction) -> Callable[[DirectionField], None]:
        def change(field: DirectionField) -> None:
            draft = self._draft.with_direction(direction, field)
            if not self._decided and (direction is Direction.INGRESS or field.isolation is not Isolation.OPEN):
                self._decided = True
                if direction is Direction.EGRESS:  # nobody asked for inbound to be isolated
                    draft = replace(draft, inbound=DirectionField())
                other = _OTHER[direction]
                self.directions[other].show_field(draft.direction(other), self.namespace)
            self._change(draft)

        return change

    def _show_rest(self) -> None:
        self.applies.show_field(self._draft.selector, self.namespace)
        for direction, page in self.directions.items():
            page.show_field(self._draft.direction(direction), self.namespace, decided=self._decided)

    def _change(self, draft: Draft) -> None:
        self._draft = draft
        self.edited.emit(draft)

    @Slot(str)
    def _move(self, namespace: str) -> None:
        """Go to another namespace: what is near by is another."""
        self._draft = replace(self._draft, namespace=namespace)
        self._show_rest()
        self.edited.emit(self._draft)

    @Slot(object)
    def _select(self, selector: SelectorField) -> None:
        self._change(replace(self._draft, selector=selector))

    @Slot(object)
    def _fix(self, fix: Fix) -> None:
        self._draft = fix.apply(self._draft)
        self.basics.show_names(self._draft.name, self._draft.namespace)
        self._show_rest()
        self.edited.emit(self._draft)

    @Slot(object)
    def _turn_to(self, step: Step) -> None:
        self._stack.setCurrentWidget(self.pages[step])
        self.turned.emit()

    def _to_match(self, judged: Judged) -> dict[Path, Asked]:
        """Return what is to be matched: the selector, and the peers of rules on cards."""
        policy = judged.policy
        if policy is None:
            return {}
        asked = {_SELECTOR: Asked(policy.namespace, policy.pod_selector)}
        for direction in Direction:
            key, peers_key = KEYS[direction]
            rules = policy.ingress if direction is Direction.INGRESS else policy.egress
            for index, rule in enumerate(rules or ()):
                for number, peer in enumerate(rule.peers or ()):
                    asked["spec", key, index, peers_key, number] = Asked(policy.namespace, peer)
        return asked

    @Slot(object)
    def _show_matches(self, matches: dict[Path, Match]) -> None:
        self._match = matches.get(_SELECTOR)
        self.applies.show_match(self._match)
        for page in self.directions.values():
            page.show_matches(matches)
        if self._judged is not None:
            self.review.show_judged(self._judged, self._match)

    @Slot(object, object)
    def _ask_for_service(self, ports: PortsEditor, namespaces: Sequence[str] | None) -> None:
        self._surroundings.services(namespaces, lambda services: self._offer_services(ports, services))

    def _offer_services(self, ports: PortsEditor, services: Sequence[Service]) -> None:
        offered = [(service, port) for service in services for port in service.ports]
        texts = [
            tr(
                "{service} in {namespace}: port {port} leads to {protocol} {target} of the pods",
                service=service.name,
                namespace=service.namespace,
                port=port.port,
                protocol=port.protocol,
                target=port.target,
            )
            for service, port in offered
        ]
        nothing = tr("No Service with pods behind it is known there.")
        dialog = PickDialog(tr("Take the Ports of a Service"), texts, nothing, self)
        dialog.picked.connect(
            lambda number: ports.add_ports((PortField(offered[number][1].protocol, str(offered[number][1].target)),))
        )
        dialog.open()
