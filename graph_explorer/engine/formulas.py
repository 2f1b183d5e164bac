"""The formulas of a graph's operations, with its own names or with its numbers put in.

The one rule: a formula is printed from the operation's declaration, never written a second time here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from graph_explorer.engine.graph import Node
from graph_explorer.engine.notation import brief_latex, name_latex, value_mark
from graph_explorer.engine.ops import operation_of
from graph_explorer.engine.ops.declare import Operation
from graph_explorer.engine.ops.formula import Formula, formula
from graph_explorer.engine.trace import Trace

#: Around a number that needs parentheses unless something else already holds it together.
_OPEN, _CLOSE = "\x01", "\x02"


def forward_latex(trace: Trace, node: Node, digits: int | None = None) -> str:
    """The right side of a node's formula: `w x + b`; with `digits`, its numbers instead of names."""
    found = operation_of(node)
    names = _names(trace, node, found, digits)
    times = _times(trace, node) if found.elementwise else r"\,"
    if found.latex:
        return _cleaned(_filled(found.latex, names), times)
    symbols: list[Any] = list(found.symbols(len(node.inputs)))
    for position, value in trace.constants_of(node).items():
        symbols[position] = formula(value)
    printed = _printed(found, symbols, node.attributes) if found.elementwise else None
    if printed is not None:
        return _cleaned(printed.latex(names), times)
    given = r",\; ".join(
        names[head] for head, name in zip(_heads(found, node), node.inputs, strict=False) if name
    )
    return _cleaned(rf"\mathrm{{{_word(found.name)}}}\left({given}\right)", times)


def local_latex(trace: Trace, node: Node, slot: int, digits: int | None = None) -> str:
    """∂node/∂input of an elementwise operation; with `digits`, with its numbers instead of names."""
    found = operation_of(node)
    shown = found.local_formula(slot, len(node.inputs), node.attributes, trace.constants_of(node))
    names = _names(trace, node, found, digits)
    names["y"] = _shown(trace, node.id, digits)
    return _cleaned(shown.latex(names), _times(trace, node))


def operator_latex(node: Node, slot: int, upstream: str | None = None) -> str:
    """The local derivative of an operation that is no elementwise one, as an operator.

    With `upstream`, LaTeX of the gradient that comes in, the operator is applied to it.
    """
    found = operation_of(node)
    position = min(slot, len(found.inputs) - 1) if found.variadic else slot
    operator = found.operators[position] if position < len(found.operators) else ""
    shown = {
        head: f"{{{name_latex(name)}}}"
        for head, name in zip(_heads(found, node), node.inputs, strict=False)
        if name
    }
    shown["y"] = f"{{{name_latex(node.id)}}}"
    named = _renamed(operator or r"\text{its local derivative}", shown)
    if upstream is None:
        return named
    if named == "1":
        return upstream
    if r"\left(\cdot\right)" in named:
        return named.replace(r"\left(\cdot\right)", rf"\left({upstream}\right)")
    if named.startswith(r"\cdot"):
        return f"{upstream} {named}"
    if named.endswith((r"\cdot", r"\odot")) or named.startswith(r"\sum"):
        return f"{named} {upstream}"
    if named.startswith(r"\text"):
        return rf"{named}\left({upstream}\right)"
    if re.search(r" [+-] ", named) and not named.startswith((r"\frac", r"\left")):
        named = rf"\left({named}\right)"
    return rf"{named} \cdot {upstream}"


def _heads(found: Operation, node: Node) -> list[str]:
    return [symbol.head for symbol in found.symbols(len(node.inputs))]


def _taken(found: Operation, node: Node) -> dict[str, str]:
    """The declaration's symbol of each input that is given → the name of its value."""
    return {head: name for head, name in zip(_heads(found, node), node.inputs, strict=False) if name}


def _names(trace: Trace, node: Node, found: Operation, digits: int | None) -> dict[str, str]:
    return {
        head: _shown(trace, name, digits) if name else ""
        for head, name in zip(_heads(found, node), node.inputs, strict=False)
    }


def _shown(trace: Trace, name: str, digits: int | None) -> str:
    """A value by its name, or by its number; a constant of the program is its number anyway."""
    constant = trace.graph.node(name).op == "constant" and trace.has_value(name)
    if digits is None and not (constant and np.ndim(trace.value(name)) == 0):
        return name_latex(name)
    number = brief_latex(trace.value(name), digits or 6)
    if digits is not None and not constant:
        marked = value_mark(number)
        return f"{_OPEN}{marked}{_CLOSE}" if number.startswith("{-") or r"\cdot" in number else marked
    return f"{_OPEN}{number}{_CLOSE}" if number.startswith("{-") else number


def _printed(found: Operation, symbols: list[Any], attributes: Mapping[str, Any]) -> Formula | None:
    """The forward rule run on symbols; None where it is not made of what `formula` can print."""
    try:
        made = found.forward(*symbols, **attributes)
    except (TypeError, AttributeError, ValueError):
        return None
    if isinstance(made, np.ndarray) and made.dtype == object and made.ndim == 0:
        made = made.item()
    return made if isinstance(made, Formula) else None


def _filled(template: str, names: Mapping[str, str]) -> str:
    """A template of a declaration with `{a}` replaced; a symbol without braces stays.

    A last summand that is not given, such as a bias, is left out.
    """
    template = re.sub(r" \+ \{(\w+)\}$", lambda m: m[0] if names.get(m[1]) else "", template)
    return re.sub(r"\{(\w+)\}", lambda m: _grouped(names[m[1]]) if m[1] in names else m[0], template)


def _grouped(latex: str) -> str:
    """One group, so that an exponent or index after it binds to the whole."""
    return latex if latex.startswith(_OPEN) or len(latex) == 1 else f"{{{latex}}}"


def _renamed(latex: str, names: Mapping[str, str]) -> str:
    """Replaces the declaration's symbols, standing alone outside commands and words."""
    pattern = re.compile(r"\\(?:text|mathrm|operatorname|mathbf)\{[^}]*\}|\\[A-Za-z]+|[A-Za-z]+")
    return pattern.sub(lambda m: names.get(m[0], m[0]), latex)


def _times(trace: Trace, node: Node) -> str:
    """The sign of a product: entry by entry where arrays are multiplied."""
    arrays = [name for name in node.inputs if name and trace.has_value(name) and np.ndim(trace.value(name))]
    several = len(arrays) > 1 or (len(node.inputs) == 1 and arrays)
    return r"\odot " if several else r"\cdot "


def _cleaned(latex: str, times: str) -> str:
    """`times` between factors, and parentheses around marked numbers that nothing else holds together."""
    inner = rf"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}"
    latex = re.sub(rf"\{{{inner}\}}", r"{\1}", latex)
    latex = re.sub(rf"\\left([(|\[]){inner}\\right", r"\\left\1\2\\right", latex)
    latex = re.sub(inner, r"\\left(\1\\right)", latex)
    latex = re.sub(r"(?<![\w.])([\d.]+) \\, ", r"\1 \\cdot ", latex)
    return latex.replace(r"\,", times)


def _word(name: str) -> str:
    """An operator's name as a function of a formula: `ReduceMax` is reduce max, `Conv` conv."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", r"\\ ", name).lower()
