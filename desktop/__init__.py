"""Bulkhead: manage Kubernetes NetworkPolicies on many clusters by point and click."""

__version__ = "0.1.0"
