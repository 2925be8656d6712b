"""Advice on the pods that a policy selects.

``advice.no-such-namespace`` (``name``): the policy's own namespace is not there. ``advice.selects-nothing``
(``namespace``): no pod meets the selector, nor will one of a workload that is there. ``advice.selects-host-network``:
only pods on the host network do, which no policy selects. ``advice.some-on-host-network``: some do (a note).
Nothing is said where pods or namespaces may not all be listed.
"""

from collections.abc import Iterator

from desktop.policy.containment import can_match, wants
from desktop.policy.findings import Edit, Finding, Fix, Path, Severity
from desktop.policy.objects import LabelSelector, NetworkPolicy
from desktop.reach.advice.nearest import fix_labels, nearest
from desktop.reach.advice.sight import Sight

_SELECTOR: Path = ("spec", "podSelector")


def advice_on_selected(policy: NetworkPolicy, sight: Sight) -> Iterator[Finding]:
    """Yield what is to be said of a policy's own namespace and its selector."""
    if sight.knows_namespaces() and not sight.has_namespace(policy.namespace):
        yield from _absent(policy, sight)
        return
    if not sight.knows_pods(policy.namespace):
        return
    shapes, selector = sight.shapes(policy.namespace), policy.pod_selector
    selected = shapes.bits(selector)
    on_host = selected & shapes.on_host_network
    facts = {"namespace": policy.namespace}
    if selected & ~on_host:
        if any(shape.there for shape in shapes.of(on_host)):
            yield Finding("advice.some-on-host-network", Severity.INFO, _SELECTOR, facts)
    elif on_host:
        yield Finding("advice.selects-host-network", Severity.WARNING, _SELECTOR, facts)
    elif can_match(wants(selector)):  # else that is said of the document
        if selector.is_empty:
            yield Finding("advice.namespace-empty", Severity.INFO, _SELECTOR, facts)
            return
        fix = fix_labels(selector, _SELECTOR, shapes.labels, lambda other: bool(shapes.bits(other)))
        yield Finding("advice.selects-nothing", Severity.WARNING, _SELECTOR, facts, fix=fix)


def _absent(policy: NetworkPolicy, sight: Sight) -> Iterator[Finding]:
    path: Path = ("metadata", "namespace")
    near = nearest(policy.namespace, sight.namespaces(LabelSelector()))
    fix = Fix("fix.use", (Edit(path, near),), {"value": near}) if near else None
    if fix or not sight.is_folder:
        yield Finding("advice.no-such-namespace", Severity.WARNING, path, {"name": policy.namespace}, fix=fix)
