"""kubectl's reading of scalars.

kubectl reads YAML with ``sigs.k8s.io/yaml`` (go-yaml v2: YAML 1.1 with turns of its own) and sends JSON. What a scalar
means there is neither what PyYAML nor what YAML 1.2 says: ``no`` is false, ``017`` is 15, ``1e3`` is the integer 1000,
``12:30`` and ``2026-01-01`` are strings. ``tests/cases/kubectl-scalars.json`` records kubectl's own answers.
"""

import base64
import binascii
import math
import re
from ctypes import c_float
from decimal import Decimal

Scalar = str | int | float | bool | None
"""A JSON scalar."""

_CORE = "tag:yaml.org,2002:"
STR, INT, FLOAT, BOOL, NULL, BINARY = (_CORE + name for name in ("str", "int", "float", "bool", "null", "binary"))
TAGS = frozenset({STR, INT, FLOAT, BOOL, NULL, BINARY})
"""The tags a scalar may carry here; every other is refused as a language tag."""

_WORDS: dict[str, tuple[str, Scalar]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), (BOOL, True)),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), (BOOL, False)),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), (NULL, None)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), (FLOAT, math.nan)),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), (FLOAT, math.inf)),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), (FLOAT, -math.inf)),
}
# What Go's strconv.ParseInt takes with base 0 (decimals of more than 20 digits are beyond uint64 anyway). go-yaml
# removes every "_" from a number before it looks.
_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]{0,19})")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
# A number that starts with a point goes to strconv.ParseFloat as it is, which lets "_" stand between digits.
_POINT_FLOAT = re.compile(r"\.[0-9_]+(?:[eE][-+]?[0-9_]+)?")
_STRAY_UNDERSCORE = re.compile(r"(?<![0-9])_|_(?![0-9])")


class NotOfTag(ValueError):
    """A scalar cannot be what its tag says, such as ``!!int abc``."""


def resolve(text: str, tag: str | None = None) -> Scalar:
    """Return what kubectl makes of a scalar; ``tag`` is None for an untagged plain one, ``STR`` for a quoted one.

    Infinity and NaN come back as floats, for a key may be one; JSON has no room for them as values. Raises NotOfTag
    where the text is not what the tag says (and for ``!!binary`` that holds no UTF-8 text, which kubectl would mangle).
    """
    if tag == STR:
        return text
    if tag == BINARY:
        return _from_base64(text)
    own_tag, value = _resolve_untagged(text)
    if tag in (None, own_tag):
        return value
    if tag == FLOAT and own_tag == INT and isinstance(value, int) and value < 2**63:
        return float(value)
    raise NotOfTag(text)


def json_number(value: float) -> int | float:
    """Return a finite number as it looks after kubectl's way through JSON: ``1000.0`` becomes 1000.

    Whole numbers in the range of int64 become integers, by the digits Go prints; all others are 64-bit floats.
    """
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not value.is_integer() or abs(value) >= 2**63:
        return value
    return int(Decimal(repr(value)))


def key_text(value: Scalar) -> str | None:
    """Return the JSON key that kubectl makes of a mapping key: ``1`` is "1", ``yes`` is "true", ``1e7`` is "1e+07".

    None where kubectl takes it for no key: null, and integers beyond int64.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float32_text(value)
    return None if value is None or value >= 2**63 else str(value)


def _resolve_untagged(text: str) -> tuple[str, Scalar]:
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first == "." and _POINT_FLOAT.fullmatch(text) and not _STRAY_UNDERSCORE.search(text):
        number = float(text)
        return (STR, text) if math.isinf(number) else (FLOAT, number)
    if first in "+-0123456789":
        return _resolve_number(text)
    return STR, text


def _resolve_number(text: str) -> tuple[str, Scalar]:
    plain = text.replace("_", "")
    if _INTEGER.fullmatch(plain):
        integer = int(plain, 8 if plain.lstrip("+-").isdigit() and plain.lstrip("+-")[0] == "0" else 0)
        if -(2**63) <= integer < (2**63 if plain[0] in "+-" else 2**64):
            return INT, integer
    if _FLOAT.fullmatch(plain) and not math.isinf(number := float(plain)):
        return FLOAT, number
    return STR, text


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise NotOfTag(text) from error


def _float32_text(value: float) -> str:
    """Write a number as Go's ``FormatFloat(value, 'g', -1, 32)``: the fewest digits that give the same float32."""
    single = c_float(value).value
    if math.isnan(single):
        return ".nan"
    if math.isinf(single):
        return ".inf" if single > 0 else "-.inf"
    text = next(text for text in (f"{single:.{p}e}" for p in range(9)) if c_float(float(text)).value == single)
    exponent = int(text.partition("e")[2])
    return text if exponent < -4 or exponent >= 6 else format(Decimal(text), "f")
