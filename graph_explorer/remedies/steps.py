"""Other steps on the same document: clipped, shorter or longer.

The one rule: only the `[training]` table changes; program and values stay.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from types import MappingProxyType

import numpy as np

from graph_explorer.document import Document
from graph_explorer.engine.trace import Trace
from graph_explorer.lab.optimizers import MethodSettings, read_method
from graph_explorer.lab.training import check_training, read_training
from graph_explorer.remedies.text import NotApplicable

#: Pascanu, Mikolov and Bengio 2013 use thresholds of this size.
CLIP_NORM = 1.0


def method_of(document: Document) -> MethodSettings:
    """The method that a document is trained with, its clipping and schedule included; else plain descent."""
    return read_training({"data": "xor", **document.training}).optimizer


def first_update(document: Document, trace: Trace) -> float:
    """How long the first update after a run is, relative to all parameters; NaN where that is not known."""
    names = [name for name in document.default_wrt if trace.has_gradient(name)]
    if not names or trace.failure is not None:
        return math.nan
    point, gradient = (
        np.concatenate([np.ravel(of(name)) for name in names]).astype(float)
        for of in (trace.value, trace.gradient)
    )
    method = method_of(document)
    rate = next(iter(method.schedule.start(method.lr, 1)))
    with np.errstate(all="ignore"):
        after, _ = method.step(point, gradient, dict(method.init(point, *rate)), *rate, 0.0)
        return float(np.linalg.norm(after - point) / np.linalg.norm(point))


def _with(document: Document, **settings: object) -> Document:
    table = MappingProxyType({**document.training, **settings})
    check_training(table)
    return dataclasses.replace(document, training=table)


def clip(document: Document) -> Document:
    """No update follows a gradient longer than 1."""
    method = method_of(document)
    bound = method.given.get("clip_norm")
    if isinstance(bound, int | float) and bound <= CLIP_NORM:
        raise NotApplicable(f"the norm of the gradient is clipped at {bound:g} already")
    if "clip_norm=" in str(document.training.get("optimizer", "")):
        return _with(document, optimizer=_written(document, clip_norm=CLIP_NORM))
    return _with(document, clip_norm=CLIP_NORM)


def rate_times(factor: float) -> Callable[[Document], Document]:
    """The remedy that multiplies the learning rate."""

    def apply(document: Document) -> Document:
        lr = float(f"{method_of(document).lr * factor:.6g}")
        return _with(document, optimizer=_written(document, lr=lr))

    return apply


def _written(document: Document, **given: float) -> str:
    """The text of the optimizer with these hyper-parameters; keys of their own stay out of it."""
    text = str(document.training.get("optimizer", ""))
    own = read_method(text) if text else method_of(document)
    return str(dataclasses.replace(own, given={**own.given, **given}))


lower_rate = rate_times(0.1)
higher_rate = rate_times(10.0)
