"""Dropout: noise that keeps a network from relying on single units.

The one rule: the same seed drops the same entries, so a run can be repeated, and its backward pass
drops what the forward pass dropped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import first
from graph_explorer.engine.ops.declare import Array, Operation


def _kept(x: Array, ratio: Any, training_mode: Any, seed: int | None) -> tuple[Array, float]:
    """Which entries stay, and what they are multiplied by."""
    chance = 0.5 if ratio is None else float(np.asarray(ratio).reshape(()))
    if not 0 <= chance <= 1:
        raise InputError(f"Dropout: the ratio {chance:g} is not between 0 and 1")
    if training_mode is None or not np.asarray(training_mode).reshape(()) or chance == 0:
        return np.ones(np.shape(x), np.bool_), 1.0
    draws = np.random.RandomState(seed or 0).uniform(0.0, 1.0, np.shape(x))
    return draws >= chance, 1.0 / (1.0 - chance) if chance < 1 else 0.0


def dropout(
    x: Array, ratio: Any = None, training_mode: Any = None, *, seed: int | None = None
) -> tuple[Array, Array]:
    """x with a share `ratio` of the entries set to 0 and the others scaled up; and which stayed."""
    kept, scale = _kept(x, ratio, training_mode, seed)
    return np.asarray(x * kept * scale), kept


def _back(
    g: Any, y: Any, x: Array, ratio: Any = None, training_mode: Any = None, *, seed: int | None = None
) -> Array:  # fmt: skip
    kept, scale = _kept(x, ratio, training_mode, seed)
    return first(g) * kept * scale


def _push(
    d: Array, y: Any, x: Array, ratio: Any = None, training_mode: Any = None, *, seed: int | None = None
) -> tuple[Array, None]:  # fmt: skip
    kept, scale = _kept(x, ratio, training_mode, seed)
    return d * kept * scale, None


OPERATIONS = (
    Operation(
        name="Dropout",
        family="regularisation",
        summary="sets entries to zero by chance while training; passes all otherwise",
        forward=dropout,
        inputs=("x", "ratio", "training_mode"),
        pulls=(_back, None, None),
        pushes=(_push, None, None),
        operators=(r"\frac{\text{mask}}{1 - p} \odot",),
        flat="the ratio sets by chance which entries stay",
        settings={"ratio": 1, "training_mode": 2},
        reference="Srivastava et al. 2014",
    ),
)
