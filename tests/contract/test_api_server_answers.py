"""The test server answers as a Kubernetes 1.36 server was seen to answer."""

import pytest

from tests.helpers.api_server import ApiServer
from tests.helpers.policies import (
    ACCEPTED,
    DEMO_SPEC,
    REFUSED,
    UNDECODABLE,
    Accepted,
    Json,
    Refused,
    Undecodable,
    policy,
)
from tests.helpers.raw_client import APPLY_PATCH, MERGE_PATCH, RawClient, Reply

POLICIES = "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies"
DEMO = f"{POLICIES}/access-demo1"
STRICT = "dryRun=All&fieldValidation=Strict"
DETAILS = {"group": "networking.k8s.io", "kind": "networkpolicies"}
NOT_THERE = 'networkpolicies.networking.k8s.io "access-demo1" not found'
MODIFIED = (
    'Operation cannot be fulfilled on networkpolicies.networking.k8s.io "access-demo1": the object has been modified; '
    "please apply your changes to the latest version and try again"
)


def apply(raw: RawClient, manager: str, options: str = "", /, **spec: object) -> Reply:
    """Apply the page's example, with other fields in its spec, server-side."""
    return raw.ask("PATCH", f"{DEMO}?fieldManager={manager}{options}", policy("access-demo1", **spec), APPLY_PATCH)


def owners(obj: Json) -> dict[tuple[str, str], Json]:
    return {(e["manager"], e["operation"]): e["fieldsV1"] for e in obj["metadata"]["managedFields"]}


def failure(status: int, reason: str, message: str, details: Json | None = None) -> Json:
    value: Json = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message}
    value["reason"] = reason
    if details:
        value["details"] = details
    return {**value, "code": status}


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.title)
def test_a_rule_of_network_policy_is_enforced_with_the_servers_words(raw: RawClient, case: Refused) -> None:
    reply = raw.ask("POST", f"{POLICIES}?{STRICT}", case.document)
    name = case.document["metadata"]["name"]
    message = f'NetworkPolicy.networking.k8s.io "{name}" is invalid: {case.field}: {case.message}'
    causes = [{"reason": case.reason, "message": case.message, "field": case.field}]
    details = {"name": name, "group": "networking.k8s.io", "kind": "NetworkPolicy", "causes": causes}
    assert reply.value == failure(422, "Invalid", message, details)
    assert reply.status == 422


@pytest.mark.parametrize("case", UNDECODABLE, ids=lambda case: case.title)
def test_what_is_no_network_policy_is_a_bad_request(raw: RawClient, case: Undecodable) -> None:
    reply = raw.ask("POST", f"{POLICIES}?{STRICT}", case.document)
    assert (reply.status, reply.value) == (400, failure(400, "BadRequest", case.message))


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.title)
def test_what_is_accepted_comes_back_with_defaults(raw: RawClient, case: Accepted) -> None:
    reply = raw.ask("POST", f"{POLICIES}?{STRICT}&fieldManager=desk", case.document)
    assert (reply.status, reply.value["spec"]) == (201, case.spec)


def test_several_causes_stand_in_brackets(raw: RawClient) -> None:
    reply = raw.ask("POST", f"{POLICIES}?{STRICT}", policy("bad", policyTypes=["Up", "Down"]))
    supported = 'supported values: "Ingress", "Egress"'
    assert reply.value["message"] == (
        'NetworkPolicy.networking.k8s.io "bad" is invalid: ['
        f'spec.policyTypes[0]: Unsupported value: "Up": {supported}, '
        f'spec.policyTypes[1]: Unsupported value: "Down": {supported}]'
    )
    assert [cause["field"] for cause in reply.value["details"]["causes"]] == [
        "spec.policyTypes[0]",
        "spec.policyTypes[1]",
    ]


def test_a_repeated_key_is_refused_when_strict(raw: RawClient) -> None:
    text = '{"metadata":{"name":"bad"},"spec":{"podSelector":{},"podSelector":{"matchLabels":{"a":"b"}}}}'
    reply = raw.ask("POST", f"{POLICIES}?{STRICT}", text)
    assert reply.status == 400
    assert reply.value["message"].endswith('strict decoding error: duplicate field "spec.podSelector"')


def test_a_body_that_is_no_json_is_told_where_it_breaks(raw: RawClient) -> None:
    reply = raw.ask("POST", f"{POLICIES}?{STRICT}", "{nope")
    assert reply.value["message"] == (
        "the object provided is unrecognized (must be of type NetworkPolicy): couldn't get version/kind; json parse "
        "error: invalid character 'n' looking for beginning of object key string ({nope)"
    )


