"""Kubeconfigs of hundreds of clusters: they are read as soon as the text of a library's reader is."""

import time
from pathlib import Path

import pytest
import yaml
from pytest_benchmark.fixture import BenchmarkFixture

from desktop.cluster import stanzas
from desktop.cluster.kubeconfig import load
from tests.benchmarks.test_window import tell

CONTEXTS = 1000
MOST_OF_A_RATIO = 1.5

pytestmark = [pytest.mark.benchmark(group="kubeconfig"), pytest.mark.timeout(300)]


def test_a_thousand_clusters_with_their_certificates_are_read_as_fast_as_their_yaml(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, items = "QUJD" * 600, range(CONTEXTS)
    config = {
        "clusters": [
            {"name": f"c{i}", "cluster": {"server": f"https://c{i}", "certificate-authority-data": data}} for i in items
        ],
        "users": [{"name": f"u{i}", "user": {"client-certificate-data": data, "client-key-data": data}} for i in items],
        "contexts": [{"name": f"x{i}", "context": {"cluster": f"c{i}", "user": f"u{i}"}} for i in items],
    }
    path = tmp_path / "config"
    path.write_text(yaml.dump(config, Dumper=yaml.CSafeDumper, width=10_000), "utf-8")
    started = time.perf_counter()
    yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    theirs = time.perf_counter() - started
    taken: list[float] = []

    def read() -> None:
        monkeypatch.setattr(stanzas, "_known", {})  # what was read before is not read again
        started = time.perf_counter()
        assert len(load([path]).contexts) == CONTEXTS
        taken.append(time.perf_counter() - started)

    benchmark.pedantic(read, rounds=5)  # type: ignore[no-untyped-call]
    ratio = min(taken) / theirs
    benchmark.extra_info |= {"ratio": ratio}
    tell(capsys, f"{CONTEXTS} contexts: {min(taken):.2f} s; their YAML alone {theirs:.2f} s; ratio {ratio:.2f}")
    assert ratio <= MOST_OF_A_RATIO
