"""Deletions in a folder take the very policy, and leave the rest of its file."""

import os
from pathlib import Path

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.folder import FolderGateway
from desktop.cluster.gateway import Deletion
from desktop.errors import Conflict, FileError, NotFound
from tests.unit.cluster.folder_edits import FILE, A, B, C, delete, names, put, read


@pytest.fixture
def gateway(tmp_path: Path) -> FolderGateway:
    return FolderGateway(tmp_path)


def test_a_deleted_policy_leaves_the_rest_of_its_file(tmp_path: Path, gateway: FolderGateway) -> None:
    path = put(tmp_path, "all.yaml", "\ufeff" + FILE)
    delete(gateway, "b")
    assert path.read_bytes().decode() == "\ufeff" + f"# licence\n\n{A}---\n{C}"
    delete(gateway, "c")
    delete(gateway, "a")
    assert path.read_bytes().decode() == "\ufeff# licence\n\n"
    assert names(gateway) == []


def test_a_file_of_which_nothing_is_left_goes_too(tmp_path: Path, gateway: FolderGateway) -> None:
    path = put(tmp_path, "a.yaml", A)
    delete(gateway, "a", dry_run=True)
    assert path.read_text() == A
    delete(gateway, "a")
    assert not path.exists()


def test_a_deletion_names_the_very_policy(tmp_path: Path, gateway: FolderGateway) -> None:
    put(tmp_path, "a.yaml", A)
    base = read(gateway)
    with pytest.raises(Conflict):
        gateway.delete(Deletion("shop", "a", "another", base.version), CancelToken())
    with pytest.raises(Conflict):
        gateway.delete(Deletion("shop", "a", base.uid, "another"), CancelToken())
    with pytest.raises(NotFound):
        gateway.delete(Deletion("shop", "b", base.uid), CancelToken())
    gateway.delete(Deletion("shop", "a", base.uid), CancelToken())
    with pytest.raises(NotFound):
        read(gateway)


def test_a_file_that_changes_while_its_policy_is_deleted_is_a_conflict(
    tmp_path: Path, gateway: FolderGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "a.yaml", A)
    access = os.access

    def interfering(asked: Path, mode: int) -> bool:
        put(tmp_path, "a.yaml", A + "---\n" + B)
        return access(asked, mode)

    monkeypatch.setattr(os, "access", interfering)
    with pytest.raises(Conflict):
        delete(gateway, "a")
    assert path.read_text() == A + "---\n" + B


def test_a_deletion_that_fails_leaves_the_file(
    tmp_path: Path, gateway: FolderGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "a.yaml", A)

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(FileError):
        delete(gateway, "a")
    assert path.exists()
