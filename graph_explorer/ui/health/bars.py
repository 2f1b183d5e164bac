"""A cell with a number and a bar: how large it is beside the others of its column.

The one rule: the number is written in any case; the bar only repeats it.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from graph_explorer.ui.health.rows import BAR
from graph_explorer.ui.theme import theme

_BAR, _SIDE, _GAP = 3, 6, 2


class BarDelegate(QStyledItemDelegate):
    """Paints the number above its bar."""

    def __init__(self) -> None:
        super().__init__()
        self.theme_name = "light"

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        shown = theme(self.theme_name)
        box = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, option.palette.highlight())
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        color = index.data(Qt.ItemDataRole.ForegroundRole)
        inside = QRectF(box).adjusted(_SIDE, 1, -_SIDE, -1)
        painter.setPen(shown.color("error") if text in ("nan", "∞") else shown.color("text"))
        painter.drawText(
            inside.adjusted(0, 0, 0, -_BAR - _GAP),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            text,
        )
        length = index.data(BAR)
        if length is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            under = QRectF(inside.left(), inside.bottom() - _BAR, inside.width(), _BAR)
            painter.setBrush(shown.color("raised"))
            painter.drawRoundedRect(under, _BAR / 2, _BAR / 2)
            under.setWidth(max(inside.width() * float(length), _BAR))
            painter.setBrush(color if isinstance(color, QColor) else shown.color("muted"))
            painter.drawRoundedRect(under, _BAR / 2, _BAR / 2)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        made = super().sizeHint(option, index)
        return QSize(made.width(), made.height() + _BAR + _GAP)
