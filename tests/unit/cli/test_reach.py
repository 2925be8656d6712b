"""The commands that say who can talk to whom, on a small shop in a folder and on a live cluster."""

import json
from pathlib import Path
from typing import Any

import pytest

from desktop import cli
from tests.helpers.api_server import ApiServer

SHOP = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, ports: [{containerPort: 8080}]}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: db, namespace: shop}
spec:
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, ports: [{containerPort: 5432}]}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 5432}]
"""
OPEN = "  - {}\n"
EVERYTHING = {protocol: [[1, 65535]] for protocol in ("TCP", "UDP", "SCTP")}
EVERYWHERE = ["0.0.0.0-255.255.255.255", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]
WEB, DB = "shop/web[Deployment]", "shop/db[Deployment]"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Give a folder with two workloads, one of which a policy protects."""
    return folder(tmp_path / "shop", SHOP)


def folder(path: Path, text: str) -> Path:
    path.mkdir()
    (path / "all.yaml").write_text(text, "utf-8")
    return path


def values(capsys: pytest.CaptureFixture[str]) -> Any:
    said = capsys.readouterr()
    assert said.err == ""
    return json.loads(said.out)


# connections


def test_programs_get_every_connection_by_workload_and_ranges_of_addresses(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["connections", "--folder", str(shop), "-o", "json"]) == 0
    assert values(capsys) == {
        "connections": [
            {"src": EVERYWHERE, "dst": WEB, "conns": EVERYTHING},
            {"src": WEB, "dst": EVERYWHERE, "conns": EVERYTHING},
            {"src": WEB, "dst": DB, "conns": {"TCP": [[5432, 5432]]}},
        ]
    }


