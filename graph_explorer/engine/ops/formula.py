"""Formulas: what a rule prints when it is run on symbols instead of arrays.

The one rule: a derivative is declared once, as a NumPy expression; called with `Formula`s it returns
its own text. So what is shown cannot differ from what is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

#: How tightly a formula binds: sums, products, signs, powers, atoms.
SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 6)

#: ufuncs that print as a function: the program's spelling and LaTeX.
_FUNCTIONS: dict[Any, tuple[str, str]] = {
    np.exp: ("exp", r"\exp"),
    np.log: ("log", r"\ln"),
    np.log1p: ("log1p", r"\operatorname{log1p}"),
    np.expm1: ("expm1", r"\operatorname{expm1}"),
    np.sin: ("sin", r"\sin"),
    np.cos: ("cos", r"\cos"),
    np.tan: ("tan", r"\tan"),
    np.sinh: ("sinh", r"\sinh"),
    np.cosh: ("cosh", r"\cosh"),
    np.tanh: ("tanh", r"\tanh"),
    np.arcsin: ("asin", r"\arcsin"),
    np.arccos: ("acos", r"\arccos"),
    np.arctan: ("atan", r"\arctan"),
    np.sign: ("sign", r"\operatorname{sgn}"),
    np.maximum: ("maximum", r"\max"),
    np.minimum: ("minimum", r"\min"),
    np.floor: ("floor", r"\operatorname{floor}"),
    np.trunc: ("trunc", r"\operatorname{trunc}"),
}

#: ufuncs that compare: they print as an Iverson bracket, 1 where the condition holds and 0 elsewhere.
_COMPARISONS: dict[Any, tuple[str, str]] = {
    np.greater: (">", ">"),
    np.greater_equal: (">=", r"\ge"),
    np.less: ("<", "<"),
    np.less_equal: ("<=", r"\le"),
    np.equal: ("==", "="),
    np.not_equal: ("!=", r"\ne"),
}


@dataclass(frozen=True, eq=False)
class Formula(np.lib.mixins.NDArrayOperatorsMixin):
    """An expression that prints itself as program text and as LaTeX.

    `names` of the printing methods replace variables, by longer names or by numbers.
    """

    head: str
    parts: tuple[Any, ...] = ()
    binding: int = ATOM
    constant: float | None = None
    _text: Callable[..., str] | None = field(default=None, repr=False)
    _latex: Callable[..., str] | None = field(default=None, repr=False)

    __array_priority__ = 1000

    def __array_ufunc__(self, ufunc: Any, method: str, *parts: Any, **options: Any) -> Any:
        if method != "__call__" or options.get("out") is not None:
            return NotImplemented
        return _apply(ufunc, tuple(formula(part) for part in parts))

    def __array_function__(self, function: Any, types: Any, parts: Any, options: Any) -> Any:
        if function is np.where:
            return _where(*(formula(part) for part in parts))
        if function.__name__ == "erf":
            return _call("erf", r"\operatorname{erf}", tuple(formula(part) for part in parts))
        return NotImplemented

    def __and__(self, other: Any) -> Formula:
        return _infix("and", r"\wedge", SUM, (self, formula(other)))

    def __or__(self, other: Any) -> Formula:
        return _infix("or", r"\vee", SUM, (self, formula(other)))

    def text(self, names: Mapping[str, str] | None = None) -> str:
        """The formula in the program's own language."""
        return self._print("_text", names or {}, "(", ")")

    def latex(self, names: Mapping[str, str] | None = None) -> str:
        """The formula in LaTeX."""
        return self._print("_latex", names or {}, r"\left(", r"\right)")

    def _print(self, way: str, names: Mapping[str, str], opening: str, closing: str) -> str:
        if self.constant is not None:
            return f"{self.constant:.6g}"
        if not self.parts:
            return names.get(self.head, self.head)

        def inner(part: Formula, at_least: int) -> str:
            text = part._print(way, names, opening, closing)
            negative = not part.parts and text.lstrip("{").startswith("-")
            binding = SIGN if negative else part.binding
            return f"{opening}{text}{closing}" if binding < at_least else text

        printer = getattr(self, way)
        return str(printer(inner, *self.parts))


def formula(value: Any) -> Formula:
    """A `Formula` for a number, a name or a formula."""
    if isinstance(value, Formula):
        return value
    if isinstance(value, str):
        return Formula(value)
    number = float(value)
    return Formula(f"{number:g}", constant=number, binding=ATOM if number >= 0 else SIGN)


def _infix(text: str, latex: str, binding: int, parts: tuple[Formula, ...], right: int = 0) -> Formula:
    """`parts[0] text parts[1]`; `right` is how much tighter the right side must bind."""
    return Formula(
        text,
        parts,
        binding,
        _text=lambda inner, a, b: f"{inner(a, binding)} {text} {inner(b, binding + right)}",
        _latex=lambda inner, a, b: f"{inner(a, binding)} {latex} {inner(b, binding + right)}",
    )


