"""The language of the search: words, properties and comparisons, all of which a node must meet.

    conv layer1            both words occur in name, operation, caption or group
    op:Conv shape:64x*     properties
    gradient norm > 10     comparisons of a number of the value or of the gradient

The one rule: a query is read without knowing any graph; whoever runs it says which names are unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from graph_explorer.engine.errors import InputError, nearest

Subject = Literal["value", "gradient"]

#: Properties that are written with a colon, and what follows it.
KEYS = {
    "op": "an operation, as in op:Conv or op:Reduce*",
    "shape": "the shape of the value, as in shape:2x3, shape:64x* or shape:scalar",
    "attr": "an attribute, as in attr:strides=2 or attr:axis",
    "group": "a group, with all that it holds, as in group:layer1",
}
#: Properties that are one word. In quotation marks they are words like any other.
FLAGS = {
    "parameter": "is a parameter",
    "input": "is an input",
    "constant": "is a constant",
    "nan": "has a NaN in its value or gradient",
    "inf": "has an infinity in its value or gradient",
    "dead": "is a gate with units that are closed for every example",
}
#: Numbers of an array that can be compared.
STATISTICS = {
    "norm": "the Euclidean norm",
    "max": "the largest entry",
    "min": "the smallest entry",
    "mean": "the mean of the entries",
    "largest": "the largest magnitude",
    "zeros": "the share of entries that are exactly 0, from 0 to 1",
    "size": "how many entries there are",
}
#: The subject of a comparison; `|v|` and `|g|` are the norms of both.
SUBJECTS: dict[str, Subject] = {"value": "value", "gradient": "gradient"}
_NORMS: dict[str, Subject] = {"|v|": "value", "|g|": "gradient"}
OPERATORS = ("<=", ">=", "!=", "<", ">", "=")

_TOKEN = re.compile(r'"([^"]*)"?|(<=|>=|!=|==|[<>=])|([a-z]+):("[^"]*"|\S*)|([^\s<>=!"]+)', re.IGNORECASE)


@dataclass(frozen=True)
class Word:
    """A text that occurs, in small letters, in name, operation, caption or group."""

    text: str


@dataclass(frozen=True)
class Property:
    """A property with what follows its colon, or a flag with nothing."""

    key: str
    text: str = ""


@dataclass(frozen=True)
class Comparison:
    """A number of the value or the gradient, compared with a bound."""

    subject: Subject
    statistic: str
    operator: str
    bound: float


Term = Word | Property | Comparison


@dataclass(frozen=True)
class _Token:
    kind: Literal["quoted", "operator", "key", "word"]
    text: str
    rest: str = ""


def parse_query(text: str) -> tuple[Term, ...]:
    """The terms of a query; `InputError` in one sentence where it cannot be read."""
    tokens = [_token(found) for found in _TOKEN.finditer(text)]
    terms: list[Term] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "operator":
            terms[len(terms) :] = [_comparison(terms, token, tokens[at + 1 : at + 2])]
            at += 2
            continue
        terms.append(_term(token))
        at += 1
    return tuple(terms)


def _token(found: re.Match[str]) -> _Token:
    quoted, operator, key, rest, word = found.groups()
    if quoted is not None:
        return _Token("quoted", quoted)
    if operator is not None:
        return _Token("operator", "=" if operator == "==" else operator)
    return _Token("key", key, rest.strip('"')) if key is not None else _Token("word", word)


def _term(token: _Token) -> Term:
    low = token.text.lower()
    if token.kind == "quoted":
        return Word(low)
    if token.kind == "word":
        return Property(low) if low in FLAGS else Word(low)
    if low in KEYS:
        if not token.rest:
            raise InputError(f"after '{low}:' comes {KEYS[low]}")
        return Property(low, token.rest)
    advice = nearest(low, KEYS)
    if advice.startswith("did"):
        raise InputError(f"unknown property '{low}:'; {advice}")
    return Word(f"{low}:{token.rest.lower()}")  # the names of some models have a colon in them


def _comparison(terms: list[Term], operator: _Token, after: list[_Token]) -> Comparison:
    """The comparison whose left side are the last one or two words; they are taken off `terms`."""
    if not after or not _is_number(after[0].text):
        raise InputError(f"after '{operator.text}' comes a number, as in gradient norm > 10")
    if not terms or not isinstance(terms[-1], Word):
        raise InputError(f"before '{operator.text}' comes what is compared, as in gradient norm > 10")
    name = terms.pop().text  # type: ignore[union-attr]
    subject: Subject = "value"
    if name in _NORMS:
        subject, name = _NORMS[name], "norm"
    elif name in SUBJECTS:
        subject, name = SUBJECTS[name], "norm"
    elif name not in STATISTICS:
        raise InputError(f"unknown number '{name}'; {nearest(name, [*STATISTICS, *SUBJECTS, *_NORMS])}")
    elif terms and isinstance(terms[-1], Word) and terms[-1].text in SUBJECTS:
        subject = SUBJECTS[terms.pop().text]  # type: ignore[union-attr]
    return Comparison(subject, name, operator.text, float(after[0].text))


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False
