"""Writes `torch_2_13_0_paths.npz`: where PyTorch 2.13.0 goes on six surfaces, in float64.

Beside each path stands until which step it says anything: as long as PyTorch itself, with gradients
disturbed by a relative 1e-15, stays within 1e-9 of it. Run it by hand where there is `torch==2.13.0`:

    python tests/lab/golden/paths_from_torch.py
"""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import optim

STEPS = 1000
SEARCH_STEPS = 40
EVERY = 20
DISTURBED = 1e-15

#: Example → its formula in PyTorch, and a start.
SURFACES: dict[str, tuple[Any, tuple[float, float]]] = {
    "rosenbrock": (lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2, (-1.2, 1.0)),
    "himmelblau": (lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2, (-1.0, -1.5)),
    "beale": (
        lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
        (1.0, 1.5),
    ),
    "rastrigin": (
        lambda x, y: 20 + x**2 - 10 * torch.cos(2 * math.pi * x) + y**2 - 10 * torch.cos(2 * math.pi * y),
        (-1.7, 2.2),
    ),
    "plateau": (lambda x, y: 1 - torch.exp(-0.5 * (x**2 + y**2)), (-2.4, 1.8)),
    "mccormick": (
        lambda x, y: torch.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1,
        (2.0, -1.0),
    ),
}
#: Our text → the class and arguments that mean the same.
METHODS: dict[str, tuple[Any, dict[str, Any]]] = {
    "sgd": (optim.SGD, {}),
    "sgd:lr=0.001,momentum=0.8,dampening=0.2,weight_decay=0.01": (
        optim.SGD,
        {"lr": 1e-3, "momentum": 0.8, "dampening": 0.2, "weight_decay": 0.01},
    ),
    "momentum": (optim.SGD, {"momentum": 0.9}),
    "nesterov": (optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "asgd:lr=0.0005": (optim.ASGD, {"lr": 5e-4}),
    "adagrad:lr=0.1": (optim.Adagrad, {"lr": 0.1}),
    "rmsprop": (optim.RMSprop, {}),
    "rmsprop:lr=0.001,centered=true,momentum=0.5": (
        optim.RMSprop,
        {"lr": 1e-3, "centered": True, "momentum": 0.5},
    ),
    "adadelta": (optim.Adadelta, {}),
    "adam:lr=0.01": (optim.Adam, {"lr": 0.01}),
    "adamw:lr=0.05": (optim.AdamW, {"lr": 0.05}),
    "amsgrad:lr=0.05": (optim.Adam, {"lr": 0.05, "amsgrad": True}),
    "adamax": (optim.Adamax, {}),
    "nadam:lr=0.01": (optim.NAdam, {"lr": 0.01}),
    "radam:lr=0.01": (optim.RAdam, {"lr": 0.01}),
    "adafactor": (optim.Adafactor, {}),
    "rprop": (optim.Rprop, {}),
    "lbfgs:lr=0.1": (optim.LBFGS, {"lr": 0.1}),
    "lbfgs:line_search_fn=strong_wolfe": (optim.LBFGS, {"line_search_fn": "strong_wolfe"}),
}


def walked(surface: str, method: str, disturbed: float, seed: int) -> Any:
    formula, start = SURFACES[surface]
    made, arguments = METHODS[method]
    random = np.random.default_rng(seed)
    point = torch.tensor(start, requires_grad=True)
    optimizer = made([point], **arguments)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = formula(point[0], point[1])
        loss.backward()
        if disturbed:
            point.grad.mul_(torch.tensor(1 + disturbed * random.standard_normal(2)))
        return loss

    points = [point.detach().numpy().copy()]
    for _ in range(SEARCH_STEPS if made is optim.LBFGS else STEPS):
        optimizer.step(closure)
        points.append(point.detach().numpy().copy())
    return np.array(points)


def case(surface: str, method: str) -> tuple[Any, int]:
    """Every twentieth point (of a search every point), and the last step that is certain."""
    points = walked(surface, method, 0.0, 0)
    apart = np.zeros(len(points))
    for seed in (1, 2, 3):
        gap = np.abs(walked(surface, method, DISTURBED, seed) - points).max(axis=1)
        apart = np.maximum(apart, np.nan_to_num(gap, nan=np.inf))
    good = apart <= 1e-9 * (1 + np.abs(points).max(axis=1))
    until = len(points) - 1 if good.all() else int(good.argmin()) - 1
    every = EVERY if len(points) > SEARCH_STEPS + 1 else 1
    kept = np.full((STEPS // EVERY + 1, 2), np.nan)
    kept[: len(points[::every])] = points[::every]
    return kept, until


def main() -> None:
    assert torch.__version__.startswith("2.13.0")
    warnings.simplefilter("ignore")
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    pairs = [(surface, method) for surface in SURFACES for method in METHODS]
    found = [case(*pair) for pair in pairs]
    np.savez_compressed(
        Path(__file__).with_name("torch_2_13_0_paths.npz"),
        every=EVERY,
        search_steps=SEARCH_STEPS,
        starts=np.array([SURFACES[surface][1] for surface, _ in pairs]),
        surfaces=np.array([surface for surface, _ in pairs]),
        methods=np.array([method for _, method in pairs]),
        points=np.array([points for points, _ in found]),
        until=np.array([until for _, until in found]),
    )


if __name__ == "__main__":
    main()
