"""The page of an edge: upstream, local derivative and contribution."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import Document, parse
from graph_explorer.engine.graph import Use
from graph_explorer.ui.panels.inspector import Inspector
from graph_explorer.ui.panels.inspector.subject import pull_along
from graph_explorer.ui.session import Session
from tests.ui.panels.inspector.reading import Show, end, formula, press, rows


def test_an_edge_is_written_out_as_a_product(inspector: Inspector, session: Session) -> None:
    end(session)
    session.select("a", Use("a", 0))
    page = inspector.edge
    assert page.about.text().startswith("Step 4 of 7, through a back to z.")
    assert formula(page, "inspector_rule") == "∂L/∂z = ∂L/∂a × ∂a/∂z"
    assert rows(page, "inspector_product") == [
        ("", "∂L/∂a", "upstream", "−0.4013"),
        ("×", "∂a/∂z", "local derivative", "0.2403"),
        ("=", "∂L/∂z", "contribution: all of it", "−0.09642"),
    ]
    assert formula(page, "inspector_edge_local") == "∂a/∂z = a · (1 − a)"
    assert formula(page, "inspector_edge_local_numbers") == "= 0.5987 · (1 − 0.5987) = 0.2403"
    press(inspector, "inspector_product_0")
    assert session.state.selection == "a"


def test_an_edge_that_is_still_to_come_has_a_button_that_goes_there(
    inspector: Inspector, session: Session
) -> None:
    session.select("a", Use("a", 0))
    assert [row[3] for row in rows(inspector, "inspector_product")] == ["not yet", "0.2403", "not yet"]
    press(inspector, "inspector_go")
    assert rows(inspector, "inspector_product")[2][3] == "−0.09642"


def test_arrays_along_an_edge_are_shown(show: Show, session: Session, layer: Document) -> None:
    inspector = show(Inspector)
    session.show(layer)
    end(session)
    session.select("z", Use("z", 1))
    assert "so its gradient is summed over that axis" in inspector.edge.note.text()
    upstream, local, contribution = (
        inspector.edge.arrays[k][1] for k in ("upstream", "local", "contribution")
    )
    assert upstream.isVisible()
    assert upstream.array.shape == (3, 4)
    assert np.all(local.array == 1)
    assert contribution.array == pytest.approx(upstream.array.sum(axis=0))
    assert rows(inspector, "inspector_product")[1][3] == "entry by entry"
    session.select("z.matmul", Use("z.matmul", 1))
    assert not local.isVisible()
    assert formula(inspector, "inspector_rule") == "∂L/∂W = xᵀ · ∂L/∂z.matmul"


def test_a_small_linear_map_is_written_out_as_a_matrix(show: Show, session: Session, layer: Document) -> None:
    inspector = show(Inspector)
    session.show(layer)
    end(session)
    session.select("z.matmul", Use("z.matmul", 1))
    section, view = inspector.edge.arrays["jacobian"]
    assert section.isVisible()
    assert view.array.shape == (12, 8)
    upstream = inspector.edge.arrays["upstream"][1].array.reshape(-1)
    contribution = inspector.edge.arrays["contribution"][1].array.reshape(-1)
    assert upstream @ view.array == pytest.approx(contribution)
    session.select("z", Use("z", 1))
    assert not section.isVisible()


def test_an_edge_is_cut_and_joined_again(inspector: Inspector, session: Session) -> None:
    session.select("z", Use("z", 0))
    press(inspector, "inspector_cut")
    assert session.state.detached == {Use("z", 0)}
    assert inspector.edge.reason.text() == "No gradient passes here: the edge is cut."
    assert inspector.edge.cut.text() == "Join this edge again"
    press(inspector, "inspector_cut")
    assert session.state.detached == frozenset()
    assert not inspector.edge.reason.isVisible()


def test_edges_without_a_gradient_say_why(inspector: Inspector, session: Session) -> None:
    session.select("z.mul", Use("z.mul", 1))
    assert "it was not asked for" in inspector.edge.reason.text()
    session.show(parse("k = w > 0\nL = where(k, w, 2*w)", {}, {"w": 1.0}))
    session.select("k", Use("k", 0))
    assert (
        inspector.edge.reason.text() == "No gradient passes here: Greater is flat or discrete in this input."
    )
    assert not inspector.edge.cut.isVisible()


def test_the_step_of_an_edge_is_found(session: Session, fan: Document) -> None:
    session.show(fan)
    trace = session.state.trace
    assert trace is not None
    for step in trace.steps[1:]:
        found = pull_along(trace, Use(step.node.id, step.input_index))  # type: ignore[union-attr]
        assert found == step
    assert pull_along(trace, Use("L.mul", 1)) is None
    assert pull_along(trace, Use("gone", 0)) is None
