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
        if resource is NAMESPACES or metadata.get("finalizers"):
            return Written(200, line(_marked(store, resource, item, dry_run=dry_run)), [])
        if not dry_run:
            store.remove(resource, change.path)
    if resource is PODS:
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
                _marked(store, change.resource, item, dry_run=False)
            elif item:
                store.remove(change.resource, path)
    return Written(200, line(listing), [])


def _marked(store: Store, resource: Resource, item: Item, *, dry_run: bool) -> Json:
    """Mark an object as deleted, once, and return it.

    It stays until the last of its finalizers is taken away, a namespace until a controller has emptied it.
    """
    obj = item.value()
    metadata = obj["metadata"]
    if "deletionTimestamp" not in metadata:
        metadata["deletionTimestamp"] = now()
        if resource is NAMESPACES:
            obj["status"] = {"phase": "Terminating"}
        else:
            metadata |= {"deletionGracePeriodSeconds": 0, "generation": metadata["generation"] + 1}
        if not dry_run:
            store.put(resource, obj)
    return {"kind": resource.kind, "apiVersion": resource.api_version, **obj}
