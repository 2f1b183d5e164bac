"""Which remedies are offered for which kind of finding.

The one rule: here stand names alone, so that knowing whether there is a remedy costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Kind of finding → what is offered for it, what helps most often first.
OFFERED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "vanishing": ("relu", "initialise", "shortcut", "layer_norm", "batch_norm", "orthogonal", "gelu"),
        "exploding": ("clip", "initialise", "orthogonal", "layer_norm", "batch_norm", "lower_rate"),
        "dead": ("leaky_relu", "zero_biases", "initialise", "layer_norm", "batch_norm", "gelu"),
        "saturated": ("initialise", "layer_norm", "batch_norm", "relu", "gelu"),
        "zero gradient": ("leaky_relu", "zero_biases", "initialise"),
        "overflow": ("initialise", "layer_norm", "clip"),
        "infinite value": ("initialise", "layer_norm", "lower_rate"),
        "nan value": ("initialise", "layer_norm", "lower_rate"),
        "infinite gradient": ("clip", "lower_rate"),
        "large update": ("lower_rate", "clip"),
        "small update": ("higher_rate",),
    }
)
