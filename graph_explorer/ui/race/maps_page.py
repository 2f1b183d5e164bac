"""The page of the maps: over learning rates, over two settings, over all starts.

The one rule: a map is drawn when it is asked for, in the background; one that is no longer that of the
race says so and stays until another is drawn.
"""

from __future__ import annotations

import math
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.basins import BasinMap
from graph_explorer.lab.maps import HeatMap, Sweep
from graph_explorer.ui.race.map_images import basin_image, losses_image
from graph_explorer.ui.race.mapping import Found, Kind, Request, numbers_of, request, told
from graph_explorer.ui.race.plot import Plot
from graph_explorer.ui.race.raster import Raster, RasterView
from graph_explorer.ui.race.series import View, bounds
from graph_explorer.ui.race.sweeps import sweep_curves, sweep_marks, sweep_title
from graph_explorer.ui.race.wording import number_text, point_text
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets.segment import segment
from graph_explorer.ui.widgets.text import Label

#: The key of the job.
JOB = "map"
_KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("rates", "Learning rates", "Where every method ends, over its learning rate"),
    ("settings", "Two settings", "Where the selected method ends, over two of its settings"),
    ("basins", "Basins", "Where the selected method takes each start, by colour"),
)
_HINTS: dict[Kind, str] = {
    "rates": "A curve for each method that is shown; its marks are rates that converge. Click to choose one.",
    "settings": "Lighter is lower, logarithmically; grey is no finite loss. Click to choose both settings.",
    "basins": "The colour says at which minimum a start ends, its strength how soon. Click to start there.",
}
_STALE = "The race has changed since this was drawn."
_SIZES = (64, 128, 256)
#: Where the page begins: which two settings, where the method has them.
_FIRST = "lr"


