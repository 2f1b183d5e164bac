"""Recurrent layers: one cell, applied from step to step along a sequence.

The one rule: a layer is its cell and `_sequence`, which is the same for all: directions, lengths,
layouts, and the states that go from step to step. The products with the inputs are made for all steps
at once, before the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.engine.ops.axes import whole
from graph_explorer.engine.ops.composed import Apply, composed, named

Value = Any
Function = Callable[[Value], Value]
States = tuple[Value, ...]
#: `cell(step, pre, states)`: what the values of this step are called behind, the products with its input,
#: and the states before → the states after.
Cell = Callable[[str, Value, States], States]
#: `make_cell(direction, R^T, biases)`: the cell, and the bias that is added for all steps at once.
MakeCell = Callable[[int, Value, Value], tuple[Cell, Value]]

#: Activation functions beside f(x) = operator(x): which of alpha and beta they take, with defaults.
_PARAMETERS: dict[str, dict[str, float]] = {
    "Affine": {"alpha": 1.0, "beta": 0.0},
    "ScaledTanh": {"alpha": 1.0, "beta": 1.0},
    "LeakyRelu": {"alpha": 0.01},
    "ThresholdedRelu": {"alpha": 1.0},
    "HardSigmoid": {"alpha": 0.2, "beta": 0.5},
    "Elu": {"alpha": 1.0},
    **{name: {} for name in ("Relu", "Tanh", "Sigmoid", "Softsign", "Softplus")},
}


def _affine(apply: Apply, x: Value, alpha: float, beta: float) -> Value:
    return apply("Add", apply("Mul", x, _like(alpha, x)), _like(beta, x))


def _like(number: float, x: Value) -> Any:
    return np.asarray(number, x.dtype)


def _function(apply: Apply, name: str, parameters: dict[str, float], clip: float | None) -> Function:
    def function(x: Value) -> Value:
        if clip is not None:
            x = apply("Clip", x, _like(-clip, x), _like(clip, x))
        if name == "Affine":
            return _affine(apply, x, **parameters)
        if name == "ScaledTanh":
            inner = apply("Tanh", _affine(apply, x, parameters["beta"], 0.0))
            return _affine(apply, inner, parameters["alpha"], 0.0)
        return apply(name, x, **parameters)

    return function


def _functions(
    apply: Apply, names: Sequence[str], alphas: Any, betas: Any, clip: float | None
) -> Iterator[Function]:
    """The activation functions by name; each takes its parameters, if any, from the front of the lists."""
    known = {name.lower(): name for name in _PARAMETERS}
    given = {"alpha": iter(alphas or ()), "beta": iter(betas or ())}
    for name in names:
        if name.lower() not in known:
            raise InputError(f"unknown activation '{name}'; {nearest(name, _PARAMETERS)}")
        found = known[name.lower()]
        parameters = {key: float(next(given[key], value)) for key, value in _PARAMETERS[found].items()}
        yield _function(apply, found, parameters, clip)


def _directions(direction: str, w: Value, name: str) -> tuple[bool, ...]:
    """For every direction whether it runs backward."""
    known = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
    if direction not in known:
        raise InputError(f"{name}: unknown direction '{direction}'; known: {', '.join(known)}")
    if np.shape(w)[0] != len(known[direction]):
        raise InputError(f"{name}: weights for {np.shape(w)[0]} direction(s), run {direction}")
    return known[direction]


def _chosen(apply: Apply, value: Value, index: int) -> Value:
    return None if value is None else apply("Gather", value, indices=index, axis=0)


def _flipped(apply: Apply, x: Value, lengths: Any) -> Value:
    """The sequences (steps, batch, …) backward, each over its own length."""
    if lengths is not None:
        return apply("ReverseSequence", x, lengths, time_axis=0, batch_axis=1)
    return apply("Slice", x, starts=(-1,), ends=(-(2**31),), axes=(0,), steps=(-1,))


def _run(
    apply: Apply, pre: Value, cell: Cell, states: States, lengths: Any, backward: bool, within: str
) -> tuple[Value, States]:
    """The first state after every step, (steps, batch, hidden), and all states after the last one."""
    steps = np.shape(pre)[0]
    if backward:
        pre = _flipped(apply, pre, lengths)
    # a step is called by its time, unless sequences of several lengths begin at different ones
    times = range(steps)[::-1] if backward and lengths is None else range(steps)
    parts = apply("Split", pre, axis=0, num_outputs=steps)
    parts = named(apply, " ".join(f"{within}Wx_{time}" for time in times), parts)
    outputs = []
    for step, (time, now) in enumerate(zip(times, parts, strict=True)):
        after = cell(f"{within}t={time}/", now, states)
        shown = after[0]
        if lengths is not None:  # a sequence that has ended keeps its states and shows zeros
            active = (step < lengths)[None, :, None]
            after = tuple(apply("Where", active, a, b) for a, b in zip(after, states, strict=True))
            shown = apply("Where", active, shown, np.zeros((1, 1, 1), after[0].dtype))
            shown = named(apply, f"{within}t={time}/shown", shown)
        states = after
        outputs.append(shown)
    sequence = apply("Concat", *outputs, axis=0)
    return named(
        apply, f"{within}outputs", _flipped(apply, sequence, lengths) if backward else sequence
    ), states


def _sequence(
    apply: Apply,
    name: str,
    x: Value,
    weights: tuple[Value, Value, Value],
    lengths: Any,
    starts: tuple[Value, ...],
    direction: str,
    layout: int,
    make_cell: MakeCell,
) -> tuple[Value, ...]:
    """Runs a layer: its output at every step, then its last states, in ONNX's shapes."""
    w, r, _ = weights
    if len(np.shape(x)) != 3 or np.shape(x)[2] != np.shape(w)[2]:
        raise InputError(f"{name}: inputs of shape {np.shape(x)} do not fit weights of {np.shape(w)}")
    lengths = None if lengths is None else np.asarray(whole(lengths))
    if layout:
        x = apply("Transpose", x, perm=(1, 0, 2))
        starts = tuple(s if s is None else apply("Transpose", s, perm=(1, 0, 2)) for s in starts)
    batch, hidden = np.shape(x)[1], np.shape(r)[2]
    empty = np.zeros((1, batch, hidden), x.dtype)
    outputs, last = [], []
    ways = _directions(direction, w, name)
    for index, backward in enumerate(ways):
        within = "" if len(ways) == 1 else "backward/" if backward else "forward/"
        pre, cell = _before_the_steps(apply, x, weights, index, within, make_cell)
        states = tuple(
            empty if start is None else apply("Slice", start, starts=(index,), ends=(index + 1,), axes=(0,))
            for start in starts
        )
        states = tuple(named(apply, f"{within}{s}_0", one) for s, one in zip("hc", states, strict=False))
        output, states = _run(apply, pre, cell, states, lengths, backward, within)
        outputs.append(output)
        last.append(states)
    results = [apply("Concat", *(apply("Unsqueeze", output, axes=(1,)) for output in outputs), axis=1)]
    results += [apply("Concat", *parts, axis=0) for parts in zip(*last, strict=True)]
    if layout:
        results = [apply("Transpose", results[0], perm=(2, 0, 1, 3))] + [
            apply("Transpose", state, perm=(1, 0, 2)) for state in results[1:]
        ]
    return tuple(results)


