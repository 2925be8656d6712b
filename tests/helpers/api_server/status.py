"""The Status objects with which the server refuses."""

import json
from dataclasses import dataclass

from tests.helpers.api_server.resources import Json, Resource


@dataclass(frozen=True, slots=True)
class Cause:
    """One entry of ``details.causes``."""

    reason: str
    message: str
    field: str


class Refusal(Exception):
    """The request is answered with a Status of failure."""

    def __init__(
        self, code: int, reason: str, message: str, details: Json | None = None, metadata: Json | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status: Json = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": metadata or {},
            "status": "Failure",
            "message": message,
        }
        if reason:
            self.status["reason"] = reason
        if details is not None:
            self.status["details"] = details
        self.status["code"] = code


def details_of(resource: Resource, name: str = "", *, kind: str = "") -> Json:
    """``details``, which leave out what is empty; ``kind`` is the plural unless another is given."""
    details = {"name": name, "group": resource.group, "kind": kind or resource.plural}
    return {key: value for key, value in details.items() if value}


def bad_request(message: str) -> Refusal:
    return Refusal(400, "BadRequest", message)


def undecodable(resource: Resource, why: str, *, kind: str = "", version: str = "") -> Refusal:
    """The body is no object of this resource."""
    said = f'{kind or resource.kind} in version "{version or resource.version}"'
    return bad_request(f"{said} cannot be handled as a {resource.kind}: {why}")


def unauthorized() -> Refusal:
    return Refusal(401, "Unauthorized", "Unauthorized")


def not_found(resource: Resource, name: str) -> Refusal:
    return Refusal(404, "NotFound", f'{resource.qualified} "{name}" not found', details_of(resource, name))


def _not_admitted(resource: Resource, name: str, why: str, **details: list[Json]) -> Refusal:
    message = f'{resource.qualified} "{name}" is forbidden: {why}'
    return Refusal(403, "Forbidden", message, {**details_of(resource, name), **details})


def terminating(resource: Resource, name: str, namespace: str) -> Refusal:
    """The namespace of a new object is being deleted."""
    cause = {
        "reason": "NamespaceTerminating",
        "message": f"namespace {namespace} is being terminated",
        "field": "metadata.namespace",
    }
    why = f"unable to create new content in namespace {namespace} because it is being terminated"
    return _not_admitted(resource, name, why, causes=[cause])


def no_account(resource: Resource, name: str, namespace: str, account: str) -> Refusal:
    """The service account of a new pod is not there."""
    why = f'error looking up service account {namespace}/{account}: serviceaccount "{account}" not found'
    return _not_admitted(resource, name, why)


def already_exists(resource: Resource, name: str) -> Refusal:
    return Refusal(409, "AlreadyExists", f'{resource.qualified} "{name}" already exists', details_of(resource, name))


def modified(resource: Resource, name: str) -> Refusal:
    """The resource version is not the current one."""
    why = "the object has been modified; please apply your changes to the latest version and try again"
    return _unfulfilled(resource.qualified, resource, name, why)


def other_uid(resource: Resource, key: str, name: str, sent: str, there: str) -> Refusal:
    """The uid in the body of an update is not that of the object (empty: there is no object)."""
    why = (
        f"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: "
        f"Precondition failed: UID in precondition: {sent}, UID in object meta: {there}"
    )
    return _unfulfilled(resource.qualified, resource, name, why)


def _unfulfilled(subject: str, resource: Resource, name: str, why: str, *, kind: str = "") -> Refusal:
    message = f'Operation cannot be fulfilled on {subject} "{name}": {why}'
    return Refusal(409, "Conflict", message, details_of(resource, name, kind=kind))


def precondition_failed(resource: Resource, name: str, what: str, sent: str, there: str) -> Refusal:
    """A precondition of a deletion does not hold; ``what`` is UID or ResourceVersion."""
    since = "deleted and then recreated" if what == "UID" else "modified"
    why = (
        f"the {what} in the precondition ({sent}) does not match the {what} in record ({there}). "
        f"The object might have been {since}"
    )
    return _unfulfilled(resource.qualified_kind, resource, name, why, kind=resource.kind)


def field_conflict(conflicts: list[tuple[str, str]]) -> Refusal:
    """Other managers own fields that an apply would change: pairs of manager (as printed) and field."""
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {who}", "field": at} for who, at in conflicts
    ]
    if len(conflicts) == 1:
        who, at = conflicts[0]
        told = f"1 conflict: conflict with {who}: {at}"
    else:
        lines = []
        for manager in dict.fromkeys(who for who, _ in conflicts):
            lines.append(f"conflicts with {manager}:")
            lines += [f"- {at}" for who, at in conflicts if who == manager]
        told = f"{len(conflicts)} conflicts: " + "\n".join(lines)
    return Refusal(409, "Conflict", f"Apply failed with {told}", {"causes": causes})


def invalid(resource: Resource, name: str, causes: list[Cause]) -> Refusal:
    """The object breaks the rules of its kind."""
    told = list(dict.fromkeys(f"{cause.field}: {cause.message}" for cause in causes))
    text = told[0] if len(told) == 1 else f"[{', '.join(told)}]"
    details = details_of(resource, name, kind=resource.kind)
    details["causes"] = [{"reason": c.reason, "message": c.message, "field": c.field} for c in causes]
    return Refusal(422, "Invalid", f'{resource.qualified_kind} "{name}" is invalid: {text}', details)


def expired_continue(fresh_token: str) -> Refusal:
    message = (
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
        "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
        "modified, or deleted between the time the first chunk was returned and now may show up in the list."
    )
    return Refusal(410, "Expired", message, metadata={"continue": fresh_token})


def too_old(version: int, oldest: int) -> Refusal:
    return Refusal(410, "Expired", f"too old resource version: {version} ({oldest})")


def go_quote(text: str) -> str:
    """Write a string as Go's ``%q`` does (for what tests send)."""
    return json.dumps(text, ensure_ascii=False)
