"""Where numbers stop being finite, over many small arrays at once, against looking at each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.document import parse, run
from graph_explorer.engine import finite
from graph_explorer.engine.finite import all_finite

arrays = st.one_of(
    st.none(),
    st.integers(0, 5).map(np.int64),
    st.lists(st.floats(width=32), max_size=6).map(lambda row: np.array(row, dtype=np.float32)),
    st.lists(st.floats(), max_size=6).map(np.array),
    st.booleans().map(np.array),
)


@given(st.lists(arrays, max_size=12), st.sampled_from([3, 100]))
def test_each_array_is_judged_by_itself(found: list[Any], together: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finite, "_TOGETHER", together)
        expected = [one is None or bool(np.isfinite(one).all()) for one in found]
        assert all_finite(found) == expected


def test_only_the_origin_is_named() -> None:
    document = parse("a = log(x)\nb = a + w\nL = sum(b)", {"x": [0.0, 1.0]}, {"w": 2.0})
    assert dict(run(document).nonfinite) == {"a": "value"}


def test_of_gradients_too() -> None:
    document = parse("a = sqrt(w)\nL = a*1 + u", {}, {"w": 0.0, "u": 1.0})
    assert dict(run(document).nonfinite) == {"w": "gradient"}
