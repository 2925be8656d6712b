"""The main job, done as a person does it: the program on a real screen, with mouse and keyboard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.api_server import ApiServer
from tests.helpers.screen import MISSING, Program, screen, wait_until

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not installed here: {', '.join(MISSING)}"),
    pytest.mark.timeout(120),
]


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with screen() as name:
        yield name


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def test_a_policy_is_created_edited_and_deleted_on_the_sample_cluster(display: str, home: Path) -> None:
    program = Program(display, home)
    written = home / "bulkhead" / "data" / "sample" / "default-access-demo1.yaml"
    try:
        program.find("deny-all")

        program.click("Create from YAML")
        program.click("Templates")
        program.press("Down", "Return")
        program.find("1 policy")
        program.click("OK")
        program.click("Apply")
        wait_until(written.exists, "the policy in its file")
        assert "# Only TCP can be used to access port 6379." in written.read_text()

        program.click("access-demo1")
        program.click("Edit YAML")
        program.click("YAML")
        program.press("ctrl+End")
        program.type("# checked by hand")
        program.click("OK")
        program.click("Apply")
        wait_until(lambda: written.read_text().endswith("# checked by hand\n"), "the edit in the file")
        assert "# Only allow the access of the pods labeled with role=frontend." in written.read_text()

        program.click("access-demo1")
        program.click("Delete")
        program.click("Delete 1 Policy")
        wait_until(lambda: not written.exists() or "access-demo1" not in written.read_text(), "the policy gone")
        assert program.said() == ""
        assert program.close() == 0
    finally:
        program.end()


def test_a_policy_is_created_edited_and_deleted_on_an_api_server(display: str, home: Path) -> None:
    with ApiServer() as server:
        server.add(
            *({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in ("default", "shop"))
        )
        kubeconfig = home / "kubeconfig"
        kubeconfig.write_text(server.kubeconfig())
        program = Program(display, home, KUBECONFIG=str(kubeconfig))
        try:
            program.find("admin")
            assert server.requests() == []  # nothing is contacted before the user opens a cluster
            program.click("admin")
            program.find("No policies here yet")

            program.click("Create from YAML")
            program.click("Templates")
            program.press("Down", "Return")
            program.find("1 policy, 2 warnings")
            program.click("OK")
            program.click("Apply")
            wait_until(lambda: server.names("networkpolicies"), "the policy on the server")

            program.click("access-demo1")
            program.click("Edit YAML")
            program.click("YAML")
            program.press("ctrl+End")
            program.type("  egress: [{}]")
            program.find("1 policy, 3 warnings")
            program.click("OK")
            program.click("Apply")
            wait_until(lambda: _spec(server).get("egress") == [{}], "the edit on the server")
            managers = {str(entry["manager"]) for entry in _metadata(server)["managedFields"]}
            assert managers == {"bulkhead"}

            program.click("access-demo1")
            program.click("Delete")
            program.click("Delete 1 Policy")
            wait_until(lambda: not server.names("networkpolicies"), "the policy gone from the server")
            assert program.said() == ""
            assert program.close() == 0
        finally:
            program.end()


def test_a_text_that_was_typed_survives_a_kill_and_is_offered_at_the_next_start(display: str, home: Path) -> None:
    drafts = home / "bulkhead" / "data" / "drafts"
    program = Program(display, home)
    try:
        program.find("deny-all")
        program.click("Create from YAML")
        program.click("Templates")
        program.press("Down", "Return")
        program.find("1 policy")
        program.press("ctrl+End")
        program.type("# not done yet")
        # Files whose names begin with a dot are still being written.
        wait_until(lambda: any("# not done yet" in each.read_text() for each in drafts.glob("[!.]*")), "the draft kept")
    finally:
        program.end()

    program = Program(display, home)
    written = home / "bulkhead" / "data" / "sample" / "default-access-demo1.yaml"
    try:
        program.click("Restore")
        program.find("1 policy")
        program.click("OK")
        program.click("Apply")
        wait_until(written.exists, "the policy in its file")
        assert "# not done yet" in written.read_text()
        wait_until(lambda: not list(drafts.glob("[!.]*")), "the draft gone")
        assert program.said() == ""
        assert program.close() == 0
    finally:
        program.end()


def _metadata(server: ApiServer) -> Any:
    found: Any = server.get("networkpolicies", "default", "access-demo1")
    return found["metadata"]


def _spec(server: ApiServer) -> Any:
    found: Any = server.get("networkpolicies", "default", "access-demo1")
    return found["spec"]
