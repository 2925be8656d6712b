"""Settings survive: restarts, newer versions, a second instance, broken files and full disks."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop.paths import config_dir
from desktop.session.settings import Settings
from tests.helpers.private_files import assert_private


@dataclass(frozen=True)
class Shape:
    width: int = 0
    name: str = ""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def test_what_was_set_is_there_after_a_restart(path: Path) -> None:
    first = Settings(path)
    first.set("ui/geometry", "AdnQ")
    first.set("shape", Shape(3, "a"))
    first.flush()
    again = Settings(path)
    assert again.get("ui/geometry", str, "") == "AdnQ"
    assert again.get("shape", Shape, Shape()) == Shape(3, "a")
    assert again.names("ui/") == ("ui/geometry",)
    assert again.take_problems() == ()


def test_a_change_is_saved_by_itself(path: Path) -> None:
    Settings(path, save_delay=0.01).set("a", 1)
    deadline = time.monotonic() + 5
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert json.loads(path.read_bytes()) == {"a": 1}


def test_the_file_is_readable_by_the_user_alone(path: Path) -> None:
    settings = Settings(path)
    settings.set("a", 1)
    settings.flush()
    assert_private(path)
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]


def test_names_and_fields_of_a_newer_version_stay(path: Path) -> None:
    path.write_text(json.dumps({"newer": {"x": [1]}, "shape": {"width": 1, "depth": 9}}))
    settings = Settings(path)
    settings.set("shape", Shape(2, "b"))
    settings.flush()
    assert json.loads(path.read_text()) == {"newer": {"x": [1]}, "shape": {"width": 2, "name": "b", "depth": 9}}


def test_a_plain_object_is_replaced_whole(path: Path) -> None:
    settings = Settings(path)
    settings.set("ui/columns", {"a": 1, "b": 2})
    settings.set("ui/columns", {"a": 1})
    assert settings.get("ui/columns", dict, {}) == {"a": 1}


def test_a_removed_name_is_gone_for_good(path: Path) -> None:
    settings = Settings(path)
    settings.set("a", 1)
    settings.flush()
    settings.remove("a")
    settings.flush()
    assert Settings(path).get("a", int, 0) == 0


def test_two_instances_keep_each_others_changes(path: Path) -> None:
    one, two = Settings(path), Settings(path)
    one.set("one", 1)
    one.flush()
    two.set("two", 2)
    two.flush()
    assert json.loads(path.read_text()) == {"one": 1, "two": 2}


@pytest.mark.parametrize("text", [b"{broken", b"[]", b"\xff\xfe", b""])
def test_a_broken_file_is_set_aside_whole_and_told(path: Path, text: bytes) -> None:
    path.write_bytes(text)
    path.with_name("settings.json.broken-1").write_bytes(b"an earlier one")
    settings = Settings(path)
    (problem,) = settings.take_problems()
    assert problem.code == "settings.broken"
    assert Path(str(problem.facts["aside"])).read_bytes() == text
    assert path.with_name("settings.json.broken-1").read_bytes() == b"an earlier one"
    settings.set("a", 1)
    settings.flush()
    assert json.loads(path.read_text()) == {"a": 1}


def test_a_value_of_the_wrong_type_gives_the_default_is_told_and_stays(path: Path) -> None:
    path.write_text('{"shape": {"width": "wide"}}')
    settings = Settings(path)
    for _ in range(2):
        assert settings.get("shape", Shape, Shape(7)) == Shape(7)
    assert [p.code for p in settings.take_problems()] == ["settings.value"]
    settings.set("a", 1)
    settings.flush()
    assert json.loads(path.read_text())["shape"] == {"width": "wide"}


def test_a_failed_save_is_told_and_tried_again_with_the_next(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(path)
    path.mkdir()  # nothing can be renamed over a folder
    settings.set("a", 1)
    settings.flush()
    assert [p.code for p in settings.take_problems()] == ["file.not-read"]
    path.rmdir()
    settings.set("b", 2)
    settings.flush()
    assert json.loads(path.read_text()) == {"a": 1, "b": 2}


def test_a_crash_while_writing_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(path)
    settings.set("a", 1)
    settings.flush()

    def full_disk(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    settings.set("a", 2)
    settings.flush()
    (problem,) = settings.take_problems()
    assert problem.facts["reason"] == "No space left on device"
    assert json.loads(path.read_text()) == {"a": 1}
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]


def test_the_default_place_is_the_config_folder() -> None:
    settings = Settings()
    settings.set("a", 1)
    settings.flush()
    assert (config_dir() / "settings.json").is_file()


def test_a_file_that_cannot_be_read_is_told_and_not_overwritten(path: Path) -> None:
    path.mkdir()
    settings = Settings(path)
    assert [p.code for p in settings.take_problems()] == ["file.not-read"]
    assert settings.get("a", int, 7) == 7
    settings.flush()
    assert path.is_dir()
