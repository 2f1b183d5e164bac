from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.document import Document, parse, run
from graph_explorer.engine.explain import (
    arithmetic,
    forward,
    is_preactivation,
    local,
    sentence,
    sentences,
    total,
)
from graph_explorer.engine.formulas import forward_latex
from graph_explorer.engine.notation import (
    brief,
    brief_latex,
    name_latex,
    name_text,
    number,
    number_latex,
    shape,
    unmarked,
)
from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.spoken import spoken
from graph_explorer.engine.trace import Pulled, Trace

NEURON = parse("z = w*x + b\na = sigmoid(z)\nL = 0.5*(y - a)**2", {"x": 1.5, "y": 1.0}, {"w": 0.4, "b": -0.2})
LAYER = parse(
    "z = x @ W + b\nh = relu(z)\np = sum(h*v, axis=1)\nL = mean((p - y)**2)",
    {"x": np.arange(6.0).reshape(3, 2), "y": [1.0, 2.0, 3.0]},
    {"W": np.full((2, 4), 0.1), "b": [0.1, -0.2, 0.3, 0.4], "v": [1.0, 1.0, 1.0, 1.0]},
)


def pulls(document: Document) -> list[Pulled]:
    return [step for step in run(document).steps if isinstance(step, Pulled)]


def pulled(document: Document, node: str, into: str) -> Pulled:
    return next(step for step in pulls(document) if step.node.id == node and step.into == into)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (0.4, "0.4"), (-0.144629, "−0.1446"), (12345.0, "12345"),
        (12345.6, "1.235·10⁴"), (1e6, "1·10⁶"), (0.00001234, "1.234·10⁻⁵"), (9999.96, "10000"),
        (math.inf, "∞"), (-math.inf, "−∞"),
        (math.nan, "nan"), (np.bool_(True), "true"), (np.float32(0.1), "0.1"), (np.int64(-3), "−3"),
    ],
)  # fmt: skip
def test_numbers_read_as_a_person_writes_them(value: float, text: str) -> None:
    assert number(value) == text
    assert spoken(number_latex(value)) == text


def test_numbers_take_as_many_digits_as_asked() -> None:
    assert number(-0.1446294, 3) == "−0.145"
    assert number(0.5986876601, 8) == "0.59868766"


@pytest.mark.parametrize(
    ("name", "latex", "text"),
    [
        ("w", "w", "w"), ("W1", "W_{1}", "W1"), ("alpha", r"\alpha", "α"), ("loss", r"\mathrm{loss}", "loss"),
        ("z.mul", r"\mathrm{z.mul}", "z.mul"), ("x_in", r"x_{\mathrm{in}}", "x_in"),
        ("y_hat2", r"y_{\mathrm{hat2}}", "y_hat2"), ("t=2/h", r"{{h}^{(\mathrm{t=2})}}", "h^(t=2)"),
        ("big_name", r"\mathrm{big\_name}", "big_name"),
    ],
)  # fmt: skip
def test_names_are_typeset_and_read_aloud(name: str, latex: str, text: str) -> None:
    assert name_latex(name) == latex
    assert spoken(latex) == text


def test_shapes_and_small_arrays() -> None:
    assert shape(()) == "a number"
    assert shape((3,)) == "[3]"
    assert shape((2, 3, 4)) == "2×3×4"
    assert brief(np.array([1.0, -2.0])) == "[1, −2]"
    assert brief(np.zeros((2, 2))) == "[[0, 0], [0, 0]]"
    assert brief(np.zeros((5, 2))) == "5×2"
    assert "matrix" in brief_latex(np.zeros((2, 2)))


