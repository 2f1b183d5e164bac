"""Groups within groups: those of the document, repeated blocks that are found in it, and which are closed."""

from graph_explorer.engine.hierarchy.blocks import SMALLEST, with_blocks
from graph_explorer.engine.hierarchy.folding import FIRST, MANY, Folding, first_closed, folding, opened

__all__ = ["FIRST", "MANY", "SMALLEST", "Folding", "first_closed", "folding", "opened", "with_blocks"]
