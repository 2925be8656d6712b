"""What is worth knowing about a policy from its document alone: what reads like one thing and means another.

Findings (``direction`` is Ingress or Egress; sources in ``desktop.wording.codes_advice``):
``advice.direction-without-effect``: there are rules, but ``policyTypes`` leaves the direction out; ``rules`` how many.
``advice.nothing-admitted``: there are rules for the other direction only, and this one is isolated, too: because
``policyTypes`` is absent, or (a note) because it says so.
``advice.empty-list``: ``field`` is written as an empty list, which means everyone, or every port.
``advice.opens-all``: a rule admits everyone on every port, to every pod of the namespace.
``advice.admits-everyone``: the same for the pods selected (a note).
``advice.no-such-labels``: no labels can meet a selector. ``advice.generated-label``: one that controllers change
(``key``).
``advice.one-family``: ``value`` is everything of one address family; ``other`` is the other (a note).
``advice.except-all``: the exceptions leave nothing of ``value``. ``advice.except-twice``: one (``value``) lies within
``other``.
``advice.rule-in-rule``: a rule (``rule``, from 1) lies within rule ``other`` of the same policy; ``same``: both ways.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from desktop.policy.containment import Admission, addresses_of, can_match, wants
from desktop.policy.findings import Edit, Finding, Fix, Path, Removed, Severity
from desktop.policy.netset import parse_cidr
from desktop.policy.objects import Direction, IPBlock, LabelSelector, NetworkPolicy, Rule
from desktop.policy.profile import Capability, Profile

KEYS = {Direction.INGRESS: ("ingress", "from"), Direction.EGRESS: ("egress", "to")}
"""The names of a direction's rules and peers in a document."""
_PASSING = frozenset({"pod-template-hash", "controller-revision-hash", "pod-template-generation", "controller-uid"})
"""Labels that controllers put on pods, and that no pod has any more after the next rollout."""
_FAMILIES = {"0.0.0.0/0": "::/0", "::/0": "0.0.0.0/0"}


def advice_on(policy: NetworkPolicy, profile: Profile) -> tuple[Finding, ...]:
    """Return what is worth knowing about a policy, whatever the cluster holds."""
    return tuple(_Advice(policy, profile).all())