def test_each_step_of_the_neuron_is_a_sentence() -> None:
    assert [sentence(event) for event in run(NEURON).events] == [
        "z.mul = w · x = 0.4 · 1.5 = 0.6.",
        "z = z.mul + b = 0.6 + (−0.2) = 0.4.",
        "a = σ(z) = σ(0.4) = 0.5987.",
        "L.sub = y − a = 1 − 0.5987 = 0.4013.",
        "L.pow = L.sub² = 0.4013² = 0.1611.",
        "L = 0.5 · L.pow = 0.5 · 0.1611 = 0.08053.",
        "Backward begins at L: ∂L/∂L = 1.",
        "∂L/∂L.pow gets 1 × 0.5 = 0.5 through L; that is all of it.",
        "∂L/∂L.sub gets 0.5 × 0.8026 = 0.4013 through L.pow; that is all of it.",
        "∂L/∂a gets 0.4013 × (−1) = −0.4013 through L.sub; that is all of it.",
        "∂L/∂z gets −0.4013 × 0.2403 = −0.09642 through a; that is all of it.",
        "∂L/∂z.mul gets −0.09642 × 1 = −0.09642 through z; that is all of it.",
        "∂L/∂b gets −0.09642 × 1 = −0.09642 through z; that is all of it.",
        "∂L/∂w gets −0.09642 × 1.5 = −0.1446 through z.mul; that is all of it.",
    ]


def test_the_terms_of_a_sum_are_counted_and_added() -> None:
    said = [
        sentence(step) for step in pulls(parse("L = x*3 + x*4 + x*5", {}, {"x": 2.0})) if step.into == "x"
    ]
    assert said == [
        "∂L/∂x gets 1 × 5 = 5 through L.mul3; the first of its 3 terms.",
        "∂L/∂x gets 1 × 4 = 4 through L.mul2; the 2nd of its 3 terms: 5 + 4 = 9 so far.",
        "∂L/∂x gets 1 × 3 = 3 through L.mul; the last of its 3 terms: 9 + 3 = 12.",
    ]


def test_within_a_group_names_are_short() -> None:
    document = parse("s = 0\nfor t in range(2):\n    s = tanh(w*s + x)\nL = s*s", {"x": 1.0}, {"w": 0.5})
    said = [sentence(step) for step in pulls(document)]
    assert "In t=1: ∂L/∂s.mul gets 0.3941 × 1 = 0.3941 through s.add; that is all of it." in said
    assert "In t=1: ∂L/∂s(t=0) gets 0.3941 × 0.5 = 0.197 through s.mul; that is all of it." in said
    assert name_text("t=2/h:lstm_cell/v") == "v(t=2)"
    assert name_text("l4:example/p") == "p(l4)"
    assert name_latex("t=2/h:lstm_cell/v") == r"{{v}^{(\mathrm{t=2})}}"


def test_a_step_of_a_whole_node_is_one_sentence() -> None:
    steps = [step for step in pulls(NEURON) if step.node.id == "z"]
    assert sentences(steps) == "z passes its gradient on: ∂L/∂z.mul gets −0.09642; ∂L/∂b gets −0.09642."
    assert sentences(steps[:1]) == sentence(steps[0])


def test_the_arithmetic_of_a_scalar_step() -> None:
    found = arithmetic(pulled(NEURON, "a", "z"))
    assert found.rule.text == "∂L/∂z = ∂L/∂a × ∂a/∂z"
    assert found.local.text == "∂a/∂z = a · (1 − a)"
    assert found.numbers is not None
    assert found.numbers.text == "= 0.5987 · (1 − 0.5987) = 0.2403"
    assert found.product.text == "−0.4013 × 0.2403 = −0.09642"
    assert found.total.text == "∂L/∂z = −0.09642"
    assert found.note == ""


def test_a_local_derivative_that_is_a_number_is_not_repeated() -> None:
    assert arithmetic(pulled(NEURON, "z", "b")).numbers is None


def test_a_second_term_is_added_to_what_was_there() -> None:
    document = parse("L = x*x*3", {}, {"x": -2.0})
    last = [step for step in pulls(document) if step.into == "x"][-1]
    found = arithmetic(last)
    assert found.rule.text == "∂L/∂x += ∂L/∂L.mul × ∂L.mul/∂x"
    assert found.total.text == "∂L/∂x = −6 + (−6) = −12"


