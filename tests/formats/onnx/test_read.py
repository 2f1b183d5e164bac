"""An ONNX model as a document: what its values, names and groups become."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

import graph_explorer as gx
from graph_explorer import cli
from graph_explorer.document import run
from graph_explorer.engine.errors import InputError
from graph_explorer.formats import open_document
from graph_explorer.formats.onnx.read import document_of
from tests.formats.onnx.models import model, node, open_value

_RANDOM = np.random.default_rng(3)
X, W, B = (_RANDOM.standard_normal(shape).astype(np.float32) for shape in ((2, 3), (3, 4), (4,)))


def dense(**more: Any) -> onnx.ModelProto:
    """relu(x @ w + b), in scopes."""
    return model(
        [
            node("MatMul", "x w", "/block/dense/MatMul_output_0", "/block/dense/MatMul"),
            node("Add", "/block/dense/MatMul_output_0 b", "/block/dense/Add_output_0", "/block/dense/Add"),
            node("Relu", "/block/dense/Add_output_0", "y", "/block/act/Relu"),
        ],
        [open_value("x", "batch", 3)],
        tensors={"w": W, "b": B},
        **more,
    )


def test_leaves_are_inputs_parameters_and_constants() -> None:
    shape = np.int64([-1])
    nodes = [node("MatMul", "x w", "h"), node("Add", "h b", "s"), node("Reshape", "s flat", "y")]
    document = document_of(model(nodes, [open_value("x", 2, 3)], tensors={"w": W, "b": B, "flat": shape}))
    assert {one.id: one.op for one in document.graph if one.is_leaf} == {
        "x": "input", "w": "parameter", "b": "parameter", "flat": "constant",
    }  # fmt: skip
    assert document.default_wrt == ("w", "b")
    np.testing.assert_array_equal(document.leaves["flat"], shape)
    assert document.dtype == "float32"


def test_values_keep_their_names_and_scopes_are_groups() -> None:
    document = document_of(dense())
    assert [one.id for one in document.graph if not one.is_leaf] == [
        "/block/dense/MatMul_output_0", "/block/dense/Add_output_0", "y",
    ]  # fmt: skip
    assert document.graph.groups == ("block", "block/dense", "block/act")
    assert document.graph.node("w").group == "block/dense"
    assert document.graph.node("/block/dense/Add").id == "/block/dense/Add_output_0"
    assert document.graph.node("block/dense/Add").op == "Add"
    assert document.output == "y"


def test_the_trace_agrees_with_the_reference() -> None:
    trace = run(document_of(dense(), inputs={"x": X}))
    (wanted,) = ReferenceEvaluator(dense()).run(None, {"x": X})
    np.testing.assert_allclose(trace.value("y"), wanted, rtol=1e-6)
    np.testing.assert_array_equal(trace.gradient("y"), np.ones((2, 4), np.float32))
    np.testing.assert_allclose(trace.gradient("w"), X.T @ (wanted > 0), rtol=1e-6)


def test_one_entry_of_the_output_can_be_asked_for() -> None:
    document = document_of(dense(), inputs={"x": X})
    trace = run(document, wrt=["x"], output="/block/dense/Add[0,3]")
    np.testing.assert_allclose(trace.gradient("x")[0], W[:, 3], rtol=1e-6)
    assert not trace.gradient("x")[1].any()


def test_an_open_input_gets_seeded_numbers_and_the_document_says_so(tmp_path: Path) -> None:
    path = tmp_path / "dense.onnx"
    onnx.save(dense(), path)
    document = open_document(path)
    assert document.leaves["x"].shape == (1, 3)
    np.testing.assert_array_equal(document.leaves["x"], open_document(path).leaves["x"])
    assert (document.leaves["x"] != open_document(path, seed=1).leaves["x"]).all()
    (note,) = document.notes
    assert "'x' (1×3, random numbers)" in note
    assert document.with_values({"x": X}).notes == ()
    assert document.name == "dense"


def test_the_same_symbol_is_the_same_size() -> None:
    whole = open_value("n", "batch", kind=TensorProto.INT64)
    truth = open_value("t", None, "batch", kind=TensorProto.BOOL)
    document = document_of(
        model(
            [node("Add", "a b", "y")],
            [open_value("a", "batch", 3), open_value("b", "batch", 1), whole, truth],
        )
    )
    assert [document.leaves[name].shape for name in "abnt"] == [(1, 3), (1, 1), (1,), (1, 1)]
    assert document.leaves["n"].dtype == np.int64
    assert not document.leaves["n"].any()
    assert document.leaves["t"].dtype == bool
    moved = document.with_values({"a": np.ones((5, 3))})
    assert [moved.leaves[name].shape for name in "abnt"] == [(5, 3), (5, 1), (5,), (1, 5)]
    assert run(moved).value("y").shape == (5, 3)
    assert moved.graph is document.graph
    again = moved.with_values({"b": np.ones((5, 1))})
    assert again.leaves["a"].shape == (5, 3)


def test_an_input_of_another_shape_is_refused() -> None:
    with pytest.raises(InputError, match=r"takes 'x' of the shape \(batch, 3\); \(2, 4\) was given"):
        document_of(dense(), inputs={"x": np.zeros((2, 4))})
    with pytest.raises(InputError, match="takes 'x' of the shape"):
        document_of(dense()).with_values({"x": np.zeros(3)})
    with pytest.raises(InputError, match="unknown input or parameter 'z'"):
        document_of(dense(), inputs={"z": 1.0})


def test_models_open_from_python_by_path_and_in_memory(tmp_path: Path) -> None:
    onnx.save(dense(), tmp_path / "dense.onnx")
    for source in (dense(), tmp_path / "dense.onnx", str(tmp_path / "dense.onnx")):
        trace = gx.run(gx.open(source, inputs={"x": X}))
        assert trace.value("y").shape == (2, 4)


def test_local_functions_are_nested_groups() -> None:
    inner = helper.make_function(
        "mine", "Half", ["a"], ["b"],
        [node("Constant", "", "half", value_float=0.5), node("Mul", "a half", "b")],
        [helper.make_opsetid("", 21)],
    )  # fmt: skip
    outer = helper.make_function(
        "mine", "Layer", ["x", "w"], ["out"],
        [
            node("MatMul", "x w", "h"),
            node("Half", "h", "less", "half", "mine"),
            helper.make_node("Elu", ["less"], ["out"], alpha=1.0),
        ],
        [helper.make_opsetid("", 21), helper.make_opsetid("mine", 1)],
        attributes=["alpha"],
    )  # fmt: skip
    outer.node[2].attribute[0].CopyFrom(onnx.AttributeProto(name="alpha", type=1, ref_attr_name="alpha"))
    made = model(
        [node("Layer", "x w", "y", "layer", "mine", alpha=0.25)],
        [open_value("x", 2, 3)], tensors={"w": W}, functions=[inner, outer], domains={"mine": 1},
    )  # fmt: skip
    document = document_of(made, inputs={"x": X})
    assert document.graph.groups == ("layer", "layer/half")
    last = document.graph.node("y")
    assert (last.op, last.attributes["alpha"], last.group) == ("Elu", 0.25, "layer")
    half = X @ W / 2
    trace = run(document)
    np.testing.assert_allclose(trace.value("y"), np.where(half > 0, half, np.expm1(half) / 4), rtol=1e-5)
    assert trace.has_gradient("w")


def test_an_operator_without_a_rule_runs_and_stops_the_gradient() -> None:
    nodes = [
        node("MatMul", "x w", "h"),
        node("MatMulInteger", "n n", "opaque", "big"),
        node("Cast", "opaque", "o", to=TensorProto.FLOAT),
        node("Add", "h o", "y"),
    ]
    n = np.int8([[2]])
    made = model(
        nodes, [open_value("x", 2, 3), open_value("n", 1, 1, kind=TensorProto.INT8)], tensors={"w": W}
    )
    document = document_of(made, inputs={"x": X, "n": n})
    trace = run(document)
    np.testing.assert_allclose(trace.value("y"), X @ W + 4, rtol=1e-5)
    assert trace.has_gradient("w")
    found = document.graph.node("opaque").rule
    assert found is not None
    assert found.flat == "MatMulInteger has no derivative rule"
    assert not found.has_gradient


def test_an_operator_of_another_domain_fails_when_it_runs_with_what_came_before() -> None:
    made = model(
        [
            node("Relu", "x", "h"),
            node("FusedMatMul", "h h", "f", "fused", "com.microsoft"),
            node("Neg", "f", "y"),
        ],
        [open_value("x", 2, 2)],
        domains={"com.microsoft": 1},
    )
    document = document_of(made)
    assert len(document.graph) == 4
    trace = run(document, partial=True)
    assert trace.has_value("h")
    assert "com.microsoft.FusedMatMul is not part of ONNX" in str(trace.failure)
    with pytest.raises(
        InputError, match=r"'f': the operator com\.microsoft\.FusedMatMul is not part of ONNX"
    ):
        run(document)


def test_bfloat16_is_computed_in_float32_and_said_so() -> None:
    tensor = helper.make_tensor("w", TensorProto.BFLOAT16, [2], [1.5, 2.0])
    made = model([node("Neg", "w", "y")])
    made.graph.initializer.append(tensor)
    document = document_of(made)
    assert run(document).value("y").tolist() == [-1.5, -2.0]
    assert document.notes == ("bfloat16 is computed in float32: results are finer than the model's.",)


def test_sequences_and_strings_pass_through_the_reference() -> None:
    nodes = [
        node("SequenceConstruct", "a b", "s"),
        node("SequenceAt", "s k", "second"),
        node("ConcatFromSequence", "s", "y", axis=0),
    ]
    inputs = [open_value("a", 2), open_value("b", 3), open_value("k", kind=TensorProto.INT64)]
    made = model(nodes, inputs, ("y", "second"))
    feeds = {"a": np.float32([1, 2]), "b": np.float32([3, 4, 5]), "k": np.int64(1)}
    trace = run(document_of(made, inputs=feeds), wrt=["a"])
    assert trace.value("y").tolist() == [1, 2, 3, 4, 5]
    assert trace.value("second").tolist() == [3, 4, 5]
    texts = model(
        [node("StringConcat", "a b", "y")],
        [open_value("a", 1, kind=TensorProto.STRING), open_value("b", 1, kind=TensorProto.STRING)],
    )
    found = run(document_of(texts, inputs={"a": np.array(["x"]), "b": np.array(["y"])}), wrt=())
    assert found.value("y").tolist() == ["xy"]


def test_modules_of_a_newer_exporter_are_groups() -> None:
    one = node("Relu", "x", "relu", "node_relu_1")
    one.metadata_props.add(
        key="pkg.torch.onnx.name_scopes", value="['', 'layers', 'layers.0', 'layers.0.act', 'relu']"
    )
    size = node("Shape", "x", "size", "node_size")
    size.metadata_props.add(
        key="pkg.torch.onnx.name_scopes",
        value="['_empty_nn_module_stack_from_metadata_hook', 'sym_size_int_4']",
    )
    graph = document_of(model([one, size], [open_value("x", 2)], ("relu", "size"))).graph
    assert graph.node("relu").group == "layers/0/act"
    assert graph.node("size").group == "", "what PyTorch computes itself stands in no module"


def test_a_scope_is_never_empty() -> None:
    softmax = node("Softmax", "x", "/Softmax_output_0", "/Softmax", axis=0)
    nodes = [softmax, node("Relu", "/Softmax_output_0", "y", "//a//Relu")]
    graph = document_of(model(nodes, [open_value("x", 2)], opset=11)).graph
    assert graph.groups == ("Softmax:Softmax", "a")
    assert graph.node("x").group == "", "an input stands outside"


def test_a_group_is_never_called_like_a_value() -> None:
    nodes = [node("Relu", "x", "a/b"), node("Neg", "a/b", "a/b/c"), node("Abs", "a/b/c", "y", "a/b/c/d")]
    graph = document_of(model(nodes, [open_value("x", 2)])).graph
    assert not set(graph.groups) & {one.id for one in graph}


def test_the_start_of_the_program_does_not_load_onnx() -> None:
    code = "import sys, graph_explorer.formats, graph_explorer.cli.commands, graph_explorer.api; "
    code += "sys.exit('onnx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_command_line_says_what_was_made_up_beside_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "dense.onnx"
    onnx.save(dense(), path)
    assert cli.main(["run", str(path), "--json"], lambda p: 0, lambda d, o: None) == 0
    captured = capsys.readouterr()
    assert "'x' (1×3, random numbers)" in captured.err
    found = json.loads(captured.out)
    assert found["output"] == "y"
    np.save(tmp_path / "x.npy", X)
    given = ["run", str(path), "--input", f"x={tmp_path / 'x.npy'}", "--wrt", "x", "--output", "y[1,2]"]
    assert cli.main(given, lambda p: 0, lambda d, o: None) == 0
    assert capsys.readouterr().err == ""


def test_lists_and_texts_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nodes = [
        node("SequenceConstruct", "a a", "s"),
        node("SequenceLength", "s", "y"),
        node("StringConcat", "t t", "u"),
    ]
    inputs = [open_value("a", 2), open_value("t", 1, kind=TensorProto.STRING)]
    onnx.save(model(nodes, inputs, ("y", "u", "s")), tmp_path / "mixed.onnx")
    run_it = ["run", str(tmp_path / "mixed.onnx")]
    assert cli.main(run_it, lambda p: 0, lambda d, o: None) == 0
    table = capsys.readouterr().out
    assert "a list of 2" in table
    assert "“”" in table
    assert cli.main([*run_it, "--json"], lambda p: 0, lambda d, o: None) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["nodes"]}
    assert rows["s"]["value"] == [rows["a"]["value"], rows["a"]["value"]]
    assert rows["u"]["value"] == [""]
    assert cli.main(["check", *run_it[1:], "--output", "u"], lambda p: 0, lambda d, o: None) == 2
    assert capsys.readouterr().err == "graph-explorer: the output 'u' holds no numbers; choose another one\n"
