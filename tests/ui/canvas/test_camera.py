"""The camera: seeing and looking up are inverse, zooming keeps a point, fitting shows everything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.ui.canvas.camera import (
    COMFORTABLE,
    LARGEST,
    LARGEST_FIT,
    LEGIBLE,
    Camera,
    fitted,
    keeping,
    opening,
    uncovered,
)

numbers = st.floats(-1e4, 1e4)
cameras = st.builds(Camera, st.floats(0.01, 4.0), numbers, numbers)
points = st.tuples(numbers, numbers)


@given(cameras, points)
def test_scene_undoes_seen(camera: Camera, point: tuple[float, float]) -> None:
    assert camera.scene(camera.seen(point)) == pytest.approx(point, abs=1e-6)


@given(cameras, points, st.floats(0.5, 2.0))
def test_zoom_keeps_the_point_under_the_pointer(
    camera: Camera, at: tuple[float, float], factor: float
) -> None:
    zoomed = camera.zoomed(factor, at)
    assert zoomed.seen(camera.scene(at)) == pytest.approx(at, abs=1e-4)
    assert zoomed.scale <= LARGEST


@given(st.tuples(numbers, numbers, st.floats(1, 1e5), st.floats(1, 1e5)))
def test_fitted_shows_the_whole_box_in_the_middle(box: tuple[float, float, float, float]) -> None:
    camera = fitted(box, 800, 600)
    x, y, width, height = camera.seen_box(box)
    assert x >= 27.9
    assert y >= 27.9
    assert x + width / 2 == pytest.approx(400)
    assert y + height / 2 == pytest.approx(300)
    assert camera.scale <= LARGEST_FIT


@given(cameras, cameras)
def test_a_camera_on_the_way_starts_and_ends_where_it_should(start: Camera, end: Camera) -> None:
    for share, camera in ((0.0, start), (1.0, end)):
        found = start.between(end, share)
        assert (found.scale, found.x, found.y) == pytest.approx((camera.scale, camera.x, camera.y), abs=1e-6)


@pytest.mark.parametrize(
    ("box", "moved"),
    [
        ((100, 100, 80, 40), (0, 0)),  # beside it
        ((590, 100, 80, 40), (-98, 0)),  # to the side
        ((700, 270, 80, 40), (0, 58)),  # below
        ((0, 0, 700, 700), (0, 0)),  # larger than any room
        ((610, 280, 300, 40), (0, 48)),  # too wide for the side
    ],
)
def test_what_is_wanted_goes_out_from_under_what_covers_it(
    box: tuple[float, float, float, float], moved: tuple[float, float]
) -> None:
    camera = uncovered(Camera(), box, (600, 10, 390, 290), 1000, 700)
    assert (camera.x, camera.y) == moved


@pytest.mark.parametrize(
    ("at", "covered", "moved"),
    [
        ((100, 30), (12, 12, 300, 30), (0, 40)),  # at the upper left: out below
        ((790, 600), (800, 520, 190, 170), (-98, 0)),  # at the lower right: out at the side
        ((300, 610), (12, 560, 988, 130), (0, -118)),  # all along the lower border: out above
        ((300, 300), (0, 0, 1000, 700), (0, 0)),  # everywhere
    ],
)
def test_what_is_wanted_goes_out_at_the_nearest_side(
    at: tuple[float, float], covered: tuple[float, float, float, float], moved: tuple[float, float]
) -> None:
    camera = uncovered(Camera(), (*at, 80, 40), covered, 1000, 700)
    assert (camera.x, camera.y) == moved


def test_keeping_moves_only_if_something_is_out_of_sight() -> None:
    camera, bounds = Camera(1.0, 0.0, 0.0), (-3000.0, -3000.0, 6000.0, 6000.0)
    assert keeping(camera, [(100, 100, 50, 50)], bounds, 800, 600) is None
    assert keeping(camera, [], bounds, 800, 600) is None
    assert keeping(camera, [(-500, -500, 3000, 3000)], bounds, 800, 600) is None, (
        "it fills the window already"
    )
    moved = keeping(camera, [(900, 100, 50, 50)], bounds, 800, 600)
    assert moved is not None
    assert moved.scale == 1.0
    assert moved.seen((925, 125)) == pytest.approx((400, 300))


def test_keeping_shows_no_needless_gap() -> None:
    moved = keeping(Camera(), [(900, 100, 50, 50)], (-3000, 0, 4000, 2000), 800, 600)
    assert moved is not None
    assert moved.seen((1000, 0)) == pytest.approx((800 - 28, 28)), "the graph's corner is in the window's"


def test_of_what_is_larger_than_the_window_the_upper_left_is_kept_in_sight() -> None:
    bounds = (-6000.0, -6000.0, 12000.0, 12000.0)
    moved = keeping(Camera(), [(900, -900, 3000, 50)], bounds, 800, 600)
    assert moved is not None
    assert moved.seen((900, -900)) == pytest.approx((28, 300 - 25))


def test_of_what_is_too_far_apart_the_first_is_kept_in_sight() -> None:
    bounds = (-6000.0, -6000.0, 12000.0, 12000.0)
    moved = keeping(Camera(), [(900, 900, 50, 50), (-5000, 0, 50, 50)], bounds, 800, 600)
    assert moved is not None
    assert moved.seen((925, 925)) == pytest.approx((400, 300))


def test_a_graph_too_large_to_be_read_opens_at_its_beginning() -> None:
    first = (180.0, 0.0, 100.0, 70.0)
    camera = opening((0, 0, 400, 5000), first, 800, 600)
    assert camera.scale == COMFORTABLE
    x, y = camera.seen((230, 35))
    assert 0 < x < 800
    assert 0 < y < 300
    assert camera.seen((0, 0))[1] == pytest.approx(28), "the first row is near the upper border"
    assert camera.seen((200, 0))[0] == pytest.approx(400), "narrower than the window: in the middle"


def test_of_a_beginning_that_is_too_long_the_end_is_seen() -> None:
    camera = opening((0, 0, 400, 5000), (180.0, 0.0, 100.0, 2000.0), 800, 600)
    assert camera.seen((0, 2000))[1] == pytest.approx(0.75 * 600)
    shown = opening((0, 0, 400, 5000), (180.0, 0.0, 100.0, 600.0), 800, 600)
    assert shown.seen((0, 0))[1] == pytest.approx(28)
    assert shown.seen((0, 600))[1] < 600 - 28


def test_a_graph_that_can_be_read_opens_whole() -> None:
    small = (0.0, 0.0, 500.0, 300.0)
    assert opening(small, (180.0, 0.0, 100.0, 70.0), 800, 600) == fitted(small, 800, 600)


@pytest.mark.parametrize(
    ("breadth", "scale"), [(900.0, COMFORTABLE), (1040.0, 744 / 1040), (1170.0, LEGIBLE), (9000.0, LEGIBLE)]
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_long_graph_opens_so_large_that_its_breadth_is_seen_if_it_can_be_read(
    breadth: float, scale: float, turned: bool
) -> None:
    bounds, room, first = (0.0, 0.0, breadth, 20_000.0), (800.0, 600.0), (700.0, 30.0, 100.0, 70.0)
    if turned:
        bounds, room = (0.0, 0.0, 20_000.0, breadth), (600.0, 800.0)
        first = (30.0, 700.0, 100.0, 70.0)
    camera = opening(bounds, first, *room)
    assert camera.scale == pytest.approx(scale)
    x, y = camera.seen(first[:2])
    assert 0 < x < room[0]
    assert 0 < y < room[1]


def test_a_row_of_a_hundred_thousand_cards_fits() -> None:
    bounds = (0.0, 0.0, 17_000_000.0, 300.0)
    x, _, width, _ = fitted(bounds, 800, 600).seen_box(bounds)
    assert 0 < x < x + width < 800
