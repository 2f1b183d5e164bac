"""`surface` on trainings, `sharpness` and `sweep`, as a person types them and as a program reads them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graph_explorer as gx
from graph_explorer import cli


def call(*line: str, painted: list[Any] | None = None) -> int:
    return cli.main(
        line, lambda path: 0, lambda *given: (painted if painted is not None else []).append(given)
    )


def answered(capsys: pytest.CaptureFixture[str], *line: str) -> Any:
    assert call(*line, "--json") == 0
    said = capsys.readouterr()
    assert said.err == ""
    rows = [json.loads(each) for each in said.out.splitlines()]
    return rows[0] if len(rows) == 1 else rows


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("training") / "path.npz"
    assert call("train", "spirals", "--epochs", "5", "--path", str(file)) == 0
    return str(file)


def test_a_document_that_is_trained_has_a_landscape_over_its_data(capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, "surface", "spirals", "--grid", "3x3")
    assert found["over"] == "320 training examples"
    assert found["axes"] == ["filter 1", "filter 2"]
    trained = gx.train(gx.open("spirals"), epochs=1)
    own = answered(capsys, "surface", "spirals", "--grid", "3x3", "--examples", "document")
    assert own["over"] == "the document's own examples"
    assert own["values"][1][1] == pytest.approx(float(gx.run(gx.open("spirals")).value("L")))
    assert trained.epochs[0].loss != own["values"][1][1]
    again = gx.surface(gx.open("spirals"), (3, 3), axes=("filter", "filter"))
    assert found["values"] == again.values.tolist()


@pytest.mark.parametrize("axes", ["filter", "random", "principal", "checkpoints"])
def test_a_path_on_every_kind_of_plane(axes: str, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, "surface", "spirals", "--path", path, "--axes", axes, "--grid", "5x4")
    assert np.shape(found["values"]) == (4, 5)
    assert found["path"]["epochs"] == [0, 1, 2, 3, 4, 5]
    assert np.shape(found["path"]["points"]) == (6, 2)
    assert len(found["path"]["explained"]) == (2 if axes == "principal" else 0)
    end = found["path"]["points"][-1]
    assert end == pytest.approx([1, 0] if axes == "checkpoints" else [0, 0], abs=1e-9)


def test_the_straight_line(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    line = ("surface", "spirals", "--path", path, "--axes", "line")
    found = answered(capsys, *line, "--grid", "7x9")
    assert np.shape(found["values"]) == (1, 7)
    assert (found["x"][0], found["x"][-1]) == (-0.25, 1.25)
    ends = answered(capsys, *line, "--grid", "2x2", "--window", "0,1,0,1", "--through", "0,5")
    first, last = ends["values"][0]
    assert last < first
    assert call(*line, "--grid", "7x1") == 0
    assert "off this line" in capsys.readouterr().out


def test_a_training_without_a_file_is_done_first(capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, "surface", "xor", "--axes", "principal", "--grid", "3x3")
    assert found["path"]["epochs"][0] == 0
    assert len(found["path"]["epochs"]) > 10


def test_a_training_goes_on_with_its_path(path: str, tmp_path: Path) -> None:
    checkpoint, file = str(tmp_path / "c.npz"), str(tmp_path / "p.npz")
    assert call("train", "spirals", "--epochs", "2", "--checkpoint", checkpoint, "--path", file) == 0
    assert call("train", "spirals", "--epochs", "4", "--resume", checkpoint, "--path", file) == 0
    with np.load(file) as found:
        assert found["epochs"].tolist() == [0, 1, 2, 3, 4]


def test_a_landscape_and_a_picture_of_it(path: str, tmp_path: Path) -> None:
    painted: list[Any] = []
    out = tmp_path / "landscape.png"
    line = ("surface", "spirals", "--path", path, "--axes", "principal", "--grid", "6x6", "-o", str(out))
    assert call(*line, "--npz", str(tmp_path / "grid.npz"), painted=painted) == 0
    _, _, surface, _, drawn = painted[0]
    assert drawn.grid.values.shape == (6, 6)
    assert len(drawn.trail.points) == 6
    assert surface.over.title == "320 training examples"
    with np.load(tmp_path / "grid.npz") as found:
        np.testing.assert_array_equal(found["values"], drawn.grid.values)
        np.testing.assert_array_equal(found["path/points"], drawn.trail.points)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["grid.npz"]


def test_results_can_be_kept_under_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = str(tmp_path / "kept.npz")
    line = ("surface", "spirals", "--grid", "5x5", "--keep", kept)
    first = answered(capsys, *line)
    assert answered(capsys, *line) == first
    assert call("surface", "spirals", "--grid", "6x5", "--keep", kept) == 2
    assert "another grid" in capsys.readouterr().err


def test_sharpness(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, "sharpness", "two_layer", "--tolerance", "1e-8")
    expected = np.linalg.eigvalsh(gx.hessian(gx.open("two_layer")))[-1]
    assert found["largest"][0]["value"] == pytest.approx(expected, rel=1e-6)
    assert found["learning_rate_limit"] == pytest.approx(2 / expected, rel=1e-6)
    there = answered(capsys, "sharpness", "spirals", "--at", path, "--count", "2")
    assert there["over"] == "320 training examples"
    assert there["largest"][0]["value"] > there["largest"][1]["value"]
    assert call("sharpness", "neuron") == 0
    assert "unstable here with a learning rate above" in capsys.readouterr().out


def test_one_line_a_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    line = ("sweep", "spirals", "--over", "lr=0.01,0.1", "--over", "seed=0..1", "--epochs", "2")
    found = answered(capsys, *line, "--workers", "2")
    assert [(row["lr"], row["seed"]) for row in found] == [(0.01, 0), (0.01, 1), (0.1, 0), (0.1, 1)]
    assert (
        call("train", "spirals", "--epochs", "2", "--optimizer", "adam:lr=0.1", "--seed", "1", "--json") == 0
    )
    alone = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    assert found[3]["losses"] == [row["loss"] for row in alone]
    assert found[3]["validation_accuracy"] == alone[-1]["validation_accuracy"]
    out = tmp_path / "runs.csv"
    assert call(*line, "-o", str(out)) == 0
    assert "came with lr = " in capsys.readouterr().out
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == [row["loss"] for row in found]
    assert [each.name for each in tmp_path.iterdir()] == ["runs.csv"]
    painted: list[Any] = []
    assert call(*line, "-o", str(tmp_path / "runs.png"), painted=painted) == 0
    assert len(painted[0][2]) == 4


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["surface", "spirals", "--examples", "all"], "found 'all'"),
        (["surface", "neuron", "--examples", "training"], "no data to train on"),
        (["surface", "neuron", "--axes", "checkpoints"], "no [training]"),
        (["surface", "spirals", "--path", "nowhere.npz"], "no such file"),
        (["surface", "spirals", "--through", "0,1,2"], "add --axes checkpoints"),
        (["surface", "spirals", "--workers", "0"], "at least one worker"),
        (
            ["optimize", "spirals", "--axes", "checkpoints", "--method", "sgd"],
            "checkpoints are of a training",
        ),
        (["sweep", "spirals"], "nothing is varied"),
        (["sweep", "spirals", "--over", "lr"], "does not say what"),
        (["sweep", "spirals", "--over", "lrr=1,2"], "did you mean 'lr'"),
        (["sweep", "neuron", "--over", "lr=1,2"], "no data to train on"),
        (["sweep", "spirals", "--over", "lr=1,2", "-o", "x.txt"], "written as one of .csv"),
        (["sharpness", "neuron", "--count", "9"], "ask for 1 to 2"),
        (["sharpness", "spirals", "--at", "nowhere.npz"], "no such file"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*arguments) == 2
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_checkpoints_that_are_not_there(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    line = ("surface", "spirals", "--path", path, "--axes", "checkpoints", "--grid", "3x3", "--through")
    for text, sentence in (("0,5", "three checkpoints"), ("0,5,9", "no epoch 9"), ("a,b,c", "three")):
        assert call(*line, text) == 2
        assert sentence in capsys.readouterr().err
