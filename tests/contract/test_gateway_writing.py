"""What every gateway promises of writes, whatever cluster is behind it."""

from dataclasses import replace

import pytest
import yaml

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Deletion, Verb
from desktop.errors import AlreadyExists, Conflict, FieldConflict, Invalid, NotFound
from desktop.policy.codec import parse_policy
from tests.contract.asking import (
    WORLD,
    deletion,
    demo,
    edited,
    every_api_server,
    every_cluster,
    listed,
    open_to_all,
    read,
    spec_of,
    write,
    writing,
)
from tests.contract.subjects import Subject
from tests.helpers.policies import DEMO_SPEC, REFUSED, UNDECODABLE, Json, Refused, Undecodable

# --- creating --------------------------------------------------------------------------------------------------------


@every_cluster
def test_what_is_created_reads_the_same(subject: Subject) -> None:
    document = demo(subject)
    document["metadata"] |= {"labels": {"team": "a"}, "annotations": {"example.com/note": "yes: no"}}
    made = write(subject, Verb.CREATE, document).document
    assert spec_of(subject) == DEMO_SPEC
    again = read(subject)
    assert yaml.safe_load(again.text) == document
    assert (made.text, made.version, made.uid) == (again.text, again.version, again.uid)
    assert parse_policy(again.value) == parse_policy(document)


@every_cluster
def test_a_taken_name_is_refused_and_nothing_changes(subject: Subject) -> None:
    subject.other.put(demo(subject))
    before = subject.other.stored()
    with pytest.raises(AlreadyExists):
        write(subject, Verb.CREATE, {**demo(subject), "spec": WORLD})
    assert subject.other.stored() == before


@every_cluster
@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.title)
def test_a_document_that_breaks_a_rule_is_refused_at_its_field(subject: Subject, case: Refused) -> None:
    document = {**case.document, "metadata": {**case.document["metadata"], "namespace": subject.namespace}}
    for dry_run in (True, False):
        with pytest.raises(Invalid) as refused:
            write(subject, Verb.CREATE, document, dry_run=dry_run)
        assert [cause.field for cause in refused.value.causes] == [case.field]
    assert subject.other.stored() == {}


@every_cluster
@pytest.mark.parametrize("case", UNDECODABLE, ids=lambda case: case.title)
def test_a_document_that_is_no_policy_is_refused(subject: Subject, case: Undecodable) -> None:
    document = case.document
    if document["metadata"].get("namespace") == "shop":
        document = {**document, "metadata": {**document["metadata"], "namespace": subject.namespace}}
    write_ = replace(writing(Verb.CREATE, document), namespace=subject.namespace)
    with pytest.raises(Invalid):
        subject.gateway.write(write_, CancelToken())
    assert subject.other.stored() == {}


@every_api_server
def test_a_document_refused_for_an_unknown_field_names_it(subject: Subject) -> None:
    with pytest.raises(Invalid) as refused:
        write(subject, Verb.CREATE, demo(subject, ingres=[]))
    assert [cause.field for cause in refused.value.causes] == ["spec.ingres"]


@every_api_server
def test_a_namespace_that_is_not_there_is_not_found(subject: Subject) -> None:
    document = demo(subject)
    document["metadata"]["namespace"] = "bulkhead-test-nowhere"
    for verb in (Verb.CREATE, Verb.APPLY):
        with pytest.raises(NotFound):
            write(subject, verb, document)


@every_cluster
def test_what_the_server_fills_in_may_stand_in_a_document_that_is_created(subject: Subject) -> None:
    subject.other.put(demo(subject, "original"))
    pasted = {**read(subject, "original").value, "kind": "NetworkPolicy", "apiVersion": "networking.k8s.io/v1"}
    pasted["metadata"] = {**subject.other.stored()["original"]["metadata"], "name": "copy"}
    write(subject, Verb.CREATE, pasted)
    assert spec_of(subject, "copy") == DEMO_SPEC


# --- updating --------------------------------------------------------------------------------------------------------


@every_cluster
def test_an_update_is_what_is_read_afterwards(subject: Subject) -> None:
    subject.other.put(demo(subject))
    base = read(subject)
    result = subject.gateway.write(edited(base, open_to_all), CancelToken()).document
    assert spec_of(subject)["ingress"] == [{}]
    again = read(subject)
    assert (again.text, again.version) == (result.text, result.version)
    assert again.version != base.version


@every_cluster
def test_an_update_leaves_alone_what_the_user_did_not_touch(subject: Subject) -> None:
    document = demo(subject)
    notes = {"example.com/note": "keep", "kubectl.kubernetes.io/last-applied-configuration": '{"a":1}\n'}
    document["metadata"] |= {"annotations": notes, "labels": {"team": "a"}, "finalizers": ["example.com/hold"]}
    subject.other.put(document)
    subject.gateway.write(edited(read(subject), open_to_all), CancelToken())
    metadata = subject.other.stored()["access-demo1"]["metadata"]
    subject.other.edit("access-demo1", lambda stored: stored["metadata"].pop("finalizers"))  # lets it be deleted
    assert metadata["annotations"] == notes
    assert metadata["labels"] == {"team": "a"}
    assert metadata["finalizers"] == ["example.com/hold"]


