"""Leaves stand where they are used, as far inward as all that takes them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.document import parse
from graph_explorer.engine.graph import Graph, Node, enclosing
from graph_explorer.engine.hierarchy import with_blocks
from graph_explorer.engine.hierarchy.leaves import move_inward, with_leaves_inside
from graph_explorer.engine.hierarchy.structure import Structure
from graph_explorer.engine.program import Program

paths = st.lists(st.sampled_from("ab"), max_size=3).map("/".join)


@given(paths, st.lists(paths, min_size=1, max_size=4))
def test_a_leaf_stands_in_the_innermost_group_of_its_takers_that_is_in_its_own(
    own: str, users: list[str]
) -> None:
    homes = [own, *users]
    move_inward(homes, {0: list(range(1, len(homes)))})
    shared = set.intersection(*({"", *enclosing(path)} for path in users))
    inner = max(shared, key=len)
    assert homes[0] == (inner if own in ("", *enclosing(inner)) else own)
    assert homes[1:] == users


def test_what_gives_a_parameter_another_form_goes_with_it() -> None:
    nodes = [
        Node("w", "parameter"),
        Node("v", "Identity", ("w",)),
        Node("x", "input"),
        Node("y", "MatMul", ("x", "v"), group="layer/inner"),
        Node("z", "Add", ("y", "c"), group="layer"),
        Node("c", "constant"),
    ]
    nodes = [nodes[5], *nodes[:5]]
    program = Program(Graph(nodes), {"c": np.zeros(())}, "z", frozenset(), {})
    made = with_leaves_inside(program, Structure(program.graph, {}))
    homes = {node.id: node.group for node in made.graph}
    assert homes == {
        "w": "layer/inner", "v": "layer/inner", "x": "", "y": "layer/inner", "z": "layer", "c": "layer"
    }  # fmt: skip
    assert [node.id for node in made.graph] == [node.id for node in nodes]


def test_parameters_stand_in_the_functions_that_alone_take_them() -> None:
    """Where nothing repeats, too."""
    words, steps = ("tanh", "sin", "exp", "cos", "relu"), range(8)
    text = "".join(
        f"def f{k}(h, w):\n" + "".join(f"    h = {words[(k * at + at) % 5]}(h @ w)\n" for at in steps)
        + "    return h\n" for k in range(1, 5)
    )  # fmt: skip
    calls = "".join(f"h = f{k}(h, w{k})\n" for k in range(1, 5))
    weights = {f"w{k}": np.eye(2) for k in range(1, 5)}
    document = parse(f"{text}h = x @ u\n{calls}L = sum(h @ u)", {"x": np.eye(2)}, weights | {"u": np.eye(2)})
    found = with_blocks(document.written, document.leaves).graph
    assert [found.node(f"w{k}").group for k in range(1, 5)] == [f"h:f{k}" for k in range(1, 5)]
    assert found.node("u").group == found.node("x").group == ""
