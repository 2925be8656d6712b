"""One rule on a card: from or to whom, on which ports, and a sentence that says what it admits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.policy.advice import KEYS
from desktop.policy.draft import PeerField, PortField, RuleField
from desktop.policy.findings import Finding, Path
from desktop.policy.objects import Direction
from desktop.reach.choices import Match
from desktop.ui.flow import Flow
from desktop.ui.plain import label
from desktop.ui.wizard.fields import ProblemStrip, push_button, small_button, under
from desktop.ui.wizard.peer_editor import PeerEditor
from desktop.ui.wizard.port_rows import PortsEditor
from desktop.ui.wizard.surroundings import Surroundings


class RuleCard(QFrame):
    """Edits one rule. Its fields are made when it is first opened, so that many closed cards cost little."""

    edited = Signal(object)
    """A RuleField."""

    fixed = Signal(object)
    """A Fix the user wants."""

    service_asked = Signal(object)
    """The PortsEditor that wants ports of a Service."""

    duplicated = Signal()
    removed = Signal()
    moved = Signal(int)
    """The rule shall go up (-1) or down (1)."""

    def __init__(self, surroundings: Surroundings, direction: Direction) -> None:
        super().__init__()
        self._surroundings, self._direction = surroundings, direction
        self.rule, self._namespace, self._number = RuleField(), "", 0
        self._ports_of: tuple[str, ...] | None = ()
        self.body: RuleBody | None = None
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._title = label()
        self.opener = small_button("", tr("Open or close the rule"), self._toggle)
        self.duplicate = small_button(tr("Duplicate"), tr("Duplicate this rule"), self.duplicated.emit)
        self.up = small_button("↑", tr("Move this rule up"), lambda: self.moved.emit(-1))
        self.down = small_button("↓", tr("Move this rule down"), lambda: self.moved.emit(1))
        self.remove = small_button(tr("Remove"), tr("Remove this rule"), self.removed.emit)
        self.sentence = label(wrap=True, selectable=True)
        font = self.sentence.font()
        font.setBold(True)
        self.sentence.setFont(font)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.opener)
        head.addWidget(self._title, 1)
        for button in (self.duplicate, self.up, self.down, self.remove):
            head.addWidget(button)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(10, 4, 10, 8)
        self._layout.setSpacing(6)
        self._layout.addLayout(head)
        self._layout.addWidget(self.sentence)
        self._show_state()

    @property
    def is_open(self) -> bool:
        """Whether the fields show."""
        return self.body is not None and not self.body.isHidden()

    def show_rule(self, rule: RuleField, number: int, count: int, namespace: str) -> None:
        """Show rule ``number`` (from 1) of ``count``."""
        self.rule, self._namespace, self._number = rule, namespace, number
        self._title.setText(tr("Rule {number}", number=number))
        self.setAccessibleName(tr("Rule {number}", number=number))
        self.up.setEnabled(number > 1)
        self.down.setEnabled(number < count)
        if self.body is not None:
            self.body.show_rule(rule, namespace)

    def use_ports_of(self, namespaces: tuple[str, ...] | None) -> None:
        """Suggest the ports that pods of these namespaces (None: of all) have."""
        self._ports_of = namespaces
        if self.body is not None:
            self.body.ports.use(namespaces)

    def open(self, *, opened: bool = True) -> None:
        """Show or hide the fields."""
        if opened and self.body is None:
            self.body = RuleBody(self._surroundings, self._direction)
            self.body.edited.connect(self._edit)
            self.body.fixed.connect(self.fixed)
            self.body.service_asked.connect(self.service_asked)
            self._layout.insertWidget(1, self.body)
            self.body.show_rule(self.rule, self._namespace)
            self.body.ports.use(self._ports_of)
        if self.body is not None:
            self.body.setVisible(opened)
        self._show_state()

    def focus_first(self) -> None:
        """Go to the first field."""
        if self.body is not None and self.is_open:
            self.body.focus_first()
        else:
            self.opener.setFocus()

    def show_judged(self, sentence: str, findings: Sequence[Finding], path: Path) -> None:
        """Show what the rule admits, and what was found at and below its path."""
        own = under(findings, *path)
        self.sentence.setText(sentence or tr("What this rule admits cannot be said until its fields are complete."))
        if own and not self.is_open and not sentence:
            self.open()
        if self.body is not None:
            self.body.show_problems(own, path)

    def show_matches(self, matches: Mapping[Path, Match], path: Path) -> None:
        """Show what each source or destination matches now."""
        if self.body is not None:
            self.body.show_matches(matches, (*path, KEYS[self._direction][1]))

    @Slot()
    def _toggle(self) -> None:
        self.open(opened=not self.is_open)

    def _show_state(self) -> None:
        self.opener.setText("▾" if self.is_open else "▸")
        self.opener.setAccessibleName(tr("Close the rule") if self.is_open else tr("Open the rule"))

    @Slot(object)
    def _edit(self, rule: RuleField) -> None:
        self.rule = rule
        self.edited.emit(rule)


class RuleBody(QWidget):
    """The fields of a rule."""

    edited = Signal(object)
    fixed = Signal(object)
    service_asked = Signal(object)

    def __init__(self, surroundings: Surroundings, direction: Direction) -> None:
        super().__init__()
        self._surroundings = surroundings
        self._inbound = direction is Direction.INGRESS
        self._peers_key = KEYS[direction][1]
        self.rule, self._namespace = RuleField(), ""
        self.peers: list[PeerEditor] = []
        self.these = QRadioButton(tr("only these sources") if self._inbound else tr("only these destinations"))
        self.anyone = QRadioButton(
            tr("anyone, inside and outside the cluster")
            if self._inbound
            else tr("any destination, inside and outside the cluster")
        )
        self._group = QButtonGroup(self)
        for button in (self.these, self.anyone):
            self._group.addButton(button)
        self.add_peer = push_button(
            tr("+ Another Source") if self._inbound else tr("+ Another Destination"), self._add_peer
        )
        self.problems = ProblemStrip()
        self.problems.fixed.connect(self.fixed)
        self.ports = PortsEditor(surroundings)
        self._peer_list = QVBoxLayout()
        self._peer_list.setSpacing(8)
        self._lay_out()
        self._group.buttonClicked.connect(self._switch)
        self.ports.edited.connect(self._edit_ports)
        self.ports.fixed.connect(self.fixed)
        self.ports.service_asked.connect(lambda: self.service_asked.emit(self.ports))

    def show_rule(self, rule: RuleField, namespace: str) -> None:
        """Show a rule of a policy in ``namespace``."""
        self.rule, self._namespace = rule, namespace
        (self.anyone if rule.anyone else self.these).setChecked(True)
        self._show_peers()
        self.ports.show_ports(rule.ports)

    def focus_first(self) -> None:
        """Go to the first field."""
        (self.peers[0].scope if self.peers and not self.rule.anyone else self.anyone).setFocus()

    def show_problems(self, findings: Sequence[Finding], path: Path) -> None:
        """Show what was found at and below the rule's path."""
        for index, editor in enumerate(self.peers):
            editor.show_problems(findings, (*path, self._peers_key, index))
        self.ports.show_problems(findings, (*path, "ports"))
        self.problems.show_problems(
            [each for each in findings if len(each.spot) <= len(path) + 1 and "ports" not in each.spot]
        )

    def show_matches(self, matches: Mapping[Path, Match], path: Path) -> None:
        """Show what each source or destination matches now."""
        for index, editor in enumerate(self.peers):
            editor.show_match(matches.get((*path, index)))

    def _lay_out(self) -> None:
        choice = Flow()
        choice.addWidget(self.these)
        choice.addWidget(self.anyone)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        ends = label(tr("From") if self._inbound else tr("To"))
        ends.setContentsMargins(0, 3, 0, 0)
        grid.addWidget(ends, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(choice, 0, 1)
        grid.addLayout(self._peer_list, 1, 1)
        grid.addWidget(self.add_peer, 2, 1)
        grid.addWidget(self.problems, 3, 1)
        ports = label(tr("Ports"))
        ports.setContentsMargins(0, 4, 0, 0)
        grid.addWidget(ports, 4, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.ports, 4, 1)

    def _show_peers(self) -> None:
        shown = () if self.rule.anyone else self.rule.peers
        while len(self.peers) < len(shown):
            self._append()
        while len(self.peers) > len(shown):
            gone = self.peers.pop()
            self._peer_list.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for editor, peer in zip(self.peers, shown, strict=True):
            shown_peer = editor.peer
            as_it_is = shown_peer == peer and shown_peer.mark == peer.mark and shown_peer.written is peer.written
            if not as_it_is or not editor.isVisibleTo(self):
                editor.show_peer(peer, self._namespace)
            editor.remove.setVisible(len(shown) > 1)
        self.add_peer.setVisible(not self.rule.anyone)

    def _append(self) -> None:
        editor = PeerEditor(self._surroundings, tr("Source") if self._inbound else tr("Destination"))
        editor.edited.connect(lambda peer: self._edit_peer(editor, peer))
        editor.removed.connect(lambda: self._remove_peer(editor))
        editor.fixed.connect(self.fixed)
        self.peers.append(editor)
        self._peer_list.addWidget(editor)
        editor.show_peer(PeerField(), self._namespace)

    @Slot()
    def _switch(self) -> None:
        anyone = self.anyone.isChecked()
        peers = self.rule.peers if self.rule.peers or anyone else (PeerField(),)
        self._tell(replace(self.rule, anyone=anyone, peers=peers))

    @Slot()
    def _add_peer(self) -> None:
        self._tell(replace(self.rule, peers=(*self.rule.peers, PeerField())))
        self.peers[-1].scope.setFocus()

    def _edit_peer(self, editor: PeerEditor, peer: PeerField) -> None:
        index = self.peers.index(editor)
        peers = (*self.rule.peers[:index], peer, *self.rule.peers[index + 1 :])
        self.rule = replace(self.rule, peers=peers)
        self.edited.emit(self.rule)

    def _remove_peer(self, editor: PeerEditor) -> None:
        index = self.peers.index(editor)
        self._tell(replace(self.rule, peers=(*self.rule.peers[:index], *self.rule.peers[index + 1 :])))
        self.add_peer.setFocus()

    @Slot(object)
    def _edit_ports(self, ports: tuple[PortField, ...]) -> None:
        self.rule = replace(self.rule, ports=ports)
        self.edited.emit(self.rule)

    def _tell(self, rule: RuleField) -> None:
        self.rule = rule
        self._show_peers()
        self.edited.emit(rule)
