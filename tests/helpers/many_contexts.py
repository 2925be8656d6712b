"""A kubeconfig of many contexts, of which some lead to a server and the others into a black hole."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml


@contextmanager
def black_hole() -> Iterator[int]:
    """Give a port where connections are taken, as far as the system does that, and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        yield listener.getsockname()[1]


def many_contexts(path: Path, kubeconfig: str, *, good: int, lost: int, port: int) -> None:
    """Write contexts ``good-01`` ... of the current context of a kubeconfig, and ``lost-01`` ... of a black hole."""
    config: Any = yaml.safe_load(kubeconfig)
    current = next(each for each in config["contexts"] if each["name"] == config["current-context"])["context"]
    config["clusters"].append({"name": "hole", "cluster": {"server": f"https://127.0.0.1:{port}"}})
    config["contexts"] = [
        {"name": f"{kind}-{number + 1:02}", "context": {**current, **({"cluster": "hole"} if kind == "lost" else {})}}
        for kind, count in (("good", good), ("lost", lost))
        for number in range(count)
    ]
    config["current-context"] = ""
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
