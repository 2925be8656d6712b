"""Every sentence of the customer's page about a field, and every rule for one: as typed -> as written."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from desktop.policy.draft import Draft
from desktop.policy.profile import PROFILES
from desktop.ui.wizard.fields import ProblemStrip
from desktop.ui.wizard.form import FormView
from desktop.ui.wizard.judging import Held, Judged, Terms, judge
from desktop.ui.wizard.opening import Opened, new_draft
from desktop.ui.wizard.surroundings import Surroundings
from tests.helpers.form_table import fill
from tests.helpers.writing import WritingDesk

ROWS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("fields.yaml").read_text("utf-8"))
TERMS = Terms("default", PROFILES["upstream"])


class Form:
    """A form without a window, judged whenever it is asked."""

    def __init__(self, bot: QtBot, desk: WritingDesk) -> None:
        self.parent = QWidget()
        self.view = FormView(Surroundings(desk.context, desk.session, self.parent), "default", fixed_identity=False)
        self.view.show_draft(new_draft("default"), (), decided=False)
        self.view.show()
        self.view.activateWindow()
        bot.waitUntil(self.view.isActiveWindow)

    @property
    def judged(self) -> Judged:
        """What the form has come to."""
        fresh: Draft = new_draft("default")
        return judge(self.view.draft, fresh, Held(fresh, ""), Opened(fresh), TERMS, decided=self.view.decided)


@pytest.fixture
def form(qtbot: QtBot, desk: WritingDesk) -> Iterator[Form]:
    form = Form(qtbot, desk)
    yield form
    delete(form.view)


def strips(form: Form) -> dict[str, ProblemStrip]:
    """Return what is said at the fields."""
    return {each.accessibleName(): each for each in form.view.findChildren(ProblemStrip) if not each.isHidden()}


def expected(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the spec that a row tells, whole or by its rules."""
    if "spec" in row:
        return dict(row["spec"])
    key, kind = ("ingress", "Ingress") if "ingress" in row else ("egress", "Egress")
    return {"podSelector": {}, "policyTypes": [kind], key: row[key]}


@pytest.mark.parametrize("row", [row for row in ROWS if "refused" not in row], ids=lambda row: row["says"])
def test_what_is_typed_is_written_as_it_is_said(form: Form, row: Mapping[str, Any]) -> None:
    fill(form.view, row["typed"])
    judged = form.judged
    assert judged.errors == ()
    written = yaml.safe_load(judged.text)
    assert written["spec"] == expected(row)
    form.view.show_judged(judged)
    assert list(strips(form)) == ([row["told"]] if "told" in row else [])
    assert written["metadata"] == row.get("metadata", {"name": "p", "namespace": "default"})


@pytest.mark.parametrize("row", [row for row in ROWS if "refused" in row], ids=lambda row: row["says"])
def test_what_cannot_be_is_refused_at_the_field_in_words(form: Form, row: Mapping[str, Any]) -> None:
    fill(form.view, row["typed"])
    judged = form.judged
    assert len(judged.errors) == 1
    form.view.show_judged(judged)
    strip = strips(form)[row["refused"]]
    assert strip.fix.isHidden() == ("fix" not in row)
    assert strip.fix.text() == row.get("fix", "")


@pytest.mark.parametrize("row", [row for row in ROWS if "fix" in row], ids=lambda row: row["says"])
def test_one_click_puts_it_right(form: Form, row: Mapping[str, Any]) -> None:
    fill(form.view, row["typed"])
    form.view.show_judged(form.judged)
    strips(form)[row["refused"]].fix.click()
    assert form.judged.errors == ()
