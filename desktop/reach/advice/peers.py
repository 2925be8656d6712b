"""Advice on the peers of a policy's rules.

``advice.no-such-namespace`` (``name``): a peer names a namespace that is not there. ``advice.peer-no-namespace``:
no namespace has the labels that it asks for. ``advice.peer-no-pods`` (``namespaces``: how many it looks in,
``namespace``: the one, if it is one): no pod there has the labels. ``advice.peer-on-host-network``: only pods on the
host network have, whose traffic is the node's. ``advice.peers-perhaps-one``: of two peers, one names namespaces and the
next one pods, of the own namespace (``nothing``: where there is none of them). Nothing is said where pods or namespaces
may not all be listed, but of the last, as a note.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from desktop.policy.advice import KEYS
from desktop.policy.codec import render_selector
from desktop.policy.containment import can_match, wants
from desktop.policy.findings import Edit, Finding, Fix, Path, Removed, Severity
from desktop.policy.objects import NAMESPACE_NAME, LabelSelector, NetworkPolicy, Operator, Peer, Rule
from desktop.reach.advice.nearest import fix_labels, nearest
from desktop.reach.advice.sight import Sight

_EVERY_POD = LabelSelector()
_LABELS_TRIED = 2000  # sets of labels among which the nearest is sought


def advice_on_peers(policy: NetworkPolicy, sight: Sight) -> Iterator[Finding]:
    """Yield what is to be said of the peers of the rules that are in force."""
    for direction in sorted(policy.directions, key=list(KEYS).index):
        key, peers_key = KEYS[direction]
        for index, rule in enumerate(policy.rules(direction) or ()):
            path: Path = ("spec", key, index, peers_key)
            confused = list(_perhaps_one(rule, policy.namespace, path, sight))
            yield from confused
            for number, peer in enumerate(rule.peers or ()):
                told = _peer(peer, policy.namespace, (*path, number), sight)
                # Where one peer was probably meant, that the half of it matches nobody is said already.
                yield from (each for each in told if not confused or each.code != "advice.peer-no-pods")


def _peer(peer: Peer, own: str, path: Path, sight: Sight) -> Iterator[Finding]:
    selectors = [each for each in (peer.namespace_selector, peer.pod_selector) if each is not None]
    if not selectors or not all(can_match(wants(each)) for each in selectors):
        return
    if peer.namespace_selector is not None and sight.knows_namespaces():
        told = list(_namespaces(peer.namespace_selector, (*path, "namespaceSelector"), sight))
        yield from told
        if not sight.namespaces(peer.namespace_selector):
            return
    names = sight.namespaces_of(peer, own)
    if names is None or any_pods(peer, names, sight) or not all(map(sight.knows_pods, names)):
        return
    yield _no_pods(peer, names, path, sight)


def any_pods(peer: Peer, names: Sequence[str], sight: Sight) -> bool:
    """Whether a peer's selector meets pods in any of the namespaces that are not on the host network."""
    selector = peer.pod_selector or _EVERY_POD
    for name in names:
        shapes = sight.shapes(name)
        if shapes.bits(selector) & ~shapes.on_host_network:
            return True
    return False


def _no_pods(peer: Peer, names: Sequence[str], path: Path, sight: Sight) -> Finding:
    selector = peer.pod_selector or _EVERY_POD
    where = names[0] if len(names) == 1 else ""
    facts = {"namespace": where, "namespaces": len(names)}
    at = (*path, "podSelector") if peer.pod_selector is not None else (*path, "namespaceSelector")
    shapes = [sight.shapes(name) for name in names]
    if any(each.bits(selector) for each in shapes):
        return Finding("advice.peer-on-host-network", Severity.WARNING, at, facts)
    if selector.is_empty:
        return Finding("advice.peer-no-pods", Severity.INFO, at, facts)
    there = [labels for each in shapes for labels in each.labels][:_LABELS_TRIED]
    fix = fix_labels(selector, at, there, lambda other: any(each.bits(other) for each in shapes))
    return Finding("advice.peer-no-pods", Severity.WARNING, at, facts, fix=fix)


def _namespaces(selector: LabelSelector, path: Path, sight: Sight) -> Iterator[Finding]:
    there, named = sight.snapshot.namespaces, list(_named(selector, path))
    sight.chosen.add(selector)
    for at, name in named:
        if name not in there:
            near = nearest(name, there)
            fix = Fix("fix.use", (Edit(at, near),), {"value": near}) if near else None
            if fix or not sight.is_folder:
                yield Finding("advice.no-such-namespace", Severity.WARNING, at, {"name": name}, fix=fix)
            return
        if there[name].labels.get(NAMESPACE_NAME) != name:  # a server before 1.21 gives no such label
            yield Finding("advice.namespace-unnamed", Severity.WARNING, at, {"name": name})
            return
    if not sight.namespaces(selector):
        labels = [each.labels for each in there.values()][:_LABELS_TRIED]
        fix = fix_labels(selector, path, labels, lambda other: bool(sight.namespaces(other)))
        if fix or not sight.is_folder:
            yield Finding("advice.peer-no-namespace", Severity.WARNING, path, fix=fix)


def _named(selector: LabelSelector, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the names of namespaces that a selector holds, and where."""
    for key, value in selector.labels:
        if key == NAMESPACE_NAME:
            yield (*path, "matchLabels", key), value
    for index, each in enumerate(selector.expressions):
        if each.key == NAMESPACE_NAME and each.operator is Operator.IN:
            for number, value in enumerate(each.values):
                yield (*path, "matchExpressions", index, "values", number), value


def _perhaps_one(rule: Rule, own: str, path: Path, sight: Sight) -> Iterator[Finding]:
    peers = rule.peers or ()
    for number, (one, two) in enumerate(pairwise(peers)):
        pods = next((each.pod_selector for each in (one, two) if each.namespace_selector is None), None)
        spaces = next((each.namespace_selector for each in (one, two) if each.pod_selector is None), None)
        if pods is None or spaces is None or pods.is_empty or spaces.is_empty:
            continue
        nothing = sight.knows_pods(own) and not any_pods(Peer(pods), (own,), sight)
        severity = Severity.WARNING if nothing else Severity.INFO
        moved = ("podSelector", pods) if two.namespace_selector is None else ("namespaceSelector", spaces)
        joined = Edit((*path, number, moved[0]), render_selector(moved[1]))
        fix = Fix("fix.join-peers", (joined, Edit((*path, number + 1), Removed.REMOVED)))
        facts = {"namespace": own, "nothing": nothing}
        yield Finding("advice.peers-perhaps-one", severity, (*path, number + 1), facts, fix=fix)
        return
