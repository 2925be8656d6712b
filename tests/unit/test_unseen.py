"""A character that deceives the eye is told at its place."""

from desktop.ui.editor.unseen import unseen


def test_bidirectional_and_zero_width_characters_are_told_at_their_places() -> None:
    found = unseen("kind: NetworkPolicy\nname: a\u202eb\u200bc\n")
    assert [(f.place.line, f.place.column, f.facts["character"]) for f in found if f.place] == [
        (2, 8, "U+202E"),
        (2, 10, "U+200B"),
    ]


def test_ordinary_text_of_any_language_is_left_alone() -> None:
    assert unseen("# Größe, 大小, حجم, ❤\ufe0f\r\n\tname: x\u00a0y\n") == ()


def test_a_text_full_of_them_is_told_of_with_a_hundred() -> None:
    assert len(unseen("\u200b" * 5000)) == 100
