"""The timeline: transport buttons, the scrub bar, and the sentence of the present step.

The one rule: it says where in the run the window is, and moves there; what happens there is said by
`explain`.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QWidget,
)

from graph_explorer.engine.explain import sentence, sentences
from graph_explorer.engine.trace import Event, Trace
from graph_explorer.ui.panels.player import Player, breakpoint_times
from graph_explorer.ui.session import Mode, Session, State
from graph_explorer.ui.state import NOT_RUN
from graph_explorer.ui.widgets.scrub import Scrub
from graph_explorer.ui.widgets.segment import segment
from graph_explorer.ui.widgets.text import Elided, Label
from graph_explorer.ui.widgets.transport import Move, SpeedChoice, Transport

_CLOSED = "Open an example, then step through it here."
_BEGIN = "Nothing is computed yet; the inputs and parameters are given. Step to compute the first value."
_MODES: tuple[tuple[Mode, str, str], ...] = (
    ("nodes", "Node by node", "One step goes through a whole node: all edges below it"),
    ("edges", "Edge by edge", "One step follows one edge: upstream × local derivative = contribution"),
)
_HINTS: Mapping[Move, str] = {
    "first": "To the start: nothing is computed",
    "back": "One step back",
    "play": "Step by itself",
    "step": "One step on",
    "last": "To the end: every gradient is known",
}
_SHORT: dict[Mode, str] = {"nodes": "By node", "edges": "By edge"}
#: Narrower than this many pixels, everything stands below each other.
_NARROW = 620


def position(trace: Trace | None, time: int) -> str:
    """Where a time is: start, forward 3 / 6, backward 7 / 19; backward 0 is the seed."""
    if trace is None:
        return ""
    if time == 0:
        return "start"
    forward = trace.forward_length
    if time <= forward:
        return f"forward {time} / {forward}"
    return f"backward {time - forward - 1} / {trace.length - forward - 1}"


def step_events(trace: Trace, time: int, mode: Mode) -> list[Event]:
    """The events that the step which ended at `time` has made: one, or all of one node."""
    events = trace.events
    if time == 0:
        return []
    first = time - 1
    while mode == "nodes" and first > 0 and events[first - 1].node is events[time - 1].node:
        first -= 1
    return events[first:time]


def told(trace: Trace, time: int, mode: Mode) -> str:
    """The sentence of the step that ended at `time`."""
    if trace.failure is not None and time == trace.length:
        return f"The run stopped here: {trace.failure}."
    events = step_events(trace, time, mode)
    if not events:
        return _BEGIN
    return sentences(events) if len(events) > 1 else sentence(events[-1])


class Timeline(QWidget):
    """The panel."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.player = Player(session, self)
        self.setObjectName("timeline")
        self.setAccessibleName("Timeline")
        self._narrow: bool | None = None
        self.transport = Transport(
            "timeline",
            _HINTS,
            {
                "first": lambda: session.seek(0),
                "back": lambda: session.step(forward=False),
                "play": self._play,
                "step": session.step,
                "last": self._last,
            },
        )
        self.first, self.back, self.play, self.step, self.last = self.transport.buttons.values()
        self.scrub = Scrub("timeline_scrub", "Time in the run")
        self.scrub.valueChanged.connect(session.seek)
        self.scrub.told = self._told
        self.position = Elided("", "muted")
        self.position.setObjectName("timeline_position")
        self.sentence = Label("")
        self.sentence.setObjectName("timeline_sentence")
        self.sentence.setAccessibleName("What this step does")
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.run = QPushButton("Run")
        self.run.setObjectName("timeline_run")
        self.run.setProperty("look", "main")
        self.run.setToolTip("Compute all values and gradients (Ctrl+R)")
        self.run.clicked.connect(session.run)
        self.choices = self._make_choices()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(10, 6, 10, 8)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(4)
        self._arrange(False)
        session.jobs.moved.connect(self._show_run)
        session.follow(self.show_state, seen=self)

    # ── making ────────────────────────────────────────────────────────────────────────────────

    def _make_choices(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        self.modes = QButtonGroup(self)
        for place, (mode, text, hint) in enumerate(_MODES):
            button = segment(self.modes, place, f"timeline_{mode}", text, hint)
            button.clicked.connect(lambda checked=False, mode=mode: self.session.change(mode=mode))
            line.addWidget(button)
        self.speed = SpeedChoice("timeline_speed", self.player.set_speed)
        line.addSpacing(8)
        line.addWidget(self.speed)
        line.addStretch(1)
        return row

    def _arrange(self, narrow: bool) -> None:
        """Side by side where there is room, else below each other."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        top, left = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignLeft
        grid = self._grid
        grid.addWidget(self.transport, 0, 0, left)
        grid.addWidget(self.run, 0, 0, left)
        if narrow:
            grid.addWidget(self.position, 0, 1, 1, 3)
            grid.addWidget(self.scrub, 1, 0, 1, 4)
            grid.addWidget(self.sentence, 2, 0, 1, 4)
            grid.addWidget(self.choices, 3, 0, 1, 4)
        else:
            grid.addWidget(self.scrub, 0, 1, 1, 2)
            grid.addWidget(self.position, 0, 3)
            grid.addWidget(self.sentence, 1, 0, 1, 2)
            grid.addWidget(self.choices, 1, 2, 1, 2, top)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(2 if narrow else 1, 1)
        self.position.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for (mode, text, _), button in zip(_MODES, self.modes.buttons(), strict=True):
            button.setText(_SHORT[mode] if narrow else text)
        self.sentence.setMinimumHeight(2 * self.sentence.fontMetrics().lineSpacing())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(event.size().width() < _NARROW)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        first = before is now or before.theme != now.theme or not self.play.icon().availableSizes()
        if first or before.playing != now.playing:
            self.transport.show_playing(now.playing, now.theme)
        if first or before.trace is not now.trace or before.breakpoints != now.breakpoints:
            trace = now.trace
            length, turn = (trace.length, trace.forward_length) if trace is not None else (0, 0)
            self.scrub.show_run(length, turn, breakpoint_times(now), now.theme)
            widest = max((position(trace, time) for time in (turn, length)), key=len)
            self.position.setMinimumWidth(self.position.fontMetrics().horizontalAdvance(widest) + 4)
        if before.mode != now.mode or self.modes.checkedId() < 0:
            self.modes.button([mode for mode, *_ in _MODES].index(now.mode)).setChecked(True)
        if first or any(
            getattr(before, part) is not getattr(now, part) for part in ("document", "trace", "time", "mode")
        ):
            self._show_time(now)

    def _show_time(self, now: State) -> None:
        trace = now.trace
        self.scrub.show_time(now.time)
        text = position(trace, now.time)
        self.position.show_text(text)
        self.scrub.setAccessibleDescription(text)
        closed = _CLOSED if now.document is None else NOT_RUN
        self.sentence.setText(told(trace, now.time, now.mode) if trace is not None else closed)
        self.setEnabled(now.document is not None)
        for part in (self.transport, self.scrub, self.position, self.choices):
            part.setEnabled(trace is not None)
        self._show_run()
        self.transport.show_ends(now.time == 0, trace is None or now.time >= trace.length)

    def _show_run(self) -> None:
        """The button stands where the transport is, while there is nothing to be stepped through."""
        waits = self.session.waits and self.session.state.trace is None
        self.run.setVisible(waits)
        self.transport.setVisible(not waits)

    def _told(self, time: int) -> str:
        trace = self.session.state.trace
        if trace is None:
            return ""
        return f"{position(trace, time)}\n{told(trace, time, self.session.state.mode)}"

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def _play(self) -> None:
        self.session.change(playing=not self.session.state.playing)

    def _last(self) -> None:
        if self.session.state.trace is not None:
            self.session.seek(self.session.state.trace.length)
