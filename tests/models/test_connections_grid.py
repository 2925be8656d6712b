"""The matrix says in signs what the policies mean, whatever is folded and whichever ports are looked at."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.policy.objects import Direction, IPBlock, LabelSelector, NetworkPolicy, Peer, Port, Rule
from desktop.reach.columns import Column
from desktop.reach.objects import Kind, Namespace, OwnerReference, Pod, Thing, Workload
from desktop.reach.settings import Settings
from desktop.reach.snapshot import Put, Snapshot
from desktop.reach.standing import Standing
from desktop.reach.workloads import WorkloadRef
from desktop.ui.connections.finding import next_match
from desktop.ui.connections.grid import OUTSIDE, Grid, Look, State
from desktop.ui.connections.grid_model import GridModel, Sign, cell_words
from desktop.ui.connections.scope import Asked, Scope, picture
from desktop.ui.connections.why import PortAsked
from desktop.wording.connections import end_words
from tests.helpers.clusters import known, stored
from tests.helpers.many_workloads import many_workloads
from tests.helpers.models import recorded

APPS = (("shop", "db"), ("shop", "web"), ("tools", "job"))
SIGNS = {State[sign.name]: sign.value for sign in Sign}


def cluster(*policies: NetworkPolicy) -> Snapshot:
    things: list[Thing] = [Namespace(name, {"kubernetes.io/metadata.name": name}) for name in ("shop", "tools")]
    for namespace, app in APPS:
        things.append(Workload(Kind.STATEFUL_SET, namespace, app, {"app": app}))
        owner = OwnerReference("StatefulSet", app)
        things += [Pod(namespace, f"{app}-{i}", {"app": app}, (f"10.0.0.{i}",), owner=owner) for i in range(2)]
    things += map(stored, policies)
    return known(Snapshot().apply(Put(thing) for thing in things))


def app(name: str) -> LabelSelector:
    return LabelSelector((("app", name),))


FROM_WEB = NetworkPolicy("shop", "db", app("db"), ingress=(Rule((Peer(app("web")),), (Port("TCP", 5432),)),))
FROM_PRIVATE = NetworkPolicy("shop", "db", app("db"), ingress=(Rule((Peer(ip_block=IPBlock("10.0.0.0/8")),)),))


def grid_of(
    snapshot: Snapshot,
    folded: frozenset[str] = frozenset({OUTSIDE}),
    protocol: str = "",
    port: int = 0,
    only: frozenset[Column] | None = None,
) -> Grid:
    standing = Standing.of(snapshot, Settings())
    space = standing.reach.ports
    ports = space.mask_of(protocol, port) if port else space.all
    return Grid(standing.matrix, Look(ports, folded, only))


def drawn(grid: Grid) -> str:
    lines = []
    for row, line in enumerate(grid.lines):
        end = grid.end(row)
        name = (line.group or "outside") if end is None else f" {getattr(end, 'name', 'range')}"
        cells = "".join(SIGNS[grid.state(row, column)] for column in range(len(grid.lines)))
        lines.append(f"{name:8}{cells}")
    return "\n".join(lines)


def test_without_a_policy_everything_is_open() -> None:
    assert drawn(grid_of(cluster())) == (
        "shop    ●●●●●●\n db     ●–●●●●\n web    ●●–●●●\ntools   ●●●––●\n job    ●●●––●\noutside ●●●●●–"
    )


def test_a_policy_closes_all_but_what_it_admits() -> None:
    assert drawn(grid_of(cluster(FROM_WEB))) == (
        "shop    ◐◐●●●●\n db     ●–●●●●\n web    ◐◐–●●●\ntools   ◐·●––●\n job    ◐·●––●\noutside ◐·●●●–"
    )


@pytest.mark.parametrize(("port", "sign"), [(5432, State.OPEN), (80, State.CLOSED)])
def test_a_port_looked_at_decides_what_a_cell_says(port: int, sign: State) -> None:
    grid = grid_of(cluster(FROM_WEB), protocol="TCP", port=port)
    names = [getattr(grid.end(line), "name", "") for line in range(len(grid.lines))]
    assert grid.state(names.index("web"), names.index("db")) is sign


def test_folded_namespaces_are_one_line_each() -> None:
    assert drawn(grid_of(cluster(FROM_WEB), frozenset({"shop", "tools", OUTSIDE}))) == (
        "shop    ◐●●\ntools   ◐–●\noutside ◐●–"
    )


def test_what_plug_ins_read_differently_is_undecidable() -> None:
    grid = grid_of(cluster(FROM_PRIVATE))
    names = [getattr(grid.end(line), "name", "") for line in range(len(grid.lines))]
    assert grid.state(names.index("web"), names.index("db")) is State.UNDECIDABLE


def test_a_policy_without_outbound_rules_closes_everything_out() -> None:
    deny = NetworkPolicy("tools", "none", LabelSelector(), egress=(), policy_types=(Direction.EGRESS,))
    assert drawn(grid_of(cluster(deny), frozenset({"shop", "tools", OUTSIDE}))) == (
        "shop    ●●●\ntools   ·–·\noutside ●●–"
    )


def test_the_table_s_words_name_the_ports() -> None:
    model = GridModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    grid = grid_of(cluster(FROM_WEB))
    model.show_grid(grid)
    names = [getattr(grid.end(line), "name", "") for line in range(len(grid.lines))]
    web, db = names.index("web"), names.index("db")
    words = "shop/web (StatefulSet) to shop/db (StatefulSet): TCP 5432 open"
    assert cell_words(grid, web, db) == words
    assert model.data(model.index(web, db), Qt.ItemDataRole.AccessibleTextRole) == words
    assert model.data(model.index(web, db)) == "◐"
    headings = [model.headerData(line, Qt.Orientation.Vertical) for line in range(model.rowCount())]
    assert headings == ["▾ shop", "    db", "    web", "▾ tools", "    job", "▸ Outside the cluster"]


def test_another_port_in_a_partly_open_cell_is_another_grid() -> None:
    other = NetworkPolicy("shop", "db", app("db"), ingress=(Rule((Peer(app("web")),), (Port("TCP", 5433),)),))
    assert grid_of(cluster(FROM_WEB)).says_like(grid_of(cluster(FROM_WEB)))
    assert not grid_of(cluster(FROM_WEB)).says_like(grid_of(cluster(other)))


def test_where_pods_of_a_workload_differ_a_cell_is_partly_open() -> None:
    one = NetworkPolicy("shop", "one", LabelSelector((("app", "db"), ("role", "main"))), ingress=())
    owner = OwnerReference("StatefulSet", "db")
    main = Pod("shop", "db-main", {"app": "db", "role": "main"}, owner=owner)
    grid = grid_of(cluster(one).apply([Put(main)]))
    web, db = (line_of(grid, name) for name in ("web", "db"))
    assert grid.state(web, db) is State.PARTLY
    assert cell_words(grid, web, db).endswith(": every port open between some of the pods")


def test_a_selection_shows_its_workloads_and_namespaces_as_wholes() -> None:
    only = frozenset({WorkloadRef("shop", "db", "StatefulSet")})
    assert drawn(grid_of(cluster(FROM_WEB), frozenset({"tools", OUTSIDE}), only=only)) == (
        "shop    ◐◐●●\n db     ●–●●\ntools   ◐·–●\noutside ◐·●–"
    )


def test_other_lines_reset_the_table_and_other_cells_change_it() -> None:
    model = GridModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    with recorded(model) as told:
        model.show_grid(grid_of(cluster()))
        model.show_grid(grid_of(cluster(FROM_WEB)))
        model.show_grid(grid_of(cluster(FROM_WEB), frozenset({"shop", OUTSIDE})))
        model.show_grid(None)
    assert told == ["reset", "change 0-5", "reset", "reset"]


def test_folding_again_asks_nothing_of_the_connections() -> None:
    grid = grid_of(cluster(FROM_WEB))
    matrix = Standing.of(cluster(FROM_WEB), Settings()).matrix
    first = Grid(matrix, grid.look)
    folded = Grid(matrix, Look(grid.look.ports, frozenset({"shop", "tools", OUTSIDE})), first)
    assert drawn(folded) == drawn(grid_of(cluster(FROM_WEB), frozenset({"shop", "tools", OUTSIDE})))
    assert folded.cell(1, 0) is first.cell(1, 0)


@pytest.mark.parametrize(
    ("text", "after", "found"),
    [
        ("db", None, "shop/db (StatefulSet)"),
        ("DB", None, "shop/db (StatefulSet)"),
        ("statefulset", "shop/db (StatefulSet)", "shop/web (StatefulSet)"),
        ("b (", "shop/web (StatefulSet)", "tools/job (StatefulSet)"),
        ("tools", "tools/job (StatefulSet)", "tools"),
        ("192.0.2.7", None, "every IPv4 address"),
        ("nothing", None, None),
    ],
)
def test_find_names_workloads_then_namespaces_and_the_range_of_an_address(
    text: str, after: str | None, found: str | None
) -> None:
    grid = grid_of(cluster(FROM_WEB))
    ends = {str(end): end for end in grid.matrix.columns.workloads}
    match = next_match(grid, text, None if after is None else ends[after])
    assert (None if match is None else match[0] if isinstance(match[0], str) else end_words(match[0])) == found


def test_two_hundred_workloads_start_unfolded_and_more_do_not() -> None:
    for count, folded in ((200, 1), (210, 22)):
        standing, asked = Standing.of(many_workloads(count), Settings()), Asked(Scope(), PortAsked(), None)
        assert len(picture(standing, asked, None, lambda: None).grid.look.folded) == folded


def line_of(grid: Grid, name: str) -> int:
    return [getattr(grid.end(line), "name", "") for line in range(len(grid.lines))].index(name)
