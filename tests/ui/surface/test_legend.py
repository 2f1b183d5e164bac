"""What a legend says: nothing that changes a path is left out."""

from __future__ import annotations

import pytest

from graph_explorer.document import Document
from graph_explorer.lab.descent import race
from graph_explorer.lab.optimizers import METHODS, read_method
from graph_explorer.surfaces import surface_of
from graph_explorer.ui.surface.legend import legend_text, remarks, shared_convention


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sgd:lr=0.1", "Gradient descent: lr 0.1"),
        ("momentum:lr=0.001", "Momentum: lr 0.001, momentum 0.9, v ← μv + g (PyTorch)"),
        (
            "momentum:lr=0.001,convention=heavy_ball",
            "Momentum: lr 0.001, momentum 0.9, v ← μv − lr·g (heavy ball)",
        ),
        ("adam:lr=0.05,betas=0.8/0.99", "Adam: lr 0.05, betas 0.8/0.99"),
        (
            "sgd:lr=3e-4,clip_norm=1,noise=0.5,weight_decay=0.01",
            "Gradient descent: lr 0.0003, gradient clipped to norm 1, noise 0.5, weight decay 0.01",
        ),
        ("sgd:lr=1,clip_value=2", "Gradient descent: lr 1, entries of the gradient clipped to ±2"),
        ("sgd:lr=0.1,schedule=cosine,T_max=50", "Gradient descent: lr 0.1, schedule cosine:T_max=50"),
    ],
)
def test_a_line(text: str, expected: str) -> None:
    assert legend_text(read_method(text)) == expected


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_method_says_its_learning_rate(name: str) -> None:
    settings = read_method(name)
    said = legend_text(settings)
    assert said.startswith(settings.method.title)
    if "lr" in settings.method.table:
        assert f"lr {settings.lr:g}" in said


def test_what_holds_for_all(bowl: Document) -> None:
    surface = surface_of(bowl)
    plain = race(surface, [(read_method("sgd:lr=0.1"), (3.0, 1.0))], 20)
    changed = race(surface, [(read_method("sgd:lr=0.1,noise=1,clip_norm=1"), (3.0, 1.0))], 10, seed=4)
    assert remarks(plain, None) == ("20 steps, nothing clipped, no noise",)
    assert remarks(plain, 5) == ("step 5 of 20, nothing clipped, no noise",)
    assert remarks([*plain, *changed], None) == ("20 steps, seed 4",)
    assert remarks((), None) == ()


def test_a_convention_that_all_share_is_said_once(bowl: Document) -> None:
    surface, start = surface_of(bowl), (3.0, 1.0)
    texts = ("momentum:lr=0.01", "nesterov:lr=0.01", "adam:lr=0.1")
    same = race(surface, [(read_method(text), start) for text in texts], 5)
    assert shared_convention(same) == "v ← μv + g (PyTorch)"
    assert remarks(same, None)[1] == "momentum: v ← μv + g (PyTorch)"
    assert legend_text(same[0].settings, shared_convention(same)) == "Momentum: lr 0.01, momentum 0.9"
    other = race(surface, [(read_method("momentum:lr=0.01,convention=heavy_ball"), start)], 5)
    assert shared_convention([*same, *other]) == ""
    assert remarks([*same, *other], None) == ("5 steps, nothing clipped, no noise",)
