"""How the window looks, and what of it is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from graph_explorer.ui.actions import when
from graph_explorer.ui.actions.action import Act, Action
from graph_explorer.ui.docks import DOCKS
from graph_explorer.ui.health.kinds import HEATS as HEAT_KINDS
from graph_explorer.ui.settings import SYSTEM
from graph_explorer.ui.theme import names, theme
from graph_explorer.ui.views import VIEWS as ALL_VIEWS

if TYPE_CHECKING:
    from graph_explorer.ui.window import Window


def _put_back(window: Window) -> None:
    from graph_explorer.ui.canvas import moving  # loaded with the workbench

    moving.put_back(window.session)


VIEW = (
    Action(id="view.fit", text="Fit", hint="Show the whole graph, or the whole window of the surface",
           menu="View", icon="fit", keys=("Ctrl+0",), enabled=when.opened,
           act=lambda w: w.bench.middle.zoomed.fit()),
    Action(id="view.zoom_in", text="Zoom in", hint="Show it larger", menu="View", icon="zoom_in",
           keys=("Ctrl++", "Ctrl+="), enabled=when.opened, act=lambda w: w.bench.middle.zoomed.zoom_in()),
    Action(id="view.zoom_out", text="Zoom out", hint="Show it smaller", menu="View", icon="zoom_out",
           keys=("Ctrl+-",), enabled=when.opened, act=lambda w: w.bench.middle.zoomed.zoom_out()),
    Action(id="view.put_back", text="Put moved boxes back", menu="View", enabled=when.moved,
           hint="Boxes moved with Shift and the mouse or the arrow keys stand where the layout puts them",
           act=_put_back),
    Action(id="view.minimap", text="Map of large graphs", menu="View", keys=("Ctrl+M",), enabled=when.opened,
           hint="The whole of a large graph as a small picture, to find one's way",
           checked=lambda w: w.session.state.minimap,
           act=lambda w: w.session.change(minimap=not w.session.state.minimap)),
    Action(id="view.back", text="Back", hint="To what was selected before, and from where it was seen",
           menu="View/Go to", section=2, keys=("Alt+Left", "Back"), enabled=when.leads_back,
           act=lambda w: w.bench.go_back(1)),
    Action(id="view.onward", text="Forward", hint="To where one was before going back", menu="View/Go to",
           section=2, keys=("Alt+Right", "Forward"), enabled=when.leads_on,
           act=lambda w: w.bench.go_back(-1)),
    Action(id="view.split", text="Side by side", hint="The graph, and another view beside it",
           menu="View/Go to", section=1, icon="split", keys=("F4",), enabled=when.opened,
           checked=lambda w: len(w.session.state.views) > 1, act=lambda w: w.bench.middle.swap()),
    Action(id="view.default_layout", text="Default layout",
           hint="Put all panels back where they were at first", menu="View/Panels", section=1,
           enabled=when.opened, act=lambda w: w.bench.restore_default()),
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


def _go_to(name: str) -> Act:
    return lambda w: w.bench.go_to(name)


def _show_view(name: str) -> Act:
    return lambda w: w.bench.middle.go_to(name)


VIEWS = tuple(
    Action(id=f"view.{view.name}", text=view.title, hint=view.hint, menu="View/Go to", keys=view.keys,
           enabled=when.opened, act=_show_view(view.name))
    for view in ALL_VIEWS
)  # fmt: skip


def _toggle(name: str) -> Act:
    return lambda w: w.bench.toggle(name)


def _choose_theme(name: str) -> Act:
    return lambda w: w.looks.choose(name)


def _is_theme(name: str) -> Callable[[Window], bool]:
    return lambda w: w.settings.theme == name


def _is_shown(name: str) -> Callable[[Window], bool]:
    return lambda w: w.bench.is_open(name)


PANELS = tuple(
    action
    for dock in DOCKS
    for action in (
        Action(id=f"view.go_to.{dock.name}", text=dock.title, hint=f"Move the keyboard there: {dock.hint}",
               menu="View/Go to", keys=(dock.keys,), enabled=when.opened, act=_go_to(dock.name)),
        Action(id=f"view.panel.{dock.name}", text=f"{dock.title} panel", hint=dock.hint, menu="View/Panels",
               enabled=when.opened, checked=_is_shown(dock.name), act=_toggle(dock.name)),
    )
)  # fmt: skip


def _swap_heat(name: str) -> Act:
    return lambda w: w.session.comparing.set_heat("" if w.session.state.heat == name else name)


def _is_heat(name: str) -> Callable[[Window], bool]:
    return lambda w: w.session.state.heat == name


HEATS = (
    *(
        Action(id=f"view.heat.{name}", text=heat.title, hint=heat.hint, menu="View/Heat", enabled=when.opened,
               section=int(heat.compares), checked=_is_heat(name), act=_swap_heat(name),
               keys=("Ctrl+H",) if name == "gradient" else ())
        for name, heat in HEAT_KINDS.items()
    ),
    Action(id="view.heat.none", text="No heat", hint="The graph in its own colours", menu="View/Heat",
           section=2, enabled=when.opened, checked=_is_heat(""),
           act=lambda w: w.session.comparing.set_heat("")),
)  # fmt: skip


def _turn(name: Literal["auto", "down", "right"]) -> Act:
    def act(window: Window) -> None:
        from graph_explorer.ui.canvas import moving  # loaded with the workbench

        moving.turn(window.session, name)

    return act


def _flows(name: str) -> Callable[[Window], bool]:
    return lambda w: w.session.state.direction == name


_DIRECTIONS: tuple[tuple[Literal["auto", "down", "right"], str, str], ...] = (
    ("auto", "As suits the window", "Small graphs flow down or to the right, whichever is larger"),
    ("down", "Top-down", "From the inputs at the top down to the output"),
    ("right", "Left to right", "From the inputs at the left to the output at the right"),
)
DIRECTIONS = tuple(
    Action(id=f"view.direction.{name}", text=title, hint=hint, menu="View/Direction", enabled=when.opened,
           checked=_flows(name), act=_turn(name))
    for name, title, hint in _DIRECTIONS
)  # fmt: skip


THEMES = tuple(
    Action(id=f"view.theme.{name}", text=title, hint=hint, menu="View/Theme", checked=_is_theme(name),
           act=_choose_theme(name))
    for name, title, hint in (
        (SYSTEM, "Like the system", "Light or dark, as the system is"),
        *((name, theme(name).title, f"The theme “{theme(name).title}”") for name in names()),
    )
)  # fmt: skip
