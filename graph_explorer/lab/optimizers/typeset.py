"""The lines of an update rule as LaTeX, with letters or with the numbers of one step.

The one rule: both come from the rule as it runs; the letters are those of `QUANTITIES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from graph_explorer.engine.notation import DIGITS, bracketed_latex, number_latex
from graph_explorer.engine.ops.formula import Formula
from graph_explorer.lab.optimizers.quantities import QUANTITIES
from graph_explorer.lab.optimizers.rule import BEFORE, Line
from graph_explorer.lab.optimizers.settings import Worked

_LETTERS = {name: each.at() for name, each in QUANTITIES.items()} | {
    name + BEFORE: each.at(before=True) for name, each in QUANTITIES.items()
}


def line_latex(line: Line) -> str:
    r"""A line with its letters: `m_{t} = \beta_1\,m_{t-1} + …`; an arrow where a name is reused."""
    sign = r"\leftarrow" if line.name in names_in(line.formula) else "="
    return f"{_LETTERS[line.name]} {sign} {_tidied(line.formula.latex(_LETTERS))}"


def worked_latex(worked: Worked, entry: int, digits: int = DIGITS) -> str:
    """The same line with its numbers for one entry of the point: letter = formula = value."""
    value = number_latex(_entry(worked.value, entry), digits)
    names = names_in(worked.line.formula)
    if {"norm", "rms"} & names:  # a sum over all entries: one entry's numbers would not show it
        return f"{_LETTERS[worked.line.name]} = {worked.line.formula.latex(_LETTERS)} = {value}"
    numbers = _numbers(worked.known, names, entry, digits)
    shown = _tidied(worked.line.formula.latex(numbers)).replace(r"\, ", r"\cdot ")
    return f"{_LETTERS[worked.line.name]} = {shown} = {value}"


def _tidied(latex: str) -> str:
    """A dot between two numbers, powers of ten instead of 1e-06, conditions without brackets."""
    latex = re.sub(r"\b1e-0?(\d+)", r"10^{-\1}", latex)
    latex = re.sub(r"(?<=\d) \\, (?=\d)", r" \\cdot ", latex)
    return re.sub(r"& \\left\[(.+?)\\right\]", r"& \1", latex)


def names_in(formula: Formula) -> set[str]:
    """Every name and function in a formula."""
    return {part.head for part in _walk(formula) if part.constant is None}


def _walk(formula: Formula) -> Iterator[Formula]:
    yield formula
    for part in formula.parts:
        yield from _walk(part)


def _numbers(known: Mapping[str, Any], names: set[str], entry: int, digits: int) -> dict[str, str]:
    return {name: bracketed_latex(_entry(known[name], entry), digits) for name in names if name in known}


def _entry(value: Any, entry: int) -> float:
    """One entry of a vector; a quantity with a single entry belongs to all of them."""
    found = np.atleast_1d(value)
    return float(found[entry if len(found) > 1 else 0])
