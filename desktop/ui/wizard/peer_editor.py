"""One source or destination: where it is looked for, and which pods or addresses are meant."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.language import tr
from desktop.policy.draft import LabelRow, PeerField, Scope, SelectorField
from desktop.policy.findings import Finding, Path, Severity
from desktop.policy.typed import read_values
from desktop.reach.choices import Match
from desktop.ui.review.causes import REFUSED
from desktop.ui.strip import Strip
from desktop.ui.wizard.completing import Suggestions
from desktop.ui.wizard.fields import Choice, Field, ProblemStrip, QuietLabel, buddy, small_button, under
from desktop.ui.wizard.label_rows import SelectorEditor
from desktop.ui.wizard.matches import block_match_words, peer_match_words, workload_words
from desktop.ui.wizard.surroundings import Surroundings, Where
from desktop.wording.lists import listed
from desktop.wording.plain import plain

_WIDE = 24


class PeerEditor(QWidget):
    """Edits one peer; within it every condition must hold."""

    edited = Signal(object)
    """A PeerField."""

    fixed = Signal(object)
    """A Fix the user wants."""

    removed = Signal()

    def __init__(self, surroundings: Surroundings, name: str) -> None:
        super().__init__()
        self._surroundings = surroundings
        self.peer = PeerField()
        self._namespace = ""
        self.setAccessibleName(name)
        self.scope = Choice(name, _scopes())
        self.names = Field(tr("Namespaces"), tr("one or several, such as web, shop"), characters=_WIDE)
        Suggestions(self.names, surroundings.namespaces, several=True)
        self.namespaces = SelectorEditor(surroundings, tr("Labels of the namespaces"))
        self.namespaces.use(Where(of_pods=False))
        self.pods = SelectorEditor(surroundings, tr("Labels of the pods"))
        self.cidr = Field(tr("CIDR block"), "172.17.0.0/16", characters=_WIDE)
        self.excepts = Field(tr("Except"), "172.17.1.0/24,172.17.2.0/24", characters=_WIDE)
        self.written = QuietLabel(tr("This one cannot be shown in the form. It stays as written."))
        self.matching = QuietLabel(wrap=True)
        self.remove = small_button("✕", tr("Remove this source or destination"), self.removed.emit)
        self.unnamed = Strip()
        self._use_labels = self.unnamed.add_button(tr("Choose by Its Labels"), self._choose_by_labels)
        self.problems = ProblemStrip()
        self.problems.fixed.connect(self.fixed)
        self._labels: dict[QWidget, QLabel] = {}
        self._lay_out()
        self._connect()
        self._dress()

    def show_peer(self, peer: PeerField, namespace: str) -> None:
        """Show a peer of a policy in ``namespace``."""
        self.peer, self._namespace = peer, namespace
        self.scope.show_value(peer.scope, tr("As written"))
        if _names(self.names.text()) != peer.names:
            self.names.show_text(", ".join(peer.names))
        self.namespaces.show_field(SelectorField() if peer.scope is Scope.NAMED_NAMESPACES else peer.namespaces)
        self.pods.show_field(peer.pods)
        cidr, _, excepts = peer.block.partition("|")
        self.cidr.show_text(cidr)
        self.excepts.show_text(excepts)
        self._dress()

    def show_problems(self, findings: Sequence[Finding], path: Path) -> None:
        """Show what was found at and below the peer's path."""
        self.namespaces.show_problems(findings, (*path, "namespaceSelector"))
        self.pods.show_problems(findings, (*path, "podSelector"))
        own = under(findings, *path)
        selectors = (*under(own, *path, "namespaceSelector"), *under(own, *path, "podSelector"))
        named = self.peer.scope is Scope.NAMED_NAMESPACES
        of_names = under(own, *path, "namespaceSelector") if named else ()
        of_block = under(own, *path, "ipBlock")
        self.names.show_problems(of_names)
        excepts = [each for each in of_block if self._in_excepts(each, each.spot[len(path) + 1 :])]
        self.excepts.show_problems(excepts)
        self.cidr.show_problems([each for each in of_block if each not in excepts])
        told = [*of_names, *(each for each in own if each not in selectors)]
        if self.unnamed.sentence:
            told = [each for each in told if each.code != "advice.namespace-unnamed"]
        self.problems.show_problems(told)

    def show_match(self, match: Match | None) -> None:
        """Show what the peer matches now."""
        words = block_match_words if self.peer.scope is Scope.ADDRESSES else peer_match_words
        self.matching.setText(words(match) if match else "")
        self.matching.setToolTip(workload_words(match) if match else "")
        self.matching.setVisible(bool(self.matching.text()))

    def _in_excepts(self, finding: Finding, within: Path) -> bool:
        """Whether a finding about an address block is about one of the exceptions."""
        if finding.code == REFUSED:
            return within[:1] == ("except",)
        if finding.code.startswith(("typed.except", "except.")):
            return True
        text = str(finding.facts.get("text") or finding.facts.get("value") or "")
        return "|" in self.peer.block and text != self.cidr.text().strip()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.scope)
        head.addWidget(self.matching, 1)
        head.addStretch(0)
        head.addWidget(self.remove)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(4)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for text, widget in (
            (tr("Namespaces"), self.names),
            (tr("Namespaces with"), self.namespaces),
            (tr("Pods with"), self.pods),
            (tr("CIDR"), self.cidr),
            (tr("Except"), self.excepts),
        ):
            self._labels[widget] = buddy(text, widget)
            form.addRow(self._labels[widget], widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addLayout(form)
        layout.addWidget(self.written)
        layout.addWidget(self.unnamed)
        layout.addWidget(self.problems)

    def _connect(self) -> None:
        self.scope.picked.connect(self._edit)
        self.names.typed.connect(self._edit)
        self.cidr.typed.connect(self._type_cidr)
        self.excepts.typed.connect(self._edit)
        for selector in (self.namespaces, self.pods):
            selector.edited.connect(self._edit)
            selector.fixed.connect(self.fixed)

    @Slot(str)
    def _type_cidr(self, text: str) -> None:
        """Let the page's form ``cidr|except,except`` be typed and pasted as it is: behind the bar are exceptions."""
        cidr, bar, excepts = text.partition("|")
        if bar:
            self.cidr.show_text(cidr)
            self.excepts.show_text(",".join(filter(None, (excepts, self.excepts.text()))))
            self.excepts.setFocus()
        self._edit()

    @Slot()
    def _edit(self) -> None:
        excepts = self.excepts.text()
        if self.scope.currentData() is not self.peer.scope:
            self.show_match(None)  # what it matched is not what it will match
        self.peer = replace(
            self.peer,
            scope=self.scope.currentData(),
            names=_names(self.names.text()),
            namespaces=self.namespaces.field
            if self.scope.currentData() is Scope.LABELLED_NAMESPACES
            else self.peer.namespaces,
            pods=self.pods.field,
            block=f"{self.cidr.text()}|{excepts}" if excepts.strip() else self.cidr.text(),
        )
        self._dress()
        self.edited.emit(self.peer)

    def _dress(self) -> None:
        """Show the fields that the scope has."""
        scope = self.peer.scope
        shown = {
            self.names: scope is Scope.NAMED_NAMESPACES,
            self.namespaces: scope is Scope.LABELLED_NAMESPACES,
            self.pods: scope not in (Scope.ADDRESSES, Scope.AS_WRITTEN),
            self.cidr: scope is Scope.ADDRESSES,
            self.excepts: scope is Scope.ADDRESSES,
        }
        for widget, visible in shown.items():
            widget.setVisible(visible)
            self._labels[widget].setVisible(visible)
        self.written.setVisible(scope is Scope.AS_WRITTEN)
        self.pods.use(Where(self._looked_in()))
        self._tell_unnamed()

    def _looked_in(self) -> tuple[str, ...] | None:
        if self.peer.scope is Scope.OWN_NAMESPACE:
            return (self._namespace,)
        return self.peer.names if self.peer.scope is Scope.NAMED_NAMESPACES else None

    def _tell_unnamed(self) -> None:
        """Say so when a namespace cannot be chosen by its name, and offer its own labels."""
        named = self.peer.scope is Scope.NAMED_NAMESPACES
        unnamed = self._surroundings.unnamed(self.peer.names) if named else ()
        if not unnamed:
            self.unnamed.say(Severity.WARNING, "")
            return
        labels = self._surroundings.labels_of_namespace(unnamed[0])
        own = listed(f"{plain(key)}={plain(value)}" for key, value in sorted(labels.items())) if labels else ""
        self._use_labels.setVisible(bool(labels) and len(self.peer.names) == 1)
        self.unnamed.say(
            Severity.WARNING,
            tr(
                "{names} cannot be chosen by name: the label kubernetes.io/metadata.name is missing there.",
                names=listed(map(plain, unnamed)),
            ),
            tr("Its own labels are {labels}.", labels=own) if own else tr("It has no labels to choose it by."),
        )

    def _choose_by_labels(self) -> None:
        unnamed = self._surroundings.unnamed(self.peer.names)
        labels = self._surroundings.labels_of_namespace(unnamed[0]) if unnamed else {}
        rows = tuple(LabelRow(key, None, value) for key, value in sorted(labels.items()))
        peer = replace(self.peer, scope=Scope.LABELLED_NAMESPACES, names=(), namespaces=SelectorField(rows))
        self.show_peer(peer, self._namespace)
        self.edited.emit(peer)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in read_values(text) if name)


def _scopes() -> Sequence[tuple[object, str]]:
    return (
        (Scope.OWN_NAMESPACE, tr("This namespace")),
        (Scope.NAMED_NAMESPACES, tr("Namespaces by name")),
        (Scope.LABELLED_NAMESPACES, tr("Namespaces by label")),
        (Scope.EVERY_NAMESPACE, tr("Every namespace")),
        (Scope.ADDRESSES, tr("Addresses (CIDR)")),
    )
