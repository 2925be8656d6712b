"""What is worth knowing about the policies of a namespace beyond each document itself, as findings."""

from collections.abc import Mapping

from desktop.policy.findings import Finding, Severity
from desktop.reach.labels import LabelIndex, keys_of
from desktop.reach.objects import Kind
from desktop.reach.selection import readable
from desktop.reach.snapshot import Snapshot


def selecting_nothing(snapshot: Snapshot, namespace: str, selected: Mapping[str, int]) -> dict[str, Finding]:
    """Return a finding for each policy of a namespace that selects no pod (``selected``: the counts, by name).

    ``advice.selects-host-network``: the selector meets only host-network pods, which no policy selects.
    ``advice.selects-nothing``: it meets no pod at all, nor the template of a workload that may have pods later (one
    scaled to zero, a CronJob between its runs). Nothing is said where the pods are not fully known.
    """
    if not snapshot.knows(Kind.POD, namespace):
        return {}
    idle = {name: policy.pod_selector for name, policy in readable(snapshot, namespace).items() if not selected[name]}
    if not idle:
        return {}
    keys = keys_of(idle.values())
    pods = snapshot.pods.get(namespace, {}).values()
    on_host = LabelIndex([pod.labels for pod in pods if pod.host_network], keys)
    workloads = snapshot.workloads.get(namespace, {}).values()
    to_come = LabelIndex([workload.template_labels for workload in workloads if not workload.host_network], keys)
    findings: dict[str, Finding] = {}
    for name, selector in idle.items():
        if to_come.select(selector):
            continue
        code = "advice.selects-host-network" if on_host.select(selector) else "advice.selects-nothing"
        findings[name] = Finding(code, Severity.WARNING, ("spec", "podSelector"), {"namespace": namespace})
    return findings
