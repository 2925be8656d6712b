"""How far policies protect pods, in words."""

from collections.abc import Sequence

from desktop.language import tr, tr_n
from desktop.policy.objects import Direction
from desktop.reach.protection import Protected, Protection
from desktop.wording.lists import listed
from desktop.wording.plain import plain


def share_words(protection: Protection, direction: Direction) -> str:
    """Return how many of the pods are isolated, such as ``3 of 5``."""
    if not protection.known:
        return tr("not known")
    if not protection.pods:
        return tr("no pods")
    return tr("{count} of {all}", count=protection.isolated[direction], all=protection.pods)


def summary(protections: Sequence[Protection]) -> str:
    """Return how many pods of all that are known are isolated, and in how many namespaces that is not known."""
    known = [each for each in protections if each.known]
    pods = sum(each.pods for each in known)
    words = tr(
        "Policies restrict inbound traffic of {inbound} and outbound traffic of {outbound} of {pods} pods.",
        inbound=sum(each.isolated[Direction.INGRESS] for each in known),
        outbound=sum(each.isolated[Direction.EGRESS] for each in known),
        pods=pods,
    )
    if not (unknown := len(protections) - len(known)):
        return words
    more = tr_n(
        "{count} namespace does not count: its pods or policies are not all known.",
        "{count} namespaces do not count: their pods or policies are not all known.",
        unknown,
    )
    return f"{words} {more}"


def unknown_hint() -> str:
    """Return why nothing is claimed of a namespace."""
    return tr("Not all pods and policies here are known: you may not list them, or one cannot be read.")


def policies_words(protected: Protected, direction: Direction, *, known: bool) -> str:
    """Return the policies that isolate pods in a direction, or that nothing does."""
    if protected.on_host_network:
        return tr("host network: no policy applies")
    names = protected.policies[direction]
    if names:
        return listed(map(plain, names))
    return tr("not protected") if known else tr("not known")
