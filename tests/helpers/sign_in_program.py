"""Sign-in programs for tests: small scripts that note how they were run, and kubeconfigs that ask for them."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VERSION = "client.authentication.k8s.io/v1"

_START = f"""#!{sys.executable} -IS
import json, os, sys, time
from pathlib import Path
here = Path(__file__).parent
sys.stdout.reconfigure(encoding="utf-8")
def note(name, value):
    with open(here / name, "a", encoding="utf-8") as file:
        file.write(json.dumps(value) + "\\n")
def answer(version="{VERSION}", kind="ExecCredential", **status):
    print(json.dumps({{"apiVersion": version, "kind": kind, "status": status}}))
note("runs", {{"arguments": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd(),
    "input": os.readlink("/proc/self/fd/0") if sys.platform == "linux" else sys.stdin.read()}})
"""


@dataclass(frozen=True)
class Program:
    """A program at ``path``, and the Python ``script`` that it is or, on Windows, runs."""

    path: Path
    script: Path

    @property
    def started(self) -> tuple[Path, tuple[str, ...]]:
        """What to start, with which first arguments, where Windows' shell must not come between."""
        return (Path(sys.executable), ("-IS", str(self.script))) if self.path != self.script else (self.path, ())

    @property
    def runs(self) -> list[dict[str, object]]:
        """How it was run, each time."""
        notes = self.path.parent / "runs"
        return [json.loads(line) for line in notes.read_text("utf-8").splitlines()] if notes.exists() else []

    def told(self, run: int = -1) -> dict[str, object]:
        """Return what a run was told about the cluster."""
        environment = self.runs[run]["environment"]
        assert isinstance(environment, Mapping)
        value = json.loads(environment["KUBERNETES_EXEC_INFO"])
        assert isinstance(value, dict)
        return value


def program(folder: Path, body: str = "answer(token='abc')", name: str = "login") -> Program:
    """Make a program of Python lines; ``answer(token=…)`` and ``note(file, value)`` are there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = script = folder / name
    if sys.platform == "win32":
        path, script = path.with_suffix(".cmd"), path.with_suffix(".py")
        path.write_text(f'@"{sys.executable}" -IS "{script}" %*\n', "utf-8")
    script.write_text(f"{_START}{body}\n", "utf-8")
    script.chmod(0o755)
    return Program(path, script)


def kubeconfig(path: Path, exec_: Mapping[str, object], server: str = "https://127.0.0.1:1", **cluster: object) -> Path:
    """Write a kubeconfig whose one context signs in through a program."""
    stanza = {"apiVersion": VERSION, "interactiveMode": "Never", **exec_}
    config = {
        "clusters": [{"name": "c", "cluster": {"server": server, **cluster}}],
        "users": [{"name": "u", "user": {"exec": {key: value for key, value in stanza.items() if value is not None}}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config))
    return path
