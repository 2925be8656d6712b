"""The codes of ``desktop.session`` and ``desktop.reach``, and those that any layer may raise."""

from desktop.language import tr
from desktop.wording.facts import Say

SESSION: dict[str, Say] = {
    "cancelled": lambda f: tr("Cancelled."),
    "unexpected": lambda f: tr("Something went wrong inside Bulkhead ({exception}).", **f),
    "settings.broken": lambda f: tr(
        "The settings in {path} could not be read. They were set aside as {aside}, and fresh ones are in use.", **f
    ),
    "settings.value": lambda f: tr("The setting {name} has a value that does not fit, and is not used: {reason}", **f),
}

ADVICE: dict[str, Say] = {
    "advice.selects-nothing": lambda f: tr(
        "No pod in {namespace} has these labels: the policy applies to nothing.", **f
    ),
    "advice.selects-host-network": lambda f: tr(
        "Only pods on the host network have these labels, and policies do not apply to those."
    ),
}

HINTS: dict[str, Say] = {
    "unexpected": lambda f: tr("Please report it, with the details that can be copied here."),
    "advice.selects-nothing": lambda f: tr("Compare the selector with the labels of the pods."),
}
