"""The table of actions: everything that can be done from a menu, a key, the toolbar or the palette.

The one rule: a command is one row here. Menus, toolbar, command palette, the page of keys and the
tests are made from this table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph_explorer.ui.docks import DOCKS
from graph_explorer.ui.health.kinds import HEATS
from graph_explorer.ui.settings import SYSTEM
from graph_explorer.ui.surface.look import COLOUR_MAPS, Look
from graph_explorer.ui.surface.switches import SCALES, SWITCHES
from graph_explorer.ui.theme import names, theme
from graph_explorer.ui.views import VIEWS

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session
    from graph_explorer.ui.window import Window

Act = Callable[["Window"], object]
Test = Callable[["Session"], bool]


@dataclass(frozen=True, kw_only=True)
class Action:
    """One command.

    `menu` is the path of its menu, `section` the part of that menu between two lines. `keys` are in
    Qt's portable notation, the first one is shown. `enabled` asks the session whether it makes sense
    now; `checked`, where there is one, makes it a switch and asks the window whether it is on.
    """

    id: str
    text: str
    hint: str
    act: Act
    menu: str
    section: int = 0
    icon: str = ""
    keys: tuple[str, ...] = ()
    enabled: Test = lambda session: True
    checked: Callable[[Window], bool] | None = None


# ── when a command makes sense ────────────────────────────────────────────────────────────────


def _open(session: Session) -> bool:
    return session.state.document is not None


def _run(session: Session) -> bool:
    """There is a run, with its values."""
    return session.state.trace is not None


def _waits(session: Session) -> bool:
    return session.waits


def _steps_back(session: Session) -> bool:
    return session.state.trace is not None and session.state.time > 0


def _steps_on(session: Session) -> bool:
    trace = session.state.trace
    return trace is not None and session.state.time < trace.length


def _whole(session: Session) -> bool:
    """The run came to its end, so that there are gradients."""
    trace = session.state.trace
    return trace is not None and trace.failure is None


def _groups(session: Session) -> bool:
    return session.state.graph is not None and bool(session.state.graph.groups)


def _in_group(session: Session) -> bool:
    """A group is selected, or a node in one."""
    graph, name = session.state.graph, session.state.selection
    return graph is not None and bool(name) and bool(name not in graph or graph.node(name).group)


def _entered(session: Session) -> bool:
    return bool(session.state.entered)


def _can_enter(session: Session) -> bool:
    """A group is selected, or a node in one, and it is not the one that is shown."""
    from graph_explorer.ui import groups  # loaded with the workbench

    return _in_group(session) and groups.around(session.state) != groups.inside(session.state)


def _selected(session: Session) -> bool:
    """A node is selected, not a group."""
    graph = session.state.graph
    return graph is not None and session.state.selection in graph


def _reached(session: Session) -> bool:
    trace = session.state.trace
    return _selected(session) and trace is not None and trace.takes_gradient(session.state.selection)


def _holds_gradients(session: Session) -> bool:
    return bool(session.state.accumulator.gradients)


@lru_cache(maxsize=1)
def _has_averaging(program: str) -> bool:
    from graph_explorer.ui.panels.acts import averaging  # loaded with the workbench

    return averaging.find(program) is not None


def _averages(session: Session) -> bool:
    """The program has a mean or a sum that could be the other."""
    document = session.state.document
    return document is not None and _has_averaging(document.program)


def _watched(session: Session) -> bool:
    """A view of the surface or of its race is open, and there is a surface."""
    return bool(session.state.watching) and session.state.surface is not None


def _raced(session: Session) -> bool:
    return _watched(session) and bool(session.state.race.entries)


def _compares(session: Session) -> bool:
    return session.state.kept is not None


def _edge(session: Session) -> bool:
    return session.state.edge is not None


def _chosen_any(session: Session) -> bool:
    """A node or a group is selected."""
    return session.state.document is not None and bool(session.state.selection)


def _path_begun(session: Session) -> bool:
    start = session.state.path_start
    return _chosen_any(session) and bool(start) and start != session.state.selection


def _filtered(session: Session) -> bool:
    return session.state.found is not None or session.state.finding


def _some_found(session: Session) -> bool:
    return session.state.found is not None and bool(session.state.found.names)


def _moved(session: Session) -> bool:
    return bool(session.state.moved)


def _surface(session: Session) -> bool:
    """A view of the surface is open."""
    return session.state.surface is not None and "surface" in session.state.views


def _has(part: str, value: str, look: Look) -> bool:
    return bool(getattr(look, part) == value)


def _with(part: str, value: str, look: Look) -> Look:
    changed: dict[str, Any] = {part: value}
    return dataclasses.replace(look, **changed)


def _is_detached(window: Window) -> bool:
    return window.session.state.edge in window.session.state.detached


def _can_ask(session: Session) -> bool:
    return session.can_ask(session.state.selection)


def _is_asked(window: Window) -> bool:
    return window.session.state.selection in window.session.state.asked


def _chosen(session: Session) -> str:
    return session.state.selection


def _is_opened(window: Window) -> bool:
    document = window.session.state.document
    return document is not None and bool(document.opened_around(_chosen(window.session)))


def _has_parts(session: Session) -> bool:
    """The selected node can be opened up, or is a part of one that is."""
    document, chosen = session.state.document, _chosen(session)
    if document is None or not chosen:
        return False
    from graph_explorer.engine.opening import can_open  # loaded with the workbench

    return bool(document.opened_around(chosen)) or (
        chosen in document.graph and can_open(document.graph.node(chosen))
    )


# ── the table ─────────────────────────────────────────────────────────────────────────────────

_FILE = (
    Action(id="file.start", text="Start page", hint="Examples, recent files and first steps", menu="File",
           icon="start", keys=("Alt+Home",), enabled=_open, act=lambda w: w.files.close()),
    Action(id="file.new", text="New document", hint="Begin with a small program of your own", menu="File",
           icon="new", keys=("Ctrl+N",), act=lambda w: w.files.new()),
    Action(id="file.open", text="Open file …", hint="Open a document from disk", menu="File", icon="open",
           keys=("Ctrl+O",), act=lambda w: w.files.ask_open()),
    Action(id="file.save", text="Save", hint="Write the document to its file", menu="File", section=1,
           icon="save", keys=("Ctrl+S",), enabled=_open, act=lambda w: w.files.save()),
    Action(id="file.save_as", text="Save as …", hint="Write the document to another file", menu="File",
           section=1, icon="save_as", keys=("Ctrl+Shift+S",), enabled=_open,
           act=lambda w: w.files.ask_save()),
    Action(id="file.picture", text="Export picture …", hint="Save what is shown as a picture or film",
           menu="File", section=1, icon="picture", keys=("Ctrl+E",), enabled=_open,
           act=lambda w: w.files.ask_picture()),
    Action(id="file.code", text="Export code …", hint="Write the document as a NumPy or PyTorch program",
           menu="File", section=1, icon="code", keys=("Ctrl+Alt+E",), enabled=_open,
           act=lambda w: w.files.ask_code()),
    Action(id="file.forget", text="Clear the list", hint="Forget the recent files", menu="File/Open recent",
           section=1, act=lambda w: w.settings.forget_recent()),
    Action(id="file.close", text="Close document", hint="Back to the start page", menu="File", section=2,
           icon="close", keys=("Ctrl+W",), enabled=_open, act=lambda w: w.files.close()),
    Action(id="file.quit", text="Quit", hint="Close the program", menu="File", section=2, icon="quit",
           keys=("Ctrl+Q",), act=lambda w: w.close()),
)  # fmt: skip

_EDIT = (
    Action(id="edit.undo", text="Undo", hint="Take back the last change of the document", menu="Edit",
           icon="undo", keys=("Ctrl+Z",), enabled=lambda s: s.undo.canUndo(),
           act=lambda w: w.session.undo.undo()),
    Action(id="edit.redo", text="Redo", hint="Make the change again", menu="Edit", icon="redo",
           keys=("Ctrl+Shift+Z", "Ctrl+Y"), enabled=lambda s: s.undo.canRedo(),
           act=lambda w: w.session.undo.redo()),
    Action(id="edit.copy_value", text="Copy value", hint="Copy the value of the selected node as text",
           menu="Edit", section=1, icon="copy", keys=("Ctrl+Shift+C",), enabled=_selected,
           act=lambda w: w.copy("value")),
    Action(id="edit.copy_gradient", text="Copy gradient",
           hint="Copy the gradient of the selected node as text", menu="Edit", section=1,
           keys=("Ctrl+Shift+G",), enabled=_reached, act=lambda w: w.copy("gradient")),
    Action(id="edit.parts", text="Open up into parts", menu="Edit", section=1, keys=("Ctrl+Shift+O",),
           hint="Show the cells, gates or heads that the selected node is made of, or close them again",
           enabled=_has_parts, checked=_is_opened, act=lambda w: w.session.toggle_parts(_chosen(w.session))),
    Action(id="edit.commands", text="Command palette …", hint="Find any command by a few letters",
           menu="Edit", section=2, icon="commands", keys=("Ctrl+K", "Ctrl+Shift+P"),
           act=lambda w: w.open_palette()),
)  # fmt: skip


def _finds(name: str, *details: int) -> Act:
    """An act of finding on the session."""

    def act(window: Window) -> None:
        from graph_explorer.ui.finding import acts  # loaded with the workbench

        getattr(acts, name)(window.session, *details)

    return act


_FIND = (
    Action(id="find.open", text="Find …", hint="Find nodes by name, operation, shape or number",
           menu="Edit/Find", icon="search", keys=("Ctrl+F",), enabled=_open,
           act=lambda w: w.bench.find_nodes()),
    Action(id="find.next", text="Next", hint="Select the next node that was found", menu="Edit/Find",
           icon="down", keys=("Alt+N",), enabled=_some_found, act=_finds("go_on", 1)),
    Action(id="find.previous", text="Previous", hint="Select the node that was found before this one",
           menu="Edit/Find", icon="up", keys=("Alt+P",), enabled=_some_found,
           act=_finds("go_on", -1)),
    Action(id="find.influences", text="What it influences", menu="Edit/Find", section=1, keys=("Alt+I",),
           hint="Dim all that does not depend on the selected node or group", enabled=_chosen_any,
           act=_finds("influences")),
    Action(id="find.sources", text="What it is computed from", menu="Edit/Find", section=1, keys=("Alt+U",),
           hint="Dim all on which the selected node or group does not depend", enabled=_chosen_any,
           act=_finds("sources")),
    Action(id="find.to_output", text="Paths to the output", menu="Edit/Find", section=1, keys=("Alt+O",),
           hint="Dim all that is on no way from the selected node or group to the output",
           enabled=_chosen_any, act=_finds("paths_to_output")),
    Action(id="find.begin_path", text="Begin a path here", menu="Edit/Find", section=2, keys=("Alt+B",),
           hint="Then select another node and show the paths between the two", enabled=_chosen_any,
           act=_finds("begin_path")),
    Action(id="find.paths", text="Paths from there to here", menu="Edit/Find", section=2,
           keys=("Alt+Shift+B",), hint="Dim all that is on no way between the beginning and the selection",
           enabled=_path_begun, act=_finds("paths_from_start")),
    Action(id="find.clear", text="Show everything", hint="End the search and its filter", menu="Edit/Find",
           section=3, keys=("Alt+X",), enabled=_filtered, act=_finds("show_all")),
)  # fmt: skip


def _put_back(window: Window) -> None:
    from graph_explorer.ui.canvas import moving  # loaded with the workbench

    moving.put_back(window.session)


_VIEW = (
    Action(id="view.fit", text="Fit", hint="Show the whole graph, or the whole window of the surface",
           menu="View", icon="fit", keys=("Ctrl+0",), enabled=_open,
           act=lambda w: w.bench.middle.zoomed.fit()),
    Action(id="view.zoom_in", text="Zoom in", hint="Show it larger", menu="View", icon="zoom_in",
           keys=("Ctrl++", "Ctrl+="), enabled=_open, act=lambda w: w.bench.middle.zoomed.zoom_in()),
    Action(id="view.zoom_out", text="Zoom out", hint="Show it smaller", menu="View", icon="zoom_out",
           keys=("Ctrl+-",), enabled=_open, act=lambda w: w.bench.middle.zoomed.zoom_out()),
    Action(id="view.put_back", text="Put moved boxes back", menu="View", enabled=_moved,
           hint="Boxes moved with Shift and the mouse or the arrow keys stand where the layout puts them",
           act=_put_back),
    Action(id="view.minimap", text="Map of large graphs", menu="View", keys=("Ctrl+M",), enabled=_open,
           hint="The whole of a large graph as a small picture, to find one's way",
           checked=lambda w: w.session.state.minimap,
           act=lambda w: w.session.change(minimap=not w.session.state.minimap)),
    Action(id="view.back", text="Back", hint="To what was selected before, and from where it was seen",
           menu="View/Go to", section=2, keys=("Ctrl+Shift+Left", "Back"), enabled=_open,
           act=lambda w: w.bench.go_back(1)),
    Action(id="view.onward", text="Forward", hint="To where one was before going back", menu="View/Go to",
           section=2, keys=("Ctrl+Shift+Right", "Forward"), enabled=_open,
           act=lambda w: w.bench.go_back(-1)),
    Action(id="view.split", text="Side by side", hint="The graph, and another view beside it",
           menu="View/Go to", section=1, icon="split", keys=("F4",), enabled=_open,
           checked=lambda w: len(w.session.state.views) > 1, act=lambda w: w.bench.middle.swap()),
    Action(id="view.default_layout", text="Default layout",
           hint="Put all panels back where they were at first", menu="View/Panels", section=1, enabled=_open,
           act=lambda w: w.bench.restore_default()),
    Action(id="view.larger", text="Larger text", hint="All text of the window larger", menu="View", section=3,
           icon="larger", keys=("Ctrl+Shift++", "Ctrl+Shift+="), act=lambda w: w.looks.scale_text(1)),
    Action(id="view.smaller", text="Smaller text", hint="All text of the window smaller", menu="View",
           section=3, icon="smaller", keys=("Ctrl+Shift+-", "Ctrl+Shift+_"),
           act=lambda w: w.looks.scale_text(-1)),
    Action(id="view.motion", text="Movement", hint="Whether pictures may move; without, they change at once",
           menu="View", section=3, checked=lambda w: w.session.state.motion,
           act=lambda w: w.looks.toggle_motion()),
    Action(id="view.presentation", text="Presentation", hint="Full screen with large text, for a lecture",
           menu="View", section=4, icon="presentation", keys=("Shift+F11",),
           checked=lambda w: w.looks.presenting, act=lambda w: w.looks.present(not w.looks.presenting)),
    Action(id="view.fullscreen", text="Full screen", hint="Fill the screen with the window", menu="View",
           section=4, icon="fullscreen", keys=("F11",), checked=lambda w: w.isFullScreen(),
           act=lambda w: w.looks.fill_screen(not w.isFullScreen())),
)  # fmt: skip


def _grouped(name: str) -> Act:
    """An act on the groups of the session."""

    def act(window: Window) -> None:
        from graph_explorer.ui import groups  # loaded with the workbench

        getattr(groups, name)(window.session)

    return act


_GROUPS = (
    Action(id="view.toggle_group", text="Expand or collapse", menu="View/Groups", keys=("Ctrl+G",),
           hint="Show what is inside the selected group, or show it as one box again", enabled=_in_group,
           act=_grouped("toggle")),
    Action(id="view.enter", text="Enter", hint="Show the inside of the selected group alone",
           menu="View/Groups", keys=("Ctrl+Return", "Ctrl+Enter"), enabled=_can_enter,
           act=_grouped("enter")),
    Action(id="view.leave", text="Leave", hint="Back to where the group was entered from",
           menu="View/Groups", keys=("Ctrl+Backspace",), enabled=_entered, act=_grouped("leave")),
    Action(id="view.collapse", text="Collapse all groups", hint="Show each group as one box",
           menu="View/Groups", section=1, icon="collapse", keys=("Ctrl+[",), enabled=_groups,
           act=_grouped("collapse_all")),
    Action(id="view.expand", text="Expand all groups", menu="View/Groups", section=1, icon="expand",
           hint="Show what is inside the selected group, or every group, as far as it can be read",
           keys=("Ctrl+]",), enabled=_groups, act=_grouped("expand_all")),
    Action(id="view.blocks", text="Find repeated blocks", menu="View/Groups", section=2, enabled=_open,
           hint="Show what repeats in a large graph as groups: twenty equal layers as one",
           checked=lambda w: w.session.state.blocks,
           act=lambda w: w.session.find_blocks(not w.session.state.blocks)),
)  # fmt: skip

_STEP = (
    Action(id="step.run", text="Run the document", menu="Step", icon="play", keys=("Ctrl+R",),
           hint="Compute all values and gradients, where the run was stopped or is still missing",
           enabled=_waits, act=lambda w: w.session.run()),
    Action(id="step.forward", text="Step", hint="One step on: the next value, or the next edge backward",
           menu="Step", icon="step", keys=("F8", "Ctrl+Right"), enabled=_steps_on,
           act=lambda w: w.session.step()),
    Action(id="step.back", text="Step back", hint="One step back in time", menu="Step", icon="back",
           keys=("F7", "Ctrl+Left"), enabled=_steps_back, act=lambda w: w.session.step(forward=False)),
    Action(id="step.next_node", text="Next node", hint="On until the present node is finished", menu="Step",
           icon="next_node", keys=("Ctrl+F8", "Ctrl+Down"), enabled=_steps_on,
           act=lambda w: w.session.step(mode="nodes")),
    Action(id="step.previous_node", text="Previous node", hint="Back to where the node before was finished",
           menu="Step", icon="previous_node", keys=("Ctrl+F7", "Ctrl+Up"), enabled=_steps_back,
           act=lambda w: w.session.step(forward=False, mode="nodes")),
    Action(id="step.first", text="To the start", hint="To the time when nothing is computed", menu="Step",
           section=1, icon="first", keys=("Shift+F7", "Ctrl+Home"), enabled=_steps_back,
           act=lambda w: w.session.seek(0)),
    Action(id="step.last", text="To the end", hint="To the time when every gradient is known", menu="Step",
           section=1, icon="last", keys=("Shift+F8", "Ctrl+End"), enabled=_steps_on,
           act=lambda w: w.seek_end()),
    Action(id="step.play", text="Play", hint="Step by itself, until the end or a breakpoint", menu="Step",
           section=1, icon="play", keys=("F5",), enabled=_run, checked=lambda w: w.session.state.playing,
           act=lambda w: w.session.change(playing=not w.session.state.playing)),
    Action(id="step.run_to", text="Run to the selected node",
           hint="To the time when its gradient is complete", menu="Step", section=2, icon="run_to",
           keys=("F6",), enabled=_reached, act=lambda w: w.session.run_to(w.session.state.selection)),
    Action(id="step.breakpoint", text="Breakpoint", hint="Playing stops when the selected node is complete",
           menu="Step", section=2, icon="breakpoint", keys=("F9",), enabled=_selected,
           checked=lambda w: w.session.state.selection in w.session.state.breakpoints,
           act=lambda w: w.session.toggle_breakpoint(w.session.state.selection)),
    Action(id="step.edges", text="Edge by edge", hint="A step is one edge: upstream × local = contribution",
           menu="Step", section=3, icon="edges", keys=("Ctrl+Shift+E",), enabled=_open,
           checked=lambda w: w.session.state.mode == "edges", act=lambda w: w.session.change(mode="edges")),
    Action(id="step.nodes", text="Node by node", hint="A step is one node with all edges below it",
           menu="Step", section=3, icon="nodes", keys=("Ctrl+Shift+N",), enabled=_open,
           checked=lambda w: w.session.state.mode == "nodes", act=lambda w: w.session.change(mode="nodes")),
)  # fmt: skip

_LEARN = (
    Action(id="learn.forward", text="Forward", hint="The forward pass: every value, no gradient",
           menu="Learn", icon="forward", keys=("Alt+1",), enabled=_whole,
           act=lambda w: w.session.act_forward()),
    Action(id="learn.backward", text="Backward",
           hint="The backward pass: gradients, added to what the parameters hold", menu="Learn",
           icon="backward", keys=("Alt+2",), enabled=_whole, act=lambda w: w.session.act_backward()),
    Action(id="learn.update", text="Update", hint="Each parameter moves against the gradient that it holds",
           menu="Learn", icon="update", keys=("Alt+3",), enabled=_whole,
           act=lambda w: w.bench.update_parameters()),
    Action(id="learn.zero", text="Zero the gradients", hint="Empty what the parameters hold", menu="Learn",
           icon="zero", keys=("Alt+4",), enabled=_holds_gradients, act=lambda w: w.session.act_zero()),
    Action(id="learn.detach", text="Detach the selected edge",
           hint="Cut the gradient on this edge, or join it again", menu="Learn", section=1, icon="detach",
           keys=("Ctrl+D",), enabled=_edge, checked=_is_detached,
           act=lambda w: w.detach()),
    Action(id="learn.ask", text="Gradient of the selected input", menu="Learn", section=1,
           hint="Follow the backward pass into this input too, or leave it out again", keys=("Ctrl+I",),
           enabled=_can_ask, checked=_is_asked,
           act=lambda w: w.session.ask_gradient(w.session.state.selection)),
    Action(id="learn.average", text="Sum instead of mean", menu="Learn", section=1, icon="sum",
           hint="Add up a mini-batch instead of averaging it, or average again", enabled=_averages,
           act=lambda w: w.bench.swap_averaging()),
)  # fmt: skip

_COMPARE = (
    Action(id="learn.keep", text="Keep this run for comparison", menu="Learn", section=2,
           hint="From now on the graph shows what differs from this run", keys=("Ctrl+Shift+B",),
           enabled=_run, act=lambda w: w.session.keep_run()),
    Action(id="learn.forget", text="Stop comparing", menu="Learn", section=2,
           hint="Let the kept run go", enabled=_compares, act=lambda w: w.session.forget_run()),
)  # fmt: skip


def _asks(name: str) -> Act:
    """An act of the challenge view, which comes to the front."""

    def act(window: Window) -> None:
        from graph_explorer.ui.challenge import commands  # loaded with the view

        getattr(commands, name)(window)

    return act


def _on_disk(session: Session) -> bool:
    """The document has a file, so that others can name it."""
    return _whole(session) and session.state.document is not None and session.state.document.path is not None


def _in_round(session: Session) -> bool:
    return bool(session.state.challenge.round.questions)


_CHALLENGE = (
    Action(id="challenge.start", text="New round", hint="Questions made from this document", menu="Challenge",
           keys=("Ctrl+Shift+F3",), enabled=_whole, act=_asks("start")),
    Action(id="challenge.daily", text="Challenge of the day", hint="Five questions, for everyone the same",
           menu="Challenge", enabled=_whole, act=_asks("daily")),
    Action(id="challenge.blank", text="Blank graph", hint="Fill in the whole backward pass yourself",
           menu="Challenge", enabled=_whole, act=_asks("blank")),
    Action(id="challenge.open", text="Open a set …", hint="Questions that a teacher has chosen",
           menu="Challenge", section=1, act=_asks("open_set")),
    Action(id="challenge.save_set", text="Save as a set …", hint="A file that asks such questions again",
           menu="Challenge", section=1, enabled=_on_disk, act=_asks("save_set")),
    Action(id="challenge.print", text="Print questions …", hint="A PDF of this round with room for answers",
           menu="Challenge", section=1, enabled=_in_round, act=_asks("print_questions")),
    Action(id="challenge.answers", text="Print answers …", hint="A PDF of this round with its answers",
           menu="Challenge", section=1, enabled=_in_round, act=_asks("print_answers")),
    Action(id="challenge.result", text="Save result …", hint="What was answered in this round, for a teacher",
           menu="Challenge", section=2, enabled=_in_round, act=_asks("save_result")),
    Action(id="challenge.results", text="Results of a class …", hint="Many saved results as one table",
           menu="Challenge", section=2, act=_asks("read_results")),
    Action(id="challenge.export", text="Export progress …", hint="A copy of what you have practised",
           menu="Challenge", section=3, act=_asks("export_progress")),
    Action(id="challenge.reset", text="Forget all progress …", hint="Begin anew", menu="Challenge", section=3,
           act=_asks("reset_progress")),
)  # fmt: skip

_RACE = (
    Action(id="race.play", text="Run", hint="Let all methods of the race run, step by step", menu="Race",
           icon="play", keys=("Shift+F5",), enabled=_raced, checked=lambda w: w.session.state.race.playing,
           act=lambda w: w.session.play_race()),
    Action(id="race.step", text="Step", hint="One step of every method", menu="Race", icon="step",
           keys=("Alt+Right",), enabled=_raced, act=lambda w: w.session.step_race(1)),
    Action(id="race.back", text="Back", hint="One step back of every method", menu="Race", icon="back",
           keys=("Alt+Left",), enabled=_raced, act=lambda w: w.session.step_race(-1)),
    Action(id="race.first", text="To the start", hint="All methods at their start", menu="Race",
           icon="first", keys=("Alt+Shift+Left",), enabled=_raced, act=lambda w: w.session.set_race(step=0)),
    Action(id="race.last", text="To the end", hint="All methods at the end of their paths", menu="Race",
           icon="last", keys=("Alt+Shift+Right",), enabled=_raced,
           act=lambda w: w.session.step_race(w.session.state.race.steps)),
    Action(id="race.linked", text="Move the parameters along",
           hint="Stepping moves the graph's parameters to the point of the selected path", menu="Race",
           section=1, enabled=_raced, checked=lambda w: w.session.state.race.linked,
           act=lambda w: w.session.set_race(linked=not w.session.state.race.linked)),
    Action(id="race.start", text="Start from the present point",
           hint="Every method also starts where the graph's parameters are now", menu="Race", section=1,
           enabled=_raced, act=lambda w: w.session.add_start()),
    Action(id="race.show", text="Show the selected method", hint="Show the selected method, or hide it",
           menu="Race", section=2, enabled=_raced,
           checked=lambda w: w.session.state.race.entries[w.session.state.race.selected].shown,
           act=lambda w: w.session.show_entry()),
    Action(id="race.copy", text="Selected method once more",
           hint="The same method once more, to give it other settings", menu="Race", section=2, icon="copy",
           enabled=_raced,
           act=lambda w: w.session.set_race(w.session.state.race.with_copy(w.session.state.race.selected))),
    Action(id="race.remove", text="Remove the selected method", hint="Take the method out of the race",
           menu="Race", section=2, icon="close", enabled=_raced,
           act=lambda w: w.session.set_race(w.session.state.race.without(w.session.state.race.selected))),
    Action(id="race.best", text="Best learning rate for each",
           hint="Look for the learning rate with which each method ends lowest", menu="Race", section=3,
           enabled=_raced, act=lambda w: w.bench.find_best_rates()),
    Action(id="race.table", text="Copy the table", hint="Copy the numbers of all paths as text",
           menu="Race", section=3, icon="copy", enabled=_raced, act=lambda w: w.bench.copy_race("\t")),
    Action(id="race.csv", text="Copy the table as CSV", hint="Copy the numbers of all paths as CSV",
           menu="Race", section=3, enabled=_raced, act=lambda w: w.bench.copy_race(",")),
    Action(id="race.keep", text="Keep this race in the document",
           hint="Methods, starts and steps become part of the document, and of its file when it is saved",
           menu="Race", section=3, enabled=_raced, act=lambda w: w.bench.keep_race()),
)  # fmt: skip


def _trains(name: str) -> Act:
    """An act of the training view."""

    def act(window: Window) -> None:
        from graph_explorer.ui.training import commands  # loaded with the view

        getattr(commands, name)(window)

    return act


def _trainable(session: Session) -> bool:
    document = session.state.document
    return document is not None and "data" in document.training


def _has_run(session: Session) -> bool:
    return session.state.training.run is not None


def _resting(session: Session) -> bool:
    """There is a run, and none is under way."""
    return _has_run(session) and not session.state.training.running


def _step_open(session: Session) -> bool:
    return session.state.own is not session.state.document


_TRAINING = (
    Action(id="training.run", text="Run", hint="Go on training from what is looked at, or pause",
           menu="Training", icon="play", keys=("Ctrl+F5",), enabled=_trainable,
           checked=lambda w: w.session.state.training.running, act=_trains("toggle")),
    Action(id="training.step", text="Step", hint="One update, on the next mini-batch", menu="Training",
           icon="step", keys=("Ctrl+F6",), enabled=_trainable, act=_trains("step")),
    Action(id="training.epoch", text="Epoch", hint="Train as far as the end of the epoch", menu="Training",
           icon="last", keys=("Ctrl+Shift+F6",), enabled=_trainable, act=_trains("epoch")),
    Action(id="training.rewind", text="Rewind", hint="Back to where the selected run began", menu="Training",
           icon="first", keys=("Ctrl+Shift+F5",), enabled=_has_run, act=_trains("rewind")),
    Action(id="training.begin", text="New run", hint="Begin with the parameters that the document has",
           menu="Training", enabled=_trainable, act=_trains("begin")),
    Action(id="training.open_step", text="Open the next step", menu="Training", section=1,
           hint="The graph shows the run of the step that comes next, on its mini-batch", keys=("Ctrl+F9",),
           enabled=_resting, act=_trains("open_step")),
    Action(id="training.close_step", text="Back to the document", menu="Training", section=1,
           hint="The document's own examples and parameters again", keys=("Ctrl+Shift+F9",),
           enabled=_step_open, act=_trains("close_step")),
    Action(id="training.take_over", text="Take over what was learnt", menu="Training", section=1,
           hint="The parameters that are looked at become those of the document", enabled=_has_run,
           act=_trains("take_over")),
    Action(id="training.show", text="Show the selected run", hint="Draw the curves of the run, or hide them",
           menu="Training", section=2, enabled=_has_run,
           checked=lambda w: w.session.state.training.selected in w.session.state.training.shown,
           act=_trains("show")),
    Action(id="training.remove", text="Remove the selected run", hint="Forget the run with its checkpoints",
           menu="Training", section=2, icon="close", enabled=_has_run, act=_trains("remove")),
    Action(id="training.export", text="Export runs …", hint="Every epoch of every run, as CSV or JSON",
           menu="Training", section=3, enabled=_has_run, act=_trains("export")),
    Action(id="training.save_checkpoint", text="Save checkpoint …", menu="Training", section=3,
           hint="Where the run stands, complete, to go on from there another day", enabled=_resting,
           act=_trains("save_checkpoint")),
    Action(id="training.load_checkpoint", text="Load checkpoint …", menu="Training", section=3,
           hint="A run that goes on where a saved one stood", enabled=_trainable,
           act=_trains("load_checkpoint")),
)  # fmt: skip


_HELP = (
    Action(id="help.help", text="First steps", hint="How to read the window, in five minutes", menu="Help",
           icon="help", keys=("F1",), act=lambda w: w.open_help("first_steps")),
    Action(id="help.keys", text="Keys", hint="Every key of the program", menu="Help", icon="keys",
           keys=("Ctrl+F1",), act=lambda w: w.open_help("keys")),
    Action(id="help.language", text="The program language", hint="What a program may say", menu="Help",
           act=lambda w: w.open_help("language")),
    Action(id="help.file", text="The file format", hint="What a document holds, and how to write one by hand",
           menu="Help", act=lambda w: w.open_help("file_format")),
    Action(id="help.operations", text="Operations", hint="Every operation with its local derivatives",
           menu="Help", act=lambda w: w.open_help("operations")),
    Action(id="help.health", text="The health of a run", hint="Findings, sizes, heat and comparison",
           menu="Help", act=lambda w: w.open_help("health")),
    Action(id="help.finding", text="Finding", hint="Search, filters, paths, and ways through a large graph",
           menu="Help", act=lambda w: w.open_help("finding")),
    Action(id="help.groups", text="Groups and repeated blocks",
           hint="What is closed at first, how blocks compare, going inside", menu="Help",
           act=lambda w: w.open_help("groups")),
    Action(id="help.surface", text="The surface view", hint="How to read a surface, and what one can do",
           menu="Help", act=lambda w: w.open_help("surface")),
    Action(id="help.race", text="The race of optimizers", hint="Methods, steps, curves and maps",
           menu="Help", act=lambda w: w.open_help("race")),
    Action(id="help.training", text="Training", hint="Runs, curves, steps, data and settings",
           menu="Help", act=lambda w: w.open_help("training")),
    Action(id="help.flow", text="Predictions and gradient flow",
           hint="What a network answers, how gradients get through it, and what helps",
           menu="Help", act=lambda w: w.open_help("flow")),
    Action(id="help.news", text="What is new", hint="Changes of the last versions", menu="Help", section=1,
           icon="news", act=lambda w: w.open_help("changelog")),
    Action(id="help.about", text="About", hint="Version, licence and the libraries inside", menu="Help",
           section=1, icon="info", act=lambda w: w.open_help("about")),
)  # fmt: skip


def _go_to(name: str) -> Act:
    return lambda w: w.bench.go_to(name)


def _show_view(name: str) -> Act:
    return lambda w: w.bench.middle.go_to(name)


_VIEWS = tuple(
    Action(id=f"view.{view.name}", text=view.title, hint=view.hint, menu="View/Go to", keys=view.keys,
           enabled=_open, act=_show_view(view.name))
    for view in VIEWS
)  # fmt: skip


def _look(change: Callable[[Look], Look]) -> Act:
    return lambda w: w.session.change(look=change(w.session.state.look))


def _looks_so(test: Callable[[Look], bool]) -> Callable[[Window], bool]:
    return lambda w: test(w.session.state.look)


_SURFACE = (
    *(
        Action(id=f"surface.{switch.part}", text=switch.text, hint=switch.hint, menu="View/Surface",
               icon=switch.icon, enabled=_surface, checked=_looks_so(switch.is_on), act=_look(switch.turned))
        for switch in SWITCHES
    ),
    *(
        Action(id=f"surface.scale.{name}", text=text, hint=hint, menu="View/Surface", section=1,
               enabled=_surface, checked=_looks_so(partial(_has, "scale", name)),
               act=_look(partial(_with, "scale", name)))
        for name, text, hint in SCALES
    ),
    *(
        Action(id=f"surface.colours.{name}", text=f"Colours: {title}", hint="The colours of the surface",
               menu="View/Surface", section=2, enabled=_surface,
               checked=_looks_so(partial(_has, "colours", name)), act=_look(partial(_with, "colours", name)))
        for name, title in COLOUR_MAPS
    ),
)  # fmt: skip


def _toggle(name: str) -> Act:
    return lambda w: w.bench.toggle(name)


def _choose_theme(name: str) -> Act:
    return lambda w: w.looks.choose(name)


def _is_theme(name: str) -> Callable[[Window], bool]:
    return lambda w: w.settings.theme == name


def _is_shown(name: str) -> Callable[[Window], bool]:
    return lambda w: w.bench.is_open(name)


_PANELS = tuple(
    action
    for dock in DOCKS
    for action in (
        Action(id=f"view.go_to.{dock.name}", text=dock.title, hint=f"Move the keyboard there: {dock.hint}",
               menu="View/Go to", keys=(dock.keys,), enabled=_open, act=_go_to(dock.name)),
        Action(id=f"view.panel.{dock.name}", text=f"{dock.title} panel", hint=dock.hint, menu="View/Panels",
               enabled=_open, checked=_is_shown(dock.name), act=_toggle(dock.name)),
    )
)  # fmt: skip


def _swap_heat(name: str) -> Act:
    return lambda w: w.session.set_heat("" if w.session.state.heat == name else name)


def _is_heat(name: str) -> Callable[[Window], bool]:
    return lambda w: w.session.state.heat == name


_HEATS = (
    *(
        Action(id=f"view.heat.{name}", text=heat.title, hint=heat.hint, menu="View/Heat", enabled=_open,
               section=int(heat.compares), checked=_is_heat(name), act=_swap_heat(name),
               keys=("Ctrl+H",) if name == "gradient" else ())
        for name, heat in HEATS.items()
    ),
    Action(id="view.heat.none", text="No heat", hint="The graph in its own colours", menu="View/Heat",
           section=2, enabled=_open, checked=_is_heat(""), act=lambda w: w.session.set_heat("")),
)  # fmt: skip

_THEMES = tuple(
    Action(id=f"view.theme.{name}", text=title, hint=hint, menu="View/Theme", checked=_is_theme(name),
           act=_choose_theme(name))
    for name, title, hint in (
        (SYSTEM, "Like the system", "Light or dark, as the system is"),
        *((name, theme(name).title, f"The theme “{theme(name).title}”") for name in names()),
    )
)  # fmt: skip

ACTIONS: tuple[Action, ...] = (
    *_FILE, *_EDIT, *_FIND, *_VIEW, *_GROUPS, *_VIEWS, *_PANELS, *_SURFACE, *_HEATS, *_THEMES, *_STEP,
    *_LEARN, *_COMPARE, *_CHALLENGE, *_RACE, *_TRAINING, *_HELP,
)  # fmt: skip

#: The menus in the order of the bar; submenus with the section of the parent in which they stand.
MENUS: tuple[str, ...] = ("File", "Edit", "View", "Step", "Learn", "Race", "Training", "Challenge", "Help")
SUBMENUS: tuple[tuple[str, int], ...] = (
    ("File/Open recent", 0), ("File/Examples", 0), ("Edit/Find", 1), ("View/Groups", 1), ("View/Heat", 1),
    ("View/Theme", 2), ("View/Panels", 2), ("View/Go to", 2), ("View/Surface", 2), ("Race/Add a method", 2),
)  # fmt: skip

#: What the toolbar holds: ids of actions, "" a line, ">" what follows stands at the right.
TOOLBAR: tuple[str, ...] = (
    "file.start", "file.open", "file.save", "", "edit.undo", "edit.redo", "",
    "view.fit", "view.zoom_in", "view.zoom_out", "view.collapse", "view.expand", "",
    "step.run_to", "step.breakpoint", "learn.detach", ">",
    "edit.commands", "view.presentation", "help.help",
)  # fmt: skip


def opening(path: Path, id: str, text: str, hint: str, menu: str) -> Action:  # noqa: A002
    """The action that opens one file: an example or a recent one."""
    return Action(id=id, text=text, hint=hint, menu=menu, icon="example", act=lambda w: w.files.open(path))


def adding(name: str, text: str, hint: str) -> Action:
    """The action that adds one of the methods to the race."""
    return Action(id=f"race.add.{name}", text=text, hint=hint, menu="Race/Add a method", enabled=_watched,
                  act=lambda w: w.session.add_method(name))  # fmt: skip
