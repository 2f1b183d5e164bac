"""What can be called in a program, and with what: words, and ONNX operators by their own names.

The one rule: a call that does not fit is refused with what would fit. A name that is no word but an
ONNX operator is called with ONNX's own inputs and attributes.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.ops.declare import Operation
from graph_explorer.engine.words import SAME, WORDS, Build, Value

#: Operators with outputs that may be left out: how many there are at most.
MOST_OUTPUTS: Mapping[str, int] = {
    "Attention": 4, "BatchNormalization": 3, "CausalConvWithState": 2, "Dropout": 2, "GRU": 2, "LSTM": 3,
    "LayerNormalization": 3, "LinearAttention": 2, "MaxPool": 2, "RNN": 2, "SoftmaxCrossEntropyLoss": 2,
    "Split": 10_000, "TopK": 2, "Unique": 4,
}  # fmt: skip


def known_words() -> tuple[str, ...]:
    """All names that can be called in a program, sorted; ONNX operators after the words."""
    return (*sorted({*WORDS, *SAME}), *sorted(OPERATIONS))


def is_word(name: str) -> bool:
    return name in WORDS or name in SAME or name in OPERATIONS


@cache
def _signature(name: str) -> inspect.Signature:
    signature = inspect.signature(WORDS[name])
    return signature.replace(parameters=list(signature.parameters.values())[1:])


def call(
    name: str, build: Build, arguments: Sequence[Any], keywords: Mapping[str, Any], wanted: int = 0
) -> Value:
    """What the word `name` adds to the graph; `InputError` where the arguments do not fit it.

    `wanted` is how many names the result is given to, 0 where it is used as one value.
    """
    if name not in WORDS:
        return _operator(OPERATIONS[SAME.get(name, name)], name, build, arguments, keywords, wanted)
    signature = _signature(name)
    unexpected = next((key for key in keywords if key not in signature.parameters), None)
    if unexpected is not None:
        raise InputError(
            f"{name}() has no argument '{unexpected}'; {nearest(unexpected, signature.parameters)}"
        )
    try:
        bound = signature.bind(*arguments, **keywords)
    except TypeError as error:
        raise InputError(f"{name}(): {error}; it is called as {name}{_shown(signature)}") from None
    for key, given in bound.arguments.items():
        parameter = signature.parameters[key]
        given_all = given if parameter.kind is inspect.Parameter.VAR_POSITIONAL else (given,)
        if parameter.annotation != "Value" and any(_is_graph_value(one) for one in given_all):
            raise InputError(f"{name}(): '{key}' must be a constant, not a value of the graph")
    try:
        return WORDS[name](build, *arguments, **keywords)
    except InputError:
        raise
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}(): {error}; it is called as {name}{_shown(signature)}") from None


def _is_graph_value(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_is_graph_value(part) for part in value)
    return not isinstance(value, int | float | str | bool | type(None))


def _shown(signature: inspect.Signature) -> str:
    parts = []
    for parameter in signature.parameters.values():
        star = "*" if parameter.kind is inspect.Parameter.VAR_POSITIONAL else ""
        default = "" if parameter.default is parameter.empty else f"={parameter.default}"
        parts.append(f"{star}{parameter.name}{default}")
    return f"({', '.join(parts)})"


def _operator(
    found: Operation, name: str, build: Build, arguments: Sequence[Any], keywords: Mapping[str, Any],
    wanted: int,
) -> Value:  # fmt: skip
    known = {**found.attributes, **dict.fromkeys(found.settings)}
    for key in keywords:
        if key not in known:
            raise InputError(
                f"{name}() has no argument '{key}'; {nearest(key, known) or 'it has no named ones'}"
            )
    least = next((k for k, _ in enumerate(found.inputs) if k in found.settings.values()), len(found.inputs))
    none = found.inputs and not arguments and not set(found.settings) & set(keywords)
    if none or (len(arguments) > len(found.inputs) and not found.variadic):
        count = "at least one value" if found.variadic else f"{least} value{'s' * (least != 1)}"
        raise InputError(f"{name}() takes {count}: {', '.join(found.inputs)}; {len(arguments)} given")
    constant = next((value for value in keywords.values() if _is_graph_value(value)), None)
    if constant is not None:
        raise InputError(f"{name}(): named arguments must be constants, not values of the graph")
    attributes = {key: _as_tuple(value) for key, value in keywords.items()}
    most = MOST_OUTPUTS.get(found.name, found.outputs)
    if wanted > most:
        raise InputError(f"{name}() has {most} output{'s' * (most != 1)}; {wanted} names are given")
    if found.name == "Split" and wanted and not {"split", "num_outputs"} & set(attributes):
        attributes["num_outputs"] = wanted
    if wanted or found.outputs > 1:
        return build.several(wanted or found.outputs, found.name, *arguments, **attributes)
    return build(found.name, *arguments, **attributes)


def _as_tuple(value: Any) -> Any:
    """Lists as tuples: the attributes of a node never change."""
    return tuple(_as_tuple(part) for part in value) if isinstance(value, list | tuple) else value
