"""New policies in a folder: a file of their own or a place in one, and nothing that was there is touched."""

import json
import os
import stat
from pathlib import Path

import pytest
import yaml

from desktop.cluster import folder_writes
from desktop.cluster.folder import FolderGateway
from desktop.cluster.gateway import Verb
from desktop.errors import AlreadyExists, Conflict, FileError
from desktop.manifest.reader import MAX_BYTES
from tests.unit.cluster.folder_edits import (
    A,
    B,
    C,
    put,
    read,
    write,
)


@pytest.fixture
def gateway(tmp_path: Path) -> FolderGateway:
    return FolderGateway(tmp_path)


def test_a_new_policy_gets_a_file_of_its_own(tmp_path: Path, gateway: FolderGateway) -> None:
    document = write(gateway, Verb.CREATE, A).document
    assert (tmp_path / "shop-a.yaml").read_text() == A
    assert (document.origin, document.line, document.text) == ("shop-a.yaml", 1, A)
    assert document == read(gateway)
    assert stat.S_IMODE((tmp_path / "shop-a.yaml").stat().st_mode) == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_file_that_holds_something_else_is_not_touched_by_a_new_policy(
    tmp_path: Path, gateway: FolderGateway
) -> None:
    path = put(tmp_path, "shop-a.yaml", "something: else\n")
    put(tmp_path, "shop-a-2.yaml", "")
    assert write(gateway, Verb.CREATE, A).document.origin == "shop-a-3.yaml"
    assert path.read_text() == "something: else\n"


def test_a_file_that_appears_at_the_last_moment_is_a_conflict(
    tmp_path: Path, gateway: FolderGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: put(tmp_path, "shop-a.yaml", "theirs: 1\n"))
    with pytest.raises(Conflict):
        write(gateway, Verb.CREATE, A)
    assert (tmp_path / "shop-a.yaml").read_text() == "theirs: 1\n"


def test_a_new_policy_can_be_added_to_a_file(tmp_path: Path, gateway: FolderGateway) -> None:
    path = put(tmp_path, "all.yaml", A)
    document = write(gateway, Verb.CREATE, B, origin="all.yaml").document
    assert path.read_text() == f"{A}---\n{B}"
    assert (document.origin, document.line) == ("all.yaml", 10)
    assert write(gateway, Verb.CREATE, C, origin="new.yml").document.origin == "new.yml"
    assert (tmp_path / "new.yml").read_text() == C


def test_a_json_file_holds_one_object(tmp_path: Path, gateway: FolderGateway) -> None:
    write(gateway, Verb.CREATE, A, origin="a.json")
    assert json.loads((tmp_path / "a.json").read_text()) == yaml.safe_load(A)
    with pytest.raises(FileError) as error:
        write(gateway, Verb.CREATE, B, origin="a.json")
    assert error.value.code == "folder.json-holds-one"


@pytest.mark.parametrize("origin", ["../a.yaml", "/tmp/a.yaml", "x/../../a.yaml", "a.txt", ".git/a.yaml", ".a.yaml"])
def test_nothing_is_written_outside_of_the_folder(tmp_path: Path, origin: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileError) as error:
        write(FolderGateway(tmp_path / "folder"), Verb.CREATE, A, origin=origin)
    assert error.value.code == "folder.not-in-folder"


def test_a_taken_name_is_refused_wherever_it_is_taken(tmp_path: Path, gateway: FolderGateway) -> None:
    put(tmp_path, "x.yaml", B + "---\n" + A)
    for dry_run in (True, False):
        with pytest.raises(AlreadyExists) as error:
            write(gateway, Verb.CREATE, A, dry_run=dry_run)
        assert error.value.message == "x.yaml"
    assert [path.name for path in tmp_path.iterdir()] == ["x.yaml"]


def test_a_policy_without_a_namespace_goes_to_the_one_of_the_write(tmp_path: Path, gateway: FolderGateway) -> None:
    bare = A.replace("  namespace: shop\n", "")
    document = write(gateway, Verb.CREATE, bare, namespace="default").document
    assert (document.namespace, document.origin, document.text) == ("default", "default-a.yaml", bare)


@pytest.mark.parametrize(
    "origin", ["..\\a.yaml", "C:a.yaml", "C:/a.yaml", "\\\\server\\share\\a.yaml", "a.yaml:b.yaml"]
)
def test_nothing_is_written_outside_of_the_folder_by_a_way_of_windows(
    tmp_path: Path, gateway: FolderGateway, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_writes, "_WINDOWS", True)
    with pytest.raises(FileError) as error:
        write(gateway, Verb.CREATE, A, origin=origin)
    assert error.value.code == "folder.not-in-folder"


def test_a_file_that_is_not_understood_is_not_added_to(tmp_path: Path, gateway: FolderGateway) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"a: \xe9\n")
    with pytest.raises(FileError) as error:
        write(gateway, Verb.CREATE, A, origin="latin.yaml")
    assert error.value.code == "folder.not-understood"
    put(tmp_path, "big.yaml", "#" * (MAX_BYTES + 1))
    with pytest.raises(FileError) as error:
        write(gateway, Verb.CREATE, A, origin="big.yaml")
    assert error.value.code == "file.too-large"
    assert path.read_bytes() == b"a: \xe9\n"
