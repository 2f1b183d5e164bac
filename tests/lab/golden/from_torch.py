"""Writes `torch_2_13_0.npz`: what PyTorch 2.13.0 computes in float64 for the cases of the tests.

Run it by hand in an environment that has `torch==2.13.0`; nothing else here imports PyTorch:

    python tests/lab/golden/from_torch.py
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import optim
from torch.optim import lr_scheduler

STEPS = 1000
EVERY = 50
START = (1.0, -2.0, 0.5)

#: Our text → the class and arguments that mean the same.
METHODS: dict[str, tuple[Any, dict[str, Any]]] = {
    "sgd": (optim.SGD, {}),
    "sgd:lr=0.1,weight_decay=0.01": (optim.SGD, {"lr": 0.1, "weight_decay": 0.01}),
    "sgd:lr=0.01,maximize=true": (optim.SGD, {"lr": 0.01, "maximize": True}),
    "sgd:momentum=0.8,dampening=0.3": (optim.SGD, {"momentum": 0.8, "dampening": 0.3}),
    "momentum:lr=0.01": (optim.SGD, {"lr": 0.01, "momentum": 0.9}),
    "nesterov:momentum=0.7": (optim.SGD, {"momentum": 0.7, "nesterov": True}),
    "adagrad": (optim.Adagrad, {}),
    "adagrad:lr=0.1,lr_decay=0.01,initial_accumulator_value=0.2,eps=0.001": (
        optim.Adagrad,
        {"lr": 0.1, "lr_decay": 0.01, "initial_accumulator_value": 0.2, "eps": 1e-3},
    ),
    "rmsprop": (optim.RMSprop, {}),
    "rmsprop:alpha=0.9,eps=0.0001,momentum=0.5,centered=true,weight_decay=0.1": (
        optim.RMSprop,
        {"alpha": 0.9, "eps": 1e-4, "momentum": 0.5, "centered": True, "weight_decay": 0.1},
    ),
    "adadelta": (optim.Adadelta, {}),
    "adadelta:lr=0.5,rho=0.95,eps=0.001": (optim.Adadelta, {"lr": 0.5, "rho": 0.95, "eps": 1e-3}),
    "adam": (optim.Adam, {}),
    "adam:lr=0.05,betas=0.8/0.99,eps=0.0001,weight_decay=0.01": (
        optim.Adam,
        {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-4, "weight_decay": 0.01},
    ),
    "adam:amsgrad=true,maximize=true,weight_decay=0.1,decoupled_weight_decay=true": (
        optim.Adam,
        {"amsgrad": True, "maximize": True, "weight_decay": 0.1, "decoupled_weight_decay": True},
    ),
    "adamw": (optim.AdamW, {}),
    "adamw:lr=0.1,weight_decay=0.3": (optim.AdamW, {"lr": 0.1, "weight_decay": 0.3}),
    "amsgrad:lr=0.01": (optim.Adam, {"lr": 0.01, "amsgrad": True}),
    "adamax": (optim.Adamax, {}),
    "adamax:lr=0.1,betas=0.7/0.9,eps=0.01": (
        optim.Adamax,
        {"lr": 0.1, "betas": (0.7, 0.9), "eps": 0.01},
    ),
    "nadam": (optim.NAdam, {}),
    "nadam:betas=0.7/0.9,momentum_decay=0.1,weight_decay=0.1,decoupled_weight_decay=true": (
        optim.NAdam,
        {
            "betas": (0.7, 0.9),
            "momentum_decay": 0.1,
            "weight_decay": 0.1,
            "decoupled_weight_decay": True,
        },
    ),
    "radam": (optim.RAdam, {}),
    "radam:lr=0.1,betas=0.9/0.6": (optim.RAdam, {"lr": 0.1, "betas": (0.9, 0.6)}),
    "asgd:lr=0.1,lambd=0.01,alpha=0.5,t0=100": (
        optim.ASGD,
        {"lr": 0.1, "lambd": 0.01, "alpha": 0.5, "t0": 100.0},
    ),
    "adafactor": (optim.Adafactor, {}),
    "adafactor:lr=0.1,beta2_decay=-0.5,eps=0.001/0.1,d=2,weight_decay=0.1": (
        optim.Adafactor,
        {"lr": 0.1, "beta2_decay": -0.5, "eps": (1e-3, 0.1), "d": 2.0, "weight_decay": 0.1},
    ),
    "rprop": (optim.Rprop, {}),
    "rprop:lr=0.1,etas=0.3/1.5,step_sizes=0.001/2": (
        optim.Rprop,
        {"lr": 0.1, "etas": (0.3, 1.5), "step_sizes": (1e-3, 2.0)},
    ),
    "sgd:lr=0.01,clip_norm=1": (optim.SGD, {"lr": 0.01}),
    "adam:clip_value=0.5": (optim.Adam, {}),
    "lbfgs:lr=0.1,history_size=4": (optim.LBFGS, {"lr": 0.1, "history_size": 4}),
    "sgd:lr=0.1,schedule=one_cycle": (optim.SGD, {"lr": 0.1}),
    "adam:lr=0.1,schedule=cyclic:base_lr=0.01,max_lr=0.2,step_size_up=30": (
        optim.Adam,
        {"lr": 0.1},
    ),
    "momentum:schedule=cosine": (optim.SGD, {"momentum": 0.9}),
}
SCHEDULED = {
    "sgd:lr=0.1,schedule=one_cycle": lambda o: lr_scheduler.OneCycleLR(o, 0.1, total_steps=STEPS),
    "adam:lr=0.1,schedule=cyclic:base_lr=0.01,max_lr=0.2,step_size_up=30": (
        lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.2, step_size_up=30)
    ),
    "momentum:schedule=cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS),
}
RATES: dict[str, dict[str, Any]] = {
    "ConstantLR": {},
    "ConstantLR:factor=0.2,total_iters=20": {"factor": 0.2, "total_iters": 20},
    "StepLR:step_size=30": {"step_size": 30},
    "StepLR:step_size=7,gamma=0.9": {"step_size": 7, "gamma": 0.9},
    "MultiStepLR:milestones=30/80,gamma=0.5": {"milestones": [30, 80], "gamma": 0.5},
    "MultiStepLR:milestones=0/5/5": {"milestones": [0, 5, 5]},
    "ExponentialLR:gamma=0.97": {"gamma": 0.97},
    "CosineAnnealingLR:T_max=100": {"T_max": 100},
    "CosineAnnealingLR:T_max=37,eta_min=0.003": {"T_max": 37, "eta_min": 0.003},
    "CosineAnnealingWarmRestarts:T_0=10,T_mult=2,eta_min=0.001": {
        "T_0": 10,
        "T_mult": 2,
        "eta_min": 0.001,
    },
    "LinearLR": {},
    "LinearLR:start_factor=0.01,end_factor=0.5,total_iters=50": {
        "start_factor": 0.01,
        "end_factor": 0.5,
        "total_iters": 50,
    },
    "PolynomialLR:total_iters=100,power=2": {"total_iters": 100, "power": 2.0},
    "CyclicLR:base_lr=0.01,max_lr=0.1,step_size_up=13,step_size_down=29": {
        "base_lr": 0.01,
        "max_lr": 0.1,
        "step_size_up": 13,
        "step_size_down": 29,
    },
    "CyclicLR:base_lr=0.01,max_lr=0.1,step_size_up=20,mode=triangular2": {
        "base_lr": 0.01,
        "max_lr": 0.1,
        "step_size_up": 20,
        "mode": "triangular2",
    },
    "CyclicLR:base_lr=0.01,max_lr=0.1,step_size_up=20,mode=exp_range,gamma=0.99": {
        "base_lr": 0.01,
        "max_lr": 0.1,
        "step_size_up": 20,
        "mode": "exp_range",
        "gamma": 0.99,
    },
    "OneCycleLR:max_lr=1,total_steps=250": {"max_lr": 1.0, "total_steps": 250},
    "OneCycleLR:max_lr=1,total_steps=250,anneal_strategy=linear,three_phase=true,pct_start=0.4": {
        "max_lr": 1.0,
        "total_steps": 250,
        "anneal_strategy": "linear",
        "three_phase": True,
        "pct_start": 0.4,
    },
    "ReduceLROnPlateau:patience=3,factor=0.5,cooldown=2": {
        "patience": 3,
        "factor": 0.5,
        "cooldown": 2,
    },
    "ReduceLROnPlateau:mode=max,threshold_mode=abs,threshold=0.1,patience=1,factor=0.8": {
        "mode": "max",
        "threshold_mode": "abs",
        "threshold": 0.1,
        "patience": 1,
        "factor": 0.8,
    },
}
RATE_STEPS = 250
SEARCHES: dict[str, dict[str, Any]] = {
    "lbfgs": {},
    "lbfgs:line_search_fn=strong_wolfe": {"line_search_fn": "strong_wolfe"},
    "lbfgs:max_iter=1": {"max_iter": 1},
    "lbfgs:max_iter=2,max_eval=4,lr=0.5,history_size=2,line_search_fn=strong_wolfe": {
        "max_iter": 2,
        "max_eval": 4,
        "lr": 0.5,
        "history_size": 2,
        "line_search_fn": "strong_wolfe",
    },
}


def replayed(text: str, gradients: Any) -> Any:
    made, arguments = METHODS[text]
    point = torch.tensor(START, requires_grad=True)
    optimizer = made([point], **arguments)
    schedule = SCHEDULED[text](optimizer) if text in SCHEDULED else None
    points = [point.detach().numpy().copy()]
    for step, gradient in enumerate(gradients):
        point.grad = torch.tensor(gradient)
        if "clip_norm" in text:
            torch.nn.utils.clip_grad_norm_([point], 1.0)
        if "clip_value" in text:
            torch.nn.utils.clip_grad_value_([point], 0.5)
        optimizer.step(lambda: torch.zeros(()))
        if schedule and step < len(gradients) - 1:
            schedule.step()
        points.append(point.detach().numpy().copy())
    return np.array(points[::EVERY])


def rates(text: str, losses: Any) -> Any:
    name = text.partition(":")[0]
    optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule = getattr(lr_scheduler, name)(optimizer, **RATES[text])
    found = []
    for loss in losses:
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(found) < len(losses):
            schedule.step(*([loss] if name == "ReduceLROnPlateau" else []))
    return np.array(found)


def searched(text: str) -> tuple[Any, int]:
    """Ten steps on Rosenbrock's function from (-1.5, 2), and the evaluations they took."""
    point = torch.tensor([-1.5, 2.0], requires_grad=True)
    optimizer = optim.LBFGS([point], **SEARCHES[text])
    count = 0

    def closure() -> Any:
        nonlocal count
        count += 1
        optimizer.zero_grad()
        loss = (1 - point[0]) ** 2 + 100 * (point[1] - point[0] ** 2) ** 2
        loss.backward()
        return loss

    points = [point.detach().numpy().copy()]
    for _ in range(10):
        optimizer.step(closure)
        points.append(point.detach().numpy().copy())
    return np.array(points), count


def main() -> None:
    assert torch.__version__.startswith("2.13.0")
    warnings.simplefilter("ignore")
    torch.set_default_dtype(torch.float64)
    random = np.random.default_rng(20)
    gradients = random.normal(size=(STEPS, 3)) * np.array([1.0, 30.0, 1e-3])
    losses = np.abs(random.normal(size=RATE_STEPS)) * 0.98 ** np.arange(RATE_STEPS)
    found = [searched(text) for text in SEARCHES]
    np.savez_compressed(
        Path(__file__).with_name("torch_2_13_0.npz"),
        start=np.array(START),
        every=EVERY,
        gradients=gradients,
        methods=np.array(list(METHODS)),
        points=np.array([replayed(text, gradients) for text in METHODS]),
        losses=losses,
        schedules=np.array(list(RATES)),
        rates=np.array([rates(text, losses) for text in RATES]),
        searches=np.array(list(SEARCHES)),
        searched=np.array([points for points, _ in found]),
        evaluations=np.array([count for _, count in found]),
    )


if __name__ == "__main__":
    main()
