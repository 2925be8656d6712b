"""Why a connection is allowed or not: at the source's outbound side and at the destination's inbound side.

Policies only add, so a reason never says that a NetworkPolicy denies: either a rule admits, or none of the policies
that select the pod does, or no policy selects it and it is open.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby

from desktop.policy import selectors
from desktop.policy.findings import Path
from desktop.policy.netset import addresses, parse_address, parse_cidr
from desktop.policy.objects import Direction, IPBlock, LabelSelector, NetworkPolicy, Peer, Port
from desktop.policy.tiers import ANY_PROTOCOL, Action, Tier, TieredPolicy, TierRule
from desktop.reach.caveats import Caveat, caveats
from desktop.reach.ends import NAMESPACE_NAME
from desktop.reach.engine import hides_policies, tiered_policies_of
from desktop.reach.labels import keys_of
from desktop.reach.objects import Pod
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Snapshot

End = Pod | str
"""A pod, or an outside address."""


class Verdict(Enum):
    """What can be said of a connection; where its sides differ, the last of these counts."""

    ALLOWED = "allowed"
    UNDECIDABLE = "undecidable"
    NOT_ALLOWED = "not-allowed"


class Doubt(Enum):
    """The missing fact that makes a verdict undecidable."""

    HOST_NETWORK = "host-network"  # the pod talks with its node's address
    BLOCK_ON_POD = "block-on-pod"  # plug-ins differ on whether an ipBlock matches pods
    HIDDEN_POLICIES = "hidden-policies"  # policies of the pod's namespace are not known
    HIDDEN_NAMESPACE = "hidden-namespace"  # the labels of the other end's namespace are not known
    UNKNOWN_PEER = "unknown-peer"  # the rule names nodes or domain names
    UNREADABLE_RULE = "unreadable-rule"  # a cluster-wide rule, or all of its policy, cannot be read
    SAME_PRIORITY = "same-priority"  # cluster-wide policies of one priority differ, and any of them may be asked


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule: of which policy (``namespace`` empty: cluster-wide), and its index there; ``name`` where it has one."""

    kind: str
    namespace: str
    policy: str
    direction: Direction
    index: int
    name: str = ""
    action: Action = Action.ALLOW

    @property
    def path(self) -> Path:
        """Where its policy holds the rule."""
        return ("spec", self.direction.value.lower(), self.index)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a connection.

    ``selecting`` are the NetworkPolicies (by name) that isolate the pod in this direction; with none and nothing
    ``decided`` by cluster-wide rules it is open. ``admitting`` are the rules that admit, ``decided`` the cluster-wide
    rule that settled it, ``passed`` one that left it to what comes after. ``applies`` is False for an outside address,
    which no policy holds. ``unnamed`` are port names that rules ask for and the destination pod does not have.
    """

    direction: Direction
    verdict: Verdict
    applies: bool = True
    selecting: tuple[str, ...] = ()
    admitting: tuple[Reason, ...] = ()
    decided: Reason | None = None
    passed: Reason | None = None
    doubts: tuple[Doubt, ...] = ()
    unnamed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict and both of its sides; ``caveats`` are what else may change it."""

    verdict: Verdict
    out: Side
    into: Side
    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True)
class _Question:
    """A connection as seen from one of its ends."""

    snapshot: Snapshot
    settings: Settings
    direction: Direction
    target: Pod
    peer: End
    destination: End
    protocol: str
    port: int


@dataclass(frozen=True, slots=True)
class _Answer:
    """Whether something matches: for certain, not, or (None) not known, and then why."""

    matches: bool | None
    doubt: Doubt | None = None


_YES, _NO = _Answer(True), _Answer(False)


@dataclass(frozen=True, slots=True)
class _Step:
    """A rule of a cluster-wide policy that matches, or may."""

    reason: Reason
    answer: _Answer


@dataclass(frozen=True, slots=True)
class _Tie:
    """Policies of the same priority that do not agree: any of them may be asked first."""

    policies: tuple[tuple[_Step, ...], ...]


