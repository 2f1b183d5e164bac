"""What an operation is: one declaration that holds its value, its derivatives and how they read.

The one rule: a derivative is written once. For an elementwise operation that is its partial
derivatives, and pull (vjp), push (jvp) and the printed formula all follow from them. For the others
it is a pair of rules that the tests hold to each other by ⟨g, push(d)⟩ = ⟨pull(g), d⟩.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from graph_explorer.engine.ops.formula import Formula, formula
from graph_explorer.engine.ops.plain import plain

Array = Any  # a NumPy array, or a value that stands for one while a graph is built from rules
Rule = Callable[..., Any]
Form = Literal["scalar", "elementwise", "linear", "selection"]


class Stand:
    """What stands for one array, of known shape and type, and computes exactly as NumPy does with it."""

    __slots__ = ()


def is_array(x: Any) -> bool:
    """Whether a rule may do with x whatever it does with arrays."""
    return isinstance(x, np.ndarray | Stand)


@dataclass(frozen=True)
class Local:
    """The local derivative of an operation's output with respect to one of its inputs.

    `form` tells what it is: a number, one number an entry (`value` then has the output's shape), a
    linear operator, or a selection of entries (`value` then is the weight, 0 to 1, of every entry of
    the input, where that is known). `text` is in the program's language, `latex` is typeset.
    """

    form: Form
    text: str
    latex: str
    value: Array | None = None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One ONNX operator.

    `forward(*inputs, **attributes)` gives the output, or a tuple of outputs. `inputs` are ONNX's
    names; the last one repeats if `variadic`. Either `partials` (elementwise: one a differentiable
    input, called with the inputs, then the output) or `pulls` and `pushes` are given: `pull(g, y,
    *inputs)` is the contribution to one input, `push(d, y, *inputs)` the output's tangent for the
    tangent `d` of one input. An input with None takes no gradient.
    """

    name: str
    family: str
    summary: str
    forward: Rule
    inputs: tuple[str, ...]
    variadic: bool = False
    outputs: int = 1
    partials: tuple[Rule | None, ...] = ()
    pulls: tuple[Rule | None, ...] = ()
    pushes: tuple[Rule | None, ...] = ()
    #: each output entry takes its value from chosen input entries
    selects: bool = False
    #: linear in each differentiable input, the others held fixed, or linear plus a term without it
    #: (a bias; then `pushes` are given, else a push is the forward rule with the tangent in its place)
    multilinear: bool = False
    latex: str = ""
    #: for operators without partials: LaTeX of the local derivative, one an input
    operators: tuple[str, ...] = ()
    #: where it is defined, and where it has no derivative: called with the inputs and attributes,
    #: they give a truth value an entry
    domain: Rule | None = None
    kinks: Rule | None = None
    reference: str = ""
    #: for one that is put together from others: `parts(apply, *inputs, **attributes)`, see `composed.py`
    parts: Rule | None = None
    #: why no gradient flows to some input, or to none: a clause, "" where all take one
    flat: str = ""
    #: integer inputs that may be given as attributes of the node: name → input index
    settings: Mapping[str, int] = field(default_factory=dict)

    @property
    def elementwise(self) -> bool:
        return bool(self.partials)

    def _slot(self, index: int) -> int:
        return min(index, len(self.inputs) - 1) if self.variadic else index

    def _rule(self, rules: tuple[Rule | None, ...], index: int) -> Rule | None:
        slot = self._slot(index) if self.variadic else index
        return rules[slot] if slot < len(rules) else None

    def differentiable(self, index: int) -> bool:
        """Whether a gradient flows to input `index`."""
        return self._rule(self.partials or self.pulls, index) is not None

    @property
    def has_gradient(self) -> bool:
        """Whether a gradient flows to any input at all."""
        return any(rule is not None for rule in self.partials or self.pulls)

    def partial(self, index: int, y: Array, inputs: Sequence[Array], attributes: Mapping[str, Any]) -> Array:
        """∂output/∂input entry by entry, of an elementwise operation; may be a plain number."""
        rule = self._rule(self.partials, index)
        assert rule is not None, f"{self.name} takes no gradient at input {index}"
        slope = rule(index, y, *inputs, **attributes) if self.variadic else rule(*inputs, y, **attributes)
        if is_array(slope) and is_array(y):
            kind, wanted = slope.dtype, y.dtype
            if kind is not wanted and kind != wanted and kind.kind == "f":
                return slope.astype(wanted)  # a table of 1.0 and 0.0 is float64 by itself
        return slope

    def pull(
        self, index: int, g: Array, y: Array, inputs: Sequence[Array], attributes: Mapping[str, Any]
    ) -> Array:
        """The contribution to the gradient of input `index`: g pulled back through the local derivative.

        `g` has the output's shape, the result the input's. With several outputs `g` and `y` are tuples.
        """
        if self.partials:
            slope = self.partial(index, y, inputs, attributes)
            same = type(slope) is float and slope == 1.0  # of a sum: g itself, without a copy
            product, shape = g if same else g * slope, np.shape(inputs[index])
            return product if np.shape(product) == shape else unbroadcast(product, shape)
        rule = self._rule(self.pulls, index)
        assert rule is not None, f"{self.name} takes no gradient at input {index}"
        return (
            rule(index, g, y, *inputs, **attributes) if self.variadic else rule(g, y, *inputs, **attributes)
        )

    def push(
        self, index: int, d: Array, y: Array, inputs: Sequence[Array], attributes: Mapping[str, Any]
    ) -> Array:
        """The output's tangent when only input `index` moves, by the tangent `d` of its shape."""
        if self.elementwise:
            return np.broadcast_to(d * self.partial(index, y, inputs, attributes), np.shape(y))
        if self.multilinear and not self.pushes:
            moved = [d if other == index else value for other, value in enumerate(inputs)]
            return self.forward(*moved, **attributes)
        rule = self._rule(self.pushes, index)
        assert rule is not None, f"{self.name} pushes no tangent from input {index}"
        return (
            rule(index, d, y, *inputs, **attributes) if self.variadic else rule(d, y, *inputs, **attributes)
        )

    def local(
        self,
        index: int,
        y: Array,
        inputs: Sequence[Array],
        attributes: Mapping[str, Any],
        constants: Mapping[int, float] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Local:
        """The local derivative with respect to input `index`, readable and as numbers.

        `constants` are inputs that the formula shows as the numbers they are; `names` replace the
        declaration's names in the plain text.
        """
        if self.elementwise:
            value = self.partial(index, y, inputs, attributes)
            numbers = value * np.ones_like(y, shape=()) if np.asarray(value).dtype.kind == "b" else value
            shown = self.local_formula(index, len(inputs), attributes, constants)
            form: Form = "scalar" if np.ndim(y) == 0 else "elementwise"
            return Local(form, shown.text(names), shown.latex(), np.broadcast_to(numbers, np.shape(y)))
        slot = self._slot(index)
        latex = self.operators[slot] if slot < len(self.operators) else rf"D\,\mathrm{{{self.name}}}"
        if not self.selects:
            return Local("linear", plain(latex), latex)
        ones = np.ones_like(y[0] if isinstance(y, tuple) else y)
        g = (ones, *[None] * (len(y) - 1)) if isinstance(y, tuple) else ones
        return Local("selection", plain(latex), latex, self.pull(index, g, y, inputs, attributes))

    def symbols(self, count: int) -> tuple[Formula, ...]:
        """One symbol an input, named as in the declaration; variadic ones are numbered."""
        if not self.variadic:
            return tuple(formula(name) for name in self.inputs[:count])
        fixed = self.inputs[:-1]
        numbered = [f"{self.inputs[-1]}_{{{k + 1}}}" for k in range(count - len(fixed))]
        return tuple(formula(name) for name in (*fixed, *numbered))

    def local_formula(
        self,
        index: int,
        count: int,
        attributes: Mapping[str, Any],
        constants: Mapping[int, float] | None = None,
    ) -> Formula:
        """The partial derivative of an elementwise operation with `count` inputs, as a formula."""
        symbols = list(self.symbols(count))
        for position, number in (constants or {}).items():
            symbols[position] = formula(number)
        return formula(self.partial(index, formula("y"), symbols, attributes))

    @cached_property
    def attributes(self) -> Mapping[str, Any]:
        """The attributes that `forward` takes, with their defaults (`inspect.Parameter.empty`: none)."""
        if isinstance(self.forward, np.ufunc):  # its keywords are NumPy's own affair
            return {}
        parameters = inspect.signature(self.forward).parameters.values()
        keywords = [p for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
        return {p.name: p.default for p in keywords}


def unbroadcast(g: Array, shape: tuple[int, ...]) -> Array:
    """Sums `g` over the axes along which an array of `shape` was repeated to get g's shape."""
    if np.shape(g) == shape:
        return g
    extra = np.ndim(g) - len(shape)
    repeated = tuple(range(extra)) + tuple(
        extra + axis for axis, size in enumerate(shape) if size == 1 and np.shape(g)[extra + axis] != 1
    )
    return np.reshape(np.sum(g, axis=repeated), shape) if repeated else np.reshape(g, shape)


def elementwise(
    name: str,
    forward: Rule,
    *partials: Rule | None,
    family: str,
    summary: str,
    inputs: tuple[str, ...] = (),
    **more: Any,
) -> Operation:
    """An operation on entries. Its inputs are x, or a and b, unless named."""
    count = len(partials)
    names = inputs or {1: ("x",), 2: ("a", "b")}.get(count, ("a", "b", "c")[:count])
    return Operation(
        name=name, family=family, summary=summary, forward=forward, inputs=names, partials=partials, **more
    )


def discrete(
    name: str, forward: Rule, *, family: str, summary: str, inputs: tuple[str, ...], **more: Any
) -> Operation:
    """An operation whose output is no smooth number (a comparison, an index): no gradient passes."""
    return Operation(name=name, family=family, summary=summary, forward=forward, inputs=inputs, **more)
