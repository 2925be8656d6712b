"""Advice on the policies of a text, as they would be in a cluster: what it holds stands in place of the same."""

from collections.abc import Iterable
from dataclasses import replace

from desktop.manifest import checking
from desktop.manifest.checking import Checked, Entry
from desktop.policy.advice import advice_on
from desktop.policy.profile import Profile
from desktop.reach.advice.advisor import advise
from desktop.reach.advice.sight import Sight
from desktop.reach.objects import StoredPolicy
from desktop.reach.snapshot import Put, Snapshot


def with_policies(snapshot: Snapshot, entries: Iterable[Entry], origin: str = "") -> Snapshot:
    """Return a picture that holds the policies of a text, in place of those of the same names.

    ``origin`` is the file that the text is, or is to be, where the picture is that of a folder.
    """
    return snapshot.apply(
        Put(StoredPolicy(entry.namespace, entry.name, replace(entry.policy, name=entry.name), b"", origin=origin))
        for entry in entries
        if entry.policy is not None
    )


def advised(checked: Checked, sight: Sight, profile: Profile) -> Checked:
    """Return what was found in a text with advice; ``sight`` is of the cluster ``with_policies`` of the text."""
    entries = [_advised(entry, sight, profile) for entry in checked.entries]
    more = [
        finding
        for before, after in zip(checked.entries, entries, strict=True)
        for finding in after.findings[len(before.findings) :]
    ]
    ordered = [replace(entry, findings=checking.in_order(entry.findings)) for entry in entries]
    return Checked(tuple(ordered), checking.in_order((*checked.findings, *more)))


def _advised(entry: Entry, sight: Sight, profile: Profile) -> Entry:
    stored = sight.snapshot.policies.get(entry.namespace, {}).get(entry.name)
    if entry.policy is None or stored is None or stored.policy != replace(entry.policy, name=entry.name):
        return entry  # it cannot be read, or another policy of its name stands in the text as well
    found = (*advice_on(stored.policy, profile), *advise(stored.policy, profile, sight))
    return replace(entry, findings=(*entry.findings, *(checking.place(finding, entry.document) for finding in found)))
