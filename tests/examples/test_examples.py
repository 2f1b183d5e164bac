"""What holds for every bundled example: it opens, runs, is right by differences, explains itself, is kept.

The numbers of each one are in `test_numbers.py` and `test_surfaces.py`.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from graph_explorer.document import run
from graph_explorer.engine.check import check
from graph_explorer.engine.trace import Pulled, Seeded
from graph_explorer.formats import open_document, save_document, toml_write
from graph_explorer.formats.examples import Example, examples, resolve
from graph_explorer.paths import EXAMPLES

every_example = pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
#: All but the models, which have no program.
every_program = pytest.mark.parametrize(
    "example", [one for one in examples() if one.path.suffix == ".toml"], ids=lambda example: example.name
)

#: Their gradients are cut short on purpose: parameters → what differences say, and backward does not.
CUT = {"truncated_bptt": {"Ws", "Wn", "Wh", "b"}}

#: What the first version promised; more may come, none may go.
PROMISED = {
    "squared_error",
    "neuron",
    "relu_stack",
    "fan_out",
    "dense_mse",
    "two_layer",
    "softmax_cross_entropy",
    "minibatch",
    "deep_sigmoid",
    "deep_relu",
    "exploding",
    "rnn",
    "lstm",
    "cnn",
    "attention",
    "batch_norm",
    "residual",
    "forward_vs_reverse",
    "saddle",
    "bowl",
    "ill_conditioned",
    "rosenbrock",
    "himmelblau",
    "beale",
    "rastrigin",
    "ackley",
    "monkey_saddle",
    "plateau",
    "six_hump_camel",
}


def test_all_that_was_promised_is_there() -> None:
    assert {example.name for example in examples()} >= PROMISED


def test_names_are_unique_over_both_folders() -> None:
    files = [*EXAMPLES.glob("**/*.toml"), *EXAMPLES.glob("**/*.onnx")]
    assert len({path.stem for path in files}) == len(files) == len(examples())
    assert len({example.title for example in examples()}) == len(files)


@every_example
def test_name_leads_to_the_file(example: Example) -> None:
    assert resolve(example.name) == example.path


@every_example
def test_explains_itself(example: Example) -> None:
    document = open_document(example.path)
    assert document.title == example.title != example.name
    assert example.summary.endswith(".")
    assert 30 <= len(example.summary) <= 200
    assert len(document.description.split()) >= 40
    assert document.parameters or example.name == "relu_stack"


@every_program
def test_nearly_every_line_has_a_caption(example: Example) -> None:
    document = open_document(example.path)
    lines = [
        line
        for line in document.program.splitlines()
        if line.strip() and not line.strip().startswith(("#", "return"))
    ]
    bare = [line for line in lines if "#" not in line]
    assert len(bare) <= len(lines) // 10, bare
    said = {node.caption for node in document.graph.nodes if node.caption}
    assert len(said) >= len([line for line in lines if "=" in line]) // 2
    for group in {node.group for node in document.graph.nodes if node.group}:
        assert document.read.captions[group], group


@every_example
def test_agrees_with_central_differences(example: Example) -> None:
    document = open_document(example.path)
    trace = run(document)
    compared = check(trace, document.leaves)
    assert {one.name for one in compared} == set(document.default_wrt)
    assert {one.name for one in compared if not one.agrees} == CUT.get(example.name, set())
    assert all(one.agrees or one.cut for one in compared)


@every_example
def test_values_and_gradients_are_finite_and_reach_every_parameter(example: Example) -> None:
    document = open_document(example.path)
    trace = run(document)
    assert trace.value(trace.output).shape == ()
    assert not trace.nonfinite
    for name in document.default_wrt:
        assert name in CUT.get(example.name, ()) or np.abs(trace.gradient(name)).max() > 0, name


@every_example
def test_steps_keep_their_two_sums(example: Example) -> None:
    trace = run(open_document(example.path))
    running: dict[str, np.ndarray] = {}
    touched: dict[str, int] = defaultdict(int)
    seed, *pulls = trace.steps
    assert isinstance(seed, Seeded)
    assert seed.gradient == 1
    running[trace.output] = seed.gradient
    for step, event in enumerate(pulls, 1):
        assert isinstance(event, Pulled)
        assert event.step == step
        before = running.get(event.into, np.zeros_like(event.contribution))
        assert event.contribution.shape == trace.value(event.into).shape
        wide = event.accumulated.dtype == np.float64
        near = {"rtol": 1e-12, "atol": 1e-300} if wide else {"rtol": 1e-6, "atol": 1e-9}
        np.testing.assert_allclose(event.accumulated, before + event.contribution, **near)
        running[event.into] = event.accumulated
        touched[event.into] += 1
    for name, accumulated in running.items():
        np.testing.assert_array_equal(accumulated, trace.gradient(name), err_msg=name)
        assert len(trace.terms(name)) == touched[name]


@every_program
def test_is_kept_unchanged(example: Example, tmp_path: Path) -> None:
    document = open_document(example.path)
    text = example.path.read_text(encoding="utf-8")
    assert toml_write.write(document) == text
    copy = tmp_path / example.path.name
    save_document(document, copy)
    again = open_document(copy)
    assert copy.read_text(encoding="utf-8") == text
    assert run(again).value(again.output) == run(document).value(document.output)
