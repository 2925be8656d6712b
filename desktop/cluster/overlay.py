"""What a NetworkPolicy laid over another one gives, by the rules of server-side apply.

The server merges by the API's own types: the fields of ``metadata`` and ``spec`` one by one, labels and annotations by
key, finalizers as a set, owner references by uid; everything below ``spec.podSelector``, ``spec.ingress``,
``spec.egress`` and ``spec.policyTypes`` is one piece (``x-kubernetes-map-type: atomic`` and
``x-kubernetes-list-type: atomic`` in the API's description).
"""

from collections.abc import Mapping, Sequence


def laid_over(intent: Mapping[str, object], there: Mapping[str, object]) -> dict[str, object]:
    """Return ``there`` with what ``intent`` says; what it does not mention stays."""
    return {
        **there,
        **intent,
        "metadata": _metadata(_mapping(intent.get("metadata")), _mapping(there.get("metadata"))),
        "spec": {**_mapping(there.get("spec")), **_mapping(intent.get("spec"))},
    }


def _metadata(intent: Mapping[str, object], there: Mapping[str, object]) -> dict[str, object]:
    merged = {**there, **intent}
    for by_key in ("labels", "annotations"):
        if by_key in intent:
            merged[by_key] = {**_mapping(there.get(by_key)), **_mapping(intent[by_key])}
    if "finalizers" in intent:
        kept = _list(there.get("finalizers"))
        merged["finalizers"] = [*kept, *(each for each in _list(intent["finalizers"]) if each not in kept)]
    if "ownerReferences" in intent:
        owners = [*_list(there.get("ownerReferences")), *_list(intent["ownerReferences"])]
        merged["ownerReferences"] = [*{str(_mapping(owner).get("uid")): owner for owner in owners}.values()]
    return merged


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []
