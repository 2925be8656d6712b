"""Whatever stands in kubeconfig files, loading them ends, tells what is wrong, and keeps what is good."""

import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from desktop.cluster.connection import connection
from desktop.cluster.kubeconfig import load
from desktop.errors import ConfigError, FileError

_FIELDS = [
    "server",
    "tls-server-name",
    "insecure-skip-tls-verify",
    "certificate-authority",
    "certificate-authority-data",
    "proxy-url",
    "token",
    "tokenFile",
    "username",
    "password",
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
    "exec",
    "auth-provider",
    "as",
    "as-groups",
    "as-user-extra",
    "cluster",
    "user",
    "namespace",
    "extensions",
    "unknown",
]
_VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=6)
    | st.sampled_from(["https://a", "http://b:1", "QUJD", "x", "", "https://[", "//h/s", "/dev/null", "a\0b"])
    | st.lists(st.text(max_size=3), max_size=2)
    | st.dictionaries(st.sampled_from(["name", "command"]), st.text(max_size=3))
)
_STANZA = st.dictionaries(st.sampled_from(_FIELDS), _VALUES, max_size=5) | _VALUES
_NAME = st.sampled_from(["a", "b", ""]) | _VALUES


def _entries(inner: str) -> st.SearchStrategy[object]:
    entry = st.fixed_dictionaries({}, optional={"name": _NAME, inner: _STANZA})
    return st.lists(entry | _VALUES, max_size=4) | _VALUES


_CONFIG = st.fixed_dictionaries(
    {},
    optional={
        "apiVersion": st.just("v1") | _VALUES,
        "current-context": _NAME,
        "clusters": _entries("cluster"),
        "users": _entries("user"),
        "contexts": _entries("context"),
    },
)
_TEXT = st.builds(json.dumps, _CONFIG | _VALUES) | st.text(max_size=60)
GOOD = """
clusters: [{name: the-good, cluster: {server: "https://good"}}]
users: [{name: the-good, user: {token: t}}]
contexts: [{name: the-good, context: {cluster: the-good, user: the-good}}]
"""


@given(st.lists(_TEXT, max_size=3))
def test_any_files_are_loaded_and_each_context_can_be_used_or_says_why(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [folder / str(number) for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8", errors="replace")
        (folder / "good").write_text(GOOD)
        config = load([*paths, folder / "good"], [])
        assert all(isinstance(error, ConfigError | FileError) for error in config.file_errors)
        for context in config.contexts:
            try:
                made = connection(config, context)
            except (ConfigError, FileError) as error:
                assert context.error is None or error.code == context.error.code  # noqa: PT017
            else:
                assert made.server.startswith("http")
                assert made.authorization() is not None
        assert connection(config, config.find("the-good")).authorization() == "Bearer t"
