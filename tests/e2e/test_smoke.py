"""The program itself, started as a person starts it, says by ``--smoke-test`` that it works, or that it does not."""

import json
import os
import subprocess
import sys
from pathlib import Path


def smoke(tmp_path: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-m", "desktop", "--smoke-test"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "BULKHEAD_HOME": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )


def test_the_window_shows_the_sample_cluster(tmp_path: Path) -> None:
    ended = smoke(tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    report = json.loads(ended.stdout)
    assert report.keys() == {"first_paint_ms", "synced_ms", "policies", "pods"}
    assert 0 < report["first_paint_ms"] <= report["synced_ms"]
    assert (report["policies"], report["pods"]) == (15, 44)


def test_the_window_needs_no_client_library(tmp_path: Path) -> None:
    ended = smoke(tmp_path, "-X", "importtime")
    assert ended.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "PySide6.QtWidgets" in imported
    assert imported & {"kubernetes", "urllib3"} == set()


def test_the_window_is_made_before_what_clusters_are_read_and_judged_with() -> None:
    later = {"ssl", "yaml", "msgspec", "hashlib", "desktop.cluster.gateway", "desktop.reach.snapshot"}
    check = f"import desktop.app, sys; print(*{later} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == ("\n", "")


def test_a_sample_that_cannot_be_copied_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    ended = smoke(tmp_path)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr
