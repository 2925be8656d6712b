"""kubectl, where it is installed, as the judge of how YAML is read. It needs no cluster for that."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

KUBECTL = shutil.which("kubectl")

needs_kubectl = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")


def reads(text: str, folder: Path) -> Any:
    """Return an object's JSON as kubectl reads it from YAML (with a label ``k: v`` more), None where it refuses."""
    path = folder / "object.yaml"
    path.write_bytes(text.encode())
    command = [str(KUBECTL), "label", "--local", "--filename", str(path), "--output", "json", "k=v"]
    answer = subprocess.run(command, capture_output=True, check=False, timeout=20)
    return json.loads(answer.stdout) if answer.returncode == 0 else None


def reads_field(body: str, folder: Path) -> Any:
    """Return what kubectl makes of ``body``, lines indented by two, as the content of a field; None if refused."""
    answer = reads(f"apiVersion: example.com/v1\nkind: Probe\nmetadata: {{name: a}}\nspec:\n{body}", folder)
    return None if answer is None else answer.get("spec")
