"""A cluster in memory, and a window's surroundings, for tests of what writes to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import yaml

from desktop.cluster.gateway import Gateway, PolicyDocument
from desktop.paths import resource
from desktop.reach.snapshot import Snapshot
from desktop.session.catalog import Catalog, ClusterEntry, Source
from desktop.session.session import Session
from desktop.session.sessions import Sessions
from desktop.session.settings import Settings
from desktop.session.tasks import TaskPool
from desktop.ui.bridge import TaskRunner, UiContext
from desktop.ui.messages import Message, Messages
from tests.helpers.fake_gateway import FakeGateway

DEMO = (resource("templates") / "access-demo1.yaml").read_text()
"""The page's example: access-demo1 in default."""


class PicturedSession(Session):
    """A session whose picture a test sets."""

    picture = Snapshot()

    @property
    def snapshot(self) -> Snapshot:
        """The picture set."""
        return self.picture


@dataclass
class WritingDesk:
    """A cluster called shop, and what a window that writes to it needs.

    ``gateway`` is the cluster, unless ``cluster`` is another one.
    """

    gateway: FakeGateway = field(default_factory=FakeGateway)
    cluster: Gateway | None = None
    entry: ClusterEntry = field(default=ClusterEntry("context:shop", Source.CONTEXT, "shop"))
    said: list[Message] = field(default_factory=list)
    pool: TaskPool = field(default_factory=lambda: TaskPool("test"))
    engine: TaskPool = field(default_factory=lambda: TaskPool("engine", workers=1))

    def __post_init__(self) -> None:
        self.session = PicturedSession(self.entry, lambda _: self.cluster or cast(Gateway, self.gateway))
        settings = Settings()
        messages = Messages()
        messages.said.connect(self.said.append)
        self.context = UiContext(
            TaskRunner(self.pool), messages, settings, Catalog(settings), Sessions(), TaskRunner(self.engine)
        )

    @property
    def sentences(self) -> list[str]:
        """What the message bar was told."""
        return [message.sentence for message in self.said]

    def store(self, text: str, **metadata: object) -> PolicyDocument:
        """Put a policy on the cluster, as if somebody else had written it."""
        value: dict[str, object] = yaml.safe_load(text)
        named = cast(Mapping[str, str], value["metadata"])
        value["metadata"] = {**named, **metadata}
        return self.gateway.store(named.get("namespace", "default"), named["name"], value, text=text)

    def refuse(self, error: Exception, name: str = "", *, dry_run: bool | None = None) -> None:
        """Have the cluster refuse writes: those to ``name``, or all; in the dry run, for real, or both."""

        def before(write: object, is_dry: bool) -> None:
            if (not name or getattr(write, "name", "") == name) and dry_run in (None, is_dry):
                raise error

        self.gateway.before_write = before

    def close(self) -> None:
        """End what runs."""
        assert self.pool.cancel_all(5)
        assert self.engine.cancel_all(5)
        self.session.close()
