"""What Qt says itself, such as OK and Cancel, in the language of all the rest."""

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication


def translate_qt(application: QApplication, language: str) -> QTranslator | None:
    """Use Qt's own catalogue of a language (``zh_CN``; empty: English, which needs none); None where there is none."""
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if not language or not translator.load(f"qtbase_{language}", folder):
        return None
    application.installTranslator(translator)
    return translator
