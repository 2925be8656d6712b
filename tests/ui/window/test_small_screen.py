"""On a screen of 640 by 360 (1280 by 720 at 200 %) every window fits above the task bar, and nothing is cut off."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import yaml
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMessageBox,
    QScrollBar,
    QTabBar,
    QWidget,
)
from shiboken6 import isValid

from desktop.cluster.gateway import PolicyDocument
from desktop.errors import BulkheadError
from desktop.language import use_language
from desktop.policy.findings import Severity
from desktop.policy.objects import Direction
from desktop.reach.explain import Reason
from desktop.reach.objects import Pod
from desktop.session.state import Connection, SessionState
from desktop.ui.actions import Command
from desktop.ui.clusters import program_dialog
from desktop.ui.connections.rule_window import RuleWindow
from desktop.ui.editor.policy_window import PolicyWindow
from desktop.ui.main_window import MainWindow
from desktop.ui.review.delete_dialog import DeleteDialog
from desktop.ui.scrolling import FocusScroll
from desktop.ui.wizard.judging import Step
from tests.helpers.fake_sessions import NOON, live, policy, snapshot_of
from tests.ui.window.conftest import Desk
from tests.ui.window.test_sign_in import PLUGIN

SCREEN = QSize(640, 336)
"""Logical pixels, less a task bar."""

CLUSTER = "arn:aws:eks:eu-west-1:123456789012:cluster/production-of-the-storefront-and-the-payment-gateway"
LONG = "let-the-checkout-of-the-storefront-reach-the-search-index-and-the-payment-gateway"
SPEC = {
    "podSelector": {"matchLabels": {"app.kubernetes.io/part-of-the-storefront": LONG[:60]}},
    "policyTypes": ["Ingress", "Egress"],
    "ingress": [
        {
            "from": [
                {
                    "namespaceSelector": {
                        "matchExpressions": [{"key": "team", "operator": "In", "values": ["a", "b"]}]
                    },
                    "podSelector": {"matchLabels": {"role": "frontend"}},
                },
                {"ipBlock": {"cidr": "172.17.0.0/16", "except": ["172.17.1.0/24", "172.17.2.0/24"]}},
            ],
            "ports": [{"protocol": "TCP", "port": 6379}, {"protocol": "UDP", "port": 8000, "endPort": 8010}],
        },
        {},
        {},
    ],
    "egress": [{"to": [{"podSelector": {}}]}],
}
POD = Pod("default", f"{LONG[:40]}-0", {"app.kubernetes.io/part-of-the-storefront": LONG[:60]}, ips=("10.0.0.7",))


def document() -> PolicyDocument:
    value = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": LONG, "namespace": "default", "annotations": {"kept": "as written"}},
        "spec": SPEC,
    }
    return PolicyDocument("default", LONG, value, yaml.safe_dump(value), "1", f"default/{LONG}")


@pytest.fixture(params=["en", "zh_CN"], autouse=True)
def _language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speak a language; a font for Chinese, which not every machine has, gives the width of a Chinese character."""
    use_language([request.param])
    if request.param == "zh_CN":
        monkeypatch.setattr(QFontMetrics, "averageCharWidth", QFontMetrics.height)
    yield
    use_language([])


@pytest.fixture
def small_screen(monkeypatch: pytest.MonkeyPatch) -> QSize:
    """Have windows believe that the screen is small."""
    monkeypatch.setattr("desktop.ui.window_size.room_on", lambda _: SCREEN)
    return SCREEN


@pytest.fixture
def small(desk: Desk, small_screen: QSize) -> Iterator[Desk]:
    """Show a policy with a long name, chosen, in a window as large as the screen."""
    desk.window.resize(small_screen)
    desk.catalog.rename(desk.entry("prod").id, CLUSTER)
    desk.window.clusters.refresh()
    desk.choose(CLUSTER)
    desk.says(CLUSTER, snapshot_of([policy(LONG, spec=SPEC)], [POD], namespaces=["default", LONG[:63]]))
    desk.session(CLUSTER).gateway.documents = {("default", LONG): document()}
    desk.window.policies.view.select({("default", LONG)})
    desk.bot.wait(20)
    yield desk
    for window in others(desk):
        window.done(0)
    desk.settle()


