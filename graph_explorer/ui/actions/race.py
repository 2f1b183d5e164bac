"""The race of optimizers."""

from __future__ import annotations

from graph_explorer.ui.actions import when
from graph_explorer.ui.actions.action import Action

RACE = (
    Action(id="race.play", text="Run", hint="Let all methods of the race run, step by step", menu="Race",
           icon="play", keys=("Shift+F5",), enabled=when.raced,
           checked=lambda w: w.session.state.race.playing, act=lambda w: w.session.racer.play()),
    Action(id="race.step", text="Step", hint="One step of every method", menu="Race", icon="step",
           keys=("Ctrl+Shift+Right",), enabled=when.raced, act=lambda w: w.session.racer.step(1)),
    Action(id="race.back", text="Back", hint="One step back of every method", menu="Race", icon="back",
           keys=("Ctrl+Shift+Left",), enabled=when.raced, act=lambda w: w.session.racer.step(-1)),
    Action(id="race.first", text="To the start", hint="All methods at their start", menu="Race",
           icon="first", keys=("Ctrl+Shift+Home",), enabled=when.raced,
           act=lambda w: w.session.racer.set(step=0)),
    Action(id="race.last", text="To the end", hint="All methods at the end of their paths", menu="Race",
           icon="last", keys=("Ctrl+Shift+End",), enabled=when.raced,
           act=lambda w: w.session.racer.step(w.session.state.race.steps)),
    Action(id="race.linked", text="Move the parameters along",
           hint="Stepping moves the graph's parameters to the point of the selected path", menu="Race",
           section=1, enabled=when.raced, checked=lambda w: w.session.state.race.linked,
           act=lambda w: w.session.racer.set(linked=not w.session.state.race.linked)),
    Action(id="race.start", text="Start from the present point",
           hint="Every method also starts where the graph's parameters are now", menu="Race", section=1,
           enabled=when.raced, act=lambda w: w.session.racer.add_start()),
    Action(id="race.show", text="Show the selected method", hint="Show the selected method, or hide it",
           menu="Race", section=2, enabled=when.raced,
           checked=lambda w: w.session.state.race.entries[w.session.state.race.selected].shown,
           act=lambda w: w.session.racer.show_entry()),
    Action(id="race.copy", text="Selected method once more",
           hint="The same method once more, to give it other settings", menu="Race", section=2, icon="copy",
           enabled=when.raced,
           act=lambda w: w.session.racer.set(w.session.state.race.with_copy(w.session.state.race.selected))),
    Action(id="race.remove", text="Remove the selected method", hint="Take the method out of the race",
           menu="Race", section=2, icon="close", enabled=when.raced,
           act=lambda w: w.session.racer.set(w.session.state.race.without(w.session.state.race.selected))),
    Action(id="race.best", text="Best learning rate for each",
           hint="Look for the learning rate with which each method ends lowest", menu="Race", section=3,
           enabled=when.raced, act=lambda w: w.bench.find_best_rates()),
    Action(id="race.table", text="Copy the table", hint="Copy the numbers of all paths as text",
           menu="Race", section=3, icon="copy", enabled=when.raced, act=lambda w: w.bench.copy_race("\t")),
    Action(id="race.csv", text="Copy the table as CSV", hint="Copy the numbers of all paths as CSV",
           menu="Race", section=3, enabled=when.raced, act=lambda w: w.bench.copy_race(",")),
    Action(id="race.keep", text="Keep this race in the document",
           hint="Methods, starts and steps become part of the document, and of its file when it is saved",
           menu="Race", section=3, enabled=when.raced, act=lambda w: w.bench.keep_race()),
)  # fmt: skip


def adding(name: str, text: str, hint: str) -> Action:
    """The action that adds one of the methods to the race."""
    return Action(id=f"race.add.{name}", text=text, hint=hint, menu="Race/Add a method", enabled=when.watched,
                  act=lambda w: w.session.racer.add_method(name))  # fmt: skip