def test_without_strict_an_unknown_field_is_dropped_with_a_warning(raw: RawClient) -> None:
    reply = raw.ask("POST", POLICIES, policy("slip", ingres=[]))
    assert reply.status == 201
    assert reply.headers.get_all("Warning") == ['299 - "unknown field \\"spec.ingres\\""']
    assert reply.value["spec"] == DEMO_SPEC


def test_the_version_is_that_of_the_server(raw: RawClient) -> None:
    value = raw.ask("GET", "/version").value
    assert (value["major"], value["minor"]) == ("1", "36")


def test_no_credentials_are_anonymous_and_forbidden(api_server: ApiServer) -> None:
    with RawClient(api_server.kubeconfig("anonymous")) as raw:
        reply = raw.ask("GET", POLICIES)
    message = (
        'networkpolicies.networking.k8s.io is forbidden: User "system:anonymous" cannot list resource '
        '"networkpolicies" in API group "networking.k8s.io" in the namespace "shop"'
    )
    assert reply.value == failure(403, "Forbidden", message, DETAILS)


def test_an_unknown_token_is_unauthorized(api_server: ApiServer) -> None:
    with RawClient(api_server.kubeconfig("stranger")) as raw:
        reply = raw.ask("GET", POLICIES)
    assert (reply.status, reply.value) == (401, failure(401, "Unauthorized", "Unauthorized"))


def test_a_client_certificate_names_the_user(api_server: ApiServer) -> None:
    with RawClient(api_server.kubeconfig("certificate")) as raw:
        assert raw.ask("GET", POLICIES).status == 200


def test_rights_follow_roles(api_server: ApiServer) -> None:
    review = {"spec": {"resourceAttributes": {"namespace": "shop", "verb": "create", **RESOURCE}}}
    answers = {}
    for user in ("viewer", "editor", "admin"):
        with RawClient(api_server.kubeconfig(user)) as raw:
            path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
            answers[user] = raw.ask("POST", path, review).value["status"]
    reason = 'RBAC: allowed by RoleBinding "np-editor/shop" of Role "np-editor" to Group "editors"'
    assert answers == {
        "viewer": {"allowed": False},
        "editor": {"allowed": True, "reason": reason},
        "admin": {"allowed": True},
    }


RESOURCE = {"group": "networking.k8s.io", "resource": "networkpolicies"}


def test_the_rules_of_an_editor_are_listed(api_server: ApiServer) -> None:
    with RawClient(api_server.kubeconfig("editor")) as raw:
        path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
        rules = raw.ask("POST", path, {"spec": {"namespace": "shop"}}).value["status"]["resourceRules"]
    verbs = ["create", "update", "patch", "delete", "deletecollection"]
    assert rules[-1] == {"verbs": verbs, "apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"]}


def test_a_viewer_may_not_write_nor_an_editor_elsewhere(api_server: ApiServer) -> None:
    with RawClient(api_server.kubeconfig("viewer")) as raw:
        created, deleted = raw.ask("POST", POLICIES, policy("x")), raw.ask("DELETE", f"{POLICIES}/page-1")
    with RawClient(api_server.kubeconfig("editor")) as raw:
        elsewhere = raw.ask("POST", POLICIES.replace("shop", "other"), policy("x", "other"))
    group = 'resource "networkpolicies" in API group "networking.k8s.io" in the namespace'
    about = "networkpolicies.networking.k8s.io"
    assert created.value["message"] == f'{about} is forbidden: User "viewer" cannot create {group} "shop"'
    assert deleted.value["message"] == f'{about} "page-1" is forbidden: User "viewer" cannot delete {group} "shop"'
    assert deleted.value["details"] == {"name": "page-1", **DETAILS}
    assert elsewhere.value["message"] == f'{about} is forbidden: User "editor" cannot create {group} "other"'
    assert {created.status, deleted.status, elsewhere.status} == {403}


def test_a_group_that_is_not_served_is_a_plain_404(raw: RawClient) -> None:
    reply = raw.ask("GET", "/apis/policy.networking.k8s.io/v1alpha1/adminnetworkpolicies")
    assert (reply.status, reply.value) == (404, b"404 page not found\n")


