"""An edit by value touches the lines it must and no others: comments, order and style of the rest stay."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from desktop.manifest.reader import read
from desktop.manifest.rewriting import rewrite
from desktop.policy.origins import Origins

TEXT = """\
# who may read the cache
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: cache   # the name
spec:
  podSelector: {}   # every pod
  ingress:                      # Ingress rule
  # the shop
  - from:
    - podSelector:              # Only frontend
        matchLabels:
          role: "frontend"
    # cache port
    ports:                        # Only TCP
    - {protocol: TCP, port: 6379}  # redis
  # everybody else
  - {}
# the end
"""


def value_of(text: str) -> Any:
    (document,) = read(text).documents
    assert not document.findings
    return document.value


def edited(change: Callable[[Any], object], text: str = TEXT) -> str:
    value = copy.deepcopy(value_of(text))
    change(value)
    result = rewrite(text, value)
    assert value_of(result) == value
    return result


def without(*lines: str) -> str:
    return "".join(line for line in TEXT.splitlines(keepends=True) if line.strip() not in lines)


def test_the_same_value_gives_the_very_same_text() -> None:
    assert rewrite(TEXT, value_of(TEXT)) == TEXT


def test_a_scalar_is_changed_in_its_place() -> None:
    assert edited(lambda v: v["metadata"].update(name="store")) == TEXT.replace("name: cache ", "name: store ")


def test_a_string_that_reads_as_something_else_is_quoted() -> None:
    assert 'name: "on"   # the name' in edited(lambda v: v["metadata"].update(name="on"))


def test_an_empty_map_grows_below_its_comment() -> None:
    changed = edited(lambda v: v["spec"].update(podSelector={"matchLabels": {"role": "db"}}))
    block = "  podSelector:   # every pod\n    matchLabels:\n      role: db\n"
    assert changed == TEXT.replace("  podSelector: {}   # every pod\n", block)


def test_a_removed_rule_takes_its_own_comment_with_it_and_leaves_the_others() -> None:
    changed = edited(lambda v: v["spec"]["ingress"].pop(1))
    assert changed == without("# everybody else", "- {}")


def test_a_removed_key_on_the_line_of_a_dash_leaves_the_dash() -> None:
    changed = edited(lambda v: v["spec"]["ingress"][0].pop("from"))
    assert "  # the shop\n  -\n    # cache port\n    ports:                        # Only TCP\n" in changed


def test_a_part_inside_a_flow_map_is_changed_in_its_place() -> None:
    changed = edited(lambda v: v["spec"]["ingress"][0]["ports"][0].update(port=6380))
    assert changed == TEXT.replace("6379", "6380")


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        ("{a: x}", "w", "{a: w}"),
        ("{a: x}", "no", '{a: "no"}'),
        ("{a: x}", "y,z", '{a: "y,z"}'),
        ('{"a": "x"}', "y", '{"a": "y"}'),
        ("{a: 'x'}", "y", '{a: "y"}'),
        ("{a: 1}", 2, "{a: 2}"),
    ],
)
def test_a_scalar_among_brackets_keeps_its_style_where_that_says_the_same(before: str, new: object, after: str) -> None:
    assert edited(lambda v: v.update(a=new), before) == after


MOVED = """\
ingress:   # who
# the shop
- from:    # here
  # frontend
  - podSelector: {}  # every one
# the jobs
- ports: [{port: 80}]  # http
# everybody else
- {}
# the end
"""


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (2, 0, 1), (2, 1, 0), (1, 2, 0)])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_item_that_moves_takes_its_comments_along(order: tuple[int, ...], newline: str) -> None:
    cuts = [MOVED.index(comment) for comment in ("# the shop", "# the jobs", "# everybody", "# the end")]
    head, *items, last = (MOVED[a:b] for a, b in zip([0, *cuts], [*cuts, len(MOVED)], strict=True))
    changed = edited(lambda v: v.update(ingress=[v["ingress"][at] for at in order]), MOVED.replace("\n", newline))
    assert changed == (head + "".join(items[at] for at in order) + last).replace("\n", newline)


def test_items_may_move_and_change_at_once() -> None:
    def change(value: Any) -> None:
        first, second, third = value["ingress"]
        value["ingress"] = [third, {"ports": [{"port": 53}]}, first, {**second, "ports": [{"port": 81}]}]

    changed = edited(change, MOVED)
    for comment in ("# the shop", "# here", "# frontend", "# every one", "# everybody else", "# the end"):
        assert comment in changed


def test_an_added_item_stands_in_the_column_of_the_others_in_the_usual_order_of_fields() -> None:
    changed = edited(lambda v: v["spec"]["ingress"][0]["ports"].append({"port": 53, "protocol": "UDP"}))
    assert changed == TEXT.replace("# redis\n", "# redis\n    - protocol: UDP\n      port: 53\n")


def test_an_item_added_at_the_front_stands_above_the_comment_of_the_next() -> None:
    changed = edited(lambda v: v["spec"]["ingress"].insert(0, {"ports": [{"port": 53}]}))
    assert changed == TEXT.replace("  # the shop\n", "  - ports:\n    - port: 53\n  # the shop\n")


def test_an_added_field_follows_the_one_before_it() -> None:
    changed = edited(lambda v: v["metadata"].update(namespace="shop"))
    assert changed == TEXT.replace("  # the name\n", "  # the name\n  namespace: shop\n")


def test_an_emptied_list_keeps_the_comment_of_its_field() -> None:
    changed = edited(lambda v: v["spec"].update(ingress=[]))
    assert "  ingress: []                      # Ingress rule\n# the end\n" in changed


def test_windows_line_ends_stay() -> None:
    changed = edited(lambda v: v["spec"].update(egress=[{}]), TEXT.replace("\n", "\r\n"))
    assert changed.count("\n") == changed.count("\r\n")


def test_a_text_without_a_last_line_end_is_edited_too() -> None:
    assert edited(lambda v: v.pop("b"), "a: 1\nb: 2") == "a: 1"
    assert edited(lambda v: v.update(c=3), "a: 1\nb: 2") == "a: 1\nb: 2\nc: 3"


LABELS = """\
labels:
  # whom
  app: web  # the shop
  tier: back  # all
