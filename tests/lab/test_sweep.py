"""Sweeps: what is varied, the runs that come of it, and what is kept of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graph_explorer as gx
from graph_explorer.document import Document
from graph_explorer.engine.errors import Cancelled, InputError
from graph_explorer.formats.variants import names_of, variant
from graph_explorer.lab.kept import Kept
from graph_explorer.lab.places import Processes, Threads
from graph_explorer.lab.sweep import Trial, Tried, about, best_of, main_setting, series_of, sweep
from graph_explorer.lab.variation import Varied, combinations, read_varied


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("lr=1e-4..1:5:log", (1e-4, 1e-3, 1e-2, 0.1, 1.0)),
        ("lr=0.1..0.5:5", (0.1, 0.2, 0.3, 0.4, 0.5)),
        ("seed=0..4", (0, 1, 2, 3, 4)),
        ("batch_size=1..64:4:log", (1, 4, 16, 64)),
        ("batch_size=8, 32,all", (8, 32, "all")),
        ("shuffle=true,false", (True, False)),
        ("optimizer=sgd:lr=0.1,momentum=0.9;adam", ("sgd:lr=0.1,momentum=0.9", "adam")),
        ("w = 0.5", (0.5,)),
    ],
)
def test_what_a_text_varies(text: str, values: tuple[Any, ...]) -> None:
    found = read_varied(text)
    assert found.values == values
    assert [type(value) for value in found.values] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lr", "does not say what"),
        ("lr=", "does not say what"),
        ("lr=0.1..1", "say how many values"),
        ("lr=0..1:5:log", "lie above 0"),
        ("lr=0.1..1:1", "from 2 to 1000"),
        ("lr=0.1..1:5:even", "may stand log"),
        ("lr=a..b:3", "from a number to a number"),
        ("lr=1..", "two ends"),
        ("seed=0..5000", "more than 1000"),
        ("lr=1,,2", "values"),
    ],
)
def test_a_text_that_varies_nothing(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_varied(text)


def test_every_combination_comes_once() -> None:
    found = list(combinations([Varied("lr", (0.1, 0.2)), Varied("seed", (0, 1))]))
    assert found == [
        {"lr": 0.1, "seed": 0}, {"lr": 0.1, "seed": 1}, {"lr": 0.2, "seed": 0}, {"lr": 0.2, "seed": 1},
    ]  # fmt: skip
    with pytest.raises(InputError, match="varied twice"):
        list(combinations([Varied("lr", (1,)), Varied("lr", (2,))]))
    with pytest.raises(InputError, match="at most 100,000"):
        list(combinations([Varied(name, tuple(range(1000))) for name in "ab"]))


# ── variants ──────────────────────────────────────────────────────────────────────────────────

PROGRAM = "depth = 2\nh = x\nfor k in range(depth):\n    h = tanh(h*w[k])\nL = mean((h*a - y)**2)"


def stack() -> Document:
    return gx.parse(
        PROGRAM, {"x": np.ones(4), "y": np.zeros(4)}, {"w": np.array([0.5, 0.4, 0.3]), "a": 2.0},
        training={"data": "line:examples=20", "optimizer": "adam:lr=0.1"},
    )  # fmt: skip


def test_a_variant_differs_in_what_is_named() -> None:
    document = gx.open("spirals")
    assert variant(document, {"batch_size": 8}).training["batch_size"] == 8
    assert variant(document, {"lr": 0.5}).training["optimizer"] == "adam:lr=0.5"
    assert "betas=0.7/0.999" in variant(document, {"beta1": 0.7}).training["optimizer"]
    scaled = variant(document, {"W1.scale": 0.0})
    assert not scaled.entry("W1").array.any()
    np.testing.assert_array_equal(scaled.entry("W2").array, document.entry("W2").array)
    assert variant(stack(), {"a": -1.0}).entry("a").array == -1
    np.testing.assert_array_equal(variant(stack(), {"w[1]": 7}).entry("w").array, [0.5, 7, 0.3])
    deep = variant(stack(), {"depth": 3})
    assert deep.program.startswith("depth = 3\n")
    assert len(deep.graph) > len(stack().graph)


def test_a_seed_is_what_it_is_on_the_command_line() -> None:
    document = gx.open("spirals")
    made = variant(document, {"seed": 3})
    again = gx.open("spirals").with_training({**document.training, "seed": 3})
    assert made.training["seed"] == 3
    assert not np.array_equal(made.entry("W1").array, document.entry("W1").array)
    assert again.training == made.training
    from graph_explorer.formats import open_document
    from graph_explorer.formats.examples import resolve

    np.testing.assert_array_equal(
        made.entry("W1").array, open_document(resolve("spirals"), 3).entry("W1").array
    )
    np.testing.assert_array_equal(
        variant(document, {"seed": 0}).entry("W1").array, document.entry("W1").array
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"learning": 1}, "there is no setting, value or constant 'learning'"),
        ({"lr": "fast"}, "lr takes numbers"),
        ({"batch_size": -1}, "batch_size"),
        ({"seed": -1}, "seeds are whole numbers"),
        ({"w.scale": 1}, "is written as numbers"),
        ({"w": 1}, "has the shape"),
        ({"a": "big"}, "'a' takes numbers"),
        ({"depth": "two"}, "is a number"),
    ],
)
def test_what_cannot_be_varied(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        variant(stack(), settings)


def test_names_that_are_offered_can_be_varied() -> None:
    for document in (gx.open("spirals"), stack()):
        names = names_of(document)
        assert names[0] == "lr"
        assert len(set(names)) == len(names)
    assert "depth" in names
    assert "a" in names


# ── runs ──────────────────────────────────────────────────────────────────────────────────────


def trials(**varied: Any) -> list[Trial[Document]]:
    document = gx.open("spirals").with_training({**gx.open("spirals").training, "epochs": 2})
    given = varied or {"lr": (0.01, 0.1), "seed": (0, 1)}
    made = combinations([Varied(name, values) for name, values in given.items()])
    found = [(settings, variant(document, settings)) for settings in made]
    return [Trial(settings, made, made.training) for settings, made in found]


def numbers(found: tuple[Tried[Document], ...]) -> list[Any]:
    return [
        (dict(each.trial.settings), each.loss, each.standing.losses.tolist(), each.epochs[0].losses.tolist())
        for each in found
    ]


def test_a_run_of_a_sweep_is_a_training_like_any_other() -> None:
    found = sweep(trials(), place=Threads(2))
    assert [dict(each.trial.settings) for each in found][1] == {"lr": 0.01, "seed": 1}
    for each in found:
        alone = gx.train(each.trial.network)
        assert [epoch.loss for epoch in each.epochs] == [epoch.loss for epoch in alone.epochs]
        assert each.epochs[-1].metrics == alone.epochs[-1].metrics
        np.testing.assert_array_equal(each.epochs[1].losses, alone.epochs[1].losses)
        for name, value in alone.standing.parameters.items():
            np.testing.assert_array_equal(each.standing.parameters[name], value)
        assert each.outcome == "done"
    assert numbers(sweep(trials(), place=Processes(2))) == numbers(found)


def test_kept_runs_are_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, asked = tmp_path / "sweep.npz", trials()
    heard: list[int] = []

    def checkpoint(fraction: float) -> None:
        if fraction >= 0.5:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        sweep(asked, place=Threads(1), kept=Kept(file, about(asked)), checkpoint=checkpoint)
    done = len(Kept(file, about(asked)).results)
    assert 0 < done < 4
    made: list[Any] = []
    from graph_explorer.lab import sweep as module

    whole = module.whole
    monkeypatch.setattr(module, "whole", lambda *given, **more: made.append(1) or whole(*given, **more))
    found = sweep(asked, place=Threads(1), kept=Kept(file, about(asked)), told=lambda k, _: heard.append(k))
    assert len(made) == 4 - done
    assert sorted(heard) == [0, 1, 2, 3]
    assert numbers(found) == numbers(sweep(asked))
    with pytest.raises(InputError, match="another sweep"):
        Kept(file, about(trials(lr=(0.5,))))


def test_a_run_that_blows_up_is_told(tmp_path: Path) -> None:
    document = gx.open("linear_regression")
    found = gx.sweep(document, {"lr": [0.1, 2.0, 1e6]}, epochs=8, batch_size="all")
    assert [each.outcome for each in found] == ["done", "diverged", "diverged"]
    assert best_of(found) is found[0]
    assert best_of(found[1:]) is None


def test_seeds_make_a_band() -> None:
    found = sweep(trials(lr=(0.01, 0.1), batch_size=(32, "all"), seed=(0, 1, 2)))
    assert main_setting(found) == "lr"
    series = series_of(found, "lr")
    assert [each.title for each in series] == ["batch_size 32", "batch_size all"]
    first = series[0]
    assert first.x == (0.01, 0.1)
    assert first.count.tolist() == [3, 3]
    losses = [each.loss for each in found if each.trial.settings["lr"] == 0.1][:3]
    assert first.middle[1] == np.median(losses)
    assert (first.low[1], first.high[1]) == (min(losses), max(losses))


def test_the_same_from_python_as_texts() -> None:
    document = gx.open("spirals")
    by_name = gx.sweep(document, {"lr": [0.01, 0.1]}, epochs=1)
    by_text = gx.sweep(document, ["lr=0.01..0.1:2:log"], epochs=1)
    assert numbers(by_name) == numbers(by_text)
    with pytest.raises(InputError, match="no data to train on"):
        gx.sweep(gx.open("neuron"), {"lr": [1.0]})
