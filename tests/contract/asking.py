"""Asking a gateway as the program does, in few words."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Deletion, Listing, PolicyDocument, Verb, Warned, Write
from desktop.reach.objects import Kind, Thing
from tests.contract.subjects import ALL, API_SERVERS, Subject
from tests.helpers.policies import Json, policy

every_cluster = pytest.mark.parametrize("subject", ALL, indirect=True)
every_api_server = pytest.mark.parametrize("subject", API_SERVERS, indirect=True)

WORLD: Json = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]}


def demo(subject: Subject, name: str = "access-demo1", **spec: Any) -> Json:
    return policy(name, subject.namespace, **spec)


def writing(verb: Verb, document: Json, base: PolicyDocument | None = None) -> Write:
    """Return the write that a person asks for who has this document in the editor."""
    metadata = document["metadata"]
    text = yaml.safe_dump(document, sort_keys=False)
    return Write(verb, metadata.get("namespace", ""), metadata["name"], document, text, base)


def edited(base: PolicyDocument, edit: Callable[[Json], object]) -> Write:
    """Return the update that a person asks for who changed the text shown."""
    document = yaml.safe_load(base.text)
    edit(document)
    return writing(Verb.UPDATE, document, base)


def open_to_all(document: Json) -> None:
    document["spec"]["ingress"] = [{}]


def write(subject: Subject, verb: Verb, document: Json, *, dry_run: bool = False) -> Warned:
    return subject.gateway.write(writing(verb, document), CancelToken(), dry_run=dry_run)


def read(subject: Subject, name: str = "access-demo1") -> PolicyDocument:
    return subject.gateway.read(subject.namespace, name, CancelToken())


def listed(subject: Subject, kind: Kind = Kind.NETWORK_POLICY) -> dict[str, Thing]:
    things = subject.gateway.list(kind, subject.namespace, CancelToken(), lambda done, left: None).things
    return {thing.name: thing for thing in things}


def spec_of(subject: Subject, name: str = "access-demo1") -> Json:
    spec: Json = subject.other.stored()[name]["spec"]
    return spec


def deletion(document: PolicyDocument) -> Deletion:
    return Deletion(document.namespace, document.name, document.uid, document.version)


def all_policies(subject: Subject) -> Listing:
    """List the policies of the subject's namespace."""
    return subject.gateway.list(Kind.NETWORK_POLICY, subject.namespace, CancelToken(), lambda done, left: None)
