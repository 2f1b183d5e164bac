"""How long a layout takes: networks of up to a million nodes, awkward graphs, one group opened.

    python -m pytest tests/speed/test_layout_speed.py --benchmark-only --benchmark-columns=min,median,max

The extra column `ratio` is the time for twice the graph over that for the graph, both measured in
turn in one process, as CPU time, the least of several: 2 is linear. `plans` counts the pieces that
were laid out; equal ones are laid out once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import process_time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from graph_explorer.layout import Layout, Wiring, arrange
from tests.layout import models

Make = Callable[[int], Wiring]

nested = partial(models.residual, group=models.nested)


def band(count: int) -> Wiring:
    return models.band(count, count * 19 // 10)


NETWORKS: list[tuple[str, Make, int]] = [
    *((f"residual {count}", models.residual, count) for count in (1_000, 5_000, 10_000, 50_000, 100_000)),
    *((f"nested {count}", nested, count) for count in (10_000, 50_000)),
    *((f"hub {count}", models.hub, count) for count in (1_000, 5_000, 10_000)),
    ("mask 10000", models.masked, 10_000),
    ("band 10000", band, 10_000),
    ("doubled 100", models.doubled, 100),
    ("chain 50000", models.chain, 50_000),
    ("mixed 2914", models.mixed, 2_914),
    ("mixed 8401", models.mixed, 8_401),
]


def _laid_out(wiring: Wiring) -> Layout:
    return arrange(wiring, models.sizes_of(wiring))


def _seconds(wiring: Wiring) -> float:
    start = process_time()
    _laid_out(wiring)
    return process_time() - start


def _ratio(make: Make, count: int) -> float:
    """How many times as long twice the graph takes."""
    once, twice = make(count), make(2 * count)
    times = [(_seconds(once), _seconds(twice)) for _ in range(3)]
    return min(two for _, two in times) / min(one for one, _ in times)


@pytest.mark.parametrize(
    ("make", "count"), [case[1:] for case in NETWORKS], ids=[case[0] for case in NETWORKS]
)
def test_layout(benchmark: BenchmarkFixture, make: Make, count: int) -> None:
    wiring = make(count)
    layout = benchmark.pedantic(_laid_out, (wiring,), rounds=3, warmup_rounds=1)
    assert len(layout.ids) == len(wiring)
    benchmark.extra_info["plans"] = len(layout.plans)
    benchmark.extra_info["ratio"] = ratio = round(_ratio(make, count), 2)
    assert ratio < 3.5, "about linear"


@pytest.mark.parametrize("make", [models.residual, nested], ids=["flat", "nested"])
def test_layout_of_a_million(benchmark: BenchmarkFixture, make: Make) -> None:
    wiring = make(1_000_000)
    layout = benchmark.pedantic(_laid_out, (wiring,), rounds=1)
    assert len(layout.ids) == len(wiring)


@pytest.mark.parametrize("path", ["stage0/layer0/block0", "stage14/layer142/block714", "stage14"])
def test_opening_a_group(benchmark: BenchmarkFixture, path: str) -> None:
    """One group of an all-open model of 10 000 nodes in 1 700 groups is closed and opened in turn."""
    wiring = nested(10_000)
    sizes = models.sizes_of(wiring)
    layout = arrange(wiring, sizes)

    def turn() -> None:
        nonlocal layout
        shut = frozenset() if path not in layout.groups else frozenset({path})
        layout = arrange(wiring, sizes, collapsed=shut, previous=layout)

    benchmark.pedantic(turn, rounds=20, warmup_rounds=2)
    assert len(layout.groups) > 1_600


def test_an_operation_more(benchmark: BenchmarkFixture) -> None:
    """A model of 10 000 nodes without groups gets one more operation at its end."""
    one, more = models.residual(10_000), models.residual(10_001)
    before = _laid_out(one)
    benchmark.pedantic(partial(arrange, more, models.sizes_of(more), previous=before), rounds=10)
