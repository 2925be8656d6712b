"""Policies saved as one YAML file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.cancellation import CancelToken
from desktop.session.files import write_for_user
from desktop.session.state import PolicyRow, Progress
from desktop.session.tasks import ProgressSink

if TYPE_CHECKING:
    from desktop.session.session import Session


def file_name(rows: Sequence[PolicyRow]) -> str:
    """Return the name proposed for the file; names of namespaces and policies hold no character a file may not."""
    if len(rows) == 1:
        return f"{rows[0].namespace}-{rows[0].name}.yaml"
    namespaces = {row.namespace for row in rows}
    return f"{namespaces.pop() if len(namespaces) == 1 else 'network'}-policies.yaml"


def export(
    session: "Session", rows: Sequence[PolicyRow], path: Path, token: CancelToken, progress: ProgressSink
) -> int:
    """Read the policies and save them, each as a document of its own (blocks); return how many they are.

    Raises FileError where the file cannot be written, and whatever the reading raises: then nothing is saved.
    """
    from desktop.session import planning  # noqa: PLC0415  YAML is not read before the window shows

    texts = []
    for done, row in enumerate(rows):
        token.check()
        progress(Progress(done, len(rows)))
        texts.append(planning.read(session, row.namespace, row.name, token).text.rstrip("\n") + "\n")
    write_for_user(path, ["---\n".join(texts).encode("utf-8")])
    return len(texts)
