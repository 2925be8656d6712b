"""NetworkPolicy documents for tests, and what a Kubernetes 1.36 server says of them.

Each case is a document to create with ``dryRun=All&fieldValidation=Strict``; the verdicts are those of a real server.
"""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

FROM_FRONTEND: Json = {
    "from": [{"podSelector": {"matchLabels": {"role": "frontend"}}}],
    "ports": [{"protocol": "TCP", "port": 6379}],
}
DEMO_SPEC: Json = {
    "podSelector": {"matchLabels": {"role": "db"}},
    "policyTypes": ["Ingress"],
    "ingress": [FROM_FRONTEND],
}


def policy(name: str, namespace: str = "shop", /, **spec: Any) -> Json:
    """Return a policy with the page's example as its spec, of which ``spec`` replaces fields."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {**DEMO_SPEC, **spec},
    }


def selecting(*expressions: Json, **labels: object) -> Json:
    """Return a spec's ``podSelector``."""
    if expressions:
        return {"podSelector": {"matchExpressions": list(expressions)}}
    return {"podSelector": {"matchLabels": labels}}


def with_port(**port: object) -> Json:
    """Return a spec's ``ingress`` of one rule with one port."""
    return {"ingress": [{"ports": [port]}]}


def to_block(cidr: str, *excepts: str) -> Json:
    """Return a spec's fields that allow traffic out to one ipBlock."""
    block: Json = {"cidr": cidr, "except": list(excepts)} if excepts else {"cidr": cidr}
    return {"policyTypes": ["Egress"], "egress": [{"to": [{"ipBlock": block}]}]}


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that breaks a rule of NetworkPolicy: one cause of a 422."""

    title: str
    document: Json
    field: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Undecodable:
    """A document that is no NetworkPolicy at all: a 400."""

    title: str
    document: Json
    message: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A document that is fine, and the spec that the server makes of it."""

    title: str
    document: Json
    spec: Json


_INVALID, _REQUIRED = "FieldValueInvalid", "FieldValueRequired"
_FORBIDDEN, _UNSUPPORTED = "FieldValueForbidden", "FieldValueNotSupported"
_BLOCK = "spec.egress[0].to[0].ipBlock"
_PORT = "spec.ingress[0].ports[0]"
_BAD_VALUE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_BAD_KEY = (
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' "
    "(e.g. 'example.com/MyName')"
)
_BAD_NAME = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)