def _before_the_steps(
    apply: Apply, x: Value, weights: tuple[Value, Value, Value], index: int, within: str, make_cell: MakeCell
) -> tuple[Value, Cell]:
    """Of a direction: what all inputs bring in, computed for all steps at once; and its cell."""
    w_matrix, r_matrix, both_biases = (
        named(apply, within + letter, _chosen(apply, value, index))
        for letter, value in zip("WRB", weights, strict=True)
    )
    back = named(apply, f"{within}R_T", apply("Transpose", r_matrix))
    cell, bias = make_cell(index, back, both_biases)
    bias = named(apply, f"{within}b", bias)
    pre = apply("MatMul", x, apply("Transpose", w_matrix))
    return named(apply, f"{within}Wx", pre if bias is None else apply("Add", pre, bias)), cell


def _both_biases(apply: Apply, b: Value) -> Value:
    """The biases of the inputs and of the recurrence, added."""
    if b is None:
        return None
    of_input, of_recurrence = apply("Split", b, axis=0, num_outputs=2)
    return apply("Add", of_input, of_recurrence)


def _rnn(
    apply: Apply, x: Value, w: Value, r: Value, b: Value = None, sequence_lens: Value = None,
    initial_h: Value = None, *, activation_alpha: Any = None, activation_beta: Any = None,
    activations: Any = None, clip: float | None = None, direction: str = "forward",
    hidden_size: int | None = None, layout: int = 0,
) -> tuple[Value, ...]:  # fmt: skip
    names = activations or ("Tanh",) * np.shape(w)[0]
    functions = list(_functions(apply, names, activation_alpha, activation_beta, clip))

    def make_cell(index: int, back: Value, bias: Value) -> tuple[Cell, Value]:
        def cell(step: str, pre: Value, states: States) -> States:
            inner = named(apply, f"{step}a", apply("Add", pre, apply("MatMul", states[0], back)))
            return (named(apply, f"{step}h", functions[index](inner)),)

        return cell, _both_biases(apply, bias)

    return _sequence(apply, "RNN", x, (w, r, b), sequence_lens, (initial_h,), direction, layout, make_cell)