def _call(text: str, latex: str, parts: tuple[Formula, ...]) -> Formula:
    return Formula(
        text,
        parts,
        _text=lambda inner, *all_parts: f"{text}({', '.join(inner(part, 0) for part in all_parts)})",
        _latex=lambda inner, *all_parts: (
            latex + r"\left(" + ", ".join(inner(part, 0) for part in all_parts) + r"\right)"
        ),
    )


def _negative(a: Formula) -> Formula:
    if a.constant is not None:
        return formula(-a.constant)
    return Formula(
        "neg",
        (a,),
        SIGN,
        _text=lambda inner, part: f"-{inner(part, SIGN)}",
        _latex=lambda inner, part: f"-{inner(part, SIGN)}",
    )


def _product(a: Formula, b: Formula) -> Formula:
    if a.constant == 1:
        return b
    if b.constant == 1:
        return a
    if a.constant == -1:
        return _negative(b)
    if b.constant == -1:
        return _negative(a)
    if a.constant is not None and b.constant is not None:
        return formula(a.constant * b.constant)
    return _infix("*", r"\," if b.constant is None else r"\cdot", PRODUCT, (a, b))


def _quotient(a: Formula, b: Formula) -> Formula:
    if b.constant == 1:
        return a
    return Formula(
        "/",
        (a, b),
        PRODUCT,
        _text=lambda inner, x, y: f"{inner(x, PRODUCT)} / {inner(y, PRODUCT + 1)}",
        _latex=lambda inner, x, y: rf"\frac{{{inner(x, 0)}}}{{{inner(y, 0)}}}",
    )


def _power(a: Formula, b: Formula) -> Formula:
    if b.constant == 1:
        return a
    return Formula(
        "**",
        (a, b),
        POWER,
        _text=lambda inner, x, y: f"{inner(x, ATOM)} ** {inner(y, ATOM)}",
        _latex=lambda inner, x, y: f"{inner(x, ATOM)}^{{{inner(y, 0)}}}",
    )


def _root(a: Formula) -> Formula:
    return Formula(
        "sqrt",
        (a,),
        _text=lambda inner, part: f"sqrt({inner(part, 0)})",
        _latex=lambda inner, part: rf"\sqrt{{{inner(part, 0)}}}",
    )


def _magnitude(a: Formula) -> Formula:
    return Formula(
        "abs",
        (a,),
        _text=lambda inner, part: f"abs({inner(part, 0)})",
        _latex=lambda inner, part: rf"\left|{inner(part, 0)}\right|",
    )


def _where(condition: Formula, a: Formula, b: Formula) -> Formula:
    if a.constant == 1 and b.constant == 0:
        return condition
    return Formula(
        "where",
        (condition, a, b),
        _text=lambda inner, c, x, y: f"where({inner(c, 0)}, {inner(x, 0)}, {inner(y, 0)})",
        _latex=lambda inner, c, x, y: (
            rf"\begin{{cases}} {inner(x, 0)} & {inner(c, 0)} \\ {inner(y, 0)} & \text{{else}} \end{{cases}}"
        ),
    )


def _condition(text: str, latex: str, parts: tuple[Formula, ...]) -> Formula:
    return Formula(
        text,
        parts,
        _text=lambda inner, a, b: f"({inner(a, SUM)} {text} {inner(b, SUM)})",
        _latex=lambda inner, a, b: rf"\left[{inner(a, SUM)} {latex} {inner(b, SUM)}\right]",
    )


def _sum(a: Formula, b: Formula) -> Formula:
    if a.constant is not None and b.constant is not None:
        return formula(a.constant + b.constant)
    return _infix("+", "+", SUM, (a, b))


def _difference(a: Formula, b: Formula) -> Formula:
    if a.constant is not None and b.constant is not None:
        return formula(a.constant - b.constant)
    return _infix("-", "-", SUM, (a, b), right=1)


_OPERATORS: dict[Any, Callable[..., Formula]] = {
    np.add: _sum,
    np.subtract: _difference,
    np.multiply: _product,
    np.true_divide: _quotient,
    np.power: _power,
    np.float_power: _power,
    np.square: lambda a: _power(a, formula(2)),
    np.reciprocal: lambda a: _quotient(formula(1), a),
    np.negative: _negative,
    np.positive: lambda a: a,
    np.sqrt: _root,
    np.absolute: _magnitude,
    np.logical_and: lambda a, b: a & b,
    np.logical_or: lambda a, b: a | b,
}


def _apply(ufunc: Any, parts: tuple[Formula, ...]) -> Formula:
    if ufunc in _OPERATORS:
        return _OPERATORS[ufunc](*parts)
    if ufunc in _COMPARISONS:
        return _condition(*_COMPARISONS[ufunc], parts)
    if ufunc in _FUNCTIONS:
        return _call(*_FUNCTIONS[ufunc], parts)
    raise TypeError(f"no way is declared to print {ufunc.__name__}; add it to the tables of formula.py")
