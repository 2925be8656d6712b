"""How much memory a process took at most."""

import re
from pathlib import Path


def peak_mb() -> float:
    """Return this process's own peak in MB: what getrusage tells (ru_maxrss) begins with that of whoever started it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found, "proc(5): VmHWM"
    return int(found[1]) / 1024