def others(desk: Desk) -> list[QDialog]:
    """Return the windows that are open beside the main one."""
    shown = [each for each in QApplication.topLevelWidgets() if isValid(each) and each.isVisible()]
    return [each for each in shown if isinstance(each, QDialog) and desk.window in parents(each)]


def parents(widget: QWidget) -> Iterator[QWidget]:
    while (above := widget.parentWidget()) is not None:
        yield (widget := above)


def trigger(command: Command) -> Callable[[Desk], object]:
    return lambda desk: desk.window.actions_[command].trigger()


def form(step: Step) -> Callable[[Desk], object]:
    def open_form(desk: Desk) -> None:
        trigger(Command.UPDATE)(desk)
        desk.bot.waitUntil(lambda: bool(others(desk)))
        (window,) = others(desk)
        assert isinstance(window, PolicyWindow)
        desk.bot.waitUntil(lambda: window.page.form.has_form and window.page.form.link.settled)
        window.page.form.form.steps.go_to(step)
        window.page.offer.say(Severity.INFO, "There is a draft of 12:04 that was never applied.")
        window.page.banner.say(Severity.ERROR, LONG, "\n".join([LONG] * 5))

    return open_form


def review(desk: Desk) -> None:
    trigger(Command.EDIT_YAML)(desk)
    desk.bot.waitUntil(lambda: bool(others(desk)))
    (window,) = others(desk)
    assert isinstance(window, PolicyWindow)
    desk.bot.waitUntil(lambda: window.page.pane.checking.current is not None)
    window.page.pane.edit.append_text("---\n" + document().text.replace(LONG, "another"))
    desk.bot.waitUntil(lambda: len(window.page.picker.policies) == 2)
    window.page.submit()
    desk.bot.waitUntil(lambda: len(window.review.shown) == 2 and not window.review.meaning.computing)


def left_with_text(desk: Desk) -> None:
    trigger(Command.CREATE_FROM_YAML)(desk)
    (window,) = others(desk)
    assert isinstance(window, PolicyWindow)
    window.page.pane.edit.append_text("kind: NetworkPolicy\n")
    window.close()


def deletion(desk: Desk) -> None:
    trigger(Command.DELETE)(desk)
    (window,) = others(desk)
    assert isinstance(window, DeleteDialog)
    desk.bot.waitUntil(lambda: not window.busy and not window.meaning.computing)


def rule(desk: Desk) -> None:
    reason = Reason("AdminNetworkPolicy", "", LONG, Direction.INGRESS, 0)
    RuleWindow(desk.window.context, desk.session(CLUSTER), reason, desk.window).show()  # type: ignore[arg-type]


def picker(desk: Desk) -> None:
    form(Step.APPLIES_TO)(desk)
    (window,) = others(desk)
    assert isinstance(window, PolicyWindow)
    window.page.form.form.applies.reference.click()
    desk.bot.waitUntil(lambda: len(others(desk)) == 2)


WINDOWS: dict[str, Callable[[Desk], object]] = {
    **{f"form: {step.value}": form(step) for step in Step},
    "create": trigger(Command.CREATE),
    "create from YAML": trigger(Command.CREATE_FROM_YAML),
    "review of two": review,
    "unsaved text": left_with_text,
    "pick a workload": picker,
    "delete": deletion,
    "export": trigger(Command.EXPORT),
    "why": trigger(Command.WHY),
    "rule": rule,
    "connection": trigger(Command.CONNECTION),
    "rename": trigger(Command.RENAME),
    "namespaces": trigger(Command.NAMESPACES),
    "profile": trigger(Command.PROFILE),
    "remove": trigger(Command.REMOVE),
    "new project": trigger(Command.NEW_PROJECT),
    "add kubeconfig": trigger(Command.ADD_KUBECONFIG),
    "add folder": trigger(Command.ADD_FOLDER),
    "about": trigger(Command.ABOUT),
    "let it run": lambda desk: program_dialog.ask(desk.window, desk.entry(CLUSTER), PLUGIN, lambda: None),
    "sign-in program": lambda desk: program_dialog.tell(desk.window, desk.entry(CLUSTER), PLUGIN, NOON, lambda: None),
    "colour": lambda desk: desk.window.cluster_commands.menus.other_colour_asked.emit(desk.entry(CLUSTER)),
}


