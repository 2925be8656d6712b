"""How a text is checked that is meant for a cluster: by its limits, what it holds, and what an update tolerates."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.manifest import checking
from desktop.manifest.checking import Checked
from desktop.session.advising import advised, with_policies
from desktop.session.catalog import Source
from desktop.ui.editor.checking import Check
from desktop.ui.editor.unseen import unseen

if TYPE_CHECKING:
    from desktop.session.session import Session


def checker(session: "Session", namespace: str, old: Mapping[str, object] | None) -> Check:
    """Return what checks a text; ``namespace`` is for objects that name none, ``old`` the policy it started from."""

    def check(text: str) -> Checked:
        profile = session.profile
        checked = checking.check(text, profile=profile, namespace=namespace, old=old)
        picture = with_policies(session.snapshot, checked.entries, origin_of(session))
        with session.sights.at(picture) as sight:
            checked = advised(checked, sight, profile)
        return replace(checked, findings=(*checked.findings, *unseen(text)))

    return check


def origin_of(session: "Session") -> str:
    """Return what a text is in place of, where the cluster is a folder: one of its files. Empty for a live cluster."""
    return "" if session.entry.source is Source.CONTEXT else session.entry.path
