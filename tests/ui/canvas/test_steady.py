"""What one looks at stays where it is when groups are opened and closed, one or all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse, run
from graph_explorer.ui import groups
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.canvas.arranging import Wanted, make_scene
from graph_explorer.ui.canvas.camera import Box, Camera
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.canvas.steady import kept, nearest_kept, toggled_kept
from graph_explorer.ui.session import Session

Make = Callable[[Document], GraphView]
At = Callable[[GraphView, str], QPoint]
LEFT = Qt.MouseButton.LeftButton
ROOM = (800.0, 600.0)


def scene_of(document: Document, *collapsed: str, direction: str = "down") -> Scene:
    return make_scene(Wanted(document, run(document), frozenset(collapsed), direction))  # type: ignore[arg-type]


def seen(scene: Scene, camera: Camera, name: str) -> Box:
    box = scene.box_of(name)
    assert box is not None
    return camera.seen_box(box)


@pytest.fixture
def stacked() -> Document:
    """Sixty blocks, one below the other, in one group."""
    program = (
        "def block(h):\n    return h + 0.1*tanh(w*h)\n"
        "def stack(h):\n    for t in range(60):\n        h = block(h)\n    return h\n"
        "h = stack(x)\nL = h**2"
    )
    return parse(program, {"x": 0.5}, {"w": 0.3})


@pytest.mark.parametrize("direction", ["down", "right"])
@pytest.mark.parametrize("opened", [False, True])
def test_a_toggled_group_stays_where_values_come_in(
    qapp: object, grouped: Document, direction: str, opened: bool
) -> None:
    camera = Camera(0.8, 40, 60)
    before, now = scene_of(grouped, direction=direction), scene_of(grouped, "h:cell", direction=direction)
    if opened:
        before, now = now, before
    held = toggled_kept(before, now, camera, (1600, 1200))
    assert held is not None
    heads = []
    for scene, view in ((before, camera), (now, held)):
        x, y, width, height = seen(scene, view, "h:cell")
        heads.append((x + width / 2, y) if direction == "down" else (x, y + height / 2))
    assert heads[0] == pytest.approx(heads[1])


def test_without_a_toggled_group_in_sight_the_nearest_card_stays(qapp: object, grouped: Document) -> None:
    camera = Camera(0.8, 40, 60)
    before, now = scene_of(grouped), scene_of(grouped, "h:cell")
    assert toggled_kept(before, before, camera, ROOM) is None
    assert toggled_kept(before, now, camera.moved(5000, 0), ROOM) is None
    same = nearest_kept(before, before, camera, ROOM)
    assert same is not None
    assert (same.x, same.y) == pytest.approx((camera.x, camera.y))
    inner = next(card.id for card in before.cards if card.group == "h:cell")
    x, y, width, height = seen(before, camera, inner)
    over = camera.moved(400 - x - width / 2, 300 - y - height / 2)
    held = nearest_kept(before, now, over, ROOM)
    assert held is not None
    x, y, width, height = seen(now, held, "h:cell")
    assert 0 < x < x + width < 800, "the group that stands for the nearest card now"
    assert 0 < y < y + height < 600


def test_the_title_of_a_wide_group_and_the_card_of_a_closed_one_come_into_sight(
    qapp: object, stacked: Document
) -> None:
    (path,) = (path for path in stacked.graph.groups if "/" not in path)
    shut, opened = scene_of(stacked, path), scene_of(stacked)
    camera = Camera(1.0).with_point((shut.box(shut.place(path)))[:2], (500, 100))
    held = toggled_kept(shut, opened, camera, ROOM)
    assert held is not None
    x, y, width, _ = seen(opened, held, path)
    assert width > 800, "wider than the window"
    assert (x, y) == pytest.approx((500, 100)), "the title stands where the card was"
    far = held.moved(-width / 2, -200)
    back = toggled_kept(opened, shut, far, ROOM)
    assert back is not None
    x, y, width, height = seen(shut, back, path)
    assert 0 <= x < x + width <= 800
    assert 0 <= y < y + height <= 600


def test_where_all_can_be_read_and_nothing_could_all_is_shown(qapp: object, stacked: Document) -> None:
    (path,) = (path for path in stacked.graph.groups if "/" not in path)
    shut, opened = scene_of(stacked, path), scene_of(stacked)
    assert kept(opened, shut, Camera(0.05), ROOM) is None
    assert kept(opened, shut, Camera(0.8), ROOM) is not None
    assert kept(shut, opened, Camera(0.05), ROOM) is not None


@pytest.mark.parametrize("direction", ["down", "right"])
def test_a_second_double_click_undoes_the_first(
    qtbot: QtBot, make_view: Make, grouped: Document, session: Session, direction: str
) -> None:
    view = make_view(grouped)
    view.set_direction(direction)  # type: ignore[arg-type]
    assert view.scene is not None
    x, y, _, _ = seen(view.scene, view.camera, "h:cell")
    title = QPoint(round(x) + 8, round(y) + 6)
    qtbot.mouseDClick(view, LEFT, pos=title)
    assert session.state.collapsed == {"h:cell"}
    assert view.pointer.at(title.toPointF()).name == "h:cell", "the card is under the pointer"
    qtbot.mouseDClick(view, LEFT, pos=title)
    assert session.state.collapsed == frozenset()
    assert view.pointer.at(title.toPointF()).inside.startswith("h:cell")
    assert view.pointer.toggled is None


def test_closing_all_from_afar_and_opening_all_leave_something_to_read(
    qtbot: QtBot, make_view: Make, stacked: Document, session: Session
) -> None:
    view = make_view(stacked)
    settle = lambda: qtbot.waitUntil(lambda: not session.jobs.busy("layout"))
    settle()
    groups.expand_all(session)
    settle()
    view.zoom(0.02, (100.0, 100.0))
    groups.collapse_all(session)
    settle()
    assert view.scene is not None
    for card in view.scene.cards:
        x, y, width, height = seen(view.scene, view.camera, card.id)
        assert 0 <= x < x + width <= view.width()
        assert 0 <= y < y + height <= view.height()
        assert height > 20


def test_many_groups_opened_at_once_are_laid_out_like_a_graph_just_opened(
    qtbot: QtBot, make_view: Make, stacked: Document, session: Session
) -> None:
    view = make_view(stacked)
    view.set_direction("down")
    groups.collapse_all(session)
    groups.expand_all(session)
    qtbot.waitUntil(lambda: not session.jobs.busy("layout"))
    assert view.scene is not None
    fresh = make_scene(Wanted(stacked, session.state.trace, session.state.collapsed, "down"))
    assert view.scene.bounds == pytest.approx(fresh.bounds)


def test_what_is_selected_elsewhere_does_not_come_to_lie_under_the_names_of_its_groups(
    make_view: Make, grouped: Document, session: Session
) -> None:
    view = make_view(grouped)
    view.zoom(2.0 / view.camera.scale, (0.0, 0.0))
    inner = next(node.id for node in grouped.graph if node.group == "h:cell/s:scale")
    session.select("L")
    assert view.scene is not None
    x, y, _, _ = seen(view.scene, view.camera, inner)
    view.pan(20.0 - x, 20.0 - y)
    session.select(inner)
    assert view.crumbs.isVisible()
    left, top, width, height = view.crumbs.place()
    x, y, _, _ = seen(view.scene, view.camera, inner)
    assert x >= left + width or y >= top + height


def test_a_bar_that_comes_and_goes_above_the_picture_does_not_move_it(
    make_view: Make, neuron: Document
) -> None:
    view = make_view(neuron)
    around = QWidget()
    bar = QLabel("What one should know")
    bar.setFixedHeight(40)
    column = QVBoxLayout(around)
    column.addWidget(bar)
    column.addWidget(view)
    bar.hide()
    around.resize(800, 600)
    around.show()
    view.zoom(1.5, (100.0, 100.0))

    def place() -> QPoint:
        assert view.scene is not None
        x, y, _, _ = seen(view.scene, view.camera, "z")
        return view.mapTo(around, QPoint(round(x), round(y)))

    before = place()
    bar.show()
    around.layout().activate()  # type: ignore[union-attr]
    assert view.y() > 40
    assert place() == before
    bar.hide()
    around.layout().activate()  # type: ignore[union-attr]
    assert place() == before
    view.setParent(None)  # it is closed by whoever made it
    around.close()
    around.deleteLater()
