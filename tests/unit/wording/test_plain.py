"""Names from a cluster cannot hide, reorder or imitate what is on the screen."""

import pytest

from desktop.wording.plain import plain, short


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("one\r\ntwo\tthree", r"one\r\ntwo\tthree"),
        ("a\u202etxt.exe", r"a\u202etxt.exe"),
        ("\u2066left\u2069", r"\u2066left\u2069"),
        ("ad\u200bmin\ufeff", r"ad\u200bmin\ufeff"),
        ("\x00\x7f\x85", r"\x00\x7f\x85"),
        ("\u2028line\u2029", r"\u2028line\u2029"),
        ("hangul\u3164filler", r"hangul\u3164filler"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("half\ud800", r"half\ud800"),
    ],
)
def test_what_cannot_be_seen_is_written_out(hostile: str, shown: str) -> None:
    assert plain(hostile) == shown


@pytest.mark.parametrize("point", [*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0x200B, 0x2010)])
def test_every_bidirectional_and_zero_width_character_is_escaped(point: int) -> None:
    assert plain(chr(point)) == f"\\u{point:04x}"


@pytest.mark.parametrize("harmless", ["role=db", "网络策略", "Zürich", "<b>bold</b>", "C:\\Users\\me", "🙂", "a b"])
def test_what_can_be_seen_stays_as_it_is(harmless: str) -> None:
    assert plain(harmless) == harmless


def test_a_long_text_is_cut_and_says_so() -> None:
    assert short("x" * 1000, 10) == "x" * 9 + "…"
    assert short("x" * 10, 10) == "x" * 10
