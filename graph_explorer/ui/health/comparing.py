"""What colours the graph, and the run that the present one is compared with.

The one rule: heat that compares has a run to compare with; where there is none, the present one is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph_explorer.document import run
from graph_explorer.engine.trace import Trace
from graph_explorer.formats import open_document
from graph_explorer.ui.health.kinds import HEATS

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session


class Comparing:
    """Heat and comparison of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def set_heat(self, name: str) -> None:
        """Colours the graph by a row of the table of heats, or by none ("")."""
        now = self.session.state
        alone = bool(name) and HEATS[name].compares and now.kept is None
        self.session.change(heat=name, kept=now.trace if alone else now.kept)

    def keep(self) -> None:
        """Keeps the present run: the runs from now on are compared with it."""
        now = self.session.state
        step = now.name if now.document is not None and now.name != now.document.name else ""
        self.session.change(kept=now.trace, kept_name=step, kept_path=None)

    def start(self, path: Path) -> None:
        """Compares with the run of another document, node by node."""
        before = self.session.state.document

        def work(checkpoint: Callable[[float], None]) -> tuple[Trace, str]:
            other = open_document(path)
            return run(other, partial=True, checkpoint=checkpoint), other.name

        def done(found: tuple[Trace, str]) -> None:
            trace, name = found
            if self.session.state.document is before:
                said = f"{path.name} could not be run whole: {trace.failure}" if trace.failure else ""
                self.session.change(kept=trace, kept_name=name, kept_path=path, heat="edits", message=said)

        self.session.jobs.start("compare", f"Comparing with {path.name}", work, done, self.session.fail)

    def swap(self) -> None:
        """Opens the other document, compared with this one: what was gone stands on the graph then."""
        now = self.session.state
        if now.kept_path is None or now.document is None:
            return
        if now.modified or now.draft is not None:
            self.session.say("The document has changes that are not saved. Save it, then swap the two.")
            return
        kept = {"kept": now.trace, "kept_name": now.name, "kept_path": now.document.path}
        self.session.open(now.kept_path, lambda: self.session.change(**kept, heat="edits"))

    def forget(self) -> None:
        """Ends the comparison."""
        self.session.change(**self.none())

    def none(self) -> dict[str, Any]:
        """No kept run, and no heat that would need one."""
        compares = bool(self.session.state.heat) and HEATS[self.session.state.heat].compares
        heat = "" if compares else self.session.state.heat
        return {"kept": None, "kept_name": "", "kept_path": None, "heat": heat}