def _gru(
    apply: Apply, x: Value, w: Value, r: Value, b: Value = None, sequence_lens: Value = None,
    initial_h: Value = None, *, activation_alpha: Any = None, activation_beta: Any = None,
    activations: Any = None, clip: float | None = None, direction: str = "forward",
    hidden_size: int | None = None, layout: int = 0, linear_before_reset: int = 0,
) -> tuple[Value, ...]:  # fmt: skip
    names = activations or ("Sigmoid", "Tanh") * np.shape(w)[0]
    functions = list(_functions(apply, names, activation_alpha, activation_beta, clip))
    hidden = np.shape(r)[2]

    def make_cell(index: int, back: Value, bias: Value) -> tuple[Cell, Value]:
        gate, candidate = functions[2 * index : 2 * index + 2]
        gates, of_candidate = apply("Split", back, (2 * hidden, hidden), axis=1)
        of_input, last_bias = bias, None
        if bias is not None:
            sizes = (3 * hidden, 2 * hidden, hidden)
            of_input, more, last_bias = apply("Split", bias, sizes, axis=0)
            if linear_before_reset:
                more = apply("Pad", more, (0, hidden))
            else:
                more = apply("Concat", more, last_bias, axis=0)
            of_input = apply("Add", of_input, more)

        def cell(step: str, pre: Value, states: States) -> States:
            before = states[0]
            pre_gates, pre_candidate = apply("Split", pre, (2 * hidden, hidden), axis=-1)
            both = gate(apply("Add", pre_gates, apply("MatMul", before, gates)))
            update, reset = named(apply, f"{step}z {step}r", apply("Split", both, axis=-1, num_outputs=2))
            if linear_before_reset:
                linear = apply("MatMul", before, of_candidate)
                linear = linear if last_bias is None else apply("Add", linear, last_bias)
                inner = apply("Mul", reset, linear)
            else:
                inner = apply("MatMul", apply("Mul", reset, before), of_candidate)
            new = named(apply, f"{step}n", candidate(apply("Add", pre_candidate, inner)))
            after = apply("Add", new, apply("Mul", update, apply("Sub", before, new)))
            return (named(apply, f"{step}h", after),)

        return cell, of_input

    return _sequence(apply, "GRU", x, (w, r, b), sequence_lens, (initial_h,), direction, layout, make_cell)


