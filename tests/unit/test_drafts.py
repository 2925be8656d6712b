"""An unsaved text survives: it is on disk, whole, readable by the user alone, until it is applied or discarded."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.cluster.gateway import PolicyDocument
from desktop.paths import data_dir
from desktop.ui.editor.drafts import DraftFile, StoredDraft, pending_drafts
from tests.helpers.private_files import assert_private

BASE = PolicyDocument("shop", "db", {"kind": "NetworkPolicy", "spec": {"podSelector": {}}}, "kind: …\n", "7", "u-1")


def draft(text: str, base: PolicyDocument | None = None, hour: int = 12) -> StoredDraft:
    return StoredDraft("context:prod", "prod", "shop", text, base, datetime(2026, 1, 2, hour, tzinfo=UTC))


def left(text: str, base: PolicyDocument | None = None, hour: int = 12) -> None:
    """Leave a draft as an editor does that is gone."""
    file = DraftFile()
    file.save(draft(text, base, hour), 1)
    file.release()


def test_a_draft_comes_back_as_it_was_with_the_document_it_started_from() -> None:
    text = "name: ünï # \u202e\ud800\n"
    left(text, BASE)
    (found,) = pending_drafts().drafts
    assert (found.text, found.base, found.cluster, found.changed) == (text, BASE, "context:prod", draft("").changed)


def test_drafts_are_offered_newest_first() -> None:
    for hour in (9, 11, 10):
        left(f"at {hour}", hour=hour)
    assert [found.text for found in pending_drafts().drafts] == ["at 11", "at 10", "at 9"]


def test_a_draft_is_readable_by_the_user_alone() -> None:
    left("secret plans")
    (file,) = (data_dir() / "drafts").iterdir()
    assert_private(file)


def test_an_open_editor_keeps_its_draft_from_being_offered_elsewhere() -> None:
    file = DraftFile()
    file.save(draft("mine"), 1)
    assert pending_drafts().drafts == ()
    file.release()
    assert len(pending_drafts().drafts) == 1


def test_a_save_that_comes_late_changes_nothing() -> None:
    file = DraftFile()
    file.save(draft("new"), 2)
    file.save(draft("old"), 1)
    file.release()
    assert [found.text for found in pending_drafts().drafts] == ["new"]


def test_a_draft_that_was_applied_does_not_come_back_with_a_late_save() -> None:
    file = DraftFile()
    file.save(draft("new"), 1)
    file.end()
    file.save(draft("newer"), 2)
    assert pending_drafts().drafts == ()


def test_a_text_that_is_as_it_was_again_leaves_no_draft_until_it_is_changed_anew() -> None:
    file = DraftFile()
    file.save(draft("changed"), 1)
    file.remove(2)
    assert list((data_dir() / "drafts").iterdir()) == []
    file.save(draft("changed anew"), 3)
    file.release()
    assert [found.text for found in pending_drafts().drafts] == ["changed anew"]


@pytest.mark.parametrize("content", [b"", b"{", b'{"cluster": 1}', b"\xff", b"[" * 100_000])
def test_a_broken_draft_is_set_aside_and_told_and_hides_no_other(content: bytes) -> None:
    left("good")
    broken = data_dir() / "drafts" / "0.draft.json"
    broken.write_bytes(content)
    pending = pending_drafts()
    assert [found.text for found in pending.drafts] == ["good"]
    (error,) = pending.errors
    assert error.code == "draft-file.broken"
    assert Path(str(error.facts["aside"])).read_bytes() == content


def test_a_draft_is_about_the_policy_it_started_from() -> None:
    other = PolicyDocument("shop", "web", {}, "", "1", "u-2")
    assert draft("x", BASE).is_about("context:prod", BASE)
    assert not draft("x", BASE).is_about("context:prod", other)
    assert not draft("x", BASE).is_about("context:prod", None)
    assert not draft("x").is_about("context:lab", None)
    assert draft("x").is_about("context:prod", None)
