"""Small edits leave the picture as it was; what was put somewhere stays there."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve
from graph_explorer.layout import Layout, arrange, pin
from tests.layout.drawn import drawn_lines
from tests.layout.models import masked, nested, residual, sizes_of


def _network(layers: int = 4) -> nx.MultiDiGraph:
    """Layers of a small network, each a group with a weight, a bias and a shortcut."""
    graph = nx.MultiDiGraph()

    def add(name: str, op: str, group: str, *inputs: str) -> str:
        graph.add_node(name, op=op, group=group)
        graph.add_edges_from((source, name, index) for index, source in enumerate(inputs))
        return name

    value = add("x", "input", "")
    for number in range(layers):
        group = f"layer{number}"
        weight, bias = (add(f"{letter}{number}", "parameter", group) for letter in "Wb")
        product = add(f"m{number}", "MatMul", group, weight, value)
        sum_ = add(f"z{number}", "Add", group, product, bias)
        active = add(f"a{number}", "Tanh", group, sum_)
        value = add(f"h{number}", "Add", group, value, active)
    add("L", "ReduceSum", "", value)
    return graph


def _moves(before: Layout, after: Layout) -> dict[str, np.ndarray]:
    common = [name for name in before.ids if name in after.ids]
    return {name: after.centers[after.index(name)] - before.centers[before.index(name)] for name in common}


def test_one_more_node_moves_what_is_below_it_and_nothing_sideways():
    graph = _network()
    before = arrange(graph, {})
    graph.add_node("c", op="Neg", group="")
    graph.add_edge("L", "c", key=0)
    after = arrange(graph, {}, previous=before)
    assert all(np.abs(move).max() < 0.01 for move in _moves(before, after).values())


def test_opening_one_group_keeps_all_others_as_they_were():
    graph = _network(6)
    groups = frozenset(f"layer{number}" for number in range(6))
    before = arrange(graph, {}, collapsed=groups)
    after = arrange(graph, {}, collapsed=groups - {"layer4"}, previous=before)
    moves = _moves(before, after)
    for name in ("x", "layer0", "layer1", "layer2", "layer3"):
        np.testing.assert_allclose(moves[name], 0, atol=0.01)
    down = {round(float(moves[name][1]), 3) for name in ("layer5", "L")}
    assert len(down) == 1
    assert down.pop() > 0


def _extent(layout: Layout, path: str) -> tuple[float, float]:
    """Where a group begins and ends along the flow, open or collapsed."""
    flow = 1 if layout.direction == "down" else 0
    if path in layout.groups:
        begin = layout.groups[path][flow]
        return begin, begin + layout.groups[path][flow + 2]
    at = layout.index(path)
    half = layout.sizes[at, flow] / 2
    return layout.centers[at, flow] - half, layout.centers[at, flow] + half


def _longer(before: Layout, after: Layout, path: str) -> float:
    """By how much a group, or the whole picture, has become longer along the flow."""
    flow = 1 if before.direction == "down" else 0
    if not path:
        return after.bounds[flow + 2] - before.bounds[flow + 2]
    return float(np.subtract(*_extent(before, path)) - np.subtract(*_extent(after, path)))


def _check_that_all_else_stays(before: Layout, after: Layout, path: str) -> None:
    """Nothing moves across. Along, what comes before a group stays, and what comes after it moves on
    by as much as one of the groups around both has become longer, if it is in the same column at all.
    """
    flow = 1 if before.direction == "down" else 0
    first, last = _extent(before, path)
    around = [path.rsplit("/", depth)[0] for depth in range(path.count("/") + 1)]
    ways = [0.0, *(_longer(before, after, one) for one in around)]
    folded = any(one in before.groups and before.groups[one][3 - flow] > 1_000 for one in (*around, "stage0"))
    number = before.wiring.number
    begin = min(number(name) for name in before.wiring.ids if _is_in(before, name, path))
    moves = _moves(before, after)
    assert len(moves) > 80
    for name, move in moves.items():
        center = before.centers[before.index(name)]
        assert move[1 - flow] == pytest.approx(0, abs=0.01)
        if number(name) < begin or center[flow] < first:
            assert move[flow] == pytest.approx(0, abs=0.01)
        elif not folded:
            assert center[flow] > last
            assert move[flow] == pytest.approx(ways[1], abs=0.01)
        else:
            assert min(abs(move[flow] - way) for way in ways) < 0.01


def _is_in(layout: Layout, name: str, path: str) -> bool:
    wiring = layout.wiring
    group = wiring.groups[wiring.group[wiring.number(name)]]
    return f"{group}/".startswith(f"{path}/")


@pytest.mark.parametrize("direction", ["down", "right"])
@pytest.mark.parametrize(
    ("count", "path"),
    [
        (130, "stage0/layer0/block0"),
        (130, "stage0/layer1/block7"),
        (130, "stage0/layer1"),
        (1_000, "stage0/layer0/block0"),
        (1_000, "stage1/layer13/block66"),
        (1_000, "stage2/layer28/block142"),
        (1_000, "stage1/layer13"),
        (1_000, "stage0"),
        (1_000, "stage2"),
    ],
)
def test_opening_and_closing_a_group_moves_what_is_below_it_along_and_nothing_else(count, path, direction):
    wiring = residual(count, nested)
    sizes = sizes_of(wiring)

    def laid_out(shut: frozenset[str], previous: Layout | None = None) -> Layout:
        return arrange(wiring, sizes, collapsed=shut, previous=previous, direction=direction)

    opened = laid_out(frozenset())
    closed = laid_out(frozenset({path}), opened)
    _check_that_all_else_stays(opened, closed, path)
    again = laid_out(frozenset(), closed)
    _check_that_all_else_stays(closed, again, path)
    np.testing.assert_allclose(again.centers, opened.centers, atol=0.01)


@pytest.mark.parametrize("collapsed", ["t=1", "t=2", "t=2/h:lstm_cell"])
def test_rows_stay_even_where_frames_must_widen(collapsed):
    """A picture with lanes beside the groups: above nothing moves along, below all by as much."""
    graph = open_document(resolve("lstm")).graph
    before = arrange(graph, {}, collapsed=frozenset({collapsed}))
    after = arrange(graph, {}, previous=before)
    first, last = _extent(before, collapsed)
    along = {name: float(move[1]) for name, move in _moves(before, after).items()}
    at = {name: before.centers[before.index(name), 1] for name in along}
    assert {round(along[name], 2) for name in along if at[name] < first} <= {0.0}
    assert len({round(along[name], 2) for name in along if at[name] > last}) == 1


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("deep_relu", "k=0"),
        ("deep_relu", "k=3"),
        ("deep_relu", "k=18"),
        ("exploding", "t=4"),
        ("lstm", "t=0"),
        ("lstm", "t=1"),
        ("residual", "k=3"),
        ("rnn", "t=3"),
    ],
)
def test_what_was_opened_or_closed_makes_room_for_what_was_there(name, path):
    """All is closed but one group: that one stands aside, the others stay across."""
    graph = open_document(resolve(name)).graph
    shut = frozenset(graph.groups)
    before = arrange(graph, {}, collapsed=shut)
    after = arrange(graph, {}, collapsed=shut - {path}, previous=before)
    again = arrange(graph, {}, collapsed=shut, previous=after)
    for layout in (after, again):
        moves = _moves(before, layout)
        assert moves
        assert max(abs(float(move[0])) for node, move in moves.items() if node != path) < 0.01


@pytest.mark.parametrize("number", [3, 150, 303, 420])
def test_a_group_opened_in_one_column_moves_no_other_but_to_make_room(number):
    wiring = masked(5_000, lambda block: f"block{block}")
    sizes = sizes_of(wiring)
    path, shut = f"block{number}", frozenset(wiring.groups) - {""}
    before = arrange(wiring, sizes, collapsed=shut)
    after = arrange(wiring, sizes, collapsed=shut - {path}, previous=before)
    place = before.centers[before.index(path)]
    beside: set[float] = set()
    for name, move in _moves(before, after).items():
        center = before.centers[before.index(name)]
        if center[0] < place[0] - 200:
            np.testing.assert_allclose(move, 0, atol=0.01)
        elif center[0] > place[0] + 200:
            assert move[1] == pytest.approx(0, abs=0.01)
            beside.add(round(float(move[0]), 2))
        elif center[1] < place[1]:
            assert move[1] == pytest.approx(0, abs=0.01)
    assert len(beside) == 1
    again = arrange(wiring, sizes, collapsed=shut, previous=after)
    for name, move in _moves(after, again).items():
        if abs(before.centers[before.index(name)][0] - place[0]) > 200:
            np.testing.assert_allclose(move, 0, atol=0.01)  # the room stays for the next time


def test_the_order_across_is_kept_when_a_group_is_opened():
    graph = open_document(resolve("attention")).graph
    heads = [path for path in graph.groups if path.startswith("h")]
    before = arrange(graph, {}, collapsed=frozenset(heads))
    after = arrange(graph, {}, collapsed=frozenset(heads[1:]), previous=before)
    both = [name for name in before.ids if after.place(name) >= 0]
    rows: dict[float, list[str]] = {}
    for name in both:
        rows.setdefault(round(float(before.centers[before.index(name), 1]), 1), []).append(name)
    assert any(len(row) > 2 for row in rows.values())
    for row in rows.values():
        order = [sorted(row, key=lambda name: at.centers[at.index(name), 0]) for at in (before, after)]
        assert order[0] == order[1]


def test_an_edit_in_the_middle_moves_what_is_below_it_along():
    graph = _network(6)
    before = arrange(graph, {})
    graph.add_node("extra", op="Relu", group="")
    graph.remove_edge("h2", "m3", 1)
    graph.remove_edge("h2", "h3", 0)
    graph.add_edges_from([("h2", "extra", 0), ("extra", "m3", 1), ("extra", "h3", 0)])
    after = arrange(graph, {}, previous=before)
    moves = _moves(before, after)
    above = {name for name in moves if before.centers[before.index(name), 1] <= before.groups["layer2"][1]}
    assert {"x", "h0", "h1"} <= above
    for name, move in moves.items():
        assert move[0] == pytest.approx(0, abs=0.01)
        if name in above or name in ("W2", "b2", "m2", "z2", "a2", "h2"):
            assert move[1] == pytest.approx(0, abs=0.01)
    assert len({round(float(moves[name][1]), 2) for name in ("m3", "a4", "h5", "L")}) == 1


def test_boxes_pinned_by_hand_survive_opening_closing_and_editing():
    graph = _network(6)
    pinned = {"m2": (700.0, 300.0), "layer4": (-400.0, 900.0)}
    shut = frozenset({"layer4"})
    before = arrange(graph, {}, collapsed=shut, pinned=pinned)
    free = arrange(graph, {}, collapsed=shut)
    graph.add_node("c", op="Neg", group="")
    graph.add_edge("L", "c", key=0)
    for collapsed in (shut, shut | {"layer0"}, frozenset({"layer1"})):
        after = arrange(graph, {}, collapsed=collapsed, pinned=pinned, previous=before)
        loose = arrange(graph, {}, collapsed=collapsed, previous=free)
        for name, place in pinned.items():
            if after.place(name) >= 0:
                assert tuple(after.centers[after.index(name)]) == place
        others = [at for at, name in enumerate(after.ids) if name not in pinned]
        np.testing.assert_array_equal(after.centers[others], loose.centers[others])
        for line in drawn_lines(after):
            for name, point in ((line.source, line.points[0]), (line.target, line.points[-1])):
                box = after.sizes[after.index(name)] / 2 + 0.01
                assert np.all(np.abs(point - after.centers[after.index(name)]) <= box)


def test_pins_taken_off_leave_the_layout_as_it_was():
    graph = _network()
    free = arrange(graph, {})
    layout = pin(arrange(graph, {}, pinned={"m2": (900.0, 10.0)}), {})
    assert layout.free is layout
    np.testing.assert_array_equal(layout.centers, free.centers)
    np.testing.assert_array_equal(layout.lines.points, free.lines.points)


def test_what_is_unchanged_is_not_laid_out_again():
    graph = _network(6)
    before = arrange(graph, {})
    graph.add_edge("h2", "L", key=1)
    after = arrange(graph, {}, previous=before)
    kept = [piece for piece in after.plans if piece in before.plans]
    assert len(kept) >= 1
    assert all(after.plans[piece] is before.plans[piece] for piece in kept)


def test_the_order_of_a_row_is_kept_where_it_is_as_good():
    def fan(names: str) -> nx.MultiDiGraph:
        graph = nx.MultiDiGraph()
        graph.add_nodes_from(["x", *names], op="Op", group="")
        graph.add_edges_from(("x", name, 0) for name in names)
        return graph

    before = arrange(fan("abcd"), {})
    after = arrange(fan("dcbae"), {}, previous=before)
    across = [float(after.centers[after.index(name), 0]) for name in "abcd"]
    assert across == sorted(across)


def test_a_turned_picture_takes_nothing_from_the_previous_one():
    graph = _network()
    down = arrange(graph, {})
    fresh = arrange(graph, {}, direction="right")
    turned = arrange(graph, {}, direction="right", previous=down)
    np.testing.assert_array_equal(fresh.centers, turned.centers)


def test_a_pinned_box_stands_where_it_was_put_and_its_lines_follow():
    graph = _network()
    free = arrange(graph, {})
    place = (900.0, float(free.centers[free.index("m2"), 1]))
    layout = arrange(graph, {}, pinned={"m2": place})
    at = layout.index("m2")
    assert tuple(layout.centers[at]) == place
    for edge in drawn_lines(layout):
        for name, point, side in ((edge.source, edge.points[0], 1), (edge.target, edge.points[-1], -1)):
            if name == "m2":
                assert point[1] == pytest.approx(place[1] + side * layout.sizes[at, 1] / 2)
                assert abs(point[0] - place[0]) <= layout.sizes[at, 0] / 2
    x, y, width, height = layout.groups["layer2"]
    assert x <= place[0] - layout.sizes[at, 0] / 2
    assert place[0] + layout.sizes[at, 0] / 2 <= x + width
    assert y <= place[1] <= y + height
    others = [name for name in layout.ids if name != "m2"]
    np.testing.assert_array_equal(
        layout.centers[[layout.index(name) for name in others]],
        free.centers[[free.index(name) for name in others]],
    )
    right = layout.bounds[0] + layout.bounds[2]
    assert right >= place[0] + layout.sizes[at, 0] / 2


def test_a_box_pinned_above_its_input_is_reached_from_below():
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(["a", "b"], op="Op", group="")
    graph.add_edge("a", "b", key=0)
    layout = arrange(graph, {}, pinned={"b": (0.0, -500.0)})
    start, end = layout.lines.points_of(0)
    assert start[1] == pytest.approx(layout.centers[layout.index("a"), 1] - 22)
    assert end[1] == pytest.approx(-500 + 22)


def test_pins_of_what_is_not_drawn_are_ignored():
    graph = _network()
    free = arrange(graph, {})
    layout = arrange(graph, {}, pinned={"nowhere": (0.0, 0.0)})
    np.testing.assert_array_equal(free.centers, layout.centers)
