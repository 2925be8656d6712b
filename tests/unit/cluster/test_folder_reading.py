"""A folder of manifests is listed as a cluster would be, and what cannot be read hides nothing else."""

import os
from pathlib import Path
from textwrap import dedent

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.folder import FolderGateway
from desktop.cluster.folder_pods import MOST_REPLICAS
from desktop.errors import Cancelled, FileError
from desktop.manifest.reader import MAX_BYTES
from desktop.policy.findings import Place
from desktop.reach.objects import (
    CLUSTER_WIDE,
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
from tests.helpers.odd_files import make_pipe

POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: %s}\nspec: {podSelector: {}}\n"


def put(folder: Path, origin: str, text: str) -> Path:
    path = folder / origin
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dedent(text).encode())
    return path


def listed(folder: Path | FolderGateway, kind: Kind = Kind.NETWORK_POLICY, namespace: str | None = None) -> list[Thing]:
    gateway = folder if isinstance(folder, FolderGateway) else FolderGateway(folder)
    return list(gateway.list(kind, namespace, CancelToken(), lambda done, total: None).things)


def names(folder: Path, kind: Kind = Kind.NETWORK_POLICY, namespace: str | None = None) -> list[str]:
    return sorted(thing.name for thing in listed(folder, kind, namespace))


def problems(folder: Path) -> dict[str, list[str]]:
    gateway = FolderGateway(folder)
    listed(gateway)
    return {origin: [finding.code for finding in findings] for origin, findings in gateway.problems}


# Files


def test_manifests_are_found_in_every_folder_but_hidden_ones(tmp_path: Path) -> None:
    for number, origin in enumerate(
        ("a.yaml", "b.yml", "c.json", "deep/er/d.yaml", ".git/e.yaml", ".f.yaml", "g.txt", "yaml", "h.yaml/i.yaml")
    ):
        text = POLICY % f"p{number}"
        put(tmp_path, origin, text if not origin.endswith("json") else "{}")
    put(
        tmp_path,
        "c.json",
        '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p2"}}',
    )
    assert names(tmp_path) == ["p0", "p1", "p2", "p3", "p8"]
    assert {thing.name: thing.origin for thing in listed(tmp_path) if isinstance(thing, StoredPolicy)}[
        "p3"
    ] == "deep/er/d.yaml"
    assert problems(tmp_path) == {}


