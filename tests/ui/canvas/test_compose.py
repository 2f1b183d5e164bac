"""What is written on cards: blank while unknown, sums marked while they grow."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import Document, parse, run
from graph_explorer.ui.canvas.arranging import Wanted, make_scene
from graph_explorer.ui.canvas.cards import PADDING, WIDEST, Kind, Style, card_sizes, text_width
from graph_explorer.ui.canvas.compose import compose, compose_far
from graph_explorer.ui.canvas.stage import Stage
from graph_explorer.ui.canvas.wording import complete, held

pytestmark = pytest.mark.usefixtures("qapp")


def on_stage(document: Document, collapsed: frozenset[str] = frozenset()) -> Stage:
    trace = run(document, partial=True)
    return Stage(make_scene(Wanted(document, trace, collapsed, "down")), trace)


def texts(stage: Stage, name: str, time: int) -> list[str]:
    """What is written on a card at a time."""
    stage.show(stage.trace, time)
    return [text.text for text in drawing(stage, name).texts]


def drawing(stage: Stage, name: str):  # type: ignore[no-untyped-def]
    place = stage.scene.place(name)
    known = stage.moment.progress.stages(stage.moment.time, np.array([place]))
    return compose(stage.scene.cards[place], stage.moment, int(known[0]))


def test_nothing_is_written_before_it_is_known(neuron: Document) -> None:
    stage = on_stage(neuron)
    trace = stage.trace
    assert texts(stage, "z", 0) == ["+", "z", "the weighted sum"]
    assert texts(stage, "z", trace.forward_length) == ["+", "z", "the weighted sum", "=", "0.4"]
    assert texts(stage, "z", trace.length)[-2:] == ["∂", "−0.09642"]
    for time in range(trace.length):
        written = texts(stage, "w", time)
        assert ("∂" in written) == trace.has_gradient("w", time), "blank, and never 0, until it is reached"


def test_a_gradient_that_is_zero_reads_zero() -> None:
    stage = on_stage(parse("L = relu(w*x)", {"x": 1.0}, {"w": -2.0}))
    assert texts(stage, "w", stage.trace.length)[-2:] == ["∂", "0"]


def test_a_partial_sum_says_how_much_of_it_is_there(fan_out: Document) -> None:
    stage = on_stage(fan_out)
    trace = stage.trace
    terms = [trace.time_of(term) + 1 for term in trace.terms("a")]
    assert len(terms) == 3
    marks = [[text for text in texts(stage, "a", time) if text.startswith("Σ")] for time in terms]
    assert marks == [["Σ 1/3"], ["Σ 2/3"], []]
    sums = [texts(stage, "a", time)[texts(stage, "a", time).index("∂") + 1] for time in terms]
    assert sums[-1] == f"{np.e + 2 + 3:.4g}"
    assert len(set(sums)) == 3


def test_constants_are_pills_with_their_number(neuron: Document) -> None:
    stage = on_stage(neuron)
    card = stage.scene.cards[stage.scene.place("L.const2")]
    assert card.kind is Kind.CONSTANT
    assert card.height < 30
    assert texts(stage, "L.const2", 0) == ["0.5"]


def test_leaves_and_output_have_kinds_of_their_own(neuron: Document) -> None:
    scene = on_stage(neuron).scene
    kinds = {name: scene.cards[scene.place(name)].kind for name in ("x", "w", "a", "L")}
    assert kinds == {"x": Kind.INPUT, "w": Kind.PARAMETER, "a": Kind.OPERATION, "L": Kind.OUTPUT}


def test_operations_are_written_as_in_a_textbook(neuron: Document) -> None:
    scene = on_stage(neuron).scene
    signs = {card.id: card.sign for card in scene.cards if card.sign}
    assert signs == {"z.mul": "×", "z": "+", "a": "σ", "L.sub": "−", "L.pow": "x²", "L": "×"}
    assert compose_far(scene.cards[scene.place("a")]).text == "σ"
    assert compose_far(scene.cards[scene.place("w")]).text == "w"


def test_arrays_show_shape_and_picture() -> None:
    stage = on_stage(parse("L = sum(tanh(W))", {}, {"W": np.ones((4, 5))}))
    stage.show(stage.trace, stage.trace.length)
    found = drawing(stage, "W")
    assert [thumb.role for thumb in found.thumbs] == ["value", "gradient"]
    written = [text.text for text in found.texts]
    assert "4×5" in written
    assert f"norm {np.sqrt(20) / np.cosh(1) ** 2:.4g}" in written


def test_a_few_entries_are_written_out(grouped: Document) -> None:
    stage = on_stage(grouped)
    assert texts(stage, "w", 0) == ["w", "=", "[0.8, 2]"]
    stage = on_stage(parse("L = sum(x*w)", {"x": [[1.0]]}, {"w": [[-2.5]]}))
    assert texts(stage, "w", stage.trace.length)[1:] == ["=", "[[−2.5]]", "∂", "[[1]]"]
    empty = on_stage(parse("L = sum(w)", {}, {"w": np.zeros((0,))}))
    assert texts(empty, "w", 0) == ["w", "=", "[]"]


def test_every_text_fits_into_its_card() -> None:
    values = {"a": -1.23456e-12, "b": np.full(3, -1.234567e-123), "c": -np.ones((3, 7)) * 1.2345e-100}
    document = parse("L = sum(a*b) + sum(c)*1e200 + sum(b)*a + sum(b)", {}, values)
    stage = on_stage(document)
    for time in range(stage.trace.length + 1):
        stage.show(stage.trace, time)
        for card in stage.scene.cards:
            for text in drawing(stage, card.id).texts:
                right = text.x + text_width(text.text, text.style)
                assert right <= card.width + 0.5, (card.id, text.text)
                assert 0 <= text.y <= card.height - 10


def test_a_collapsed_group_shows_count_progress_and_result(grouped: Document) -> None:
    stage = on_stage(grouped, frozenset({"h:cell"}))
    trace = stage.trace
    inside = [node.id for node in trace.graph if node.group.split("/")[0] == "h:cell"]
    assert f"{len(inside)} nodes" in texts(stage, "h:cell", 0)
    for time in (trace.forward_length, trace.length - 4, trace.length):
        done = sum(trace.is_complete(name, time) for name in inside)
        assert f"∂ {done}/{len(inside)}" in texts(stage, "h:cell", time)
    assert "one step" in texts(stage, "h:cell", 0)


def test_where_numbers_stop_being_finite_is_marked_there_only() -> None:
    document = parse("u = x - w\nv = log(u)\nL = v*2", {"x": 1.0}, {"w": 2.0})
    stage = on_stage(document)
    stage.show(stage.trace, stage.trace.forward_length)
    troubled = [card.id for card in stage.scene.cards if drawing(stage, card.id).troubled]
    assert troubled == ["v"]
    stage.show(stage.trace, 1)
    assert not drawing(stage, "v").troubled, "not known yet"


def test_a_node_that_fails_says_so() -> None:
    document = parse("h = x + b\nL = sum(h)", {"x": [1.0, 2.0]}, {"b": [1.0, 2.0, 3.0]})
    stage = on_stage(document)
    assert stage.moment.failed == "h"
    assert "failed" in texts(stage, "h", 0)
    assert stage.moment.never_computed(stage.scene.cards[stage.scene.place("L")])


def test_cards_keep_their_size_when_numbers_change(neuron: Document) -> None:
    boxes = [on_stage(neuron.with_values({"w": w})).scene.boxes for w in (0.4, -123456.789, 1e-30)]
    np.testing.assert_array_equal(boxes[0], boxes[1])
    np.testing.assert_array_equal(boxes[0], boxes[2])


def test_an_operation_that_stops_every_gradient_says_so() -> None:
    stage = on_stage(parse("m = x > 0\nL = sum(where(m, x, 0.5))", {}, {"x": [1.0, -1.0]}))
    for time in (0, stage.trace.length):
        assert "no ∂" in texts(stage, "m", time)
        assert not any("no ∂" in texts(stage, name, time) for name in ("x", "L"))


@pytest.mark.parametrize("count", [1, 9_999, 1_000_000])
def test_count_and_progress_of_a_group_stand_apart(count: int) -> None:
    """However short its name is."""
    room = text_width(held(count), Style.CAPTION) + text_width(complete(count, count), Style.MARK)
    (width, _), *_ = card_sizes(
        ["g"], np.zeros(1), np.zeros(1), [()], np.zeros(1, int), np.zeros(1, int), 2, np.array([room + 10])
    ).tolist()
    assert width >= min(WIDEST, room + 2 * PADDING + 10)


def test_a_group_is_as_wide_as_what_it_says() -> None:
    lines = "".join("    h = tanh(h)\n" for _ in range(1200))
    stage = on_stage(parse(f"def g(h):\n{lines}    return h\nL = g(x)", {"x": 1.0}), frozenset({"L:g"}))
    (nodes,), (progress,) = (
        [text for text in drawing(stage, "L:g").texts if sign in text.text] for sign in ("nodes", "/")
    )
    assert nodes.text == "1\u2009200 nodes"
    assert progress.text == "∂ 0/1\u2009200"
    assert nodes.x + text_width(nodes.text, nodes.style) < progress.x
