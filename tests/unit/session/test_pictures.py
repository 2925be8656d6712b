"""The last good picture: nothing of it is lost, nothing secret is in it, and no file can hurt."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from desktop.cluster.gateway import ServerVersion
from desktop.errors import FileError
from desktop.paths import cache_dir
from desktop.policy.codec import PolicyUnreadable, parse_policy
from desktop.policy.owner import Owner, Tool
from desktop.policy.tiers import parse_tiered
from desktop.reach.objects import (
    ContainerPort,
    Coverage,
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
from desktop.reach.snapshot import Put, Snapshot
from desktop.session.pictures import FORMAT, Picture, Whose, load, save
from tests.helpers.private_files import assert_private

WHOSE = Whose("context:prod", "prod", "https://prod")
SECRET = "s3cr3t-canary"
AS_OF = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)


def stored(name: str, spec: object) -> StoredPolicy:
    value = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "namespace": "shop",
            "name": name,
            "uid": "u",
            "resourceVersion": "7",
            "labels": {"a": "b"},
            "annotations": {"note": "kept", "kubectl.kubernetes.io/last-applied-configuration": SECRET},
            "managedFields": [{"manager": SECRET}],
        },
        "spec": spec,
    }
    policy, findings = None, ()
    try:
        policy = parse_policy(value)
    except PolicyUnreadable as error:
        findings = error.findings  # type: ignore[assignment]
    raw = msgspec.json.encode(value)
    return StoredPolicy("shop", name, policy, raw, "u", "7", AS_OF, Owner(Tool.HELM, "shop"), findings)


def tiered(name: str, spec: object) -> TieredObject:
    value = {"kind": "AdminNetworkPolicy", "metadata": {"name": name, "managedFields": [SECRET]}, "spec": spec}
    return TieredObject(
        Kind.ADMIN_NETWORK_POLICY, parse_tiered("AdminNetworkPolicy", value), msgspec.json.encode(value)
    )


def picture() -> Picture:
    things: list[Thing] = [
        Namespace("shop", {"team": "a"}),
        Pod(
            "shop",
            "db-0",
            {"app": "db"},
            ("10.0.0.1", "fd00::1"),
            (ContainerPort("pg", 5432),),
            phase="Running",
            owner=OwnerReference("StatefulSet", "db"),
        ),
        Workload(Kind.STATEFUL_SET, "shop", "db", {"app": "db"}, replicas=2),
        Service("shop", "db", {"app": "db"}, (ServicePort("pg", 5432, "pg"),), ("10.1.0.1",)),
        Service("shop", "none"),
        stored(
            "db",
            {"podSelector": {"matchLabels": {"app": "db"}}, "ingress": [{"ports": [{"port": "pg"}, {"port": 80}]}]},
        ),
        stored("broken", {"podSelector": {"matchLabels": {"app": 1}}}),
        tiered("fence", {"priority": 3, "subject": {"namespaces": {}}, "ingress": [{"action": "Deny", "from": []}]}),
        tiered("torn", {"priority": "three"}),
        ForeignPolicy(Kind.CILIUM_NETWORK_POLICY, "shop", "l7"),
    ]
    snapshot = (
        Snapshot(as_of=AS_OF)
        .apply([Put(thing) for thing in things])
        .covering(Kind.POD, Coverage.PARTIAL, frozenset({"shop"}))
    )
    return Picture(snapshot.covering(Kind.JOB, Coverage.FORBIDDEN), AS_OF, ServerVersion(1, 31, "v1.31.0"))


def the_file() -> Path:
    (path,) = (cache_dir() / "pictures").iterdir()
    return path


def test_what_was_saved_comes_back() -> None:
    before = picture()
    save(WHOSE, before)
    after = load(WHOSE)
    assert after is not None
    assert (after.last_sync, after.version, after.snapshot.as_of) == (AS_OF, before.version, AS_OF)
    for field in ("namespaces", "pods", "workloads", "services", "foreign", "coverage", "partial"):
        assert getattr(after.snapshot, field) == getattr(before.snapshot, field), field
    policies = [{key: each.policy for key, each in one.snapshot.tiered[""].items()} for one in (before, after)]
    assert policies[0] == policies[1]
    for name, old in before.snapshot.policies["shop"].items():
        new = after.snapshot.policies["shop"][name]
        assert (new.uid, new.version, new.created, new.owner, new.findings) == (
            old.uid,
            old.version,
            old.created,
            old.owner,
            old.findings,
        )
        if old.policy is not None and new.policy is not None:
            assert (new.policy.pod_selector, new.policy.ingress) == (old.policy.pod_selector, old.policy.ingress)
            assert new.policy.annotations == {"note": "kept"}
    assert after.snapshot.policies["shop"]["broken"].policy is None


def test_only_the_user_may_read_it_and_nothing_hidden_is_in_it() -> None:
    save(WHOSE, picture())
    path = the_file()
    assert_private(path)
    assert SECRET not in path.read_text("utf-8")


def test_no_picture_is_no_trouble() -> None:
    assert load(WHOSE) is None


@pytest.mark.parametrize(
    "other", [Whose("context:prod", "prod", "https://other"), Whose("context:prod", "else", "https://prod")]
)
def test_the_picture_of_another_cluster_is_not_shown(other: Whose) -> None:
    save(WHOSE, picture())
    assert load(other) is None
    assert load(WHOSE) is not None


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[: data.rindex(b"\n", 0, -1) + 1],  # the last line is missing
        lambda data: b"\xff\xfe" + data,
        lambda data: data.replace(b'"Pod"', b'"Pot"'),
        lambda data: data.replace(b'"format":%d' % FORMAT, b'"format":%d' % (FORMAT + 1)),
        lambda data: b"[" * 100_000,
    ],
    ids=["empty", "cut", "line-missing", "not-utf8", "kind-unknown", "newer", "deep"],
)
def test_a_damaged_or_newer_file_is_set_aside(damage: object) -> None:
    save(WHOSE, picture())
    path = the_file()
    path.write_bytes(damaged := damage(path.read_bytes()))  # type: ignore[operator]
    assert load(WHOSE) is None
    assert not path.exists()
    assert path.with_suffix(".broken").read_bytes() == damaged
    save(WHOSE, picture())
    assert load(WHOSE) is not None


def test_a_file_that_may_not_be_read_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    save(WHOSE, picture())
    path = the_file()
    path.unlink()
    path.mkdir()
    with pytest.raises(FileError):
        load(WHOSE)


def test_what_a_killed_program_left_behind_is_removed_once_it_is_old() -> None:
    save(WHOSE, picture())
    path = the_file()
    old, young = path.with_name(f".{path.name}.old"), path.with_name(f".{path.name}.young")
    old.touch()
    young.touch()
    os.utime(old, (time.time() - 7200,) * 2)
    load(WHOSE)
    assert not old.exists()
    assert young.exists()


def test_many_objects_are_spread_over_lines() -> None:
    many = Snapshot(as_of=AS_OF).apply([Put(Pod("shop", f"p{i}")) for i in range(1201)])
    save(WHOSE, Picture(many))
    assert len(the_file().read_bytes().splitlines()) == 4
    after = load(WHOSE)
    assert after is not None
    assert after.snapshot.pods == many.pods
