"""The codes of ``desktop.cluster``: kubeconfigs, connections, and a server's answers that say no."""

from desktop.language import tr
from desktop.wording.facts import Facts, Say


def _wrong_type(f: Facts) -> str:
    if f.get("name"):
        return tr("In the entry {name} the value of {field} is of the wrong type.", **f)
    return tr("The value of {field} is of the wrong type.", **f)


KUBECONFIG: dict[str, Say] = {
    "kubeconfig.not-yaml": lambda f: tr("{file} cannot be read (line {line}): {finding}", **f),
    "kubeconfig.not-a-kubeconfig": lambda f: tr("{file} is not a kubeconfig.", **f),
    "kubeconfig.wrong-type": _wrong_type,
    "kubeconfig.duplicate-name": lambda f: tr("The name {name} stands twice in {field}.", **f),
    "kubeconfig.not-base64": lambda f: tr("The value of {field} is not base64.", **f),
    "kubeconfig.no-such-context": lambda f: tr("There is no context called {name}.", **f),
    "kubeconfig.no-cluster": lambda f: tr("The context names no cluster."),
    "kubeconfig.cluster-not-found": lambda f: tr("The context names a cluster that is not there: {cluster}.", **f),
    "kubeconfig.user-not-found": lambda f: tr("The context names a user that is not there: {user}.", **f),
    "kubeconfig.no-server": lambda f: tr("The cluster names no server."),
    "kubeconfig.no-scheme": lambda f: tr("The server's address {server} does not begin with https:// or http://.", **f),
    "kubeconfig.server-unreadable": lambda f: tr("The server's address cannot be read."),
    "kubeconfig.scheme-unknown": lambda f: tr("The server's address begins with {scheme}, not with https.", **f),
    "kubeconfig.authority-and-insecure": lambda f: tr(
        "The cluster names a certificate authority, and yet insecure-skip-tls-verify is true."
    ),
    "kubeconfig.given-twice": lambda f: tr("{field} is given twice: as a file and as data.", **f),
    "kubeconfig.proxy-unreadable": lambda f: tr("The address of the cluster's proxy (proxy-url) cannot be read."),
    "kubeconfig.proxy-scheme-unknown": lambda f: tr(
        "The address of the cluster's proxy (proxy-url) begins with {scheme}, not with http, https or socks5.", **f
    ),
    "kubeconfig.exec-and-auth-provider": lambda f: tr(
        "The user signs in both through a program (exec) and through an auth provider."
    ),
    "kubeconfig.auth-provider-removed": lambda f: tr(
        "The user signs in through the auth provider {provider}, which Kubernetes has removed.", **f
    ),
    "kubeconfig.auth-provider-unknown": lambda f: tr(
        "The user signs in through an auth provider that is not known: {provider}.", **f
    ),
    "kubeconfig.impersonation-unknown": lambda f: tr(
        "The user acts as somebody else in a way that Bulkhead does not know ({fields}).", **f
    ),
    "kubeconfig.impersonation-without-user": lambda f: tr(
        "The user acts with the groups or the UID of somebody else, but as whom is not said (as)."
    ),
    "kubeconfig.impersonation-invalid": lambda f: tr("Whom the user acts as holds characters that cannot be sent."),
    "kubeconfig.token-and-password": lambda f: tr("The user has both a token and a password."),
    "kubeconfig.token-invalid": lambda f: tr("The token holds characters that no token can have."),
    "kubeconfig.token-file-empty": lambda f: tr("The token file {path} is empty.", **f),
    "kubeconfig.no-client-key": lambda f: tr("The user has a client certificate, but no client key."),
    "tls.authority-unreadable": lambda f: tr("The certificate authority cannot be read: it is not in PEM form."),
    "tls.client-key-encrypted": lambda f: tr("The client key is encrypted with a passphrase."),
    "tls.client-key-mismatch": lambda f: tr("The client key does not belong to the client certificate."),
    "tls.client-certificate-unreadable": lambda f: tr(
        "The client certificate or its key cannot be read: they are not in PEM form."
    ),
}

