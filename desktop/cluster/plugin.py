"""Sign-in programs (``users[].user.exec``): what a kubeconfig asks to be run, and what exactly that would be.

Here nothing is run. A kubeconfig may come from anywhere, and what it names runs with all rights of the user; so the
user is asked first, and is shown what this module found out.
"""

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from desktop.cluster import login_shell, named_files, places
from desktop.cluster.stanzas import ClusterStanza, ExecStanza
from desktop.errors import ConfigError

_GROUP = "client.authentication.k8s.io"
_MODES = ("Never", "IfAvailable", "Always")
_BATCH = (".bat", ".cmd")
_UNQUOTABLE = frozenset('&|<>^%!"\r\n')
_WINDOWS = os.name == "nt"


@dataclass(frozen=True, slots=True)
class Plugin:
    """A sign-in program as it would be run; its arguments and variables may hold secrets, and are not in ``repr``.

    ``path`` is absolute; ``variables`` are those the kubeconfig adds, ``search_path`` the PATH it gets; ``file`` is the
    kubeconfig that asks for it; ``version`` the protocol; ``cluster`` what it is told of the cluster (None: nothing).
    """

    command: str
    path: Path
    arguments: tuple[str, ...] = field(repr=False)
    variables: tuple[tuple[str, str], ...] = field(repr=False)
    file: Path
    version: str
    search_path: str = field(repr=False)
    cluster: Mapping[str, object] | None = field(default=None, repr=False, hash=False)


Allows = Callable[[Plugin], bool]
"""Says whether the user let this very program run."""


def none_allowed(_: Plugin) -> bool:
    """Let nothing run."""
    return False


def check(stanza: ExecStanza) -> None:
    """Raise ConfigError where kubectl would refuse the stanza, or where it wants a terminal."""
    if stanza.api_version not in (f"{_GROUP}/v1", f"{_GROUP}/v1beta1"):
        raise ConfigError("plugin.version-unknown", version=stanza.api_version or "")
    if not stanza.command:
        raise ConfigError("plugin.no-command")
    if any(not variable.name for variable in stanza.env or ()):
        raise ConfigError("plugin.nameless-variable")
    mode = stanza.interactive_mode or ("" if stanza.api_version == f"{_GROUP}/v1" else "IfAvailable")
    if not mode:
        raise ConfigError("plugin.no-interactive-mode")
    if mode not in _MODES:
        raise ConfigError("plugin.interactive-mode-unknown", mode=mode)
    if mode == "Always":
        raise ConfigError("plugin.needs-terminal", command=stanza.command)


def resolve(stanza: ExecStanza, file: Path, cluster: ClusterStanza, authority: bytes, server: str) -> Plugin:
    """Find the program that a checked stanza in ``file`` names; raises ConfigError or FileError. May block for long.

    As kubectl does: a name with a slash starts from the kubeconfig's folder, any other is searched on PATH.
    """
    search_path = login_shell.search_path()
    command = stanza.command or ""
    path = find(command, file.parent, search_path)
    if path is None:
        _missing(stanza)
    arguments = tuple(argument or "" for argument in stanza.args or ())
    if path.suffix.lower() in _BATCH and any(_UNQUOTABLE & set(text) for text in (str(path), *arguments)):
        # Windows runs these through its shell, whatever way they are started, and no quoting is safe there.
        raise ConfigError("plugin.arguments-unsafe", command=str(path))
    variables = tuple((variable.name or "", variable.value or "") for variable in stanza.env or ())
    if any("\0" in text for pair in variables for text in pair) or any("\0" in text for text in arguments):
        raise ConfigError("plugin.arguments-unsafe", command=str(path))
    info = _cluster_info(cluster, authority, server) if stanza.provide_cluster_info else None
    return Plugin(command, path, arguments, variables, file, stanza.api_version or "", search_path, info)


def _missing(stanza: ExecStanza) -> NoReturn:
    raise ConfigError("plugin.not-found", command=stanza.command or "", advice=(stanza.install_hint or "").strip())


def find(command: str, folder: Path, search_path: str) -> Path | None:
    """Return the program that a name in a file in ``folder`` means; None where there is none. Raises FileError."""
    if os.path.dirname(command):  # noqa: PTH120  "./x" has a folder, which a Path would forget
        return _program(Path(os.path.normpath(named_files.resolve(folder, command))))
    folders = map(Path, places.listed(search_path))
    # A relative place would let whoever wrote to the current folder put a program of that name there.
    return next((found for each in folders if each.is_absolute() and (found := _program(each / command))), None)


def _program(path: Path) -> Path | None:
    """Return the program of that name; on Windows with an ending that programs have, as Go's ``exec.LookPath`` does."""
    for ending in _endings(path) if _WINDOWS else [""]:
        try:
            candidate = path.with_name(path.name + ending)
            if candidate.is_file() and os.access(candidate, os.X_OK):
                return candidate
        except (OSError, ValueError):  # no name at all, one that is too long, or with a zero byte
            return None
    return None


def _endings(path: Path) -> list[str]:
    """Return what may have to follow a name on Windows: nothing only where it has an ending of its own."""
    known = os.environ.get("PATHEXT") or ".com;.exe;.bat;.cmd"
    endings = [ending if ending.startswith(".") else f".{ending}" for ending in known.lower().split(";") if ending]
    return ["", *endings] if path.suffix else endings


def _cluster_info(cluster: ClusterStanza, authority: bytes, server: str) -> Mapping[str, object]:
    """Return ``spec.cluster`` of an ExecCredential: the authority as bytes, not as a path of ours."""
    extensions = (each.extension for each in cluster.extensions or () if each.name == f"{_GROUP}/exec")
    info = {
        "server": server,
        "tls-server-name": cluster.tls_server_name,
        "insecure-skip-tls-verify": cluster.insecure_skip_tls_verify,
        "certificate-authority-data": base64.b64encode(authority).decode(),
        "proxy-url": cluster.proxy_url,
        "disable-compression": cluster.disable_compression,
    }
    return {name: value for name, value in info.items() if value} | {"config": next(extensions, None)}
