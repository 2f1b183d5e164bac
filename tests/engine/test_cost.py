from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.document import parse, run
from graph_explorer.engine.cost import Work, conclusion, cost, count_text, times_text
from graph_explorer.engine.errors import NotComputed
from graph_explorer.engine.trace import Trace

NEURON = "z = w*x + b\na = sigmoid(z)\nL = 0.5*(y - a)**2"


def test_the_neuron_counted_by_hand() -> None:
    # edges: L→L.pow, L.pow→L.sub, L.sub→a, a→z, z→z.mul, z→b, z.mul→w
    found = cost(run(parse(NEURON, {"x": 1.5, "y": 1.0}, {"w": 0.4, "b": -0.2})))
    assert found.edges == 7
    assert found.backward == Work(7, 0)
    assert found.paths == 2  # one to w, one to b
    assert found.path_edges == 6 + 5
    assert found.chains == Work(11, 0)
    assert (found.inputs, found.outputs, found.runs) == (2, 1, 4)
    assert found.forward == Work(6, 0)  # six operations on plain numbers
    assert found.cheaper == "reverse"


def test_paths_double_with_each_sum_of_a_value_with_itself() -> None:
    program = "a = w + w\n" + "a += a\n" * 99 + "L = 1*a"
    found = cost(run(parse(program, {}, {"w": 1.0})))
    assert found.paths == 2**100
    assert found.path_edges == 2**100 * 101
    assert found.edges == 201
    assert found.backward == Work(201, 100)
    assert found.chains == Work(2**100 * 101, 2**100 - 1)
    assert "1.26·10³⁰ paths" in conclusion(found)


def test_a_dense_layer_counted_by_hand() -> None:
    program = "z = x @ W + b\nL = sum(z)"
    document = parse(program, {"x": [[1.0, 2.0]] * 3}, {"W": [[1.0] * 4] * 2, "b": [0.0] * 4})
    found = cost(run(document))
    # sum → z: 12 products; z → z.matmul: 12; z → b: 12 and 12 − 4 additions; z.matmul → W: 3·4·2 and 24 − 8
    assert found.edges == 4
    assert found.backward == Work(12 + 12 + 12 + 24, 8 + 16)
    # x @ W: 24 products, 12 sums of two; + b: 12; the sum: 11 additions
    assert found.forward == Work(24 + 12 + 1, 12 + 11)
    assert found.inputs == 12
    assert found.differences == found.forward * 24 + Work(12, 12)


def test_many_outputs_make_forward_mode_cheaper() -> None:
    found = cost(run(parse("y = w*v", {"v": [1.0, 2.0, 3.0]}, {"w": 2.0})))
    assert (found.inputs, found.outputs, found.cheaper) == (1, 3, "forward")
    assert found.forward_mode.total * 3 == found.reverse_mode.total
    assert "forward mode is cheaper" in conclusion(found)


def test_as_many_in_as_out_is_even() -> None:
    found = cost(run(parse("y = w*2", {}, {"w": 2.0})))
    assert found.cheaper == "neither"


def test_a_convolution_counts_each_weight_at_each_place() -> None:
    document = parse(
        "h = conv2d(x, K)\nL = sum(h)", {"x": [[[[1.0] * 4] * 4]]}, {"K": [[[[1.0] * 3] * 3]] * 2}
    )
    found = cost(run(document))  # the output is 1×2×2×2
    assert found.forward.products == 8 * 9 + 1
    assert found.backward == Work(8 + 8 * 9, 8 * 9 - 18)


def test_a_run_that_failed_has_no_cost() -> None:
    document = parse("y = x @ w", {"x": [1.0, 2.0]}, {"w": [1.0, 2.0, 3.0]})
    with pytest.raises(NotComputed):
        cost(run(document, partial=True))


def test_nothing_to_pull_back_is_said() -> None:
    assert (
        "no parameter" in conclusion(cost(run(parse("y = x*2", {"x": 1.0}, {"w": 1.0}), wrt=["w"]))).lower()
    )


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (12345, "12\u202f345"), (10**7, "1·10⁷"), (2**100, "1.26·10³⁰"), (10**5000, "1·10⁵⁰⁰⁰")],
    ids=["zero", "grouped", "ten million", "31 digits", "5001 digits"],
)
def test_counts_of_any_size_read_well(count: int, text: str) -> None:
    assert count_text(count) == text


def test_ratios_read_well() -> None:
    assert times_text(12, 4) == "3 times"
    assert times_text(3, 2) == "1.5 times"
    assert times_text(5, 0) == "infinitely many times"


@st.composite
def small_programs(draw: st.DrawFn) -> str:
    names, lines = ["p", "q", "x"], []
    for k in range(draw(st.integers(1, 7))):
        left, right = draw(st.sampled_from(names)), draw(st.sampled_from(names))
        lines.append(f"v{k} = {left} {draw(st.sampled_from('+*-'))} {right}")
        names.append(f"v{k}")
    return "\n".join(lines)


def walked(trace: Trace, name: str) -> list[int]:
    """The lengths of all paths from the output down to `name`, each walked."""
    if name == trace.output:
        return [0]
    lengths: list[int] = []
    for index, slot in trace.plan.pulls:
        node = trace.graph.nodes[index]
        if node.inputs[slot] == name:
            lengths += [1 + rest for rest in walked(trace, node.id)]
    return lengths


@given(small_programs())
def test_counted_paths_are_the_walked_ones(program: str) -> None:
    trace = run(parse(program, {"x": 0.5}, {"p": 1.5, "q": -0.5}))
    lengths = [length for name in ("p", "q") for length in walked(trace, name)]
    found = cost(trace)
    assert found.paths == len(lengths)
    assert found.path_edges == sum(lengths) == found.chains.products
    assert found.backward.products == found.edges == len(trace.plan.pulls)
