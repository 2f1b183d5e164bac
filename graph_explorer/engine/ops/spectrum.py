"""Fourier transforms: a signal as a sum of oscillations, and back.

The one rule: a complex number is two real ones, in a last axis of size 2 (1 where it is real). A
transform is linear in them; its gradient is the transform of the opposite direction, not divided by n.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import axis_of, one
from graph_explorer.engine.ops.declare import Array, Operation
from graph_explorer.engine.ops.indexing import add_at


def _complex(x: Array) -> Array:
    """The numbers whose parts stand in the last axis."""
    return x[..., 0] + 1j * x[..., 1] if np.shape(x)[-1] == 2 else x[..., 0]


def _parts(z: Array, count: int, dtype: Any) -> Array:
    """The real parts of z in a last axis, with the imaginary ones if `count` is 2."""
    parts = (np.real(z), np.imag(z))[:count]
    return np.stack(parts, axis=-1).astype(dtype, copy=False)


def _fitted(z: Array, size: int, axis: int) -> Array:
    """z cut off, or followed by zeros, so that it has `size` entries along `axis`."""
    missing = size - np.shape(z)[axis]
    if missing <= 0:
        return np.take(z, range(size), axis=axis)
    widths = [(0, missing if k == axis else 0) for k in range(np.ndim(z))]
    return np.pad(z, widths)


def _settings(x: Array, dft_length: Any, axis: Any, inverse: int, onesided: int) -> tuple[int, int]:
    """The axis, counted from the front, and how many oscillations there are."""
    if np.ndim(x) < 2 or np.shape(x)[-1] not in (1, 2):
        raise InputError(f"DFT: the last axis holds real parts, or both parts; here it is {np.shape(x)}")
    along = axis_of(-2 if axis is None else axis, np.ndim(x), "DFT")
    if along == np.ndim(x) - 1:
        raise InputError("DFT: the last axis holds the parts of the numbers; transform another one")
    given = np.shape(x)[along]
    length = (2 * (given - 1) if inverse and onesided else given) if dft_length is None else one(dft_length)
    if length < 1:
        raise InputError(f"DFT: a transform of length {length}; it is at least 1")
    if onesided and not inverse and np.shape(x)[-1] == 2:
        raise InputError("DFT: only the spectrum of real numbers is determined by one side of it")
    return along, length


def dft(x: Array, dft_length: Any = None, axis: Any = None, *, inverse: int = 0, onesided: int = 0) -> Array:
    """The spectrum of x along `axis`, or its first half (`onesided`); `inverse`, the signal of a spectrum."""
    along, length = _settings(x, dft_length, axis, inverse, onesided)
    z = _complex(x)
    if not inverse:
        spectrum = np.fft.fft(z, length, axis=along)
        if onesided:
            spectrum = np.take(spectrum, range(length // 2 + 1), axis=along)
        return _parts(spectrum, 2, x.dtype)
    if onesided:
        return _parts(np.fft.irfft(z, length, axis=along), 1, x.dtype)
    return _parts(np.fft.ifft(z, length, axis=along), 2, x.dtype)


def _dft_back(
    g: Array, y: Array, x: Array, dft_length: Any = None, axis: Any = None, *, inverse: int = 0,
    onesided: int = 0,
) -> Array:  # fmt: skip
    along, length = _settings(x, dft_length, axis, inverse, onesided)
    above, given = _complex(g), np.shape(x)[along]
    if not inverse:
        found = np.fft.ifft(_fitted(above, length, along), axis=along) * length
    elif onesided:
        found = np.fft.rfft(above, axis=along) * _mirrored(length, along, np.ndim(x) - 1) / length
    else:
        found = np.fft.fft(above, axis=along) / length
    return _parts(_fitted(found, given, along), np.shape(x)[-1], g.dtype)


def _mirrored(length: int, axis: int, dimensions: int) -> Array:
    """How often every oscillation of a one-sided spectrum counts: twice, but for the two that are real."""
    counts = np.full(length // 2 + 1, 2.0)
    counts[0] = 1.0
    if length % 2 == 0:
        counts[-1] = 1.0
    return np.reshape(counts, [-1 if k == axis else 1 for k in range(dimensions)])


# ── of short pieces ───────────────────────────────────────────────────────────────────────────


def _frames(signal: Array, frame_step: Any, window: Any, frame_length: Any) -> tuple[Array, int]:
    """Where in the signal every frame reads: (frames, length); and the length of the transform."""
    if np.ndim(signal) != 3 or np.shape(signal)[2] not in (1, 2):
        raise InputError(f"STFT: a signal is (batch, length, 1 or 2), not {np.shape(signal)}")
    size, step = np.shape(signal)[1], one(frame_step)
    seen = size if window is None else np.shape(window)[0]
    length = seen if frame_length is None else one(frame_length)
    seen = length if window is None else seen
    if step < 1 or not 1 <= seen <= size or length < seen:
        raise InputError(f"STFT: frames of {seen} entries every {step} do not fit a signal of {size}")
    starts = np.arange(1 + (size - length) // step) * step
    return starts[:, None] + np.arange(seen), length


def stft(
    signal: Array, frame_step: Any, window: Array = None, frame_length: Any = None, *, onesided: int = 1
) -> Array:
    """The spectrum of every frame of the signal, weighted by a window: (batch, frames, oscillations, 2)."""
    places, length = _frames(signal, frame_step, window, frame_length)
    weighted = signal[:, places]
    if window is not None:
        weighted = weighted * np.reshape(window, (1, 1, -1, 1))
    return dft(weighted, length, 2, onesided=onesided)


def _weighted_back(
    g: Array, signal: Array, frame_step: Any, window: Any, frame_length: Any, onesided: int
) -> tuple[Array, Array]:
    """The gradient of the weighted frames, and where in the signal they read."""
    places, length = _frames(signal, frame_step, window, frame_length)
    like = np.empty((np.shape(signal)[0], *places.shape, np.shape(signal)[2]), g.dtype)
    return _dft_back(g, None, like, length, 2, onesided=onesided), places


def _signal_back(
    g: Array, y: Array, signal: Array, frame_step: Any, window: Array = None, frame_length: Any = None, *,
    onesided: int = 1,
) -> Array:  # fmt: skip
    above, places = _weighted_back(g, signal, frame_step, window, frame_length, onesided)
    if window is not None:
        above = above * np.reshape(window, (1, 1, -1, 1))
    every = np.reshape(np.arange(np.size(signal)), np.shape(signal))[:, places]
    return add_at(np.shape(signal), every, above)


def _window_back(
    g: Array, y: Array, signal: Array, frame_step: Any, window: Array, frame_length: Any = None, *,
    onesided: int = 1,
) -> Array:  # fmt: skip
    above, places = _weighted_back(g, signal, frame_step, window, frame_length, onesided)
    return np.einsum("bflc,bflc->l", above, signal[:, places])


OPERATIONS = (
    Operation(
        name="DFT", family="signal", forward=dft, inputs=("input", "dft_length", "axis"),
        summary="a signal as a sum of oscillations, or back", pulls=(_dft_back, None, None),
        multilinear=True, operators=(r"F^{H}\,\cdot",), settings={"dft_length": 1, "axis": 2},
        reference="fast algorithm: Cooley and Tukey 1965",
    ),
    Operation(
        name="STFT", family="signal", forward=stft,
        inputs=("signal", "frame_step", "window", "frame_length"),
        summary="the spectrum of every short piece of a signal",
        pulls=(_signal_back, None, _window_back, None), multilinear=True,
        operators=(
            r"\sum_{\text{frames}} w\, F^{H}\,\cdot", "", r"\sum_{\text{frames}} x\, F^{H}\,\cdot",
        ),
        settings={"frame_step": 1, "frame_length": 3},
    ),
)  # fmt: skip
