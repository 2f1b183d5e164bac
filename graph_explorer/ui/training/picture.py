"""Pictures of training curves without a window: png, svg and pdf.

The one rule: a picture is painted by the same charts as the window. Whoever calls has made a
`QGuiApplication` before, with QT_QPA_PLATFORM=offscreen where there is no display.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPaintDevice, QPainter

from graph_explorer.ui import writers
from graph_explorer.ui.race.chart import Chart
from graph_explorer.ui.race.chip import draw_marker
from graph_explorer.ui.race.series import Curve
from graph_explorer.ui.surface.writing import LARGE, PLAIN, SMALL, elided, width_of, write
from graph_explorer.ui.theme import theme
from graph_explorer.ui.training.curves import (
    LOSS,
    CurvesView,
    bounds_of,
    curves_of,
    flags_of,
    found_in,
    quantities,
    remark_on,
)
from graph_explorer.ui.training.state import TrainingRun

#: The size of a picture whose size nobody chose, in logical pixels, and device pixels a logical one.
SIZE, RATIO = (1080, 560), 2.0
#: Pixels: around all, the title's height, that of a line of the legend.
_EDGE, _TITLE, _LINE = 12.0, 34.0, 20.0
#: What a dialog calls each kind.
TITLES = {".svg": "Drawing", ".png": "Image", ".pdf": "Page for print"}
_KEY = "solid: training examples, dashed: validation examples, faint: single batches"


def save_curves(
    path: Path, title: str, runs: Sequence[TrainingRun], view: CurvesView | None = None,
    theme_name: str = "light", size: tuple[int, int] | None = None, selected: int = 0,
) -> None:  # fmt: skip
    """Writes the curves of runs; the suffix chooses the kind of file. Raises `InputError`."""
    width, height = size or SIZE

    def paint_on(device: QPaintDevice) -> None:
        painter = QPainter(device)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(painter, title, runs, view or CurvesView(), theme_name, (width, height), selected)
        painter.end()

    said = " ".join(remark_on(run, found_in(run)) or run.title for run in runs)
    ratio = RATIO if size is None else 1.0
    writers.write_picture(path, (width, height), title, said, paint_on, ratio)


def paint(
    painter: QPainter, title: str, runs: Sequence[TrainingRun], view: CurvesView, theme_name: str,
    size: tuple[int, int], selected: int = 0,
) -> None:  # fmt: skip
    """Paints title, a chart a quantity, and the legend."""
    shown = theme(theme_name)
    width, height = size
    painter.fillRect(QRectF(0, 0, width, height), shown.color("panel"))
    write(painter, elided(title, LARGE, width - 2 * _EDGE, True), _EDGE, _TITLE / 2 + 4, shown.color("text"),
          LARGE, bold=True)  # fmt: skip
    legend = _LINE * (len(runs) + 1) + _EDGE
    names = quantities(runs)[:2]
    each = (width - _EDGE) / len(names)
    for place, name in enumerate(names):
        chart = chart_of(runs, name, view, theme_name, selected)
        chart.resize(each - _EDGE, max(height - _TITLE - legend, 60.0))
        painter.save()
        painter.translate(_EDGE + place * each, _TITLE)
        chart.paint(painter)
        painter.restore()
    top = height - legend + _EDGE / 2
    for place, run in enumerate(runs):
        y = top + place * _LINE + _LINE / 2
        draw_marker(painter, _EDGE + 8, y, 5, run.colour, theme_name)
        text = elided(f"{run.title}  –  {_end(run)}", PLAIN, width - 4 * _EDGE)
        write(painter, text, _EDGE + 22, y, shown.color("text"), PLAIN)
    key_y = top + len(runs) * _LINE + _LINE / 2
    if width_of(_KEY, SMALL) < width - 2 * _EDGE:
        write(painter, _KEY, _EDGE + 22, key_y, shown.color("muted"), SMALL)


def chart_of(
    runs: Sequence[TrainingRun], name: str, view: CurvesView, theme_name: str, selected: int = 0
) -> Chart:
    """The chart of one quantity of all runs, with the flags of the selected one, or of the only one."""
    known = {run.number: run for run in runs}
    curves: list[Curve] = []
    for run in runs:
        parent = known.get(run.parent.run) if run.parent is not None else None
        curves += curves_of(run, name, view, parent.epoch(run.start.epoch) if parent is not None else None)
    colours = [0] * (max(known, default=0) + 1)
    for number, run in known.items():
        colours[number] = run.colour
    chart = Chart()
    chart.theme_name, chart.title, chart.below = theme_name, name.capitalize(), "epoch"
    chart.logarithmic = (False, name == LOSS and view.log)
    chart.show_curves(curves, colours, selected)
    chart.look(bounds_of(curves, view, name))
    marked = known.get(selected) or (runs[0] if len(runs) == 1 else None)
    if marked is not None and name == LOSS:
        chart.flags = tuple(flags_of(marked, found_in(marked)))
    return chart


def _end(run: TrainingRun) -> str:
    """How a run ended, in a few words."""
    if not run.epochs:
        return "no epoch is done"
    last = run.epochs[-1]
    parts = [f"{last.number} epochs", f"loss {last.loss:.4g}"]
    if last.validation_loss is not None:
        parts.append(f"validation {last.validation_loss:.4g}")
    found = last.validation_metrics or last.metrics
    parts += [f"{name} {value:.2%}" for name, value in found.items()]
    return ", ".join(parts)