def test_links_are_followed_once_and_never_round_in_circles(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    folder = tmp_path / "folder"
    put(elsewhere, "linked.yaml", POLICY % "linked")
    put(elsewhere, "more/x.yaml", POLICY % "more")
    put(folder, "real/a.yaml", POLICY % "a")
    (folder / "again").symlink_to(folder / "real")
    (folder / "real/round").symlink_to(folder)
    (folder / "a-link.yaml").symlink_to(folder / "real/a.yaml")
    (folder / "out.yaml").symlink_to(elsewhere / "linked.yaml")
    (folder / "out").symlink_to(elsewhere / "more")
    (folder / "dangling.yaml").symlink_to(folder / "nowhere")
    found = {thing.name: thing.origin for thing in listed(folder) if isinstance(thing, StoredPolicy)}
    assert found == {"a": "real/a.yaml", "linked": "out.yaml", "more": "out/x.yaml"}
    assert problems(folder) == {"dangling.yaml": ["file.not-read"]}


def test_a_file_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    put(tmp_path, "good.yaml", POLICY % "good")
    put(tmp_path, "half.yaml", POLICY % "half" + "---\na: [\n")
    put(tmp_path, "broken.yaml", "a: b: c\n")
    put(tmp_path, "latin.yaml", "").write_bytes(b"a: \xe9\n")
    put(tmp_path, "big.yaml", "").write_bytes(b"#" * (MAX_BYTES + 1))
    put(tmp_path, "empty.yaml", "# nothing\n")
    make_pipe(tmp_path / "pipe.yaml")
    assert names(tmp_path) == ["good", "half"]
    assert problems(tmp_path) == {
        "big.yaml": ["file.too-large"],
        "broken.yaml": ["yaml.second-colon"],
        "half.yaml": ["yaml.syntax"],
        "latin.yaml": ["yaml.not-utf8"],
        **({"pipe.yaml": ["file.not-ordinary"]} if (tmp_path / "pipe.yaml").is_fifo() else {}),
    }


def test_a_folder_within_that_cannot_be_looked_into_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.yaml", POLICY % "a")
    put(tmp_path, "closed/b.yaml", POLICY % "b")
    scandir = os.scandir

    def refusing(path: Path) -> object:
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert names(tmp_path) == ["a"]
    assert problems(tmp_path) == {"closed": ["file.not-read"]}


def test_a_file_that_vanishes_while_the_folder_is_read_is_a_problem_until_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "a.yaml", POLICY % "a")
    gateway = FolderGateway(tmp_path)
    stat = Path.stat
    asked: list[Path] = []

    def vanishing(self: Path, **options: bool) -> os.stat_result:
        asked.append(self)
        if self == path and asked.count(path) == 2:
            path.unlink()
        return stat(self, **options)

    monkeypatch.setattr(Path, "stat", vanishing)
    assert listed(gateway) == []
    assert [origin for origin, _ in gateway.problems] == ["a.yaml"]
    assert listed(gateway) == []
    assert gateway.problems == ()


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", put(tmp_path, "file.yaml", POLICY % "a")):
        with pytest.raises(FileError) as error:
            listed(path)
        assert (error.value.code, error.value.facts["path"]) == ("file.not-read", str(path))


def test_templates_are_told_from_broken_files(tmp_path: Path) -> None:
    put(tmp_path, "templates/policy.yaml", "kind: NetworkPolicy\nmetadata:\n  name: {{ .Release.Name }}\n")
    put(tmp_path, "templates/if.yaml", "{{- if .Values.on }}\n" + POLICY % "a" + "{{- end }}\n")
    put(tmp_path, "good.yaml", POLICY % "good")
    assert names(tmp_path) == ["good"]
    assert problems(tmp_path) == {
        "templates/if.yaml": ["folder.template"],
        "templates/policy.yaml": ["folder.template"],
    }


def test_other_yaml_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "values.yaml", "replicas: 1\n")
    put(tmp_path, "list.yaml", "- a\n- b\n")
    put(tmp_path, "package.json", '{"name": "x"}')
    put(
        tmp_path,
        "kustomization.yaml",
        "kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nresources: []\n",
    )
    put(tmp_path, "knative.yaml", "kind: Service\napiVersion: serving.knative.dev/v1\nmetadata: {name: a}\n")
    assert problems(tmp_path) == {}
    assert names(tmp_path, Kind.SERVICE) == []


# Policies


def test_a_policy_is_as_its_document_says(tmp_path: Path) -> None:
    put(tmp_path, "x/p.yaml", "# first\n---\n" + (POLICY % "a").replace("{}", "{matchLabels: {app: web}}"))
    (policy,) = listed(tmp_path)
    assert isinstance(policy, StoredPolicy)
    assert (policy.namespace, policy.name, policy.origin) == ("default", "a", "x/p.yaml")
    assert policy.policy
    assert (policy.policy.namespace, policy.policy.pod_selector.labels) == ("default", (("app", "web"),))
    assert policy.findings == ()
    document = FolderGateway(tmp_path).read("default", "a", CancelToken())
    assert (document.version, document.uid) == (policy.version, policy.uid)
    assert (document.origin, document.line) == ("x/p.yaml", 3)
    assert document.text == (POLICY % "a").replace("{}", "{matchLabels: {app: web}}")


