"""The arithmetic of a step, typeset: chain rule, local derivative, product and sum, with their numbers.

The one rule: everything here is a pure function of a trace. The numbers are the trace's own, the
formulas are printed from the declarations of the operations, so an explanation cannot differ from what
was computed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.formulas import forward_latex, local_latex, operator_latex
from graph_explorer.engine.graph import Node
from graph_explorer.engine.notation import (
    DIGITS,
    bracketed_latex,
    brief_latex,
    derivative_latex,
    gradient_mark,
    name_latex,
    number_latex,
    shape,
    shape_latex,
    value_mark,
    written_out,
)
from graph_explorer.engine.ops import operation_of
from graph_explorer.engine.ops.declare import Form
from graph_explorer.engine.spoken import spoken
from graph_explorer.engine.trace import Pulled, Trace

Array = np.ndarray[Any, Any]

#: Of an array of more entries it is not counted how many were taken.
COUNTED = 1_000_000
#: A sum of more terms than this is shown with its first and last ones.
TERMS_SHOWN = 6


@dataclass(frozen=True)
class Line:
    """One line of arithmetic. `latex` carries the marks of `notation`."""

    latex: str

    @property
    def text(self) -> str:
        """The line as plain text."""
        return spoken(self.latex)


@dataclass(frozen=True)
class Arithmetic:
    """One step backward, written out.

    `rule` is the chain rule with names; `local` the local derivative as a formula; `numbers` the same
    with the numbers put in (None for arrays); `product` upstream × local = contribution; `total` the
    gradient so far as the sum of its terms; `note` says in words what the formulas leave unsaid.
    """

    rule: Line
    local: Line
    numbers: Line | None
    product: Line
    total: Line
    note: str


# ── forward ───────────────────────────────────────────────────────────────────────────────────


def forward(trace: Trace, node: Node, digits: int = DIGITS) -> tuple[Line, ...]:
    """How a node's value comes about: the formula, then the same with its numbers or shapes.

    The second line is missing where the values are not known.
    """
    if node.is_leaf:
        return ()
    left = name_latex(node.id)
    lines = [Line(f"{left} = {forward_latex(trace, node)}")]
    if not trace.has_value(node.id):
        return tuple(lines)
    inputs = [trace.value(name) for name in node.inputs if name]
    result = trace.value(node.id)
    found = operation_of(node)
    if found.elementwise and all(written_out(value) for value in (*inputs, result)):
        put_in, number = forward_latex(trace, node, digits), brief_latex(result, digits)
        known = "" if _same(put_in, number) else f"= {put_in} "
        lines.append(Line(f"{known}= {value_mark(number)}"))
    else:
        given = r",\; ".join(value_mark(brief_latex(value, digits)) for value in inputs[:3])
        more = r",\, \ldots" if len(inputs) > 3 else ""
        lines.append(Line(rf"{given}{more} \to {value_mark(brief_latex(result, digits))}"))
    return tuple(lines)


# ── backward ──────────────────────────────────────────────────────────────────────────────────


def local(trace: Trace, node: Node, slot: int, digits: int = DIGITS) -> tuple[Line, ...]:
    """The local derivative of a node by one of its inputs: as a formula, then with its numbers."""
    left = derivative_latex(node.id, node.inputs[slot])
    found = operation_of(node)
    if is_reduction(node):
        entry = rf"\frac{{\partial {name_latex(node.id)}}}{{\partial {{{name_latex(node.inputs[slot])}}}_i}}"
        return (Line(f"{entry} = {operator_latex(node, slot)}"),)
    if not found.elementwise:
        upstream = r"\text{upstream}"
        return (Line(rf"{left} : \; {upstream} \mapsto {operator_latex(node, slot, upstream)}"),)
    shown = local_latex(trace, node, slot)
    lines = [Line(f"{left} = {shown}")]
    if _is_number(shown) or not trace.has_value(node.id):
        return tuple(lines)
    inputs = [trace.value(name) for name in node.inputs if name]
    if all(written_out(part) for part in (*inputs, trace.value(node.id))):
        result = brief_latex(trace.local_of(node, slot).value, digits)
        put_in = local_latex(trace, node, slot, digits)
        known = "" if _same(put_in, result) else f"= {put_in} "
        lines.append(Line(f"{known}= {result}"))
    return tuple(lines)


def _is_number(latex: str) -> bool:
    return re.fullmatch(r"-?[\d.]+", latex) is not None


def _same(put_in: str, result: str) -> bool:
    bare = put_in.replace(r"\value", "").replace(r"\left(", "").replace(r"\right)", "")
    return bare.replace("{", "").replace("}", "") == result.replace("{", "").replace("}", "")


def arithmetic(pulled: Pulled, digits: int = DIGITS) -> Arithmetic:
    """The whole arithmetic of one step backward."""
    trace, node, slot = pulled.trace, pulled.node, pulled.input_index
    lines = local(trace, node, slot, digits)
    return Arithmetic(
        rule=Line(_rule(pulled)),
        local=lines[0],
        numbers=lines[1] if len(lines) > 1 else None,
        product=product(pulled, digits),
        total=total(trace, pulled.into, trace.time_of(pulled) + 1, digits),
        note=note(pulled),
    )


def _rule(pulled: Pulled) -> str:
    output, node = pulled.trace.output, pulled.node
    above = gradient_mark(derivative_latex(output, node.id))
    found = operation_of(node)
    if found.elementwise:
        added = rf"{above} \times {derivative_latex(node.id, pulled.into)}"
    else:
        added = operator_latex(node, pulled.input_index, above)
    becomes = "=" if len(positions(pulled)) == 1 else r"\mathrel{+=}"
    return rf"{gradient_mark(derivative_latex(output, pulled.into))} {becomes} {added}"


def positions(pulled: Pulled) -> tuple[int, ...]:
    """The positions of all contributions to the gradient that this one goes into."""
    plan = pulled.trace.plan
    return plan.terms[plan.number[pulled.into]]


def form(pulled: Pulled) -> Form:
    """What kind of thing the local derivative of a step is, without working it out."""
    found = operation_of(pulled.node)
    if found.elementwise:
        return "elementwise" if np.ndim(pulled.trace.value(pulled.node.id)) else "scalar"
    return "selection" if found.selects else "linear"


def product(pulled: Pulled, digits: int = DIGITS) -> Line:
    """Upstream × local = contribution, with numbers; shapes where there are too many."""
    upstream, contribution = output_gradient(pulled.upstream), pulled.contribution
    above = gradient_mark(brief_latex(upstream, digits))
    result = gradient_mark(brief_latex(contribution, digits))
    kind = form(pulled)
    if kind in ("linear", "selection"):
        return Line(rf"{above} \to {result}")
    sum_sign = r"\sum " if upstream.shape != contribution.shape else ""
    printed = local_latex(pulled.trace, pulled.node, pulled.input_index)
    if kind == "elementwise" and _is_number(printed):
        return Line(rf"{sum_sign}{above} \times {bracketed_latex(float(printed), digits)} = {result}")
    if kind == "elementwise" and not written_out(upstream):
        return Line(rf"{sum_sign}{above} \odot {above} = {result}")
    factor = np.asarray(pulled.local.value)
    if kind == "scalar":
        return Line(rf"{above} \times {bracketed_latex(factor[()], digits)} = {result}")
    same = _constant(factor)
    if same is not None:
        return Line(rf"{sum_sign}{above} \times {bracketed_latex(same, digits)} = {result}")
    return Line(rf"{sum_sign}{above} \odot {brief_latex(factor, digits)} = {result}")


def _constant(value: Array) -> float | None:
    """The number that all entries are, where the derivative is one number spread over the shape."""
    steps = zip(value.strides, value.shape, strict=True)  # spread: without strides, nothing need be compared
    if value.size == 0 or not all(step == 0 or size == 1 for step, size in steps):
        return None
    return float(value.flat[0])


def output_gradient(upstream: Any) -> Array:
    """The gradient of a node's output; of several outputs the first that has one."""
    if isinstance(upstream, tuple):
        return next(np.asarray(part) for part in upstream if part is not None)
    return np.asarray(upstream)


