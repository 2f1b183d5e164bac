from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from graph_explorer.document import Document, parse, run
from graph_explorer.engine.graph import Use
from graph_explorer.ui.panels.acts import Acts, averaging
from graph_explorer.ui.panels.acts.remarks import next_act, size
from graph_explorer.ui.session import Session
from graph_explorer.ui.widgets.text import Link

Show = Callable[..., Acts]

#: squared error with w=1, x=2, y=4: L = 4 and ∂L/∂w = −8, worked by hand
SQUARED = parse("L = (w*x - y)**2", {"x": 2.0, "y": 4.0}, {"w": 1.0})


@pytest.fixture
def acts(show: Show, session: Session) -> Acts:
    made = show(Acts)
    session.show(SQUARED)
    return made


def do(acts: Acts, *names: str) -> None:
    for name in names:
        button = acts.findChild(QPushButton, f"acts_{name}")
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def said(acts: Acts) -> list[str]:
    return [remark.text.text() for remark in acts.remarks if remark.isVisible()]


def cells(acts: Acts, row: int = 0) -> list[str]:
    model = acts.parameters.shown
    return [model.data(model.index(row, column), Qt.ItemDataRole.DisplayRole) for column in range(4)]


def test_the_four_acts_in_order_are_one_step_of_descent(acts: Acts, session: Session) -> None:
    assert cells(acts) == ["w", "1", "none", "none"]
    do(acts, "backward")
    assert cells(acts) == ["w", "1", "−8", "−8"]
    do(acts, "update")
    assert cells(acts) == ["w", "1.8", "none", "−8"]
    do(acts, "zero", "forward")
    assert cells(acts) == ["w", "1.8", "none", "none"]
    assert session.state.trace is not None
    assert session.state.time == session.state.trace.forward_length
    assert said(acts) == []


def test_the_next_act_is_shown_in_each_state(acts: Acts, session: Session) -> None:
    order = []
    session.seek(0)
    for _ in range(5):
        order.append(next_act(session.state))
        assert acts.buttons[order[-1]].property("look") == "main"
        assert acts.passes.text().endswith(f"Next: {order[-1].capitalize()}.")
        do(acts, order[-1])
    assert order == ["forward", "backward", "update", "zero", "forward"]


def test_two_backward_passes_add_up_and_that_is_said(acts: Acts) -> None:
    do(acts, "backward", "backward")
    assert cells(acts)[2:] == ["−8", "−16"]
    assert said(acts) == [
        "w.grad is −16: 2 backward passes were added up, without Zero between them. "
        "The gradient of one pass is −8."
    ]
    assert acts.passes.text().startswith("2 backward passes since Zero")
    do(acts, "zero", "backward")
    assert said(acts) == []


def test_an_update_without_a_gradient_is_answered(acts: Acts, session: Session) -> None:
    do(acts, "update")
    assert said(acts)[0].startswith("There is no gradient to update with.")
    assert session.undo.count() == 0
    do(acts, "backward")
    assert said(acts) == []


def test_a_forgotten_update_is_noticed(acts: Acts) -> None:
    do(acts, "backward", "forward")
    assert said(acts) == [
        "Forward again, but the parameters have not moved: Update was left out. L is still 4."
    ]
    do(acts, "zero")
    assert said(acts)[0].startswith("The gradients were zeroed before Update used them")
    do(acts, "backward", "update", "zero")
    assert said(acts) == []


def test_two_updates_with_one_gradient_are_noticed(acts: Acts) -> None:
    do(acts, "backward", "update", "update")
    assert cells(acts)[1] == "2.6"
    assert said(acts)[0].startswith("2 updates with the same gradients")


def test_another_document_forgets_the_mistakes(acts: Acts, session: Session, neuron: Document) -> None:
    do(acts, "backward", "zero")
    assert said(acts)
    session.show(neuron)
    assert said(acts) == []


# ── the learning rate ─────────────────────────────────────────────────────────────────────────


def test_the_learning_rate_is_typed_exactly(acts: Acts, session: Session) -> None:
    acts.rate.setFocus()
    acts.rate.selectAll()
    QTest.keyClicks(acts.rate, "3e-4")
    QTest.keyClick(acts.rate, Qt.Key.Key_Return)
    assert session.state.rate == 3e-4
    do(acts, "backward", "update")
    assert session.state.document is not None
    assert session.state.document.entry("w").array == pytest.approx(1 + 8 * 3e-4)


def test_the_slider_is_logarithmic_down_to_a_millionth(acts: Acts, session: Session) -> None:
    acts.slider.setValue(acts.slider.minimum())
    assert session.state.rate == 1e-6
    assert acts.rate.text() == "1e−06"
    session.change(rate=1.0)
    assert acts.slider.value() == 0


