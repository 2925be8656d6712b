"""What is left of a direction once the ordered, cluster-wide policies have had their say.

The pods that the same cluster-wide policies select, and that agree on being isolated by NetworkPolicies, are treated
as one target. For it, every (peer, port) goes through the tiers: the admin rules in their order, then the
NetworkPolicies if any isolates the target, else the baseline rules, else it is open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from desktop.policy.objects import Direction
from desktop.policy.tiers import Action, Tier, TieredPolicy, TierRule
from desktop.reach.bits import positions_of
from desktop.reach.blocks import Block, PolicyBlocks
from desktop.reach.ends import Ends
from desktop.reach.ports import PortSpace

Area = tuple[int, int]
"""Some peers on some ports."""
Chosen = tuple[tuple[int, bool], ...]
"""The policies that select some pods, by their position; False: or may not."""


@dataclass(frozen=True, slots=True)
class _Matched:
    """A rule and the areas it matches; not ``certain``: or may not."""

    action: Action
    certain: tuple[Area, ...]
    possible: tuple[Area, ...]


_Tied = Sequence[Sequence[_Matched]]
"""The rules of policies that have the same priority."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a policy allows, what it leaves to the next tier, and what it says nothing of."""

    allowed: list[Area]
    passed: list[Area]
    left: list[Area]


class Tiers:
    """The cluster-wide policies over given ends and ports."""

    def __init__(
        self, policies: Iterable[TieredPolicy], direction: Direction, ends: Ends, ports: PortSpace, made: PolicyBlocks
    ) -> None:
        self._direction = direction
        self._ends = ends
        self._ports = ports
        self._made = made
        self._policies = sorted(policies, key=lambda policy: (policy.priority, policy.name))
        self._subjects = [made.tiered_peer(policy.subject) for policy in self._policies]
        self.subjects = 0
        """All pods that any of the policies selects, or may select."""
        for certain, possible in self._subjects:
            self.subjects |= certain | possible

    def blocks(self, below: Sequence[Block], isolated: int) -> list[Block]:
        """Return the blocks of the direction: ``below`` are those of the NetworkPolicies, for the isolated pods."""
        found = [
            Block(block.targets & ~self.subjects, block.peers, block.ports, block.certain)
            for block in below
            if block.targets & ~self.subjects
        ]
        for targets, chosen in self._groups():
            for part, is_isolated in ((targets & isolated, True), (targets & ~isolated, False)):
                if part:
                    areas = [block for block in below if block.targets & part] if is_isolated else None
                    found += self._decided(part, chosen, areas)
        return found

    def _groups(self) -> Iterable[tuple[int, Chosen]]:
        """The subjects, grouped by the policies that select them."""
        groups: dict[Chosen, int] = {}
        for end in positions_of(self.subjects):
            chosen = tuple(
                (index, bool(certain >> end & 1))
                for index, (certain, possible) in enumerate(self._subjects)
                if (certain | possible) >> end & 1
            )
            groups[chosen] = groups.get(chosen, 0) | 1 << end
        return [(targets, chosen) for chosen, targets in groups.items()]

    def _decided(self, targets: int, chosen: Chosen, below: list[Block] | None) -> list[Block]:
        if self._direction is Direction.EGRESS:
            return self._decided_alike(targets, chosen, below)
        # Inbound, a named port is the target's own: targets that differ in one are decided apart.
        named = [
            port.port
            for index, _ in chosen
            for rule in self._policies[index].rules(self._direction)
            for port in rule.ports or ()
            if isinstance(port.port, str)
        ]
        if not named:
            return self._decided_alike(targets, chosen, below)
        apart: dict[tuple[object, ...], int] = {}
        for end in positions_of(targets):
            key = tuple(self._ends.classes[end].named.get(name) for name in named)
            apart[key] = apart.get(key, 0) | 1 << end
        return [block for part in apart.values() for block in self._decided_alike(part, chosen, below)]

    def _decided_alike(self, targets: int, chosen: Chosen, below: list[Block] | None) -> list[Block]:
        rules = {tier: self._matched(chosen, tier, targets) for tier in Tier}
        sure = self._run(rules, targets, below, hopeful=False)
        found = [Block(part, *area) for part, area in sure]
        if any(map(_is_doubtful, chain(*rules.values()))) or any(not block.certain for block in below or ()):
            hoped = self._run(rules, targets, below, hopeful=True)
            found += [Block(part, *area, certain=False) for part, area in hoped]
        return found

    def _matched(self, chosen: Chosen, tier: Tier, targets: int) -> list[_Tied]:
        found: list[_Tied] = []
        mine = [(self._policies[index], selected) for index, selected in chosen if self._policies[index].tier is tier]
        for _, policies in groupby(mine, key=lambda each: each[0].priority):
            found.append(
                [
                    [self._match(rule, targets, selected=selected) for rule in policy.rules(self._direction)]
                    for policy, selected in policies
                ]
            )
        return found

    def _match(self, rule: TierRule, targets: int, *, selected: bool) -> _Matched:
        """Match a rule; not ``selected``: whether its policy is about the targets at all is not known."""
        if rule.action is Action.UNKNOWN:
            return _Matched(rule.action, (), ((self._ends.all, self._ports.all),))
        certain = possible = 0
        for peer in rule.peers:
            sure, maybe = self._made.tiered_peer(peer)
            certain |= sure
            possible |= maybe
        if rule.partly_known and self._ends.settings.unknown_peers_match:
            possible |= self._ends.outside | self._ends.host_network
        if not selected:
            certain, possible = 0, certain | possible
        areas = []
        for peers in (certain, possible & ~certain):
            blocks = self._made.with_ports(targets, peers, rule.ports, self._direction) if peers else []
            areas.append(tuple((block.peers, block.ports) for block in blocks))
        return _Matched(rule.action, *areas)

    def _run(
        self, rules: Mapping[Tier, Sequence[_Tied]], targets: int, below: list[Block] | None, *, hopeful: bool
    ) -> list[tuple[int, Area]]:
        """Return what is allowed; where a rule may match or not, ``hopeful`` takes what allows more, else less."""
        allowed: list[tuple[int, Area]] = []
        rest: list[Area] = [(self._ends.all, self._ports.all)]
        admitted, rest = _ordered(rules[Tier.ADMIN], rest, hopeful=hopeful)
        allowed += [(targets, area) for area in admitted]
        if below is not None:
            for block in below:
                if block.certain or hopeful:
                    met = _common(rest, [(block.peers, block.ports)])
                    allowed += [(targets & block.targets, area) for area in met]
            return allowed
        admitted, rest = _ordered(rules[Tier.BASELINE], rest, hopeful=hopeful)
        return allowed + [(targets, area) for area in (*admitted, *rest)]


