"""What is said of a set: how much there is of it, and what is done with it before a training begins.

The one rule: numbers that can be counted are counted; what is not done is not mentioned.
"""

from __future__ import annotations

from graph_explorer.lab.preview import Preview
from graph_explorer.lab.training import Training


def summary(found: Preview) -> str:
    """The size of a set."""
    given = found.found
    if given is None:
        return f"{len(found.texts):,} lines of {len(found.columns)} columns"
    shape = given.features.shape[1:]
    size = "1 number" if shape == (1,) or not shape else " × ".join(map(str, shape)) + " numbers"
    answer = f"{len(given.classes)} classes" if given.classes else "the target is a number"
    return f"{len(given):,} examples of {size}, {answer}"


def counts(found: Preview, training: Training) -> str:
    """How the set is divided, and what is taken off it."""
    if found.found is None:
        return ""
    first, rest = len(found.training), len(found.validation)
    said = f"{first:,} are trained on, {rest:,} validate"
    said += f" (split {training.split:g}, drawn from seed {training.split_seed})" if rest else ""
    steady = sum(column.constant for column in found.columns[: found.target])
    parts = [said]
    if training.standardize:
        parts.append(
            f"Each column is taken less its mean and divided by its deviation over the {first:,} training "
            "examples; nothing is learnt from the others"
        )
    if steady:
        parts.append(f"{steady} constant {'column tells' if steady == 1 else 'columns tell'} nothing")
    return ". ".join(parts) + "."
