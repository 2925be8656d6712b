"""Delete one object, or a collection. What is held by something stays, marked, until it is let go."""

import json

from tests.helpers.api_server.resources import NAMESPACES, PODS, Json, Resource
from tests.helpers.api_server.status import not_found, precondition_failed
from tests.helpers.api_server.store import Item, Store, path_of, typed
from tests.helpers.api_server.writing import Change, Written, line, now


def delete(store: Store, change: Change) -> Written:
    """DELETE one object. A body holds all options: those in the query then count for nothing."""
    resource = change.resource
    options: Json = json.loads(change.body) if change.body else {}
    dry_run = "All" in options.get("dryRun", []) if change.body else change.dry_run
    with store.changed:
        item = store.get(resource, change.path)
        if item is None:
            raise not_found(resource, change.name)
        metadata = item.value()["metadata"]
        for guard, what in (("uid", "UID"), ("resourceVersion", "ResourceVersion")):
            wanted = options.get("preconditions", {}).get(guard)
            if wanted and wanted != metadata[guard]:
                raise precondition_failed(resource, change.name, what, wanted, metadata[guard])
        if not dry_run and resource is NAMESPACES:
            item = _terminated(store, item)
        elif not dry_run and metadata.get("finalizers"):
            return Written(200, typed(resource, _held(store, resource, item).raw), [])
        elif not dry_run:
            store.remove(resource, change.path)
    if resource in (PODS, NAMESPACES):
        return Written(200, typed(resource, item.raw), [])
    details = {"name": change.name, "group": resource.group, "kind": resource.plural, "uid": metadata["uid"]}
    status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
    return Written(200, line(status), [])


def delete_all(store: Store, change: Change, listing: Json) -> Written:
    """DELETE a collection: all that is in ``listing``."""
    with store.changed:
        for obj in listing["items"] if not change.dry_run else ():
            path = path_of(obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
            item = store.get(change.resource, path)
            if item and obj["metadata"].get("finalizers"):
                _held(store, change.resource, item)
            elif item:
                store.remove(change.resource, path)
    return Written(200, line(listing), [])


def _terminated(store: Store, item: Item) -> Item:
    """Let a namespace terminate, once: it stays until a controller has emptied it."""
    obj = item.value()
    if obj["status"]["phase"] == "Terminating":
        return item
    obj["metadata"]["deletionTimestamp"] = now()
    obj["status"] = {"phase": "Terminating"}
    return store.put(NAMESPACES, obj)


def _held(store: Store, resource: Resource, item: Item) -> Item:
    """Mark an object as deleted, once: it stays until the last of its finalizers is taken away."""
    obj = item.value()
    if "deletionTimestamp" in obj["metadata"]:
        return item
    generation = obj["metadata"]["generation"] + 1
    obj["metadata"] |= {"deletionTimestamp": now(), "deletionGracePeriodSeconds": 0, "generation": generation}
    return store.put(resource, obj)
