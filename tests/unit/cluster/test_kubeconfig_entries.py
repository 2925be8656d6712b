"""Each entry of a kubeconfig is read as strictly as by kubectl; one that cannot be used hides no other."""

from pathlib import Path

import pytest

from desktop.cluster.kubeconfig import load
from desktop.cluster.stanzas import UserStanza


def written(folder: Path, text: str) -> Path:
    """Write a kubeconfig."""
    path = folder / "config"
    path.write_text(text, "utf-8")
    return path


def plug_in(fields: str, version: str = "v1") -> str:
    return f"exec: {{apiVersion: client.authentication.k8s.io/{version}, {fields}}}"


def oidc(config: str) -> str:
    return f"auth-provider: {{name: oidc, config: {{{config}}}}}"


def one(cluster: str = "server: 'https://a'", user: str = "", context: str = "cluster: c, user: u") -> str:
    return "\n".join(
        [
            "clusters:",
            f"- {{name: c, cluster: {{{cluster}}}}}",
            "- {name: good, cluster: {server: 'https://good'}}",
            "users:",
            f"- {{name: u, user: {{{user}}}}}",
            "contexts:",
            f"- {{name: x, context: {{{context}}}}}",
            "- {name: fine, context: {cluster: good}}",
        ]
    )


TWICE = "certificate-authority: a.crt, certificate-authority-data: QUJD"
BROKEN_ENTRIES = {
    "no server": (one(""), "kubeconfig.no-server"),
    "a server without scheme that is to be verified": (
        one("server: '127.0.0.1:6443', certificate-authority-data: QUJD"),
        "kubeconfig.no-scheme",
    ),
    "a server without scheme that is not to be verified": (
        one("server: '127.0.0.1:6443', insecure-skip-tls-verify: true"),
        "kubeconfig.no-scheme",
    ),
    "a server without scheme with a name": (
        one("server: '127.0.0.1:6443', tls-server-name: api"),
        "kubeconfig.no-scheme",
    ),
    "a path without scheme": (one("server: 'localhost:8001/p'"), "kubeconfig.no-scheme"),
    "a server of another scheme": (one("server: 'ftp://a'"), "kubeconfig.scheme-unknown"),
    "a server that is none": (one("server: 'https://[::1'"), "kubeconfig.server-unreadable"),
    "a port that is none": (one("server: 'https://a:99999'"), "kubeconfig.server-unreadable"),
    "no host": (one("server: 'https://'"), "kubeconfig.server-unreadable"),
    "a password in a server that is none": (one("server: 'https://me:pw@'"), "kubeconfig.server-unreadable"),
    "a string for a boolean": (one("server: 'https://a', insecure-skip-tls-verify: 'false'"), "kubeconfig.wrong-type"),
    "a number for a string": (one(user="token: 5"), "kubeconfig.wrong-type"),
    "what YAML takes for a boolean": (one(context="cluster: c, user: u, namespace: n"), "kubeconfig.wrong-type"),
    "a stanza that is a list": (one().replace("{name: u, user: {}}", "{name: u, user: []}"), "kubeconfig.wrong-type"),
    "data that are no base64": (
        one("server: 'https://a', certificate-authority-data: 'a b'"),
        "kubeconfig.not-base64",
    ),
    "a CA, and not to verify": (
        one("server: 'https://a', certificate-authority: a.crt, insecure-skip-tls-verify: true"),
        "kubeconfig.authority-and-insecure",
    ),
    "CA data, and not to verify": (
        one("server: 'https://a', certificate-authority-data: QUJD, insecure-skip-tls-verify: true"),
        "kubeconfig.authority-and-insecure",
    ),
    "two CAs": (one(f"server: 'https://a', {TWICE}"), "kubeconfig.given-twice"),
    "a proxy of no scheme": (one("server: 'https://a', proxy-url: 'me:CANARY@p'"), "kubeconfig.proxy-unreadable"),
    "a proxy of another scheme": (
        one("server: 'https://a', proxy-url: 'gopher://me:CANARY@p'"),
        "kubeconfig.proxy-scheme-unknown",
    ),
    "no cluster": (one(context="user: u"), "kubeconfig.no-cluster"),
    "an unknown cluster": (one(context="cluster: q, user: u"), "kubeconfig.cluster-not-found"),
    "an unknown user": (one(context="cluster: c, user: q"), "kubeconfig.user-not-found"),
    "a plug-in of no version": (one(user="exec: {command: /bin/login}"), "plugin.version-unknown"),
    "a plug-in of an old version": (one(user=plug_in("command: a", "v1alpha1")), "plugin.version-unknown"),
    "a plug-in without a command": (one(user=plug_in("interactiveMode: Never")), "plugin.no-command"),
    "a plug-in without its mode": (one(user=plug_in("command: a")), "plugin.no-interactive-mode"),
    "a plug-in of no known mode": (
        one(user=plug_in("command: a, interactiveMode: never")),
        "plugin.interactive-mode-unknown",
    ),
    "a plug-in for a terminal": (one(user=plug_in("command: a, interactiveMode: Always")), "plugin.needs-terminal"),
    "a plug-in with a nameless variable": (
        one(user=plug_in("command: a, interactiveMode: Never, env: [{value: v}]")),
        "plugin.nameless-variable",
    ),
    "a plug-in with a number as an argument": (
        one(user=plug_in("command: a, interactiveMode: Never, args: [1]")),
        "kubeconfig.wrong-type",
    ),
    "a plug-in with a text for a boolean": (
        one(user=plug_in("command: a, interactiveMode: Never, provideClusterInfo: 'true'")),
        "kubeconfig.wrong-type",
    ),
    "a plug-in beside a token": (one(user="token: t, exec: {}"), "plugin.version-unknown"),
    "a plug-in beside an auth provider": (
        one(user=plug_in("command: a, interactiveMode: Never") + ", auth-provider: {name: oidc}"),
        "kubeconfig.exec-and-auth-provider",
    ),
    "a removed provider": (one(user="auth-provider: {name: gcp}"), "kubeconfig.auth-provider-removed"),
    "OIDC without an issuer": (one(user="auth-provider: {name: oidc}"), "oidc.field-missing"),
    "OIDC without a client": (one(user=oidc("idp-issuer-url: 'https://i'")), "oidc.field-missing"),
    "OIDC with an authority of no base64": (
        one(user=oidc("idp-issuer-url: 'https://i', client-id: c, idp-certificate-authority-data: '%'")),
        "kubeconfig.not-base64",
    ),
    "OIDC with a number": (one(user=oidc("idp-issuer-url: 'https://i', client-id: 5")), "kubeconfig.wrong-type"),
    "an unknown provider": (one(user="auth-provider: {name: x}"), "kubeconfig.auth-provider-unknown"),
    "a provider of the wrong type": (one(user="auth-provider: {name: 5}"), "kubeconfig.wrong-type"),
    "groups without a user": (one(user="token: t, as-groups: [a]"), "kubeconfig.impersonation-without-user"),
    "a UID without a user": (one(user="token: t, as-uid: '7'"), "kubeconfig.impersonation-without-user"),
    "extras without a user": (one(user="as-user-extra: {a: [b]}"), "kubeconfig.impersonation-without-user"),
    "a later field of impersonation": (one(user="as: a, as-planet: mars"), "kubeconfig.impersonation-unknown"),
    "a field of a later family": (one(user="as-planet: mars"), "kubeconfig.impersonation-unknown"),
    "groups that are no list": (one(user="as: a, as-groups: b"), "kubeconfig.wrong-type"),
    "a group that is a number": (one(user="as: a, as-groups: [5]"), "kubeconfig.wrong-type"),
    "a name of two lines": (one(user='as: "a\\nImpersonate-User: b"'), "kubeconfig.impersonation-invalid"),
    "a name of spaces alone": (one(user="as: ' '"), "kubeconfig.impersonation-invalid"),
    "an extra without key": (one(user="as: a, as-user-extra: {'': [b]}"), "kubeconfig.impersonation-invalid"),
    "a token and a password": (one(user="token: t, username: a, password: b"), "kubeconfig.token-and-password"),
    "a token file and a user name": (one(user="tokenFile: t, username: a"), "kubeconfig.token-and-password"),
    "a certificate without key": (one(user="client-certificate: a.crt"), "kubeconfig.no-client-key"),
    "two certificates": (
        one(user="client-certificate: a, client-certificate-data: QUJD, client-key: b"),
        "kubeconfig.given-twice",
    ),
    "two keys": (
        one(user="client-certificate: a, client-key: b, client-key-data: QUJD"),
        "kubeconfig.given-twice",
    ),
    "two users of one name": (one().replace("contexts:", "- {name: u}\ncontexts:"), "kubeconfig.duplicate-name"),
    "two contexts of one name": (f"{one()}\n- {{name: x}}", "kubeconfig.duplicate-name"),
}


