"""What the user may do is asked once, kept for some minutes, and open where nobody answered."""

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Gateway
from desktop.errors import Cancelled, NotFound
from desktop.session.rights import GOOD_FOR, Question, Rights
from tests.helpers.fake_gateway import FakeGateway


def asked(rights: Rights, gateway: Gateway, *questions: Question) -> Rights:
    rights.ask(gateway, questions, CancelToken())
    return rights


def test_what_was_not_asked_is_not_known() -> None:
    assert Rights().may("create", ["shop"]) is None
    assert Rights().missing([("create", ("shop",))]) == {("create", ("shop",))}


def test_who_may_everywhere_is_asked_about_no_namespace() -> None:
    gateway = FakeGateway()
    rights = asked(Rights(), gateway, ("create", ("shop",)), ("create", ("pay",)))
    assert rights.may("create", ["shop"]) is True
    assert rights.may("create", ["another"]) is True
    assert gateway.reviews == [("create", "")]
    assert not rights.missing([("create", ("shop",)), ("create", ("another",))])


def test_an_editor_of_one_namespace_may_there_alone() -> None:
    gateway = FakeGateway()
    gateway.refused = {("update", ""), ("update", "pay")}
    rights = asked(Rights(), gateway, ("update", ("shop",)), ("update", ("pay",)))
    assert rights.may("update", ["shop"]) is True
    assert rights.may("update", ["pay"]) is False
    assert rights.may("update", ["pay", "shop"]) is True
    assert rights.may("update", ["pay", "unasked"]) is None
    assert rights.may("delete", ["shop"]) is None


def test_of_many_namespaces_no_more_are_asked_about_than_to_the_first_that_will_do() -> None:
    gateway = FakeGateway()
    gateway.refused = {("create", each) for each in ("", "a", "b")}
    question: Question = ("create", ("b", "a", "c", "d", "e"))
    rights = asked(Rights(), gateway, question)
    assert gateway.reviews == [("create", each) for each in ("", "b", "a", "c")]
    assert not rights.missing([question])
    assert rights.may("create", question[1]) is True
    gateway.refused = None
    asked(rights, gateway, question)
    assert len(gateway.reviews) == 4


def test_who_may_in_none_of_many_is_told_so_only_when_all_were_asked() -> None:
    gateway = FakeGateway()
    gateway.refused = {("create", each) for each in ("", "a", "b", "c")}
    rights = asked(Rights(), gateway, ("create", ("a", "b")))
    assert rights.may("create", ["a", "b", "c"]) is None
    asked(rights, gateway, ("create", ("a", "b", "c")))
    assert rights.may("create", ["a", "b", "c"]) is False
    assert [namespace for _, namespace in gateway.reviews] == ["", "a", "b", "c"]


def test_no_answer_leaves_it_open_and_is_not_asked_for_at_once_again() -> None:
    class Without(FakeGateway):
        def may(self, verb: str, namespace: str, token: CancelToken) -> bool:
            self.reviews.append((verb, namespace))
            raise NotFound("api.not-served", status=404)

    gateway = Without()
    rights = asked(Rights(), gateway, ("delete", ("shop", "pay")))
    assert rights.may("delete", ["shop"]) is None
    asked(rights, gateway, ("delete", ("shop", "pay")), ("delete", ("shop",)))
    assert gateway.reviews == [("delete", "")]


def test_an_answer_is_asked_for_anew_after_some_minutes_or_when_all_is_read_anew() -> None:
    now = [0.0]
    gateway = FakeGateway()
    gateway.refused = {("create", ""), ("create", "shop")}
    rights = asked(Rights(lambda: now[0]), gateway, ("create", ("shop",)))
    now[0] = GOOD_FOR + 1
    assert rights.may("create", ["shop"]) is False  # until there is another answer
    assert rights.missing([("create", ("shop",))])
    gateway.refused = set()
    asked(rights, gateway, ("create", ("shop",)))
    assert rights.may("create", ["shop"]) is True
    rights.forget()
    assert rights.may("create", ["shop"]) is None


def test_to_ask_can_be_cancelled() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        Rights().ask(FakeGateway(), [("create", ("shop",))], token)
