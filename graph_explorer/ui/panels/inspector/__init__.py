"""The inspector, a page a kind of subject."""

from graph_explorer.ui.panels.inspector.panel import Inspector

__all__ = ["Inspector"]
