"""Questions on the backward pass as a whole: its order, what it leaves out, and which mode is cheaper.

The one rule: an order has as many right answers as the graph allows; it is judged by what must come
before what.
"""

from __future__ import annotations

from random import Random

import numpy as np

from graph_explorer.engine.cost import cost
from graph_explorer.engine.graph import Node
from graph_explorer.engine.notation import name_text
from graph_explorer.quiz.kinds.kind import Kind, knowing
from graph_explorer.quiz.question import Misconception, Question
from graph_explorer.quiz.source import Source
from graph_explorer.quiz.wording import lines_of, many

#: So often a question on the two modes is one where they differ, if there is one.
_UNEVEN = 0.8
#: A question shows no more lines of a graph than this.
_LINES = 12
#: What a trace says of a leaf whose gradient was left out.
_NOT_ASKED = "it was not asked for"


def _unique(names: list[str]) -> bool:
    """Whether the names can be told apart as they are shown."""
    return len({name_text(name).casefold() for name in names}) == len(names)


# ── order ─────────────────────────────────────────────────────────────────────────────────────


def order(source: Source, random: Random) -> Question | None:
    """A few nodes of the graph in the order in which their gradients become complete."""
    trace = source.trace
    names = [node.id for node in trace.graph if not node.is_leaf and trace.has_gradient(node.id)]
    if len(names) < 3:
        return None
    first = random.randrange(max(len(names) - _LINES, 0) + 1)
    near = names[first : first + _LINES]
    chosen = random.sample(near, min(len(near), random.choice((3, 4, 5))))
    if not _unique(chosen):
        return None
    pairs = _pairs(source, chosen)
    if not pairs:
        return None
    options = [name_text(name) for name in chosen]
    random.shuffle(options)
    done = sorted(chosen, key=trace.graph.index, reverse=True)
    answer = tuple(name_text(name) for name in done)
    question = Question(
        kind="order", level="beginner" if len(chosen) == 3 else "intermediate", concept="backward pass",
        node=chosen[0], form="order", options=tuple(options), answer=answer,
        precedes=tuple((name_text(a), name_text(b)) for a, b in pairs),
        text=f"{lines_of(trace, _between(source, chosen))}\n"
        f"In which order do the gradients of {', '.join(options)} become complete in a backward pass?",
        hints=(
            "A gradient is complete when all consumers of its value have sent their contributions.",
            "So a value comes after every value that is made from it.",
            _leads(pairs[:4]) + ".",
        ),
        explanation=f"{_leads(pairs)}. Each waits for all that is made from it, so for instance: "
        f"{' → '.join(answer)}.",
        link=source.link,
    )  # fmt: skip
    forward = Misconception(
        tuple(reversed(answer)), "That is the order of the forward pass; backward begins at the output."
    )
    return knowing(question, [forward])


def _leads(pairs: list[tuple[str, str]]) -> str:
    """`a leads to c and d; b leads to d`."""
    onward: dict[str, list[str]] = {}
    for later, earlier in pairs:
        onward.setdefault(name_text(earlier), []).append(name_text(later))
    return "; ".join(f"{name} leads to {_listed(others)}" for name, others in onward.items())


def _listed(names: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(names[:-1])] * (len(names) > 1) + names[-1:])


def _between(source: Source, names: list[str]) -> tuple[Node, ...]:
    """The nodes from the first to the last of `names`: every way between them lies among these."""
    graph = source.trace.graph
    places = [graph.index(name) for name in names]
    nodes = graph.nodes[min(places) : max(places) + 1]
    return tuple(node for node in nodes if source.trace.takes_gradient(node.id))


def _pairs(source: Source, names: list[str]) -> list[tuple[str, str]]:
    """(later in the forward pass, earlier) for every two of `names` of which one leads to the other."""
    found = []
    for name in names:
        reached = _reached(source, name)
        found += [(other, name) for other in names if other != name and other in reached]
    return found


def _reached(source: Source, name: str) -> set[str]:
    """The values that are made from a value by ways along which gradients run."""
    graph = source.trace.graph
    reached = {name}
    for node in graph.nodes[graph.index(name) + 1 :]:
        if not reached.isdisjoint(node.inputs) and source.trace.takes_gradient(node.id):
            reached.update(node.outputs)
    return reached


# ── what gets no gradient ─────────────────────────────────────────────────────────────────────


_NO_ONE = Misconception((), "Some of them get none: not every value lies between a parameter and the output.")


