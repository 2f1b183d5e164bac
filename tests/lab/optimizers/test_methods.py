"""What must hold for every method of the table."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import ziamath
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.lab.hyperparameters import HyperparameterError
from graph_explorer.lab.optimizers import METHODS, read_method
from graph_explorer.lab.optimizers.quantities import QUANTITIES
from graph_explorer.lab.optimizers.typeset import line_latex, names_in, worked_latex
from graph_explorer.lab.replay import replay

RULES = [name for name, method in METHODS.items() if method.rule is not None]
#: Every branch of every rule.
SETTINGS = [
    *RULES,
    "sgd:momentum=0.9,dampening=0.1",
    "sgd:momentum=0.9,convention=heavy_ball,dampening=0.2",
    "nesterov:convention=heavy_ball",
    "sgd:noise=0.1,clip_norm=1,clip_value=0.5,maximize=true,weight_decay=0.1",
    "adagrad:lr_decay=0.1,initial_accumulator_value=1",
    "rmsprop:centered=true,momentum=0.9",
    "adam:amsgrad=true,bias_correction=false",
    "adamw:amsgrad=true",
    "adafactor:weight_decay=0.1",
    "radam:betas=0.5/0.5",
]
GRADIENTS = np.random.default_rng(11).normal(size=(30, 2)) * np.array([1.0, 50.0])


def test_the_names_that_are_promised_are_there() -> None:
    promised = (
        "sgd momentum nesterov adagrad rmsprop adadelta adam adamw adamax nadam radam amsgrad "
        "adafactor lion rprop lbfgs newton cg gd_line_search"
    )
    assert set(promised.split()) <= set(METHODS)


@pytest.mark.parametrize("name", METHODS)
def test_every_record_is_complete(name: str) -> None:
    method = METHODS[name]
    assert method.name == name == name.lower()
    assert method.summary.endswith(".")
    assert re.search(r"(19|20)\d\d|chapter", method.reference)
    assert (method.rule is None) != (method.search is None)
    assert (method.kind == "gradient") == (method.rule is not None)
    assert "lr" in method.table
    assert len(method.table) == len(method.hyperparameters)
    for memory in method.memories:
        assert isinstance(memory.initial, float) or memory.initial in method.table


@pytest.mark.parametrize("name", RULES)
def test_every_rule_takes_what_all_share(name: str) -> None:
    shared = {"weight_decay", "decoupled_weight_decay", "maximize", "clip_norm", "clip_value", "noise"}
    assert shared | {"schedule"} <= set(METHODS[name].table)


@pytest.mark.parametrize("text", SETTINGS)
def test_the_printed_rule_is_what_runs(text: str) -> None:
    settings = read_method(text)
    point, state = np.array([1.0, -2.0]), settings.init(np.array([1.0, -2.0]), settings.lr)
    functions: dict[str, Any] = {
        "sqrt": np.sqrt, "abs": np.abs, "sign": np.sign, "where": np.where,
        "maximum": np.maximum, "minimum": np.minimum,
        "norm": lambda v: np.sqrt(np.sum(v * v, keepdims=True)),
        "rms": lambda v: np.sqrt(np.mean(v * v, keepdims=True)),
    }  # fmt: skip
    for gradient in GRADIENTS[:8]:
        xi = np.array([0.3, -0.7])
        rows = settings.worked(point, gradient, state, settings.lr, xi=xi)
        point, state = settings.step(point, gradient, state, settings.lr, xi=xi)
        for row in rows:
            with np.errstate(all="ignore"):
                again = eval(row.line.formula.text(), functions | dict(row.known))
            np.testing.assert_allclose(again, row.value, rtol=1e-12)
        final = {row.line.name: row.value for row in rows}
        np.testing.assert_array_equal(final["x"], point)
        for name, value in state.items():
            if name in final:
                np.testing.assert_array_equal(final[name], value)


@pytest.mark.parametrize("text", SETTINGS)
def test_every_letter_has_a_row_and_a_drawing(text: str) -> None:
    settings = read_method(text)
    known = set(QUANTITIES) | {f"{name}_before" for name in QUANTITIES}
    functions = {"+", "-", "*", "/", "**", "neg", "sqrt", "abs", "sign", "where", "norm", "rms"}
    functions |= {"maximum", "minimum", ">", "<"}
    point = np.array([1.0, -2.0])
    state = settings.init(point, settings.lr)
    rows = settings.worked(point, GRADIENTS[0], state, settings.lr, xi=np.array([1.0, -1.0]))
    assert len(rows) == len(settings.lines(first=True))
    for row in rows:
        assert row.line.name in QUANTITIES
        assert names_in(row.line.formula) <= known | functions
        for latex in (line_latex(row.line), worked_latex(row, 0), worked_latex(row, 1)):
            assert "_before" not in latex
        assert "<svg" in ziamath.Latex(line_latex(row.line)).svg()
        assert "<svg" in ziamath.Latex(worked_latex(row, 1)).svg()


def test_the_rule_of_adam_in_letters_and_in_numbers() -> None:
    settings = read_method("adam:lr=0.1")
    assert [line_latex(line) for line in settings.lines()] == [
        r"m_{t} = \beta_1 \, m_{t-1} + \left(1 - \beta_1\right) \, g_{t}",
        r"v_{t} = \beta_2 \, v_{t-1} + \left(1 - \beta_2\right) \, g_{t}^{2}",
        r"\hat{m}_{t} = \frac{m_{t}}{1 - \beta_1^{t}}",
        r"\hat{v}_{t} = \frac{v_{t}}{1 - \beta_2^{t}}",
        r"x_{t} = x_{t-1} - \frac{\eta \, \hat{m}_{t}}{\sqrt{\hat{v}_{t}} + \epsilon}",
    ]
    point = np.array([1.0, -2.0])
    first = settings.worked(point, np.array([0.5, -4.0]), settings.init(point, 0.1), 0.1)[0]
    assert worked_latex(first, 1) == (
        r"m_{t} = 0.9 \cdot 0 + \left(1 - 0.9\right) \cdot \left({-4}\right) = {-0.4}"
    )


@pytest.mark.parametrize("text", SETTINGS)
def test_a_step_changes_nothing_it_was_given(text: str) -> None:
    settings = read_method(text)
    point, gradient = np.array([1.0, -2.0]), np.array([0.5, -4.0])
    state = settings.init(point, settings.lr)
    _, state = settings.step(point, gradient, state, settings.lr)
    before = {name: np.copy(value) for name, value in state.items()}
    settings.step(point, gradient, state, settings.lr)
    assert point.tolist() == [1.0, -2.0]
    assert gradient.tolist() == [0.5, -4.0]
    for name, value in before.items():
        np.testing.assert_array_equal(state[name], value)


@pytest.mark.parametrize("text", SETTINGS)
def test_a_batch_with_a_rate_each_is_the_starts_alone(text: str) -> None:
    settings = read_method(text)
    rates = np.array([[0.001], [0.1], [0.3]])
    points = np.array([[1.0, -2.0], [0.5, 0.25], [-3.0, 1.0]])
    batch, state = points, settings.init(points, rates)
    single = [(point, settings.init(point, rate)) for point, rate in zip(points, rates[:, 0], strict=True)]
    for gradient in GRADIENTS[:10]:
        batch, state = settings.step(batch, np.tile(gradient, (3, 1)), state, rates)
        single = [
            settings.step(point, gradient, each, rate)
            for (point, each), rate in zip(single, rates[:, 0], strict=True)
        ]
        np.testing.assert_allclose(batch, [point for point, _ in single], rtol=1e-13)


@pytest.mark.parametrize(
    "text", ["adam", "adamw:weight_decay=0", "amsgrad", "nadam:betas=0/0.9", "rprop", "lion"]
)
@given(
    gradient=st.lists(st.floats(-1e6, 1e6).filter(lambda g: g == 0 or abs(g) > 1e-2), min_size=1, max_size=4)
)
def test_the_first_step_has_the_size_of_the_rate(text: str, gradient: list[float]) -> None:
    settings = f"{text}{',' if ':' in text else ':'}lr=0.125"
    step = replay(settings, np.zeros(len(gradient)), [gradient])[1]
    np.testing.assert_allclose(step, -0.125 * np.sign(gradient), rtol=2e-6)


@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov"])
def test_nothing_is_clipped_unless_asked(name: str) -> None:
    step = replay(f"{name}:lr=1,momentum=0,nesterov=false", [0.0, 0.0], [[-1e200, 1e150]])[1]
    np.testing.assert_array_equal(step, [1e200, -1e150])
    written = [line_latex(line) for line in read_method(name).lines()]
    assert not any(r"\min" in latex or r"\max" in latex for latex in written)
    asked = [line_latex(line) for line in read_method(f"{name}:clip_norm=1").lines()]
    assert any(r"c_{norm}" in latex for latex in asked)


@pytest.mark.parametrize(
    "options", ["momentum=0.9", "momentum=0.7,dampening=0.2", "momentum=0.9,nesterov=true"]
)
def test_both_conventions_agree_while_the_rate_is_constant(options: str) -> None:
    start = [1.0, -2.0]
    ours = replay(f"sgd:lr=0.01,{options}", start, GRADIENTS)
    other = replay(f"sgd:lr=0.01,{options},convention=heavy_ball", start, GRADIENTS)
    np.testing.assert_allclose(ours, other, rtol=1e-10)
    falling = "schedule=exponential:gamma=0.9"
    ours = replay(f"sgd:lr=0.01,{options},{falling}", start, GRADIENTS)
    other = replay(f"sgd:lr=0.01,{options},{falling},convention=heavy_ball", start, GRADIENTS)
    assert np.abs(ours - other).max() > 1e-3


@pytest.mark.parametrize("name", RULES)
def test_maximize_is_the_mirror_image(name: str) -> None:
    down = replay(name, [0.0, 0.0], GRADIENTS)
    up = replay(f"{name}:maximize=true", [0.0, 0.0], GRADIENTS)
    np.testing.assert_array_equal(up, -down)


@pytest.mark.parametrize("name", sorted(set(RULES) - {"asgd", "rprop", "adafactor"}))
def test_the_way_is_the_rate_times_something(name: str) -> None:
    ways = [
        np.diff(replay(f"{name}:lr={rate},weight_decay=0", [0.0, 0.0], GRADIENTS), axis=0) / rate
        for rate in (0.5, 0.0625)
    ]
    np.testing.assert_allclose(ways[0], ways[1], rtol=1e-9, atol=1e-12)


def test_adam_is_momentum_and_rmsprop_together() -> None:
    # without the mean of gradients Adam is RMSProp, corrected; without that of squares it sees the sign
    alone = replay("adam:betas=0/0.99,bias_correction=false,lr=0.01", [0.0, 0.0], GRADIENTS)
    np.testing.assert_allclose(alone, replay("rmsprop:alpha=0.99", [0.0, 0.0], GRADIENTS), rtol=1e-12)
    signs = replay("adam:betas=0/0,lr=0.01", [0.0, 0.0], GRADIENTS)
    np.testing.assert_allclose(np.diff(signs, axis=0), -0.01 * np.sign(GRADIENTS), rtol=1e-5)


def test_on_a_parabola_descent_and_momentum_follow_their_closed_forms() -> None:
    # f = a·x²/2: descent multiplies x by 1 - lr·a; momentum by the matrix [[1 + μ - lr·a, -μ], [1, 0]]
    rate, curvature, mu = 0.1, 3.0, 0.9
    settings, heavy = read_method(f"sgd:lr={rate}"), read_method(f"momentum:lr={rate},momentum={mu}")
    x, state = np.array([2.0]), settings.init(np.array([2.0]), rate)
    y, memory = np.array([2.0]), heavy.init(np.array([2.0]), rate)
    matrix = np.array([[1 + mu - rate * curvature, -mu], [1, 0]])
    pair = np.array([2.0, 2.0])
    for step in range(1, 40):
        x, state = settings.step(x, curvature * x, state, rate)
        y, memory = heavy.step(y, curvature * y, memory, rate)
        pair = matrix @ pair
        assert x[0] == pytest.approx(2.0 * (1 - rate * curvature) ** step, rel=1e-12)
        assert y[0] == pytest.approx(pair[0], rel=1e-9, abs=1e-12)


def test_a_rule_and_a_search_are_not_confused() -> None:
    point = np.array([1.0, 2.0])
    with pytest.raises(HyperparameterError, match="newton chooses where it evaluates"):
        read_method("newton").step(point, point, {"t": 0}, 1.0)
    assert read_method("newton").lines() == ()
