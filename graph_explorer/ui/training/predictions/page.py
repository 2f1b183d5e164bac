"""The page of predictions.

The one rule: it shows one moment, made by a job from the parameters that are looked at. While training
runs the next moment is asked for when the last one is shown, so that it lags but never piles up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QStackedWidget, QWidget

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.training import read_training
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.alike import kept
from graph_explorer.ui.training.predictions.choice import ORDERS, Choice, summary
from graph_explorer.ui.training.predictions.example_chart import ExampleChart
from graph_explorer.ui.training.predictions.fit import FitDrawing
from graph_explorer.ui.training.predictions.matrix import Matrix
from graph_explorer.ui.training.predictions.opening import open_example
from graph_explorer.ui.training.predictions.plane import PlaneDrawing
from graph_explorer.ui.training.predictions.scatter import ScatterDrawing
from graph_explorer.ui.training.predictions.strips import Strips
from graph_explorer.ui.training.predictions.subject import Answering, Asked, Kind, Moment
from graph_explorer.ui.training.predictions.table import ExampleTable
from graph_explorer.ui.training.predictions.tiles import Tiles
from graph_explorer.ui.widgets.filled import Filled
from graph_explorer.ui.widgets.scrolled import fill
from graph_explorer.ui.widgets.segment import segment
from graph_explorer.ui.widgets.text import Elided

#: The key of the job.
JOB = "predictions"
#: Milliseconds between two moments while training runs, at least: as long again as one has taken.
_PAUSE = 40
_EMPTY = "Open a document with a [training] table, such as Two spirals, to see what it answers."
#: Name of a part, its title, what it shows.
_PARTS = {
    "plane": ("Plane", "Which class the network gives each place of the plane"),
    "curve": ("Curve", "What the network answers over its one input"),
    "pictures": ("Pictures", "Examples with their true class and the one they were taken for"),
    "sequences": ("Sequences", "Examples over time, with what is wanted and what was answered"),
    "matrix": ("Confusion", "How often each class was taken for each"),
    "scatter": ("Scatter", "What was answered over what is true"),
    "table": ("Table", "Every example with its answer"),
}
#: The parts that list examples or count them: of one portion.
_OF_PORTION = frozenset({"pictures", "sequences", "matrix", "table"})
_LISTING = frozenset({"pictures", "sequences", "table"})
#: What makes the widget of a part.
_MAKERS: dict[str, Callable[[], QWidget]] = {
    "plane": partial(
        ExampleChart, "plane", "Answers over the plane of the two inputs",
        "The plane: arrows move the cursor, Enter opens", PlaneDrawing, True,
    ),
    "curve": partial(
        ExampleChart, "fit", "Answers over the one input",
        "The curve: arrows move the cursor, Enter opens", FitDrawing,
    ),
    "scatter": partial(
        ExampleChart, "scatter", "Answers over true numbers",
        "Answers over true numbers; Enter opens", ScatterDrawing,
    ),
    "pictures": Tiles,
    "sequences": Strips,
    "matrix": Matrix,
    "table": ExampleTable,
}  # fmt: skip
_CARED_FOR = ("training", "document", "theme")


def parts_of(kind: Kind, classes: bool, again: bool) -> tuple[str, ...]:
    """The parts that suit the data, the first of them shown at first."""
    own = () if kind == "plain" else (kind,)
    numbers = () if again or kind == "curve" else ("scatter",)
    return (*own, *(("matrix",) if classes else numbers), "table")


class PredictionsPage(QWidget):
    """The page."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("training_predictions")
        self.setAccessibleName("Predictions")
        self.moment: Moment | None = None
        self.choice = Choice()
        self.part = ""
        self._answering = Answering()
        self._asked: tuple[object, ...] = ()
        self._untrained: Asked | None = None
        self._began = 0.0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(lambda: self._ask(self.session.state))
        self._parts: dict[str, QWidget] = {}
        self.stack = QStackedWidget()
        self.stack.setObjectName("predictions_parts")
        self.status = Elided("", "small")
        self.status.setObjectName("predictions_status")
        self._summary = ""
        self.frame = Filled("predictions_empty", _EMPTY, spacing=3)
        self.frame.column.addLayout(self._make_bar())
        self.frame.column.addWidget(self.stack, 1)
        self.frame.column.addWidget(self.status)
        fill(self, self.frame)
        session.follow(self.show_state)

    def _make_bar(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(0)
        self.tabs = QButtonGroup(self)
        for place, (name, (title, hint)) in enumerate(_PARTS.items()):
            line.addWidget(segment(self.tabs, place, f"predictions_{name}_tab", title, hint))
        self.tabs.idClicked.connect(lambda place: self.go_to(list(_PARTS)[place]))
        line.addSpacing(8)
        line.addStretch(1)
        self.portions = QButtonGroup(self)
        for place, name in enumerate(("training", "validation")):
            hint = f"The examples for {name}"
            line.addWidget(segment(self.portions, place, f"predictions_{name}", name.capitalize(), hint))
        self.portions.idClicked.connect(self._choose_portion)
        line.addSpacing(8)
        self.switches = QButtonGroup(self)
        self.switches.setExclusive(False)
        for place, (name, text, hint) in enumerate(
            (
                ("wrong", "Wrong only", "Only examples that are classified wrongly"),
                ("rates", "Rates", "Parts of the true class in place of counts"),
            )
        ):
            line.addWidget(segment(self.switches, place, f"predictions_{name}", text, hint))
        self.switches.idClicked.connect(self._switch)
        line.addSpacing(8)
        self.order = QComboBox()
        self.order.setObjectName("predictions_order")
        self.order.setAccessibleName("Order of the examples")
        self.order.addItems([name.capitalize() for name in ORDERS])
        self.order.activated.connect(lambda place: self._choose(order=ORDERS[place]))
        line.addWidget(self.order)
        return line

    # ── parts ─────────────────────────────────────────────────────────────────────────────────

    def _make_part(self, name: str) -> QWidget:
        made = _MAKERS[name]()
        if isinstance(made, Matrix):
            made.chosen.connect(self._choose_cell)
        else:
            made.chosen.connect(self._open)  # type: ignore[attr-defined]
        if not isinstance(made, ExampleTable):
            made.told.connect(self._tell)  # type: ignore[attr-defined]
        if isinstance(made, ExampleChart) and name == "plane":
            made.chart.ranged.connect(self._range)
        self.stack.addWidget(made)
        return made

    def _tell(self, text: str) -> None:
        """What is pointed at; else how well the network does."""
        self.status.show_text(text or self._summary)

    def widget(self, name: str) -> QWidget:
        """The widget of a part, made at its first use."""
        if name not in self._parts:
            self._parts[name] = self._make_part(name)
        return self._parts[name]

    def go_to(self, name: str) -> None:
        """Shows a part."""
        self.part = name
        self.stack.setCurrentWidget(self.widget(name))
        self._show()

    def fit(self) -> None:
        self._zoom("fit", 1.0)

    def zoom_in(self) -> None:
        self._zoom("zoom_in", 1 / 1.25)

    def zoom_out(self) -> None:
        self._zoom("zoom_out", 1.25)

    def _zoom(self, name: str, factor: float) -> None:
        here = self._parts.get(self.part)
        if isinstance(here, Tiles):
            getattr(here, name)()
        elif isinstance(here, ExampleChart):
            here.chart.fit() if name == "fit" else here.chart.zoom(factor)

    # ── choosing ──────────────────────────────────────────────────────────────────────────────

    def _choose(self, **parts: object) -> None:
        self.choice = Choice(**{**self.choice.__dict__, **parts})
        self._show()

    def _choose_portion(self, place: int) -> None:
        self._choose(portion=("training", "validation")[place])

    def _switch(self, place: int) -> None:
        if place == 0:
            self._choose(wrong=self.switches.button(0).isChecked(), cell=None)
        else:
            self._show()

    def _choose_cell(self, truth: int, found: int) -> None:
        """Shows the examples of a cell of the matrix; all of them when it is chosen again."""
        same = self.choice.cell == (truth, found)
        self.choice = Choice(
            **{**self.choice.__dict__, "cell": None if same else (truth, found), "wrong": False}
        )
        if same or self.moment is None:
            self._show()
            return
        self.go_to("pictures" if self.moment.kind == "pictures" else "table")

    def _open(self, portion: str, row: int) -> None:
        if self.moment is not None:
            try:
                open_example(self.session, self.moment, portion, row)
            except InputError as error:
                self.session.say(str(error))

    # ── what is asked for ─────────────────────────────────────────────────────────────────────

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask(self.session.state)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._later.stop()

    def show_state(self, before: State, now: State) -> None:
        if any(getattr(before, part) is not getattr(now, part) for part in _CARED_FOR):
            if before.theme != now.theme:
                self._show()
            self._ask(now)

    def _range(self) -> None:
        self._asked = ()
        self._ask(self.session.state)

    def _ask(self, now: State) -> None:
        """Asks for the moment that is looked at, unless it is there or another is being made."""
        if not self.isVisible() or self._later.isActive() or self.session.jobs.busy(JOB):
            return
        try:
            wanted = self._wanted(now)
        except InputError as error:
            self._refuse(error)
            return
        if not wanted:
            self._asked, self.moment = (), None
            self.frame.say(_EMPTY)
            return
        runs = ((each.number, id(each.document), id(each.parameters), each.title) for each in wanted)
        key = (now.training.running, *runs)
        if key == self._asked:
            return
        self._asked, self._kept = key, wanted  # kept, so that no id is given to something else
        self._began = time.perf_counter()
        live, window, answering = now.training.running, self._window(), self._answering
        self.session.jobs.start(
            JOB,
            "Predictions",
            lambda checkpoint: answering.moment(wanted, window, live, checkpoint),
            self._deliver,
            self._refuse,
            quiet=live,
        )

    def _wanted(self, now: State) -> tuple[Asked, ...]:
        """The runs that are drawn, the selected one last; the document itself where there is none."""
        training = now.training
        run = training.run
        if run is None:
            document = self.session.trainer.own_document()
            if document is None or "data" not in document.training:
                return ()
            document = kept(None if self._untrained is None else self._untrained.document, document)
            assert document is not None
            if self._untrained is None or self._untrained.document is not document:
                held = {name: each.array for name, each in document.parameters.items()}
                settings = read_training(document.training)
                self._untrained = Asked(0, 0, "untrained", document, settings, held)
            return (self._untrained,)
        others = [each for each in training.drawn if each.number != run.number]
        return tuple(
            Asked(
                each.number, each.colour, each.title, each.document, each.training,
                training.parameters if each is run else each.parameters,
            )
            for each in (*others, run)
        )  # fmt: skip

    def _window(self) -> tuple[float, float, float, float] | None:
        """The part that the picture shows, where a person or its shape has chosen one."""
        here = self._parts.get(self.part)
        if self.part == "plane" and isinstance(here, ExampleChart) and here.moment is not None:
            return here.chart.range
        return None

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def _deliver(self, moment: Moment) -> None:
        fresh = self.moment is None or self.moment.kind != moment.kind
        self.moment = moment
        if not len(moment.validation) and self.choice.portion == "validation":
            self.choice = Choice(portion="training")
        if fresh or self.part not in self._fitting():
            self.choice = Choice(portion=self.choice.portion)
            self.go_to(self._fitting()[0])
            if moment.kind == "plane":  # now that its shape is known, for all that is seen of it
                self._asked = ()
        else:
            self._show()
        self._later.start(max(_PAUSE, round(1000 * (time.perf_counter() - self._began))))

    def _fitting(self) -> tuple[str, ...]:
        assert self.moment is not None
        moment = self.moment
        return parts_of(moment.kind, bool(moment.classes), moment.predictor.asked.again)

    def _refuse(self, error: InputError) -> None:
        self.moment = None
        self.frame.say(f"No predictions: {error.message}.")

    def _show(self) -> None:
        moment = self.moment
        if moment is None:
            return
        self.frame.fill()
        self._show_bar(moment)
        parts = [summary(moment, name) for name in ("training", "validation") if len(moment.portion(name)[1])]
        before, self._summary = self._summary, " · ".join(parts)
        if self.status.full in ("", before):
            self._tell("")
        here, theme_name = self.widget(self.part), self.session.state.theme
        if isinstance(here, Matrix):
            here.show_moment(moment, self.choice, self.switches.button(1).isChecked(), theme_name)
        elif isinstance(here, Tiles | Strips | ExampleTable):
            here.show_moment(moment, self.choice, theme_name)
        elif isinstance(here, ExampleChart):
            here.show_moment(moment, theme_name)

    def _show_bar(self, moment: Moment) -> None:
        fitting = self._fitting()
        for place, name in enumerate(_PARTS):
            self.tabs.button(place).setVisible(name in fitting)
            self.tabs.button(place).setChecked(name == self.part)
        for place, name in enumerate(("training", "validation")):
            button = self.portions.button(place)
            button.setVisible(self.part in _OF_PORTION)
            button.setEnabled(bool(len(moment.portion(name)[1])))
            button.setChecked(self.choice.portion == name)
        wrong, rates = (self.switches.button(place) for place in range(2))
        wrong.setVisible(self.part in _LISTING and bool(moment.classes))
        rates.setVisible(self.part == "matrix")
        wrong.setChecked(self.choice.wrong or self.choice.cell is not None)
        wrong.setText("Wrong only" if self.choice.cell is None else self._cell_title(moment))
        self.order.setVisible(self.part in _LISTING)
        self.order.setCurrentIndex(ORDERS.index(self.choice.order))

    def _cell_title(self, moment: Moment) -> str:
        assert self.choice.cell is not None
        truth, found = (moment.classes[k] for k in self.choice.cell)
        return f"{truth} taken for {found} ✕"
