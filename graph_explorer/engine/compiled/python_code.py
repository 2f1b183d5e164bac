"""Straight-line code as Python text over floats.

The one rule: the text is made of numbers, of names that this module makes up, and of what stands in
`NAMESPACE`; nothing that a person typed is ever part of it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from types import CodeType, FunctionType
from typing import Any

from graph_explorer.engine.compiled.primitives import NAMESPACE, PRIMITIVES
from graph_explorer.engine.compiled.symbols import Code

#: Expressions are nested up to this depth, then named.
DEPTH = 12


def statements(
    code: Code,
    outputs: Mapping[str, int],
    *,
    careful: bool,
    prefix: str = "t",
    known: Mapping[int, str] | None = None,
) -> list[str]:
    """Lines that assign to each name in `outputs` the value of that instruction, all at the end.

    Inputs stand under their own names, instructions in `known` under the names given there. What is
    used once is nested, so that the branch of a choice that is not taken is not computed.
    """
    texts = {number: (name, 0) for number, name in (known or {}).items()}
    order = _order(code, outputs, texts)
    uses = _uses(code, outputs, order)
    lines: list[str] = []
    for number in order:
        one = code.instructions[number]
        if one.primitive == "input":
            texts[number] = (one.name, 0)
        elif one.primitive == "constant":
            texts[number] = (written(one.value), 0)
        else:
            row = PRIMITIVES[one.primitive]
            shape = row.careful if careful and row.careful else row.fast
            text = shape.format(*(texts[each][0] for each in one.inputs))
            depth = 1 + max(texts[each][1] for each in one.inputs)
            if uses[number] == 1 and depth <= DEPTH:
                texts[number] = (f"({text})", depth)
            else:
                texts[number] = (f"{prefix}{number}", 0)
                lines.append(f"{prefix}{number} = {text}")
    if outputs:
        values = ", ".join(texts[number][0] for number in outputs.values())
        lines.append(f"{', '.join(outputs)} = {values}")
    return lines


def _uses(code: Code, outputs: Mapping[str, int], order: Sequence[int]) -> Counter[int]:
    """How often the text of each instruction would be written."""
    uses = Counter(outputs.values())
    for number in order:
        one = code.instructions[number]
        row = PRIMITIVES.get(one.primitive)
        for each in one.inputs:
            uses[each] += 2 if row is not None and row.repeats else 1
    return uses


def _order(code: Code, outputs: Mapping[str, int], known: Mapping[int, Any]) -> list[int]:
    """What has to be computed for the outputs, in order."""
    wanted, found = set(outputs.values()), []
    for number in reversed(range(len(code.instructions))):
        if number in wanted and number not in known:
            found.append(number)
            wanted.update(code.instructions[number].inputs)
    return found[::-1]


def written(value: float) -> str:
    """A number as Python text, exactly."""
    if math.isnan(value):
        return "nan"
    text = "inf" if math.isinf(value) else repr(abs(value))
    return f"(-{text})" if math.copysign(1.0, value) < 0 else text


def function(
    name: str, parameters: str, lines: list[str], namespace: Mapping[str, Any] = NAMESPACE
) -> FunctionType:
    """The function with that body."""
    body = "\n".join(f"    {line}" for line in lines)
    module = compile(f"def {name}({parameters}):\n{body}\n", f"<{name}>", "exec")
    inner = next(part for part in module.co_consts if isinstance(part, CodeType))
    return FunctionType(inner, dict(namespace), name)
