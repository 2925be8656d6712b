"""Our namespace on a real cluster serves the contract, whether the cluster's controllers come or not."""

from pathlib import Path

import pytest

from tests.contract.api_servers import RealCluster
from tests.contract.subjects import Json
from tests.helpers.api_server import ApiServer
from tests.helpers.policies import policy


@pytest.mark.parametrize("controllers", [False, True])
def test_our_namespace_takes_every_kind_is_empty_after_each_test_and_is_deleted_in_the_end(
    api_server: ApiServer, tmp_path: Path, controllers: bool
) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(api_server.kubeconfig(), encoding="utf-8")
    cluster = RealCluster(path)
    held, pod = policy("held", cluster.namespace), _pod(cluster.namespace)
    held["metadata"]["finalizers"] = ["example.com/hold"]
    for _ in range(2):
        if controllers:
            api_server.settle()
        api_server.hang_up()
        with cluster.subject() as subject:
            for document in (held, policy("access-demo1", cluster.namespace), pod):
                subject.other.put(document)
            assert subject.other.stored().keys() == {"held", "access-demo1"}
        assert api_server.names("networkpolicies") == api_server.names("pods") == []
    api_server.hang_up()
    cluster.remove()
    namespace = api_server.get("namespaces", "", cluster.namespace)
    assert namespace
    assert namespace["status"] == {"phase": "Terminating"}


def _pod(namespace: str) -> Json:
    metadata = {"name": "web", "namespace": namespace}
    return {"kind": "Pod", "metadata": metadata, "spec": {"containers": [{"name": "main", "image": "web"}]}}