def test_many_terms_are_cut_short() -> None:
    document = parse("L = " + " + ".join("x*x" for _ in range(10)), {}, {"x": 1.0})
    text = total(run(document), "x").text
    assert text.startswith("∂L/∂x = 1 + 1 + 1 + … + 1")
    assert text.endswith("= 20")


def test_a_matrix_product_is_shown_as_an_operator_with_shapes() -> None:
    found = arithmetic(pulled(LAYER, "z.matmul", "W"))
    assert found.rule.text == "∂L/∂W = xᵀ · ∂L/∂z.matmul"
    assert found.product.text == "(3 × 4) → (2 × 4)"
    assert found.total.text == "∂L/∂W : 2 × 4 numbers"
    assert "12 × 8 numbers" in found.note
    assert sentence(pulled(LAYER, "z.matmul", "W")) == (
        "∂L/∂W gets xᵀ · ∂L/∂z.matmul (2×4) through z.matmul; that is all of it."
    )


def test_broadcasting_is_said_to_sum() -> None:
    step = pulled(LAYER, "z", "b")
    assert "b [4] was repeated 3 times along axis 0, so its gradient is summed" in arithmetic(step).note
    assert "summed where it was repeated" in sentence(step)
    one = pulled(parse("y = v*s\nL = sum(y)", {"v": np.ones((3, 4))}, {"s": 2.0}), "y", "s")
    assert "s is one number used for all 12 entries" in arithmetic(one).note
    assert arithmetic(one).product.text.startswith("Σ")


def test_reductions_hand_the_gradient_to_each_entry() -> None:
    step = pulled(LAYER, "L", "L.pow")
    assert "× 1/n at each of 3 entries = [0.3333, 0.3333, 0.3333]" in sentence(step)
    assert "here n = 3" in arithmetic(step).note
    assert arithmetic(step).local.text == "∂L/∂L.pow_i = 1/n"


def test_selections_say_how_many_entries_pass_it_on() -> None:
    step = pulled(parse("L = max(x)", {}, {"x": [1.0, 5.0, 2.0]}), "L", "x")
    assert "1 of 3" in arithmetic(step).note
    assert "at the entries that were taken = [0, 1, 0]" in sentence(step)


def test_an_output_that_is_an_array_is_seeded_with_ones() -> None:
    trace = run(parse("y = 2*x", {}, {"x": [1.0, 2.0, 3.0]}))
    assert sentence(trace.steps[0]) == "Backward begins at y: ∂y/∂y is 1 for each of its 3 entries."
    seeded = run(parse("y = 2*x", {}, {"x": [1.0, 2.0]}), seed=[1.0, 0.0])
    assert sentence(seeded.steps[0]) == "Backward begins at y: ∂y/∂y = [1, 0]."


def test_infinite_and_undefined_numbers_are_named() -> None:
    trace = run(parse("L = log(x)", {}, {"x": 0.0}))
    assert sentence(trace.events[0]) == "L = ln(x) = ln(0) = −∞."
    assert arithmetic(pulled(parse("L = log(x)", {}, {"x": 0.0}), "L", "x")).product.text == "1 × ∞ = ∞"


def test_delta_is_the_gradient_at_a_preactivation() -> None:
    assert is_preactivation(NEURON.graph, "z")
    assert not is_preactivation(NEURON.graph, "a")
    assert not is_preactivation(NEURON.graph, "w")
    twice = parse("z = w*2\nL = relu(z) + z", {}, {"w": 1.0})
    assert not is_preactivation(twice.graph, "z")
    assert not is_preactivation(parse("L = tanh(w)", {}, {"w": 1.0}).graph, "w")


def test_a_run_that_failed_still_shows_the_formula() -> None:
    document = parse("y = x @ w", {"x": [1.0, 2.0]}, {"w": [1.0, 2.0, 3.0]})
    trace = run(document, partial=True)
    assert [line.text for line in forward(trace, trace.graph.node("y"))] == ["y = x w"]


