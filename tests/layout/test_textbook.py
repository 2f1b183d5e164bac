"""Known graphs look as a textbook draws them."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from graph_explorer.layout import Layout, arrange
from tests.layout.drawn import drawn_lines


def _graph(*nodes: tuple[str, ...], groups: dict[str, str] | None = None) -> nx.MultiDiGraph:
    """A graph from rows of id, operation and inputs."""
    graph = nx.MultiDiGraph()
    for name, op, *inputs in nodes:
        graph.add_node(name, op=op, group=(groups or {}).get(name, ""))
        for index, source in enumerate(inputs):
            graph.add_edge(source, name, key=index)
    return graph


NEURON = _graph(
    ("x", "input"),
    ("y", "input"),
    ("w", "parameter"),
    ("b", "parameter"),
    ("t", "Mul", "w", "x"),
    ("z", "Add", "t", "b"),
    ("a", "Sigmoid", "z"),
    ("d", "Sub", "y", "a"),
    ("two", "constant"),
    ("p", "Pow", "d", "two"),
    ("half", "constant"),
    ("L", "Mul", "half", "p"),
)


def _unrolled(steps: int) -> nx.MultiDiGraph:
    """A recurrent network: one group a time step, three shared parameters."""
    rows = [("Wx", "parameter"), ("Wh", "parameter"), ("b", "parameter"), ("h0", "input")]
    groups = {}
    for t in range(steps):
        rows.append((f"x{t}", "input"))
        rows.append((f"u{t}", "MatMul", "Wx", f"x{t}"))
        rows.append((f"v{t}", "MatMul", "Wh", f"h{t}"))
        rows.append((f"s{t}", "Add", f"u{t}", f"v{t}"))
        rows.append((f"z{t}", "Add", f"s{t}", "b"))
        rows.append((f"h{t + 1}", "Tanh", f"z{t}"))
        groups |= dict.fromkeys((f"u{t}", f"v{t}", f"s{t}", f"z{t}", f"h{t + 1}"), f"t={t}")
    rows.append(("L", "ReduceSum", f"h{steps}"))
    return _graph(*rows, groups=groups)


def _x(layout: Layout, name: str) -> float:
    return float(layout.centers[layout.index(name), 0])


def _y(layout: Layout, name: str) -> float:
    return float(layout.centers[layout.index(name), 1])


def _crossings(layout: Layout) -> int:
    """Pairs of edges that cross, ends at one box aside; points joined by straight parts."""

    def side(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> float:
        return float(np.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])))

    count = 0
    lines = drawn_lines(layout)
    for at, one in enumerate(lines):
        for two in lines[at + 1 :]:
            if {one.source, one.target} & {two.source, two.target}:
                continue
            count += any(
                side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
                for a, b in zip(one.points, one.points[1:], strict=False)
                for c, d in zip(two.points, two.points[1:], strict=False)
            )
    return count


def test_the_chain_of_a_neuron_is_a_straight_column():
    layout = arrange(NEURON, {})
    for name in ("z", "a", "d", "p", "L"):
        assert _x(layout, name) == pytest.approx(_x(layout, "t"))
    straight = [edge for edge in drawn_lines(layout) if edge.source in ("t", "z", "a", "d", "p")]
    assert all(len(edge.points) == 2 and np.ptp(edge.points[:, 0]) < 0.01 for edge in straight)


def test_a_leaf_stands_right_before_its_use_on_its_own_side():
    layout = arrange(NEURON, {})
    beside = {"b": "t", "y": "a", "two": "d", "half": "p"}
    for leaf, operation in beside.items():
        assert _y(layout, leaf) == pytest.approx(_y(layout, operation))
    assert _x(layout, "y") < _x(layout, "a")  # y - a: y is the first input
    assert _x(layout, "half") < _x(layout, "p")
    assert _x(layout, "b") > _x(layout, "t")
    assert _x(layout, "two") > _x(layout, "d")


def test_two_leaves_stand_evenly_in_the_order_of_the_inputs():
    layout = arrange(NEURON, {})
    assert _x(layout, "w") < _x(layout, "x")
    assert (_x(layout, "w") + _x(layout, "x")) / 2 == pytest.approx(_x(layout, "t"), abs=1)


def test_edges_arrive_in_the_order_of_the_inputs():
    layout = arrange(NEURON, {})
    for node in ("t", "z", "d", "p", "L"):
        ends = [(edge.input_index, edge.points[-1, 0]) for edge in drawn_lines(layout) if edge.target == node]
        ends.sort()
        assert [x for _, x in ends] == sorted(x for _, x in ends)


def test_a_product_with_itself_has_two_lines_apart():
    layout = arrange(_graph(("x", "parameter"), ("u", "Mul", "x", "x")), {})
    one, two = (edge.points for edge in drawn_lines(layout))
    assert len(one) == len(two) == 2
    assert two[0, 0] - one[0, 0] >= 8
    assert two[1, 0] - one[1, 0] >= 8


def test_a_product_with_itself_over_a_distance_has_two_lines_apart():
    rows = [("x", "input"), ("a", "Exp", "x"), ("b", "Exp", "a"), ("c", "Sum", "x", "x", "b")]
    layout = arrange(_graph(*rows), {})
    one, two = (edge.points for edge in drawn_lines(layout) if (edge.source, edge.target) == ("x", "c"))
    assert np.all(np.abs(one[:, 0] - two[:, 0]) >= 4)


def test_a_value_used_three_times_stands_above_the_middle_one():
    rows = [("x", "input"), ("u", "Exp", "x"), ("a", "Sin", "u"), ("b", "Cos", "u"), ("c", "Tanh", "u")]
    layout = arrange(_graph(*rows, ("L", "Sum", "a", "b", "c")), {})
    assert _x(layout, "a") < _x(layout, "b") < _x(layout, "c")
    assert _x(layout, "u") == pytest.approx(_x(layout, "b"))
    assert _x(layout, "L") == pytest.approx(_x(layout, "b"))
    assert _y(layout, "a") == _y(layout, "b") == _y(layout, "c")


def test_values_that_nothing_uses_stand_in_their_own_order():
    rows = [("x", "input"), ("a", "Sin", "x"), ("b", "Cos", "x"), ("c", "Tanh", "x"), ("d", "Exp", "x")]
    layout = arrange(_graph(*rows), {})
    across = [_x(layout, name) for name in "abcd"]
    assert across == sorted(across)
    assert _x(layout, "x") == pytest.approx((across[0] + across[-1]) / 2, abs=1)


def test_a_shortcut_runs_beside_the_straight_path():
    rows = [("x", "input"), ("h", "Exp", "x"), ("a", "Relu", "h"), ("b", "Relu", "a"), ("s", "Add", "h", "b")]
    layout = arrange(_graph(*rows), {})
    assert _x(layout, "h") == _x(layout, "a") == _x(layout, "b") == _x(layout, "s")
    (shortcut,) = (edge for edge in drawn_lines(layout) if (edge.source, edge.target) == ("h", "s"))
    half = layout.sizes[layout.index("a"), 0] / 2
    assert shortcut.points[:, 0].min() < _x(layout, "a") - half  # the first input: on the left


@pytest.mark.parametrize("direction", ["down", "right"])
def test_nothing_crosses_where_nothing_has_to(direction):
    assert _crossings(arrange(NEURON, {}, direction=direction)) == 0


def test_equal_groups_look_equal_and_stand_below_one_another():
    layout = arrange(_unrolled(5), {})
    frames = [layout.groups[f"t={t}"] for t in range(5)]
    for t in range(1, 4):
        assert frames[t][0] == pytest.approx(frames[1][0])
        assert frames[t][2:] == pytest.approx(frames[1][2:])
        for name in ("u", "v", "s", "z"):
            here = np.array(frames[t][:2])
            there = np.array(frames[1][:2])
            inner = layout.centers[layout.index(f"{name}{t}")] - here
            np.testing.assert_allclose(inner, layout.centers[layout.index(f"{name}1")] - there)


def test_a_shared_parameter_is_one_trunk_that_branches():
    layout = arrange(_unrolled(6), {})
    lanes = [
        edge.points
        for edge in drawn_lines(layout)
        if edge.source == "Wx" and edge.target in ("u3", "u4", "u5")
    ]
    start = {(round(p[0, 0], 3), round(p[1, 0], 3), round(p[2, 0], 3)) for p in lanes}
    assert len(start) == 1


def test_a_collapsed_group_is_one_box_with_bundled_lines():
    layout = arrange(_unrolled(2), {"t=0": (120.0, 60.0)}, collapsed=frozenset({"t=0"}))
    assert tuple(layout.sizes[layout.index("t=0")]) == (120.0, 60.0)
    assert "t=0" not in layout.groups
    assert "u0" not in layout.ids
    assert "t=1" in layout.groups
    (line,) = (edge for edge in drawn_lines(layout) if (edge.source, edge.target) == ("b", "t=0"))
    assert line.members == (("b", "z0", 1),)


def test_a_group_with_a_value_that_goes_out_and_in_again_is_drawn():
    rows = [("x", "input"), ("a", "Exp", "x"), ("n", "Exp", "a"), ("b", "Exp", "n")]
    layout = arrange(_graph(*rows, groups={"a": "g", "b": "g"}), {})
    assert len(layout.lines) == 3
    assert set(layout.groups) == {"g"}


def test_an_empty_graph():
    layout = arrange(nx.MultiDiGraph(), {})
    assert layout.ids == ()
    assert layout.centers.shape == (0, 2)
    assert layout.bounds == (0.0, 0.0, 0.0, 0.0)


def test_nodes_without_edges_fill_a_block():
    graph = nx.MultiDiGraph()
    graph.add_nodes_from((f"n{number}", {"op": "input", "group": ""}) for number in range(200))
    _, _, width, height = arrange(graph, {}).bounds
    assert 0.2 < width / height < 5
