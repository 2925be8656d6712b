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
Question = tuple[Verb, tuple[str, ...]]
"""May I do this in one of these namespaces at least?"""

GOOD_FOR = 300.0
"""Seconds after which an answer, or that there was none, is asked for anew."""
_EVERYWHERE = ""


class Rights:
    """Keeps the answers. Any thread may call; only ``ask`` blocks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: dict[tuple[Verb, str], tuple[bool | None, float]] = {}  # None: the cluster gave no answer

    def may(self, verb: Verb, namespaces: Iterable[str]) -> bool | None:
        """Whether the user may do something in one of these namespaces at least; None where that is not known."""
        with self._lock:
            if self._answer(verb, _EVERYWHERE):
                return True
            answers = [self._answer(verb, namespace) for namespace in namespaces]
        if True in answers:
            return True
        return None if None in answers or not answers else False

    def missing(self, questions: Iterable[Question]) -> frozenset[Question]:
        """Return those that would have to be asked."""
        now = self._clock()
        with self._lock:
            return frozenset(each for each in questions if not self._is_settled(each, now))

    def ask(self, gateway: Gateway, questions: Iterable[Question], token: CancelToken) -> None:
        """Ask what is missing (blocks); what the cluster does not answer stays unknown. Raises Cancelled.

        Namespaces are asked about in their order, and of each question no further than to the first that will do, or
        that gets no answer: then no other would.
        """
        for verb, namespaces in sorted(self.missing(questions)):
            for namespace in (_EVERYWHERE, *namespaces):
                if self._ask_one(gateway, verb, namespace, token) is not False:
                    break

    def forget(self) -> None:
        """Ask all anew: they may be others by now."""
        with self._lock:
            self._answers.clear()

    def _ask_one(self, gateway: Gateway, verb: Verb, namespace: str, token: CancelToken) -> bool | None:
        with self._lock:
            if self._is_kept(verb, namespace, self._clock()):
                return self._answer(verb, namespace)
        answer: bool | None
        try:
            answer = gateway.may(verb, namespace, token)
        except Cancelled:
            raise
        except BulkheadError:  # not every server has access reviews, and not all may ask
            answer = None
        with self._lock:
            self._answers[verb, namespace] = answer, self._clock()
        return answer

    def _is_settled(self, question: Question, now: float) -> bool:
        verb, namespaces = question
        kept = [each for each in (_EVERYWHERE, *namespaces) if self._is_kept(verb, each, now)]
        return len(kept) > len(namespaces) or any(self._answer(verb, each) is not False for each in kept)

    def _is_kept(self, verb: Verb, namespace: str, now: float) -> bool:
        kept = self._answers.get((verb, namespace))
        return kept is not None and now - kept[1] < GOOD_FOR

    def _answer(self, verb: Verb, namespace: str) -> bool | None:
        kept = self._answers.get((verb, namespace))
        return kept[0] if kept else None
