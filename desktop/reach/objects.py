"""What a picture of a cluster holds: the parts of each object that NetworkPolicy and its reader care about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from desktop.policy.findings import Finding
from desktop.policy.objects import NetworkPolicy
from desktop.policy.owner import Owner
from desktop.policy.tiers import TieredPolicy
from desktop.reach.kinds import CLUSTER_WIDE, FOREIGN_KINDS, TIERED_KINDS, WORKLOAD_KINDS, Coverage, Kind

__all__ = [  # the kinds too: whoever reads objects asks for them by kind
    "CLUSTER_WIDE",
    "FOREIGN_KINDS",
    "TIERED_KINDS",
    "WORKLOAD_KINDS",
    "ContainerPort",
    "Coverage",
    "ForeignPolicy",
    "Kind",
    "Namespace",
    "OwnerReference",
    "Pod",
    "Service",
    "ServicePort",
    "StoredPolicy",
    "Thing",
    "TieredObject",
    "Workload",
]


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace and its labels."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class OwnerReference:
    """The controlling owner of an object (``metadata.ownerReferences`` with ``controller: true``)."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class ContainerPort:
    """A declared port of a container; ``name`` is empty where it has none."""

    name: str
    port: int
    protocol: str = "TCP"


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod: ``ips`` from ``status.podIPs``, ``ports`` of its containers (sidecars among them)."""

    namespace: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    ips: tuple[str, ...] = ()
    ports: tuple[ContainerPort, ...] = ()
    host_network: bool = False
    phase: str = ""
    node: str = ""
    owner: OwnerReference | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """A workload and the labels and ports of the pods its template makes; ``replicas`` as asked for."""

    kind: Kind
    namespace: str
    name: str
    template_labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    ports: tuple[ContainerPort, ...] = ()
    replicas: int = 1
    host_network: bool = False
    owner: OwnerReference | None = None


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A port of a Service: ``port`` is what clients dial, ``target`` (number or name) is the pod's port."""

    name: str
    port: int
    target: int | str
    protocol: str = "TCP"


@dataclass(frozen=True, slots=True)
class Service:
    """A Service; ``selector`` None where it has none."""

    namespace: str
    name: str
    selector: Mapping[str, str] | None = field(default=None, hash=False)
    ports: tuple[ServicePort, ...] = ()
    cluster_ips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """A policy as a cluster holds it.

    ``policy`` is None where the object cannot be read as one; ``findings`` then say why. ``raw`` is the object's JSON,
    whole and as it came. ``version`` is the resource version (for a folder, a digest of the text); ``uid`` names this
    very object, so that another of the same name is told apart. ``origin`` is the file it stands in, empty for a
    live cluster.
    """

    namespace: str
    name: str
    policy: NetworkPolicy | None
    raw: bytes
    uid: str = ""
    version: str = ""
    created: datetime | None = None
    owner: Owner | None = None
    findings: tuple[Finding, ...] = ()
    origin: str = ""


@dataclass(frozen=True, slots=True)
class TieredObject:
    """A cluster-wide policy as a cluster holds it. ``raw`` is the object's JSON, whole and as it came."""

    kind: Kind
    policy: TieredPolicy
    raw: bytes
    origin: str = ""

    @property
    def name(self) -> str:
        """Its name."""
        return self.policy.name

    @property
    def namespace(self) -> str:
        """None."""
        return ""


@dataclass(frozen=True, slots=True)
class ForeignPolicy:
    """A policy of a network plug-in: that it is there (``namespace`` is empty for a cluster-wide one)."""

    kind: Kind
    namespace: str
    name: str


Thing = Namespace | Pod | Workload | Service | StoredPolicy | TieredObject | ForeignPolicy
