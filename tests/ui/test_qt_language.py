"""What Qt says itself is said in the language of all the rest."""

import pytest
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from desktop.language import use_language
from desktop.ui.qt_language import translate_qt

Button = QDialogButtonBox.StandardButton


@pytest.mark.parametrize(("languages", "cancel"), [(["zh_CN"], "取消"), (["en_US", "zh_CN"], "Cancel")])
def test_qt_speaks_the_language_that_we_speak(
    qapp: QApplication, qtbot: QtBot, languages: list[str], cancel: str
) -> None:
    translator = translate_qt(qapp, use_language(languages))
    box = QDialogButtonBox(Button.Cancel)
    qtbot.addWidget(box)
    assert box.button(Button.Cancel).text().replace("&", "") == cancel
    if translator is not None:
        qapp.removeTranslator(translator)
    use_language([])
