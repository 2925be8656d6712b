"""What the server makes of a NetworkPolicy before it stores it: defaults, and refusals with their causes.

Written from the answers of a real server alone, and apart from the program's own rules, which it is there to judge.
"""

import ipaddress
import re
from collections.abc import Iterator

from tests.helpers.api_server.resources import NETWORK_POLICIES, Json
from tests.helpers.api_server.status import Cause, go_quote, invalid

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL_PART = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")

_BAD_NAME = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_BAD_KEY = (
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' "
    "(e.g. 'example.com/MyName')"
)
_BAD_VALUE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)


def settle(policy: Json) -> Json:
    """Return the policy as it is stored: defaults filled in, empty lists gone (Go leaves them out)."""
    spec = {key: value for key, value in (policy.get("spec") or {}).items() if value not in (None, [])}
    spec["podSelector"] = _settled_selector(spec.get("podSelector") or {})
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        if direction in spec:
            spec[direction] = [_settled_rule(rule or {}, peers) for rule in spec[direction]]
    return {**policy, "spec": spec}


def _settled_rule(rule: Json, peers: str) -> Json:
    settled: Json = {}
    if rule.get("ports"):
        settled["ports"] = [_without_null({"protocol": "TCP"} | _without_null(port or {})) for port in rule["ports"]]
    if rule.get(peers):
        settled[peers] = [_settled_peer(peer or {}) for peer in rule[peers]]
    return settled


def _settled_peer(peer: Json) -> Json:
    settled = _without_null(peer)
    for key in ("podSelector", "namespaceSelector"):
        if key in settled:
            settled[key] = _settled_selector(settled[key])
    if "ipBlock" in settled:
        block = {key: value for key, value in settled["ipBlock"].items() if value not in (None, [])}
        settled["ipBlock"] = {"cidr": ""} | block
    return settled


def _settled_selector(selector: Json) -> Json:
    return {key: value for key, value in selector.items() if value not in (None, {}, [])}


def _without_null(value: Json) -> Json:
    return {key: item for key, item in value.items() if item is not None}


def validate(policy: Json, old: Json | None = None) -> None:
    """Refuse a settled policy that breaks a rule; CIDRs that stood in ``old`` pass whatever they are.

    An update is checked as a policy and as an update, and the spec in both (``networkPolicyStrategy.ValidateUpdate``).
    """
    name = policy["metadata"].get("name", "")
    tolerated = frozenset(_cidrs(old)) if old else frozenset()
    of_spec = list(_spec(policy["spec"], tolerated))
    causes = [*_metadata(policy["metadata"]), *of_spec, *(of_spec if old else [])]
    if causes:
        raise invalid(NETWORK_POLICIES, name, causes)


def _bad(field: str, value: object, message: str) -> Cause:
    shown = go_quote(value) if isinstance(value, str) else value
    return Cause("FieldValueInvalid", f"Invalid value: {shown}: {message}", field)


def _required(field: str, message: str = "") -> Cause:
    return Cause("FieldValueRequired", f"Required value: {message}" if message else "Required value", field)


def _forbidden(field: str, message: str) -> Cause:
    return Cause("FieldValueForbidden", f"Forbidden: {message}", field)


def _unsupported(field: str, value: str, known: tuple[str, ...]) -> Cause:
    supported = ", ".join(go_quote(each) for each in known)
    message = f"Unsupported value: {go_quote(value)}: supported values: {supported}"
    return Cause("FieldValueNotSupported", message, field)


def _metadata(metadata: Json) -> Iterator[Cause]:
    name = metadata.get("name", "")
    if not name:
        yield _required("metadata.name", "name or generateName is required")
    elif not _NAME.fullmatch(name):
        yield _bad("metadata.name", name, _BAD_NAME)
    yield from _labels("metadata.labels", metadata.get("labels") or {})


def _spec(spec: Json, tolerated: frozenset[str]) -> Iterator[Cause]:
    yield from _selector("spec.podSelector", spec["podSelector"])
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(spec.get(direction, [])):
            at = f"spec.{direction}[{index}]"
            for number, port in enumerate(rule.get("ports", [])):
                yield from _port(f"{at}.ports[{number}]", port)
            for number, peer in enumerate(rule.get(peers, [])):
                yield from _peer(f"{at}.{peers}[{number}]", peer, tolerated)
    types = spec["policyTypes"]
    if len(types) > 2:
        yield _bad("spec.policyTypes", types, "may not specify more than two policyTypes")
        return
    for index, each in enumerate(types):
        if each not in ("Ingress", "Egress"):
            yield _unsupported(f"spec.policyTypes[{index}]", each, ("Ingress", "Egress"))


def _labels(field: str, labels: dict[str, str]) -> Iterator[Cause]:
    for key, value in labels.items():
        yield from _label_key(field, key)
        yield from _label_value(field, value)


def _label_key(field: str, key: str) -> Iterator[Cause]:
    prefix, slash, name = key.rpartition("/")
    if not _LABEL_PART.fullmatch(name) or (slash and not _NAME.fullmatch(prefix)):
        yield _bad(field, key, _BAD_KEY)
    elif len(name) > 63:
        yield _bad(field, key, "name part must be no more than 63 characters")


