"""Which sign-in programs the user let run.

Kept in the settings as digests, for arguments and variables may hold secrets. A consent is for one program, with its
arguments and variables, asked for by one file: where any of them is another, the user is asked again.
"""

import json
import threading
from typing import TYPE_CHECKING

from desktop.session.settings import Settings

if TYPE_CHECKING:
    from desktop.cluster.plugin import Plugin

_CONSENTS = "sign-in-program/"
_SALT = "sign-in-salt"
_ROUNDS = 100_000
_salting = threading.Lock()
"""Held while the salt is made: many clusters may be opened at once, with the first consents."""


class Consents:
    """The user's consents. Any thread may call; each call takes some hundredths of a second."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def allows(self, plugin: "Plugin") -> bool:
        """Whether the user let exactly this run."""
        return bool(self._settings.get(self._name(plugin), str, ""))

    def allow(self, plugin: "Plugin") -> None:
        """Remember that the user lets it run."""
        self._settings.set(self._name(plugin), str(plugin.path))

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
