"""Charts in files: png, svg and pdf.

The one rule: a file shows what the window shows, with a title. Whoever calls has made a
`QGuiApplication` before.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QPaintDevice, QPainter

from graph_explorer.ui import writers
from graph_explorer.ui.charts.chart import Chart
from graph_explorer.ui.charts.paint_chart import paint_chart
from graph_explorer.ui.theme import theme

#: The size of a picture whose size nobody chose, in logical pixels, and device pixels a logical one.
SIZE, RATIO = (960, 640), 2.0


def save_chart(
    path: Path, chart: Chart, theme_name: str = "light", size: tuple[int, int] | None = None
) -> None:
    """Writes the chart; the suffix chooses the kind of file. Raises `InputError`."""
    width, height = size or SIZE
    shown = theme(theme_name)

    def paint_on(device: QPaintDevice) -> None:
        painter = QPainter(device)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_chart(painter, chart, width, height, shown, titled=True)
        painter.end()

    said = "; ".join((f"{chart.names[1]} against {chart.names[0]}", *chart.remarks))
    ratio = RATIO if size is None else 1.0
    writers.write_picture(path, (width, height), chart.title, said, paint_on, ratio)