def _label_value(field: str, value: str) -> Iterator[Cause]:
    if len(value) > 63:
        yield _bad(field, value, "must be no more than 63 characters")
    if value and not _LABEL_PART.fullmatch(value):
        yield _bad(field, value, _BAD_VALUE)


def _selector(field: str, selector: Json) -> Iterator[Cause]:
    yield from _labels(f"{field}.matchLabels", selector.get("matchLabels", {}))
    for index, requirement in enumerate(selector.get("matchExpressions", [])):
        at = f"{field}.matchExpressions[{index}]"
        operator, values = requirement.get("operator", ""), requirement.get("values") or []
        if operator in ("In", "NotIn"):
            if not values:
                yield _required(f"{at}.values", "must be specified when `operator` is 'In' or 'NotIn'")
        elif operator in ("Exists", "DoesNotExist"):
            if values:
                yield _forbidden(f"{at}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
        else:
            yield _bad(f"{at}.operator", operator, "not a valid selector operator")
        yield from _label_key(f"{at}.key", requirement.get("key", ""))
        for number, value in enumerate(values):
            yield from _label_value(f"{at}.values[{number}]", value)


def _port(field: str, entry: Json) -> Iterator[Cause]:
    if entry["protocol"] not in ("TCP", "UDP", "SCTP"):
        yield _unsupported(f"{field}.protocol", entry["protocol"], ("TCP", "UDP", "SCTP"))
    port, end = entry.get("port"), entry.get("endPort")
    if isinstance(port, int):
        yield from _port_number(f"{field}.port", port)
        if end is not None:
            if end < port:
                yield _bad(f"{field}.endPort", port, "must be greater than or equal to `port`")  # the server names port
            yield from _port_number(f"{field}.endPort", end)
    elif isinstance(port, str):
        if end is not None:
            yield _bad(f"{field}.endPort", end, "may not be specified when `port` is non-numeric")
        yield from _port_name(f"{field}.port", port)
    elif end is not None:
        yield _bad(f"{field}.endPort", end, "may not be specified when `port` is not specified")


def _port_number(field: str, port: int) -> Iterator[Cause]:
    if not 1 <= port <= 65535:
        yield _bad(field, port, "must be between 1 and 65535, inclusive")


def _port_name(field: str, name: str) -> Iterator[Cause]:
    if len(name) > 15:
        yield _bad(field, name, "must be no more than 15 characters")
    if not re.fullmatch(r"[-a-z0-9]+", name):
        yield _bad(field, name, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search(r"[a-z]", name):
        yield _bad(field, name, "must contain at least one letter (a-z)")
    if "--" in name:
        yield _bad(field, name, "must not contain consecutive hyphens")
    if name.startswith("-") or name.endswith("-"):
        yield _bad(field, name, "must not begin or end with a hyphen")


def _peer(field: str, peer: Json, tolerated: frozenset[str]) -> Iterator[Cause]:
    for key in ("podSelector", "namespaceSelector"):
        if key in peer:
            yield from _selector(f"{field}.{key}", peer[key])
    if "ipBlock" in peer:
        yield from _ip_block(f"{field}.ipBlock", peer["ipBlock"], tolerated)
    if not peer:
        yield _required(field, "must specify a peer")
    elif "ipBlock" in peer and len(peer) > 1:
        yield _forbidden(field, "may not specify both ipBlock and another peer")


def _ip_block(field: str, block: Json, tolerated: frozenset[str]) -> Iterator[Cause]:
    if not block["cidr"]:
        yield _required(f"{field}.cidr")
        return
    yield from _cidr(f"{field}.cidr", block["cidr"], tolerated)
    outer = _network(block["cidr"])
    for index, text in enumerate(block.get("except", [])):
        at = f"{field}.except[{index}]"
        yield from _cidr(at, text, tolerated)
        inner = _network(text)
        if outer and inner and not _strictly_inside(inner, outer):
            yield _bad(at, text, "must be a strict subset of `cidr`")


def _cidr(field: str, text: str, tolerated: frozenset[str]) -> Iterator[Cause]:
    if text in tolerated:
        return
    network = _network(text)
    if network is None:
        yield _bad(field, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")
    elif str(network.network_address) != str(ipaddress.ip_address(text.partition("/")[0])):
        yield _bad(field, text, "must not have bits set beyond the prefix length")


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: str) -> _Network | None:
    address, slash, prefix = text.partition("/")
    if not slash or not prefix.isdigit():
        return None
    try:
        return ipaddress.ip_network(f"{address}/{prefix}", strict=False)
    except ValueError:
        return None


def _strictly_inside(inner: _Network, outer: _Network) -> bool:
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner != outer and inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner != outer and inner.subnet_of(outer)
    return False


def _cidrs(policy: Json) -> Iterator[str]:
    spec = policy["spec"]
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for rule in spec.get(direction, []):
            for peer in rule.get(peers, []):
                if "ipBlock" in peer:
                    yield peer["ipBlock"]["cidr"]
                    yield from peer["ipBlock"].get("except", [])
