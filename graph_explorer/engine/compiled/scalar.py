"""A graph of plain numbers as a function of a few of them: its value and its gradient.

The one rule: the instructions follow the plan of a run, forward and then edge by edge back, with the
rules of the operations; what differs from a run is the order of magnitude of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from graph_explorer.engine.compiled.blocks import BLOCK_NAMESPACE, BlockWriter
from graph_explorer.engine.compiled.python_code import function, statements
from graph_explorer.engine.compiled.symbols import Code, NotScalar
from graph_explorer.engine.ops.logic import TYPES
from graph_explorer.engine.plan import Plan

Array = np.ndarray[Any, Any]
#: So many points are computed at a time: their arrays stay in the cache.
BLOCK = 4096
#: Graphs of more steps run by their plan: writing them down would take longer than it saves.
MOST_STEPS = 2000
#: Operations whose result is a truth value; like the elementwise ones they take plain numbers.
TESTS = frozenset(
    {"Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "And", "Or", "Xor", "Not", "IsNaN", "IsInf"}
)


class Compiled:
    """value and gradient along `names` of a graph, the other leaves being fixed.

    `value` and `gradient` are the numbers of instructions in `code`, whose inputs are called `x0`,
    `x1`, … in the order of the names.
    """

    def __init__(self, code: Code, count: int, value: int, gradient: Sequence[int]) -> None:
        self.code, self.count, self.value, self.gradient = code, count, value, tuple(gradient)
        #: what others made of this function, by their own keys
        self.loops: dict[Any, Any] = {}

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(f"x{k}" for k in range(self.count))

    @property
    def outputs(self) -> Mapping[str, int]:
        """What one evaluation assigns: the value `f` and the gradient `g0`, `g1`, …"""
        return {"f": self.value} | {f"g{k}": number for k, number in enumerate(self.gradient)}

    def lines(self, *, careful: bool) -> list[str]:
        """The evaluation as Python text."""
        return statements(self.code, self.outputs, careful=careful)

    def __call__(self, *point: float) -> tuple[float, ...]:
        """The value and then the slopes, as floats; infinities and NaN as NumPy has them."""
        try:
            found: tuple[float, ...] = self._fast(*point)
        except (ArithmeticError, ValueError):
            found = self._careful(*point)
        return found

    def value_at(self, *point: float) -> float:
        """The value alone."""
        try:
            found: float = self._fast_value(*point)
        except (ArithmeticError, ValueError):
            found = self._careful(*point)[0]
        return found

    def at_many(self, points: Array, *, slopes: bool = False) -> Array:
        """The values at points of shape (n, coordinates): (n,), or with the slopes (n, 1 + coordinates)."""
        evaluate, outputs, floats, truths = self._block[slopes]
        found = np.empty((len(outputs), len(points)))
        for begin in range(0, len(points), BLOCK):
            part = np.ascontiguousarray(points[begin : begin + BLOCK].T)
            arrays = [*np.empty((floats, part.shape[1])), *np.empty((truths, part.shape[1]), bool)]
            with np.errstate(all="ignore"):
                for row, array in zip(found, evaluate(*part, *arrays), strict=True):
                    row[begin : begin + BLOCK] = array
        return found.T if slopes else found[0]

    @cached_property
    def _block(self) -> tuple[Any, Any]:
        """For values alone and with slopes: the function, its outputs, how many arrays it needs."""
        return self._blocks({"f": self.value}), self._blocks(self.outputs)

    def _blocks(self, outputs: Mapping[str, int]) -> tuple[Callable[..., Any], list[str], int, int]:
        writer = BlockWriter()
        names = {name: name for name in self.inputs}
        found = writer.write(self.code, outputs, names, kept=frozenset(names))
        lines = [*writer.lines, f"return {', '.join(found.values())},"]
        parameters = ", ".join([*names, *writer.floats, *writer.truths])
        made = function("block", parameters, lines, BLOCK_NAMESPACE)
        return made, list(found), len(writer.floats), len(writer.truths)

    @cached_property
    def _fast(self) -> Callable[..., Any]:
        return self._function(self.outputs, careful=False)

    @cached_property
    def _careful(self) -> Callable[..., Any]:
        return self._function(self.outputs, careful=True)

    @cached_property
    def _fast_value(self) -> Callable[..., Any]:
        return self._function({"f": self.value}, careful=False)

    def _function(self, outputs: Mapping[str, int], *, careful: bool) -> Callable[..., Any]:
        lines = statements(self.code, outputs, careful=careful)
        return function("evaluate", ", ".join(self.inputs), [*lines, f"return {', '.join(outputs)}"])


def compiled(plan: Plan, leaves: Mapping[str, Array], names: Sequence[str]) -> Compiled | None:
    """The plan's output and its gradient as code over the leaves `names`; None if it is not scalar."""
    operations = [(plan.graph.nodes[node].op, plan.operations[node]) for node in plan.forward]
    if len(operations) > MOST_STEPS or not all(
        op in TESTS or (found is not None and found.elementwise) for op, found in operations
    ):
        return None
    if any(np.ndim(value) or np.asarray(value).dtype.kind not in "fbiu" for value in leaves.values()):
        return None
    if any(np.asarray(leaves[name]).dtype != np.float64 for name in names):
        return None
    code = Code()
    values: dict[int, Any] = {plan.number[name]: np.float64(value) for name, value in leaves.items()}
    values |= {plan.number[name]: code.input(f"x{k}") for k, name in enumerate(names)}
    try:
        with np.errstate(all="ignore"):
            for node in plan.forward:
                values[plan.outputs[node][0]] = _forward(code, plan, node, values)
            gradients = _backward(code, plan, values)
    except NotScalar:
        return None
    value = code.symbol(values[plan.number[plan.output]])
    slopes = [code.symbol(gradients.get(plan.number[name], 0.0)).number for name in names]
    return Compiled(code, len(names), value.number, slopes)


