"""What was edited between two graphs: nodes that are new, gone, renamed, or that do or take something else.

The one rule: an edit is what a person did, not what follows from it: a value that differs only because
what it is computed from does is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.matching import written

Kind = Literal["new", "gone", "operation", "inputs", "name", "value"]

#: Kind of edit → what is said of one node, and of several; the gravest first.
KINDS: Mapping[Kind, tuple[str, str]] = {
    "new": ("is new", "are new"),
    "gone": ("is gone", "are gone"),
    "operation": ("does something else", "do something else"),
    "inputs": ("takes something else", "take something else"),
    "value": ("was given another value", "were given other values"),
    "name": ("is renamed", "are renamed"),
}


@dataclass(frozen=True, slots=True)
class Edit:
    """One node that was edited, in its gravest way.

    `now` is its id, "" if it is gone; `before` the id that it had, "" if it is new. `told` says in words
    all that was done, without the id.
    """

    kind: Kind
    now: str
    before: str
    told: str


def edits(before: Graph, now: Graph, partner: Sequence[int], value: Callable[[int], str]) -> tuple[Edit, ...]:
    """All edits in the order of the graph now, then what is gone.

    `partner` gives for each node of `now` its position in `before`, −1 for none; `value` says of a leaf
    by its position how its value was changed, "" if it was not.
    """
    found = []
    for place, (node, earlier) in enumerate(zip(now, partner, strict=True)):
        if earlier < 0:
            found.append(Edit("new", node.id, "", f"new: {_what(node)}"))
            continue
        was = before.nodes[earlier]
        told: dict[Kind, str] = {}
        if before is not now:
            told |= _rewritten(before, was, now, node, partner)
        if node.is_leaf and (changed := value(place)):
            told["value"] = changed
        if told:
            kind = next(kind for kind in KINDS if kind in told)
            found.append(Edit(kind, node.id, was.id, "; ".join(told.values())))
    kept = set(partner)
    return (
        *found,
        *(
            Edit("gone", "", node.id, f"gone: {_what(node)}")
            for place, node in enumerate(before)
            if place not in kept
        ),
    )


def summary(found: Sequence[Edit]) -> str:
    """How many nodes were edited in which way, as a sentence; "" for no edits."""
    counts = Counter(edit.kind for edit in found)
    told = [f"{counts[kind]} {words[counts[kind] > 1]}" for kind, words in KINDS.items() if counts[kind]]
    if not told:
        return ""
    first, _, rest = told[0].partition(" ")
    told[0] = f"{first} node{'s' * (first != '1')} {rest}"
    return (" and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else told[0]) + "."


def _what(node: Node) -> str:
    return node.op if node.is_leaf or not any(node.inputs) else f"{node.op} of {_listed(node.inputs)}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name for name in names[:4] if name) + (", …" if len(names) > 4 else "")


def _rewritten(before: Graph, was: Node, now: Graph, node: Node, partner: Sequence[int]) -> dict[Kind, str]:
    """What a node does, takes and is called now, where that differs, with what it was."""
    told: dict[Kind, str] = {}
    if node.op != was.op:
        told["operation"] = f"{node.op}, was {was.op}"
    elif others := _attributes(was, node):
        told["operation"] = others
    inputs = [_earlier(before, now, name, partner) for name in node.inputs]
    if inputs != [_made_by(before, name) for name in was.inputs]:
        told["inputs"] = f"takes {_listed(node.inputs) or 'nothing'}, took {_listed(was.inputs) or 'nothing'}"
    if node.id != was.id and node.op != "constant":  # the names of constants are numbers
        told["name"] = f"was called {was.id}"
    return told


def _attributes(was: Node, node: Node) -> str:
    """The attributes that differ: axis 1, was 0."""
    names = sorted({*was.attributes, *node.attributes})
    pairs = [(name, was.attributes.get(name), node.attributes.get(name)) for name in names]
    return ", ".join(
        f"{name} {_short(new)}, was {_short(old)}" for name, old, new in pairs if written(old) != written(new)
    )


def _short(value: Any) -> str:
    if value is None:
        return "not given"
    text = " ".join(str(value).split())
    return text if len(text) <= 24 else f"{text[:23]}…"


def _earlier(before: Graph, now: Graph, name: str, partner: Sequence[int]) -> tuple[int, int]:
    """The node before that is the same as the one that makes a value now, and which of its outputs."""
    place, slot = _made_by(now, name)
    return (partner[place] if place >= 0 else -1, slot)


def _made_by(graph: Graph, name: str) -> tuple[int, int]:
    """Which node makes a value, and as which of its outputs; −1 for a value that is left out."""
    if not name:
        return -1, 0
    place = graph.index(name)
    return place, graph.nodes[place].outputs.index(name)
