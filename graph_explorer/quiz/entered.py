"""What a person types as an answer, read.

The one rule: a number may be given as arithmetic on numbers (`-2*0.3`, `1/3`, `sqrt(2)`); it is parsed
and worked out here, and nothing else in it is ever carried out.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence

from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.quiz.question import Answer, Question

_LONGEST = 200
_SIGNS = str.maketrans({"−": "-", "–": "-", "·": "*", "×": "*", "÷": "/", "⋅": "*", "∞": "inf"})
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

_BINARY: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}
_FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "abs": abs,
    "cos": math.cos,
    "exp": math.exp,
    "log": math.log,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "sin": math.sin,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
}
_NAMES: Mapping[str, float] = {"e": math.e, "inf": math.inf, "nan": math.nan, "pi": math.pi}


def number(text: str) -> float:
    """The number that `text` spells; `InputError` says what in it is no arithmetic."""
    if len(text) > _LONGEST:
        raise InputError(f"an answer has at most {_LONGEST} characters; shorten it")
    plain = re.sub(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda m: f"10**({m[1].translate(_RAISED)})", text)
    plain = plain.translate(_SIGNS).replace("^", "**").strip()
    plain = re.sub(r"(?<=\d),(?=\d)", ".", plain) if plain.count(",") == 1 else plain
    try:
        tree = ast.parse(plain, mode="eval")
        return _value(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, InputError):
            raise
        if isinstance(error, ValueError):
            raise InputError(f"'{text}' has no value: {error}") from None
        raise InputError(f"'{text}' is no number; write it like -0.25, 1/4 or -2*0.3") from None
    except ZeroDivisionError:
        raise InputError(f"'{text}' divides by zero") from None
    except OverflowError:
        raise InputError(f"'{text}' is too large for a number") from None


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.Name(id=name) if name in _NAMES:
            return _NAMES[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _value(inner)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
            return float(_BINARY[type(sign)](_value(left), _value(right)))
        case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in _FUNCTIONS:
            return float(_FUNCTIONS[name](_value(inner)))
    raise InputError(f"'{ast.unparse(node)}' is no number; write it like -0.25, 1/4 or -2*0.3")


def shape(text: str) -> tuple[int, ...]:
    """The shape that `text` spells: `(2, 3)`, `2x3`, `[4]`, `()` for a number."""
    if text.strip().lower() in ("a number", "number", "scalar"):
        return ()
    if not re.fullmatch(r"[\s\d,;x×*()\[\]]*", text):
        raise InputError(f"'{text}' is no shape; write it like (2, 3), and () for a single number")
    return tuple(int(part) for part in re.findall(r"\d+", text))


def option(text: str, options: Sequence[str]) -> str:
    """The option that `text` means: itself, its letter (a, b, …) or its number (1, 2, …)."""
    bare = text.strip()
    for found in options:
        if bare == found or bare.casefold() == found.casefold():
            return found
    position = ord(bare.lower()) - ord("a") if len(bare) == 1 and bare.isalpha() else -1
    if bare.isdigit():
        position = int(bare) - 1
    if 0 <= position < len(options):
        return options[position]
    raise InputError(f"'{text}' is none of the options; {nearest(bare, options)}")


def read(question: Question, text: str) -> Answer:
    """The answer that `text` spells, in the form that the question asks for."""
    if not text.strip() and question.form not in ("shape", "several"):
        raise InputError("there is no answer yet; type one")
    if question.form == "number":
        return number(text)
    if question.form == "shape":
        return shape(text)
    if question.form == "choice":
        return option(text, question.options)
    bare = text.strip().casefold()
    if question.form == "several" and bare in ("", "none", "-"):
        return ()
    parts = [part for part in re.split(r"[,;→>\n]+", text) if part.strip()]
    if len(parts) == 1 and bare not in (each.casefold() for each in question.options):
        parts = text.split()
    return tuple(option(part, question.options) for part in parts)
