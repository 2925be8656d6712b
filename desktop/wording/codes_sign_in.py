"""The codes of signing in: programs that give credentials, and identity providers."""

from desktop.language import tr
from desktop.wording.facts import Facts, Say

SIGN_IN: dict[str, Say] = {
    "plugin.version-unknown": lambda f: (
        tr("The sign-in program is to speak {version}, which is not known.", **f)
        if f["version"]
        else tr("The sign-in program's apiVersion is missing.")
    ),
    "plugin.no-command": lambda f: tr("The user signs in through a program, but which is not said (command)."),
    "plugin.nameless-variable": lambda f: tr("A variable for the sign-in program has no name."),
    "plugin.no-interactive-mode": lambda f: tr("The sign-in program's interactiveMode is missing."),
    "plugin.interactive-mode-unknown": lambda f: tr("The sign-in program's interactiveMode {mode} is not known.", **f),
    "plugin.needs-terminal": lambda f: tr("The sign-in program {command} works in a terminal only.", **f),
    "plugin.not-found": lambda f: tr("The sign-in program {command} is not there, or is no program.", **f),
    "plugin.arguments-unsafe": lambda f: tr(
        "The arguments of the sign-in program {command} hold characters that cannot be passed on safely.", **f
    ),
    "plugin.consent-needed": lambda f: tr(
        "Signing in runs the program {command}, which you have not let run yet.", **f
    ),
    "plugin.forbidden": lambda f: tr("Your kubectl preferences do not let {command} run.", **f),
    "plugin.preferences-unclear": lambda f: tr(
        "Which sign-in programs may run stands in your kubectl preferences, which cannot be understood."
    ),
    "plugin.not-started": lambda f: tr("The sign-in program {command} could not be started: {reason}.", **f),
    "plugin.failed": lambda f: tr("The sign-in program {command} failed ({status}).", **f),
    "plugin.timeout": lambda f: tr("The sign-in program {command} did not end within {limit} seconds.", **f),
    "plugin.answer-too-long": lambda f: tr("The answer of the sign-in program {command} is too long.", **f),
    "plugin.answer-unreadable": lambda f: tr("The answer of the sign-in program {command} cannot be read.", **f),
    "plugin.answer-of-other-version": lambda f: tr(
        "The sign-in program {command} did not answer in the form that was asked for ({version}).", **f
    ),
    "plugin.half-a-certificate": lambda f: tr(
        "The sign-in program {command} gave a certificate without its key, or a key without its certificate.", **f
    ),
    "plugin.answer-empty": lambda f: tr("The sign-in program {command} gave neither a token nor a certificate.", **f),
    "oidc.field-missing": lambda f: tr("The identity provider's {field} is missing.", **f),
    "oidc.issuer-not-https": lambda f: tr("The identity provider's idp-issuer-url is no https address."),
    "oidc.expired": lambda f: tr("The sign-in at {issuer} has expired, and cannot be renewed (refresh-token).", **f),
    "oidc.no-discovery": lambda f: tr("{issuer} does not say where a sign-in is renewed.", **f),
    "oidc.refused": lambda f: tr("{issuer} does not renew the sign-in ({status}).", **f),
    "oidc.no-id-token": lambda f: tr("{issuer} renewed the sign-in, but gave no ID token.", **f),
}


def _sign_in_anew(f: Facts) -> str:
    return tr("Sign in anew with the tool that wrote the tokens into the kubeconfig.")


def _sign_in_by_hand(f: Facts) -> str:
    return tr("Run a kubectl command for this cluster in a terminal; what it says may tell more.")


HINTS: dict[str, Say] = {
    "plugin.needs-terminal": lambda f: tr("Another way to sign in is needed, such as a token."),
    "plugin.not-found": lambda f: f["advice"] or tr("Install it, or put the folder where it lies on your PATH."),
    "plugin.consent-needed": lambda f: tr("Look at what it is and who asks for it, then let it run."),
    "plugin.forbidden": lambda f: tr("See credentialPluginPolicy and credentialPluginAllowlist in {file}.", **f),
    "plugin.preferences-unclear": lambda f: tr(
        "See credentialPluginPolicy and credentialPluginAllowlist in {file}.", **f
    ),
    "oidc.expired": _sign_in_anew,
    "oidc.refused": _sign_in_anew,
    "oidc.no-discovery": lambda f: tr("Check idp-issuer-url in the kubeconfig."),
    "oidc.no-id-token": lambda f: tr("Sign in anew, with the scope openid."),
    **dict.fromkeys(
        (
            "plugin.not-started",
            "plugin.failed",
            "plugin.timeout",
            "plugin.answer-too-long",
            "plugin.answer-unreadable",
            "plugin.answer-of-other-version",
            "plugin.half-a-certificate",
            "plugin.answer-empty",
        ),
        _sign_in_by_hand,
    ),
}
