"""What is shown of a set before anything is trained on it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph_explorer.document import Document, parse
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.portions import examples_of
from graph_explorer.lab.preview import Preview, preview
from graph_explorer.lab.training import read_training


def document(x: Any = ((0.0, 0.0),), folder: Path | None = None) -> Document:
    made = parse("L = mean(x*w) - mean(y)", {"x": np.array(x), "y": np.zeros(1)}, {"w": 1.0})
    return dataclasses.replace(made, path=folder / "d.toml" if folder else None)


def shown(data: str, made: Document | None = None, **settings: Any) -> Preview:
    return preview(made or document(), read_training({"data": data, **settings}))


@pytest.mark.parametrize(
    ("data", "drawing"),
    [("moons", "plane"), ("line", "curve"), ("waves", "sequences"), ("digits", "pictures"), ("iris", "")],
)
def test_each_set_is_drawn_as_what_it_is(data: str, drawing: str) -> None:
    found = shown(data)
    assert found.drawing == drawing
    assert found.problem == ""
    assert found.side == ((8, 8) if drawing == "pictures" else (0, 0))


def test_the_split_shown_is_that_of_a_training() -> None:
    settings = {"data": "moons:examples=50", "split": 0.7, "split_seed": 3}
    found = shown(**settings)
    used = examples_of(document(), read_training(settings))
    assert found.training == tuple(used.training.numbers.tolist())
    assert found.validation == tuple(used.validation.numbers.tolist())
    assert [(name, a + b) for name, a, b in found.counts()] == [("0", 25), ("1", 25)]
    assert sum(a for _, a, _ in found.counts()) == 35


def test_columns_have_moments_and_constant_ones_are_marked() -> None:
    found = shown("digits")
    assert len(found.columns) == 65
    corner, middle, target = found.columns[0], found.columns[36], found.columns[-1]
    assert (corner.name, corner.constant, corner.mean) == ("x[0]", True, 0.0)
    assert not middle.constant
    assert middle.deviation > 1
    assert target.name == "target"
    assert target.words[0] == ("0", 178)
    assert found.texts.text(1, 64) == "1"


def test_pictures_are_those_of_the_document(tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", x=np.zeros((4, 30)), y=np.arange(4.0))
    found = shown("own.npz", document(np.zeros((1, 1, 5, 6)), tmp_path))
    assert (found.drawing, found.side) == ("pictures", (5, 6))


def table(folder: Path, text: str) -> Document:
    (folder / "own.csv").write_text(text, encoding="utf-8")
    return document(folder=folder)


def test_a_table_keeps_its_names_lines_and_classes(tmp_path: Path) -> None:
    found = shown("own.csv", table(tmp_path, "width,y,height\n1,cat,2\n\n3,ant,2\n5,cat,2\n"))
    assert [column.name for column in found.columns] == ["width", "height", "y (target)"]
    assert [column.constant for column in found.columns] == [False, True, False]
    assert found.columns[-1].words == (("ant", 1), ("cat", 2))
    assert list(found.texts.numbers) == [2, 4, 5]
    assert [found.texts.text(1, k) for k in range(3)] == ["3", "2", "ant"]


def test_what_is_missing_is_shown_with_what_is_wrong(tmp_path: Path) -> None:
    found = shown("own.csv", table(tmp_path, "a,b,c\n1,,x\n2,4,x\nnan,5,y\n"))
    assert (
        found.problem
        == "'own.csv', line 2, column 2 'b': nothing stands there; fill it in or leave the line out"
    )
    assert found.found is None
    assert found.counts() == ()
    assert [(column.name, column.missing) for column in found.columns] == [
        ("a", 1),
        ("b", 1),
        ("c (target)", 0),
    ]
    assert found.columns[0].mean == 1.5
    assert found.columns[2].words == (("x", 2), ("y", 1))
    assert found.texts.text(0, 1) == ""


@pytest.mark.parametrize(
    ("data", "sentence"), [("own.csv", "'own.csv' is empty"), ("none.npz", "does not exist")]
)
def test_where_nothing_can_be_read_there_is_a_sentence(tmp_path: Path, data: str, sentence: str) -> None:
    made = table(tmp_path, "")
    with pytest.raises(InputError, match=sentence):
        shown(data, made)


def test_a_document_that_takes_no_examples_may_look_at_them() -> None:
    alone = parse("L = w*w", {}, {"w": 1.0})
    found = shown("moons", alone)
    assert len(found.texts) == 200
    assert "training needs two inputs" in found.misfit
    assert shown("moons").misfit == ""
    assert (
        shown("wine").misfit
        == "an example has 13 numbers for 'x', which takes 2 numbers; give 'x' rows of 13"
    )
