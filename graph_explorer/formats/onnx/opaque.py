"""Operators without a rule of ours: ONNX's reference runs them, and no gradient passes.

The one rule: what runs is the node as the model has it, at the model's own opset. Whatever goes wrong in
it becomes one sentence.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.declare import Operation

Array = np.ndarray[Any, Any]
Rule = Callable[..., Any]

#: Operators that draw numbers: they get a seed, so that a run gives the same numbers again.
_DRAWING = frozenset(
    {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial"}
)
#: The Loops inside one node turn together at most so often.
MOST_INNER_TURNS = 100_000
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
                "export the model without it"
            )
        model, feeds = _alone(node, opsets, functions, captured, inputs)
        made = iter(_run(_evaluator(model, shown), feeds, shown))
        results = tuple(boxed(next(made)) if name else None for name in node.output)
        return results[0] if len(results) == 1 else results

    summary = "run by ONNX's reference" if known else "not part of ONNX"
    return _operation(shown, summary, forward, len(node.input) + len(captured), len(node.output))


def closed_loop(
    node: onnx.NodeProto,
    body: onnx.GraphProto,
    opsets: Mapping[str, int],
    functions: Sequence[onnx.FunctionProto],
    captured: Sequence[str],
    most: int,
) -> Operation:
    """A Loop that is run turn by turn and not drawn; it may turn `most` times."""
    states = len(body.input) - 2
    inner = _model([*body.node], [one.name for one in body.input], body.output, opsets, functions)
    inner.graph.initializer.extend(body.initializer)
    inner.graph.input.extend(onnx.ValueInfoProto(name=name) for name in captured)

    def forward(count: Any = None, condition: Any = None, *inputs: Any, **attributes: Any) -> Any:
        evaluator = _evaluator(inner, "Loop")
        outside = dict(zip(captured, map(unboxed, inputs[states:]), strict=True))
        now = [unboxed(value) for value in inputs[:states]]
        turns = None if count is None else int(np.reshape(count, -1)[0])
        goes_on = condition is None or bool(np.reshape(condition, -1)[0])
        stacks: list[list[Any]] = [[] for _ in body.output[1 + states :]]
        at = 0
        while goes_on and (turns is None or at < turns):
            if at >= most:
                raise InputError(f"the Loop turns more than {most:,} times; bound its count")
            names = [one.name for one in body.input]
            feeds = dict(zip(names, [np.int64(at), np.bool_(goes_on), *now], strict=True))
            going, *made = _run(evaluator, {**feeds, **outside}, "Loop")
            goes_on, now = bool(np.reshape(going, -1)[0]), made[:states]
            for stack, one in zip(stacks, made[states:], strict=True):
                stack.append(one)
            at += 1
        rows = [np.stack(stack) if stack else np.zeros((0,), np.float32) for stack in stacks]
        results = tuple(boxed(value) for value in (*now, *rows))
        return results[0] if len(results) == 1 else results

    return _operation("Loop", "run turn by turn", forward, len(node.input) + len(captured), len(node.output))


def _operation(shown: str, summary: str, forward: Rule, inputs: int, outputs: int) -> Operation:
    return Operation(
        name=shown.rpartition(".")[2],
        family="opaque",
        summary=f"{summary}; it has no derivative rule",
        forward=forward,
        inputs=tuple(f"x{k + 1}" for k in range(max(inputs, 1))),
        outputs=max(outputs, 1),
        flat=f"{shown} has no derivative rule",
    )


def _model(
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[str],
    outputs: Sequence[onnx.ValueInfoProto],
    opsets: Mapping[str, int],
    functions: Sequence[onnx.FunctionProto],
) -> onnx.ModelProto:
    """A model without types, for the reference."""
    graph = helper.make_graph(
        list(nodes),
        "alone",
        [onnx.ValueInfoProto(name=name) for name in inputs],
        [onnx.ValueInfoProto(name=one.name) for one in outputs],
    )
    imports = [helper.make_opsetid(domain, version) for domain, version in opsets.items()]
    return helper.make_model(graph, opset_imports=imports, functions=list(functions))


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
    results = [onnx.ValueInfoProto(name=name) for name in node.output if name]
    return _model([alone], list(feeds), results, opsets, functions), feeds


def _evaluator(model: onnx.ModelProto, shown: str) -> Any:
    from onnx.reference import ReferenceEvaluator

    return _guarded(lambda: ReferenceEvaluator(model, new_ops=[_bounded_loop()]), shown)


def _bounded_loop() -> Any:
    """The reference's Loop, all those of one evaluator together with so many turns at most.

    The reference takes a condition that is left out for false; the standard, for true.
    """
    from onnx.reference.ops import op_loop

    unbounded: Any = op_loop.Loop
    turns = 0

    class Loop(unbounded):  # type: ignore[misc]
        _run_body: Any  # the reference makes it of the attribute

        def __init__(self, node: Any, settings: Any) -> None:
            super().__init__(node, settings)
            once = self._run_body

            def counted(*inputs: Any, **more: Any) -> Any:
                nonlocal turns
                turns += 1
                if turns > MOST_INNER_TURNS:
                    raise InputError(
                        f"its Loops turn more than {MOST_INNER_TURNS:,} times; bound their counts"
                    )
                return once(*inputs, **more)

            self._run_body = counted

        def _run(self, count: Any, condition: Any, *inputs: Any, **more: Any) -> Any:
            going = np.bool_(True) if condition is None else condition
            return super()._run(count, going, *inputs, **more)

    return Loop


def _run(evaluator: Any, feeds: Mapping[str, Any], shown: str) -> list[Any]:
    return list(_guarded(lambda: evaluator.run(None, dict(feeds)), shown))


def _guarded(work: Callable[[], Any], shown: str) -> Any:
    """What `work` gives; whatever goes wrong in it in one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return work()
    except MemoryError:
        raise InputError(f"there is not enough memory for {shown}") from None
    except InputError:
        raise
    except Exception as error:  # the reference raises whatever comes
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"ONNX's reference cannot run {shown}: {reason}") from None
