"""The last good picture of each cluster, kept on disk for when the cluster cannot be reached.

One file a cluster, readable by the user alone, in the cache folder: a line of JSON that says whose picture it is, then
a line for each few hundred objects of a kind, so that reading and writing never hold the interpreter for long. It
holds what the program shows and nothing more: of a policy the document as it is shown, of a pod what ``Pod`` has.
"""

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import cast

import msgspec

from desktop import pauses, turns
from desktop.cluster.gateway import ServerVersion
from desktop.errors import FileError
from desktop.manifest.presentation import present
from desktop.paths import cache_dir
from desktop.policy.codec import PolicyUnreadable, parse_policy
from desktop.policy.findings import Finding
from desktop.policy.objects import NetworkPolicy
from desktop.policy.owner import Owner
from desktop.policy.tiers import parse_tiered
from desktop.reach.objects import (
    FOREIGN_KINDS,
    TIERED_KINDS,
    WORKLOAD_KINDS,
    Coverage,
    ForeignPolicy,
    Kind,
    Namespace,
    Pod,
    Service,
    StoredPolicy,
    Thing,
    TieredObject,
    Workload,
)
from desktop.reach.snapshot import Change, Put, Snapshot
from desktop.session.files import write_private

FORMAT = 2
"""Raised with every change that an older program could not read."""
_THINGS_A_LINE = 500


