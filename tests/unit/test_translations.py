"""Every catalogue says everything, with the same values filled in, and is compiled as it is written."""

import ast
import re
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "desktop"
TRANSLATIONS = ROOT / "resources" / "translations"
CATALOGUES = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/bulkhead.po"))
MNEMONIC = re.compile(r"&(?=[A-Za-z])(?!\w*[}])")


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3] if path.suffix == ".po" else None)


def messages(path: Path) -> list[Message]:
    return [message for message in read(path) if message.id]


def both(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, tuple | list) else (str(text),)


def placeholders(text: str) -> set[str]:
    braces = {f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name is not None}
    return braces | set(re.findall(r"%\(\w+\)s", text))


def test_there_is_a_catalogue_of_simplified_chinese() -> None:
    assert "zh_CN" in [path.parts[-3] for path in CATALOGUES]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
class TestCatalogue:
    def test_every_message_is_translated(self, path: Path) -> None:
        missing = [message.id for message in messages(path) if message.fuzzy or not all(both(message.string))]
        assert not missing

    def test_a_translation_fills_in_what_its_message_does(self, path: Path) -> None:
        wrong = [
            (message.id, message.string)
            for message in messages(path)
            if any(placeholders(string) != placeholders(both(message.id)[-1]) for string in both(message.string))
        ]
        assert not wrong

    def test_what_has_a_key_of_its_own_keeps_one(self, path: Path) -> None:
        wrong = [
            (message.id, message.string)
            for message in messages(path)
            if {len(MNEMONIC.findall(string)) for string in both(message.string)}
            != {len(MNEMONIC.findall(both(message.id)[0]))}
        ]
        assert not wrong

    def test_the_compiled_catalogue_is_what_is_written(self, path: Path) -> None:
        compiled = BytesIO()
        write_mo(compiled, read(path))
        assert path.with_suffix(".mo").read_bytes() == compiled.getvalue()


def texts_of_the_source() -> list[str | tuple[str, ...]]:
    keywords = {"tr": None, "tr_n": (1, 2)}
    return [found[2] for found in extract_from_dir(str(SOURCE), keywords=keywords)]


def test_the_template_holds_exactly_the_texts_of_the_source() -> None:
    """When this fails: run ``make translations``, and translate what is new in each bulkhead.po."""
    template = {both(message.id) for message in messages(TRANSLATIONS / "bulkhead.pot")}
    source = {both(text) for text in texts_of_the_source()}
    assert template - source == set()
    assert source - template == set()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_holds_exactly_the_texts_of_the_template(path: Path) -> None:
    template = {both(message.id) for message in messages(TRANSLATIONS / "bulkhead.pot")}
    assert {both(message.id) for message in messages(path)} == template


def test_no_text_is_both_plain_and_the_singular_of_another() -> None:
    texts = texts_of_the_source()
    plain = {text for text in texts if isinstance(text, str)}
    assert not [text for text in texts if isinstance(text, tuple) and text[0] in plain]


def test_only_literal_texts_are_translated() -> None:
    """What is put together at run time, the template cannot know."""
    wrong = []
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"tr", "tr_n"}:
                literal = node.args[: 2 if node.func.id == "tr_n" else 1]
                if not all(isinstance(each, ast.Constant) for each in literal):
                    wrong.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert not wrong
