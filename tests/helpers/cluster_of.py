"""Big clusters: as many namespaces, pods and policies as asked for, in the JSON of the API, the same each time.

Teams of pods are spread evenly over the namespaces. A pod has about 2 kB of JSON and a policy about 1 kB, as they have
where people let controllers make them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

Json = dict[str, Any]

_CREATED = "2026-01-01T00:00:00Z"
_PODS_OF_A_WORKLOAD = 4
_TIERS = ("web", "api", "worker", "cache", "db")


@dataclass(frozen=True, slots=True)
class ClusterOf:
    """A cluster of so many namespaces, pods and policies; a workload and a service for each four pods."""

    namespaces: int
    pods: int
    policies: int

    def objects(self) -> dict[str, Iterator[Json]]:
        """Return all objects by resource, complete but for their resource versions."""
        workloads = range(0, self.pods, _PODS_OF_A_WORKLOAD)
        return {
            "namespaces": (_namespace(number) for number in range(self.namespaces)),
            "pods": (_pod(number, self._place(number)) for number in range(self.pods)),
            "deployments": (_deployment(number, self._place(number)) for number in workloads),
            "services": (_service(number, self._place(number)) for number in workloads),
            "networkpolicies": (_policy(number, number % self.namespaces) for number in range(self.policies)),
        }

    def _place(self, pod: int) -> int:
        """Return the namespace of a pod: that of its whole workload."""
        return pod // _PODS_OF_A_WORKLOAD % self.namespaces


def _namespace(number: int) -> Json:
    name = namespace_name(number)
    labels = {"kubernetes.io/metadata.name": name, "team": f"team-{number % 40}"}
    return {
        "metadata": _metadata("ns", number, name, labels),
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def namespace_name(number: int) -> str:
    """Return the name of a namespace."""
    return f"team-{number:04}"


def _metadata(kind: str, number: int, name: str, labels: dict[str, str], place: int | None = None) -> Json:
    within = {} if place is None else {"namespace": namespace_name(place)}
    uid = str(UUID(hex=_digest(kind, number)[:32], version=4))
    return {"name": name, **within, "uid": uid, "creationTimestamp": _CREATED, "labels": labels}


def _digest(kind: str, number: int) -> str:
    """Return 64 digits that look random, so that the data shrinks no better than real data when compressed."""
    return sha256(f"{kind}-{number}".encode()).hexdigest()


def _labels(pod: int) -> dict[str, str]:
    workload = pod // _PODS_OF_A_WORKLOAD
    tier = _TIERS[workload % len(_TIERS)]
    return {"app": f"app-{workload % 200}", "tier": tier, "version": f"v{workload % 3}"}


def _workload_name(pod: int) -> str:
    workload = pod // _PODS_OF_A_WORKLOAD
    return f"{_TIERS[workload % len(_TIERS)]}-{workload}"


def _pod_spec(number: int) -> Json:
    return {
        "containers": [
            {
                "name": "main",
                "image": f"registry.example/team/{_labels(number)['app']}:1.{number % 50}.0",
                "ports": [
                    {"name": "http", "containerPort": 8080, "protocol": "TCP"},
                    {"name": "metrics", "containerPort": 9090, "protocol": "TCP"},
                ],
                "env": [
                    {"name": "POD_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}},
                    {"name": "LOG_LEVEL", "value": "info"},
                ],
                "resources": {"limits": {"memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "256Mi"}},
                "volumeMounts": [
                    {
                        "name": "kube-api-access",
                        "readOnly": True,
                        "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                    }
                ],
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
                "imagePullPolicy": "IfNotPresent",
            }
        ],
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "serviceAccountName": "default",
        "serviceAccount": "default",
        "securityContext": {},
        "schedulerName": "default-scheduler",
        "enableServiceLinks": True,
        "preemptionPolicy": "PreemptLowerPriority",
    }


def _pod(number: int, place: int) -> Json:
    owner = f"{_workload_name(number)}-7d9c5b6f4"
    metadata = _metadata("pod", number, f"{owner}-{number:05}", _labels(number), place)
    metadata["labels"] = {**metadata["labels"], "pod-template-hash": "7d9c5b6f4"}
    metadata["generateName"] = f"{owner}-"
    metadata["ownerReferences"] = [
        {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": owner, "uid": metadata["uid"], "controller": True}
    ]
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    conditions = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
    return {
        "metadata": metadata,
        "spec": {**_pod_spec(number), "nodeName": f"node-{number % 100}"},
        "status": {
            "phase": "Running",
            "conditions": [
                {"type": each, "status": "True", "lastProbeTime": None, "lastTransitionTime": _CREATED}
                for each in conditions
            ],
            "hostIP": f"192.168.0.{number % 100}",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "startTime": _CREATED,
            "containerStatuses": [
                {
                    "name": "main",
                    "state": {"running": {"startedAt": _CREATED}},
                    "lastState": {},
                    "ready": True,
                    "restartCount": 0,
                    "image": "registry.example/team/app:1.0.0",
                    "imageID": f"registry.example/team/app@sha256:{_digest('image', number % 600)}",
                    "containerID": f"containerd://{_digest('container', number)}",
                    "started": True,
                }
            ],
            "qosClass": "Burstable",
        },
    }


def _deployment(number: int, place: int) -> Json:
    labels = _labels(number)
    return {
        "metadata": _metadata("deployment", number, _workload_name(number), labels, place),
        "spec": {
            "replicas": _PODS_OF_A_WORKLOAD,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": _pod_spec(number)},
        },
        "status": {"replicas": _PODS_OF_A_WORKLOAD, "readyReplicas": _PODS_OF_A_WORKLOAD},
    }


def _service(number: int, place: int) -> Json:
    return {
        "metadata": _metadata("service", number, _workload_name(number), _labels(number), place),
        "spec": {
            "type": "ClusterIP",
            "clusterIP": f"172.20.{number >> 8 & 255}.{number & 255}",
            "selector": _labels(number),
            "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}],
        },
        "status": {"loadBalancer": {}},
    }


def _policy(number: int, place: int) -> Json:
    tier = _TIERS[number % len(_TIERS)]
    labels = {"app.kubernetes.io/managed-by": "Helm", "team": f"team-{place % 40}"}
    metadata = _metadata("policy", number, f"allow-{tier}-{number}", labels, place)
    metadata["generation"] = 1
    metadata["managedFields"] = [
        {
            "manager": "helm",
            "operation": "Update",
            "apiVersion": "networking.k8s.io/v1",
            "time": _CREATED,
            "fieldsType": "FieldsV1",
            "fieldsV1": {
                "f:metadata": {"f:labels": {".": {}, **{f"f:{key}": {} for key in labels}}},
                "f:spec": {"f:egress": {}, "f:ingress": {}, "f:podSelector": {}, "f:policyTypes": {}},
            },
        }
    ]
    peers = [
        {"podSelector": {"matchLabels": {"tier": _TIERS[(number + step) % len(_TIERS)]}}, **_other_team(number, step)}
        for step in (1, 2)
    ]
    return {
        "metadata": metadata,
        "spec": {
            "podSelector": {"matchLabels": {"tier": tier}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": peers, "ports": [{"protocol": "TCP", "port": 8080}]}],
            "egress": [
                {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]},
                {"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": [f"10.{number % 256}.0.0/16"]}}]},
            ],
        },
    }


def _other_team(number: int, step: int) -> Json:
    if step == 1:
        return {}
    return {"namespaceSelector": {"matchLabels": {"team": f"team-{number % 40}"}}}
