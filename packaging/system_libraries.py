"""Say in one sentence which system packages Qt still needs on this machine; standard library only, run before pip."""

import ctypes
import os
import shutil
import subprocess
import sys

# The shared libraries PySide6's wheels expect from the system, and Debian's package for each.
_NEEDED = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def missing_packages() -> list[str]:
    """Return Debian's names of the packages whose library cannot be loaded."""
    missing = []
    for library, package in _NEEDED.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def main() -> int:
    """Install what is missing where this is root on Debian or Ubuntu, else name it; 1 when something is missing."""
    packages = missing_packages() if sys.platform.startswith("linux") else []
    if not packages:
        return 0
    install = "apt-get install --yes " + " ".join(packages)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing the system libraries Qt needs: {' '.join(packages)}")
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        return subprocess.run([*install.split(), "-qq"], check=False).returncode
    print(f"Qt needs system libraries that are missing here; install them with: sudo {install}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
