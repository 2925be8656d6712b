"""The program listens nowhere, and talks to nobody before the user asks it to."""

import shutil
import subprocess
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


ISOLATED = (
    *("unshare", "--net", "--map-root-user", "sh", "-c"),
    'ip link set lo up && ip route add default dev lo && ip -6 route add default dev lo && exec "$@"',
    "sh",
)
"""A network of its own for a command, in which every packet, wherever it is sent, goes over ``lo`` and is counted."""


def can_isolate() -> bool:
    if not all(map(shutil.which, ("unshare", "ip"))):
        return False
    return subprocess.run([*ISOLATED, "true"], capture_output=True, check=False).returncode == 0


def packets(process: int) -> dict[str, tuple[int, int]]:
    """How many packets each interface of a process's network has received and sent."""
    found = {}
    for line in Path(f"/proc/{process}/net/dev").read_text().splitlines()[2:]:
        name, numbers = line.split(":")
        counts = [int(number) for number in numbers.split()]
        found[name.strip()] = (counts[1], counts[9])
    return found


@pytest.mark.skipif(not can_isolate(), reason="no network namespace can be made here (unshare, ip)")
def test_requirement_19_a_start_sends_no_packet(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(
        "clusters: [{name: far, cluster: {server: 'https://far.example:6443'}}]\n"
        "users: [{name: me, user: {token: t}}]\n"
        "contexts: [{name: far, context: {cluster: far, user: me}}]\n"
        "current-context: far\n"
    )
    program = Program("", tmp_path, within=ISOLATED, KUBECONFIG=str(kubeconfig), QT_QPA_PLATFORM="offscreen")
    try:
        program.find("deny-all")
        program.find("far")
        time.sleep(1.0)
        assert packets(program.pid) == {"lo": (0, 0)}
    finally:
        program.end()


def test_requirements_18_and_19_a_start_opens_no_socket_and_contacts_no_cluster(tmp_path: Path) -> None:
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
