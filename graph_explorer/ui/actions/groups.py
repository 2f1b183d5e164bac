"""Groups of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_explorer.ui.actions import when
from graph_explorer.ui.actions.action import Act, Action

if TYPE_CHECKING:
    from graph_explorer.ui.window import Window


def _grouped(name: str) -> Act:
    """An act on the groups of the session."""

    def act(window: Window) -> None:
        from graph_explorer.ui import groups  # loaded with the workbench

        getattr(groups, name)(window.session)

    return act


GROUPS = (
    Action(id="view.toggle_group", text="Expand or collapse", menu="View/Groups", keys=("Ctrl+G",),
           hint="Show what is inside the selected group, or show it as one box again", enabled=when.in_group,
           act=_grouped("toggle")),
    Action(id="view.enter", text="Enter", hint="Show the inside of the selected group alone",
           menu="View/Groups", keys=("Ctrl+Return", "Ctrl+Enter"), enabled=when.can_enter,
           act=_grouped("enter")),
    Action(id="view.leave", text="Leave", hint="Back to where the group was entered from",
           menu="View/Groups", keys=("Ctrl+Backspace",), enabled=when.entered, act=_grouped("leave")),
    Action(id="view.collapse", text="Collapse all groups", hint="Show each group as one box",
           menu="View/Groups", section=1, icon="collapse", keys=("Ctrl+[",), enabled=when.grouped,
           act=_grouped("collapse_all")),
    Action(id="view.expand", text="Expand all groups", menu="View/Groups", section=1, icon="expand",
           hint="Show what is inside the selected group, or every group, as far as it can be read",
           keys=("Ctrl+]",), enabled=when.grouped, act=_grouped("expand_all")),
    Action(id="view.blocks", text="Find repeated blocks", menu="View/Groups", section=2, enabled=when.opened,
           hint="Show what repeats in a large graph as groups: twenty equal layers as one",
           checked=lambda w: w.session.state.blocks,
           act=lambda w: w.session.find_blocks(not w.session.state.blocks)),
)  # fmt: skip
