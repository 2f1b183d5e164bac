"""What the program knows of every operator of the ONNX standard: how it is computed, and its gradient.

The one rule: a row is made from the operation's declaration. Only what has none is listed here by hand,
each with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.ops.declare import Operation
from graph_explorer.engine.spoken import spoken

#: How a value is computed: by a rule of ours, by ONNX's own reference implementation, or not at run time,
#: since the operator is replaced by others when a model is read.
Forward = Literal["rule", "reference", "reading"]

_STAIRCASE = "it rounds to a grid, which is a staircase"
_WORDS = "it works on words"
_LISTS = "it gives a whole number, or runs a graph for every value of a list"
_LIST = "what it holds is known when the model is read"
_TABLE = "it is a table made from whole numbers"

#: Operators without a rule of ours, which ONNX's reference computes: → why no gradient passes.
OPAQUE: Mapping[str, str] = {
    "BitCast": "it reads bits as another type",
    "BlackmanWindow": _TABLE,
    "ConvInteger": "it works on whole numbers",
    "HammingWindow": _TABLE,
    "HannWindow": _TABLE,
    "ImageDecoder": "it reads a compressed picture",
    "MatMulInteger": "it works on whole numbers",
    "MelWeightMatrix": _TABLE,
    "NonMaxSuppression": "it gives the places of boxes, whole numbers",
    "OptionalHasElement": _LISTS,
    "QLinearConv": _STAIRCASE,
    "QLinearMatMul": _STAIRCASE,
    "RegexFullMatch": _WORDS,
    "SequenceLength": _LISTS,
    "SequenceMap": _LISTS,
    "StringConcat": _WORDS,
    "StringNormalizer": _WORDS,
    "StringSplit": _WORDS,
    "TfIdfVectorizer": _WORDS,
}
#: Operators that others replace when a model is read: → what becomes of them.
REPLACED: Mapping[str, str] = {
    "ConcatFromSequence": "Concat of what the list holds",
    "If": "the branch that is taken",
    "Loop": "its steps, one after the other",
    "Optional": "the value itself",
    "OptionalGetElement": "the value itself",
    "Scan": "its steps, one after the other",
    "Scatter": "ScatterElements",
    "SequenceAt": "the value itself",
    "SequenceConstruct": _LIST,
    "SequenceEmpty": _LIST,
    "SequenceErase": _LIST,
    "SequenceInsert": _LIST,
    "SplitToSequence": "Split, whose pieces the list holds",
    "Upsample": "Resize",
}


@dataclass(frozen=True)
class Row:
    """One operator. `derivatives` is the local derivative as text, by input; only inputs that take a
    gradient are in it. `form` is what kind of thing it is, "" without any. `why` tells why some inputs
    take no gradient, or what replaces the operator.
    """

    name: str
    family: str
    summary: str
    inputs: tuple[str, ...]
    variadic: bool
    forward: Forward
    form: str
    derivatives: Mapping[str, str]
    why: str

    @property
    def has_gradient(self) -> bool:
        return bool(self.derivatives)


@cache
def rows() -> tuple[Row, ...]:
    """All operators, by family and name; those without a rule of ours last."""
    known = sorted((_row(found) for found in OPERATIONS.values()), key=lambda row: (row.family, row.name))
    opaque = [_bare(name, "opaque", "reference", why) for name, why in sorted(OPAQUE.items())]
    replaced = [_bare(name, "replaced", "reading", what) for name, what in sorted(REPLACED.items())]
    return (*known, *opaque, *replaced)


def _bare(name: str, family: str, forward: Forward, why: str) -> Row:
    return Row(name, family, "", (), False, forward, "", {}, why)


def _row(found: Operation) -> Row:
    derivatives = {
        name: _derivative(found, index)
        for index, name in enumerate(found.inputs)
        if found.differentiable(index)
    }
    form = "elementwise" if found.elementwise else "selection" if found.selects else "linear"
    return Row(
        found.name,
        found.family,
        found.summary,
        found.inputs,
        found.variadic,
        "rule",
        form if derivatives else "",
        derivatives,
        found.flat,
    )


def _derivative(found: Operation, index: int) -> str:
    """The local derivative with respect to one input, as text; "" where it depends on an attribute."""
    if not found.elementwise:
        return spoken(found.operators[index]) if index < len(found.operators) else ""
    count = max(2, len(found.inputs)) if found.variadic else len(found.inputs)
    try:
        return spoken(found.local_formula(index, count, {}).latex())
    except TypeError:  # of an attribute that has no default
        return ""