@every_cluster
def test_requirement_9_an_update_from_an_old_version_is_a_conflict_and_changes_nothing(subject: Subject) -> None:
    subject.other.put(demo(subject))
    base = read(subject)
    subject.other.edit("access-demo1", lambda stored: stored["metadata"].update(labels={"by": "another"}))
    before = subject.other.stored()
    for dry_run in (True, False):
        with pytest.raises(Conflict):
            subject.gateway.write(edited(base, open_to_all), CancelToken(), dry_run=dry_run)
    assert subject.other.stored() == before
    subject.gateway.write(edited(read(subject), open_to_all), CancelToken())
    assert subject.other.stored()["access-demo1"]["metadata"]["labels"] == {"by": "another"}


@every_cluster
def test_an_update_of_what_is_gone_does_not_bring_it_back(subject: Subject) -> None:
    subject.other.put(demo(subject))
    base = read(subject)
    subject.other.drop("access-demo1")
    with pytest.raises((Conflict, NotFound)):
        subject.gateway.write(edited(base, open_to_all), CancelToken())
    assert subject.other.stored() == {}


@every_cluster
def test_an_update_of_what_was_made_anew_is_a_conflict(subject: Subject) -> None:
    subject.other.put(demo(subject))
    base = read(subject)
    subject.other.drop("access-demo1")
    subject.other.put(demo(subject, podSelector={}))
    with pytest.raises(Conflict):
        subject.gateway.write(edited(base, open_to_all), CancelToken())
    assert spec_of(subject)["ingress"] == DEMO_SPEC["ingress"]


@every_cluster
def test_an_update_that_breaks_a_rule_is_refused_and_changes_nothing(subject: Subject) -> None:
    subject.other.put(demo(subject))
    before = subject.other.stored()

    def misname(document: Json) -> None:
        document["spec"]["policyTypes"] = ["Sideways"]

    with pytest.raises(Invalid) as refused:
        subject.gateway.write(edited(read(subject), misname), CancelToken())
    assert [cause.field for cause in refused.value.causes] == ["spec.policyTypes[0]"]
    assert subject.other.stored() == before


@every_cluster
def test_an_update_to_the_same_changes_no_version(subject: Subject) -> None:
    subject.other.put(demo(subject))
    base = read(subject)
    result = subject.gateway.write(edited(base, lambda document: None), CancelToken())
    assert (result.document.version, result.document.text) == (base.version, base.text)


# --- laying over what may be there -----------------------------------------------------------------------------------


@every_cluster
def test_apply_makes_what_is_not_there_and_changes_what_it_made(subject: Subject) -> None:
    write(subject, Verb.APPLY, demo(subject))
    assert spec_of(subject) == DEMO_SPEC
    write(subject, Verb.APPLY, demo(subject, ingress=[{}]))
    assert spec_of(subject)["ingress"] == [{}]


@every_cluster
def test_apply_changes_what_was_created_or_updated_here(subject: Subject) -> None:
    write(subject, Verb.CREATE, demo(subject))
    subject.gateway.write(
        edited(read(subject), lambda document: document["spec"].update(podSelector={})), CancelToken()
    )
    laid_over = writing(Verb.APPLY, demo(subject, ingress=[{}]), read(subject))
    for dry_run in (True, False):
        subject.gateway.write(laid_over, CancelToken(), dry_run=dry_run)
    assert spec_of(subject) == {**DEMO_SPEC, "ingress": [{}]}


@every_api_server
def test_apply_over_what_was_created_here_leaves_what_it_does_not_mention(subject: Subject) -> None:
    write(subject, Verb.CREATE, demo(subject))
    subject.other.edit("access-demo1", lambda stored: stored["metadata"].update(labels={"by": "another"}))
    lean = demo(subject, ingress=[{}])
    del lean["spec"]["policyTypes"]
    lean["metadata"]["labels"] = {"app": "ours"}
    subject.gateway.write(writing(Verb.APPLY, lean, read(subject)), CancelToken())
    assert spec_of(subject) == {**DEMO_SPEC, "ingress": [{}]}
    assert subject.other.stored()["access-demo1"]["metadata"]["labels"] == {"by": "another", "app": "ours"}


@every_cluster
@pytest.mark.parametrize("ours", [True, False], ids=["what-we-made", "what-another-made"])
def test_apply_over_what_changed_since_it_was_looked_at_changes_nothing(subject: Subject, ours: bool) -> None:
    if ours:
        write(subject, Verb.CREATE, demo(subject))
    else:
        subject.other.put(demo(subject))
    laid_over = writing(Verb.APPLY, demo(subject, podSelector={}), read(subject))
    subject.other.edit("access-demo1", open_to_all)
    before = subject.other.stored()
    for dry_run in (True, False):
        with pytest.raises((Conflict, FieldConflict)):
            subject.gateway.write(laid_over, CancelToken(), dry_run=dry_run)
    assert subject.other.stored() == before


