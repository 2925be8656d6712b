"""The form's view of one policy document: fields read from a value, and written back to it."""

from desktop.policy.draft_fields import (
    NAMESPACE_NAME,
    DirectionField,
    Draft,
    Isolation,
    LabelRow,
    PeerField,
    PortField,
    RuleField,
    Scope,
    SelectorField,
)
from desktop.policy.draft_kept import kept_as_written
from desktop.policy.draft_origins import origins, recognised
from desktop.policy.draft_reading import read_draft
from desktop.policy.draft_writing import Written, write_draft

__all__ = [
    "NAMESPACE_NAME",
    "DirectionField",
    "Draft",
    "Isolation",
    "LabelRow",
    "PeerField",
    "PortField",
    "RuleField",
    "Scope",
    "SelectorField",
    "Written",
    "kept_as_written",
    "origins",
    "read_draft",
    "recognised",
    "write_draft",
]
