"""Every knob of every method: it shows the value, and what it tells makes a text that reads back."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QGridLayout, QWidget
from pytestqt.qtbot import QtBot

from graph_explorer.lab.hyperparameters import HyperparameterError, Value
from graph_explorer.lab.optimizers import METHODS, read_method
from graph_explorer.lab.schedules import SCHEDULES
from graph_explorer.ui.race.edit import with_schedule, with_schedule_setting, with_setting
from graph_explorer.ui.race.knobs import ChoiceKnob, FlagKnob, Knob, NumberKnob, PairKnob, TextKnob, knob_for

#: Settings that cannot be changed without another one: method and name.
CLASHES = {("nesterov", "dampening"), ("sgd", "nesterov")}


def turn(knob: Knob) -> None:
    """Moves a knob as a person would: to something else."""
    if isinstance(knob, PairKnob):
        turn(knob.knobs[0])
    elif isinstance(knob, NumberKnob):
        if knob.slider.isHidden():
            knob.label.toggle()  # type: ignore[attr-defined]
        else:
            knob.slider.setValue((knob.slider.value() + 3) % knob.slider.maximum())
    elif isinstance(knob, FlagKnob):
        knob.box.toggle()
    elif isinstance(knob, ChoiceKnob):
        knob.box.textActivated.emit(knob.box.itemText(knob.box.count() - 1))
    else:
        assert isinstance(knob, TextKnob)
        knob.field.setText("10/20")
        knob.field.editingFinished.emit()


@pytest.mark.parametrize("name", METHODS)
def test_every_setting_of_a_method(name: str, qtbot: QtBot) -> None:
    settings = read_method(name)
    for row in settings.method.hyperparameters:
        if row.kind == "schedule":
            continue
        told: list[Value] = []
        home = QWidget()
        qtbot.addWidget(home)
        knob = knob_for(row, "test", lambda value, gesture, told=told: told.append(value))  # type: ignore[misc]
        assert knob.place(QGridLayout(home), 0) >= 1
        knob.show_value(settings.values[row.name], "light")
        assert told == []
        turn(knob)
        assert len(told) == 1
        if (name, row.name) in CLASHES:
            with pytest.raises(HyperparameterError, match="nesterov needs a momentum"):
                with_setting(settings, row.name, told[0])
            continue
        text = with_setting(settings, row.name, told[0])
        assert read_method(text).values[row.name] == told[0]
        assert str(read_method(text)) == text


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule(name: str) -> None:
    settings = read_method(with_schedule(read_method("adam:lr=0.05"), name))
    assert settings.schedule.schedule.name == name
    assert settings.lr == 0.05
    for row in settings.schedule.schedule.parameters:
        if row.kind == "number" and isinstance(row.default, float) and row.default != 1.0:
            half = (row.default or 0.02) / 2
            changed = read_method(with_schedule_setting(settings, row.name, half))
            assert changed.schedule.given[row.name] == half


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [("lr", -1.0, "at least 0"), ("betas", (0.9, 1.0), "below 1"), ("clip_norm", 0.0, "above 0")],
)
def test_what_may_not_be_is_said(key: str, value: Any, says: str) -> None:
    with pytest.raises(HyperparameterError, match=says):
        with_setting(read_method("adam"), key, value)


def test_a_default_is_not_written() -> None:
    settings = read_method("adam:lr=0.05,betas=0.5/0.9")
    assert with_setting(settings, "betas", (0.9, 0.999)) == "adam:lr=0.05"
    assert with_setting(settings, "lr", 0.001) == "adam:lr=0.001,betas=0.5/0.9"
