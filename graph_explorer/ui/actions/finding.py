"""Finding nodes, what depends on them, and ways between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_explorer.ui.actions import when
from graph_explorer.ui.actions.action import Act, Action

if TYPE_CHECKING:
    from graph_explorer.ui.window import Window


def _finds(name: str, *details: int) -> Act:
    """An act of finding on the session."""

    def act(window: Window) -> None:
        from graph_explorer.ui.finding import acts  # loaded with the workbench

        getattr(acts, name)(window.session, *details)

    return act


def _differs(name: str) -> Act:
    """An act of showing what differs from the kept run."""

    def act(window: Window) -> None:
        from graph_explorer.ui.finding import differences  # loaded with the workbench

        getattr(differences, name)(window.session)

    return act


FIND = (
    Action(id="find.open", text="Find …", hint="Find nodes by name, operation, shape or number",
           menu="Edit/Find", icon="search", keys=("Ctrl+F",), enabled=when.opened,
           act=lambda w: w.bench.find_nodes()),
    Action(id="find.next", text="Next", hint="Select the next node that was found", menu="Edit/Find",
           icon="down", keys=("Alt+N",), enabled=when.some_found, act=_finds("go_on", 1)),
    Action(id="find.previous", text="Previous", hint="Select the node that was found before this one",
           menu="Edit/Find", icon="up", keys=("Alt+P",), enabled=when.some_found,
           act=_finds("go_on", -1)),
    Action(id="find.influences", text="What it influences", menu="Edit/Find", section=1, keys=("Alt+I",),
           hint="Dim all that does not depend on the selected node or group", enabled=when.chosen,
           act=_finds("influences")),
    Action(id="find.sources", text="What it is computed from", menu="Edit/Find", section=1, keys=("Alt+U",),
           hint="Dim all on which the selected node or group does not depend", enabled=when.chosen,
           act=_finds("sources")),
    Action(id="find.to_output", text="Paths to the output", menu="Edit/Find", section=1, keys=("Alt+O",),
           hint="Dim all that is on no way from the selected node or group to the output",
           enabled=when.chosen, act=_finds("paths_to_output")),
    Action(id="find.begin_path", text="Begin a path here", menu="Edit/Find", section=2, keys=("Alt+B",),
           hint="Then select another node and show the paths between the two", enabled=when.chosen,
           act=_finds("begin_path")),
    Action(id="find.paths", text="Paths from there to here", menu="Edit/Find", section=2,
           keys=("Alt+Shift+B",), hint="Dim all that is on no way between the beginning and the selection",
           enabled=when.path_begun, act=_finds("paths_from_start")),
    Action(id="find.edits", text="What was edited", menu="Edit/Find", section=3, keys=("Alt+D",),
           hint="Dim all nodes that are as they were in the kept run", enabled=when.compares,
           act=_differs("show_edits")),
    Action(id="find.changes", text="What has changed", menu="Edit/Find", section=3, keys=("Alt+Shift+D",),
           hint="Dim all nodes whose numbers are those of the kept run", enabled=when.compares,
           act=_differs("show_changes")),
    Action(id="find.clear", text="Show everything", hint="End the search and its filter", menu="Edit/Find",
           section=4, keys=("Alt+X",), enabled=when.filtered, act=_finds("show_all")),
)  # fmt: skip
