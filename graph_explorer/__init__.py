"""Graph Explorer: see backpropagation and gradient descent, step by step.

    import graph_explorer as gx
    trace = gx.run(gx.open("neuron"))
    trace.gradient("w")

The names are those of `graph_explorer.api`, loaded when first used, so that the window opens fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graph_explorer.api import (
        check as check,
    )
    from graph_explorer.api import (
        descend as descend,
    )
    from graph_explorer.api import (
        examples as examples,
    )
    from graph_explorer.api import (
        hessian as hessian,
    )
    from graph_explorer.api import (
        jacobian as jacobian,
    )
    from graph_explorer.api import (
        jvp as jvp,
    )
    from graph_explorer.api import (
        learning_rates as learning_rates,
    )
    from graph_explorer.api import (
        open as open,  # noqa: A004
    )
    from graph_explorer.api import (
        parse as parse,
    )
    from graph_explorer.api import (
        replay as replay,
    )
    from graph_explorer.api import (
        run as run,
    )
    from graph_explorer.api import (
        save as save,
    )
    from graph_explorer.api import (
        sharpness as sharpness,
    )
    from graph_explorer.api import (
        show as show,
    )
    from graph_explorer.api import (
        surface as surface,
    )
    from graph_explorer.api import (
        sweep as sweep,
    )
    from graph_explorer.api import (
        train as train,
    )

__version__ = "0.1.0"

#: The names of the interface: asking for any other, a submodule for one, loads nothing.
_NAMES = frozenset(
    {"check", "descend", "examples", "hessian", "jacobian", "jvp", "learning_rates", "open", "parse",
     "replay", "run", "save", "sharpness", "show", "surface", "sweep", "train"}
)  # fmt: skip


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _NAMES:
        return getattr(import_module("graph_explorer.api"), name)
    raise AttributeError(f"module 'graph_explorer' has no attribute '{name}'")
