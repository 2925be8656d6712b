"""What is written reads back the same, here and by kubectl, and looks as people write it."""

from pathlib import Path
from typing import Any

import pytest

from desktop.manifest.reader import read
from desktop.manifest.writer import render
from tests.helpers import kubectl

POLICY: dict[str, Any] = {
    "kind": "NetworkPolicy",
    "spec": {
        "zone": None,
        "egress": [],
        "ingress": [
            {
                "ports": [{"port": 80, "endPort": 90, "protocol": "TCP"}],
                "from": [
                    {"podSelector": {"matchLabels": {"tier": "front", "app": "web"}}, "namespaceSelector": {}},
                    {"ipBlock": {"except": ["10.0.1.0/24"], "cidr": "10.0.0.0/8"}},
                ],
            },
            {},
        ],
        "advice": [[1, [2.5]], [{"a": True}]],
        "podSelector": {"matchExpressions": [{"values": ["a"], "operator": "In", "key": "k"}]},
        "policyTypes": ["Ingress", "Egress"],
    },
    "metadata": {
        "annotations": {"note": "one\ntwo\n", "name": "y"},
        "labels": {"port": "017", "name": "x", "app": "no"},
        "namespace": "default",
        "uid": "1",
        "name": "demo",
    },
    "apiVersion": "networking.k8s.io/v1",
}
TEXT = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: demo
  namespace: default
  labels:
    app: "no"
    name: x
    port: "017"
  annotations:
    name: "y"
    note: |
      one
      two
  uid: "1"
spec:
  podSelector:
    matchExpressions:
    - key: k
      operator: In
      values:
      - a
  policyTypes:
  - Ingress
  - Egress
  ingress:
  - from:
    - namespaceSelector: {}
      podSelector:
        matchLabels:
          app: web
          tier: front
    - ipBlock:
        cidr: 10.0.0.0/8
        except:
        - 10.0.1.0/24
    ports:
    - protocol: TCP
      port: 80
      endPort: 90
  - {}
  egress: []
  advice:
  - - 1
    - - 2.5
  - - a: true
  zone: null
"""

# Strings that some reader of YAML could take for something else, or that cannot stand as they are.
STRINGS = [
    "", " ", " x", "x ", "no", "Yes", "on", "y", "N", "~", "null", "true", "017", "0o17", "0x1f", "0b11", "1e3",
    "1E400", ".5", "1_000", "-0", "+1", "12:30", "12:30:45", "190:20:30.15", "2026-01-01", "2026-01-01T00:00:00Z",
    ".inf", ".NaN", "=", "<<", "-", "- a", "-a", "?", "? a", ":", ": a", "a: b", "a:", "a :b", "a #b", "#a", "&a",
    "*a", "!a", "|", ">", "'", '"', "%", "@", "`", "[a]", "{a}", "a,b", ",", "---", "--- a", "...", "... a", "a\nb",
    "a\nb\n", "a\nb\n\n", "\na", " a\nb", "a \nb", "a\tb", "\ta", "a\n b", "a\r\nb", "a\n\nb", "\n", "\n\n", "\0",
    "\x7f", "\x85", "\xa0", "\u2028", "\ufeff", "\u200b", "\u202e", "\ue000", "é", "网络", "😀", "\\", "a\\b",
    "0x1FFFFFFFFFFFFFFFFF", "1.2.3", "10.0.0.0/8", "::1", "http://a/b?c=d#e", "a#b", "a:b", "k" * 2000,
    "k" * 2000 + "\n" + "k", "\U0010ffff",
]  # fmt: skip


def test_a_policy_is_written_in_the_order_people_write_it() -> None:
    assert render(POLICY) == TEXT


@pytest.mark.parametrize("text", STRINGS)
def test_a_string_stays_a_string_wherever_it_stands(text: str) -> None:
    for value in ({"a": text}, {text: 1}, [text], {"a": [{text: [text]}]}, {text: [1]}, {text: {"b": text}}, text):
        rendered = render(value)
        (document,) = read(rendered).documents
        assert not document.findings, rendered
        assert document.value == value, rendered


@kubectl.needs_kubectl
def test_kubectl_reads_the_same_strings(tmp_path: Path) -> None:
    value = {"values": STRINGS, **{text: text for text in STRINGS}, "nested": POLICY}
    body = "".join(f"  {line}" if line.strip() else line for line in render(value).splitlines(keepends=True))
    assert kubectl.reads_field(body, tmp_path) == value


@pytest.mark.parametrize(
    "value", [0, -1, 2**63 - 1, -(2**63), 1.5, 1e300, 1e-7, True, False, None, {}, [], [[]], [{}], {"a": {}}, [[[1]]]]
)
def test_any_value_reads_back_the_same(value: object) -> None:
    read_back = read(f"---\n{render({'v': value})}").documents[0].value
    assert read_back == {"v": value}
    assert type(read_back["v"]) is type(value)


def test_what_cannot_be_seen_is_escaped() -> None:
    assert render({"a": "x\u202ey\u200b\xa0\U000e0001"}) == 'a: "x\\u202ey\\u200b\\xa0\\U000e0001"\n'


@pytest.mark.parametrize(
    "text", ["1.2.3", "10.0.0.0/8", "a b", "http://a/b?c=d#e", "::1x", "a:b", "网络", "TCP", "a,b"]
)
def test_what_is_safe_is_written_plain(text: str) -> None:
    assert render({"a": text.removeprefix("::")}) == f"a: {text.removeprefix('::')}\n"
