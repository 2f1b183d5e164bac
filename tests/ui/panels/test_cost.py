from __future__ import annotations

from collections.abc import Callable

import pytest

from graph_explorer.document import Document, parse
from graph_explorer.ui.following import WhileSeen
from graph_explorer.ui.panels import cost as module
from graph_explorer.ui.panels.cost import CostPanel
from graph_explorer.ui.session import Session

Show = Callable[..., CostPanel]


def test_the_neurons_cost_is_shown(show: Show, session: Session, neuron: Document) -> None:
    panel = show(CostPanel)
    session.show(neuron)
    assert panel.passed.text() == (
        "7 local derivatives, 7 products and 0 additions of single numbers. "
        "One run forward takes 6 operations."
    )
    assert [(bar.label, bar.count) for bar in panel.methods.bars] == [
        ("Backpropagation, once", 7 + 6),
        ("Chain rule, path by path", 11 + 6),
        ("Central differences", 4 * 6 + 4),
        ("Forward mode", 14 + 6),
    ]
    assert [bar.text for bar in panel.modes.bars] == ["2 passes", "1 pass"]
    assert panel.conclusion.text().startswith("With 2 numbers in and one number out, reverse mode")


def test_numbers_do_not_change_what_is_counted(
    show: Show, session: Session, neuron: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = show(CostPanel)
    session.show(neuron)
    counted: list[object] = []
    real = module.cost
    monkeypatch.setattr(module, "cost", lambda trace: counted.append(trace) or real(trace))
    session.set_value("w", 2.0)
    session.seek(3)
    assert counted == []
    (following,) = panel.findChildren(WhileSeen)
    following.see(False)
    session.set_program(neuron.program + "\nM = L*2")
    assert counted == []
    following.see(True)
    assert len(counted) == 1


def test_a_graph_of_more_paths_than_atoms(show: Show, session: Session) -> None:
    panel = show(CostPanel)
    session.show(parse("a = w + w\n" + "a += a\n" * 300 + "L = a", {}, {"w": 1.0}))
    assert panel.methods.logarithmic
    assert "·10⁹⁰ paths" in panel.conclusion.text()
    assert not panel.grab().isNull()


def test_what_cannot_be_counted_is_said(show: Show, session: Session) -> None:
    panel = show(CostPanel)
    assert panel.conclusion.text() == "Open an example to see how much work its backward pass is."
    session.show(parse("y = x @ w", {"x": [1.0, 2.0]}, {"w": [1.0, 2.0, 3.0]}))
    assert panel.conclusion.text().startswith("Nothing to count:")
    assert not panel.methods.isVisible()
    session.show(parse("y = x*2", {}, {"x": 1.0, "w": 2.0}))
    assert panel.methods.isVisible()
