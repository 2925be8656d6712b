"""Errors in words: what happened and to what, and what can be done about it."""

from desktop.errors import BulkheadError, ConfigError, SignInFailed, TransportError
from desktop.language import tr
from desktop.wording import codes
from desktop.wording.plain import plain, short

_LINES = 12
"""The most lines of what a program says that are shown."""


def sentence(error: BulkheadError) -> str:
    """Return what happened, to what, as plain text."""
    said = codes.sentence(error.code, error.facts)
    where = _stanza(error) if isinstance(error, ConfigError) else _proxy(error)
    return tr("{sentence} ({where})", sentence=said, where=where) if where else said


def hint(error: BulkheadError) -> str:
    """Return what can be done about it, or nothing where nothing can be said."""
    return codes.hint(error.code, error.facts)


def said(error: BulkheadError) -> str:
    """Return what a sign-in program told people about its failure, line by line. To be shown only, not kept."""
    if not isinstance(error, SignInFailed) or not error.said:
        return ""
    return "\n".join(short(line) for line in error.said.splitlines()[-_LINES:])


def _proxy(error: BulkheadError) -> str:
    """Which proxy is on the way to a server that cannot be reached."""
    proxy = error.facts.get("proxy") if isinstance(error, TransportError) else None
    return tr("through the proxy {proxy}", proxy=plain(str(proxy))) if proxy else ""


def _stanza(error: ConfigError) -> str:
    """Where in the kubeconfigs the trouble stands, as far as it is known and not in the sentence already."""
    context, file = plain(str(error.facts.get("context", ""))), plain(str(error.facts.get("file", "")))
    if context and file:
        return tr("context {context} in {file}", context=context, file=file)
    return file if error.code not in {"kubeconfig.not-yaml", "kubeconfig.not-a-kubeconfig"} else ""
