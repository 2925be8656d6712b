"""``bulkhead compare``: the connections that another folder or cluster opens and closes."""

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from desktop.cli.connections import End, end_text, end_value, merged, open_values, open_words
from desktop.cli.pictures import Place, add_reading, caveat_values, pictures, say_caveats, settings
from desktop.cli.sources import Commands, add_kubeconfig, add_output
from desktop.language import tr
from desktop.reach.compare import Change, Difference, Open, compare, matrices


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "compare",
        help=tr("say which connections differ between two clusters or folders"),
        description=tr(
            "Say which connections the second cluster or folder opens and closes. The exit code is 1 when any differs."
        ),
    )
    for name in ("before", "after"):
        parser.add_argument(
            name, metavar=name.upper(), help=tr("a folder of manifests, or a context of the kubeconfig")
        )
    add_kubeconfig(parser)
    add_reading(parser)
    add_output(parser)
    parser.set_defaults(command=_compare)


@dataclass(frozen=True, slots=True)
class _Change:
    source: End
    destination: End
    change: Change
    before: Open
    after: Open


def _compare(arguments: argparse.Namespace) -> int:
    places = [_place(each, arguments.kubeconfig) for each in (arguments.before, arguments.after)]
    before, after = pictures(arguments, *places)
    one, other = matrices(before, after, settings(arguments))
    found = _changes(compare(one, other))
    caveats = tuple(dict.fromkeys((*one.caveats, *other.caveats)))
    if arguments.output == "json":
        print(json.dumps({**_values(found), **caveat_values(caveats)}, indent=1))
    else:
        for each in found:
            print(_line(each))
        if not found:
            print(tr("No connection differs."))
    say_caveats(caveats)
    return 1 if found else 0


def _place(text: str, kubeconfig: Path | None) -> Place:
    """A folder that is there is meant; else it is a context."""
    folder = Path(text)
    return Place(folder, None, None) if folder.is_dir() else Place(None, text, kubeconfig)


def _changes(differences: Iterable[Difference]) -> list[_Change]:
    pairs = ((each.source, each.destination, (each.change, each.before, each.after)) for each in differences)
    found = [_Change(source, destination, *told) for source, destination, told in merged(pairs)]
    return sorted(found, key=lambda each: (end_text(each.source), end_text(each.destination)))


def _values(found: list[_Change]) -> dict[str, object]:
    """The certain changes, and those of what is undecidable or holds for some pods only, where there are any."""
    uncertain = [
        {**_ends(each), "before": open_values(each.before), "after": open_values(each.after)}
        for each in found
        if (each.before.undecidable, each.before.partly) != (each.after.undecidable, each.after.partly)
    ]
    changes = [
        {"type": each.change.value, **_ends(each), "ref1": each.before.certain, "ref2": each.after.certain}
        for each in found
        if each.change is not Change.UNCERTAIN
    ]
    return {"changes": changes, **({"uncertain": uncertain} if uncertain else {})}


def _ends(change: _Change) -> dict[str, object]:
    return {"src": end_value(change.source), "dst": end_value(change.destination)}


_SIGNS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~", Change.UNCERTAIN: "?"}


def _line(change: _Change) -> str:
    ends = f"{_SIGNS[change.change]} {end_text(change.source)} -> {end_text(change.destination)}"
    match change.change:
        case Change.ADDED:
            return f"{ends}: {open_words(change.after)}"
        case Change.REMOVED:
            return f"{ends}: {open_words(change.before)}"
        case _:
            return f"{ends}: {open_words(change.before)} => {open_words(change.after)}"
