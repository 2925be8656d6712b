"""Each item of a list keeps its comments and style wherever it comes to stand, also where others are equal to it."""

from typing import Any

import pytest

from desktop.manifest.reader import read
from desktop.manifest.rewriting import rewrite
from desktop.policy.findings import Path
from desktop.policy.origins import Origins

NEW: Any = {"new": 1}


def value_of(text: str) -> Any:
    (document,) = read(text).documents
    assert not document.findings
    return document.value


def arranged(text: str, *order: int | None, at: Path = ("rules",), **changed: Any) -> str:
    """Return a text whose list holds what it held at these places (None: something new); ``_0`` changes the first."""
    value: Any = value_of(text)
    holder: Any = value
    for step in at[:-1]:
        holder = holder[step]
    items = [NEW if i is None else holder[at[-1]][i] for i in order]
    holder[at[-1]] = [changed.get(f"_{j}", item) for j, item in enumerate(items)]
    result = rewrite(text, value, Origins({at: order}))
    assert value_of(result) == value
    return result


TWINS = """\
rules:  # who
# one above
- a: 1  # one
  # in one
# two above
- a: 1  # two
  # in two
# three above
- a: 1  # three
  # in three
# the end
after: 1
"""
HEAD, END = "rules:  # who\n", "# the end\nafter: 1\n"
ONE, TWO, THREE = (f"# {name} above\n- a: 1  # {name}\n  # in {name}\n" for name in ("one", "two", "three"))
MORE = "- new: 1\n"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ((1, 2), (TWO, THREE)),
        ((0, 2), (ONE, THREE)),
        ((0, 1), (ONE, TWO)),
        ((2,), (THREE,)),
        ((1, 0, 2), (TWO, ONE, THREE)),
        ((2, 0, 1), (THREE, ONE, TWO)),
        ((2, 1, 0), (THREE, TWO, ONE)),
        ((0, None, 1, 2), (ONE, MORE, TWO, THREE)),
        ((None, 0, 1, 2), (MORE, ONE, TWO, THREE)),
        ((0, 1, 2, None), (ONE, TWO, THREE, MORE)),
        ((None, 2, None, 0), (MORE, THREE, MORE, ONE)),
        ((None, None), (MORE, MORE)),
        ((0, 1, 2), (ONE, TWO, THREE)),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_of_equal_items_the_one_meant_is_removed_or_moved(
    order: tuple[int | None, ...], expected: tuple[str, ...], newline: str
) -> None:
    changed = arranged(TWINS.replace("\n", newline), *order)
    assert changed == f"{HEAD}{''.join(expected)}{END}".replace("\n", newline)


def test_an_item_changed_to_equal_another_keeps_its_place_and_comments() -> None:
    text = "rules:\n- a: 1  # one\n- a: 2  # two\n- a: 3  # three\n"
    assert arranged(text, 0, 1, 2, _2={"a": 1}) == text.replace("a: 3", "a: 1")
    assert arranged(text, 0, 2, _0={"a": 3}) == "rules:\n- a: 3  # one\n- a: 3  # three\n"
    assert arranged(text, 1, 2, _0={"a": 1}) == "rules:\n- a: 1  # two\n- a: 3  # three\n"


def test_an_item_may_move_and_change_at_once() -> None:
    assert arranged(TWINS, 2, 0, _0={"a": 5, "b": 6}, _1={"a": 7}) == (
        HEAD + THREE.replace("a: 1  # three\n", "a: 5  # three\n  b: 6\n") + ONE.replace("a: 1", "a: 7") + END
    )


def test_what_is_equal_and_exchanged_is_exchanged_in_the_text() -> None:
    assert rewrite(TWINS, value_of(TWINS), Origins({("rules",): (0, 1, 2)})) == TWINS
    assert arranged(TWINS, 0, None, 2, _1={"a": 1}) == HEAD + ONE + "- a: 1\n" + THREE + END


def test_an_origin_that_cannot_be_one_of_the_list_is_not_believed() -> None:
    value: Any = value_of(TWINS)
    value["rules"] = [{"a": 1}, {"a": 2}]
    for origin in ((0,), (0, 0), (0, 7)):
        assert "# one above" in rewrite(TWINS, value, Origins({("rules",): origin}))


NESTED = """\
spec:
  ingress:
    # rule one
    - from:
        # peer one
        - podSelector: {}  # p1

        # peer two
        - podSelector: {}\t# p\u00fc2 \u65b0 \ttab
        # no more peers
      ports:
        - port: 80  # http
          # end of http
        - port: 80  # again
    # rule two
    - from: []  # nobody

      # still rule two
  egress: []
"""


def test_items_are_removed_from_within_others() -> None:
    changed = arranged(NESTED, 1, at=("spec", "ingress", 0, "from"))
    assert changed == NESTED.replace("        # peer one\n        - podSelector: {}  # p1\n\n", "")
    changed = arranged(NESTED, 1, at=("spec", "ingress", 0, "ports"))
    assert changed == NESTED.replace("        - port: 80  # http\n          # end of http\n", "")


def test_an_item_that_moves_takes_all_that_is_indented_below_it_along() -> None:
    begin, end = NESTED.index("    # rule two"), NESTED.index("  egress")
    second = NESTED[begin:end]
    changed = arranged(NESTED, 1, 0, at=("spec", "ingress"))
    first = NESTED[NESTED.index("    # rule one") : begin]
    assert changed == NESTED.replace(first + second, second + first)


