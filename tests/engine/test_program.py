"""The program language: what each form becomes, which ids it gets, and how mistakes are told."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_explorer.document import parse, run
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.program import Program, read


def value(program: str, **parameters: object) -> np.ndarray:
    """The output of a program over the given parameters."""
    trace = run(parse(program, parameters=parameters))
    return trace.value(trace.output)


def ops(program: Program) -> dict[str, str]:
    return {node.id: node.op for node in program.graph if not node.is_leaf}


X = np.arange(6.0).reshape(2, 3) + 1

FORMS = [
    ("L = x + 1", X + 1),
    ("L = -x", -X),
    ("L = +x", X),
    ("L = x - 2*x/4", X - 2 * X / 4),
    ("L = x**2**0.5", X ** (2**0.5)),
    ("L = x @ x.T", X @ X.T),
    ("L = x % 2", X % 2),
    ("L = x[0]", X[0]),
    ("L = x[-1]", X[-1]),
    ("L = x[1, 2]", X[1, 2]),
    ("L = x[:, 1]", X[:, 1]),
    ("L = x[..., -1]", X[..., -1]),
    ("L = x[:, ::-1]", X[:, ::-1]),
    ("L = x[None, 1:, :2]", X[None, 1:, :2]),
    ("L = x[:1, 1:3]", X[:1, 1:3]),
    ("L = x.sum(axis=0)", X.sum(axis=0)),
    ("L = x.reshape(3, 2).T", X.reshape(3, 2).T),
    ("L = sum(x, axis=1, keepdims=True)", X.sum(axis=1, keepdims=True)),
    ("L = where(x > 3, x, 0)", np.where(X > 3, X, 0)),
    ("L = x * (x >= 2)", X * (X >= 2)),
    ("a, b = x, 2*x\nL = a*b", X * 2 * X),
    ("a, b, c = split(x, 3, axis=1)\nL = a*b - c", X[:, :1] * X[:, 1:2] - X[:, 2:]),
    ("a = b = 2*x\nL = a*b", 4 * X * X),
    ("h = x\nh += 1\nh *= 2\nh -= x\nh /= 4\nh **= 2\nL = h", (((X + 1) * 2 - X) / 4) ** 2),
    ("h = x\nh @= [[1.0], [2.0], [3.0]]\nL = h", X @ np.array([[1.0], [2.0], [3.0]])),
    ("L = x * [1, 2, 3]", X * [1, 2, 3]),
    ("L = 2*pi*x", 2 * np.pi * X),
    ("n = 3\nL = x**n", X**3),
    ("h = x\nfor t in range(3):\n    h = h*2 + t\nL = h", ((X * 2) * 2 + 1) * 2 + 2),
    ("h = x\nfor t in range(4, 0, -2):\n    h = h*t\nL = h", X * 8),
    ("def f(a, k=2):\n    b = a*k\n    return b + 1\nL = f(x) + f(x, k=3)", X * 2 + 1 + X * 3 + 1),
    ("def f(a):\n    return a, 2*a\nu, v = f(x)\nL = u*v", 2 * X * X),
    ("r = [x, 2*x]\nL = r[0]*r[1]", 2 * X * X),
    ("L = maximum(x, 3)", np.maximum(X, 3)),
    ("L = x ; M = 2*x", 2 * X),
    ('"""What it is for."""\nL = 3*x', 3 * X),
]


@pytest.mark.parametrize(("program", "expected"), FORMS, ids=[program for program, _ in FORMS])
def test_a_form_means_what_numpy_makes_of_it(program: str, expected: np.ndarray) -> None:
    np.testing.assert_allclose(value(program, x=X), expected, rtol=1e-14)


def test_names_are_ids() -> None:
    program = read("z = w*x + b\na = sigmoid(z)\nL = 0.5*(y - a)**2", ["x", "y"], ["w", "b"])
    found = ops(program)
    assert found["z"] == "Add"
    assert found["a"] == "Sigmoid"
    assert found["L"] == "Mul"
    assert program.output == "L"
    assert {node.id: node.op for node in program.graph.leaves("input", "parameter")} == {
        "x": "input", "y": "input", "w": "parameter", "b": "parameter",
    }  # fmt: skip


def test_a_name_assigned_again_counts_up_and_the_last_keeps_the_name() -> None:
    program = read("h = 2*x\nh = h + 1\nh = h*h", [], ["x"])
    assert ops(program) == {"h.1": "Mul", "h.2": "Add", "h": "Mul"}


def test_another_name_of_a_leaf_is_an_alias() -> None:
    program = read("h = x\nL = h*h", [], ["x"])
    assert program.graph.resolve("h") == "x"


def test_a_comment_is_the_caption_of_its_line() -> None:
    program = read("# nothing\nz = w*x  # the weighted input\nL = z*z", ["x"], ["w"])
    assert program.graph.node("z").caption == "the weighted input"
    assert program.graph.node("L").caption == ""


def test_places_are_those_of_the_text() -> None:
    program = read("z = w*x\nL = z + w*z", ["x"], ["w"])
    place = next(n.place for n in program.graph if n.op == "Mul" and n.id not in ("z",))
    assert place is not None
    assert (place.line, place.column, place.end_column) == (2, 9, 12)


def test_calls_are_groups_that_nest() -> None:
    text = """
