"""The language of the search: words, properties and comparisons, all of which a node must meet.

    conv layer1 -bias      words that occur, or do not, in name, operation, caption or group
    op:Conv shape:64x*     properties
    gradient norm > 10     comparisons of a number of the value or of the gradient
    nan | inf              the one or the other

The one rule: a query is read without knowing any graph, and as people write: `shape 3x3`, `|grad| > 1e3`
and `kernel_shape=[3,3]` mean what they seem to; whoever runs it says which names are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from graph_explorer.engine.errors import InputError, nearest

Subject = Literal["value", "gradient"]

#: Properties that are written with a colon, and what follows it.
KEYS = {
    "op": "an operation, as in op:Conv or op:Reduce*",
    "shape": "the shape of the value, as in shape:2x3, shape:64x* or shape:scalar",
    "attr": "an attribute, as in attr:strides=2, axis=1 or attr:pads",
    "name": "a part of the name alone, as in name:w",
    "group": "a group, with all that it holds, as in group:layer1",
    "dtype": "the type of the numbers, as in dtype:float32",
}
#: Properties that are one word. In quotation marks they are words like any other.
FLAGS = {
    "parameter": "is a parameter",
    "input": "is an input",
    "constant": "is a constant",
    "nan": "has a NaN in its value or gradient",
    "inf": "has an infinity in its value or gradient",
    "dead": "is a gate with units that are closed for every example",
    "ungraded": "has no gradient in this run",
    "unused": "is taken by nothing, and is not the output",
    "opaque": "is an operator without a derivative, at which the backward pass stops",
}
#: Numbers of an array that can be compared.
STATISTICS = {
    "norm": "the Euclidean norm",
    "max": "the largest entry",
    "min": "the smallest entry",
    "mean": "the mean of the entries",
    "std": "the standard deviation of the entries",
    "largest": "the largest magnitude",
    "zeros": "the share of entries that are exactly 0, from 0 to 1",
    "size": "how many entries there are",
}
#: What is compared where no number is named: a single number with its sign, of an array the norm.
ITSELF = "itself"
#: The subjects of comparisons.
SUBJECTS: Mapping[str, Subject] = {"value": "value", "gradient": "gradient"}
#: The operators, each with what it is with its sides exchanged.
OPERATORS = {"<=": ">=", ">=": "<=", "!=": "!=", "<": ">", ">": "<", "=": "="}

#: Other ways to write all these.
_ALIASES: Mapping[str, Mapping[str, str]] = {
    "key": {"operation": "op", "operator": "op", "type": "op", "attribute": "attr", "id": "name",
            "scope": "group", "module": "group"},
    "flag": {"parameters": "parameter", "params": "parameter", "trainable": "parameter",
             "learnable": "parameter", "inputs": "input", "constants": "constant", "isnan": "nan",
             "isinf": "inf", "infinite": "inf", "infinity": "inf", "∞": "inf"},
    "statistic": {"maximum": "max", "minimum": "min", "average": "mean", "deviation": "std",
                  "abs": "largest", "elements": "size", "entries": "size", "count": "size"},
    "subject": {"values": "value", "val": "value", "gradients": "gradient", "grad": "gradient",
                "grads": "gradient"},
    "operator": {"==": "=", "≤": "<=", "≥": ">=", "≠": "!="},
}  # fmt: skip
#: Subjects that are too short to be one before another word: there they are names.
_LETTERS: Mapping[str, Subject] = {"v": "value", "g": "gradient", "∂": "gradient"}
_WITHOUT, _SILENT = frozenset({"no", "without", "missing"}), frozenset({"of", "the"})
_SHAPE = re.compile(r"[\[(][\d\s,x×*]*[\])]|[\d*]+([x×,][\d*]+)*|scalar", re.IGNORECASE)
_TOKEN = re.compile(
    r"""(?P<no>(?:-|!(?!=))(?=[^\s|<>=]|\|\w))?
    (?: "(?P<quoted>[^"]*)"?
      | (?P<operator><=|>=|!=|==|[<>=≤≥≠])
      | (?P<norm>\|(?:v|val|values?|g|∂|grads?|gradients?)\|)
      | (?P<either>\|+)
      | (?P<key>[a-z]+):(?P<rest>"[^"]*"|[^\s|"]*)
      | (?P<word>[\[(][^\])]*[\])]|(?:(?!!=)[^\s<>=≤≥≠"|])+) )""",
    re.IGNORECASE | re.VERBOSE,
)
_MORE = {"k": 1e3, "m": 1e6}


@dataclass(frozen=True)
class Word:
    """A text that occurs, in small letters, in name, operation, caption or group; a star is any text."""

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


@dataclass(frozen=True)
class Not:
    """What a node must not meet."""

    term: Term


@dataclass(frozen=True)
class Either:
    """Several queries, one of which a node must meet."""

    queries: tuple[tuple[Term, ...], ...]


Term = Word | Property | Comparison | Not | Either


@dataclass(frozen=True)
class _Token:
    kind: Literal["quoted", "operator", "norm", "either", "key", "word"]
    text: str
    rest: str = ""
    no: bool = False

    @property
    def is_text(self) -> bool:
        return self.kind in ("word", "quoted")

    @property
    def signed(self) -> str:
        """The text where a number is awaited: what negates a word is a sign there."""
        return f"-{self.text}" if self.no else self.text


def parse_query(text: str) -> tuple[Term, ...]:
    """The terms of a query; `InputError` in one sentence where it cannot be read."""
    tokens = [
        _token(found) for found in _TOKEN.finditer(text.replace("‖", "|").replace("\N{MINUS SIGN}", "-"))
    ]
    queries: list[list[_Token]] = [[]]
    for place, token in enumerate(tokens):
        inside = 0 < place < len(tokens) - 1
        if token.kind == "either" or (inside and token.kind == "word" and token.text.lower() == "or"):
            queries.append([])
        elif not (inside and token.kind == "word" and token.text.lower() == "and"):
            queries[-1].append(token)
    read = [terms for query in queries if (terms := _Reader(query).read())]
    if len(read) > 1:
        return (Either(tuple(read)),)
    return read[0] if read else ()


def advice(text: str) -> str:
    """What to try where a query finds nothing, because it seems to be an unfinished comparison; or ""."""
    words = {word.lower() for word in text.split()}
    known = {*SUBJECTS, *STATISTICS, *_ALIASES["subject"]}
    try:
        plain = all(isinstance(term, Word) for term in parse_query(text))
    except InputError:
        return ""
    return "Numbers are compared, as in gradient norm > 10." if plain and words & known else ""


def _token(found: re.Match[str]) -> _Token:
    kind = next(
        name for name in ("quoted", "operator", "norm", "either", "key", "word") if found[name] is not None
    )
    text = found[kind]
    if kind == "operator":
        text = _ALIASES["operator"].get(text, text)
    return _Token(kind, text, (found["rest"] or "").strip('"'), bool(found["no"]))  # type: ignore[arg-type]


class _Reader:
    """Reads the tokens of a query without alternatives."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._terms: list[Term] = []
        #: words that may yet be the left side of a comparison
        self._words: list[_Token] = []
        #: what was compared last, which may have another bound: 1 < value < 3
        self._compared: tuple[Subject, str] | None = None

    def read(self) -> tuple[Term, ...]:
        while self._at < len(self._tokens):
            token, after = self._take(), self._next()
            compared = after is not None and after.kind == "operator"
            if token.kind == "operator":
                self._compare(token.text)
            elif token.kind in ("word", "norm") and (compared or not token.no):
                self._words.append(token)
                self._compared = None
            elif token.text:
                no = token.no or self._ends_with_not()
                self._settle()
                found = self._property(token) if token.kind == "key" else Word(token.text.lower())
                self._add(found, no)
        self._settle()
        return tuple(self._terms)

    def _ends_with_not(self) -> bool:
        """Whether the word before is "not", which is taken off then."""
        found = bool(self._words) and self._words[-1].text.lower() == "not"
        if found:
            self._words.pop()
        return found

    def _take(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _next(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _add(self, term: Term, no: bool = False) -> None:
        self._terms.append(Not(term) if no else term)

    # ── words ─────────────────────────────────────────────────────────────────────────────────

    def _settle(self) -> None:
        """The words before are no left side of a comparison."""
        words, self._words, self._compared = self._words, [], None
        at = 0
        while at < len(words):
            low, after = words[at].text.lower(), words[at + 1].text.lower() if at + 1 < len(words) else ""
            at += 1
            subject = _called("subject", SUBJECTS, after)
            if low == "not" and after:
                self._add(_one(words[at].text), no=True)
            elif low == "shape" and _SHAPE.fullmatch(after):
                self._add(Property("shape", words[at].text))
            elif low in _WITHOUT and subject == "gradient":
                self._add(Property("ungraded"))
            elif low == "zero" and subject:
                self._add(Comparison(SUBJECTS[subject], "norm", "=", 0.0))
            else:
                self._add(_one(words[at - 1].text))
                continue
            at += 1

    def _property(self, token: _Token) -> Term:
        low = token.text.lower()
        key = _ALIASES["key"].get(low, low)
        if key in KEYS:
            after = self._next()
            rest = token.rest or (self._take().text if after is not None and after.is_text else "")
            equals = self._next()
            if key == "attr" and rest and equals is not None and equals.text == "=":
                self._take()
                rest += f"={self._take().text if self._next() is not None else ''}"
            if not rest:
                raise InputError(f"after '{low}:' comes {KEYS[key]}")
            return Property(key, rest)
        near = nearest(low, KEYS)
        if near.startswith("did"):
            raise InputError(f"unknown property '{low}:'; {near}")
        return Word(f"{low}:{token.rest.lower()}")  # the names of some models have a colon in them

    # ── comparisons ───────────────────────────────────────────────────────────────────────────

    def _compare(self, operator: str) -> None:
        after = self._take() if self._next() is not None else None
        right = after.signed if after is not None and after.kind != "operator" else ""
        left = self._words.pop() if self._words else None
        if left is None and self._compared is None:
            raise InputError(f"before '{operator}' comes what is compared, as in gradient norm > 10")
        if left is None:
            assert self._compared is not None
            quantity = self._compared
        elif (bound := _number(left.signed)) is not None and right:  # 10 < |g|
            self._settle_but(operator, right, bound)
            return
        elif term := _given(left.text, operator, right):
            self._settle()
            self._add(term, (operator == "!=") is not left.no)
            return
        else:
            quantity = self._quantity(left.text)
        self._settle()
        self._compared = quantity
        bound = _number(right)
        if right.lower() == "nan" and operator in ("=", "!="):
            self._add(Property("nan"), operator == "!=")
        elif bound is None:
            raise InputError(f"after '{operator}' comes a number, as in gradient norm > 10")
        else:
            self._add(Comparison(*quantity, operator, bound), left is not None and left.no)

    def _settle_but(self, operator: str, right: str, bound: float) -> None:
        """A comparison with its number on the left; more words of what is compared may follow."""
        self._settle()
        words = [right]
        while (after := self._next()) is not None and after.kind in ("word", "norm") and _part(after.text)[0]:
            words.append(self._take().text)
        self._words = [_Token("word", word) for word in words[:-1]]
        quantity = self._quantity(words[-1])
        self._settle()
        self._compared = quantity
        self._add(Comparison(*quantity, OPERATORS[operator], bound))

    def _quantity(self, last: str) -> tuple[Subject, str]:
        """The subject and the number of it that the last words name, which are taken off."""
        known, subject, statistic = _part(last, letters=True)
        if not known:
            names = [*STATISTICS, *SUBJECTS, "|v|", "|g|"]
            raise InputError(f"unknown number '{last.lower()}'; {nearest(last.lower(), names)}")
        while self._words:
            known, earlier, other = _part(self._words[-1].text)
            if not known or (earlier and subject) or (other and statistic):
                break
            subject, statistic = subject or earlier, statistic or other
            self._words.pop()
        return SUBJECTS[subject or "value"], statistic or ITSELF


def _called(what: str, known: Mapping[str, object], text: str) -> str:
    """The name among the known ones that a text is, in small letters, or another way to write; or ""."""
    name = _ALIASES[what].get(text.lower(), text.lower())
    return name if name in known else ""


def _one(text: str) -> Term:
    """The term that one word is."""
    flag = _called("flag", FLAGS, text)
    if flag:
        return Property(flag)
    if len(text) > 2 and text[0] in "[(" and _SHAPE.fullmatch(text):
        return Property("shape", text)
    return Word(text.lower())


def _part(text: str, letters: bool = False) -> tuple[bool, str, str]:
    """Whether a word names what is compared; the subject and the number that it names, "" for none."""
    low = text.lower()
    pieces = [low[1:-1], "norm"] if low.startswith("|") and low.endswith("|") else re.split(r"[_.()\-]+", low)
    subject = statistic = ""
    for piece in pieces:
        if found := _called("subject", SUBJECTS, piece) or (letters and _LETTERS.get(piece, "")):
            subject = str(found)
        elif found := _called("statistic", STATISTICS, piece):
            statistic = found
        elif piece and piece not in _SILENT:
            return False, "", ""
    return True, subject, statistic


def _given(name: str, operator: str, text: str) -> Property | None:
    """A property that is written with an equals sign, as in shape=3x3 or kernel_shape=[3,3]; or None."""
    if operator not in ("=", "!=") or not text or _part(name, letters=True)[0]:
        return None
    key = _called("key", KEYS, name)
    return Property(key, text) if key else Property("attr", f"{name}={text}")


def _number(text: str) -> float | None:
    """A number as people write it: 1e3, 1,000, 10k, 5%; None for anything else, and for NaN."""
    low = text.lower().replace("_", "").rstrip(",;")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", low):
        low = low.replace(",", "")
    times = 1.0
    if low.endswith("%"):
        low, times = low[:-1], 0.01
    elif low[-1:] in _MORE:
        low, times = low[:-1], _MORE[low[-1]]
    try:
        found = float(low) * times
    except ValueError:
        return None
    return found if found == found else None
