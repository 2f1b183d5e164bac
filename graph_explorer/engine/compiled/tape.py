"""Calls of NumPy on arrays, written down by running the rules of operations on values that note them.

The one rule: what is on the tape is what the rules did, call by call. A rule that asks for numbers,
or writes into an array, cannot be noted and stands on the tape as one call of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.ops.declare import Stand

Array = np.ndarray[Any, Any]

#: Questions about shapes and types: answered at once, for they are the same in every run.
_ASKING = frozenset({np.shape, np.ndim, np.size, np.result_type, np.can_cast})
#: What these make follows from shape and type alone.
_CONSTANT = frozenset({np.zeros_like, np.ones_like})
#: Powers that NumPy's operator works out by another function.
_POWERS: Mapping[float, np.ufunc] = {2.0: np.square, 0.5: np.sqrt, -1.0: np.reciprocal, 1.0: np.positive}


class NotNoted(TypeError):
    """A rule did something that cannot be written down as calls."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The result of a call, or a leaf, by its number."""

    number: int


@dataclass(frozen=True, slots=True)
class Call:
    """`function(*arguments, **options)`, in which `Ref`s, also inside lists and tuples, stand for values.

    `results` are the numbers of what comes out: an array, or, if it is `whole`, the parts of a tuple or list.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    options: Mapping[str, Any]
    results: tuple[int, ...]
    whole: bool = False


class Tape:
    """Calls in order, and the array that each of them gave while it was noted."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.arrays: list[Any] = []
        #: per value, the number of the value in whose memory it lies: its own where that is new
        self.roots: list[int] = []
        self._known: dict[Any, Any] = {}

    def leaf(self, given: Any) -> Noted:
        """What is handed in: an array, or the attributes of a node."""
        return self._value(given, ())

    def _value(self, array: Any, given: Sequence[int]) -> Noted:
        number = len(self.arrays)
        self.arrays.append(array)
        shared = (self.roots[k] for k in given if isinstance(array, np.ndarray) and self._share(array, k))
        self.roots.append(next(shared, number))
        return Noted(self, number)

    def _share(self, array: Array, number: int) -> bool:
        other = self.arrays[number]
        return isinstance(other, np.ndarray) and np.may_share_memory(array, other)

    def note(self, function: Callable[..., Any], arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """Makes a call and writes it down; equal calls are made once. Its result, or a list of them."""
        given: list[int] = []
        places = tuple(_referred(one, given) for one in arguments)
        named = {key: _referred(value, given) for key, value in options.items()}
        key = _key(function, places, named)
        if key is not None and key in self._known:
            return self._known[key]
        made = function(*(self._real(one) for one in places), **{k: self._real(v) for k, v in named.items()})
        whole = isinstance(made, tuple | list)
        results = [self._value(one, given) for one in (made if whole else (_checked(made),))]
        numbers = tuple(one.number for one in results)
        self.calls.append(Call(function, places, named, numbers, whole))
        answer = tuple(results) if whole else results[0]
        if key is not None:
            self._known[key] = answer
        return answer

    def _real(self, place: Any) -> Any:
        if isinstance(place, Ref):
            return self.arrays[place.number]
        if isinstance(place, tuple | list):
            return type(place)(self._real(one) for one in place)
        return place


def _checked(made: Any) -> Any:
    if not isinstance(made, np.ndarray | np.generic):
        raise NotNoted(f"a call gave {type(made).__name__}, no array")
    return made


def _referred(value: Any, given: list[int]) -> Any:
    """The value with a `Ref` for each noted one in it; their numbers are added to `given`."""
    if isinstance(value, Noted):
        given.append(value.number)
        return Ref(value.number)
    if isinstance(value, tuple | list):
        return type(value)(_referred(one, given) for one in value)
    return value


def _key(function: Any, places: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
    """Equal for calls that give the same; None where that cannot be told."""
    try:
        key = (function, _typed(places), _typed(tuple(sorted(named.items()))))
        hash(key)
    except TypeError:
        return None
    return key


def _typed(value: Any) -> Any:
    """1, 1.0 and True are equal but not the same to NumPy; neither are 0.0 and -0.0."""
    if isinstance(value, tuple | list):
        return type(value), tuple(_typed(one) for one in value)
    if isinstance(value, slice):
        return slice, value.start, value.stop, value.step
    return type(value), value, repr(value) if isinstance(value, float) else ""


_Operators = np.lib.mixins.NDArrayOperatorsMixin


class Noted(_Operators, Stand):
    """A value on a tape. It computes as its array would, and every call is written down."""

    __slots__ = ("number", "tape")

    def __init__(self, tape: Tape, number: int) -> None:
        self.tape, self.number = tape, number

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.tape.arrays[self.number].shape)

    @property
    def dtype(self) -> Any:
        return self.tape.arrays[self.number].dtype

    @property
    def ndim(self) -> int:
        return int(self.tape.arrays[self.number].ndim)

    @property
    def size(self) -> int:
        return int(self.tape.arrays[self.number].size)

    @property
    def T(self) -> Any:
        return np.transpose(self)

    def __len__(self) -> int:
        return len(self.tape.arrays[self.number])

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method not in ("__call__", "reduce") or options.get("out") is not None:
            raise NotNoted(f"{ufunc.__name__}.{method} into an array")
        return self.tape.note(ufunc if method == "__call__" else ufunc.reduce, inputs, options)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        if function in _ASKING or function in _CONSTANT:
            real = self.tape._real
            return function(*(real(_referred(one, [])) for one in inputs), **options)
        if options.get("out") is not None:
            raise NotNoted(f"{function.__name__} into an array")
        return self.tape.note(function, inputs, options)

    def __getitem__(self, index: Any) -> Any:
        return self.tape.note(_item, (self, index), {})

    def __pow__(self, exponent: Any) -> Any:
        shorter = _POWERS.get(exponent) if type(exponent) in (int, float) else None
        if shorter is not None and self.dtype.kind == "f":
            return shorter(self)
        return np.power(self, exponent)

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        if self.dtype == dtype:
            return self
        return self.tape.note(_cast, (self, np.dtype(dtype)), {})

    def reshape(self, *shape: Any) -> Any:
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise NotNoted("a rule asks for the numbers of an array, or changes it")

    __array__ = __bool__ = __int__ = __float__ = __index__ = __iter__ = __setitem__ = _refuse
    # an array of the rule's own that grows in place: here the name goes on to the new value
    __iadd__, __isub__ = _Operators.__add__, _Operators.__sub__
    __imul__, __itruediv__ = _Operators.__mul__, _Operators.__truediv__


def _item(array: Array, index: Any) -> Any:
    return array[index]


def _cast(array: Array, dtype: Any) -> Array:
    return array.astype(dtype)
