"""Any JSON survives being written and read, any text is read or refused, and a difference adds up."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from desktop.manifest import checking, lines, presentation, slices
from desktop.manifest.items import objects
from desktop.manifest.reader import read, read_bytes
from desktop.manifest.scalars import json_number
from desktop.manifest.writer import render
from desktop.policy.profile import DEFAULT

TRICKY = st.sampled_from(
    ["no", "1e3", "017", "12:30", "", " x", "x ", "0x1f", "a: b", "a #b", "- a", "<<", "~", "a\nb", "\n", "---", "null"]
)
STRINGS = (
    TRICKY | st.text(max_size=20) | st.text(st.sampled_from("ab:#- '\"\n\t\\\x85\xa0\u2028😀{[&*!|>%@"), max_size=12)
)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False).map(json_number)
SCALARS = st.none() | st.booleans() | NUMBERS | STRINGS
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STRINGS, inner, max_size=4), max_leaves=15
)

LABELS = st.dictionaries(STRINGS, STRINGS, max_size=3)
UNKNOWN = st.dictionaries(st.sampled_from(["futureField", "no", "spec", "x-y", "from"]), JSON, max_size=2)
SELECTOR = st.fixed_dictionaries({}, optional={"matchLabels": LABELS, "matchExpressions": st.lists(JSON, max_size=2)})


def with_unknown(known: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Add fields that no version of the API knows yet."""
    return st.builds(lambda unknown, value: {**unknown, **value}, UNKNOWN, known)


PEER = with_unknown(st.fixed_dictionaries({}, optional={"podSelector": SELECTOR, "namespaceSelector": SELECTOR}))
PORT = with_unknown(st.fixed_dictionaries({}, optional={"protocol": STRINGS, "port": SCALARS, "endPort": SCALARS}))
RULE = with_unknown(
    st.fixed_dictionaries({}, optional={"from": st.lists(PEER, max_size=2), "ports": st.lists(PORT, max_size=2)})
)
POLICY = with_unknown(
    st.fixed_dictionaries(
        {
            "apiVersion": st.just("networking.k8s.io/v1"),
            "kind": st.just("NetworkPolicy"),
            "metadata": with_unknown(
                st.fixed_dictionaries({"name": STRINGS}, optional={"labels": LABELS, "annotations": LABELS})
            ),
            "spec": with_unknown(
                st.fixed_dictionaries(
                    {"podSelector": SELECTOR},
                    optional={"ingress": st.lists(RULE, max_size=2), "egress": st.lists(RULE, max_size=2)},
                )
            ),
        }
    )
)


@given(JSON)
def test_what_is_written_reads_back_the_same(value: Any) -> None:
    (document,) = read(render({"v": value})).documents
    assert not document.findings
    assert document.value == {"v": value}


@given(POLICY)
def test_a_policy_that_is_shown_and_not_edited_is_not_changed(policy: dict[str, Any]) -> None:
    stored = {**policy, "metadata": {**policy["metadata"], "annotations": {presentation.LAST_APPLIED: "{}"}}}
    shown = presentation.present(stored)
    (document,) = read(render(shown)).documents
    assert isinstance(document.value, dict)
    assert not document.findings
    assert presentation.restore(document.value, stored) == {k: v for k, v in stored.items() if k != "status"}


TOKENS = ["\ufeff", "\x00", "\x85", "😀", "---\n", "...\n", "<<: ", "- ", ": ", "\n  ", "&a ", "*a"]
ALPHABET = st.sampled_from([*"ab01:-?[]{},&*!|>'\"%@`#~<=\\ \n\t\r", *TOKENS])
NOISE = st.lists(ALPHABET, max_size=60).map("".join)


def never_raises(text: str) -> None:
    reading = read(text)
    length = len(reading.text.splitlines()) + 2
    for finding in reading.findings:
        assert finding.place
        assert 1 <= finding.place.line <= finding.place.end_line <= length
    for document in reading.documents:
        assert document.value is not None or document.findings
        document.place(("metadata", "name"))
        document.place_of_key(("spec", "ingress", 0))


@given(NOISE)
def test_any_noise_is_read_or_refused(text: str) -> None:
    never_raises(text)


@given(st.text(max_size=100))
def test_any_text_is_read_or_refused(text: str) -> None:
    never_raises(text)


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_bytes(data)


@given(POLICY, st.data())
def test_a_policy_with_a_mistake_is_read_or_refused(policy: dict[str, Any], data: st.DataObject) -> None:
    text = render(policy)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 10)))
    never_raises(text[:start] + data.draw(NOISE) + text[end:])


@given(NOISE)
def test_any_noise_is_checked_and_a_document_put_in_its_own_place_changes_nothing(text: str) -> None:
    checking.check(text, profile=DEFAULT)
    reading = read(text)
    for document in reading.documents:
        assert slices.replace(reading.text, document, document.text) == reading.text


@given(st.lists(POLICY, min_size=1, max_size=3), POLICY, st.booleans(), st.data())
def test_in_a_file_of_several_policies_one_changes_and_the_others_do_not(
    policies: list[dict[str, Any]],
    policy: dict[str, Any],
    as_list: bool,
    data: st.DataObject,
) -> None:
    text = render({"kind": "List", "items": policies}) if as_list else "---\n".join(map(render, policies))
    documents = list(objects(read(text)))
    at = data.draw(st.integers(0, len(policies) - 1))
    changed = slices.replace(text, documents[at], render(policy))
    assert [document.value for document in objects(read(changed))] == [*policies[:at], policy, *policies[at + 1 :]]
    left = slices.remove(text, documents[at])
    assert [document.value for document in objects(read(left))] == policies[:at] + policies[at + 1 :]
    more = slices.append(text, render(policy))
    assert [document.value for document in objects(read(more))] == [*policies, policy]


TEXTS = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=12).map(lambda found: "".join(f"{x}\n" for x in found))


@given(TEXTS, TEXTS)
def test_a_difference_holds_both_texts_and_the_longest_part_in_common(before: str, after: str) -> None:
    found = lines.diff(before, after)
    old, new = before.split("\n")[:-1], after.split("\n")[:-1]
    assert [line.text for line in found if line.before] == old
    assert [line.text for line in found if line.after] == new
    assert [line.before for line in found if line.before] == list(range(1, len(old) + 1))
    assert [line.after for line in found if line.after] == list(range(1, len(new) + 1))
    assert sum(line.change is lines.Change.SAME for line in found) == _longest_common(old, new)


def _longest_common(old: list[str], new: list[str]) -> int:
    best = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, one in enumerate(old):
        for j, other in enumerate(new):
            best[i + 1][j + 1] = best[i][j] + 1 if one == other else max(best[i][j + 1], best[i + 1][j])
    return best[-1][-1]
