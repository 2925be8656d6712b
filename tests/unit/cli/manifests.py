"""Manifests for the commands to read."""

from collections.abc import Callable

GOOD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: good
spec:
  podSelector: {}
"""
MISSPELT = GOOD + "  ingres: []\n"
SCTP = GOOD + "  ingress:\n  - ports:\n    - protocol: SCTP\n"
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n"

Write = Callable[[str, str], str]
"""Writes a file of a name and a text, and returns its path."""