def cell(h):  # one cell
    return tanh(h)
def block(h):
    u = cell(h)
    return u*2
for t in range(2):
    s = block(x)
L = block(s)
"""
    program = read(text, [], ["x"])
    groups = program.graph.groups
    assert "t=0" in groups
    assert "t=1/s:block/u:cell" in groups
    assert "L:block/u:cell" in groups
    assert program.captions["L:block/u:cell"] == "one cell"
    grouped = {node.group for node in program.graph}
    assert {"t=0/s:block", "t=0/s:block/u:cell", "L:block"} <= grouped


def test_detach_passes_the_value_and_no_gradient() -> None:
    program = read("L = x * detach(x)", [], ["x"])
    assert len(program.detached) == 1
    trace = run(parse("L = x * detach(x)", parameters={"x": 3.0}))
    assert trace.value("L") == 9
    assert trace.gradient("x") == 3


LINES = ["a = x*2", "b = x + 1", "c = tanh(x)", "d = x**3", "e1 = exp(x) - x", "f = sigmoid(2*x) + 1"]


@settings(max_examples=60, deadline=None)
@given(st.permutations(LINES), st.integers(0, len(LINES)), st.data())
def test_ids_stay_under_unrelated_edits(lines: list[str], at: int, data: st.DataObject) -> None:
    before = read("\n".join([*lines, "L = a + c*d"]), [], ["x"])
    added = data.draw(
        st.sampled_from(["new = 3*x*x", "# a remark", "", "u, v = x, -x", "new = relu(x)*4 + 2"])
    )
    after = read("\n".join([*lines[:at], added, *lines[at:], "L = a + c*d"]), [], ["x"])

    def described(program: Program) -> dict[str, tuple[object, ...]]:
        return {node.id: (node.op, node.inputs) for node in program.graph}

    assert described(before).items() <= described(after).items()


ERRORS = [
    ("L = w*z", 1, 7, "unknown name 'z'"),
    ("weight = 2*w\nL = wieght*w", 2, 5, "did you mean 'weight'?"),
    ("L = sigmod(w)", 1, 5, "did you mean 'sigmoid'?"),
    ("L = w*", 1, 7, "not a valid program"),
    ("L = (w", 1, 5, "not a valid program"),
    ("  L = w", 1, 2, "not a valid program"),
    ("L = w\0", 1, 1, "null byte"),
    ("", 1, 1, "assigns nothing"),
    ("# only a remark", 1, 1, "assigns nothing"),
    ("w*2", 1, 1, "give it a name"),
    ("import os\nL = w", 1, 1, "'import' is not part of the language"),
    ("while w:\n    L = w", 1, 1, "not part of the language"),
    ("if w > 0:\n    L = w", 1, 1, "not part of the language"),
    ("L: float = w", 1, 1, "annotations"),
    ("L = lambda q: q", 1, 5, "not part of the language"),
    ("L = [q for q in w]", 1, 5, "not part of the language"),
    ("L = 'text' * w", 1, 5, "is not a number"),
    ("L = w if w else w", 1, 5, "not part of the language"),
    ("L = w.shape", 1, 5, "no '.shape'"),
    ("L = w.frobnicate()", 1, 5, "unknown function 'frobnicate'"),
    ("L = sum(w, axes=0)", 1, 5, "did you mean 'axis'?"),
    ("L = sum()", 1, 5, "sum()"),
    ("L = softmax(w, axis=w)", 1, 5, "must be a constant"),
    ("L = exp(*w)", 1, 5, "'*' and '**' in a call"),
    ("L = exp", 1, 5, "call it: exp(…)"),
    ("L = exp(w, w)", 1, 5, "exp() takes 1 value"),
    ("w[0] = 2\nL = w", 1, 1, "only names can be assigned to"),
    ("a, b = w\nL = a", 1, 1, "2 names but 1 value"),
    ("a, b = w, w, w\nL = a", 1, 1, "2 names but 3 values"),
    ("L = w[1.5]", 1, 7, "an index is"),
    ("L = w[..., ...]", 1, 5, "only once"),
    ("L = w[::0]", 1, 5, "cannot be 0"),
    ("L = w // w", 1, 5, "join values of the graph"),
    ("L = w * (1 // 0)", 1, 10, "division of constants by zero"),
    ("L = ~w", 1, 5, "'~'"),
    ("L = w < w < w", 1, 5, "compare two values"),
    ("L = w != w", 1, 5, "compare two values"),
    ("for t in w:\n    L = w", 1, 10, "range(…)"),
    ("for t in range(w):\n    L = w", 1, 10, "whole constants"),
    ("for t in range(0, 9, 0):\n    L = w", 1, 10, "cannot be 0"),
    ("for t in range(10**9):\n    L = w", 1, 1, "turns of loops"),
    ("for a, b in range(3):\n    L = w", 1, 1, "for name in range"),
    ("return w", 1, 1, "end of a function"),
    ("def f(q):\n    return f(q)\nL = f(w)", 2, 12, "calls itself"),
    ("def f(q):\n    r = q\nL = f(w)", 2, 5, "must end with 'return …'"),
    ("def f(q):\n    return q\nL = f()", 3, 5, "argument 'q' is missing"),
    ("def f(q):\n    return q\nL = f(w, w)", 3, 5, "2 arguments"),
    ("def f(quota):\n    return quota\nL = f(qouta=w)", 3, 5, "did you mean 'quota'?"),
    ("def f(*q):\n    return q\nL = f(w)", 1, 1, "without *"),
    ("def f(q):\n    return z\nL = f(w)", 2, 12, "unknown name 'z'"),
    ("@w\ndef f(q):\n    return q\nL = f(w)", 1, 2, "decorators"),
    ("L = w + 2j", 1, 9, "is not a number"),
    ("L = w + [[1, 2], [3]]", 1, 5, "rows of equal length"),
    ("L = w + None", 1, 5, "Add needs a value as its input"),
    ("L = -None", 1, 5, "Neg needs a value as its input"),
    ("L = concat([w, None])", 1, 5, "None is none"),
    ("L = matmul(w, None)", 1, 5, "MatMul needs a value as its input"),
    ("L = concat(w)", 1, 5, "it is called as concat(values, axis=0)"),
    ("L = tile(w, 2.5)", 1, 5, "tile()"),
    ("a, b = split(w, 1.5)\nL = a", 1, 8, "a whole number from 1"),
    ("a, b = split(w, 10**12)\nL = a", 1, 8, "at most 10,000 parts"),
    ("größe = 2*w\nL = größe*q", 2, 11, "unknown name 'q'"),
    ("L = conv2d(w)", 1, 5, "conv2d()"),
    ("L = astype(w, 'complex')", 1, 5, "unknown type 'complex'"),
    ("class A:\n    pass", 1, 1, "'class' is not part of the language"),
    ("del w", 1, 1, "not part of the language"),
    ("L = (" * 80 + "w" + ")" * 80, 1, 0, "not a valid program"),
    ("L = " + "-" * 3000 + "w", 1, 0, "nested too deeply"),
]


@pytest.mark.parametrize(("text", "line", "column", "says"), ERRORS, ids=[repr(e[0][:40]) for e in ERRORS])
def test_a_mistake_is_told_with_its_place(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text, [], ["w"])
    assert says in str(caught.value)
    assert caught.value.line == line
    assert caught.value.column == column or not column


def test_a_leaf_must_be_a_name() -> None:
    with pytest.raises(InputError, match="letters, digits and _"):
        read("L = 1", ["1x"])


def test_huge_programs_are_refused_while_they_grow() -> None:
    nested = "for a in range(99999):\n    for b in range(99999):\n        L = w"
    grown = "for a in range(99999):\n    L = w*w + w*w\n"
    functions = "def f0(q):\n    return q*q\n" + "".join(
        f"def f{k}(q):\n    return f{k - 1}(q) + f{k - 1}(q)\n" for k in range(1, 40)
    )
    for text, reason in (
        (nested, "more than 100,000 turns"), (grown, "more than 200,000 nodes"),
        (functions + "L = f39(w)", "more than 200,000 nodes"), ("L = w*" + "9" * 5000, "too many digits"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=reason):
            read(text, [], ["w"])
    assert len(read("L = w * 9**9**9**9", [], ["w"]).graph.nodes) == 3


WORDS = st.sampled_from(
    ["w", "x", "L", "=", "+=", "*", "+", "-", "/", "@", "**", "(", ")", "[", "]", ",", ":", "\n", "    ",
     "for", "t", "in", "range", "def", "return", "exp", "sum", "axis", "split", "1", "2.5", "0", "None",
     "...", "if", "lambda", ".", "T", "#", "\\", "\t", "e", "{", "%", "not", "<", ">", "True", "stack",
     "concat", "reshape", "conv2d", "einsum", "pad", "take", "where"]
)  # fmt: skip
#: Lines of which a text is often a program.
LINES = st.sampled_from(
    ["L = w*x", "y = exp(w)", "w = y + 1", "def f(a):\n    return a*w", "L = f(x)", "x += sum(w)",
     "for t in range(2):\n    x = f(x)", "a, b = split(w, 2)", "L = y[0]", "with group(\"g\"):\n    y = x"]
)  # fmt: skip


@settings(max_examples=400, deadline=5000)
@given(
    st.one_of(
        st.text(max_size=80), st.lists(WORDS, max_size=30).map(" ".join), st.lists(WORDS).map("".join),
        st.lists(LINES, max_size=6).map("\n".join),
    )
)  # fmt: skip
def test_any_text_is_read_or_refused(text: str) -> None:
    error = None
    try:
        program = read(text, ["x"], ["w"])
    except InputError as found:
        error = found
    if error is None:
        assert program.output in program.graph
    else:
        assert (error.line >= 1, error.column >= 1) == (True, True)


def test_groups_by_name() -> None:
    program = read('with group("a/b"):  # why\n    h = exp(w)\n    y = h + 1\nL = y * h\n', [], ["w"])
    assert {name: program.graph.node(name).group for name in "whyL"} == {
        "w": "",
        "h": "a/b",
        "y": "a/b",
        "L": "",
    }
    assert program.captions == {"a/b": "why"}


def test_operators_by_their_own_names() -> None:
    text = (
        "y, places = TopK(x, k=[2], axis=0)\nz = Clip(y, None, 1.0)\nL = ReduceSum(z, axes=[0], keepdims=0)\n"
    )
    graph = read(text, [], ["x"]).graph
    assert graph.node("y").outputs == ("y", "places")
    assert graph.node("z").inputs[1] == ""
    assert graph.node("L").attributes == {"axes": (0,), "keepdims": 0}


def test_as_many_outputs_as_names() -> None:
    for names, count in (("y,", 1), ("y, h", 2), ("y, h, c", 3)):
        graph = read(f"{names} = LSTM(x, w, r)\nL = y + 1\n", ["x"], ["w", "r"]).graph
        assert len(graph.node("y").outputs) == count
    parts = read("a, b, c = Split(x, axis=0)\nL = a + b + c\n", [], ["x"]).graph.node("a")
    assert parts.attributes["num_outputs"] == 3


def test_constants_with_a_type() -> None:
    program = read('k = constant([1, 2], dtype="int64")\nL = x + k\n', [], ["x"])
    assert program.constants["k"].dtype == np.int64
    assert program.constants["k"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a, b = Relu(x)", "Relu() has 1 output; 2 names are given"),
        ('k = constant(1, dtype="int46")', "unknown dtype 'int46'; did you mean 'int64'?"),
        ("k = constant(x)", "constant(): 'value' must be a constant"),
        ("with open('f'):\n    y = x", "a group is written"),
        ('with group("a//b"):\n    y = x', "a group is written"),
        ('with group("a") as b:\n    y = x', "a group is written"),
    ],
)
def test_mistakes_with_groups_constants_and_outputs(text: str, says: str) -> None:
    with pytest.raises(InputError, match=re.escape(says)):
        read(text, [], ["x"])


def test_an_array_as_attribute_has_the_type_of_the_program() -> None:
    graph = read("y = ConstantOfShape(shape=[2], value=[1.5])\nL = y * w\n", [], ["w"], np.float32).graph
    assert graph.node("y").attributes["value"].dtype == np.float32
