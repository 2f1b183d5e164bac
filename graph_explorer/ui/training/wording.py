"""Runs in words: what one is called, and how it ended.

The one rule: every word about a method comes from its row in the table of methods.
"""

from __future__ import annotations

from graph_explorer.lab.training import Training
from graph_explorer.ui.race.wording import setting_texts


def batch_text(training: Training) -> str:
    """How many examples a step takes."""
    if training.batch_size is None:
        return "full batch"
    return "single examples" if training.batch_size == 1 else f"batch {training.batch_size}"


def run_title(training: Training) -> str:
    """Method, learning rate and batch in one line: Adam · lr 0.01 · batch 32."""
    settings = training.optimizer
    return " · ".join([settings.method.title, *setting_texts(settings), batch_text(training)])
