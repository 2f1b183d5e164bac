"""Questions on the forward pass: the value of a node, and the shape of a value or gradient.

The one rule: what is asked can be worked out from what the text gives, by hand or with a pocket
calculator.
"""

from __future__ import annotations

import dataclasses
from random import Random

import numpy as np

from graph_explorer.engine.arithmetic import forward
from graph_explorer.engine.graph import Node
from graph_explorer.engine.notation import derivative, name_text, number
from graph_explorer.engine.ops import operation
from graph_explorer.quiz.kinds.kind import Kind, distinct
from graph_explorer.quiz.question import Level, Misconception, Question
from graph_explorer.quiz.source import Source, allowance, given, one_entry


def value(source: Source, random: Random) -> Question | None:
    """The value of a node, from the values that it takes."""
    nodes = [node for node in source.computed if np.asarray(source.trace.value(node.id)).dtype.kind == "f"]
    if not nodes:
        return None
    node = random.choice(nodes)
    trace = source.trace
    result = trace.value(node.id)
    index, suffix = one_entry(result, random)
    answer = float(result[index])
    names = [name for name in dict.fromkeys(node.inputs) if name]
    lines = forward(trace, node)
    given_lines = [given(name_text(name), trace.value(name)) for name in names]
    asked = f"What is {name_text(node.id)}" + (f" at the entry {suffix}?" if suffix else "?")
    question = Question(
        kind="forward value", level=_level(node, suffix), concept="forward pass", node=node.id, form="number",
        text="\n".join([*given_lines, lines[0].text, asked]),
        answer=answer,
        tolerance=allowance(answer, *_parts(source, node, index)),
        hints=(operation(node.op).summary, *(line.text for line in lines)),
        explanation=f"{lines[0].text}; that is {number(answer)}.",
        link=source.link,
        makes=("value", node.id, suffix),
    )  # fmt: skip
    return dataclasses.replace(question, misconceptions=distinct(question, _mistakes(source, node, index)))


def _level(node: Node, suffix: str) -> Level:
    if not operation(node.op).elementwise:
        return "intermediate"
    return "intermediate" if suffix else "beginner"


def _parts(source: Source, node: Node, index: tuple[int, ...]) -> list[float]:
    """How large the numbers are that cancel in the answer, for its tolerance."""
    inputs = [found for found in source.trace.inputs_of(node) if found is not None]
    if node.op in ("Add", "Sub", "Sum") or not operation(node.op).elementwise:
        sizes = [float(np.abs(found).max(initial=0.0)) for found in inputs if found.dtype.kind == "f"]
        if node.op in ("MatMul", "Gemm", "Einsum", "Conv"):
            return [float(np.prod(sizes[:2]))]
        return sizes[:2]
    return []


def _mistakes(source: Source, node: Node, index: tuple[int, ...]) -> list[Misconception]:
    trace = source.trace
    result = trace.value(node.id)
    found: list[Misconception] = []
    for other, says in (
        ("Add", "The values are added here, and you may have done something else with them."),
        ("Mul", "The values are multiplied here, not added."),
    ):
        if node.op == other and len(node.inputs) == 2:
            a, b = (np.broadcast_to(trace.value(name), result.shape)[index] for name in node.inputs)
            found.append(Misconception(float(a * b if other == "Add" else a + b), says))
    if node.op == "Sub":
        found.append(
            Misconception(-float(result[index]), "The order matters: the second is taken from the first.")
        )
    same_shape = [name for name in node.inputs if name and trace.value(name).shape == result.shape]
    found += [
        Misconception(
            float(trace.value(name)[index]),
            f"That is {name_text(name)}, before {node.op} has done anything to it.",
        )
        for name in same_shape
    ]
    return found


# ── shapes ────────────────────────────────────────────────────────────────────────────────────


def shape(source: Source, random: Random) -> Question | None:
    """The shape of a value, or of the gradient of one."""
    trace = source.trace
    nodes = [
        node
        for node in trace.graph
        if trace.has_value(node.id)
        and len(node.outputs) == 1
        and (trace.value(node.id).ndim or any(trace.value(name).ndim for name in node.inputs if name))
    ]
    if not nodes:
        return None
    node = random.choice(nodes)
    gradient = trace.has_gradient(node.id) and (node.is_leaf or random.random() < 0.5)
    if node.is_leaf and not gradient:
        return None
    shown = name_text(node.id)
    sizes = trace.value(node.id).shape
    names = [name for name in dict.fromkeys(node.inputs) if name]
    lines = [f"{name_text(name)} has the shape {_tuple(trace.value(name).shape)}" for name in names]
    if gradient:
        lines = [f"{shown} has the shape {_tuple(sizes)}"]
        asked = f"Which shape has its gradient {derivative(source.output, node.id)}?"
        explanation = "A gradient always has the shape of its value: one slope for each entry."
    else:
        lines.append(f"{shown} = {node.op}({', '.join(name_text(name) for name in names)})" + _settings(node))
        asked = f"Which shape has {shown}?"
        explanation = f"{operation(node.op).summary} Here that makes {_tuple(sizes)}."
    question = Question(
        kind="shape", level="beginner" if gradient else "intermediate", concept="shapes", node=node.id,
        form="shape", text="\n".join([*lines, asked]), answer=sizes, explanation=explanation,
        hints=(
            "Write () for a single number and (2, 3) for two rows of three.",
            "Ask for each axis how many entries are left along it." if not gradient else explanation,
        ),
        link=source.link,
    )  # fmt: skip
    mistakes = [
        Misconception((), "The output is one number, but the gradient has one slope for each entry."),
        Misconception(tuple(reversed(sizes)), "That is the shape of the transpose."),
        *(
            Misconception(trace.value(name).shape, f"That is the shape of {name_text(name)}.")
            for name in names
            if not gradient
        ),
    ]
    if not gradient:
        mistakes[0] = Misconception((), "It is not a single number: entries are left along some axis.")
    return dataclasses.replace(question, misconceptions=distinct(question, mistakes))


def _tuple(sizes: tuple[int, ...]) -> str:
    return "()" if not sizes else f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"


def _settings(node: Node) -> str:
    shown = ", ".join(f"{key} = {_plain(value)}" for key, value in node.attributes.items())
    return f" with {shown}" if shown else ""


def _plain(value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else value


KINDS = (
    Kind("forward value", "The value of a node", "forward pass", ("beginner", "intermediate"), value),
    Kind("shape", "The shape of a value or gradient", "shapes", ("beginner", "intermediate"), shape),
)
