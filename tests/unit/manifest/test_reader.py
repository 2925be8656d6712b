"""Texts become documents, every path has its place, and what is wrong is told where it stands."""

from typing import Any

import pytest

from desktop.manifest.composing import MAX_ALIAS_NODES, MAX_DEPTH, MAX_FINDINGS, MAX_NODES
from desktop.manifest.reader import MAX_BYTES, MAX_DOCUMENTS, Document, Reading, read, read_bytes
from desktop.policy.findings import Path, Place


def only(text: str) -> Document:
    (document,) = read(text).documents
    return document


def told(reading: Reading) -> list[tuple[str, int, int]]:
    """Return each finding's code, line and column."""
    return [(finding.code, finding.place.line, finding.place.column) for finding in reading.findings if finding.place]


# Documents


def test_documents_are_cut_at_the_separators() -> None:
    reading = read("a: 1\n---\n# only a comment\n--- # the third\nb: 2\n...\n---\n\nc: 3")
    assert [document.value for document in reading.documents] == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert [document.text for document in reading.documents] == ["a: 1\n", "b: 2\n", "\nc: 3"]
    assert [document.line for document in reading.documents] == [1, 5, 8]
    assert not reading.findings


@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing\n", "---\n---\n", "~\n", "--- # x\n...\n", "\ufeff", " \t\n", "\x85", "---\n\ufeff"]
)
def test_a_text_without_content_has_no_documents(text: str) -> None:
    reading = read(text)
    assert (reading.documents, reading.findings) == ((), ())


def test_one_broken_document_leaves_the_others() -> None:
    reading = read("a: 1\n---\nb: [1\n---\nc: 3\n")
    assert [document.value for document in reading.documents] == [{"a": 1}, None, {"c": 3}]
    assert told(reading) == [("yaml.unclosed-bracket", 4, 1)]
    assert reading.documents[1].findings == reading.findings


def test_offsets_lead_to_each_documents_text() -> None:
    text = "# head\n---\r\na: 1\r\n---\nb: 2\n...\n"
    reading = read(text)
    assert [text[document.start : document.end] for document in reading.documents] == ["a: 1\r\n", "b: 2\n"]
    assert [text[document.before : document.start] for document in reading.documents] == ["---\r\n", "---\n"]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    reading = read("\ufeffa: 1\n")
    assert reading.text == "a: 1\n"
    assert reading.documents[0].place(("a",)) == Place(1, 4, 1, 5)


def test_json_is_read_as_it_is() -> None:
    value = only('{\n\t"a": [1, 2.5, true, null, "\\u00e9\\/"],\n\t"b":{"c":"d"}\n}\n').value
    assert value == {"a": [1, 2.5, True, None, "é/"], "b": {"c": "d"}}


def test_markers_within_a_block_are_no_separators() -> None:
    assert only("a: |\n  ---\n  ...\n").value == {"a": "---\n...\n"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_a_comment_ends_with_its_line(end: str) -> None:
    assert only(f"# comment{end}a: 1{end}").value == {"a": 1}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: 1\n--- {b: 2}\n", 2, 5),
        ("--- {b: 2}\n", 1, 5),
        ("a: 1\n...\nb: 2\n", 3, 1),
        ("a: 1\n... b\n", 2, 5),
        ("a: 1\r---\rb: 2\r", 2, 1),
    ],
)
def test_text_that_kubectl_would_skip_is_an_error(text: str, line: int, column: int) -> None:
    assert told(read(text)) == [("yaml.text-after-marker", line, column)]


def test_bytes_that_are_no_utf8_are_told_by_their_place() -> None:
    reading = read_bytes(b"\xef\xbb\xbfa: 1\nb: \xe9\xff\n")
    assert told(reading) == [("yaml.not-utf8", 2, 4)]
    assert not reading.documents
    assert read_bytes("a: é\n".encode()).documents[0].value == {"a": "é"}


