"""Remedies: each helps on a lesson, changes nothing else, and says why where it cannot be used."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from graph_explorer.api import check
from graph_explorer.document import Document, parse
from graph_explorer.engine.health import KINDS
from graph_explorer.formats import open_document, toml, toml_write
from graph_explorer.formats.examples import resolve
from graph_explorer.lab.flow import Probe
from graph_explorer.remedies.offered import OFFERED
from graph_explorer.remedies.table import REMEDIES
from graph_explorer.remedies.text import NotApplicable
from graph_explorer.remedies.weighing import Offer, offers, sight_of

LESSONS = ("deep_sigmoid", "deep_relu", "exploding", "saturated", "dead_relu", "rnn", "lstm", "residual",
           "relu_stack", "two_layer", "spirals", "xor", "logistic_regression", "attention", "batch_norm",
           "dense_mse")  # fmt: skip


def lesson(name: str) -> Document:
    return open_document(resolve(name))


def deep(activation: str, scale: float = 0.5, depth: int = 20, wide: int = 6) -> Document:
    """Many layers of one width, with weights that are too small."""
    program = f"""
h = x                            # what enters
for k in range({depth}):              # a layer
    z = h @ W[k] + b[k]          # its weights
    h = {activation}(z)          # bent
L = mean((h @ v - y)**2)         # the loss
"""
    random = np.random.default_rng(3)
    return parse(
        program,
        {"x": random.standard_normal((12, wide)), "y": random.standard_normal(12)},
        {
            "W": random.standard_normal((depth, wide, wide)) * scale / np.sqrt(wide),
            "b": np.zeros((depth, wide)),
            "v": random.standard_normal(wide),
        },
    )


def offered(kind: str, document: Document) -> dict[str, Offer]:
    return {offer.remedy.name: offer for offer in offers(kind, document)}


def attempted(name: str, document: Document) -> Document | str:
    """What a remedy makes, or why it cannot be used."""
    try:
        return REMEDIES[name].apply(document)
    except NotApplicable as error:
        return error.message


def slow() -> Document:
    """A document whose updates are far too small."""
    document = parse("L = mean((w*x - y)**2)", {"x": np.ones(3), "y": np.full(3, 2.0)}, {"w": 1.0})
    return document.with_training({"optimizer": "sgd:lr=1e-8"})


#: Remedy → a finding, and a document in which it helps.
HELPS: dict[str, tuple[str, Callable[[], Document]]] = {
    "relu": ("vanishing", lambda: lesson("deep_sigmoid")),
    "gelu": ("dead", lambda: lesson("dead_relu")),
    "leaky_relu": ("dead", lambda: lesson("dead_relu")),
    "initialise": ("saturated", lambda: lesson("saturated")),
    "orthogonal": ("vanishing", lambda: _apart(deep("tanh", depth=12))),
    "zero_biases": ("dead", lambda: lesson("dead_relu")),
    "layer_norm": ("saturated", lambda: lesson("saturated")),
    "batch_norm": ("dead", lambda: lesson("dead_relu")),
    "shortcut": ("vanishing", lambda: deep("tanh")),
    "clip": ("exploding", lambda: lesson("exploding")),
    "lower_rate": ("large update", lambda: lesson("exploding")),
    "higher_rate": ("small update", slow),
}


def _apart(document: Document) -> Document:
    """The same network with a matrix of its own for each layer."""
    stack = document.parameters["W"].array
    lines = "".join(f"h = tanh(h @ W{k})\n" for k in range(len(stack)))
    return parse(
        f"h = x\n{lines}L = mean((h @ v - y)**2)",
        {name: each.array for name, each in document.inputs.items()},
        {**{f"W{k}": each for k, each in enumerate(stack)}, "v": document.parameters["v"].array},
    )


@pytest.mark.parametrize("name", REMEDIES)
def test_every_remedy_helps_against_what_it_is_offered_for(name: str) -> None:
    kind, make = HELPS[name]
    document = make()
    assert sight_of(document).has(kind)
    offer = offered(kind, document)[name]
    assert offer.verdict in ("gone", "better")
    assert offer.document is not None
    after = sight_of(offer.document)
    assert offer.sight is not None
    assert after.problems == offer.sight.problems
    assert after.problems - sight_of(document).problems <= {"large update"}
    assert ("Lower the learning rate" in offer.sentence) == bool(after.problems - sight_of(document).problems)


@pytest.mark.parametrize("name", ["initialise", "layer_norm", "batch_norm", "shortcut"])
def test_a_deep_network_whose_gradient_vanished_is_mended(name: str) -> None:
    document = deep("tanh")
    assert Probe(document).at({}).ratio < 1e-4
    offer = offered("vanishing", document)[name]
    assert offer.verdict == "gone"
    assert offer.document is not None
    assert 0.01 < Probe(offer.document).at({}).ratio < 100


def test_memory_of_a_recurrent_network_reaches_further() -> None:
    document = lesson("rnn")
    ratio = Probe(document).at({}).ratio
    for name in ("orthogonal", "layer_norm", "shortcut"):
        assert Probe(REMEDIES[name].apply(document)).at({}).ratio > 1.2 * ratio


def test_what_would_do_harm_says_so() -> None:
    found = offered("vanishing", lesson("deep_sigmoid"))["shortcut"]
    assert found.verdict == "worse"
    assert "But then: exploding gradient" in found.sentence


# ── every remedy on every lesson ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", REMEDIES)
@pytest.mark.parametrize("of", LESSONS)
def test_a_remedy_makes_a_document_that_runs_and_is_saved_or_says_why_not(name: str, of: str) -> None:
    document = lesson(of)
    before = toml_write.write(document)
    made = attempted(name, document)
    assert toml_write.write(document) == before
    if isinstance(made, str):
        assert made
        assert not made.endswith(".")
        return
    disagreeing = [each for each in check(made) if not each.agrees]
    assert not disagreeing
    again = toml.parse(toml_write.write(made), document.path)
    assert again.program == made.program
    assert dict(again.training) == dict(made.training)
    for key, entry in (*made.parameters.items(), *made.inputs.items()):
        np.testing.assert_array_equal(again.entry(key).array, entry.array)
    assert _comments(made.program) == _comments(document.program)


def _comments(program: str) -> list[str]:
    return [line.partition("#")[2].strip() for line in program.splitlines()]


#: Remedy → the operations that its graph has more, and fewer: any number of each.
GRAPH: dict[str, tuple[set[str], set[str]]] = {
    "relu": ({"Relu"}, {"Sigmoid", "Tanh"}),
    "gelu": ({"Gelu"}, {"Sigmoid", "Tanh", "Relu"}),
    "leaky_relu": ({"LeakyRelu"}, {"Relu"}),
    "layer_norm": ({"LayerNormalization", "Gather", "parameter"}, set()),
    "batch_norm": ({"BatchNormalization", "Gather", "parameter", "input", "constant"}, set()),
    "shortcut": ({"Add"}, set()),
}


@pytest.mark.parametrize("name", REMEDIES)
@pytest.mark.parametrize("of", [*LESSONS, "deep tanh", "deep relu"])
def test_the_graph_differs_only_as_said(name: str, of: str) -> None:
    document = deep(of.split()[1]) if of.startswith("deep ") else lesson(of)
    made = attempted(name, document)
    if isinstance(made, str):
        return
    more, fewer = GRAPH.get(name, (set(), set()))
    ops = [Counter(node.op for node in each.graph) for each in (document, made)]
    assert set(ops[1] - ops[0]) <= more
    assert set(ops[0] - ops[1]) <= fewer
    if name not in GRAPH:
        assert made.graph is document.graph or [n.id for n in made.graph] == [n.id for n in document.graph]
    else:
        assert ops[0] != ops[1]
    settings = REMEDIES[name].of_training
    assert (dict(made.training) != dict(document.training)) == settings
    if settings or name in ("relu", "gelu", "leaky_relu", "shortcut"):
        assert made.parameters == document.parameters
        assert made.inputs == document.inputs


def test_names_of_nodes_stay() -> None:
    document = deep("tanh")
    for name in ("relu", "layer_norm", "batch_norm", "shortcut"):
        made = REMEDIES[name].apply(document)
        assert {f"k={k}/h" for k in range(19)} | {"h", "z", "L"} <= set(made.graph.values)


# ── the table ─────────────────────────────────────────────────────────────────────────────────


def test_the_tables_fit_together() -> None:
    assert set(OFFERED) <= set(KINDS)
    assert {name for names in OFFERED.values() for name in names} == set(REMEDIES)
    assert set(HELPS) == set(REMEDIES)
    for name, (kind, _) in HELPS.items():
        assert name in OFFERED[kind]
    for remedy in REMEDIES.values():
        assert remedy.why.endswith(".")
        assert remedy.source
        assert remedy.title[0].isupper()


def test_offers_come_in_order_and_say_their_numbers() -> None:
    found = offers("dead", lesson("dead_relu"))
    order = ["gone", "better", "same", "worse", "impossible"]
    assert [order.index(offer.verdict) for offer in found] == sorted(
        order.index(offer.verdict) for offer in found
    )
    best = found[0]
    assert (best.before, best.after) == (0.5, 0.0)
    assert best.sentence == "Dead units, the most of a layer: 0.5 → 0."
    assert offers("overfitting", lesson("dead_relu")) == ()


def test_what_has_no_measure_of_its_own_is_counted() -> None:
    document = parse("h = relu(x @ W - 9)\nL = mean((h @ v - y)**2)", {"x": np.ones((9, 2)), "y": np.ones(9)},
                     {"W": np.eye(2), "v": np.ones(2)})  # fmt: skip
    found = offered("zero gradient", document)["leaky_relu"]
    assert found.verdict == "gone"
    assert found.sentence.startswith("Values with this finding (gradient is exactly zero): ")
    assert found.after == 0 < found.before
    assert offered("zero gradient", lesson("truncated_bptt"))["initialise"].verdict == "same"


# ── single cases ──────────────────────────────────────────────────────────────────────────────


def applied(name: str, document: Document) -> Document:
    return REMEDIES[name].apply(document)


def refused(name: str, document: Document, words: str) -> None:
    with pytest.raises(NotApplicable, match=words):
        applied(name, document)


def test_gates_and_the_last_activation_stay() -> None:
    refused("relu", lesson("lstm"), "no sigmoid or tanh")
    made = applied("relu", lesson("xor"))
    assert "h = relu(" in made.program
    assert "p = sigmoid(" in made.program
    refused("relu", lesson("logistic_regression"), "no sigmoid or tanh")
    refused("shortcut", lesson("lstm"), "no layer gives as many numbers")


def test_weights_begin_with_the_variance_of_their_use() -> None:
    rows, columns, depth = 60, 40, 3
    random = np.random.default_rng(0)
    program = "h = relu(x @ A)\nh2 = tanh(B @ h)\np = h2 @ S[1]\nL = sum(p) + sum(h @ S[2] @ S[0])"
    document = parse(
        program,
        {"x": random.standard_normal((rows, rows))},
        {
            "A": np.ones((rows, columns)),
            "B": np.ones((30, rows)),
            "S": np.ones((depth, columns, columns)),
        },
    )
    made = applied("initialise", document)
    deviation = {name: float(each.array.std()) for name, each in made.parameters.items()}
    assert deviation["A"] == pytest.approx(np.sqrt(2 / rows), rel=0.05)  # He: before a ReLU
    assert deviation["B"] == pytest.approx(np.sqrt(2 / (rows + 30)), rel=0.05)  # Glorot, on the left
    assert deviation["S"] == pytest.approx(np.sqrt(2 / (columns + columns)), rel=0.05)  # of each slice
    assert made.parameters["A"].spelling == {"shape": [60, 40], "init": "he_normal", "seed": 1}


def test_seeds_that_a_file_gives_are_kept() -> None:
    document = lesson("spirals")
    made = applied("orthogonal", document)
    for name in ("W1", "W2", "W3"):
        assert made.parameters[name].spelling["seed"] == document.parameters[name].spelling["seed"]
        matrix = made.parameters[name].array
        small = min(matrix.shape)
        gram = matrix @ matrix.T if matrix.shape[0] == small else matrix.T @ matrix
        np.testing.assert_allclose(gram, np.eye(small), atol=1e-12)
    assert made.parameters["b1"] is document.parameters["b1"]
    refused("orthogonal", made, "begin like that already")


def test_convolutions_begin_by_their_window() -> None:
    made = applied("initialise", lesson("cnn"))
    spelling = made.parameters["K"].spelling
    assert spelling["init"] == "he_normal"
    assert "scale" not in spelling


def test_a_normalisation_in_a_loop_over_weights_has_scales_of_its_own() -> None:
    made = applied("layer_norm", deep("tanh"))
    assert "h = tanh(layer_norm(z, h_scale[k], h_shift[k]))" in made.program
    assert made.parameters["h_scale"].array.shape == (20, 6)
    shared = applied("layer_norm", lesson("rnn"))
    assert shared.parameters["h_scale"].array.shape == (3,)
    assert "tanh(layer_norm(z, h_scale, h_shift))" in shared.program


def test_new_names_are_free_ones() -> None:
    document = parse(
        "h_scale = 2*x\nh = tanh(h_scale @ W)\nL = sum(h @ W)", {"x": np.ones((2, 3))}, {"W": np.eye(3)}
    )
    made = applied("layer_norm", document)
    assert "tanh(layer_norm(h_scale @ W, h_scale_2, h_shift))" in made.program


def test_what_is_normalised_stays_so() -> None:
    once = applied("layer_norm", lesson("saturated"))
    refused("layer_norm", once, "normalised already")
    refused("layer_norm", lesson("deep_sigmoid"), "single unit")
    refused("layer_norm", lesson("two_layer"), "2 units")
    refused("batch_norm", lesson("rnn"), "no row an example")


def test_batch_normalisation_remembers_for_single_examples() -> None:
    document = lesson("spirals")
    made = applied("batch_norm", document)
    assert list(made.inputs)[:2] == list(document.inputs)
    assert {"h1_mean", "h1_variance"} <= set(made.inputs)


def test_shortcuts_join_equal_shapes_only_and_once() -> None:
    made = applied("shortcut", lesson("spirals"))
    assert "h2 = h1 + tanh(h1 @ W2 + b2)" in made.program
    assert "h1 = tanh(x @ W1 + b1)" in made.program
    refused("shortcut", made, "having a shortcut already")
    refused("shortcut", lesson("residual"), "having a shortcut already")
    refused("shortcut", lesson("saturated"), "as many numbers as it takes")


@pytest.mark.parametrize(
    ("table", "name", "wanted"),
    [
        ({}, "clip", {"clip_norm": 1.0}),
        ({"clip_norm": 5.0}, "clip", {"clip_norm": 1.0}),
        ({"optimizer": "adam:lr=0.1,clip_norm=5"}, "clip", {"optimizer": "adam:lr=0.1,clip_norm=1.0"}),
        ({}, "lower_rate", {"optimizer": "sgd:lr=0.01"}),
        ({"optimizer": "adam:lr=0.02,schedule=cosine"}, "higher_rate",
         {"optimizer": "adam:lr=0.2,schedule=cosine"}),
        ({"optimizer": "adam:lr=0.02", "clip_norm": 3.0, "schedule": "cosine"}, "lower_rate",
         {"optimizer": "adam:lr=0.002", "clip_norm": 3.0, "schedule": "cosine"}),
    ],
)  # fmt: skip
def test_steps_change_one_setting(table: dict[str, Any], name: str, wanted: dict[str, Any]) -> None:
    made = applied(name, lesson("two_layer").with_training(table))
    assert dict(made.training) == {**table, **wanted}


def test_a_gradient_is_clipped_once() -> None:
    refused("clip", lesson("two_layer").with_training({"clip_norm": 0.5}), "clipped at 0.5 already")


def test_a_document_that_does_not_run_has_no_remedies() -> None:
    document = parse("L = sum(x @ W)", {"x": np.ones((2, 3))}, {"W": np.ones((3, 3))})
    broken = dataclasses.replace(document, inputs=parse("L = x", {"x": np.ones((2, 4))}).inputs)
    refused("initialise", broken, "has to run first")


def test_a_model_without_a_program_says_how_to_get_one() -> None:
    document = open_document(resolve("recurrent"))
    refused("relu", document, "convert it to .toml")
