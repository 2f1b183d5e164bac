"""The trace: what happened in which order, what is known at each time, and how gradients add up."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import pytest

from graph_explorer.document import Document, parse, run
from graph_explorer.engine.errors import Cancelled, InputError, NotComputed, UnknownName
from graph_explorer.engine.graph import Use
from graph_explorer.engine.ops import operation
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import RunError, execute, gradients
from graph_explorer.engine.trace import Computed, Pulled, Seeded, Trace


def neuron() -> Document:
    return parse(
        "z = w*x + b\na = sigmoid(z)\nL = 0.5*(y - a)**2", {"x": 1.5, "y": 1.0}, {"w": 0.4, "b": -0.2}
    )


def arrays() -> Document:
    random = np.random.default_rng(1)
    return parse(
        "h = tanh(x @ W)\nu, v = split(h, 2, axis=1)\nL = sum(u*v) + sum(h) + mean(W*W)",
        {"x": random.normal(size=(3, 4))},
        {"W": random.normal(size=(4, 6))},
    )


DOCUMENTS = {"scalars": neuron, "arrays": arrays}
each = pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)


def test_the_neuron_by_hand() -> None:
    trace = run(neuron())
    a = 1 / (1 + np.exp(-0.4))
    delta = (a - 1) * a * (1 - a)
    assert trace.value("z") == pytest.approx(0.4)
    assert trace.value("L") == pytest.approx(0.5 * (1 - a) ** 2)
    assert trace.gradient("z") == pytest.approx(delta)
    assert trace.gradient("w") == pytest.approx(1.5 * delta)
    assert trace.gradient("b") == pytest.approx(delta)


def test_a_run_that_takes_too_much_memory_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    program = "a = x + x\nb = concat([a, a], axis=0)\nc = concat([b, b], axis=0)\nL = sum(c)"
    document = parse(program, {"x": np.ones(100)})
    assert run(document).value("L") == 800
    monkeypatch.setattr("graph_explorer.engine.run.MOST_BYTES", 5_000)
    with pytest.raises(RunError, match="'c': the values up to here take more than") as caught:
        run(document)
    trace = caught.value.trace
    assert trace is not None
    assert trace.has_value("b")
    assert not trace.has_value("c")


@each
def test_events_come_forward_then_the_seed_then_one_an_edge(make) -> None:
    trace = run(make())
    kinds = [event.kind for event in trace.events]
    forward = sum(not node.is_leaf for node in trace.graph)
    assert kinds == ["compute"] * forward + ["seed"] + ["pull"] * len(trace.plan.pulls)
    assert len(trace.events) == trace.length
    assert [step.step for step in trace.steps] == list(range(len(trace.steps)))
    assert trace.events[-1].kind == "pull"
    assert [e.kind for e in trace.events[forward : forward + 2]] == ["seed", "pull"]
    with pytest.raises(IndexError):
        trace.events[trace.length]
    for time, event in enumerate(trace.events):
        assert trace.time_of(event) == time


@each
def test_a_value_is_known_from_its_event_on(make) -> None:
    trace = run(make())
    for event in trace.events:
        if isinstance(event, Computed):
            time = trace.time_of(event)
            assert not trace.has_value(event.node.id, time)
            assert trace.has_value(event.node.id, time + 1)
            with pytest.raises(NotComputed, match="not computed yet"):
                trace.value(event.node.id, time)
            np.testing.assert_array_equal(event.value, trace.value(event.node.id, trace.length))
    assert all(trace.has_value(leaf.id, 0) for leaf in trace.graph.leaves())


@each
def test_gradients_replayed_step_by_step_are_those_of_every_time(make) -> None:
    trace = run(make())
    summed: dict[str, np.ndarray] = {}
    for step in trace.steps:
        time = trace.time_of(step) + 1
        if isinstance(step, Seeded):
            summed[step.node.id] = step.gradient
        else:
            assert isinstance(step, Pulled)
            upstream = step.upstream if isinstance(step.upstream, tuple) else (step.upstream,)
            for name, g in zip(step.node.outputs, upstream, strict=True):
                if g is not None:
                    assert trace.is_complete(name, time)
                    np.testing.assert_array_equal(g, summed[name])
            before = summed.get(step.into)
            summed[step.into] = step.contribution if before is None else before + step.contribution
            np.testing.assert_array_equal(step.accumulated, summed[step.into])
        for name in trace.graph.values:
            assert trace.has_gradient(name, time) == (name in summed)
            if name in summed:
                np.testing.assert_array_equal(trace.gradient(name, time), summed[name])
            else:
                with pytest.raises(NotComputed):
                    trace.gradient(name, time)
    for name, total in summed.items():
        np.testing.assert_array_equal(trace.gradient(name), total)


def test_terms_of_a_value_used_three_times_add_up() -> None:
    trace = run(parse("L = sin(x) + x*3 + x**2", parameters={"x": 0.7}))
    terms = trace.terms("x")
    assert sorted(float(term.contribution) for term in terms) == pytest.approx(sorted([np.cos(0.7), 3, 1.4]))
    assert float(sum(term.contribution for term in terms)) == pytest.approx(float(trace.gradient("x")))
    first = trace.time_of(terms[0]) + 1
    assert trace.terms("x", first) == terms[:1]
    assert trace.has_gradient("x", first)
    assert not trace.is_complete("x", first)


def test_a_value_times_itself_has_two_terms() -> None:
    trace = run(parse("L = x*x", parameters={"x": 3.0}))
    assert [(t.node.id, t.input_index, float(t.contribution)) for t in trace.terms("x")] == [
        ("L", 0, 3.0),
        ("L", 1, 3.0),
    ]
    assert trace.gradient("x") == 6


def test_a_detached_edge_passes_nothing_and_says_so() -> None:
    document = parse("a = x*x\nL = a*y", parameters={"x": 3.0, "y": 2.0})
    assert run(document).gradient("x") == 12
    half = run(document, detached=[Use("a", 0)])
    assert half.gradient("x") == 6
    none = run(document, detached=[Use("L", 0)])
    with pytest.raises(NotComputed):
        none.gradient("x")
    assert none.gradient("y") == 9
    both = run(document, detached=[Use("a", 0), Use("a", 1)])
    with pytest.raises(NotComputed, match="detached"):
        both.gradient("x")


REASONS = [
    ("x", {}, "it was not asked for"),
    ("unused", {}, "does not depend on it"),
    ("side", {}, "does not depend on it"),
]


@pytest.mark.parametrize(("name", "options", "reason"), REASONS)
def test_a_gradient_that_is_not_there_is_not_zero(name: str, options: dict, reason: str) -> None:
    document = parse("side = 2*w\nL = w*x", {"x": 2.0}, {"w": 3.0, "unused": 1.0})
    trace = run(document, **options)
    assert not trace.has_gradient(name)
    with pytest.raises(NotComputed, match=reason):
        trace.gradient(name)


def test_before_the_backward_pass_reaches_a_value_there_is_no_gradient() -> None:
    trace = run(neuron())
    with pytest.raises(NotComputed, match="has not reached it yet"):
        trace.gradient("w", trace.forward_length + 1)
    with pytest.raises(UnknownName, match="did you mean"):
        trace.gradient("ww")


def test_inputs_get_gradients_when_asked() -> None:
    assert run(parse("L = w*x", {"x": 2.0}, {"w": 3.0}), wrt=["x"]).gradient("x") == 3
    assert run(parse("L = x*x", {"x": 2.0})).gradient("x") == 4  # no parameter: inputs are asked for


def test_inner_values_can_be_asked_for_alone() -> None:
    trace = run(neuron(), wrt=["a"])
    assert trace.has_gradient("a")
    assert not trace.has_gradient("w")


def test_seeds_scale_and_choose() -> None:
    document = parse("y = x*x", parameters={"x": [1.0, 2.0, 3.0]})
    np.testing.assert_array_equal(run(document).gradient("x"), [2, 4, 6])
    np.testing.assert_array_equal(run(document, seed=2.0).gradient("x"), [4, 8, 12])
    np.testing.assert_array_equal(run(document, seed=[0.0, 1.0, -1.0]).gradient("x"), [0, 4, -6])
    np.testing.assert_array_equal(run(document, output="y[1]").gradient("x"), [0, 4, 0])
    np.testing.assert_array_equal(run(document, output="y[-1]").gradient("x"), [0, 0, 6])
    assert run(neuron(), seed=3.0).gradient("b") == pytest.approx(3 * run(neuron()).gradient("b"))


BAD_OUTPUTS = [
    ("y[3]", "no entry"),
    ("y[0,0]", "no entry"),
    ("y[a]", "no entry of a value"),
    ("q", "unknown node 'q'"),
]


@pytest.mark.parametrize(("output", "says"), BAD_OUTPUTS)
def test_a_wrong_output_is_told(output: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        run(parse("y = x*x", parameters={"x": [1.0, 2.0, 3.0]}), output=output)


def test_a_wrong_seed_is_told() -> None:
    with pytest.raises(InputError, match=r"give it the shape \(3,\)"):
        run(parse("y = x*x", parameters={"x": [1.0, 2.0, 3.0]}), seed=[1.0, 2.0])


def test_an_inner_output_leaves_what_is_behind_it_alone() -> None:
    trace = run(neuron(), output="a")
    assert trace.gradient("a") == 1
    with pytest.raises(NotComputed, match="'a' does not depend on it"):
        trace.gradient("L")


def test_all_outputs_of_an_operation_pull_together() -> None:
    trace = run(parse("a, b = split(x, 2)\nL = sum(a*a) + 3*sum(b)", parameters={"x": [1.0, 2.0, 3.0, 4.0]}))
    np.testing.assert_array_equal(trace.gradient("x"), [2, 4, 3, 3])
    one = run(parse("a, b = split(x, 2)\nL = sum(a*a)", parameters={"x": [1.0, 2.0, 3.0, 4.0]}))
    np.testing.assert_array_equal(one.gradient("x"), [2, 4, 0, 0])
    assert not one.has_gradient("b")
    pulled = next(step for step in one.steps if step.kind == "pull" and step.into == "x")
    assert pulled.upstream[1] is None


def test_what_stops_being_finite_is_marked_where_it_arises() -> None:
    trace = run(parse("a = x - x\nb = log(a)\nc = b*2\nL = exp(c) + y", parameters={"x": 1.0, "y": 1.0}))
    assert trace.nonfinite["b"] == "value"
    assert "c" not in trace.nonfinite
    assert "L" not in trace.nonfinite
    slope = run(parse("a = sqrt(x)\nL = 2*a", parameters={"x": 0.0}))
    assert dict(slope.nonfinite) == {"x": "gradient"}
    assert not run(neuron()).nonfinite


def test_a_failure_leaves_what_came_before_it() -> None:
    document = parse("h = x*2\ny = h @ W\nL = sum(y)", {"x": [[1.0, 2.0]]}, {"W": [[1.0], [2.0], [3.0]]})
    with pytest.raises(RunError, match="the inner sizes differ") as caught:
        run(document)
    assert (caught.value.line, caught.value.column) == (2, 5)
    trace = run(document, partial=True)
    assert isinstance(trace, Trace)
    assert trace.failure is not None
    np.testing.assert_array_equal(trace.value("h"), [[2, 4]])
    assert not trace.has_value("y")
    assert [event.kind for event in trace.events] == ["compute"]
    assert len(trace.steps) == 0
    with pytest.raises(NotComputed, match="stopped before the backward pass"):
        trace.gradient("W")
    with pytest.raises(NotComputed):
        trace.seed.sum()


def test_a_failure_on_the_way_back_leaves_the_values() -> None:
    def fails(*_: object) -> np.ndarray:
        raise MemoryError("too large")

    broken = dataclasses.replace(operation("Exp"), partials=(), pulls=(fails,))
    document = parse("h = exp(x)\nL = sum(h)", parameters={"x": [0.0, 1.0]})
    lookup = {"Exp": broken}
    plan = Plan(document.graph, "L", ["x"], lookup=lambda name: lookup.get(name, operation(name)))
    trace = execute(plan, document.leaves)
    assert isinstance(trace.failure, RunError)
    assert (trace.failure.node.id, trace.failure.message) == ("h", "'h': no gradient of 'x': too large")
    assert trace.value("L") == pytest.approx(1 + np.e)
    assert [event.kind for event in trace.events] == ["compute", "compute"]
    with pytest.raises(NotComputed, match="too large"):
        trace.seed.sum()


def test_whole_numbers_take_no_gradient() -> None:
    document = parse("L = sum(embedding(k, W))", {"k": np.array([0, 2])}, {"W": [[1.0], [2.0], [3.0]]})
    np.testing.assert_array_equal(run(document).gradient("W"), [[1], [0], [1]])
    with pytest.raises(InputError, match="only floating-point values have gradients"):
        run(document, wrt=["k"])


def test_contributions_beyond_the_budget_are_made_again() -> None:
    document = arrays()
    kept = run(document)
    lean = execute(kept.plan, document.leaves, record_bytes=0)
    assert any(c is None for c in lean.contributions)
    for a, b in zip(kept.steps, lean.steps, strict=True):
        if isinstance(a, Pulled) and isinstance(b, Pulled):
            np.testing.assert_array_equal(a.contribution, b.contribution)
            np.testing.assert_array_equal(a.accumulated, b.accumulated)


def test_a_checkpoint_stops_the_run_and_hears_how_far_it_is() -> None:
    document, heard = arrays(), []

    def checkpoint(fraction: float) -> None:
        heard.append(fraction)
        if len(heard) == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(document, checkpoint=checkpoint)
    assert heard == sorted(heard)
    assert 0 <= heard[0] <= heard[-1] < 1


def test_a_plan_serves_other_numbers() -> None:
    first = run(neuron())
    second = run(neuron().with_values({"w": 2.0}), plan=first.plan)
    assert second.plan is first.plan
    assert second.value("z") == pytest.approx(2.8)


def test_float32_stays_float32() -> None:
    trace = run(parse("L = sum(tanh(x)*2 + 1)", parameters={"x": [1.0, 2.0]}, dtype="float32"))
    assert {trace.value(name).dtype for name in trace.graph.values} == {np.dtype("float32")}
    assert {s.contribution.dtype for s in trace.steps if isinstance(s, Pulled)} == {np.dtype("float32")}


def test_the_plan_follows_only_what_is_needed() -> None:
    document = parse("a = w*x\nb = v*3\nL = a*a", {"x": 1.0}, {"w": 2.0, "v": 1.0})
    plan = Plan(document.graph, "L", ["w"])
    assert [(document.graph.nodes[node].id, index) for node, index in plan.pulls] == [
        ("L", 0),
        ("L", 1),
        ("a", 0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "L = sum(tanh(x)*x + w*2)",
        "a, b = split(x, 2)\nL = sum(a*b + a)*w",
        "L = w*3",
        "h = x\nfor t in range(4):\n    h = h*w + x\nL = mean(h)",
    ],
)
def test_gradients_alone_are_those_of_the_trace(text: str) -> None:
    document = parse(text, parameters={"x": np.array([1.0, -2.0]), "w": 0.7})
    trace = run(document)
    output, found = gradients(trace.plan, document.leaves)
    np.testing.assert_array_equal(output, trace.value("L"))
    assert set(found) == {name for name in ("x", "w") if trace.has_gradient(name)}
    for name, gradient in found.items():
        np.testing.assert_array_equal(gradient, trace.gradient(name))


def test_gradients_alone_of_inner_values_and_of_nothing() -> None:
    document = parse("h = w*2\nL = h*h + h", parameters={"w": 3.0})
    _, found = gradients(Plan(document.graph, "L", ["h"]), document.leaves)
    assert found == {"h": 13.0}
    assert gradients(Plan(document.graph, "L", []), document.leaves) == (42.0, {})


def test_gradients_alone_of_a_node_that_fails() -> None:
    document = parse("a = x @ w\nL = sum(a)", parameters={"x": np.ones((2, 3)), "w": np.ones((2, 3))})
    with pytest.raises(RunError, match="inner sizes"):
        gradients(Plan(document.graph, "L", ["w"]), document.leaves)


def test_of_a_value_used_everywhere_each_term_is_added_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the order in which one asks: the sums are those of the terms, one after the other."""
    program = "h = x\nfor t in range(80):\n    h = tanh(h)*w\nL = h"
    trace = run(parse(program, {"x": [0.5, 0.2]}, {"w": [0.9, 0.8]}), seed=[1.0, 1.0])
    looked: list[int] = []
    real = Trace.contribution

    def noted(self: Trace, position: int) -> Any:
        looked.append(position)
        return real(self, position)

    wanted = {}
    for time in range(trace.forward_length + 2, trace.length):
        terms = [term.contribution for term in trace.terms("w", time)]
        if terms:
            wanted[time] = functools.reduce(np.add, terms)
    monkeypatch.setattr(Trace, "contribution", noted)
    times = sorted(wanted, key=lambda time: (time * 7919) % 101)
    for time in times:
        assert trace.count_terms("w", time) == len(trace.terms("w", time))
        np.testing.assert_array_equal(trace.gradient("w", time), wanted[time])
    assert len(looked) == len(set(looked)) <= 80
