"""Learning-rate schedules: which rate each step of an optimizer uses.

Names, parameters and arithmetic are those of `torch.optim.lr_scheduler`, whose own class names
(`CosineAnnealingLR:T_max=100`) serve as well as the short ones (`cosine:T_max=100`). Only bare
`constant` means what it says; PyTorch's ConstantLR, which starts at a third, is `constant_factor`.

The one rule: every schedule is one row of the table below; reading a text, completing its
parameters and running it go by the row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.errors import nearest
from graph_explorer.lab import rates
from graph_explorer.lab.hyperparameters import (
    BELOW_ONE,
    FRACTION,
    NOT_NEGATIVE,
    POSITIVE,
    Bounds,
    Hyperparameter,
    HyperparameterError,
    Value,
    choice,
    flag,
    integer,
    number,
    read_pairs,
    split,
    write_value,
)
from graph_explorer.lab.rates import Rate, Rates, Values


@dataclass(frozen=True)
class Schedule:
    """One schedule: `run(lr, values)` runs it, with the learning rate the method was given.

    `complete(values, lr, steps)` fills in the parameters that have no fixed default (they are
    `None` until then) from the learning rate and the number of steps. `formula` is LaTeX for the
    rate of step t, counted from 0.
    """

    name: str
    torch_name: str
    title: str
    formula: str
    parameters: tuple[Hyperparameter, ...]
    run: Callable[[float, Values], Rates]
    complete: Callable[[Values, float, int], dict[str, Value]] = lambda values, lr, steps: {}
    reference: str = ""
    needs_losses: bool = False


@dataclass(frozen=True)
class ScheduleSettings:
    """A schedule with the parameters it was given; the others keep their defaults."""

    schedule: Schedule
    given: Mapping[str, Value]

    def __str__(self) -> str:
        pairs = ",".join(f"{key}={write_value(value)}" for key, value in self.given.items())
        return f"{self.schedule.name}:{pairs}" if pairs else self.schedule.name

    def values(self, lr: float, steps: int) -> dict[str, Value]:
        """All parameters, complete for a run of `steps` steps from the learning rate `lr`."""
        values = {row.name: row.default for row in self.schedule.parameters} | dict(self.given)
        worked_out = self.schedule.complete(values, lr, steps)
        return values | {key: worked_out[key] for key in worked_out if values[key] is None}

    def start(self, lr: float, steps: int) -> Rates:
        """The schedule, running: `next` gives the first rate, `send(loss)` the one after."""
        return self.schedule.run(lr, self.values(lr, steps))

    @property
    def cycles_momentum(self) -> bool:
        """Whether it cycles the momentum beside the learning rate, as one-cycle and cyclic do."""
        names = {row.name for row in self.schedule.parameters}
        return "cycle_momentum" in names and bool(self.given.get("cycle_momentum", True))


def _cyclic_range(values: Values, lr: float, steps: int) -> dict[str, Value]:
    """The method's rate is the peak, or the base where only the peak is given.

    Smith (2017) takes a base of a third or a quarter of the peak; PyTorch asks for both.
    """
    return {"base_lr": lr / 4 if values["max_lr"] is None else lr, "max_lr": lr}


def _one_cycle_range(values: Values, lr: float, steps: int) -> dict[str, Value]:
    total = values["total_steps"]
    if total is not None and steps > total + 1:
        raise HyperparameterError(
            f"one_cycle ends after total_steps={total}, but {steps} steps are asked; "
            "raise total_steps or leave it out"
        )
    return {"max_lr": lr, "total_steps": max(steps, 1)}


_ABOVE_ZERO_TO_ONE = Bounds(0.0, 1.0, open_low=True)
_GAMMA = "the factor by which the rate shrinks"
_ETA_MIN = number("eta_min", 0.0, "the lowest rate", NOT_NEGATIVE, (1e-6, 1e-2), log=True)
_CYCLE = flag("cycle_momentum", True, "whether the momentum (or beta1) cycles against the rate")


def _momentum_range(low: float, high: float) -> tuple[Hyperparameter, ...]:
    return (
        _CYCLE,
        number("base_momentum", low, "the momentum where the rate is highest", BELOW_ONE),
        number("max_momentum", high, "the momentum where the rate is lowest", BELOW_ONE),
    )


def _held(name: str, torch_name: str, title: str, factor: float) -> Schedule:
    return Schedule(
        name,
        torch_name,
        title,
        r"\eta_t = f\,\eta \text{ for } t < T, \text{ then } \eta",
        (
            number("factor", factor, "the factor on the first steps", _ABOVE_ZERO_TO_ONE),
            integer("total_iters", 5, "for how many steps the factor applies", NOT_NEGATIVE),
        ),
        rates.steady,
    )


_ROWS = (
    _held("constant", "", "Constant", 1.0),
    _held("constant_factor", "ConstantLR", "Constant, reduced on the first steps", 1 / 3),
    Schedule(
        "step",
        "StepLR",
        "Steps",
        r"\eta_t = \eta\,\gamma^{\lfloor t/s \rfloor}",
        (
            integer("step_size", None, "how many steps a rate lasts", optional=True),
            number("gamma", 0.1, _GAMMA),
        ),
        rates.steps,
        lambda values, lr, steps: {"step_size": max(1, steps // 3)},
    ),
    Schedule(
        "multistep",
        "MultiStepLR",
        "Milestones",
        r"\eta_t = \eta\,\gamma^{k}, \quad k \text{ milestones passed}",
        (
            Hyperparameter(
                "milestones",
                "integers",
                None,
                "the steps at which the rate shrinks, with slashes between",
                (NOT_NEGATIVE,),
                optional=True,
            ),
            number("gamma", 0.1, _GAMMA),
        ),
        rates.multistep,
        lambda values, lr, steps: {"milestones": (max(1, steps // 2), max(1, 3 * steps // 4))},
    ),
    Schedule(
        "exponential",
        "ExponentialLR",
        "Exponential decay",
        r"\eta_t = \eta\,\gamma^{t}",
        (number("gamma", 0.99, _GAMMA, usual=(0.9, 1.0)),),
        rates.exponential,
    ),
    Schedule(
        "cosine",
        "CosineAnnealingLR",
        "Cosine annealing",
        r"\eta_t = \eta_{\min} + \frac{\eta - \eta_{\min}}{2}"
        r"\left(1 + \cos\frac{\pi t}{T_{\max}}\right)",
        (
            integer("T_max", None, "steps from the highest to the lowest rate", optional=True),
            _ETA_MIN,
        ),
        rates.cosine,
        lambda values, lr, steps: {"T_max": max(1, steps)},
        "Loshchilov, Hutter: SGDR, ICLR 2017",
    ),
    Schedule(
        "warm_restarts",
        "CosineAnnealingWarmRestarts",
        "Cosine with warm restarts",
        r"\eta_t = \eta_{\min} + \frac{\eta - \eta_{\min}}{2}"
        r"\left(1 + \cos\frac{\pi T_{cur}}{T_i}\right)",
        (
            integer("T_0", None, "steps before the first restart", optional=True),
            integer("T_mult", 1, "by what each period is longer than the one before"),
            _ETA_MIN,
        ),
        rates.warm_restarts,
        lambda values, lr, steps: {"T_0": max(1, steps // 4)},
        "Loshchilov, Hutter: SGDR, ICLR 2017",
    ),
    Schedule(
        "linear",
        "LinearLR",
        "Linear warm-up",
        r"\eta_t = \eta\left(f_0 + (f_1 - f_0)\frac{\min(t, T)}{T}\right)",
        (
            number("start_factor", 1 / 3, "the factor at the first step", _ABOVE_ZERO_TO_ONE),
            number("end_factor", 1.0, "the factor at the end", FRACTION),
            integer("total_iters", 5, "how many steps the line takes"),
        ),
        rates.linear,
    ),
    Schedule(
        "one_cycle",
        "OneCycleLR",
        "One cycle",
        r"\eta_{\max}/d \rightarrow \eta_{\max} \rightarrow \eta_{\max}/(d\,d_{end})",
        (
            number("max_lr", None, "the peak; the method's rate", POSITIVE, optional=True),
            integer("total_steps", None, "steps of the whole cycle", optional=True),
            number("pct_start", 0.3, "the part of the steps in which the rate rises", FRACTION),
            choice("anneal_strategy", "cos", "the shape of the flanks", ("cos", "linear")),
            *_momentum_range(0.85, 0.95),
            number("div_factor", 25.0, "the peak divided by the first rate", POSITIVE, (1, 100)),
            number(
                "final_div_factor",
                1e4,
                "the first rate divided by the last",
                POSITIVE,
                (1, 1e6),
                log=True,
            ),
            flag("three_phase", False, "whether the way down has a phase of its own"),
        ),
        rates.one_cycle,
        _one_cycle_range,
        "Smith, Topin: Super-convergence, 2017",
    ),
    Schedule(
        "cyclic",
        "CyclicLR",
        "Cyclic",
        r"\eta_t = \eta_{low} + (\eta_{high} - \eta_{low})\,\Lambda(t)",
        (
            number("base_lr", None, "the lowest rate", NOT_NEGATIVE, optional=True),
            number("max_lr", None, "the highest rate", NOT_NEGATIVE, optional=True),
            integer("step_size_up", 2000, "steps up", usual=(1, 5000)),
            integer("step_size_down", None, "steps down; as many as up", optional=True),
            choice(
                "mode",
                "triangular",
                "how the height changes from cycle to cycle",
                ("triangular", "triangular2", "exp_range"),
            ),
            number("gamma", 1.0, "the factor a step in the mode exp_range", usual=(0.9, 1.0)),
            *_momentum_range(0.8, 0.9),
        ),
        rates.cyclic,
        _cyclic_range,
        "Smith: Cyclical learning rates, WACV 2017",
    ),
    Schedule(
        "polynomial",
        "PolynomialLR",
        "Polynomial decay",
        r"\eta_t = \eta\left(1 - \frac{\min(t, T)}{T}\right)^{p}",
        (
            integer("total_iters", 5, "steps until the rate is zero"),
            number("power", 1.0, "the exponent; 1 is a line", usual=(0.5, 4.0)),
        ),
        rates.polynomial,
    ),
    Schedule(
        "inverse_sqrt",
        "",
        "Inverse square root",
        r"\eta_t = \eta\,\min\left(\frac{t+1}{w}, \sqrt{\frac{w}{t+1}}\right)",
        (integer("warmup", 1, "steps of linear warm-up before the decay"),),
        rates.inverse_sqrt,
        reference="Vaswani et al.: Attention is all you need, 2017, equation 3, peak scaled to 1",
    ),
    Schedule(
        "plateau",
        "ReduceLROnPlateau",
        "Reduce on plateau",
        r"\eta_{t+1} = f\,\eta_t \text{ if the loss has not improved}",
        (
            choice("mode", "min", "whether a smaller or a larger loss is better", ("min", "max")),
            number("factor", 0.1, "the factor by which the rate shrinks", BELOW_ONE),
            integer("patience", 10, "steps without improvement that are borne", NOT_NEGATIVE),
            number("threshold", 1e-4, "the least improvement that counts", usual=(1e-6, 1e-1)),
            choice("threshold_mode", "rel", "relative or absolute", ("rel", "abs")),
            integer("cooldown", 0, "steps of rest after a reduction", NOT_NEGATIVE),
            number("min_lr", 0.0, "the lowest rate", usual=(1e-8, 1e-2), log=True),
            number("eps", 1e-8, "smaller reductions are left out", usual=(1e-12, 1e-4), log=True),
        ),
        rates.plateau,
        needs_losses=True,
    ),
)

SCHEDULES = {row.name: row for row in _ROWS}
_BY_ANY_NAME = SCHEDULES | {row.torch_name: row for row in _ROWS if row.torch_name}


def read_schedule(text: str) -> ScheduleSettings:
    """The schedule that a text such as `cosine:T_max=100` names."""
    name, pairs = split(text)
    lowered = {each.lower(): row for each, row in _BY_ANY_NAME.items()}
    if name.lower() not in lowered:
        raise HyperparameterError(
            f'no schedule is called "{name}"; {nearest(name, _BY_ANY_NAME)}', text=text, column=1
        )
    schedule = lowered[name.lower()]
    table = {row.name: row for row in schedule.parameters}
    return ScheduleSettings(schedule, read_pairs(text, schedule.name, pairs, table))


def learning_rates(
    schedule: str, lr: float, steps: int, losses: Sequence[float] | None = None
) -> NDArray[np.float64]:
    """The learning rate of each of `steps` steps, shape `(steps,)`.

    `lr` is the rate the method was given. Parameters that PyTorch has no default for are worked
    out from it and from `steps`: `cosine` descends over the whole run. `plateau` needs `losses`,
    one for each step but the last. Raises `HyperparameterError`.
    """
    return np.array([rate.lr for rate in scheduled(read_schedule(schedule), lr, steps, losses)])


def scheduled(
    settings: ScheduleSettings, lr: float, steps: int, losses: Sequence[float] | None = None
) -> list[Rate]:
    """The rate, and the momentum where it is cycled, of each of `steps` steps."""
    if not (math.isfinite(lr) and lr >= 0):
        raise HyperparameterError(f"the learning rate must be at least 0 and finite, found {lr}")
    if steps < 0:
        raise HyperparameterError(f"the number of steps must be at least 0, found {steps}")
    if settings.schedule.needs_losses and (losses is None or len(losses) < steps - 1):
        raise HyperparameterError(
            f"{settings.schedule.name} watches the losses; give one for each of the first "
            f"{max(steps - 1, 0)} steps, found {0 if losses is None else len(losses)}"
        )
    found: list[Rate] = []
    running = settings.start(lr, steps)
    for step in range(steps):
        loss = None if losses is None or step == 0 else float(losses[step - 1])
        found.append(running.send(loss))
    return found
