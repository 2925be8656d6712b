"""libyaml's complaints as findings: a code of ours where the mistake is a common one, its own words where not."""

import re

from yaml import YAMLError

from desktop.manifest.positions import Positions
from desktop.policy.findings import Finding, Severity

_CODES = {
    "found a tab character that violates indentation": "yaml.tab",
    "found a tab character where an indentation space is expected": "yaml.tab",
    "mapping values are not allowed in this context": "yaml.second-colon",
    "did not find expected key": "yaml.indentation",
    "did not find expected '-' indicator": "yaml.indentation",
    "block sequence entries are not allowed in this context": "yaml.indentation",
    "found unknown escape character": "yaml.escape",
    "found invalid Unicode character escape code": "yaml.escape",
    "did not find expected hexdecimal number": "yaml.escape",
    "found undefined tag handle": "yaml.tag",
}
_LINE = re.compile(r"[^\r\n]*")


def syntax_finding(error: YAMLError, text: str, base: int, positions: Positions) -> Finding:
    """Return the finding for an error in ``text``, which starts at offset ``base`` of the text ``positions`` knows.

    It is placed where the mistake was made as far as that is known: an open quote where it was opened, else from where
    the parser gave up to the end of that line. ``yaml.syntax`` carries libyaml's words as the fact ``problem``.
    """
    problem = str(getattr(error, "problem", "") or "")
    at = _index(error, "problem_mark")
    begun = _index(error, "context_mark")
    facts: dict[str, object] = {}
    if problem == "found unexpected end of stream":
        code, at = "yaml.unclosed-quote", begun
    elif problem == "could not find expected ':'":
        code, at = "yaml.no-colon", begun
    elif problem.startswith("did not find expected ',' or"):
        code, facts = "yaml.unclosed-bracket", {"opened": positions.line(base + begun)}
    elif problem == "found character that cannot start any token":
        code, facts = "yaml.reserved-character", {"character": text[at : at + 1]}
        if text[at : at + 1] == "\t":
            code, facts = "yaml.tab", {}
    elif problem in _CODES:
        code = _CODES[problem]
    else:
        code, facts = "yaml.syntax", {"problem": problem}
    line = _LINE.match(text, at)
    end = line.end() if line else at
    return Finding(code, Severity.ERROR, facts=facts, place=positions.place(base + at, base + end))


def _index(error: YAMLError, mark: str) -> int:
    return int(getattr(getattr(error, mark, None), "index", 0))
