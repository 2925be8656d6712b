"""A connection with TLS that is closed where none comes about."""

import errno
import os
import ssl
from typing import Any


class TlsSocket(ssl.SSLSocket):
    """The ``sslsocket_class`` of a context.

    Before Python 3.13, where a connection was reset, or shut down by us, before TLS begins, the ssl module either
    leaves it open for the garbage collector to find, or goes on without TLS.
    """

    _reached = False

    def getpeername(self) -> Any:
        """Return the other end's address; who makes a connection with TLS asks this first."""
        try:
            address = super().getpeername()
        except OSError as error:
            if self._reached:
                raise
            self.close()
            raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)) from error
        self._reached = True
        return address
