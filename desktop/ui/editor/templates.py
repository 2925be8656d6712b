"""The texts a new policy may start from; the files lie in ``resources/templates``."""

import re

from desktop.errors import FileError
from desktop.language import tr
from desktop.paths import resource

_NAMESPACE = re.compile(r"^  namespace: default$", re.MULTILINE)


def templates() -> tuple[tuple[str, str], ...]:
    """Return each template's file name and its title, the simplest whole example first."""
    return (
        ("access-demo1.yaml", tr("Only pods with a label may connect (example)")),
        ("deny-inbound.yaml", tr("Deny all inbound")),
        ("deny-all.yaml", tr("Deny all inbound and outbound")),
        ("allow-dns.yaml", tr("Allow DNS outbound")),
        ("allow-same-namespace.yaml", tr("Allow within the namespace")),
        ("allow-from-namespace.yaml", tr("Allow from another namespace")),
    )


def load(name: str, namespace: str) -> str:
    """Return a template's text, written for ``namespace`` (empty: as it stands). Blocks; raises FileError."""
    path = resource("templates") / name
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileError("file.not-read", path=str(path), reason=error.strerror or type(error).__name__) from error
    return _NAMESPACE.sub(f"  namespace: {namespace}", text) if namespace else text
