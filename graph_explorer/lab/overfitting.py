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

#: The rise that counts, in standard deviations of the trembling.
RISE = 3.0
#: At least so many epochs after the lowest one, and the rise is the mean of so many.
LATER = 3
#: The standard deviation of normal numbers is this many times the median of their sizes.
_NORMAL = 1.4826
#: A rise by less than this part of the lowest loss is not worth a word.
_LEAST = 0.01
#: A rise of more than so many times the noise is far above it.
_FAR = 50


@dataclass(frozen=True)
class Overfitting:
    """It begins after `epoch`, at a validation loss of `lowest`.

    `now` is the mean validation loss of the last epochs, `noise` the standard deviation of the trembling.
    `learnt` is the training loss at `epoch` and `still` that of the last epochs.
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

    With the validation losses v and training losses t, it begins at the epoch m of the lowest v, if the
    mean of the last three v, all after m, exceeds v[m] by three times the noise of v, and the mean
    of the last three t is below t[m]. The noise is estimated from the second differences d of v, whose
    variance is six times that of independent noise: 1.4826 · median |d| / √6. A rise of less than 1 % of
    v[m] does not count.
    """
    found = [epoch for epoch in epochs if epoch.validation_loss is not None]
    validation = np.array([epoch.validation_loss for epoch in found], dtype=float)
    training = np.array([epoch.loss for epoch in found], dtype=float)
    known = np.isfinite(validation) & np.isfinite(training)
    if not known.all():  # a training that diverged has nothing to say of what it learnt
        end = int(np.argmin(known))
        validation, training = validation[:end], training[:end]
    if len(validation) < LATER + 2:
        return None
    lowest = int(np.argmin(validation))
    if lowest >= len(validation) - LATER:
        return None
    noise = float(_NORMAL * np.median(np.abs(np.diff(validation, 2))) / np.sqrt(6))
    now, still = float(validation[-LATER:].mean()), float(training[-LATER:].mean())
    least = max(RISE * noise, _LEAST * abs(float(validation[lowest])))
    if now - validation[lowest] <= least or still >= training[lowest]:
        return None
    return Overfitting(
        found[lowest].number, float(validation[lowest]), now, noise, float(training[lowest]), still
    )
