"""What every gateway promises about the rights of its user."""

from typing import Any

import pytest

from desktop.cancellation import CancelToken
from tests.contract.asking import every_api_server, every_cluster
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
