"""Every case about a change of policies: what it opens and closes, and what must be confirmed."""

import pytest

from desktop.reach.impact import impact
from desktop.reach.standing import Standing
from tests.helpers.impacts import closed, opened, pods_of, to_confirm
from tests.helpers.scenes import Case, cases, changes_of


@pytest.mark.parametrize("case", cases("changes.yaml"), ids=lambda case: case.title)
def test_change(case: Case) -> None:
    told, value = impact(Standing.of(case.snapshot, case.settings), changes_of(case)), case.value
    assert opened(told) == value.get("opens", {})
    assert closed(told) == value.get("closes", {})
    assert to_confirm(told) == value.get("confirm", [])
    assert pods_of(told.released) == value.get("last policy of", {})
    assert pods_of(told.isolated) == value.get("first policy of", {})
    assert sum(shift.count for shift in told.shifts) == len(list(told.differences()))
    assert list(told.unseen) == value.get("pods not known in", [])
    if "losing nothing" in value:
        assert [f"{each.namespace}/{each.name}" for each in told.losing_nothing] == value["losing nothing"]
    assert bool(told.opening) == ("opens" in value)
    assert bool(told.closing) == ("closes" in value)