FILES: dict[str, Say] = {
    "folder.not-understood": lambda f: tr("{path} cannot be read with certainty, and is not written.", **f),
    "folder.entangled": lambda f: tr("In {path} the policy is part of another text, and cannot be changed alone.", **f),
    "folder.duplicate": lambda f: tr(
        "{kind} {name} in {namespace} stands in {first} already, and is passed over here.", **f
    ),
    "folder.not-in-folder": lambda f: tr("{path} is not a manifest of this folder.", **f),
    "folder.nameless": lambda f: tr("This {kind} has no name, and is passed over.", **f),
    "folder.unreadable": lambda f: tr("{kind} {name} cannot be read: a field is of the wrong type.", **f),
    "folder.template": lambda f: tr("This file is a template: only what is YAML as it stands is read."),
    "file.not-read": lambda f: tr("{path} cannot be read: {reason}.", **f),
    "file.not-written": lambda f: tr("{path} cannot be written: {reason}.", **f),
    "file.not-local": lambda f: tr("{path} lies on another machine, and is not read.", **f),
    "file.not-ordinary": lambda f: tr("{path} is not an ordinary file, and is not read.", **f),
    "file.too-large-to-draw": lambda f: tr(
        "A matrix of {lines} lines is too large for such a picture (at most {most}): fold namespaces, or save a table.",
        **f,
    ),
    "file.not-drawn": lambda f: tr(
        "The picture cannot be made: it is too large for this computer. Fold namespaces, or save a table."
    ),
    "file.too-large": lambda f: tr("{path} is larger than {limit} bytes, and is not read.", **f),
}

CONNECTION: dict[str, Say] = {
    "unreachable.timeout": lambda f: tr("{host}:{port} does not answer.", **f),
    "unreachable.refused": lambda f: tr("{host}:{port} refuses connections.", **f),
    "unreachable.name-unknown": lambda f: tr("There is no computer called {host}.", **f),
    "unreachable.closed": lambda f: tr("{host}:{port} closes the connection at once.", **f),
    "unreachable.failed": lambda f: tr("{host}:{port} cannot be reached: {reason}.", **f),
    "proxy.unreadable": lambda f: tr("The variable {name} holds no address of a proxy that can be used.", **f),
    "proxy.refused": lambda f: tr("The proxy does not let us through to {host}:{port} ({status}).", **f),
    "proxy.credentials-refused": lambda f: tr("The proxy wants a name and password, and did not accept ours."),
    "proxy.not-spoken": lambda f: tr("What answers is no SOCKS5 proxy."),
    "tls.expired": lambda f: tr("The certificate of {host} has expired.", **f),
    "tls.not-yet-valid": lambda f: tr("The certificate of {host} is not valid yet.", **f),
    "tls.unknown-authority": lambda f: tr("The certificate of {host} is signed by an unknown authority.", **f),
    "tls.wrong-name": lambda f: tr("The certificate of {host} is for another name.", **f),
    "tls.not-trusted": lambda f: tr("The certificate of {host} is not trusted: {reason}.", **f),
    "tls.client-certificate-refused": lambda f: tr("{host} refused the client certificate.", **f),
    "tls.not-spoken": lambda f: tr("{host}:{port} does not speak TLS.", **f),
    "tls.failed": lambda f: tr("No secure connection to {host}:{port} could be agreed on ({reason}).", **f),
    "connection.timeout": lambda f: tr("{host}:{port} did not answer in time. It may have received the request.", **f),
    "connection.lost": lambda f: tr(
        "The connection to {host}:{port} broke off. The server may have received the request.", **f
    ),
    "watch.roused": lambda f: tr("The connection had fallen silent; it is being made anew."),
    "watch.ended-at-once": lambda f: tr("The server ends every watch as soon as it is begun."),
    "watch.too-long-ago": lambda f: tr("Nothing was heard of the server for long: everything is listed anew."),
    "watch.went-back": lambda f: tr(
        "The server went back to an older version of its objects: everything is listed anew."
    ),
    "answer.unreadable": lambda f: tr("The server's answer could not be read."),
    "answer.too-long": lambda f: tr("The server sent an object larger than {limit} bytes.", **f),
}


def _refused(f: Facts) -> str:
    return tr("The server refuses it: {message}", **f) if f["message"] else tr("The server refuses it ({status}).", **f)


ANSWERS: dict[str, Say] = {
    "server.warning": lambda f: tr("The server warns: {message}", **f),
    "server.refused": lambda f: tr("The server refuses this: {message}", **f),
    "api.bad-request": _refused,
    "api.invalid": _refused,
    "api.too-large": lambda f: tr("The server refuses it, because it is too large."),
    "api.unauthorized": lambda f: tr("The server does not accept the credentials."),
    "api.forbidden": lambda f: tr("Not permitted: {message}", **f) if f["message"] else tr("Not permitted."),
    "api.not-admitted": lambda f: tr("The cluster does not admit it: {message}", **f),
    "api.namespace-terminating": lambda f: tr("The namespace is being deleted and takes nothing new: {message}", **f),
    "api.not-found": lambda f: tr("It is not there: {message}", **f) if f["message"] else tr("It is not there."),
    "api.not-served": lambda f: tr("The server does not know this kind of object, or is no Kubernetes server."),
    "api.already-exists": lambda f: tr("The name is taken: {message}", **f),
    "api.conflict": lambda f: tr("It has changed meanwhile: {message}", **f),
    "api.field-conflict": lambda f: tr("Another tool owns fields that would change: {message}", **f),
    "api.expired": lambda f: tr("The server no longer keeps the version that was asked for."),
    "api.too-many-requests": lambda f: tr("The server is busy and asks to wait."),
    "api.server-error": lambda f: (
        tr("The server failed ({status}): {message}", **f) if f["message"] else tr("The server failed ({status}).", **f)
    ),
    "api.redirect": lambda f: tr("The server sends us to another address ({location}), which is not followed.", **f),
    "api.refused": lambda f: tr("The server answered {status}: {message}", **f),
}