class MapsPage(QWidget):
    """The page."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.drawn: dict[Kind, tuple[Request, Found]] = {}
        self.plot = Plot("race_sweep", "Final loss over the learning rate", self._choose_rate, lambda k: None)
        self.setObjectName("race_maps")
        self.raster = RasterView("race_raster", "Map")
        self.raster.chosen.connect(self._chosen)
        self.raster.told = self._told_cell
        self.none = Label("Nothing is drawn yet.", "muted")
        self.pictures = QStackedWidget()
        self.pictures.setObjectName("race_map_pictures")
        self.pictures.setMinimumHeight(300)
        for page in (self.none, self.raster, self.plot):
            self.pictures.addWidget(page)
        self.hint = Label("", "small")
        self.state = Label("", role="warning")
        self.words = Label("")
        self.words.setObjectName("race_map_words")
        self.words.setAccessibleName("The map in words")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addLayout(self._make_kinds())
        box.addLayout(self._make_choices())
        line = QHBoxLayout()
        line.addWidget(self.hint, 1)
        line.addWidget(self.draw_button, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(line)
        for widget in (self.state, self.pictures, self.words):
            box.addWidget(widget)

    def _make_kinds(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(0)
        self.kinds = QButtonGroup(self)
        for place, (name, text, hint) in enumerate(_KINDS):
            line.addWidget(segment(self.kinds, place, f"race_map_{name}", text, hint))
        self.kinds.button(0).setChecked(True)
        line.addStretch(1)
        self.kinds.idClicked.connect(lambda: self.show_state(self.session.state))
        return line

    def _make_choices(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setColumnStretch(1, 1)
        self.labels, self.boxes = [], []
        for row, (text, spoken) in enumerate((("over", "Setting to the right"), ("and", "Setting upwards"))):
            label, box = QLabel(text), QComboBox()
            box.setObjectName(f"race_map_setting_{row}")
            box.setAccessibleName(spoken)
            box.activated.connect(lambda: self.show_state(self.session.state))
            label.setBuddy(box)
            grid.addWidget(label, row, 0)
            grid.addWidget(box, row, 1)
            self.labels.append(label)
            self.boxes.append(box)
        self.size_label, self.sizes = QLabel("starts"), QComboBox()
        self.sizes.setObjectName("race_map_size")
        self.sizes.setAccessibleName("Starts of the map")
        for size in _SIZES:
            self.sizes.addItem(f"{size} × {size}", size)
        self.sizes.setCurrentIndex(len(_SIZES) - 1)
        grid.addWidget(self.size_label, 2, 0)
        grid.addWidget(self.sizes, 2, 1)
        self.draw_button = QPushButton("Draw")
        self.draw_button.setObjectName("race_map_draw")
        self.draw_button.setToolTip("Draw this map; it may take a while and can be cancelled")
        self.draw_button.clicked.connect(self.draw)
        return grid

    # ── asking ────────────────────────────────────────────────────────────────────────────────

    @property
    def kind(self) -> Kind:
        return _KINDS[self.kinds.checkedId()][0]

    def _request(self, now: State) -> Request | None:
        names = (self.boxes[0].currentText(), self.boxes[1].currentText())
        return request(now, self.kind, names, self.sizes.currentData())

    def draw(self) -> None:
        """Draws the map that is chosen."""
        asked = self._request(self.session.state)
        if asked is None:
            return
        if asked.kind == "settings" and asked.names[0] == asked.names[1]:
            self.session.say("the two settings of a map must differ; choose another one")
            return

        def deliver(found: Found) -> None:
            self.drawn[asked.kind] = (asked, found)
            self.show_state(self.session.state)

        title = {kind: text for kind, text, _ in _KINDS}[asked.kind]
        self.session.jobs.start(JOB, f"Drawing: {title}", asked.work, deliver, self._failed)

    def _failed(self, error: InputError) -> None:
        self.session.say(str(error))

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_state(self, now: State) -> None:
        kind = self.kind
        self._show_choices(now, kind)
        asked = self._request(now)
        self.draw_button.setEnabled(asked is not None)
        self.hint.show_text(_HINTS[kind])
        drawn = self.drawn.get(kind)
        if drawn is not None and drawn[0].surface.graph is not (now.surface and now.surface.graph):
            del self.drawn[kind]
            drawn = None
        stale = drawn is not None and (asked is None or not asked.same(drawn[0]))
        self.state.show_text(_STALE if stale else "")
        if drawn is None:
            self.pictures.setCurrentWidget(self.none)
            self.words.show_text("")
            return
        self.words.show_text("\n".join(told(*drawn)))
        if kind == "rates":
            self._show_sweeps(now, drawn[0], cast("tuple[Sweep, ...]", drawn[1]))
        else:
            self._show_raster(now, drawn[0], drawn[1])

    def _show_choices(self, now: State, kind: Kind) -> None:
        race = now.race
        for widget in (*self.labels, *self.boxes):
            widget.setVisible(kind == "settings")
        for widget in (self.size_label, self.sizes):
            widget.setVisible(kind == "basins")
        if kind != "settings" or not race.entries:
            return
        names = list(numbers_of(race.entries[race.selected].settings))
        for place, box in enumerate(self.boxes):
            if [box.itemText(k) for k in range(box.count())] != names:
                kept = box.currentText()
                box.clear()
                box.addItems(names)
                first = names.index(_FIRST) if place == 0 else min(1, len(names) - 1)
                box.setCurrentIndex(names.index(kept) if kept in names else first)

    def _show_sweeps(self, now: State, asked: Request, found: tuple[Sweep, ...]) -> None:
        view = View(log_x=True, log_y=True)
        curves, base = sweep_curves(found)
        self.plot.show_axes(view.log_x, view.log_y, sweep_title(base))
        self.plot.show_coloured(curves, asked.colours, now.theme)
        self.plot.show_range(bounds(curves, log_y=True))
        rate = now.race.entries[now.race.selected].settings.lr if now.race.entries else 0.0
        self.plot.show_moment(
            math.log10(rate) if rate > 0 else None, sweep_marks(found, curves, asked.colours), now.theme
        )
        self.pictures.setCurrentWidget(self.plot)

    def _show_raster(self, now: State, asked: Request, found: Found) -> None:
        shown = theme(now.theme)
        if isinstance(found, BasinMap):
            names = tuple(axis.label for axis in asked.surface.axes)
            marks = tuple(_cell(found, point) for point in found.minima)
            raster = Raster(
                basin_image(found, shown),
                found.x.tolist(),
                found.y.tolist(),
                (names[0], names[1]),
                marks,
                even=True,
            )
        else:
            assert isinstance(found, HeatMap)
            raster = Raster(
                losses_image(found.losses, shown), found.a.tolist(), found.b.tolist(), found.names
            )
        self.raster.show_raster(raster, now.theme)
        self.raster.setAccessibleDescription(self.words.text())
        self.pictures.setCurrentWidget(self.raster)

    def _told_cell(self, column: int, row: int) -> str:
        found = self.drawn[self.kind][1]
        if isinstance(found, HeatMap):
            return (
                f"{found.names[0]} {number_text(float(found.a[column]))}, {found.names[1]} "
                f"{number_text(float(found.b[row]))}: loss {number_text(float(found.losses[row, column]))}"
            )
        assert isinstance(found, BasinMap)
        start = point_text((float(found.x[column]), float(found.y[row])))
        return f"from {start} to {point_text(tuple(found.points[row, column]))}"

    # ── choosing on the map ───────────────────────────────────────────────────────────────────

    def _choose_rate(self, place: float) -> None:
        race = self.session.state.race
        if race.entries:
            rate = float(f"{10**place:.2g}")
            settings = race.entries[race.selected].settings.with_number("lr", rate)
            self.session.racer.set(race.with_entry(race.selected, text=str(settings)))

    def _chosen(self, column: int, row: int) -> None:
        race, (_, found) = self.session.state.race, self.drawn[self.kind]
        if isinstance(found, BasinMap):
            start = (float(found.x[column]), float(found.y[row]))
            starts = (*race.starts[: race.start], start, *race.starts[race.start + 1 :])
            self.session.racer.set(starts=starts)
        elif isinstance(found, HeatMap) and race.entries:
            settings = race.entries[race.selected].settings
            try:
                for name, value in zip(found.names, (found.a[column], found.b[row]), strict=True):
                    settings = settings.with_number(name, float(value))
            except InputError as error:
                self.session.say(str(error))
                return
            self.session.racer.set(race.with_entry(race.selected, text=str(settings)))


def _cell(found: BasinMap, point: object) -> tuple[float, float]:
    """The cell of a point, with fractions."""
    x, y = (float(part) for part in cast("tuple[float, float]", point))
    column = (x - found.x[0]) / (found.x[-1] - found.x[0]) * (len(found.x) - 1)
    return float(column), float((y - found.y[0]) / (found.y[-1] - found.y[0]) * (len(found.y) - 1))
