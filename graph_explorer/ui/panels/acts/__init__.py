"""The four acts of training, each on its own, and the mistakes one can make with them."""

from graph_explorer.ui.panels.acts.panel import Acts

__all__ = ["Acts"]
