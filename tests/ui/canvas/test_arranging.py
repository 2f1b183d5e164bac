"""Asking for layouts: small ones at once, large ones as a job, the newest wins, kept ones for nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse, run
from graph_explorer.ui.canvas import GraphView, arranging
from graph_explorer.ui.canvas.arranging import AT_ONCE, Arranger, Wanted, make_scene
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.session import Session

Make = Callable[[Document], GraphView]


def chain(length: int) -> Document:
    lines = ["h0 = w*x"] + [f"h{k} = tanh(h{k - 1})" for k in range(1, length)]
    return parse("\n".join(lines), {"x": 1.0}, {"w": 0.5})


def wanted(document: Document, *collapsed: str) -> Wanted:
    return Wanted(document, run(document), frozenset(collapsed), "down")


@pytest.fixture
def delivered() -> list[tuple[Wanted, Scene]]:
    return []


@pytest.fixture
def arranger(session: Session, delivered: list[tuple[Wanted, Scene]]) -> Arranger:
    return Arranger(
        session.jobs, lambda asked, found: delivered.append((asked, found.scene)), session.say, lambda: None
    )


def test_a_small_graph_is_there_at_once(
    arranger: Arranger, delivered: list[tuple[Wanted, Scene]], neuron: Document
) -> None:
    arranger.ask(wanted(neuron), None)
    ((_, scene),) = delivered
    assert {card.id for card in scene.cards} == {node.id for node in neuron.graph}


def test_of_two_large_graphs_only_the_newer_is_delivered(
    qtbot: QtBot, arranger: Arranger, delivered: list[tuple[Wanted, Scene]], session: Session
) -> None:
    first, second = wanted(chain(AT_ONCE + 50)), wanted(chain(AT_ONCE + 60))
    arranger.ask(first, None)
    arranger.ask(second, None)
    assert delivered == []
    qtbot.waitUntil(lambda: bool(delivered), timeout=20_000)
    assert not session.jobs.busy("layout")
    assert [asked for asked, _ in delivered] == [second]


def test_a_layout_is_kept(
    arranger: Arranger, delivered: list[tuple[Wanted, Scene]], grouped: Document
) -> None:
    trace = run(grouped)
    for collapsed in (frozenset(), frozenset({"h:cell"}), frozenset[str]()):
        arranger.ask(Wanted(grouped, trace, collapsed, "down"), None)
    first, second, third = (scene.layout for _, scene in delivered)
    assert first is third
    assert first is not second


def test_the_same_graph_read_again_finds_its_layout(
    arranger: Arranger, delivered: list[tuple[Wanted, Scene]], neuron: Document
) -> None:
    again = parse(neuron.program, {"x": 9.0, "y": 0.0}, {"w": 5.0, "b": 6.0})
    other = parse(neuron.program + "\nM = L + a", {"x": 9.0, "y": 0.0}, {"w": 5.0, "b": 6.0})
    for document in (neuron, other, again):
        arranger.ask(wanted(document), None)
    first, second, third = (scene.layout for _, scene in delivered)
    assert first is third
    assert first is not second
    assert delivered[2][1].cards.deck.graph is again.graph


def test_sizes_stay_when_the_values_arrive(
    arranger: Arranger, delivered: list[tuple[Wanted, Scene]], grouped: Document
) -> None:
    arranger.ask(Wanted(grouped, None, frozenset(), "down"), None)
    arranger.ask(Wanted(grouped, None, frozenset({"h:cell"}), "down"), None)
    arranger.ask(wanted(grouped), None)
    assert wanted(grouped).same_as(Wanted(grouped, None, frozenset(), "down"))
    assert delivered[0][1].layout is delivered[2][1].layout


def test_what_a_layout_depends_on(grouped: Document) -> None:
    asked = wanted(grouped)
    assert asked.same_as(wanted(grouped.with_values({"w": np.array([5.0, 7.0])})))
    assert not asked.same_as(wanted(grouped, "h:cell"))
    assert not asked.same_as(wanted(grouped.with_values({"w": np.array([5.0])}))), "shapes decide sizes"
    assert not asked.same_as(dataclasses.replace(asked, direction="right"))


def test_the_direction_suits_the_window(qapp: object) -> None:
    document = chain(12)
    asked = Wanted(document, run(document), frozenset(), "auto", (1600, 500))
    assert make_scene(asked).layout.direction == "right"
    assert make_scene(dataclasses.replace(asked, room=(500, 1600))).layout.direction == "down"


def test_new_numbers_do_not_lay_out_anew(make_view: Make, neuron: Document, session: Session) -> None:
    view = make_view(neuron)
    scene = view.scene
    session.set_value("w", 17.25)
    assert view.scene is scene
    assert "17.25" in view.describe("w")


def test_an_edit_keeps_what_one_looks_at(make_view: Make, neuron: Document, session: Session) -> None:
    view = make_view(neuron)
    view.zoom(1.5, (500, 350))
    assert view.scene is not None
    camera = view.camera
    centres = view.scene.boxes[:, :2] + view.scene.boxes[:, 2:] / 2
    middle = np.array(camera.scene((500, 350)))
    nearest = view.scene.cards[int(np.argmin(((centres - middle) ** 2).sum(axis=1)))].id
    box = view.scene.box_of(nearest)
    assert box is not None
    before = camera.seen((box[0] + box[2] / 2, box[1]))
    session.set_program(neuron.program + "\nM = L*2")
    box = view.scene.box_of(nearest)
    assert box is not None
    assert view.scene.place("M") >= 0
    assert view.camera.seen((box[0] + box[2] / 2, box[1])) == pytest.approx(before, abs=1)


def test_closing_the_document_while_it_is_laid_out(qtbot: QtBot, make_view: Make, session: Session) -> None:
    session.change(blocks=False)
    session.change(blocks=False)  # or equal parts would be groups, and these closed
    view = make_view(chain(AT_ONCE + 50))
    assert session.jobs.busy("layout")
    session.close_document()
    assert not session.jobs.busy("layout")
    assert view.scene is None
    view.grab()


def test_another_size_of_the_window_chooses_among_layouts_that_are_there(
    arranger: Arranger, delivered: list[tuple[Wanted, Scene]], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    lay_out = arranging.arrange
    monkeypatch.setattr(arranging, "arrange", lambda *a, **k: made.append(k["direction"]) or lay_out(*a, **k))
    wide, tall = (4000.0, 500.0), (500.0, 4000.0)
    asked = dataclasses.replace(wanted(chain(30)), direction="auto", room=wide)
    arranger.ask(asked, None)
    across = delivered[-1][1].layout
    assert (across.direction, made) == ("right", ["down", "right"])
    assert arranger.suits(across, wide)
    assert not arranger.suits(across, tall)
    arranger.ask(dataclasses.replace(asked, room=tall), None)
    assert delivered[-1][1].layout.direction == "down"
    assert made == ["down", "right"]
    arranger.ask(asked, across)
    assert delivered[-1][1].layout is across
    assert made == ["down", "right"]


def test_a_window_that_grows_a_little_is_not_laid_out_anew(make_view: Make, session: Session) -> None:
    view = make_view(chain(30))
    scene = view.scene
    view.resize(1000, 690)
    assert view.scene is scene
    session.change(selection="h3")
    assert view.scene is scene
    view.resize(300, 2000)
    assert view.scene is not None
    assert view.scene.layout.direction == "down"
