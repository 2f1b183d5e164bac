"""The flow through the layers: on examples whose numbers are known, and on one batch throughout."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph_explorer.document import parse, run
from graph_explorer.engine.errors import Cancelled
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve
from graph_explorer.lab import flow
from graph_explorer.lab.flow import Probe, overall
from graph_explorer.lab.training import read_training


def probe(name: str) -> Probe:
    document = open_document(resolve(name))
    return Probe(document, read_training(document.training) if "data" in document.training else None)


def test_layers_are_where_weights_meet_the_signal_first_to_last() -> None:
    layers = probe("spirals").at({}).layers
    assert [layer.parameters for layer in layers] == [("W1", "b1"), ("W2", "b2"), ("W3", "b3")]
    assert [layer.activations for layer in layers] == [("h1",), ("h2",), ()]
    assert [layer.place for layer in layers] == ["h1.matmul", "h2.matmul", "z.matmul"]


def test_parts_of_one_parameter_are_weights_of_their_own() -> None:
    found = probe("deep_sigmoid").at({})
    assert len(found.layers) == 20
    assert {layer.parameters for layer in found.layers} == {("w",)}
    trace = run(open_document(resolve("deep_sigmoid")))
    np.testing.assert_allclose(found.weight_gradients, np.abs(trace.gradient("w")), rtol=1e-12)
    np.testing.assert_allclose(found.weights, 1.0)


def test_norms_are_those_of_the_trace() -> None:
    document = open_document(resolve("two_layer"))
    found, trace = Probe(document).at({}), run(document)
    for k, layer in enumerate(found.layers):
        wanted = np.linalg.norm(trace.gradient(layer.place))
        assert found.gradients[k] == pytest.approx(wanted)
        learnt = [np.linalg.norm(trace.gradient(name)) for name in layer.parameters]
        assert found.weight_gradients[k] == pytest.approx(np.linalg.norm(learnt))
    assert found.means[0] == pytest.approx(trace.value("h").mean())
    assert found.deviations[0] == pytest.approx(trace.value("h").std())


SENTENCES = {
    "deep_sigmoid": ("vanishing", "shrinks"),
    "exploding": ("exploding", "grows"),
    "dead_relu": ("dead", "2 of 4 units"),
    "saturated": ("saturated", "12 of 15 entries"),
    "deep_relu": ("", "gets through"),
    "spirals": ("", "gets through"),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_what_is_the_matter_is_said(name: str) -> None:
    kind, words = SENTENCES[name]
    found = probe(name).at({})
    assert words in found.sentence
    assert [each.kind for each in found.findings if each.severity == "problem"] == ([kind] if kind else [])


def test_dead_and_saturated_units_are_counted_by_layer() -> None:
    np.testing.assert_array_equal(probe("dead_relu").at({}).dead, [0.5, np.nan])
    np.testing.assert_array_equal(probe("saturated").at({}).saturated, [0.8, np.nan])


def test_the_probe_is_the_same_batch_at_all_parameters() -> None:
    found = probe("spirals")
    values = found.trace({}).value("x"), found.trace({"b3": np.array([1.0, 0.0])}).value("x")
    assert len(values[0]) == flow.EXAMPLES
    np.testing.assert_array_equal(*values)
    assert found.at({"b3": np.array([1.0, 0.0])}).gradients[0] != found.at({}).gradients[0]
    np.testing.assert_array_equal(found.at({}).gradients, probe("spirals").at({}).gradients)


def test_few_examples_are_all_in_the_probe() -> None:
    assert len(probe("xor").trace({}).value("x")) == 4


# ── updates ───────────────────────────────────────────────────────────────────────────────────


def kinds(found: Any) -> list[tuple[str, str]]:
    return [(each.kind, each.severity) for each in found.findings]


def test_updates_that_were_made_count_and_not_those_of_one_rate() -> None:
    found = probe("xor")
    assert kinds(found.at({}, rate=1e6)) == [("large update", "note")]
    assert kinds(found.at({}, {"W1": 1e-3, "w2": 2e-3, "b2": float("nan")}, rate=1e6)) == []
    assert kinds(found.at({}, {"W1": 3.0, "w2": 2e-3})) == [("large update", "problem")]
    assert kinds(found.at({}, {"W1": 1e-9, "w2": 1e-9})) == [("small update", "note")]
    assert "'W1'" in found.at({}, {"W1": 3.0, "w2": 2e-3}).sentence


def test_an_update_of_all_parameters_together() -> None:
    values = {"a": np.array([3.0, 4.0]), "b": np.array([12.0])}
    assert overall({"a": 0.1, "b": 0.2}, values) == pytest.approx(np.hypot(0.5, 2.4) / 13)
    assert overall({"a": 0.1, "b": float("nan")}, values) == pytest.approx(0.1)
    assert np.isnan(overall({"b": float("nan")}, values))


# ── odd networks ──────────────────────────────────────────────────────────────────────────────


def test_a_network_without_layers_has_no_flow_and_says_so() -> None:
    found = Probe(parse("L = w + x", {"x": 1.0}, {"w": 2.0})).at({})
    assert found.layers == ()
    assert np.isnan(found.ratio)
    assert found.sentence == "Nothing ill was found on these examples."


def test_numbers_that_are_infinite_make_no_warning() -> None:
    found = probe("spirals").at({"W1": np.full((2, 16), np.inf)})
    assert any(each.kind in ("nan value", "infinite value") for each in found.findings)
    assert np.isnan(found.ratio) or found.ratio >= 0


def test_a_run_that_fails_says_where(tmp_path: Path) -> None:
    document = parse("z = x @ W\nL = sum(z)", {"x": np.ones((2, 3))}, {"W": np.ones((3, 2))})
    broken = dataclasses.replace(document, parameters=parse("L=W", {}, {"W": np.ones((4, 2))}).parameters)
    assert Probe(broken).at({}).findings[0].kind == "failed"


def test_measuring_can_be_stopped() -> None:
    def stop(share: float) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        probe("spirals").at({}, checkpoint=stop)
