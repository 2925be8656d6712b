"""A folder of manifests as a subject of the contract."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from desktop.cluster.folder import FolderGateway
from tests.contract.subjects import Edit, Json, Subject


class FileHand:
    """Edits the folder's files as a person would, one object to a file."""

    def __init__(self, folder: Path, namespace: str) -> None:
        self._folder = folder
        self._namespace = namespace

    def put(self, document: Json) -> None:
        name = f"{document['kind']}-{document['metadata']['name']}.yaml".lower()
        _replace(self._folder / name, yaml.safe_dump(document))

    def edit(self, name: str, edit: Edit) -> None:
        path, documents = self._find(name)
        for document in documents:
            if document["metadata"]["name"] == name:
                edit(document)
        _replace(path, yaml.safe_dump_all(documents))

    def drop(self, name: str) -> None:
        path, documents = self._find(name)
        left = [document for document in documents if document["metadata"]["name"] != name]
        if left:
            _replace(path, yaml.safe_dump_all(left))
        else:
            path.unlink()

    def stored(self) -> dict[str, Json]:
        return {
            document["metadata"]["name"]: document
            for path in self._files()
            for document in _documents(path)
            if document["kind"] == "NetworkPolicy" and document["metadata"].get("namespace") == self._namespace
        }

    def _find(self, name: str) -> tuple[Path, list[Json]]:
        for path in self._files():
            documents = _documents(path)
            if any(document["metadata"]["name"] == name for document in documents):
                return path, documents
        raise AssertionError(f"no file holds {name}")

    def _files(self) -> list[Path]:
        return sorted(path for path in self._folder.rglob("*.y*ml") if path.is_file())


def _documents(path: Path) -> list[Json]:
    return [document for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]


def _replace(path: Path, text: str) -> None:
    """Write a file in one step, as editors do: nobody reads half of it."""
    fresh = path.with_suffix(".tmp")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


@contextmanager
def folder_subject(tmp_path: Path) -> Iterator[Subject]:
    """Give a folder of manifests."""
    folder = tmp_path / "manifests"
    folder.mkdir()
    hand = FileHand(folder, "shop")
    hand.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    gateway = FolderGateway(folder)
    yield Subject(gateway, "shop", hand)
    gateway.close()