REFUSED = (
    Refused(
        "CIDR that cannot be read",
        policy("bad", **to_block("172.17.0.0/33")),
        f"{_BLOCK}.cidr",
        _INVALID,
        'Invalid value: "172.17.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ),
    Refused(
        "CIDR with host bits",
        policy("bad", **to_block("172.17.0.9/16")),
        f"{_BLOCK}.cidr",
        _INVALID,
        'Invalid value: "172.17.0.9/16": must not have bits set beyond the prefix length',
    ),
    Refused(
        "exception outside the CIDR",
        policy("bad", **to_block("172.17.0.0/16", "10.0.0.0/8")),
        f"{_BLOCK}.except[0]",
        _INVALID,
        'Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
    ),
    Refused(
        "exception equal to the CIDR",
        policy("bad", **to_block("172.17.0.0/16", "172.17.0.0/16")),
        f"{_BLOCK}.except[0]",
        _INVALID,
        'Invalid value: "172.17.0.0/16": must be a strict subset of `cidr`',
    ),
    Refused(
        "exception of the other family",
        policy("bad", **to_block("2001:db8::/32", "10.0.0.0/8")),
        f"{_BLOCK}.except[0]",
        _INVALID,
        'Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
    ),
    Refused(
        "port too high",
        policy("bad", **with_port(protocol="TCP", port=70000)),
        f"{_PORT}.port",
        _INVALID,
        "Invalid value: 70000: must be between 1 and 65535, inclusive",
    ),
    Refused(
        "port zero",
        policy("bad", **with_port(protocol="TCP", port=0)),
        f"{_PORT}.port",
        _INVALID,
        "Invalid value: 0: must be between 1 and 65535, inclusive",
    ),
    Refused(
        "port name with capitals",
        policy("bad", **with_port(protocol="TCP", port="UPPER_case")),
        f"{_PORT}.port",
        _INVALID,
        'Invalid value: "UPPER_case": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
    ),
    Refused(
        "unknown protocol",
        policy("bad", **with_port(protocol="ICMP", port=1)),
        f"{_PORT}.protocol",
        _UNSUPPORTED,
        'Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
    ),
    Refused(
        "endPort below port",
        policy("bad", **with_port(protocol="TCP", port=90, endPort=80)),
        f"{_PORT}.endPort",
        _INVALID,
        "Invalid value: 90: must be greater than or equal to `port`",
    ),
    Refused(
        "endPort without port",
        policy("bad", **with_port(protocol="TCP", endPort=80)),
        f"{_PORT}.endPort",
        _INVALID,
        "Invalid value: 80: may not be specified when `port` is not specified",
    ),
    Refused(
        "endPort with a named port",
        policy("bad", **with_port(protocol="TCP", port="http", endPort=80)),
        f"{_PORT}.endPort",
        _INVALID,
        "Invalid value: 80: may not be specified when `port` is non-numeric",
    ),
    Refused(
        "ipBlock beside a selector",
        policy("bad", ingress=[{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}}]}]),
        "spec.ingress[0].from[0]",
        _FORBIDDEN,
        "Forbidden: may not specify both ipBlock and another peer",
    ),
    Refused(
        "empty peer",
        policy("bad", ingress=[{"from": [{}]}]),
        "spec.ingress[0].from[0]",
        _REQUIRED,
        "Required value: must specify a peer",
    ),
    Refused(
        "unknown policy type",
        policy("bad", policyTypes=["Sideways"]),
        "spec.policyTypes[0]",
        _UNSUPPORTED,
        'Unsupported value: "Sideways": supported values: "Ingress", "Egress"',
    ),
    Refused(
        "label value with a space",
        policy("bad", **selecting(app="has spaces")),
        "spec.podSelector.matchLabels",
        _INVALID,
        f'Invalid value: "has spaces": {_BAD_VALUE}',
    ),
    Refused(
        "label key with two slashes",
        policy("bad", **selecting(**{"-bad-/x/y": "v"})),
        "spec.podSelector.matchLabels",
        _INVALID,
        f'Invalid value: "-bad-/x/y": {_BAD_KEY}',
    ),
    Refused(
        "In without values",
        policy("bad", **selecting({"key": "app", "operator": "In"})),
        "spec.podSelector.matchExpressions[0].values",
        _REQUIRED,
        "Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ),
    Refused(
        "Exists with values",
        policy("bad", **selecting({"key": "app", "operator": "Exists", "values": ["x"]})),
        "spec.podSelector.matchExpressions[0].values",
        _FORBIDDEN,
        "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    ),
    Refused(
        "unknown operator",
        policy("bad", **selecting({"key": "app", "operator": "Gt", "values": ["1"]})),
        "spec.podSelector.matchExpressions[0].operator",
        _INVALID,
        'Invalid value: "Gt": not a valid selector operator',
    ),
    Refused(
        "name with capitals",
        policy("Bad_Name"),
        "metadata.name",
        _INVALID,
        f'Invalid value: "Bad_Name": {_BAD_NAME}',
    ),
)

_CANNOT = 'NetworkPolicy in version "v1" cannot be handled as a NetworkPolicy: '

UNDECODABLE = (
    Undecodable(
        "unknown field",
        policy("bad", ingres=[]),
        f'{_CANNOT}strict decoding error: unknown field "spec.ingres"',
    ),
    Undecodable(
        "unknown field in a rule",
        policy("bad", ingress=[{"form": []}]),
        f'{_CANNOT}strict decoding error: unknown field "spec.ingress[0].form"',
    ),
    Undecodable(
        "number as a label value",
        policy("bad", **selecting(app=1)),
        f"{_CANNOT}json: cannot unmarshal number into Go struct field LabelSelector.spec.podSelector.matchLabels "
        "of type string",
    ),
    Undecodable(
        "another kind",
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}},
        'Pod in version "v1" cannot be handled as a NetworkPolicy: converting (v1.Pod) to (networking.NetworkPolicy): '
        "unknown conversion",
    ),
    Undecodable(
        "another namespace than the one it is sent to",
        policy("bad", "other"),
        "the namespace of the provided object does not match the namespace sent on the request",
    ),
)

ACCEPTED = (
    Accepted(
        "IPv6 block",
        policy("ok", **to_block("2001:db8::/32", "2001:db8:1::/48")),
        {**DEMO_SPEC, **to_block("2001:db8::/32", "2001:db8:1::/48")},
    ),
    Accepted(
        "SCTP",
        policy("ok", **with_port(protocol="SCTP", port=7777)),
        {**DEMO_SPEC, **with_port(protocol="SCTP", port=7777)},
    ),
    Accepted("protocol alone", policy("ok", **with_port(protocol="UDP")), {**DEMO_SPEC, **with_port(protocol="UDP")}),
    Accepted(
        "range of ports",
        policy("ok", **with_port(protocol="TCP", port=80, endPort=90)),
        {**DEMO_SPEC, **with_port(protocol="TCP", port=80, endPort=90)},
    ),
    Accepted(
        "no policyTypes, egress present: both",
        {**policy("ok"), "spec": {"podSelector": {}, "egress": [{}]}},
        {"podSelector": {}, "egress": [{}], "policyTypes": ["Ingress", "Egress"]},
    ),
    Accepted(
        "no policyTypes, no egress: Ingress",
        {**policy("ok"), "spec": {"podSelector": {}}},
        {"podSelector": {}, "policyTypes": ["Ingress"]},
    ),
    Accepted(
        "no podSelector: every pod",
        {**policy("ok"), "spec": {}},
        {"podSelector": {}, "policyTypes": ["Ingress"]},
    ),
    Accepted(
        "empty list of rules is not kept",
        policy("ok", ingress=[]),
        {"podSelector": {"matchLabels": {"role": "db"}}, "policyTypes": ["Ingress"]},
    ),
    Accepted(
        "no protocol: TCP",
        policy("ok", **with_port(port=80)),
        {**DEMO_SPEC, **with_port(protocol="TCP", port=80)},
    ),
)
