"""The table of views: what the middle of the window can show of the one document.

The one rule: a view is one row here and one class that takes the session; it is made when it is first
shown, and it has `fit`, `zoom_in` and `zoom_out` for the commands of the View menu.
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from graph_explorer.document import Document


class Zoomed(Protocol):
    """What every view can do for the commands of the View menu."""

    def fit(self) -> None: ...
    def zoom_in(self) -> None: ...
    def zoom_out(self) -> None: ...


@dataclass(frozen=True)
class View:
    """A view's name, its title on the tab, and the class that `source` names, made with the session."""

    name: str
    title: str
    hint: str
    keys: tuple[str, ...]
    source: str

    def make(self, session: Any) -> QWidget:
        """The widget of the view."""
        made = pkgutil.resolve_name(self.source)(session)
        assert isinstance(made, QWidget)
        return made


VIEWS: tuple[View, ...] = (
    View(
        "graph", "Graph", "The computation as a graph, with its values and gradients", ("Ctrl+1", "F2"),
        "graph_explorer.ui.canvas:GraphView",
    ),
    View(
        "surface", "Surface", "The output over two parameters, with paths of optimizers on it", ("F3",),
        "graph_explorer.ui.surface.view:SurfaceView",
    ),
    View(
        "training", "Training", "Training on data: runs, curves, and what is learnt", ("Shift+F2",),
        "graph_explorer.ui.training.view:TrainingView",
    ),
    View(
        "challenge", "Challenge", "Questions on this document, and the blank graph", ("Shift+F3",),
        "graph_explorer.ui.challenge.view:ChallengeView",
    ),
)  # fmt: skip

#: What stands beside the graph where nobody has chosen it.
BESIDE = "surface"


def first_views(document: Document, shown: tuple[str, ...]) -> tuple[str, ...]:
    """The views with which a document opens: its race if it describes one, the graph if it has no surface."""
    own = document.surface
    if own is not None and own.methods and shown == ("graph",):
        return ("surface",)
    return ("graph",) if own is None and shown == ("surface",) else shown


def beside(shown: tuple[str, ...]) -> tuple[str, ...]:
    """The views after switching between one and two side by side: the graph is always one of two."""
    other = next((name for name in reversed(shown) if name != "graph"), BESIDE)
    return ("graph", other) if len(shown) == 1 else (other,)
