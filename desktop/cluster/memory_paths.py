"""Paths for what stands in memory only: OpenSSL takes a client key from a file, and a key shall never be in one."""

import contextlib
import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path


@contextlib.contextmanager
def memory_path(content: bytes) -> Iterator[str]:
    """Offer ``content`` under a path that this process can open and read once, for as long as the block runs."""
    if sys.platform == "win32":
        offer = windows_pipe
    elif hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        offer = memory_file
    else:
        offer = fifo
    with offer(content) as path:
        yield path


@contextlib.contextmanager
def _writing(write: Callable[[], None], read: Callable[[], None]) -> Iterator[None]:
    """Write into a pipe beside the block; ``read`` where the block did not, so that the writer does not wait on."""
    writer = threading.Thread(target=write, name="tls-key", daemon=True)
    writer.start()
    try:
        yield
    finally:
        while writer.is_alive():
            read()
            writer.join(0.001)


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes
    from multiprocessing.connection import Listener

    _kernel = ctypes.WinDLL("kernel32")

    @contextlib.contextmanager
    def windows_pipe(content: bytes) -> Iterator[str]:
        r"""Windows: a named pipe below ``\\.\pipe``, where no files are; another process finds nothing in it."""
        path = rf"\\.\pipe\bulkhead-{secrets.token_hex(16)}"
        with Listener(path, family="AF_PIPE") as pipe:

            def write() -> None:
                served = False
                while not served:
                    with pipe.accept() as reader, contextlib.suppress(OSError):  # OpenSSL closes it when it has enough
                        served = _opened_by_us(reader.fileno())
                        if served:
                            reader.send_bytes(content)
                            _kernel.FlushFileBuffers(wintypes.HANDLE(reader.fileno()))

            def read() -> None:
                with contextlib.suppress(OSError):  # the writer awaits nobody just now, or has ended
                    Path(path).open("rb").close()

            with _writing(write, read):
                yield path

    def _opened_by_us(pipe: int) -> bool:
        """Whether this very process opened a pipe: by default every user of the machine may read from it."""
        process = wintypes.ULONG()
        known = _kernel.GetNamedPipeClientProcessId(wintypes.HANDLE(pipe), ctypes.byref(process))
        return bool(known) and process.value == os.getpid()

else:

    @contextlib.contextmanager
    def memory_file(content: bytes) -> Iterator[str]:
        """Linux: a file that has no name in any folder and dies with the process."""
        with os.fdopen(os.memfd_create("bulkhead", os.MFD_CLOEXEC), "wb") as file:
            file.write(content)
            file.flush()
            yield f"/proc/self/fd/{file.fileno()}"

    @contextlib.contextmanager
    def fifo(content: bytes) -> Iterator[str]:
        """Other POSIX systems: a named pipe in a private folder; the content passes through memory only."""
        with tempfile.TemporaryDirectory(prefix="bulkhead-") as folder:  # made with mode 0700
            path = os.path.join(folder, "pipe")  # noqa: PTH118  the ssl module wants a string anyway
            os.mkfifo(path, 0o600)

            def write() -> None:
                with contextlib.suppress(BrokenPipeError), open(path, "wb", buffering=0) as pipe:  # noqa: PTH123
                    pipe.write(content)

            def read() -> None:
                reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                with contextlib.suppress(BlockingIOError):
                    while os.read(reader, 65536):
                        pass
                os.close(reader)

            with _writing(write, read):
                yield path
