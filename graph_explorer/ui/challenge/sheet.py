"""Questions on paper: a PDF with room for answers, and one with the answers.

The one rule: a sheet is made from the same questions as the window asks, in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter, QTextDocument

from graph_explorer.engine.errors import InputError
from graph_explorer.quiz.question import Figure, Question
from graph_explorer.ui.challenge.figure import Drawing
from graph_explorer.ui.challenge.question_page import spoken
from graph_explorer.ui.theme import theme

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_FIGURE = (420, 200)
#: Where a number is written down by hand.
_BLANK = "______________________"


def save_sheet(questions: Sequence[Question], title: str, path: Path, *, answers: bool) -> None:
    """Writes the questions as PDF, A4. Raises `InputError` where the file cannot be written."""
    writer = QPdfWriter(str(path))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(20, 18, 20, 18), QPageLayout.Unit.Millimeter)
    writer.setResolution(150)
    writer.setTitle(title)
    document = QTextDocument()
    document.documentLayout().setPaintDevice(writer)
    document.setPageSize(QSizeF(writer.width(), writer.height()))
    document.setHtml(_html(questions, title, answers))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab"):
            pass
    except OSError as error:
        raise InputError(f"the file cannot be written: {error.strerror}", source=str(path)) from None
    document.print_(writer)


def _html(questions: Sequence[Question], title: str, answers: bool) -> str:
    parts = [_question(number, question, answers) for number, question in enumerate(questions, 1)]
    what = "Answers" if answers else "Name: ____________________________"
    return (
        "<html><body style='font-family: Inter, sans-serif; font-size: 10pt'>"
        f"<h2>{escape(title)}</h2><p>{what}</p>{''.join(parts)}</body></html>"
    )


def _question(number: int, question: Question, answers: bool) -> str:
    *given, asked = question.text.splitlines()
    text = "<br>".join([*(escape(line) for line in given), f"<b>{escape(asked)}</b>"])
    figure = f"<br>{_picture(question.figure)}" if question.figure is not None else ""
    options = "".join(
        f"<br>{'☐' if question.form != 'order' else _LETTERS[k % 26] + ')'} {escape(option)}"
        for k, option in enumerate(question.options)
    )
    below = ""
    if answers:
        below = f"<br><b>{escape(spoken(question))}</b> — {escape(question.explanation)}"
    elif not question.options or question.form == "order":
        below = f"<br>{_BLANK}"
    return f"<p><b>{number}.</b> {text}{figure}{options}{below}</p>"


def _picture(figure: Figure) -> str:
    """The figure as an image in the text, in the light theme: paper is white."""
    wide, high = _FIGURE
    image = QImage(3 * wide, 3 * high, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    image.setDevicePixelRatio(3)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    Drawing(figure, QRectF(56, 10, wide - 150, high - 44), theme("light")).paint(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # a device is taken too
    data = bytes(buffer.data().toBase64().data()).decode()
    return f'<img src="data:image/png;base64,{data}" width="{wide}" height="{high}">'