def test_what_a_server_would_refuse_is_found_at_its_place(tmp_path: Path) -> None:
    put(tmp_path, "p.yaml", "a: 1\n---\n" + POLICY % "a" + "  \nspec: {podSelector: {}, policyTypes: [Sideways]}\n")
    put(tmp_path, "q.yaml", (POLICY % "b").replace("apiVersion: networking.k8s.io/v1\n", ""))
    first, second = listed(tmp_path)
    assert isinstance(first, StoredPolicy)
    assert isinstance(second, StoredPolicy)
    assert first.policy is None
    assert [(finding.code, finding.place) for finding in first.findings] == [
        ("yaml.duplicate-key", Place(8, 1, 8, 5)),
        ("policy-types.unknown", Place(8, 39, 8, 47)),
    ]
    assert [finding.code for finding in second.findings] == ["document.no-api-version"]


def test_of_two_policies_of_one_name_the_first_counts_and_the_second_is_a_problem(tmp_path: Path) -> None:
    put(tmp_path, "a.yaml", POLICY % "same")
    put(tmp_path, "b.yaml", "\n" + POLICY % "same" + "---\n" + POLICY % "other")
    gateway = FolderGateway(tmp_path)
    found = {thing.name: thing.origin for thing in listed(gateway) if isinstance(thing, StoredPolicy)}
    assert found == {"same": "a.yaml", "other": "b.yaml"}
    ((origin, (finding,)),) = gateway.problems
    assert (origin, finding.code, finding.place) == ("b.yaml", "folder.duplicate", Place(4, 18, 4, 22))
    assert finding.facts == {"kind": Kind.NETWORK_POLICY, "namespace": "default", "name": "same", "first": "a.yaml"}


def test_objects_without_name_or_with_fields_of_wrong_types_are_problems(tmp_path: Path) -> None:
    put(tmp_path, "a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}\n")
    put(tmp_path, "b.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: x, labels: [a]}\n")
    put(tmp_path, "c.yaml", "apiVersion: v1\nkind: Pod\nmetadata: x\n")
    assert names(tmp_path, Kind.POD) == []
    assert problems(tmp_path) == {
        "a.yaml": ["folder.nameless"],
        "b.yaml": ["folder.unreadable"],
        "c.yaml": ["folder.nameless"],
    }


def test_items_of_lists_are_objects_of_their_own(tmp_path: Path) -> None:
    item = "- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: %s, namespace: shop}\n"
    put(tmp_path, "all.yaml", "apiVersion: v1\nkind: List\nitems:\n" + item % "a" + item % "b")
    assert names(tmp_path, namespace="shop") == ["a", "b"]
    assert names(tmp_path, namespace="default") == []
    assert FolderGateway(tmp_path).read("shop", "b", CancelToken()).line == 7


def test_cluster_wide_and_foreign_policies_are_listed_too(tmp_path: Path) -> None:
    spec = "spec: {priority: 1, subject: {namespaces: {}}}\n"
    admin = "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: %s}\n"
    put(tmp_path, "a.yaml", admin % "admin" + spec)
    put(tmp_path, "b.yaml", "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c, namespace: x}\n")
    put(tmp_path, "c.yaml", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: d}\n")
    (tiered,) = listed(tmp_path, Kind.ADMIN_NETWORK_POLICY)
    assert isinstance(tiered, TieredObject)
    assert (tiered.name, tiered.origin) == ("admin", "a.yaml")
    assert listed(tmp_path, Kind.CILIUM_NETWORK_POLICY) == [ForeignPolicy(Kind.CILIUM_NETWORK_POLICY, "x", "c")]
    assert names(tmp_path, Kind.CALICO_NETWORK_POLICY) == ["d"]
    assert names(tmp_path) == []


# Namespaces, services and workloads