@dataclass(frozen=True, slots=True)
class _Advice:
    policy: NetworkPolicy
    profile: Profile

    def all(self) -> Iterator[Finding]:
        yield from _selector(self.policy.pod_selector, ("spec", "podSelector"), optional=False)
        for direction, (key, _) in KEYS.items():
            rules = self._listed(direction)
            if direction not in self.policy.directions:
                yield from self._without_effect(direction, rules)
                continue
            if rules is None:
                yield from self._nothing(direction)
            for index, rule in enumerate(rules or ()):
                yield from self._rule(rule, direction, ("spec", key, index))
            yield from self._shadowed(rules or (), key)

    def _listed(self, direction: Direction) -> tuple[Rule, ...] | None:
        return self.policy.ingress if direction is Direction.INGRESS else self.policy.egress

    def _without_effect(self, direction: Direction, rules: tuple[Rule, ...] | None) -> Iterator[Finding]:
        if rules is None:
            return
        types = self.policy.policy_types
        if types:
            edit = Edit(("spec", "policyTypes", len(types)), direction.value)
        else:
            edit = Edit(("spec", "policyTypes"), [Direction.INGRESS.value, Direction.EGRESS.value])
        fix = Fix("fix.add-policy-type", (edit,), {"direction": direction.value})
        facts = {"direction": direction.value, "rules": len(rules)}
        path = ("spec", KEYS[direction][0])
        yield Finding("advice.direction-without-effect", Severity.WARNING, path, facts, fix=fix)

    def _nothing(self, direction: Direction) -> Iterator[Finding]:
        """A policy with rules for the other direction only: was this one to be isolated, too?"""
        types, facts = self.policy.policy_types, {"direction": direction.value}
        if not any(self.policy.rules(each) for each in Direction):
            return  # one that isolates, and nothing else
        if not types:
            fix = Fix("fix.only-type", (Edit(("spec", "policyTypes"), [Direction.EGRESS.value]),))
            yield Finding("advice.nothing-admitted", Severity.WARNING, ("spec",), facts, fix=fix)
        else:
            path: Path = ("spec", "policyTypes", types.index(direction))
            fix = Fix("fix.remove-policy-type", (Edit(path, Removed.REMOVED),), {"direction": direction.value})
            yield Finding("advice.nothing-admitted", Severity.INFO, path, facts, fix=fix)

    def _rule(self, rule: Rule, direction: Direction, path: Path) -> Iterator[Finding]:
        peers_key = KEYS[direction][1]
        facts: dict[str, object] = {"direction": direction.value}
        if rule.peers == ():
            own = Edit((*path, peers_key), [{"podSelector": {}}])
            facts_of_list = {**facts, "list": peers_key}
            fix = Fix("fix.own-namespace", (own,))
            yield Finding("advice.empty-list", Severity.WARNING, (*path, peers_key), facts_of_list, fix=fix)
        if rule.ports == ():
            removed = Fix("fix.say-every-port", (Edit((*path, "ports"), Removed.REMOVED),))
            facts_of_list = {**facts, "list": "ports"}
            yield Finding("advice.empty-list", Severity.WARNING, (*path, "ports"), facts_of_list, fix=removed)
        if not rule.peers and not rule.ports:
            everything = self.policy.pod_selector.is_empty
            code = "advice.opens-all" if everything else "advice.admits-everyone"
            facts["namespace"] = self.policy.namespace
            yield Finding(code, Severity.WARNING if everything else Severity.INFO, path, facts)
        for number, peer in enumerate(rule.peers or ()):
            at = (*path, peers_key, number)
            for selector, name in ((peer.pod_selector, "podSelector"), (peer.namespace_selector, "namespaceSelector")):
                if selector is not None:
                    yield from _selector(selector, (*at, name), optional=name == "podSelector")
            if peer.ip_block is not None:
                yield from _block(peer.ip_block, (*at, "ipBlock"))
        yield from self._families(rule, (*path, peers_key))

    def _families(self, rule: Rule, path: Path) -> Iterator[Finding]:
        blocks = {str(cidr) for peer in rule.peers or () if peer.ip_block and (cidr := parse_cidr(peer.ip_block.cidr))}
        for number, peer in enumerate(rule.peers or ()):
            other = _FAMILIES.get(peer.ip_block.cidr) if peer.ip_block else None
            if other and other not in blocks and peer.ip_block and self.profile.can(Capability.IPV6):
                added = Edit((*path, len(rule.peers or ())), {"ipBlock": {"cidr": other}})
                fix = Fix("fix.add-block", (added,), {"value": other})
                facts = {"value": peer.ip_block.cidr, "other": other}
                at = (*path, number, "ipBlock", "cidr")
                yield Finding("advice.one-family", Severity.INFO, at, facts, fix=fix)

    def _shadowed(self, rules: tuple[Rule, ...], key: str) -> Iterator[Finding]:
        admissions = [Admission.of(rule, self.policy.namespace) for rule in rules]
        for index, admission in enumerate(admissions):
            for other, wide in enumerate(admissions):
                if other == index or admission.nobody or not admission <= wide:
                    continue
                same = wide <= admission
                if same and other > index:  # of two that say the same, the later one is told
                    continue
                fix = Fix("fix.remove-rule", (Edit(("spec", key, index), Removed.REMOVED),), {"rule": index + 1})
                facts = {"rule": index + 1, "other": other + 1, "same": same}
                yield Finding("advice.rule-in-rule", Severity.WARNING, ("spec", key, index), facts, fix=fix)
                break


def _selector(selector: LabelSelector, path: Path, *, optional: bool) -> Iterator[Finding]:
    """``optional``: whether it may be empty without meaning much more than was meant."""
    asked = wants(selector)
    if not can_match(asked):
        keys = [key for key, values in asked.items() if not values]
        yield Finding("advice.no-such-labels", Severity.WARNING, path, {"keys": keys})
    for key, _ in selector.labels:
        if key in _PASSING:
            at, fix = (*path, "matchLabels", key), None
            if len(selector.labels) > 1 or (optional and selector.expressions):
                fix = Fix("fix.remove-label", (Edit(at, Removed.REMOVED),), {"key": key})
            yield Finding("advice.generated-label", Severity.WARNING, at, {"key": key}, fix=fix)


def _block(block: IPBlock, path: Path) -> Iterator[Finding]:
    cidr, excepts = parse_cidr(block.cidr), [parse_cidr(each) for each in block.excepts]
    if cidr is None or not block.excepts or None in excepts:
        return
    if not addresses_of(block):
        yield Finding("advice.except-all", Severity.WARNING, (*path, "except"), {"value": block.cidr})
        return
    for index, one in enumerate(excepts):
        for number, other in enumerate(excepts):
            if index == number or one is None or other is None:
                continue
            inside = other.span[0] <= one.span[0] and one.span[1] <= other.span[1]
            if inside and (one.span != other.span or number < index):
                at = (*path, "except", index)
                fix = Fix("fix.remove-exception", (Edit(at, Removed.REMOVED),), {"value": block.excepts[index]})
                facts = {"value": block.excepts[index], "other": block.excepts[number]}
                yield Finding("advice.except-twice", Severity.INFO, at, facts, fix=fix)
                break
