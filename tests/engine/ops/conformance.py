"""ONNX's own node cases, run through the table of operations.

The one rule: a case counts if every operator in it is in the table; what is left out nevertheless
stands in `EXCLUDED` with its reason.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from graph_explorer.engine.ops import OPERATIONS

#: Cases that are not run: pattern of names → why.
EXCLUDED: dict[str, str] = {
    "*bfloat16*": "NumPy has no bfloat16",
    "*bf16*": "NumPy has no bfloat16",
    "test_cast*BFLOAT16*": "NumPy has no bfloat16",
    "test_cast*FLOAT8*": "NumPy has no 8-bit floats",
    "test_cast*E8M0*": "NumPy has no 8-bit floats",
    "test_cast*FLOAT4*": "NumPy has no 4-bit floats",
    "test_cast*INT4*": "NumPy has no 4-bit integers",
    "test_cast*INT2*": "NumPy has no 2-bit integers",
    "test_identity_sequence": "a sequence is no array",
    "test_identity_opt": "an optional is no array",
    "test_*quantizelinear*[e|f]*m*": "NumPy has no 8-bit or 4-bit floats",
    "test_*quantizelinear*int4": "NumPy has no 4-bit integers",
    "test_*quantizelinear*int2": "NumPy has no 2-bit integers",
    "test_bernoulli*": "the numbers that chance gives are free",
}


@dataclass(frozen=True)
class Case:
    """One model with its inputs and expected outputs, by name."""

    name: str
    nodes: tuple[Any, ...]
    values: dict[str, Any]
    expected: dict[str, Any]
    rtol: float
    atol: float

    @property
    def operators(self) -> frozenset[str]:
        return frozenset(node.op_type for node in self.nodes)


def attributes_of(node: Any) -> dict[str, Any]:
    """The attributes of an ONNX node as the rules take them."""
    found = {}
    for attribute in node.attribute:
        value = helper.get_attribute_value(attribute)
        if isinstance(value, onnx.TensorProto):
            value = numpy_helper.to_array(value)
        elif isinstance(value, bytes):
            value = value.decode()
        elif isinstance(value, list) and value and isinstance(value[0], bytes):
            value = tuple(part.decode() for part in value)
        elif not isinstance(value, int | float):
            value = tuple(value)
        found[attribute.name] = value
    if node.op_type == "Split" and len(node.input) == 1 and "num_outputs" not in found:
        found["num_outputs"] = len(node.output)
    return found


def _array(value: Any) -> Any:
    return numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else value


@cache
def cases() -> tuple[Case, ...]:
    """All node cases of the default domain whose operators are all in the table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from onnx.backend.test.case.node import collect_testcases

        collected = collect_testcases(None)
    found = []
    for case in collected:
        nodes = tuple(case.model.graph.node)
        if not all(node.op_type in OPERATIONS and not node.domain for node in nodes):
            continue
        inputs, outputs = case.data_sets[0]
        names = [value.name for value in case.model.graph.input]
        results = [value.name for value in case.model.graph.output]
        values = {name: _array(value) for name, value in zip(names, inputs, strict=True)}
        values |= {tensor.name: numpy_helper.to_array(tensor) for tensor in case.model.graph.initializer}
        expected = {name: _array(value) for name, value in zip(results, outputs, strict=True)}
        found.append(Case(case.name, nodes, values, expected, case.rtol, case.atol))
    return tuple(found)


def reason_to_exclude(case: Case) -> str | None:
    return next((why for pattern, why in EXCLUDED.items() if fnmatchcase(case.name, pattern)), None)


def run(case: Case) -> Iterator[tuple[Any, list[Any], dict[str, Any], Any]]:
    """Runs the nodes of a case; yields each operation with its inputs, attributes and result."""
    values = dict(case.values)
    for node in case.nodes:
        operation, attributes = OPERATIONS[node.op_type], attributes_of(node)
        inputs = [np.asarray(values[name]) if name else None for name in node.input]
        with np.errstate(all="ignore"):
            made = operation.forward(*inputs, **attributes)
        yield operation, inputs, attributes, made
        results = made if isinstance(made, tuple) else (made,)
        for name, result in zip(node.output, results, strict=False):
            values[name] = result
    for name, wanted in case.expected.items():
        compare(name, values[name], wanted, case)


def compare(name: str, found: Any, wanted: Any, case: Case) -> None:
    """Raises `AssertionError` where the found value is not the expected one."""
    wanted = np.asarray(wanted)
    assert np.asarray(found).dtype == wanted.dtype, f"{name} is {np.asarray(found).dtype}, not {wanted.dtype}"
    assert np.shape(found) == wanted.shape, f"{name} has shape {np.shape(found)}, not {wanted.shape}"
    if wanted.dtype.kind in "fc":
        np.testing.assert_allclose(found, wanted, rtol=case.rtol, atol=case.atol)
    else:
        np.testing.assert_array_equal(found, wanted)
