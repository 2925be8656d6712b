"""A watched folder tells of every change, once, and of nothing else."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster import folder_feed, folder_files
from desktop.cluster.folder import FolderGateway
from desktop.cluster.folder_feed import Feed
from desktop.cluster.gateway import Gone, Put, WatchEvent
from desktop.errors import BulkheadError, Cancelled, Expired, FileError
from desktop.reach.objects import Kind, Namespace, Pod, StoredPolicy

POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: %s, namespace: %s}\n"


def put(folder: Path, origin: str, text: str) -> None:
    fresh = folder / f".{origin}.new"
    fresh.write_text(text)
    fresh.replace(folder / origin)


class Watch:
    """A watch on a thread of its own."""

    def __init__(self, gateway: FolderGateway, kind: Kind, namespace: str | None = None, version: str = "") -> None:
        self.token = CancelToken()
        self.error: BulkheadError | None = None
        self._events: SimpleQueue[WatchEvent] = SimpleQueue()
        version = version or gateway.list(kind, namespace, CancelToken(), lambda done, total: None).version
        self._watch = gateway.watch(kind, namespace, version, self.token)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            for event in self._watch:
                self._events.put(event)
        except BulkheadError as error:
            self.error = error

    def next(self, timeout: float = 5) -> Put | Gone:
        event = self._events.get(timeout=timeout)
        assert isinstance(event, Put | Gone)
        return event

    def is_quiet(self) -> bool:
        with pytest.raises(Empty):
            self._events.get(timeout=0.3)
        return True

    def ends(self) -> bool:
        self._thread.join(2)
        return not self._thread.is_alive()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_feed, "POLL_SECONDS", 0.05)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[FolderGateway]:
    gateway = FolderGateway(tmp_path)
    yield gateway
    gateway.close()


def test_a_file_that_could_not_be_read_for_a_while_is_read_again_though_it_stays_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.yaml", POLICY % ("a", "shop"))
    gateway = FolderGateway(tmp_path)

    def known() -> int:
        return len(gateway.list(Kind.NETWORK_POLICY, None, CancelToken(), lambda done, total: None).things)

    def locked(path: Path) -> folder_files.Content:
        raise folder_files.not_read(path, PermissionError(13, "in use"))

    with monkeypatch.context() as patched:
        patched.setattr(folder_files, "read", locked)
        assert known() == known() == 0
        assert [[finding.code for finding in found] for _, found in gateway.problems] == [["file.not-read"]]
    assert known() == 1
    assert gateway.problems == ()


def test_what_changes_is_told_and_what_does_not_is_not(tmp_path: Path, gateway: FolderGateway) -> None:
    put(tmp_path, "a.yaml", POLICY % ("a", "shop") + "---\n" + POLICY % ("b", "shop"))
    watch = Watch(gateway, Kind.NETWORK_POLICY)
    put(tmp_path, "a.yaml", POLICY % ("a", "shop") + "---\n" + POLICY % ("b", "shop") + "spec: {ingress: []}\n")
    event = watch.next()
    assert isinstance(event, Put)
    assert isinstance(event.thing, StoredPolicy)
    assert (event.thing.name, event.thing.policy and event.thing.policy.ingress) == ("b", ())
    (tmp_path / "a.yaml").unlink()
    gone = [watch.next(), watch.next()]
    assert [(type(each), each.name) for each in gone if isinstance(each, Gone)] == [(Gone, "a"), (Gone, "b")]
    versions = [int(each.version) for each in (event, *gone)]
    assert versions == sorted(set(versions))
    put(tmp_path, "other.txt", "x")
    assert watch.is_quiet()
    watch.token.cancel()
    assert watch.ends()


def test_a_watch_keeps_to_its_kind_and_namespace(tmp_path: Path, gateway: FolderGateway) -> None:
    watch, everywhere = Watch(gateway, Kind.NETWORK_POLICY, "shop"), Watch(gateway, Kind.NAMESPACE, "shop")
    put(tmp_path, "a.yaml", POLICY % ("a", "bank"))
    put(tmp_path, "b.yaml", POLICY % ("b", "shop"))
    put(tmp_path, "p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\n")
    event = watch.next()
    assert isinstance(event, Put)
    assert event.thing.name == "b"
    assert watch.is_quiet()
    named = {event.thing.name for event in (everywhere.next(), everywhere.next()) if isinstance(event, Put)}
    assert named == {"bank", "shop"}
    for each in (watch, everywhere):
        each.token.cancel()
        assert each.ends()


def test_namespaces_and_pods_follow_from_other_files(tmp_path: Path, gateway: FolderGateway) -> None:
    namespaces, pods = Watch(gateway, Kind.NAMESPACE), Watch(gateway, Kind.POD)
    put(tmp_path, "d.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {}\n")
    namespace, pod = namespaces.next(), pods.next()
    assert isinstance(namespace, Put)
    assert isinstance(namespace.thing, Namespace)
    assert isinstance(pod, Put)
    assert isinstance(pod.thing, Pod)
    assert pod.thing.name == "web-0"
    (tmp_path / "d.yaml").unlink()
    gone = namespaces.next()
    assert gone == Gone(Kind.NAMESPACE, "", "shop", gone.version)
    assert isinstance(pods.next(), Gone)
    for each in (namespaces, pods):
        each.token.cancel()
        assert each.ends()


def test_a_watch_begins_where_its_version_says(tmp_path: Path, gateway: FolderGateway) -> None:
    version = gateway.list(Kind.NETWORK_POLICY, None, CancelToken(), lambda done, total: None).version
    put(tmp_path, "a.yaml", POLICY % ("a", "shop"))
    gateway.list(Kind.NETWORK_POLICY, None, CancelToken(), lambda done, total: None)
    watch = Watch(gateway, Kind.NETWORK_POLICY, version=version)
    event = watch.next()
    assert isinstance(event, Put)
    again = Watch(gateway, Kind.NETWORK_POLICY, version=event.version)
    assert again.is_quiet()
    for each in (watch, again):
        each.token.cancel()
        assert each.ends()


@pytest.mark.parametrize("version", ["1000", "x", "", "-1", "²"])
def test_a_version_of_another_gateway_is_too_old(gateway: FolderGateway, version: str) -> None:
    with pytest.raises(Expired):
        gateway.watch(Kind.POD, None, version, CancelToken())


def test_a_watch_too_far_behind_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_feed, "MOST_NEWS", 3)
    feed = Feed(tmp_path)
    _, start = feed.now(CancelToken())
    news = feed.after(start, CancelToken())
    for number in range(4):
        put(tmp_path, f"{number}.yaml", POLICY % (f"p{number}", "shop"))
        feed.now(CancelToken())
    with pytest.raises(Expired):
        feed.after(start, CancelToken())
    with pytest.raises(Expired):
        next(news)


def test_cancelling_ends_a_watch_at_once(
    tmp_path: Path, gateway: FolderGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_feed, "POLL_SECONDS", 60)
    watch = Watch(gateway, Kind.POD)
    time.sleep(0.1)
    started = time.monotonic()
    watch.token.cancel()
    assert watch.ends()
    assert time.monotonic() - started < 1
    assert isinstance(watch.error, Cancelled)


def test_closing_the_gateway_ends_its_watches(gateway: FolderGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_feed, "POLL_SECONDS", 60)
    watch = Watch(gateway, Kind.POD)
    time.sleep(0.1)
    gateway.close()
    assert watch.ends()
    assert watch.error is None


def test_a_folder_that_goes_away_ends_the_watch_with_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    watch = Watch(FolderGateway(folder), Kind.POD)
    folder.rmdir()
    assert watch.ends()
    assert isinstance(watch.error, FileError)


def test_one_look_serves_all_watches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_feed, "POLL_SECONDS", 0.2)
    looks: list[float] = []
    scandir = os.scandir

    def counting(path: Path) -> object:
        looks.append(time.monotonic())
        return scandir(path)

    monkeypatch.setattr(os, "scandir", counting)
    gateway = FolderGateway(tmp_path)
    watches = [Watch(gateway, kind) for kind in list(Kind)[:8]]
    before = len(looks)
    time.sleep(0.7)
    assert len(looks) - before <= 5
    gateway.close()
    assert all(watch.ends() for watch in watches)


def test_a_look_that_waits_for_another_can_be_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hold, begun = threading.Event(), threading.Event()
    scandir = os.scandir

    def slow(path: Path) -> object:
        begun.set()
        hold.wait(5)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", slow)
    gateway, token = FolderGateway(tmp_path), CancelToken()
    first = threading.Thread(target=gateway.list, args=(Kind.POD, None, CancelToken(), lambda done, total: None))
    first.start()
    begun.wait(5)
    threading.Timer(0.1, token.cancel).start()
    with pytest.raises(Cancelled):
        gateway.list(Kind.POD, None, token, lambda done, total: None)
    hold.set()
    first.join(5)
    assert not first.is_alive()


def test_a_listing_shows_what_was_there_when_it_was_asked_for(tmp_path: Path, gateway: FolderGateway) -> None:
    for number in range(3):
        put(tmp_path, f"{number}.yaml", POLICY % (f"p{number}", "shop"))
        found = gateway.list(Kind.NETWORK_POLICY, None, CancelToken(), lambda done, total: None).things
        assert len(found) == number + 1
