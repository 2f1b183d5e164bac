"""The panel of the four acts: Forward, Backward, Update, Zero.

The one rule: each act does one thing and no other; what follows from leaving one out, or doing it twice,
is seen in the table and said in a sentence.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.engine.graph import Graph, Use
from graph_explorer.ui.panels.acts import averaging
from graph_explorer.ui.panels.acts.parameters import ParameterTable
from graph_explorer.ui.panels.acts.remarks import Act, Diary, next_act, remarks
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.icons import icon
from graph_explorer.ui.widgets.number import NumberField
from graph_explorer.ui.widgets.rows import Row, Rows
from graph_explorer.ui.widgets.scrolled import fill, scrolled
from graph_explorer.ui.widgets.section import Section
from graph_explorer.ui.widgets.text import Label

_ACTS: tuple[tuple[Act, str, str], ...] = (
    ("forward", "Forward", "Compute all values; gradients are left alone"),
    ("backward", "Backward", "Compute all gradients, and add them to what .grad holds"),
    ("update", "Update", "Move each parameter: value − learning rate × .grad"),
    ("zero", "Zero", "Empty .grad; the parameters are left alone"),
)
_TITLES = {act: text for act, text, _ in _ACTS}
#: The learning rate's slider: from 10^_LEAST to 10^_MOST, _FINE positions a power of ten.
_LEAST, _MOST, _FINE = -6, 1, 40
_EMPTY = "Open an example, then train it here by hand: forward, backward, update, zero."


class Remark(QFrame):
    """A sentence that stands out."""

    def __init__(self, place: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"acts_remark_{place}")
        self.setProperty("look", "remark")
        self.text = Label("")
        box = QHBoxLayout(self)
        box.setContentsMargins(9, 6, 8, 6)
        box.addWidget(self.text)

    def show_text(self, text: str) -> None:
        self.text.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))


class Acts(QWidget):
    """The panel."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.diary = Diary()
        self.setObjectName("acts")
        self.setAccessibleName("Training by hand")
        self.buttons: dict[Act, QPushButton] = {}
        self.empty = Label(_EMPTY, "muted")
        self.empty.setObjectName("acts_empty")
        self.inside = QWidget()
        column = QVBoxLayout(self.inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._make_buttons())
        column.addLayout(self._make_rate())
        self.passes = Label("", "small")
        self.passes.setObjectName("acts_passes")
        column.addWidget(self.passes)
        self.remarks = [Remark(place) for place in range(4)]
        for remark in self.remarks:
            remark.hide()
            column.addWidget(remark)
        self.parameters = ParameterTable()
        self.parameters.clicked.connect(self._select)
        self.parameters.activated.connect(self._select)
        section = Section("acts_accumulators", "Parameters and what .grad holds")
        section.add(self.parameters)
        column.addWidget(section)
        self._make_averaging(column)
        self._make_cuts(column)
        self._scrolled()
        session.follow(self._note)
        session.follow(self.show_state, seen=self)

    # ── making ────────────────────────────────────────────────────────────────────────────────

    def _scrolled(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 10, 12, 12)
        column.addWidget(self.empty)
        column.addWidget(self.inside)
        column.addStretch(1)
        fill(self, scrolled("acts_scroll", content))

    def _make_buttons(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(6)
        does: dict[Act, Callable[[], None]] = {
            "forward": self.session.by_hand.forward,
            "backward": self.session.by_hand.backward,
            "update": self.update_parameters,
            "zero": self.session.by_hand.zero,
        }
        for place, (act, text, hint) in enumerate(_ACTS):
            button = QPushButton(text)
            button.setObjectName(f"acts_{act}")
            button.setAccessibleName(text)
            button.setAccessibleDescription(hint)
            button.setToolTip(hint)
            button.clicked.connect(does[act])
            self.buttons[act] = button
            grid.addWidget(button, place // 2, place % 2)
        return grid

    def _make_rate(self) -> QHBoxLayout:
        label = QLabel("Learning rate")
        self.rate = NumberField("acts_rate", "Learning rate", logarithmic=True)
        self.rate.changed.connect(lambda value, gesture: self._set_rate(value))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("acts_rate_slider")
        self.slider.setAccessibleName("Learning rate, as powers of ten")
        self.slider.setRange(_LEAST * _FINE, _MOST * _FINE)
        self.slider.setPageStep(_FINE)
        self.slider.valueChanged.connect(self._slid)
        label.setBuddy(self.rate)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(label)
        line.addWidget(self.rate, 1)
        line.addWidget(self.slider, 2)
        return line

    def _make_averaging(self, column: QVBoxLayout) -> None:
        self.averaging_section = Section("acts_averaging", "Mean or sum")
        self.averaging = Label("")
        self.averaging.setObjectName("acts_averaging_text")
        self.swap = QPushButton("")
        self.swap.setObjectName("acts_swap")
        self.swap.setProperty("look", "small")
        self.swap.clicked.connect(self._swap)
        self.averaging_section.add(self.averaging)
        self.averaging_section.add(self.swap)
        column.addWidget(self.averaging_section)

    def _make_cuts(self, column: QVBoxLayout) -> None:
        self.cuts_section = Section("acts_cuts", "Cut edges")
        self.cuts = Rows("acts_cut", "Edges that pass no gradient")
        self.cuts_section.add(self.cuts)
        column.addWidget(self.cuts_section)

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def update_parameters(self) -> None:
        """Update with the present learning rate; says so where there is nothing to update with."""
        if not self.session.state.accumulator.gradients:
            self.diary = dataclasses.replace(self.diary, idle=True)
            self._show_remarks(self.session.state)
            return
        self.session.by_hand.update(self.session.state.rate)

    def _set_rate(self, rate: float) -> None:
        if math.isfinite(rate) and rate >= 0:
            self.session.change(rate=rate)
        else:
            self.session.say(f"a learning rate is a number from 0 up, not {rate}")
            self.rate.show_value(self.session.state.rate)

    def _slid(self, position: int) -> None:
        self.session.change(rate=float(f"{10 ** (position / _FINE):.2g}"))

    def _select(self, index: QModelIndex) -> None:
        self.session.select(self.parameters.shown.names[index.row()])

    def _swap(self) -> None:
        document = self.session.state.document
        found = averaging.find(document.program) if document is not None else None
        if document is not None and found is not None:
            after = document.with_program(found.swapped(document.program))
            other = "sum" if found.kind == "mean" else "mean"
            self.session.edit(f"Use the {other}", after)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def _note(self, before: State, now: State) -> None:
        """What happens is kept in mind also while nobody looks."""
        self.diary = self.diary.after(before, now)

    def show_state(self, before: State, now: State) -> None:
        if before.document is not None and all(
            getattr(before, part) is getattr(now, part)
            for part in ("document", "trace", "time", "accumulator", "rate", "detached", "theme")
        ):
            return
        self.empty.setVisible(now.document is None)
        self.inside.setVisible(now.document is not None)
        if now.document is None:
            return
        self._show_buttons(now)
        self._show_rate(now)
        self.parameters.show_state(now)
        self._show_remarks(now)
        if before.document is not now.document or before.trace is not now.trace:
            self._show_averaging(now)
        self._show_cuts(now)

    def _show_buttons(self, now: State) -> None:
        whole = now.trace is not None and now.trace.failure is None
        following = next_act(now)
        for act, button in self.buttons.items():
            button.setIcon(icon(act, now.theme, "on_accent" if act == following else "text"))
            look = "main" if act == following else ""
            if button.property("look") != look:
                button.setProperty("look", look)
                button.style().unpolish(button)
                button.style().polish(button)
            button.setEnabled(whole)
        passes = now.accumulator.passes
        said = (
            f"{passes} backward pass{'es' * (passes != 1)} since Zero"
            if passes
            else "No backward pass since Zero"
        )
        self.passes.setText(f"{said}. Next: {_TITLES[following]}.")

    def _show_rate(self, now: State) -> None:
        self.rate.show_value(now.rate)
        place = round(math.log10(now.rate) * _FINE) if now.rate > 0 else _LEAST * _FINE
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(place)
        self.slider.blockSignals(blocked)

    def _show_remarks(self, now: State) -> None:
        said = remarks(now, self.diary)
        for place, remark in enumerate(self.remarks):
            remark.show_text(said[place] if place < len(said) else "")

    def _show_averaging(self, now: State) -> None:
        found = averaging.find(now.document.program) if now.document is not None else None
        self.averaging_section.setVisible(found is not None)
        if found is None:
            return
        count = averaging.entries(now.trace, found) if now.trace is not None else 1
        over = f" over {count} numbers" if count > 1 else ""
        other = "sum" if found.kind == "mean" else "mean"
        times = (
            f" Its gradients are {count} times those of the mean, and so is each update." if count > 1 else ""
        )
        if found.kind == "mean":
            times = f" The sum would have gradients {count} times as large." if count > 1 else ""
        self.averaging.setText(f"Line {found.line} takes the {found.kind}{over}.{times}")
        self.swap.setText(f"Use the {other} instead")

    def _show_cuts(self, now: State) -> None:
        assert now.document is not None
        graph = now.document.graph
        cut = sorted(now.document.read.detached | now.detached, key=lambda use: (use.node, use.input_index))
        rows = [self._cut(now, graph, use) for use in cut if use.node in graph]
        self.cuts_section.setVisible(bool(rows))
        self.cuts.show_rows(rows)

    def _cut(self, now: State, graph: Graph, use: Use) -> Row:
        node = graph.node(use.node)
        edge = f"{node.id} → {node.inputs[use.input_index]}"
        if use in now.detached:
            go = partial(self.session.detach, use)
            return Row(f"{edge}: join again", hint="Let the gradient pass here again", go=go)
        line = f"line {node.place.line}" if node.place is not None else "the program"
        return Row(edge, "", detail=f"detach(…) in {line}")