def _plain(code: Code, value: Any) -> Any:
    """A symbol, or the number that a constant is."""
    found = code.symbol(value)
    return np.float64(found.value) if found.is_constant else found


def _forward(code: Code, plan: Plan, node: int, values: Mapping[int, Any]) -> Any:
    one, found = plan.graph.nodes[node], plan.operations[node]
    assert found is not None
    given = [values[number] if number >= 0 else None for number in plan.inputs[node]]
    if one.op in ("Cast", "CastLike"):
        if one.op == "Cast" and TYPES[one.attributes["to"]] is not np.float64:
            raise NotScalar("other element types are no plain numbers")
        return given[0]
    # a power takes the type of its base, and a symbol behind a number has none
    forward: Callable[..., Any] = np.power if one.op == "Pow" else found.forward
    try:
        return _plain(code, forward(*given, **one.attributes))
    except (TypeError, AttributeError, ValueError) as error:
        raise NotScalar(f"{one.op} cannot be written down") from error


def _backward(code: Code, plan: Plan, values: Mapping[int, Any]) -> Mapping[int, Any]:
    gradients: dict[int, Any] = {}
    if plan.takes_gradient[plan.number[plan.output]]:
        gradients[plan.number[plan.output]] = np.float64(1.0)
    for node, index in plan.pulls:
        one, found = plan.graph.nodes[node], plan.operations[node]
        assert found is not None
        given = [values[number] if number >= 0 else None for number in plan.inputs[node]]
        output = plan.outputs[node][0]
        try:
            slope = found.partial(index, values[output], given, one.attributes)
            pulled = _plain(code, gradients[output] * _known(slope))
        except (TypeError, AttributeError, ValueError) as error:
            raise NotScalar(f"the derivative of {one.op} cannot be written down") from error
        into = plan.inputs[node][index]
        before = gradients.get(into)
        gradients[into] = pulled if before is None else _plain(code, before + pulled)
    return gradients


def _known(slope: Any) -> Any:
    """A slope without the array that NumPy may have wrapped around it."""
    return slope.item() if isinstance(slope, np.ndarray) and slope.ndim == 0 else slope
