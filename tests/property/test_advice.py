"""Advice on random clusters: what it claims is so, the slow way; and a fix takes its finding away and nothing else."""

from collections import Counter
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from desktop.manifest.fixing import fixed
from desktop.manifest.matching import same
from desktop.manifest.reader import read
from desktop.manifest.writer import render
from desktop.policy import selectors
from desktop.policy.advice import KEYS, advice_on
from desktop.policy.codec import parse_policy
from desktop.policy.findings import Finding
from desktop.policy.fixes import applied
from desktop.policy.objects import LabelSelector, NetworkPolicy, Peer
from desktop.policy.profile import PROFILES, Profile
from desktop.reach.advice.advisor import advise
from desktop.reach.advice.sight import Sight
from desktop.reach.objects import Coverage, Kind, Pod
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Gone, Put, Snapshot
from tests.helpers.clusters import policies, snapshots, stored
from tests.helpers.oracle import verdict
from tests.helpers.reach import PORTS, ends_of
from tests.helpers.rendering import render_policy

profiles = st.sampled_from(sorted(PROFILES)).map(PROFILES.__getitem__)


def told(snapshot: Snapshot, policy: NetworkPolicy, profile: Profile) -> list[Finding]:
    return [*advice_on(policy, profile), *advise(policy, profile, Sight(snapshot))]


def held(snapshot: Snapshot) -> Iterator[NetworkPolicy]:
    for table in snapshot.policies.values():
        yield from (entry.policy for entry in table.values() if entry.policy is not None)


def pods(snapshot: Snapshot, selector: LabelSelector, namespace: str) -> list[Pod]:
    table = snapshot.pods.get(namespace, {})
    return [pod for pod in table.values() if selectors.matches(selector, pod.labels)]


def to_come(snapshot: Snapshot, selector: LabelSelector, namespace: str) -> bool:
    table = snapshot.workloads.get(namespace, {})
    return any(selectors.matches(selector, each.template_labels) for each in table.values())


@given(snapshots(), profiles)
def test_a_policy_is_said_to_select_nothing_when_it_does(snapshot: Snapshot, profile: Profile) -> None:
    for policy in held(snapshot):
        found = {finding.code for finding in told(snapshot, policy, profile)}
        selected = pods(snapshot, policy.pod_selector, policy.namespace)
        nothing = not selected and not to_come(snapshot, policy.pod_selector, policy.namespace)
        says = {"advice.selects-nothing", "advice.namespace-empty", "advice.no-such-labels"} & found
        assert bool(says & {"advice.selects-nothing", "advice.namespace-empty"}) <= nothing
        assert nothing <= bool(says)
        only_host = bool(selected) and all(pod.host_network for pod in selected)
        only_host = only_host and not to_come(snapshot, policy.pod_selector, policy.namespace)
        assert ("advice.selects-host-network" in found) == only_host


def matched(snapshot: Snapshot, peer: Peer, own: str) -> bool:
    """Whether any pod, or the template of a workload, fits a peer and is not on the host network."""
    selector = peer.pod_selector or LabelSelector()
    for name, namespace in snapshot.namespaces.items():
        fits = name == own
        if peer.namespace_selector is not None:
            fits = selectors.matches(peer.namespace_selector, namespace.labels)
        if fits and (
            any(not pod.host_network for pod in pods(snapshot, selector, name)) or to_come(snapshot, selector, name)
        ):
            return True
    return False


