"""The list of clusters: what is in it, what the user says about it, and that nothing broken hides anything else."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.cluster.impersonation import Impersonation
from desktop.cluster.kubeconfig import Context, Kubeconfig
from desktop.errors import BulkheadError, ConfigError, FileError
from desktop.paths import data_dir
from desktop.session import sample
from desktop.session.catalog import Catalog, Source
from desktop.session.settings import Settings

MAIN = Path("/home/me/.kube/config")


def context(name: str, file: Path = MAIN, error: ConfigError | None = None, *, insecure: bool = False) -> Context:
    return Context(name, "c", "u", "team-a", f"https://{name}", file, insecure, error)


class Files:
    """What the kubeconfig files hold at the moment."""

    def __init__(self, *contexts: Context, errors: tuple[BulkheadError, ...] = ()) -> None:
        self.contexts, self.errors = contexts, errors

    def read(self, extra: Sequence[Path]) -> Kubeconfig:
        wanted = tuple(c for c in self.contexts if c.file in (MAIN, *extra))
        return Kubeconfig(wanted, "", self.errors, {}, None, extra)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json", save_delay=0.01)


def opened(settings: Settings, *contexts: Context, errors: tuple[BulkheadError, ...] = ()) -> Catalog:
    catalog = Catalog(settings, Files(*contexts, errors=errors).read)
    catalog.reload()
    return catalog


def ids(catalog: Catalog) -> list[str]:
    return [entry.id for entry in catalog.entries()]


KUBECONFIG = """
clusters: [{name: c, cluster: {server: "https://%s"}}]
users: [{name: u, user: {token: %s}}]
contexts: [{name: prod, context: {cluster: c, user: u}}]
"""


def test_kubeconfig_files_are_read_again_once_somebody_has_written_them(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(KUBECONFIG % ("a", "t1"))
    catalog = Catalog(settings)
    catalog.add_kubeconfig(file)
    assert not catalog.refresh()
    (before, _) = catalog.entries()
    for content in (KUBECONFIG % ("a", "t2-longer"), KUBECONFIG % ("b-longer", "t2-longer")):
        file.write_text(content)
        assert not catalog.refresh()  # perhaps it is being written just now
        assert catalog.refresh()
        (entry, _) = catalog.entries()
        assert entry.id == before.id
        assert entry.stanzas != before.stanzas
        assert "t2-longer" not in repr(entry)
        before = entry
    assert before.server == "https://b-longer"
    file.unlink()
    assert not catalog.refresh()
    assert catalog.refresh()
    assert catalog.entries()[0].error is not None
    assert not catalog.refresh()


def test_a_file_that_is_written_anew_with_the_same_in_it_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text(KUBECONFIG % ("a", "t"))
    catalog = Catalog(settings)
    catalog.add_kubeconfig(file)
    before = catalog.entries()
    fresh = tmp_path / "fresh"
    fresh.write_text(f"# a comment\n{KUBECONFIG % ('a', 't')}")
    fresh.replace(file)
    catalog.refresh()
    assert not catalog.refresh()
    assert catalog.entries() == before


def test_contexts_folders_and_the_sample_are_listed(settings: Settings, tmp_path: Path) -> None:
    catalog = opened(settings, context("prod"), context("lab", insecure=True))
    folder = catalog.add_folder(tmp_path)
    assert ids(catalog) == ["context:prod", "context:lab", f"folder:{tmp_path}", "sample"]
    assert folder.source is Source.FOLDER
    assert folder.title == tmp_path.name
    prod, lab, *_ = catalog.entries()
    assert (prod.title, prod.server, prod.file, prod.context) == ("prod", "https://prod", str(MAIN), "prod")
    assert lab.insecure
    assert (prod.namespace, folder.namespace) == ("team-a", "default")


def test_no_kubeconfig_is_read_before_the_list_is_reloaded(settings: Settings) -> None:
    catalog = Catalog(settings, lambda _extra: pytest.fail("read too early"))
    assert ids(catalog) == ["sample"]


def test_a_broken_context_and_a_broken_file_are_entries_with_their_errors(settings: Settings) -> None:
    bad, unreadable = ConfigError("kubeconfig.no-cluster"), FileError("file.not-read", path="/k/broken")
    catalog = opened(settings, context("good"), context("bad", error=bad), errors=(unreadable, unreadable))
    good, broken, file, _ = catalog.entries()
    assert good.error is None
    assert broken.error is bad
    assert (file.id, file.title, file.error) == ("file:/k/broken", "broken", unreadable)


def test_what_the_user_says_survives_a_restart(settings: Settings, tmp_path: Path) -> None:
    catalog = opened(settings, context("prod"))
    catalog.rename("context:prod", " Shop ")
    catalog.move("context:prod", "Payments")
    catalog.colour("context:prod", "#c00000")
    catalog.set_profile("context:prod", "cce-tunnel")
    catalog.set_namespaces("context:prod", ["web", " db ", "", "web"])
    settings.flush()
    entry = opened(Settings(tmp_path / "settings.json"), context("prod")).entries()[0]
    assert (entry.title, entry.project, entry.colour, entry.profile) == ("Shop", "Payments", "#c00000", "cce-tunnel")
    assert entry.namespaces == ("web", "db")
    catalog.rename("context:prod", "")
    assert catalog.entries()[0].title == "prod"


def test_projects_are_those_added_and_those_in_use(settings: Settings) -> None:
    catalog = opened(settings, context("prod"))
    catalog.add_project("Web")
    catalog.add_project("Web")
    catalog.move("context:prod", "Payments")
    assert catalog.projects() == ("Payments", "Web")
    catalog.remove_project("Web")
    catalog.remove_project("Payments")
    assert catalog.projects() == ()
    assert catalog.entries()[0].project == ""


def test_a_removed_context_stays_away_and_can_be_restored(settings: Settings) -> None:
    catalog = opened(settings, context("prod"), context("lab"))
    catalog.rename("context:lab", "old lab")
    catalog.remove("context:lab")
    catalog.reload()
    assert ids(catalog) == ["context:prod", "sample"]
    assert catalog.get("context:lab") is None
    assert [entry.id for entry in catalog.removed()] == ["context:lab"]
    catalog.restore("context:lab")
    assert catalog.entries()[1].title == "old lab"


def test_a_removed_folder_is_forgotten_but_its_files_stay(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("kind: NetworkPolicy\n")
    catalog = opened(settings)
    entry = catalog.add_folder(tmp_path)
    catalog.rename(entry.id, "mine")
    catalog.remove(entry.id)
    assert ids(catalog) == ["sample"]
    assert (tmp_path / "policy.yaml").exists()
    assert catalog.add_folder(tmp_path).title == tmp_path.name


def test_a_folder_added_twice_is_listed_once(settings: Settings, tmp_path: Path) -> None:
    catalog = opened(settings)
    assert catalog.add_folder(tmp_path) == catalog.add_folder(tmp_path)
    assert len(catalog.entries()) == 2


def test_two_files_may_use_the_same_name(settings: Settings) -> None:
    path = Path("/k/k3s.yaml").absolute()
    catalog = opened(settings, context("default"), context("default", path))
    assert ids(catalog) == ["context:default", "sample"]
    catalog.add_kubeconfig(path)
    assert ids(catalog) == ["context:default", f"context:default@{path}", "sample"]


def test_adding_a_kubeconfig_again_brings_its_removed_contexts_back(settings: Settings) -> None:
    path = Path("/k/x").absolute()
    catalog = opened(settings, context("a", path))
    catalog.add_kubeconfig(path)
    catalog.remove(f"context:a@{path}")
    catalog.add_kubeconfig(path)
    assert ids(catalog) == [f"context:a@{path}", "sample"]


def test_an_added_kubeconfig_that_cannot_be_read_can_be_forgotten(settings: Settings) -> None:
    files = Files(errors=(FileError("file.not-read", path="/k/x"),))
    catalog = Catalog(settings, files.read)
    catalog.add_kubeconfig(Path("/k/x"))
    assert ids(catalog) == ["file:/k/x", "sample"]
    catalog.remove("file:/k/x")
    assert ids(catalog) == ["sample"]
    files.errors = ()
    catalog.reload()
    assert catalog.removed() == ()


def test_the_sample_is_copied_when_first_opened_and_reset_on_demand(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "sample"
    (shipped / "web").mkdir(parents=True)
    (shipped / "web" / "policy.yaml").write_text("shipped")
    monkeypatch.setattr(sample, "resource", lambda name: tmp_path / name)
    catalog = opened(settings)
    own = Path(catalog.entries()[0].path)
    assert own == data_dir() / "sample"
    assert not own.exists()
    assert sample.prepare() == own
    (own / "web" / "policy.yaml").write_text("changed")
    (own / "more.yaml").write_text("added")
    sample.prepare()
    assert (own / "web" / "policy.yaml").read_text() == "changed"
    catalog.remove("sample")
    catalog.reset_sample()
    assert (own / "web" / "policy.yaml").read_text() == "shipped"
    assert not (own / "more.yaml").exists()
    assert [path.name for path in own.parent.iterdir()] == ["sample"]
    assert ids(catalog) == ["sample"]


def test_a_missing_shipped_sample_is_an_error_and_leaves_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = data_dir() / "sample"
    own.mkdir()
    monkeypatch.setattr(sample, "resource", lambda name: tmp_path / "nowhere" / name)
    with pytest.raises(FileError):
        sample.reset()
    assert own.is_dir()


def test_an_entry_tells_whom_its_user_acts_as(settings: Settings) -> None:
    alice = Impersonation("alice", groups=("admins",))
    catalog = opened(settings, replace(context("prod"), acting_as=alice), context("lab"))
    assert [entry.acting_as for entry in catalog.entries()[:2]] == [alice, None]
