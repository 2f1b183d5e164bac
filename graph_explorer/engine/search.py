"""Which nodes of a run meet a query.

The one rule: what is cheap is asked first, and numbers are only computed of nodes that still fit; a run
of plain numbers is asked all at once.
"""

from __future__ import annotations

import operator as compare
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.health.measures import norm_of
from graph_explorer.engine.health.units import closed_units
from graph_explorer.engine.query import (
    ITSELF,
    STATISTICS,
    SUBJECTS,
    Comparison,
    Either,
    Not,
    Property,
    Subject,
    Term,
    Word,
    parse_query,
)
from graph_explorer.engine.trace import Trace

Array = np.ndarray[Any, Any]
Places = NDArray[np.int64]
Checkpoint = Callable[[float], None]

#: Numbers of arrays (n, entries), one a row.
_NUMBERS: Mapping[str, Callable[[Array], Array]] = {
    "norm": lambda rows: (
        np.array([norm_of(row) for row in rows]) if rows.shape[1] > 1 else np.abs(rows[:, 0])
    ),
    ITSELF: lambda rows: rows[:, 0] if rows.shape[1] == 1 else np.array([norm_of(row) for row in rows]),
    "max": lambda rows: rows.max(axis=1),
    "min": lambda rows: rows.min(axis=1),
    "mean": lambda rows: rows.mean(axis=1),
    "std": lambda rows: rows.std(axis=1),
    "largest": lambda rows: np.abs(rows).max(axis=1),
    "zeros": lambda rows: (rows == 0).mean(axis=1),
    "size": lambda rows: np.full(len(rows), rows.shape[1]),
}
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": compare.lt, ">": compare.gt, "<=": compare.le, ">=": compare.ge, "=": compare.eq, "!=": compare.ne,
}  # fmt: skip
#: What is asked of the values and gradients of a run.
_RUN = frozenset({"shape", "dtype", "nan", "inf", "dead", "ungraded"})
_COSTS = (
    {"op", "parameter", "input", "constant", "opaque"},
    {"group", "attr", "name", "shape", "dtype", "ungraded", "unused"},
    {"nan", "inf"},
    {"dead"},
)


def search(asked: Trace | Graph, query: str, checkpoint: Checkpoint = lambda share: None) -> tuple[str, ...]:
    """The ids of the nodes that meet every term of `query`, in dependency order; none for an empty one.

    Raises `InputError` where the query cannot be read, or names an operation, attribute or group
    that the graph does not have, or asks for shapes or numbers of a graph that has not been run.
    """
    graph = asked.graph if isinstance(asked, Trace) else asked
    terms = parse_query(query)
    if not terms:
        return ()
    places = _meeting_all(asked, terms, np.arange(len(graph)), checkpoint)
    return tuple(graph.nodes[place].id for place in places.tolist())


def _meeting_all(
    asked: Trace | Graph, terms: Sequence[Term], places: Places, checkpoint: Checkpoint
) -> Places:
    """Those of the places whose nodes meet every term."""
    for term in sorted(terms, key=_cost):
        places = _meeting_one(asked, term, places, checkpoint)
    return places


def _meeting_one(asked: Trace | Graph, term: Term, places: Places, checkpoint: Checkpoint) -> Places:
    if isinstance(term, Not):
        met = _meeting_one(asked, term.term, places, checkpoint)
        return np.asarray(places[~np.isin(places, met)])
    if isinstance(term, Either):
        found = [_meeting_all(asked, terms, places, checkpoint) for terms in term.queries]
        return np.unique(np.concatenate(found))
    if isinstance(term, Property) and term.key == "unused":
        return _unused(asked, places)
    if isinstance(term, Word) or (isinstance(term, Property) and term.key not in _RUN):
        return _written(asked.graph if isinstance(asked, Trace) else asked, term, places)
    if isinstance(asked, Trace):
        return _meeting(asked, term, places, checkpoint)
    raise InputError("shapes and numbers are not known yet; run the document first")


def looks_at_numbers(query: str) -> bool:
    """Whether the query asks for entries of arrays, which may take a while."""
    return any(_cost(term) > 1 for term in parse_query(query))


def number_asked(trace: Trace, query: str, name: str) -> tuple[str, float] | None:
    """The first number that the query compares, in words, and what it is of one node; None for none."""
    term = next((term for term in parse_query(query) if isinstance(term, Comparison)), None)
    if term is None:
        return None
    place = np.array([trace.graph.index(name)])
    found = _numbers_of(trace, term.subject, place, _NUMBERS[term.statistic], lambda share: None)
    statistic = "" if term.statistic == ITSELF else f" {term.statistic}"
    return f"{term.subject}{statistic}", float(found[0])