def no_gradient(source: Source, random: Random) -> Question | None:
    """Which of some values get no gradient in this run."""
    trace = source.trace
    with_gradient = [node.id for node in trace.graph if trace.has_gradient(node.id)]
    without = [
        node.id
        for node in trace.graph
        if not trace.has_gradient(node.id)
        and trace.has_value(node.id)
        and not _written_number(source, node.id)
    ]
    if not without or len(with_gradient) < 2:
        return None
    some = random.sample(without, min(len(without), random.choice((1, 2))))
    chosen = some + random.sample(with_gradient, min(len(with_gradient), 5 - len(some)))
    if not _unique(chosen):
        return None
    random.shuffle(chosen)
    answer = tuple(name_text(name) for name in chosen if name in some)
    reasons = [_reason(source, name) for name in some]
    nodes = [node for node in trace.graph if not node.is_leaf]
    shown = f"{lines_of(trace, nodes)}\n" if len(nodes) <= _LINES else ""
    parameters = ", ".join(name_text(name) for name in trace.plan.wrt)
    question = Question(
        kind="no gradient", level="intermediate", concept="what gets a gradient", node=chosen[0],
        form="several", options=tuple(name_text(name) for name in chosen), answer=answer,
        text=f"{shown}The gradients of {name_text(source.output)} with respect to {parameters} are wanted.\n"
        "Which of these values get no gradient?",
        hints=(
            "A value gets a gradient if it lies on a way from something that is learnt to the output.",
            "Data, and what is made of data alone, gets none: nobody asks how to change it.",
        ),
        explanation=" ".join(reasons),
        link=source.link,
    )  # fmt: skip
    others = tuple(option for option in question.options if option not in answer)
    return knowing(question, [Misconception(others, "These are the ones that do get a gradient."), _NO_ONE])


def _reason(source: Source, name: str) -> str:
    """Why a value gets no gradient, as a sentence."""
    trace, shown = source.trace, name_text(name)
    node = trace.graph.node(name)
    if node.is_leaf and trace.why_no_gradient(name) == _NOT_ASKED:
        return f"{shown} is data: it is given, not learnt, so its gradient is not asked for."
    if not node.is_leaf and not _depends(source, name):
        return f"{shown} is made without any parameter: nothing that is learnt moves it."
    return f"{shown} gets none: {trace.why_no_gradient(name)}."


def _depends(source: Source, name: str) -> bool:
    """Whether a value is made from anything that is learnt."""
    graph = source.trace.graph
    reached = {name}
    for node in reversed(graph.nodes[: graph.index(name) + 1]):
        if not reached.isdisjoint(node.outputs):
            reached.update(each for each in node.inputs if each)
    return not reached.isdisjoint(source.trace.plan.wrt)


def _written_number(source: Source, name: str) -> bool:
    return source.trace.graph.node(name).op == "constant"


# ── forward or reverse mode ───────────────────────────────────────────────────────────────────

_MODES = {
    "forward": "forward mode",
    "reverse": "reverse mode",
    "neither": "both need the same number",
}


def mode(source: Source, random: Random) -> Question | None:
    """Which mode of differentiation needs fewer passes for the whole Jacobian of some value."""
    trace = source.trace
    inputs = [name for name in trace.plan.wrt if trace.has_gradient(name)]
    outputs = [node.id for node in trace.graph if not node.is_leaf and trace.has_gradient(node.id)]
    ways = {by: _reached(source, by) for by in inputs}
    pairs: list[tuple[str, tuple[str, ...]]] = [
        (of, (by,)) for by in inputs for of in outputs if of in ways[by]
    ]
    together = [(of, tuple(by for by in inputs if of in ways[by])) for of in outputs]
    pairs += [(of, several) for of, several in together if len(several) > 1]
    if not pairs:
        return None
    sizes = {name: trace.value(name).size for name in (*inputs, *outputs)}
    uneven = [(of, names) for of, names in pairs if sizes[of] != sum(sizes[by] for by in names)]
    of, names = random.choice(uneven if uneven and random.random() < _UNEVEN else pairs)
    rows, columns = sizes[of], sum(sizes[by] for by in names)
    answer = _MODES["neither" if rows == columns else "reverse" if rows < columns else "forward"]
    shown, moved = name_text(of), _listed([name_text(by) for by in names])
    has = (
        f"{moved} has {_numbers(columns)}" if len(names) == 1 else f"{moved} together have {columns} numbers"
    )
    question = Question(
        kind="mode", level="advanced", concept="automatic differentiation", node=of, form="choice",
        options=tuple(_MODES.values()), answer=answer,
        text=f"{shown} has {_numbers(rows)}, {has}. "
        f"All derivatives of {shown} by {moved} are wanted.\nWhich mode needs fewer passes?",
        hints=(
            "One pass of forward mode gives the derivatives by one input entry, of all outputs.",
            "One pass of reverse mode gives the derivatives of one output entry, by all inputs.",
            f"Forward mode needs {many(columns, 'pass', 'passes')}, reverse mode {rows}.",
        ),
        explanation=f"Forward mode needs a pass for each entry of {moved}, that is {columns}; reverse mode "
        f"a pass for each entry of {shown}, that is {rows}.",
        link=source.link or "forward_vs_reverse",
    )  # fmt: skip
    wrong = (
        "Forward mode pays for the entries that are moved, reverse mode for those that are differentiated."
    )
    mistakes = [Misconception(option, wrong) for option in question.options if option != answer]
    return knowing(question, mistakes)


