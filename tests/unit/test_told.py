"""A meaning is laid out so that the great change is seen first and each connection is found below it."""

from collections.abc import Mapping

import yaml

from desktop.reach.impact import impact
from desktop.reach.objects import StoredPolicy
from desktop.reach.settings import Settings
from desktop.reach.standing import Standing
from desktop.session.meaning import Meaning
from desktop.ui.impact.told import MOST, Section, Told, tell
from tests.helpers.scenes import policy_of, scene


def told(cluster: Mapping[str, object], key: str, spec: str | None) -> Told:
    """Lay out what one policy would do to a cluster."""
    namespace, name = key.split("/")
    stored = policy_of(key, yaml.safe_load(spec)) if spec else None
    changes = {(namespace, name): stored.policy if isinstance(stored, StoredPolicy) else None}
    return tell(Meaning(impact(Standing.of(scene(cluster), Settings()), changes)))


def rows(section: Section) -> list[str]:
    """Return all lines, those folded below theirs."""
    found = []
    for line in section.lines:
        found.append(line.text)
        found += [f"  {each.text}" for each in line.below.each()] if line.below else []
    return found


def pods(count: int) -> dict[str, object]:
    return {f"shop/web-{number:04}": {"labels": {"app": f"web-{number}"}} for number in range(count)}


def test_all_that_closes_wholly_is_one_line_whatever_was_open_before() -> None:
    cluster = {
        "pods": {**pods(6), "shop/db": {"labels": {"app": "db"}}},
        "policies": {
            "shop/web-0": {
                "podSelector": {"matchLabels": {"app": "web-0"}},
                "policyTypes": ["Egress"],
                "egress": [{"ports": [{"port": 80}]}],
            }
        },
    }
    found = told(cluster, "shop/db", "{podSelector: {matchLabels: {app: db}}}")
    (line,) = found.closes.lines
    assert line.text == "everything else that could reach shop/db (6 workloads and every address outside)"
    assert "  shop/web-0000 → shop/db: TCP 80" in rows(found.closes)
    assert "  shop/web-0001 → shop/db: every port" in rows(found.closes)
    assert "  every IPv6 address → shop/db: every port" in rows(found.closes)


def test_what_is_left_of_a_connection_is_told_apart_from_what_closes_wholly() -> None:
    spec = (
        "{podSelector: {matchLabels: {app: db}}, "
        "ingress: [{from: [{podSelector: {matchLabels: {app: web-1}}}], ports: [{port: 5432}]}]}"
    )
    found = told({"pods": {**pods(6), "shop/db": {"labels": {"app": "db"}}}}, "shop/db", spec)
    assert [line.text for line in found.closes.lines] == [
        "everything else that could reach shop/db (5 workloads and every address outside): every port",
        "shop/web-0001 → shop/db: every port but TCP 5432",
    ]


def test_all_outside_counts_as_one_connection_however_it_is_cut() -> None:
    block = "{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}"
    found = told({"pods": pods(1)}, "shop/web", "{podSelector: {}, ingress: [" + block + "]}")
    assert found.closes.title == "Closes 1 connection"
    assert found.summary == "Closes 1 connection, opens none."


def test_of_very_many_lines_the_greatest_are_shown_and_the_others_counted() -> None:
    found = told({"pods": pods(MOST + 10)}, "shop/all", "{podSelector: {}}")
    assert len(found.closes.lines) == MOST + 1
    assert found.closes.lines[-1].text == "… and 10 more"
    assert found.closes.count == (MOST + 10) ** 2


def test_the_other_direction_is_told_from_the_other_end() -> None:
    found = told({"pods": pods(6)}, "shop/out", "{podSelector: {matchLabels: {app: web-0}}, policyTypes: [Egress]}")
    assert [line.text for line in found.closes.lines] == [
        "everything else that shop/web-0000 could reach (5 workloads and every address outside): every port"
    ]