def explain(
    snapshot: Snapshot,
    source: End,
    destination: End,
    protocol: str,
    port: int,
    settings: Settings,
) -> Explanation:
    """Return whether ``source`` may connect to a port of ``destination``, and why."""

    def side(direction: Direction, target: End, peer: End) -> Side:
        if isinstance(target, str):
            return Side(direction, Verdict.ALLOWED, applies=False)
        question = _Question(snapshot, settings, direction, target, peer, destination, protocol, port)
        return _side(question, tiered_policies_of(snapshot))

    out, into = side(Direction.EGRESS, source, destination), side(Direction.INGRESS, destination, source)
    verdict = max(out.verdict, into.verdict, key=list(Verdict).index)
    return Explanation(verdict, out, into, caveats(snapshot))


def _side(question: _Question, tiered: Sequence[TieredPolicy]) -> Side:
    if is_host(question.target, question.settings):
        return Side(question.direction, Verdict.ALLOWED, applies=False, doubts=(Doubt.HOST_NETWORK,))
    admin, baseline = (_tier_rules(question, tiered, tier) for tier in Tier)

    def below() -> Side:
        return _policies(question) or _ordered(question, baseline, lambda: Side(question.direction, Verdict.ALLOWED))

    return _ordered(question, admin, below)


# -- cluster-wide policies ---------------------------------------------------------------------------


def _tier_rules(question: _Question, tiered: Sequence[TieredPolicy], tier: Tier) -> list[_Step | _Tie]:
    """The rules of a tier that have a say, in the order they are asked."""
    found: list[_Step | _Tie] = []
    asked = sorted((each for each in tiered if each.tier is tier), key=lambda each: (each.priority, each.name))
    for _, policies in groupby(asked, key=lambda each: each.priority):
        told = [steps for steps in (tuple(_steps(question, policy)) for policy in policies) if steps]
        agreed = {(step.reason.action, step.answer.matches) for steps in told for step in steps}
        if len(told) > 1 and (len(agreed) > 1 or None in {matches for _, matches in agreed}):
            found.append(_Tie(tuple(told)))
        else:
            found += told[0] if told else ()
    return found


def _steps(question: _Question, policy: TieredPolicy) -> Iterator[_Step]:
    """The rules of a policy that match or may, up to the first that matches for certain."""
    selects = _matches_tiered_peer(policy.subject, question.target, question)
    for index, rule in enumerate(policy.rules(question.direction) if selects.matches is not False else ()):
        answer = _matches_rule(rule, selects, question)
        if answer.matches is not False:
            reason = Reason(policy.kind, "", policy.name, question.direction, index, rule.name, rule.action)
            yield _Step(reason, answer)
        if answer.matches:
            return


def _ordered(question: _Question, rules: Sequence[_Step | _Tie], below: Callable[[], Side]) -> Side:
    """Ask ordered rules, then what is ``below`` them."""
    if not rules:
        return below()
    step, rest = rules[0], rules[1:]
    if isinstance(step, _Tie):
        return _tied(question, step, below, lambda: _ordered(question, rest, below))
    reason, answer = step.reason, step.answer
    if reason.action is Action.UNKNOWN:
        return Side(question.direction, Verdict.UNDECIDABLE, decided=reason, doubts=(Doubt.UNREADABLE_RULE,))
    taken = below() if reason.action is Action.PASS else Side(question.direction, _VERDICTS[reason.action])
    if answer.doubt is not None:
        left = _ordered(question, rest, below)
        alike = taken.verdict is left.verdict and (
            reason.action is not Action.PASS or taken.verdict is Verdict.NOT_ALLOWED
        )
        if alike:
            return left
        doubts = (answer.doubt, *left.doubts)
        return replace(left, verdict=Verdict.UNDECIDABLE, decided=reason, doubts=doubts)
    return replace(taken, passed=reason) if reason.action is Action.PASS else replace(taken, decided=reason)


_VERDICTS = {Action.ALLOW: Verdict.ALLOWED, Action.DENY: Verdict.NOT_ALLOWED}