@given(snapshots(), profiles)
def test_a_peer_is_said_to_match_nobody_when_it_does(snapshot: Snapshot, profile: Profile) -> None:
    about = {"advice.peer-no-pods", "advice.peer-no-namespace", "advice.peer-on-host-network"}
    contradictions = {"advice.no-such-labels"}
    for policy in held(snapshot):
        found = told(snapshot, policy, profile)
        confused = {finding.path[:3] for finding in found if finding.code == "advice.peers-perhaps-one"}
        for direction in policy.directions:
            key, peers_key = KEYS[direction]
            for index, rule in enumerate(policy.rules(direction) or ()):
                for number, peer in enumerate(rule.peers or ()):
                    path = ("spec", key, index, peers_key, number)
                    here = {finding.code for finding in found if finding.path[: len(path)] == path}
                    nobody = peer.ip_block is None and not matched(snapshot, peer, policy.namespace)
                    assert bool(about & here) <= nobody
                    assert nobody <= bool((about | contradictions) & here) or path[:3] in confused


@given(snapshots(), profiles)
def test_a_rule_that_adds_nothing_can_go_and_nobody_notices(snapshot: Snapshot, profile: Profile) -> None:
    for policy in held(snapshot):
        for finding in told(snapshot, policy, profile):
            if finding.code in {"advice.rule-in-rule", "advice.rule-in-policy", "advice.duplicate"}:
                assert _verdicts(snapshot) == _verdicts(_without(snapshot, policy, finding))


def _without(snapshot: Snapshot, policy: NetworkPolicy, finding: Finding) -> Snapshot:
    if finding.code == "advice.duplicate":
        return snapshot.apply([Gone(Kind.NETWORK_POLICY, policy.namespace, policy.name)])
    value = render_policy(policy)
    spec = value["spec"]
    assert isinstance(spec, dict)
    _, key, index = finding.path
    assert isinstance(index, int)
    spec["policyTypes"] = [each.value for each in policy.directions]
    spec[key] = [*spec[key][:index], *spec[key][index + 1 :]]
    return snapshot.apply([Put(stored(parse_policy(value)))])


def _verdicts(snapshot: Snapshot) -> list[object]:
    ends = ends_of(snapshot)
    return [
        verdict(snapshot, source, destination, protocol, port, Settings())
        for source in ends
        for destination in ends
        for protocol, port in PORTS[::3]
        if isinstance(source, Pod) or isinstance(destination, Pod)
    ]


@given(snapshots(), policies(), profiles)
def test_a_fix_takes_its_finding_away_and_changes_only_what_it_names(
    snapshot: Snapshot, policy: NetworkPolicy, profile: Profile
) -> None:
    snapshot = snapshot.apply([Put(stored(policy))])
    value = render_policy(policy)
    text = f"# of the shop\n{render(value)}"
    before = told(snapshot, policy, profile)
    for finding in before:
        if finding.fix is None:
            continue
        wanted = applied(value, finding.fix)
        changed = fixed(text, 0, finding.fix)
        assert changed.startswith("# of the shop\n")
        (document,) = read(changed).documents
        assert same(document.value, wanted)
        again = parse_policy(wanted)  # type: ignore[arg-type]
        after = told(snapshot.apply([Put(stored(again))]), again, profile)
        counts = [Counter(each.code for each in found)[finding.code] for found in (before, after)]
        assert counts[1] < counts[0], finding


@given(snapshots(), st.sampled_from([Kind.POD, Kind.NAMESPACE, Kind.NETWORK_POLICY]), profiles)
def test_nothing_is_claimed_of_what_may_not_be_listed(snapshot: Snapshot, kind: Kind, profile: Profile) -> None:
    rests_on = {
        Kind.POD: ("selects-", "some-", "namespace-empty", "peer-no-pods", "peer-on", "port-", "service-port"),
        Kind.NAMESPACE: ("no-such-namespace", "namespace-unnamed", "peer-no-namespace"),
        Kind.NETWORK_POLICY: (),
    }[kind]
    blind = snapshot.covering(kind, Coverage.FORBIDDEN)
    for policy in held(snapshot):
        for finding in told(blind, policy, profile):
            assert not finding.code.removeprefix("advice.").startswith(rests_on or ("-",)), finding
            if finding.code.startswith("advice.dns") and kind is not Kind.NAMESPACE:
                assert finding.severity.value == "info"
