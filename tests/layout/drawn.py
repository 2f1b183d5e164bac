"""What is drawn, line by line, for tests to look through."""

from __future__ import annotations

from graph_explorer.layout import Layout, Line


def drawn_lines(layout: Layout) -> list[Line]:
    return [layout.line(number) for number in range(len(layout.lines))]
