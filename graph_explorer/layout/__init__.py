"""Where the boxes and lines of a graph stand.

Knows networkx graphs and numbers, no Qt. Its one rule: the same graph is always drawn the same.
"""

from graph_explorer.layout.arrange import arrange
from graph_explorer.layout.planning import TITLE
from graph_explorer.layout.record import Direction, Edge, Layout, curve

__all__ = ["TITLE", "Direction", "Edge", "Layout", "arrange", "curve"]
