"""Files become further documents, each under its name; what cannot be read is told by name, and nothing is lost."""

from pathlib import Path

import pytest

from desktop.cancellation import CancelToken
from desktop.errors import Cancelled
from desktop.manifest.reader import MAX_BYTES
from desktop.ui.editor.importing import ImportedFile, addition, read_files
from tests.helpers.odd_files import make_pipe


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_files_are_read_in_the_order_given(tmp_path: Path) -> None:
    paths = [written(tmp_path, name, name.encode()) for name in ("b.yaml", "a.yaml", "c.yaml")]
    assert [file.text for file in read_files(paths, "", CancelToken()).files] == ["b.yaml", "a.yaml", "c.yaml"]


def test_what_cannot_be_read_is_told_by_name_and_hides_no_other_file(tmp_path: Path) -> None:
    make_pipe(tmp_path / "pipe")
    paths = [
        written(tmp_path, "latin.yaml", "name: café".encode("latin-1")),
        tmp_path / "absent.yaml",
        tmp_path,
        tmp_path / "pipe",
        written(tmp_path, "picture.png", b"\x89PNG\0"),
        written(tmp_path, "zero.yaml", b"a: \0"),
        written(tmp_path, "large.yaml", b"#" * (MAX_BYTES + 1)),
        written(tmp_path, "good.yaml", b"good"),
    ]
    found = read_files(paths, "", CancelToken())
    assert [file.name for file in found.files] == ["good.yaml"]
    assert [(Path(str(error.facts["path"])).name, error.code) for error in found.errors] == [
        ("latin.yaml", "import.not-utf8"),
        ("absent.yaml", "file.not-read"),
        (tmp_path.name, "file.not-ordinary"),
        ("pipe", "file.not-ordinary"),
        ("picture.png", "import.not-utf8"),
        ("zero.yaml", "import.not-text"),
        ("large.yaml", "import.too-large"),
    ]


def test_the_text_that_is_there_counts_towards_the_limit(tmp_path: Path) -> None:
    half = written(tmp_path, "half.yaml", b"#" * (MAX_BYTES // 2 + 1))
    found = read_files([half, half], "", CancelToken())
    assert len(found.files) == len(found.errors) == 1
    assert read_files([half], "#" * (MAX_BYTES // 2), CancelToken()).files == ()


def test_a_byte_order_mark_and_carriage_returns_do_not_get_into_the_text(tmp_path: Path) -> None:
    path = written(tmp_path, "windows.yaml", b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert read_files([path], "", CancelToken()).files[0].text == "a: 1\nb: 2\n"


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        read_files([tmp_path], "", token)


@pytest.mark.parametrize(
    ("existing", "text", "expected"),
    [
        ("", "a: 1\n", "# from x.yaml\na: 1\n"),
        ("  \n", "a: 1", "# from x.yaml\na: 1\n"),
        ("b: 2\n", "a: 1\n", "---\n# from x.yaml\na: 1\n"),
        ("b: 2", "a: 1\n", "\n---\n# from x.yaml\na: 1\n"),
        ("b: 2\n", "---\na: 1\n---\nc: 3\n", "---\n# from x.yaml\na: 1\n---\nc: 3\n"),
        ("b: 2\n", "# licence\n---\na: 1\n", "---\n# from x.yaml\n# licence\na: 1\n"),
        ("b: 2\n", "--- # first\na: 1\n", "---\n# from x.yaml\n--- # first\na: 1\n"),
        ("b: 2\n", "", "---\n# from x.yaml\n"),
    ],
)
def test_a_file_follows_as_documents_of_its_own_under_its_name(existing: str, text: str, expected: str) -> None:
    assert addition(existing, [ImportedFile("x.yaml", text)]) == expected


def test_a_file_name_cannot_break_out_of_its_comment() -> None:
    name = "x\nkind: Secret\u202e.yaml"
    assert addition("", [ImportedFile(name, "a: 1\n")]).splitlines() == [
        r"# from x\nkind: Secret\u202e.yaml",
        "a: 1",
    ]


def test_several_files_follow_each_other() -> None:
    files = [ImportedFile("x.yaml", "a: 1\n"), ImportedFile("y.yaml", "b: 2")]
    assert addition("", files) == "# from x.yaml\na: 1\n---\n# from y.yaml\nb: 2\n"
