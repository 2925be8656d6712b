"""An API server as a gateway."""

import contextlib
import logging
import random
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace

import msgspec

from desktop import turns
from desktop.cancellation import CancelToken
from desktop.cluster.connection import Connection
from desktop.cluster.gateway import (
    FIELD_MANAGER,
    WATCH_SECONDS,
    Deletion,
    Listing,
    OnPage,
    PolicyDocument,
    ServerVersion,
    Verb,
    Warned,
    WatchEvent,
    Write,
)
from desktop.cluster.overlay import laid_over
from desktop.cluster.resources import RESOURCES, Resource
from desktop.cluster.transport import Answer, Query, Transport
from desktop.cluster.wire import Decoder
from desktop.errors import ApiError, Expired, FieldConflict, Forbidden, NotFound, ServerError, TransportError
from desktop.manifest import presentation, writer
from desktop.reach.objects import Kind, Thing

PAGE_SIZE = 500
"""Objects a page, as kubectl asks for."""

WATCH_SILENCE = 30.0
"""Seconds beyond the end it asked for after which a silent watch counts as lost."""

_POLICIES = RESOURCES[Kind.NETWORK_POLICY]
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_log = logging.getLogger(__name__)


class LiveGateway:
    """A cluster behind its API server; nothing is contacted before the first call."""

    def __init__(self, connection: Connection, *, randint: Callable[[int, int], int] = random.randint) -> None:
        self._transport = Transport(connection)
        self._randint = randint
        self._elsewhere: dict[Kind, Resource] = {}  # where this server keeps the kinds of which servers differ

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind."""
        return tuple(RESOURCES)

    def version(self, token: CancelToken) -> ServerVersion:
        """Ask for the server's version; vendors add to the numbers (``"27+"``)."""
        value = _value(self._transport.call("GET", "/version", token))
        major, minor = (re.match(r"\d*", str(value.get(part, "")), re.ASCII) for part in ("major", "minor"))
        return ServerVersion(
            int((major and major[0]) or 0), int((minor and minor[0]) or 0), str(value.get("gitVersion", ""))
        )

    def list(self, kind: Kind, namespace: str | None, token: CancelToken, on_page: OnPage) -> Listing:
        """List a kind in pages. Where the list grows too old for its next page, all is asked for anew, in one piece."""
        resource: Resource | None = RESOURCES[kind]
        while resource is not None:
            try:
                try:
                    listing = self._list(resource, namespace, token, on_page, PAGE_SIZE)
                except Expired:
                    listing = self._list(resource, namespace, token, on_page, 0)
            except (NotFound, Forbidden) as error:
                if not resource.optional or self._serves(resource, error, token):
                    raise
                resource = resource.instead
            else:
                self._elsewhere[kind] = resource
                return listing
        on_page(0, 0)
        return Listing((), "", served=False)

    def _serves(self, resource: Resource, refusal: ApiError, token: CancelToken) -> bool:
        """Whether a server that refused a list has the resource at all.

        Whoever has no right to a resource is told so even where there is none; what there is, everyone may ask.
        """
        if isinstance(refusal, NotFound):
            return False
        try:
            found = _value(self._transport.call("GET", resource.group_path, token)).get("resources")
        except NotFound:
            return False
        except Forbidden:
            return True
        return isinstance(found, Sequence) and any(
            isinstance(each, Mapping) and each.get("name") == resource.plural for each in found
        )

    def _list(
        self, resource: Resource, namespace: str | None, token: CancelToken, on_page: OnPage, size: int
    ) -> Listing:
        """List in pages of ``size`` (0: in one). Raises Expired where a page is not of the time of the one before."""
        decoder = Decoder(resource.kind, namespace)
        things: list[Thing] = []
        version, following, turned = "", "", {""}
        while True:
            query = [("limit", str(size))] if size else []
            if following:
                query.append(("continue", following))
            body = self._transport.call("GET", resource.path(namespace), token, query=query).body
            with turns.piece():
                page = decoder.page(body)
            if following and page.version != version:  # what was deleted between would be there for ever
                raise Expired("api.expired", status=410)
            things += page.things
            version, following = page.version, page.next
            if following and following in turned:
                raise TransportError("answer.unreadable", kind=resource.kind)  # it would never end
            turned.add(following)
            left = 0 if not following else page.remaining
            on_page(len(things), None if left is None else len(things) + left)
            if not following:
                return Listing(tuple(things), page.version)

    def latest(self, kind: Kind, namespace: str | None, token: CancelToken) -> str:
        """Ask for a page of one object, which has the version of all."""
        path = self._elsewhere.get(kind, RESOURCES[kind]).path(namespace)
        return Decoder(kind).page(self._transport.call("GET", path, token, query=[("limit", "1")]).body).version

    def watch(self, kind: Kind, namespace: str | None, version: str, token: CancelToken) -> Generator[WatchEvent]:
        """Start a watch, and return its events once the server agreed to it."""
        seconds = self._randint(*WATCH_SECONDS)
        query = [
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", version),
            ("timeoutSeconds", str(seconds)),
        ]
        path = self._elsewhere.get(kind, RESOURCES[kind]).path(namespace)
        lines = self._transport.lines(path, token, query=query, read_limit=seconds + WATCH_SILENCE)
        return _events(lines, Decoder(kind, namespace))

    def read(self, namespace: str, name: str, token: CancelToken) -> PolicyDocument:
        """Read one policy as it is now."""
        return _document(self._transport.call("GET", _POLICIES.path(namespace, name), token, patient=True))

    def write(self, write: Write, token: CancelToken, *, dry_run: bool = False) -> Warned:
        """Write one policy; raises ConnectionLost when the answer did not come and it may have taken effect."""
        query = [("fieldManager", FIELD_MANAGER), ("fieldValidation", "Strict")]
        if dry_run:
            query.append(("dryRun", "All"))
        try:
            answer = self._send(write, query, token, changes=not dry_run)
        except FieldConflict as conflict:
            if write.base is None or not _is_with_ourselves(conflict):
                raise
            # The server tells managers apart by how they write, too: what we created or updated is not ours when we
            # apply. An update is: it asks for no force, and is guarded by the very version that was looked at.
            update = replace(write, verb=Verb.UPDATE, value=laid_over(write.value, write.base.value))
            answer = self._send(update, query, token, changes=not dry_run)
        return Warned(_document(answer), answer.warnings)

    def _send(self, write: Write, query: Query, token: CancelToken, *, changes: bool) -> Answer:
        method, name, content_type = {
            Verb.CREATE: ("POST", "", "application/json"),
            Verb.UPDATE: ("PUT", write.name, "application/json"),
            Verb.APPLY: ("PATCH", write.name, "application/apply-patch+yaml"),  # JSON is YAML
        }[write.verb]
        return self._transport.call(
            method,
            _POLICIES.path(write.namespace, name),
            token,
            query=query,
            body=_body(write),
            content_type=content_type,
            changes=changes,
            patient=True,
        )

    def delete(self, deletion: Deletion, token: CancelToken, *, dry_run: bool = False) -> bool:
        """Delete one policy, if it is still the one with that uid; what stays is answered whole, not with a Status."""
        answer = self._transport.call(
            "DELETE",
            _POLICIES.path(deletion.namespace, deletion.name),
            token,
            body={
                "apiVersion": "v1",
                "kind": "DeleteOptions",
                "preconditions": {"uid": deletion.uid},
                # In the body, not the query: beside a body the server overlooks the query, and would really delete.
                "dryRun": ["All"] if dry_run else [],
            },
            changes=not dry_run,
            patient=True,
        )
        return _value(answer).get("kind") == "Status"

    def may(self, verb: str, namespace: str, token: CancelToken) -> bool:
        """Ask for an access review of ourselves; an empty ``namespace`` means all of them."""
        attributes = {"verb": verb, "group": _POLICIES.group, "resource": _POLICIES.plural, "namespace": namespace}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        status = _value(self._transport.call("POST", _REVIEWS, token, body=review, patient=True)).get("status")
        return isinstance(status, Mapping) and status.get("allowed") is True

    def knock(self, token: CancelToken) -> None:
        """Ask for anything; whatever the server answers, it is there, unless it says itself that it is not well."""
        try:
            self._transport.knock("/version", token)
        except ServerError:
            raise
        except ApiError as error:
            _log.debug("an answer all the same: %s", error.code)

    def close(self) -> None:
        """Break off what is under way and let go of the connections."""
        self._transport.close()


