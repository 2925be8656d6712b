"""What may stand where in a NetworkPolicy: the API's fields, each with one line on what it means.

After the reference of ``networking.k8s.io/v1`` and ``meta/v1``; the fields the server fills in are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache

from desktop.language import tr


class Names(Enum):
    """A field whose values, or whose keys, are names this very cluster uses."""

    NAMESPACES = "namespaces"
    POD_LABELS = "pod labels"
    NAMESPACE_LABELS = "namespace labels"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``fields`` of the object below it (or of each item, with ``many``), ``values`` it may have.

    ``names`` says which of the cluster's names fit. For a map (``matchLabels``) they are its keys.
    """

    about: str
    fields: Mapping[str, "Field"] = field(default_factory=dict, hash=False)
    many: bool = False
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    names: Names | None = None
    is_map: bool = False

    @property
    def is_scalar(self) -> bool:
        """Whether its value stands on its own line."""
        return not (self.fields or self.many or self.is_map)


def _selector(about: str, names: Names) -> Field:
    operators = {
        "In": tr("the label has one of the values"),
        "NotIn": tr("the label has none of the values, or is absent"),
        "Exists": tr("the label is there, whatever its value"),
        "DoesNotExist": tr("the label is absent"),
    }
    expression = {
        "key": Field(tr("the label's key"), names=names),
        "operator": Field(tr("how the label is compared"), values=operators),
        "values": Field(tr("the values for In and NotIn"), many=True, names=names),
    }
    return Field(
        about,
        {
            "matchLabels": Field(tr("labels that must all be there with these values"), names=names, is_map=True),
            "matchExpressions": Field(tr("conditions on labels that must all hold"), expression, many=True),
        },
    )


def _peer() -> Mapping[str, Field]:
    block = {
        "cidr": Field(tr("an address range such as 10.0.0.0/16")),
        "except": Field(tr("address ranges inside cidr that are left out"), many=True),
    }
    return {
        "podSelector": _selector(
            tr("pods by label, of the policy's own namespace unless namespaceSelector stands beside it"),
            Names.POD_LABELS,
        ),
        "namespaceSelector": _selector(
            tr("namespaces by label; alone it means all their pods, {} means every namespace"), Names.NAMESPACE_LABELS
        ),
        "ipBlock": Field(tr("an address range outside the cluster; stands alone in its peer"), block),
    }


def _rule(peers: str, about_peers: str) -> Mapping[str, Field]:
    protocols = {
        "TCP": tr("the server's choice where no protocol is given"),
        "UDP": tr("DNS needs UDP and TCP on port 53"),
        "SCTP": tr("not every network plug-in enforces SCTP"),
    }
    port = {
        "protocol": Field(tr("TCP, UDP or SCTP; TCP where absent"), values=protocols),
        "port": Field(tr("a port of the pod, by number or name; every port where absent")),
        "endPort": Field(tr("the last port of a range that begins at port")),
    }
    return {
        peers: Field(about_peers, _peer(), many=True),
        "ports": Field(tr("the pod's ports this rule admits; every port where absent"), port, many=True),
    }


def _spec() -> Mapping[str, Field]:
    directions = {
        "Ingress": tr("restrict connections into the pods"),
        "Egress": tr("restrict connections out of the pods"),
    }
    return {
        "podSelector": _selector(
            tr("the pods this policy applies to; {} means every pod of the namespace"), Names.POD_LABELS
        ),
        "policyTypes": Field(
            tr("the directions it restricts; where absent, Ingress, and Egress only if there are egress rules"),
            many=True,
            values=directions,
        ),
        "ingress": Field(
            tr("who may connect to the pods; [] admits nobody"),
            _rule("from", tr("the sources this rule admits; anyone where absent")),
            many=True,
        ),
        "egress": Field(
            tr("where the pods may connect to; [] admits nothing"),
            _rule("to", tr("the destinations this rule admits; anywhere where absent")),
            many=True,
        ),
    }


@cache
def policy() -> Field:
    """Return the root of a NetworkPolicy document, its texts in the user's language."""
    metadata = {
        "name": Field(tr("the policy's name, once in a namespace")),
        "namespace": Field(tr("the namespace whose pods it applies to"), names=Names.NAMESPACES),
        "labels": Field(tr("labels of the policy itself"), is_map=True),
        "annotations": Field(tr("notes of people and tools; without effect on traffic"), is_map=True),
    }
    kinds = {
        "NetworkPolicy": tr("which connections pods may have"),
        "List": tr("several objects in one document, under items"),
    }
    versions = {
        "networking.k8s.io/v1": tr("the version of NetworkPolicy"),
        "v1": tr("the version of List"),
    }
    return Field(
        "",
        {
            "apiVersion": Field(tr("the version of the API the document is written for"), values=versions),
            "kind": Field(tr("what the document describes"), values=kinds),
            "metadata": Field(tr("name, namespace, labels and annotations"), metadata),
            "spec": Field(tr("what the policy applies to and what it admits"), _spec()),
        },
    )
