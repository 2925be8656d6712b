"""From a request to its answer: who asks, what for, may they, and what comes of it. No sockets here."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.helpers.api_server import deleting, reading, writing
from tests.helpers.api_server.access import Access, User, bound_grants
from tests.helpers.api_server.reading import Link
from tests.helpers.api_server.resources import (
    CUSTOM,
    RESOURCES,
    ROLE_BINDINGS,
    ROLES,
    TOLD_ONLY,
    Json,
    Resource,
    Target,
    parse_path,
)
from tests.helpers.api_server.status import Refusal, unauthorized
from tests.helpers.api_server.store import Store

VERSION: Json = {
    "major": "1",
    "minor": "36",
    "emulationMajor": "1",
    "emulationMinor": "36",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35",
    "gitVersion": "v0.0.0-master+8e16b12fda5b1dccc41a6de48b3e356cc7d5048b",
    "gitCommit": "8e16b12fda5b1dccc41a6de48b3e356cc7d5048b",
    "gitTreeState": "",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "go1.27.3",
    "compiler": "gc",
    "platform": "linux/amd64",
}
JSON = "application/json"
_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_ALWAYS_THERE = Link()
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came; header names are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""
    certificate: User | None = None

    @property
    def target(self) -> Target | None:
        return parse_path(self.path)

    @property
    def is_watch(self) -> bool:
        return self.query.get("watch") in ("true", "1")

    @property
    def verb(self) -> str:
        """The verb as RBAC knows it."""
        target = self.target
        named = bool(target and target.name)
        if self.method == "GET":
            return "watch" if self.is_watch else "get" if named else "list"
        if self.method == "DELETE":
            return "delete" if named else "deletecollection"
        return _VERBS.get(self.method, self.method.lower())


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of one piece."""

    code: int
    body: bytes
    content_type: str = JSON
    headers: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer that goes on: lines of a watch."""

    lines: Iterator[bytes]


def refused(refusal: Refusal, *headers: tuple[str, str]) -> Answer:
    """Return the answer that carries a refusal."""
    return Answer(refusal.code, _encoded(refusal.status), headers=list(headers))


class Service:
    """The API over a store."""

    def __init__(self, store: Store, access: Access) -> None:
        self.store = store
        self.access = access
        self.warnings: list[str] = []
        self.installed: set[str] = set()
        """The custom resources that are served, each as ``plural.group``."""
        self.withheld: set[Resource] = set()
        """What an older server does not have yet."""

    def answer(self, request: Request, link: Link = _ALWAYS_THERE) -> Answer | Stream:
        """Answer a request; ``link`` is asked while a watch lasts."""
        try:
            return self._answer(request, link)
        except Refusal as refusal:
            return refused(refusal)

    def _answer(self, request: Request, link: Link) -> Answer | Stream:
        said = request.headers.get
        user = self.access.identify(said("authorization", ""), request.certificate, said("impersonate-user", ""))
        target = request.target
        if target is None:
            self.access.check_path(user, request.path)
            return self._resources_of(request.path) or _document(request)
        self.access.check(user, request.verb, target)
        if "protobuf" in request.headers.get("content-type", ""):
            raise writing.unsupported_media_type()
        if target.group == "authorization.k8s.io" and request.method == "POST":
            return self._review(user, target, request)
        resource = target.resource
        if resource is None or not self._serves(resource):
            return _unknown_path()
        namespace = target.namespace if resource.namespaced else ""
        if request.method != "GET":
            return self._write(resource, namespace, target.name, request)
        if request.is_watch:
            return Stream(reading.watch(self.store, resource, namespace, request.query, link))
        if target.name:
            return Answer(200, reading.read_one(self.store, resource, namespace, target.name))
        accept = request.headers.get("accept", "")
        return Answer(200, reading.read_list(self.store, resource, namespace, request.query, accept))

    def _serves(self, resource: Resource) -> bool:
        if resource in self.withheld:
            return False
        return resource in RESOURCES or resource.qualified in self.installed

    def _resources_of(self, path: str) -> Answer | None:
        """Answer ``/apis/<group>/<version>``: the resources that are there."""
        version = path.removeprefix("/apis/").strip("/")
        served = [r for r in (*RESOURCES, *CUSTOM) if r.group and r.api_version == version and self._serves(r)]
        if not served:
            return None
        resources = [{"name": each.plural, "namespaced": each.namespaced, "kind": each.kind} for each in served]
        listing = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}
        return Answer(200, _encoded(listing))

    def _write(self, resource: Resource, namespace: str, name: str, request: Request) -> Answer:
        content_type = request.headers.get("content-type", JSON).partition(";")[0].strip()
        query, body = request.query, request.body
        change = writing.Change(resource, namespace, name, query, body, content_type, _agent(request))
        if request.verb == "deletecollection":
            listing = json.loads(reading.read_list(self.store, resource, namespace, request.query, ""))
            written = deleting.delete_all(self.store, change, listing)
        elif request.method == "DELETE":
            written = deleting.delete(self.store, change)
        elif request.method == "POST" and not name:
            written = writing.create(self.store, change)
        elif request.method == "PUT" and name:
            written = writing.replace(self.store, change)
        elif request.method == "PATCH" and name:
            written = writing.patch(self.store, change)
        else:
            why = "the server does not allow this method on the requested resource"
            raise Refusal(405, "MethodNotAllowed", why, {})
        if resource in (ROLES, ROLE_BINDINGS):
            roles, bindings = ([item.value() for item in self.store.items(each)] for each in (ROLES, ROLE_BINDINGS))
            self.access.bound = bound_grants(roles, bindings)
        warnings = [("Warning", f"299 - {json.dumps(text)}") for text in (*written.warnings, *self.warnings)]
        return Answer(written.code, written.body, headers=warnings)

    def _review(self, user: User, target: Target, request: Request) -> Answer:
        if "system:unauthenticated" in user.groups:
            raise unauthorized()
        body = json.loads(request.body)
        if target.plural == "selfsubjectaccessreviews":
            return Answer(201, _encoded(self.access.access_review(user, body, _agent(request))))
        if target.plural == "selfsubjectrulesreviews":
            return Answer(201, _encoded(self.access.rules_review(user, body)))
        return _unknown_path()


def _agent(request: Request) -> str:
    """Return the client's own name: the field manager of what it writes under no other."""
    return request.headers.get("user-agent", "unknown").partition("/")[0]


