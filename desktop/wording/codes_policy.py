"""The codes of ``desktop.policy``: what the API server would refuse, and what a form cannot read."""

from desktop.language import tr
from desktop.wording.facts import Facts, Say


def _named(family: str, subject: Say) -> dict[str, Say]:
    """The faults of a name of an object."""
    return {
        f"{family}.too-long": lambda f: tr(
            "{subject} is too long: at most {maximum} bytes are allowed.", subject=subject(f), **f
        ),
        f"{family}.syntax": lambda f: tr(
            "{subject} may hold lower case letters, digits, “-” and “.” only, and must begin and end with a letter "
            "or digit, in each part between dots.",
            subject=subject(f),
            **f,
        ),
    }


def _keyed(family: str, subject: Say) -> dict[str, Say]:
    """The faults of a qualified name: ``name`` or ``prefix/name``."""
    return {
        f"{family}.empty": lambda f: tr("{subject} has no name.", subject=subject(f), **f),
        f"{family}.too-long": lambda f: tr(
            "{subject} is too long: its name may have at most {maximum} bytes.", subject=subject(f), **f
        ),
        f"{family}.syntax": lambda f: tr(
            "{subject} must be a name of letters, digits, “-”, “_” and “.” that begins and ends with a letter or "
            "digit, or a domain name, a “/” and such a name.",
            subject=subject(f),
            **f,
        ),
        f"{family}.prefix-empty": lambda f: tr("{subject} has nothing before its “/”.", subject=subject(f), **f),
        f"{family}.prefix-too-long": lambda f: tr(
            "{subject} is too long before its “/”: at most {maximum} bytes are allowed.", subject=subject(f), **f
        ),
        f"{family}.prefix-syntax": lambda f: tr(
            "{subject} must have a domain name in lower case before its “/”.", subject=subject(f), **f
        ),
    }


def _type(name: str) -> str:
    """A JSON type in words."""
    match name:
        case "string":
            return tr("a text")
        case "number":
            return tr("a number")
        case "integer":
            return tr("a whole number")
        case "integer-or-string":
            return tr("a whole number or a text")
        case "boolean":
            return tr("true or false")
        case "list":
            return tr("a list")
        case "object":
            return tr("a mapping of keys to values")
        case "timestamp":
            return tr("a time such as 2026-01-31T12:00:00Z")
        case "null":
            return tr("no value")
        case _:
            return name


def _wrong_type(f: Facts) -> str:
    expected, actual = _type(f["expected"]), _type(f["actual"])
    if f.get("value"):
        return tr(
            "{field} must be {expected}, but “{value}” is {actual}.",
            field=f["field"],
            expected=expected,
            value=f["value"],
            actual=actual,
        )
    return tr("{field} must be {expected}, but it is {actual}.", field=f["field"], expected=expected, actual=actual)


def _type_hint(f: Facts) -> str:
    if f["expected"] == "string" and f.get("value"):
        return tr('Put it in quotes: "{value}".', value=f["value"])
    if f["expected"] == "integer" and f.get("value", "").isdigit():
        return tr("Write it without quotes: {value}.", value=f["value"])
    return ""


def _write(f: Facts) -> str:
    return tr("Write {suggestion}.", **f) if f.get("suggestion") else ""


DECODING: dict[str, Say] = {
    "type.wrong": _wrong_type,
    "field.unknown": lambda f: tr("There is no field “{name}” here.", **f),
    "number.out-of-range": lambda f: tr("{value} is not a number from {minimum} to {maximum}.", **f),
    "timestamp.syntax": lambda f: tr("“{value}” is not a time such as 2026-01-31T12:00:00Z.", **f),
    "api-version.wrong": lambda f: tr("The apiVersion must be {expected}, not “{value}”.", **f),
    "kind.wrong": lambda f: tr("The kind must be {expected}, not “{value}”.", **f),
    "policy.unreadable": lambda f: tr("It cannot be read as a NetworkPolicy: {findings}", **f),
}

