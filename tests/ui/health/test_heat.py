"""Heat: levels on a scale, honest about time, the same in every theme, and its legend."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.health.heats import (
    EDITS,
    LOWEST,
    NOTHING,
    STEPS,
    WRONG,
    ZERO,
    Scale,
    heat_colors,
    scale_of,
)
from graph_explorer.ui.health.kinds import HEATS
from graph_explorer.ui.health.legend import Strip
from graph_explorer.ui.session import Session
from graph_explorer.ui.theme import names, theme

Make = Callable[[Document], GraphView]


def level(view: GraphView, name: str) -> int:
    """The level of heat that a card shows now."""
    assert view.shown.stage is not None
    moment, place = view.shown.stage.moment, view.shown.stage.scene.place(name)
    assert moment.warmth is not None
    places = np.array([place])
    return int(moment.warmth.seen(moment.progress.stages(moment.time, places), places)[0])


# ── the scale ─────────────────────────────────────────────────────────────────────────────────


def test_levels_are_logarithmic_and_the_rest_stands_apart() -> None:
    found = Scale(1e-4, 1e4).levels(np.array([1e-4, 0.01, 1e4, 0.0, np.nan, np.inf, 1e-9]))
    assert found.tolist() == [
        LOWEST,
        LOWEST + round((STEPS - 1) / 4),
        LOWEST + STEPS - 1,
        ZERO,
        NOTHING,
        WRONG,
        LOWEST,
    ]


def test_a_scale_spans_what_there_is_but_at_least_a_power_of_ten() -> None:
    assert scale_of(np.array([np.nan, 0.0, 1e-8, 10.0, np.inf])) == Scale(1e-8, 10.0)
    narrow = scale_of(np.array([2.0, 3.0]))
    assert narrow.high / narrow.low == pytest.approx(10)
    assert narrow.low < 2 < 3 < narrow.high
    assert scale_of(np.zeros(3)).low > 0
    extreme = scale_of(np.array([5e-324, 1e308]))
    assert np.isfinite(extreme.levels(np.array([1.0]))).all()


@pytest.mark.parametrize("name", names())
def test_lightness_alone_tells_the_order(name: str) -> None:
    """So that it does not matter which colours an eye can tell apart."""

    def light(color: object) -> float:
        parts = [getattr(color, f"{part}F")() for part in ("red", "green", "blue")]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    scale = [light(color) ** (1 / 3) for color in heat_colors(name)[LOWEST : LOWEST + STEPS]]
    steps = np.diff(scale) * (1 if theme(name).dark else -1)
    assert (steps > 0).all()
    assert abs(scale[-1] - scale[0]) > 0.35
    assert len(heat_colors(name)) == LOWEST + STEPS + len(EDITS)


def test_marks_of_the_strip(qtbot: QtBot) -> None:
    strip = Strip()
    qtbot.addWidget(strip)
    strip.show_scale(Scale(1e-12, 1.0), (), "light")
    assert [text for _, text in strip.marks()] == ["10⁻¹²", "10⁻¹⁰", "10⁻⁸", "10⁻⁶", "10⁻⁴", "0.01", "1"]
    assert strip.marks()[0][0] == pytest.approx(0)
    assert strip.marks()[-1][0] == pytest.approx(1)
    strip.show_scale(Scale(0.3, 4.0), (), "light")
    assert [text for _, text in strip.marks()] == ["0.5", "1", "2"]
    assert "from 0.3" in strip.accessibleDescription()


# ── on the graph ──────────────────────────────────────────────────────────────────────────────


def test_a_card_is_coloured_once_its_gradient_is_known(
    make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    session.comparing.set_heat("gradient")
    assert {level(view, name) for name in ("w", "z", "a")} == {NOTHING}
    session.seek(session.state.trace.length)  # type: ignore[union-attr]
    assert all(level(view, name) >= LOWEST for name in ("w", "z", "a", "L"))
    assert level(view, "x") == NOTHING  # an input that takes no gradient
    assert level(view, "L") == LOWEST + STEPS - 1  # the gradient of the output, 1, is the largest
    session.run_to("a")
    assert level(view, "a") >= LOWEST
    assert level(view, "w") == NOTHING


def test_values_are_known_before_gradients(make_view: Make, neuron: Document, session: Session) -> None:
    view = make_view(neuron)
    session.comparing.set_heat("value")
    assert level(view, "x") == LOWEST + STEPS - 1  # 1.5 is the largest
    session.seek(1)
    assert level(view, "L") == NOTHING


def test_zero_and_wrong_have_levels_of_their_own(make_view: Make, session: Session) -> None:
    view = make_view(parse("h = relu(w*x)\nl = log(v)\nL = h + l", {"x": -1.0}, {"w": 1.0, "v": 0.0}))
    session.comparing.set_heat("value")
    assert level(view, "h") == ZERO
    assert level(view, "l") == WRONG
    session.comparing.set_heat("gradient")
    session.seek(session.state.trace.length)  # type: ignore[union-attr]
    assert level(view, "w") == ZERO
    assert level(view, "v") == WRONG


def test_a_collapsed_group_shows_what_comes_out_or_its_weights(
    make_view: Make, grouped: Document, session: Session
) -> None:
    view = make_view(grouped)
    trace = session.state.trace
    assert trace is not None
    session.change(collapsed=frozenset(trace.graph.groups))
    session.seek(trace.length)
    for heat in ("gradient", "value", "update"):
        session.comparing.set_heat(heat)
        assert view.scene is not None
        cards = [card for card in view.scene.cards if card.members]
        assert cards
        assert all(level(view, card.id) >= LOWEST for card in cards)


def test_change_is_shown_against_the_kept_run(make_view: Make, neuron: Document, session: Session) -> None:
    view = make_view(neuron)
    session.comparing.keep()
    session.comparing.set_heat("change")
    assert level(view, "z") == ZERO
    session.set_value("b", 0.3)
    assert level(view, "z") >= LOWEST
    assert level(view, "w") == ZERO
    session.comparing.forget()
    assert session.state.heat == ""


@pytest.mark.parametrize("name", HEATS)
@pytest.mark.parametrize("scale", [0.02, 0.2, 0.4, 1.0])
def test_every_heat_changes_the_picture_at_every_distance(
    make_view: Make, grouped: Document, session: Session, name: str, scale: float
) -> None:
    view = make_view(grouped)
    session.seek(session.state.trace.length)  # type: ignore[union-attr]
    session.comparing.keep()
    session.set_value("w", [0.1, 3.0])
    view.zoom(scale / view.camera.scale, (500, 350))
    view.reveal("w")
    plain = view.grab(view.rect().adjusted(0, 0, 0, -200)).toImage()
    session.comparing.set_heat(name)
    assert view.grab(view.rect().adjusted(0, 0, 0, -200)).toImage() != plain
    session.comparing.set_heat("")
    assert view.grab(view.rect().adjusted(0, 0, 0, -200)).toImage() == plain


# ── the legend ────────────────────────────────────────────────────────────────────────────────


def test_the_legend_tells_chooses_and_closes(make_view: Make, neuron: Document, session: Session) -> None:
    view = make_view(neuron)
    legend = view.legend
    assert not legend.isVisible()
    session.comparing.set_heat("gradient")
    assert legend.isVisible()
    assert "once the backward pass has reached it" in legend.note.text()
    legend.to_end.click()
    assert session.state.time == session.state.trace.length  # type: ignore[union-attr]
    assert not legend.to_end.isVisible()
    assert not legend.note.isVisible()
    assert legend.strip.others == ()
    legend.choice.activated.emit(list(HEATS).index("value"))
    assert session.state.heat == "value"
    assert legend.choice.currentText() == HEATS["value"].title
    legend.choice.activated.emit(list(HEATS).index("change"))
    assert session.state.kept is session.state.trace
    assert "kept run itself" in legend.note.text()
    assert legend.strip.others == ((ZERO, "unchanged"),)
    legend.close_button.click()
    assert session.state.heat == ""
    assert not legend.isVisible()


def test_the_legend_stays_in_its_corner(
    make_view: Make, neuron: Document, session: Session, qtbot: QtBot
) -> None:
    view = make_view(neuron)
    session.comparing.set_heat("value")
    for size in ((1000, 700), (500, 400), (1200, 500)):
        view.resize(*size)
        qtbot.waitUntil(lambda: view.legend.geometry().bottom() == view.height() - 13)
        assert view.legend.x() == 12


def test_heat_ends_with_its_document_where_it_compares(
    make_view: Make, neuron: Document, session: Session
) -> None:
    make_view(neuron)
    session.comparing.set_heat("change")
    session.show(neuron)
    assert (session.state.heat, session.state.kept) == ("", None)
    session.comparing.set_heat("gradient")
    session.show(neuron)
    assert session.state.heat == "gradient"
