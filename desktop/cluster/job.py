"""A program and all that it starts, to be ended together: what Windows has in the place of a group of processes."""

import ctypes
from typing import Any

_JOINS = 0x0100 | 0x0001
"""The rights over a process that it takes to put it into a job: PROCESS_SET_QUOTA and PROCESS_TERMINATE."""


class Job:
    """The process ``pid`` and what it starts from now on; of another user's process nothing."""

    def __init__(self, pid: int) -> None:
        self._system: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]  # on Windows it is there
        for name, result, arguments in (
            ("CreateJobObjectW", ctypes.c_void_p, (ctypes.c_void_p, ctypes.c_wchar_p)),
            ("OpenProcess", ctypes.c_void_p, (ctypes.c_ulong, ctypes.c_int, ctypes.c_ulong)),
            ("AssignProcessToJobObject", ctypes.c_int, (ctypes.c_void_p, ctypes.c_void_p)),
            ("TerminateJobObject", ctypes.c_int, (ctypes.c_void_p, ctypes.c_uint)),
            ("CloseHandle", ctypes.c_int, (ctypes.c_void_p,)),
        ):
            function = getattr(self._system, name)
            function.restype, function.argtypes = result, arguments
        self._job = self._system.CreateJobObjectW(None, None)
        process = self._system.OpenProcess(_JOINS, False, pid)
        self._system.AssignProcessToJobObject(self._job, process)
        self._system.CloseHandle(process)

    def end(self) -> None:
        """End all of it."""
        self._system.TerminateJobObject(self._job, 1)

    def close(self) -> None:
        """Let go of it, and let run what does."""
        self._system.CloseHandle(self._job)
