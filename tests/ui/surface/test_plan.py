"""Where the parts of the picture stand."""

from __future__ import annotations

import pytest

from graph_explorer.ui.surface.look import Look
from graph_explorer.ui.surface.plan import make_plan


@pytest.mark.parametrize("titled", [False, True])
@pytest.mark.parametrize("size", [(1280, 800), (640, 360), (420, 700), (200, 120)])
def test_parts_lie_within_and_beside_each_other(size: tuple[int, int], titled: bool) -> None:
    plan = make_plan(*size, Look(), titled)
    x, y, width, height = plan.plot
    assert width >= 40
    assert height >= 40
    parts = [plan.plot, plan.bar, plan.above, plan.beside, plan.title]
    shown = [part for part in parts if part is not None]
    for part in shown:
        assert part[0] >= 0
        assert part[1] >= 0
    if size[0] > 400 and size[1] > 300:
        assert all(part[0] + part[2] <= size[0] and part[1] + part[3] <= size[1] for part in shown)
    if plan.above is not None:
        assert plan.above[1] + plan.above[3] < y
    if plan.beside is not None:
        assert x + width < plan.beside[0]
        assert plan.bar is not None
        assert plan.beside[0] + plan.beside[2] < plan.bar[0]


def test_sections_give_way_to_the_plot() -> None:
    large, low, narrow = (make_plan(*size, Look()) for size in ((1000, 700), (1000, 340), (440, 700)))
    assert large.above is not None
    assert large.beside is not None
    assert low.above is None
    assert low.beside is not None
    assert narrow.above is not None
    assert narrow.beside is None
    without = make_plan(1000, 700, Look(sections=False))
    assert without.plot[2] > large.plot[2]
    assert without.plot[3] > large.plot[3]
    assert make_plan(1000, 700, Look(solid=True)).above is None


def test_a_narrow_picture_leaves_its_room_to_the_plot() -> None:
    wide, narrow = make_plan(420, 500, Look()), make_plan(380, 500, Look())
    assert wide.bar is not None
    assert narrow.bar is None
    assert narrow.plot[2] > wide.plot[2]
