"""Say in one sentence which system packages Qt still needs on this machine.

Standard library only: the Makefile runs this file before anything is installed, and the program uses it to turn a
loader's complaint into a sentence. Plain English therefore, as no catalogue of translations can be read yet.
"""

import os
import sys
from collections.abc import Mapping

# The shared libraries PySide6's wheels expect from the system, and Debian's package for each.
_NEEDED = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
# What Qt's platform plug-in for X11 wants besides; Qt itself aborts where one is missing.
_NEEDED_ON_X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def missing_packages(*, x11: bool = True) -> list[str]:
    """Return Debian's names of the packages whose library cannot be loaded; with ``x11`` those of X11 among them."""
    import ctypes  # noqa: PLC0415  most starts of the program do without

    missing = []
    for library, package in (_NEEDED | (_NEEDED_ON_X11 if x11 else {})).items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def sentence(packages: list[str]) -> str:
    """Return the sentence that says what to install."""
    install = "apt-get install --yes " + " ".join(packages)
    return f"Qt needs system libraries that are missing here; install them with: sudo {install}"


def missing_for(error: ImportError) -> str:
    """Return the sentence for an import of Qt that failed for want of a system library, "" for any other reason."""
    if "cannot open shared object file" not in str(error):
        return ""
    named = [package for library, package in (_NEEDED | _NEEDED_ON_X11).items() if library in str(error)]
    if not named:
        return f"Qt cannot start: {error}."
    return sentence(sorted({*named, *missing_packages(x11=False)}))


def missing_screen(environ: Mapping[str, str]) -> str:
    """Return why Qt could open no window on this machine, in a sentence, "" where it can."""
    platform = environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if not sys.platform.startswith("linux") or platform not in {"", "xcb"}:
        return ""
    if not environ.get("DISPLAY"):
        wayland = environ.get("WAYLAND_DISPLAY") and not platform
        return "" if wayland else "There is no screen: neither DISPLAY nor WAYLAND_DISPLAY is set."
    if environ.get("WAYLAND_DISPLAY") and not platform:
        return ""
    packages = missing_packages()
    return sentence(packages) if packages else ""


def main() -> int:
    """Install what is missing where this is root on Debian or Ubuntu, else name it; 1 when something is missing."""
    import shutil  # noqa: PLC0415  as above
    import subprocess  # noqa: PLC0415

    packages = missing_packages() if sys.platform.startswith("linux") else []
    if not packages:
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing the system libraries Qt needs: {' '.join(packages)}")
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        return subprocess.run(["apt-get", "install", "--yes", "-qq", *packages], check=False).returncode
    print(sentence(packages), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
