"""How questions speak of nodes and steps.

The one rule: a name is written the same way in every line of a question, and a number that stands in the
program stands in the question as that number, not under a generated name.
"""

from __future__ import annotations

from collections.abc import Iterable

from graph_explorer.engine.arithmetic import Line, arithmetic, forward
from graph_explorer.engine.graph import Node
from graph_explorer.engine.notation import name_latex, name_text
from graph_explorer.engine.ops import operation
from graph_explorer.engine.trace import Pulled, Trace
from graph_explorer.quiz.source import given

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def plain(text: str, names: Iterable[str]) -> str:
    """A line of arithmetic on some values, their names as they are called elsewhere: z^(t=1) → z(t=1)."""
    for name in sorted((name for name in names if "/" in name), key=len, reverse=True):
        text = text.replace(Line(name_latex(name)).text, name_text(name))
    return text


def _around(node: Node) -> list[str]:
    return [name for name in (*node.inputs, *node.outputs) if name]


def formula(trace: Trace, node: Node) -> str:
    """A node as it is written by hand: `b.mul = 2 · x`; a formula with letters of its own as a call."""
    shown = plain(forward(trace, node)[0].text, _around(node))
    names = [name_text(name) for name in node.inputs if name]
    numbers = trace.constants_of(node)
    if len(numbers) == len(names) or any(name in shown for name in names):
        return shown
    return f"{name_text(node.id)} = {node.op}({', '.join(names)})"


def worked_out(trace: Trace, node: Node) -> str:
    """The formula, then the same with its numbers: `b.mul = 2 · x = 2 · (−8) = −16`."""
    lines = [formula(trace, node), *(plain(line.text, _around(node)) for line in forward(trace, node)[1:])]
    return " ".join(lines) if len(lines) < 2 or lines[1].startswith("=") else f"{lines[0]}: {lines[1]}"


def taken(trace: Trace, node: Node) -> list[str]:
    """The values that a node takes, a line each; numbers of the program stand in its formula already."""
    numbers = trace.constants_of(node)
    names = [name for slot, name in enumerate(node.inputs) if name and slot not in numbers]
    return [given(name_text(name), trace.value(name)) for name in dict.fromkeys(names)]


def rule(step: Pulled) -> tuple[str, ...]:
    """The chain rule of a step, its local derivative, and that with its numbers."""
    shown = arithmetic(step)
    lines = (shown.rule.text, shown.local.text, shown.numbers.text if shown.numbers else shown.note)
    names = [*_around(step.node), step.trace.output]
    return tuple(plain(line, names) for line in lines if line)


def local_rule(step: Pulled) -> str:
    """The local derivative as a formula and, where that is none yet, as a number: `∂a/∂x = 2 · x = −6`."""
    shown = arithmetic(step)
    numbers = f" {shown.numbers.text}" if shown.numbers is not None else ""
    return plain(f"{shown.local.text}{numbers}", _around(step.node))


def slot_of(step: Pulled) -> str:
    """Which input is meant, where a node takes the same value at several: `, as its first input`."""
    if step.node.inputs.count(step.into) < 2:
        return ""
    return f", as its {_ORDINALS[min(step.input_index, len(_ORDINALS) - 1)]} input"


def summary(node: Node) -> str:
    """What an operation does, as a sentence."""
    said = operation(node.op).summary
    return f"{said[0].upper()}{said[1:]}."


def many(count: int, one: str, more: str = "") -> str:
    """A number of things: `1 pass`, `3 passes`."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def lines_of(trace: Trace, nodes: Iterable[Node]) -> str:
    """Nodes as lines of a program, in the order of the forward pass."""
    return "\n".join(formula(trace, node) for node in nodes if not node.is_leaf)
