"""Every code with its sentence, and its hint where there is advice to give."""

from collections.abc import Mapping
from enum import Enum

from desktop.policy.findings import Finding, format_path
from desktop.wording import (
    codes_advice,
    codes_cluster,
    codes_limits,
    codes_policy,
    codes_session,
    codes_sign_in,
    codes_text,
)
from desktop.wording.facts import Facts, Say
from desktop.wording.plain import plain, short

SENTENCES: Mapping[str, Say] = {
    **codes_policy.DECODING,
    **codes_policy.METADATA,
    **codes_policy.SPEC,
    **codes_policy.TYPED,
    **codes_limits.LIMITS,
    **codes_text.YAML,
    **codes_text.DOCUMENTS,
    **codes_cluster.KUBECONFIG,
    **codes_sign_in.SIGN_IN,
    **codes_cluster.FILES,
    **codes_cluster.CONNECTION,
    **codes_cluster.ANSWERS,
    **codes_session.SESSION,
    **codes_session.CHANGES,
    **codes_session.EDITOR,
    **codes_session.QUESTIONS,
    **codes_advice.ADVICE,
    **codes_advice.FIXES,
}

HINTS: Mapping[str, Say] = {
    **codes_policy.HINTS,
    **codes_limits.HINTS,
    **codes_text.HINTS,
    **codes_cluster.HINTS,
    **codes_sign_in.HINTS,
    **codes_session.HINTS,
    **codes_advice.HINTS,
}

REASONS: Mapping[str, Say] = {**codes_advice.REASONS, **codes_limits.REASONS}


def sentence(code: str, facts: Mapping[str, object]) -> str:
    """Return the sentence of a code; of one without a sentence the code and its facts, which is better than silence."""
    texts = _told(facts)
    return _say(SENTENCES, code, texts) or _spelt(code, texts)


def hint(code: str, facts: Mapping[str, object]) -> str:
    """Return what can be done, or nothing where nothing can be said."""
    return _say(HINTS, code, _told(facts))


def reason(code: str, facts: Mapping[str, object]) -> str:
    """Return why something is told, and where that is written; nothing where the sentence says it all."""
    return _say(REASONS, code, _told(facts))


def finding_facts(finding: Finding) -> Mapping[str, object]:
    """Return a finding's facts, with ``field`` (its path) among them."""
    return {"field": format_path(finding.spot), **finding.facts}


def _say(table: Mapping[str, Say], code: str, texts: Facts) -> str:
    say = table.get(code)
    try:
        return say(texts) if say else ""
    except KeyError:  # a fact that the sentence needs is missing: then the facts that are there must do
        return ""


def _told(facts: Mapping[str, object]) -> Facts:
    return {name: _text(value) for name, value in facts.items()}


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Enum():
            return _text(value.value)
        case Finding():
            return sentence(value.code, finding_facts(value))
        case list() | tuple() | set() | frozenset():
            return ", ".join(_text(each) for each in value)
        case _:
            return short(str(value))


def _spelt(code: str, texts: Facts) -> str:
    told = ", ".join(f"{name}: {text}" for name, text in texts.items() if text)
    return f"{plain(code)} ({told})" if told else plain(code)
