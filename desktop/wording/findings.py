"""Findings in words."""

from desktop.language import tr
from desktop.policy.findings import Finding, Fix, Severity
from desktop.wording import codes


def sentence(finding: Finding) -> str:
    """Return what was found, as plain text."""
    return codes.sentence(finding.code, codes.finding_facts(finding))


def hint(finding: Finding) -> str:
    """Return what can be done about it, or nothing where nothing can be said."""
    return codes.hint(finding.code, codes.finding_facts(finding))


def reason(finding: Finding) -> str:
    """Return why it is so, with the source, or nothing where the sentence says it all."""
    return codes.reason(finding.code, codes.finding_facts(finding))


def fix_words(fix: Fix) -> str:
    """Return what a fix does, as the text of a button."""
    return codes.sentence(fix.code, fix.facts)


def severity_word(severity: Severity) -> str:
    """Return how much a finding matters, in one word."""
    match severity:
        case Severity.ERROR:
            return tr("error")
        case Severity.WARNING:
            return tr("warning")
        case Severity.INFO:
            return tr("note")
