"""The codes of ``desktop.manifest``: what is wrong with a text of YAML."""

from desktop.language import tr
from desktop.wording.facts import Say

YAML: dict[str, Say] = {
    "yaml.too-large": lambda f: tr("The text is larger than {limit} bytes.", **f),
    "yaml.too-many-nodes": lambda f: tr("The text holds more than {limit} keys and values.", **f),
    "yaml.too-many-aliases": lambda f: tr("The aliases of this text stand for more than {limit} values.", **f),
    "yaml.too-many-documents": lambda f: tr("The text holds more than {limit} documents.", **f),
    "yaml.too-deep": lambda f: tr("The text is nested more than {limit} levels deep.", **f),
    "yaml.not-utf8": lambda f: tr("The text is not UTF-8."),
    "yaml.control-character": lambda f: tr("The character {character} may not stand in YAML.", **f),
    "yaml.directive": lambda f: tr("Directives (lines that begin with “%”) are not read."),
    "yaml.text-after-marker": lambda f: tr("This text would be skipped: it stands after “---” or “...”."),
    "yaml.duplicate-key": lambda f: tr("The key “{key}” stands twice; first in line {first_line}.", **f),
    "yaml.key": lambda f: tr("This cannot be a key: a key is a text, a number, or true or false."),
    "yaml.merge": lambda f: tr("“<<” can only take in a mapping, or a list of mappings."),
    "yaml.tag": lambda f: (
        tr("The tag {tag} is not known to Kubernetes.", **f)
        if f.get("tag")
        else tr("This tag is not known to Kubernetes.")
    ),
    "yaml.not-of-tag": lambda f: tr("“{text}” is not what its tag {tag} says.", **f),
    "yaml.not-finite": lambda f: tr("{text} is not a number that JSON can hold.", **f),
    "yaml.unknown-anchor": lambda f: tr("There is no anchor &{anchor} before this alias.", **f),
    "yaml.recursive-anchor": lambda f: tr("The anchor &{anchor} holds itself.", **f),
    "yaml.tab": lambda f: tr("A tab stands where YAML allows spaces only."),
    "yaml.second-colon": lambda f: tr("A “: ” cannot stand here: this is a value already, or is indented wrongly."),
    "yaml.indentation": lambda f: tr("The indentation does not fit what stands before."),
    "yaml.escape": lambda f: tr("This “\\” begins no escape that YAML knows."),
    "yaml.unclosed-quote": lambda f: tr("This quotation mark is never closed."),
    "yaml.no-colon": lambda f: tr("A “:” is missing after this key."),
    "yaml.unclosed-bracket": lambda f: tr(
        "A “,” or a closing bracket is missing; the bracket opened in line {opened}.", **f
    ),
    "yaml.reserved-character": lambda f: tr("A value cannot begin with “{character}”.", **f),
    "yaml.syntax": lambda f: tr("This is not valid YAML: {problem}.", **f),
    "text.unseen-character": lambda f: tr(
        "The character {character} does not show, or changes the order in which the line is shown.", **f
    ),
}

DOCUMENTS: dict[str, Say] = {
    "document.not-an-object": lambda f: tr("This is no Kubernetes object."),
    "document.no-kind": lambda f: tr("The object has no kind."),
    "document.no-api-version": lambda f: tr("The object has no apiVersion."),
    "document.no-policy": lambda f: tr("{kind} {name} is no NetworkPolicy, and there is none besides.", **f),
    "document.skipped": lambda f: tr("{kind} {name} is skipped: it is no NetworkPolicy.", **f),
    "document.duplicate": lambda f: tr(
        "The policy {name} in {namespace} stands in this text already, from line {first_line} on.", **f
    ),
}

HINTS: dict[str, Say] = {
    "text.unseen-character": lambda f: tr("Delete it, or write it as an escape in double quotes."),
    "document.not-an-object": lambda f: tr("An object begins with apiVersion and kind."),
    "document.no-kind": lambda f: tr("Write {example}.", example="kind: NetworkPolicy"),
    "document.no-api-version": lambda f: tr("Write {example}.", example="apiVersion: networking.k8s.io/v1"),
    "document.duplicate": lambda f: tr("Delete one of the two, or give it another name."),
    "yaml.control-character": lambda f: tr("Delete it, or write it as an escape in double quotes."),
    "yaml.duplicate-key": lambda f: tr("Delete one of the two, or join their values."),
    "yaml.merge": lambda f: tr("Write the keys out."),
    "yaml.tag": lambda f: tr("Delete the tag."),
    "yaml.tab": lambda f: tr("Indent with spaces."),
    "yaml.second-colon": lambda f: tr("Put a value that holds “: ” in quotes."),
    "yaml.indentation": lambda f: tr("Keys of one mapping, and the “-” of one list, stand in one column."),
    "yaml.escape": lambda f: tr("Write “\\\\” for a backslash, or use single quotes."),
    "yaml.reserved-character": lambda f: tr("Put the value in quotes."),
}
