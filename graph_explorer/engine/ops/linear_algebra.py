"""Matrix products and what belongs to them.

The one rule: a product is linear in each factor, so the gradient of one factor is the incoming
gradient times the other factor, transposed; where broadcasting repeated a factor, its gradients add.
"""

from __future__ import annotations

import string
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import one
from graph_explorer.engine.ops.declare import Array, Operation, unbroadcast


def _transposed(x: Array) -> Array:
    return np.swapaxes(x, -1, -2)


def matmul(a: Array, b: Array) -> Array:
    """The matrix product over the last two axes; the axes before them broadcast."""
    left, right = np.shape(a), np.shape(b)
    if not left or not right:
        raise InputError(f"MatMul: it multiplies arrays, not numbers: {left} @ {right}")
    if left[-1] != right[max(0, len(right) - 2)]:
        raise InputError(f"MatMul: the inner sizes differ: {left} @ {right}")
    if len(left) > 2 and len(right) == 2:  # one large product is faster than a stack of small ones
        return np.reshape(np.matmul(np.reshape(a, (-1, left[-1])), b), (*left[:-1], right[1]))
    return np.matmul(a, b)


def _as_matrices(g: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """g, a and b with at least two axes each: a vector on the left is a row, on the right a column."""
    left = np.reshape(a, (1, *np.shape(a))) if np.ndim(a) == 1 else a
    right = np.reshape(b, (*np.shape(b), 1)) if np.ndim(b) == 1 else b
    stack = np.shape(g)[: np.ndim(g) - (np.ndim(a) > 1) - (np.ndim(b) > 1)]
    return np.reshape(g, (*stack, np.shape(left)[-2], np.shape(right)[-1])), left, right


def _matmul_left(g: Array, y: Array, a: Array, b: Array) -> Array:
    if np.ndim(a) == np.ndim(b) == 2:
        return np.matmul(g, _transposed(b))
    above, left, right = _as_matrices(g, a, b)
    found = matmul(above, _transposed(right))
    return np.reshape(unbroadcast(found, np.shape(left)), np.shape(a))


def _matmul_right(g: Array, y: Array, a: Array, b: Array) -> Array:
    if np.ndim(a) == np.ndim(b) == 2:
        return np.matmul(_transposed(a), g)
    above, left, right = _as_matrices(g, a, b)
    if np.ndim(right) == 2 and np.ndim(left) > 2:
        above = np.reshape(above, (-1, np.shape(right)[1]))
        left = np.reshape(left, (-1, np.shape(right)[0]))
    found = np.matmul(_transposed(left), above)
    return np.reshape(unbroadcast(found, np.shape(right)), np.shape(b))


def _turned(x: Array, transposed: int) -> Array:
    return _transposed(x) if transposed else x


def gemm(
    a: Array, b: Array, c: Array = None, *,
    alpha: float = 1.0, beta: float = 1.0, transA: int = 0, transB: int = 0,
) -> Array:  # fmt: skip
    """alpha·A·B + beta·C, with A and B transposed on request; C broadcasts."""
    left, right = np.shape(_turned(a, transA)), np.shape(_turned(b, transB))
    if len(left) != 2 or len(right) != 2 or left[1] != right[0]:
        raise InputError(f"Gemm: the inner sizes differ: {left} @ {right}")
    product = _scaled(alpha, np.matmul(_turned(a, transA), _turned(b, transB)))
    if c is None:
        return product
    size = (left[0], right[1])
    try:
        fits = np.broadcast_shapes(np.shape(c), size) == size
    except ValueError:
        fits = False
    if not fits:
        raise InputError(f"Gemm: C of shape {np.shape(c)} does not broadcast to {size}")
    return product + _scaled(beta, c)


def _scaled(factor: float, x: Array) -> Array:
    if factor == 1:
        return x
    if isinstance(x, np.ndarray) and x.dtype.kind in "iu":
        return (x * factor).astype(x.dtype)
    return x * factor


def _gemm_left(
    g: Array, y: Array, a: Array, b: Array, c: Array = None, *,
    alpha: float = 1.0, beta: float = 1.0, transA: int = 0, transB: int = 0,
) -> Array:  # fmt: skip
    return _scaled(alpha, _turned(np.matmul(g, _transposed(_turned(b, transB))), transA))


def _gemm_right(
    g: Array, y: Array, a: Array, b: Array, c: Array = None, *,
    alpha: float = 1.0, beta: float = 1.0, transA: int = 0, transB: int = 0,
) -> Array:  # fmt: skip
    return _scaled(alpha, _turned(np.matmul(_transposed(_turned(a, transA)), g), transB))


def _gemm_added(
    g: Array, y: Array, a: Array, b: Array, c: Array, *,
    alpha: float = 1.0, beta: float = 1.0, transA: int = 0, transB: int = 0,
) -> Array:  # fmt: skip
    return _scaled(beta, unbroadcast(g, np.shape(c)))


def _gemm_push(index: int) -> Any:
    def push(d: Array, y: Array, a: Array, b: Array, c: Array = None, **attributes: Any) -> Array:
        factors = [a, b]
        factors[index] = d
        return gemm(*factors, **attributes)

    return push


def _gemm_push_added(
    d: Array, y: Array, a: Array, b: Array, c: Array, *, beta: float = 1.0, **attributes: Any
) -> Array:
    return _scaled(beta, np.broadcast_to(d, np.shape(y)))


def _subscripts(equation: str, values: tuple[Array, ...]) -> tuple[list[str], str]:
    """The letters of every input and of the output, "…" and an omitted output written out."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    parts = left.split(",")
    if len(parts) != len(values):
        raise InputError(f"Einsum: '{equation}' is for {len(parts)} values; {len(values)} given")
    spare = [letter for letter in string.ascii_letters if letter not in equation]
    counts = [
        np.ndim(value) - len(part) + 3 if "..." in part else 0
        for part, value in zip(parts, values, strict=True)
    ]
    dots = "".join(spare[: max(counts)])
    written = [
        part.replace("...", dots[len(dots) - count :]) for part, count in zip(parts, counts, strict=True)
    ]
    for part, value in zip(written, values, strict=True):
        if len(part) != np.ndim(value):
            raise InputError(f"Einsum: '{equation}' does not fit a value of shape {np.shape(value)}")
    if not arrow:
        letters = left.replace(",", "").replace(".", "")
        right = "..." + "".join(sorted(x for x in set(letters) if letters.count(x) == 1))
    return written, right.replace("...", dots)


def einsum(*values: Array, equation: str) -> Array:
    """Products summed over every index that the output lacks: Einstein's convention."""
    inputs, output = _subscripts(equation, values)
    return _contract(inputs, values, output)


def _contract(inputs: list[str], values: Any, output: str) -> Array:
    return np.einsum(f"{','.join(inputs)}->{output}", *values, optimize=len(values) > 1)


def _einsum_back(index: int, g: Array, y: Array, *values: Array, equation: str) -> Array:
    inputs, output = _subscripts(equation, values)
    sizes: dict[str, int] = {}
    for part, value in zip(inputs, values, strict=True):
        for letter, size in zip(part, np.shape(value), strict=True):
            sizes[letter] = max(size, sizes.get(letter, 1))
    others = [k for k in range(len(values)) if k != index]
    parts, factors = [output, *(inputs[k] for k in others)], [g, *(values[k] for k in others)]
    spare = [x for x in string.ascii_letters if x not in "".join(inputs) + output]
    wanted = ""
    for letter in inputs[index]:
        if letter in wanted:  # a diagonal was taken: its gradient goes onto the diagonal
            parts.append(letter + spare[0])
            factors.append(np.eye(sizes[letter], dtype=g.dtype))
            letter = spare.pop(0)
        elif not any(letter in part for part in parts):  # summed over: every entry gets the same
            parts.append(letter)
            factors.append(np.ones(sizes[letter], dtype=g.dtype))
        wanted += letter
    return unbroadcast(_contract(parts, factors, wanted), np.shape(values[index]))


def _square(x: Array) -> Array:
    size = np.shape(x)
    if len(size) < 2 or size[-1] != size[-2]:
        raise InputError(f"Det: it needs square matrices, not the shape {size}")
    return x.astype(np.float32) if x.dtype == np.float16 else x


def det(x: Array) -> Array:
    """The determinant of every matrix in the last two axes."""
    return np.asarray(np.linalg.det(_square(x))).astype(x.dtype, copy=False)


def _cofactors(x: Array) -> Array:
    """∂det/∂x, also where x is singular: from the singular values, leaving out one at a time."""
    u, s, v = np.linalg.svd(_square(x))
    count = s.shape[-1]
    without = np.where(np.eye(count, dtype=bool), 1.0, s[..., None, :])
    others = np.prod(without, axis=-1) * (np.linalg.det(u) * np.linalg.det(v))[..., None]
    return np.matmul(u * others[..., None, :], v).astype(x.dtype)


def _det_back(g: Array, y: Array, x: Array) -> Array:
    return np.reshape(g, (*np.shape(g), 1, 1)) * _cofactors(x)


def _det_push(d: Array, y: Array, x: Array) -> Array:
    return np.sum(d * _cofactors(x), axis=(-2, -1))


def trilu(x: Array, k: Any = None, *, upper: int = 1) -> Array:
    """The part of every matrix above diagonal k and on it, or below it; zeros elsewhere."""
    diagonal = 0 if k is None else one(k)
    return np.triu(x, diagonal) if upper else np.tril(x, diagonal)


OPERATIONS = (
    Operation(
        name="MatMul", family="linear algebra", summary="the matrix product", forward=matmul,
        inputs=("A", "B"), pulls=(_matmul_left, _matmul_right), multilinear=True, latex="{A}\\,{B}",
        operators=(r"\cdot\, B^{\top}", r"A^{\top}\,\cdot"),
    ),
    Operation(
        name="Gemm", family="linear algebra", forward=gemm, inputs=("A", "B", "C"),
        summary="a matrix product plus a matrix, as a dense layer needs it",
        pulls=(_gemm_left, _gemm_right, _gemm_added),
        pushes=(_gemm_push(0), _gemm_push(1), _gemm_push_added), multilinear=True,
        latex=r"\alpha\,{A}\,{B} + \beta\,{C}",
        operators=(
            r"\alpha \,\cdot\, B^{\top}", r"\alpha \, A^{\top} \,\cdot", r"\beta \sum_{\text{copies}}",
        ),
    ),
    Operation(
        name="Einsum", family="linear algebra", forward=einsum, inputs=("x",), variadic=True,
        summary="products summed over the indices that the result lacks",
        pulls=(_einsum_back,), multilinear=True,
        operators=(r"\sum_{\text{other indices}} \text{other factors} \,\cdot",),
    ),
    Operation(
        name="Det", family="linear algebra", summary="the determinant", forward=det, inputs=("X",),
        pulls=(_det_back,), pushes=(_det_push,), latex=r"\det {X}",
        operators=(r"\det\left(X\right)\, X^{-\top}",), reference="Jacobi's formula",
    ),
    Operation(
        name="Trilu", family="linear algebra", forward=trilu, inputs=("x", "k"),
        summary="the upper or lower triangle of a matrix",
        pulls=(lambda g, y, x, k=None, *, upper=1: trilu(g, k, upper=upper), None),
        multilinear=True, selects=True, operators=(r"\left[\text{in the triangle}\right]",),
        settings={"k": 1},
    ),
)  # fmt: skip
