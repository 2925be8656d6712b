"""The fields of a NetworkPolicy and their types, and how the API server decodes a document into them (strictly).

Source: ``networking.k8s.io/v1`` and ``meta/v1`` of Kubernetes 1.36, and its JSON decoder, which answers 400 to what is
found here. ``null`` is "not given": it leaves a field out, is the empty value in a list (a rule that is ``null``
admits everything) and the empty string in a map.
"""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from desktop.policy.findings import Finding, Path, Severity

API_VERSION = "networking.k8s.io/v1"
KIND = "NetworkPolicy"

WRONG = object()
"""Stands in a decoded document for a value of the wrong type, about which nothing more can be said."""

Findings = list[Finding]
Type = Callable[[object, Path, Findings], object]
"""Decodes one value that is not null: returns it, or WRONG after adding a finding."""


def decode(value: object) -> tuple[Mapping[str, object], tuple[Finding, ...]]:
    """Decode a whole document: its known fields (nulls left out, WRONG where unreadable), and what is refused.

    The result is empty when the document is not an object at all.
    """
    findings: Findings = []
    decoded = _POLICY({} if value is None else value, (), findings)
    return fields(decoded), tuple(findings)


def fields(decoded: object) -> Mapping[str, object]:
    """Return a decoded object's fields; none where it is absent or WRONG."""
    return decoded if isinstance(decoded, dict) else {}


def items(decoded: object) -> Sequence[object]:
    """Return a decoded list's items; none where it is absent or WRONG."""
    return decoded if isinstance(decoded, list) else ()


def type_name(value: object) -> str:
    """Name a value's type as JSON does."""
    match value:
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float():
            return "number"
        case Mapping():
            return "object"
        case list() | tuple():
            return "list"
        case _:
            return "null" if value is None else "unknown"


def _wrong(value: object, expected: str, path: Path, findings: Findings) -> object:
    actual = type_name(value)
    facts = {"expected": expected, "actual": actual}
    if actual in {"string", "number", "boolean"}:
        facts["value"] = str(value).lower() if actual == "boolean" else str(value)
    findings.append(Finding("type.wrong", Severity.ERROR, path, facts))
    return WRONG


def _text(value: object, path: Path, findings: Findings) -> object:
    return value if isinstance(value, str) else _wrong(value, "string", path, findings)


def _flag(value: object, path: Path, findings: Findings) -> object:
    return value if isinstance(value, bool) else _wrong(value, "boolean", path, findings)


def _anything(value: object, path: Path, findings: Findings) -> object:
    return value


def _integer(bits: int) -> Type:
    maximum = 2 ** (bits - 1) - 1

    def integer(value: object, path: Path, findings: Findings) -> object:
        if not isinstance(value, int) or isinstance(value, bool):
            return _wrong(value, "integer", path, findings)
        if not -maximum - 1 <= value <= maximum:
            facts = {"value": value, "minimum": -maximum - 1, "maximum": maximum}
            findings.append(Finding("number.out-of-range", Severity.ERROR, path, facts))
            return WRONG
        return value

    return integer


_INT32 = _integer(32)
_INT64 = _integer(64)


def _integer_or_text(value: object, path: Path, findings: Findings) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return _INT32(value, path, findings)
    return _wrong(value, "integer-or-string", path, findings)


_RFC_3339 = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,][0-9]+)?(Z|.*)")
_OFFSET = re.compile(r"[+-]([0-9]{2}):([0-9]{2})")


def _timestamp(value: object, path: Path, findings: Findings) -> object:
    if not isinstance(value, str):
        return _wrong(value, "timestamp", path, findings)
    if not _is_timestamp(value):
        findings.append(Finding("timestamp.syntax", Severity.ERROR, path, {"value": value}))
        return WRONG
    return value


