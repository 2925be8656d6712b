"""What the user may do to the policies of one cluster, as far as the cluster was asked (access reviews).

Nobody is kept from trying what is not known: the server has the last word anyway. An answer is good for some minutes,
for rights are given and taken while we look.
"""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Literal

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Gateway
from desktop.errors import BulkheadError, Cancelled

Verb = Literal["create", "update", "delete"]
Question = tuple[Verb, str]
"""May I do this in this namespace?"""

GOOD_FOR = 300.0
"""Seconds after which an answer, or that there was none, is asked for anew."""
_EVERYWHERE = ""


class Rights:
    """Keeps the answers. Any thread may call; only ``ask`` blocks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: dict[Question, tuple[bool | None, float]] = {}  # None: the cluster gave no answer

    def may(self, verb: Verb, namespaces: Iterable[str]) -> bool | None:
        """Whether the user may do something in one of these namespaces at least; None where that is not known."""
        with self._lock:
            if self._answer((verb, _EVERYWHERE)):
                return True
            answers = [self._answer((verb, namespace)) for namespace in namespaces]
        if True in answers:
            return True
        return None if None in answers or not answers else False

    def missing(self, questions: Iterable[Question]) -> frozenset[Question]:
        """Return those that would have to be asked."""
        now = self._clock()
        with self._lock:
            return frozenset(each for each in questions if not self._is_good(each, now))

    def ask(self, gateway: Gateway, questions: Iterable[Question], token: CancelToken) -> None:
        """Ask what is missing (blocks); what the cluster does not answer stays unknown. Raises Cancelled."""
        for verb, namespace in sorted(self.missing(questions)):
            if not self._ask_one(gateway, (verb, _EVERYWHERE), token):
                self._ask_one(gateway, (verb, namespace), token)

    def forget(self) -> None:
        """Ask all anew: they may be others by now."""
        with self._lock:
            self._answers.clear()

    def _ask_one(self, gateway: Gateway, question: Question, token: CancelToken) -> bool:
        with self._lock:
            if self._is_kept(question, self._clock()):
                return bool(self._answer(question))
        answer: bool | None
        try:
            answer = gateway.may(*question, token)
        except Cancelled:
            raise
        except BulkheadError:  # not every server has access reviews, and not all may ask
            answer = None
        with self._lock:
            self._answers[question] = answer, self._clock()
        return bool(answer)

    def _is_good(self, question: Question, now: float) -> bool:
        everywhere = question[0], _EVERYWHERE
        return (self._is_kept(everywhere, now) and bool(self._answer(everywhere))) or self._is_kept(question, now)

    def _is_kept(self, question: Question, now: float) -> bool:
        kept = self._answers.get(question)
        return kept is not None and now - kept[1] < GOOD_FOR

    def _answer(self, question: Question) -> bool | None:
        kept = self._answers.get(question)
        return kept[0] if kept else None
