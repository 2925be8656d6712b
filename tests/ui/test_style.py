"""Colours that carry a meaning can be read, on light and on dark."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from desktop.ui.clusters.menus import colours
from desktop.ui.icons import Shape, toned
from desktop.ui.style import Tone, colour, contrast, is_dark, scaled, text_on, text_on_selection, tint

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


SELECTIONS = {
    "one": ("#308cc6", "#ffffff", "#308cc6"),
    "Windows, light": ("#0078d7", "#ffffff", "#f0f0f0"),
    "Windows, dark": ("#0078d7", "#ffffff", "#1e1e1e"),
}


@pytest.mark.parametrize("selection", SELECTIONS.values(), ids=SELECTIONS)
def test_a_state_is_seen_on_a_selected_row_of_every_view(
    qapp: QApplication, selection: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    active, text, inactive = selection
    scheme = QPalette(DARK if inactive == "#1e1e1e" else LIGHT)
    scheme.setColor(QPalette.ColorRole.HighlightedText, QColor(text))
    scheme.setColor(QPalette.ColorGroup.Active, QPalette.ColorRole.Highlight, QColor(active))
    scheme.setColor(QPalette.ColorGroup.Inactive, QPalette.ColorRole.Highlight, QColor(inactive))
    monkeypatch.setattr(QApplication, "palette", lambda *_: scheme)
    for tone in Tone:
        drawn = toned(Shape.DISC, tone).pixmap(QSize(16, 16), 1, QIcon.Mode.Selected).toImage()
        disc, around = drawn.pixelColor(8, 8), drawn.pixelColor(1, 8)
        for ground in [around] if around.alpha() else [QColor(active), QColor(inactive)]:
            assert contrast(disc, ground) >= 3, tone


@pytest.mark.parametrize("name", ["windowsvista", "windows11"])
def test_the_styles_of_windows_write_on_a_selected_row_as_on_any_other(
    qapp: QApplication, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qapp.style(), "objectName", lambda: name)
    assert text_on_selection(LIGHT, active=True) == LIGHT.color(QPalette.ColorRole.Text)


def test_a_font_whose_size_is_in_pixels_is_scaled_as_well() -> None:
    font = QFont("Any")
    font.setPixelSize(20)
    assert scaled(font, 1.2).pixelSize() == 24
    font.setPointSizeF(10)
    assert scaled(font, 1.2).pointSizeF() == pytest.approx(12)


def test_the_extremes_of_contrast_are_those_of_the_standard() -> None:
    black, white = QColor("#000000"), QColor("#ffffff")
    assert contrast(black, white) == contrast(white, black) == pytest.approx(21)
    assert contrast(white, white) == pytest.approx(1)


def test_a_cluster_name_can_be_read_on_each_colour_offered() -> None:
    for _, value in colours():
        assert contrast(QColor(value), text_on(QColor(value))) >= READABLE, value
