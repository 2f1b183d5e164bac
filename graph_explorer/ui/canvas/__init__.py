"""The graph on screen: cards, lines and frames, painted by one widget from arrays."""

from graph_explorer.ui.canvas.view import GraphView

__all__ = ["GraphView"]
