"""A Kubernetes API server for tests: real TLS and HTTP, a cluster in memory, answers as a 1.36 server gives them."""

from tests.helpers.api_server.faults import Fault, Kind
from tests.helpers.api_server.server import ApiServer

__all__ = ["ApiServer", "Fault", "Kind"]
