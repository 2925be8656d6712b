"""Every case about advice: what it names is told, at its field, and the fix makes of the policy what it says."""

from collections.abc import Mapping

import pytest

from desktop.policy.advice import advice_on
from desktop.policy.codec import parse_policy
from desktop.policy.findings import Finding, format_path
from desktop.policy.fixes import applied
from desktop.policy.profile import DEFAULT, PROFILES, Profile
from desktop.reach.advice.advisor import advise
from desktop.reach.advice.sight import Sight
from desktop.reach.objects import StoredPolicy
from desktop.reach.snapshot import Put, Snapshot
from desktop.wording import codes
from tests.helpers.scenes import Case, cases

CASES = cases("advice.yaml")


def told(snapshot: Snapshot, profile: Profile, key: str) -> Mapping[str, Finding]:
    """Return the advice on a policy by its code; of several of one code the first."""
    namespace, name = key.split("/")
    policy = snapshot.policies[namespace][name].policy
    assert policy is not None
    found = (*advice_on(policy, profile), *advise(policy, profile, Sight(snapshot)))
    return {each.code.removeprefix("advice."): each for each in reversed(found)}


def profile_of(case: Case) -> Profile:
    return PROFILES[case.value.get("profile", DEFAULT.name)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    for line, where in case.value.get("gives", {}).items():
        key, code = line.split()
        found = told(case.snapshot, profile_of(case), key)
        assert code in found, f"{line}: only {sorted(found)}"
        assert f"{found[code].severity.value} at {format_path(found[code].spot)}" == where, line
    for line in case.value.get("does not give", ()):
        key, code = line.split()
        assert code not in told(case.snapshot, profile_of(case), key), line


@pytest.mark.parametrize("case", [each for each in CASES if "fixed" in each.value], ids=lambda case: case.title)
def test_a_fix_does_what_the_case_says_and_takes_its_finding_away(case: Case) -> None:
    key, code = next(iter(case.value["gives"])).split()
    namespace, name = key.split("/")
    fix = told(case.snapshot, profile_of(case), key)[code].fix
    assert fix is not None
    document = {"metadata": {"namespace": namespace, "name": name}, "spec": case.value["policies"][key]}
    fixed = applied(document, fix)
    assert fixed == {**document, "spec": case.value["fixed"]}
    snapshot = case.snapshot.apply([Put(StoredPolicy(namespace, name, parse_policy(fixed), b""))])
    assert code not in told(snapshot, profile_of(case), key)


def test_cases_name_every_code_once_with_and_once_without_it() -> None:
    every = {code.removeprefix("advice.") for code in codes.SENTENCES if code.startswith("advice.")}
    given = {line.split()[1] for case in CASES for line in case.value.get("gives", {})}
    not_given = {line.split()[1] for case in CASES for line in case.value.get("does not give", ())}
    assert every - given == set()
    assert every - not_given == set()
