"""Whether anybody opened a file, even code that is not Python (inotify, so Linux only)."""

import ctypes
import os
import struct
from pathlib import Path

_IN_OPEN = 0x20
_HEADER = struct.calcsize("iIII")


class OpenWatch:
    """Watches a file from when it is made."""

    def __init__(self, path: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._handle = libc.inotify_init1(os.O_NONBLOCK)
        watch = libc.inotify_add_watch(self._handle, os.fsencode(path), _IN_OPEN)
        if self._handle < 0 or watch < 0:
            raise OSError(ctypes.get_errno(), "inotify")

    def opened(self) -> bool:
        """Whether the file was opened since the last call."""
        try:
            return len(os.read(self._handle, 4096)) >= _HEADER
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Watch no more."""
        os.close(self._handle)
