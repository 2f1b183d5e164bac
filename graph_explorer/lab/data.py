"""Data sets that ship with scikit-learn, fetched from the installed library when first asked for.

The one rule: nothing is downloaded, and scikit-learn is imported only here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError, unknown

#: Data set → the field names it has, each with scikit-learn's own name.
FIELDS: Mapping[str, Mapping[str, str]] = {
    "digits": {"images": "images", "features": "data", "labels": "target"},
    "iris": {"features": "data", "labels": "target"},
    "wine": {"features": "data", "labels": "target"},
    "diabetes": {"features": "data", "labels": "target"},
}


@cache
def _bunch(name: str) -> Any:
    try:
        from sklearn import datasets
    except ImportError:
        raise InputError(
            f"the data set '{name}' comes with scikit-learn; "
            "install it with: pip install graph-explorer[data]"
        ) from None
    return getattr(datasets, f"load_{name}")()


def data(name: str, field: str) -> np.ndarray[Any, Any]:
    """One field of a data set, one row an example; digits have images (1797, 8, 8) from 0 to 16."""
    if name not in FIELDS:
        raise unknown("data set", name, FIELDS)
    if field not in FIELDS[name]:
        raise unknown(f"field of '{name}'", field, FIELDS[name])
    return np.asarray(getattr(_bunch(name), FIELDS[name][field]), dtype=np.float64)
