"""A document put right: the edits of a fix carried out on its value."""

from desktop.policy.findings import Edit, Fix, Path, Removed


def applied(value: object, fix: Fix) -> object:
    """Return a document's value (as in JSON) after a fix; what the fix does not touch is shared, nothing is changed.

    Raises LookupError where the document has no such place, as after it was edited meanwhile.
    """
    for edit in fix.edits:
        value = _edited(value, edit.path, edit)
    return value


def _edited(value: object, path: Path, edit: Edit) -> object:
    if not path:
        return edit.value
    step, rest = path[0], path[1:]
    if isinstance(value, dict) or (value is None and isinstance(step, str)):
        return _in_mapping(value or {}, step, rest, edit)
    if isinstance(value, list) and isinstance(step, int):
        return _in_list(value, step, rest, edit)
    raise LookupError(edit.path)


def _in_mapping(value: dict[object, object], step: str | int, rest: Path, edit: Edit) -> object:
    if not rest and edit.value is Removed.REMOVED:
        if step not in value:
            raise LookupError(edit.path)
        return {key: each for key, each in value.items() if key != step}
    return {**value, step: _edited(value.get(step), rest, edit)}


def _in_list(value: list[object], index: int, rest: Path, edit: Edit) -> object:
    if index > len(value) or (index == len(value) and (rest or edit.value is Removed.REMOVED)):
        raise LookupError(edit.path)
    if not rest and edit.value is Removed.REMOVED:
        return [*value[:index], *value[index + 1 :]]
    changed = _edited(value[index], rest, edit) if index < len(value) else edit.value
    return [*value[:index], changed, *value[index + 1 :]]
