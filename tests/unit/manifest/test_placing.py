"""A value put in the place of one object leaves the others of the text as they are, whatever they share with it."""

import pytest

from desktop.manifest.items import objects
from desktop.manifest.placing import put
from desktop.manifest.reader import read
from desktop.policy.origins import Origins

SHARED = """\
# the shop
kind: List
apiVersion: v1
items:
- kind: A  # first
  labels: &l  # whose
    app: db  # the store
- kind: B  # second
  labels: *l  # as the first
- kind: C  # third
  labels:
    <<: *l  # also
    zone: eu
"""


def values(text: str) -> list[object]:
    reading = read(text)
    assert not reading.findings
    return [document.value for document in objects(reading)]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_items_of_a_list_keep_what_they_share_with_the_one_that_changes(number: int) -> None:
    reading = read(SHARED)
    document = list(objects(reading))[number]
    assert isinstance(document.value, dict)
    changed = put(reading.text, document, {**document.value, "labels": {"app": "web"}})
    expected = values(SHARED)
    expected[number] = {**document.value, "labels": {"app": "web"}}
    assert values(changed) == expected
    for comment in ("# the shop", "# first", "# whose", "# the store", "# second", "# as the first", "# third"):
        assert comment in changed


TYPED = """\
apiVersion: v1
kind: PodList
items:
- metadata:  # first
    name: a  # its name
- metadata: {name: b}  # second
- apiVersion: v1
  kind: Pod  # of its own
  metadata: {name: c}  # third
"""


@pytest.mark.parametrize(("number", "name"), [(0, "a"), (1, "b"), (2, "c")])
def test_an_item_of_a_typed_list_goes_on_leaving_its_kind_to_the_list(number: int, name: str) -> None:
    reading = read(TYPED)
    document = list(objects(reading))[number]
    assert isinstance(document.value, dict)
    changed = put(reading.text, document, {**document.value, "metadata": {"name": "new"}})
    assert changed == TYPED.replace(f"name: {name}", "name: new")


def test_a_typed_list_in_a_list_is_edited_where_it_stands() -> None:
    inner = "".join(f"  {line}\n" for line in TYPED.splitlines()).replace("  ", "- ", 1)
    text = f"# all\napiVersion: v1\nkind: List\nitems:\n{inner}"
    reading = read(text)
    document = list(objects(reading))[1]
    assert isinstance(document.value, dict)
    changed = put(reading.text, document, {**document.value, "metadata": {"name": "new"}})
    assert changed == text.replace("name: b", "name: new")


def test_of_several_documents_the_others_stay_byte_for_byte() -> None:
    text = "a: &x {k: 1}\nb: *x  # one\n---\na: &x {k: 1}\nb: *x  # two\n"
    document = read(text).documents[1]
    changed = put(text, document, {"a": {"k": 2}, "b": {"k": 1}})
    assert changed == "a: &x {k: 1}\nb: *x  # one\n---\na: &x {k: 2}\nb:  # two\n  k: 1\n"


TWINS = """\
kind: List
apiVersion: v1
items:
- kind: A  # first
  rules:
  - &x {k: 1}  # one
  - {k: 1}  # two
- kind: A  # second
  rules:
  - *x  # three
"""


def test_it_is_known_which_of_the_equal_parts_of_an_item_went_and_that_equal_items_stay() -> None:
    reading = read(TWINS)
    document = next(iter(objects(reading)))
    one = {"kind": "A", "rules": [{"k": 1}]}
    without_two = put(reading.text, document, one, Origins({("rules",): (0,)}))
    assert without_two == TWINS.replace("  - {k: 1}  # two\n", "")
    without_one = put(reading.text, document, one, Origins({("rules",): (1,)}))
    assert without_one == TWINS.replace("  - &x {k: 1}  # one\n", "").replace("- *x  # three", "-  # three\n    k: 1")
