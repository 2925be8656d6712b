"""Whatever the policy: to show it in the form's fields changes nothing of it, nor does a touch that is no change."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from PySide6.QtWidgets import QWidget
from shiboken6 import delete

from desktop.policy.draft import Draft, read_draft
from desktop.ui.wizard.form import FormView
from desktop.ui.wizard.surroundings import Surroundings
from desktop.ui.wizard.text_edit import smallest_edit
from tests.helpers.policy_documents import Json, documents, texts
from tests.helpers.writing import WritingDesk


@pytest.fixture(scope="module")
def form(qapp: object) -> Iterator[FormView]:
    desk, parent = WritingDesk(), QWidget()
    form = FormView(Surroundings(desk.context, desk.session, parent), "shop", fixed_identity=False)
    yield form
    delete(form)
    desk.close()


@given(value=documents)
def test_what_is_shown_is_what_was_read_and_a_touch_changes_nothing(form: FormView, value: Json) -> None:
    edited: list[Draft] = []
    form.edited.connect(edited.append)
    draft = read_draft(value)
    form.show_draft(draft, (), decided=True)
    for page in form.directions.values():
        for card in page.cards:
            card.open()
    assert edited == []
    assert form.draft == draft
    for page in form.directions.values():
        for card in page.cards:
            assert card.body is not None
            for peer in card.body.peers:
                peer.scope.activated.emit(peer.scope.currentIndex())
            for row in card.body.ports.rows:
                row.protocol.activated.emit(row.protocol.currentIndex())
    for label in form.applies.selector.rows:
        label.operator.activated.emit(label.operator.currentIndex())
    assert form.draft == draft
    form.edited.disconnect(edited.append)


@given(texts(), texts())
def test_the_smallest_edit_makes_the_other_text(one: str, other: str) -> None:
    edit = smallest_edit(one, other)
    assert one[: edit.start] + edit.new + one[edit.end :] == other
