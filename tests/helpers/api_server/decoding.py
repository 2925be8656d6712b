"""Reading the body of a request as the server's decoder does: its type errors, and its strict errors.

Only NetworkPolicy is described whole; of other kinds the server reads the metadata it needs and believes the rest.
"""

import json
from collections.abc import Iterator
from typing import Any

import yaml

from tests.helpers.api_server.resources import BY_KIND, NETWORK_POLICIES, Json, Resource
from tests.helpers.api_server.status import Refusal, bad_request, undecodable

# A type is the name of a struct below, a scalar, a list of one type, or {"": type} for a map.
Type = Any
_SCALARS = {"string", "int32", "int64", "bool", "IntOrString", "FieldsV1"}
_NAMED_STRINGS = {"Protocol": "v1.Protocol", "PolicyType": "v1.PolicyType", "Operator": "v1.LabelSelectorOperator"}

STRUCTS: dict[str, dict[str, Type]] = {
    "NetworkPolicy": {"apiVersion": "string", "kind": "string", "metadata": "ObjectMeta", "spec": "NetworkPolicySpec"},
    "ObjectMeta": {
        "name": "string",
        "generateName": "string",
        "namespace": "string",
        "selfLink": "string",
        "uid": "string",
        "resourceVersion": "string",
        "generation": "int64",
        "creationTimestamp": "string",
        "deletionTimestamp": "string",
        "deletionGracePeriodSeconds": "int64",
        "labels": {"": "string"},
        "annotations": {"": "string"},
        "ownerReferences": ["OwnerReference"],
        "finalizers": ["string"],
        "managedFields": ["ManagedFieldsEntry"],
    },
    "OwnerReference": {
        "apiVersion": "string",
        "kind": "string",
        "name": "string",
        "uid": "string",
        "controller": "bool",
        "blockOwnerDeletion": "bool",
    },
    "ManagedFieldsEntry": {
        "manager": "string",
        "operation": "string",
        "apiVersion": "string",
        "time": "string",
        "fieldsType": "string",
        "fieldsV1": "FieldsV1",
        "subresource": "string",
    },
    "NetworkPolicySpec": {
        "podSelector": "LabelSelector",
        "ingress": ["NetworkPolicyIngressRule"],
        "egress": ["NetworkPolicyEgressRule"],
        "policyTypes": ["PolicyType"],
    },
    "NetworkPolicyIngressRule": {"ports": ["NetworkPolicyPort"], "from": ["NetworkPolicyPeer"]},
    "NetworkPolicyEgressRule": {"ports": ["NetworkPolicyPort"], "to": ["NetworkPolicyPeer"]},
    "NetworkPolicyPort": {"protocol": "Protocol", "port": "IntOrString", "endPort": "int32"},
    "NetworkPolicyPeer": {"podSelector": "LabelSelector", "namespaceSelector": "LabelSelector", "ipBlock": "IPBlock"},
    "IPBlock": {"cidr": "string", "except": ["string"]},
    "LabelSelector": {"matchLabels": {"": "string"}, "matchExpressions": ["LabelSelectorRequirement"]},
    "LabelSelectorRequirement": {"key": "string", "operator": "Operator", "values": ["string"]},
}


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys came more than once."""

    repeated: tuple[str, ...] = ()


def _pairs(pairs: list[tuple[str, Any]]) -> _Object:
    result = _Object()
    repeated = []
    for key, value in pairs:
        if key in result:
            repeated.append(key)
        result[key] = value
    result.repeated = tuple(repeated)
    return result


def decode(body: bytes, resource: Resource, validation: str) -> tuple[Json, list[str]]:
    """Read the object of a create or update; return it and the warnings that ``fieldValidation`` makes of its slips."""
    value = _parse(body, resource)
    kind, api_version = value.get("kind") or resource.kind, value.get("apiVersion") or resource.api_version
    if (api_version, kind) != (resource.api_version, resource.kind):
        raise _wrong_kind(resource, str(kind), str(api_version))
    if resource is not NETWORK_POLICIES:
        return value, []
    slips = list(_check(value, "NetworkPolicy", "", ("NetworkPolicy", "")))
    if slips and validation == "Strict":
        raise undecodable(resource, f"strict decoding error: {', '.join(slips)}")
    return _known(value, "NetworkPolicy"), [] if validation == "Ignore" else slips


def decode_apply(body: bytes, resource: Resource, key: str) -> Json:
    """Read the configuration of a server-side apply: YAML, of which JSON is a part."""
    try:
        value = yaml.safe_load(body)
    except yaml.YAMLError as error:
        raise bad_request(f"error decoding YAML: {error}") from None
    if not isinstance(value, dict):
        raise bad_request("error decoding YAML: not an object")
    if resource is NETWORK_POLICIES:
        try:
            slips = list(_check(_remembering(value), "NetworkPolicy", "", ("NetworkPolicy", "")))
        except Refusal:
            slips = ["a value has the wrong type"]
        if slips:
            what = f"{key}; {resource.api_version}, Kind={resource.kind}"
            raise Refusal(500, "", f"failed to create typed patch object ({what}): {'; '.join(slips)}")
    return value


def _remembering(value: Any) -> Any:
    """Rebuild a parsed document of objects that remember (YAML's duplicates are gone by now)."""
    if isinstance(value, dict):
        return _pairs([(str(key), _remembering(item)) for key, item in value.items()])
    return [_remembering(item) for item in value] if isinstance(value, list) else value


def _parse(body: bytes, resource: Resource) -> _Object:
    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(text, object_pairs_hook=_pairs)
    except json.JSONDecodeError as error:
        why = f"couldn't get version/kind; json parse error: {_go_syntax_error(text, error.pos)}"
        message = f"the object provided is unrecognized (must be of type {resource.kind}): {why} ({text})"
        raise bad_request(message) from None
    if not isinstance(value, _Object):
        named = f"json: cannot unmarshal {_kind_of(value)} into Go value of type struct {{ ... }}"
        raise bad_request(f"the object provided is unrecognized (must be of type {resource.kind}): {named}")
    return value


def _go_syntax_error(text: str, at: int) -> str:
    """Say where the JSON breaks in the words of Go's scanner, for the breaks that tests make."""
    rest = text[at:].lstrip()
    if not rest:
        return "unexpected end of JSON input"
    looking = "object key string" if text[:at].rstrip().endswith(("{", ",")) else "value"
    return f"invalid character {rest[0]!r} looking for beginning of {looking}"


def _wrong_kind(resource: Resource, kind: str, api_version: str) -> Refusal:
    version = api_version.rpartition("/")[2]
    if (api_version, kind) in BY_KIND:
        internal = resource.group.partition(".")[0] or "core"
        why = f"converting ({version}.{kind}) to ({internal}.{resource.kind}): unknown conversion"
    else:
        why = (
            f'no kind "{kind}" is registered for version "{api_version}" in scheme "pkg/api/legacyscheme/scheme.go:30"'
        )
    return undecodable(resource, why, kind=kind, version=version)


def _check(value: Any, wanted: Type, path: str, place: tuple[str, str]) -> Iterator[str]:
    """Yield strict errors (unknown and repeated fields) in document order; raise at the first wrong type.

    ``place`` is the innermost struct and the field path without indexes, by which Go's decoder tells a type error.
    """
    if value is None:
        return
    if isinstance(wanted, list):
        _must_be(value, list, wanted, place)
        for index, item in enumerate(value):
            yield from _check(item, wanted[0], f"{path}[{index}]", place)
    elif isinstance(wanted, dict):
        _must_be(value, dict, wanted, place)
        for key, item in value.items():
            yield from _repeated(value, key, path)
            yield from _check(item, wanted[""], f"{path}.{key}", place)
    elif wanted in STRUCTS:
        _must_be(value, dict, wanted, place)
        for key, item in value.items():
            at = f"{path}.{key}" if path else key
            yield from _repeated(value, key, path)
            if key not in STRUCTS[wanted]:
                yield f'unknown field "{at}"'
            else:
                inner = (wanted, f"{place[1]}.{key}" if place[1] else key)
                yield from _check(item, STRUCTS[wanted][key], at, inner)
    else:
        _check_scalar(value, wanted, place)


def _repeated(value: _Object, key: str, path: str) -> Iterator[str]:
    if key in value.repeated:
        yield f'duplicate field "{path}.{key}"' if path else f'duplicate field "{key}"'


def _must_be(value: Any, kind: type, wanted: Type, place: tuple[str, str]) -> None:
    if not isinstance(value, kind):
        raise _mismatch(_kind_of(value), wanted, place)


def _check_scalar(value: Any, wanted: str, place: tuple[str, str]) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if wanted in ("int32", "int64"):
        if not number:
            raise _mismatch(_kind_of(value), wanted, place)
        if isinstance(value, float) or not -(2 ** (int(wanted[3:]) - 1)) <= value < 2 ** (int(wanted[3:]) - 1):
            raise _mismatch(f"number {value}", wanted, place)
    elif wanted == "IntOrString":
        if isinstance(value, str):
            return
        if not number or isinstance(value, float) or not -(2**31) <= value < 2**31:
            said = f"number {value}" if number else _kind_of(value)
            raise undecodable(NETWORK_POLICIES, f"json: cannot unmarshal {said} into Go value of type int32")
    elif wanted == "bool":
        _must_be(value, bool, wanted, place)
    elif wanted == "FieldsV1":
        _must_be(value, dict, wanted, place)
    else:
        _must_be(value, str, wanted, place)


def _mismatch(found: str, wanted: Type, place: tuple[str, str]) -> Refusal:
    struct, path = place
    into = f"Go struct field {struct}.{path}" if path else "Go value"
    return undecodable(NETWORK_POLICIES, f"json: cannot unmarshal {found} into {into} of type {_go_type(wanted)}")


def _go_type(wanted: Type) -> str:
    if isinstance(wanted, list):
        return f"[]{_go_type(wanted[0])}"
    if isinstance(wanted, dict):
        return f"map[string]{_go_type(wanted[''])}"
    if wanted in _SCALARS:
        return str(wanted)
    return _NAMED_STRINGS.get(wanted, f"v1.{wanted}")


def _kind_of(value: Any) -> str:
    """Name a JSON value as Go does."""
    names = ((bool, "bool"), (int | float, "number"), (str, "string"), (list, "array"))
    return next((name for kind, name in names if isinstance(value, kind)), "object")


def _known(value: Any, wanted: Type) -> Any:
    """Return the value without the fields that the type does not have: the decoder drops them."""
    if isinstance(wanted, list) and isinstance(value, list):
        return [_known(item, wanted[0]) for item in value]
    if isinstance(wanted, str) and wanted in STRUCTS and isinstance(value, dict):
        fields = STRUCTS[wanted]
        return {key: _known(item, fields[key]) for key, item in value.items() if key in fields}
    return value