def _events(lines: Generator[bytes], decoder: Decoder) -> Generator[WatchEvent]:
    with contextlib.closing(lines):  # an error that is kept would keep the connection open
        for line in lines:
            event = decoder.event(line)
            if event is not None:
                yield event


def _body(write: Write) -> Mapping[str, object]:
    """Return the object to send.

    What the server fills in is not ours to send (and refused in an apply); what the editor hides but the user owns
    goes back in. An update names the very object, and the version of it, that it started from; an apply the version
    that it was laid over.
    """
    value = presentation.restore(presentation.present(write.value), write.value)
    base = write.base
    if write.verb is Verb.CREATE or (write.verb is Verb.APPLY and base is None):
        return value
    if base is None:
        raise ValueError("an update needs the document it started from")
    guards = {"resourceVersion": base.version}
    if write.verb is Verb.UPDATE:
        value = presentation.restore(value, base.value)
        guards["uid"] = base.uid
    metadata = value.get("metadata")
    own = metadata if isinstance(metadata, Mapping) else {}
    return {**value, "metadata": {**own, **guards}}


def _is_with_ourselves(conflict: FieldConflict) -> bool:
    """Whether all fields in conflict are owned under our own name (``conflict with "bulkhead" using ...``)."""
    ours = re.compile(rf'conflict with "{FIELD_MANAGER}"( using .*)?')
    return bool(conflict.causes) and all(ours.fullmatch(cause.message) for cause in conflict.causes)


def _document(answer: Answer) -> PolicyDocument:
    value = _value(answer)
    metadata = value.get("metadata")
    meta: Mapping[str, object] = metadata if isinstance(metadata, Mapping) else {}
    return PolicyDocument(
        namespace=str(meta.get("namespace", "")),
        name=str(meta.get("name", "")),
        value=value,
        text=writer.render(presentation.present(value)),
        version=str(meta.get("resourceVersion", "")),
        uid=str(meta.get("uid", "")),
    )


def _value(answer: Answer) -> dict[str, object]:
    """Return the object of an answer; raises TransportError when there is none (a login page, for one)."""
    try:
        return msgspec.json.decode(answer.body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise TransportError("answer.unreadable") from error
