"""Numerical answers against computations that share nothing with the rules of the backward pass.

Gradients are had by moving one number and running the rest of the graph forward again; updates by the
formulas of the papers; programs by Python itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from graph_explorer.engine.ops import operation
from graph_explorer.engine.trace import Trace
from graph_explorer.quiz.kinds import KINDS
from graph_explorer.quiz.question import Question
from tests.quiz.test_kinds import questions, source_of


def moved(trace: Trace, name: str, index: tuple[int, ...], by: float) -> float:
    """The output after one entry of a value was moved, whatever made that value."""
    values = {key: np.asarray(trace.value(key)) for key in trace.graph.values if trace.has_value(key)}
    values[name] = values[name].copy()
    values[name][index] += by
    return output_from(trace, values, name)


def output_from(trace: Trace, values: dict[str, Any], changed: str) -> float:
    reached = {changed}
    for node in trace.graph:
        if node.is_leaf or reached.isdisjoint(node.inputs) or changed in node.outputs:
            continue
        given = [values[name] if name else None for name in node.inputs]
        found = trace.plan.operations[trace.graph.index(node.id)] or operation(node.op)
        with np.errstate(all="ignore"):
            result = found.forward(*given, **node.attributes)
        parts = result if isinstance(result, tuple) else (result,)
        for name, part in zip(node.outputs, parts, strict=False):
            if name:
                values[name] = np.asarray(part)
                reached.add(name)
    return float(np.sum(values[trace.output]))


def slope(function: Callable[[float], float], size: float) -> float:
    """A derivative by Richardson's extrapolation of central differences."""
    h = 1e-3 * max(size, 1.0)
    coarse = (function(h) - function(-h)) / (2 * h)
    fine = (function(h / 2) - function(-h / 2)) / h
    return (4 * fine - coarse) / 3


def gradient(trace: Trace, name: str, index: tuple[int, ...]) -> float:
    return slope(lambda by: moved(trace, name, index, by), abs(float(trace.value(name)[index])))


def entry(suffix: str) -> tuple[int, ...]:
    return tuple(int(k) for k in re.findall(r"\d+", suffix))


def near(question: Question, expected: float) -> bool:
    """Whether an answer agrees: to 1e-4, in models of single precision as far as differences reach there."""
    assert isinstance(question.answer, float)
    trace = source_of(question.link).trace
    part = 1e-2 if trace.value(trace.output).dtype == np.float32 else 1e-4
    return abs(question.answer - expected) <= part * max(abs(expected), abs(question.answer), 1e-3)


def at_a_kink(trace: Trace, name: str, index: tuple[int, ...]) -> bool:
    """Whether the slope differs to both sides, so that no difference tells the right one."""
    h = 1e-4
    here = moved(trace, name, index, 0.0)
    left, right = here - moved(trace, name, index, -h), moved(trace, name, index, h) - here
    return abs(left - right) > 1e-2 * (abs(left) + abs(right)) + 1e-9


@pytest.mark.parametrize("kind", ["upstream", "accumulated gradient", "delta"])
def test_gradients(kind: str) -> None:
    compared = 0
    for question in questions(kind)[:300]:
        trace = source_of(question.link).trace
        found = re.search(r"entry (\[[\d,]+\])", question.text)
        index = entry(found[1]) if found else ()
        name = question.makes[1] if question.makes else question.node
        if at_a_kink(trace, name, index):
            continue
        compared += 1
        assert near(question, gradient(trace, name, index)), question.text
    assert compared > 100


