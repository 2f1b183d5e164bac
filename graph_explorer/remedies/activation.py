"""Other activations between layers.

The one rule: gates and the last activation, which makes a probability, stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable

from graph_explorer.document import Document
from graph_explorer.engine.health.units import SQUASHING
from graph_explorer.remedies.anatomy import Anatomy, proved
from graph_explorer.remedies.text import NotApplicable, changed, renamed


def replacing(operations: frozenset[str], word: str, called: str) -> Callable[[Document], Document]:
    """The remedy that writes `word` for every hidden activation of these kinds; `called` names them."""

    def apply(document: Document) -> Document:
        found = Anatomy(document)
        changes = [renamed(each.call, word) for each in found.written(operations)]
        if not changes:
            raise NotApplicable(f"no {called} stands between two layers")
        return proved(document.with_program(changed(found.text, changes)))

    return apply


relu = replacing(frozenset(SQUASHING), "relu", "sigmoid or tanh")
gelu = replacing(frozenset({*SQUASHING, "Relu"}), "gelu", "sigmoid, tanh or ReLU")
leaky_relu = replacing(frozenset({"Relu", "ThresholdedRelu"}), "leaky_relu", "ReLU")
