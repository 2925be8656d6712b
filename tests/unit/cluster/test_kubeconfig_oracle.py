"""Requirement 22: five hundred sets of kubeconfig files give the contexts that kubectl sees in them."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from desktop.cluster.kubeconfig import load
from tests.helpers.kubeconfig_files import KUBECTL, RECORDED, Files, compare, context_names, kubectls, random_files

RECORDING = json.loads(RECORDED.read_text(encoding="utf-8"))
SETS = 500
BATCH = 50


@pytest.mark.parametrize("record", RECORDING["recorded"], ids=lambda record: record["seed"])
def test_requirement_22_what_kubectl_was_seen_to_make_of_files_is_what_we_make_of_them(
    record: dict[str, Any], tmp_path: Path
) -> None:
    files = Files(record["files"], record["order"])
    assert compare(files, tmp_path, record["answer"]) == ""
    if record["answer"] is not None:
        assert sorted(context.name for context in load(files.write(tmp_path)).contexts) == sorted(record["names"])


def test_at_least_sixty_answers_of_kubectl_are_recorded_and_some_are_refusals() -> None:
    answers = [record["answer"] for record in RECORDING["recorded"]]
    assert len(answers) >= 60
    assert 5 <= answers.count(None) <= len(answers) / 3
    assert sum(len(answer["contexts"]) for answer in answers if answer) >= 200


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
@pytest.mark.parametrize("first", range(1000, 1000 + SETS, BATCH))
def test_requirement_22_random_files_are_read_as_kubectl_reads_them(first: int, tmp_path: Path) -> None:
    def difference(seed: int) -> str:
        folder = tmp_path / str(seed)
        files = random_files(seed)
        files.write(folder)
        answer = kubectls(folder, files.order)
        if answer is not None and seed % 10 == 0:
            assert sorted(context_names(folder, files.order)) == sorted(answer["contexts"])
        return compare(files, folder, answer)

    with ThreadPoolExecutor(2) as pool:
        differences = [text for text in pool.map(difference, range(first, first + BATCH)) if text]
    assert differences == []
