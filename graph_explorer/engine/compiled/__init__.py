"""Graphs of plain numbers as straight-line code, for where the same function runs very often.

The one rule: the code is made from the graph by running the rules of its operations on symbols; so
it has the values and derivatives of a run, and there is no second set of rules.
"""

from __future__ import annotations

from graph_explorer.engine.compiled.scalar import Compiled, compiled
from graph_explorer.engine.compiled.symbols import Code, NotScalar, QuickCode, Symbol, Vector, entry_of

__all__ = ["Code", "Compiled", "NotScalar", "QuickCode", "Symbol", "Vector", "compiled", "entry_of"]
