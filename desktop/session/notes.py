"""What is worth knowing before a stored policy is changed: who else writes it, and what then becomes of the change."""

from collections.abc import Mapping

from desktop.cluster.gateway import PolicyDocument
from desktop.policy.findings import Finding, Severity
from desktop.policy.owner import LAST_APPLIED, Tool, owner_of

_CLIENT_SIDE_APPLY = "kubectl-client-side-apply"


def notes_on(document: PolicyDocument | None) -> tuple[Finding, ...]:
    """Return the notes on a document that is to be changed or deleted (None: there is none).

    ``note.managed-by``: Helm, Argo CD or Flux looks after it and will put its own version back.
    ``note.other-manager``: another program wrote it last. ``note.last-applied``: a later ``kubectl apply`` compares
    with what it was given last, which this change does not touch, and takes back what the change did.
    """
    if document is None:
        return ()
    metadata = document.value.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    notes: list[Finding] = []
    owner = owner_of(metadata)
    if owner is not None and owner.tool in {Tool.HELM, Tool.ARGO_CD, Tool.FLUX, Tool.OTHER}:
        code = "note.other-manager" if owner.tool is Tool.OTHER else "note.managed-by"
        notes.append(Finding(code, Severity.WARNING, (), {"tool": owner.tool.value, "name": owner.name}))
    if _applied_by_kubectl(metadata):
        notes.append(Finding("note.last-applied", Severity.WARNING, ("metadata", "annotations", LAST_APPLIED)))
    return tuple(notes)


def _applied_by_kubectl(metadata: Mapping[str, object]) -> bool:
    annotations, fields = metadata.get("annotations"), metadata.get("managedFields")
    return (isinstance(annotations, Mapping) and LAST_APPLIED in annotations) or any(
        isinstance(entry, Mapping) and entry.get("manager") == _CLIENT_SIDE_APPLY
        for entry in (fields if isinstance(fields, list) else ())
    )
