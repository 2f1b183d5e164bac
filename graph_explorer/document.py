"""A document: one function, with the values of its leaves and what is asked of it.

The one rule: a document never changes; an edit makes another one. Its graph, its traces and its file
all follow from it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from graph_explorer.engine import run as engine_run
from graph_explorer.engine.chance import with_seeds
from graph_explorer.engine.errors import InputError, check_entry, unknown
from graph_explorer.engine.graph import Graph, Use, enclosing
from graph_explorer.engine.hierarchy import with_blocks
from graph_explorer.engine.opening import with_parts
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.program import Program, read
from graph_explorer.engine.trace import Trace

if TYPE_CHECKING:
    pass

Array = np.ndarray[Any, Any]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Entry:
    """The value of an input or parameter: the array, and how a file spells it if not as plain numbers."""

    array: Array
    spelling: Any = None


@dataclass(frozen=True)
class Surface:
    """The plane on which the output is drawn: two scalar parameters or entries, or random directions.

    `methods` are the entries of the race that opens with it, such as `adam:lr=0.05`, `starts` where
    each of them begins (without them at `start`), and `steps` how many steps they take.
    """

    axes: tuple[str, str] | None = None
    random: bool = False
    window: tuple[float, float, float, float] = (-4.0, 4.0, -4.0, 4.0)
    minima: tuple[tuple[float, float], ...] = ()
    start: tuple[float, float] | None = None
    methods: tuple[str, ...] = ()
    starts: tuple[tuple[float, float], ...] = ()
    steps: int = 200


class Model(Protocol):
    """What gives a document its graph where there is no program text: a model of another tool."""

    @property
    def unfolds(self) -> bool:
        """Whether values decide on the graph: which branch is taken, how often a loop turns."""

    def program(self, leaves: Mapping[str, Array]) -> Program:
        """The graph for these values of the inputs and parameters."""

    def fitted(self, inputs: Mapping[str, Entry], given: Iterable[str]) -> Mapping[str, Entry]:
        """The inputs after those in `given` were: made-up values take the sizes that these ask for."""

    def notes(self, inputs: Mapping[str, Entry]) -> tuple[str, ...]:
        """What a person should know of it, each in a sentence."""


@dataclass(frozen=True)
class Document:
    """A program and its values. `text` is the file it came from, kept so that saving loses nothing.

    `program_place` is the line and column in that file where the program begins, both from 1. A
    document with a `model` has no program text; the graph comes from there. `opened` are the ids of nodes
    that the graph shows as the parts they are made of. `seeds` are what nodes draw from, by id, where that
    is not what the program says: one step of a training, which a file does not keep. With `blocks` the
    graph shows what repeats in it as groups, which a file does not keep either.
    """

    program: str
    inputs: Mapping[str, Entry] = field(default_factory=lambda: _NOTHING)
    parameters: Mapping[str, Entry] = field(default_factory=lambda: _NOTHING)
    title: str = ""
    description: str = ""
    output_name: str = ""
    dtype: str = "float64"
    surface: Surface | None = None
    training: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    path: Path | None = None
    text: str = ""
    program_place: tuple[int, int] = (1, 1)
    model: Model | None = None
    opened: tuple[str, ...] = ()
    seeds: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    blocks: bool = False

    @cached_property
    def read(self) -> Program:
        """The program as a graph; `InputError` at its place in the file."""
        written = self.written
        return with_blocks(written, {**self._given, **written.constants}) if self.blocks else written

    @cached_property
    def written(self) -> Program:
        """The program as it is written, with no groups but its own; `InputError` at its place in the file."""
        twice = next((name for name in self.inputs if name in self.parameters), None)
        if twice is not None:
            raise InputError(f"'{twice}' is both an input and a parameter; keep one", source=self.source)
        try:
            if self.model is not None:
                program = self.model.program(self._given)
            else:
                program = read(self.program, self.inputs, self.parameters, np.dtype(self.dtype))
            program = with_parts(program, self.opened, self._given) if self.opened else program
            return with_seeds(program, self.seeds) if self.seeds else program
        except InputError as error:
            raise self.placed(error) from None

    def __getstate__(self) -> dict[str, Any]:
        """A document is sent as what it was made from; the receiver reads its program anew."""
        parts = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: dict(part) if isinstance(part, Mapping) else part for name, part in parts.items()}

    @property
    def is_read(self) -> bool:
        """Whether the graph is there already."""
        return "read" in self.__dict__

    @property
    def graph(self) -> Graph:
        return self.read.graph

    @property
    def source(self) -> str:
        return str(self.path) if self.path else ""

    @property
    def name(self) -> str:
        """What a window or a picture calls it."""
        return self.title or (self.path.stem if self.path else "Untitled")

    def placed(self, error: InputError) -> InputError:
        """`error`, which counts lines of the program, as one that counts lines of the file."""
        if error.source or not self.path or not error.line:
            error.source = error.source or self.source
            return error
        line, column = self.program_place
        error.column += column - 1 if error.line == 1 else 0
        error.line += line - 1
        error.source = self.source
        return error

    @property
    def output(self) -> str:
        """The value that is asked for, without an index; see `output_entry`."""
        if not self.output_name:
            return self.read.output
        whole = self.output_name in self.graph  # names of models may hold brackets
        return self.graph.resolve(self.output_name if whole else self.output_name.split("[", 1)[0])

    @property
    def _given(self) -> dict[str, Array]:
        return {name: entry.array for name, entry in {**self.inputs, **self.parameters}.items()}

    @cached_property
    def leaves(self) -> Mapping[str, Array]:
        """The values of all leaves."""
        return {**self._given, **self.read.constants}

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of a document that was read from a model, each in a sentence."""
        return self.model.notes(self.inputs) if self.model is not None else ()

    def entry(self, name: str) -> Entry:
        """The value of the input or parameter `name`."""
        for values in (self.inputs, self.parameters):
            if name in values:
                return values[name]
        raise unknown("input or parameter", name, [*self.inputs, *self.parameters])

    def with_values(self, values: Mapping[str, Any]) -> Document:
        """The document with other numbers for some inputs and parameters; shapes may change."""
        for name in values:
            self.entry(name)
        changed = {
            name: Entry(np.asarray(value, dtype=self.entry(name).array.dtype))
            for name, value in values.items()
        }
        kept: dict[str, Any] = {
            part: MappingProxyType({n: changed.get(n, e) for n, e in getattr(self, part).items()})
            for part in ("inputs", "parameters")
        }
        if self.model is not None:
            kept["inputs"] = MappingProxyType(dict(self.model.fitted(kept["inputs"], values)))
        unfolds = self.model is not None and self.model.unfolds
        if unfolds or (self.opened and any(map(self._reshapes, changed, changed.values()))):
            return dataclasses.replace(self, **kept)
        return self._with_same_graph(**kept)

    def _reshapes(self, name: str, entry: Entry) -> bool:
        """Whether an opened node may have other parts with this value: of another size, or whole numbers."""
        return bool(entry.array.dtype.kind != "f" or entry.array.shape != self.entry(name).array.shape)

    def with_opened(self, names: Iterable[str]) -> Document:
        """The document with these nodes, and no others, opened up into their parts."""
        return dataclasses.replace(self, opened=tuple(names))

    def with_seeds(self, seeds: Mapping[str, int]) -> Document:
        """The document whose nodes draw from these seeds, by id, and the others from their own."""
        return dataclasses.replace(self, seeds=MappingProxyType(dict(seeds)))

    def with_blocks(self, found: bool = True) -> Document:
        """The document whose graph shows what repeats in it as groups, or has only the groups of its own."""
        if found == self.blocks:
            return self
        made = dataclasses.replace(self, blocks=found)
        made.__dict__.update({"written": self.written} if "written" in self.__dict__ else {})
        return made

    def opened_around(self, name: str) -> str:
        """The opened node whose parts hold the node, or are the group, called `name`; "" if none does."""
        graph = self.graph
        path = graph.node(name).group if name in graph else name
        around = (one for one in self.opened if one in graph and graph.node(one).group in enclosing(path))
        return next(around, "")

    def kept_as(self, other: Document) -> Document:
        """The document as part of the file that `other` is part of."""
        return self._with_same_graph(path=other.path, text=other.text, program_place=other.program_place)

    def with_surface(self, surface: Surface) -> Document:
        """The document with another `[surface]`."""
        return self._with_same_graph(surface=surface)

    def with_training(self, table: Mapping[str, Any]) -> Document:
        """The document with another `[training]`."""
        return self._with_same_graph(training=MappingProxyType(dict(table)))

    def _with_same_graph(self, **parts: Any) -> Document:
        made = dataclasses.replace(self, **parts)
        if self.is_read:  # the program is the same: so is its graph
            made.__dict__.update(read=self.read, written=self.written)
        return made

    def with_program(self, program: str) -> Document:
        """The document with another program over the same inputs and parameters."""
        return dataclasses.replace(self, program=program, model=None)

    @cached_property
    def default_wrt(self) -> tuple[str, ...]:
        """Float parameters; where there are none, float inputs."""
        for values in (self.parameters, self.inputs):
            found = tuple(name for name, entry in values.items() if entry.array.dtype.kind == "f")
            if found:
                return found
        return ()