def _document(request: Request) -> Answer:
    """Answer a path that is no resource: the version, health, discovery."""
    if request.path.rstrip("/") == "/version":
        return Answer(200, _encoded(VERSION))
    if request.path in ("/healthz", "/livez", "/readyz"):
        return Answer(200, b"ok", "text/plain; charset=utf-8")
    if request.path in ("/api", "/apis") and "APIGroupDiscoveryList" in request.headers.get("accept", ""):
        return Answer(200, _encoded(_discovery(core=request.path == "/api")), _DISCOVERY)
    return _unknown_path()


def _unknown_path() -> Answer:
    return Answer(404, b"404 page not found\n", "text/plain; charset=utf-8")


def _discovery(*, core: bool) -> Json:
    groups: dict[str, list[Resource]] = {}
    for resource in sorted((*RESOURCES, *TOLD_ONLY), key=lambda resource: resource.plural):
        if (resource.group == "") is core:
            groups.setdefault(resource.group, []).append(resource)
    items = [
        {
            "metadata": {"name": group} if group else {},
            "versions": [{"version": "v1", "resources": [_discovered(r) for r in members], "freshness": "Current"}],
        }
        for group, members in groups.items()
    ]
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}


_VERBS_OF_ALL = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_SHORT = {"networkpolicies": ["netpol"], "ingresses": ["ing"], "ipaddresses": ["ip"]}
_WITH_STATUS = {"ingresses", "servicecidrs"}


def _discovered(resource: Resource) -> Json:
    response: Json = {"group": "", "version": "", "kind": resource.kind}
    found: Json = {
        "resource": resource.plural,
        "responseKind": response,
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.kind.lower(),
        "verbs": _VERBS_OF_ALL,
    }
    if resource.plural in _SHORT:
        found["shortNames"] = _SHORT[resource.plural]
    if resource.plural in _WITH_STATUS:
        status = {"subresource": "status", "responseKind": response, "verbs": ["get", "patch", "update"]}
        found["subresources"] = [status]
    return found


def _encoded(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"
