"""The architectures that the onnx package ships open, run, and step backward to the image.

ONNX's reference cannot be the judge of all of them: at their opset 9 it computes Softmax along the last
axis only, and BatchNormalization and LRN otherwise than the standard says. The outputs that come with the
models and ONNX Runtime can.
"""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

from graph_explorer.document import run
from graph_explorer.engine.graph import Use
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