def test_apply_owns_what_it_says_and_a_dry_run_changes_nothing(raw: RawClient) -> None:
    dry = apply(raw, "desk", "&dryRun=All")
    assert dry.status == 201
    assert "resourceVersion" not in dry.value["metadata"]
    missing = raw.ask("GET", DEMO)
    assert missing.value == failure(404, "NotFound", NOT_THERE, {"name": "access-demo1", **DETAILS})

    created, again = apply(raw, "desk"), apply(raw, "desk")
    assert (created.status, again.status) == (201, 200)
    assert again.value == created.value
    assert owners(created.value) == {
        ("desk", "Apply"): {"f:spec": {"f:ingress": {}, "f:podSelector": {}, "f:policyTypes": {}}}
    }


def test_apply_over_another_managers_field_is_a_conflict_until_forced(raw: RawClient) -> None:
    apply(raw, "desk")
    conflict = apply(raw, "gitops", ingress=[])
    cause = {"reason": "FieldManagerConflict", "message": 'conflict with "desk"', "field": ".spec.ingress"}
    message = 'Apply failed with 1 conflict: conflict with "desk": .spec.ingress'
    assert conflict.value == failure(409, "Conflict", message, {"causes": [cause]})

    forced = apply(raw, "gitops", "&force=true", ingress=[])
    assert forced.value["spec"] == {"podSelector": {"matchLabels": {"role": "db"}}, "policyTypes": ["Ingress"]}
    assert forced.value["metadata"]["generation"] == 2
    assert owners(forced.value) == {
        ("desk", "Apply"): {"f:spec": {"f:podSelector": {}, "f:policyTypes": {}}},
        ("gitops", "Apply"): {"f:spec": {"f:ingress": {}, "f:podSelector": {}, "f:policyTypes": {}}},
    }
    assert apply(raw, "desk").value["message"].endswith('conflict with "gitops": .spec.ingress')


def test_several_conflicts_are_listed_by_manager(raw: RawClient) -> None:
    apply(raw, "desk")
    reply = apply(raw, "gitops", ingress=[], podSelector={})
    assert reply.value["message"] == (
        'Apply failed with 2 conflicts: conflicts with "desk":\n- .spec.ingress\n- .spec.podSelector'
    )


def test_what_was_written_by_update_conflicts_even_with_an_apply_of_the_same_manager(raw: RawClient) -> None:
    raw.ask("POST", f"{POLICIES}?fieldManager=desk", policy("access-demo1"))
    reply = apply(raw, "desk", ingress=[])
    assert reply.value["details"]["causes"][0]["message"] == 'conflict with "desk" using networking.k8s.io/v1'


def test_a_field_that_its_only_applier_leaves_out_goes(raw: RawClient) -> None:
    apply(raw, "desk")
    document = policy("access-demo1")
    del document["spec"]["ingress"]
    reply = raw.ask("PATCH", f"{DEMO}?fieldManager=desk", document, APPLY_PATCH)
    assert "ingress" not in reply.value["spec"]


def test_create_refuses_a_taken_name_and_a_missing_namespace(raw: RawClient) -> None:
    raw.ask("POST", POLICIES, policy("access-demo1"))
    taken = raw.ask("POST", POLICIES, policy("access-demo1"))
    message = 'networkpolicies.networking.k8s.io "access-demo1" already exists'
    assert taken.value == failure(409, "AlreadyExists", message, {"name": "access-demo1", **DETAILS})
    nowhere = raw.ask("POST", POLICIES.replace("shop", "nowhere"), policy("x", "nowhere"))
    details = {"name": "nowhere", "kind": "namespaces"}
    assert nowhere.value == failure(404, "NotFound", 'namespaces "nowhere" not found', details)


def test_replace_is_guarded_and_hands_fields_over(raw: RawClient) -> None:
    old = apply(raw, "desk", ingress=[]).value
    raw.ask("PATCH", f"{DEMO}?fieldManager=someone", {"metadata": {"labels": {"touched": "yes"}}}, MERGE_PATCH)
    stale = raw.ask("PUT", f"{DEMO}?fieldManager=desk", old)
    assert stale.value == failure(409, "Conflict", MODIFIED, {"name": "access-demo1", **DETAILS})

    now = raw.ask("GET", DEMO).value
    now["spec"]["ingress"] = DEMO_SPEC["ingress"]
    replaced = raw.ask("PUT", f"{DEMO}?fieldManager=desk", now).value
    assert replaced["metadata"]["generation"] == 2
    assert owners(replaced) == {
        ("desk", "Apply"): {"f:spec": {"f:podSelector": {}, "f:policyTypes": {}}},
        ("desk", "Update"): {"f:spec": {"f:ingress": {}}},
        ("someone", "Update"): {"f:metadata": {"f:labels": {".": {}, "f:touched": {}}}},
    }
    again = raw.ask("PUT", f"{DEMO}?fieldManager=desk", replaced).value
    assert again["metadata"]["resourceVersion"] == replaced["metadata"]["resourceVersion"]