def total(trace: Trace, name: str, time: int | None = None, digits: int = DIGITS) -> Line:
    """The gradient of `name` as the sum of the terms that have come by `time`."""
    left = gradient_mark(derivative_latex(trace.output, name))
    result = gradient_mark(brief_latex(trace.gradient(name, time), digits))
    terms = trace.terms(name, time)
    if terms and not written_out(terms[0].contribution):
        count = rf"\text{{the sum of {len(terms)} terms, }}" if len(terms) > 1 else ""
        sizes = shape_latex(terms[0].contribution.shape)
        return Line(rf"{left} : \; {count}{gradient_mark(sizes)} \text{{ numbers}}")
    if len(terms) < 2:
        return Line(f"{left} = {result}")
    shown = terms if len(terms) <= TERMS_SHOWN else (*terms[:3], None, terms[-1])
    parts = [r"\dots" if term is None else _term_latex(term, k, digits) for k, term in enumerate(shown)]
    return Line(f"{left} = {' + '.join(parts)} = {result}")


def _term_latex(term: Pulled, position: int, digits: int) -> str:
    if np.ndim(term.contribution):
        return brief_latex(term.contribution, digits)
    write = bracketed_latex if position else number_latex
    return write(term.contribution[()], digits)


def note(pulled: Pulled) -> str:
    """What the formulas of this step leave unsaid, in a sentence or two; empty for plain numbers."""
    kind = form(pulled)
    if kind == "scalar":
        return ""
    if kind == "elementwise":
        return _note_elementwise(pulled)
    if kind == "selection":
        return _note_selection(pulled)
    upstream, contribution = output_gradient(pulled.upstream), pulled.contribution
    rows, columns = upstream.size, contribution.size
    if is_reduction(pulled.node):
        times = {"ReduceSum": "", "ReduceMean": f", times 1/n; here n = {columns // max(rows, 1)}"}
        return (
            f"{columns} entries became {rows}: each gets the gradient of the one that it went into"
            f"{times.get(pulled.node.op, ', times the local derivative at its place')}."
        )
    return (
        f"The local derivative is a matrix of {rows} × {columns} numbers; the upstream gradient goes "
        "through it at once, without writing it out."
    )


