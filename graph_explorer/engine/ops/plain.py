"""LaTeX as plain text, for a terminal and a screen reader.

The one rule: it understands the LaTeX that operations are declared with; a command that it does not
know is read by its name.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_]|[^\\{}^_]")

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
    """The text of a formula in LaTeX: `\\frac{1}{n}` becomes `1/n`."""
    tokens = _TOKEN.findall(latex)[::-1]
    text = ""
    while tokens:
        text += _part(tokens)
    return re.sub(r" (?=[_^])", "", " ".join(text.split()))


def _part(tokens: list[str]) -> str:
    """Takes the next whole part off the end of the reversed tokens: a letter, a command or a group."""
    token = tokens.pop()
    if token == "{":
        text = ""
        while tokens and tokens[-1] != "}":
            text += _part(tokens)
        if tokens:
            tokens.pop()
        return text
    if token == r"\frac":
        return f"{_enclosed(_part(tokens))}/{_enclosed(_part(tokens))} "
    if token == r"\sqrt":
        return f"sqrt({_part(tokens)})"
    if token in "^_" and tokens:
        return token + _enclosed(_part(tokens))
    if token in _MARKS:
        return _part(tokens) + _MARKS[token]
    spoken = _SPOKEN.get(token)
    if spoken is None and token.startswith("\\"):
        return f"{token[1:]} " if token[1:].isalpha() else token[1:]
    return token if spoken is None else spoken


def _enclosed(text: str) -> str:
    """In parentheses, unless it is one word or number."""
    trimmed = text.strip()
    return trimmed if re.fullmatch(r"[\w.\u0302-\u0304]*", trimmed) else f"({trimmed})"
