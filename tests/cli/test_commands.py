"""The command line, as a person or a program calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from graph_explorer import cli
from graph_explorer.__main__ import _paint
from graph_explorer.formats.examples import examples

NAMES = [example.name for example in examples()]


def call(*arguments: str) -> int:
    def no_window(path: Path | None) -> int:
        raise AssertionError("no window was asked for")

    return cli.main(arguments, no_window, _paint)


def test_run_gives_the_number_worked_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", "squared_error", "--json") == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["nodes"]}
    assert rows["L"]["value"] == 4  # (1·2 − 4)²
    assert rows["w"]["gradient"] == -8  # 2·(1·2 − 4)·2
    assert rows["x"]["has_gradient"] is False
    assert "gradient" not in rows["x"]
    assert {rows["w"]["op"], rows["x"]["op"]} == {"parameter", "input"}


@pytest.mark.parametrize("name", NAMES)
def test_steps_keep_their_two_sums(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("steps", name, "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert call("run", name, "--json") == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["nodes"]}
    assert lines[0]["kind"] == "seed"
    assert [line["step"] for line in lines] == list(range(len(lines)))
    total: dict[str, np.ndarray] = {lines[0]["node"]: np.asarray(lines[0]["gradient"])}
    for line in lines[1:]:
        contribution = np.asarray(line["contribution"], float)
        before = total.get(line["into"], np.zeros_like(contribution))
        total[line["into"]] = np.asarray(line["accumulated"], float)
        near = (
            {"rtol": 1e-12, "atol": 1e-15}
            if rows[line["into"]]["dtype"] == "float64"
            else {"rtol": 1e-6, "atol": 1e-9}
        )
        np.testing.assert_allclose(total[line["into"]], before + contribution, **near)
        if line["local"]["form"] == "scalar":
            product = line["upstream"] * line["local"]["value"]
            np.testing.assert_allclose(contribution, product, rtol=1e-12, atol=1e-300)
    for into, accumulated in total.items():
        np.testing.assert_array_equal(accumulated, rows[into]["gradient"])


@pytest.mark.parametrize("name", NAMES)
def test_check_passes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("check", name, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["agrees"]
    assert found["compared"]
    assert any(one["cut"] for one in found["compared"]) == (name == "truncated_bptt")


def test_contribution_is_upstream_through_the_dense_jacobian(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("steps", "two_layer", "--json", "--jacobian") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()][1:]
    assert any(line["local"]["form"] == "linear" for line in lines)
    for line in lines:
        jacobian = np.asarray(line["local"]["jacobian"])
        pulled = np.reshape(line["upstream"], -1) @ jacobian
        np.testing.assert_allclose(np.reshape(line["contribution"], -1), pulled, rtol=1e-12, atol=1e-15)


def test_set_input_wrt_output_and_npz(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "x.npy", np.float64(3.0))
    out = tmp_path / "all.npz"
    arguments = ["--set", "w=0.5", "--input", f"x={tmp_path / 'x.npy'}", "--wrt", "x", "--output", "z"]
    assert call("run", "neuron", *arguments, "--npz", str(out), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    rows = {row["id"]: row for row in found["nodes"]}
    assert found["output"] == "z"
    assert rows["z"]["value"] == 0.5 * 3.0 - 0.2
    assert rows["x"]["gradient"] == 0.5  # z = w·x + b
    assert rows["w"]["has_gradient"] is False
    with np.load(out) as arrays:
        assert arrays["value/z"] == rows["z"]["value"]
        assert arrays["grad/x"] == 0.5
        assert "grad/w" not in arrays


def test_numbers_that_are_not_finite_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", "squared_error", "--set", "w=inf", "--set", "x=0", "--json") == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["nodes"]}
    assert rows["w"]["value"] == "inf"
    assert rows["L"]["value"] == "nan"  # ∞ · 0


def test_numbers_of_few_bits_are_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = [-8, -1, 0, 7]
    for kind, wanted in (("INT4", numbers), ("FLOAT8E4M3FN", [float(n) for n in numbers])):
        code = getattr(onnx.TensorProto, kind)
        tensor = helper.make_tensor("q", code, [4], numbers)
        scale = helper.make_tensor("s", onnx.TensorProto.FLOAT, [], [0.5])
        node = helper.make_node("DequantizeLinear", ["q", "s"], ["y"])
        graph = helper.make_graph([node], "g", [], [onnx.ValueInfoProto(name="y")], [tensor, scale])
        path = tmp_path / f"{kind}.onnx"
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), path)
        assert call("run", str(path), "--json", "--npz", str(tmp_path / "all.npz")) == 0
        rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["nodes"]}
        assert rows["q"]["value"] == wanted
        assert rows["y"]["value"] == [-4, -0.5, 0, 3.5]
        with np.load(tmp_path / "all.npz") as saved:
            assert saved["value/q"].tolist() == wanted


def test_large_arrays_are_statistics(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "large.toml"
    file.write_text('program = "L = sum(w)"\n[parameters]\nw = { shape = [10001], init = "ones" }\n')
    assert call("run", str(file), "--json") == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["nodes"]}
    assert rows["w"]["value"] == {
        "min": 1,
        "max": 1,
        "mean": 1,
        "norm": pytest.approx(10001**0.5),
        "nan": 0,
        "inf": 0,
    }


def test_tables_and_lines_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("run", "steps", "check"):
        assert call(command, "neuron") == 0
    text = capsys.readouterr().out
    assert "−0.1446" in text  # ∂L/∂w
    assert "through x = 1.5" in text


def test_examples_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("examples", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert all(
        {"name", "title", "path", "shows"} <= row.keys() and Path(row["path"]).exists() for row in rows
    )
    assert call("examples") == 0
    assert rows[0]["title"] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "nuron"], "did you mean 'neuron'?"),
        (["run", "missing.toml"], "missing.toml: there is no such file"),
        (["run", "neuron", "--set", "w"], "--set takes NAME=VALUE"),
        (["run", "neuron", "--set", "w=one"], "'one' is no number"),
        (["run", "neuron", "--set", "v=1"], "unknown input or parameter 'v'"),
        (["run", "neuron", "--wrt", "v"], "unknown node 'v'"),
        (["run", "neuron", "--output", "L[0]"], "there is no entry [0]"),
        (["run", "neuron", "--input", "x=missing.npy"], "there is no file 'missing.npy' for --input x"),
        (["run", "neuron", "--sed", "1"], "unrecognized arguments"),
        (["render", "neuron", "-o", "x.bmp"], "give it one of the suffixes .svg, .png"),
        (["render", "neuron", "-o", "x.png", "--size", "big"], "no size"),
        (["neuron", "again"], "is no command"),
        (["missing.toml"], "there is no such file"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("graph-explorer: ")
    assert shown.err.count("\n") == 1
    assert says in shown.err


def test_a_mistake_in_a_file_has_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text('title = "x"\nprogram = """\nz = w*2\nL = z + q\n"""\n[parameters]\nw = 1.0\n')
    assert call("run", str(file)) == 2
    assert f"{file}:4:9: unknown name 'q'" in capsys.readouterr().err


def test_a_wrong_shape_has_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "shape.toml"
    file.write_text('program = """\nL = W @ x\n"""\n[inputs]\nx = [1, 2, 3]\n[parameters]\nW = [[1, 2]]\n')
    assert call("run", str(file)) == 2
    assert capsys.readouterr().err.startswith(f"graph-explorer: {file}:2:5: ")


def test_a_wrong_gradient_would_be_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from graph_explorer.engine.ops import OPERATIONS

    sabotaged = OPERATIONS["Sigmoid"].partials
    monkeypatch.setitem(OPERATIONS["Sigmoid"].__dict__, "partials", (lambda x, y: y,))
    assert call("check", "neuron") == 1
    assert "disagree" in capsys.readouterr().out
    monkeypatch.setitem(OPERATIONS["Sigmoid"].__dict__, "partials", sabotaged)
    assert call("check", "neuron") == 0


@pytest.mark.parametrize(("suffix", "begins"), [(".svg", b"<?xml"), (".png", b"\x89PNG")])
def test_render_needs_no_display(suffix: str, begins: bytes, tmp_path: Path) -> None:
    out = tmp_path / f"neuron{suffix}"
    command = [sys.executable, "-m", "graph_explorer", "render", "neuron", "-o", str(out), "--step", "3"]
    done = subprocess.run(command, env=_without_display(), capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert out.read_bytes().startswith(begins)


def test_the_commands_import_no_qt() -> None:
    code = (
        "import sys\nfrom graph_explorer import cli\n"
        "for line in (['examples'], ['run', 'neuron'], ['steps', 'neuron'], ['check', 'neuron']):\n"
        "    assert cli.main(line, None, None) == 0\n"
        "print([name for name in sys.modules if name.startswith(('PySide6', 'pyqtgraph', 'networkx'))])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=_without_display(), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def _without_display() -> dict[str, str]:
    import os

    gone = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return {key: value for key, value in os.environ.items() if key not in gone}


def test_operations_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("operations", "--json") == 0
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)["operations"]}
    assert listed["Conv"]["has_gradient"]
    assert list(listed["Conv"]["derivatives"]) == ["X", "W", "B"]
    assert listed["ArgMax"]["why"]
    assert listed["StringConcat"]["forward"] == "reference"
    assert call("operations") == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].split()[:2] == ["operator", "family"]
    assert any(line.startswith("Relu ") and " elementwise" in line for line in table)
