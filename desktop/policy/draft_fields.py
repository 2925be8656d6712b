"""The fields of the form for one policy, as a person fills them in.

Every field remembers the value it was read from (``written``). A field that still shows what it was read as gives that
very value back, so that opening a policy in the form and saving it changes nothing, and what the form cannot show
stays where it is. Only a field that was changed is written anew.

Every entry of a list has a ``mark``, which no other of its list has and which stays with it whatever is typed: so it is
known which of two equal rules was removed or moved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import count

from desktop.policy.objects import Direction, Operator

Json = dict[str, object]

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label by which a namespace is chosen by name; servers from 1.21 put it on every namespace."""

new_mark = count().__next__
"""Return a mark that no other field has."""


class Isolation(Enum):
    """The switch of a direction."""

    OPEN = "open"  # not restricted by this policy
    RULES = "rules"  # only what the rules allow
    NOTHING = "nothing"  # nothing is allowed


class Scope(Enum):
    """Where a peer's pods are looked for, or that it is addresses."""

    OWN_NAMESPACE = "own-namespace"
    NAMED_NAMESPACES = "named-namespaces"
    LABELLED_NAMESPACES = "labelled-namespaces"
    EVERY_NAMESPACE = "every-namespace"
    ADDRESSES = "addresses"
    AS_WRITTEN = "as-written"  # a peer the form cannot show; it stays


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One row of a selector. ``operator`` None is ``key=value`` (matchLabels); ``values`` is the text as typed."""

    key: str
    operator: Operator | None
    values: str
    written: Mapping[str, object] | None = field(default=None, hash=False, compare=False)
    mark: int = field(default_factory=new_mark, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SelectorField:
    """A label selector as rows, all of which must hold."""

    rows: tuple[LabelRow, ...] = ()
    written: Mapping[str, object] | None = field(default=None, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class PortField:
    """One row of ports: a protocol ("" for any) and the text of its ports ("" for all)."""

    protocol: str = ""
    text: str = ""
    written: Mapping[str, object] | None = field(default=None, hash=False, compare=False)
    mark: int = field(default_factory=new_mark, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PeerField:
    """One source or destination. ``names`` for NAMED_NAMESPACES, ``block`` (the page's form) for ADDRESSES."""

    scope: Scope = Scope.OWN_NAMESPACE
    names: tuple[str, ...] = ()
    namespaces: SelectorField = SelectorField()
    pods: SelectorField = SelectorField()
    block: str = ""
    written: Mapping[str, object] | None = field(default=None, hash=False, compare=False)
    mark: int = field(default_factory=new_mark, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RuleField:
    """One rule. ``anyone`` admits every peer, and then ``peers`` does not count."""

    anyone: bool = False
    peers: tuple[PeerField, ...] = (PeerField(),)
    ports: tuple[PortField, ...] = ()
    written: Mapping[str, object] | None = field(default=None, hash=False, compare=False)
    mark: int = field(default_factory=new_mark, compare=False, repr=False)

    def twin(self) -> "RuleField":
        """Return another rule that says the same."""
        return replace(self, mark=new_mark())


@dataclass(frozen=True, slots=True)
class DirectionField:
    """A direction's switch and its rules; the rules are kept while the switch says otherwise."""

    isolation: Isolation = Isolation.OPEN
    rules: tuple[RuleField, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy in the form. ``written`` is the document it was read from, empty for a new policy."""

    name: str = ""
    namespace: str = ""
    selector: SelectorField = SelectorField()
    inbound: DirectionField = DirectionField(Isolation.NOTHING)
    outbound: DirectionField = DirectionField()
    written: Mapping[str, object] = field(default_factory=dict, hash=False, compare=False)

    def direction(self, direction: Direction) -> DirectionField:
        """Return the field of a direction."""
        return self.inbound if direction is Direction.INGRESS else self.outbound

    def with_direction(self, direction: Direction, changed: DirectionField) -> "Draft":
        """Return the draft with one direction changed."""
        return replace(self, inbound=changed) if direction is Direction.INGRESS else replace(self, outbound=changed)
