"""LaTeX as plain text, for a terminal and a screen reader.

The one rule: it understands the LaTeX that operations are declared with; a command that it does not
know is read by its name.
"""

from __future__ import annotations

import re

_SIGN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_]|[^\\{}^_]")

#: Commands that are read otherwise than by their name.
_SPOKEN = {
    r"\,": " ",
    r"\;": " ",
    r"\quad": " ",
    r"\left": "",
    r"\right": "",
    r"\text": "",
    r"\mathrm": "",
    r"\mathbf": "",
    r"\operatorname": "",
    r"\cdot": "·",
    r"\odot": "*",
    r"\ast": "*",
    r"\top": "T",
    r"\partial": "d",
    r"\le": "<=",
    r"\ge": ">=",
    r"\ne": "!=",
    r"\|": "|",
    r"\mapsto": "->",
}

#: Marks over a letter, which are read behind it.
_MARKS = {r"\hat": "\u0302", r"\tilde": "\u0303", r"\bar": "\u0304"}


def plain(latex: str) -> str:
    r"""The text of a formula in LaTeX: `\frac{1}{n}` becomes `1/n`."""
    signs = _SIGN.findall(latex)[::-1]
    text = ""
    while signs:
        text += _part(signs)
    return re.sub(r" (?=[_^])", "", " ".join(text.split()))


def _part(signs: list[str]) -> str:
    """Takes the next whole part off the end of the reversed signs: a letter, a command or a group."""
    sign = signs.pop()
    if sign == "{":
        text = ""
        while signs and signs[-1] != "}":
            text += _part(signs)
        if signs:
            signs.pop()
        return text
    if sign == r"\frac":
        return f"{_enclosed(_part(signs))}/{_enclosed(_part(signs))} "
    if sign == r"\sqrt":
        return f"sqrt({_part(signs)})"
    if sign in "^_" and signs:
        return sign + _enclosed(_part(signs))
    if sign in _MARKS:
        return _part(signs) + _MARKS[sign]
    spoken = _SPOKEN.get(sign)
    if spoken is None and sign.startswith("\\"):
        return f"{sign[1:]} " if sign[1:].isalpha() else sign[1:]
    return sign if spoken is None else spoken


def _enclosed(text: str) -> str:
    """In parentheses, unless it is one word or number."""
    trimmed = text.strip()
    return trimmed if re.fullmatch(r"[\w.\u0302-\u0304]*", trimmed) else f"({trimmed})"
