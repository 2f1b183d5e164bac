"""The canvas for screen readers: what is in sight as children, each with its sentence.

The one rule: nothing is made before a reader asks for it, and only of what is in sight; the whole graph
is read in the table of its numbers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget

from graph_explorer.ui.canvas.describe import describe
from graph_explorer.ui.canvas.hand import Hand
from graph_explorer.ui.canvas.scene import Places

if TYPE_CHECKING:
    from graph_explorer.ui.canvas.view import GraphView

#: No more cards than this are told apart; further out there is a picture, not a list.
MOST = 200


class ReadCard(QAccessibleInterface):
    """One card. Its name is what the tooltip says."""

    def __init__(self, view: GraphView, name: str) -> None:
        super().__init__()
        self._view, self.name = view, name

    def isValid(self) -> bool:
        scene = self._view.scene
        return scene is not None and scene.place(self.name) >= 0

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def text(self, kind: QAccessible.Text) -> str:
        if kind is QAccessible.Text.Name:
            return " ".join(describe(self._view.session.state, self.name))
        return ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nothing can be written here."""

    def rect(self) -> QRect:
        scene = self._view.scene
        box = scene.box_of(self.name) if scene is not None else None
        if box is None:
            return QRect()
        seen = QRectF(*self._view.camera.seen_box(box)).toAlignedRect()
        return QRect(self._view.mapToGlobal(seen.topLeft()), seen.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        found = QAccessible.State()
        found.focusable = found.selectable = True
        found.selected = found.focused = self.name == self._view.selected
        return found

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._view)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1


class ReadGraph(QAccessibleWidget):
    """The canvas: the widgets on it, then the cards in sight."""

    def __init__(self, view: GraphView) -> None:
        super().__init__(view, QAccessible.Role.List, "Graph")
        self._view = view
        self._hand: Hand | None = None
        self._made: dict[str, ReadCard] = {}

    def text(self, kind: QAccessible.Text) -> str:
        found = super().text(kind)
        return f"{self._overview()} {found}".strip() if kind is QAccessible.Text.Description else found

    def _overview(self) -> str:
        """How much is on the graph and in sight, what is dimmed, and what differs from the kept run."""
        state, scene = self._view.session.state, self._view.scene
        if state.graph is None or scene is None:
            return ""
        seen, cards = len(self._in_sight()), len(scene)
        told = [f"{_count(len(state.graph), 'node')}, {_count(cards, 'card')}, {seen} in sight."]
        if seen > MOST:
            told.append("They are too many to be told apart: zoom in, or read the table of numbers.")
        if state.found is not None:
            told.append(f"The rest is dimmed: {state.found.title}, {_count(len(state.found.names), 'node')}.")
        if state.difference is not None:
            told.append(f"Compared with the kept run: {state.difference.conclusion}")
        return " ".join(told)

    def _in_sight(self) -> Places:
        scene, view = self._view.scene, self._view
        assert scene is not None
        return scene.cards_in(view.camera.scene_box((0.0, 0.0, view.width(), view.height())))

    def _names(self) -> list[str]:
        """The cards in sight, in the order of the graph; none where they are too many to be told apart."""
        scene = self._view.scene
        if scene is None:
            return []
        places = self._in_sight()
        return [scene.cards.ids[place] for place in sorted(places.tolist())] if len(places) <= MOST else []

    def _card(self, name: str) -> ReadCard:
        scene = self._view.scene
        hand = scene.cards if scene is not None else None
        if hand is not self._hand:
            for card in self._made.values():  # Qt may still know them
                QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(card))
            self._hand, self._made = hand, {}
        if name not in self._made:
            self._made[name] = ReadCard(self._view, name)
        return self._made[name]

    def childCount(self) -> int:
        return super().childCount() + len(self._names())

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        widgets = super().childCount()
        if index < widgets:
            return super().child(index)
        names = self._names()
        return self._card(names[index - widgets]) if index - widgets < len(names) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        if not isinstance(child, ReadCard):
            return super().indexOfChild(child)
        names = self._names()
        return super().childCount() + names.index(child.name) if child.name in names else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        found = super().childAt(x, y)
        name = self._view.pointer.at(self._view.mapFromGlobal(QPoint(x, y)).toPointF()).name
        return self._card(name) if found is None and name in self._names() else found

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        name = self._view.selected
        return self._card(name) if self._view.hasFocus() and name in self._names() else None


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}".replace(",", "\u2009")


@lru_cache(maxsize=1)
def install(canvas: type[GraphView]) -> None:
    """Lets readers see cards on every canvas."""

    def read(kind: str, thing: QObject) -> QAccessibleInterface | None:
        if not isinstance(thing, canvas):
            return None
        thing.reading = ReadGraph(thing)  # kept as long as the view
        return thing.reading

    QAccessible.installFactory(read)


def announce(view: GraphView, sentence: str) -> None:
    """Lets a screen reader say what has just been reached by key."""
    if QAccessible.isActive() and view.hasFocus() and sentence:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(view, sentence))
