"""Whatever a server sends, the reader of its JSON ends with objects or with an error of ours."""

import contextlib
import json
import logging

from hypothesis import given
from hypothesis import strategies as st

from desktop.cluster.resources import RESOURCES
from desktop.cluster.wire import Decoder
from desktop.errors import BulkheadError
from desktop.reach.objects import Kind

_KEYS = [
    "metadata",
    "items",
    "type",
    "object",
    "name",
    "namespace",
    "labels",
    "spec",
    "status",
    "containers",
    "ports",
    "managedFields",
    "ownerReferences",
    "podSelector",
    "ingress",
    "from",
]
_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
)
_JSON = st.recursive(
    _SCALARS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inside, max_size=5),
    max_leaves=12,
)
_ITEM = st.fixed_dictionaries({"metadata": st.fixed_dictionaries({"name": st.text(max_size=3)}), "spec": _JSON})
_LINE = st.binary(max_size=40) | st.builds(
    lambda kind, item: json.dumps({"type": kind, "object": item}).encode(),
    st.sampled_from(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR", "OTHER"]),
    _ITEM | _JSON,
)


@given(st.sampled_from(list(RESOURCES)), _LINE)
def test_any_line_of_a_watch_is_an_event_or_an_error(kind: Kind, line: bytes) -> None:
    with contextlib.suppress(BulkheadError):
        Decoder(kind).event(line)


@given(st.sampled_from(list(RESOURCES)), st.lists(_ITEM | _JSON, max_size=4))
def test_any_items_leave_the_good_ones_standing(kind: Kind, items: list[object]) -> None:
    good = {"metadata": {"name": "the-good-one"}}
    body = json.dumps({"metadata": {}, "items": [*items, good]}).encode()
    logging.disable(logging.WARNING)  # what is left out is logged
    try:
        things = Decoder(kind).page(body).things
    finally:
        logging.disable(logging.NOTSET)
    assert things[-1].name == "the-good-one"
    assert len(things) <= len(items) + 1
