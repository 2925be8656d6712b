"""What a selector or a peer matches, in words. Plain Python."""

from desktop.language import tr, tr_n
from desktop.reach.choices import Match
from desktop.wording.lists import listed
from desktop.wording.plain import plain

_NAMED = 8


def selected_words(match: Match, *, every: bool) -> str:
    """Return which pods a policy applies to, of how many; ``every`` when the selector is empty."""
    if not match.known:
        return tr("Which pods these are cannot be said: pods may not be listed here.")
    if every and match.of:
        words = tr_n("Every pod of the namespace: {count} pod.", "Every pod of the namespace: {count} pods.", match.of)
    elif not match.of:
        words = tr("No pod now: the namespace has none.")
    elif not match.pods:
        words = tr_n("No pod now, of {count} pod.", "No pod now, of {count} pods.", match.of)
    else:
        words = tr_n("{pods} of {count} pod.", "{pods} of {count} pods.", match.of, pods=match.pods)
    if match.on_host_network:
        words += " " + tr_n(
            "{count} more is on the host network: policies do not apply to it.",
            "{count} more are on the host network: policies do not apply to them.",
            match.on_host_network,
        )
    return words


def workload_words(match: Match, most: int = _NAMED) -> str:
    """Return the workloads of the matched pods, those with the most pods first."""
    told = [
        tr_n("{name} ({count} pod)", "{name} ({count} pods)", pods, name=plain(name)) for name, pods in match.workloads
    ]
    more = len(told) - most + match.more
    if len(told) > most or match.more:
        told = [*told[:most], tr_n("{count} more", "{count} more", max(more, match.more))]
    return listed(told) if told else ""


def block_match_words(match: Match) -> str:
    """Return whose addresses a block holds now; nothing where that is not known, as of most blocks outside."""
    if not match.known:
        return ""
    if not match.pods:
        return tr("holds the address of no pod now")
    workloads = len(match.workloads) + match.more
    pods = tr_n("{count} pod", "{count} pods", match.pods)
    return tr_n(
        "holds addresses of {pods} in {count} workload",
        "holds addresses of {pods} in {count} workloads",
        workloads,
        pods=pods,
    )


def peer_match_words(match: Match) -> str:
    """Return what a source or destination matches now."""
    if not match.known:
        return tr("what it matches is not known: pods or namespaces may not be listed")
    if not match.pods:
        return tr("matches no pod now")
    workloads = len(match.workloads) + match.more
    pods = tr_n("{count} pod", "{count} pods", match.pods)
    return tr_n("matches {pods} in {count} workload", "matches {pods} in {count} workloads", workloads, pods=pods)
