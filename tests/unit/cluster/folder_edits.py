"""Files of policies, and the edits that the tests of folders make in these."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from desktop.cancellation import CancelToken
from desktop.cluster.folder import FolderGateway
from desktop.cluster.gateway import Deletion, PolicyDocument, Verb, Warned, Write
from desktop.reach.objects import Kind

POLICY = """\
# about {name}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy   # a policy
metadata:
  name: {name}
  namespace: shop
spec:
  podSelector: {{}}
"""

A, B, C = (POLICY.format(name=name) for name in "abc")

FILE = f"# licence\n\n{A}--- # the second\n{B}...\n---\n{C}"


def put(folder: Path, origin: str, text: str) -> Path:
    path = folder / origin
    path.write_bytes(text.encode())
    return path


def read(gateway: FolderGateway, name: str = "a", namespace: str = "shop") -> PolicyDocument:
    return gateway.read(namespace, name, CancelToken())


def writing(
    verb: Verb, text: str, base: PolicyDocument | None = None, origin: str = "", namespace: str = "shop"
) -> Write:
    value: dict[str, Any] = yaml.safe_load(text)
    return Write(verb, namespace, value["metadata"]["name"], value, text, base, origin)


def write(gateway: FolderGateway, *arguments: Any, dry_run: bool = False, **options: Any) -> Warned:
    return gateway.write(writing(*arguments, **options), CancelToken(), dry_run=dry_run)


def edited(gateway: FolderGateway, name: str, edit: Callable[[str], str]) -> Warned:
    base = read(gateway, name)
    return write(gateway, Verb.UPDATE, edit(base.text), base)


def open_up(text: str) -> str:
    return text.replace("podSelector: {}", "podSelector: {}   # all\n  ingress:\n  - {}")


def delete(gateway: FolderGateway, name: str, *, dry_run: bool = False) -> None:
    base = read(gateway, name)
    gateway.delete(Deletion("shop", name, base.uid, base.version), CancelToken(), dry_run=dry_run)


def names(gateway: FolderGateway) -> list[str]:
    listing = gateway.list(Kind.NETWORK_POLICY, None, CancelToken(), lambda done, total: None)
    return sorted(thing.name for thing in listing.things)


def no_traces(folder: Path) -> bool:
    """Whether no temporary file is left behind."""
    return not [path for path in folder.rglob("*") if path.name.endswith(".tmp")]
