"""The table of pages: what the training view can show of its runs.

The one rule: a page is one row here and one class, made with the session when it is first shown. It
follows the session; whatever is live comes to it in `State.training`.
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class Page:
    """A page's name, its title on the tab, and the class that `source` names, made with the session."""

    name: str
    title: str
    hint: str
    source: str

    def make(self, session: Any) -> QWidget:
        """The widget of the page."""
        made = pkgutil.resolve_name(self.source)(session)
        assert isinstance(made, QWidget)
        return made


PAGES: tuple[Page, ...] = (
    Page(
        "curves", "Curves", "Loss and accuracy of every run, epoch by epoch",
        "graph_explorer.ui.training.curves_page:CurvesPage",
    ),
    Page(
        "data", "Data", "The examples: which set, what they look like, which of them are trained on",
        "graph_explorer.ui.training.data.page:DataPage",
    ),
    Page(
        "step", "One step", "The four acts of a step, its examples one by one, and the update in numbers",
        "graph_explorer.ui.training.step_page:StepPage",
    ),
    Page(
        "predictions", "Predictions", "What the network answers to its examples",
        "graph_explorer.ui.training.predictions.page:PredictionsPage",
    ),
    Page(
        "flow", "Flow", "How gradients, updates and activations go through the layers, and what helps",
        "graph_explorer.ui.training.flow.page:FlowPage",
    ),
    Page(
        "sweep", "Sweep", "The same training with other settings, many times: which rate, which seed",
        "graph_explorer.ui.training.sweep.page:SweepPage",
    ),
)  # fmt: skip
