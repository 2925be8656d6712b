"""What clusters and their sign-in programs tell, in words."""

from desktop.cluster.notices import PluginSays, ServerWarns
from desktop.language import tr
from desktop.policy.findings import Severity
from desktop.wording.plain import plain, short


def sentence(title: str, notice: ServerWarns | PluginSays) -> str:
    """Return what is told of the cluster of that title."""
    match notice:
        case ServerWarns(text):
            return tr("{title}: the server warns: {message}", title=plain(title), message=short(text))
        case PluginSays(command, text):
            return tr("{title}: {command} says: {text}", title=plain(title), command=plain(command), text=short(text))


def severity(notice: ServerWarns | PluginSays) -> Severity:
    """Return how much it matters."""
    return Severity.WARNING if isinstance(notice, ServerWarns) else Severity.INFO
