"""The test server as a process of its own, so that what is measured need not share its interpreter with it.

Serves a cluster of the size that the arguments ask for; writes one line of JSON when it is ready; ends when its
standard input does.
"""

import argparse
import json
import sys
from pathlib import Path

from tests.helpers.api_server.server import ApiServer
from tests.helpers.cluster_of import ClusterOf


def main() -> None:
    """Serve until the one who started us is done."""
    parser = argparse.ArgumentParser(prog="tests.helpers.api_server", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the files ca.pem and kubeconfig are written")
    for what, default in (("namespaces", 500), ("pods", 20_000), ("policies", 5_000)):
        parser.add_argument(f"--{what}", type=int, default=default)
    arguments = parser.parse_args()
    cluster = ClusterOf(arguments.namespaces, arguments.pods, arguments.policies)
    with ApiServer() as server:
        for plural, objects in cluster.objects().items():
            server.load(plural, objects)
        ca, kubeconfig = arguments.folder / "ca.pem", arguments.folder / "kubeconfig"
        ca.write_text(server.ca_pem)
        kubeconfig.write_text(server.kubeconfig())
        told = {"url": server.url, "ca": str(ca), "token": server.access.tokens["admin"], "kubeconfig": str(kubeconfig)}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
