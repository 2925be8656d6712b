"""The program speaks the first language that the user wants and it knows; English where it knows none."""

import gettext

import pytest

from desktop import language
from desktop.language import tr, tr_n, use_language


@pytest.fixture(autouse=True)
def _english_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_catalogue", gettext.NullTranslations())


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (["zh_CN"], "已取消。"),
        (["zh_CN.UTF-8"], "已取消。"),
        (["fr_FR", "zh_CN"], "已取消。"),
        (["en_GB", "zh_CN"], "Cancelled."),
        (["en", "zh_CN"], "Cancelled."),
        (["C.UTF-8", "zh_CN"], "Cancelled."),
        (["fr_FR"], "Cancelled."),
        ([""], "Cancelled."),
        ([], "Cancelled."),
    ],
)
def test_the_first_wanted_language_that_is_known_is_spoken(wanted: list[str], said: str) -> None:
    use_language(wanted)
    assert tr("Cancelled.") == said


def test_values_are_filled_in_and_numbers_choose_the_form() -> None:
    assert tr("{count} s", count=3) == "3 s"
    assert tr_n("{count} pod", "{count} pods", 1) == "1 pod"
    assert tr_n("{count} pod", "{count} pods", 2) == "2 pods"
    use_language(["zh_CN"])
    assert tr_n("{count} pod", "{count} pods", 2) == "2 个 Pod"


def test_a_text_without_values_may_hold_braces() -> None:
    assert tr("podSelector: {}") == "podSelector: {}"