@every_api_server
def test_requirement_9_apply_over_what_another_owns_names_owner_and_field_and_changes_nothing(subject: Subject) -> None:
    subject.other.put(demo(subject))
    before = subject.other.stored()
    for dry_run in (True, False):
        with pytest.raises(FieldConflict) as conflict:
            write(subject, Verb.APPLY, demo(subject, ingress=[{}]), dry_run=dry_run)
        cause = conflict.value.causes[0]
        assert '"contract-test"' in cause.message
        assert cause.field == ".spec.ingress"
    assert subject.other.stored() == before


@every_api_server
def test_apply_leaves_what_others_added(subject: Subject) -> None:
    write(subject, Verb.APPLY, demo(subject))
    subject.other.edit("access-demo1", lambda stored: stored["metadata"].update(labels={"by": "another"}))
    write(subject, Verb.APPLY, demo(subject, ingress=[{}]))
    stored = subject.other.stored()["access-demo1"]
    assert (stored["metadata"]["labels"], stored["spec"]["ingress"]) == ({"by": "another"}, [{}])


@every_api_server
def test_requirement_9_fields_are_owned_under_our_one_name(subject: Subject) -> None:
    write(subject, Verb.CREATE, demo(subject))
    write(subject, Verb.APPLY, demo(subject, "applied"))
    stored = subject.other.stored()
    owners = {
        (entry["manager"], entry["operation"])
        for document in stored.values()
        for entry in document["metadata"]["managedFields"]
    }
    assert owners == {("bulkhead", "Update"), ("bulkhead", "Apply")}


# --- trying out ------------------------------------------------------------------------------------------------------


@every_cluster
def test_requirement_9_a_dry_run_tells_what_would_come_and_changes_nothing(subject: Subject) -> None:
    would = write(subject, Verb.CREATE, demo(subject), dry_run=True).document
    assert yaml.safe_load(would.text) == demo(subject)
    assert subject.other.stored() == {}

    write(subject, Verb.APPLY, demo(subject))
    before = subject.other.stored()
    base = read(subject)
    would = subject.gateway.write(edited(base, open_to_all), CancelToken(), dry_run=True).document
    assert would.value["spec"]["ingress"] == [{}]  # type: ignore[index]
    would = write(subject, Verb.APPLY, demo(subject, ingress=[{}]), dry_run=True).document
    assert would.value["spec"]["ingress"] == [{}]  # type: ignore[index]
    subject.gateway.delete(deletion(base), CancelToken(), dry_run=True)
    assert subject.other.stored() == before


@every_cluster
def test_a_dry_run_refuses_what_the_write_would_be_refused_for(subject: Subject) -> None:
    subject.other.put(demo(subject))
    with pytest.raises(AlreadyExists):
        write(subject, Verb.CREATE, demo(subject), dry_run=True)
    with pytest.raises(NotFound):
        subject.gateway.delete(Deletion(subject.namespace, "missing", "some-uid"), CancelToken(), dry_run=True)
    base = read(subject)
    with pytest.raises(Conflict):
        subject.gateway.delete(replace(deletion(base), uid="another-uid"), CancelToken(), dry_run=True)


# --- deleting --------------------------------------------------------------------------------------------------------


@every_cluster
def test_what_is_deleted_is_gone_and_nothing_else(subject: Subject) -> None:
    subject.other.put(demo(subject))
    subject.other.put(demo(subject, "kept"))
    guard = deletion(read(subject))
    assert subject.gateway.delete(guard, CancelToken())
    assert subject.other.stored().keys() == {"kept"}
    with pytest.raises(NotFound):
        subject.gateway.delete(guard, CancelToken())
    assert listed(subject).keys() == {"kept"}


@every_api_server
def test_what_a_finalizer_holds_is_not_said_to_be_gone(subject: Subject) -> None:
    held = demo(subject)
    held["metadata"]["finalizers"] = ["example.com/hold"]
    subject.other.put(held)
    guard = deletion(read(subject))
    subject.gateway.delete(guard, CancelToken(), dry_run=True)
    assert "deletionTimestamp" not in subject.other.stored()["access-demo1"]["metadata"]
    assert not subject.gateway.delete(guard, CancelToken())
    assert "deletionTimestamp" in subject.other.stored()["access-demo1"]["metadata"]
    assert not subject.gateway.delete(guard, CancelToken())
    subject.other.edit("access-demo1", lambda stored: stored["metadata"].pop("finalizers"))
    assert subject.other.stored() == {}


@every_cluster
def test_another_object_of_the_same_name_is_not_deleted(subject: Subject) -> None:
    subject.other.put(demo(subject))
    guard = deletion(read(subject))
    subject.other.drop("access-demo1")
    subject.other.put(demo(subject, podSelector={}))
    with pytest.raises(Conflict):
        subject.gateway.delete(guard, CancelToken())
    assert subject.other.stored().keys() == {"access-demo1"}
