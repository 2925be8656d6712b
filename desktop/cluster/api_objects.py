"""What is read of the API server's JSON: the fields of the core, apps and batch APIs that the picture is made of.

All else is skipped unread. A field that is optional, or null as some servers write it, is None.
"""

import msgspec


class Owner(msgspec.Struct, gc=False):
    """Of ``metadata.ownerReferences``."""

    kind: str = ""
    name: str = ""
    controller: bool | None = None


class Meta(msgspec.Struct, gc=False, rename="camel"):
    """``metadata``."""

    name: str = ""
    namespace: str | None = None
    labels: dict[str, str] | None = None
    owner_references: list[Owner | None] | None = None
    resource_version: str | None = None


class Port(msgspec.Struct, gc=False, rename="camel"):
    """A port that a container declares."""

    container_port: int | None = None
    name: str | None = None
    protocol: str | None = None


class Container(msgspec.Struct, gc=False, rename="camel"):
    """A container, or an init container."""

    ports: list[Port | None] | None = None
    restart_policy: str | None = None


class PodSpec(msgspec.Struct, gc=False, rename="camel"):
    """``spec`` of a pod or of a template."""

    containers: list[Container | None] | None = None
    init_containers: list[Container | None] | None = None
    node_name: str | None = None
    host_network: bool | None = None


class PodIP(msgspec.Struct, gc=False):
    """Of ``status.podIPs``."""

    ip: str | None = None


class PodStatus(msgspec.Struct, gc=False):
    """``status`` of a pod."""

    phase: str | None = None
    pod_ips: list[PodIP | None] | None = msgspec.field(default=None, name="podIPs")
    pod_ip: str | None = msgspec.field(default=None, name="podIP")


class Object(msgspec.Struct, gc=False):
    """Any object."""

    metadata: Meta


class Pod(Object, gc=False):
    """A pod."""

    spec: PodSpec | None = None
    status: PodStatus | None = None


class Labels(msgspec.Struct, gc=False):
    """``metadata`` of a template."""

    labels: dict[str, str] | None = None


class Template(msgspec.Struct, gc=False):
    """A template of pods."""

    metadata: Labels | None = None
    spec: PodSpec | None = None


class JobSpec(msgspec.Struct, gc=False):
    """``spec`` of a Job that a CronJob makes."""

    parallelism: int | None = None
    template: Template | None = None


class JobTemplate(msgspec.Struct, gc=False):
    """A CronJob's template of Jobs."""

    spec: JobSpec | None = None


class WorkloadSpec(msgspec.Struct, gc=False, rename="camel"):
    """``spec`` of any workload: each kind uses some of the fields."""

    replicas: int | None = None
    parallelism: int | None = None
    template: Template | None = None
    job_template: JobTemplate | None = None


class WorkloadStatus(msgspec.Struct, gc=False, rename="camel"):
    """``status`` of a workload."""

    desired_number_scheduled: int | None = None


class Workload(Object, gc=False):
    """A Deployment, StatefulSet, DaemonSet, ReplicaSet, Job or CronJob."""

    spec: WorkloadSpec | None = None
    status: WorkloadStatus | None = None


class ServicePort(msgspec.Struct, gc=False, rename="camel"):
    """A port of a Service."""

    port: int
    name: str | None = None
    protocol: str | None = None
    target_port: int | str | None = None


class ServiceSpec(msgspec.Struct, gc=False):
    """``spec`` of a Service."""

    selector: dict[str, str] | None = None
    ports: list[ServicePort | None] | None = None
    cluster_ips: list[str | None] | None = msgspec.field(default=None, name="clusterIPs")
    cluster_ip: str | None = msgspec.field(default=None, name="clusterIP")


class Service(Object, gc=False):
    """A Service."""

    spec: ServiceSpec | None = None


class ListMeta(msgspec.Struct, rename="camel"):
    """``metadata`` of a list."""

    resource_version: str | None = None
    continue_: str | None = msgspec.field(default=None, name="continue")
    remaining_item_count: int | None = None


class List(msgspec.Struct):
    """A page of a list. An answer without ``items`` is none: some refusals come as if they were good."""

    metadata: ListMeta
    items: list[msgspec.Raw] | None


class Event(msgspec.Struct):
    """A line of a watch."""

    type: str
    object: msgspec.Raw
