"""Who looks after an object is told from the marks its tools leave."""

from typing import Any

import pytest

from desktop.cluster.gateway import FIELD_MANAGER
from desktop.policy.owner import LAST_APPLIED, Owner, Tool, owner_of


def wrote(manager: str, time: str = "2026-01-02T03:04:05Z", **more: str) -> dict[str, str]:
    return {"manager": manager, "operation": "Update", "apiVersion": "v1", "time": time, **more}


OWNED: list[tuple[str, dict[str, Any], Owner | None]] = [
    ("nothing known", {"name": "p"}, None),
    ("Helm release", {"labels": {"app.kubernetes.io/managed-by": "Helm"},
                      "annotations": {"meta.helm.sh/release-name": "shop"}}, Owner(Tool.HELM, "shop")),
    ("Helm by its label alone", {"labels": {"app.kubernetes.io/managed-by": "Helm"}}, Owner(Tool.HELM)),
    ("Helm by its annotation alone", {"annotations": {"meta.helm.sh/release-name": "shop"}}, Owner(Tool.HELM, "shop")),
    ("managed by something else", {"labels": {"app.kubernetes.io/managed-by": "pulumi"}}, None),
    ("Argo CD by tracking", {"annotations": {
        "argocd.argoproj.io/tracking-id": "shop:networking.k8s.io/NetworkPolicy:web/deny"}},
     Owner(Tool.ARGO_CD, "shop")),
    ("Argo CD by label and manager", {"labels": {"app.kubernetes.io/instance": "shop"},
                                      "managedFields": [wrote("argocd-controller"), wrote("kubectl-edit", "2027")]},
     Owner(Tool.ARGO_CD, "shop")),
    ("instance label of another tool", {"labels": {"app.kubernetes.io/instance": "shop"},
                                        "managedFields": [wrote("pulumi")]}, Owner(Tool.OTHER, "pulumi")),
    ("Argo CD with a Helm chart", {"labels": {"app.kubernetes.io/managed-by": "Helm"}, "annotations": {
        "argocd.argoproj.io/tracking-id": "shop:x"}}, Owner(Tool.ARGO_CD, "shop")),
    ("Flux kustomization", {"labels": {"kustomize.toolkit.fluxcd.io/name": "shop"}}, Owner(Tool.FLUX, "shop")),
    ("Flux with a Helm release", {"labels": {"helm.toolkit.fluxcd.io/name": "shop"},
                                  "annotations": {"meta.helm.sh/release-name": "x"}}, Owner(Tool.FLUX, "shop")),
    ("kubectl apply", {"annotations": {LAST_APPLIED: "{}"}, "managedFields": [wrote("kubectl-client-side-apply")]},
     Owner(Tool.KUBECTL, "kubectl-client-side-apply")),
    ("kubectl apply, changed by us since", {"annotations": {LAST_APPLIED: "{}"}, "managedFields": [wrote("bulkhead")]},
     Owner(Tool.KUBECTL)),
    ("kubectl create", {"managedFields": [wrote("kubectl-create")]}, Owner(Tool.KUBECTL, "kubectl-create")),
    ("ours", {"managedFields": [wrote(FIELD_MANAGER)]}, Owner(Tool.BULKHEAD, "bulkhead")),
    ("who wrote last counts", {"managedFields": [wrote("bulkhead", "2026-02"), wrote("kubectl-create", "2026-01")]},
     Owner(Tool.BULKHEAD, "bulkhead")),
    ("a writer without a time comes first", {"managedFields": [wrote("a", "2026"), {"manager": "b"}]},
     Owner(Tool.OTHER, "a")),
    ("who wrote only the status does not count",
     {"managedFields": [wrote("a"), wrote("b", "2027", subresource="status")]}, Owner(Tool.OTHER, "a")),
]  # fmt: skip


@pytest.mark.parametrize(("title", "metadata", "owner"), OWNED, ids=[case[0] for case in OWNED])
def test_the_owner_is_read_from_the_marks_of_its_tool(
    title: str, metadata: dict[str, Any], owner: Owner | None
) -> None:
    assert owner_of(metadata) == owner, title


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": None, "annotations": None, "managedFields": None},
        {"labels": ["app.kubernetes.io/managed-by"], "annotations": "x", "managedFields": {}},
        {"labels": {"app.kubernetes.io/managed-by": ["Helm"], "helm.toolkit.fluxcd.io/name": 1}},
        {"managedFields": [None, "x", {}, {"manager": None}, {"manager": ""}, {"manager": 5, "time": 6}]},
    ],
)
def test_broken_metadata_has_no_owner(metadata: dict[str, Any]) -> None:
    assert owner_of(metadata) is None


def test_a_broken_time_does_not_hide_a_writer() -> None:
    assert owner_of({"managedFields": [{"manager": "a", "time": 5}]}) == Owner(Tool.OTHER, "a")
