"""Stepping through the run, and what one does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_explorer.ui.actions import when
from graph_explorer.ui.actions.action import Action

if TYPE_CHECKING:
    from graph_explorer.ui.window import Window


STEP = (
    Action(id="step.run", text="Run the document", menu="Step", icon="play", keys=("Ctrl+R",),
           hint="Compute all values and gradients, where the run was stopped or is still missing",
           enabled=when.waits, act=lambda w: w.session.run()),
    Action(id="step.forward", text="Step", hint="One step on: the next value, or the next edge backward",
           menu="Step", icon="step", keys=("F8", "Ctrl+Right"), enabled=when.steps_on,
           act=lambda w: w.session.step()),
    Action(id="step.back", text="Step back", hint="One step back in time", menu="Step", icon="back",
           keys=("F7", "Ctrl+Left"), enabled=when.steps_back, act=lambda w: w.session.step(forward=False)),
    Action(id="step.next_node", text="Next node", hint="On until the present node is finished", menu="Step",
           icon="next_node", keys=("Ctrl+F8", "Ctrl+Down"), enabled=when.steps_on,
           act=lambda w: w.session.step(mode="nodes")),
    Action(id="step.previous_node", text="Previous node", hint="Back to where the node before was finished",
           menu="Step", icon="previous_node", keys=("Ctrl+F7", "Ctrl+Up"), enabled=when.steps_back,
           act=lambda w: w.session.step(forward=False, mode="nodes")),
    Action(id="step.first", text="To the start", hint="To the time when nothing is computed", menu="Step",
           section=1, icon="first", keys=("Shift+F7", "Ctrl+Home"), enabled=when.steps_back,
           act=lambda w: w.session.seek(0)),
    Action(id="step.last", text="To the end", hint="To the time when every gradient is known", menu="Step",
           section=1, icon="last", keys=("Shift+F8", "Ctrl+End"), enabled=when.steps_on,
           act=lambda w: w.seek_end()),
    Action(id="step.play", text="Play", hint="Step by itself, until the end or a breakpoint", menu="Step",
           section=1, icon="play", keys=("F5",), enabled=when.ran, checked=lambda w: w.session.state.playing,
           act=lambda w: w.session.change(playing=not w.session.state.playing)),
    Action(id="step.run_to", text="Run to the selected node",
           hint="To the time when its gradient is complete", menu="Step", section=2, icon="run_to",
           keys=("F6",), enabled=when.reached, act=lambda w: w.session.run_to(w.session.state.selection)),
    Action(id="step.breakpoint", text="Breakpoint", hint="Playing stops when the selected node is complete",
           menu="Step", section=2, icon="breakpoint", keys=("F9",), enabled=when.selected,
           checked=lambda w: w.session.state.selection in w.session.state.breakpoints,
           act=lambda w: w.session.toggle_breakpoint(w.session.state.selection)),
    Action(id="step.edges", text="Edge by edge", hint="A step is one edge: upstream × local = contribution",
           menu="Step", section=3, icon="edges", keys=("Ctrl+Shift+E",), enabled=when.opened,
           checked=lambda w: w.session.state.mode == "edges", act=lambda w: w.session.change(mode="edges")),
    Action(id="step.nodes", text="Node by node", hint="A step is one node with all edges below it",
           menu="Step", section=3, icon="nodes", keys=("Ctrl+Shift+N",), enabled=when.opened,
           checked=lambda w: w.session.state.mode == "nodes", act=lambda w: w.session.change(mode="nodes")),
)  # fmt: skip


def _is_detached(window: Window) -> bool:
    return window.session.state.edge in window.session.state.detached


def _is_asked(window: Window) -> bool:
    return window.session.state.selection in window.session.state.asked


LEARN = (
    Action(id="learn.forward", text="Forward", hint="The forward pass: every value, no gradient",
           menu="Learn", icon="forward", keys=("Alt+1",), enabled=when.whole,
           act=lambda w: w.session.by_hand.forward()),
    Action(id="learn.backward", text="Backward",
           hint="The backward pass: gradients, added to what the parameters hold", menu="Learn",
           icon="backward", keys=("Alt+2",), enabled=when.whole, act=lambda w: w.session.by_hand.backward()),
    Action(id="learn.update", text="Update", hint="Each parameter moves against the gradient that it holds",
           menu="Learn", icon="update", keys=("Alt+3",), enabled=when.whole,
           act=lambda w: w.bench.update_parameters()),
    Action(id="learn.zero", text="Zero the gradients", hint="Empty what the parameters hold", menu="Learn",
           icon="zero", keys=("Alt+4",), enabled=when.holds_gradients,
           act=lambda w: w.session.by_hand.zero()),
    Action(id="learn.detach", text="Detach the selected edge",
           hint="Cut the gradient on this edge, or join it again", menu="Learn", section=1, icon="detach",
           keys=("Ctrl+D",), enabled=when.edge, checked=_is_detached,
           act=lambda w: w.detach()),
    Action(id="learn.ask", text="Gradient of the selected input", menu="Learn", section=1,
           hint="Follow the backward pass into this input too, or leave it out again", keys=("Ctrl+I",),
           enabled=when.can_ask, checked=_is_asked,
           act=lambda w: w.session.ask_gradient(w.session.state.selection)),
    Action(id="learn.average", text="Sum instead of mean", menu="Learn", section=1, icon="sum",
           hint="Add up a mini-batch instead of averaging it, or average again", enabled=when.averages,
           act=lambda w: w.bench.swap_averaging()),
)  # fmt: skip


COMPARE = (
    Action(id="learn.keep", text="Keep this run for comparison", menu="Learn", section=2,
           hint="From now on the graph shows what differs from this run", keys=("Ctrl+Shift+B",),
           enabled=when.ran, act=lambda w: w.session.comparing.keep()),
    Action(id="learn.compare", text="Compare with a document …", menu="Learn", section=2,
           hint="The graph shows what differs from the run of another document", enabled=when.ran,
           act=lambda w: w.files.ask_compare()),
    Action(id="learn.swap", text="Swap the two documents", menu="Learn", section=2,
           hint="Open the other document, compared with this one", enabled=when.compares_documents,
           act=lambda w: w.session.comparing.swap()),
    Action(id="learn.forget", text="Stop comparing", menu="Learn", section=2,
           hint="Let the kept run go", enabled=when.compares, act=lambda w: w.session.comparing.forget()),
)  # fmt: skip