def test_local_derivatives() -> None:
    compared = 0
    for question in questions("local derivative")[:400]:
        trace = source_of(question.link).trace
        assert question.makes is not None
        _, identifier, slot, suffix = question.makes
        node, index = trace.graph.node(identifier), entry(suffix)
        given = [np.asarray(trace.value(name), dtype=float) for name in node.inputs if name]
        shape = np.shape(trace.value(node.id))
        at = int(slot)

        def forward(by: float, node=node, given=given, at=at, index=index, shape=shape) -> float:  # type: ignore[no-untyped-def]
            inputs = list(given)
            spread = np.broadcast_to(inputs[at], shape).copy()
            spread[index] += by
            inputs[at] = spread
            with np.errstate(all="ignore"):
                return float(
                    np.broadcast_to(operation(node.op).forward(*inputs, **node.attributes), shape)[index]
                )

        left, right = forward(0.0) - forward(-1e-4), forward(1e-4) - forward(0.0)
        if abs(left - right) > 1e-2 * (abs(left) + abs(right)) + 1e-9:
            continue
        compared += 1
        size = abs(float(np.broadcast_to(given[at], shape)[index]))
        assert near(question, slope(forward, size)), question.text
    assert compared > 200


def test_contributions_add_up_to_the_gradient() -> None:
    """A contribution is the gradient along one use: the use alone is moved, the others stay."""
    compared = 0
    for question in questions("contribution")[:200]:
        trace = source_of(question.link).trace
        assert question.makes is not None
        position, index = int(question.makes[1]), entry(question.makes[2])
        at, slot = trace.plan.pulls[position]
        node = trace.graph.nodes[at]
        if len(node.outputs) > 1:
            continue

        def along(by: float, node=node, slot=slot, index=index, trace=trace) -> float:  # type: ignore[no-untyped-def]
            values = {key: np.asarray(trace.value(key)) for key in trace.graph.values if trace.has_value(key)}
            inputs = [values[name] if name else None for name in node.inputs]
            changed = np.array(inputs[slot], dtype=float)
            changed[index] += by
            inputs[slot] = changed
            with np.errstate(all="ignore"):
                result = operation(node.op).forward(*inputs, **node.attributes)
            values[node.id] = np.asarray(result[0] if isinstance(result, tuple) else result)
            return output_from(trace, values, node.id)

        left, right = along(0.0) - along(-1e-4), along(1e-4) - along(0.0)
        if abs(left - right) > 1e-2 * (abs(left) + abs(right)) + 1e-9:
            continue
        compared += 1
        size = abs(float(trace.value(node.inputs[slot])[index]))
        assert near(question, slope(along, size)), question.text
    assert compared > 100


