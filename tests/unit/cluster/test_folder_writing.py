"""A write to a folder changes one document, keeps everything else, and is refused as a server would refuse it."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from desktop import replacing
from desktop.cancellation import CancelToken
from desktop.cluster import folder_files
from desktop.cluster.folder import FolderGateway
from desktop.cluster.gateway import Verb
from desktop.errors import Conflict, FileError, Invalid, NotFound
from tests.unit.cluster.folder_edits import (
    FILE,
    POLICY,
    A,
    B,
    delete,
    edited,
    no_traces,
    open_up,
    put,
    read,
    write,
    writing,
)


@pytest.fixture
def gateway(tmp_path: Path) -> FolderGateway:
    return FolderGateway(tmp_path)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("mark", "encoding"), [("", "utf-8"), ("\ufeff", "utf-8"), ("\ufeff", "utf-16-le"), ("\ufeff", "utf-16-be")]
)
@pytest.mark.parametrize("last", ["", "\n"])
def test_an_update_changes_one_document_and_nothing_else(
    tmp_path: Path, gateway: FolderGateway, end: str, mark: str, encoding: str, last: str
) -> None:
    text = mark + FILE.rstrip("\n").replace("\n", end) + last.replace("\n", end)
    path = tmp_path / "all.yaml"
    path.write_bytes(text.encode(encoding))
    for name in "abc":
        document = edited(gateway, name, open_up).document
        before = POLICY.format(name=name).replace("\n", end)
        text = text.replace(before.rstrip(), open_up(before.rstrip().replace("\r", "")).replace("\n", end))
        assert path.read_bytes() == text.encode(encoding)
        assert document == read(gateway, name)
        assert document.value["spec"] == {"podSelector": {}, "ingress": [{}]}
    assert no_traces(tmp_path)


def test_what_others_changed_elsewhere_in_the_file_is_kept(tmp_path: Path, gateway: FolderGateway) -> None:
    path = put(tmp_path, "all.yaml", FILE)
    base = read(gateway, "b")
    put(tmp_path, "all.yaml", FILE.replace("name: a", "name: a  # mine").replace("about c", "about the last"))
    write(gateway, Verb.UPDATE, open_up(B), base)
    assert path.read_text() == FILE.replace("name: a", "name: a  # mine").replace("about c", "about the last").replace(
        B, open_up(B)
    )


@pytest.mark.parametrize("change", [lambda text: text.replace("about b", "about me"), lambda text: text.replace(B, "")])
def test_a_policy_that_changed_meanwhile_is_a_conflict(
    tmp_path: Path, gateway: FolderGateway, change: Callable[[str], str]
) -> None:
    path = put(tmp_path, "all.yaml", FILE)
    base = read(gateway, "b")
    put(tmp_path, "all.yaml", change(FILE))
    for dry_run in (True, False):
        with pytest.raises(Conflict) as error:
            write(gateway, Verb.UPDATE, open_up(B), base, dry_run=dry_run)
        assert error.value.message == "all.yaml"
    assert path.read_text() == change(FILE)


def test_a_file_that_changes_at_the_last_moment_is_a_conflict(
    tmp_path: Path, gateway: FolderGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "a.yaml", A)
    base = read(gateway)
    fsync = os.fsync

    def interfering(descriptor: int) -> None:
        fsync(descriptor)
        put(tmp_path, "a.yaml", A + "# theirs\n")

    monkeypatch.setattr(os, "fsync", interfering)
    with pytest.raises(Conflict):
        write(gateway, Verb.UPDATE, open_up(A), base)
    assert path.read_text() == A + "# theirs\n"
    assert no_traces(tmp_path)


def test_an_update_to_the_same_writes_nothing(
    tmp_path: Path, gateway: FolderGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.yaml", A)
    monkeypatch.setattr(os, "fsync", None)
    base = read(gateway)
    assert write(gateway, Verb.UPDATE, A, base).document == base


def test_a_policy_cannot_be_renamed_or_moved(tmp_path: Path, gateway: FolderGateway) -> None:
    path = put(tmp_path, "a.yaml", A)
    base = read(gateway)
    renamed = replace(writing(Verb.UPDATE, A.replace("name: a", "name: other"), base), name="a")
    moved = writing(Verb.UPDATE, A.replace("namespace: shop", "namespace: bank"), base)
    for change, field in ((renamed, "metadata.name"), (moved, "metadata.namespace")):
        with pytest.raises(Invalid) as error:
            gateway.write(change, CancelToken())
        assert field in [cause.field for cause in error.value.causes]
    assert path.read_text() == A


def test_what_was_tolerated_before_may_stay(tmp_path: Path, gateway: FolderGateway) -> None:
    text = A + "  ingress:\n  - from:\n    - ipBlock: {cidr: 10.0.0.1/8}\n"
    put(tmp_path, "a.yaml", text)
    assert edited(gateway, "a", lambda old: old.replace("# a policy", "# mine")).document.text != text
    with pytest.raises(Invalid):
        edited(gateway, "a", lambda old: old.replace("10.0.0.1/8", "10.0.0.2/8"))


def test_an_update_needs_the_document_it_started_from(gateway: FolderGateway) -> None:
    with pytest.raises(ValueError, match="started from"):
        write(gateway, Verb.UPDATE, A)


def test_a_list_item_is_changed_in_its_place(tmp_path: Path, gateway: FolderGateway) -> None:
    first, second = (text.partition("\n")[2] for text in (A, B))
    items = "".join("- " + text.replace("\n", "\n  ").rstrip(" ") for text in (first, second))
    path = put(tmp_path, "list.yaml", f"apiVersion: v1\nkind: List\nitems:\n{items}# end\n")
    assert read(gateway, "b").text == second
    assert edited(gateway, "b", open_up).document.text == open_up(second)
    changed = items.removesuffix("{}\n") + "{}   # all\n    ingress:\n    - {}\n"
    assert path.read_text() == f"apiVersion: v1\nkind: List\nitems:\n{changed}# end\n"
    delete(gateway, "a")
    assert yaml.safe_load(path.read_text())["items"] == [yaml.safe_load(open_up(B))]


JSON_A, JSON_B = (json.dumps(yaml.safe_load(text), indent=1) for text in (A, B))


def test_a_json_file_stays_json(tmp_path: Path, gateway: FolderGateway) -> None:
    path = put(tmp_path, "a.json", JSON_A + "\n")
    base = read(gateway)
    changed = write(gateway, Verb.UPDATE, open_up(A), base).document
    assert json.loads(path.read_text()) == yaml.safe_load(open_up(A))
    assert changed.text == path.read_text()
    own_style = path.read_text().replace("  ", " ")
    write(gateway, Verb.UPDATE, own_style, changed)
    assert path.read_text() == own_style


def test_json_may_hold_any_character(tmp_path: Path, gateway: FolderGateway) -> None:
    path = put(tmp_path, "a.json", JSON_A)
    note = '"é😀\\u202e\\x7f\\u2028\\U000e0001"'
    changed = A.replace("  name: a\n", f"  name: a\n  annotations: {{note: {note}}}\n")
    write(gateway, Verb.UPDATE, changed, read(gateway))
    assert json.loads(path.read_bytes())["metadata"]["annotations"] == {"note": "é😀\u202e\x7f\u2028\U000e0001"}


def test_items_in_brackets_are_written_as_json(tmp_path: Path, gateway: FolderGateway) -> None:
    path = put(tmp_path, "list.yaml", f'{{"kind": "List", "items": [{JSON_A}, {JSON_B}]}}\n')
    write(gateway, Verb.UPDATE, open_up(B), read(gateway, "b"))
    assert json.loads(path.read_text())["items"] == [yaml.safe_load(A), yaml.safe_load(open_up(B))]
    delete(gateway, "a")
    assert json.loads(path.read_text())["items"] == [yaml.safe_load(open_up(B))]


def test_a_policy_of_a_typed_list_needs_no_kind_there(tmp_path: Path, gateway: FolderGateway) -> None:
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\nitems:\n"
    path = put(
        tmp_path, "list.yaml", f"{head}- metadata: {{name: a, namespace: shop}}\n  spec: {{podSelector: {{}}}}\n"
    )
    edited(gateway, "a", lambda text: text + "  ingress: []\n")
    (item,) = yaml.safe_load(path.read_text())["items"]
    assert (item["kind"], item["spec"]) == ("NetworkPolicy", {"podSelector": {}, "ingress": []})


def test_a_change_that_would_change_another_object_is_refused(tmp_path: Path, gateway: FolderGateway) -> None:
    shared = f"apiVersion: v1\nkind: List\nitems:\n- &one {JSON_A}\n- *one\n- {JSON_B}\n"
    path = put(tmp_path, "list.yaml", shared)
    base = read(gateway)
    for dry_run in (True, False):
        with pytest.raises(FileError) as error:
            write(gateway, Verb.UPDATE, open_up(A), base, dry_run=dry_run)
        assert error.value.code == "folder.entangled"
    with pytest.raises(FileError):
        delete(gateway, "a")
    put(
        tmp_path, "list.yaml", "apiVersion: v1\nkind: List\nitems:\n-\n  " + A.replace("\n", "\n  ") + f"\n- {JSON_B}\n"
    )
    with pytest.raises(FileError) as error:
        delete(gateway, "a")
    assert error.value.code == "folder.entangled"
    assert path.exists()


def test_of_two_policies_of_one_name_the_listed_one_is_written(tmp_path: Path, gateway: FolderGateway) -> None:
    put(tmp_path, "a.yaml", A)
    second = put(tmp_path, "b.yaml", A)
    edited(gateway, "a", open_up)
    assert (second.read_text(), read(gateway).text) == (A, open_up(A))


def test_the_text_is_written_anew_where_it_does_not_say_what_is_meant(tmp_path: Path, gateway: FolderGateway) -> None:
    meant = replace(writing(Verb.CREATE, A), text="kind: Other\n")
    assert gateway.write(meant, CancelToken()).document.text.startswith("apiVersion: networking.k8s.io/v1\nkind: Netw")
    broken = replace(writing(Verb.CREATE, B), text="a: [")
    assert gateway.write(broken, CancelToken()).document.value == yaml.safe_load(B)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (A.replace("podSelector", "podSelecter"), "spec.podSelecter"),
        (A.replace("kind: NetworkPolicy ", "kind: Pod "), "kind"),
        (A.replace("kind: NetworkPolicy   # a policy\n", ""), "kind"),
        (A.replace("apiVersion: networking.k8s.io/v1\n", ""), "apiVersion"),
        ("kind: List\nitems: []\nmetadata: {name: a}\n", "kind"),
    ],
)
def test_what_a_server_would_refuse_is_refused_with_its_causes(
    tmp_path: Path, gateway: FolderGateway, text: str, field: str
) -> None:
    for dry_run in (True, False):
        with pytest.raises(Invalid) as error:
            write(gateway, Verb.CREATE, text, dry_run=dry_run)
        assert [cause.field for cause in error.value.causes] == [field]
        assert error.value.message == field
    assert list(tmp_path.iterdir()) == []


def test_apply_creates_or_replaces(tmp_path: Path, gateway: FolderGateway) -> None:
    write(gateway, Verb.APPLY, A)
    assert write(gateway, Verb.APPLY, open_up(A)).document.text == open_up(A)
    assert (tmp_path / "shop-a.yaml").read_text() == open_up(A)


def test_apply_over_what_was_looked_at_is_a_conflict_when_that_changed(tmp_path: Path, gateway: FolderGateway) -> None:
    path = put(tmp_path, "a.yaml", A)
    base = read(gateway)
    write(gateway, Verb.APPLY, open_up(A), base)
    with pytest.raises(Conflict):
        write(gateway, Verb.APPLY, A, base)
    path.unlink()
    with pytest.raises(Conflict) as error:
        write(gateway, Verb.APPLY, A, base)
    assert error.value.message == "a.yaml"


def test_the_mode_of_a_file_stays(tmp_path: Path, gateway: FolderGateway) -> None:
    path = put(tmp_path, "a.yaml", A)
    path.chmod(0o640)
    mode = path.stat().st_mode  # of which Windows keeps little
    edited(gateway, "a", open_up)
    assert path.stat().st_mode == mode


def test_what_a_link_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target = put(tmp_path, "target.yaml", A)
    link = tmp_path / "folder" / "link.yaml"
    link.symlink_to(target)
    gateway = FolderGateway(tmp_path / "folder")
    edited(gateway, "a", open_up)
    assert link.is_symlink()
    assert target.read_text() == open_up(A)
    delete(gateway, "a")
    assert link.is_symlink()
    assert target.read_text() == ""


def test_a_write_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, gateway: FolderGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "a.yaml", A)
    base = read(gateway)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError) as error:
        write(gateway, Verb.UPDATE, open_up(A), base)
    assert error.value.code == "file.not-written"
    assert error.value.facts == {"path": str(path), "reason": "No space left on device"}
    assert path.read_text() == A
    assert no_traces(tmp_path)


def test_in_a_folder_that_may_not_be_written_even_a_dry_run_says_so(
    tmp_path: Path, gateway: FolderGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.yaml", A)
    base = read(gateway)
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    for attempt in (
        lambda: write(gateway, Verb.UPDATE, open_up(A), base, dry_run=True),
        lambda: write(gateway, Verb.CREATE, B, dry_run=True),
        lambda: delete(gateway, "a", dry_run=True),
    ):
        with pytest.raises(FileError) as error:
            attempt()
        assert (error.value.code, error.value.facts["reason"]) == ("file.not-written", "Permission denied")


def test_a_file_that_is_locked_is_not_written_on_windows(
    tmp_path: Path, gateway: FolderGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, access = put(tmp_path, "a.yaml", A), os.access
    base = read(gateway)
    monkeypatch.setattr(folder_files, "_WINDOWS", True)
    monkeypatch.setattr(os, "access", lambda asked, mode: asked != path and access(asked, mode))
    with pytest.raises(FileError) as error:
        write(gateway, Verb.UPDATE, open_up(A), base, dry_run=True)
    assert error.value.code == "file.not-written"
    write(gateway, Verb.CREATE, B, dry_run=True)


@pytest.mark.parametrize("times", [1, 3])
def test_what_somebody_has_open_for_a_moment_is_written_and_deleted_all_the_same(
    tmp_path: Path, gateway: FolderGateway, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    refusals: list[str] = []

    def at_first_refused(name: str) -> None:
        act = getattr(Path, name)

        def refusing(self: Path, *arguments: Any, **options: Any) -> object:
            if not self.name.endswith(".tmp") or name == "replace":
                refusals.append(name)
                if refusals.count(name) <= times:
                    raise PermissionError(13, "Access is denied")
            return act(self, *arguments, **options)

        monkeypatch.setattr(Path, name, refusing)

    path = put(tmp_path, "a.yaml", A)
    monkeypatch.setattr(replacing, "_PAUSES", (0.0,) * 3)
    at_first_refused("replace")
    at_first_refused("unlink")
    edited(gateway, "a", open_up)
    assert path.read_text() == open_up(A)
    delete(gateway, "a")
    assert not path.exists()
    assert (refusals.count("replace"), refusals.count("unlink")) == (times + 1, times + 1)


def test_a_broken_document_beside_a_policy_is_left_as_it_is(tmp_path: Path, gateway: FolderGateway) -> None:
    path = put(tmp_path, "a.yaml", f"x: [\n---\n{A}")
    edited(gateway, "a", open_up)
    assert path.read_text() == f"x: [\n---\n{open_up(A)}"


def test_a_policy_whose_file_is_gone_the_next_moment_is_not_found(
    tmp_path: Path, gateway: FolderGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.yaml", A)
    read(gateway)
    monkeypatch.setattr("desktop.cluster.folder.policies_of", lambda reading: ())
    with pytest.raises(NotFound):
        read(gateway)


def test_a_write_that_is_done_is_not_called_a_failure_when_the_folder_vanishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    gateway = FolderGateway(folder)
    unlink = Path.unlink

    def vanish(self: Path, missing_ok: bool = False) -> None:
        unlink(self, missing_ok=missing_ok)
        folder.rename(tmp_path / "elsewhere")

    monkeypatch.setattr(Path, "unlink", vanish)
    assert write(gateway, Verb.CREATE, A).document.text == A
    assert (tmp_path / "elsewhere" / "shop-a.yaml").read_text() == A
