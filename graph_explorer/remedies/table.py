"""The table of remedies.

The one rule: a remedy is one row here and one function from a document to another; where it cannot be
used, the function says why in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from graph_explorer.document import Document
from graph_explorer.remedies import activation, initialisation, normalisation, shortcut, steps


@dataclass(frozen=True)
class Remedy:
    """One change of a document: what it does, why that helps, and who found it."""

    name: str
    title: str
    why: str
    source: str
    apply: Callable[[Document], Document]
    #: whether it changes training alone, which one run of the document does not show
    of_training: bool = False


_ROWS = (
    Remedy(
        "relu", "ReLU for sigmoid and tanh",
        "An open ReLU has the slope 1; a sigmoid at most ¼, and tanh less than 1 wherever it bends.",
        "Glorot, Bordes, Bengio 2011: Deep sparse rectifier neural networks", activation.relu,
    ),
    Remedy(
        "gelu", "GELU for the activations",
        "It is as steep as a ReLU, bends smoothly, and passes a little back below zero too.",
        "Hendrycks, Gimpel 2016: Gaussian error linear units", activation.gelu,
    ),
    Remedy(
        "leaky_relu", "Leaky ReLU for ReLU",
        "Below zero its slope is 0.01 in place of 0, so that a closed unit can open again.",
        "Maas, Hannun, Ng 2013: Rectifier nonlinearities improve neural network acoustic models",
        activation.leaky_relu,
    ),
    Remedy(
        "initialise", "Weights of the right size",
        "He's size before ReLU, Glorot's elsewhere: signal and gradient keep theirs from layer to layer.",
        "Glorot, Bengio 2010: Understanding the difficulty of training deep feedforward neural networks; "
        "He, Zhang, Ren, Sun 2015: Delving deep into rectifiers", initialisation.initialise,
    ),
    Remedy(
        "orthogonal", "Orthogonal weights",
        "An orthogonal matrix turns a vector and keeps its length, forward and backward, however often.",
        "Saxe, McClelland, Ganguli 2014: Exact solutions to the nonlinear dynamics of learning",
        initialisation.orthogonal,
    ),
    Remedy(
        "zero_biases", "Biases begin at zero",
        "A unit is then open for about half of the examples, whatever its weights are.",
        "He, Zhang, Ren, Sun 2015: Delving deep into rectifiers", initialisation.zero_biases,
    ),
    Remedy(
        "layer_norm", "Layer normalisation before the activations",
        "It brings what enters an activation to mean 0 and deviation 1, where the activation is steep.",
        "Ba, Kiros, Hinton 2016: Layer normalization", normalisation.layer_norm,
    ),
    Remedy(
        "batch_norm", "Batch normalisation before the activations",
        "It brings every unit to mean 0 and deviation 1 over the batch, where the activation is steep.",
        "Ioffe, Szegedy 2015: Batch normalization", normalisation.batch_norm,
    ),
    Remedy(
        "shortcut", "Shortcuts around layers",
        "With h + f(h) in place of f(h) the derivative of a block is 1 plus its own: it cannot die out.",
        "He, Zhang, Ren, Sun 2016: Deep residual learning for image recognition", shortcut.shortcut,
    ),
    Remedy(
        "clip", "Gradients clipped to the norm 1",
        "A gradient that is longer keeps its direction and gets the length 1: no step is thrown far.",
        "Pascanu, Mikolov, Bengio 2013: On the difficulty of training recurrent neural networks",
        steps.clip, of_training=True,
    ),
    Remedy(
        "lower_rate", "A tenth of the learning rate",
        "Steps ten times as short stay where the gradient still holds.",
        "Bengio 2012: Practical recommendations for gradient-based training", steps.lower_rate,
        of_training=True,
    ),
    Remedy(
        "higher_rate", "Ten times the learning rate",
        "Steps ten times as long get there in a tenth of the time, as long as the loss goes on falling.",
        "Bengio 2012: Practical recommendations for gradient-based training", steps.higher_rate,
        of_training=True,
    ),
)  # fmt: skip

#: Every remedy by its name.
REMEDIES: Mapping[str, Remedy] = MappingProxyType({row.name: row for row in _ROWS})