def _tied(question: _Question, tie: _Tie, below: Callable[[], Side], after: Callable[[], Side]) -> Side:
    """What policies of the same priority make of it, whichever of them is asked: allowed if all of them allow."""
    passed, left = below(), after()
    worst = {_worst(steps) for steps in tie.policies}
    best = {action for steps in tie.policies for action in _best(steps)}
    skipped = all(steps[-1].answer.doubt is not None for steps in tie.policies)
    sure = Action.DENY not in worst and (
        passed.verdict is Verdict.ALLOWED
        if Action.PASS in worst
        else Action.ALLOW in worst or left.verdict is Verdict.ALLOWED
    )
    hoped = (
        Action.ALLOW in best
        or (Action.PASS in best and passed.verdict is not Verdict.NOT_ALLOWED)
        or (skipped and left.verdict is not Verdict.NOT_ALLOWED)
    )
    verdict = Verdict.ALLOWED if sure else Verdict.UNDECIDABLE if hoped else Verdict.NOT_ALLOWED
    steps = [step for policy in tie.policies for step in policy]
    differ = len({step.reason.action for step in steps}) > 1
    doubts = [Doubt.SAME_PRIORITY] if differ else []
    doubts += [step.answer.doubt for step in steps if step.answer.doubt is not None]
    return Side(question.direction, verdict, decided=_named_first(steps, verdict), doubts=tuple(dict.fromkeys(doubts)))


def _named_first(steps: Sequence[_Step], verdict: Verdict) -> Reason:
    """The rule to name for a verdict: the first that leads to it, or else the first."""
    return next((each.reason for each in steps if _VERDICTS.get(each.reason.action) is verdict), steps[0].reason)


def _worst(steps: Sequence[_Step]) -> Action | None:
    """What a policy does where rules that may match do what allows less; None: it leaves it to the next."""
    for step in steps:
        if step.answer.doubt is None:
            return step.reason.action
        if step.reason.action is not Action.ALLOW:
            return Action.DENY
    return None


def _best(steps: Sequence[_Step]) -> Iterator[Action]:
    """What a policy may do that allows more."""
    for step in steps:
        action = Action.ALLOW if step.reason.action is Action.UNKNOWN else step.reason.action
        if step.answer.doubt is None or action is not Action.DENY:
            yield action


def _matches_rule(rule: TierRule, selects: _Answer, question: _Question) -> _Answer:
    """Whether a rule of a policy matches; ``selects``: whether the policy is about the target at all."""
    if rule.action is Action.UNKNOWN:
        return _Answer(None, Doubt.UNREADABLE_RULE)
    if rule.ports is not None and not _admits_port(rule.ports, question):
        return _NO
    answer = _any(_matches_tiered_peer(peer, question.peer, question) for peer in rule.peers)
    outside = isinstance(question.peer, str) or is_host(question.peer, question.settings)
    if answer.matches is False and rule.partly_known and outside and question.settings.unknown_peers_match:
        return _Answer(None, Doubt.UNKNOWN_PEER)
    return selects if answer.matches else answer


def _matches_tiered_peer(peer: Peer, end: End, question: _Question) -> _Answer:
    """As their specification says: no label finds a host-network pod, and a network holds pods by their addresses."""
    answer = _matches_peer(peer, "", end, question)
    if answer.doubt is Doubt.BLOCK_ON_POD:
        return _YES
    if peer.ip_block is None and is_host(end, question.settings):
        return _NO
    return answer


# -- NetworkPolicies ---------------------------------------------------------------------------------


def _policies(question: _Question) -> Side | None:
    """What the NetworkPolicies say; None where none isolates the target."""
    namespace, target = question.target.namespace, question.target
    hidden = hides_policies(question.snapshot, namespace)
    selecting: list[NetworkPolicy] = []
    for _, entry in sorted(question.snapshot.policies.get(namespace, {}).items()):
        policy = entry.policy
        if (
            policy is not None
            and question.direction in policy.directions
            and selectors.matches(policy.pod_selector, target.labels)
        ):
            selecting.append(policy)
    if not selecting and not hidden:
        return None
    admitting: list[Reason] = []
    doubts: list[Doubt] = [Doubt.HIDDEN_POLICIES] if hidden else []
    unnamed: set[str] = set()
    for policy in selecting:
        for index, rule in enumerate(policy.rules(question.direction) or ()):
            unnamed.update(_unnamed(rule.ports, question))
            if not _admits_port(rule.ports, question):
                continue
            answer = _any(_matches_peer(peer, namespace, question.peer, question) for peer in rule.peers or ())
            if not rule.peers or answer.matches:
                admitting.append(Reason("NetworkPolicy", namespace, policy.name, question.direction, index))
            elif answer.doubt is not None:
                doubts.append(answer.doubt)
    if is_host(question.peer, question.settings):
        doubts.append(Doubt.HOST_NETWORK)  # a node always reaches the pods it runs
    return Side(
        question.direction,
        Verdict.ALLOWED if admitting else Verdict.UNDECIDABLE if doubts else Verdict.NOT_ALLOWED,
        selecting=tuple(policy.name for policy in selecting),
        admitting=tuple(admitting),
        doubts=() if admitting else tuple(dict.fromkeys(doubts)),
        unnamed=tuple(sorted(unnamed)),
    )


