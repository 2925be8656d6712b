"""Every code that the program can raise or report has a sentence, made of facts that come with it."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from desktop.wording import codes

SOURCE = Path(__file__).parents[3] / "desktop"
LAYERS = ("policy", "reach", "manifest", "cluster", "session", "ui")
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*")

# Strings that look like codes and are none.
OTHERS = {"*.json*", "*.yaml", "*.yml", "*.io", "*.com", "*.org", "*.sqlite", "*.svg"}

# The faults that complete a code made of a family and a fault (f"label-key.{fault}").
KEY_FAULTS = ("syntax", "prefix-empty", "prefix-too-long", "prefix-syntax", "empty", "too-long")
FAULTS = {
    "label-key.*": KEY_FAULTS,
    "annotation-key.*": KEY_FAULTS,
    "finalizer.*": KEY_FAULTS,
    "label-value.*": ("too-long", "syntax"),
    "generate-name.*": ("too-long", "syntax"),
    "name.*": ("too-long", "syntax"),
    "namespace.*": ("too-long", "dots", "syntax"),
    "port-name.*": ("too-long", "characters", "no-letter", "consecutive-hyphens", "edge-hyphen"),
    "cidr.*": ("leading-zeros", "ipv4-mapped", "host-bits"),
    "owner-reference.no-*": ("api-version", "kind", "name", "uid"),
    "kubeconfig.auth-provider-*": ("removed", "unknown"),
    "*.out-of-range": ("port", "end-port"),
    "*.changed": ("name", "namespace"),
    "limit.*": (
        "enforcement",
        "inbound",
        "outbound",
        "inbound-ip-block",
        "cluster-addresses",
        "ipv6",
        "cluster-ip",
        "sctp",
        "end-port",
    ),
}


def _codes_in(tree: ast.AST) -> Iterator[str]:
    """Yield each string that is a code, and each formatted one with ``*`` for what is filled in."""
    pending = [tree]
    while pending:
        node = pending.pop()
        match node:
            case ast.Call(func=ast.Attribute(attr="startswith")):
                continue  # asks for a family of codes
            case ast.Constant(value=str(text)) if CODE.fullmatch(text):
                yield text
            case ast.JoinedStr(values=parts):
                pattern = "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts)
                if CODE.fullmatch(pattern.replace("*", "x")) and pattern.count("*") == 1:
                    yield pattern
        pending += ast.iter_child_nodes(node)


def _raised() -> dict[str, str]:
    """Every code of the source, with a file that raises it."""
    found: dict[str, str] = {}
    for layer in LAYERS:
        for file in sorted((SOURCE / layer).rglob("*.py")):
            for code in _codes_in(ast.parse(file.read_text("utf-8"))):
                if not any(fnmatch(code, other) for other in OTHERS):
                    found.setdefault(code, str(file.relative_to(SOURCE)))
    return found


def _with_facts() -> Iterator[tuple[str, set[str], str]]:
    """Every call that names a code and spells its facts out: the code, the facts' names, and where."""
    for layer in LAYERS:
        for file in sorted((SOURCE / layer).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and (names := _facts_of(node)) is not None:
                    for argument in node.args:
                        if isinstance(argument, ast.Constant | ast.JoinedStr):
                            yield from ((code, names, f"{file.name}:{node.lineno}") for code in _codes_in(argument))


def _facts_of(call: ast.Call) -> set[str] | None:
    """The names of the facts given with a code in a call, or None where they cannot be read from it."""
    # The path of a finding; the server's reason, which ``refusal`` adds.
    always = {"field", "reason"}
    if isinstance(call.func, ast.Name) and call.func.id in {"Finding", "Fix"}:
        given = [each for each in (*call.args, *(word.value for word in call.keywords)) if isinstance(each, ast.Dict)]
        keys = [key for each in given for key in each.keys]
        names = {str(key.value) for key in keys if isinstance(key, ast.Constant)}
        return names | always if len(keys) == len(names) > 0 else None
    if isinstance(call.func, ast.Attribute) and call.func.attr == "get":
        return None
    if isinstance(call.func, ast.Name) and call.func.id.startswith("_") and not call.keywords:
        return None  # a helper that knows the facts
    names = {word.arg or "**" for word in call.keywords}
    return None if "**" in names else names | always


def _complete(code: str) -> list[str]:
    return [code.replace("*", fault) for fault in FAULTS[code]] if "*" in code else [code]


def test_every_code_in_the_source_has_a_sentence() -> None:
    raised = _raised()
    unknown = {code: file for code, file in raised.items() if "*" in code and code not in FAULTS}
    assert not unknown, f"say in FAULTS what completes: {unknown}"
    missing = {each: file for code, file in raised.items() for each in _complete(code) if each not in codes.SENTENCES}
    assert not missing, f"add a sentence in desktop/wording for: {missing}"


def test_no_sentence_is_kept_for_a_code_that_is_gone() -> None:
    raised = {each for code in _raised() for each in _complete(code)} | {"cancelled", "unexpected"}
    assert set(codes.SENTENCES) <= raised
    assert set(codes.HINTS) <= set(codes.SENTENCES)


def test_advice_and_limits_say_why_and_where_that_is_written() -> None:
    families = ("advice.", "limit.")
    assert {code for code in codes.SENTENCES if code.startswith(families)} == set(codes.REASONS)
    facts = {"profile": "default"}
    assert all("(Source: " in codes.reason(code, facts) for code in codes.REASONS)


def test_sentences_and_hints_need_no_fact_that_is_not_given() -> None:
    lacking = []
    for code, names, where in _with_facts():
        for each in _complete(code) if "*" not in code or code in FAULTS else ():
            for table in (codes.SENTENCES, codes.HINTS, codes.REASONS):
                try:
                    table.get(each, str)(dict.fromkeys(names, "1"))
                except KeyError as missing:
                    lacking.append(f"{where}: {each} comes without {missing}")
    assert not lacking
