"""Changes of a program's text: only what is meant changes, letters of several bytes and comments included."""

from __future__ import annotations

import ast

from graph_explorer.engine.program import read
from graph_explorer.remedies.text import Change, before, behind, changed, renamed, spots, stands_at


def calls(text: str) -> list[ast.Call]:
    return [spot.node for spot in spots(text) if isinstance(spot.node, ast.Call)]


def test_a_call_gets_another_name_wherever_it_stands() -> None:
    text = "é = 'tanh(x)'; a = tanh( tanh(x) )  # tanh(x)\nb = x.tanh()\n"
    made = changed(text, [renamed(call, "relu") for call in calls(text)])
    assert made == "é = 'tanh(x)'; a = relu( relu(x) )  # tanh(x)\nb = x.relu()\n"


def test_comments_stay_in_their_column_where_there_is_room() -> None:
    text = "a = sigmoid(x)      # the first\nlong = tanh(x)  # the second\nc = x   # '#' is text\n"
    made = changed(text, [renamed(call, "leaky_relu") for call in calls(text)])
    assert made.splitlines() == [
        "a = leaky_relu(x)   # the first",
        "long = leaky_relu(x)  # the second",
        "c = x   # '#' is text",
    ]
    assert changed(made, [renamed(call, "exp") for call in calls(made)]).splitlines()[0] == (
        "a = exp(x)          # the first"
    )


def test_texts_are_put_before_and_behind_an_expression() -> None:
    text = "y = tanh(µ*x)\r\nz = y\r\n"
    argument = calls(text)[0].args[0]
    made = changed(text, [before(argument, "f("), behind(argument, ", 1)")])
    assert made == "y = tanh(f(µ*x, 1))\r\nz = y\r\n"
    assert changed(text, [Change((2, 0), (2, 1), "w")]) == "y = tanh(µ*x)\r\nw = y\r\n"


def test_spots_know_what_is_around_them() -> None:
    text = (
        "def f(x):\n    for i in range(2):\n        x = tanh(x)\n    y = x\n    return sigmoid(y)\nz = f(a)\n"
    )
    found = {ast.unparse(spot.node): spot for spot in spots(text) if isinstance(spot.node, ast.Call)}
    loop = found["tanh(x)"].loop
    assert loop is not None
    assert loop.lineno == 2
    assert found["sigmoid(y)"].loop is None
    assert isinstance(found["sigmoid(y)"].statement, ast.Return)
    assert [type(one) for one in found["tanh(x)"].around] == [ast.FunctionDef, ast.For, ast.Assign]


def test_nodes_are_found_where_they_are_written() -> None:
    text = "π_sum = tanh(ξ) + tanh(ξ)\n"
    graph = read(text, ["ξ"]).graph
    lines = text.encode().splitlines()
    for call in calls(text):
        assert len([node for node in graph if stands_at(call, node.place, lines)]) == 1
    assert not stands_at(calls(text)[0], None, lines)
