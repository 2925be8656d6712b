"""An edit of what is written once and stands for several: only what must be written out is, and comments stay."""

import copy
import re
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from desktop.manifest.reader import read
from desktop.manifest.rewriting import rewrite
from desktop.policy.origins import Origins

SHARED = """\
# the shop
spec:
  podSelector: &db  # whom
    matchLabels: {app: db}
  ingress:
  - from:
    - podSelector: *db  # and from its like
    - podSelector: &web {matchLabels: {app: web}}
  - from: [{podSelector: *web}]  # once more
"""

MERGED = """\
# head
x-base: &base  # for all
  # the tier
  tier: back  # not front
  team: pay
x-more: &more {zone: eu}  # where
spec:
  podSelector:
    matchLabels:  # whom
      <<: *base  # as all
      app: db  # the store
  ingress:  # who
  - from:
    - podSelector:
        matchLabels: {<<: [*base, *more], app: web}  # the shop
  - from:
    - podSelector:
        matchLabels:
          <<: *more  # anywhere
          zone: us  # but there
# the end
"""


def value_of(text: str) -> Any:
    (document,) = read(text).documents
    assert not document.findings
    return copy.deepcopy(document.value)


def edited(change: Callable[[Any], object], text: str) -> str:
    value = value_of(text)
    change(value)
    result = rewrite(text, value)
    assert value_of(result) == value
    return result


def labels(value: Any) -> Any:
    return value["spec"]["podSelector"]["matchLabels"]


def peer_labels(value: Any, rule: int) -> Any:
    return value["spec"]["ingress"][rule]["from"][0]["podSelector"]["matchLabels"]


def test_an_alias_of_what_changes_is_written_out_in_its_place() -> None:
    changed = edited(lambda v: v["a"].update(k=2), "# head\na: &x {k: 1}\nb: *x  # as a\nc: 1\n")
    assert changed == "# head\na: &x {k: 2}\nb:  # as a\n  k: 1\nc: 1\n"


def test_an_alias_that_changes_itself_leaves_what_it_named() -> None:
    changed = edited(lambda v: v["b"].update(k=2), "a: &x  # first\n  k: 1\nb: *x  # as a\nc: *x  # too\n")
    assert changed == "a: &x  # first\n  k: 1\nb:  # as a\n  k: 2\nc: *x  # too\n"


def test_where_one_of_several_places_that_share_a_value_changes_only_that_is_written_out() -> None:
    changed = edited(lambda v: peer_labels(v, 0).update(app="job"), SHARED)
    own = "    - podSelector:  # and from its like\n        matchLabels:\n          app: job\n"
    assert changed == SHARED.replace("    - podSelector: *db  # and from its like\n", own)


def test_where_the_place_that_others_share_changes_they_stay_as_they_were() -> None:
    changed = edited(lambda v: labels(v).update(app="cache"), SHARED)
    own = "    - podSelector:  # and from its like\n        matchLabels:\n          app: db\n"
    shared = SHARED.replace("app: db}", "app: cache}")
    assert changed == shared.replace("    - podSelector: *db  # and from its like\n", own)


def test_what_went_with_its_anchor_is_written_out_where_it_is_still_meant() -> None:
    changed = edited(lambda v: v["spec"]["ingress"][0]["from"].pop(1), SHARED)
    assert changed.endswith("  - from: [{podSelector: {matchLabels: {app: web}}}]  # once more\n")
    assert "# and from its like" in changed


def test_a_name_that_two_anchors_have_means_the_one_above() -> None:
    text = "a: &x {k: 1}  # one\nb: *x\nc: &x {k: 2}  # two\nd: *x\n"
    assert edited(lambda v: v["c"].update(k=3), text) == text.replace("k: 2", "k: 3").replace("d: *x", "d:\n  k: 2")


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (lambda v: labels(v).update(app="cache"), "app: db  #", "app: cache  #"),
        (lambda v: labels(v).update(role="x"), "# the store\n", "# the store\n      role: x\n"),
        (lambda v: labels(v).update(tier="front"), "# as all\n", "# as all\n      tier: front\n"),
        (lambda v: labels(v).pop("team"), "<<: *base  # as all\n", "tier: back  # as all\n"),
        (lambda v: peer_labels(v, 0).update(app="job"), "app: web}", "app: job}"),
        (lambda v: peer_labels(v, 0).update(zone="us"), "*more]", "*more], zone: us"),
        (
            lambda v: peer_labels(v, 0).pop("zone"),
            "{<<: [*base, *more], app: web}  # the shop",
            "{tier: back, team: pay, app: web}  # the shop",
        ),
        (lambda v: peer_labels(v, 1).update(zone="ap"), "zone: us  #", "zone: ap  #"),
        (lambda v: v["x-more"].update(zone="ap"), None, None),
        (lambda v: v["x-base"].update(tier="front"), None, None),
        (lambda v: v["x-base"].pop("tier"), None, None),
        (lambda v: peer_labels(v, 1).pop("zone"), None, None),
    ],
)
def test_only_the_mapping_that_must_change_is_written_out(
    change: Callable[[Any], object], before: str | None, after: str | None
) -> None:
    changed = edited(change, MERGED)
    if before is not None and after is not None:
        assert changed == MERGED.replace(before, after)
    for comment in ("# head", "# for all", "# whom", "# as all", "# the store", "# who", "# the shop", "# the end"):
        assert comment in changed


