"""The list of operators knows the whole standard, and why a gradient stops."""

from __future__ import annotations

from typing import Any

import onnx.defs
import pytest

from graph_explorer.engine.coverage import OPAQUE, REPLACED, rows
from graph_explorer.engine.ops import OPERATIONS

STANDARD: dict[str, Any] = {}
for _schema in onnx.defs.get_all_schemas():
    if not _schema.domain:
        STANDARD[_schema.name] = _schema
FLOATS = ("tensor(float", "tensor(double")


def test_every_operator_of_the_standard_has_one_row() -> None:
    names = [row.name for row in rows()]
    assert len(names) == len(set(names))
    assert set(names) == set(STANDARD)


def test_what_has_a_rule_is_neither_opaque_nor_replaced() -> None:
    assert not {*OPAQUE, *REPLACED} & set(OPERATIONS)
    assert not set(OPAQUE) & set(REPLACED)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_float_input_without_a_gradient_has_a_reason(name: str) -> None:
    found, schema = OPERATIONS[name], STANDARD[name]
    closed = [
        formal.name
        for index, formal in enumerate(schema.inputs)
        if any(kind.startswith(FLOATS) for kind in formal.types) and not found.differentiable(index)
    ]
    assert bool(found.flat) == bool(closed or not schema.inputs or not found.has_gradient), closed


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_a_row_says_what_its_operation_is(row: Any) -> None:
    assert bool(row.form) == row.has_gradient
    assert row.has_gradient or row.why
    assert set(row.derivatives) <= set(row.inputs)
    if row.forward == "rule":
        found = OPERATIONS[row.name]
        assert row.has_gradient == found.has_gradient
        assert all(row.derivatives.values()) or row.name == "Cast"