@dataclass(frozen=True, slots=True)
class Whose:
    """Which cluster a picture is of. A context that was pointed at another server has another picture."""

    id: str
    context: str
    server: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, when its cluster was last synchronized, and the version its server had."""

    snapshot: Snapshot
    last_sync: datetime | None = None
    version: ServerVersion | None = None


class _Header(msgspec.Struct, kw_only=True):
    format: int
    whose: Whose
    as_of: datetime | None
    last_sync: datetime | None
    version: ServerVersion | None
    coverage: dict[str, Coverage]
    partial: dict[str, list[str]]
    things: int  # how many follow


class _Format(msgspec.Struct):
    format: int


class _Line(msgspec.Struct):
    kind: Kind
    things: msgspec.Raw


class _Policy(msgspec.Struct):
    namespace: str
    name: str
    value: dict[str, object]
    uid: str
    version: str
    created: datetime | None
    owner: Owner | None


class _Tiered(msgspec.Struct):
    kind: Kind
    value: dict[str, object]


_workloads = msgspec.json.Decoder(list[Workload]).decode
_policies = msgspec.json.Decoder(list[_Policy]).decode
_tiered = msgspec.json.Decoder(list[_Tiered]).decode
_DECODERS: Mapping[Kind, Callable[[msgspec.Raw], Iterable[Thing]]] = {
    Kind.NAMESPACE: msgspec.json.Decoder(list[Namespace]).decode,
    Kind.POD: msgspec.json.Decoder(list[Pod]).decode,
    Kind.SERVICE: msgspec.json.Decoder(list[Service]).decode,
    Kind.NETWORK_POLICY: lambda raw: map(_unpacked, _policies(raw)),
    **dict.fromkeys(WORKLOAD_KINDS, _workloads),
    **dict.fromkeys(TIERED_KINDS, lambda raw: map(_tiered_object, _tiered(raw))),
    **dict.fromkeys(FOREIGN_KINDS, msgspec.json.Decoder(list[ForeignPolicy]).decode),
}


def save(whose: Whose, picture: Picture) -> None:
    """Write a picture in place of the one before (blocks); raises FileError."""
    write_private(_path(whose), _lines(whose, picture))


def load(whose: Whose) -> Picture | None:
    """Read the picture of a cluster (blocks); None where there is none of this very cluster.

    A file that cannot be used, because it is damaged or a newer program wrote it, is set aside; raises FileError where
    it cannot even be read.
    """
    path = _path(whose)
    _sweep(path)
    try:
        with path.open("rb") as file:
            header = _header(file.readline())
            if header is None or header.whose != whose:
                return None
            return _read(header, file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError("file.not-read", path=str(path), reason=error.strerror or type(error).__name__) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        with contextlib.suppress(OSError):  # what cannot be moved away is written over by the next picture
            path.replace(path.with_suffix(".broken"))
        return None


def _path(whose: Whose) -> Path:
    name = hashlib.sha256(whose.id.encode()).hexdigest()[:32]
    return cache_dir() / "pictures" / f"{name}.jsonl"


def _sweep(path: Path) -> None:
    """Remove what a program that was killed while it wrote left behind; what is young may still be written."""
    for left in path.parent.glob(f".{path.name}.*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > 3600:
                left.unlink()


def _lines(whose: Whose, picture: Picture) -> Iterator[bytes]:
    snapshot = picture.snapshot
    header = _Header(
        format=FORMAT,
        whose=whose,
        as_of=snapshot.as_of,
        last_sync=picture.last_sync,
        version=picture.version,
        coverage={kind.value: coverage for kind, coverage in snapshot.coverage.items()},
        partial={kind.value: sorted(names) for kind, names in snapshot.partial.items()},
        things=sum(map(snapshot.count, Kind)),
    )
    yield msgspec.json.encode(header) + b"\n"
    for kind in Kind:
        things: Iterable[object] = snapshot.things(kind)
        if kind is Kind.NETWORK_POLICY:
            things = map(_packed, cast(Iterable[StoredPolicy], things))
        elif kind in TIERED_KINDS:
            things = map(_packed_tiered, cast(Iterable[TieredObject], things))
        things = iter(things)
        # One by one: what is unpacked for it must not grow old, or the garbage collector would walk through everything.
        while encoded := b",".join(map(_encoded, islice(things, _THINGS_A_LINE))):
            yield msgspec.json.encode(_Line(kind, msgspec.Raw(b"[" + encoded + b"]"))) + b"\n"


def _header(line: bytes) -> _Header | None:
    """Read the first line; raises DecodeError, for a newer format too."""
    if msgspec.json.decode(line, type=_Format).format != FORMAT:
        raise msgspec.DecodeError("another format")
    return msgspec.json.decode(line, type=_Header)


def _read(header: _Header, lines: Iterable[bytes]) -> Picture:
    changes: list[Change] = []
    for line in lines:
        block = msgspec.json.decode(line, type=_Line)
        with pauses.many_objects():
            changes += map(Put, _DECODERS[block.kind](block.things))
    if len(changes) != header.things:
        raise msgspec.DecodeError("lines are missing")
    with pauses.many_objects():
        snapshot = Snapshot(as_of=header.as_of).apply(changes)
    for kind, coverage in header.coverage.items():
        snapshot = snapshot.covering(Kind(kind), coverage, frozenset(header.partial.get(kind, ())))
    return Picture(snapshot, header.last_sync, header.version)


def _encoded(thing: object) -> bytes:
    turns.give_way()
    return msgspec.json.encode(thing)


def _packed(stored: StoredPolicy) -> _Policy:
    value = present(msgspec.json.decode(stored.raw, type=dict[str, object]))
    return _Policy(stored.namespace, stored.name, value, stored.uid, stored.version, stored.created, stored.owner)


def _packed_tiered(stored: TieredObject) -> _Tiered:
    return _Tiered(stored.kind, present(msgspec.json.decode(stored.raw, type=dict[str, object])))


def _tiered_object(packed: _Tiered) -> TieredObject:
    return TieredObject(packed.kind, parse_tiered(packed.kind.value, packed.value), msgspec.json.encode(packed.value))


def _unpacked(packed: _Policy) -> StoredPolicy:
    policy: NetworkPolicy | None
    findings: tuple[Finding, ...] = ()
    try:
        policy = parse_policy(packed.value)
    except PolicyUnreadable as error:
        policy, findings = None, error.findings
    return StoredPolicy(
        packed.namespace,
        packed.name,
        policy,
        msgspec.json.encode(packed.value),
        packed.uid,
        packed.version,
        packed.created,
        packed.owner,
        findings,
    )
