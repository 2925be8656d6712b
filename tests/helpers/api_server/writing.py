"""Create, replace and patch."""

import copy
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.helpers.api_server import ownership, validation
from tests.helpers.api_server.decoding import decode, decode_apply
from tests.helpers.api_server.resources import (
    NAMESPACES,
    NETWORK_POLICIES,
    PODS,
    SERVICE_ACCOUNTS,
    Json,
    Resource,
)
from tests.helpers.api_server.status import (
    Cause,
    Refusal,
    already_exists,
    bad_request,
    modified,
    no_account,
    not_found,
    other_uid,
    terminating,
)
from tests.helpers.api_server.store import Store, path_of, typed


@dataclass(frozen=True, slots=True)
class Change:
    """A write that is asked for."""

    resource: Resource
    namespace: str
    name: str
    query: dict[str, str]
    body: bytes
    content_type: str
    manager: str  # the default: the client's own name

    @property
    def path(self) -> str:
        return path_of(self.namespace, self.name)

    @property
    def dry_run(self) -> bool:
        return self.query.get("dryRun") == "All"

    @property
    def field_manager(self) -> str:
        return self.query.get("fieldManager") or self.manager


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it."""

    code: int
    body: bytes
    warnings: list[str]


EMPTY: Json = {"metadata": {}, "spec": {"podSelector": {}}}


def create(store: Store, change: Change) -> Written:
    """POST to a collection."""
    resource = change.resource
    sent, warnings = decode(change.body, resource, change.query.get("fieldValidation", "Warn"))
    _match_namespace(sent, change)
    with store.changed:
        _need_namespace(store, change, sent["metadata"].get("name", ""))
        if resource is PODS:
            _need_account(store, change, sent)
        obj = _new(resource, sent)
        if resource is NETWORK_POLICIES:
            obj = validation.settle(obj)
            validation.validate(obj)
            owned = ownership.record_update({}, EMPTY, obj, change.field_manager, now())
            _set_ownership(resource, obj, owned)
        metadata = obj["metadata"]
        if metadata.pop("resourceVersion", ""):
            raise Refusal(500, "", "resourceVersion should not be set on objects to be created")
        if store.get(resource, path_of(metadata.get("namespace", ""), metadata["name"])):
            raise already_exists(resource, metadata["name"])
        return _stored(store, change, obj, 201, warnings)


def replace(store: Store, change: Change) -> Written:
    """PUT over an object, guarded by the resource version and the uid in its body if they are there."""
    sent, warnings = decode(change.body, change.resource, change.query.get("fieldValidation", "Warn"))
    _match_namespace(sent, change)
    _match_name(sent, change)
    with store.changed:
        old = _old_for(store, change, sent["metadata"])
        return _updated(store, change, old, sent, warnings)


def patch(store: Store, change: Change) -> Written:
    """PATCH: a merge patch or a server-side apply."""
    if change.content_type == "application/apply-patch+yaml":
        return _apply(store, change)
    if change.query.get("force"):
        cause = Cause("FieldValueForbidden", "Forbidden: may not be specified for non-apply patch", "force")
        raise _bad_options(cause)
    if change.content_type not in ("application/merge-patch+json", "application/strategic-merge-patch+json"):
        raise unsupported_media_type()
    changes = json.loads(change.body)
    with store.changed:
        item = store.get(change.resource, change.path)
        if item is None:
            raise not_found(change.resource, change.name)
        old = item.value()
        sent = _merged(copy.deepcopy(old), changes)
        if sent["metadata"].get("resourceVersion") != old["metadata"]["resourceVersion"]:
            raise modified(change.resource, change.name)
        return _updated(store, change, old, sent, [])


def _apply(store: Store, change: Change) -> Written:
    resource = change.resource
    if not change.query.get("fieldManager"):
        raise _bad_options(Cause("FieldValueRequired", "Required value: is required for apply patch", "fieldManager"))
    config = decode_apply(change.body, resource, change.path)
    config.setdefault("metadata", {})
    if config["metadata"].get("managedFields"):
        raise bad_request("metadata.managedFields must be nil")
    _match_namespace(config, change)
    _match_name(config, change)
    with store.changed:
        item = store.get(resource, change.path)
        if item is None:
            _need_namespace(store, change, change.name)
            live, code, known = _new(resource, {**EMPTY, "metadata": dict(config["metadata"])}), 201, {}
            live["metadata"] = {k: v for k, v in live["metadata"].items() if k not in ("labels", "annotations")}
        else:
            live, code = item.value(), 200
            known = ownership.from_entries(live["metadata"].get("managedFields", []))
        obj, owned = ownership.apply(
            known,
            live,
            config,
            change.field_manager,
            now(),
            force=change.query.get("force") == "true",
            api_version=resource.api_version,
        )
        obj = validation.settle(obj)
        _set_ownership(resource, obj, owned)
        old = live if code == 200 else None
        if old is not None:
            _match_version(change, config["metadata"], old)
        validation.validate(obj, old)
        if old is not None:
            obj["metadata"]["generation"] = _generation(old, obj)
            if obj == old:
                return Written(200, _encoded(resource, old), [])
        return _stored(store, change, obj, code, [])


_NOT_TO_BE_CHANGED = (
    "name",
    "namespace",
    "uid",
    "creationTimestamp",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
)


def _updated(store: Store, change: Change, old: Json, sent: Json, warnings: list[str]) -> Written:
    resource = change.resource
    obj = {key: value for key, value in sent.items() if key not in ("kind", "apiVersion")}
    kept = {key: old["metadata"][key] for key in _NOT_TO_BE_CHANGED if key in old["metadata"]}
    obj["metadata"] = {
        **_without_nothing(obj["metadata"]),
        **kept,
        "resourceVersion": old["metadata"]["resourceVersion"],
    }
    if resource is NETWORK_POLICIES:
        obj = validation.settle(obj)
        known = ownership.from_entries(old["metadata"].get("managedFields", []))
        _set_ownership(resource, obj, ownership.record_update(known, old, obj, change.field_manager, now()))
        validation.validate(obj, old)
        obj["metadata"]["generation"] = _generation(old, obj)
    if obj == old:
        return Written(200, _encoded(resource, old), warnings)
    if "deletionTimestamp" in obj["metadata"] and not obj["metadata"].get("finalizers") and not change.dry_run:
        store.remove(resource, change.path)
        return Written(200, _encoded(resource, obj), warnings)
    return _stored(store, change, obj, 200, warnings)


def complete(resource: Resource, obj: Json) -> Json:
    """Return an object as a test gives it with what the server adds to a new one; nothing is checked."""
    return _new(resource, obj)


def _new(resource: Resource, sent: Json) -> Json:
    obj = {key: value for key, value in sent.items() if key not in ("kind", "apiVersion", "status")}
    metadata = _without_nothing(sent.get("metadata") or {})
    metadata |= {"uid": str(uuid.uuid4()), "generation": 1, "creationTimestamp": now()}
    metadata.pop("selfLink", None)
    obj["metadata"] = metadata
    if resource is NAMESPACES:
        metadata["labels"] = {"kubernetes.io/metadata.name": metadata["name"], **metadata.get("labels", {})}
        obj |= {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}
    return obj


def _without_nothing(metadata: Json) -> Json:
    return {key: value for key, value in metadata.items() if value not in (None, {}, [], "")}


def _stored(store: Store, change: Change, obj: Json, code: int, warnings: list[str]) -> Written:
    if change.dry_run:
        if code == 201:
            obj["metadata"].pop("resourceVersion", None)
        return Written(code, _encoded(change.resource, obj), warnings)
    item = store.put(change.resource, obj)
    return Written(code, typed(change.resource, item.raw), warnings)


def _set_ownership(resource: Resource, obj: Json, owned: ownership.Ownership) -> None:
    obj["metadata"]["managedFields"] = ownership.to_entries(owned, resource.api_version)


def _generation(old: Json, new: Json) -> int:
    return int(old["metadata"]["generation"]) + int(old["spec"] != new["spec"])


def _match_namespace(sent: Json, change: Change) -> None:
    metadata = sent.setdefault("metadata", {}) or {}
    sent["metadata"] = metadata
    if not change.resource.namespaced:
        return
    if metadata.get("namespace") not in (None, "", change.namespace):
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
    metadata["namespace"] = change.namespace


def _match_name(sent: Json, change: Change) -> None:
    name = sent["metadata"].setdefault("name", change.name)
    if name != change.name:
        raise bad_request(f"the name of the object ({name}) does not match the name on the URL ({change.name})")


def _need_namespace(store: Store, change: Change, name: str) -> None:
    """Refuse a new object where its namespace is not there, or about to go."""
    if not change.resource.namespaced:
        return
    namespace = store.get(NAMESPACES, change.namespace)
    if namespace is None:
        raise not_found(NAMESPACES, change.namespace)
    if namespace.value()["status"]["phase"] == "Terminating":
        raise terminating(change.resource, name, change.namespace)


def _need_account(store: Store, change: Change, pod: Json) -> None:
    """Refuse a pod whose service account is not there (yet)."""
    account = (pod.get("spec") or {}).get("serviceAccountName") or "default"
    if not store.get(SERVICE_ACCOUNTS, path_of(change.namespace, account)):
        raise no_account(PODS, pod["metadata"].get("name", ""), change.namespace, account)


def _old_for(store: Store, change: Change, sent: Json) -> Json:
    """Return what a PUT would replace, if it is what the PUT says it is."""
    item = store.get(change.resource, change.path)
    there = item.value() if item else None
    uid = there["metadata"]["uid"] if there else ""
    if sent.get("uid") and sent["uid"] != uid:
        key = f"/registry/{change.resource.plural}/{change.path}"
        raise other_uid(change.resource, key, change.name, sent["uid"], uid)
    if there is None:
        raise not_found(change.resource, change.name)
    _match_version(change, sent, there)
    return there


def _match_version(change: Change, sent: Json, there: Json) -> None:
    if sent.get("resourceVersion") and sent["resourceVersion"] != there["metadata"]["resourceVersion"]:
        raise modified(change.resource, change.name)


def unsupported_media_type() -> Refusal:
    return Refusal(415, "UnsupportedMediaType", "the body of the request was in an unknown format")


def _bad_options(cause: Cause) -> Refusal:
    message = f'PatchOptions.meta.k8s.io "" is invalid: {cause.field}: {cause.message}'
    causes = [{"reason": cause.reason, "message": cause.message, "field": cause.field}]
    return Refusal(422, "Invalid", message, {"group": "meta.k8s.io", "kind": "PatchOptions", "causes": causes})


def _merged(value: Json, changes: Json) -> Json:
    for key, change in changes.items():
        if change is None:
            value.pop(key, None)
        elif isinstance(change, dict) and isinstance(value.get(key), dict):
            _merged(value[key], change)
        else:
            value[key] = change
    return value


def _encoded(resource: Resource, obj: Json) -> bytes:
    return line({"kind": resource.kind, "apiVersion": resource.api_version, **obj})


def line(value: Json) -> bytes:
    """Return JSON as the server sends it: on one line."""
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def now() -> str:
    """Return the time as the server writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
