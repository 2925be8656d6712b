"""What every gateway promises about the rights of its user."""

from typing import Any

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Verb
from desktop.errors import Forbidden
from tests.contract.asking import deletion, demo, edited, every_api_server, every_cluster, open_to_all, writing
from tests.contract.subjects import Subject

VERBS = ("list", "create", "update", "patch", "delete")


@every_cluster
def test_the_owner_of_a_cluster_may_do_everything(subject: Subject) -> None:
    assert all(subject.gateway.may(verb, subject.namespace, CancelToken()) for verb in VERBS)


@every_api_server
@pytest.mark.parametrize("user", ["viewer", "editor"])
def test_rights_are_those_that_the_cluster_names(subject: Subject, user: str) -> None:
    gateway = user_of(subject, user)
    for namespace in (subject.namespace, "shop", "other"):
        said = {verb: gateway.may(verb, namespace, CancelToken()) for verb in VERBS}
        assert said == {verb: subject.allowed(user, verb, namespace) for verb in VERBS}


def user_of(subject: Subject, user: str) -> Any:
    if user not in subject.users:
        pytest.skip(f"the kubeconfig has no context called {user}")
    return subject.users[user]


@every_api_server
def test_a_viewer_sees_but_is_forbidden_to_write(subject: Subject) -> None:
    viewer = user_of(subject, "viewer")
    subject.other.put(demo(subject))
    before = subject.other.stored()
    base = viewer.read(subject.namespace, "access-demo1", CancelToken())
    for dry_run in (True, False):
        with pytest.raises(Forbidden):
            viewer.write(writing(Verb.CREATE, demo(subject, "mine")), CancelToken(), dry_run=dry_run)
        with pytest.raises(Forbidden):
            viewer.write(edited(base, open_to_all), CancelToken(), dry_run=dry_run)
        with pytest.raises(Forbidden):
            viewer.write(writing(Verb.APPLY, demo(subject)), CancelToken(), dry_run=dry_run)
        with pytest.raises(Forbidden):
            viewer.delete(deletion(base), CancelToken(), dry_run=dry_run)
    assert subject.other.stored() == before
