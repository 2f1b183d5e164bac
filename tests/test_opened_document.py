"""A document keeps which of its nodes are opened up, through other values and other programs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graph_explorer.document import Document, parse, run

PROGRAM = "h, last, c = LSTM(x, w, r)\nL = mean(last*last)"


@pytest.fixture
def lstm() -> Document:
    return parse(PROGRAM, {"x": numbers(3, 1, 2)}, {"w": numbers(1, 12, 2), "r": numbers(1, 12, 3)})


def numbers(*shape: int) -> Any:
    return np.random.default_rng(0).standard_normal(shape)


def cells(document: Document) -> int:
    return sum(group.startswith("h.LSTM/t=") for group in document.graph.groups)


def test_the_cells_give_the_same_gradients(lstm: Document) -> None:
    opened = lstm.with_opened(["h"])
    assert (cells(lstm), cells(opened)) == (0, 3)
    before, after = run(lstm), run(opened)
    for name in ("w", "r"):
        np.testing.assert_allclose(after.gradient(name), before.gradient(name), rtol=1e-12)


def test_other_numbers_keep_the_graph_and_other_sizes_make_it_anew(lstm: Document) -> None:
    opened = lstm.with_opened(["h"])
    graph = opened.graph
    assert opened.with_values({"w": numbers(1, 12, 2) + 1}).graph is graph
    longer = opened.with_values({"x": numbers(5, 1, 2)})
    assert cells(longer) == 5
    assert run(longer).value("L").shape == ()


def test_what_is_no_longer_there_or_does_not_run_stays_closed(lstm: Document) -> None:
    opened = lstm.with_opened(["h", "nothing"])
    assert cells(opened) == 3
    assert cells(opened.with_program("h = x")) == 0
    broken = opened.with_program("z = w @ r\n" + PROGRAM)
    assert cells(broken) == 0


def test_a_part_knows_the_node_that_it_belongs_to(lstm: Document) -> None:
    opened = lstm.with_opened(["h"])
    for part in ("h.LSTM/t=1/i", "h.LSTM/t=1", "h.LSTM", "h"):
        assert opened.opened_around(part) == "h"
    assert opened.opened_around("L") == opened.opened_around("x") == ""
    assert lstm.opened_around("h") == ""
