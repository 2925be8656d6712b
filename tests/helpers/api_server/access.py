"""Who asks, and what they may do: tokens, client certificates' names, and role based access."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.helpers.api_server import ownership
from tests.helpers.api_server.ownership import Field, Owned, Owner
from tests.helpers.api_server.resources import Json, Target
from tests.helpers.api_server.status import Refusal, unauthorized
from tests.helpers.token_mark import TOKEN_MARK

READ = ("get", "list", "watch")
WRITE = ("create", "update", "patch", "delete", "deletecollection")
PUBLIC_PATHS = ("/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz")
VERSION_PATHS = ("/version", "/version/")


@dataclass(frozen=True, slots=True)
class User:
    """A person or program that asks."""

    name: str
    groups: tuple[str, ...]


ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))


@dataclass(frozen=True, slots=True)
class Grant:
    """One rule of a role, bound to a group (or to a user); ``namespace`` empty: in the whole cluster."""

    role: str
    to: str
    verbs: tuple[str, ...]
    group: str
    resources: tuple[str, ...]
    namespace: str = ""
    subject: str = "Group"

    @property
    def reason(self) -> str:
        kind, where = ("Role", f"/{self.namespace}") if self.namespace else ("ClusterRole", "")
        bound = f'{kind}Binding "{self.role}{where}" of {kind} "{self.role}"'
        return f'RBAC: allowed by {bound} to {self.subject} "{self.to}"'

    def is_to(self, user: User) -> bool:
        """Whether a user has it."""
        return self.to in user.groups if self.subject == "Group" else self.to == user.name


def bound_grants(roles: list[Json], bindings: list[Json]) -> list[Grant]:
    """Return what the roles and bindings of namespaces grant."""
    rules = {(role["metadata"]["namespace"], role["metadata"]["name"]): role.get("rules", []) for role in roles}
    return [
        Grant(role, to["name"], tuple(rule["verbs"]), group, tuple(rule["resources"]), namespace, to["kind"])
        for binding in bindings
        for namespace, role in [(binding["metadata"]["namespace"], binding["roleRef"]["name"])]
        for to in binding.get("subjects", [])
        for rule in rules.get((namespace, role), [])
        for group in rule["apiGroups"]
    ]


def default_grants() -> list[Grant]:
    """Viewers read policies, pods and namespaces everywhere; editors may also write policies, in ``shop`` only."""
    policies, pods = ("networkpolicies",), ("pods", "namespaces")
    grants = []
    for group in ("viewers", "editors"):
        grants.append(Grant("np-viewer", group, READ, "networking.k8s.io", policies))
        grants.append(Grant("np-viewer", group, READ, "", pods))
    grants.append(Grant("np-editor", "editors", WRITE, "networking.k8s.io", policies, "shop"))
    return grants


@dataclass
class Access:
    """The users, their tokens and their rights. Tokens are made anew for each server."""

    users: dict[str, User] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=default_grants)
    bound: list[Grant] = field(default_factory=list)
    """What the roles that were made by requests grant."""
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, group in (("admin", "system:masters"), ("viewer", "viewers"), ("editor", "editors")):
            self.add(name, group)

    def add(self, name: str, *groups: str) -> None:
        """Add a user with a token."""
        self.users[name] = User(name, (*groups, "system:authenticated"))
        self.tokens[name] = f"{TOKEN_MARK}-{name}-{secrets.token_hex(12)}"

    def identify(self, authorization: str, certificate: User | None, acts_as: str = "") -> User:
        """Tell who asks by the token, else by the client certificate; an unknown token is refused.

        ``acts_as`` names whom an admin acts as.
        """
        user = self._known(authorization, certificate)
        if not acts_as:
            return user
        if "system:masters" not in user.groups:
            what = 'resource "users" in API group "" at the cluster scope'
            message = f'users "{acts_as}" is forbidden: User "{user.name}" cannot impersonate {what}'
            raise Refusal(403, "Forbidden", message, {"name": acts_as, "kind": "users"})
        return User(acts_as, ("system:authenticated",))

    def _known(self, authorization: str, certificate: User | None) -> User:
        if not authorization:
            return certificate or ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        for name, known in self.tokens.items():
            if scheme.lower() == "bearer" and secrets.compare_digest(known, token):
                return self.users[name]
        raise unauthorized()

    def grant_for(self, user: User, verb: str, group: str, plural: str, namespace: str) -> Grant | None:
        """Find the rule that allows this, if any."""
        for grant in (*self.grants, *self.bound):
            if (
                grant.is_to(user)
                and verb in grant.verbs
                and grant.group == group
                and plural in grant.resources
                and grant.namespace in ("", namespace)
            ):
                return grant
        return None

    def check(self, user: User, verb: str, target: Target) -> None:
        """Refuse what the user may not do."""
        if "system:masters" in user.groups:
            return
        if target.group == "authorization.k8s.io" and user is not ANONYMOUS:
            return
        if self.grant_for(user, verb, target.group, target.plural, target.namespace):
            return
        qualified = f"{target.plural}.{target.group}" if target.group else target.plural
        where = f'in the namespace "{target.namespace}"' if target.namespace else "at the cluster scope"
        subject = f'{qualified} "{target.name}"' if target.name else qualified
        message = (
            f'{subject} is forbidden: User "{user.name}" cannot {verb} resource "{target.plural}" '
            f'in API group "{target.group}" {where}'
        )
        details = {"name": target.name, "group": target.group, "kind": target.plural}
        raise Refusal(403, "Forbidden", message, {key: value for key, value in details.items() if value})

    def check_path(self, user: User, path: str) -> None:
        """Refuse a path that is no resource; everyone may see the version, and users the discovery documents."""
        allowed = VERSION_PATHS if user is ANONYMOUS else (*VERSION_PATHS, *PUBLIC_PATHS)
        healthy = path in ("/healthz", "/livez", "/readyz")
        if healthy or any(path == p or (p.endswith("*") and path.startswith(p[:-1])) for p in allowed):
            return
        if "system:masters" not in user.groups:
            raise Refusal(403, "Forbidden", f'forbidden: User "{user.name}" cannot get path "{path}"', {})

    def access_review(self, user: User, body: Json, manager: str) -> Json:
        """Answer a SelfSubjectAccessReview, with its fields owned by the client that asks."""
        asked = body.get("spec", {}).get("resourceAttributes", {})
        status: Json = {"allowed": "system:masters" in user.groups}
        grant = self.grant_for(
            user, asked.get("verb", ""), asked.get("group", ""), asked.get("resource", ""), asked.get("namespace", "")
        )
        if grant and not status["allowed"]:
            status = {"allowed": True, "reason": grant.reason}
        spec = body.get("spec", {})
        review = {**_review("SelfSubjectAccessReview"), "spec": spec}
        fields: set[Field] = {("spec", part) for part in spec}
        fields |= {("spec", part, key) for part, value in spec.items() if isinstance(value, dict) for key in value}
        owned = {Owner(manager, "Update"): Owned(frozenset(fields), f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")}
        review["metadata"] = {"managedFields": ownership.to_entries(owned, "authorization.k8s.io/v1")}
        return {**review, "status": status}

    def rules_review(self, user: User, body: Json) -> Json:
        """Answer a SelfSubjectRulesReview."""
        namespace = body.get("spec", {}).get("namespace", "")
        rules = [_rule(("create",), "authorization.k8s.io", ("selfsubjectaccessreviews", "selfsubjectrulesreviews"))]
        rules.append(_rule(("create",), "authentication.k8s.io", ("selfsubjectreviews",)))
        paths: list[Json] = [{"verbs": ["get"], "nonResourceURLs": [*PUBLIC_PATHS, *VERSION_PATHS]}]
        if "system:masters" in user.groups:
            rules.append(_rule(("*",), "*", ("*",)))
            paths.append({"verbs": ["*"], "nonResourceURLs": ["*"]})
        for grant in (*self.grants, *self.bound):
            if grant.is_to(user) and grant.namespace in ("", namespace):
                rules.append(_rule(grant.verbs, grant.group, grant.resources))
        status = {"resourceRules": rules, "nonResourceRules": paths, "incomplete": False}
        return {**_review("SelfSubjectRulesReview"), "spec": {}, "status": status}


def _review(kind: str) -> Json:
    return {"kind": kind, "apiVersion": "authorization.k8s.io/v1", "metadata": {}}


def _rule(verbs: tuple[str, ...], group: str, resources: tuple[str, ...]) -> Json:
    return {"verbs": list(verbs), "apiGroups": [group], "resources": list(resources)}
