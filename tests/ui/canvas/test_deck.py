"""Cards as arrays: the same as one by one, made for all nodes once, whatever is collapsed."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import Document, run
from graph_explorer.ui.canvas.arranging import Wanted
from graph_explorer.ui.canvas.cards import NARROWEST, WIDEST, Kind, Style, text_width, text_widths
from graph_explorer.ui.canvas.hand import Bundles, Hand


def test_widths_of_many_texts_are_those_of_each(qapp: object) -> None:
    texts = ["", "z", "h:cell", "a long name with spaces", "Σ 3/4", ""]
    widths = text_widths(texts, Style.NAME)
    assert widths == pytest.approx([text_width(text, Style.NAME) for text in texts])
    assert text_widths([], Style.NAME).shape == (0,)


@pytest.mark.parametrize("name", ["neuron", "fan_out", "grouped"])
def test_cards_say_what_nodes_are(qapp: object, name: str, request: pytest.FixtureRequest) -> None:
    document: Document = request.getfixturevalue(name)
    trace = run(document)
    deck = Wanted(document, trace, frozenset()).deck()
    for place, node in enumerate(document.graph.nodes):
        card = deck.card(place)
        assert (card.id, card.node, card.group) == (node.id, place, node.group)
        assert card.result == trace.plan.number[node.id]
        assert card.sizes == trace.value(node.id).shape
        assert (card.width, card.height) == tuple(deck.sizes[place])
        if card.kind is not Kind.CONSTANT:
            assert NARROWEST <= card.width <= WIDEST
            assert card.rows[1] + card.rows[2] * (card.count - 1) <= card.height
    edges = [
        (trace.plan.inputs[target][slot])
        for target, slot in zip(deck.wiring.target, deck.wiring.slot, strict=True)
    ]
    assert deck.edge_values.tolist() == edges


def test_a_group_shows_what_leaves_it(qapp: object, grouped: Document) -> None:
    trace = run(grouped)
    deck = Wanted(grouped, trace, frozenset()).deck()
    shut = frozenset({"h:cell", "h:cell/s:scale"})
    groups = Bundles(deck, shut, {"h:cell": "one step"}, {"h:cell": 20})
    assert groups.paths == ("h:cell",), "what is inside a closed group is not drawn"
    inner = ("h:cell", "h:cell/s:scale")
    ids = (*(node.id for node in grouped.graph if node.group not in inner), "h:cell")
    hand = Hand(deck, groups, ids)
    card = hand[len(ids) - 1]
    assert card.kind is Kind.GROUP
    assert {grouped.graph.nodes[k].group.split("/")[0] for k in card.members} == {"h:cell"}
    uses = {name: {use.node for use in grouped.graph.uses(name)} for name in grouped.graph.values}
    inside = {grouped.graph.nodes[k].id for k in card.members}
    assert uses[grouped.graph.values[card.result]] - inside, "its result is used outside"
    assert (card.caption, card.repeats) == ("one step", 20)
    assert hand.showing(next(iter(inside))) == len(ids) - 1
    np.testing.assert_array_equal(hand.kinds, [one.kind for one in hand])
    np.testing.assert_array_equal(hand.results, [one.result for one in hand])


def test_unknown_shapes_have_room_for_a_picture(qapp: object, grouped: Document) -> None:
    before = Wanted(grouped, None, frozenset()).deck()
    after = Wanted(grouped, run(grouped), frozenset()).deck()
    total = grouped.graph.index("L")
    assert before.card(total).sizes is None
    assert (before.sizes[total] >= after.sizes[total]).all()
    assert before.key != after.key
    assert after.key == Wanted(grouped, run(grouped), frozenset()).deck().key


@pytest.mark.parametrize("name", ["neuron", "fan_out"])
def test_cards_of_numbers_have_their_sizes_before_the_first_run(
    qapp: object, name: str, request: pytest.FixtureRequest
) -> None:
    document: Document = request.getfixturevalue(name)
    before = Wanted(document, None, frozenset()).deck()
    after = Wanted(document, run(document), frozenset()).deck()
    assert before.key == after.key, "nothing moves when the graph is edited once it has been run"