@pytest.mark.parametrize(("start", "encoding"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")])
def test_a_byte_order_mark_says_that_a_file_is_utf16(start: bytes, encoding: str) -> None:
    reading = read_bytes(start + "a: é网😀\r\nb: 2\r\n".encode(encoding))
    assert reading.documents[0].value == {"a": "é网😀", "b": 2}
    assert reading.text == "a: é网😀\r\nb: 2\r\n"
    assert told(read_bytes(start + "a: 1\nb: ".encode(encoding) + b"\x00")) == [("yaml.not-utf8", 2, 4)]


# Anchors, aliases and merge keys


def test_aliases_stand_for_copies_of_what_they_name() -> None:
    value: Any = only("a: &x {b: [1]}\nc: *x\n").value
    assert value["c"] == {"b": [1]}
    assert value["c"] is not value["a"]
    assert value["c"]["b"] is not value["a"]["b"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x: &x {q: 1, r: 2}\nz: {<<: *x, q: 6}\n", {"q": 6, "r": 2}),
        ("x: &x {q: 1, r: 2}\nz: {q: 6, <<: *x}\n", {"q": 1, "r": 2}),  # as go-yaml does, against YAML's own rule
        ("x: &x {q: 1}\nz: {<<: [*x, {q: 2, r: 3}]}\n", {"q": 1, "r": 3}),
        ("z: {<<: []}\n", {}),
        ("z: {'<<': {a: 1}}\n", {"<<": {"a": 1}}),
        ("z: {!!str <<: {a: 1}}\n", {"<<": {"a": 1}}),
    ],
)
def test_merge_keys_are_read_as_by_kubectl(text: str, expected: object) -> None:
    value: Any = only(text).value
    assert value["z"] == expected


@pytest.mark.parametrize("merged", ["1", "", "[1]", "*list", "[[{a: 1}]]"])
def test_only_mappings_can_be_merged(merged: str) -> None:
    assert [finding.code for finding in read(f"x: &list [{{a: 1}}]\n<<: {merged}\n").findings] == ["yaml.merge"]


def test_an_anchor_may_be_set_anew_and_may_name_a_key() -> None:
    assert only("a: &x 1\nb: &x 2\nc: *x\n").value == {"a": 1, "b": 2, "c": 2}
    assert only("x: &k name\n*k : 1\n&l other: 2\nz: *l\n").value == {"x": "name", "name": 1, "other": 2, "z": "other"}
    assert only("a: &x [&x 1, *x]\n").value == {"a": [1, 1]}


def test_a_key_cannot_be_a_collection() -> None:
    assert told(read("? [a]\n: 1\n? {b: c}\n: 2\n")) == [("yaml.key", 1, 3), ("yaml.key", 3, 3)]


# Mistakes


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a:\n\tb: 1\n", "yaml.tab", 2, 1),
        ("a: b\n\tc: d\n", "yaml.tab", 2, 1),
        ("a: b: c\n", "yaml.second-colon", 1, 5),
        ("a: b\n c: d\n", "yaml.second-colon", 2, 3),
        ("a:\n  b: 1\n c: 2\n", "yaml.indentation", 3, 2),
        ("- a\nb: 1\n", "yaml.indentation", 2, 1),
        ("a: - b\n", "yaml.indentation", 1, 4),
        ("a: 'x'y\n", "yaml.indentation", 1, 7),
        ('a: "b\nc: d\n', "yaml.unclosed-quote", 1, 4),
        ("a: 'b\n", "yaml.unclosed-quote", 1, 4),
        ("a: 1\nb\nc: 2\n", "yaml.no-colon", 2, 1),
        ("a: {b: 1\nc: 2}\n", "yaml.unclosed-bracket", 2, 2),
        ("a: [b\nc\nd: e\n", "yaml.unclosed-bracket", 3, 2),
        ('a: "\\q"\n', "yaml.escape", 1, 5),
        ('a: "\\ud83d"\n', "yaml.escape", 1, 7),
        ("a: @x\n", "yaml.reserved-character", 1, 4),
        ("a: `x`\n", "yaml.reserved-character", 1, 4),
        ("a: %x\n", "yaml.reserved-character", 1, 4),
        ("a: *b\n", "yaml.unknown-anchor", 1, 4),
        ("a: &x [*x]\n", "yaml.recursive-anchor", 1, 8),
        ("a: !x!y z\n", "yaml.tag", 1, 4),
        ("a: |x\n b\n", "yaml.syntax", 1, 5),
        ("{a: 1} b\n", "yaml.syntax", 1, 8),
        ("a: \x00\n", "yaml.control-character", 1, 4),
        ("a: \x7f\n", "yaml.control-character", 1, 4),
        ("a: \ud800\n", "yaml.control-character", 1, 4),
        ("%YAML 1.1\n", "yaml.directive", 1, 1),
        ("# c\n%TAG ! x\n---\n", "yaml.directive", 2, 1),
        ("a: 1\nb: 2\na: 3\n", "yaml.duplicate-key", 3, 1),
        ("'1': a\n1: b\n", "yaml.duplicate-key", 2, 1),
        ("a: .inf\n", "yaml.not-finite", 1, 4),
        ("网络: '😀😀' x\n", "yaml.indentation", 1, 10),
    ],
)
def test_a_mistake_has_a_code_and_a_place(text: str, code: str, line: int, column: int) -> None:
    assert told(read(text)) == [(code, line, column)]


