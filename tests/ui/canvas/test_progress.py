"""When things become known: the arrays say the same as the trace, and changes miss nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from graph_explorer.document import Document, run
from graph_explorer.engine.trace import Trace
from graph_explorer.ui.canvas.arranging import Wanted, make_scene
from graph_explorer.ui.canvas.moment import Moment, Sums
from graph_explorer.ui.canvas.progress import BLANK, COMPLETE, PARTIAL, VALUE, Progress
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.canvas.stage import Stage

DOCUMENTS = ("neuron", "fan_out", "grouped")


def staged(document: Document, collapsed: frozenset[str] = frozenset()) -> tuple[Trace, Scene, Progress]:
    trace = run(document, partial=True)
    scene = make_scene(Wanted(document, trace, collapsed, "down"))
    return trace, scene, Progress(trace, scene)


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest) -> Document:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@pytest.mark.usefixtures("qapp")
def test_stages_are_what_the_trace_knows(document: Document) -> None:
    trace, scene, progress = staged(document)
    for time in range(trace.length + 1):
        stages = progress.stages(time, np.arange(len(scene)))
        for card, stage in zip(scene.cards, stages.tolist(), strict=True):
            if trace.is_complete(card.id, time):
                expected = COMPLETE
            elif trace.has_gradient(card.id, time):
                expected = PARTIAL
            else:
                expected = VALUE if trace.has_value(card.id, time) else BLANK
            assert stage == expected, (card.id, time)


@pytest.mark.usefixtures("qapp")
def test_lines_are_followed_when_their_pull_has_happened(document: Document) -> None:
    trace, scene, progress = staged(document)
    for position, (node, index) in enumerate(trace.plan.pulls):
        line = scene.layout.line_of(trace.graph.nodes[node].id, index)
        assert progress.followed[line] == trace.forward_length + 2 + position
    followed = np.count_nonzero(progress.followed <= trace.length)
    assert followed == len(trace.plan.pulls)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("collapsed", [frozenset(), frozenset({"h:cell"})])
def test_changes_hold_every_card_that_looks_different(grouped: Document, collapsed: frozenset[str]) -> None:
    trace, scene, progress = staged(grouped, collapsed)
    looks = []
    for time in range(trace.length + 1):
        stages = progress.stages(time, np.arange(len(scene)))
        looks.append(
            [
                (
                    stage,
                    progress.terms(card, time),
                    progress.group_gradients(card, time) if card.members else None,
                )
                for card, stage in zip(scene.cards, stages.tolist(), strict=True)
            ]
        )
    for before in range(trace.length + 1):
        for now in range(trace.length + 1):
            different = {k for k in range(len(scene)) if looks[before][k] != looks[now][k]}
            assert different <= set(progress.changes(before, now).cards.tolist()), (before, now)


@pytest.mark.usefixtures("qapp")
def test_one_step_changes_a_few_cards_whatever_the_size(neuron: Document) -> None:
    trace, _, progress = staged(neuron)
    for time in range(trace.length):
        changes = progress.changes(time, time + 1)
        assert len(changes.cards) == 1
        assert len(changes.lines) <= 1


@pytest.mark.usefixtures("qapp")
def test_sums_so_far_are_those_of_the_trace(fan_out: Document, grouped: Document) -> None:
    for document in (fan_out, grouped):
        trace, scene, progress = staged(document)
        sums = Sums(trace)
        for time in [*range(trace.length + 1), *range(trace.length, -1, -1)]:
            for card in scene.cards:
                if progress.stages(time, np.array([scene.place(card.id)]))[0] == PARTIAL:
                    moment = Moment(trace, progress, time, sums)
                    found = moment.gradient(card, PARTIAL)
                    np.testing.assert_allclose(found, trace.gradient(card.id, time), rtol=1e-12)


@pytest.mark.usefixtures("qapp")
def test_the_same_times_hold_for_other_values(neuron: Document) -> None:
    trace, scene, progress = staged(neuron)
    other = run(neuron.with_values({"w": 3.0}), plan=trace.plan)
    assert progress.fits(other)
    stage = Stage(scene, trace)
    assert stage.show(other, 3) is None, "all numbers are others"
    card = scene.cards[scene.place("w")]
    assert dataclasses.replace(stage.moment, time=other.length).value(card) == 3.0
