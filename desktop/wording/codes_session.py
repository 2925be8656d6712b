"""The codes of ``desktop.session`` and of questions to ``desktop.reach``, and those that any layer may raise."""

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

EDITOR: dict[str, Say] = {
    "draft-file.broken": lambda f: tr("The draft in {path} could not be read. It was set aside as {aside}.", **f),
    "import.too-large": lambda f: tr("{path} is too large: all the text together may have {limit} bytes.", **f),
    "import.not-utf8": lambda f: tr("{path} is not UTF-8 text (at byte {offset}).", **f),
    "import.not-text": lambda f: tr("{path} is not a text file.", **f),
}

CHANGES: dict[str, Say] = {
    "change.has-errors": lambda f: tr("{name} in {namespace} has errors.", **f),
    "change.named-twice": lambda f: tr("{name} in {namespace} stands twice in this text.", **f),
    "change.renamed": lambda f: tr("This text started from {was}, but now names {name} in {namespace}.", **f),
    "change.not-applied": lambda f: tr("The connection broke off, and {name} in {namespace} was not changed.", **f),
    "note.managed-by": lambda f: (
        tr("{tool} looks after this policy ({name}), and may put its own version back.", **f)
        if f["name"]
        else tr("{tool} looks after this policy, and may put its own version back.", **f)
    ),
    "note.other-manager": lambda f: tr("Another program wrote this policy last: {name}.", **f),
    "note.held": lambda f: tr("A finalizer holds it: it stays in force until whoever put that there lets it go."),
    "note.last-applied": lambda f: tr(
        "This policy was written with kubectl apply. A later kubectl apply takes back what is changed here."
    ),
}

QUESTIONS: dict[str, Say] = {
    "end.unknown": lambda f: tr("There is no workload, pod or address called “{name}”.", **f),
    "end.ambiguous": lambda f: tr("“{name}” may be each of {candidates}.", **f),
    "end.service": lambda f: tr("{address} is the address of the Service {name} in {namespace}.", **f),
}

HINTS: dict[str, Say] = {
    "end.ambiguous": lambda f: tr("Say which one."),
    "end.service": lambda f: tr("Policies see the pods behind a Service: ask about one of them."),
    "change.has-errors": lambda f: tr("Correct them first."),
    "change.renamed": lambda f: tr("Duplicate the policy to make one of another name."),
    "change.not-applied": lambda f: tr("Try again."),
    "note.managed-by": lambda f: tr("Change it at its source, too."),
    "note.last-applied": lambda f: tr("Change the file that was applied, too."),
    "unexpected": lambda f: tr("Please report it, with the details that can be copied here."),
}
