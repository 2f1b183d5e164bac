"""What is written as ONNX is valid, computes the same in ONNX Runtime, and reads back as it was."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import MappingProxyType

import numpy as np
import onnx
import onnxruntime
import pytest

from graph_explorer.document import Document, Entry, parse, run
from graph_explorer.engine.chance import drawing_nodes
from graph_explorer.engine.errors import InputError
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import Example, examples
from graph_explorer.formats.onnx.embedded import written_here
from graph_explorer.formats.onnx.read import document_of
from graph_explorer.formats.onnx.write import OPSET, model_of, save

every_example = pytest.mark.parametrize(
    "example", [one for one in examples() if one.path.suffix == ".toml"], ids=lambda example: example.name
)


def in_runtime(model: onnx.ModelProto) -> np.ndarray:
    """The output of the model in ONNX Runtime, from the values that it carries."""
    onnxruntime.set_default_logger_severity(3)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {})[0]


def narrowed(document: Document) -> Document:
    """The document in float32."""

    def entries(values: dict[str, Entry]) -> MappingProxyType[str, Entry]:
        floats = {
            n: e.array.astype(np.float32) if e.array.dtype == np.float64 else e.array
            for n, e in values.items()
        }
        return MappingProxyType({name: Entry(array) for name, array in floats.items()})

    return dataclasses.replace(
        document, dtype="float32", inputs=entries(document.inputs), parameters=entries(document.parameters)
    )


def close(found: np.ndarray, expected: np.ndarray) -> bool:
    """Whether two outputs agree to 1e-6, relative where they are large."""
    return np.allclose(found, expected, rtol=1e-6, atol=1e-6, equal_nan=True)


@every_example
def test_every_example_is_a_valid_model_that_computes_the_same(example: Example) -> None:
    document = open_document(example.path)
    model = model_of(document)
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    trace = run(narrowed(document), wrt=())
    # what is left out by chance is drawn by the runtime, and differently
    assert drawing_nodes(document.graph) or close(in_runtime(model), trace.value(trace.output))
    assert model.opset_import[0].version >= OPSET
    assert {name for node in model.graph.node for name in node.output} >= {
        name for node in document.graph for name in node.outputs if name and not node.is_leaf
    }


@every_example
def test_every_example_reads_back_as_itself(example: Example) -> None:
    document = open_document(example.path)
    again = written_here(onnx.load_from_string(model_of(document).SerializeToString()), None)
    assert again is not None
    for part in ("program", "title", "description", "output_name", "surface", "training", "dtype"):
        assert getattr(again, part) == getattr(document, part)
    for name, entry in {**document.inputs, **document.parameters}.items():
        found = again.entry(name)
        assert found.array.dtype == entry.array.dtype
        assert found.array.tobytes() == entry.array.tobytes()
        assert found.spelling == entry.spelling


def test_float64_is_kept_where_it_is_asked_for() -> None:
    document = parse("y = exp(x) / 3", {}, {"x": [0.1, 0.7]})
    model = model_of(document, "float64")
    assert model.graph.output[0].type.tensor_type.elem_type == onnx.TensorProto.DOUBLE
    assert close(in_runtime(model), run(document).value("y"))


def test_large_arrays_are_exact_after_a_trip_through_float32() -> None:
    weights = np.random.default_rng(0).standard_normal((40, 50))
    document = parse("y = sum(W)", {}, {"W": weights})
    again = written_here(model_of(document), None)
    assert again is not None
    assert again.entry("W").array.tobytes() == weights.tobytes()


def test_numbers_changed_by_another_tool_are_the_document_s() -> None:
    model = model_of(parse("y = 2*w + b", {}, {"w": 1.5, "b": 0.1}))
    changed = next(one for one in model.graph.initializer if one.name == "w")
    changed.CopyFrom(onnx.numpy_helper.from_array(np.float32(2.5), "w"))
    again = written_here(model, None)
    assert again is not None
    assert float(again.entry("w").array) == 2.5
    assert float(again.entry("b").array) == 0.1, "the exact number, not its float32"


def test_a_graph_changed_by_another_tool_is_no_longer_the_document() -> None:
    model = model_of(parse("y = exp(w) + b", {}, {"w": 1.5, "b": 0.1}))
    model.graph.node[0].op_type = "Sin"
    assert written_here(model, None) is None


def test_a_constant_changed_by_another_tool_is_no_longer_the_document() -> None:
    model = model_of(parse("y = 2*w", {}, {"w": 1.5}))
    constant = next(node for node in model.graph.node if node.op_type == "Constant")
    constant.attribute[0].t.CopyFrom(onnx.numpy_helper.from_array(np.float32(3.0)))
    assert written_here(model, None) is None


def test_types_that_numpy_mixes_are_cast() -> None:
    document = parse("y = sum((x > 0) * x) + n", {"n": np.array(3, np.int64)}, {"x": [-1.0, 2.0]})
    model = model_of(document)
    onnx.checker.check_model(model, full_check=True)
    assert float(in_runtime(model)) == 5.0


def test_groups_are_scopes_and_captions_are_kept() -> None:
    text = "def layer(x):\n    z = w*x  # weighted\n    return tanh(z)\ny = layer(x)\n"
    model = model_of(parse(text, {"x": 1.0}, {"w": 2.0}))
    names = {node.op_type: node.name for node in model.graph.node}
    assert names["Mul"] == "/y:layer/z"
    assert next(node for node in model.graph.node if node.op_type == "Mul").doc_string == "weighted"


def test_a_later_operator_asks_for_a_later_set() -> None:
    model = model_of(parse("y = swish(x)", {}, {"x": 1.0}))
    assert model.opset_import[0].version == onnx.defs.get_schema("Swish").since_version
    onnx.checker.check_model(model, full_check=True)


def test_a_document_that_does_not_run_is_not_written(tmp_path: Path) -> None:
    document = parse("y = A @ B", {}, {"A": [[1.0, 2.0]], "B": [[1.0, 2.0]]})
    with pytest.raises(InputError, match="MatMul"):
        save(document, tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_model_of_another_tool_is_that_model_with_the_changed_numbers(tmp_path: Path) -> None:
    weights = onnx.numpy_helper.from_array(np.ones((2, 2), np.float32), "w")
    nodes = [onnx.helper.make_node("Binarizer", ["x"], ["b"], domain="ai.onnx.ml")]
    nodes.append(onnx.helper.make_node("MatMul", ["b", "w"], ["y"]))
    info = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        nodes, "g", [info("x", 1, ["n", 2])], [info("y", 1, ["n", 2])], [weights], doc_string="kept"
    )
    opsets = [onnx.helper.make_opsetid("", 18), onnx.helper.make_opsetid("ai.onnx.ml", 3)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8)
    document = document_of(model)
    assert model_of(document) == model
    changed = document.with_values({"w": [[1.0, 2.0], [3.0, 4.0]]})
    save(changed, tmp_path / "a.onnx")
    again = open_document(tmp_path / "a.onnx")
    assert again.entry("w").array.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert again.entry("w").array.dtype == np.float32
    assert again.description == "kept"
    with pytest.raises(InputError, match="keeps the types"):
        model_of(document, "float64")
