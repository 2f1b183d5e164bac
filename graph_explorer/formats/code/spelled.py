"""Values that note, as NumPy code, what is done with them.

The one rule: a rule of the engine is run once on such values; what it calls is what is written. So the
code that a person reads is what the program runs, and there is no second set of rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from graph_explorer.formats.code.functions import erf

Array = np.ndarray[Any, Any]

#: How tightly code binds: comparisons, sums, products, signs, powers, atoms.
COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)

#: ufunc → its sign, how tightly it binds, what an intermediate result of it is called
INFIX: Mapping[Any, tuple[str, int, str]] = {
    np.add: ("+", SUM, "sum"), np.subtract: ("-", SUM, "difference"),
    np.multiply: ("*", PRODUCT, "product"), np.true_divide: ("/", PRODUCT, "quotient"),
    np.floor_divide: ("//", PRODUCT, "quotient"), np.remainder: ("%", PRODUCT, "rest"),
    np.matmul: ("@", PRODUCT, "product"), np.power: ("**", POWER, "power"),
    np.greater: (">", COMPARISON, "mask"), np.greater_equal: (">=", COMPARISON, "mask"),
    np.less: ("<", COMPARISON, "mask"), np.less_equal: ("<=", COMPARISON, "mask"),
    np.equal: ("==", COMPARISON, "mask"), np.not_equal: ("!=", COMPARISON, "mask"),
    np.bitwise_and: ("&", COMPARISON, "mask"), np.bitwise_or: ("|", COMPARISON, "mask"),
    np.bitwise_xor: ("^", COMPARISON, "mask"),
}  # fmt: skip
PREFIX: Mapping[Any, str] = {np.negative: "-", np.invert: "~"}
#: Where NumPy keeps its functions.
_HOMES: Mapping[str, Any] = {
    "np": np, "np.linalg": np.linalg, "np.fft": np.fft, "np.lib.stride_tricks": np.lib.stride_tricks,
}  # fmt: skip
#: Functions that only ask about a value.
_QUESTIONS = (np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.iscomplexobj)


class Spelled(np.lib.mixins.NDArrayOperatorsMixin):
    """A value, with the code that makes it: a `name`, or `word` applied to `parts` in a `form`.

    The forms are `infix`, `prefix`, `call`, `method`, `attribute` and `item`. `function` is one of
    `functions.py` that the code needs.
    """

    def __init__(
        self, value: Any, *, name: str = "", form: str = "", word: str = "", parts: tuple[Any, ...] = (),
        options: Mapping[str, Any] | None = None, function: Callable[..., Any] | None = None,
        binding: int = ATOM, hint: str = "",
    ) -> None:  # fmt: skip
        self.value: Array = np.asarray(value)
        self.name, self.form, self.word, self.parts = name, form, word, parts
        self.options, self.function, self.binding = dict(options or {}), function, binding
        self.hint = hint or word.rsplit(".", 1)[-1]

    shape = property(lambda self: self.value.shape)
    dtype = property(lambda self: self.value.dtype)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if options.get("out") is not None or method not in ("__call__", "reduce", "accumulate"):
            return NotImplemented
        simple = _simplified(ufunc, inputs) if method == "__call__" and not options else None
        if simple is not None:
            return simple
        value = getattr(ufunc, method)(*plain(inputs), **plain(options))
        if method == "__call__" and not options and ufunc in INFIX:
            sign, binding, hint = INFIX[ufunc]
            return Spelled(value, form="infix", word=sign, parts=inputs, binding=binding, hint=hint)
        if method == "__call__" and ufunc in PREFIX:
            return Spelled(value, form="prefix", word=PREFIX[ufunc], parts=inputs, binding=SIGN, hint="minus")
        word = f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")
        return Spelled(value, form="call", word=word, parts=inputs, options=options, hint=ufunc.__name__)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        if function.__name__ == "erf":  # the one function of the engine that NumPy has not
            return call(erf, *inputs)
        value = function(*plain(inputs), **plain(options))
        if value is None:
            raise TypeError(f"{function.__name__} writes into an array, which cannot be spelled")
        if function in _QUESTIONS or not isinstance(value, np.ndarray | np.generic | list | tuple):
            return value
        if function in (np.reshape, np.broadcast_to) and np.shape(value) == plain(inputs[0]).shape:
            return inputs[0]
        kept = {key: option for key, option in options.items() if not _usual(key, option, value)}
        return _spread(value, form="call", word=_path(function), parts=tuple(inputs), options=kept)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        raise TypeError("a rule that needs the numbers themselves cannot be spelled")

    def __bool__(self) -> bool:
        raise TypeError("a rule that branches on values cannot be spelled")

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, index: Any) -> Any:
        return Spelled(self.value[plain(index)], form="item", word="part", parts=(self, index))

    @property
    def T(self) -> Spelled:
        return Spelled(self.value.T, form="attribute", word="T", parts=(self,), hint="transposed")

    def __getattr__(self, name: str) -> Any:
        if name not in ("reshape", "astype", "sum", "transpose", "swapaxes", "copy", "mean", "max", "min"):
            raise AttributeError(name)

        def method(*inputs: Any, **options: Any) -> Any:
            value = getattr(self.value, name)(*plain(inputs), **plain(options))
            if name == "copy" or (name == "astype" and value.dtype == self.value.dtype):
                return self
            kept = {key: option for key, option in options.items() if key != "copy"}
            return Spelled(value, form="method", word=name, parts=(self, *inputs), options=kept)

        return method

    def __iadd__(self, other: Any) -> Any:
        return self + other

    def __isub__(self, other: Any) -> Any:
        return self - other

    def __imul__(self, other: Any) -> Any:
        return self * other

    def __itruediv__(self, other: Any) -> Any:
        return self / other


def call(function: Callable[..., Any], *inputs: Any, **options: Any) -> Any:
    """The call of a function of `functions.py`, which the code then holds."""
    value = function(*plain(inputs), **plain(options))
    return Spelled(
        value, form="call", word=function.__name__, parts=inputs, options=options, function=function
    )


def _usual(key: str, option: Any, value: Any) -> bool:
    """Whether an option says what NumPy does anyway."""
    if key == "dtype":
        return bool(value.dtype.kind == "f" and np.dtype(option) == value.dtype)
    return key == "keepdims" and option is False


def _spread(value: Any, **how: Any) -> Any:
    """A call with one result, or several that are its items."""
    if isinstance(value, np.ndarray | np.generic):
        return Spelled(value, **how)
    whole = Spelled(np.empty(0), **how)
    return tuple(
        Spelled(part, form="item", word="part", parts=(whole, place)) for place, part in enumerate(value)
    )


def _simplified(ufunc: Any, inputs: tuple[Any, ...]) -> Any:
    """What a product with 1 or −1, a sum with 0 or a power of 1 is, if that changes no shape or type."""
    if len(inputs) != 2:
        return None
    a, b = inputs
    for x, y, second in ((a, b, True), (b, a, False)):
        if isinstance(y, Spelled) or not isinstance(x, Spelled) or np.ndim(y):
            continue
        fits = np.result_type(x.dtype, _weak(y)) == x.dtype and x.dtype.kind == "f"
        if not fits:
            continue
        if y == 1 and (ufunc is np.multiply or (second and ufunc in (np.true_divide, np.power))):
            return x
        if y == -1 and ufunc is np.multiply:
            return -x
    return None


def _weak(value: Any) -> Any:
    return value if isinstance(value, int | float) else np.asarray(value).dtype


def plain(value: Any) -> Any:
    """The arrays behind spelled values, also inside tuples, lists and slices."""
    if isinstance(value, Spelled):
        return value.value
    if isinstance(value, tuple | list):
        return type(value)(plain(part) for part in value)
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, slice):
        return slice(plain(value.start), plain(value.stop), plain(value.step))
    return value


def inner(value: Any) -> Iterator[Spelled]:
    """The spelled values directly inside another, or inside a tuple, list or slice."""
    if isinstance(value, Spelled):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from inner(part)
    elif isinstance(value, dict):
        yield from inner(list(value.values()))
    elif isinstance(value, slice):
        yield from inner([value.start, value.stop, value.step])


def _path(function: Any) -> str:
    """Where NumPy keeps a function."""
    name: str = function.__name__
    for path, home in _HOMES.items():
        if getattr(home, name, None) is function:
            return f"{path}.{name}"
    raise TypeError(f"{name} is no function of NumPy")
