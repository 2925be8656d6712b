"""Before a kubeconfig's program runs, a person is asked; done on a real screen, with a program that notes each run."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import sign_in_program
from tests.helpers.api_server import ApiServer
from tests.helpers.screen import MISSING, Program, screen, wait_until
from tests.helpers.sign_in_program import kubeconfig

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not installed here: {', '.join(MISSING)}"),
    pytest.mark.timeout(180),
]


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with screen() as name:
        yield name


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer() as made:
        made.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
        yield made


def config(path: Path, server: ApiServer, made: sign_in_program.Program, argument: str) -> Path:
    (path.parent / "ca.pem").write_text(server.ca_pem)
    exec_ = {"command": str(made.path), "args": [argument], "env": [{"name": "LOGIN_REALM", "value": "secret-value"}]}
    return kubeconfig(path, exec_, server.url, **{"certificate-authority": "ca.pem"})


def test_a_program_is_shown_before_it_runs_and_runs_only_after_a_yes(
    display: str, tmp_path: Path, server: ApiServer
) -> None:
    made = sign_in_program.program(tmp_path / "bin", f"answer(token={server.access.tokens['admin']!r})")
    path = config(tmp_path / "config", server, made, "for-the-shop")
    program = Program(display, tmp_path, KUBECONFIG=str(path))
    try:
        program.click("x")
        for shown in (str(made.path), "for-the-shop", "LOGIN_REALM", str(path), "Let It Run"):
            program.point(shown)
        program.press("Escape")
        program.find("Sign-in Program…")  # in place of the policies
        assert made.runs == []
        assert server.requests() == []

        program.click("Sign-in Program…")
        program.click("Let It Run")
        program.find("No policies here yet")
        assert len(made.runs) == 1

        config(path, server, made, "for-something-else")
        program.point("for-something-else")  # asked again, of its own accord
        program.press("Escape")
        assert [run["arguments"] for run in made.runs] == [["for-the-shop"]]
        assert program.said() == ""
        assert program.close() == 0
    finally:
        program.end()


def test_a_consent_lasts_until_it_is_taken_back(display: str, tmp_path: Path, server: ApiServer) -> None:
    made = sign_in_program.program(tmp_path / "bin", f"answer(token={server.access.tokens['admin']!r})")
    path = config(tmp_path / "config", server, made, "for-the-shop")
    program = Program(display, tmp_path, KUBECONFIG=str(path))
    try:
        program.click("x")
        program.click("Let It Run")
        program.find("No policies here yet")
        assert program.close() == 0
    finally:
        program.end()
    settings = tmp_path / "bulkhead" / "config" / "settings.json"
    kept = json.dumps(json.loads(settings.read_text()))
    assert "secret-value" not in kept
    assert "for-the-shop" not in kept

    program = Program(display, tmp_path, KUBECONFIG=str(path))  # it comes back to where it was left
    try:
        program.click("x")
        program.press("F5")
        wait_until(lambda: len(made.runs) == 2, "the program run without a question")
        program.find("No policies here yet")
        program.press("alt+c")
        program.click("Sign-in Program…")
        program.click("Ask Again Next Time")
        settings = tmp_path / "bulkhead" / "config" / "settings.json"
        wait_until(lambda: "sign-in-program/" not in settings.read_text(), "the consent gone from the settings")
    finally:
        program.end()

    program = Program(display, tmp_path, KUBECONFIG=str(path))
    try:
        program.click("x")
        program.press("F5")
        program.point("Let It Run")
        assert len(made.runs) == 2
        program.press("Escape")
        assert program.close() == 0
    finally:
        program.end()
