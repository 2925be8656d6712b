"""Lists in pages, single objects, and watch streams."""

import base64
import binascii
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.helpers.api_server.resources import NETWORK_POLICIES, PODS, Json, Resource
from tests.helpers.api_server.status import Refusal, bad_request, expired_continue, not_found, too_old
from tests.helpers.api_server.store import Item, Store, from_path, path_of, typed, within

_POLL = 0.05  # seconds between looks at whether the client is still there
_BOOKMARK_BEFORE_END = 2.0  # a watch with bookmarks gets its last one so many seconds before its end
_METADATA_LIST = "as=PartialObjectMetadataList"

Query = dict[str, str]


def read_one(store: Store, resource: Resource, namespace: str, name: str) -> bytes:
    """Return one object's JSON."""
    item = store.get(resource, path_of(namespace, name))
    if item is None:
        raise not_found(resource, name)
    return typed(resource, item.raw)


def read_list(store: Store, resource: Resource, namespace: str, query: Query, accept: str) -> bytes:
    """Return a list, or the page of it that is asked for."""
    limit, token = int(query.get("limit") or 0), query.get("continue", "")
    if query.get("resourceVersion") == "0":
        limit = 0  # a list from the watch cache knows no pages
    if token and query.get("resourceVersion"):
        raise bad_request("specifying resource version is not allowed when using continue")
    if token:
        version, items = _continued(store, resource, namespace, token)
    else:
        version, items = store.snapshot(resource)
        items = within(items, namespace)
    labels, fields = query.get("labelSelector", ""), query.get("fieldSelector", "")
    chosen = _selected(items, labels, fields)
    page = chosen[:limit] if limit else chosen
    metadata: Json = {"resourceVersion": str(version)}
    if len(page) < len(chosen):
        metadata["continue"] = _encode_token(version, page[-1].path.removeprefix(f"{namespace}/") + "\0")
        if not labels and not fields:
            metadata["remainingItemCount"] = len(chosen) - len(page)
    return _page(resource, metadata, page, accept)


def _continued(store: Store, resource: Resource, namespace: str, token: str) -> tuple[int, tuple[Item, ...]]:
    """Return the version of a list that goes on, and what is left of it."""
    version, start = _from_token(token)
    if version == -1:
        version, items = store.snapshot(resource)
    else:
        kept = store.kept_snapshot(resource, version)
        if kept is None:
            raise expired_continue(_encode_token(-1, start))
        items = kept
    items = within(items, namespace)
    return version, items[from_path(items, path_of(namespace, start.removeprefix("/"))) :]


def _encode_token(version: int, start: str) -> str:
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": version, "start": start}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _from_token(token: str) -> tuple[int, str]:
    broken = re.search(r"[^-\w]", token, re.ASCII)
    at = broken.start() if broken else len(token) - 1 if len(token) % 4 == 1 else None
    if at is not None:
        raise _bad_token(f"illegal base64 data at input byte {at}")
    try:
        value = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        return int(value["rv"]), str(value["start"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise _bad_token("invalid character looking for beginning of value") from None


def _bad_token(why: str) -> Refusal:
    return bad_request(f"invalid continue token: continue key is not valid: {why}")


def _selected(items: tuple[Item, ...], labels: str, fields: str) -> tuple[Item, ...]:
    """Keep what selectors of the form ``key=value`` choose."""
    wanted = [pair.replace("==", "=").split("=", 1) for pair in labels.split(",") if pair]
    if wanted:
        items = tuple(
            item
            for item in items
            if all(item.value()["metadata"].get("labels", {}).get(key) == value for key, value in wanted)
        )
    if fields:
        name = fields.removeprefix("metadata.name=")
        items = tuple(item for item in items if item.name == name)
    return items


def _page(resource: Resource, metadata: Json, items: tuple[Item, ...], accept: str) -> bytes:
    head = json.dumps(metadata, separators=(",", ":")).encode()
    if _METADATA_LIST in accept:
        kind, api_version = b"PartialObjectMetadataList", b"meta.k8s.io/v1"
        raws = [_metadata_only(item) for item in items]
    else:
        kind, api_version = f"{resource.kind}List".encode(), resource.api_version.encode()
        raws = [item.raw for item in items]
    return b'{"kind":"%b","apiVersion":"%b","metadata":%b,"items":[%b]}\n' % (kind, api_version, head, b",".join(raws))


def _metadata_only(item: Item) -> bytes:
    value = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": item.value()["metadata"]}
    return json.dumps(value, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Link:
    """The way to the client: whether it is ``gone``, and whether it is ``hushed`` (drops what is sent)."""

    gone: Callable[[], bool] = lambda: False
    hushed: Callable[[], bool] = lambda: False


def watch(store: Store, resource: Resource, namespace: str, query: Query, link: Link) -> Iterator[bytes]:
    """Yield a watch's lines until its time is over, the client is gone or the server closes."""
    if query.get("sendInitialEvents") == "true":
        why = "the required storage feature RequestWatchProgress is disabled"
        yield _error(Refusal(500, "InternalError", f"a watch stream was requested by the client but {why}"))
        return
    since = int(query.get("resourceVersion") or 0)
    bookmarks = query.get("allowWatchBookmarks") == "true"
    deadline = time.monotonic() + float(query.get("timeoutSeconds") or 1800)
    with store.changed:
        oldest, now, items = store.oldest, store.version, within(store.items(resource), namespace)
    if since == 0:
        since = now
        for item in items:
            yield _line("ADDED", typed(resource, item.raw))
    elif since < oldest:
        yield _error(too_old(since, oldest))
        return
    bookmark_at = deadline - _BOOKMARK_BEFORE_END
    while time.monotonic() < deadline and not link.gone() and not store.closed:
        if not link.hushed():
            for event in store.events_after(resource, since):
                since = event.version
                if namespace in ("", event.item.namespace):
                    yield _line(event.type, typed(resource, event.item.raw))
            if bookmarks and time.monotonic() >= bookmark_at:
                bookmarks = False
                yield _bookmark(resource, since)
        with store.changed:
            if not store.events_after(resource, since):
                store.changed.wait(min(_POLL, max(0.0, deadline - time.monotonic())))


def expired_watch(store: Store) -> Iterator[bytes]:
    """Yield the stream of a watch whose start is too old."""
    yield _error(too_old(1, store.version))


def _line(type_: str, raw: bytes) -> bytes:
    return b'{"type":"%b","object":%b}\n' % (type_.encode(), raw)


def _error(refusal: Refusal) -> bytes:
    return _line("ERROR", json.dumps(refusal.status, separators=(",", ":")).encode())


def _bookmark(resource: Resource, version: int) -> bytes:
    empty: Json = {"metadata": {"resourceVersion": str(version)}}
    if resource is NETWORK_POLICIES:
        empty["spec"] = {"podSelector": {}}
    elif resource is PODS:
        empty |= {"spec": {"containers": None}, "status": {}}
    return _line("BOOKMARK", typed(resource, json.dumps(empty, separators=(",", ":")).encode()))
