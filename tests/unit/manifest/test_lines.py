"""A difference shows every line of both texts, and no more changes than there are."""

from desktop.manifest.lines import Change, diff


def shown(before: str, after: str) -> list[str]:
    marks = {Change.SAME: " ", Change.ADDED: "+", Change.REMOVED: "-"}
    return [f"{marks[line.change]}{line.text} {line.before or ''}|{line.after or ''}" for line in diff(before, after)]


def test_equal_texts_differ_nowhere() -> None:
    assert shown("a\nb\n", "a\nb\n") == [" a 1|1", " b 2|2"]
    assert shown("", "") == []


def test_added_and_removed_lines_are_told_with_their_numbers() -> None:
    assert shown("a\nb\nc\nd\n", "a\nx\nc\ne\nd\n") == [" a 1|1", "-b 2|", "+x |2", " c 3|3", "+e |4", " d 4|5"]


def test_a_text_may_begin_or_end_as_nothing() -> None:
    assert shown("", "a\nb\n") == ["+a |1", "+b |2"]
    assert shown("a\nb\n", "") == ["-a 1|", "-b 2|"]


def test_line_ends_are_not_compared() -> None:
    assert shown("a\r\nb\r\n", "a\nb") == [" a 1|1", " b 2|2"]


def test_lines_that_repeat_are_kept_as_far_as_possible() -> None:
    lines = diff("- a\n" * 5 + "x\n", "- a\n" * 4 + "y\n")
    assert [line.change for line in lines].count(Change.SAME) == 4


def test_texts_that_have_little_in_common_are_shown_whole() -> None:
    before, after = "".join(f"a{i}\n" for i in range(1200)), "".join(f"b{i}\n" for i in range(1200))
    lines = diff(f"same\n{before}b7\nend\n", f"same\n{after}end\n")
    changes = [line.change for line in lines]
    assert changes == [Change.SAME] + [Change.REMOVED] * 1201 + [Change.ADDED] * 1200 + [Change.SAME]
