"""Whatever a text and a value: the edited text reads as the value, and an edit that changes nothing edits nothing."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from desktop.manifest.matching import same
from desktop.manifest.reader import read
from desktop.manifest.rewriting import rewrite

_keys = st.sampled_from(("a", "b", "c", "d"))
_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 5),
    st.sampled_from(("x", "no", "1", "a b", "l1\nl2\n", "", "# c", "- q")),
)
_values = st.recursive(
    _leaves, lambda part: st.lists(part, max_size=4) | st.dictionaries(_keys, part, max_size=4), max_leaves=20
)
_roots = st.dictionaries(_keys, _values, min_size=1, max_size=4)


@st.composite
def _texts(draw: st.DrawFn) -> str:
    """A document in block, mixed or flow style, with comments at the ends of some lines where they are comments."""
    style = draw(st.sampled_from((None, False, True)))
    text = yaml.safe_dump(draw(_roots), sort_keys=False, default_flow_style=style)
    if style is True or any(sign in text for sign in "|'\""):
        return text
    lines = text.splitlines()
    commented = draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))
    return "".join(f"{line}  # note\n" if note else f"{line}\n" for line, note in zip(lines, commented, strict=True))


@given(_texts(), _roots, st.booleans())
def test_an_edited_text_reads_as_the_value(text: str, value: dict[str, object], keep: bool) -> None:
    (document,) = read(text).documents
    old = document.value
    assert isinstance(old, dict)
    wanted = {**old, **value} if keep else value
    (edited,) = read(rewrite(text, wanted)).documents
    assert not edited.findings
    assert same(edited.value, wanted)
    assert rewrite(text, old) == text