def test_people_get_a_line_for_each_connection(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["connections", "--folder", str(shop)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "every IPv4 address, every IPv6 address -> shop/web (Deployment): every port",
        "shop/web (Deployment) -> every IPv4 address, every IPv6 address: every port",
        "shop/web (Deployment) -> shop/db (Deployment): TCP 5432",
    ]


def test_a_spreadsheet_gets_a_row_for_each_connection(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["connections", "--folder", str(shop), "-o", "csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "source,destination,open,undecidable,open for some pods only"
    assert lines[3] == "shop/web[Deployment],shop/db[Deployment],TCP 5432,,"
    assert lines[1].startswith("0.0.0.0-255.255.255.255 ::-ffff")


POD = """\
---
apiVersion: v1
kind: Pod
metadata: {name: probe, namespace: shop, labels: {app: %s}}
status: {podIPs: [{ip: 10.0.0.7}]}
"""
TO_BLOCK = """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - to: [{ipBlock: {cidr: 10.0.0.0/8}}]
    ports: [{port: 80}]
"""


def test_what_network_plug_ins_differ_on_is_undecidable_unless_the_profile_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(folder(tmp_path / "d", SHOP + POD % "probe" + TO_BLOCK))
    said = {}
    for options in ([], ["--profile", "upstream"], ["--compat", "np-guard"]):
        assert cli.main(["connections", "--folder", path, "-o", "json", *options]) == 0
        rows = {(str(row["src"]), str(row["dst"])): row for row in values(capsys)["connections"]}
        said[" ".join(options)] = rows.get((WEB, "shop/probe[Pod]"))
    port = {"TCP": [[80, 80]]}
    assert said == {
        "": {"src": WEB, "dst": "shop/probe[Pod]", "conns": {}, "undecidable": port},
        "--profile upstream": {"src": WEB, "dst": "shop/probe[Pod]", "conns": port},
        "--compat np-guard": None,
    }
    assert cli.main(["connections", "--folder", path]) == 0
    assert "shop/web (Deployment) -> shop/probe (Pod): undecidable: TCP 80" in capsys.readouterr().out


def test_pods_of_a_workload_that_differ_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    owned = "".join(
        f"---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web-{i}\n  namespace: shop\n  labels: {{app: {app}}}\n"
        "  ownerReferences: [{kind: Deployment, name: web, controller: true, apiVersion: apps/v1, uid: u}]\n"
        for i, app in enumerate(("web", "canary"))
    )
    path = str(folder(tmp_path / "d", SHOP + owned))
    assert cli.main(["connections", "--folder", path]) == 0
    assert (
        "shop/web (Deployment) -> shop/db (Deployment): TCP 5432; some pods only: TCP 5432" in capsys.readouterr().out
    )
    assert cli.main(["why", "shop/web", "shop/db", "--port", "5432", "--folder", path]) == 0
    said = capsys.readouterr().out
    assert "TCP 5432: allowed\n  shop/web-0 -> shop/db-0" in said
    assert "TCP 5432: not allowed\n  shop/web-1 -> shop/db-0" in said


CILIUM = "---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: l7, namespace: shop}\n"


def test_policies_of_a_network_plug_in_are_told_with_every_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(folder(tmp_path / "d", SHOP + CILIUM))
    caveat = "There are Cilium network policies, which are not evaluated here: they may change this.\n"
    for command in (["connections", "--folder", path], ["why", "shop/web", "shop/db", "--folder", path]):
        assert cli.main([*command, "-o", "json"]) == 0
        said = capsys.readouterr()
        assert json.loads(said.out)["caveats"] == [{"kind": "CiliumNetworkPolicy", "known": True}]
        assert said.err == caveat
    assert cli.main(["compare", path, path]) == 0
    assert capsys.readouterr().err == caveat


def test_what_of_a_folder_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder(tmp_path / "d", SHOP)
    (path / "broken.yaml").write_text("kind: [", "utf-8")
    assert cli.main(["connections", "--folder", str(path)]) == 0
    assert capsys.readouterr().err.startswith("broken.yaml: ")


# why


def test_the_reasons_of_both_sides_are_told_for_every_port(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["why", "shop/web", "shop/db", "--folder", str(shop)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "shop/web (Deployment) -> shop/db (Deployment)",
        "TCP 1 to 5431, TCP 5433 to 65535, every UDP port, every SCTP port: not allowed",
        "  out of shop/web-0",
        "    No policy restricts outbound traffic of shop/web-0: it is open.",
        "  into shop/db-0",
        "    None of the inbound rules of db admits it.",
        "TCP 5432: allowed",
        "  out of shop/web-0",
        "    No policy restricts outbound traffic of shop/web-0: it is open.",
        "  into shop/db-0",
        "    db, inbound rule 1, admits it.",
    ]


def test_programs_get_the_reasons_with_their_rules(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["why", WEB, DB, "--port", "tcp/5432", "--folder", str(shop), "-o", "json"]) == 0
    said = values(capsys)
    assert (said["source"], said["destination"]) == (WEB, DB)
    (answer,) = said["answers"]
    assert answer["sources"] == ["shop/web-0", "shop/web-1"]
    assert (answer["verdict"], answer["ports"]) == ("allowed", {"TCP": [[5432, 5432]]})
    (rule,) = answer["into"]["admitting"]
    assert (rule["kind"], rule["namespace"], rule["policy"], rule["direction"], rule["rule"]) == (
        "NetworkPolicy",
        "shop",
        "db",
        "Ingress",
        0,
    )
    assert answer["out"]["policies"] == []


def test_addresses_may_be_asked_about(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["why", "shop/db", "2001:db8::1", "--port", "udp/53", "--folder", str(shop)]) == 0
    assert "UDP 53: not allowed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["why", "shop/nobody", "shop/db", "--folder", "SHOP"], "shop/nobody"),
        (["connections", "--folder", "SHOP/nowhere"], "nowhere"),
        (["connections", "--context", "nowhere"], "nowhere"),
        (["compare", "SHOP", "nowhere"], "nowhere"),  # not 1, which says that connections differ
    ],
)
def test_what_is_not_there_is_told_in_words_and_is_no_answer(
    shop: Path, capsys: pytest.CaptureFixture[str], command: list[str], said: str
) -> None:
    assert cli.main([word.replace("SHOP", str(shop)) for word in command]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("Error: ")
    assert said in told.err


def test_to_np_guard_a_workload_scaled_to_zero_has_a_pod(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(folder(tmp_path / "d", SHOP.replace("replicas: 2", "replicas: 0")))
    for options, sources in (([], set()), (["--compat", "np-guard"], {WEB})):
        assert cli.main(["connections", "--folder", path, "-o", "json", *options]) == 0
        assert {row["src"] for row in values(capsys)["connections"] if row["dst"] == DB} == sources


@pytest.mark.parametrize("port", ["0", "65536", "icmp/1", "http"])
def test_what_is_no_port_is_wrong_usage(shop: Path, port: str) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["why", "shop/web", "shop/db", "--folder", str(shop), "--port", port])
    assert left.value.code == 2


# compare


def test_what_another_folder_opens_and_closes_is_told_and_fails(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder(tmp_path / "other", SHOP.replace("app: web}}}]", "app: gone}}}]") + "  - ports: [{port: 9}]\n")
    assert cli.main(["compare", str(shop), str(other)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "+ every IPv4 address, every IPv6 address -> shop/db (Deployment): TCP 9",
        "~ shop/web (Deployment) -> shop/db (Deployment): TCP 5432 => TCP 9",
    ]
    assert cli.main(["compare", str(other), str(shop), "-o", "json"]) == 1
    assert values(capsys)["changes"] == [
        {"type": "removed", "src": EVERYWHERE, "dst": DB, "ref1": {"TCP": [[9, 9]]}, "ref2": {}},
        {"type": "changed", "src": WEB, "dst": DB, "ref1": {"TCP": [[9, 9]]}, "ref2": {"TCP": [[5432, 5432]]}},
    ]


def test_folders_that_mean_the_same_are_equal(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same = folder(tmp_path / "same", SHOP.replace("policyTypes: [Ingress, Egress]", "policyTypes: [Egress, Ingress]"))
    assert cli.main(["compare", str(shop), str(same)]) == 0
    assert capsys.readouterr().out == "No connection differs.\n"


def test_a_difference_in_what_is_undecidable_is_one_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = folder(tmp_path / "before", SHOP + POD % "probe" + TO_BLOCK)
    after = folder(tmp_path / "after", SHOP + POD % "probe" + TO_BLOCK.replace("port: 80", "port: 81"))
    assert cli.main(["compare", str(before), str(after)]) == 1
    said = capsys.readouterr().out
    assert "? shop/web (Deployment) -> shop/probe (Pod): undecidable: TCP 80 => undecidable: TCP 81" in said
    assert cli.main(["compare", str(before), str(after), "-o", "json"]) == 1
    assert {
        "src": WEB,
        "dst": "shop/probe[Pod]",
        "before": {"conns": {}, "undecidable": {"TCP": [[80, 80]]}},
        "after": {"conns": {}, "undecidable": {"TCP": [[81, 81]]}},
    } in values(capsys)["uncertain"]


def test_a_cluster_is_compared_with_a_folder(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ApiServer() as server:
        server.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
        (tmp_path / "config").write_text(server.kubeconfig(), "utf-8")
        options = ["--kubeconfig", str(tmp_path / "config")]
        assert cli.main(["compare", str(shop), "viewer", *options, "-o", "json"]) == 1
        assert {change["type"] for change in json.loads(capsys.readouterr().out)["changes"]} == {"removed"}
        assert cli.main(["connections", "--context", "viewer", *options]) == 0
        assert capsys.readouterr().out == ""