def _wait(f: Facts) -> str:
    return tr("Try again in {retry_after} s.", **f) if f.get("retry_after") else tr("Try again in a while.")


def _renew(f: Facts) -> str:
    return tr("Sign in anew, or renew the token or certificate that the kubeconfig names.")


def _compare(f: Facts) -> str:
    return tr("Nothing was changed. Compare both versions and decide which to keep.")


def _check_certificates(f: Facts) -> str:
    return tr("Check certificate-authority and tls-server-name in the kubeconfig.")


def _look(f: Facts) -> str:
    return tr("Synchronize to see what is there now.")


def _check_network(f: Facts) -> str:
    if f.get("proxy"):
        return tr("Check the network, the VPN, and the proxy: proxy-url in the kubeconfig, or HTTPS_PROXY.")
    return tr("Check the network, the VPN, and the server's address in the kubeconfig.")


HINTS: dict[str, Say] = {
    "folder.entangled": lambda f: tr("Change the file by hand."),
    "folder.not-understood": lambda f: tr("Mend the file by hand first."),
    "folder.not-in-folder": lambda f: tr(
        "Choose a name that ends in .yaml, .yml or .json and does not begin with a dot."
    ),
    "kubeconfig.no-scheme": lambda f: tr("Write https:// before it."),
    "kubeconfig.authority-and-insecure": lambda f: tr("Remove one of the two; kubectl refuses both together."),
    "kubeconfig.given-twice": lambda f: tr("Remove one of the two."),
    "kubeconfig.token-and-password": lambda f: tr("Remove one of the two."),
    "kubeconfig.exec-and-auth-provider": lambda f: tr("Remove one of the two."),
    "kubeconfig.auth-provider-removed": lambda f: (
        tr("Use the credential plug-in gke-gcloud-auth-plugin (exec) instead.")
        if f["provider"] == "gcp"
        else tr("Use the credential plug-in kubelogin (exec) of https://github.com/Azure/kubelogin instead.")
    ),
    **dict.fromkeys(
        (
            "unreachable.timeout",
            "unreachable.refused",
            "unreachable.name-unknown",
            "unreachable.closed",
            "unreachable.failed",
            "proxy.refused",
        ),
        _check_network,
    ),
    "kubeconfig.proxy-unreadable": lambda f: tr("Write it as in http://proxy.example:3128."),
    "proxy.unreadable": lambda f: tr("Correct or clear the variable, then start Bulkhead again."),
    "proxy.credentials-refused": lambda f: tr(
        "Write them into the proxy's address in the kubeconfig or the environment, as in http://name:password@proxy."
    ),
    "tls.client-key-encrypted": lambda f: tr("Store the key without a passphrase, readable by you alone."),
    "tls.expired": lambda f: tr("Whoever manages the cluster has to renew it. Check this computer's clock, too."),
    "tls.not-yet-valid": lambda f: tr("Check this computer's clock."),
    "tls.unknown-authority": _check_certificates,
    "tls.wrong-name": _check_certificates,
    "tls.not-trusted": _check_certificates,
    "tls.client-certificate-refused": _renew,
    "tls.not-spoken": lambda f: tr("Check the server's address and port in the kubeconfig."),
    "connection.timeout": _look,
    "connection.lost": _look,
    "api.unauthorized": _renew,
    "api.forbidden": lambda f: tr("Ask whoever manages the cluster for this right."),
    "api.not-admitted": lambda f: tr("Change it as the message asks, or ask whoever manages the cluster's rules."),
    "api.namespace-terminating": lambda f: tr("Choose another namespace, or wait until this one is there again."),
    "api.not-found": _look,
    "api.already-exists": lambda f: tr("Choose another name, or edit the policy that is there."),
    "api.conflict": _compare,
    "api.field-conflict": _compare,
    "api.expired": lambda f: tr("Synchronize anew."),
    "api.too-many-requests": _wait,
    "api.server-error": _wait,
    "api.redirect": lambda f: tr("Name that address in the kubeconfig, if you trust it."),
    "api.not-served": lambda f: tr("Check the server's address in the kubeconfig."),
}
