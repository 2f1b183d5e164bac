"""Every lesson on training takes the steps that PyTorch takes: its losses over 200 batches, to 1e-7.

The numbers in `tests/lab/golden/torch_2_13_0_lessons.npz` were written by `lessons_from_torch.py` beside it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graph_explorer.formats import open_document
from graph_explorer.formats.examples import examples, resolve
from graph_explorer.lab.epochs import begun
from graph_explorer.lab.training import read_training

GOLDEN = np.load(Path(__file__).parents[1] / "lab" / "golden" / "torch_2_13_0_lessons.npz")
STEPS = GOLDEN["losses"].shape[2]
#: The network of another lesson, with settings of their own that are compared elsewhere.
SAME = {
    "missing_update", "forgotten_zero", "accumulation", "weight_decay", "early_stopping",
}  # fmt: skip
#: Lesson → how many steps are compared where that is fewer. There PyTorch, its weights changed by 2e-16,
#: leaves itself by 6e-8 within 200 steps, and by 3e-12 within 100.
FEWER = {"deep_and_normalised": 100}


def test_no_lesson_is_left_out() -> None:
    lessons = {example.name for example in examples() if example.path.parent.name == "training"}
    assert set(GOLDEN["lessons"].tolist()) | SAME == lessons


@pytest.mark.parametrize("optimizer", GOLDEN["optimizers"].tolist())
@pytest.mark.parametrize("name", GOLDEN["lessons"].tolist())
def test_losses_agree_with_pytorch(name: str, optimizer: str) -> None:
    expected = GOLDEN["losses"][
        GOLDEN["lessons"].tolist().index(name), GOLDEN["optimizers"].tolist().index(optimizer)
    ]
    lesson = open_document(resolve(name))
    table = {key: value for key, value in lesson.training.items() if key != "schedule"}
    under_way = begun(lesson, read_training({**table, "optimizer": optimizer, "epochs": STEPS}))
    while under_way.taken < STEPS:
        under_way.advance()
    steps = FEWER.get(name, STEPS)
    np.testing.assert_allclose(under_way.losses[:steps], expected[:steps], rtol=1e-7)
    assert np.ptp(expected) > 1e-4
