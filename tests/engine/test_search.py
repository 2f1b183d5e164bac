"""The search: every kind of term finds what it should, and what is wrong is said in one sentence."""

from __future__ import annotations

import time

import numpy as np
import pytest

from graph_explorer.document import Document, parse, run
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.query import (
    FLAGS,
    ITSELF,
    KEYS,
    STATISTICS,
    Comparison,
    Either,
    Not,
    Property,
    Word,
    advice,
    parse_query,
)
from graph_explorer.engine.search import _COSTS, _NUMBERS, search
from graph_explorer.engine.trace import Trace

PROGRAM = """\
def layer1(h):      # the first layer
    return relu(W @ h + b)
h = layer1(x)
c = conv2d(image, K, stride=2)
t = log(z)          # of zero
big = 100*w
L = sum(h) + sum(c) + big**2 + 0*t
"""


@pytest.fixture(scope="module")
def trace() -> Trace:
    values = {"x": np.array([1.0, 2.0, 3.0]), "image": np.ones((1, 1, 6, 6)), "z": 0.0}
    learnt = {
        "W": np.array([[1.0, 0, 0], [-1.0, 0, 0]]),
        "b": np.zeros(2),
        "K": np.ones((2, 1, 2, 2)),
        "w": 0.5,
    }
    return run(parse(PROGRAM, values, learnt))


def holds(trace: Trace, query: str) -> set[str]:
    return set(search(trace, query))


FOUND = [
    ("conv", {"c"}),
    ("LAYER1 relu", {"h"}),
    ("zero", {"t"}),
    ("op:Conv", {"c"}),
    ("op:conv shape:1x2x*x3", {"c"}),
    ("op:Re*", {"h", "L:Sum", "L"}),
    ("shape:2x3", {"W"}),
    ("shape:3", {"x"}),
    ("attr:strides=2", {"c"}),
    ("attr:strides=2x2", {"c"}),
    ("attr:strides=2,1", set()),
    ("attr:strides", {"c"}),
    ("parameter", {"W", "b", "K", "w"}),
    ("input", {"x", "image", "z"}),
    ("dead", {"h"}),
    ("parameter size > 4", {"W", "K"}),
    ("parameter size >= 4", {"W", "K"}),
    ("parameter |g| > 1000", {"w"}),
    ("parameter gradient norm > 1000", {"w"}),
    ("parameter gradient > 1000", {"w"}),
    ("parameter value max = 1", {"W", "K"}),
    ("parameter zeros > 0.9", {"b"}),
    ("parameter min < -0.5", {"W"}),
    ("parameter mean = 0.5", {"w"}),
    ("parameter largest = 0.5", {"w"}),
    ('"parameter"', {"W", "b", "K", "w"}),
    ("", set()),
    ("nothing of the kind", set()),
    ("op: Conv", {"c"}),
    ("type=conv", {"c"}),
    ("shape 2x3", {"W"}),
    ("shape=[2, 3]", {"W"}),
    ("[2,3]", {"W"}),
    ("strides=[2,2]", {"c"}),
    ("strides = (2, 2)", {"c"}),
    ("STRIDES=2", {"c"}),
    ("attr: strides = 2", {"c"}),
    ("name:K", {"K"}),
    ("con* stroke", set()),
    ("c*v input", set()),
    ("re*u layer1", {"h"}),
    ("parameters size > 4", {"W", "K"}),
    ("parameter -name:w", {"b", "K"}),
    ("parameter not name:w", {"b", "K"}),
    ("parameter !name:w", {"b", "K"}),
    ("dead | op:Conv", {"h", "c"}),
    ("dead or op:Conv", {"h", "c"}),
    ("dead|op:Conv|op:Log", {"h", "c", "t"}),
    ("parameter and size > 4", {"W", "K"}),
    ("parameter |grad| > 1,000", {"w"}),
    ("parameter \N{DOUBLE VERTICAL LINE}g\N{DOUBLE VERTICAL LINE} > 1k", {"w"}),
    ("parameter gradient_norm > 1000", {"w"}),
    ("parameter norm(grad) > 1000", {"w"}),
    ("parameter norm of the gradient > 1000", {"w"}),
    ("parameter max value = 1", {"W", "K"}),
    ("parameter g > 1000", {"w"}),
    ("parameter 0.4 < value mean < 0.6", {"w"}),
    ("parameter std > 0", {"W"}),
    ("parameter zeros > 90%", {"b"}),
    ("value < 0", {"t"}),
    ("parameter -|g| > 1000", {"W", "b", "K"}),
    ('"', set()),
    ("input no gradient", {"x", "image", "z"}),
    ("input ungraded", {"x", "image", "z"}),
    ("parameter no gradient", set()),
    ("parameter zero gradient", set()),
    ("input zero value", {"z"}),
    ("unused", set()),
    ("opaque", set()),
    ("parameter dtype:float64", {"W", "b", "K", "w"}),
    ("parameter dtype:float", {"W", "b", "K", "w"}),
]


@pytest.mark.parametrize(("query", "names"), FOUND, ids=[query for query, _ in FOUND])
def test_finds(trace: Trace, query: str, names: set[str]) -> None:
    found = holds(trace, query)
    if "op:Re*" in query:
        assert {trace.graph.node(name).op for name in found} <= {"Relu", "ReduceSum"}
        assert "h" in found
        return
    assert found == names


def test_group_holds_all_inside(trace: Trace) -> None:
    path = trace.graph.groups[0]
    assert holds(trace, f"group:{path}") == {node.id for node in trace.graph if node.group == path}
    assert holds(trace, f"group:{path.upper()}") == holds(trace, f"group:{path}")