@pytest.mark.parametrize(("text", "code"), BROKEN_ENTRIES.values(), ids=BROKEN_ENTRIES)
def test_a_context_that_cannot_be_used_says_why_and_hides_no_other(text: str, code: str, tmp_path: Path) -> None:
    config = load([written(tmp_path, text)])
    broken, fine = config.contexts
    assert not config.file_errors
    assert broken.error is not None
    assert broken.error.code == code
    assert fine.error is None
    assert "pw" not in f"{broken}{broken.error}"


GOOD_ENTRIES = {
    "empty data beside a file": one("server: 'https://a', certificate-authority: x, certificate-authority-data: ''"),
    "a plug-in": one(
        user=plug_in("command: a, interactiveMode: Never, args: [x, null], env: [{name: a, value: null}]")
    ),
    "OIDC": one(user=oidc("idp-issuer-url: 'https://i', client-id: c, id-token: t, refresh-token: null")),
    "OIDC without TLS": one(user=oidc("idp-issuer-url: 'http://i', client-id: c, id-token: t")),
    "a plug-in of the older version": one(user=plug_in("command: a", "v1beta1")),
    "nulls": one("server: 'https://a', proxy-url: null, insecure-skip-tls-verify: null", "token: null, exec: null"),
    "unset impersonation": one(user="as: '', as-groups: []"),
    "base64 in lines": one('server: "https://a", certificate-authority-data: "QU\\nJD"'),
    "a path, a query": one("server: 'https://a:1/k8s/c-1/?q=1#f'"),
    "upper case": one("server: 'HTTPS://a'"),
    "no scheme": one("server: 'localhost:8001'"),
    "a password in the server": one("server: 'https://me:pw@a'"),
    "names that are empty": one().replace("{name: c,", "{name: '',").replace("cluster: c,", "cluster: '',"),
    "spaces around names": one(user="as: ' a ', as-groups: [' b ']"),
    "a key without certificate": one(user="client-key: k"),
    "both data and a file that is empty": one(user="client-certificate: c, client-key: k, client-key-data: ''"),
}


