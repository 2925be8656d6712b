"""Random small clusters for property tests: few names, so that things meet."""

from hypothesis import strategies as st

from desktop.policy.objects import (
    Direction,
    IPBlock,
    LabelSelector,
    NetworkPolicy,
    Operator,
    Peer,
    Port,
    Requirement,
    Rule,
)
from desktop.policy.tiers import ANY_PROTOCOL, Action, Tier, TieredPolicy, TierRule
from desktop.reach.objects import (
    ContainerPort,
    Coverage,
    Kind,
    Namespace,
    OwnerReference,
    Pod,
    StoredPolicy,
    Thing,
    TieredObject,
    Workload,
)
from desktop.reach.snapshot import Put, Snapshot

NAMESPACES = ("x", "y", "z")
BLOCKS = (
    IPBlock("10.0.0.0/8"),
    IPBlock("10.0.0.0/8", ("10.1.0.0/16",)),
    IPBlock("0.0.0.0/0", ("10.0.0.0/8", "192.168.0.0/16")),
    IPBlock("10.1.0.1/32"),
    IPBlock("2001:db8::/32", ("2001:db8:1::/48",)),
)
ADDRESSES = ("10.0.0.1", "10.1.0.1", "192.168.0.1", "203.0.113.9", "2001:db8::1", "2001:db8:1::1")
NUMBERS = (80, 81, 443)

_namespaces = st.sampled_from(NAMESPACES)
_keys, _values = st.sampled_from(("app", "tier")), st.sampled_from(("a", "b"))
labels = st.dictionaries(_keys, _values, max_size=2)


@st.composite
def _requirements(draw: st.DrawFn) -> Requirement:
    operator = draw(st.sampled_from(Operator))
    takes_values = operator in (Operator.IN, Operator.NOT_IN)
    values = draw(st.lists(_values, min_size=1, max_size=2, unique=True)) if takes_values else []
    return Requirement(draw(_keys), operator, tuple(values))


label_selectors = st.builds(
    LabelSelector,
    labels.map(lambda chosen: tuple(sorted(chosen.items()))),
    st.lists(_requirements(), max_size=1).map(tuple),
)
_protocols = st.sampled_from(("TCP", "UDP"))
_ports = st.one_of(
    st.builds(Port, _protocols, st.one_of(st.none(), st.sampled_from(NUMBERS), st.sampled_from(("web", "db")))),
    st.builds(Port, _protocols, st.just(80), st.sampled_from((80, 100, 500))),
)
_peers = st.one_of(
    st.builds(Peer, label_selectors, st.none()),
    st.builds(Peer, st.one_of(st.none(), label_selectors), label_selectors),
    st.builds(lambda block: Peer(ip_block=block), st.sampled_from(BLOCKS)),
)
rules = st.builds(
    Rule,
    st.one_of(st.none(), st.lists(_peers, max_size=2).map(tuple)),
    st.one_of(st.none(), st.lists(_ports, max_size=2).map(tuple)),
)
_rule_lists = st.one_of(st.none(), st.lists(rules, max_size=2).map(tuple))
_policy_types = st.sampled_from(
    (None, (), (Direction.INGRESS,), (Direction.EGRESS,), (Direction.INGRESS, Direction.EGRESS))
)


@st.composite
def policies(draw: st.DrawFn) -> NetworkPolicy:
    """A policy of one of the namespaces; its name is drawn from few, so that policies replace each other."""
    return NetworkPolicy(
        draw(st.sampled_from(NAMESPACES)),
        draw(st.sampled_from(("p", "q", "r"))),
        draw(label_selectors),
        draw(_rule_lists),
        draw(_rule_lists),
        draw(_policy_types),
    )


def stored(policy: NetworkPolicy) -> StoredPolicy:
    """Return a policy as a cluster holds it."""
    return StoredPolicy(policy.namespace, policy.name, policy, b"{}", uid=f"{policy.namespace}/{policy.name}")


