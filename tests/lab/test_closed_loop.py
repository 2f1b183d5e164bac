"""Paths on surfaces against PyTorch, for as long as PyTorch is certain of its own.

The numbers in `golden/torch_2_13_0_paths.npz` were written by `golden/paths_from_torch.py`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graph_explorer as gx

GOLDEN = np.load(Path(__file__).parent / "golden" / "torch_2_13_0_paths.npz")
CASES = list(zip(GOLDEN["surfaces"].tolist(), GOLDEN["methods"].tolist(), strict=True))


@cache
def document(name: str) -> Any:
    return gx.open(name)


def test_the_golden_paths_say_something() -> None:
    assert len(set(GOLDEN["surfaces"])) >= 6
    assert len(set(GOLDEN["methods"])) >= 16
    assert np.median(GOLDEN["until"]) > 100
    moved = np.abs(GOLDEN["points"][:, 1] - GOLDEN["starts"]).max(axis=1)
    assert (moved > 0).all()


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{s}-{m}" for s, m in CASES])
def test_a_path_is_pytorchs_while_that_is_certain(number: int) -> None:
    surface, method = CASES[number]
    search = method.startswith("lbfgs")
    every = 1 if search else int(GOLDEN["every"])
    steps = int(GOLDEN["search_steps"]) if search else every * (len(GOLDEN["points"][number]) - 1)
    path = gx.descend(document(surface), method, GOLDEN["starts"][number], steps)
    rows = int(GOLDEN["until"][number]) // every + 1
    expected = GOLDEN["points"][number][:rows]
    assert path.points.shape == (steps + 1, 2)
    gap = np.abs(path.points[::every][:rows] - expected).max(axis=1)
    assert (gap <= 1e-8 * (1 + np.abs(expected).max(axis=1))).all()