def _note_elementwise(pulled: Pulled) -> str:
    upstream, contribution = output_gradient(pulled.upstream), pulled.contribution
    entry = "Entry by entry: each entry of the upstream gradient times the local derivative at its place."
    if upstream.size == contribution.size:
        return entry
    if contribution.size == 1:
        return (
            f"{entry} {pulled.into} is one number used for all {upstream.size} entries, "
            "so its gradient is the sum over them all."
        )
    axes = broadcast_axes(upstream.shape, contribution.shape)
    if not axes:
        return entry
    times = int(np.prod([upstream.shape[axis] for axis in axes]))
    along = f"ax{'i' if len(axes) == 1 else 'e'}s {' and '.join(map(str, axes))}"
    them = "that axis" if len(axes) == 1 else "them"
    return (
        f"{entry} {pulled.into} {shape(contribution.shape)} was repeated {times} times along {along}, "
        f"so its gradient is summed over {them}."
    )


def broadcast_axes(large: tuple[int, ...], small: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of `large` along which an array of shape `small` is repeated."""
    extra = len(large) - len(small)
    return (
        *range(extra),
        *(extra + k for k, size in enumerate(small) if size == 1 and large[extra + k] != 1),
    )


def _note_selection(pulled: Pulled) -> str:
    size = np.size(pulled.contribution)
    weights = pulled.local.value if size <= COUNTED else None
    if weights is None:
        return "The gradient goes back to the entries that were taken; the others get none."
    return (
        f"Only the entries that were taken pass the gradient on: {int(np.count_nonzero(weights))} of {size}. "
        "The others get none from here."
    )


def is_reduction(node: Node) -> bool:
    """Whether a node sums up entries, so that its local derivative is one number an entry."""
    return node.op.startswith("Reduce")
