"""The test surfaces against their formulas, written down here a second time, and against the literature.

The formulas are functions of complex numbers, so that a derivative is exact to rounding: the imaginary
part of f(x + ih) is h·f'(x) (Squire and Trapp, *Using complex variables to estimate derivatives of real
functions*, 1998). Nothing of the engine takes part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy import cos, exp, pi, sin, sqrt

from graph_explorer.document import run
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import Example, examples
from graph_explorer.lab.descent import descend
from graph_explorer.lab.optimizers import read_method
from graph_explorer.surfaces import surface_of

Formula = Callable[[Any, Any], Any]

SURFACES = {example.name: example for example in examples() if example.path.parent.name == "surfaces"}


def size(z: complex) -> complex:
    """The absolute value of a number on the real axis, and of one beside it."""
    return -z if np.real(z) < 0 else z


def levy(x: Any, y: Any) -> Any:
    u, v = 1 + (x - 1) / 4, 1 + (y - 1) / 4
    return (
        sin(pi * u) ** 2
        + (u - 1) ** 2 * (1 + 10 * sin(pi * u + 1) ** 2)
        + (v - 1) ** 2 * (1 + sin(2 * pi * v) ** 2)
    )


def goldstein_price(x: Any, y: Any) -> Any:
    p = 19 - 14 * x + 3 * x * x - 14 * y + 6 * x * y + 3 * y * y
    q = 18 - 32 * x + 12 * x * x + 48 * y - 36 * x * y + 27 * y * y
    return (1 + (x + y + 1) ** 2 * p) * (30 + (2 * x - 3 * y) ** 2 * q)


def beale(x: Any, y: Any) -> Any:
    return (1.5 - x * (1 - y)) ** 2 + (2.25 - x * (1 - y * y)) ** 2 + (2.625 - x * (1 - y**3)) ** 2


def branin(x: Any, y: Any) -> Any:
    b, c, t = 5.1 / (4 * pi**2), 5 / pi, 1 / (8 * pi)
    return (y - b * x * x + c * x - 6) ** 2 + 10 * (1 - t) * cos(x) + 10


def ackley(x: Any, y: Any) -> Any:
    near = -20 * exp(-0.2 * sqrt((x * x + y * y) / 2))
    return near - exp((cos(2 * pi * x) + cos(2 * pi * y)) / 2) + 20 + np.e


def schaffer_2(x: Any, y: Any) -> Any:
    return 0.5 + (sin(x * x - y * y) ** 2 - 0.5) / (1 + 0.001 * (x * x + y * y)) ** 2


def schaffer_4(x: Any, y: Any) -> Any:
    return 0.5 + (cos(sin(size(x * x - y * y))) ** 2 - 0.5) / (1 + 0.001 * (x * x + y * y)) ** 2


def eggholder(x: Any, y: Any) -> Any:
    return -(y + 47) * sin(sqrt(size(x / 2 + y + 47))) - x * sin(sqrt(size(x - y - 47)))


def michalewicz(x: Any, y: Any) -> Any:
    return -sin(x) * sin(x * x / pi) ** 20 - sin(y) * sin(2 * y * y / pi) ** 20


def cross_in_tray(x: Any, y: Any) -> Any:
    folded = size(sin(x) * sin(y)) * exp(size(100 - sqrt(x * x + y * y) / pi))
    return -0.0001 * (folded + 1) ** 0.1


def holder_table(x: Any, y: Any) -> Any:
    return -size(sin(x) * cos(y)) * exp(size(1 - sqrt(x * x + y * y) / pi))


def schwefel(x: Any, y: Any) -> Any:
    return 2 * 418.982887272416 - x * sin(sqrt(size(x))) - y * sin(sqrt(size(y)))


def camel(x: Any, y: Any) -> Any:
    return 4 * x**2 - 2.1 * x**4 + x**6 / 3 + x * y - 4 * y**2 + 4 * y**4


#: Surface → its formula, and its lowest value as it is printed in the literature (None: it has none).
TABLE: Mapping[str, tuple[Formula, float | None]] = {
    "ackley": (ackley, 0.0),
    "beale": (beale, 0.0),
    "bohachevsky": (lambda x, y: x**2 + 2 * y**2 - 0.3 * cos(3 * pi * x) - 0.4 * cos(4 * pi * y) + 0.7, 0.0),
    "booth": (lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2, 0.0),
    "bowl": (lambda x, y: x * x + y * y, 0.0),
    "branin": (branin, 0.397887),
    "bukin_6": (lambda x, y: 100 * sqrt(size(y - x * x / 100)) + size(x + 10) / 100, 0.0),
    "cross_in_tray": (cross_in_tray, -2.06261),
    "dixon_price": (lambda x, y: (x - 1) ** 2 + 2 * (2 * y * y - x) ** 2, 0.0),
    "drop_wave": (lambda x, y: -(1 + cos(12 * sqrt(x * x + y * y))) / (0.5 * (x * x + y * y) + 2), -1.0),
    "easom": (lambda x, y: -cos(x) * cos(y) * exp(-((x - pi) ** 2) - (y - pi) ** 2), -1.0),
    # the deepest hollow: on the border of the customary square it is deeper still, and not level
    "eggholder": (eggholder, -956.9182),
    "goldstein_price": (goldstein_price, 3.0),
    "griewank": (lambda x, y: 1 + (x * x + y * y) / 4000 - cos(x) * cos(y / sqrt(2)), 0.0),
    "himmelblau": (lambda x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2, 0.0),
    "holder_table": (holder_table, -19.2085),
    "ill_conditioned": (lambda x, y: (x * x + 50 * y * y) / 2, 0.0),
    "levy": (levy, 0.0),
    "matyas": (lambda x, y: 0.26 * (x * x + y * y) - 0.48 * x * y, 0.0),
    "mccormick": (lambda x, y: sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1, -1.9132),
    "michalewicz": (michalewicz, -1.8013),
    "monkey_saddle": (lambda x, y: x * (x * x - 3 * y * y), None),
    "noisy_ravine": (lambda x, y: (x * x + 25 * y * y) / 2, 0.0),
    "plateau": (lambda x, y: 1 - exp(-(x * x + y * y) / 2), 0.0),
    "rastrigin": (lambda x, y: 20 + x * x - 10 * cos(2 * pi * x) + y * y - 10 * cos(2 * pi * y), 0.0),
    "rosenbrock": (lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2, 0.0),
    "saddle": (lambda x, y: (x - y) * (x + y), None),
    "schaffer_2": (schaffer_2, 0.0),
    "schaffer_4": (schaffer_4, 0.292579),
    "schwefel": (schwefel, 0.0),
    "six_hump_camel": (camel, -1.0316),
    "styblinski_tang": (lambda x, y: (x**4 + y**4 - 16 * (x * x + y * y) + 5 * (x + y)) / 2, -78.3323),
    "three_hump_camel": (lambda x, y: 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2, 0.0),
    "trid": (lambda x, y: (x - 1) ** 2 + (y - 1) ** 2 - x * y, -2.0),
    "zakharov": (lambda x, y: x * x + y * y + (x / 2 + y) ** 2 + (x / 2 + y) ** 4, 0.0),
}

#: Where a listed minimum is a tip: a square root has no derivative there.
TIPS = {"ackley", "bukin_6"}

#: The surfaces that every collection has: here they are to be found under these names.
CLASSICAL = {
    "ackley", "beale", "booth", "bowl", "bukin_6", "cross_in_tray", "easom", "eggholder",
    "goldstein_price", "griewank", "himmelblau", "ill_conditioned", "levy", "matyas", "mccormick",
    "monkey_saddle", "noisy_ravine", "plateau", "rastrigin", "rosenbrock", "saddle", "schaffer_2",
    "schaffer_4", "six_hump_camel", "styblinski_tang", "three_hump_camel",
}  # fmt: skip

every_surface = pytest.mark.parametrize("name", sorted(SURFACES))


def gradient(formula: Formula, x: float, y: float) -> tuple[float, float]:
    h = 1e-40
    return float(np.imag(formula(x + h * 1j, y + 0j)) / h), float(np.imag(formula(x + 0j, y + h * 1j)) / h)


def points(example: Example) -> np.ndarray:
    """Where the example starts, and a few points of its window, `(rows, 2)`."""
    surface = open_document(example.path).surface
    assert surface is not None
    assert surface.start is not None
    left, right, bottom, top = surface.window
    random = np.random.default_rng(3)
    spread = random.uniform((left, bottom), (right, top), (6, 2))
    return np.vstack([surface.start, spread])


def test_every_surface_has_a_formula_here() -> None:
    assert set(TABLE) == set(SURFACES)
    assert set(SURFACES) >= CLASSICAL


@every_surface
def test_every_surface_says_what_to_do_and_where_it_is_from(name: str) -> None:
    description = open_document(SURFACES[name].path).description
    assert "**Do:**" in description
    assert "Source:" in description


@every_surface
def test_the_race_that_it_opens_with_runs(name: str) -> None:
    document = open_document(SURFACES[name].path)
    assert document.surface is not None
    surface = surface_of(document)
    assert surface.compiled is not None
    start = document.surface.start
    assert start is not None
    for text in document.surface.methods:
        path = descend(surface, read_method(text), start, document.surface.steps)
        assert path.steps == document.surface.steps, text
        assert path.losses.min() < path.losses[0], text


@every_surface
def test_values_and_gradients_are_those_of_the_formula(name: str) -> None:
    document, formula = open_document(SURFACES[name].path), TABLE[name][0]
    for x, y in points(SURFACES[name]):
        trace = run(document.with_values({"x": x, "y": y}))
        expected = float(np.real(formula(x, y)))
        assert float(trace.value("L")) == pytest.approx(expected, rel=1e-11, abs=1e-12)
        along_x, along_y = gradient(formula, x, y)
        scale = max(abs(along_x), abs(along_y), 1e-12)
        assert float(trace.gradient("x")) == pytest.approx(along_x, rel=1e-9, abs=1e-11 * scale)
        assert float(trace.gradient("y")) == pytest.approx(along_y, rel=1e-9, abs=1e-11 * scale)


@every_surface
def test_minima_are_those_of_the_literature(name: str) -> None:
    document, (formula, lowest) = open_document(SURFACES[name].path), TABLE[name]
    assert document.surface is not None
    assert bool(document.surface.minima) == (lowest is not None)
    for x, y in document.surface.minima:
        assert lowest is not None
        printed = 5 * 10.0 ** -len(str(lowest).partition(".")[2]) if lowest % 1 else 1e-9
        assert float(np.real(formula(x, y))) == pytest.approx(lowest, abs=printed)
        trace = run(document.with_values({"x": x, "y": y}), partial=True)
        assert float(trace.value("L")) == pytest.approx(lowest, abs=printed)
        if name in TIPS:
            assert trace.nonfinite
        else:
            assert abs(float(trace.gradient("x"))) < 1e-6
            assert abs(float(trace.gradient("y"))) < 1e-6


@every_surface
def test_window_holds_start_and_minima_and_nothing_lower(name: str) -> None:
    document, (formula, lowest) = open_document(SURFACES[name].path), TABLE[name]
    surface = document.surface
    assert surface is not None
    assert surface.axes == ("x", "y")
    left, right, bottom, top = surface.window
    assert surface.start is not None
    for x, y in (surface.start, *surface.minima):
        assert left <= x <= right
        assert bottom <= y <= top
    if lowest is not None:
        grid = [(x, y) for x in np.linspace(left, right, 41) for y in np.linspace(bottom, top, 41)]
        assert min(float(np.real(formula(x, y))) for x, y in grid) >= lowest - 1e-4