METADATA: dict[str, Say] = {
    **_named("name", lambda f: tr("The name “{value}”", **f)),
    **_named("generate-name", lambda f: tr("The generateName “{value}”", **f)),
    "name.required": lambda f: tr("The policy has no name."),
    "name.changed": lambda f: tr("A policy cannot be renamed: it is called “{old}”, not “{value}”.", **f),
    "namespace.too-long": lambda f: tr(
        "The namespace “{value}” is too long: at most {maximum} bytes are allowed.", **f
    ),
    "namespace.syntax": lambda f: tr(
        "The namespace “{value}” may hold lower case letters, digits and “-” only, and must begin and end with a "
        "letter or digit.",
        **f,
    ),
    "namespace.dots": lambda f: tr("The namespace “{value}” may not hold dots.", **f),
    "namespace.changed": lambda f: tr(
        "A policy cannot be moved to another namespace: it is in “{old}”, not “{value}”.", **f
    ),
    **_keyed("label-key", lambda f: tr("The label key “{value}”", **f)),
    **_keyed("annotation-key", lambda f: tr("The annotation key “{value}”", **f)),
    **_keyed("finalizer", lambda f: tr("The finalizer “{value}”", **f)),
    "label-value.too-long": lambda f: tr(
        "The label value “{value}” is too long: at most {maximum} bytes are allowed.", **f
    ),
    "label-value.syntax": lambda f: tr(
        "The label value “{value}” may hold letters, digits, “-”, “_” and “.” only, and must begin and end with a "
        "letter or digit.",
        **f,
    ),
    "annotations.too-large": lambda f: tr(
        "The annotations are too large: {size} bytes together, of at most {maximum}.", **f
    ),
    "finalizer.unknown": lambda f: tr("“{value}” is no finalizer of Kubernetes; others hold a “/”.", **f),
    "finalizer.contradictory": lambda f: tr("The finalizers orphan and foregroundDeletion exclude each other."),
    "finalizer.added-late": lambda f: tr("The policy is being deleted: no finalizer can be added now ({value}).", **f),
    "owner-reference.no-api-version": lambda f: tr("An owner reference needs an apiVersion."),
    "owner-reference.no-kind": lambda f: tr("An owner reference needs a kind."),
    "owner-reference.no-name": lambda f: tr("An owner reference needs a name."),
    "owner-reference.no-uid": lambda f: tr("An owner reference needs a uid."),
    "owner-reference.event": lambda f: tr("An event cannot own anything."),
    "owner-reference.second-controller": lambda f: tr("Only one owner reference may have controller: true."),
}

SPEC: dict[str, Say] = {
    "policy-types.too-many": lambda f: tr("policyTypes may have at most {maximum} entries, not {value}.", **f),
    "policy-types.unknown": lambda f: tr("“{value}” is no policy type; there are {supported}.", **f),
    "selector.values-required": lambda f: tr("The operator {operator} needs values.", **f),
    "selector.values-forbidden": lambda f: tr("The operator {operator} takes no values.", **f),
    "selector.operator-unknown": lambda f: tr(
        "“{value}” is no operator; there are In, NotIn, Exists and DoesNotExist.", **f
    ),
    "protocol.unknown": lambda f: tr("“{value}” is no protocol; there are {supported}.", **f),
    "port.out-of-range": lambda f: tr("{value} is no port: ports are from {minimum} to {maximum}.", **f),
    "port-name.too-long": lambda f: tr(
        "The port name “{value}” is too long: at most {maximum} bytes are allowed.", **f
    ),
    "port-name.characters": lambda f: tr(
        "The port name “{value}” may hold lower case letters, digits and “-” only.", **f
    ),
    "port-name.no-letter": lambda f: tr("The port name “{value}” needs at least one letter.", **f),
    "port-name.consecutive-hyphens": lambda f: tr("The port name “{value}” may not hold “--”.", **f),
    "port-name.edge-hyphen": lambda f: tr("The port name “{value}” may not begin or end with “-”.", **f),
    "end-port.without-port": lambda f: tr("endPort {value} needs a port to begin from.", **f),
    "end-port.with-name": lambda f: tr(
        "endPort {value} needs a port number to begin from, not the name “{port}”.", **f
    ),
    "end-port.below-port": lambda f: tr("endPort {value} is below port {port}.", **f),
    "end-port.out-of-range": lambda f: tr("endPort {value} is no port: ports are from {minimum} to {maximum}.", **f),
    "peer.empty": lambda f: tr("This peer names nobody: it needs a podSelector, a namespaceSelector or an ipBlock."),
    "peer.mixed": lambda f: tr("A peer with an ipBlock may have no podSelector or namespaceSelector."),
    "cidr.required": lambda f: tr("The ipBlock needs a cidr."),
    "cidr.syntax": lambda f: tr("“{value}” is no CIDR block such as 10.9.8.0/24 or 2001:db8::/64.", **f),
    "cidr.leading-zeros": lambda f: tr("“{value}” has numbers that begin with 0.", **f),
    "cidr.ipv4-mapped": lambda f: tr("“{value}” is an IPv4 block written as IPv6.", **f),
    "cidr.host-bits": lambda f: tr("“{value}” has bits set beyond its prefix length.", **f),
    "except.not-inside": lambda f: tr(
        "The exception “{value}” must lie within {cidr} and be smaller, of the same family.", **f
    ),
}

