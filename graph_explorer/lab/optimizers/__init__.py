"""Optimizers: a table of methods, each one record, and the settings that a text gives them.

Names, hyper-parameters, defaults and definitions are those of `torch.optim`; what PyTorch does not
have (Lion, Newton's method, conjugate gradients, line search) follows the paper its record names.

The one rule: everything there is to know about a method is in its row; windows, command line,
reports and tests loop over `METHODS` and name no method themselves.
"""

from __future__ import annotations

from graph_explorer.lab.optimizers import adam, adaptive, lbfgs, momentum, searches, signs
from graph_explorer.lab.optimizers.method import Method
from graph_explorer.lab.optimizers.settings import MethodSettings, read_settings

__all__ = ["METHODS", "Method", "MethodSettings", "read_method"]

#: Every method by its name, in the order of a menu.
METHODS: dict[str, Method] = {
    row.name: row for family in (momentum, adaptive, adam, signs, lbfgs, searches) for row in family.METHODS
}


def read_method(text: str) -> MethodSettings:
    """The method and hyper-parameters of a text such as `adam:lr=0.05,betas=0.9/0.999`.

    Raises `HyperparameterError`, whose text is one sentence.
    """
    return read_settings(text, METHODS)
