"""One kubeconfig read by the library and by us."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubernetes import client
from kubernetes.config import kube_config

from desktop.cluster.connection import Connection, connection
from desktop.cluster.kubeconfig import Kubeconfig, load

library: Any = kube_config
"""The library's reading of kubeconfigs, which has no types."""

VERSION = json.dumps(
    dict.fromkeys(
        ("buildDate", "compiler", "gitCommit", "gitTreeState", "gitVersion", "goVersion", "major", "minor", "platform"),
        "1",
    )
).encode()
"""What a server answers to ``/version``; the library reads nothing less."""


def config(
    cluster: Mapping[str, object] | None = None, user: Mapping[str, object] | None = None, **more: Any
) -> dict[str, Any]:
    """Return a kubeconfig with one context, ``x``."""
    return {
        "clusters": [{"name": "c", "cluster": {"server": "https://a.example:6443", **(cluster or {})}}],
        "users": [{"name": "u", "user": user or {}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
        **more,
    }


def write(path: Path, content: Mapping[str, object]) -> Path:
    """Write a kubeconfig."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def theirs(*paths: Path) -> Any:
    """Return the library's settings of the current context."""
    settings = client.Configuration()
    joined = os.pathsep.join(map(str, paths))
    library.load_kube_config(joined, client_configuration=settings, persist_config=False)
    return settings


def loaded(*paths: Path) -> Kubeconfig:
    """Return what we make of the files."""
    return load(paths)


def ours(*paths: Path) -> Connection:
    """Return our connection of the context ``x``, whose programs may run."""
    read = load(paths)
    return connection(read, read.find("x"), allows=lambda _: True)
