"""Questions on depth: whether the gradient vanishes or explodes on its way back, and why.

The one rule: the layers are told with their numbers; what is concluded from them follows from the bounds
below, and a pass between the bounds is not asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import numpy as np

from graph_explorer.engine.graph import Graph
from graph_explorer.engine.notation import name_text, number
from graph_explorer.quiz.kinds.kind import Kind, knowing
from graph_explorer.quiz.question import Misconception, Question
from graph_explorer.quiz.source import Source

#: The gradient of the first layer as a part of the last one's: below it vanishes, above its inverse it
#: explodes, and within the inner bound of one it stays.
_VANISHES, _STAYS = 1e-2, 0.25
_FEWEST, _MOST = 3, 8
_ACTIVATIONS = frozenset({"Sigmoid", "Tanh", "Relu", "LeakyRelu", "Elu", "Gelu", "Softplus"})

_ANSWERS = {
    "vanishes": "it vanishes towards the input",
    "explodes": "it explodes towards the input",
    "stays": "it stays of about the same size",
}

_SAYS = {
    "vanishes": "To vanish, the norms would have to shrink by a factor at each layer towards the input.",
    "explodes": "To explode, the norms would have to grow by a factor at each layer towards the input.",
    "stays": "The norms of the first and the last layer differ by more than a factor of a hundred.",
}


def _layers(source: Source) -> tuple[list[tuple[str, float]], int]:
    """The outputs of some layers, from the input to the output, with the norms of their gradients; how many
    layers there are in all.

    A layer's output is that of an activation; without activations, what a loop hands to its next turn.
    """
    trace = source.trace
    nodes = [node for node in trace.graph if not node.is_leaf and trace.has_gradient(node.id)]
    found = [node for node in nodes if node.op in _ACTIVATIONS]
    if len(found) < _FEWEST:
        turns = {node.group: node for node in nodes if "=" in node.group}
        found = list(turns.values())
    labels = {node.label for node in found}
    norms = [(node.id, float(np.linalg.norm(trace.gradient(node.id)))) for node in found]
    same_name = len(labels) == 1 or len(found) <= _MOST
    if len(found) < _FEWEST or not same_name or not all(np.isfinite(norm) for _, norm in norms):
        return [], 0
    places = np.unique(np.linspace(0, len(norms) - 1, _MOST).round().astype(int))
    return [norms[k] for k in places], len(norms)


def _verdict(norms: list[float]) -> str:
    ratio = norms[0] / norms[-1] if norms[-1] else np.inf
    if ratio < _VANISHES:
        return "vanishes"
    if ratio > 1 / _VANISHES:
        return "explodes"
    return "stays" if _STAYS < ratio < 1 / _STAYS else ""


def vanishing(source: Source, random: Random) -> Question | None:
    """Whether the gradient of a deep network vanishes, explodes or stays."""
    layers, count = _layers(source)
    verdict = _verdict([norm for _, norm in layers]) if len(layers) >= _FEWEST else ""
    if not verdict:
        return None
    first, last, answer = layers[0][1], layers[-1][1], _ANSWERS[verdict]
    told = "\n".join(f"{name_text(name)}: {number(norm)}" for name, norm in layers)
    factor = (first / last) ** (1 / (count - 1)) if last and first else 0.0
    some = f"outputs of {len(layers)} of the {count} layers" if count > len(layers) else "layers' outputs"
    question = Question(
        kind="vanishing", level="intermediate", concept="vanishing and exploding gradients", form="choice",
        node=layers[0][0], options=tuple(_ANSWERS.values()), answer=answer,
        text=f"The norms of the gradients of the {some}, from the input to the output:\n"
        f"{told}\nWhat happens to the gradient on its way back?",
        hints=(
            "Backward means from the last line to the first.",
            f"Compare the first with the last: {number(first)} and {number(last)}.",
        ),
        explanation=f"From {name_text(layers[-1][0])} back to {name_text(layers[0][0])} the norm is "
        f"multiplied by {number(first / last, 3) if last else '∞'}, about {number(factor, 3)} at each of "
        f"the {count - 1} layers: {answer}.",
        link=source.link,
    )  # fmt: skip
    mistakes = [Misconception(_ANSWERS[other], _SAYS[other]) for other in _ANSWERS if other != verdict]
    return knowing(question, mistakes)


def which_layer(source: Source, random: Random) -> Question | None:
    """In which layer the gradient is smallest or largest."""
    layers, _ = _layers(source)
    norms = [norm for _, norm in layers]
    verdict = _verdict(norms) if len(layers) >= _FEWEST else ""
    if verdict not in ("vanishes", "explodes"):
        return None
    ranked = sorted(norms, reverse=verdict == "explodes")
    if ranked[1] and 0.67 < ranked[0] / ranked[1] < 1.5:
        return None  # two layers too much alike
    names = [name_text(name) for name, _ in layers]
    answer = names[norms.index(ranked[0])]
    options = tuple(random.sample(names, len(names)))
    last, at_last = layers[-1]
    question = Question(
        kind="which layer", level="beginner", concept="vanishing and exploding gradients", form="choice",
        node=layers[-1][0], options=options, answer=answer,
        text=f"These are outputs of layers, from the input to the output: {', '.join(names)}.\n"
        f"The gradient of {name_text(last)} has the norm {number(at_last)}, and in this network a gradient "
        f"becomes {'smaller' if verdict == 'vanishes' else 'larger'} at each layer on its way back. "
        f"In which layer is it {'smallest' if verdict == 'vanishes' else 'largest'}?",
        hints=("The way back begins at the output.", "Which layer is reached last?"),
        explanation=f"{answer} is reached last, after the most factors: its gradient has the norm "
        f"{number(ranked[0])}, at {name_text(last)} it is {number(at_last)}.",
        link=source.link,
    )  # fmt: skip
    near = f"On its way back the gradient comes through that layer before it comes to {answer}."
    mistakes = [Misconception(option, near) for option in options if option != answer]
    return knowing(question, mistakes)


# ── which layer, why, what helps ──────────────────────────────────────────────────────────────

#: Operator → why a stack of it makes gradients vanish, and what helps.
_WHY: Mapping[str, str] = {
    "Sigmoid": "the slope of a sigmoid is at most 1/4",
    "Tanh": "the slope of tanh falls towards 0 away from the middle",
    "Relu": "the slope of a ReLU is 0 for what is negative",
}
_SPOKEN = {"Sigmoid": "sigmoid", "Tanh": "tanh", "Relu": "ReLU"}
#: The activation is the reason where its slopes account for this part of the factor, on a log scale.
_MAIN_CAUSE = 0.5
_REASONS = (*_WHY.values(), "the weights make every pass back larger", "the learning rate is too small")


def why(source: Source, random: Random) -> Question | None:
    """Why the gradient vanishes or explodes here."""
    layers, _ = _layers(source)
    norms = [norm for _, norm in layers]
    verdict = _verdict(norms) if len(layers) >= _FEWEST else ""
    activation = _activation(source.trace.graph)
    if verdict not in ("vanishes", "explodes"):
        return None
    if verdict == "vanishes" and (activation is None or _share(source, activation, norms) < _MAIN_CAUSE):
        return None
    answer = _REASONS[3] if verdict == "explodes" else _WHY[activation or ""]
    options = list(_REASONS)
    random.shuffle(options)
    found = {
        "vanishes": "the gradient vanishes towards the input",
        "explodes": "the gradient explodes towards the input",
    }
    question = Question(
        kind="why", level="advanced", concept="vanishing and exploding gradients", node=layers[0][0],
        form="choice", options=tuple(options), answer=answer,
        text=f"In this network {found[verdict]}: its norm is {number(layers[-1][1])} at "
        f"{name_text(layers[-1][0])} and {number(layers[0][1])} at {name_text(layers[0][0])}. Its layers use "
        f"{_SPOKEN.get(activation or '', 'no activation')}. Why does that happen?",
        hints=(
            "Each layer multiplies the gradient by its weights and by the slope of its activation.",
            "Ask whether that product is below 1 or above it.",
        ),
        explanation=f"Because {answer}: at each layer the gradient is multiplied by a factor "
        f"{'below' if verdict == 'vanishes' else 'above'} 1. {_HELP[verdict]}",
        link=source.link,
    )  # fmt: skip
    return knowing(question, _why_mistakes(verdict, activation))


def _why_mistakes(verdict: str, activation: str | None) -> list[Misconception]:
    mistakes = [
        Misconception(_REASONS[4], "The learning rate scales the update, not the gradient itself."),
        *(
            Misconception(reason, f"That would be so with {_SPOKEN[name]}, which this network does not use.")
            for name, reason in _WHY.items()
            if name != activation
        ),
    ]
    if verdict == "vanishes":
        mistakes.append(Misconception(_REASONS[3], "Then the norms would grow towards the input."))
    elif activation is not None:
        mistakes.append(
            Misconception(_WHY[activation], "That would make the gradient smaller, and it grows.")
        )
    return mistakes


_REMEDIES: Mapping[str, tuple[str, str]] = {
    "vanishes": ("residual connections around the layers", "They give the gradient a way with the factor 1."),
    "explodes": (
        "clipping the norm of the gradient",
        "It bounds the step, whatever the product of the factors.",
    ),
}
#: Remedies that help with neither, and why.
_VAIN = {
    "more layers of the same kind": "Each further layer multiplies by the same factor once more.",
    "a larger batch": "A batch evens out noise; the product of the factors stays.",
    "zeroing the gradients twice": "Zeroing once is enough, and it changes no slope.",
}


def what_helps(source: Source, random: Random) -> Question | None:
    """Which of some measures helps against what the gradient does here."""
    layers, _ = _layers(source)
    verdict = _verdict([norm for _, norm in layers]) if len(layers) >= _FEWEST else ""
    if verdict not in _REMEDIES:
        return None
    answer, because = _REMEDIES[verdict]
    options = [answer, *_VAIN]
    random.shuffle(options)
    question = Question(
        kind="what helps", level="intermediate", concept="vanishing and exploding gradients", form="choice",
        node=layers[0][0], options=tuple(options), answer=answer,
        text=f"In this network the norm of the gradient is {number(layers[-1][1])} at "
        f"{name_text(layers[-1][0])} and {number(layers[0][1])} at {name_text(layers[0][0])}. What helps?",
        hints=("What multiplies the gradient at each layer?", "Which measure changes that, or its effect?"),
        explanation=f"{answer[0].upper()}{answer[1:]}: {because[0].lower()}{because[1:]} {_HELP[verdict]}",
        link=source.link,
    )  # fmt: skip
    mistakes = [Misconception(option, says) for option, says in _VAIN.items()]
    return knowing(question, mistakes)


_HELP = {
    "vanishes": "A ReLU, a residual connection, normalisation or a fitting initialisation helps.",
    "explodes": "Clipping the norm bounds the update; a smaller initialisation removes the cause.",
}


def _share(source: Source, activation: str, norms: list[float]) -> float:
    """Which part of the shrinking the slopes of the activation account for, on a log scale."""
    trace = source.trace
    if not norms[0] or not norms[-1]:
        return 1.0
    slopes = [
        float(np.sqrt(np.mean(np.square(np.asarray(trace.local_of(node, 0).value)))))
        for node in trace.graph
        if node.op == activation and trace.has_gradient(node.id)
    ]
    sizes = np.log(np.maximum(slopes[1:], 1e-300))
    return float(sizes.sum() / np.log(norms[0] / norms[-1]))


def _activation(graph: Graph) -> str | None:
    """The one activation that the network uses; None where there is none or several."""
    found = {node.op for node in graph if node.op in _WHY}
    return found.pop() if len(found) == 1 else None


KINDS = (
    Kind(
        "vanishing",
        "Vanishing or exploding?",
        "vanishing and exploding gradients",
        ("intermediate",),
        vanishing,
    ),
    Kind("which layer", "Which layer?", "vanishing and exploding gradients", ("beginner",), which_layer),
    Kind("what helps", "What helps?", "vanishing and exploding gradients", ("intermediate",), what_helps),
    Kind("why", "Why it vanishes or explodes", "vanishing and exploding gradients", ("advanced",), why),
)
