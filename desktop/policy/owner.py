"""Who looks after an object: kubectl, Helm, Argo CD, Flux or another, read from its metadata."""

from dataclasses import dataclass
from enum import Enum


class Tool(Enum):
    """A tool that is known to write objects back."""

    BULKHEAD = "Bulkhead"
    KUBECTL = "kubectl"
    HELM = "Helm"
    ARGO_CD = "Argo CD"
    FLUX = "Flux"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Owner:
    """The tool, and what it calls the owner (a Helm release, an Argo CD application, a field manager)."""

    tool: Tool
    name: str = ""
