"""Which sign-in programs the user let run.

Kept in the settings as digests, for arguments and variables may hold secrets. A consent is for one program, with its
arguments and variables, asked for by one file: where any of them is another, the user is asked again.
"""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.errors import ConsentNeeded
from desktop.session.catalog import ClusterEntry
from desktop.session.settings import Settings

if TYPE_CHECKING:
    from desktop.cluster.plugin import Plugin

_CONSENTS = "sign-in-program/"
_SALT = "sign-in-salt"
_ROUNDS = 100_000
_salting = threading.Lock()
"""Held while the salt is made: many clusters may be opened at once, with the first consents."""


def program_of(entry: ClusterEntry) -> "Plugin | None":
    """Find the program that a cluster is signed in to with, None where none is; nothing is run.

    Blocks; raises ConfigError or FileError where the kubeconfig cannot be used, or where there is no such program.
    """
    from desktop.cluster import connection, kubeconfig  # noqa: PLC0415  YAML is not read before the window shows
    from desktop.cluster.plugin import Plugin  # noqa: PLC0415

    loaded = kubeconfig.load(extra=[Path(entry.file)])
    for context in loaded.contexts:
        if (str(context.file), context.name) == (entry.file, entry.context):
            try:
                connection.connection(loaded, context)
            except ConsentNeeded as needed:
                return needed.program if isinstance(needed.program, Plugin) else None
    return None


class Consents:
    """The user's consents. Any thread may call; each call takes some hundredths of a second."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def allows(self, plugin: "Plugin") -> bool:
        """Whether the user let exactly this run."""
        return bool(self._settings.get(self._name(plugin), str, ""))

    def allow(self, plugin: "Plugin") -> None:
        """Remember that the user lets it run from now on."""
        self._settings.set(self._name(plugin), f"{datetime.now(UTC).isoformat(timespec='seconds')} {plugin.path}")

    def since(self, plugin: "Plugin") -> datetime | None:
        """Return since when it may run; None where it may not, or where that was not kept."""
        when, _, _ = self._settings.get(self._name(plugin), str, "").partition(" ")
        try:
            found = datetime.fromisoformat(when)
        except ValueError:
            return None
        return found if found.tzinfo else None

    def withdraw(self, plugin: "Plugin") -> None:
        """Have the user asked again before it runs; what it gave already is used until it expires or is refused."""
        self._settings.remove(self._name(plugin))

    def _name(self, plugin: "Plugin") -> str:
        import hashlib  # noqa: PLC0415  not before the window shows

        what = json.dumps([str(plugin.path), plugin.arguments, plugin.variables, str(plugin.file)])
        # Salted and slow: nobody is to find out a password by trying, should one be among the arguments.
        salt = bytes.fromhex(self._salt())
        return _CONSENTS + hashlib.pbkdf2_hmac("sha256", what.encode("utf-8", "surrogatepass"), salt, _ROUNDS).hex()

    def _salt(self) -> str:
        with _salting:
            salt = self._settings.get(_SALT, str, "")
            if len(salt) != 32 or not all(digit in "0123456789abcdef" for digit in salt):
                import secrets  # noqa: PLC0415  as above

                salt = secrets.token_hex(16)
                self._settings.set(_SALT, salt)
            return salt