def _lstm(
    apply: Apply, x: Value, w: Value, r: Value, b: Value = None, sequence_lens: Value = None,
    initial_h: Value = None, initial_c: Value = None, p: Value = None, *, activation_alpha: Any = None,
    activation_beta: Any = None, activations: Any = None, clip: float | None = None,
    direction: str = "forward", hidden_size: int | None = None, input_forget: int = 0, layout: int = 0,
) -> tuple[Value, ...]:  # fmt: skip
    names = activations or ("Sigmoid", "Tanh", "Tanh") * np.shape(w)[0]
    functions = list(_functions(apply, names, activation_alpha, activation_beta, clip))

    def make_cell(index: int, back: Value, bias: Value) -> tuple[Cell, Value]:
        gate, candidate, output = functions[3 * index : 3 * index + 3]
        peepholes = None
        if p is not None:
            peepholes = apply("Split", _chosen(apply, p, index), axis=0, num_outputs=3)

        def peeped(pre: Value, hole: int, c: Value) -> Value:
            return pre if peepholes is None else apply("Add", pre, apply("Mul", peepholes[hole], c))

        def cell(step: str, pre: Value, states: States) -> States:
            h, c = states
            inner = named(apply, f"{step}a", apply("Add", pre, apply("MatMul", h, back)))
            pre_i, pre_o, pre_f, pre_g = named(
                apply,
                f"{step}a_i {step}a_o {step}a_f {step}a_g",
                apply("Split", inner, axis=-1, num_outputs=4),
            )
            write = named(apply, f"{step}i", gate(peeped(pre_i, 0, c)))
            coupled = apply("Sub", np.ones((), h.dtype), write) if input_forget else None
            keep = named(apply, f"{step}f", gate(peeped(pre_f, 2, c)) if coupled is None else coupled)
            new = named(apply, f"{step}g", candidate(pre_g))
            c = apply("Add", apply("Mul", keep, c), apply("Mul", write, new))
            c = named(apply, f"{step}c", c)
            show = named(apply, f"{step}o", gate(peeped(pre_o, 1, c)))
            return named(apply, f"{step}h", apply("Mul", show, output(c))), c

        return cell, _both_biases(apply, bias)

    return _sequence(
        apply, "LSTM", x, (w, r, b), sequence_lens, (initial_h, initial_c), direction, layout, make_cell
    )


_WEIGHTS = ("X", "W", "R", "B", "sequence_lens", "initial_h")
_THROUGH_TIME = r"\sum_t \prod_{s \ge t} \frac{\partial h_{s+1}}{\partial h_s}\, \frac{\partial h_t}{\partial"

OPERATIONS = (
    composed(
        "RNN", _rnn, inputs=_WEIGHTS, discrete=("sequence_lens",), family="recurrent", outputs=2,
        summary="a state that every step mixes with the next input", reference="Elman 1990",
        latex=r"h_t = \tanh\left(W x_t + R h_{t-1} + b\right)",
        operators=tuple(f"{_THROUGH_TIME} {name}}}" for name in ("x", "W", "R", "b", "n", "h_0")),
    ),
    composed(
        "GRU", _gru, inputs=_WEIGHTS, discrete=("sequence_lens",), family="recurrent", outputs=2,
        summary="a recurrent layer whose gates choose between the old state and a new one",
        reference="Cho et al. 2014", latex=r"h_t = \left(1 - z\right) \odot \tilde{h} + z \odot h_{t-1}",
        operators=tuple(f"{_THROUGH_TIME} {name}}}" for name in ("x", "W", "R", "b", "n", "h_0")),
    ),
    composed(
        "LSTM", _lstm, inputs=(*_WEIGHTS, "initial_c", "P"), discrete=("sequence_lens",),
        family="recurrent", outputs=3,
        summary="a recurrent layer with a memory that gates write, keep and show",
        reference="Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000",
        latex=r"c_t = f \odot c_{t-1} + i \odot \tilde{c},\quad h_t = o \odot \tanh c_t",
        operators=tuple(
            f"{_THROUGH_TIME} {name}}}" for name in ("x", "W", "R", "b", "n", "h_0", "c_0", "p")
        ),
    ),
)  # fmt: skip