def test_replace_of_an_object_made_anew_fails_by_its_uid(raw: RawClient) -> None:
    old = raw.ask("POST", POLICIES, policy("access-demo1")).value
    raw.ask("DELETE", DEMO)
    gone = raw.ask("PUT", DEMO, old)
    assert (gone.status, gone.value["reason"]) == (409, "Conflict")
    del old["metadata"]["uid"]
    assert raw.ask("PUT", DEMO, old).status == 404


def test_apply_with_a_stale_resource_version_is_refused(raw: RawClient) -> None:
    apply(raw, "desk")
    document = policy("access-demo1")
    document["metadata"]["resourceVersion"] = "1"
    reply = raw.ask("PATCH", f"{DEMO}?fieldManager=desk&force=true", document, APPLY_PATCH)
    assert reply.value == failure(409, "Conflict", MODIFIED, {"name": "access-demo1", **DETAILS})


def test_a_cidr_that_was_there_before_may_stay_though_it_is_invalid(api_server: ApiServer, raw: RawClient) -> None:
    spec = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.1/8"}}]}]}
    api_server.add({**policy("access-demo1"), "spec": spec})
    now = raw.ask("GET", DEMO).value
    now["metadata"]["labels"] = {"touched": "yes"}
    assert raw.ask("PUT", DEMO, now).status == 200


def test_delete_is_guarded_by_uid_and_version(raw: RawClient) -> None:
    made = raw.ask("POST", POLICIES, policy("page-0")).value["metadata"]
    uid, version, zero = made["uid"], made["resourceVersion"], "00000000-0000-0000-0000-000000000000"
    about = 'Operation cannot be fulfilled on NetworkPolicy.networking.k8s.io "page-0": '
    details = {"name": "page-0", "group": "networking.k8s.io", "kind": "NetworkPolicy"}

    other = raw.ask("DELETE", f"{POLICIES}/page-0", {"preconditions": {"uid": zero}})
    why = f"the UID in the precondition ({zero}) does not match the UID in record ({uid})."
    message = f"{about}{why} The object might have been deleted and then recreated"
    assert other.value == failure(409, "Conflict", message, details)

    stale = raw.ask("DELETE", f"{POLICIES}/page-0", {"preconditions": {"resourceVersion": "1"}})
    why = f"the ResourceVersion in the precondition (1) does not match the ResourceVersion in record ({version})."
    assert stale.value["message"] == f"{about}{why} The object might have been modified"

    gone = raw.ask("DELETE", f"{POLICIES}/page-0", {"preconditions": {"uid": uid}})
    assert (gone.status, gone.value["details"]) == (200, {"name": "page-0", **DETAILS, "uid": uid})
    assert raw.ask("DELETE", f"{POLICIES}/page-0").status == 404


def test_options_in_the_query_of_a_delete_count_only_without_a_body(raw: RawClient) -> None:
    raw.ask("POST", POLICIES, policy("page-0"))
    assert raw.ask("DELETE", f"{POLICIES}/page-0?dryRun=All").status == 200
    assert raw.ask("DELETE", f"{POLICIES}/page-0", {"dryRun": ["All"]}).status == 200
    assert raw.ask("GET", f"{POLICIES}/page-0").status == 200
    assert raw.ask("DELETE", f"{POLICIES}/page-0?dryRun=All", {"preconditions": {}}).status == 200
    assert raw.ask("GET", f"{POLICIES}/page-0").status == 404


def test_a_collection_is_deleted_by_label(api_server: ApiServer, raw: RawClient) -> None:
    api_server.add(policy("page-0"))
    none = raw.ask("DELETE", f"{POLICIES}?labelSelector=nope%3Dnope")
    assert (none.status, none.value["items"]) == (200, [])
    assert raw.ask("DELETE", POLICIES).status == 200
    assert api_server.names("networkpolicies") == []


