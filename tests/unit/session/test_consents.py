"""A consent is for exactly what the user saw, lasts over a restart, and shows no secret in the settings."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.cluster.plugin import Plugin
from desktop.session.catalog import ClusterEntry, Source
from desktop.session.consents import Consents, program_of
from desktop.session.settings import Settings
from tests.helpers.sign_in_program import VERSION, kubeconfig, program

PLUGIN = Plugin(
    "aws",
    Path("/usr/bin/aws"),
    ("--password", "CANARY-1"),
    (("TOKEN", "CANARY-2"),),
    Path("/home/me/.kube/config"),
    VERSION,
    "/usr/bin",
)


def test_a_consent_lasts_over_a_restart(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.json")
    assert not Consents(settings).allows(PLUGIN)
    Consents(settings).allow(PLUGIN)
    settings.flush()
    assert Consents(Settings(tmp_path / "s.json")).allows(PLUGIN)


@pytest.mark.parametrize(
    "other",
    [
        replace(PLUGIN, path=Path("/tmp/aws")),
        replace(PLUGIN, arguments=("--password",)),
        replace(PLUGIN, arguments=("--password CANARY-1",)),
        replace(PLUGIN, variables=()),
        replace(PLUGIN, variables=(("OTHER", "CANARY-2"),)),
        replace(PLUGIN, variables=(("TOKEN", "other"),)),
        replace(PLUGIN, file=Path("/home/me/Downloads/config")),
    ],
)
def test_a_consent_is_void_for_anything_else(other: Plugin, tmp_path: Path) -> None:
    consents = Consents(Settings(tmp_path / "s.json"))
    consents.allow(PLUGIN)
    assert not consents.allows(other)
    assert consents.allows(PLUGIN)


def test_a_consent_says_since_when_it_holds_and_can_be_taken_back(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.json")
    consents, other = Consents(settings), replace(PLUGIN, arguments=())
    before = datetime.now(UTC).replace(microsecond=0)
    for each in (PLUGIN, other):
        consents.allow(each)
    since = consents.since(PLUGIN)
    assert since is not None
    assert before <= since <= datetime.now(UTC)
    consents.withdraw(PLUGIN)
    settings.flush()
    assert not Consents(Settings(tmp_path / "s.json")).allows(PLUGIN)
    assert Consents(Settings(tmp_path / "s.json")).allows(other)
    assert consents.since(PLUGIN) is None


def test_a_consent_from_before_times_were_kept_holds(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.json")
    consents = Consents(settings)
    consents.allow(PLUGIN)
    (name,) = settings.names("sign-in-program/")
    settings.set(name, "/usr/bin/aws")
    assert consents.allows(PLUGIN)
    assert consents.since(PLUGIN) is None


def test_the_program_of_a_cluster_is_found_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = program(tmp_path / "bin")
    path = kubeconfig(tmp_path / "config", {"command": str(made.path), "args": ["a"]})
    monkeypatch.setenv("KUBECONFIG", str(path))
    entry = ClusterEntry("context:x", Source.CONTEXT, "x", context="x", file=str(path))
    found = program_of(entry)
    assert found is not None
    assert (found.path, found.arguments) == (made.path, ("a",))
    assert program_of(replace(entry, context="y")) is None
    assert made.runs == []


def test_no_argument_and_no_variable_is_kept(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.json")
    Consents(settings).allow(PLUGIN)
    settings.flush()
    assert "CANARY" not in (tmp_path / "s.json").read_text()


def test_a_salt_that_cannot_be_used_is_replaced(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.json")
    settings.set("sign-in-salt", "no salt")
    consents = Consents(settings)
    consents.allow(PLUGIN)
    assert consents.allows(PLUGIN)


def test_consents_given_at_once_all_hold(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.json")
    plugins = [replace(PLUGIN, command=str(number), arguments=(str(number),)) for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(Consents(settings).allow, plugins))
    assert all(Consents(settings).allows(each) for each in plugins)
