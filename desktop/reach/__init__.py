"""Who can talk to whom: an immutable picture of a cluster, and what follows from it. Pure."""
