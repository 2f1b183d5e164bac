"""ONNX's own conformance suite, run by ONNX's own runner against our backend.

The one rule: every case runs, also those in `EXPECTED_TO_FAIL`, each of which stands there with the reason
why it cannot pass, and must indeed not pass.
"""

from __future__ import annotations

import contextlib
import io
import unittest
import warnings
from functools import cache
from typing import Any

import numpy as np
import onnx
import onnx.parser
import pytest
from onnx.backend.test import BackendTest

from graph_explorer import onnx_backend
from graph_explorer.engine.errors import InputError

#: Cases that cannot pass: → why.
EXPECTED_TO_FAIL: dict[str, str] = {
    **{
        f"test_bernoulli{kind}{form}": "what chance draws is free; the case has the numbers of one draw"
        for kind in ("", "_double", "_seed")
        for form in ("", "_expanded")
    },
    "test_loop16_seq_none": "the runner asks a list's single number for its length",
    **{
        f"test_gradient_of_{what}": "Gradient is a preview for training tools and has no implementation"
        for what in ("add", "add_and_mul")
    },
}
#: How many cases of each category there must at least be, so that none is lost unseen.
AT_LEAST = {"Node": 1800, "Real": 9, "Simple": 20, "PyTorchConverted": 80, "PyTorchOperator": 35}


@cache
def suite() -> dict[str, list[tuple[str, unittest.TestCase]]]:
    """The cases of every category, by name, on the processor."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = BackendTest(onnx_backend, __name__).test_cases
    names = unittest.defaultTestLoader.getTestCaseNames
    return {
        category.removeprefix("OnnxBackend").removesuffix("ModelTest"): [
            (name.removesuffix("_cpu"), case(name)) for name in names(case) if name.endswith("_cpu")
        ]
        for category, case in cases.items()
    }


def outcome(case: unittest.TestCase) -> str:
    """The last line of what went wrong; "" where the case passed."""
    result = unittest.TestResult()
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the runner's and the reference's own
        case.run(result)
    assert not result.skipped, result.skipped
    wrong = [text for _, text in (*result.failures, *result.errors)]
    return wrong[0].strip().splitlines()[-1] if wrong else ""


@pytest.mark.parametrize("category", AT_LEAST)
def test_cases_of_onnx_pass(category: str) -> None:
    cases = suite()[category]
    assert len(cases) >= AT_LEAST[category]
    failed = {name: wrong for name, case in cases if (wrong := outcome(case))}
    expected = {name for name, _ in cases} & set(EXPECTED_TO_FAIL)
    assert {name: wrong for name, wrong in failed.items() if name not in expected} == {}
    assert expected - set(failed) == set()


def test_every_exception_is_a_case() -> None:
    names = {name for cases in suite().values() for name, _ in cases}
    assert set(EXPECTED_TO_FAIL) <= names


# ── the interface beside the suite ────────────────────────────────────────────────────────────


def model(text: str) -> Any:
    return onnx.parser.parse_model(f'<ir_version: 10, opset_import: ["" : 21]> {text}')


SUM = "agraph (float[2] a, float[2] b) => (float[2] y, float[2] z) { y = Add(a, b) z = Mul(y, b) }"


@pytest.mark.parametrize("inputs", [[[1, 2], [3, 4]], ([1, 2], [3, 4]), {"b": [3, 4], "a": [1, 2]}])
def test_outputs_come_by_position_and_by_name(inputs: Any) -> None:
    results = onnx_backend.run_model(model(SUM), inputs)
    assert results[0].tolist() == results["y"].tolist() == [4, 6]
    assert results.z.tolist() == [12, 24]
    assert results.y.dtype == "float32"


def test_a_prepared_model_runs_again() -> None:
    prepared = onnx_backend.prepare(model(SUM), "CPU")
    assert prepared.run([[1, 2], [3, 4]])[0].tolist() == [4, 6]
    assert prepared.run([[1, 2], [0, 0]])[0].tolist() == [1, 2]


def test_a_node_runs_alone_and_at_its_opset() -> None:
    node = onnx.helper.make_node("Softmax", ["x"], ["y"])
    x = [[[1.0, 1.0], [1.0, 1.0]]]
    (now,) = onnx_backend.run_node(node, [np.array(x)])
    (old,) = onnx_backend.run_node(node, {"x": np.array(x)}, opset_version=11)
    assert now.tolist() == [[[0.5, 0.5], [0.5, 0.5]]]
    assert old.tolist() == [[[0.25, 0.25], [0.25, 0.25]]]


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ([[1, 2]], "the model takes an input 'b'; give it a value"),
        ({"a": [1, 2], "c": [1, 2]}, "unknown input 'c'"),
        ([[1, 2], [3, 4], [5, 6]], "the model takes 2 input(s); 3 were given"),
        ([[1, 2], [3, 4, 5]], "the model takes 'b' of the shape (2); (3,) was given"),
    ],
)
def test_inputs_that_do_not_fit_are_told(inputs: Any, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        onnx_backend.run_model(model(SUM), inputs)
    assert caught.value.message.startswith(sentence)


def test_there_is_no_other_device() -> None:
    assert onnx_backend.supports_device("CPU")
    assert onnx_backend.supports_device("CPU:0")
    assert not onnx_backend.supports_device("CUDA")
    with pytest.raises(InputError, match="no device 'CUDA'"):
        onnx_backend.prepare(model(SUM), "CUDA")
