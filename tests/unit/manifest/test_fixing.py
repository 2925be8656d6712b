"""A fix changes the lines it must in the document it is for; comments, other documents and JSON stay what they are."""

import json

import pytest

from desktop.manifest.fixing import fixed
from desktop.policy.findings import Edit, Fix, Removed

POLICY = """\
# the cache
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: cache   # as everywhere
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]   # both
  ingress:
  # the shop
  - ports:
    - port: 80   # web
"""
OTHER = POLICY.replace("cache", "other")
PORT = ("spec", "ingress", 0, "ports", 0, "port")
USE_8080 = Fix("fix.use", (Edit(PORT, 8080),))


def test_the_value_changes_and_its_comment_stays() -> None:
    assert fixed(POLICY, 0, USE_8080) == POLICY.replace("port: 80 ", "port: 8080 ")


def test_only_the_document_of_that_number_changes() -> None:
    assert fixed(f"{POLICY}---\n{OTHER}", 1, USE_8080) == f"{POLICY}---\n{OTHER.replace('80', '8080')}"


def test_an_item_of_a_list_is_changed_where_it_stands() -> None:
    item = "".join(f"  {line}\n" for line in POLICY.splitlines()[1:])
    text = f"kind: List\napiVersion: v1\nitems:\n- {item.lstrip()}"
    assert fixed(text, 0, USE_8080) == text.replace("port: 80 ", "port: 8080 ")


def test_what_is_added_comes_behind_the_rest() -> None:
    fix = Fix("fix.allow-dns", (Edit(("spec", "egress"), [{"ports": [{"port": 53}]}]),))
    assert fixed(POLICY, 0, fix) == f"{POLICY}  egress:\n  - ports:\n    - port: 53\n"


@pytest.mark.parametrize(("indent", "between"), [(None, ", "), (4, ",\n        ")])
def test_a_document_of_json_stays_one_and_keeps_its_layout(indent: int | None, between: str) -> None:
    value = {"kind": "NetworkPolicy", "apiVersion": "networking.k8s.io/v1", "spec": {"podSelector": {}}}
    text = json.dumps(value, indent=indent)
    fix = Fix("fix.use", (Edit(("spec", "policyTypes"), ["Egress"]),))
    assert fixed(text, 0, fix) == text.replace("{}", f'{{}}{between}"policyTypes": ["Egress"]')


def test_a_place_or_document_that_is_gone_is_told() -> None:
    with pytest.raises(LookupError):
        fixed(POLICY, 1, USE_8080)
    with pytest.raises(LookupError):
        fixed(POLICY, 0, Fix("fix.use", (Edit(("spec", "egress", 0), Removed.REMOVED),)))
