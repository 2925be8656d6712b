"""A crash of the real program leaves no secret behind, wherever one might look."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.api_server import ApiServer
from tests.helpers.policies import policy
from tests.helpers.screen import MISSING, Program, screen, wait_until

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not installed here: {', '.join(MISSING)}"),
    pytest.mark.timeout(120),
]
ROOT = Path(__file__).parents[2]
WITH_DUMPS = ["/bin/sh", "-c", 'ulimit -c unlimited 2>/dev/null; cd "$HOME"; exec "$@"', "sh"]
"""A shell that would let a program dump its memory into its folder."""


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with screen() as name:
        yield name


@pytest.mark.parametrize("by", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL], ids=lambda by: by.name)
def test_a_crash_leaves_no_token_in_any_file(display: str, tmp_path: Path, by: signal.Signals) -> None:
    with ApiServer() as server:
        server.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}, policy("db"))
        token = server.access.tokens["admin"].encode()
        (tmp_path / "kubeconfig").write_text(server.kubeconfig())
        (tmp_path / "temp").mkdir()
        program = Program(
            display,
            tmp_path,
            within=WITH_DUMPS,
            KUBECONFIG=str(tmp_path / "kubeconfig"),
            TMPDIR=str(tmp_path / "temp"),
            PYTHONPATH=str(ROOT),
        )
        try:
            program.click("admin")
            program.find("db")
            os.kill(program.pid, by)
            wait_until(lambda: program.ended, "the program gone")
        finally:
            program.end()
    files = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any("bulkhead" in name for name in files)
    assert [name for name, content in files.items() if token in content] == [str(tmp_path / "kubeconfig")]
    assert not [name for name in files if Path(name).name.startswith("core")]