def test_a_list_comes_in_pages_of_one_moment(api_server: ApiServer, raw: RawClient) -> None:
    api_server.add(*(policy(f"page-{number}") for number in range(5)))
    first = raw.ask("GET", f"{POLICIES}?limit=2").value
    api_server.remove("networkpolicies", "shop", "page-3")
    second = raw.ask("GET", f"{POLICIES}?limit=2&continue={first['metadata']['continue']}").value
    third = raw.ask("GET", f"{POLICIES}?limit=2&continue={second['metadata']['continue']}").value

    pages = [[item["metadata"]["name"] for item in page["items"]] for page in (first, second, third)]
    assert pages == [["page-0", "page-1"], ["page-2", "page-3"], ["page-4"]]
    assert [page["metadata"].get("remainingItemCount") for page in (first, second, third)] == [3, 1, None]
    assert len({page["metadata"]["resourceVersion"] for page in (first, second, third)}) == 1
    assert "continue" not in third["metadata"]
    assert first["kind"] == "NetworkPolicyList"
    assert "kind" not in first["items"][0]


def test_pages_across_namespaces_miss_nothing(api_server: ApiServer, raw: RawClient) -> None:
    for namespace in ("a", "a-b", "a.c"):
        api_server.add(*(policy(f"p-{number}", namespace) for number in range(3)))
    path, names, token = "/apis/networking.k8s.io/v1/networkpolicies?limit=2", [], ""
    while True:
        page = raw.ask("GET", path + (f"&continue={token}" if token else "")).value
        names += ["/".join((i["metadata"]["namespace"], i["metadata"]["name"])) for i in page["items"]]
        token = page["metadata"].get("continue", "")
        if not token:
            break
    assert names == api_server.names("networkpolicies")
    assert len(names) == 9


def test_a_list_from_the_cache_knows_no_pages(api_server: ApiServer, raw: RawClient) -> None:
    api_server.add(*(policy(f"page-{number}") for number in range(3)))
    assert len(raw.ask("GET", f"{POLICIES}?limit=1&resourceVersion=0").value["items"]) == 3


def test_a_broken_continue_token_is_a_bad_request(raw: RawClient) -> None:
    reply = raw.ask("GET", f"{POLICIES}?limit=2&continue=bogus")
    message = "invalid continue token: continue key is not valid: illegal base64 data at input byte 4"
    assert reply.value == failure(400, "BadRequest", message)


def test_an_expired_continue_token_gives_one_to_go_on_with(api_server: ApiServer, raw: RawClient) -> None:
    api_server.add(*(policy(f"page-{number}") for number in range(4)))
    token = raw.ask("GET", f"{POLICIES}?limit=2").value["metadata"]["continue"]
    api_server.compact()
    expired = raw.ask("GET", f"{POLICIES}?limit=2&continue={token}")
    assert (expired.status, expired.value["reason"]) == (410, "Expired")
    rest = raw.ask("GET", f"{POLICIES}?limit=2&continue={expired.value['metadata']['continue']}").value
    assert [item["metadata"]["name"] for item in rest["items"]] == ["page-2", "page-3"]


def test_metadata_alone_may_be_listed(api_server: ApiServer, raw: RawClient) -> None:
    api_server.add(policy("page-0"))
    accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
    value = raw.ask("GET", POLICIES, Accept=accept).value
    assert (value["kind"], value["apiVersion"]) == ("PartialObjectMetadataList", "meta.k8s.io/v1")
    assert value["items"][0].keys() == {"kind", "apiVersion", "metadata"}


