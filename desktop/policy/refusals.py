"""What the API server refuses about a policy's values: the codes, and the reason it gives with each (422).

Codes that end in ``.too-long`` carry ``value`` and ``maximum`` (bytes), the others ``value``, the text or number as
written, and what else the sentence needs. ``reason`` is among the facts. The codes of ``desktop.policy.schema`` come
from decoding (400) and have no reason.
"""

from desktop.policy.findings import Finding, Path, Severity

INVALID = "FieldValueInvalid"
REQUIRED = "FieldValueRequired"
FORBIDDEN = "FieldValueForbidden"
NOT_SUPPORTED = "FieldValueNotSupported"
TOO_LONG = "FieldValueTooLong"

_OTHER_REASONS = {
    "annotations.too-large": TOO_LONG,
    "cidr.required": REQUIRED,
    "finalizer.added-late": FORBIDDEN,
    "name.required": REQUIRED,
    "peer.empty": REQUIRED,
    "peer.mixed": FORBIDDEN,
    "policy-types.unknown": NOT_SUPPORTED,
    "protocol.unknown": NOT_SUPPORTED,
    "selector.values-forbidden": FORBIDDEN,
    "selector.values-required": REQUIRED,
}


def refusal(code: str, path: Path, exact: Path = (), **facts: object) -> Finding:
    """Return the finding for a value that the server refuses at ``path``."""
    reason = _OTHER_REASONS.get(code, INVALID)
    return Finding(code, Severity.ERROR, path, {**facts, "reason": reason}, exact=exact)