def test_items_of_lists_within_lists_keep_their_lines() -> None:
    text = "rules:\n- - x  # one\n  # above two\n  - x  # two\n- - y\n"
    inner = ("rules", 0)
    assert arranged(text, 1, at=inner) == "rules:\n-\n  # above two\n  - x  # two\n- - y\n"
    assert arranged(text, 1, 0, at=inner) == "rules:\n-\n  # above two\n  - x  # two\n  - x  # one\n- - y\n"
    assert arranged(text, 0, at=inner) == "rules:\n-\n  - x  # one\n- - y\n"
    assert arranged(text, 0, None, 1, at=inner, _1="z") == (
        "rules:\n-\n  - x  # one\n  - z\n  # above two\n  - x  # two\n- - y\n"
    )
    assert arranged(text, 0, 1, at=inner, _0="z") == text.replace("- - x ", "- - z ")


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ((1,), "rules:\n- b  # two"),
        ((0,), "rules:\n- a  # one"),
        ((1, 0), "rules:\n- b  # two\n- a  # one"),
        ((0, 1, None), "rules:\n- a  # one\n- b  # two\n- new: 1"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_text_without_a_last_line_end_keeps_none(order: tuple[int | None, ...], expected: str, newline: str) -> None:
    text = "rules:\n- a  # one\n- b  # two".replace("\n", newline)
    assert arranged(text, *order) == expected.replace("\n", newline)


def test_a_block_of_text_keeps_its_blank_lines_where_they_count() -> None:
    text = "rules:\n- |+ # kept\n  kept\n\n- z  # last\n"
    assert arranged(text, 1, 0) == "rules:\n- z  # last\n- |+ # kept\n  kept\n\n"
    assert arranged(text, 0, None, 1) == text.replace("\n\n", "\n\n- new: 1\n")


ONE_LINE = "rules: [{a: 1}, {a: 1, b: 2}, c]  # the rules\n"
OWN_LINES = """\
rules: [  # the rules
  # one above
  {a: 1},  # one
  {a: 1}  # two
  ,
  # three above
  {a: 1}  # three
  # the end
]  # over
"""
F_HEAD, F_ONE, F_TWO, F_THREE, F_END = (
    "rules: [  # the rules",
    "\n  # one above\n  {a: 1},  # one",
    "\n  {a: 1}  # two\n  ,",
    "\n  # three above\n  {a: 1}  # three",
    "\n  # the end\n]  # over\n",
)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ((1, 2), "[{a: 1, b: 2}, c]"),
        ((0, 1), "[{a: 1}, {a: 1, b: 2}]"),
        ((2, 0, 1), "[c, {a: 1}, {a: 1, b: 2}]"),
        ((0, None, 2), "[{a: 1}, {new: 1}, c]"),
        ((2, None), "[c, {new: 1}]"),
    ],
)
def test_items_among_brackets_on_one_line_keep_their_text(order: tuple[int | None, ...], expected: str) -> None:
    assert arranged(ONE_LINE, *order) == f"rules: {expected}  # the rules\n"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ((1, 2), F_TWO + F_THREE),
        ((0, 2), F_ONE + F_THREE),
        ((0,), F_ONE.replace(",", "")),
        ((0, 1), F_ONE + F_TWO.replace("\n  ,", "\n  ")),
        ((2, 0), F_THREE.replace("}", "},") + F_ONE.replace(",", "")),
        ((None, 2), "\n  {new: 1}," + F_THREE),
        ((0, 1, 2, None), F_ONE + F_TWO + F_THREE.replace("}", "},") + "\n  {new: 1}"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_items_among_brackets_keep_the_comments_on_their_lines(
    order: tuple[int | None, ...], expected: str, newline: str
) -> None:
    changed = arranged(OWN_LINES.replace("\n", newline), *order)
    assert changed == (F_HEAD + expected + F_END).replace("\n", newline)


def test_what_follows_a_comment_among_brackets_is_not_taken_into_it() -> None:
    text = "rules: [a, # one\n  b,\n  c] # three\n"
    assert arranged(text, 1, 0) == "rules: [\n  b,\n  a # one\n] # three\n"


def test_json_stays_json() -> None:
    text = '{"rules": [\n  {"a": 1},\n  {"a": 1, "b": 2}\n]}\n'
    assert arranged(text, 1, None) == '{"rules": [\n  {"a": 1, "b": 2},\n  {"new": 1}\n]}\n'
    assert arranged('{"rules":["a","b","c"]}', 2, 0, None) == '{"rules":["c","a",{"new": 1}]}'
    assert arranged('{"rules":["a"]}', 0, None) == '{"rules":["a", {"new": 1}]}'


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ((0, 1, 3), ("one", "", "two", "# section", "four")),
        ((1, 2, 3), ("two", "", "three", "# section", "four")),
        ((2, 3), ("three", "# section", "four")),
        ((1, 0, 2, 3), ("two", "", "one", "", "three", "# section", "four")),
        ((1, 2, 0, 3), ("two", "", "three", "", "one", "# section", "four")),
        ((0, 2, 1, 3), ("one", "", "three", "", "two", "# section", "four")),
        ((0, 1, 2), ("one", "", "two", "", "three", "# section")),
        ((None, None), ("new: 1", "new: 1", "# section")),
    ],
)
def test_blank_lines_part_the_items_as_before(order: tuple[int | None, ...], expected: tuple[str, ...]) -> None:
    def text(*lines: str) -> str:
        listed = "".join(f"\n{line}\n\n" if line[:1] == "#" else f"- {line}\n" if line else "\n" for line in lines)
        return f"rules:\n{listed}after: 1\n"

    assert arranged(text("one", "", "two", "", "three", "# section", "four"), *order) == text(*expected)
