"""A missing system library is told in one sentence with the package to install."""

import ctypes

import pytest

from desktop import system_libraries


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the libraries that are not there; a test adds to them."""
    names: set[str] = set()

    def load(name: str) -> object:
        if name in names:
            raise OSError(f"{name}: cannot open shared object file: No such file or directory")
        return object()

    monkeypatch.setattr(ctypes, "CDLL", load)
    monkeypatch.setattr("sys.platform", "linux")
    return names


def test_where_nothing_is_missing_nothing_is_said(absent: set[str]) -> None:
    assert system_libraries.missing_packages() == []
    assert system_libraries.missing_screen({"DISPLAY": ":0"}) == ""


def test_the_loaders_complaint_becomes_the_package_to_install(absent: set[str]) -> None:
    absent.update({"libEGL.so.1", "libxkbcommon.so.0"})
    error = ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
    assert system_libraries.missing_for(error).endswith("apt-get install --yes libegl1 libxkbcommon0")


def test_a_library_nobody_foresaw_is_named(absent: set[str]) -> None:
    error = ImportError("libodd.so.1: cannot open shared object file: No such file or directory")
    assert "libodd.so.1" in system_libraries.missing_for(error)


def test_an_import_that_fails_for_another_reason_is_not_explained_away(absent: set[str]) -> None:
    assert system_libraries.missing_for(ImportError("cannot import name 'app'")) == ""


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"DISPLAY": ":0"}, "libxcb-cursor0"),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "xcb"}, "libxcb-cursor0"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, ""),
        ({"WAYLAND_DISPLAY": "wayland-0"}, ""),
        ({"QT_QPA_PLATFORM": "offscreen"}, ""),
        ({"QT_QPA_PLATFORM": "offscreen:size=1"}, ""),
        ({}, "no screen"),
        ({"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "wayland-0"}, "no screen"),
    ],
)
def test_what_the_plug_in_for_x11_lacks_is_found_before_qt_aborts(
    absent: set[str], environ: dict[str, str], expected: str
) -> None:
    absent.add("libxcb-cursor.so.0")
    said = system_libraries.missing_screen(environ)
    assert expected in said
    assert bool(said) is bool(expected)


def test_other_systems_bring_their_own_libraries(absent: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    absent.add("libxcb-cursor.so.0")
    monkeypatch.setattr("sys.platform", "darwin")
    assert system_libraries.missing_screen({}) == ""


def test_a_user_who_is_not_root_is_told_what_to_type(
    absent: set[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    absent.add("libGL.so.1")
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    assert system_libraries.main() == 1
    assert capsys.readouterr().err.endswith("install them with: sudo apt-get install --yes libgl1\n")
