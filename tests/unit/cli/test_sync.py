"""``bulkhead sync`` says what a cluster holds, to people and to programs."""

import io
import json
import sys
import threading
from typing import Any

import pytest

from desktop import cli
from desktop.cli import sources
from desktop.errors import ServerError, Unreachable
from desktop.reach.objects import Kind, Namespace, Pod
from tests.helpers.fake_gateway import FakeGateway


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    """Give the cluster that ``sync`` finds, of two kinds only."""
    fake = FakeGateway(Namespace("shop"), Pod("shop", "a"), Pod("shop", "b"))
    fake.kinds = (Kind.NAMESPACE, Kind.POD, Kind.NETWORK_POLICY)
    monkeypatch.setattr(sources, "open_gateway", lambda *_: fake)
    return fake


def synced(capsys: pytest.CaptureFixture[str]) -> Any:
    values = json.loads(capsys.readouterr().out)
    assert all(each.pop("seconds") >= 0 for each in values["kinds"])
    return values


def test_every_kind_is_counted_and_timed(gateway: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sync", "--context", "prod"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0] == "prod: version v1.31.0"
    assert [line.rpartition(" (")[0] for line in lines[1:-1]] == ["Namespaces: 1", "Pods: 2", "Network policies: 0"]
    assert lines[-1].startswith("Together: ")
    assert said.err == ""
    assert gateway.closed


def test_programs_get_counts_and_seconds(gateway: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sync", "--context", "prod", "-o", "json"]) == 0
    values = synced(capsys)
    assert values.pop("seconds") >= 0
    assert values == {
        "cluster": "prod",
        "version": "v1.31.0",
        "kinds": [
            {"kind": "Namespace", "coverage": "complete", "count": 1, "error": None},
            {"kind": "Pod", "coverage": "complete", "count": 2, "error": None},
            {"kind": "NetworkPolicy", "coverage": "complete", "count": 0, "error": None},
        ],
    }


def test_rare_kinds_are_told_only_where_there_are_any_or_may_be(
    gateway: FakeGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.kinds = (Kind.NETWORK_POLICY, Kind.CLUSTER_NETWORK_POLICY, Kind.CILIUM_NETWORK_POLICY)
    gateway.denied.add((Kind.CILIUM_NETWORK_POLICY, None))
    assert cli.main(["sync", "--context", "prod"]) == 0
    said = capsys.readouterr().out
    assert "Cluster network policies" not in said
    assert "Cilium network policies: not permitted to list" in said


def test_what_may_not_be_listed_is_not_told_as_none(gateway: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    gateway.denied.add((Kind.POD, None))
    assert cli.main(["sync", "--context", "prod"]) == 0
    assert "Pods: not permitted to list" in capsys.readouterr().out
    assert cli.main(["sync", "--context", "prod", "-o", "json"]) == 0
    assert synced(capsys)["kinds"][1] == {"kind": "Pod", "coverage": "forbidden", "count": None, "error": None}


def test_policies_that_may_not_be_listed_fail(gateway: FakeGateway) -> None:
    gateway.denied.add((Kind.NETWORK_POLICY, None))
    assert cli.main(["sync", "--context", "prod"]) == 1


def test_a_kind_that_cannot_be_listed_fails_but_hides_no_other(
    gateway: FakeGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.failures[Kind.POD] = ServerError("api.server-error", status=500, message="etcd")
    assert cli.main(["sync", "--context", "prod", "-o", "json"]) == 1
    kinds = synced(capsys)["kinds"]
    assert kinds[1] == {
        "kind": "Pod",
        "coverage": "unknown",
        "count": None,
        "error": "The server failed (500): etcd",
    }
    assert kinds[2]["coverage"] == "complete"


def test_a_server_that_is_not_there_is_told_once(gateway: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    gateway.version_failures.append(Unreachable("unreachable.refused", host="10.0.0.1", port=6443))
    assert cli.main(["sync", "--context", "prod"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Error: 10.0.0.1:6443 refuses connections.\n")
    assert gateway.closed


def test_progress_is_shown_on_a_terminal_and_wiped_away(gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert cli.main(["sync", "--context", "prod"]) == 0
    assert "Pods: 2 of 2" in terminal.getvalue()
    assert terminal.getvalue().rpartition("\r")[0].endswith("  ")  # the last is blanked out
    assert "\x1b" not in terminal.getvalue()


def test_an_unknown_context_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sync", "--context", "nowhere"]) == 1
    assert capsys.readouterr().err == "Error: There is no context called nowhere.\n"


@pytest.mark.parametrize("wrong", [["sync"], ["sync", "--context", "a", "--folder", "b"], ["check"], ["frobnicate"]])
def test_wrong_usage_exits_with_two(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(wrong)
    assert left.value.code == 2


def test_an_interrupt_cancels_what_is_under_way(gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    gateway.held[Kind.NAMESPACE] = threading.Event()  # it would wait for 30 s
    monkeypatch.setattr(sources, "wait", interrupted)
    assert cli.main(["sync", "--context", "prod"]) == 130
    assert gateway.closed
