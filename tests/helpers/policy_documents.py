"""NetworkPolicy documents made of the API's whole grammar, all of which a server takes, and ways to write them down."""

import json
from typing import Any

import yaml
from hypothesis import strategies as st

from desktop.manifest.writer import render

Json = dict[str, Any]

NAMESPACE_NAME = "kubernetes.io/metadata.name"
_keys = st.sampled_from(("app", "role", "tier", "example.com/team", "a.b", NAMESPACE_NAME))
_values = st.sampled_from(("web", "db", "frontend", "Yes", "no", "1", "a_b.c"))
_labels = st.dictionaries(_keys, _values | st.just(""), max_size=3)
_several = st.lists(_values, min_size=1, max_size=3, unique=True)
_expressions = st.one_of(
    st.builds(
        lambda key, operator, values: {"key": key, "operator": operator, "values": values},
        _keys,
        st.sampled_from(("In", "NotIn")),
        _several,
    ),
    st.fixed_dictionaries({"key": _keys, "operator": st.sampled_from(("Exists", "DoesNotExist"))}),
)
selectors: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {}, optional={"matchLabels": _labels, "matchExpressions": st.lists(_expressions, max_size=3)}
)
_numbers = st.integers(1, 65535)
_names = st.sampled_from(("http", "8080-tcp", "web-1"))
_protocol = {"protocol": st.sampled_from(("TCP", "UDP", "SCTP"))}
_ports = st.one_of(
    st.fixed_dictionaries({}, optional={**_protocol, "port": _numbers | _names}),
    st.builds(
        lambda ends, protocol: {**protocol, "port": min(ends), "endPort": max(ends)},
        st.tuples(_numbers, _numbers),
        st.fixed_dictionaries({}, optional=_protocol),
    ),
)
_blocks = st.sampled_from(
    (
        {"cidr": "10.0.0.0/8"},
        {"cidr": "172.17.0.0/16", "except": ["172.17.1.0/24", "172.17.2.0/24"]},
        {"cidr": "0.0.0.0/0", "except": []},
        {"cidr": "2001:db8::/32", "except": ["2001:db8:1::/48"]},
    )
)
_peers = st.one_of(
    st.builds(lambda block: {"ipBlock": block}, _blocks),
    st.builds(lambda pods: {"podSelector": pods}, selectors),
    st.builds(lambda namespaces: {"namespaceSelector": namespaces}, selectors),
    st.builds(lambda pods, namespaces: {"podSelector": pods, "namespaceSelector": namespaces}, selectors, selectors),
)


def _rules(peers: str) -> st.SearchStrategy[list[Json]]:
    rule = st.fixed_dictionaries(
        {}, optional={peers: st.lists(_peers, max_size=3), "ports": st.lists(_ports, max_size=3)}
    )
    return st.lists(rule, max_size=3)


_types = st.sampled_from(([], ["Ingress"], ["Egress"], ["Ingress", "Egress"], ["Egress", "Ingress"]))
_specs = st.fixed_dictionaries(
    {}, optional={"podSelector": selectors, "ingress": _rules("from"), "egress": _rules("to"), "policyTypes": _types}
)
documents: st.SearchStrategy[Json] = st.builds(
    lambda metadata, spec: {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": spec,
    },
    st.fixed_dictionaries(
        {"name": st.sampled_from(("a", "access-demo1", "1.2"))},
        optional={"namespace": st.just("shop"), "labels": _labels, "annotations": st.just({"note": "two\nlines\n"})},
    ),
    _specs,
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A document as somebody wrote it: in our style, another's, as JSON; with comments, and others beside it."""
    value = draw(documents)
    match draw(st.sampled_from(("ours", "indented", "flow", "json"))):
        case "ours":
            text = render(value)
        case "indented":
            text = yaml.safe_dump(value, sort_keys=False, indent=4)
        case "flow":
            text = yaml.safe_dump(value, sort_keys=False, default_flow_style=None)
        case _:
            text = json.dumps(value, indent=2) + "\n"
    text = draw(st.sampled_from(("", "# first\n", "---\n"))) + text
    return text if draw(st.booleans()) else text.replace("\n", "\r\n")


@st.composite
def noted_texts(draw: st.DrawFn) -> tuple[Json, str]:
    """A document and its text, where each line that can have a comment has one of its own."""
    value = draw(documents)
    plain: Json = json.loads(json.dumps(value))  # no part of it is the same object twice, so there are no anchors
    lines = yaml.safe_dump(plain, sort_keys=False).splitlines()
    noted = [line if _is_long(line) else f"{line}  # note {number}" for number, line in enumerate(lines)]
    return value, "\n".join(noted) + "\n"


def _is_long(line: str) -> bool:
    """Whether a line is part of a text of several lines, where a comment would be part of that."""
    return any(sign in line for sign in "|>\"'") or not line.strip() or line.strip() in ("two", "lines")