def _cost(term: Term) -> int:
    if isinstance(term, Not):
        return _cost(term.term)
    if isinstance(term, Either):
        return max(_cost(inner) for terms in term.queries for inner in terms)
    if isinstance(term, Property):
        return next(cost for cost, keys in enumerate(_COSTS) if term.key in keys)
    return 1 if isinstance(term, Word) else 2


def _written(graph: Graph, term: Word | Property, places: Places) -> Places:
    """Those of the places whose nodes meet a term that asks for nothing of a run."""
    if isinstance(term, Word):
        texts = _texts(graph)
        if "*" in term.text:
            pattern = re.compile(".*".join(map(re.escape, term.text.split("*"))))
            return _kept(places, (bool(pattern.search(texts[place])) for place in places.tolist()))
        return _kept(places, (term.text in texts[place] for place in places.tolist()))
    tests = {"op": _operation, "attr": _attribute, "group": _group, "name": _name}
    test_node = tests[term.key](graph, term.text) if term.key in tests else _leaf(term.key)
    return _kept(places, (test_node(graph.nodes[place]) for place in places.tolist()))


def _meeting(trace: Trace, term: Comparison | Property, places: Places, checkpoint: Checkpoint) -> Places:
    """Those of the places whose nodes meet a term that asks for something of a run."""
    if isinstance(term, Comparison):
        return _kept(places, _compared(trace, term, places, checkpoint))
    if term.key in ("nan", "inf"):
        test = np.isnan if term.key == "nan" else np.isinf
        both = [_tested(trace, subject, places, test, checkpoint) for subject in ("value", "gradient")]
        return _kept(places, both[0] | both[1])
    if term.key == "shape":
        wanted = _shape(term.text)
        return _kept(places, (_has_shape(trace, place, wanted) for place in places.tolist()))
    if term.key == "dtype":
        return _kept(places, _typed(trace, term.text.lower(), places))
    if term.key == "ungraded":
        return _kept(places, (not trace.takes_gradient(trace.graph.nodes[p].id) for p in places.tolist()))
    return _kept(places, (_is_dead(trace, trace.graph.nodes[place]) for place in places.tolist()))


def _kept(places: Places, meets: Iterable[bool]) -> Places:
    return np.asarray(places[np.fromiter(meets, bool, len(places))])


# ── words and properties ──────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=1)
def _texts(graph: Graph) -> Sequence[str]:
    """What words are looked for in, in small letters, a text a node."""
    others: dict[str, list[str]] = {}
    for name, value in graph.names.items():
        others.setdefault(value, []).append(name)
    return [
        "\n".join(
            [node.op, node.caption, node.group, *node.outputs]
            + [name for value in node.outputs for name in others.get(value, ())]
        ).lower()
        for node in graph
    ]


Test = Callable[[Node], bool]


def _leaf(kind: str) -> Test:
    return (lambda node: node.rule is not None) if kind == "opaque" else (lambda node: node.op == kind)


def _name(graph: Graph, text: str) -> Test:
    wanted = text.lower()
    return lambda node: any(wanted in name.lower() for name in node.outputs)


def _unused(asked: Trace | Graph, places: Places) -> Places:
    """Those of the places whose values nobody takes, the output apart."""
    graph = asked.graph if isinstance(asked, Trace) else asked
    taken = np.zeros(len(graph), dtype=bool)
    taken[graph.edges[0]] = True
    taken[graph.index(asked.output) if isinstance(asked, Trace) else -1] = True
    return np.asarray(places[~taken[places]])


def _typed(trace: Trace, wanted: str, places: Places) -> list[bool]:
    """Which places have values of a type of numbers."""
    types = [
        str(np.asarray(value).dtype) if value is not None else ""
        for value in (trace.values[trace.plan.outputs[place][0]] for place in places.tolist())
    ]
    if not any(fnmatchcase(found, f"{wanted}*") for found in types):
        known = {str(np.asarray(value).dtype) for value in trace.values if value is not None}
        if not any(fnmatchcase(found, f"{wanted}*") for found in known):
            raise InputError(f"no value here is of the type '{wanted}'; {nearest(wanted, known)}")
    return [fnmatchcase(found, f"{wanted}*") for found in types]


def _operation(graph: Graph, text: str) -> Test:
    wanted, known = text.lower(), {node.op for node in graph}
    fitting = {op for op in known if fnmatchcase(op.lower(), wanted)}
    if not fitting:
        raise InputError(f"no node here is a '{text}'; {nearest(text, known)}")
    return lambda node: node.op in fitting


