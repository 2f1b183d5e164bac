"""When overfitting begins: from where on what is learnt holds for the training examples only.

The one rule: it is said only where the validation loss has risen by more than it trembles anyway, and
the training loss has gone on falling meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graph_explorer.engine.notation import number
from graph_explorer.lab.epochs import Epoch

#: The rise that counts, in standard deviations of the trembling: of 1000 curves of 40 epochs that only
#: tremble, one is said to rise.
RISE = 4.0
#: Losses are looked at as means over so many epochs, since the lowest of many single ones is low by chance.
TOGETHER = 3
#: A rise by less than this part of the lowest loss is not worth a word.
_LEAST = 0.01
#: A rise of more than so many times the noise is far above it.
_FAR = 50


@dataclass(frozen=True)
class Overfitting:
    """It begins after `epoch`, at a validation loss of `lowest`, which at the last epochs is `now`.

    `noise` is the standard deviation of the trembling from epoch to epoch. `learnt` is the training loss at
    `epoch` and `still` that of the last epochs. Losses are means over three epochs.
    """

    epoch: int
    lowest: float
    now: float
    noise: float
    learnt: float
    still: float

    @property
    def sentence(self) -> str:
        """What has happened, with its numbers."""
        rise = self.now - self.lowest
        far = rise > _FAR * self.noise
        times = "far more than" if far else f"{rise / self.noise:.0f} times what"
        return (
            f"Overfitting begins after epoch {self.epoch}: since then the validation loss has risen from "
            f"{number(self.lowest, 3)} to {number(self.now, 3)}, {times} it trembles by from epoch to epoch, "
            f"while the training loss fell from {number(self.learnt, 3)} to {number(self.still, 3)}. What is "
            "learnt from there on holds for the training examples only."
        )


def overfitting(epochs: Sequence[Epoch]) -> Overfitting | None:
    """Where overfitting begins in a training; None where it does not, or cannot be told.

    With the means over three epochs of the validation losses, v, and of the training losses, t, it begins at
    the epoch m in the middle of the lowest v, if the last v, of three epochs after those, exceeds v[m]
    by four times the noise and by 1 %, and the last t is below t[m]. The noise is estimated from the
    second differences d of the single validation losses, whose variance is six times that of
    independent noise: √(π/2) · mean |d| / √6.
    """
    found = [epoch for epoch in epochs if epoch.validation_loss is not None]
    single = np.array([epoch.validation_loss for epoch in found], dtype=float)
    training = np.array([epoch.loss for epoch in found], dtype=float)
    known = np.isfinite(single) & np.isfinite(training)
    if not known.all():  # a training that diverged has nothing to say of what it learnt
        end = int(np.argmin(known))
        single, training = single[:end], training[:end]
    if len(single) < 2 * TOGETHER:
        return None
    v, t = (np.convolve(losses, np.ones(TOGETHER) / TOGETHER, "valid") for losses in (single, training))
    lowest = int(np.argmin(v))
    noise = float(np.sqrt(np.pi / 2) * np.abs(np.diff(single, 2)).mean() / np.sqrt(6))
    least = max(RISE * noise, _LEAST * abs(float(v[lowest])))
    if lowest > len(v) - 1 - TOGETHER or v[-1] - v[lowest] <= least or t[-1] >= t[lowest]:
        return None
    return Overfitting(
        found[lowest + TOGETHER // 2].number, float(v[lowest]), float(v[-1]), noise, float(t[lowest]),
        float(t[-1]),
    )  # fmt: skip
