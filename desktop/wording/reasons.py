"""Why a connection is allowed or not, in sentences.

Policies only add: it is never said that a NetworkPolicy denies. Cluster-wide policies can, and then it is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from desktop.language import tr
from desktop.policy.objects import Direction
from desktop.policy.tiers import Action
from desktop.reach.explain import Doubt, End, Reason, Side, Verdict
from desktop.reach.objects import Pod
from desktop.wording.lists import each_of
from desktop.wording.plain import plain


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, and the rule it speaks of, where it speaks of one."""

    text: str
    rule: Reason | None = None


def end_name(end: End) -> str:
    """Return ``shop/web-0``, or the address."""
    return plain(f"{end.namespace}/{end.name}" if isinstance(end, Pod) else end)


def side_heading(side: Side, source: End, destination: End) -> str:
    """Return which side it is: ``out of shop/web-0``, ``into shop/db-0``."""
    if side.direction is Direction.EGRESS:
        return tr("out of {end}", end=end_name(source))
    return tr("into {end}", end=end_name(destination))


def side_lines(side: Side, source: End, destination: End) -> tuple[Line, ...]:
    """Return why a side of a connection is as it is."""
    target, peer = (source, destination) if side.direction is Direction.EGRESS else (destination, source)
    return tuple(_Told(side, target, peer, destination).lines())


@dataclass(frozen=True, slots=True)
class _Told:
    side: Side
    target: End
    peer: End
    destination: End

    def lines(self) -> Iterator[Line]:
        side = self.side
        if not side.applies:
            yield self._without_policies()
            return
        if side.passed is not None:
            yield Line(_passed(side.passed), side.passed)
        if side.decided is not None and side.verdict is not Verdict.UNDECIDABLE:
            yield Line(_decided(side.decided), side.decided)
        elif side.admitting:
            yield from (Line(_admits(reason), reason) for reason in side.admitting)
        elif side.selecting:
            yield Line(self._not_admitted())
        elif not side.doubts:
            yield Line(self._open())
        for doubt in side.doubts if side.verdict is Verdict.UNDECIDABLE else ():
            if side.decided is not None and doubt is side.doubts[0]:
                yield Line(_doubted(side.decided, self._doubt(doubt)), side.decided)
            else:
                yield Line(self._doubt(doubt))
        if side.verdict is not Verdict.ALLOWED:
            for name in side.unnamed:
                yield Line(
                    tr(
                        "{pod} has no port named {name}, which a rule asks for.",
                        pod=end_name(self.destination),
                        name=plain(name),
                    )
                )

    def _without_policies(self) -> Line:
        if isinstance(self.target, str):
            return Line(tr("{address} is outside the cluster: no policy holds it.", address=end_name(self.target)))
        return Line(
            tr("{pod} is on the host network: policies do not apply to it.", pod=end_name(self.target)),
        )

    def _open(self) -> str:
        if self.side.direction is Direction.EGRESS:
            return tr("No policy restricts outbound traffic of {pod}: it is open.", pod=end_name(self.target))
        return tr("No policy restricts inbound traffic of {pod}: it is open.", pod=end_name(self.target))

    def _not_admitted(self) -> str:
        policies = each_of(plain(name) for name in self.side.selecting)
        if self.side.direction is Direction.EGRESS:
            return tr("None of the outbound rules of {policies} admits it.", policies=policies)
        return tr("None of the inbound rules of {policies} admits it.", policies=policies)

    def _doubt(self, doubt: Doubt) -> str:
        namespace = plain(self.target.namespace) if isinstance(self.target, Pod) else ""
        match doubt:
            case Doubt.HOST_NETWORK:
                return tr(
                    "{end} is on the host network: it speaks with its node's address, which a node's own pods always "
                    "admit, and network plug-ins differ on whether labels still find it.",
                    end=end_name(self.peer),
                )
            case Doubt.BLOCK_ON_POD:
                return tr(
                    "A rule has an address block that holds the address of {end}: network plug-ins differ on whether "
                    "such a block matches pods.",
                    end=end_name(self.peer),
                )
            case Doubt.HIDDEN_POLICIES:
                return tr(
                    "There may be policies in {namespace} that are not known: they may not be listed, or one cannot "
                    "be read.",
                    namespace=namespace,
                )
            case Doubt.HIDDEN_NAMESPACE:
                return tr("A rule asks for labels of a namespace that may not be listed.")
            case Doubt.UNKNOWN_PEER:
                return tr("A cluster-wide rule names nodes or domain names, whose addresses are not known here.")
            case Doubt.UNREADABLE_RULE:
                return tr("A cluster-wide policy cannot be read: it may allow or deny this.")
            case Doubt.SAME_PRIORITY:
                return tr(
                    "Cluster-wide policies of the same priority differ on this: which of them is followed is not known."
                )


def _rule(reason: Reason) -> str:
    """Return ``db-access, inbound rule 1``; rules count from 1, as people do."""
    number = reason.index + 1
    if reason.direction is Direction.EGRESS:
        return tr("{policy}, outbound rule {number}", policy=plain(reason.policy), number=number)
    return tr("{policy}, inbound rule {number}", policy=plain(reason.policy), number=number)


def _admits(reason: Reason) -> str:
    return tr("{rule}, admits it.", rule=_rule(reason))


def _named(reason: Reason) -> str:
    return f"{_rule(reason)} ({plain(reason.name)})" if reason.name else _rule(reason)


def _passed(reason: Reason) -> str:
    return tr("{kind} {rule}, leaves it to what comes after.", kind=reason.kind, rule=_named(reason))


def _doubted(reason: Reason, doubt: str) -> str:
    return tr("{kind} {rule}: not decidable. {doubt}", kind=reason.kind, rule=_named(reason), doubt=doubt)


def _decided(reason: Reason) -> str:
    rule = _named(reason)
    if reason.action is Action.ALLOW:
        return tr("{kind} {rule}, allows it.", kind=reason.kind, rule=rule)
    return tr("{kind} {rule}, denies it.", kind=reason.kind, rule=rule)
