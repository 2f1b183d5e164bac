"""The command `convert`: each kind of file from each other, and what is wrong in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from graph_explorer import cli
from graph_explorer.document import run
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve


def call(*arguments: object) -> int:
    def none(*_: object) -> int:
        raise AssertionError("no window and no picture")

    return cli.main([str(one) for one in arguments], none, none)


def test_from_each_kind_to_each(tmp_path: Path) -> None:
    model, again, code = tmp_path / "a.onnx", tmp_path / "a.toml", tmp_path / "a.py"
    assert call("convert", "two_layer", model) == 0
    assert call("convert", model, again) == 0
    assert call("convert", again, code) == 0
    assert again.read_bytes() == resolve("two_layer").read_bytes(), "comments and all"
    done = subprocess.run([sys.executable, str(code)], capture_output=True, text=True, timeout=60)
    trace = run(open_document(again))
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[2]) == pytest.approx(float(trace.value("L")), rel=1e-7)


def test_values_on_the_command_line_are_written(tmp_path: Path) -> None:
    out = tmp_path / "a.toml"
    assert call("convert", "neuron", out, "--set", "w=0.75") == 0
    assert float(open_document(out).entry("w").array) == 0.75


def test_either_language(tmp_path: Path) -> None:
    one, other, numpy = tmp_path / "a.py", tmp_path / "b.torch.py", tmp_path / "c.py"
    assert call("convert", "neuron", one, "--torch") == 0
    assert call("convert", "neuron", other) == 0
    assert call("convert", "neuron", numpy) == 0
    assert one.read_text() == other.read_text()
    assert "import torch" in one.read_text()
    assert "torch" not in numpy.read_text()


def test_the_type_of_a_model(tmp_path: Path) -> None:
    for option, kind in (((), np.float32), (("--dtype", "float64"), np.float64)):
        assert call("convert", "neuron", tmp_path / "a.onnx", *option) == 0
        model = onnx.load(tmp_path / "a.onnx")
        found = {onnx.numpy_helper.to_array(one).dtype for one in model.graph.initializer}
        assert found == {np.dtype(kind)}
        assert open_document(tmp_path / "a.onnx").entry("w").array.dtype == np.float64


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("neuron", "a.doc"), "a.doc: '.doc' is no known kind of file; known: .toml, .onnx, .torch.py, .py"),
        (("neuron", "a.toml", "--torch"), "--torch is for a .py"),
        (("neuron", "a.py", "--dtype", "float64"), "--dtype is for an .onnx"),
        (("neuron.py", "a.toml"), "known: .toml, .onnx"),
        (("neuron", "missing/a.onnx"), "cannot be written"),
        (("neuron", "missing/a.py"), "cannot be written"),
        (("neuron", "missing/a.toml"), "cannot be written"),
        (("neuron",), "required: out"),
    ],
)
def test_what_is_wrong_is_one_line(
    arguments: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert call("convert", *arguments) == 2
    shown = capsys.readouterr().err
    assert says in shown
    assert shown.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_it_imports_no_qt(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom graph_explorer import cli\n"
        f"for name in ('a.onnx', 'a.py', 'a.torch.py', 'a.toml'):\n"
        f"    assert cli.main(['convert', 'cnn', r'{tmp_path}/' + name], None, None) == 0\n"
        "print([name for name in sys.modules if name.startswith(('PySide6', 'pyqtgraph', 'networkx'))])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["[]"], done.stderr