def _numbers(count: int) -> str:
    return "one number" if count == 1 else f"{count} numbers"


# ── shared work ───────────────────────────────────────────────────────────────────────────────


def reuse(source: Source, random: Random) -> Question | None:
    """How many local derivatives the backward pass uses, against one chain rule a path."""
    counted = cost(source.trace)
    nodes = [node for node in source.trace.graph if source.trace.takes_gradient(node.id) and not node.is_leaf]
    if counted.path_edges <= counted.edges or len(nodes) > 2 * _LINES:
        return None
    shown = f"{lines_of(source.trace, nodes)}\n"
    question = Question(
        kind="reuse", level="advanced", concept="reuse of intermediates", form="number",
        answer=float(counted.edges),
        text=f"{shown}There are {counted.paths} paths from the parameters to {name_text(source.output)}, "
        f"with {counted.path_edges} edges on them, counted path by path. "
        "How many local derivatives does one backward pass use?",
        tolerance=0.0,
        unit="edges",
        hints=(
            "The backward pass goes along every edge once, whatever the number of paths over it.",
            "Count, for each line, the values it takes that lie on a way from a parameter.",
        ),
        explanation=f"One for each of the {counted.edges} edges: what paths share is worked out once, while "
        f"path by path it would be {counted.path_edges}.",
        link=source.link,
    )  # fmt: skip
    mistakes = [
        Misconception(float(counted.path_edges), "That is one for each path: the backward pass shares them."),
        Misconception(float(counted.paths), "That is the number of paths."),
        Misconception(float(2 * counted.edges), "Each edge is walked once backward."),
    ]
    return knowing(question, mistakes)


# ── the sign of a gradient ────────────────────────────────────────────────────────────────────

_DIRECTIONS = ("it grows", "it shrinks", "it stays the same")


def direction(source: Source, random: Random) -> Question | None:
    """Which way the output moves when a parameter is made a little larger."""
    trace = source.trace
    names = [name for name in trace.plan.wrt if trace.has_gradient(name) and trace.value(name).ndim == 0]
    if not names or np.size(trace.value(source.output)) != 1:
        return None
    name = random.choice(names)
    slope = float(trace.gradient(name))
    if not np.isfinite(slope):
        return None
    answer = _DIRECTIONS[2 if slope == 0 else 0 if slope > 0 else 1]
    shown, output = name_text(name), name_text(source.output)
    text = "−" if slope < 0 else ""
    question = Question(
        kind="direction", level="beginner", concept="gradient descent", node=name, form="choice",
        options=_DIRECTIONS, answer=answer,
        text=f"∂{output}/∂{shown} = {text}{abs(slope):.4g}. "
        f"What does {output} do when {shown} is made a very little larger?",
        hints=(
            f"The gradient is the slope of {output} along {shown}.",
            "A positive slope means uphill, a negative one downhill.",
        ),
        explanation=_slope_says(slope, shown, answer),
        link=source.link,
    )  # fmt: skip
    says = {
        _DIRECTIONS[0]: "That would need a positive slope.",
        _DIRECTIONS[
            1
        ]: "That would need a negative slope. (An update steps against the slope; here it is asked "
        "what the slope itself says.)",
        _DIRECTIONS[2]: "Only a slope of zero would leave it as it is.",
    }
    mistakes = [Misconception(option, says[option]) for option in _DIRECTIONS if option != answer]
    return knowing(question, mistakes)


def _slope_says(slope: float, shown: str, answer: str) -> str:
    if not slope:
        return "The slope is zero: nothing changes at first."
    sign = "positive" if slope > 0 else "negative"
    return f"The slope is {sign}, so {answer}; gradient descent moves {shown} the other way."


KINDS = (
    Kind("order", "The order of the backward pass", "backward pass", ("beginner", "intermediate"), order),
    Kind("no gradient", "What gets no gradient", "what gets a gradient", ("intermediate",), no_gradient),
    Kind("mode", "Forward or reverse mode", "automatic differentiation", ("advanced",), mode),
    Kind("reuse", "Shared work", "reuse of intermediates", ("advanced",), reuse),
    Kind("direction", "What a slope says", "gradient descent", ("beginner",), direction),
)
