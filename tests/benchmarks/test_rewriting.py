"""How long an edit in the form of a policy of 1,000 rules takes to arrive in its text, against reading that text."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from desktop.manifest.reader import read
from desktop.manifest.rewriting import rewrite
from desktop.policy.origins import Origins
from tests.benchmarks.test_window import tell

MOST_TIMES_A_READING = 12
RULES = 1_000
HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: long\nspec:\n  ingress:\n"
RULE = """\
  # rule {n}
  - from:  # who
    - podSelector:
        matchLabels:
          app: a{n}  # the shop
    ports:
    - protocol: TCP
      port: {n}  # http
"""
TEXT = HEAD + "".join(RULE.format(n=number) for number in range(1, RULES + 1))
PLACE = ("spec", "ingress")

pytestmark = [pytest.mark.benchmark(group="form"), pytest.mark.timeout(300)]


def seconds(work: Callable[[], object]) -> float:
    """Return the shortest of three times."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


@pytest.mark.parametrize("what", ["edited", "removed", "moved"])
def test_an_edit_of_a_long_policy(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], what: str) -> None:
    yardstick = seconds(lambda: read(TEXT))
    (document,) = read(TEXT).documents
    value: Any = json.loads(json.dumps(document.value))
    rules = value["spec"]["ingress"]
    order = list(range(RULES))
    if what == "edited":
        rules[500]["ports"][0]["port"] = 6379
    elif what == "removed":
        rules.pop(order.pop(500))
    else:
        rules.insert(0, rules.pop(order[-1]))
        order.insert(0, order.pop())
    known = Origins({PLACE: tuple(order)})
    changed: list[str] = []
    ours = seconds(lambda: changed.append(rewrite(TEXT, value, known)))
    benchmark.pedantic(lambda: rewrite(TEXT, value, known), rounds=1)  # type: ignore[no-untyped-call]
    ratio = ours / yardstick
    benchmark.extra_info |= {"seconds": ours, "reading": yardstick, "ratio": ratio}
    tell(capsys, f"a rule of {RULES} {what}: {ours:.2f} s; reading {yardstick:.2f} s; ratio {ratio:.1f}")
    assert changed[0].count("#") >= TEXT.count("#") - 4
    assert ratio <= MOST_TIMES_A_READING
