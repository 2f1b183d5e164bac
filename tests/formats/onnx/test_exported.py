"""Models that PyTorch exported: they open with their modules as groups, step, and have PyTorch's gradients.

The `.npz` files hold the loss and the gradients that PyTorch 2.13 computed in float32, under the names and
in the layout of the model's initializers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graph_explorer.document import run
from graph_explorer.engine.check import check
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import examples, first_sentence
from graph_explorer.formats.program_text import with_program
from graph_explorer.paths import EXAMPLES

HERE = Path(__file__).parent
MODELS = ("transformer", "recurrent")


@pytest.mark.parametrize("name", MODELS)
def test_gradients_are_those_of_pytorch(name: str) -> None:
    document = open_document(EXAMPLES / f"{name}.onnx")
    trace = run(document)
    with np.load(HERE / f"{name}.npz") as expected:
        assert set(expected.files) == {"loss", *document.parameters}
        np.testing.assert_allclose(trace.value(trace.output), expected["loss"], rtol=1e-6)
        for leaf in document.parameters:
            assert trace.gradient(leaf).dtype == np.float32
            largest = max(float(np.max(np.abs(expected[leaf]))), 1e-3)
            np.testing.assert_allclose(trace.gradient(leaf), expected[leaf], rtol=1e-5, atol=1e-5 * largest)


def test_modules_are_groups() -> None:
    groups = open_document(EXAMPLES / "transformer.onnx").graph.groups
    assert groups == (
        "embedding", "block", "block/norm1", "block/attention", "block/attention/query",
        "block/attention/key", "block/attention/value", "block/attention/project", "block/norm2", "block/mlp",
        "block/mlp/widen", "block/mlp/narrow", "norm", "head",
    )  # fmt: skip
    assert open_document(EXAMPLES / "recurrent.onnx").graph.groups == ("lstm", "head")


@pytest.mark.parametrize("name", MODELS)
def test_they_step_and_keep_their_values(name: str) -> None:
    document = open_document(EXAMPLES / f"{name}.onnx")
    trace = run(document)
    assert len(list(trace.steps)) > len(document.parameters)
    assert document.notes == (), "nothing is made up: the inputs have values"
    wide = with_program(document)
    again = run(wide)
    assert float(again.value(again.output)) == float(trace.value(trace.output))


def test_the_recurrent_layer_in_float64_agrees_with_differences() -> None:
    document = open_document(EXAMPLES / "recurrent.onnx")
    wide = document.with_values({})
    leaves = {name: array.astype(np.float64) if array.dtype == np.float32 else array
              for name, array in wide.leaves.items()}  # fmt: skip
    from graph_explorer.engine.run import execute

    trace = execute(run(document).plan, leaves)
    assert all(one.agrees for one in check(trace, leaves, ("lstm.B", "head.weight")))


def test_the_catalogue_says_what_the_models_say() -> None:
    known = {example.name: example for example in examples()}
    for name in MODELS:
        document = open_document(EXAMPLES / f"{name}.onnx")
        assert known[name].title == document.name
        assert known[name].summary == first_sentence(document.description)
        assert (EXAMPLES / f"{name}.onnx").stat().st_size < 300_000