def parse(
    program: str,
    inputs: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    **more: Any,
) -> Document:
    """A document from a program text and values: numbers, nested lists or arrays."""
    dtype = more.get("dtype", "float64")

    def entries(values: Mapping[str, Any] | None) -> Mapping[str, Entry]:
        return MappingProxyType(
            {name: Entry(as_array(name, value, dtype)) for name, value in (values or {}).items()}
        )

    document = Document(program, entries(inputs), entries(parameters), **more)
    document.read  # noqa: B018
    return document


def as_array(name: str, value: Any, dtype: str = "float64") -> Array:
    """A number, nested list or array as an array; plain numbers in `dtype`, arrays in their own type."""
    if isinstance(value, np.ndarray | np.generic):
        return np.asarray(value)
    try:
        array = np.asarray(value)
    except ValueError:
        raise InputError(f"the rows of '{name}' differ in length; make them equal") from None
    if array.dtype == bool:
        return array
    if array.dtype.kind not in "iuf":
        raise InputError(f"'{name}' holds something that is not a number")
    return array.astype(dtype)


def run(
    document: Document,
    wrt: Iterable[str] | None = None,
    output: str | None = None,
    seed: Any = None,
    *,
    detached: Iterable[Use] = (),
    plan: Plan | None = None,
    checkpoint: Callable[[float], None] | None = None,
    partial: bool = False,
) -> Trace:
    """One forward and one backward run of the document.

    `wrt` are the names that get gradients (default: all float parameters), `output` the value that is
    differentiated, `NAME` or an entry `NAME[0,3]`, and `seed` its cotangent (default ones). `plan` of
    an earlier trace of the same graph saves making it anew. With `partial`, a node that fails gives
    a trace that ends there; otherwise `RunError`.
    """
    graph = document.graph
    asked = output or document.output_name or document.output
    name, entry = (asked, None) if asked in graph else split_entry(asked)
    name = graph.resolve(name)
    if plan is None:
        chosen = document.default_wrt if wrt is None else tuple(wrt)
        plan = Plan(graph, name, chosen, document.read.detached | frozenset(detached))
    if entry is not None and seed is None:
        seed = _one_entry(document, plan, name, entry)
    try:
        trace = engine_run.execute(plan, document.leaves, seed, checkpoint)
    except InputError as error:
        raise document.placed(error) from None
    if trace.failure is not None and not partial:
        assert isinstance(trace.failure, InputError)
        raise document.placed(trace.failure)
    if trace.failure is None:
        _refuse_discrete(trace, plan.wrt)
    return trace


def split_entry(text: str) -> tuple[str, tuple[int, ...] | None]:
    """`W1[0,1]` → ("W1", (0, 1)); a plain name has no entry."""
    name, bracket, rest = text.partition("[")
    if not bracket:
        return name, None
    try:
        return name.strip(), tuple(int(part) for part in rest.rstrip().removesuffix("]").split(","))
    except ValueError:
        raise InputError(f"'{text}' is no entry of a value; write it like {name}[0,1]") from None


def _one_entry(document: Document, plan: Plan, name: str, entry: tuple[int, ...]) -> Array:
    """A seed that is one at `entry` of the value `name` and zero elsewhere."""
    forward = engine_run.execute(Plan(plan.graph, name, ()), document.leaves)
    if forward.failure is not None:
        assert isinstance(forward.failure, InputError)
        raise document.placed(forward.failure)
    seed = np.zeros_like(forward.value(name))
    check_entry(name, seed.shape, entry)
    seed[entry] = 1
    return seed


def _refuse_discrete(trace: Trace, names: Iterable[str]) -> None:
    for name in names:
        if trace.has_value(name) and trace.value(name).dtype.kind != "f":
            kind = trace.value(name).dtype
            raise InputError(f"'{name}' is {kind}; only floating-point values have gradients")