# -- what a rule matches -----------------------------------------------------------------------------


def is_host(end: End, settings: Settings) -> bool:
    """Whether an end is a host-network pod that does not count as an ordinary pod."""
    return isinstance(end, Pod) and end.host_network and not settings.host_network_as_pods


def _any(answers: Iterable[_Answer]) -> _Answer:
    found = _NO
    for answer in answers:
        if answer.matches:
            return _YES
        if answer.matches is None:
            found = answer
    return found


def _matches_peer(peer: Peer, namespace: str, end: End, question: _Question) -> _Answer:
    if peer.ip_block is not None:
        return _matches_block(peer.ip_block, end, question.settings)
    if isinstance(end, str) or (peer.namespace_selector is None and peer.pod_selector is None):
        return _NO
    answer = _YES
    if peer.namespace_selector is not None:
        answer = _matches_namespace(peer.namespace_selector, end.namespace, question.snapshot)
    elif end.namespace != namespace:
        return _NO
    if peer.pod_selector is not None and not selectors.matches(peer.pod_selector, end.labels):
        return _NO
    if answer.matches and is_host(end, question.settings):
        return _Answer(None, Doubt.HOST_NETWORK)
    return answer


def _matches_namespace(selector: LabelSelector, name: str, snapshot: Snapshot) -> _Answer:
    namespace = snapshot.namespaces.get(name)
    if namespace is not None:
        return _YES if selectors.matches(selector, namespace.labels) else _NO
    if keys_of([selector]) <= {NAMESPACE_NAME}:
        return _YES if selectors.matches(selector, {NAMESPACE_NAME: name}) else _NO
    return _Answer(None, Doubt.HIDDEN_NAMESPACE)


def _matches_block(block: IPBlock, end: End, settings: Settings) -> _Answer:
    cidr = parse_cidr(block.cidr)
    if cidr is None:
        return _NO
    held = addresses(cidr, [each for each in map(parse_cidr, block.excepts) if each is not None])
    numbers = [parse_address(text) for text in ((end,) if isinstance(end, str) else end.ips)]
    if not any(number is not None and number in held for number in numbers):
        return _NO
    if isinstance(end, str) or settings.blocks_match_pods:
        return _YES
    return _NO if settings.blocks_match_pods is False else _Answer(None, Doubt.BLOCK_ON_POD)


def _admits_port(ports: Sequence[Port] | None, question: _Question) -> bool:
    return not ports or any(_is_port(port, question) for port in ports)


def _is_port(port: Port, question: _Question) -> bool:
    if isinstance(port.port, str):
        return isinstance(question.destination, Pod) and any(
            served.name == port.port
            and served.port == question.port
            and question.protocol == served.protocol
            and port.protocol in (served.protocol, ANY_PROTOCOL)
            for served in question.destination.ports
        )
    if port.protocol != question.protocol:
        return False
    if port.port is None:  # an end alone (which the server refuses) must not become every port
        return port.end_port is None
    return port.port <= question.port <= (port.end_port or port.port)


def _unnamed(ports: Sequence[Port] | None, question: _Question) -> Iterator[str]:
    """The names among the ports that the destination pod gives none of its own."""
    if isinstance(question.destination, Pod):
        served = {(port.name, port.protocol) for port in question.destination.ports}
        for port in ports or ():
            if isinstance(port.port, str) and (port.port, port.protocol) not in served:
                yield port.port