def _attribute(graph: Graph, text: str) -> Test:
    name, equals, wanted = (part.strip() for part in text.partition("="))
    known = {key for node in graph for key in node.attributes}
    name = next((key for key in known if key.lower() == name.lower()), name)
    if name not in known:
        near = nearest(name, [*known, *STATISTICS, *SUBJECTS])
        near = near if near.startswith("did") else nearest(name, known)
        raise InputError(f"no node here has an attribute '{name}'; {near}".rstrip("; "))
    if not equals:
        return lambda node: name in node.attributes
    return lambda node: name in node.attributes and _is_written(node.attributes[name], wanted)


def _is_written(value: Any, text: str) -> bool:
    """Whether an attribute is what was typed: `2` is also (2, 2); lists are written 2,2 or 2x2."""
    if isinstance(value, (tuple, list)):
        inner = re.sub(r"[\s;x×]+", ",", text.strip("()[] "))
        parts = [part for part in inner.split(",") if part]
        if len(parts) == 1:
            parts = parts * len(value)
        return len(parts) == len(value) > 0 and all(map(_is_written, value, parts))
    if isinstance(value, (int, float)):
        try:
            return float(text) == value
        except ValueError:
            return str(value).lower() == text.lower()
    shown = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return shown.lower() == text.lower()


def _group(graph: Graph, text: str) -> Test:
    inside = {path for path in graph.groups if f"/{text.lower()}/" in f"/{path.lower()}/"}
    if not inside:
        known = {part for path in graph.groups for part in (path, path.rpartition("/")[2])}
        advice = nearest(text, known) or "this graph has no groups"
        raise InputError(f"no group here is called '{text}'; {advice}")
    return lambda node: node.group in inside


def _shape(text: str) -> tuple[int | None, ...]:
    """A shape as it is typed; None is any length."""
    if text.lower() in ("scalar", "()"):
        return ()
    parts = [part for part in re.split(r"[\s,x×]+", text.strip("()[] ").lower()) if part]
    if not all(part == "*" or part.isdigit() for part in parts):
        raise InputError(f"'{text}' is no shape; write it as 2x3, 64x* or scalar")
    return tuple(None if part == "*" else int(part) for part in parts)


def _has_shape(trace: Trace, place: int, wanted: tuple[int | None, ...]) -> bool:
    value = trace.values[trace.plan.outputs[place][0]]
    shape = np.shape(value) if value is not None else None
    return (
        shape is not None
        and len(shape) == len(wanted)
        and all(part is None or part == length for part, length in zip(wanted, shape, strict=True))
    )


def _is_dead(trace: Trace, node: Node) -> bool:
    found = closed_units(trace, node)
    return found is not None and found[0] > 0


# ── numbers ───────────────────────────────────────────────────────────────────────────────────


def _arrays(trace: Trace, subject: Subject) -> Sequence[Array | None] | Array:
    return trace.values if subject == "value" else trace.gradients


def _numbers_of(
    trace: Trace, subject: Subject, places: Places, of: Callable[[Array], Array], checkpoint: Checkpoint
) -> Array:
    """What `of` makes of the rows of entries of each place, as one number; NaN where there is no array."""
    arrays = _arrays(trace, subject)
    outputs = [trace.plan.outputs[place][0] for place in places.tolist()]
    found = np.full(len(places), np.nan)
    with np.errstate(all="ignore"):
        if isinstance(arrays, np.ndarray):
            known = _known(trace, subject, outputs)
            found[known] = of(arrays[outputs][known][:, None])
            return found
        for row, number in enumerate(outputs):
            checkpoint(row / len(outputs))
            array = arrays[number]
            if array is not None and np.size(array) and np.asarray(array).dtype.kind in "fiub":
                found[row] = of(np.asarray(array).reshape(1, -1))[0]
    return found


def _known(trace: Trace, subject: Subject, outputs: Sequence[int]) -> NDArray[np.bool_]:
    """Which of the values, or of their gradients, a run of plain numbers has."""
    names = trace.graph.values
    if subject == "value":
        return np.array([trace.has_value(names[number]) for number in outputs], dtype=bool)
    return np.array([trace.takes_gradient(names[number]) for number in outputs], dtype=bool)


def _compared(trace: Trace, term: Comparison, places: Places, checkpoint: Checkpoint) -> NDArray[np.bool_]:
    numbers = _numbers_of(trace, term.subject, places, _NUMBERS[term.statistic], checkpoint)
    return np.asarray(_COMPARE[term.operator](numbers, term.bound) & ~np.isnan(numbers))


def _tested(
    trace: Trace, subject: Subject, places: Places, test: Callable[[Array], Array], checkpoint: Checkpoint
) -> NDArray[np.bool_]:
    """Which arrays have an entry that passes a test."""
    found = _numbers_of(
        trace, subject, places, lambda rows: np.asarray(test(rows.astype(np.float64)).any(axis=1)), checkpoint
    )
    return np.asarray(found == 1)
