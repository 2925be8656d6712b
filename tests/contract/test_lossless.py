"""What is read and not edited is not changed: not a field of it, known or unknown, and nothing is sent."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.cancellation import CancelToken
from desktop.cluster.connection import connection
from desktop.cluster.kubeconfig import load
from desktop.cluster.live import LiveGateway
from desktop.manifest.presentation import present, restore
from desktop.manifest.reader import read
from tests.helpers.api_server import ApiServer

_keys = st.sampled_from(("futureField", "x", "no", "1e3", "app.kubernetes.io/name"))
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70000) | st.sampled_from(("", "yes", "0x1f", "a: b", "l1\nl2\n", "é")),
    lambda part: st.lists(part, max_size=2) | st.dictionaries(_keys, part, max_size=2),
    max_leaves=5,
)
_extras = st.dictionaries(_keys, _values, max_size=2)


@given(_extras, _extras, _extras, st.lists(_extras, max_size=2))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_requirement_10_an_unedited_policy_is_sent_back_whole(
    api_server: ApiServer,
    tmp_path_factory: Any,
    on_top: dict[str, Any],
    in_spec: dict[str, Any],
    in_rule: dict[str, Any],
    peers: list[dict[str, Any]],
) -> None:
    stored = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "odd", "namespace": "shop", "annotations": {"note": "0123"}},
        "spec": {"podSelector": {}, "ingress": [{"from": [*peers, {"futurePeer": {}}], **in_rule}], **in_spec},
        **{f"x-{key}": value for key, value in on_top.items()},
    }
    api_server.load("networkpolicies", [stored])
    file = tmp_path_factory.mktemp("kube") / "config"
    file.write_text(api_server.kubeconfig())
    loaded = load([file])
    gateway = LiveGateway(connection(loaded, loaded.find("admin")))
    try:
        document = gateway.read("shop", "odd", CancelToken())
    finally:
        gateway.close()
    (reading,) = read(document.text).documents
    assert reading.findings == ()
    kept: Any = api_server.get("networkpolicies", "shop", "odd")
    there = {**kept, "apiVersion": stored["apiVersion"], "kind": stored["kind"]}
    assert isinstance(reading.value, dict)
    assert json.dumps(present(there), sort_keys=True) == json.dumps(reading.value, sort_keys=True)
    assert present(restore(reading.value, document.value)) == present(there)
