"""The items of a List are documents of their own, with their own text and places."""

import pytest

from desktop.manifest.items import items, objects
from desktop.manifest.reader import Document, read
from desktop.policy.findings import Place

LIST = """\
# head
apiVersion: v1
kind: List
items:
# the first
- apiVersion: v1
  kind: Namespace
  metadata:   # about it
    name: a

    note: |
      one
        two
# the second
-   kind: Namespace  # end
    apiVersion: v1
    metadata: {name: b} # c
- {kind: Namespace, apiVersion: v1, metadata: {name: c}}
"""


def found(text: str) -> list[Document]:
    return list(objects(read(text)))


def test_items_have_their_own_text_moved_to_the_left() -> None:
    first, second, third = found(LIST)
    assert first.text == (
        "apiVersion: v1\nkind: Namespace\nmetadata:   # about it\n  name: a\n\n  note: |\n    one\n      two\n"
    )
    assert second.text == "kind: Namespace  # end\napiVersion: v1\nmetadata: {name: b} # c\n"
    assert third.text == "{kind: Namespace, apiVersion: v1, metadata: {name: c}}\n"
    for document in (first, second, third):
        assert read(document.text).documents[0].value == document.value
        assert document.parent is read(LIST).documents[0] or document.parent == read(LIST).documents[0]
    assert [document.line for document in (first, second, third)] == [6, 15, 18]


def test_items_have_their_places_in_the_whole_text() -> None:
    text = "a: 1\n---\n" + LIST
    _, first, second, third = found(text)
    assert first.place(("metadata", "name")) == Place(11, 11, 11, 12)
    assert first.place(("absent",)) == Place(8, 3, 8, 17)
    assert second.place_of_key(("metadata",)) == Place(19, 5, 19, 13)
    assert third.place(("metadata", "name")) == Place(20, 54, 20, 55)
    assert text[third.start : third.end] == "{kind: Namespace, apiVersion: v1, metadata: {name: c}}"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_json_items_lose_the_indentation_of_their_line(end: str) -> None:
    text = '{\n  "kind": "List",\n  "items": [\n    {\n      "kind": "X"\n    },\n    {"kind": "Y"}\n  ]\n}\n'
    assert [document.text.replace(end, "\n") for document in found(text.replace("\n", end))] == [
        '{\n  "kind": "X"\n}\n',
        '{"kind": "Y"}\n',
    ]


def test_items_of_a_typed_list_need_not_name_their_kind() -> None:
    text = "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n- {kind: Pod, metadata: {name: b}}\n- 1\n"
    assert [document.value for document in found(text)] == [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}},
        {"kind": "Pod", "metadata": {"name": "b"}},
        1,
    ]
    assert found(text)[0].text == "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n"


def test_an_item_that_leans_on_the_rest_of_the_text_is_written_anew() -> None:
    text = "kind: List\nx: &x {app: web}\nitems:\n- kind: Pod\n  labels: *x\n- &y\n  kind: Pod\n- *y\n-\n"
    assert [document.text for document in found(text)] == [
        "kind: Pod\nlabels:\n  app: web\n",
        "&y\nkind: Pod\n",
        "kind: Pod\n",
        "null\n",
    ]


def test_lists_in_lists_are_opened_too() -> None:
    text = "kind: List\nitems:\n- kind: List\n  items:\n  - kind: A\n    x: 1\n  - kind: B\n- kind: C\n"
    assert [document.text for document in found(text)] == ["kind: A\nx: 1\n", "kind: B\n", "kind: C\n"]


@pytest.mark.parametrize(
    "text",
    [
        "kind: List\n",
        "kind: List\nitems: {}\n",
        "kind: Listing\nitems: []\n",
        "items: []\n",
        "[]\n",
        "kind: 1\nitems: []\n",
    ],
)
def test_what_is_no_list_stays_whole(text: str) -> None:
    (document,) = read(text).documents
    assert items(document, text) is None
    assert found(text) == [document]


def test_an_empty_list_holds_nothing() -> None:
    assert found("kind: List\nitems: []\n") == []
