"""Where implementations of NetworkPolicy differ, as settings of the engine."""

from dataclasses import dataclass

from desktop.policy.profile import Profile


@dataclass(frozen=True, slots=True)
class Settings:
    """How a network plug-in reads what the specification leaves open.

    ``blocks_match_pods``: whether an ipBlock matches pods by their address; None: it differs, so such a verdict is
    undecidable. ``host_network_as_pods``: whether host-network pods count as ordinary pods; by the specification
    their traffic is the node's. ``unknown_peers_match``: whether peers that a picture of the cluster cannot tell
    (nodes, domain names) may match outside addresses; else they match nothing.
    """

    blocks_match_pods: bool | None = None
    host_network_as_pods: bool = False
    unknown_peers_match: bool = True


NP_GUARD = Settings(blocks_match_pods=False, host_network_as_pods=True, unknown_peers_match=False)
"""The reading of np-guard's tools, for comparison with them."""


def settings_of(profile: Profile) -> Settings:
    """Return the reading of a cluster with this profile."""
    return Settings(blocks_match_pods=profile.blocks_match_pods)
