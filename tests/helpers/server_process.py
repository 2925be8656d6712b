"""The test server in a process of its own, from the side of the test."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.cluster_of import ClusterOf

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where the server is and how to be its admin."""

    url: str
    ca: str
    token: str
    kubeconfig: str


@contextmanager
def running_server(folder: Path, cluster: ClusterOf) -> Iterator[RunningServer]:
    """Run a server with that cluster while the block runs; its files go to ``folder``."""
    command = [sys.executable, "-m", "tests.helpers.api_server", str(folder)]
    for what, count in (("namespaces", cluster.namespaces), ("pods", cluster.pods), ("policies", cluster.policies)):
        command += [f"--{what}", str(count)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line, "the server did not start"
        try:
            yield RunningServer(**json.loads(line))
        finally:
            process.communicate()
