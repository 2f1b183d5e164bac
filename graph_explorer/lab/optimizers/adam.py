"""Adam and its relatives: momentum and RMSProp together, each corrected for its start."""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.lab.hyperparameters import Hyperparameter, flag, number
from graph_explorer.lab.optimizers.method import Memory, Method
from graph_explorer.lab.optimizers.rule import Constants, Update
from graph_explorer.lab.optimizers.shared import (
    SHARED,
    betas,
    decayed,
    epsilon,
    learning_rate,
    seen_gradient,
    with_defaults,
)


def _means(g: Any, was: Any, h: Constants) -> Update:
    """The running means of the gradients and of their squares."""
    m = yield "m", h.beta1 * was.m + (1 - h.beta1) * g
    v = yield "v", h.beta2 * was.v + (1 - h.beta2) * g**2
    return m, v


def adam(x: Any, g: Any, was: Any, h: Constants) -> Update:
    g = yield from seen_gradient(x, g, h)
    x = yield from decayed(x, h)
    m, v = yield from _means(g, was, h)
    if h.amsgrad:
        v = yield "v_max", np.maximum(was.v_max, v)
    if h.bias_correction:
        m = yield "m_hat", m / (1 - h.beta1**h.t)
        v = yield "v_hat", v / (1 - h.beta2**h.t)
    yield "x", x - h.lr * m / (np.sqrt(v) + h.eps)


def adamax(x: Any, g: Any, was: Any, h: Constants) -> Update:
    g = yield from seen_gradient(x, g, h)
    x = yield from decayed(x, h)
    m = yield "m", h.beta1 * was.m + (1 - h.beta1) * g
    u = yield "u", np.maximum(h.beta2 * was.u, np.abs(g) + h.eps)
    m_hat = yield "m_hat", m / (1 - h.beta1**h.t)
    yield "x", x - h.lr * m_hat / u


def nadam(x: Any, g: Any, was: Any, h: Constants) -> Update:
    g = yield from seen_gradient(x, g, h)
    x = yield from decayed(x, h)
    mu = yield "mu", h.beta1 * (1 - 0.5 * 0.96 ** (h.t * h.momentum_decay))
    mu_next = yield "mu_next", h.beta1 * (1 - 0.5 * 0.96 ** ((h.t + 1) * h.momentum_decay))
    product = yield "mu_product", was.mu_product * mu
    m, v = yield from _means(g, was, h)
    v_hat = yield "v_hat", v / (1 - h.beta2**h.t)
    m_hat = yield "m_hat", (1 - mu) / (1 - product) * g + mu_next / (1 - product * mu_next) * m
    yield "x", x - h.lr * m_hat / (np.sqrt(v_hat) + h.eps)


def radam(x: Any, g: Any, was: Any, h: Constants) -> Update:
    """Where the mean of squares holds too few gradients (ρ ≤ 5) it is left out of the step."""
    g = yield from seen_gradient(x, g, h)
    x = yield from decayed(x, h)
    m, v = yield from _means(g, was, h)
    m_hat = yield "m_hat", m / (1 - h.beta1**h.t)
    full = yield "rho_inf", 2 / (1 - h.beta2) - 1
    length = yield "length", full - 2 * h.t * h.beta2**h.t / (1 - h.beta2**h.t)
    trust = (length - 4) * (length - 2) * full / ((full - 4) * (full - 2) * length)
    rectifier = yield "rectifier", np.where(length > 5, np.sqrt(trust), 1)
    adaptive = np.sqrt(1 - h.beta2**h.t) / (np.sqrt(v) + h.eps)
    scale = yield "scale", np.where(length > 5, adaptive, 1)
    yield "x", x - h.lr * m_hat * scale * rectifier


_BIAS_CORRECTION = flag("bias_correction", True, "whether the means are corrected for their start")
_AMSGRAD = flag("amsgrad", False, "divides by the largest mean of squares so far")
_DECOUPLED = with_defaults(SHARED, decoupled_weight_decay=True, weight_decay=1e-2)
_MEANS = (Memory("m"), Memory("v"))


def _adam(
    name: str,
    title: str,
    summary: str,
    reference: str,
    shared: tuple[Hyperparameter, ...],
    ams: bool,
) -> Method:
    own = with_defaults((_AMSGRAD,), amsgrad=ams)
    rows = (learning_rate(1e-3), betas(0.9, 0.999), epsilon(1e-8), *own, _BIAS_CORRECTION)
    memories = (*_MEANS, Memory("v_max", when=lambda h: bool(h.amsgrad)))
    return Method(name, title, summary, reference, (*rows, *shared), memories, adam)


METHODS = (
    _adam(
        "adam",
        "Adam",
        "The mean gradient over the root of the mean square, both corrected for their start.",
        "Kingma, Ba: Adam, ICLR 2015, algorithm 1",
        SHARED,
        ams=False,
    ),
    _adam(
        "adamw",
        "AdamW",
        "Adam whose weight decay acts on the point and not through the gradient.",
        "Loshchilov, Hutter: Decoupled weight decay regularization, ICLR 2019",
        _DECOUPLED,
        ams=False,
    ),
    _adam(
        "amsgrad",
        "AMSGrad",
        "Adam that divides by the largest mean of squares so far, so that steps cannot grow again.",
        "Reddi, Kale, Kumar: On the convergence of Adam and beyond, ICLR 2018",
        SHARED,
        ams=True,
    ),
    Method(
        "adamax",
        "Adamax",
        "Adam with the largest recent gradient in place of the mean square.",
        "Kingma, Ba: Adam, ICLR 2015, section 7.1",
        (learning_rate(2e-3), betas(0.9, 0.999), epsilon(1e-8), *SHARED),
        (Memory("m"), Memory("u")),
        adamax,
    ),
    Method(
        "nadam",
        "NAdam",
        "Adam with Nesterov's look ahead and a momentum that warms up.",
        "Dozat: Incorporating Nesterov momentum into Adam, 2016",
        (
            learning_rate(2e-3),
            betas(0.9, 0.999),
            epsilon(1e-8),
            number("momentum_decay", 4e-3, "how fast the momentum warms up", usual=(1e-5, 1.0), log=True),
            *SHARED,
        ),
        (*_MEANS, Memory("mu_product", 1.0, vector=False)),
        nadam,
    ),
    Method(
        "radam",
        "RAdam",
        "Adam that trusts its mean of squares only once that holds enough gradients.",
        "Liu et al.: On the variance of the adaptive learning rate and beyond, ICLR 2020",
        (learning_rate(1e-3), betas(0.9, 0.999), epsilon(1e-8), *SHARED),
        _MEANS,
        radam,
    ),
)
