"""One document changes; every other character of the file stays."""

import pytest

from desktop.manifest.items import objects
from desktop.manifest.reader import Document, read
from desktop.manifest.slices import NotSeparable, append, remove, replace

FILE = "# licence\n\n# about a\na: 1 # one\n--- # second\nb: 2\n...\n---\nc: 3"
LIST = """\
kind: List
items:
# the first
- kind: A
  x: 1
# the second
-   kind: B   # b
    text: |
      one

      two
# the third
- kind: C
# end
"""
JSON = """\
{
  "kind": "List",
  "items": [
    {
      "kind": "A"
    },
    {"kind": "B"},
    {"kind": "C"}
  ]
}
"""


def at(text: str, index: int) -> Document:
    return list(objects(read(text)))[index]


@pytest.mark.parametrize(
    ("index", "new", "expected"),
    [
        (0, "a: 9\n", "a: 9\n--- # second\nb: 2\n...\n---\nc: 3"),
        (1, "b: 9", "# licence\n\n# about a\na: 1 # one\n--- # second\nb: 9\n...\n---\nc: 3"),
        (2, "c: 9", "# licence\n\n# about a\na: 1 # one\n--- # second\nb: 2\n...\n---\nc: 9"),
        (2, "c: 9\n", "# licence\n\n# about a\na: 1 # one\n--- # second\nb: 2\n...\n---\nc: 9\n"),
    ],
)
def test_a_document_is_replaced_and_nothing_else(index: int, new: str, expected: str) -> None:
    assert replace(FILE, at(FILE, index), new) == expected


@pytest.mark.parametrize(
    "text",
    [FILE, FILE.replace("\n", "\r\n"), FILE.replace("\n", "\r"), FILE.replace("\n", "\r\n", 2), LIST, JSON],
)
def test_a_document_replaced_by_itself_changes_nothing(text: str) -> None:
    for document in objects(read(text)):
        assert replace(text, document, document.text) == text


def test_new_text_gets_the_line_ends_of_the_file() -> None:
    text = "a: 1\r\n---\r\nb: 2\r\n"
    assert replace(text, at(text, 0), "a:\n- 1\n") == "a:\r\n- 1\r\n---\r\nb: 2\r\n"
    assert replace("a: 1\n", at("a: 1\n", 0), "a:\r\n- 1\r\n") == "a:\n- 1\n"
    assert replace("a: 1", at("a: 1", 0), "a:\n- 1\n") == "a:\n- 1\n"
    assert append(text, "c: 3\n") == "a: 1\r\n---\r\nb: 2\r\n---\r\nc: 3\r\n"


def test_an_item_is_replaced_where_it_stands() -> None:
    new = "# new\nkind: B\ntext: |\n  three\n\n  four\n"
    assert replace(LIST, at(LIST, 1), new) == LIST.replace(
        "  kind: B   # b\n    text: |\n      one\n\n      two\n",
        "  # new\n    kind: B\n    text: |\n      three\n\n      four\n",
    )
    assert replace(JSON, at(JSON, 1), '{\n  "kind": "X"\n}\n') == JSON.replace(
        '{"kind": "B"}', '{\n      "kind": "X"\n    }'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "x: 1\n"),
        ("a: 1\n", "a: 1\n---\nx: 1\n"),
        ("a: 1", "a: 1\n---\nx: 1\n"),
        ("a: 1\n---\n", "a: 1\n---\nx: 1\n"),
        ("a: 1\n--- # next\n# comment", "a: 1\n--- # next\n# comment\nx: 1\n"),
        ("# only a comment\n", "# only a comment\nx: 1\n"),
        ("a: 1\n...\n", "a: 1\n...\n---\nx: 1\n"),
        ("# c\n...\n", "# c\n...\n---\nx: 1\n"),
    ],
)
def test_a_document_is_added_at_the_end(text: str, expected: str) -> None:
    assert append(text, "x: 1\n") == expected
    assert read(expected).documents[-1].value == {"x": 1}


@pytest.mark.parametrize(
    ("text", "index", "expected"),
    [
        (FILE, 0, "# licence\n\n--- # second\nb: 2\n...\n---\nc: 3"),
        (FILE, 1, "# licence\n\n# about a\na: 1 # one\n---\nc: 3"),
        (FILE, 2, "# licence\n\n# about a\na: 1 # one\n--- # second\nb: 2\n...\n"),
        ("a: 1\n---\nb: 2\n", 0, "b: 2\n"),
        ("a: 1\n--- # b\nb: 2\n", 0, "--- # b\nb: 2\n"),
        ("# about a\na: 1\n", 0, ""),
        ("# licence\n---\n# about a\na: 1\n", 0, "# licence\n"),
        ("---\na: 1\n", 0, ""),
        ("---\na: 1\n---\nb: 2\n", 0, "---\nb: 2\n"),
        ("a: 1\n...\n---\nb: 2\n", 0, "b: 2\n"),
    ],
)
def test_a_document_is_removed_with_its_separator(text: str, index: int, expected: str) -> None:
    assert remove(text, at(text, index)) == expected


def test_an_item_is_removed_from_its_list() -> None:
    assert remove(LIST, at(LIST, 0)) == LIST.replace("- kind: A\n  x: 1\n", "")
    assert [item.text for item in objects(read(remove(LIST, at(LIST, 1))))] == ["kind: A\nx: 1\n", "kind: C\n"]
    assert remove("kind: List\nitems:\n- a: 1\n- b: 2", at("kind: List\nitems:\n- a: 1\n- b: 2", 1)) == (
        "kind: List\nitems:\n- a: 1\n"
    )
    assert remove(JSON, at(JSON, 0)) == JSON.replace('{\n      "kind": "A"\n    },\n    ', "")
    assert remove(JSON, at(JSON, 2)) == JSON.replace(',\n    {"kind": "C"}', "")


def test_with_its_last_item_a_list_goes_too() -> None:
    text = "a: 1\n---\nkind: List\nitems:\n- kind: List\n  items:\n  - b: 2\n---\nc: 3\n"
    assert remove(text, at(text, 1)) == "a: 1\n---\nc: 3\n"


@pytest.mark.parametrize(
    "text",
    ["kind: List\nitems:\n-\n  a: 1\n- b: 2\n", "kind: List\nitems: [ # c\n  {a: 1} # d\n  , {b: 2}]\n"],
)
def test_an_item_that_cannot_be_taken_out_is_left(text: str) -> None:
    with pytest.raises(NotSeparable):
        remove(text, at(text, 0))
