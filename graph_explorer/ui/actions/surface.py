"""How surfaces are drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from graph_explorer.ui.actions import when
from graph_explorer.ui.actions.action import Act, Action
from graph_explorer.ui.surface.look import COLOUR_MAPS, Look
from graph_explorer.ui.surface.switches import SCALES, SWITCHES

if TYPE_CHECKING:
    from graph_explorer.ui.window import Window


def _has(part: str, value: str, look: Look) -> bool:
    return bool(getattr(look, part) == value)


def _with(part: str, value: str, look: Look) -> Look:
    changed: dict[str, Any] = {part: value}
    return dataclasses.replace(look, **changed)


def _look(change: Callable[[Look], Look]) -> Act:
    return lambda w: w.session.change(look=change(w.session.state.look))


def _looks_so(test: Callable[[Look], bool]) -> Callable[[Window], bool]:
    return lambda w: test(w.session.state.look)


SURFACE = (
    *(
        Action(id=f"surface.{switch.part}", text=switch.text, hint=switch.hint, menu="View/Surface",
               icon=switch.icon, enabled=when.surface, checked=_looks_so(switch.is_on),
               act=_look(switch.turned))
        for switch in SWITCHES
    ),
    *(
        Action(id=f"surface.scale.{name}", text=text, hint=hint, menu="View/Surface", section=1,
               enabled=when.surface, checked=_looks_so(partial(_has, "scale", name)),
               act=_look(partial(_with, "scale", name)))
        for name, text, hint in SCALES
    ),
    *(
        Action(id=f"surface.colours.{name}", text=f"Colours: {title}", hint="The colours of the surface",
               menu="View/Surface", section=2, enabled=when.surface,
               checked=_looks_so(partial(_has, "colours", name)), act=_look(partial(_with, "colours", name)))
        for name, title in COLOUR_MAPS
    ),
)  # fmt: skip
