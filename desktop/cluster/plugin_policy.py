"""The user's own rule, in kubectl's preferences (kuberc), for which sign-in programs may run at all.

``credentialPluginPolicy`` and ``credentialPluginAllowlist`` of ``kubectl.config.k8s.io/v1beta1 Preference``, Kubernetes
1.35. Stricter than kubectl in two things: where the file cannot be read, nothing runs; and a preference of a later
version, which this kubectl may pass over, is held to say the same by the same names.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from desktop.cluster import named_files, places, plugin
from desktop.cluster.plugin import Plugin
from desktop.errors import ConfigError, FileError
from desktop.manifest import reader
from desktop.policy.findings import Severity

_VERSION = re.compile(r"kubectl\.config\.k8s\.io/v\d+(beta\d+)?")
"""``v1alpha1`` knows nothing of sign-in programs."""


def check(wanted: Plugin) -> None:
    """Raise ConfigError where the user's preferences forbid the program, or cannot be read."""
    path = _file()
    preference = _preference(path) if path else {}
    policy, allowed = preference.get("credentialPluginPolicy"), preference.get("credentialPluginAllowlist")
    facts = {"file": str(path), "command": str(wanted.path)}
    if policy in (None, "", "AllowAll") and allowed is None:
        return
    if policy == "DenyAll" and allowed is None:
        raise ConfigError("plugin.forbidden", **facts)
    if policy != "Allowlist" or not isinstance(allowed, list) or not allowed:
        raise ConfigError("plugin.preferences-unclear", **facts)
    names = [entry.get("name") if isinstance(entry, Mapping) else None for entry in allowed]
    if not all(isinstance(name, str) and name and name == os.path.normpath(name) for name in names):
        raise ConfigError("plugin.preferences-unclear", **facts)
    if not any(_names(str(name), wanted) for name in names):
        raise ConfigError("plugin.forbidden", **facts)


def _names(name: str, wanted: Plugin) -> bool:
    """Whether an entry means the program: by its whole path, or by a name that is found on PATH where it lies."""
    return plugin.find(name, Path("/"), wanted.search_path) == wanted.path


def _file() -> Path | None:
    """Return the file that kubectl would read; None where there is none, or the user switched it off."""
    named = os.environ.get("KUBERC", "")
    if named == "off" or os.environ.get("KUBECTL_KUBERC", "").lower() == "false":
        return None
    path = Path(named) if named else places.home() / ".kube" / "kuberc"
    return path if named or path.exists() else None


def _preference(path: Path) -> Mapping[str, object]:
    try:
        reading = reader.read_bytes(named_files.read(path))
    except FileError as error:
        raise ConfigError("plugin.preferences-unclear", file=str(path)) from error
    findings = [*reading.findings, *(finding for document in reading.documents for finding in document.findings)]
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise ConfigError("plugin.preferences-unclear", file=str(path))
    for document in reading.documents:
        value = document.value
        if not isinstance(value, Mapping) or value.get("kind") != "Preference":
            continue
        if _VERSION.fullmatch(str(value.get("apiVersion"))):
            return value
    return {}
