"""Who owns which field: ``metadata.managedFields``, as server-side apply keeps them.

Of a NetworkPolicy, labels and annotations are owned key by key; podSelector and the three lists of the spec are owned
whole. A field is a path such as ``("spec", "ingress")``.
"""

import copy
from dataclasses import dataclass

from tests.helpers.api_server.resources import Json
from tests.helpers.api_server.status import field_conflict

Field = tuple[str, ...]
_MAPS = ("labels", "annotations")


@dataclass(frozen=True, slots=True)
class Owner:
    """A manager as the server tells them apart: by name and by how it writes."""

    manager: str
    operation: str  # Apply or Update

    def printed(self, api_version: str) -> str:
        using = f" using {api_version}" if self.operation == "Update" else ""
        return f'"{self.manager}"{using}'


@dataclass(frozen=True, slots=True)
class Owned:
    """What an owner owns, and since when."""

    fields: frozenset[Field]
    time: str


Ownership = dict[Owner, Owned]


def values_of(obj: Json) -> dict[Field, object]:
    """The ownable fields of an object and their values; the map itself stands for being there."""
    fields: dict[Field, object] = {}
    for key in _MAPS:
        entries = (obj.get("metadata") or {}).get(key)
        if entries is not None:
            fields["metadata", key] = True
            fields |= {("metadata", key, name): value for name, value in entries.items()}
    for key, value in (obj.get("spec") or {}).items():
        fields["spec", key] = value
    return fields


def record_update(ownership: Ownership, old: Json, new: Json, manager: str, now: str) -> Ownership:
    """Return the ownership after a create or update by ``manager``: it takes all that it changed."""
    before, after = values_of(old), values_of(new)
    changed = frozenset(at for at in after if at not in before or before[at] != after[at])
    removed = frozenset(before.keys() - after.keys())
    if not changed and not removed:
        return ownership
    me = Owner(manager, "Update")
    mine = ownership.get(me)
    kept = {
        owner: Owned(owned.fields - changed - removed, owned.time) for owner, owned in ownership.items() if owner != me
    }
    result = (mine.fields if mine else frozenset()) - removed | changed
    return _without_empty(kept | {me: Owned(result, now)})


def apply(
    ownership: Ownership, live: Json, config: Json, manager: str, now: str, *, force: bool, api_version: str
) -> tuple[Json, Ownership]:
    """Lay ``config`` over ``live``; raise the conflict with other managers unless ``force``."""
    me = Owner(manager, "Apply")
    wanted = {at: value for at, value in values_of(config).items() if at[0] == "spec" or len(at) == 3}
    others = {owner: owned for owner, owned in ownership.items() if owner != me}
    there = values_of(live)
    changed = frozenset(at for at, value in wanted.items() if at not in there or there[at] != value)
    conflicts = [
        (owner.printed(api_version), "." + ".".join(at))
        for owner, owned in sorted(others.items(), key=lambda each: each[0].manager)
        for at in sorted(owned.fields & changed)
    ]
    if conflicts and not force:
        raise field_conflict(conflicts)
    held = frozenset(at for owned in others.values() for at in owned.fields)
    mine = ownership.get(me)
    dropped = (mine.fields if mine else frozenset()) - wanted.keys() - held
    merged = _laid_over(live, wanted, dropped)
    after = {owner: Owned(owned.fields - changed, owned.time) for owner, owned in others.items()}
    fields = frozenset(wanted)
    after[me] = mine if mine and mine.fields == fields else Owned(fields, now)
    return merged, _without_empty(after)


def _laid_over(live: Json, wanted: dict[Field, object], dropped: frozenset[Field]) -> Json:
    result = copy.deepcopy(live)
    metadata, spec = result["metadata"], result["spec"]
    for at in dropped:
        holder = spec if at[0] == "spec" else metadata.get(at[1], {})
        holder.pop(at[-1], None)
    for at, value in wanted.items():
        if at[0] == "spec":
            spec[at[1]] = value
        else:
            metadata[at[1]] = {**metadata.get(at[1], {}), at[2]: value}
    for key in _MAPS:
        if not metadata.get(key, True):
            del metadata[key]
    return result


def _without_empty(ownership: Ownership) -> Ownership:
    return {owner: owned for owner, owned in ownership.items() if owned.fields}


def to_entries(ownership: Ownership, api_version: str) -> list[Json]:
    """Write ``managedFields``: appliers first, then by time and name."""
    order = sorted(ownership.items(), key=lambda each: (each[0].operation, each[1].time, each[0].manager))
    return [
        {
            "manager": owner.manager,
            "operation": owner.operation,
            "apiVersion": api_version,
            "time": owned.time,
            "fieldsType": "FieldsV1",
            "fieldsV1": _to_tree(owned.fields),
        }
        for owner, owned in order
    ]


def from_entries(entries: list[Json]) -> Ownership:
    """Read ``managedFields``."""
    return {
        Owner(entry["manager"], entry["operation"]): Owned(frozenset(_from_tree(entry["fieldsV1"])), entry["time"])
        for entry in entries
    }


def _to_tree(fields: frozenset[Field]) -> Json:
    tree: Json = {}
    for at in sorted(fields):
        node = tree
        for step in at:
            node = node.setdefault(f"f:{step}", {})
        if any(other != at and other[: len(at)] == at for other in fields):
            node["."] = {}
    return tree


def _from_tree(tree: Json, prefix: Field = ()) -> list[Field]:
    fields: list[Field] = []
    for key, below in tree.items():
        if key == ".":
            fields.append(prefix)
        else:
            at = (*prefix, key.removeprefix("f:"))
            fields += _from_tree(below, at) if below else [at]
    return fields