@pytest.mark.parametrize("text", GOOD_ENTRIES.values(), ids=GOOD_ENTRIES)
def test_what_kubectl_accepts_is_accepted(text: str, tmp_path: Path) -> None:
    assert [context.error for context in load([written(tmp_path, text)]).contexts] == [None, None]


def test_unverified_and_unencrypted_servers_are_marked(tmp_path: Path) -> None:
    for cluster, insecure in (
        ("server: 'https://a', insecure-skip-tls-verify: true", True),
        ("server: 'http://localhost:8001'", True),
        ("server: 'localhost:8001'", True),
        ("server: 'https://a'", False),
        ("server: 'https://a', insecure-skip-tls-verify: false", False),
    ):
        assert load([written(tmp_path, one(cluster))]).contexts[0].insecure is insecure


def test_no_secret_is_in_what_a_kubeconfig_says_of_itself(tmp_path: Path) -> None:
    canary = "CANARY-4711"
    secrets = f"token: {canary}, password: {canary}, client-key-data: {canary}"
    (tmp_path / "b").write_text(one(user=secrets), "utf-8")
    config = load(
        [written(tmp_path, one(f"server: 'https://a', proxy-url: 'http://{canary}@p'", secrets))], [tmp_path / "b"]
    )
    said = (
        f"{config!r}{config.stanzas!r}{[str(context.error) for context in config.contexts]}{UserStanza(token=canary)}"
    )
    assert canary not in said


def test_the_files_and_the_program_that_a_context_names_are_told_before_anything_is_read(tmp_path: Path) -> None:
    key = (tmp_path.parent / "key").as_posix()
    user = plug_in("command: ./login, interactiveMode: Never") + f", client-certificate: crt, client-key: {key}"
    context = load([written(tmp_path, one("server: 'https://a', certificate-authority: pki/ca", user))]).contexts[0]
    assert context.error is None
    assert context.runs == "./login"
    assert context.reads == (tmp_path / "pki" / "ca", tmp_path / "crt", Path(key))