def _is_doubtful(tied: _Tied) -> bool:
    """Whether it may be that not all is known of what policies of one priority do."""
    return len(tied) > 1 or any(rule.possible for rules in tied for rule in rules)


def _ordered(policies: Iterable[_Tied], rest: list[Area], *, hopeful: bool) -> tuple[list[Area], list[Area]]:
    """Ask policies in their order about ``rest``; return what they allow, and what they leave to the next tier."""
    allowed: list[Area] = []
    passed: list[Area] = []
    for tied in policies:
        told = [_asked(rules, rest, hopeful=hopeful) for rules in tied]
        all_allowed, all_passed = [*chain(*(each.allowed for each in told))], [*chain(*(each.passed for each in told))]
        if not hopeful and len(told) > 1:  # any of them may be asked: certain is only what none of them denies
            for each in told:
                denied = _without(_without(_without(rest, each.allowed), each.passed), each.left)
                all_allowed, all_passed = _without(all_allowed, denied), _without(all_passed, denied)
            all_allowed = _without(all_allowed, all_passed)
        allowed += all_allowed
        passed += all_passed
        rest = told[0].left
        for each in told[1:]:
            rest = _common(rest, each.left)
    return allowed, passed + rest


def _asked(rules: Iterable[_Matched], rest: list[Area], *, hopeful: bool) -> _Told:
    """Run the rules of one policy in their order over ``rest``."""
    allowed: list[Area] = []
    passed: list[Area] = []
    for rule in rules:
        met = _common(rest, rule.certain)
        maybe = _common(rest, rule.possible)
        if rule.action in (Action.ALLOW, Action.UNKNOWN):
            allowed += met
            if hopeful:
                allowed += maybe
        elif rule.action is Action.PASS:
            passed += met
            if hopeful:
                passed += maybe
        # What may match is only certain where both outcomes allow it; leaving it out claims less, never more.
        if not hopeful and rule.action is not Action.ALLOW:
            rest = _without(rest, rule.possible)
        rest = _without(rest, rule.certain)
    return _Told(allowed, passed, rest)


def _common(areas: Iterable[Area], others: Iterable[Area]) -> list[Area]:
    others = tuple(others)
    return [
        (peers & theirs, ports & open_ports)
        for peers, ports in areas
        for theirs, open_ports in others
        if peers & theirs and ports & open_ports
    ]


def _without(areas: list[Area], others: Iterable[Area]) -> list[Area]:
    for theirs, closed in others:
        left: list[Area] = []
        for peers, ports in areas:
            if peers & ~theirs:
                left.append((peers & ~theirs, ports))
            if peers & theirs and ports & ~closed:
                left.append((peers & theirs, ports & ~closed))
        areas = left
    return areas
