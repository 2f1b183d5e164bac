"""Questions on the forward pass: the value of a node, and the shape of a value or gradient.

The one rule: what is asked can be worked out from what the text gives, by hand or with a pocket
calculator.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import numpy as np

from graph_explorer.engine.graph import Node
from graph_explorer.engine.notation import derivative, name_text, number
from graph_explorer.engine.ops import operation, operation_of
from graph_explorer.engine.trace import Trace
from graph_explorer.quiz.kinds.kind import Kind, knowing
from graph_explorer.quiz.question import Level, Misconception, Question
from graph_explorer.quiz.source import Source, allowance, as_printed, one_entry, reckoned
from graph_explorer.quiz.wording import formula, summary, taken, worked_out


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
    tolerance = reckoned(
        answer, _from_printed(source, node, index), allowance(answer, *_parts(source, node, index))
    )
    if tolerance is None:
        return None
    rule, done = formula(trace, node), worked_out(trace, node)
    asked = f"What is {name_text(node.id)}" + (f" at the entry {suffix}?" if suffix else "?")
    question = Question(
        kind="forward value", level=_level(node, suffix), concept="forward pass", node=node.id, form="number",
        text="\n".join([*taken(trace, node), rule, asked]),
        answer=answer,
        tolerance=tolerance,
        hints=(summary(node), rule, *([done] if done != rule else [])),
        explanation=done + (f"; at {suffix} that is {number(answer)}." if suffix else "."),
        link=source.link,
        makes=("value", node.id, suffix),
    )  # fmt: skip
    return knowing(question, _mistakes(source, node, index))


def _from_printed(source: Source, node: Node, index: tuple[int, ...]) -> float:
    """The value as it comes out of the numbers that the question prints."""
    trace = source.trace
    numbers = trace.constants_of(node)
    inputs = [
        value if value is None or slot in numbers else as_printed(value)
        for slot, value in enumerate(trace.inputs_of(node))
    ]
    with np.errstate(all="ignore"):
        result = operation_of(node).forward(*inputs, **node.attributes)
    return float(np.asarray(result[0] if isinstance(result, tuple) else result)[index])


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
        ("Add", "That is their product; here the values are added."),
        ("Mul", "That is their sum; here the values are multiplied."),
    ):
        if node.op == other and len(node.inputs) == 2:
            a, b = (np.broadcast_to(trace.value(name), result.shape)[index] for name in node.inputs)
            found.append(Misconception(float(a * b if other == "Add" else a + b), says))
    if node.op == "Sub":
        found.append(
            Misconception(-float(result[index]), "The order matters: the second is taken from the first.")
        )
    numbers = trace.constants_of(node)
    same_shape = [
        name
        for slot, name in enumerate(node.inputs)
        if name and slot not in numbers and trace.value(name).shape == result.shape
    ]
    found += [
        Misconception(
            float(trace.value(name)[index]),
            f"That is {name_text(name)} as it comes in, before anything is done with it.",
        )
        for name in same_shape
    ]
    return found


# ── shapes ────────────────────────────────────────────────────────────────────────────────────


def shape(source: Source, random: Random) -> Question | None:
    """The shape of a value, or of the gradient of one."""
    trace = source.trace
    nodes = [node for node in trace.graph if _has_shapes(trace, node)]
    if not nodes:
        return None
    node = random.choice(nodes)
    gradient = trace.has_gradient(node.id) and (node.is_leaf or random.random() < 0.5)
    if node.is_leaf and not gradient:
        return None
    shown = name_text(node.id)
    sizes = trace.value(node.id).shape
    numbers = trace.constants_of(node)
    names = [
        name for name in dict.fromkeys(node.inputs) if name and numbers.keys().isdisjoint(_slots(node, name))
    ]
    lines = [f"{name_text(name)} has the shape {_tuple(trace.value(name).shape)}" for name in names]
    if gradient:
        lines = [f"{shown} has the shape {_tuple(sizes)}"]
        asked = f"Which shape does its gradient {derivative(source.output, node.id)} have?"
        explanation = (
            f"A gradient always has the shape of its value, one slope for each entry: {_tuple(sizes)}."
        )
    else:
        lines.append(formula(trace, node) + _settings(node))
        asked = f"Which shape does {shown} have?"
        explanation = f"{summary(node)} Here that makes {_tuple(sizes)}."
    question = Question(
        kind="shape", level="beginner" if gradient else "intermediate", concept="shapes", node=node.id,
        form="shape", text="\n".join([*lines, asked]), answer=sizes, explanation=explanation,
        hints=(
            "Write () for a single number and (2, 3) for two rows of three.",
            summary(node) if not gradient else "Each entry of the value has a slope of its own.",
        ),
        link=source.link,
    )  # fmt: skip
    taken = {} if gradient else {name: trace.value(name).shape for name in names}
    return knowing(question, _shape_mistakes(sizes, taken, gradient))


def _has_shapes(trace: Trace, node: Node) -> bool:
    """Whether a node gives one value, and an array is in it or in what it takes."""
    if not trace.has_value(node.id) or len(node.outputs) != 1:
        return False
    return any(trace.value(name).ndim for name in (node.id, *filter(None, node.inputs)))


def _shape_mistakes(
    sizes: tuple[int, ...], taken: Mapping[str, tuple[int, ...]], gradient: bool
) -> list[Misconception]:
    """Mistakes about a shape; `taken` are the shapes of what the node takes."""
    single = "It is not a single number: entries are left along some axis."
    if gradient:
        single = "The output is one number, but the gradient has one slope for each entry."
    return [
        Misconception((), single),
        Misconception(tuple(reversed(sizes)), "That is the shape of the transpose."),
        *(Misconception(one, f"That is the shape of {name_text(name)}.") for name, one in taken.items()),
    ]


def _slots(node: Node, name: str) -> list[int]:
    return [slot for slot, taken_there in enumerate(node.inputs) if taken_there == name]


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