def test_namespaces_are_those_declared_and_those_named(tmp_path: Path) -> None:
    put(
        tmp_path,
        "a.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: a}, namespace: odd}\n",
    )
    put(tmp_path, "b.yaml", (POLICY % "x").replace("{name: x}", "{name: x, namespace: bank}"))
    put(tmp_path, "c.yaml", POLICY % "z")
    assert sorted(listed(tmp_path, Kind.NAMESPACE), key=lambda each: each.name) == [
        Namespace("bank", {"kubernetes.io/metadata.name": "bank"}),
        Namespace("default", {"kubernetes.io/metadata.name": "default"}),
        Namespace("shop", {"team": "a", "kubernetes.io/metadata.name": "shop"}),
    ]


def test_a_service_is_listed(tmp_path: Path) -> None:
    put(
        tmp_path,
        "s.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {a: b}, ports: [{port: 80}]}\n",
    )
    assert listed(tmp_path, Kind.SERVICE) == [Service("default", "s", {"a": "b"}, (ServicePort("", 80, 80),))]


TEMPLATE = """\
    metadata: {labels: {app: web}}
    spec:
      hostNetwork: true
      containers:
      - ports: [{name: http, containerPort: 80}]
      initContainers:
      - restartPolicy: Always
        ports: [{containerPort: 9, protocol: UDP}]
      - ports: [{containerPort: 10}]
"""
PORTS = (ContainerPort("", 9, "UDP"), ContainerPort("http", 80))


def workload(kind: str, name: str = "web", spec: str = "", group: str = "apps", metadata: str = "") -> str:
    return (
        f"apiVersion: {group and f'{group}/'}v1\nkind: {kind}\nmetadata: {{name: {name}{metadata}}}\n"
        f"spec:\n{spec}  template:\n{TEMPLATE}"
    )


def pods(folder: Path) -> dict[str, Pod]:
    return {pod.name: pod for pod in listed(folder, Kind.POD) if isinstance(pod, Pod)}


def test_the_pods_of_a_workload_are_as_its_template_says(tmp_path: Path) -> None:
    put(tmp_path, "w.yaml", workload("Deployment", spec="  replicas: 2\n"))
    owner = OwnerReference("Deployment", "web")
    assert listed(tmp_path, Kind.DEPLOYMENT) == [
        Workload(Kind.DEPLOYMENT, "default", "web", {"app": "web"}, PORTS, replicas=2, host_network=True)
    ]
    assert pods(tmp_path) == {
        name: Pod("default", name, {"app": "web"}, ports=PORTS, host_network=True, owner=owner)
        for name in ("web-0", "web-1")
    }


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (workload("Deployment"), 1),
        (workload("StatefulSet", spec="  replicas: 3\n"), 3),
        (workload("Deployment", spec="  replicas: 0\n"), 0),
        (workload("Deployment", spec=f"  replicas: {MOST_REPLICAS + 1}\n"), MOST_REPLICAS),
        (workload("DaemonSet"), 1),
        (workload("ReplicationController", spec="  replicas: 2\n", group=""), 2),
        (workload("Job", spec="  parallelism: 4\n", group="batch"), 1),
        (
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: web}\nspec: {jobTemplate: {spec: {template: {}}}}\n",
            1,
        ),
        ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n", 1),
    ],
)
def test_there_are_as_many_pods_as_replicas(tmp_path: Path, text: str, count: int) -> None:
    put(tmp_path, "w.yaml", text)
    assert len(pods(tmp_path)) == count


def test_a_daemon_set_counts_as_one_replica_for_no_file_tells_the_nodes(tmp_path: Path) -> None:
    put(tmp_path, "w.yaml", workload("DaemonSet"))
    (found,) = listed(tmp_path, Kind.DAEMON_SET)
    assert isinstance(found, Workload)
    assert found.replicas == 1


def test_declared_pods_are_listed_as_they_are(tmp_path: Path) -> None:
    put(tmp_path, "p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {x: z}}\nspec: {containers: []}\n")
    assert pods(tmp_path) == {"a": Pod("default", "a", {"x": "z"})}


