"""The colours of a program's text.

The one rule: colours are roles of the theme; what is a word of the language is asked of the language.
"""

from __future__ import annotations

import re
from functools import cache

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from graph_explorer.engine.language import is_word
from graph_explorer.ui.theme import theme

KEYWORDS = ("for", "in", "range", "def", "return", "pass", "True", "False", "None")
_TOKENS = re.compile(
    r"(?P<comment>#.*)"
    r"|(?P<text>'[^']*'?|\"[^\"]*\"?)"
    r"|(?P<number>(?<![\w.])(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d]\w*)"
)


@cache
def _is_function(name: str) -> bool:
    return is_word(name)


def role_of(kind: str, text: str, called: bool) -> str:
    """The role of a token's colour; empty where it has the colour of plain text."""
    if kind in ("comment", "number"):
        return f"code_{kind}"
    if kind == "text":
        return "code_number"
    if text in KEYWORDS:
        return "code_keyword"
    return "code_function" if called and _is_function(text) else ""


class Highlighter(QSyntaxHighlighter):
    """Colours the lines of a document."""

    def __init__(self, document: QTextDocument, theme_name: str) -> None:
        super().__init__(document)
        self.theme_name = theme_name

    def show_theme(self, theme_name: str) -> None:
        """Colours everything anew."""
        if theme_name != self.theme_name:
            self.theme_name = theme_name
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        shown = theme(self.theme_name)
        for token in _TOKENS.finditer(text):
            kind = token.lastgroup or ""
            called = text[token.end() : token.end() + 2].lstrip().startswith("(")
            role = role_of(kind, token[0], called)
            if role:
                look = QTextCharFormat()
                look.setForeground(shown.color(role))
                look.setFontItalic(role == "code_comment")
                self.setFormat(token.start(), token.end() - token.start(), look)
