"""Clusters, live or folders, behind one protocol. The only place that imports the Kubernetes client library."""