def test_a_negative_rate_is_refused(acts: Acts, session: Session) -> None:
    acts.rate.setFocus()
    acts.rate.selectAll()
    QTest.keyClicks(acts.rate, "-1")
    QTest.keyClick(acts.rate, Qt.Key.Key_Return)
    assert session.state.rate == 0.1
    assert "a learning rate is a number from 0 up" in session.state.message


# ── mean or sum ───────────────────────────────────────────────────────────────────────────────


def test_the_sum_instead_of_the_mean_and_back(show: Show, session: Session, layer: Document) -> None:
    acts = show(Acts)
    session.show(layer)
    trace = session.state.trace
    assert trace is not None
    mean = trace.gradient("v")
    assert (
        acts.averaging.text()
        == "Line 4 takes the mean over 3 numbers. The sum would have gradients 3 times as large."
    )
    do(acts, "swap")
    assert session.state.trace is not None
    assert session.state.trace.gradient("v") == pytest.approx(3 * mean)
    assert acts.averaging.text().startswith("Line 4 takes the sum over 3 numbers. Its gradients are 3 times")
    assert acts.swap.text() == "Use the mean instead"
    do(acts, "swap")
    assert session.state.document is not None
    assert session.state.document.program == layer.program
    session.undo.undo()
    assert "L = sum(" in session.state.document.program


@pytest.mark.parametrize(
    ("program", "swapped"),
    [
        ("L = mean(x)", "L = sum(x)"),
        ("L = x.mean()", "L = x.sum()"),
        ("é = sum(x)\nL = é + (é).sum()", "é = sum(x)\nL = é + (é).mean()"),
        ("L = mse(x, y)", 'L = mse(x, y, reduction="sum")'),
        ("L = mse(x, y, reduction='sum')", "L = mse(x, y, reduction='mean')"),
        ("L = mean(sum(x, axis=1))  # mean(", "L = mean(mean(x, axis=1))  # mean("),
    ],
)
def test_the_last_mean_or_sum_is_written_anew(program: str, swapped: str) -> None:
    found = averaging.find(program)
    assert found is not None
    assert found.swapped(program) == swapped


@pytest.mark.parametrize("program", ["L = x*2", "L = (", "L = mse(x, y, reduction='none')", ""])
def test_programs_without_one_are_left_alone(program: str) -> None:
    assert averaging.find(program) is None


def test_how_many_numbers_become_one() -> None:
    document = parse(
        "p = sum(x*w, axis=1)\nL = mse(p, y)", {"x": [[1.0, 2.0]] * 4, "y": [0.0] * 4}, {"w": 1.0}
    )
    found = averaging.find(document.program)
    assert found is not None
    assert averaging.entries(run(document), found) == 4


# ── cut edges ─────────────────────────────────────────────────────────────────────────────────


def test_cut_edges_are_listed_and_joined_again(show: Show, session: Session) -> None:
    acts = show(Acts)
    session.show(parse("h = w*2\nL = h*3 + detach(h)", {}, {"w": 1.0}))
    assert [row.label for row in acts.cuts.rows] == ["L.identity → h"]
    assert acts.cuts.rows[0].detail == "detach(…) in line 2"
    session.detach(Use("h", 0))
    assert [row.label for row in acts.cuts.rows] == ["L.identity → h", "h → w: join again"] or [
        row.label for row in acts.cuts.rows
    ] == ["h → w: join again", "L.identity → h"]
    link = next(link for link in acts.cuts.findChildren(Link) if link.full.startswith("h → w"))
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    assert session.state.detached == frozenset()


# ── odds and ends ─────────────────────────────────────────────────────────────────────────────


def test_a_row_selects_its_parameter(acts: Acts, session: Session) -> None:
    table = acts.parameters
    place = table.visualRect(table.shown.index(0, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.state.selection == "w"


def test_arrays_are_told_by_their_norm() -> None:
    assert size([3.0, 4.0]) == "|5|"
    assert size(-2.5) == "−2.5"


def test_without_a_document_it_says_what_to_do(show: Show) -> None:
    acts = show(Acts)
    assert acts.empty.isVisible()
    assert not acts.inside.isVisible()


def test_a_run_that_failed_has_no_acts(acts: Acts, session: Session) -> None:
    session.show(parse("y = x @ w", {"x": [1.0, 2.0]}, {"w": [1.0, 2.0, 3.0]}))
    assert not any(button.isEnabled() for button in acts.buttons.values())


def test_it_fits_into_a_narrow_dock(show: Show, session: Session, layer: Document) -> None:
    acts = show(Acts, 280)
    session.show(layer)
    do(acts, "backward", "backward")
    assert acts.minimumSizeHint().width() <= 280
