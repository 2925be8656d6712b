"""The API server's JSON, straight to ``desktop.reach.objects``.

Only what is needed is taken from each object; all else is skipped unread. Each item of a list is read by itself: one
that is odd spoils no other, and the interpreter is never held for long. What repeats from object to object (labels,
ports, owners, names of nodes) is kept once: that saves memory, and the garbage collector has less to walk through.
"""

import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from desktop import pauses, turns
from desktop.cluster import api_objects as api
from desktop.cluster import failures
from desktop.cluster.gateway import Bookmark, Gone, Put, WatchEvent
from desktop.cluster.resources import RESOURCES
from desktop.errors import TransportError
from desktop.policy.codec import PolicyUnreadable, parse_policy
from desktop.policy.findings import Finding
from desktop.policy.owner import owner_of
from desktop.policy.tiers import parse_tiered
from desktop.reach.objects import (
    CLUSTER_WIDE,
    FOREIGN_KINDS,
    TIERED_KINDS,
    WORKLOAD_KINDS,
    ContainerPort,
    ForeignPolicy,
    Kind,
    Namespace,
    OwnerReference,
    Pod,
    Service,
    ServicePort,
    StoredPolicy,
    Thing,
    TieredObject,
    Workload,
)

_log = logging.getLogger(__name__)


_STRUCTS: dict[Kind, type[api.Object]] = {
    Kind.NAMESPACE: api.Object,
    Kind.POD: api.Pod,
    Kind.SERVICE: api.Service,
    **dict.fromkeys(WORKLOAD_KINDS, api.Workload),
}

_decode_list = msgspec.json.Decoder(api.List).decode
_decode_event = msgspec.json.Decoder(api.Event).decode
_decode_object = msgspec.json.Decoder(api.Object).decode

