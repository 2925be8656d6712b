"""Colours that carry a meaning can be read, on light and on dark."""

import pytest
from PySide6.QtGui import QColor, QPalette

from desktop.ui.clusters.menus import colours
from desktop.ui.style import Tone, colour, contrast, is_dark, text_on, tint

READABLE = 4.5
"""The least contrast of text (WCAG 2.2, 1.4.3)."""


def palette(window: str, base: str, text: str) -> QPalette:
    made = QPalette()
    for role, value in {
        QPalette.ColorRole.Window: window,
        QPalette.ColorRole.Base: base,
        QPalette.ColorRole.WindowText: text,
        QPalette.ColorRole.Text: text,
    }.items():
        made.setColor(role, QColor(value))
    return made


LIGHT, DARK = palette("#efefef", "#ffffff", "#000000"), palette("#323232", "#242424", "#f0f0f0")


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("tone", Tone)
def test_a_tone_can_be_read_on_every_background_and_text_on_its_tint(scheme: QPalette, tone: Tone) -> None:
    for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Base):
        assert contrast(colour(tone, scheme), scheme.color(role)) >= READABLE
    assert contrast(scheme.color(QPalette.ColorRole.WindowText), tint(tone, scheme)) >= READABLE


def test_a_palette_is_dark_when_its_text_is_the_lighter() -> None:
    assert not is_dark(LIGHT)
    assert is_dark(DARK)


def test_the_extremes_of_contrast_are_those_of_the_standard() -> None:
    black, white = QColor("#000000"), QColor("#ffffff")
    assert contrast(black, white) == contrast(white, black) == pytest.approx(21)
    assert contrast(white, white) == pytest.approx(1)


def test_a_cluster_name_can_be_read_on_each_colour_offered() -> None:
    for _, value in colours():
        assert contrast(QColor(value), text_on(QColor(value))) >= READABLE, value
