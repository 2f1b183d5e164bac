"""Straight-line code gives what a run gives: value and gradient, infinities and NaN included."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_explorer.document import parse
from graph_explorer.engine.compiled import Code, Compiled, QuickCode, Vector, compiled
from graph_explorer.engine.compiled.blocks import BLOCK_NAMESPACE, BlockWriter
from graph_explorer.engine.compiled.primitives import NAMESPACE, PRIMITIVES
from graph_explorer.engine.compiled.python_code import function, statements
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute

#: Numbers at which functions of numbers go wrong.
SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e-320, 1e200, -1e200, 1e999, -1e999, math.nan, 710.0)

PROGRAMS = (
    "L = (1 - x)**2 + 100*(y - x**2)**2",
    "L = x/y + 1/x",
    "L = log(x) + log(x*y - 1)",
    "L = sqrt(x) + sqrt(abs(y))",
    "L = exp(x)*exp(y)",
    "L = exp(-exp(x)) + tanh(y*1e3)",
    "L = x**3 + y**-2 + x**0.5 + y**7 + x**1 + y**0",
    "L = abs(x)**y",
    "L = 2**x + x**y",
    "L = sin(x) + cos(y)*tan(x*y)",
    "L = sinh(x) + cosh(y)",
    "L = arcsin(x) + arccos(y) + arctan(x)",
    "L = maximum(x, y) + minimum(x, 2*y) + maximum(x, x)",
    "L = where(x > y, x*y, x - y) + 0.5*(x >= 1) + 1*(y == 0)",
    "L = where(logical_or(logical_and(x > 0, y > 0), x < -1), log(x), exp(y))",
    "L = sign(x)*floor(y) + ceil(x) + round(y) + x",
    "L = mod(x, y) + x",
    "L = relu(x) + sigmoid(y) + softplus(x*y) + gelu(x) + silu(y) + elu(x) + leaky_relu(y)",
    "L = clip(x, -1, 1)*clip(y, 0, 2) + erf(x)",
    "L = 1e999*x + y",
    "L = (x - y)/(x - y) + 0*x",
    "a = x*y\nb = a*a\nc = b*b\nL = c*c + a + b",
)


def of(program: str) -> tuple[Compiled, Plan, Any]:
    document = parse(program, {}, {"x": 0.3, "y": 0.7})
    plan = Plan(document.graph, document.output, ("x", "y"), document.read.detached)
    found = compiled(plan, document.leaves, ("x", "y"))
    assert found is not None
    return found, plan, document.leaves


def run(plan: Plan, leaves: Any, x: float, y: float) -> list[float]:
    trace = execute(plan, {**leaves, "x": np.float64(x), "y": np.float64(y)})
    slopes = [float(trace.gradient(name)) if trace.has_gradient(name) else 0.0 for name in ("x", "y")]
    return [float(trace.value(trace.output)), *slopes]


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_code_gives_what_a_run_gives(program: str) -> None:
    found, plan, leaves = of(program)
    points = list(itertools.product(SPECIAL, SPECIAL))
    expected = np.array([run(plan, leaves, *point) for point in points])
    one_by_one = np.array([found(*point) for point in points])
    np.testing.assert_allclose(one_by_one, expected, rtol=1e-13, atol=1e-13)
    together = found.at_many(np.array(points), slopes=True)
    np.testing.assert_allclose(together, expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found.at_many(np.array(points)), expected[:, 0], rtol=1e-12, atol=1e-13)
    values = [found.value_at(*point) for point in points]
    np.testing.assert_array_equal(values, one_by_one[:, 0])


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_careful_text_never_raises_and_agrees_with_the_fast_one(program: str) -> None:
    found, _, _ = of(program)
    for point in itertools.product(SPECIAL, SPECIAL):
        careful = found._careful(*point)
        try:
            fast = found._fast(*point)
        except (ArithmeticError, ValueError):
            continue
        np.testing.assert_array_equal(careful, fast)


@pytest.mark.parametrize("row", PRIMITIVES.values(), ids=lambda row: row.name)
def test_each_primitive_is_numpys_function(row: Any) -> None:
    count = 3 if row.name == "where" else 1 + max(k for k in (0, 1) if f"{{{k}}}" in row.fast)
    names = [f"x{k}" for k in range(count)]
    code = Code()
    symbol = code(row.name, *(code.input(name) for name in names))
    lines = [*statements(code, {"f": symbol.number}, careful=True), "return f"]
    made = function("evaluate", ", ".join(names), lines)
    for numbers in (
        itertools.product(SPECIAL, repeat=count) if count < 3 else [(1.0, 2.0, 3.0), (0.0, 2.0, 3.0)]
    ):
        with np.errstate(all="ignore"):
            expected = row.function(*(np.array([number]) for number in numbers))[0]
        np.testing.assert_allclose(made(*numbers), expected, rtol=4e-16 if row.name != "power" else 1e-14)


def test_constants_are_folded_and_equal_parts_computed_once() -> None:
    found, _, _ = of("L = (2*3 + exp(1))*(x*y) + (x*y)**2 + 0*(5 - 5)")
    texts = "\n".join(found.lines(careful=False))
    assert texts.count("x0 * x1") == 1
    assert "exp" not in texts


def test_numbers_keep_all_their_digits() -> None:
    found, _, _ = of("L = 0.1234567890123456789*x + 1e-300*y + 3.141592653589793*y")
    assert "0.12345678901234568" in found.lines(careful=False)[-1]
    assert found(0.0, 1.0)[0] == 3.141592653589793 + 1e-300


def test_dead_code_is_left_out() -> None:
    found, _, _ = of("unused = exp(sin(x))\nL = x + y")
    assert "exp" not in "\n".join(found.lines(careful=False))


def test_the_branch_that_is_not_taken_is_not_computed() -> None:
    found, _, _ = of("L = where(x > 0, log(x), y)")
    assert found._fast(-1.0, 2.0)[0] == 2.0


def test_nothing_that_was_typed_is_part_of_the_text() -> None:
    document = parse("evil = injected + 1\nL = evil*other", {}, {"injected": 1.0, "other": 2.0})
    plan = Plan(document.graph, document.output, ("injected", "other"))
    found = compiled(plan, document.leaves, ("injected", "other"))
    assert found is not None
    names = {name for line in found.lines(careful=True) for name in _names(line)}
    assert all(name in NAMESPACE or name.strip("0123456789") in ("x", "t", "f", "g") for name in names)


def _names(line: str) -> list[str]:
    import ast

    return [node.id for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Name)]


def test_what_is_not_made_of_plain_numbers_is_not_compiled() -> None:
    array = parse("L = sum(w*x)", {"x": [1.0, 2.0]}, {"w": 3.0})
    assert compiled(Plan(array.graph, array.output, ("w",)), array.leaves, ("w",)) is None
    single = parse("L = w*w", {}, {"w": np.float32(3.0)})
    assert compiled(Plan(single.graph, single.output, ("w",)), single.leaves, ("w",)) is None
    long = parse("L = w\nfor k in range(2500):\n    L = L*1.5", {}, {"w": 3.0})
    assert compiled(Plan(long.graph, long.output, ("w",)), long.leaves, ("w",)) is None


def test_a_cut_edge_passes_no_gradient_in_the_code_either() -> None:
    document = parse("L = detach(x)*y + x", {}, {"x": 2.0, "y": 3.0})
    plan = Plan(document.graph, document.output, ("x", "y"), document.read.detached)
    found = compiled(plan, document.leaves, ("x", "y"))
    assert found is not None
    assert found(2.0, 3.0) == (8.0, 1.0, 2.0)


def test_a_deep_sum_is_no_deep_expression() -> None:
    program = "L = x\n" + "\n".join(f"L = (L + {k})*y" for k in range(400))
    found, plan, leaves = of(program)
    np.testing.assert_allclose(found(0.3, 0.9), run(plan, leaves, 0.3, 0.9), rtol=1e-12)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_random_programs_in_blocks(seed: int) -> None:
    random = np.random.default_rng(seed)
    lines, names = [], ["x", "y"]
    for k in range(random.integers(3, 12)):
        a, b = random.choice(names, 2)
        lines.append(
            f"v{k} = "
            + random.choice([
                f"{a} + {b}", f"{a}*{b}", f"{a} - 0.5*{b}", f"sin({a})", f"{a}/(1 + {b}**2)", f"exp(-{a}**2)",
                f"where({a} > {b}, {a}, {b}**2)", f"maximum({a}, {b})", f"abs({a})", f"tanh({b})",
            ])
        )  # fmt: skip
        names.append(f"v{k}")
    found, plan, leaves = of("\n".join([*lines, f"L = {names[-1]} + x*y"]))
    points = random.uniform(-2, 2, (5, 2))
    expected = [run(plan, leaves, *point) for point in points]
    np.testing.assert_allclose([found(*map(float, p)) for p in points], expected, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(found.at_many(points, slopes=True), expected, rtol=1e-11, atol=1e-12)


def test_quick_code_draws_numbers_together() -> None:
    code = QuickCode(["x"])
    x, a, b = (code.input(name) for name in ("x", "a", "b"))
    result = a * (x / b) * 3.0
    writer = BlockWriter()
    found = writer.write(code, {"f": result.number}, {"x": "x"}, kept=frozenset({"x"}))
    assert sum(line.startswith("np_") for line in writer.lines) == 1
    made = function("block", "x, a, b, r0", [*writer.lines, f"return {found['f']}"], BLOCK_NAMESPACE)
    np.testing.assert_allclose(made(np.array([1.0, 2.0]), 5.0, 7.0, np.empty(2)), [15 / 7, 30 / 7])


def test_a_vector_spreads_what_has_one_entry() -> None:
    code = Code()
    v = Vector([code.input("a"), code.input("b")])
    length = np.sqrt(np.sum(v * v, axis=-1, keepdims=True))
    scaled = v / length
    lines = statements(code, {"p": scaled.entries[0].number, "q": scaled.entries[1].number}, careful=False)
    assert function("unit", "a, b", [*lines, "return p, q"])(3.0, 4.0) == (0.6, 0.8)
