"""An answer that says no becomes the error that it means, with the server's words and nothing else of it."""

import json

import pytest

from desktop.cluster.failures import api_error
from desktop.errors import (
    AlreadyExists,
    ApiError,
    Cause,
    Conflict,
    Expired,
    FieldConflict,
    Forbidden,
    Invalid,
    NotFound,
    ServerError,
    TooManyRequests,
    Unauthorized,
)


def status(code: int, reason: str = "", message: str = "", **details: object) -> bytes:
    body = {"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message}
    return json.dumps({**body, "details": details} if details else body).encode()


MANAGED = [{"reason": "FieldManagerConflict", "message": 'conflict with "gitops"', "field": ".spec.ingress"}]

MAY_NOT = 'networkpolicies is forbidden: User "ann" cannot create resource "networkpolicies" in the namespace "shop"'
WEBHOOK = 'admission webhook "validation.gatekeeper.sh" denied the request: [owner-needed] no label owner'
QUOTA = 'networkpolicies "web" is forbidden: exceeded quota: few, requested: 1, used: 5, limited: 5'
TERMINATING = [{"reason": "NamespaceTerminating", "message": "namespace shop is being terminated"}]


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (status(400, "BadRequest"), Invalid, "api.bad-request"),
        (status(401, "Unauthorized"), Unauthorized, "api.unauthorized"),
        (status(403, "Forbidden"), Forbidden, "api.forbidden"),
        (status(404, "NotFound"), NotFound, "api.not-found"),
        (status(405, "MethodNotAllowed"), ApiError, "api.refused"),
        (status(409, "AlreadyExists"), AlreadyExists, "api.already-exists"),
        (status(409, "Conflict"), Conflict, "api.conflict"),
        (status(409, "Conflict", causes=MANAGED), FieldConflict, "api.field-conflict"),
        (status(410, "Expired"), Expired, "api.expired"),
        (status(413, "RequestEntityTooLarge"), Invalid, "api.too-large"),
        (status(422, "Invalid"), Invalid, "api.invalid"),
        (status(429, "TooManyRequests"), TooManyRequests, "api.too-many-requests"),
        (status(500, "InternalError"), ServerError, "api.server-error"),
        (status(503, "ServiceUnavailable"), ServerError, "api.server-error"),
    ],
)
def test_each_status_has_its_error(body: bytes, kind: type[ApiError], code: str) -> None:
    error = api_error(json.loads(body)["code"], body)
    assert type(error) is kind
    assert error.code == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (status(403, "Forbidden"), "api.forbidden"),
        (status(403, "Forbidden", MAY_NOT), "api.forbidden"),
        (status(403, "Forbidden", WEBHOOK), "api.not-admitted"),
        (status(403, "Forbidden", QUOTA), "api.not-admitted"),
        (status(403, "Forbidden", "unable to create", causes=TERMINATING), "api.namespace-terminating"),
    ],
)
def test_a_write_that_is_admitted_from_nobody_is_not_taken_for_a_right_that_is_missing(body: bytes, code: str) -> None:
    error = api_error(403, body, of_write=True)
    assert (type(error), error.code) == (Forbidden, code)
    assert api_error(403, body).code == "api.forbidden", "what is read is not admitted, but permitted"


def test_reason_message_and_causes_are_kept() -> None:
    causes = [
        {
            "reason": "FieldValueInvalid",
            "message": "must be a valid CIDR",
            "field": "spec.egress[0].to[0].ipBlock.cidr",
        },
        {"reason": None, "field": "spec"},
    ]
    error = api_error(422, status(422, "Invalid", "it is invalid", name="bad", causes=causes))
    assert (error.status, error.reason, error.message) == (422, "Invalid", "it is invalid")
    assert error.causes == (
        Cause("FieldValueInvalid", "must be a valid CIDR", "spec.egress[0].to[0].ipBlock.cidr"),
        Cause("", "", "spec"),
    )


def test_a_cause_that_the_server_repeats_is_told_once() -> None:
    causes = [
        {"reason": "FieldValueNotSupported", "message": "Unsupported value", "field": f"spec.policyTypes[{index}]"}
        for index in (0, 1, 0, 1)
    ]
    error = api_error(422, status(422, "Invalid", "it is invalid", causes=causes))
    assert [cause.field for cause in error.causes] == ["spec.policyTypes[0]", "spec.policyTypes[1]"]


def test_fields_that_strict_decoding_names_become_causes() -> None:
    message = (
        'NetworkPolicy in version "v1" cannot be handled as a NetworkPolicy: strict decoding error: '
        'unknown field "spec.ingress[0].form", duplicate field "spec.podSelector"'
    )
    assert [(cause.reason, cause.field) for cause in api_error(400, status(400, message=message)).causes] == [
        ("UnknownField", "spec.ingress[0].form"),
        ("DuplicateField", "spec.podSelector"),
    ]
    assert api_error(400, status(400, message='unknown field "x"')).causes == ()


@pytest.mark.parametrize(
    "body", [b"404 page not found\n", b"", b"<html>CANARY</html>", b"\xff", b'{"message":"CANARY"}']
)
def test_an_answer_of_something_else_is_told_by_its_number_alone(body: bytes) -> None:
    error = api_error(404, body)
    assert (error.code, error.message) == ("api.not-served", "")
    assert api_error(502, body).code == "api.server-error"
    assert "CANARY" not in repr(error)


@pytest.mark.parametrize(
    ("header", "details", "seconds"),
    [
        ("7", {}, 7),
        ("", {"retryAfterSeconds": 3}, 3),
        ("5", {"retryAfterSeconds": 3}, 5),
        ("", {}, None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", {}, None),
        ("-5", {}, None),
        ("999999999999999999999", {}, None),
        ("999999999", {}, 86_400),
        ("", {"retryAfterSeconds": -5}, 0),
    ],
)
@pytest.mark.parametrize("code", [429, 503])
def test_the_time_to_wait_is_told(code: int, header: str, details: dict[str, int], seconds: int | None) -> None:
    assert api_error(code, status(code, "", "", **details), retry_after=header).facts["retry_after"] == seconds


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://evil.example/login?token=CANARY", "evil.example"),
        ("//me:CANARY@evil.example:8443#CANARY", "evil.example:8443"),
        ("/relative?CANARY", ""),
    ],
)
def test_a_redirect_names_the_host_and_no_more(location: str, host: str) -> None:
    error = api_error(302, b"", location=location)
    assert (error.code, error.facts["location"]) == ("api.redirect", host)
    assert "CANARY" not in str(error)


def test_the_status_counts_where_it_differs_from_the_head() -> None:
    assert isinstance(api_error(500, status(410, "Expired")), Expired)
