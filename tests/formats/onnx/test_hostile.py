"""Damaged and hostile models: one sentence each, that names the file and the place; never a traceback."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from graph_explorer import cli
from graph_explorer.document import run
from graph_explorer.engine.errors import InputError
from graph_explorer.formats import open_document
from graph_explorer.formats.onnx import control, opaque, reader
from graph_explorer.formats.onnx.read import document_of
from tests.formats.onnx.models import model, node, open_value

Change = Callable[[onnx.ModelProto], object]


def good() -> onnx.ModelProto:
    """relu(x @ w)."""
    return model(
        [node("MatMul", "x w", "h", "first"), node("Relu", "h", "y", "second")],
        [open_value("x", 2, 3)],
        tensors={"w": np.ones((3, 4), np.float32)},
    )


def external(location: str, **more: str) -> Change:
    """Lays the data of w outside."""

    def change(made: onnx.ModelProto) -> None:
        tensor = made.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in {"location": location, **more}.items():
            tensor.external_data.add(key=key, value=value)

    return change


def _set(made: onnx.ModelProto, place: int, **parts: str) -> None:
    for key, value in parts.items():
        names = getattr(made.graph.node[place], key)
        del names[:]
        names.extend(value.split())


def _endless_function(made: onnx.ModelProto) -> None:
    made.functions.append(
        helper.make_function(
            "mine", "F", ["a"], ["b"], [node("F", "a", "b", "again", "mine")], made.opset_import
        )
    )
    made.opset_import.append(helper.make_opsetid("mine", 1))
    made.graph.node[1].domain, made.graph.node[1].op_type = "mine", "F"


def _nested(depth: int) -> onnx.GraphProto:
    made = helper.make_graph([node("Relu", "x", "r")], "g", [], [onnx.ValueInfoProto(name="r")])
    for _ in range(depth):
        inside = node("If", "go", "r", then_branch=made, else_branch=made)
        made = helper.make_graph([inside], "g", [], [onnx.ValueInfoProto(name="r")])
    return made


def _field(number: int, content: bytes) -> bytes:
    """A field of a protobuf message: its number, its length, its content."""
    length, size = b"", len(content)
    while size > 127:
        length, size = length + bytes([size % 128 + 128]), size // 128
    return bytes([number * 8 + 2]) + length + bytes([size]) + content


def _deep_node(depth: int) -> bytes:
    """An If in a branch of an If in a branch …, as bytes: onnx itself does not make one so deep."""
    made = node("Relu", "x", "r").SerializeToString()
    for _ in range(depth):
        branch = _field(1, b"then_branch") + _field(6, _field(1, made)) + b"\xa0\x01\x05"
        made = node("If", "go", "r").SerializeToString() + _field(5, branch)
    return made


#: What is done to a good model → what is said of it, behind the name of the file.
BROKEN: dict[str, tuple[Change, str]] = {
    "cycle": (
        lambda m: _set(m, 0, input="y w"),
        "wait for each other: the graph has a cycle; export the model anew",
    ),
    "missing input": (
        lambda m: _set(m, 1, input="hh"),
        "'second' (Relu): takes 'hh', which nothing makes; did you mean 'h'?",
    ),
    "value twice": (
        lambda m: _set(m, 1, output="h"),
        "'first' (MatMul) and 'second' (Relu) both make the value 'h'; rename one",
    ),
    "value is a tensor": (
        lambda m: m.graph.initializer.add(name="h", data_type=1, float_data=[1]),
        "two nodes make the value 'h'; rename one of them",
    ),
    "tensor twice": (
        lambda m: m.graph.initializer.append(m.graph.initializer[0]),
        "two tensors are called 'w'; rename one",
    ),
    "input twice": (
        lambda m: m.graph.input.append(m.graph.input[0]),
        "two inputs are called 'x'; rename one",
    ),
    "no output": (lambda m: m.graph.ClearField("output"), "the model has no output; export it anew"),
    "output of nobody": (lambda m: m.graph.output[0].ClearField("name"), "the output '' is made by no node"),
    "no graph": (
        lambda m: m.ClearField("graph"),
        "this is no ONNX model: it holds no graph; choose another file",
    ),
    "no opset": (
        lambda m: m.ClearField("opset_import"),
        "the model does not say of which opset it is; export it anew",
    ),
    "opset of the future": (
        lambda m: setattr(m.opset_import[0], "version", 9999),
        "the model is of opset 9999, and 1 to ",
    ),
    "opset 0": (lambda m: setattr(m.opset_import[0], "version", 0), "the model is of opset 0, and 1 to "),
    "unknown operator": (
        lambda m: setattr(m.graph.node[1], "op_type", "Rellu"),
        "there is no operator Rellu in opset 21; did you mean 'Relu'?",
    ),
    "too few inputs": (
        lambda m: _set(m, 0, input="x"),
        "'first' (MatMul): it takes 2 input(s), and 1 are given; export the model anew",
    ),
    "too many inputs": (
        lambda m: _set(m, 1, input="h h h"),
        "'second' (Relu): it takes 1 input(s), and 3 are given; export the model anew",
    ),
    "constant of two names": (
        lambda m: m.graph.node.append(node("Constant", "", "c d", value_float=1.0)),
        "'c' (Constant): a Constant has one value and one name for it; export the model anew",
    ),
    "negative size": (
        lambda m: m.graph.initializer[0].dims.__setitem__(0, -3),
        "the tensor 'w' has a negative size: [-3, 4]",
    ),
    "absurd tensor": (
        lambda m: m.graph.initializer[0].dims.__setitem__(0, 2**40),
        "the tensor 'w' is damaged: ",
    ),
    "tensor cut off": (
        lambda m: setattr(m.graph.initializer[0], "raw_data", b"1234"),
        "the tensor 'w' is damaged: ",
    ),
    "unknown type": (
        lambda m: setattr(m.graph.initializer[0], "data_type", 77),
        "the tensor 'w' is damaged: ",
    ),
    "absurd input": (
        lambda m: m.graph.input[0].CopyFrom(open_value("x", 2**31, 2**31)),
        "at most 50,000,000 are made up, give it a value",
    ),
    "negative input": (
        lambda m: m.graph.input[0].CopyFrom(open_value("x", -2, 3)),
        "the input 'x' has a negative size, -2",
    ),
    "unknown type of input": (
        lambda m: setattr(m.graph.input[0].type.tensor_type, "elem_type", 77),
        "the input 'x' is of the unknown element type 77",
    ),
    "endless function": (_endless_function, "the function F calls itself; export the model without it"),
    "data by an absolute path": (external("/etc/passwd"), "only files in the model's own folder are read"),
    "data by a drive": (external("C:\\secret.bin"), "only files in the model's own folder are read"),
    "data above the folder": (external("../secret.bin"), "only files in the model's own folder are read"),
    "data above by backslashes": (
        external("..\\secret.bin"),
        "only files in the model's own folder are read",
    ),
    "data behind a link": (
        external("link.bin"),
        "lies outside the model's folder behind the link 'link.bin'",
    ),
    "data behind a linked folder": (
        external("linked/secret.bin"),
        "lies outside the model's folder behind the link",
    ),
    "data that is a folder": (external("."), "there is no such file; copy it there"),
    "data nowhere": (external(""), "only files in the model's own folder are read"),
    "data that is missing": (
        external("missing.bin"),
        "should lie in 'missing.bin' beside the model, and there is no such file",
    ),
    "data cut off": (
        external("short.bin"),
        "wants the bytes 0 to 48 of 'short.bin', which has 10; the file was cut off",
    ),
    "data behind the end": (external("long.bin", offset="99999"), "wants the bytes 99,999 to"),
    "data of another length": (external("long.bin", length="20"), "20 bytes in 'long.bin' are not as many"),
    "negative offset": (
        external("long.bin", offset="-4"),
        "the offset of the external data of 'w' is '-4', no number of bytes",
    ),
    "absurd length": (external("long.bin", length="9" * 30), "no number of bytes"),
}


def written(folder: Path, change: Change) -> Path:
    """The good model with a change, in a folder beside which a secret lies."""
    inside = folder / "model"
    inside.mkdir()
    (folder / "secret.bin").write_bytes(bytes(48))
    (inside / "short.bin").write_bytes(bytes(10))
    (inside / "long.bin").write_bytes(bytes(96))
    os.symlink(folder / "secret.bin", inside / "link.bin")
    os.symlink(folder, inside / "linked")
    made = good()
    change(made)
    path = inside / "broken.onnx"
    path.write_bytes(made.SerializeToString())
    return path


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_model_gets_its_sentence(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, sentence = BROKEN[name]
    path = written(tmp_path, change)
    with pytest.raises(InputError) as caught:
        open_document(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert sentence in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert cli.main(["run", str(path)], lambda p: 0, lambda d, o: None) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"graph-explorer: {caught.value}\n"


def test_external_data_inside_the_folder_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, external("long.bin", offset="48", length="48"))
    numbers = np.arange(24, dtype=np.float32)
    (path.parent / "long.bin").write_bytes(numbers.tobytes())
    np.testing.assert_array_equal(open_document(path).leaves["w"], numbers[12:].reshape(3, 4))


def test_data_in_a_folder_below_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, external("data/w.bin"))
    (path.parent / "data").mkdir()
    (path.parent / "data/w.bin").write_bytes(np.ones(12, np.float32).tobytes())
    assert open_document(path).leaves["w"].sum() == 12


def test_a_model_in_memory_has_no_folder() -> None:
    made = good()
    external("long.bin")(made)
    with pytest.raises(InputError, match="the tensor 'w' lies in another file; open the model from its file"):
        document_of(made)


@pytest.mark.parametrize("data", [b"", b"not a model", b"\x00" * 100, bytes(range(256))])
def test_a_file_that_is_no_model(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "no.onnx"
    path.write_bytes(data)
    with pytest.raises(InputError, match="this is no ONNX model"):
        open_document(path)


def test_a_model_cut_off_or_changed_anywhere_opens_or_is_refused(tmp_path: Path) -> None:
    data = good().SerializeToString()
    path = tmp_path / "damaged.onnx"
    random = np.random.default_rng(0)
    opened, sentences = 0, []
    for turn in range(400):
        damaged = bytearray(data[: len(data) * (turn % 100) // 100]) if turn < 100 else bytearray(data)
        for place in random.integers(0, max(len(damaged), 1), turn % 4 if damaged else 0):
            damaged[place] = random.integers(0, 256)
        path.write_bytes(damaged)
        try:
            run(open_document(path), wrt=())
            opened += 1
        except InputError as error:
            sentences.append(str(error))
    assert all(len(sentence.splitlines()) == 1 for sentence in sentences)
    assert opened > 20
    assert len(sentences) > 20


def test_graphs_nested_too_deeply(tmp_path: Path) -> None:
    made = model(
        [node("If", "go", "y", then_branch=_nested(8), else_branch=_nested(0))], [open_value("x", 2)]
    )
    made.graph.initializer.add(name="go", data_type=TensorProto.BOOL, int32_data=[1])
    assert run(document_of(made), wrt=()).has_value("y")
    path = tmp_path / "deep.onnx"
    path.write_bytes(made.SerializeToString() + _field(7, _field(1, _deep_node(1_000))))
    with pytest.raises(InputError, match="damaged or cut off"):
        open_document(path)


def test_functions_that_call_each_other_endlessly_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_READ", 5_000)
    imports = [helper.make_opsetid("", 21), helper.make_opsetid("mine", 1)]
    functions = [helper.make_function("mine", "F0", ["a"], ["a"], [], imports)]
    for level in range(1, 12):
        calls = [node(f"F{level - 1}", "a", f"b{k}", f"c{k}", "mine") for k in range(10)]
        functions.append(helper.make_function("mine", f"F{level}", ["a"], ["b0"], calls, imports))
    made = model(
        [node("F11", "x", "y", "top", "mine")], [open_value("x", 2)], functions=functions, domains={"mine": 1}
    )
    with pytest.raises(InputError, match="spelled out, the model has more than 5,000 nodes"):
        document_of(made)


def test_functions_that_double_are_counted_before_they_are_spelled_out() -> None:
    imports = [helper.make_opsetid("", 21), helper.make_opsetid("mine", 1)]
    functions = [helper.make_function("mine", "F0", ["a"], ["b"], [node("Relu", "a", "b")], imports)]
    for level in range(1, 30):
        calls = [node(f"F{level - 1}", *names, "", "mine") for names in (("a", "c"), ("c", "b"))]
        functions.append(helper.make_function("mine", f"F{level}", ["a"], ["b"], calls, imports))
    made = model(
        [node("F29", "x", "y", "top", "mine")], [open_value("x", 2)], functions=functions, domains={"mine": 1}
    )
    with pytest.raises(InputError, match="spelled out, the model has more than 1,000,000 nodes"):
        document_of(made)


def test_a_device_is_not_read(tmp_path: Path) -> None:
    os.symlink(os.devnull, tmp_path / "device.onnx")
    with pytest.raises(InputError, match="this is a pipe or a device; choose a file"):
        open_document(tmp_path / "device.onnx")


def _loops(depth: int, turns: int) -> onnx.ModelProto:
    """y = x doubled in loops within loops, each of which turns so often."""
    doubled = node("Add", "s s", "r")
    for _ in range(depth):
        body = helper.make_graph(
            [node("Identity", "go", "on"), doubled],
            "body",
            [
                open_value("turn", kind=TensorProto.INT64),
                open_value("go", kind=TensorProto.BOOL),
                open_value("s", 1),
            ],
            [onnx.ValueInfoProto(name="on"), onnx.ValueInfoProto(name="r")],
        )
        doubled = node("Loop", "turns _ s", "r", body=body)
    doubled.input[2], doubled.output[0] = "x", "y"
    return model([doubled], [open_value("x", 1)], tensors={"turns": np.int64(turns)})


def test_loops_within_loops_are_tried_once_and_turn_so_often_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    nodes = reader.Reader.nodes

    def counted(self: reader.Reader, *arguments: object) -> None:
        read.append(len(arguments[0]))  # type: ignore[arg-type]
        nodes(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(reader.Reader, "nodes", counted)
    document = document_of(_loops(6, 30))
    document.graph  # noqa: B018
    assert sum(read) < 50_000
    monkeypatch.setattr(opaque, "MOST_INNER_TURNS", 1_000)
    with pytest.raises(InputError, match="its Loops turn more than 1,000 times; bound their counts"):
        run(document, wrt=())


def test_loops_within_a_closed_loop_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "MAX_UNROLLED", 10)
    document = document_of(_loops(3, 3), inputs={"x": [1.0]})
    assert [node.op for node in document.graph if node.rule is not None] == ["Loop"]
    assert run(document, wrt=()).value("y") == 2**27


def test_an_output_too_large_for_its_gradient() -> None:
    made = model([node("Expand", "x s", "y")], [open_value("x", 1)], tensors={"s": np.int64([2**30, 2**18])})
    with pytest.raises(InputError, match="'y': no gradient of it: "):
        run(document_of(made))


def test_an_absurd_shape_that_a_node_makes_fails_when_it_runs() -> None:
    made = model([node("ConstantOfShape", "s", "y")], tensors={"s": np.int64([2**20, 2**20, 2**20])})
    with pytest.raises(InputError, match="'y': "):
        run(document_of(made), wrt=())


def test_an_attribute_of_a_wrong_kind_fails_when_it_runs() -> None:
    made = model([node("Softmax", "x", "y", axis="first")], [open_value("x", 2)])
    with pytest.raises(InputError, match="'y': "):
        run(document_of(made), wrt=())
