r"""Numbers, shapes and names as a person writes them, as plain text and as LaTeX.

The one rule: whoever shows a number or a name asks here, so that it reads the same wherever it stands.
LaTeX marks what a thing is with the commands `\value{…}` and `\gradient{…}`; who draws it gives them a
colour, or none: see `unmarked`.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

#: Significant digits where nobody asks for another count.
DIGITS = 4
#: An array up to this many entries is written out.
WRITTEN_OUT = 4

_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta",
    "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega",
)  # fmt: skip
#: What LaTeX takes for commands.
_SPECIAL = re.compile(r"[\\{}$^_%#&~]")
_LETTER = rf"(?:[A-Za-z]|{'|'.join(_GREEK)})"


def raised(number: int) -> str:
    """A whole number as an exponent: −5 → ⁻⁵."""
    return str(number).translate(_RAISED)


def _parts(value: Any, digits: int) -> tuple[str, int | None]:
    """Mantissa and power of ten (None: written without one); special values have a word as mantissa."""
    found = float(value)
    if math.isnan(found):
        return "nan", None
    if math.isinf(found):
        return ("∞" if found > 0 else "-∞"), None
    size = abs(found)
    if size == 0 or (found == int(found) and size < 1e6):
        return str(int(found)), None
    text = f"{found:.{digits}g}"
    if 1e-3 <= size < 10 ** max(digits, 4):
        return (str(round(found)) if "e" in text else text), None
    mantissa, exponent = f"{found:.{digits - 1}e}".split("e")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa), int(exponent)


def _word(value: Any) -> str:
    """What stands for a value of a model that is no number: a text, a list, nothing at all; else empty."""
    inner = value.item() if isinstance(value, np.ndarray | np.generic) else value
    if isinstance(inner, bool):
        return "true" if inner else "false"
    if isinstance(inner, str | bytes):
        text = inner if isinstance(inner, str) else inner.decode(errors="replace")
        return f"“{text[:20]}{'…' if len(text) > 20 else ''}”"
    if isinstance(inner, list | tuple):
        return f"a list of {len(inner)}"
    if isinstance(inner, complex):
        return f"{inner:.{DIGITS}g}"
    return "nothing" if inner is None else ""


def number(value: Any, digits: int = DIGITS) -> str:
    """One number as text: 0.4, −0.2124, 12345, 1.235·10⁻⁵, ∞, nan, true; what is none in words."""
    word = _word(value)
    if word:
        return word
    mantissa, exponent = _parts(value, digits)
    power = "" if exponent is None else f"·10{raised(exponent)}"
    return mantissa.replace("-", "−") + power


def number_latex(value: Any, digits: int = DIGITS) -> str:
    """One number as LaTeX; a negative one is braced, so that its sign is no subtraction."""
    word = _word(value)
    if word:
        return rf"\mathrm{{{word}}}" if word.isalpha() else rf"\text{{{_SPECIAL.sub(' ', word)}}}"
    mantissa, exponent = _parts(value, digits)
    text = {"nan": r"\mathrm{nan}"}.get(mantissa, mantissa.replace("∞", r"\infty"))
    text += "" if exponent is None else rf"{{\cdot}}10^{{{exponent}}}"
    return f"{{{text}}}" if text.startswith("-") else text


def bracketed(text: str) -> str:
    """A number's text in parentheses where it is negative or a power of ten."""
    return f"({text})" if text.startswith("−") or "·" in text else text


def bracketed_latex(value: Any, digits: int = DIGITS) -> str:
    """A number as LaTeX, in parentheses where it is negative or a power of ten."""
    text = number_latex(value, digits)
    return rf"\left({text}\right)" if text.startswith("{-") or r"\cdot" in text else text


def shape(sizes: tuple[int, ...]) -> str:
    """The shape of an array: 4×3; one axis as [4]; a number has none."""
    if not sizes:
        return "a number"
    return f"[{sizes[0]}]" if len(sizes) == 1 else "×".join(map(str, sizes))