def test_what_is_merged_from_elsewhere_stays_when_that_changes() -> None:
    changed = edited(lambda v: v["x-base"].update(tier="front"), MERGED)
    own = MERGED.replace("tier: back  # not", "tier: front  # not")
    own = own.replace("<<: *base  # as all", "team: pay\n      tier: back  # as all")
    merged = "{tier: back, team: pay, zone: eu, app: web}"
    assert changed == own.replace("{<<: [*base, *more], app: web}", merged)


def test_merged_keys_on_the_line_of_a_dash_are_written_out_there() -> None:
    text = "x: &x {a: 1, b: 2}\nl:\n- <<: *x  # first\n  c: 3  # second\n- 4\n"
    assert edited(lambda v: v["l"][0].pop("a"), text) == text.replace("<<: *x", "b: 2")


def test_keys_merged_twice_are_told_by_the_last() -> None:
    text = "x: &x {a: 1}\ny: &y {a: 2, b: 3}\nz:\n  <<: *x  # one\n  c: 4\n  <<: *y  # two\n"
    assert read(text).findings  # kubectl refuses a key that stands twice, and so do we

    text = "x: &x {a: 1}\ny: &y {a: 2, b: 3}\nz:\n  <<: [*x, *y]  # both\n  c: 4\n"
    assert edited(lambda v: v["z"].pop("b"), text) == text.replace("<<: [*x, *y]  # both", "a: 1  # both")


def test_a_key_that_merged_keys_are_laid_over_can_change_too() -> None:
    text = "# head\nx: &x {q: 1}\nz:\n  q: 6\n  <<: *x\n# end\n"
    assert "# head" in edited(lambda v: v["z"].update(q=2), text)


def test_of_merged_keys_that_all_go_the_comment_stays() -> None:
    text = "x: &x {a: 1}\nz:\n  <<: *x  # as x\n  c: 4\nw:\n  <<: *x\n  c: 5\n"
    changed = edited(lambda v: (v["z"].pop("a"), v["w"].pop("a")), text)
    assert changed == "x: &x {a: 1}\nz:\n  <<: {}  # as x\n  c: 4\nw:\n  c: 5\n"


RULES = """\
rules:
# above one
- a: &x  # one
    k: 1  # in one
# above two
- b: *x  # two
  c: 2  # of two
# above three
- d: {<<: *x, e: 3}  # three
# above four
- *x  # four
"""


@pytest.mark.parametrize("order", [*permutations(range(4)), *permutations(range(4), 3), (3,), (2, 1)])
def test_an_item_that_moves_before_what_it_names_says_it_itself_and_keeps_its_comments(order: tuple[int, ...]) -> None:
    value = value_of(RULES)
    value["rules"] = [value["rules"][number] for number in order]
    changed = rewrite(RULES, value, Origins({("rules",): order}))
    assert value_of(changed) == value
    comments = (["# one", "# in one"], ["# two", "# of two"], ["# three"], ["# four"])
    expected = [each for at in order for each in (f"# above {comments[at][0][2:]}", *comments[at])]
    assert re.findall("#.*", changed) == expected
    first = order.index(0) if 0 in order else len(order)
    for at in set(order[first:]) - {0}:  # what stands behind what it names goes on naming it
        assert RULES[RULES.index(f"# above {comments[at][0][2:]}") :].split("# above")[1] in changed


def test_of_two_things_of_one_name_each_alias_goes_on_meaning_its_own() -> None:
    text = "rules:\n- &x {k: 1}  # one\n- [*x]  # two\n- &x {k: 2}  # three\n- [*x]  # four\n"
    value = value_of(text)
    value["rules"] = [value["rules"][at] for at in (2, 0, 1, 3)]
    changed = rewrite(text, value, Origins({("rules",): (2, 0, 1, 3)}))
    assert value_of(changed) == value
    assert re.findall("#.*", changed) == ["# three", "# one", "# two", "# four"]


def test_an_item_among_brackets_that_moves_before_what_it_names_says_it_itself() -> None:
    text = "rules: [&x {k: 1}, [*x], *x]  # all\n"
    value = value_of(text)
    value["rules"] = [value["rules"][at] for at in (1, 0, 2)]
    changed = rewrite(text, value, Origins({("rules",): (1, 0, 2)}))
    assert changed == "rules: [[{k: 1}], &x {k: 1}, *x]  # all\n"