TYPED: dict[str, Say] = {
    "typed.port-needs-protocol": lambda f: tr("Choose a protocol for port “{text}”.", **f),
    "typed.port-range-backwards": lambda f: tr("The port range “{text}” runs backwards.", **f),
    "typed.port-range": lambda f: tr("“{text}” is no port range: a range is of two numbers.", **f),
    "typed.port-name-like-range": lambda f: tr("“{text}” is read as the name of a port, not as a range.", **f),
    "typed.port": lambda f: tr("“{text}” is neither a port number nor the name of a port.", **f),
    "typed.port-number": lambda f: tr("“{text}” is no port: ports are from 1 to 65535.", **f),
    "typed.cidr": lambda f: tr("“{text}” is no CIDR block.", **f),
    "typed.cidr-length": lambda f: tr("“{text}” has no prefix length.", **f),
    "typed.cidr-host-bits": lambda f: tr("“{text}” has bits set beyond its prefix length.", **f),
    "typed.except-family": lambda f: tr("The exception {text} is not of the same family as {cidr}.", **f),
    "typed.except-outside": lambda f: tr("The exception {text} must lie within {cidr} and be smaller.", **f),
    "draft.name-taken": lambda f: tr("There is a policy called “{name}” in this namespace already.", **f),
    "draft.undecided": lambda f: tr("Nothing was chosen yet for inbound and outbound."),
    "draft.restricts-nothing": lambda f: tr("The policy restricts neither inbound nor outbound traffic."),
    "draft.no-rule": lambda f: tr("“Only these rules” is chosen, but there is no rule."),
    "draft.no-peer": lambda f: tr("The rule names no source or destination."),
    "draft.no-namespace": lambda f: tr("No namespace is chosen."),
    "draft.duplicate-key": lambda f: tr("The label key “{key}” is given twice.", **f),
    "draft.any-port-among-others": lambda f: tr(
        "This row means every protocol and port, and would make the other rows of ports pointless."
    ),
}


def _for_example(example: str) -> Say:
    return lambda f: tr("Write for example {example}.", example=example)


HINTS: dict[str, Say] = {
    **dict.fromkeys(
        ("label-key.empty", "label-key.syntax", "label-key.prefix-empty", "label-key.prefix-syntax"),
        lambda f: tr("Write for example {one} or {other}.", one="role", other="example.com/role"),
    ),
    "label-value.syntax": _for_example("frontend"),
    "selector.values-required": _for_example("a, b"),
    "namespace.syntax": _for_example("my-shop"),
    "namespace.dots": _for_example("my-shop"),
    "type.wrong": _type_hint,
    "field.unknown": lambda f: tr("Did you mean {suggestion}?", **f) if f.get("suggestion") else "",
    "api-version.wrong": lambda f: tr("Write {expected}.", **f),
    "name.required": lambda f: tr("Enter one, for example {example}.", example="access-demo1"),
    "port-name.no-letter": lambda f: tr("A port number is written without quotes."),
    "peer.empty": lambda f: tr(
        "For every pod of the policy's own namespace write {example}.", example="podSelector: {}"
    ),
    "peer.mixed": lambda f: tr("Make two peers of it: one that fits either is admitted."),
    "cidr.leading-zeros": _write,
    "cidr.ipv4-mapped": _write,
    "cidr.host-bits": _write,
    **dict.fromkeys(
        (
            "typed.port-range-backwards",
            "typed.port-range",
            "typed.port",
            "typed.port-number",
            "typed.cidr",
            "typed.cidr-length",
            "typed.cidr-host-bits",
            "typed.except-family",
            "typed.except-outside",
        ),
        lambda f: tr("Write for example {example}.", **f),
    ),
    "typed.port-name-like-range": lambda f: tr(
        "A range is of two numbers, for example {example}.", example="8000-8010"
    ),
    "typed.port-needs-protocol": lambda f: tr("Without a protocol the rule is for every protocol and port."),
    "draft.name-taken": lambda f: tr("Choose another name, or change that policy with Update."),
    "draft.undecided": lambda f: tr("Add a rule, or choose what is restricted."),
    "draft.restricts-nothing": lambda f: tr("Restrict at least one direction."),
    "draft.no-rule": lambda f: tr("Add a rule, or choose “nothing” or “not restricted”."),
    "draft.duplicate-key": lambda f: tr("Write it once; for one of several values choose the operator “in”."),
    "draft.no-peer": lambda f: tr("Add one, or choose “anyone”."),
    "draft.no-namespace": lambda f: tr("Choose at least one, or choose “every namespace”."),
}
