"""Large models: their weights are read straight into arrays, and nothing else changes for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from graph_explorer.document import run
from graph_explorer.engine.errors import InputError
from graph_explorer.formats import open_document, save_document
from graph_explorer.formats.onnx import weights
from graph_explorer.formats.onnx.write import model_of

KINDS = (np.float32, np.float64, np.float16, np.int64, np.int32, np.int8, np.uint8)


def large(kind: type = np.float32) -> onnx.ModelProto:
    """y = x W + b, with a W of many bytes, a small b, and a tensor that nothing takes."""
    random = np.random.default_rng(0)
    tensors = {
        "W": random.standard_normal((64, 200)).astype(np.float32),
        "b": random.standard_normal(200).astype(np.float32),
        "other": (100 * random.standard_normal((40, 500))).astype(kind),
    }
    nodes = [helper.make_node("MatMul", ["x", "W"], ["h"]), helper.make_node("Add", ["h", "b"], ["y"])]
    x, y = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("x", [3, 64]), ("y", [3, 200]))
    )
    initializers = [numpy_helper.from_array(array, name) for name, array in tensors.items()]
    graph = helper.make_graph(nodes, "large", [x], [y], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "LARGE_FILE", 1)
    monkeypatch.setattr(weights, "LARGE_TENSOR", 1024)


@pytest.mark.parametrize("kind", KINDS)
def test_the_weights_are_those_of_the_file(kind: type, tmp_path: Path) -> None:
    path = tmp_path / "large.onnx"
    onnx.save(large(kind), path)
    document = open_document(path)
    for tensor in large(kind).graph.initializer:
        array = {**document.leaves}[tensor.name]
        assert array.dtype == numpy_helper.to_array(tensor).dtype
        np.testing.assert_array_equal(array, numpy_helper.to_array(tensor))
        assert array.flags.aligned
    assert run(document).value("y").shape == (3, 200)


def test_protobuf_holds_no_large_tensor(tmp_path: Path) -> None:
    path = tmp_path / "large.onnx"
    onnx.save(large(), path)
    document = open_document(path)
    kept = {one.name: len(one.raw_data) for one in document.model.proto.graph.initializer}
    assert kept == {"W": 0, "b": 800, "other": 0}


def test_a_large_model_is_written_with_all_its_weights(tmp_path: Path) -> None:
    first, second = tmp_path / "first.onnx", tmp_path / "second.onnx"
    onnx.save(large(), first)
    document = open_document(first)
    assert model_of(document) == large()
    save_document(document.with_values({"b": np.zeros(200)}), second)
    onnx.checker.check_model(onnx.load(second), full_check=True)
    again = open_document(second)
    np.testing.assert_array_equal(again.entry("W").array, document.entry("W").array)
    assert not again.entry("b").array.any()


def test_a_document_written_as_a_large_model_is_itself_again(tmp_path: Path) -> None:
    from graph_explorer.document import parse

    document = parse("y = x @ W", {"x": np.ones((2, 30))}, {"W": np.random.default_rng(1).random((30, 40))})
    path = tmp_path / "mine.onnx"
    save_document(document, path)
    again = open_document(path)
    assert again.program == document.program
    np.testing.assert_array_equal(again.entry("W").array, document.entry("W").array)


def test_a_damaged_large_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    whole = large().SerializeToString()
    path = tmp_path / "cut.onnx"
    random = np.random.default_rng(2)
    for length in (*random.integers(1, len(whole), 40).tolist(), 3, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError) as caught:
            open_document(path).leaves  # noqa: B018
        assert "\n" not in str(caught.value)


def test_a_changed_byte_never_does_more_than_protobuf_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = large().SerializeToString()
    path, random = tmp_path / "changed.onnx", np.random.default_rng(3)
    for place in (*range(60), *random.integers(0, len(whole), 60).tolist()):
        damaged = bytearray(whole)
        damaged[place] ^= int(random.integers(1, 256))
        path.write_bytes(bytes(damaged))
        said = []
        for least in (1, 2**40):
            monkeypatch.setattr(weights, "LARGE_FILE", least)
            try:
                found = open_document(path)
                said.append({name: array.tobytes() for name, array in found.leaves.items() if name != "x"})
            except InputError as error:
                said.append(str(error))
        assert said[0] == said[1], place


def test_two_large_tensors_of_one_name_are_refused(tmp_path: Path) -> None:
    model = large()
    model.graph.initializer.append(model.graph.initializer[0])
    onnx.save(model, tmp_path / "twice.onnx")
    with pytest.raises(InputError, match="two tensors are called 'W'"):
        open_document(tmp_path / "twice.onnx")
