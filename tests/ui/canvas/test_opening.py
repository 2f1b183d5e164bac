"""Where a graph is first seen: whole if it can be read, else from its beginning, until one goes elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from graph_explorer.document import Document, parse
from graph_explorer.ui.canvas import GraphView, moving
from graph_explorer.ui.groups import enter
from graph_explorer.ui.session import Session

Make = Callable[[Document], GraphView]


@pytest.fixture
def long() -> Document:
    """Forty layers, far more than a window can show, of which no two neighbours are equal."""
    names = ("tanh", "sin", "exp", "cos", "tanh", "cos", "sin")
    text = "".join(f"h{k} = {names[k * k % 7]}(h{k - 1} @ w{k})\n" for k in range(1, 41))
    weights = {f"w{k}": np.full((2, 2), 0.3) for k in range(1, 41)}
    return parse(f"{text}L = sum(h40)", {"h0": np.ones((1, 2))}, weights)


def in_sight(view: GraphView, name: str) -> bool:
    """Whether all of a card is in the window."""
    assert view.scene is not None
    box = view.scene.box_of(view.drawn(name))
    assert box is not None
    x, y, width, height = view.camera.seen_box(box)
    return x >= 0 and y >= 0 and x + width <= view.width() and y + height <= view.height()


@pytest.mark.parametrize("direction", ["down", "right"])
def test_a_long_graph_is_first_seen_where_it_begins(
    direction: str, make_view: Make, neuron: Document, long: Document, session: Session
) -> None:
    view = make_view(neuron)
    view.set_direction(direction)  # type: ignore[arg-type]
    session.show(long)
    assert in_sight(view, "h0")
    assert not in_sight(view, "L")
    view.resize(900, 640)
    assert in_sight(view, "h0"), "what is seen at first stays in sight when the window changes"


def test_a_step_backward_leads_to_the_output_and_stays_there(
    make_view: Make, long: Document, session: Session
) -> None:
    view = make_view(long)
    session.step(1)
    assert in_sight(view, "L")
    view.resize(900, 640)
    assert in_sight(view, "L")


def test_another_document_begins_anew(make_view: Make, long: Document, session: Session) -> None:
    view = make_view(long)
    session.step(1)
    session.show(long.with_program(f"{long.program}\nM = L + 1"))
    assert in_sight(view, "h0")
    view.resize(900, 640)
    assert in_sight(view, "h0")


def test_a_graph_that_can_be_read_is_seen_whole(make_view: Make, neuron: Document) -> None:
    view = make_view(neuron)
    assert all(in_sight(view, node.id) for node in neuron.graph)


def test_the_inside_of_a_group_is_first_seen_where_it_begins(
    make_view: Make, long: Document, session: Session
) -> None:
    """Not where its frame has its middle, and not at what is outside it."""
    inner = long.program.replace("\n", "\n    ").rstrip()
    weights = ", ".join(f"w{k}" for k in range(1, 41))
    text = f"def net(h0, {weights}):\n    {inner}\n    return L\nq = cos(x)\nL = net(q, {weights})"
    values = {name: entry.array for name, entry in long.parameters.items()}
    view = make_view(parse(text, {"x": np.ones((1, 2))}, values))
    enter(session, "L:net")
    assert view.scene is not None
    first = next(node.id for node in view.shown.stage.graph if node.group == "L:net")  # type: ignore[union-attr]
    assert in_sight(view, first)


def test_of_a_group_larger_than_the_window_the_title_is_brought_into_sight(
    make_view: Make, long: Document, session: Session
) -> None:
    view = make_view(long.with_program(f"def f(h):\n    return h*2\n{long.program}\nM = f(L)"))
    view.zoom_to("M:f")
    session.select("h0")
    view.zoom(4.0 / view.camera.scale, (500.0, 350.0))
    session.select("M:f")
    assert view.scene is not None
    box = view.scene.box_of("M:f")
    assert box is not None
    x, y = view.camera.seen(box[:2])
    assert 0 <= x < view.width()
    assert 0 <= y < view.height()


def test_a_graph_in_columns_begins_in_the_first(make_view: Make, session: Session) -> None:
    program = (
        "def cell(h, u):\n    z = w*u + b*h\n    a = tanh(z)\n    return a + 0.1*h\n"
        "def layer(h):\n    for t in range(4):\n        h = cell(h, h*0.5)\n    return h\n"
        "h = x\nfor k in range(8):\n    h = layer(h)\nL = 0.5*(y - h)**2"
    )
    view = make_view(parse(program, {"x": 0.5, "y": 1.0}, {"w": 0.3, "b": 0.1}))
    session.change(collapsed=frozenset())
    first = next(node for node in session.state.graph if node.op == "Mul")  # type: ignore[union-attr]
    assert view.scene is not None
    tops = view.scene.boxes[view.scene.boxes[:, 1] < 400]
    assert len(set(tops[:, 0] // 500)) > 3, "columns side by side"
    assert in_sight(view, first.id)


def test_a_graph_that_flows_another_way_begins_anew(make_view: Make, long: Document) -> None:
    view = make_view(long)
    view.set_direction("down")
    view.pan(-500.0, -2000.0)
    assert not in_sight(view, "h0")
    view.set_direction("right")
    assert view.scene is not None
    assert view.scene.layout.direction == "right"
    assert in_sight(view, "h0")


def test_the_direction_is_chosen_for_all_graphs(
    make_view: Make, neuron: Document, grouped: Document, session: Session
) -> None:
    view = make_view(neuron)
    moving.place(session, "z", (900.0, 900.0))
    moving.turn(session, "down")
    assert view.scene is not None
    assert view.scene.layout.direction == "down"
    assert not session.state.moved, "boxes stood in another picture"
    moving.place(session, "z", (900.0, 900.0))
    moving.turn(session, "down")
    assert session.state.moved, "nothing was changed"
    session.show(grouped)
    assert view.scene.layout.direction == "down"
    moving.turn(session, "right")
    assert view.scene.layout.direction == "right"
    assert in_sight(view, "h0")
