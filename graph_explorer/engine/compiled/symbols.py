"""Straight-line code: instructions on numbers, written down by running NumPy rules on symbols.

The one rule: an instruction stands here once. Equal ones are found again, what is made of constants
alone is computed at once, and only simplifications that change no bit of a result are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.compiled.primitives import BY_FUNCTION, PRIMITIVES
from graph_explorer.engine.ops.exponential import erf

#: The largest whole exponent that is written as products.
MOST_FACTORS = 8
_TRUTHS = ("logical_and", "logical_or", "logical_xor", "logical_not")


class NotScalar(TypeError):
    """A rule did something that plain numbers cannot do."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """`primitive` applied to the results of earlier instructions; "input" and "constant" have none."""

    primitive: str
    inputs: tuple[int, ...] = ()
    name: str = ""
    value: float = 0.0
    truth: bool = False


class Code:
    """Instructions in dependency order; each is known by its number."""

    def __init__(self) -> None:
        self.instructions: list[Instruction] = []
        self._found: dict[Any, Symbol] = {}

    def _symbol(self, key: Any, instruction: Instruction) -> Symbol:
        if key not in self._found:
            self.instructions.append(instruction)
            self._found[key] = Symbol(self, len(self.instructions) - 1)
        return self._found[key]

    def input(self, name: str) -> Symbol:
        """The number that is given under `name`."""
        return self._symbol(("input", name), Instruction("input", name=name))

    def constant(self, value: Any) -> Symbol:
        if np.ndim(value):
            raise NotScalar(f"an array of shape {np.shape(value)} among plain numbers")
        number = float(value)
        return self._symbol(("constant", number.hex()), Instruction("constant", value=number))

    def symbol(self, value: Any) -> Symbol:
        """The symbol of a symbol, or of a number."""
        if isinstance(value, Symbol):
            return value
        if isinstance(value, np.ndarray) and value.dtype == object and value.ndim == 0:
            return self.symbol(value.item())  # NumPy wraps what it does not know
        return self.constant(value)

    def __call__(self, primitive: str, *arguments: Any) -> Symbol:
        """The instruction `primitive` of these arguments, simplified."""
        given = [self.symbol(argument) for argument in arguments]
        if primitive == "where" or primitive in _TRUTHS:
            condition = 1 if primitive == "where" else len(given)
            given[:condition] = [self._truth(one) for one in given[:condition]]
            given[condition:] = [self._number(one) for one in given[condition:]]
        else:
            given = [self._number(one) for one in given]
        row = PRIMITIVES[primitive]
        if all(one.is_constant for one in given):
            with np.errstate(all="ignore"):
                return self.constant(row.function(*(np.float64(one.value) for one in given)))
        simple = _SIMPLER.get(primitive)
        simplified = simple(self, *given) if simple else None
        if simplified is not None:
            return simplified
        numbers = tuple(one.number for one in given)
        return self._symbol((primitive, numbers), Instruction(primitive, numbers, truth=row.truth))

    def _truth(self, symbol: Symbol) -> Symbol:
        if symbol.is_truth or symbol.is_constant:
            return symbol
        return self("not_equal", symbol, 0.0)

    def _number(self, symbol: Symbol) -> Symbol:
        return self("where", symbol, 1.0, 0.0) if symbol.is_truth else symbol

    def needed(self, outputs: Iterable[int]) -> list[int]:
        """The instructions that the outputs depend on, in order: the others are dead."""
        wanted = set(outputs)
        for number in reversed(range(len(self.instructions))):
            if number in wanted:
                wanted.update(self.instructions[number].inputs)
        return sorted(wanted)

    def depending(self, names: Iterable[str]) -> set[int]:
        """The instructions that depend on any of the inputs called `names`."""
        changing, found = set(names), set[int]()
        for number, one in enumerate(self.instructions):
            if one.name in changing or not found.isdisjoint(one.inputs):
                found.add(number)
        return found


class QuickCode(Code):
    """Code for many points at once that may differ in the last bit: numbers are drawn together.

    `moving` are the inputs that are arrays. An array over a number becomes a product, and of two
    numbers that multiply the same array one is made beforehand.
    """

    def __init__(self, moving: Iterable[str]) -> None:
        super().__init__()
        self._names = frozenset(moving)
        self._moving: set[int] = set()

    def _symbol(self, key: Any, instruction: Instruction) -> Symbol:
        found = super()._symbol(key, instruction)
        if instruction.name in self._names or not self._moving.isdisjoint(instruction.inputs):
            self._moving.add(found.number)
        return found

    def __call__(self, primitive: str, *arguments: Any) -> Symbol:
        given = [self.symbol(argument) for argument in arguments]
        if primitive in ("multiply", "divide"):
            a, b = given
            if primitive == "divide" and a.number in self._moving and b.number not in self._moving:
                return self("multiply", a, self("divide", 1.0, b))
            for number, array in ((a, b), (b, a)):
                inner = self.instructions[array.number]
                if primitive == "divide" or number.number in self._moving or inner.primitive != "multiply":
                    continue
                for k in (0, 1):
                    if inner.inputs[k] not in self._moving and inner.inputs[1 - k] in self._moving:
                        together = self("multiply", number, Symbol(self, inner.inputs[k]))
                        return self("multiply", Symbol(self, inner.inputs[1 - k]), together)
        return super().__call__(primitive, *given)


class Symbol(np.lib.mixins.NDArrayOperatorsMixin):
    """A number that is not known yet; NumPy's functions applied to it write instructions."""

    __slots__ = ("code", "number")
    dtype, shape, ndim, size = np.dtype(np.float64), (), 0, 1

    def __init__(self, code: Code, number: int) -> None:
        self.code, self.number = code, number

    @property
    def is_constant(self) -> bool:
        return self.code.instructions[self.number].primitive == "constant"

    @property
    def is_truth(self) -> bool:
        return self.code.instructions[self.number].truth

    @property
    def value(self) -> float:
        """The number, of a constant."""
        return self.code.instructions[self.number].value

    def astype(self, dtype: Any, copy: bool = True) -> Symbol:
        return self

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if any(isinstance(one, Vector) for one in inputs):
            return NotImplemented
        return _apply(self.code, ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        if any(issubclass(each, Vector) for each in types):
            return NotImplemented
        rule = _FUNCTIONS.get(function)
        if rule is None:
            raise NotScalar(f"{function.__name__} is no function of plain numbers")
        return rule(self.code, *inputs, **options)

    def __bool__(self) -> bool:
        raise NotScalar("a rule that branches on values cannot be written down")

    def __hash__(self) -> int:
        return hash(self.number)


def _apply(code: Code, ufunc: Any, method: str, inputs: Sequence[Any], options: Any) -> Any:
    if method != "__call__" or options.get("out") is not None:
        return NotImplemented
    if ufunc is np.square:
        return code("multiply", inputs[0], inputs[0])
    if ufunc is np.reciprocal:
        return code("divide", 1.0, inputs[0])
    if ufunc is np.positive:
        return inputs[0]
    if ufunc not in BY_FUNCTION:
        raise NotScalar(f"{ufunc.__name__} is no function of plain numbers")
    return code(BY_FUNCTION[ufunc], *inputs)


def _clip(code: Code, x: Any, low: Any = None, high: Any = None) -> Symbol:
    if low is not None:
        x = code("maximum", x, low)
    return code("minimum", x, high) if high is not None else x


_FUNCTIONS: Mapping[Any, Callable[..., Any]] = {
    np.where: lambda code, c, a, b: code("where", c, a, b),
    np.clip: _clip,
    erf: lambda code, x: code("erf", x),
    np.round: lambda code, x: code("rint", x),
    np.isposinf: lambda code, x: code("isposinf", x),
    np.isneginf: lambda code, x: code("isneginf", x),
    np.shape: lambda code, x: (),
    np.ndim: lambda code, x: 0,
    np.result_type: lambda code, *given: np.dtype(np.float64),
    np.zeros_like: lambda code, x, **options: np.float64(0.0),
    np.ones_like: lambda code, x, **options: np.float64(1.0),
}


# ── simplifications: none changes a bit of a result ───────────────────────────────────────────


def _product(code: Code, a: Symbol, b: Symbol) -> Symbol | None:
    for one, other in ((a, b), (b, a)):
        if one.is_constant and one.value == 1.0:
            return other
        if one.is_constant and one.value == -1.0:
            return code("negative", other)
    return None


def _quotient(code: Code, a: Symbol, b: Symbol) -> Symbol | None:
    return a if b.is_constant and b.value == 1.0 else None


def _opposite(code: Code, a: Symbol) -> Symbol | None:
    inner = code.instructions[a.number]
    return Symbol(code, inner.inputs[0]) if inner.primitive == "negative" else None


def _power(code: Code, a: Symbol, b: Symbol) -> Symbol | None:
    """Small whole exponents as products, to the last digit or two what a power gives."""
    if not b.is_constant or b.value != np.rint(b.value) or not 0 <= b.value <= MOST_FACTORS:
        return None
    exponent, factor = int(b.value), a
    found: Symbol | None = None
    while exponent:
        if exponent % 2:
            found = factor if found is None else code("multiply", found, factor)
        exponent //= 2
        factor = code("multiply", factor, factor) if exponent else factor
    return code.constant(1.0) if found is None else found


def _choice(code: Code, condition: Symbol, a: Symbol, b: Symbol) -> Symbol | None:
    if condition.is_constant:
        return a if condition.value else b
    return a if a.number == b.number else None


_SIMPLER: Mapping[str, Callable[..., Symbol | None]] = {
    "multiply": _product,
    "divide": _quotient,
    "negative": _opposite,
    "power": _power,
    "where": _choice,
}


# ── a few numbers side by side ────────────────────────────────────────────────────────────────


class Vector(np.lib.mixins.NDArrayOperatorsMixin):
    """The coordinates of a point, one symbol each; a vector of one entry belongs to all of them."""

    def __init__(self, entries: Sequence[Any]) -> None:
        self.entries = tuple(entries)
        self.shape = (len(self.entries),)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            return NotImplemented
        return _spread(ufunc, inputs)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        if function is np.sum and options == {"axis": -1, "keepdims": True}:
            total = self.entries[0]
            for entry in self.entries[1:]:
                total = total + entry
            return Vector((total,))
        if function is np.where:
            return _spread(np.where, inputs)
        raise NotScalar(f"{function.__name__} is no function of a point")


def _spread(function: Any, inputs: Sequence[Any]) -> Vector:
    count = max(len(one.entries) for one in inputs if isinstance(one, Vector))
    return Vector([function(*(entry_of(one, k) for one in inputs)) for k in range(count)])


def entry_of(value: Any, k: int) -> Any:
    """Coordinate k of a vector; a number belongs to every coordinate."""
    if not isinstance(value, Vector):
        return value
    return value.entries[k if len(value.entries) > 1 else 0]