def test_infinities_and_nan_are_found(trace: Trace) -> None:
    assert "t" in holds(trace, "inf"), "the logarithm of 0"
    assert "L" in holds(trace, "nan"), "0 times infinity"
    assert "x" not in holds(trace, "nan") | holds(trace, "inf")


def test_is_in_dependency_order(trace: Trace) -> None:
    found = search(trace, "size > 0")
    assert list(found) == [node.id for node in trace.graph if node.id in set(found)]


REFUSED = [
    ("op:Cnov", "no node here is a 'Cnov'; did you mean 'Conv'?"),
    ("gruop:layer1", "unknown property 'gruop:'; did you mean 'group'?"),
    ("group:layre1", "no group here is called 'layre1'; did you mean "),
    ("gradient nrom > 3", "unknown number 'nrom'; did you mean 'norm'?"),
    ("gradient norm > much", "after '>' comes a number, as in gradient norm > 10"),
    ("gradient norm >", "after '>' comes a number, as in gradient norm > 10"),
    ("> 3", "before '>' comes what is compared, as in gradient norm > 10"),
    ("shape:2xb", "'2xb' is no shape; write it as 2x3, 64x* or scalar"),
    ("shape:", "after 'shape:' comes the shape of the value"),
    ("strdes=2", "no node here has an attribute 'strdes'; did you mean 'strides'?"),
    ("nrom = 3", "no node here has an attribute 'nrom'; did you mean 'norm'?"),
    ("dtype:flot32", "no value here is of the type 'flot32'; did you mean 'float64'?"),
    ("gradient norm >> 3", "after '>' comes a number, as in gradient norm > 10"),
    ("op:", "after 'op:' comes an operation"),
    ("attr:strdes=2", "no node here has an attribute 'strdes'; did you mean 'strides'?"),
]


@pytest.mark.parametrize(("query", "says"), REFUSED, ids=[query for query, _ in REFUSED])
def test_what_is_wrong_is_one_sentence(trace: Trace, query: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        search(trace, query)
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


def test_reads_terms() -> None:
    assert parse_query("conv gradient norm >= 1e-3 nan") == (
        Word("conv"), Comparison("gradient", "norm", ">=", 1e-3), Property("nan"),
    )  # fmt: skip
    assert parse_query("h:cell") == (Word("h:cell"),), "names may have a colon"
    assert parse_query('"nan"') == (Word("nan"),)
    assert parse_query("|g|>3") == (Comparison("gradient", "norm", ">", 3.0),)
    assert parse_query("value < -5") == (Comparison("value", ITSELF, "<", -5.0),)
    assert parse_query("3 >= g") == (Comparison("gradient", ITSELF, "<=", 3.0),)
    assert parse_query("a -b") == (Word("a"), Not(Word("b")))
    assert parse_query("a | nan") == (Either(((Word("a"),), (Property("nan"),))),)
    assert parse_query("or") == (Word("or"),), "an operation may be called so"
    assert parse_query("op:Not") == (Property("op", "Not"),)
    assert parse_query("not") == (Word("not"),)
    assert parse_query("value != nan") == (Not(Property("nan")),)
    assert parse_query("axis != 1") == (Not(Property("attr", "axis=1")),)
    assert parse_query("|") == ()
    assert parse_query("value max<3") == (Comparison("value", "max", "<", 3.0),)


def test_a_single_number_is_compared_with_its_sign() -> None:
    found = run(parse("a = -7*w\nL = a + sum(v)", {}, {"w": 1.0, "v": [-7.0, 0.0]}))
    below, above = set(search(found, "value < -5")), set(search(found, "value > 5"))
    assert {"a", "L"} <= below
    assert "v" in above, "its norm"
    assert not below & above
    assert below | above == set(search(found, "|v| > 5"))
    assert set(search(found, "-5 > value")) == below


def test_what_nothing_takes_is_unused() -> None:
    document = parse("h = tanh(x)\nq = exp(h)\nL = w*x", {"x": 1.0}, {"w": 2.0})
    assert search(run(document), "unused") == ("q",)
    assert search(document.graph, "unused") == ("q",)


def test_unfinished_comparisons_get_advice() -> None:
    assert "gradient norm > 10" in advice("gradient norm")
    assert "gradient norm > 10" in advice("zeros")
    assert advice("conv") == advice("gradient norm > 3") == advice("gradient >") == ""


def test_tables_agree() -> None:
    assert set(_NUMBERS) == {*STATISTICS, ITSELF}
    assert {key for keys in _COSTS for key in keys} == {*KEYS, *FLAGS}


def plain(count: int) -> Document:
    lines = "\n".join(["h = x"] + [f"h = h + w*{k % 7}" for k in range(count)])
    return parse(f"{lines}\nL = h", {"x": 0.5}, {"w": 0.3})


def test_plain_numbers_are_asked_at_once_and_agree() -> None:
    found = run(plain(200))
    assert isinstance(found.values, np.ndarray)
    for query in ("value max > 30", "|g| > 3", "mean < 3", "size = 1", "nan", "zeros = 1"):
        listed = Trace(
            found.plan, [None if v is None else np.asarray(v) for v in found.values], found.seed,
            [np.asarray(g) if found.takes_gradient(n) else None
             for n, g in zip(found.graph.values, found.gradients, strict=True)],
            found.contributions,
        )  # fmt: skip
        assert search(found, query) == search(listed, query), query


def test_time_grows_with_the_graph_alone() -> None:
    small, large = run(plain(400)), run(plain(4_000))

    def seconds(trace: Trace) -> float:
        best = []
        for _ in range(3):
            start = time.process_time()
            search(trace, "h |g| > 1 shape:scalar")
            best.append(time.process_time() - start)
        return min(best)

    assert seconds(large) < 40 * seconds(small)