def stored_tiered(policy: TieredPolicy) -> TieredObject:
    """Return a cluster-wide policy as a cluster holds it."""
    return TieredObject(Kind(policy.kind), policy, b"{}")


@st.composite
def pods(draw: st.DrawFn, name: str) -> Pod:
    """A pod of one of the namespaces, under the given name."""
    ports = draw(
        st.lists(
            st.builds(ContainerPort, st.sampled_from(("web", "db", "")), st.sampled_from((*NUMBERS, 99)), _protocols),
            max_size=2,
        )
    )
    return Pod(
        draw(st.sampled_from(NAMESPACES)),
        name,
        draw(labels),
        tuple(draw(st.lists(st.sampled_from(ADDRESSES), max_size=2, unique=True))),
        tuple(ports),
        host_network=draw(st.integers(0, 9)) == 0,
        owner=draw(st.sampled_from((None, OwnerReference("ReplicaSet", "web-1"), OwnerReference("Job", "db")))),
    )


def workloads() -> st.SearchStrategy[Workload]:
    """A workload that may own pods, or the owner of those."""
    web = OwnerReference("Deployment", "web")
    return st.one_of(
        st.builds(
            Workload, st.just(Kind.REPLICA_SET), _namespaces, st.just("web-1"), owner=st.sampled_from((None, web))
        ),
        st.builds(Workload, st.just(Kind.DEPLOYMENT), _namespaces, st.just("web")),
        st.builds(Workload, st.just(Kind.JOB), _namespaces, st.just("db")),
    )


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """A cluster of three namespaces, up to six pods and up to five policies."""
    namespaces = [Namespace(name, {"kubernetes.io/metadata.name": name, **draw(labels)}) for name in NAMESPACES]
    things = [draw(pods(f"pod-{index}")) for index in range(draw(st.integers(1, 6)))]
    held = [stored(policy) for policy in draw(st.lists(policies(), max_size=5))]
    owners = draw(st.lists(workloads(), max_size=3))
    everything: list[Thing] = [*namespaces, *things, *held, *owners]
    return known(Snapshot().apply(Put(thing) for thing in everything))


def known(snapshot: Snapshot) -> Snapshot:
    """Return the same picture with every kind listed whole."""
    for kind in Kind:
        snapshot = snapshot.covering(kind, Coverage.COMPLETE)
    return snapshot


_tier_peers = st.one_of(
    st.builds(lambda namespaces: Peer(None, namespaces), label_selectors),
    st.builds(Peer, label_selectors, label_selectors),
)
_tier_ports = st.one_of(_ports, st.builds(Port, st.just(ANY_PROTOCOL), st.sampled_from(("web", "db"))))


def _tier_rules(peers: st.SearchStrategy[Peer]) -> st.SearchStrategy[tuple[TierRule, ...]]:
    rule = st.builds(
        TierRule,
        st.sampled_from(Action),
        st.lists(peers, max_size=2).map(tuple),
        st.one_of(st.none(), st.lists(_tier_ports, min_size=1, max_size=2).map(tuple)),
        st.just(""),
        st.sampled_from((False, False, False, True)),
    )
    return st.lists(rule, max_size=3).map(tuple)


@st.composite
def tiered_policies(draw: st.DrawFn) -> TieredPolicy:
    """A cluster-wide policy of either tier."""
    networks = st.builds(lambda block: Peer(ip_block=IPBlock(block.cidr)), st.sampled_from(BLOCKS))
    return TieredPolicy(
        "ClusterNetworkPolicy",
        draw(st.sampled_from(("a", "b", "c"))),
        draw(st.sampled_from(Tier)),
        draw(st.integers(0, 2)),
        draw(_tier_peers),
        draw(_tier_rules(_tier_peers)),
        draw(_tier_rules(st.one_of(_tier_peers, networks))),
    )
