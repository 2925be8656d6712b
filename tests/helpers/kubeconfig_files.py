"""Random kubeconfig files, what kubectl makes of them, and what we make of them.

``python -m tests.helpers.kubeconfig_files`` records kubectl's answers anew in ``tests/cases/kubectl-kubeconfigs.json``.
Where kubectl refuses a set of files as a whole its answer is None.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from desktop.cluster.kubeconfig import Kubeconfig, load

KUBECTL = os.environ.get("BULKHEAD_TEST_KUBECTL") or shutil.which("kubectl")
RECORDED = Path(__file__).parents[1] / "cases" / "kubectl-kubeconfigs.json"
RECORDINGS = 80

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Files:
    """Files by name, and the names that KUBECONFIG lists: empty ones, missing ones and repeated ones among them."""

    files: dict[str, str]
    order: list[str]

    def write(self, folder: Path) -> list[Path]:
        """Write them all; returns the paths to be merged."""
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text.encode())
        return [folder / name for name in self.order if name]


# --- making ----------------------------------------------------------------------------------------------------------

_NAMES = [
    "a",
    "b",
    "c",
    "prod",
    "kind-kind",
    "arn:aws:eks:eu:1:cluster/x",
    "u@c",
    "größe",
    "with space",
    "A",
    "0x",
    "no",
]
_SERVERS = ["https://one:6443", "https://two", "http://three:8080/prefix", "https://[fd00::1]:6443", "HTTPS://Four"]
_NAMESPACES = ["", "shop", "n1", "default", "kube-system"]


def random_files(seed: int) -> Files:
    """Return one to four files that share names; of ten sets, one or two hold something that kubectl refuses."""
    chance = random.Random(seed)
    files: dict[str, str] = {}
    spoil = chance.random() < 0.15
    count = chance.randint(1, 4)
    for number in range(count):
        folder = chance.choice(["", "sub/", "sub/deeper/", "odd folder/"])
        text = _text(chance, _config(chance, f"{seed}-{number}"))
        if spoil and number == count - 1:
            text = _spoiled(chance, text)
        files[f"{folder}{number}"] = text
    order = chance.sample([*files, "", "missing"], len(files) + 2)
    if chance.random() < 0.3:
        order.append(chance.choice([*files]))
    return Files(files, order)


def _config(chance: random.Random, mark: str) -> Json:
    names = chance.sample(_NAMES, 5)
    config: Json = {
        "apiVersion": "v1",
        "kind": "Config",
        "preferences": {},
        "current-context": chance.choice(["", *names]),
        "clusters": _entries(chance, "cluster", names, lambda: _cluster(chance)),
        "users": _entries(chance, "user", names, lambda: _user(chance, mark)),
        "contexts": _entries(chance, "context", names, lambda: _context(chance, names)),
    }
    for key in chance.sample([*config], chance.randint(0, 3)):
        if chance.random() < 0.5:
            del config[key]
        elif key not in ("preferences", "kind", "apiVersion"):
            config[key] = None
    if chance.random() < 0.3:
        config["extensions"] = [{"name": "x", "extension": {"a": 1}}]
    keys = [*config]
    chance.shuffle(keys)
    return {key: config[key] for key in keys}


def _entries(chance: random.Random, inner: str, names: list[str], body: Any) -> list[Json]:
    chosen = chance.sample(names, chance.randint(0, len(names)))
    entries = []
    for name in chosen:
        entry = {"name": name, inner: body()} if chance.random() < 0.95 else {"name": name}
        entries.append(entry if chance.random() < 0.5 else dict(reversed(entry.items())))
    return entries


def _cluster(chance: random.Random) -> Json:
    cluster: Json = {"server": chance.choice(_SERVERS)}
    more: list[Json] = [
        {},
        {"certificate-authority": chance.choice(["ca.crt", "../ca.crt", "/etc/ca.crt"])},
        {"certificate-authority-data": "QUJD"},
        {"insecure-skip-tls-verify": True},
        {"insecure-skip-tls-verify": False, "certificate-authority": "pki/ca.crt"},
        {"tls-server-name": "other.example"},
        {"disable-compression": True},
        {"certificate-authority": None, "x-unknown": [1, {"a": None}]},
        {"extensions": [{"name": "e", "extension": {"provider": "minikube"}}]},
    ]
    return cluster | chance.choice(more)


def _user(chance: random.Random, mark: str) -> Json:
    token = f"t-{mark}-{chance.randrange(1000)}"
    return chance.choice(
        [
            {"token": token},
            {"tokenFile": "token", "token": token},
            {"username": token, "password": "0123"},
            {"client-certificate": "c.pem", "client-key": "../k.pem", "token": token},
            {"client-certificate-data": "QUJD", "client-key-data": "QUJD", "username": token, "password": "p: #"},
            {"token": token, "as": "alice", "as-groups": ["g1", "g2"], "as-user-extra": {"k": ["v"]}},
            {},
        ]
    )


def _context(chance: random.Random, names: list[str]) -> Json:
    context: Json = {"cluster": chance.choice(names), "user": chance.choice(names)}
    namespace = chance.choice(_NAMESPACES)
    if namespace or chance.random() < 0.3:
        context["namespace"] = namespace
    for key in ("user", "cluster"):
        if chance.random() < 0.1:
            del context[key]
    return context


def _text(chance: random.Random, config: Json) -> str:
    """Write a configuration in one of the many ways in which the same may be written."""
    style = chance.randrange(8)
    if style == 0:
        return chance.choice(["", "# nothing\n", "\n\n", "---\n", "{}\n", "null\n"])
    if style == 1:
        return json.dumps(config)
    if style == 2:
        return json.dumps(config, indent=2, ensure_ascii=False)
    text = yaml.safe_dump(
        config,
        sort_keys=style == 3,
        default_flow_style=True if style == 4 else False if style == 5 else None,
        allow_unicode=style != 6,
        explicit_start=style == 7,
        width=40,
    )
    text = re.sub(r"'(prod|shop|a)'", r'"\1"', text)
    if style == 7:
        text += "---\ncurrent-context: of-a-second-document\ncontexts: [{name: second, context: {cluster: a}}]\n"
    if chance.random() < 0.2:
        text = text.replace("\n", "\r\n")
    return f"# a comment\n{text}" if chance.random() < 0.3 else text


def _spoiled(chance: random.Random, text: str) -> str:
    return chance.choice(
        [
            "contexts: [",
            "current-context: 1\n",
            "contexts: [{name: a, context: {cluster: 5}}]\n",
            "clusters: [{name: q, cluster: {server: https://x, insecure-skip-tls-verify: 'false'}}]\n"
            "contexts: [{name: q, context: {cluster: q}}]\n",
            "clusters: [{name: q, cluster: {server: https://x}}]\nusers: [{name: q, user: {token: 12}}]\n"
            "contexts: [{name: q, context: {cluster: q, user: q}}]\n",
            "contexts: [{name: 1e3, context: {cluster: a}}]\n",
            "contexts: [{name: a, context: {cluster: a, namespace: yes}}]\n",
            "contexts: [{name: a}, {name: a}]\n",
            "apiVersion: v2\nkind: Config\n",
            "- a list\n",
            "clusters: {a: b}\n",
            "\tcurrent-context: a\n",
            "}}: {\n" + text,
        ]
    )


# --- kubectl's answer ------------------------------------------------------------------------------------------------


def kubectl(folder: Path, order: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run kubectl with files of ``folder`` as its configuration."""
    assert KUBECTL
    paths = os.pathsep.join(str(folder / name) if name else "" for name in order)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "KUBECONFIG": paths}
    return subprocess.run(
        [KUBECTL, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )


def kubectls(folder: Path, order: list[str]) -> Json | None:
    """Return what ``kubectl config view`` shows of each context; None where it refuses the files."""
    asked = kubectl(folder, order, "config", "view", "--raw", "-o", "json")
    if asked.returncode:
        return None
    view: Json = json.loads(asked.stdout)
    clusters = {entry["name"]: entry["cluster"] for entry in view["clusters"] or ()}
    users = {entry["name"]: entry["user"] for entry in view["users"] or ()}
    contexts = {}
    for entry in view["contexts"] or ():
        context = entry["context"]
        user = users.get(context["user"], {})
        contexts[entry["name"]] = {
            "cluster": context["cluster"],
            "user": context["user"],
            "namespace": context.get("namespace") or "default",
            "server": clusters.get(context["cluster"], {}).get("server", ""),
            "credential": user.get("token") or user.get("username") or "",
        }
    return {"current": view["current-context"], "contexts": contexts}


def context_names(folder: Path, order: list[str]) -> list[str]:
    """Return what ``kubectl config get-contexts`` lists."""
    return kubectl(folder, order, "config", "get-contexts", "-o", "name").stdout.splitlines()


# --- our answer ------------------------------------------------------------------------------------------------------


def ours(config: Kubeconfig, kubectls_: Json | None = None) -> Json:
    """Say of each context what ``kubectls`` says.

    A context that cannot be used carries an error in place of its user: its credential is taken over unseen.
    """
    contexts = {}
    there = kubectls_["contexts"] if kubectls_ else {}
    for context in config.contexts:
        stanzas = config.stanzas.get((context.file, context.name))
        credential = (stanzas.user.token or stanzas.user.username or "") if stanzas else None
        contexts[context.name] = {
            "cluster": context.cluster,
            "user": context.user,
            "namespace": context.namespace,
            "server": context.server,
            "credential": there.get(context.name, {}).get("credential") if credential is None else credential,
        }
    return {"current": config.current, "contexts": contexts}


def compare(files: Files, folder: Path, answer: Json | None) -> str:
    """Return how what we make of written files differs from kubectl's answer; empty where it does not.

    What kubectl refuses as a whole has something wrong in it, and we must say so.
    """
    config = load(files.write(folder))
    if answer is None:
        told = bool(config.file_errors) or any(context.error for context in config.contexts)
        return "" if told else f"kubectl refuses this: {files}"
    if config.file_errors:
        return f"kubectl accepts this, we say {config.file_errors}: {files}"
    mine = ours(config, answer)
    return "" if mine == answer else f"kubectl: {answer}\nours: {mine}\n{files}"


def main() -> None:
    """Record kubectl's answers."""
    version = json.loads(subprocess.check_output([str(KUBECTL), "version", "--client", "-o", "json"]))
    recorded = []
    for seed in range(RECORDINGS):
        files = random_files(seed)
        with tempfile.TemporaryDirectory() as folder:
            files.write(Path(folder))
            answer = kubectls(Path(folder), files.order)
            names = context_names(Path(folder), files.order)
        recorded.append({"seed": seed, "files": files.files, "order": files.order, "answer": answer, "names": names})
    lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in recorded)
    about = "What kubectl makes of kubeconfig files: made by running it, with python -m tests.helpers.kubeconfig_files."
    head = f'"about": {json.dumps(about)},\n"kubectl": {json.dumps(version["clientVersion"]["gitVersion"])}'
    RECORDED.write_text(f'{{{head},\n"recorded": [\n{lines}\n]}}\n', encoding="utf-8")
    refused = sum(record["answer"] is None for record in recorded)
    sys.stdout.write(f"{len(recorded)} recorded, {refused} of them refused by kubectl\n")


if __name__ == "__main__":
    main()
