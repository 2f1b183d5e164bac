"""The commands of the optimizer lab, as a person or a program calls them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph_explorer import cli
from graph_explorer.document import Document


def call(*arguments: str, painted: list[Any] | None = None) -> int:
    def no_window(path: Path | None) -> int:
        raise AssertionError("no window was asked for")

    def painter(document: Document, options: Any, *shown: Any) -> None:
        assert painted is not None, "no picture was asked for"
        painted.append((document, options, *shown))

    return cli.main(arguments, no_window, painter)


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert call(*arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_paths_as_they_are_promised(capsys: pytest.CaptureFixture[str]) -> None:
    methods = ["--method", "sgd:lr=0.001", "--method", "adam:lr=0.05,betas=0.8/0.99"]
    found = answered(capsys, "optimize", "rosenbrock", *methods, "--start", "-1.2,1", "--steps", "3")["paths"]
    assert [path["method"] for path in found] == ["sgd", "adam"]
    for path in found:
        assert np.shape(path["points"]) == (4, 2)
        assert len(path["losses"]) == 4
        assert path["points"][0] == [-1.2, 1.0]
        assert path["outcome"] == "running"
        assert path["evaluations"] == 3
    # ∇f(−1.2, 1) = (−215.6, −88), worked by hand
    assert found[0]["points"][1] == pytest.approx([-1.2 + 0.2156, 1 + 0.088], rel=1e-12)
    assert found[1]["points"][1] == pytest.approx([-1.15, 1.05], abs=1e-8)
    assert found[1]["hyperparameters"]["betas"] == [0.8, 0.99]
    assert set(found[1]["state"]) == {"m", "v"}
    assert np.shape(found[1]["state"]["m"]) == (4, 2)


def test_every_start_with_every_method(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--method", "sgd:lr=0.01", "--method", "newton", "--start", "1,2", "--start=-1,-2"]
    found = answered(capsys, "optimize", "himmelblau", *arguments, "--steps", "2")["paths"]
    assert [(path["method"], path["points"][0]) for path in found] == [
        ("sgd", [1, 2]), ("sgd", [-1, -2]), ("newton", [1, 2]), ("newton", [-1, -2]),
    ]  # fmt: skip


def test_numbers_that_are_not_finite_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--method", "sgd:lr=1", "--start", "-1.2,1", "--steps", "12"]
    (path,) = answered(capsys, "optimize", "rosenbrock", *arguments)["paths"]
    assert path["outcome"] == "diverged"
    assert len(path["points"]) == 13
    assert path["points"][6] == ["-inf", "inf"]
    assert path["losses"][-1] == "nan"


def test_a_budget_and_a_seed(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["optimize", "rosenbrock", "--method", "lbfgs", "--method", "sgd:noise=1,lr=1e-4"]
    found = answered(capsys, *arguments, "--steps", "500", "--budget", "60", "--seed", "3")["paths"]
    assert all(path["evaluations"] <= 60 for path in found)
    assert len(found[1]["points"]) == 61
    other = answered(capsys, *arguments, "--steps", "60", "--seed", "4")["paths"]
    assert other[1]["points"][1] != found[1]["points"][1]


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("optimize", "rosenbrock", "--method", "newton", "--start", "-1.2,1", "--steps", "6") == 0
    header, _, row = capsys.readouterr().out.splitlines()
    assert " ".join(header.split()) == "method start steps evaluations loss point distance outcome"
    assert row.endswith("converged")


def test_the_surface_on_a_grid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "grid.npz"
    found = answered(capsys, "surface", "himmelblau", "--grid", "3x2", "--npz", str(file))
    assert found["axes"] == ["x", "y"]
    assert found["values"] == [[250, 580, 610], [530, 360, 890]]  # (x² + y − 11)² + (x + y² − 7)²
    with np.load(file) as arrays:
        assert arrays["values"].tolist() == found["values"]
        assert arrays["x"].tolist() == [-5, 0, 5]
    window = ["--window=-1,1,0,2", "--axes", "y,x"]
    turned = answered(capsys, "surface", "himmelblau", "--grid", "2x2", *window)
    assert turned["x"] == [-1, 1]
    assert turned["axes"] == ["y", "x"]
    assert turned["values"][0][0] == 180  # at x = 0, y = −1: (−12)² + (−6)²


def test_pictures_get_what_they_show(capsys: pytest.CaptureFixture[str]) -> None:
    painted: list[Any] = []
    assert call("optimize", "bowl", "--method", "sgd", "--steps", "4", "-o", "bowl.png", painted=painted) == 0
    assert call("surface", "bowl", "-o", "bowl.svg", painted=painted) == 0
    (document, options, surface, paths, drawn), (_, _, _, none, _) = painted
    assert document.title
    assert options.out == Path("bowl.png")
    assert [axis.label for axis in surface.axes] == ["x", "y"]
    assert paths[0].steps == 4
    assert drawn.grid is None  # plain numbers are computed as finely as the picture asks
    assert none == ()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["optimize", "bowl", "--method", "adm"], "no method is called"),
        (["optimize", "bowl", "--method", "sgd:lr=-1"], "must be at least 0"),
        (["optimize", "bowl", "--method", "sgd", "--start", "1"], "takes 2 numbers"),
        (["optimize", "bowl", "--method", "sgd", "--start", "nan,1"], "takes 2 numbers"),
        (["optimize", "bowl", "--method", "sgd", "--steps", "-1"], "--steps goes from 0"),
        (["optimize", "bowl", "--method", "sgd:batch=2"], "first axis holds the examples"),
        (["optimize", "bowl", "--method", "sgd", "--axes", "x"], "--axes takes two names"),
        (["optimize", "bowl", "--method", "sgd", "--axes", "x,z"], "'z'"),
        (["surface", "bowl", "--grid", "1x5"], "from 2x2"),
        (["surface", "bowl", "--window", "1,0,0,1"], "LEFT < RIGHT"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*arguments) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_one_number_makes_no_surface(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "one.toml"
    file.write_text('program = "L = w**2"\n[parameters]\nw = 1.0\n', encoding="utf-8")
    assert call("surface", str(file)) == 2
    assert "two numbers that can move" in capsys.readouterr().err