def test_a_watch_tells_what_happened_and_ends_with_a_bookmark(raw: RawClient) -> None:
    version = raw.ask("GET", POLICIES).value["metadata"]["resourceVersion"]
    raw.ask("POST", POLICIES, policy("watched"))
    raw.ask("PATCH", f"{POLICIES}/watched", {"metadata": {"labels": {"a": "b"}}}, MERGE_PATCH)
    raw.ask("DELETE", f"{POLICIES}/watched")
    query = f"watch=true&allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds=2.1"
    events = raw.ask("GET", f"{POLICIES}?{query}").value
    assert [event["type"] for event in events] == ["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in events]
    assert versions == sorted(versions)
    assert versions[2] == versions[3] == int(version) + 3
    assert events[3]["object"] == {
        "kind": "NetworkPolicy",
        "apiVersion": "networking.k8s.io/v1",
        "metadata": {"resourceVersion": str(versions[2])},
        "spec": {"podSelector": {}},
    }


def test_a_watch_from_nowhere_begins_with_what_is_there(api_server: ApiServer, raw: RawClient) -> None:
    api_server.add(policy("page-0"))
    event = raw.ask("GET", f"{POLICIES}?watch=true&timeoutSeconds=0.1").value
    assert (event["type"], event["object"]["metadata"]["name"]) == ("ADDED", "page-0")


def test_a_watch_from_a_forgotten_version_opens_and_says_so(api_server: ApiServer, raw: RawClient) -> None:
    api_server.compact()
    reply = raw.ask("GET", f"{POLICIES}?watch=true&resourceVersion=1&timeoutSeconds=3")
    now = api_server.store.version
    assert reply.status == 200
    assert reply.value == {"type": "ERROR", "object": failure(410, "Expired", f"too old resource version: 1 ({now})")}


def test_a_streamed_list_is_not_to_be_had(raw: RawClient) -> None:
    reply = raw.ask("GET", f"{POLICIES}?watch=true&sendInitialEvents=true&timeoutSeconds=2")
    assert (reply.value["type"], reply.value["object"]["code"]) == ("ERROR", 500)


FRESH = "/api/v1/namespaces/fresh"
POD: Json = {"metadata": {"name": "web"}, "spec": {"containers": [{"name": "main", "image": "web"}]}}


def test_a_namespace_that_is_deleted_stays_until_a_controller_has_emptied_it(
    api_server: ApiServer, raw: RawClient
) -> None:
    raw.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "fresh"}})
    stored = api_server.get("namespaces", "", "fresh")
    assert stored
    assert stored["metadata"]["labels"] == {"kubernetes.io/metadata.name": "fresh"}
    api_server.add(policy("page-0", "fresh"))
    for _ in range(2):
        reply = raw.ask("DELETE", FRESH)
        assert (reply.status, reply.value["status"]) == (200, {"phase": "Terminating"})
        assert reply.value["metadata"]["deletionTimestamp"]
    assert api_server.names("networkpolicies") == ["fresh/page-0"]
    api_server.settle()
    assert api_server.names("networkpolicies") == []
    assert raw.ask("GET", FRESH).status == 404


@pytest.mark.parametrize("dry_run", ["", "&dryRun=All"])
def test_nothing_new_comes_into_a_namespace_that_terminates(raw: RawClient, dry_run: str) -> None:
    raw.ask("POST", POLICIES, policy("old"))
    raw.ask("DELETE", "/api/v1/namespaces/shop")
    cause = {
        "reason": "NamespaceTerminating",
        "message": "namespace shop is being terminated",
        "field": "metadata.namespace",
    }
    why = "unable to create new content in namespace shop because it is being terminated"
    message = f'networkpolicies.networking.k8s.io "access-demo1" is forbidden: {why}'
    refusal = failure(403, "Forbidden", message, {"name": "access-demo1", **DETAILS, "causes": [cause]})
    created = raw.ask("POST", f"{POLICIES}?fieldManager=desk{dry_run}", policy("access-demo1"))
    applied = apply(raw, "desk", dry_run)
    assert (created.status, created.value) == (applied.status, applied.value) == (403, refusal)
    old = raw.ask("GET", f"{POLICIES}/old").value
    assert raw.ask("PUT", f"{POLICIES}/old", old).status == 200
    assert raw.ask("DELETE", f"{POLICIES}/old").status == 200


def test_a_fresh_namespace_takes_no_pods_before_it_has_its_account(api_server: ApiServer, raw: RawClient) -> None:
    raw.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "fresh"}})
    reply = raw.ask("POST", f"{FRESH}/pods", POD)
    why = 'error looking up service account fresh/default: serviceaccount "default" not found'
    refusal = failure(403, "Forbidden", f'pods "web" is forbidden: {why}', {"name": "web", "kind": "pods"})
    assert (reply.status, reply.value) == (403, refusal)
    api_server.settle()
    assert raw.ask("POST", f"{FRESH}/pods", POD).status == 201


def test_what_a_finalizer_holds_is_marked_and_goes_with_the_finalizer(raw: RawClient) -> None:
    held = policy("access-demo1")
    held["metadata"]["finalizers"] = ["example.com/hold"]
    raw.ask("POST", POLICIES, held)
    for _ in range(2):
        reply = raw.ask("DELETE", DEMO)
        assert (reply.status, reply.value["kind"]) == (200, "NetworkPolicy")
        assert reply.value["metadata"]["deletionTimestamp"]
    version = reply.value["metadata"]["resourceVersion"]
    freed = raw.ask("PATCH", DEMO, {"metadata": {"finalizers": None}}, MERGE_PATCH)
    assert freed.status == 200
    assert raw.ask("GET", DEMO).status == 404
    events = raw.ask("GET", f"{POLICIES}?watch=true&resourceVersion={version}&timeoutSeconds=0.1").value
    assert events["type"] == "DELETED"