@pytest.mark.parametrize("opens", WINDOWS.values(), ids=WINDOWS)
def test_a_window_fits_the_screen_and_all_of_it_can_be_reached(small: Desk, opens: Callable[[Desk], object]) -> None:
    opens(small)
    small.bot.waitUntil(lambda: bool(others(small)))
    small.bot.wait(50)
    for window in others(small):
        assert_fits(window)


@pytest.mark.parametrize("tab", range(3), ids=["policies", "connections", "coverage"])
def test_the_main_window_fits_the_screen_whatever_it_has_to_say(small: Desk, tab: int) -> None:
    error = BulkheadError("api.unreachable")
    stale = live(small.session(CLUSTER).snapshot, connection=Connection.STALE, error=error, insecure=True)
    small.says(CLUSTER, replace(stale, last_sync=NOON - timedelta(days=2)))
    small.window.context.messages.error(BulkheadError("file.not-read", path=f"/home/me/{LONG}/{LONG}", reason=LONG))
    small.window.left_drafts.say(Severity.INFO, f"There is a draft of {LONG} that was never applied.", LONG)
    small.window.policies.headline.notes.setChecked(True)
    small.window.views.setCurrentIndex(tab)
    small.bot.wait(100)
    assert_fits(small.window)


def test_a_cluster_that_cannot_be_reached_says_so_in_full(small: Desk) -> None:
    small.choose("stage")
    small.says("stage", SessionState(Connection.OFFLINE, error=BulkheadError("api.unreachable")))
    assert_fits(small.window)


def test_a_window_that_was_on_a_larger_screen_is_brought_onto_this_one(desk: Desk, small_screen: QSize) -> None:
    desk.window.setGeometry(QRect(QPoint(500, 300), small_screen * 1.2))
    desk.window.close()
    again = MainWindow(desk.window.context, lambda: NOON)
    desk.bot.addWidget(again)
    assert QRect(QPoint(0, 0), small_screen).contains(again.geometry())


def assert_fits(window: QWidget) -> None:
    """Assert that a window can be as small as the screen, and that nothing in it is then out of reach."""
    assert window.minimumSizeHint().boundedTo(SCREEN) == window.minimumSizeHint(), window.minimumSizeHint()
    if isinstance(window, QMessageBox):  # Qt itself makes it as wide as its title, and no wider than the screen
        return
    assert window.size().boundedTo(SCREEN) == window.size(), "as it opens"
    if isinstance(window, QFileDialog):  # Qt's own arrangement
        return
    window.resize(SCREEN)
    QApplication.processEvents()
    assert window.size() == SCREEN
    kinds = (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit)
    areas = [each for each in window.findChildren(FocusScroll) if each.isVisible() and each.window() is window]
    assert [name(each) for each in areas if each.horizontalScrollBar().maximum()] == [], "scrolls sideways"
    touched = [each for each in window.findChildren(QWidget) if isinstance(each, kinds) and each.isVisible()]
    assert [name(each) for each in touched if each.window() is window and is_cut(each)] == []


def is_cut(widget: QWidget) -> bool:
    """Whether a part of a widget is where neither a look nor a scroll bar reaches."""
    if isinstance(widget.parent(), QTabBar | QScrollBar | QAbstractItemView):
        return False
    area, holder = widget.rect(), widget
    while not holder.isWindow() and (parent := holder.parentWidget()) is not None:
        area = area.translated(holder.pos())
        above = parent.parentWidget()
        if isinstance(above, QAbstractScrollArea) and parent is above.viewport():
            return False
        if not parent.rect().contains(area):
            return True
        holder = parent
    return False


def name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return f"{type(widget).__name__} {widget.accessibleName() or text} {widget.geometry()}"
