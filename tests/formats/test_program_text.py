"""A graph written as a program reads back as the same graph: operators, groups, values and gradients."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from graph_explorer.document import Document, parse, run
from graph_explorer.engine.errors import InputError
from graph_explorer.formats import open_document, save_document
from graph_explorer.formats.examples import Example, examples
from graph_explorer.formats.onnx.read import document_of
from graph_explorer.formats.onnx.write import model_of
from graph_explorer.formats.program_text import names_in_program, with_program
from tests.engine.test_random_programs import ARRAY_FORMS, NUMBERS, SCALAR_FORMS, lines


def foreign(document: Document) -> Document:
    """The document as a model of another tool: nothing but its graph."""
    if document.model is not None:
        return document
    model = model_of(document, "float64")
    helper.set_model_props(model, {})
    return document_of(onnx.load_from_string(model.SerializeToString()))


def same_run(one: Document, other: Document) -> None:
    """Both documents have the same nodes, in the same groups, with the same values and gradients."""
    called = names_in_program(one)
    nodes = [(node.op, node.group, called[node.id]) for node in one.graph if not node.is_leaf]
    assert nodes == [(node.op, node.group, node.id) for node in other.graph if not node.is_leaf]
    first, second = run(one), run(other)
    for node in one.graph:
        for name in node.outputs if node.op != "constant" else ():
            if name:
                np.testing.assert_array_equal(first.value(name), second.value(called[name]))
                assert first.value(name).dtype == second.value(called[name]).dtype
                assert first.has_gradient(name) == second.has_gradient(called[name])
            if name and first.has_gradient(name):
                np.testing.assert_array_equal(first.gradient(name), second.gradient(called[name]))


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_every_example_survives_model_and_program(example: Example, tmp_path: Path) -> None:
    model = foreign(open_document(example.path))
    assert model.model is not None
    path = tmp_path / "again.toml"
    save_document(model, path)
    again = open_document(path)
    assert again.model is None
    same_run(model, again)


def trip(program: str, leaves: dict[str, object]) -> None:
    """From a program to a model, back to a program, and to a model that another tool could have made."""
    document = parse(program, parameters=leaves)
    with tempfile.TemporaryDirectory() as folder:
        path, back = Path(folder) / "a.onnx", Path(folder) / "a.toml"
        save_document(document, path)
        save_document(open_document(path), back)
        again = open_document(back)
        assert again.program.strip() == program.strip()
        first, second = run(document), run(again)
        for name in document.graph.values:
            np.testing.assert_array_equal(first.value(name), second.value(name))
        for name in leaves:
            if first.has_gradient(name):
                np.testing.assert_array_equal(first.gradient(name), second.gradient(name))
    model = foreign(document)
    same_run(model, with_program(model))


@settings(max_examples=40, deadline=None)
@given(lines(SCALAR_FORMS, ("x", "y", "z")), st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_programs_of_numbers_make_the_trip(written: list[str], numbers: tuple[float, float, float]) -> None:
    program = "\n".join([*written, f"L = {written[-1].split(' = ')[0]} + x"])
    trip(program, dict(zip(("x", "y", "z"), numbers, strict=True)))


@settings(max_examples=30, deadline=None)
@given(lines(ARRAY_FORMS, ("p", "q")), st.integers(0, 2**32 - 1))
def test_programs_of_arrays_make_the_trip(written: list[str], seed: int) -> None:
    random = np.random.default_rng(seed)
    leaves = {"p": random.uniform(-1, 1, (3, 3)), "q": random.uniform(-1, 1, (3, 3))}
    leaves |= {"v": random.uniform(-1, 1, 3), "s": random.uniform(0.5, 1.5, ())}
    trip("\n".join([*written, f"L = sum({written[-1].split(' = ')[0]})"]), leaves)


def test_what_a_model_looks_like() -> None:
    text = (
        'with group("block/attention"):  # who looks at whom\n'
        "    scores = q @ k  # how alike\n"
        "    weights = Softmax(scores, axis=-1)\n"
        "total = ReduceSum(weights, axes=[0, 1], keepdims=0)\n"
    )
    values = {"q": np.ones((2, 3)), "k": np.ones((3, 2))}
    document = parse(text, {}, values)
    assert document.read.captions == {"block/attention": "who looks at whom"}
    model = with_program(foreign(document))
    assert model.program.replace("  # who looks at whom", "") == text.replace("  # who looks at whom", "")


OPSETS = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 3)]


def _model(nodes: list[onnx.NodeProto], shape: tuple[int, ...] = (2, 3)) -> Document:
    weights = numpy_helper.from_array(np.arange(6, dtype=np.float32).reshape(shape), "blocks.0.weight")
    output = helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "g", [], [output], [weights])
    return document_of(helper.make_model(graph, opset_imports=OPSETS, ir_version=10))


def test_names_that_no_program_can_hold() -> None:
    document = _model(
        [
            helper.make_node("Relu", ["blocks.0.weight"], ["/a/b/Relu_output_0"], name="/a/b/Relu"),
            helper.make_node("Exp", ["/a/b/Relu_output_0"], ["/a/c/Relu_output_0"], name="/a/c/Relu"),
            helper.make_node("Neg", ["/a/c/Relu_output_0"], ["12"]),
            helper.make_node("Abs", ["12"], ["sum"]),
        ]
    )
    called = names_in_program(document)
    assert [called[name] for name in document.graph.values] == [
        "blocks_0_weight", "b_Relu", "c_Relu", "_12", "sum_value",
    ]  # fmt: skip
    again = with_program(document)
    same_run(document, again)
    assert 'with group("a/b"):\n    b_Relu = relu(blocks_0_weight)\n' in again.program


def test_several_outputs_and_left_out_inputs() -> None:
    program = (
        "clipped = Clip(W, None, 4.0)\nleft, right = Split(clipped, axis=0, num_outputs=2)\n"
        "best, places = TopK(left, axis=1, k=[2])\ny = best + 1.0\n"
    )
    document = parse(program, {}, {"W": np.arange(6.0).reshape(2, 3)})
    model = foreign(document)
    again = with_program(model)
    assert "clipped = Clip(W, None, 4.0)" in again.program
    assert "left, right = Split(clipped, axis=0, num_outputs=2)" in again.program
    same_run(model, again)


def test_large_arrays_lie_beside_the_file(tmp_path: Path) -> None:
    weights = np.random.default_rng(0).standard_normal((70, 80)).astype(np.float32)
    indices = np.arange(70) % 5
    document = parse("y = sum(W[i])", {"i": indices}, {"W": weights}, dtype="float32")
    path = tmp_path / "net.toml"
    save_document(document, path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["net.toml", "net.toml.npz"]
    assert 'W = {file = "net.toml.npz", key = "W"}' in path.read_text()
    again = open_document(path)
    assert again.entry("W").array.tobytes() == weights.tobytes()
    assert again.entry("i").array.dtype == np.int64
    other = tmp_path / "other"
    other.mkdir()
    save_document(again, other / "copy.toml")
    assert open_document(other / "copy.toml").entry("W").array.tobytes() == weights.tobytes()


def test_an_operator_without_a_word_is_named() -> None:
    document = _model([helper.make_node("Binarizer", ["blocks.0.weight"], ["y"], domain="ai.onnx.ml")])
    assert document.graph.node("y").rule is not None
    with pytest.raises(InputError, match=r"'y': .*Binarizer has no word in a program; keep the model as"):
        with_program(document)
