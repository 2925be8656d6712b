"""A place, or the connections between two, on the screen: policies and partners, each a link."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.language import tr, tr_n
from desktop.policy.objects import Direction
from desktop.ui.connections.answer_page import Page
from desktop.ui.connections.graph_words import place_words
from desktop.ui.connections.grid import Place
from desktop.ui.connections.grid_model import Sign, words_of
from desktop.ui.connections.overview import Isolation, Overview, Pair
from desktop.wording.coverage import unknown_hint
from desktop.wording.plain import plain

_LISTED = 60
Ask = Callable[[Pair], object]
Open = Callable[[str, str], object]


def overview_page(told: Overview, ask: Ask, open_policy: Open, parent: QWidget) -> Page:
    """Return a page about a place; ``ask`` and ``open_policy`` (namespace, name) follow its links."""
    page = Page(parent)
    page.title(place_words(told.place))
    if told.isolation is not None:
        _add_isolation(page, told.isolation, open_policy)
    _list(page, tr("May connect to"), tr("It may connect to nothing."), told.out, ask, lambda pair: pair.target)
    _list(page, tr("May be reached by"), tr("Nothing may connect to it."), told.into, ask, lambda pair: pair.source)
    page.end()
    return page


def isolation_page(title: str, told: Isolation | None, open_policy: Open, parent: QWidget) -> Page:
    """Return a page about the policies of some pods; None: it is an outside address, which no policy holds."""
    page = Page(parent)
    page.title(plain(title))
    if told is not None:
        _add_isolation(page, told, open_policy)
    page.gap()
    page.say(tr("Name the other end to see whether they may talk."))
    page.end()
    return page


def _add_isolation(page: Page, told: Isolation, open_policy: Open) -> None:
    if told.on_host_network:
        page.say(tr("It is on the host network: policies do not apply to it."))
        return
    if not told.even:
        page.say(tr("The pods differ in what policies make of them."))
    if not told.known:
        page.say(unknown_hint())
    for direction, words, none in (
        (Direction.INGRESS, tr("Restricted inbound by"), tr("No policy restricts it inbound")),
        (Direction.EGRESS, tr("Restricted outbound by"), tr("No policy restricts it outbound")),
    ):
        keys = told.policies[direction]
        page.gap()
        page.say(words if keys else none if told.known else tr("No policy that is known restricts it"))
        for namespace, name in keys:
            page.link(plain(name), tr("Open this policy"), partial(open_policy, namespace, name), indent=12)


def pairs_page(source: Place, target: Place, found: Sequence[Pair], ask: Ask, parent: QWidget) -> Page:
    """Return a page about the connections between two places."""
    page = Page(parent)
    page.title(place_words(source))
    page.title(tr("to {destination}", destination=place_words(target)))
    _list(page, "", tr("Nothing is open between them."), found, ask, None)
    page.end()
    return page


def _list(
    page: Page, title: str, nothing: str, found: Sequence[Pair], ask: Ask, named: Callable[[Pair], Place] | None
) -> None:
    page.gap()
    if title or not found:
        page.say(title if found else nothing)
    for pair in found[:_LISTED]:
        name = place_words(named(pair)) if named else _both(pair)
        text = f"{Sign[pair.state.name].value} {name}"
        page.link(text, tr("{state}: see why", state=words_of(pair.state)), partial(ask, pair), indent=12)
    if (more := len(found) - _LISTED) > 0:
        page.say(tr_n("… and {count} more", "… and {count} more", more), indent=12)


def _both(pair: Pair) -> str:
    return tr("{source} to {destination}", source=place_words(pair.source), destination=place_words(pair.target))
