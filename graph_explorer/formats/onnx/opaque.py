"""Operators without a rule of ours: ONNX's reference runs them, and no gradient passes.

The one rule: what runs is the node as the model has it, at the model's own opset. Whatever goes wrong in
it becomes one sentence.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.declare import Operation

Array = np.ndarray[Any, Any]

#: Operators that draw numbers: they get a seed, so that a run gives the same numbers again.
_DRAWING = frozenset(
    {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial"}
)
#: Domains whose operators the reference knows.
_REFERENCED = ("", "ai.onnx.ml", "ai.onnx.preview", "ai.onnx.preview.training")


def boxed(value: Any) -> Array:
    """A value as an array: a sequence or nothing at all becomes the one entry of an array of objects."""
    if value is None or isinstance(value, list | tuple | dict):
        box = np.empty((), object)
        box[()] = value
        return box
    return np.asarray(value)


def unboxed(value: Any) -> Any:
    """The contrary of `boxed`."""
    if isinstance(value, np.ndarray) and value.dtype == object and value.ndim == 0:
        inner = value.item()
        return value if isinstance(inner, str | bytes) else inner
    return value


def opaque(
    node: onnx.NodeProto,
    opsets: Mapping[str, int],
    functions: Sequence[onnx.FunctionProto] = (),
    captured: Sequence[str] = (),
) -> Operation:
    """The operation that runs `node` of a model of these opsets.

    It takes the node's inputs, then the `captured` values that its subgraphs use by name.
    """
    shown = f"{node.domain}.{node.op_type}" if node.domain else node.op_type
    known = node.domain in _REFERENCED or any(one.domain == node.domain for one in functions)

    def forward(*inputs: Any, **attributes: Any) -> Any:
        if not known:
            raise InputError(
                f"the operator {shown} is not part of ONNX and cannot be run here; "
                "export the model without it, or ask for an output before it"
            )
        model, feeds = _alone(node, opsets, functions, captured, inputs)
        made = iter(_run(model, feeds, shown))
        results = tuple(boxed(next(made)) if name else None for name in node.output)
        return results[0] if len(results) == 1 else results

    summary = "run by ONNX's reference" if known else "not part of ONNX"
    return Operation(
        name=node.op_type,
        family="opaque",
        summary=f"{summary}; it has no derivative rule",
        forward=forward,
        inputs=tuple(f"x{k + 1}" for k in range(max(len(node.input) + len(captured), 1))),
        outputs=max(len(node.output), 1),
        flat=f"{shown} has no derivative rule",
    )


def _alone(
    node: onnx.NodeProto,
    opsets: Mapping[str, int],
    functions: Sequence[onnx.FunctionProto],
    captured: Sequence[str],
    inputs: Sequence[Any],
) -> tuple[onnx.ModelProto, dict[str, Any]]:
    """A model of this node alone, and what to feed it."""
    alone = onnx.NodeProto()
    alone.CopyFrom(node)
    taken = [f"input:{k}" if name else "" for k, name in enumerate(node.input)]
    del alone.input[:]
    alone.input.extend(taken)
    if node.op_type in _DRAWING and not any(one.name == "seed" for one in node.attribute):
        alone.attribute.append(helper.make_attribute("seed", 0.0))
    given = [*(name for name in node.input), *captured]
    feeds = {
        (taken[k] if k < len(taken) else name): unboxed(value)
        for k, (name, value) in enumerate(zip(given, inputs, strict=False))
        if value is not None and (k >= len(taken) or taken[k])
    }
    graph = helper.make_graph(
        [alone],
        "alone",
        [onnx.ValueInfoProto(name=name) for name in feeds],
        [onnx.ValueInfoProto(name=name) for name in node.output if name],
    )
    imports = [helper.make_opsetid(domain, version) for domain, version in opsets.items()]
    return helper.make_model(graph, opset_imports=imports, functions=list(functions)), feeds


def _run(model: onnx.ModelProto, feeds: Mapping[str, Any], shown: str) -> list[Any]:
    from onnx.reference import ReferenceEvaluator

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(ReferenceEvaluator(model).run(None, dict(feeds)))
    except MemoryError:
        raise InputError(f"there is not enough memory for {shown}") from None
    except Exception as error:  # the reference raises whatever comes
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"ONNX's reference cannot run {shown}: {reason}") from None
