"""Reading a run's health: how large everything is, and what is ill."""

from graph_explorer.engine.health.bounds import BOUNDS, Bound
from graph_explorer.engine.health.finding import KINDS, Finding
from graph_explorer.engine.health.measures import Measures, Sizes, measure, norm_of
from graph_explorer.engine.health.report import Health, examine

__all__ = [
    "BOUNDS",
    "KINDS",
    "Bound",
    "Finding",
    "Health",
    "Measures",
    "Sizes",
    "examine",
    "measure",
    "norm_of",
]
