"""Where the parts of a changed document come from: which rule, port or label of it was which before."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.policy.findings import Path


@dataclass(frozen=True, slots=True)
class Origins:
    """The entries that a change removed, moved, added or edited, by the path of their list in the changed document.

    ``entries`` holds for each entry of a list the index that it had before, None for a new one; what no index names is
    gone. ``keys`` holds for each mapping, by a key's new name, the name that it had. What is not named here is not
    known: then equal parts are taken for the same.
    """

    entries: Mapping[Path, tuple[int | None, ...]] = field(default_factory=dict)
    keys: Mapping[Path, Mapping[str, str]] = field(default_factory=dict)

    def within(self, path: Path, count: int) -> "Origins":
        """Return the same for a document that holds this one at ``path``, as one of ``count`` that all stay."""
        entries = {(*path, *at): origin for at, origin in self.entries.items()}
        keys = {(*path, *at): names for at, names in self.keys.items()}
        return Origins({path[:-1]: tuple(range(count)), **entries}, keys)

    def stirred(self) -> frozenset[Path]:
        """Return the paths to and of all lists whose entries do not stand as they stood, though they may be equal."""
        moved = [path for path, origin in self.entries.items() if origin != tuple(range(len(origin)))]
        return frozenset(path[:length] for path in moved for length in range(len(path) + 1))


NOT_KNOWN = Origins()
