"""Writes `torch_2_13_0_training.npz`: 200 steps of PyTorch 2.13.0 in float64 on our batches, in our order.

Run it by hand in an environment that has `torch==2.13.0`; nothing else here imports PyTorch:

    PYTHONPATH=. python tests/lab/golden/training_from_torch.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import optim
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim import lr_scheduler

STEPS, EVERY, BATCH, EXAMPLES = 200, 100, 12, 60
#: Our settings → the optimizer that means the same.
OPTIMIZERS: dict[str, Any] = {
    "sgd:lr=0.1": lambda p: optim.SGD(p, lr=0.1),
    "momentum:lr=0.02": lambda p: optim.SGD(p, lr=0.02, momentum=0.9),
    "adam:lr=0.01": lambda p: optim.Adam(p, lr=0.01),
    "adamw:lr=0.01,weight_decay=0.1": lambda p: optim.AdamW(p, lr=0.01, weight_decay=0.1),
    "sgd:lr=0.5,clip_norm=0.3": lambda p: optim.SGD(p, lr=0.5),
    "adam:lr=0.02,clip_value=0.01": lambda p: optim.Adam(p, lr=0.02),
    "momentum:lr=0.05,schedule=cosine": lambda p: optim.SGD(p, lr=0.05, momentum=0.9),
}
#: The same with gradients that add up: over four steps on purpose, or for ever since nothing zeroes them.
ADDED: dict[str, Any] = {
    "sgd:lr=0.1 accumulate": lambda p: optim.SGD(p, lr=0.1),
    "momentum:lr=0.02 accumulate": lambda p: optim.SGD(p, lr=0.02, momentum=0.9),
    "adam:lr=0.01 accumulate": lambda p: optim.Adam(p, lr=0.01),
    "sgd:lr=0.005 never": lambda p: optim.SGD(p, lr=0.005),
    "momentum:lr=0.001 never": lambda p: optim.SGD(p, lr=0.001, momentum=0.9),
    "adam:lr=0.01 never": lambda p: optim.Adam(p, lr=0.01),
}
FOUR = 4


def numbers() -> tuple[dict[str, Any], Any, Any]:
    """Weights 6-16-8-3, features and classes."""
    random = np.random.default_rng(6)
    sizes = (6, 16, 8, 3)
    weights = {}
    for k in range(3):
        weights[f"W{k}"] = random.standard_normal((sizes[k], sizes[k + 1])) / np.sqrt(sizes[k])
        weights[f"b{k}"] = 0.1 * random.standard_normal(sizes[k + 1])
    return weights, random.standard_normal((EXAMPLES, 6)), random.integers(0, 3, EXAMPLES)


def trained(text: str, weights: Any, x: Any, y: Any, seed: int) -> tuple[Any, Any]:
    """The loss of each batch, and all weights after every hundredth step."""
    tensors = [torch.tensor(value, requires_grad=True) for value in weights.values()]
    optimizer = (OPTIMIZERS | ADDED)[text](tensors)
    every = FOUR if "accumulate" in text else 1
    schedule = lr_scheduler.CosineAnnealingLR(optimizer, STEPS) if "cosine" in text else None
    losses, points = [], []
    for step in range(STEPS):
        epoch, place = divmod(step, EXAMPLES // BATCH)
        order = np.random.default_rng((seed, 1, epoch)).permutation(EXAMPLES)
        rows = order[place * BATCH : (place + 1) * BATCH]
        h = torch.tensor(x[rows])
        for k in range(3):
            h = h @ tensors[2 * k] + tensors[2 * k + 1]
            h = torch.tanh(h) if k < 2 else h
        loss = cross_entropy(h, torch.tensor(y[rows]))
        (loss / every).backward()
        if "clip_norm" in text:
            clip_grad_norm_(tensors, 0.3)
        if "clip_value" in text:
            clip_grad_value_(tensors, 0.01)
        if step % every == every - 1:
            optimizer.step()
            if "never" not in text:
                optimizer.zero_grad()
        if schedule:
            schedule.step()
        losses.append(loss.item())
        if step % EVERY == EVERY - 1:
            points.append(np.concatenate([each.detach().numpy().ravel() for each in tensors]))
    return np.array(losses), np.array(points)


def main() -> None:
    assert torch.__version__.startswith("2.13.0")
    weights, x, y = numbers()
    found = [trained(text, weights, x, y, seed=5) for text in OPTIMIZERS]
    added = [trained(text, weights, x, y, seed=5) for text in ADDED]
    np.savez_compressed(
        Path(__file__).with_name("torch_2_13_0_training.npz"),
        optimizers=np.array(list(OPTIMIZERS)),
        losses=np.array([losses for losses, _ in found]),
        points=np.array([points for _, points in found]),
        added=np.array(list(ADDED)),
        added_losses=np.array([losses for losses, _ in added]),
        x=x,
        y=y,
        **weights,
    )


if __name__ == "__main__":
    main()
