"""The program listens nowhere, and talks to nobody before the user asks it to."""

import sys
import time
from pathlib import Path

import pytest

from tests.helpers.api_server import ApiServer
from tests.helpers.screen import Program

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def sockets(process: int) -> list[str]:
    """The internet sockets of a process: protocol, local and remote address, state, as the kernel tells them."""
    inodes = {
        target.removeprefix("socket:[").removesuffix("]")
        for target in (str(link.readlink()) for link in Path(f"/proc/{process}/fd").iterdir() if link.is_symlink())
        if target.startswith("socket:[")
    }
    found = []
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{process}/net/{protocol}").read_text().splitlines()[1:]:
            _, local, remote, state, *_, inode = line.split()[:10]
            if inode in inodes:
                found.append(f"{protocol} {local} {remote} {state}")
    return found


def test_a_start_opens_no_socket_and_contacts_no_cluster(tmp_path: Path) -> None:
    with ApiServer() as server:
        kubeconfig = tmp_path / "kubeconfig"
        kubeconfig.write_text(server.kubeconfig())
        program = Program("", tmp_path, KUBECONFIG=str(kubeconfig), QT_QPA_PLATFORM="offscreen")
        try:
            program.find("deny-all")  # the sample cluster is shown
            program.find("admin")  # the contexts are listed
            time.sleep(1.0)
            assert sockets(program.pid) == []
            assert server.requests() == []
        finally:
            program.end()