def shape_latex(sizes: tuple[int, ...]) -> str:
    """The shape of an array as LaTeX: 4 × 3; one axis as [4]; 1 for a number."""
    if len(sizes) == 1:
        return f"[{sizes[0]}]"
    return r" {\times} ".join(map(str, sizes)) or "1"


def written_out(array: Any) -> bool:
    """Whether an array is small enough to be written out within a line."""
    return np.size(array) <= WRITTEN_OUT and np.ndim(array) <= 2


def brief(array: Any, digits: int = DIGITS) -> str:
    """A value within a line: the number, the list of a few, or the shape."""
    found = np.asarray(array)
    if found.ndim == 0:
        return number(found[()], digits)
    return _listed(found, digits) if written_out(found) else shape(found.shape)


def _listed(array: Array, digits: int) -> str:
    if array.ndim == 0:
        return number(array[()], digits)
    return "[" + ", ".join(_listed(part, digits) for part in array) + "]"


def brief_latex(array: Any, digits: int = DIGITS) -> str:
    """The same as LaTeX."""
    found = np.asarray(array)
    if found.ndim == 0:
        return number_latex(found[()], digits)
    if not written_out(found):
        return rf"\left({shape_latex(found.shape)}\right)"
    if found.ndim == 1:
        return r"\left[" + r",\; ".join(number_latex(entry, digits) for entry in found) + r"\right]"
    rows = r" \\ ".join(" & ".join(number_latex(entry, digits) for entry in row) for row in found)
    return rf"\left[\begin{{matrix}} {rows} \end{{matrix}}\right]"


def name_latex(name: str) -> str:
    """The name of a value as LaTeX: `W1` → W₁, `loss` upright, `t=2/h` with its group above."""
    shown = _label_latex(name.rpartition("/")[2])
    group = _group(name)
    return rf"{{{{{shown}}}^{{({_upright(group)})}}}}" if group else shown


def name_text(name: str) -> str:
    """The name of a value as text, its group in short: `t=2/h:cell/z` → z(t=2)."""
    group = _group(name)
    return name.rpartition("/")[2] + (f"({group})" if group else "")


def _group(name: str) -> str:
    """What of a name's group tells it from its like: the turn of a loop, else what was called last."""
    parts = name.split("/")[:-1]
    turns = [part for part in parts if "=" in part]
    return (turns or parts or [""])[-1].partition(":")[0]


def _label_latex(label: str) -> str:
    if re.fullmatch(_LETTER, label):
        return _letter(label)
    indexed = re.fullmatch(rf"({_LETTER})_?(\d+)", label) or re.fullmatch(rf"({_LETTER})_(\w+)", label)
    if indexed:
        below = indexed[2] if indexed[2].isdigit() or len(indexed[2]) == 1 else _upright(indexed[2])
        return f"{_letter(indexed[1])}_{{{below}}}"
    return _upright(label)


def _letter(label: str) -> str:
    return label if len(label) == 1 else rf"\{label}"


def _upright(text: str) -> str:
    escaped = text.replace("_", r"\_")
    return rf"\mathrm{{{escaped}}}" if re.search(r"[A-Za-z]", text) else escaped


def derivative(of: str, by: str) -> str:
    """A partial derivative as text: ∂L/∂z."""
    return f"∂{name_text(of)}/∂{name_text(by)}"


def derivative_latex(of: str, by: str) -> str:
    """A partial derivative of two names as LaTeX."""
    return rf"\frac{{\partial {name_latex(of)}}}{{\partial {name_latex(by)}}}"


def gradient_mark(latex: str) -> str:
    """Marks LaTeX as a gradient."""
    return rf"\gradient{{{latex}}}"


def value_mark(latex: str) -> str:
    """Marks LaTeX as a value of the forward pass."""
    return rf"\value{{{latex}}}"


def unmarked(latex: str) -> str:
    """LaTeX without the marks of this module: any renderer takes it."""
    return latex.replace(r"\gradient{", "{").replace(r"\value{", "{")
