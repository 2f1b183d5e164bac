"""The inspector shows the next update of a parameter that is an axis."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from graph_explorer.document import Surface, parse
from graph_explorer.lab.optimizers.typeset import worked_latex
from graph_explorer.ui.panels.inspector import Inspector
from graph_explorer.ui.window import Window


def test_the_next_update_stands_in_the_inspector(window: Window, qtbot: QtBot) -> None:
    surface = Surface(axes=("x", "y"), methods=("adam:lr=0.1",), start=(2.0, 1.0), steps=9)
    program, values = "L = c*x**2 + 10*y**2", {"x": 2.0, "y": 1.0}
    session = window.session
    session.show(parse(program, {"c": 1.0}, values, surface=surface))
    inspector = window.bench.docks["inspector"].widget()
    assert isinstance(inspector, Inspector)
    section = inspector.node.update_section
    window.bench.go_to("inspector")
    session.select("y")
    assert section.isHidden()  # nobody has looked at the race
    session.watch("test", True)
    session.racer.set(step=4)
    qtbot.waitUntil(lambda: not section.isHidden())
    worked = session.state.paths[0].worked(5)
    assert [line.numbers[0].latex for line in section.rule._lines] == [worked_latex(w, 1) for w in worked]
    session.select("c")
    assert section.isHidden()
    session.select("y")
    session.racer.move_to(0.0, 0.0)
    qtbot.waitUntil(lambda: session.state.here == (0.0, 0.0))
    assert section.isHidden()  # not the point that the update belongs to
    session.racer.set(step=9)
    qtbot.waitUntil(lambda: session.state.here == tuple(session.state.paths[0].points[9]))
    assert section.isHidden()  # the path ends here
    session.racer.set(step=3)
    qtbot.waitUntil(lambda: not section.isHidden())
    session.watch("test", False)
    session.select("x")
    assert not section.isHidden()  # nobody looks at the race any more, and the document is where it was
    session.edit("Move x", session.latest.with_values({"x": 0.25}))
    qtbot.waitUntil(lambda: section.isHidden())
