"""What a session says of itself: plain values for the screen and the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from desktop.errors import BulkheadError
from desktop.reach.kinds import Coverage, Kind

if TYPE_CHECKING:  # the window shows states before there is anything to show of a cluster
    from desktop.cluster.gateway import FileProblems, ServerVersion
    from desktop.policy.findings import Finding
    from desktop.policy.objects import LabelSelector
    from desktop.policy.owner import Owner
    from desktop.reach.snapshot import Snapshot


class Connection(Enum):
    """The state of a cluster's connection."""

    IDLE = "idle"  # never opened: nothing has been contacted
    CONNECTING = "connecting"
    SYNCHRONIZING = "synchronizing"
    LIVE = "live"  # listed and watched
    STALE = "stale"  # the last good picture is shown; ``since`` says of when
    FORBIDDEN = "forbidden"  # the user may list nothing that matters
    OFFLINE = "offline"  # not reachable and no picture to show
    ERROR = "error"  # cannot be used as configured; ``error`` says why


TROUBLED = frozenset({Connection.FORBIDDEN, Connection.OFFLINE, Connection.ERROR})
"""The states in which nothing can be shown until somebody does something, or the network does."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a synchronization is: ``total`` None while the server has not said."""

    done: int
    total: int | None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class SessionState:
    """A cluster's state as of now.

    ``counts`` holds only the kinds that were listed. ``problems`` are those of a folder's files: what stands in them
    may be missing from the picture. ``next_try`` is when what fails is tried again, None where nothing fails or nothing
    is tried. ``troubled_since`` is when it came into a state of ``TROUBLED``, None in the others.
    """

    connection: Connection = Connection.IDLE
    since: datetime | None = None
    last_sync: datetime | None = None
    version: "ServerVersion | None" = None
    progress: Progress | None = None
    error: BulkheadError | None = None
    coverage: Mapping[Kind, Coverage] = field(default_factory=dict, hash=False)
    counts: Mapping[Kind, int] = field(default_factory=dict, hash=False)
    insecure: bool = False  # certificates are not verified
    problems: "FileProblems" = ()
    next_try: datetime | None = None
    troubled_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A row of the policy table: ``pods`` None where pods may not be listed.

    ``ingress`` and ``egress`` are None where not restricted, else the number of rules (0: nothing is admitted);
    both are None too where the object cannot be read (``readable`` False).
    """

    namespace: str
    name: str
    readable: bool
    selector: "LabelSelector"
    ingress: int | None
    egress: int | None
    pods: int | None
    findings: "tuple[Finding, ...]"
    owner: "Owner | None"
    created: datetime | None
    uid: str
    version: str
    origin: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Namespace and name."""
        return self.namespace, self.name


@dataclass(frozen=True, slots=True)
class SessionUpdate:
    """What is new in a session since it was last asked.

    ``changed`` are the rows that are new or not what they were, ``removed`` the keys of those that are no more. With
    ``reset`` so much is new that ``changed`` holds every row there is, and no other remains.
    """

    state: SessionState
    snapshot: "Snapshot" = field(hash=False)
    changed: tuple[PolicyRow, ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    reset: bool = False