more: {app: web, tier: back}  # too
"""


def test_a_key_that_gets_another_name_keeps_its_comments() -> None:
    names = {"role": "app"}
    value = value_of(LABELS) | {"labels": {"role": "db", "tier": "back"}, "more": {"role": "web", "tier": "back"}}
    known = Origins(keys={("labels",): names, ("more",): names})
    changed = rewrite(LABELS, value, known)
    assert changed == LABELS.replace("  app: web", "  role: db").replace("{app", "{role")
    assert "# the shop" not in rewrite(LABELS, value)


def test_a_name_is_not_taken_from_a_key_that_stays_or_is_merged() -> None:
    value = value_of(LABELS) | {"labels": {"app": "web", "tier": "back", "role": "web"}}
    known = Origins(keys={("labels",): {"role": "app", "tier": "app"}})
    assert rewrite(LABELS, value, known) == LABELS.replace("  # all\n", "  # all\n  role: web\n")

    text = "base: &base {app: web}\nlabels:\n  <<: *base  # as all\n"
    value = {"base": {"app": "web"}, "labels": {"role": "web"}}
    changed = rewrite(text, value, Origins(keys={("labels",): {"role": "app"}}))
    assert value_of(changed) == value


def test_a_key_among_braces_goes_with_its_comment_and_leaves_the_others_theirs() -> None:
    text = "a: {  # the ports\n  protocol: TCP,  # how\n  # where\n  port: 80,  # there\n}\n"
    assert edited(lambda v: v["a"].pop("protocol"), text) == text.replace("\n  protocol: TCP,  # how", "")
    assert edited(lambda v: v["a"].pop("port"), text) == text.replace("\n  # where\n  port: 80,  # there", "")
    assert edited(lambda v: v["a"].update(endPort=90), text) == text.replace("# there", "# there\n  endPort: 90,")


def test_comments_between_removed_keys_stay() -> None:
    text = "- a: 1\n\n  # about all below\n\n  # about b\n  b: 2\n  c: 3  # kept\n"
    assert edited(lambda v: (v[0].pop("a"), v[0].pop("b")), text) == "-\n\n  # about all below\n\n  c: 3  # kept\n"
    assert edited(lambda v: v[0].pop("a"), "- a: 1\n  # in a\n  b: 2\n") == "-\n  # in a\n  b: 2\n"


def test_a_block_of_text_keeps_the_blank_lines_at_its_end() -> None:
    text = "a: |+  # kept\n  one\n\nb: 2  # two\n"
    assert edited(lambda v: v.update(c=3), text) == text + "c: 3\n"
    value = {"a": "one\n\n", "x": 1, "b": 2}
    assert rewrite(text, value) == text.replace("b: 2", "x: 1\nb: 2")


def test_tabs_stay_where_only_some_readers_take_them() -> None:
    text = "# head\na:\t1\t# one\nb: 2\t# two\n"
    assert edited(lambda v: v.update(b=3), text) == text.replace("b: 2", "b: 3")


def test_a_removed_item_takes_its_comment_with_it_at_the_very_top_of_a_text_too() -> None:
    assert edited(lambda v: v.pop(0), "# the first\n- a\n- b\n") == "- b\n"


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "# nothing yet"])
def test_an_empty_text_gets_the_value_below_its_comments(text: str) -> None:
    result = rewrite(text, {"a": 1})
    assert result.startswith(text)
    assert value_of(result) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a:\n", {"a": 1}),
        ("a:   # c\n", {"a": {"b": 1}}),
        ("a:\n- x\n- y\n", {"a": {"b": 1}}),
        ("a: |\n  l1\n  l2\nb: 1\n", {"a": "x", "b": 1}),
        ("- a\n- b # c\n", ["a", {"k": 1}]),
        ("- - a\n  - b\n", [["b"]]),
        ("{a: [1, 2], b: x}\n", {"a": [1], "b": "y"}),
        ("{a: {b: 1}}\n", {"a": {"b": 1, "c": 2}}),
        ("a: {}\n", {"a": {}, "b": []}),
        ("x", {"a": 1}),
        ("? a\n", {"a": 1}),
        ("{a, b}\n", {"a": 2, "b": 3}),
        ("<<: {a: 1}\nb: 2\n", {"a": 2, "b": 3}),
        ("a: [1, {b: 2}]\n", {"a": [1, {"b": 3}]}),
        ("a: [1, 2]\n", {"a": [1, 3]}),
        ("- a: 1\n  b: 2\n", [{"b": 2}]),
        ("- a\n- b\n", ["a", {"k": 1}]),
        ("a: []\n", {"a": [1]}),
        ("a: {k: 1}\n", {"a": {"k": 1, "l": [1, {"m": [2]}]}}),
        ("a:\r- x\r- y\r", {"a": ["y", "z"]}),
        ("- a: 1\n  # c\n  b: 2\n", [{"b": 2}]),
    ],
)
def test_odd_shapes_are_edited_to_the_value(text: str, value: object) -> None:
    assert value_of(rewrite(text, value)) == value