EVERY_ELEMENTWISE = [name for name, found in OPERATIONS.items() if found.elementwise and name != "Cast"]


def elementwise_trace(name: str) -> Trace:
    found = OPERATIONS[name]
    count = 3 if found.variadic else len(found.inputs)
    values = {f"p{k}": 0.3 + 0.2 * k for k in range(count)}
    call = ", ".join(values) if name != "Where" else "p0 > 0, p1, p2"
    return run(parse(f"L = {name}({call})", {}, values))


@pytest.mark.parametrize("name", EVERY_ELEMENTWISE)
def test_every_elementwise_operation_is_typeset_and_read_aloud(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ziamath
    trace = elementwise_trace(name)
    node = trace.graph.node("L")
    lines = list(forward(trace, node))
    for step in trace.steps[1:]:
        assert isinstance(step, Pulled)
        lines += local(trace, step.node, step.input_index)
    for line in lines:
        ziamath.Math.fromlatex(unmarked(line.latex))
        assert "\\" not in line.text
        assert "\x01" not in line.text
    assert lines[1].text.endswith(f"= {number(trace.value('L'))}")


@given(
    st.sampled_from(["w*x + b", "w - x*b", "w/x", "-(w*b)", "(w + x)**2", "exp(w*b)", "tanh(w)*x", "w*w*b"]),
    st.floats(-3, 3).filter(lambda v: abs(v) > 0.01),
    st.floats(-3, 3).filter(lambda v: abs(v) > 0.01),
)
def test_the_printed_product_is_what_was_computed(program: str, w: float, b: float) -> None:
    trace = run(parse(f"L = {program}", {"x": 1.25}, {"w": w, "b": b}))
    for step in trace.steps[1:]:
        assert isinstance(step, Pulled)
        left, result = arithmetic(step, digits=9).product.text.split(" = ")
        assert evaluated(left) == pytest.approx(float(step.contribution), rel=1e-6, abs=1e-12)
        assert evaluated(result) == pytest.approx(float(step.contribution), rel=1e-6, abs=1e-12)
        numbers = arithmetic(step, digits=9).numbers
        if numbers is not None and "e^" not in numbers.text and "tanh" not in numbers.text:
            parts = numbers.text.removeprefix("= ").split(" = ")
            assert evaluated(parts[0]) == pytest.approx(evaluated(parts[-1]), rel=1e-6, abs=1e-9)


_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def evaluated(text: str) -> float:
    """The number that a line of arithmetic says, worked out by Python."""
    for power in ("⁻", *"⁰¹²³⁴⁵⁶⁷⁸⁹"):
        text = text.replace(power, "^" + power)
    while "^" in text:
        start = text.index("^")
        end = start + 1
        while end < len(text) and text[end] in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻^":
            end += 1
        text = text[:start] + "**(" + text[start:end].replace("^", "").translate(_POWERS) + ")" + text[end:]
    text = text.replace("×", "*").replace("·", "*").replace("−", "-")
    return float(eval(text, {"__builtins__": {}}))


def test_a_bias_that_is_not_given_is_not_shown() -> None:
    shown = []
    for bias in ("", ", b"):
        trace = run(parse(f"L = sum(conv2d(x, w{bias}))", {"x": np.ones((1, 1, 3, 3))}, {
            "w": np.ones((1, 1, 2, 2)), **({"b": np.ones(1)} if bias else {}),
        }))  # fmt: skip
        shown += [forward_latex(trace, node) for node in trace.graph if node.op == "Conv"]
    assert shown == [r"w \star x", r"w \star x + b"]


def test_a_list_of_numbers_is_read_without_gaps() -> None:
    assert spoken(brief_latex(np.array([[1.5, -2.0]]))) == "[1.5, −2]"
    assert spoken(rf"\left({brief_latex(np.zeros((40, 50)))}\right)") == "((40 × 50))"
