"""One command of the window, as a row.

The one rule: an action knows the window only when it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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


def opening(path: Path, id: str, text: str, hint: str, menu: str) -> Action:  # noqa: A002
    """The action that opens one file: an example or a recent one."""
    return Action(id=id, text=text, hint=hint, menu=menu, icon="example", act=lambda w: w.files.open(path))