def _is_timestamp(text: str) -> bool:
    """Tell whether Go's ``time.Parse(time.RFC3339, text)`` reads the text."""
    found = _RFC_3339.fullmatch(text)
    if not found:
        return False
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    try:
        date(year or 2000, month, day)  # the year 0 is a leap year to Go, and no year at all to Python
    except ValueError:
        return False
    offset = _OFFSET.fullmatch(found[7])
    zone = found[7] == "Z" or (offset is not None and int(offset[1]) <= 24 and int(offset[2]) <= 60)
    return hour < 24 and minute < 60 and second < 60 and zone


def _list_of(item: Type, empty: Callable[[], object]) -> Type:
    def decode_list(value: object, path: Path, findings: Findings) -> object:
        if not isinstance(value, list | tuple):
            return _wrong(value, "list", path, findings)
        return [empty() if each is None else item(each, (*path, index), findings) for index, each in enumerate(value)]

    return decode_list


def _text_map(value: object, path: Path, findings: Findings) -> object:
    if not isinstance(value, Mapping):
        return _wrong(value, "object", path, findings)
    return {key: "" if each is None else _text(each, (*path, key), findings) for key, each in value.items()}


def _object(**known: Type) -> Type:
    def decode_object(value: object, path: Path, findings: Findings) -> object:
        if not isinstance(value, Mapping):
            return _wrong(value, "object", path, findings)
        decoded: dict[str, object] = {}
        for name, each in value.items():
            if name not in known:
                meant = _suggestion(str(name), known)
                facts = {"name": str(name), "suggestion": meant}
                findings.append(Finding("field.unknown", Severity.ERROR, (*path, name), facts))
                if meant:
                    decoded.setdefault(meant, WRONG)  # it is misspelt, so it is not to be called missing too
            elif each is not None:
                decoded[name] = known[name](each, (*path, name), findings)
        return decoded

    return decode_object


_SWAPPED = {"from": "to", "to": "from"}  # the slip that spelling cannot tell: a rule of one direction in the other


def _suggestion(name: str, known: Mapping[str, Type]) -> str:
    """Return the known field that was probably meant, or an empty string."""
    if _SWAPPED.get(name) in known:
        return _SWAPPED[name]
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1)
    return by_lower[near[0]] if near else ""


_TEXTS = _list_of(_text, str)

_OWNER_REFERENCE = _object(
    apiVersion=_text, kind=_text, name=_text, uid=_text, controller=_flag, blockOwnerDeletion=_flag
)
_MANAGED_FIELDS_ENTRY = _object(
    manager=_text,
    operation=_text,
    apiVersion=_text,
    time=_timestamp,
    fieldsType=_text,
    fieldsV1=_anything,
    subresource=_text,
)
_METADATA = _object(
    name=_text,
    generateName=_text,
    namespace=_text,
    selfLink=_text,
    uid=_text,
    resourceVersion=_text,
    generation=_INT64,
    creationTimestamp=_timestamp,
    deletionTimestamp=_timestamp,
    deletionGracePeriodSeconds=_INT64,
    labels=_text_map,
    annotations=_text_map,
    ownerReferences=_list_of(_OWNER_REFERENCE, dict),
    finalizers=_TEXTS,
    managedFields=_list_of(_MANAGED_FIELDS_ENTRY, dict),
)
_REQUIREMENT = _object(key=_text, operator=_text, values=_TEXTS)
_SELECTOR = _object(matchLabels=_text_map, matchExpressions=_list_of(_REQUIREMENT, dict))
_IP_BLOCK = _object(cidr=_text, **{"except": _TEXTS})
_PEERS = _list_of(_object(podSelector=_SELECTOR, namespaceSelector=_SELECTOR, ipBlock=_IP_BLOCK), dict)
_PORTS = _list_of(_object(protocol=_text, port=_integer_or_text, endPort=_INT32), dict)
_SPEC = _object(
    podSelector=_SELECTOR,
    policyTypes=_TEXTS,
    ingress=_list_of(_object(**{"from": _PEERS, "ports": _PORTS}), dict),
    egress=_list_of(_object(to=_PEERS, ports=_PORTS), dict),
)
_POLICY = _object(apiVersion=_text, kind=_text, metadata=_METADATA, spec=_SPEC)
