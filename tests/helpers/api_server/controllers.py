"""What the controllers of a cluster do in their own time. The API server alone does none of it."""

from tests.helpers.api_server.resources import NAMESPACES, RESOURCES, SERVICE_ACCOUNTS, Json
from tests.helpers.api_server.store import Store, path_of, within


def settle(store: Store) -> None:
    """Finish what is to be finished: namespaces that terminate are emptied and go, new ones get their account."""
    with store.changed:
        for item in store.items(NAMESPACES):
            if item.value()["status"]["phase"] == "Terminating":
                _empty(store, item.name)
                store.remove(NAMESPACES, item.path)
            else:
                give_account(store, item.name)


def give_account(store: Store, namespace: str) -> None:
    """Give a namespace the service account ``default``, if it has none."""
    if not store.get(SERVICE_ACCOUNTS, path_of(namespace, "default")):
        store.put(SERVICE_ACCOUNTS, _account(namespace))


def _account(namespace: str) -> Json:
    return {"metadata": {"name": "default", "namespace": namespace}}


def _empty(store: Store, name: str) -> None:
    for resource in RESOURCES:
        for item in within(store.items(resource), name):
            store.remove(resource, item.path)
