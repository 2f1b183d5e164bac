"""The architectures that the onnx package ships open, run, and step backward to the image.

ONNX's reference cannot be the judge of all of them as it is. At their opset 9 it normalises by the batch
it is given (`momentum` has a default, and it takes any momentum for training), it adds up LRN's squares for
as many channels as there are images, and its Softmax goes along one axis and not over the flattened rest.
With these three as the standard has them it agrees; so do ONNX Runtime and the outputs that come with the
models.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

from graph_explorer.document import run
from graph_explorer.engine.graph import Use
from graph_explorer.engine.hierarchy import FIRST, MANY, first_closed, folding
from graph_explorer.formats import open_document
from graph_explorer.formats.onnx.read import document_of
from tests.formats.onnx.architectures import FOLDER, NAMES, as_shipped, with_random_weights

#: Those whose weights are not so many that drawing them takes longer than running them.
SMALL = ("densenet121", "inception_v1", "inception_v2", "resnet50", "shufflenet", "squeezenet")


@pytest.mark.parametrize("name", NAMES)
def test_an_architecture_gives_the_output_that_it_ships_with(name: str) -> None:
    document = open_document(as_shipped(name))
    (image,) = document.inputs
    assert document.leaves[image].shape == (1, 3, 224, 224)
    assert image in document.notes[0]
    trace = run(document, wrt=[image])
    tensor = onnx.TensorProto()
    tensor.ParseFromString((FOLDER / f"light_{name}_output_0.pb").read_bytes())
    np.testing.assert_allclose(trace.value(trace.output), numpy_helper.to_array(tensor), rtol=1e-4)
    assert trace.gradient(image).shape == (1, 3, 224, 224)
    first = document.graph.uses(image)[0]
    assert trace.steps[-1].input_index == first.input_index
    assert Use(trace.steps[-1].node.id, 0) == first, "the last step backward is into the image"
    assert not [node.op for node in document.graph if node.rule is not None]


@pytest.mark.parametrize("name", NAMES)
def test_an_architecture_opens_with_few_cards(name: str) -> None:
    read = open_document(as_shipped(name)).with_blocks().read
    cards = folding(read.graph, first_closed(read.graph, read.repeats, read.varied)).cards
    assert cards <= (FIRST if len(read.graph) > MANY else MANY)


@pytest.mark.parametrize("name", SMALL)
def test_an_architecture_agrees_with_onnx_runtime(name: str) -> None:
    model = with_random_weights(name)
    document = document_of(model)
    (image,) = document.inputs
    last = model.graph.node[-1]
    scores = last.input[0] if last.op_type == "Softmax" else last.output[0]
    model.graph.output.append(onnx.ValueInfoProto(name=scores))
    model = onnx.shape_inference.infer_shapes(model)
    onnxruntime.set_default_logger_severity(4)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    wanted = session.run(None, {image: document.leaves[image]})
    entry = ",".join("0" * np.ndim(wanted[1]))
    trace = run(document, wrt=[image], output=f"{scores}[{entry}]")
    for found, one in zip((trace.value(document.output), trace.value(scores)), wanted, strict=True):
        assert np.abs(found - one).max() <= 1e-4 * np.abs(one).max()
    slope = trace.gradient(image)
    assert np.isfinite(slope).all()
    assert np.abs(slope).max() > 0


class BatchNormalization(OpRun):  # type: ignore[misc]
    """Of opset 9: with the mean and the variance that are given."""

    def _run(self, x: Any, scale: Any, shift: Any, mean: Any, variance: Any, **settings: Any) -> tuple[Any]:
        sides = (-1, *[1] * (x.ndim - 2))
        scale, shift, mean, variance = (one.reshape(sides) for one in (scale, shift, mean, variance))
        return (scale * (x - mean) / np.sqrt(variance + np.float32(settings["epsilon"])) + shift,)


class LRN(OpRun):  # type: ignore[misc]
    """Squares of the channels around each channel."""

    def _run(self, x: Any, alpha: float, beta: float, bias: float, size: int) -> tuple[Any]:
        before, behind = (size - 1) // 2, size // 2
        squares = [
            np.sum(x[:, max(0, channel - before) : channel + behind + 1] ** 2, axis=1)
            for channel in range(x.shape[1])
        ]
        return ((x / (bias + alpha / size * np.stack(squares, axis=1)) ** beta).astype(x.dtype),)


class Softmax(OpRun):  # type: ignore[misc]
    """Before opset 13: over all that follows the batch, as no model here names another axis."""

    def _run(self, x: Any, axis: int) -> tuple[Any]:
        rows = x.reshape(len(x), -1)
        powers = np.exp(rows - rows.max(axis=1, keepdims=True))
        return ((powers / powers.sum(axis=1, keepdims=True)).reshape(x.shape),)


@pytest.mark.parametrize("name", ["densenet121", "inception_v1", "squeezenet"])
def test_an_architecture_agrees_with_the_reference_of_onnx(name: str) -> None:
    model = with_random_weights(name)
    document = document_of(model)
    (image,) = document.inputs
    mended = ReferenceEvaluator(model, new_ops=[BatchNormalization, LRN, Softmax])
    (wanted,) = mended.run(None, {image: document.leaves[image]})
    found = run(document, wrt=()).value(document.output)
    assert np.abs(found - wanted).max() <= 1e-4 * np.abs(wanted).max()
