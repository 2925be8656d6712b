"""What a person types in a form's field, read exactly: ports, CIDR blocks with exceptions, label rows.

A text that cannot be read is never guessed at: it raises ``Unreadable`` with a code and an example, so that an
unreadable port can never become "all ports".
"""

import ipaddress
import re
from collections.abc import Mapping

from desktop.errors import BulkheadError

Json = dict[str, object]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Unreadable(BulkheadError):
    """A field's text that cannot be read; ``example`` among the facts shows what can."""


_RANGE = re.compile(r"(\d+)\s*-\s*(\d+)")
# The API allows names such as 8000-8010x or 80x; typed in a form they are slips of the finger.
_MISTYPED_RANGE = re.compile(r"\d+\s*-(\s*\d|$)|.*\s-|.*-\s")
_MISTYPED_NUMBER = re.compile(r"\d+[a-z]")
_LIKE_A_RANGE = re.compile(r"[a-z-]+-\d+|\d+-[a-z-]+")
_NAME = re.compile(r"(?=[a-z0-9-]{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")


def read_ports(text: str, protocol: str) -> list[Json]:
    """Read ``80``, ``8000-8010``, ``http`` or several of them with commas, as entries of ``ports``.

    An empty text with a protocol means all ports of it; without one there is no entry (every protocol and port).
    """
    parts = [part.strip() for part in text.split(",")]
    if parts == [""]:
        return [{"protocol": protocol}] if protocol else []
    if not protocol:
        raise Unreadable("typed.port-needs-protocol", text=text)
    return [{"protocol": protocol, **_read_port(part)} for part in parts]


def _read_port(text: str) -> Json:
    if text.isascii() and text.isdigit():
        return {"port": _number(text)}
    if match := _RANGE.fullmatch(text):
        first, last = _number(match[1]), _number(match[2])
        if first > last:
            raise Unreadable("typed.port-range-backwards", text=text, example=f"{last}-{first}")
        return {"port": first, "endPort": last}
    if _MISTYPED_RANGE.match(text):
        raise Unreadable("typed.port-range", text=text, example="8000-8010")
    if _NAME.fullmatch(text) and not _MISTYPED_NUMBER.match(text):
        return {"port": text}
    raise Unreadable("typed.port", text=text, example="6379")


def names_like_ranges(text: str) -> tuple[str, ...]:
    """Return the ports of a text that are names (``http-8010``), but that somebody may have meant as ranges."""
    return tuple(part for part in map(str.strip, text.split(",")) if _LIKE_A_RANGE.fullmatch(part))


def _number(digits: str) -> int:
    number = int(digits) if len(digits) < 10 else 0
    if not 1 <= number <= 65535:
        raise Unreadable("typed.port-number", text=digits, example="6379")
    return number


def write_port(port: Mapping[str, object]) -> str:
    """Return the text that ``read_ports`` reads as this entry's port."""
    first, last = port.get("port"), port.get("endPort")
    if first is None:
        return ""
    return f"{first}-{last}" if last is not None else str(first)


def read_block(text: str) -> Json:
    """Read ``cidr`` or ``cidr|except,except`` (the page's form) as an ``ipBlock``."""
    cidr_text, bar, excepts_text = text.partition("|")
    cidr = _read_cidr(cidr_text.strip())
    if not bar:
        return {"cidr": cidr_text.strip()}
    excepts = []
    for part in excepts_text.split(","):
        exception = _read_cidr(part.strip())
        if exception.version != cidr.version:
            raise Unreadable("typed.except-family", text=str(exception), cidr=str(cidr), example=_part_of(cidr))
        if not _lies_in(exception, cidr):
            raise Unreadable("typed.except-outside", text=str(exception), cidr=str(cidr), example=_part_of(cidr))
        excepts.append(part.strip())
    return {"cidr": cidr_text.strip(), "except": excepts}


def _part_of(cidr: Network) -> str:
    """Return a block that lies within another, as an example; the block itself where it is a single address."""
    return str(next(cidr.subnets(prefixlen_diff=min(8, cidr.max_prefixlen - cidr.prefixlen))))


def _lies_in(inner: Network, outer: Network) -> bool:
    """Whether ``inner`` is a part of ``outer``, both of one family."""
    return inner.prefixlen > outer.prefixlen and inner.network_address in outer


def _read_cidr(text: str) -> Network:
    """Read a CIDR with its prefix length written out and no host bits set."""
    address, slash, length = text.partition("/")
    try:
        network = ipaddress.ip_network(text, strict=False)
        if not slash:
            raise Unreadable("typed.cidr-length", text=text, example=f"{address}/{network.max_prefixlen}")
        if not length.isdigit() or str(int(length)) != length or "%" in address:
            raise ValueError(length)
        if network.network_address != ipaddress.ip_address(address):
            raise Unreadable("typed.cidr-host-bits", text=text, example=str(network))
    except ValueError:
        raise Unreadable("typed.cidr", text=text, example="172.17.0.0/16") from None
    return network


def write_block(block: Mapping[str, object]) -> str:
    """Return the text that ``read_block`` reads as this ``ipBlock``, in the page's form."""
    excepts = block.get("except")
    cidr = str(block.get("cidr", ""))
    return f"{cidr}|{','.join(map(str, excepts))}" if isinstance(excepts, list) and excepts else cidr


def read_values(text: str) -> tuple[str, ...]:
    """Read the values of an ``In`` or ``NotIn`` row: separated by commas, white space around them dropped."""
    return tuple(part.strip() for part in text.split(",")) if text.strip() else ()
