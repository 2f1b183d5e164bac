"""The operations do what ONNX says: its own cases pass, and keep the laws of derivatives."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pytest

from graph_explorer.engine.ops import OPERATIONS
from tests.engine.ops import conformance, laws

#: Cases that have no derivative where they stand: pattern of names → why.
WITHOUT_DERIVATIVE: dict[str, str] = {
    "test_cast*": "rounding to a shorter type is a staircase; its slope counts as 1",
    "test_mod_float_edge_cases*": "they divide by zero and by infinity",
    "test_acosh_example": "it stands at the end of the domain, where the slope is infinite",
    "test_attention*softmax_precision": "its softmax rounds to single precision",
    "test_l2normalization_axis_0": "it has a vector of length 0, which has no direction",
    "test_reduce_log_sum_empty_set": "the logarithm of zero",
}


def _failures(cases: list[conformance.Case], check: Any) -> list[str]:
    failed = []
    for case in cases:
        try:
            check(case)
        except Exception as error:
            failed.append(f"{case.name}: {type(error).__name__}: {' '.join(str(error).split())[:300]}")
    return failed


def _cases(name: str) -> list[conformance.Case]:
    return [
        case
        for case in conformance.cases()
        if case.operators == {name} and conformance.reason_to_exclude(case) is None
    ]


@pytest.mark.parametrize("name", OPERATIONS)
def test_agrees_with_onnx(name: str) -> None:
    assert _failures(_cases(name), lambda case: list(conformance.run(case))) == []


def test_models_of_several_nodes_agree_with_onnx() -> None:
    cases = [
        case
        for case in conformance.cases()
        if len(case.operators) > 1 and conformance.reason_to_exclude(case) is None
    ]
    assert len(cases) > 100
    assert _failures(cases, lambda case: list(conformance.run(case))) == []


def test_every_exclusion_is_needed() -> None:
    names = {case.name for case in conformance.cases()}
    unused = [p for p in conformance.EXCLUDED if not any(fnmatchcase(n, p) for n in names)]
    assert unused == []


@pytest.mark.parametrize("name", [op.name for op in OPERATIONS.values() if op.has_gradient])
def test_keeps_the_laws_on_onnx_cases(name: str) -> None:
    def check(case: conformance.Case) -> None:
        random = np.random.default_rng(3)
        for op, inputs, attributes, made in conformance.run(case):
            takes = laws.gradient_inputs(op, inputs)
            moved = [_generic(v, random) if k in takes else v for k, v in enumerate(inputs)]
            if takes and any(laws.is_float(part) for part in laws.as_tuple(made)):
                laws.assert_adjoint(op, moved, attributes, random)
                laws.assert_differences(op, moved, attributes, random, tolerance=1e-5)
                laws.assert_types(op, moved, attributes, np.float32)

    cases = [c for c in _cases(name) if not any(fnmatchcase(c.name, p) for p in WITHOUT_DERIVATIVE)]
    assert _failures(cases, check) == []


def _generic(value: Any, random: np.random.Generator) -> Any:
    """In double precision and moved a little, so that no two entries tie and none sits on a kink."""
    wide = np.asarray(value).astype(np.float64)
    return wide + 1e-3 * random.standard_normal(wide.shape)
