"""Every case of the files beside this one: the matrix and the explanation both say what the case says."""

from collections import Counter

import pytest
import yaml

from desktop.reach.explain import Verdict, explain
from desktop.reach.standing import Standing
from tests.helpers.reach import bit_of
from tests.helpers.scenes import CASES, Case, Question, cases, reason

VERDICTS = (
    "directions.yaml",
    "selectors.yaml",
    "peers.yaml",
    "ports.yaml",
    "addresses.yaml",
    "host-network.yaml",
    "not-known.yaml",
    "cluster-wide.yaml",
)


@pytest.mark.parametrize("case", cases(*VERDICTS), ids=lambda case: case.title)
def test_case(case: Case) -> None:
    standing = Standing.of(case.snapshot, case.settings)
    assert case.questions
    for question in case.questions:
        assert _shown(standing, question) is question.verdict, f"the matrix on {question.text}"
        told = explain(
            case.snapshot,
            question.source,
            question.destination,
            question.protocol,
            question.port,
            case.settings,
        )
        assert told.verdict is question.verdict, f"the explanation of {question.text}"
        if question.out:
            assert reason(told.out, question.source) == question.out, question.text
        if question.into:
            assert reason(told.into, question.destination) == question.into, question.text


def _shown(standing: Standing, question: Question) -> Verdict:
    reach = standing.reach
    row, into = reach.row(bit_of(reach, question.source)), bit_of(reach, question.destination)
    port = reach.ports.mask_of(question.protocol, question.port)
    for verdict, ports in zip((Verdict.ALLOWED, Verdict.UNDECIDABLE), row.at(into), strict=True):
        if ports & port:
            return verdict
    return Verdict.NOT_ALLOWED


def test_no_two_cases_have_the_same_title() -> None:
    titles = Counter(
        value["title"] for path in CASES.glob("*.yaml") for value in yaml.safe_load(path.read_text("utf-8"))
    )
    assert [title for title, count in titles.items() if count > 1] == []
    assert len(titles) >= 120
