"""The laws of derivatives over every combination of attributes and inputs in ONNX's own node cases.

The one rule: a case is read and run as a model is; each of its nodes that a rule of ours computes then
keeps the laws at the very inputs and attributes that reached it, in double precision.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from graph_explorer.engine.coverage import OPAQUE, REPLACED
from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
from graph_explorer.formats.onnx.model import OnnxModel
from graph_explorer.formats.onnx.opaque import boxed
from graph_explorer.formats.onnx.tensors import Tensors
from tests.engine.ops import laws

#: Cases that have no derivative where they stand: pattern of names → why.
WITHOUT_DERIVATIVE: dict[str, str] = {
    "test_cast*": "rounding to a shorter type is a staircase; its slope counts as 1",
    "test_mod_float_edge_cases*": "they divide by zero and by infinity",
    "test_acosh_example": "it stands at the end of the domain, where the slope is infinite",
    "test_attention*softmax_precision": "its softmax rounds to single precision",
    "test_l2normalization_axis_0": "it has a vector of length 0, which has no direction",
    "test_reduce_log_sum_empty_set": "the logarithm of zero",
}


@dataclass(frozen=True)
class Computed:
    """A node as it was computed in a case; `alone` if the case is about this one node."""

    case: str
    alone: bool
    op: str
    by_reference: bool
    inputs: tuple[Any, ...]
    attributes: Mapping[str, Any]
    result: Any


def _value(given: Any) -> Any:
    if isinstance(given, onnx.TensorProto):
        return numpy_helper.to_array(given)
    if isinstance(given, onnx.SequenceProto):
        return numpy_helper.to_list(given)
    return numpy_helper.to_optional(given) if isinstance(given, onnx.OptionalProto) else given


def _nodes_of(case: Any) -> list[Computed]:
    model = OnnxModel(case.model, Tensors(None))
    given = {
        one.name: boxed(_value(value))
        for one, value in zip(case.model.graph.input, case.data_sets[0][0], strict=True)
    }
    values, parameters = model.entries(given)
    leaves = {name: entry.array for name, entry in (*values.items(), *parameters.items())}
    program = model.program(leaves)
    trace = execute(Plan(program.graph, program.output, ()), {**leaves, **program.constants})
    alone = case.model.graph.node[0].op_type if len(case.model.graph.node) == 1 else ""
    return [
        Computed(
            case.name, alone == node.op, node.op, node.rule is not None, tuple(trace.inputs_of(node)),
            node.attributes, trace.result_of(node),
        )
        for node in program.graph
        if not node.is_leaf and trace.has_value(node.id)
    ]  # fmt: skip


@cache
def computed() -> tuple[Computed, ...]:
    """The nodes of all node cases."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from onnx.backend.test.case.node import collect_testcases

        cases = collect_testcases(None)
    return tuple(node for case in cases for node in _nodes_of(case))


def _plain(value: Any) -> bool:
    """Whether NumPy has the type of the value."""
    parts = value if isinstance(value, tuple) else (value,)
    return all(part is None or np.asarray(part).dtype.isbuiltin == 1 for part in parts)


def test_what_has_a_rule_is_computed_by_it() -> None:
    """The reference steps in only for opaque operators, other domains and types that NumPy lacks."""
    standard = {schema.name for schema in onnx.defs.get_all_schemas() if not schema.domain}
    missed = {
        (node.case, node.op)
        for node in computed()
        if node.by_reference
        and node.op in standard
        and node.op not in {*OPAQUE, *REPLACED}
        and _plain(node.inputs)
        and _plain(node.result)
    }
    assert missed == set()


def test_most_operations_with_a_gradient_have_a_case() -> None:
    met = {node.op for node in computed() if not node.by_reference}
    without = {op.name for op in OPERATIONS.values() if op.has_gradient} - met
    assert without <= {"GlobalLpPool", "MaxRoiPool", "SpaceToDepth"}, "the suite has no case of these"


def _generic(node: Computed, random: np.random.Generator) -> list[Any]:
    """The inputs in double precision, those that move off their kinks: no two entries tie."""
    op = OPERATIONS[node.op]
    takes = laws.gradient_inputs(op, node.inputs)
    moved = list(node.inputs)
    for index in takes:
        wide = np.asarray(node.inputs[index]).astype(np.float64)
        moved[index] = wide + 1e-3 * random.standard_normal(wide.shape)
    if takes and op.kinks is not None:
        with np.errstate(all="ignore"):
            assert not np.any(op.kinks(*moved, **node.attributes) & np.isfinite(moved[0])), node.case
    return moved


def _check(node: Computed) -> None:
    random, op = np.random.default_rng(3), OPERATIONS[node.op]
    inputs = _generic(node, random)
    takes = laws.gradient_inputs(op, inputs)
    if takes and any(laws.is_float(part) for part in laws.as_tuple(node.result)):
        laws.assert_adjoint(op, inputs, node.attributes, random)
        laws.assert_differences(op, inputs, node.attributes, random, tolerance=1e-5)
        laws.assert_types(op, inputs, node.attributes, np.float32)


@pytest.mark.parametrize("name", [op.name for op in OPERATIONS.values() if op.has_gradient])
def test_rules_keep_the_laws(name: str) -> None:
    failed = []
    for node in computed():
        excluded = any(fnmatchcase(node.case, pattern) for pattern in WITHOUT_DERIVATIVE)
        if node.op != name or not node.alone or node.by_reference or excluded or not _plain(node.inputs):
            continue
        try:
            _check(node)
        except (AssertionError, ValueError, TypeError, IndexError) as error:
            failed.append(f"{node.case}: {type(error).__name__}: {' '.join(str(error).split())[:300]}")
    assert failed == []


def test_every_exclusion_is_of_a_case() -> None:
    names = {node.case for node in computed()}
    assert [p for p in WITHOUT_DERIVATIVE if not any(fnmatchcase(n, p) for n in names)] == []