def test_facts_tell_what_the_sentence_needs() -> None:
    def facts(text: str) -> object:
        return read(text).findings[0].facts

    assert facts("a: 1\nb: 2\na: 3\n") == {"key": "a", "first_line": 1}
    assert facts("a: [b\nc: d\n") == {"opened": 1}
    assert facts("a: @\n") == {"character": "@"}
    assert facts("a: \x00\n") == {"character": "U+0000"}
    assert facts("a: !foo 1\n") == {"tag": "!foo"}
    assert facts("a: !!int x\n") == {"tag": "tag:yaml.org,2002:int", "text": "x"}
    assert facts("a: *b\n") == {"anchor": "b"}
    assert "comment or line break" in str(facts("a: |x\n"))


def test_of_a_key_that_stands_twice_the_last_counts_and_every_repetition_is_told() -> None:
    document = only("a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n")
    assert document.value == {"a": 3, "b": {"c": 2}}
    assert [(f.facts["key"], f.facts["first_line"]) for f in document.findings] == [("c", 2), ("a", 1), ("a", 1)]


def test_a_number_that_json_cannot_hold_is_null() -> None:
    assert only("a: .nan\nb: 1\n").value == {"a": None, "b": 1}


# Limits


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a" * (MAX_BYTES + 1), "yaml.too-large"),
        ("é" * (MAX_BYTES // 2 + 1), "yaml.too-large"),
        ("- a\n" * MAX_NODES, "yaml.too-many-nodes"),
        ("a: 1\n---\n" * MAX_DOCUMENTS + "b: 2\n", "yaml.too-many-documents"),
        ("a: &a [" + "x, " * (MAX_ALIAS_NODES // 10) + "]\nb: [" + "*a, " * 10 + "]\n", "yaml.too-many-aliases"),
    ],
    ids=lambda value: value if value.startswith("yaml.") else "",
)
def test_a_text_beyond_a_limit_is_not_read_at_all(text: str, code: str) -> None:
    reading = read(text)
    assert [finding.code for finding in reading.findings] == [code]
    assert reading.documents == ()
    assert "limit" in reading.findings[0].facts


def test_a_text_at_the_limits_is_read() -> None:
    assert only("a" * MAX_BYTES).value == "a" * MAX_BYTES
    assert isinstance(only("- a\n" * (MAX_NODES - 1)).value, list)
    assert len(read("a: 1\n---\n" * (MAX_DOCUMENTS - 1)).documents) == MAX_DOCUMENTS - 1
    deep = only("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert deep.value is not None
    assert not deep.findings


def test_aliases_of_aliases_count_for_all_they_stand_for() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for name, previous in zip("bcdefgh", "abcdefg", strict=True):
        bomb += f"{name}: &{name} [{', '.join([f'*{previous}'] * 9)}]\n"
    assert [finding.code for finding in read(bomb).findings] == ["yaml.too-many-aliases"]


@pytest.mark.parametrize(
    "text",
    [
        "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
        "- " * (MAX_DEPTH + 1) + "a\n",
        "a: &a " + "[" * 60 + "]" * 60 + "\nb: " + "[" * 50 + "*a" + "]" * 50 + "\n",
        "a: &a " + "{x: " * 60 + "1" + "}" * 60 + "\nb: " + "{x: " * 50 + "*a" + "}" * 50 + "\n",
    ],
)
def test_nesting_too_deep_is_an_error_even_by_aliases(text: str) -> None:
    assert [finding.code for finding in read(text).findings] == ["yaml.too-deep"]


def test_only_the_first_findings_of_a_document_are_told() -> None:
    assert len(read("a: 1\n" * (MAX_FINDINGS + 10)).findings) == MAX_FINDINGS


# Places

POLICY = """\
# 规则 😀
metadata:
  name: "网络 😀"   # comment
  labels: {app: web, 'tier': front}
spec:
  podSelector: {}
  ingress:
  - from:
    - ipBlock:
        cidr: 10.0.0.0/8
    ports: [{port: 80}]

  - {}
  egress:
  note: |
    one
    two


  last: null
"""


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("metadata", "name"), (3, 9, 3, 15), (3, 3, 3, 7)),
        (("metadata", "labels"), (4, 11, 4, 36), (4, 3, 4, 9)),
        (("metadata", "labels", "tier"), (4, 30, 4, 35), (4, 22, 4, 28)),
        (("metadata",), (3, 3, 4, 36), (2, 1, 2, 9)),
        (("spec", "ingress"), (8, 3, 13, 7), (7, 3, 7, 10)),
        (("spec", "ingress", 0), (8, 5, 11, 24), (8, 5, 8, 10)),
        (("spec", "ingress", 1), (13, 5, 13, 7), (13, 5, 13, 7)),
        (("spec", "ingress", 0, "from", 0, "ipBlock", "cidr"), (10, 15, 10, 25), (10, 9, 10, 13)),
        (("spec", "ingress", 0, "ports", 0, "port"), (11, 20, 11, 22), (11, 14, 11, 18)),
        (("spec", "egress"), (14, 3, 14, 9), (14, 3, 14, 9)),  # an empty value stands where its key does
        (("spec", "note"), (15, 9, 17, 8), (15, 3, 15, 7)),
        (("spec", "last"), (20, 9, 20, 13), (20, 3, 20, 7)),
        (("spec", "absent"), (5, 1, 5, 5), (5, 1, 5, 5)),  # an absent one at the nearest there is
        (("spec", "ingress", 7, "from"), (7, 3, 7, 10), (7, 3, 7, 10)),
        (("spec", "ingress", 0, "to", 0), (8, 5, 8, 10), (8, 5, 8, 10)),
        (("spec", 0), (5, 1, 5, 5), (5, 1, 5, 5)),
        (("spec", "ingress", "0"), (7, 3, 7, 10), (7, 3, 7, 10)),
        (("absent",), (2, 1, 2, 10), (2, 1, 2, 10)),
        ((), (2, 1, 20, 13), (2, 1, 2, 10)),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_path_has_its_place(
    path: Path, value: tuple[int, int, int, int], key: tuple[int, int, int, int], end: str
) -> None:
    document = only(POLICY.replace("\n", end))
    assert document.place(path) == Place(*value)
    assert document.place_of_key(path) == Place(*key)


def test_places_are_those_in_the_whole_text() -> None:
    reading = read(f"first: 1\n---\n{POLICY}")
    assert reading.documents[1].place(("metadata", "name")) == Place(5, 9, 5, 15)
    span = reading.documents[1].span(("spec", "ingress", 0, "from", 0, "ipBlock", "cidr"))
    assert span
    assert reading.text[slice(*span)] == "10.0.0.0/8"
    assert reading.documents[1].span(("spec", "absent")) is None


def test_what_an_alias_stands_for_is_placed_where_it_is_written() -> None:
    document = only("a: &x {b: 1}\nc: *x\nd: {<<: *x}\n")
    assert document.place(("c",)) == Place(2, 4, 2, 6)
    assert document.place(("c", "b")) == Place(1, 11, 1, 12)
    assert document.place(("d", "b")) == Place(1, 11, 1, 12)


def test_an_anchor_belongs_to_the_value() -> None:
    assert only("a: &x\n  b: 1\n").place(("a",)) == Place(1, 4, 2, 7)


def test_a_document_that_cannot_be_read_is_placed_at_its_first_line() -> None:
    assert only("# c\na: [\n").place(("a",)) == Place(2, 1, 2, 5)
    assert only("--- {a: 1}\n").place(()) == Place(2, 1, 2, 1)


def test_an_explicit_key_without_value_ends_with_the_key() -> None:
    assert only("? a\n").place(()) == Place(1, 1, 1, 4)
