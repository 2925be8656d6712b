"""What the server said against single fields of a policy, as long as these are what it refused. Plain Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from desktop.policy.findings import Finding, Path
from desktop.ui.review.causes import REFUSED

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was said against one policy; ``finding`` carries the path, not yet the place, ``value`` what was refused."""

    namespace: str
    name: str
    finding: Finding
    value: object = field(hash=False)

    def is_about(self, namespace: str, name: str, policy: Mapping[str, object]) -> bool:
        """Whether this is the policy, and the field is still what was refused."""
        return (self.namespace, self.name) == (namespace, name) and self.value == _at(policy, self.finding.path)


def refusals(namespace: str, name: str, policy: Mapping[str, object], found: Sequence[Finding]) -> list[Refusal]:
    """Return what of the findings is the server's, said against fields of a policy as it is now."""
    own = [finding for finding in found if finding.code == REFUSED]
    return [Refusal(namespace, name, finding, _at(policy, finding.path)) for finding in own]


def _at(value: object, path: Path) -> object:
    """Return what stands at a path; a value of its own where nothing does."""
    for step in path:
        try:
            value = value[step]  # type: ignore[index]
        except (TypeError, LookupError):
            return _ABSENT
    return value
