"""The arithmetic of the learning-rate schedules: one generator each.

The one rule: a schedule is a generator. It yields a `Rate` for every step, and is sent the loss of
that step in return; only `plateau` listens. Whatever the schedule does is therefore known before
the step, and the same code serves a whole table of rates and a run under way.

Several are recurrences, each rate from the one before, because PyTorch defines them so: a closed
form differs by rounding, which near the minimum of a cosine grows to 1e-11 of the rate.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Generator, Mapping
from typing import Any, NamedTuple

from graph_explorer.lab.hyperparameters import HyperparameterError


class Rate(NamedTuple):
    """What one step uses: the learning rate, and a momentum where the schedule cycles it too."""

    lr: float
    momentum: float | None = None


Rates = Generator[Rate, float | None, None]
Values = Mapping[str, Any]


def steady(lr: float, values: Values) -> Rates:
    """The factor applies for `total_iters` steps, then it is taken back."""
    factor, total = values["factor"], values["total_iters"]
    rate, step = lr * factor, 0
    while True:
        if step == total and step > 0:
            rate = rate * (1.0 / factor)
        yield Rate(rate)
        step += 1


def linear(lr: float, values: Values) -> Rates:
    start, end, total = values["start_factor"], values["end_factor"], values["total_iters"]
    rate, step = lr * start, 0
    while True:
        if 0 < step <= total:
            rate *= 1.0 + (end - start) / (total * start + (step - 1) * (end - start))
        yield Rate(rate)
        step += 1


def steps(lr: float, values: Values) -> Rates:
    rate, step = lr, 0
    while True:
        yield Rate(rate)
        step += 1
        if step % values["step_size"] == 0:
            rate *= values["gamma"]


def multistep(lr: float, values: Values) -> Rates:
    milestones = sorted(values["milestones"])
    rate, step = lr, 0
    while True:
        passed = bisect_right(milestones, step) - bisect_right(milestones, step - 1)
        if passed:
            rate *= values["gamma"] ** passed
        yield Rate(rate)
        step += 1


def exponential(lr: float, values: Values) -> Rates:
    rate = lr
    while True:
        yield Rate(rate)
        rate *= values["gamma"]


def polynomial(lr: float, values: Values) -> Rates:
    total, power = values["total_iters"], values["power"]
    rate, step = lr, 0
    while True:
        yield Rate(rate)
        step += 1
        if step <= total:
            rate *= ((1.0 - step / total) / (1.0 - (step - 1) / total)) ** power


def cosine(lr: float, values: Values) -> Rates:
    period, low = values["T_max"], values["eta_min"]
    rate, step = lr, 0
    while True:
        yield Rate(rate)
        step += 1
        if (step - 1 - period) % (2 * period) == 0:  # from the minimum the ratio below is 0/0
            rate += (lr - low) * (1 - math.cos(math.pi / period)) / 2
        else:
            now = 1 + math.cos(math.pi * step / period)
            before = 1 + math.cos(math.pi * (step - 1) / period)
            rate = now / before * (rate - low) + low


def warm_restarts(lr: float, values: Values) -> Rates:
    period, low, since = values["T_0"], values["eta_min"], 0
    while True:
        yield Rate(low + (lr - low) * (1 + math.cos(math.pi * since / period)) / 2)
        since += 1
        if since >= period:
            since, period = 0, period * values["T_mult"]


def inverse_sqrt(lr: float, values: Values) -> Rates:
    step = 0
    while True:
        step += 1
        yield Rate(lr * min(step / values["warmup"], math.sqrt(values["warmup"] / step)))


def _cosine_between(start: float, end: float, part: float) -> float:
    return end + (start - end) / 2.0 * (math.cos(math.pi * part) + 1)


def _line_between(start: float, end: float, part: float) -> float:
    return (end - start) * part + start


def one_cycle(lr: float, values: Values) -> Rates:
    """Up to `max_lr`, down again, and on down to almost nothing; momentum the other way."""
    between = _cosine_between if values["anneal_strategy"] == "cos" else _line_between
    top, total, part = values["max_lr"], values["total_steps"], values["pct_start"]
    first = top / values["div_factor"]
    last = first / values["final_div_factor"]
    slow, fast = values["base_momentum"], values["max_momentum"]
    phases = [(part * total - 1, first, top, fast, slow)]
    if values["three_phase"]:
        phases += [(2 * part * total - 2, top, first, slow, fast)]
        phases += [(total - 1, first, last, fast, fast)]
    else:
        phases += [(total - 1, top, last, slow, fast)]
    for step in range(total + 1):
        begin = 0.0
        phase = 0
        while phase < len(phases) - 1 and step > phases[phase][0]:
            begin = phases[phase][0]
            phase += 1
        end, *ends = phases[phase]
        done = (step - begin) / (end - begin) if end != begin else 1.0
        momentum = between(ends[2], ends[3], done) if values["cycle_momentum"] else None
        yield Rate(between(ends[0], ends[1], done), momentum)


def cyclic(lr: float, values: Values) -> Rates:
    """A triangle wave between `base_lr` and `max_lr`; momentum the other way."""
    up = float(values["step_size_up"])
    down = up if values["step_size_down"] is None else float(values["step_size_down"])
    low, height = values["base_lr"], values["max_lr"] - values["base_lr"]
    swing = values["max_momentum"] - values["base_momentum"]
    rising = up / (up + down)
    step = 0
    while True:
        cycle = math.floor(1 + step / (up + down))
        part = 1.0 + step / (up + down) - cycle
        scale = part / rising if part <= rising else (part - 1) / (rising - 1)
        shrink = {
            "triangular": 1.0,
            "triangular2": 1 / (2.0 ** (cycle - 1)),
            "exp_range": values["gamma"] ** step,
        }[values["mode"]]
        momentum = None
        if values["cycle_momentum"]:
            momentum = values["max_momentum"] - swing * scale * shrink
        yield Rate(low + height * scale * shrink, momentum)
        step += 1


def plateau(lr: float, values: Values) -> Rates:
    """Reduced by `factor` once the loss has not improved for more than `patience` steps."""
    sign = 1.0 if values["mode"] == "min" else -1.0
    best, waited, resting = sign * math.inf, 0, 0
    rate = lr
    while True:
        loss = yield Rate(rate)
        if loss is None:
            raise HyperparameterError("plateau watches the losses; give one for every step")
        better = _improves(loss, best, values)
        best, waited = (loss, 0) if better else (best, waited + 1)
        if resting > 0:
            resting, waited = resting - 1, 0
        if waited > values["patience"]:
            reduced = max(rate * values["factor"], values["min_lr"])
            rate = reduced if rate - reduced > values["eps"] else rate
            resting, waited = values["cooldown"], 0


def _improves(loss: float, best: float, values: Values) -> bool:
    threshold, relative = values["threshold"], values["threshold_mode"] == "rel"
    if values["mode"] == "min":
        return bool(loss < (best * (1.0 - threshold) if relative else best - threshold))
    return bool(loss > (best * (threshold + 1.0) if relative else best + threshold))
