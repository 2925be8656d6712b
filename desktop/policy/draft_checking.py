"""What keeps a draft from being applied that the server could not say of its document alone."""

from collections.abc import Collection, Iterator, Mapping

from desktop.policy.draft_fields import Draft, Isolation
from desktop.policy.draft_writing import Written, write_draft
from desktop.policy.findings import Finding, Severity
from desktop.policy.rules import check
from desktop.policy.typed import names_like_ranges, write_port


def check_draft(
    draft: Draft, *, old: Mapping[str, object] | None = None, taken: Collection[str] = (), decided: bool = True
) -> tuple[Written, tuple[Finding, ...]]:
    """Return what a draft comes to, and everything that stands against it; paths are the form's.

    ``old`` is the policy as stored that it is to replace, ``taken`` the names of the other policies of its namespace.
    ``decided`` is False while nobody said yet what is to be restricted: a new policy must not isolate by accident.
    """
    written = write_draft(draft)
    findings = [*written.findings, *_choices(draft, taken, decided=decided), *_doubts(draft)]
    unreadable = {finding.path for finding in written.findings}
    for finding in map(written.in_form, check(written.value, old=old)):
        # A value left out because it could not be read is not missing too.
        if not any(
            finding.path[: len(path)] == path or path[: len(finding.path)] == finding.path for path in unreadable
        ):
            findings.append(finding)
    return written, tuple(findings)


def _doubts(draft: Draft) -> Iterator[Finding]:
    """Yield what can be read, but was perhaps meant otherwise."""
    for direction, key in ((draft.inbound, "ingress"), (draft.outbound, "egress")):
        for index, rule in enumerate(direction.rules if direction.isolation is Isolation.RULES else ()):
            for row, port in enumerate(rule.ports):
                if port.written is None or port.text != write_port(port.written):
                    for name in names_like_ranges(port.text):
                        path = ("spec", key, index, "ports", row, "port")
                        yield Finding("typed.port-name-like-range", Severity.INFO, path, {"text": name})


def _choices(draft: Draft, taken: Collection[str], *, decided: bool) -> Iterator[Finding]:
    if draft.name in taken:
        facts = {"name": draft.name, "namespace": draft.namespace}
        yield Finding("draft.name-taken", Severity.ERROR, ("metadata", "name"), facts)
    if not decided:
        yield Finding("draft.undecided", Severity.ERROR, ("spec", "policyTypes"))
