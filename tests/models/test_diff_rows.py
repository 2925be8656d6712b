"""A difference as rows: folded where nothing changed, or both versions beside each other."""

from textwrap import dedent

from desktop.manifest.lines import diff
from desktop.ui.review.rows import MOST, Mark, Row, aligned, folded


def told(rows: tuple[Row, ...]) -> str:
    """Write rows as ``before after mark text``."""
    return "\n".join(
        f"{row.before or '':>2} {row.after or '':>2} {row.mark.value:1} {row.text}".rstrip() for row in rows
    )


def numbered(count: int, **changes: str) -> str:
    lines = [changes.get(f"line{number}", f"line {number}") for number in range(1, count + 1)]
    return "\n".join(line for line in lines if line) + "\n"


def test_a_change_is_shown_with_the_lines_around_it() -> None:
    rows = folded(diff(numbered(12), numbered(12, line6="changed", line7="")))
    assert told(rows) == dedent(
        """\
                2 lines are the same
         3  3   line 3
         4  4   line 4
         5  5   line 5
         6    − line 6
         7    − line 7
            6 + changed
         8  7   line 8
         9  8   line 9
        10  9   line 10
                2 lines are the same"""
    )


def test_a_single_line_is_shown_rather_than_folded() -> None:
    rows = folded(diff(numbered(5), numbered(5, line5="changed")))
    assert [row.mark for row in rows] == [Mark.SAME] * 4 + [Mark.REMOVED, Mark.ADDED]


def test_both_versions_stand_beside_each_other_line_by_line() -> None:
    before, after = aligned(diff("a\nb\nc\nd\n", "a\nB\nd\ne\n"))
    assert len(before) == len(after)
    assert [(left.text, left.mark, right.text, right.mark) for left, right in zip(before, after, strict=True)] == [
        ("a", Mark.SAME, "a", Mark.SAME),
        ("b", Mark.REMOVED, "B", Mark.ADDED),
        ("c", Mark.REMOVED, "", Mark.ABSENT),
        ("d", Mark.SAME, "d", Mark.SAME),
        ("", Mark.ABSENT, "e", Mark.ADDED),
    ]


def test_characters_that_hide_are_written_out() -> None:
    rows = folded(diff("", "name: \u202eevil\u200b\tx\n"))
    assert rows[0].text == r"name: \u202eevil\u200b\tx"


def test_a_huge_difference_is_cut_and_says_by_how_much() -> None:
    rows = folded(diff("", numbered(MOST + 50)))
    assert len(rows) == MOST + 1
    assert (rows[-1].mark, rows[-1].text) == (Mark.NOTE, "50 more lines")
