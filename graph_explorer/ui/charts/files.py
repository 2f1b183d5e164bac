"""Charts in files: png, svg and pdf.

The one rule: a file shows what the window shows, with a title. Whoever calls has made a
`QGuiApplication` before.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QImage, QPaintDevice, QPainter

from graph_explorer.engine.errors import InputError
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

    suffix = path.suffix.lower()
    if suffix == ".png":
        ratio = RATIO if size is None else 1.0
        image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        paint_on(image)
        writers.write_png(path, image)
    elif suffix == ".svg":
        said = "; ".join((f"{chart.names[1]} against {chart.names[0]}", *chart.remarks))
        writers.write(path, writers.svg((width, height), chart.title, said, paint_on))
    elif suffix == ".pdf":
        writers.write(path, writers.pdf((width, height), chart.title, paint_on))
    else:
        raise InputError(f"'{path.name}' is no kind of chart; give it one of the suffixes .png, .svg, .pdf")
