"""The command `train`, as a person types it and as a program reads it."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graph_explorer as gx
from graph_explorer import cli
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve
from graph_explorer.lab.training import TrainingError


def call(*line: str) -> int:
    return cli.main(line, lambda path: 0, lambda document, options: None)


def records(capsys: pytest.CaptureFixture[str], *line: str) -> list[Any]:
    assert call("train", *line, "--json") == 0
    said = capsys.readouterr()
    assert said.err == ""
    return [json.loads(each) for each in said.out.splitlines()]


def test_one_line_an_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    found = records(capsys, "spirals", "--epochs", "3", "--optimizer", "sgd:lr=0.1", "--batch-size", "64")
    assert [row["epoch"] for row in found] == [1, 2, 3]
    assert [row["step"] for row in found] == [5, 10, 15]
    assert [row["outcome"] for row in found] == ["running", "running", "done"]
    assert {"loss", "accuracy", "validation_loss", "validation_accuracy", "best_epoch"} <= found[0].keys()
    assert found[0]["learning_rate"] == 0.1
    assert found[0]["gradient_norms"].keys() == found[0]["update_ratios"].keys() == {
        "W1", "b1", "W2", "b2", "W3", "b3",
    }  # fmt: skip
    assert len(found[0]["losses"]) == 5


def test_the_same_as_from_python(capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[int] = []
    made = gx.train(gx.open("xor"), epochs=4, optimizer="adam:lr=0.1", told=lambda e: heard.append(e.number))
    found = records(capsys, "xor", "--epochs", "4", "--optimizer", "adam:lr=0.1")
    assert heard == [1, 2, 3, 4]
    assert [row["loss"] for row in found] == [epoch.loss for epoch in made.epochs]
    assert "validation_loss" not in found[0]  # all corners are trained on
    with pytest.raises(TrainingError, match="did you mean 'epochs'"):
        gx.train(gx.open("xor"), epoch=4)


def test_a_seed_shifts_parameters_and_order(capsys: pytest.CaptureFixture[str]) -> None:
    line = ("spirals", "--epochs", "1")
    first, again, other = (records(capsys, *line, *more)[0]["loss"] for more in ((), (), ("--seed", "1")))
    assert first == again != other


def test_resumes_bit_for_bit(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    kept = tmp_path / "kept.npz"
    through = records(capsys, "spirals", "--epochs", "4")
    assert call("train", "spirals", "--epochs", "2", "--checkpoint", str(kept), "--json") == 0
    capsys.readouterr()
    assert records(capsys, "spirals", "--epochs", "4", "--resume", str(kept)) == through[2:]
    assert call("train", "spirals", "--epochs", "2", "--resume", str(kept)) == 2
    assert "all 2 epochs are done already; ask for more with --epochs" in capsys.readouterr().err


def test_writes_the_trained_document(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "trained.toml"
    assert call("train", "xor", "--epochs", "150", "-o", str(out)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 151
    assert lines[0].startswith("epoch    1  loss ")
    assert lines[-1] == "Trained for 150 epochs, 150 steps; the best epoch was 150."
    document = open_document(out)
    assert float(gx.run(document).value("L")) < 0.1
    assert document.training == open_document(resolve("xor")).training


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_picture_gets_the_whole_training(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, suffix: str
) -> None:
    shown: list[Any] = []
    out = tmp_path / f"curves{suffix}"
    line = ("train", "xor", "--epochs", "3", "-o", str(out), "--theme", "dark")
    assert cli.main(line, lambda path: 0, lambda document, options, *found: shown.extend(found)) == 0
    assert "Trained for 3 epochs" in capsys.readouterr().out
    (trained,) = shown
    assert [epoch.number for epoch in trained.epochs] == [1, 2, 3]
    assert trained.start.step == 0
    assert trained.last.step == trained.epochs[-1].step
    assert not out.exists()


def test_own_data_beside_the_document(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = resolve("linear_regression").read_text(encoding="utf-8")
    place = tmp_path / "mine.toml"
    place.write_text(text.replace("line:examples=100,noise=0.3", "own.csv"), encoding="utf-8")
    assert call("train", str(place)) == 2
    said = capsys.readouterr().err
    assert said == f"graph-explorer: {place}: the file 'own.csv' does not exist beside the document\n"
    rows = [f"{x},{3 * x - 1}" for x in np.linspace(-1, 1, 40)]
    (tmp_path / "own.csv").write_text("\n".join(["x,y", *rows]), encoding="utf-8")
    assert records(capsys, str(place), "--epochs", "60")[-1]["loss"] < 1e-6


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (("neuron",), "no data to train on; add data"),
        (("xor", "--epochs", "0"), "epochs must be a whole number from 1"),
        (("xor", "--optimizer", "adamm"), "did you mean 'adam'?"),
        (("xor", "--batch-size", "few"), "'few' is no number of examples; write 32 or all"),
        (("xor", "--batch-size", "0"), "batch_size must be a whole number from 1"),
        (("xor", "--resume", "none.npz"), "none.npz: there is no such file"),
        (("xor", "--out", "xor.doc"), "is no known kind of file; known: .toml, .onnx, .torch.py, .py, .png"),
        (("xor", "--checkpoint", "/nowhere/at/all.npz"), "there is no folder '/nowhere/at'"),
    ],
)
def test_bad_input_is_one_sentence(
    capsys: pytest.CaptureFixture[str], line: tuple[str, ...], sentence: str
) -> None:
    assert call("train", *line) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1


def test_a_wrong_table_is_named_with_its_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    place = tmp_path / "wrong.toml"
    shutil.copy(resolve("xor"), place)
    text = place.read_text(encoding="utf-8").replace("epochs = 200", "epochs = 2.5")
    place.write_text(text, encoding="utf-8")
    line = text.splitlines().index("epochs = 2.5") + 1
    assert call("train", str(place)) == 2
    assert f"wrong.toml:{line}:1: epochs must be a whole number" in capsys.readouterr().err


def test_a_bar_where_there_is_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert call("train", "spirals", "--epochs", "2") == 0
    said = capsys.readouterr()
    assert "█" in said.err
    assert "50 % of 2 epochs" in said.err
    assert said.err.endswith("\r")
    assert len(said.out.splitlines()) == 3