_ODD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``next`` asks for the following one and is empty on the last."""

    things: tuple[Thing, ...]
    version: str
    next: str
    remaining: int | None


@dataclass(frozen=True, slots=True)
class _Read:
    thing: Thing
    version: str


_NO_LABELS: Mapping[str, str] = {}


class Decoder:
    """Reads one list, or one watch, of one kind; what repeats is remembered for its life only.

    What is not of the ``namespace`` that was asked for (None: of any) is left out, whoever may send it. A pod whose
    containers have ended for good has no traffic, and its address may be another's by now: it is read as gone, unless
    this ``keeps_finished``.
    """

    def __init__(self, kind: Kind, namespace: str | None = None, *, keeps_finished: bool = False) -> None:
        self._kind = kind
        self._namespace = None if kind in CLUSTER_WIDE else namespace
        self._keeps_finished = keeps_finished
        self._known_labels: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}
        self._known_ports: dict[tuple[tuple[str, int, str], ...], tuple[ContainerPort, ...]] = {(): ()}
        self._known_owners: dict[tuple[str, str], OwnerReference] = {}
        self._read: Callable[[msgspec.Raw], _Read]
        if kind is Kind.NETWORK_POLICY:
            self._read = self._policy
        elif kind in TIERED_KINDS:
            self._read = self._tiered
        else:
            decode = msgspec.json.Decoder(_STRUCTS.get(kind, api.Object)).decode
            self._read = lambda raw: self._plain(decode(raw))

    def page(self, body: bytes) -> Page:
        """Read a page of a list; raises TransportError when the answer is none."""
        try:
            listing = _decode_list(body)
        except _ODD as error:
            raise TransportError("answer.unreadable", kind=self._kind) from error
        things: list[Thing] = []
        with pauses.many_objects():
            for raw in listing.items or ():
                turns.give_way()
                try:
                    thing = self._read(raw).thing
                    if not self._is_left_out(thing) and not self._is_finished(thing):
                        things.append(thing)
                except _ODD as error:
                    # Never seen of an API server, and there is nothing of it that could be shown.
                    _log.warning("an item in a list of %s is left out: %s", self._kind.value, error)
        meta = listing.metadata
        return Page(tuple(things), meta.resource_version or "", meta.continue_ or "", meta.remaining_item_count)

    def event(self, line: bytes) -> WatchEvent | None:
        """Read a line of a watch; None where it says nothing.

        Raises ApiError when the server ends the watch with an error (Expired, above all), TransportError when the
        line is no event.
        """
        if not line.strip():
            return None
        try:
            event = _decode_event(line)
            if event.type == "ERROR":
                raise failures.api_error(500, bytes(event.object))
            if event.type == "BOOKMARK":
                return Bookmark(_decode_object(event.object).metadata.resource_version or "")
            if event.type not in ("ADDED", "MODIFIED", "DELETED"):
                return None
            read = self._read(event.object)
        except _ODD as error:
            raise TransportError("answer.unreadable", kind=self._kind) from error
        if self._is_left_out(read.thing):
            return Bookmark(read.version)
        if event.type != "DELETED" and not self._is_finished(read.thing):
            return Put(read.thing, read.version)
        namespace = "" if isinstance(read.thing, Namespace) else read.thing.namespace
        return Gone(self._kind, namespace, read.thing.name, read.version)

    def _plain(self, value: api.Object) -> _Read:
        """Take what is needed of an object that is no policy."""
        meta = value.metadata
        namespace = sys.intern(meta.namespace or "")
        thing: Thing
        if isinstance(value, api.Pod):
            thing = self._pod(namespace, value)
        elif isinstance(value, api.Workload):
            thing = self._workload(namespace, value)
        elif isinstance(value, api.Service):
            thing = _service(namespace, value)
        elif self._kind in FOREIGN_KINDS:
            thing = ForeignPolicy(self._kind, namespace, meta.name)
        else:
            thing = Namespace(sys.intern(meta.name), self._labels(meta.labels))
        return _Read(thing, meta.resource_version or "")

    def _pod(self, namespace: str, value: api.Pod) -> Pod:
        spec, status = value.spec or api.PodSpec(), value.status or api.PodStatus()
        ips = tuple(entry.ip for entry in status.pod_ips or () if entry and entry.ip)
        if not ips and status.pod_ip:  # servers before 1.20 may tell one address only
            ips = (status.pod_ip,)
        return Pod(
            namespace,
            value.metadata.name,
            self._labels(value.metadata.labels),
            ips,
            self._ports(spec),
            bool(spec.host_network),
            sys.intern(status.phase or ""),
            sys.intern(spec.node_name or ""),
            self._owner(value.metadata),
        )

    def _workload(self, namespace: str, value: api.Workload) -> Workload:
        spec = value.spec or api.WorkloadSpec()
        if self._kind is Kind.CRON_JOB:
            job = (spec.job_template.spec if spec.job_template else None) or api.JobSpec()
            template, replicas = job.template, job.parallelism
        elif self._kind is Kind.JOB:
            template, replicas = spec.template, spec.parallelism
        elif self._kind is Kind.DAEMON_SET:
            template, replicas = spec.template, (value.status or api.WorkloadStatus()).desired_number_scheduled or 0
        else:
            template, replicas = spec.template, spec.replicas
        template = template or api.Template()
        pods = template.spec or api.PodSpec()
        return Workload(
            self._kind,
            namespace,
            value.metadata.name,
            self._labels(template.metadata.labels if template.metadata else None),
            self._ports(pods),
            1 if replicas is None else replicas,  # the API's default
            bool(pods.host_network),
            self._owner(value.metadata),
        )

    def _is_finished(self, thing: Thing) -> bool:
        return not self._keeps_finished and isinstance(thing, Pod) and thing.phase in {"Succeeded", "Failed"}

    def _policy(self, raw: msgspec.Raw) -> _Read:
        """Keep a policy whole, and read it as far as it can be read."""
        data = bytes(raw)
        value = msgspec.json.decode(data)
        if not isinstance(value, dict):
            raise msgspec.ValidationError("no object")
        metadata = value.get("metadata")
        if not isinstance(metadata, dict):
            metadata = {}
        data = self._whole(data, value)
        findings: tuple[Finding, ...] = ()
        try:
            policy = parse_policy(value)
        except PolicyUnreadable as error:
            policy, findings = None, error.findings
        version = _text(metadata, "resourceVersion")
        return _Read(
            StoredPolicy(
                sys.intern(_text(metadata, "namespace")),
                _text(metadata, "name"),
                policy,
                data,
                _text(metadata, "uid"),
                version,
                _time(_text(metadata, "creationTimestamp")),
                owner_of(metadata),
                findings,
            ),
            version,
        )

    def _tiered(self, raw: msgspec.Raw) -> _Read:
        """Keep a cluster-wide policy whole; what of it cannot be read, its rules say."""
        data = bytes(raw)
        value = msgspec.json.decode(data)
        if not isinstance(value, dict):
            raise msgspec.ValidationError("no object")
        metadata = value.get("metadata")
        thing = TieredObject(self._kind, parse_tiered(self._kind.value, value), self._whole(data, value))
        return _Read(thing, _text(metadata, "resourceVersion") if isinstance(metadata, dict) else "")

    def _whole(self, data: bytes, value: Mapping[str, object]) -> bytes:
        """Add an object's kind where the server leaves it out: within lists it goes without saying."""
        if not value or "kind" in value:
            return data
        resource = RESOURCES[self._kind]
        head = f'{{"kind":"{resource.kind.value}","apiVersion":"{resource.api_version}",'
        return head.encode() + data.lstrip()[1:]

    def _labels(self, labels: dict[str, str] | None) -> Mapping[str, str]:
        return self._known_labels.setdefault(tuple(labels.items()), labels) if labels else _NO_LABELS

    def _ports(self, spec: api.PodSpec) -> tuple[ContainerPort, ...]:
        """Return the declared ports of the containers that serve."""
        key = tuple(
            (port.name or "", port.container_port, port.protocol or "TCP")
            for container in _serving(spec)
            for port in container.ports or ()
            if port and port.container_port is not None
        )
        known = self._known_ports.get(key)
        if known is None:
            known = self._known_ports[key] = tuple(ContainerPort(*port) for port in key)
        return known

    def _owner(self, meta: api.Meta) -> OwnerReference | None:
        """Return the controlling owner."""
        for owner in meta.owner_references or ():
            if owner and owner.controller:
                key = (owner.kind, owner.name)
                known = self._known_owners.get(key)
                if known is None:
                    known = self._known_owners[key] = OwnerReference(sys.intern(owner.kind), owner.name)
                return known
        return None

    def _is_left_out(self, thing: Thing) -> bool:
        """Whether an object is none of those that were asked for."""
        elsewhere = not isinstance(thing, Namespace) and self._namespace not in (None, thing.namespace)
        return elsewhere or _is_mirror(thing)