def numbers_of(text: str) -> dict[str, float]:
    """`name = number` lines of a question."""
    plain = text.replace("−", "-")
    plain = re.sub(r"·10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda m: "e" + m[1].translate(RAISED), plain)
    return {
        name.strip(): float(value)
        for name, value in re.findall(r"^(.+?) = (-?[\d.]+(?:e-?\d+)?)", plain, re.M)
    }


RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def test_plain_updates() -> None:
    for question in questions("next update"):
        found = numbers_of(question.text)
        rate = found.pop("learning rate")
        (value, slope_here) = list(found.values())
        assert near(question, value - rate * slope_here), question.text


def test_methods_with_memory_from_the_numbers_in_the_text() -> None:
    """The published formulas, put in by hand, with nothing but what the question shows."""
    seen = set()
    for question in questions("next point"):
        plain = question.text.replace("−", "-")
        method, rate = re.match(r"(\S+).*? lr = ([\d.]+)", plain).groups()  # type: ignore[union-attr]
        taken = int(re.search(r"has taken (\d+)", plain)[1])  # type: ignore[index]
        found = numbers_of(question.text.split("Now\n")[1])
        x, g, lr = next(iter(found.values())), found["gradient"], float(rate)
        if method == "Momentum":
            expected = x - lr * (0.9 * found["b_before"] + g)
        elif method == "RMSProp":
            expected = x - lr * g / (math.sqrt(0.9 * found["v_before"] + 0.1 * g * g) + 1e-8)
        elif method == "AdaGrad":
            expected = x - lr * g / (math.sqrt(found["s_before"] + g * g) + 1e-10)
        else:
            m = (0.9 * found["m_before"] + 0.1 * g) / (1 - 0.9 ** (taken + 1))
            v = (0.999 * found["v_before"] + 0.001 * g * g) / (1 - 0.999 ** (taken + 1))
            expected = x - lr * m / (math.sqrt(v) + 1e-8)
        seen.add(method)
        assert near(question, expected), question.text
    assert seen == {"Momentum", "RMSProp", "AdaGrad", "Adam"}


def test_programs_run_by_python_itself() -> None:
    for question in questions("what it prints"):
        found = numbers_of(question.text)
        asked = re.search(r"gradient of (\w)\?", question.text)[1]  # type: ignore[index]

        def run_program(by: float, found=found, asked=asked, program=question.program) -> float:  # type: ignore[no-untyped-def]
            names: dict[str, Any] = {
                "x": found["x"],
                "y": found["y"],
                "relu": lambda v: max(v, 0.0),
                "maximum": max,
            }
            names[asked] += by
            exec(program, {"__builtins__": {"range": range}}, names)  # the program is one of ours
            return float(names["L"])

        left, right = run_program(0) - run_program(-1e-5), run_program(1e-5) - run_program(0)
        if abs(left - right) < 1e-2 * (abs(left) + abs(right)) + 1e-9:
            assert near(question, slope(run_program, abs(found[asked]))), question.text


def test_batches_and_clipping_by_hand() -> None:
    for question in questions("mini-batch"):
        parts = [float(p) for p in re.findall(r"example \d+: (-?[\d.]+)", question.text.replace("−", "-"))]
        total = sum(parts)
        expected = total / len(parts) if "is the mean of" in question.text else total
        assert near(question, expected), question.text
    for question in questions("clipping"):
        plain = question.text.replace("−", "-")
        a, b = (float(part) for part in re.search(r"g = \[(\S+), (\S+)\]", plain).groups())  # type: ignore[union-attr]
        bound = float(re.search(r"at most ([\d.]+)\.", plain)[1])  # type: ignore[index]
        at = int(re.search(r"entry \[(\d)\]", plain)[1])  # type: ignore[index]
        expected = (a, b)[at] * min(1.0, bound / math.hypot(a, b))
        assert near(question, expected), question.text


def test_edges_are_counted_by_walking() -> None:
    for question in questions("reuse")[:100]:
        trace = source_of(question.link).trace
        graph = trace.graph
        edges = {
            (node.id, slot)
            for node in graph
            for slot, name in enumerate(node.inputs)
            if name and trace.takes_gradient(name) and trace.has_gradient(node.id)
            and (trace.plan.operations[graph.index(node.id)] or operation(node.op)).differentiable(slot)
        }  # fmt: skip
        assert question.answer == len(edges)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_with_numbers_is_compared_somewhere(kind: str) -> None:
    compared = {
        "upstream", "accumulated gradient", "delta", "local derivative", "contribution", "next update",
        "next point", "what it prints", "mini-batch", "clipping", "reuse", "forward value",
    }  # fmt: skip
    if any(question.form == "number" for question in questions(kind)[:50]):
        assert kind in compared


def test_forward_values_by_numpy() -> None:
    known: dict[str, Callable[..., Any]] = {
        "Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide, "Pow": np.power,
        "MatMul": np.matmul, "Exp": np.exp, "Tanh": np.tanh, "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
        "Relu": lambda x: np.maximum(x, 0), "Sin": np.sin, "Cos": np.cos, "Sqrt": np.sqrt, "Log": np.log,
        "Abs": np.abs, "Neg": np.negative,
    }  # fmt: skip
    compared = 0
    for question in questions("forward value")[:400]:
        trace = source_of(question.link).trace
        assert question.makes is not None
        node, index = trace.graph.node(question.makes[1]), entry(question.makes[2])
        if node.op in known:
            compared += 1
            result = np.asarray(known[node.op](*(trace.value(name) for name in node.inputs)))
            assert near(question, float(result[index])), question.text
    assert compared > 100