def test_a_pod_in_a_file_counts_though_it_had_finished_when_it_was_written_down(tmp_path: Path) -> None:
    put(tmp_path, "p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: done}\nstatus: {phase: Succeeded}\n")
    assert [*pods(tmp_path)] == ["done"]


def owned(kind: str, name: str) -> str:
    return f", ownerReferences: [{{kind: {kind}, name: {name}, controller: true}}]"


def test_an_export_of_a_cluster_has_each_pod_once(tmp_path: Path) -> None:
    put(tmp_path, "d.yaml", workload("Deployment", "web", "  replicas: 2\n"))
    put(tmp_path, "r.yaml", workload("ReplicaSet", "web-abc", "  replicas: 2\n", metadata=owned("Deployment", "web")))
    assert sorted(pods(tmp_path)) == ["web-0", "web-1"]
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s%s}\n"
    put(tmp_path, "p.yaml", pod % ("web-abc-1", owned("ReplicaSet", "web-abc")))
    put(tmp_path, "q.yaml", pod % ("web-abc-2", owned("ReplicaSet", "web-abc")))
    put(tmp_path, "s.yaml", pod % ("lone", owned("Job", "not-here")))
    assert sorted(pods(tmp_path)) == ["lone", "web-abc-1", "web-abc-2"]


def test_workloads_of_one_name_have_pods_of_different_names(tmp_path: Path) -> None:
    put(tmp_path, "a.yaml", workload("Deployment"))
    put(tmp_path, "b.yaml", workload("StatefulSet"))
    put(tmp_path, "c.yaml", workload("DaemonSet", "x"))
    put(tmp_path, "d.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: x-0}\n")
    put(tmp_path, "e.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: x-daemonset-0}\n")
    assert sorted(pods(tmp_path)) == ["web-0", "web-statefulset-0", "x-0", "x-daemonset-0"]


# The gateway


def test_the_kinds_are_those_of_a_live_cluster_namespaces_first(tmp_path: Path) -> None:
    gateway = FolderGateway(str(tmp_path))
    assert gateway.kinds[0] is Kind.NAMESPACE
    assert set(gateway.kinds) == set(Kind)
    version = gateway.version(CancelToken())
    assert (version.major, version.minor, version.text) == (0, 0, "")


def test_cluster_wide_objects_stand_in_every_namespace(tmp_path: Path) -> None:
    put(tmp_path, "a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")
    assert Kind.NAMESPACE in CLUSTER_WIDE
    assert names(tmp_path, Kind.NAMESPACE, "other") == ["shop"]


def test_rights_are_those_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = FolderGateway(tmp_path)
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    assert gateway.may("list", "default", CancelToken())
    for verb in ("create", "update", "patch", "delete"):
        assert not gateway.may(verb, "default", CancelToken())


def test_only_changed_files_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.yaml", POLICY % "a")
    put(tmp_path, "b.yaml", POLICY % "b")
    gateway = FolderGateway(tmp_path)
    listed(gateway)
    put(tmp_path, "b.yaml", POLICY % "new")
    read: list[str] = []
    monkeypatch.setattr("desktop.cluster.folder_picture.manifests_of", lambda _, origin: read.append(origin))
    with pytest.raises(AttributeError):
        listed(gateway)
    assert read == ["b.yaml"]


def test_a_cancelled_look_reads_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.yaml", POLICY % "a")
    put(tmp_path, "b.yaml", POLICY % "b")
    gateway, token = FolderGateway(tmp_path), CancelToken()

    def cancelling(path: Path, limit: int) -> bytes:
        token.cancel()
        return b""

    monkeypatch.setattr("desktop.cluster.named_files.read", cancelling)
    with pytest.raises(Cancelled):
        gateway.list(Kind.NETWORK_POLICY, None, token, lambda done, total: None)
    monkeypatch.undo()
    assert len(listed(gateway)) == 2