def _is_mirror(thing: Thing) -> bool:
    """Whether an object is but a policy of Kubernetes as Calico's own server shows it."""
    return isinstance(thing, ForeignPolicy) and thing.name.startswith(_MIRRORS)


# Calico: libcalico-go, the names of what it makes of NetworkPolicies and of cluster-wide policies.
_MIRRORS = ("knp.default.", "kanp.", "kbanp.", "kcnp.")


def _serving(spec: api.PodSpec) -> list[api.Container]:
    """Return the containers that run as long as the pod does; of the init containers those are the sidecars."""
    sidecars = [c for c in spec.init_containers or () if c and c.restart_policy == "Always"]
    return [*sidecars, *(c for c in spec.containers or () if c)]


def _service(namespace: str, value: api.Service) -> Service:
    spec = value.spec or api.ServiceSpec()
    ports = tuple(
        ServicePort(
            port.name or "",
            port.port,
            port.port if port.target_port in (None, 0, "") else port.target_port,
            port.protocol or "TCP",
        )
        for port in spec.ports or ()
        if port
    )
    addresses = tuple(ip for ip in spec.cluster_ips or (spec.cluster_ip,) if ip and ip != "None")
    return Service(namespace, value.metadata.name, spec.selector or None, ports, addresses)


def _text(metadata: Mapping[str, object], field: str) -> str:
    value = metadata.get(field)
    return value if isinstance(value, str) else ""


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
