"""The look of Qt's own widgets: a style sheet made from the roles of a theme.

The one rule: colours come from roles, or are mixed from two of them; sizes of text are factors of the
person's text size. Spin boxes and combo boxes are left to the Fusion style and its palette: a style
sheet would take their arrows away.
"""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QApplication

from graph_explorer.ui.fonts import MONOSPACE, load_fonts
from graph_explorer.ui.theme import ROLES, Theme, theme

#: Size of text in points, before the person's factor.
TEXT_POINTS = 9.75

#: Mixed roles: name → two roles, and how much of the second one.
MIXED: dict[str, tuple[str, str, float]] = {
    "hover": ("raised", "text", 0.08),
    "pressed": ("raised", "text", 0.16),
    "chosen": ("panel", "accent", 0.14),
    "accent_hover": ("accent", "text", 0.15),
    "notice": ("panel", "error", 0.10),
    "remark": ("panel", "warning", 0.10),
    "handle": ("panel", "muted", 0.45),
    "faint": ("panel", "border", 0.55),
}

_SHEET = Template("""
QMainWindow, QDialog, QStackedWidget#pages { background: $window; }
QMainWindow::separator { background: $window; width: 5px; height: 5px; }
QMainWindow::separator:hover { background: $accent; }
QToolTip { background: $panel; color: $text; border: 1px solid $border; padding: 4px 6px; }

QMenuBar { background: $window; padding: 1px 4px; }
QMenuBar::item { padding: 4px 9px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; }
QMenu { background: $panel; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 5px 26px 5px 10px; border-radius: 4px; }
QMenu::item:selected { background: $chosen; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $faint; margin: 4px 6px; }
QMenu::icon { padding-left: 6px; }

QToolBar { background: $window; border: none; border-bottom: 1px solid $border; padding: 3px 6px; spacing: 2px; }
QToolBar::separator { background: $border; width: 1px; margin: 5px 5px; }
QToolButton { border: 1px solid transparent; border-radius: 5px; padding: 4px; background: transparent; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $chosen; border-color: $accent; }
QToolButton:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; }

QPushButton { background: $raised; border: 1px solid $border; border-radius: 5px; padding: 5px 12px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $pressed; }
QPushButton:checked { background: $chosen; border-color: $accent; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $muted; background: $window; }
QPushButton:default, QPushButton[look="main"] {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton:default:hover, QPushButton[look="main"]:hover { background: $accent_hover; }
QPushButton:default:focus, QPushButton[look="main"]:focus { border: 2px solid $text; padding: 4px 11px; }
QPushButton[look="main"]:disabled { background: $raised; color: $muted; border-color: $border; }
QPushButton[look="link"] { background: transparent; border-color: transparent; color: $accent; padding: 2px 4px; }
QPushButton[look="link"]:hover, QPushButton[look="link"]:focus { border-color: $accent; }
QPushButton[look="reference"] { background: transparent; border-color: transparent; color: $accent; padding: 1px 2px;
    border-radius: 3px; text-align: left; }
QPushButton[look="reference"]:hover, QPushButton[look="reference"]:focus { border-color: $accent; }
QPushButton[look="link"]:disabled { color: $muted; background: transparent; }
QPushButton[look="small"] { padding: 2px 8px; border-radius: 4px; }
QPushButton[look="small"][state="good"] { border-color: $success; }
QToolButton[look="segment"] { border: 1px solid $border; border-radius: 0; padding: 3px 8px; background: $raised; }
QToolButton[look="segment"]:hover { background: $hover; }
QToolButton[look="segment"]:checked { background: $chosen; border-color: $accent; }
QToolButton[look="segment"]:focus { border-color: $accent; }
QFrame[look="sum"] { border: none; border-top: 1px solid $muted; max-height: 1px; }
QFrame[look="rule"] { border: none; border-top: 1px solid $faint; max-height: 1px; }
QFrame[look="remark"] { background: $remark; border: none; border-left: 3px solid $warning; border-radius: 3px; }

QPushButton[look="row"] { background: transparent; border-color: transparent; padding: 4px 6px; text-align: left; }
QPushButton[look="row"]:hover { background: $hover; }
QPushButton[look="row"]:focus { border-color: $accent; }

QLineEdit { background: $panel; border: 1px solid $border; border-radius: 5px; padding: 4px 6px;
    selection-background-color: $selection; }
QLineEdit:focus { border-color: $accent; }
QLineEdit[wrong="true"] { border-color: $error; color: $error; }
QLineEdit[look="number"] { font-size: ${number}pt; font-weight: 600; color: $value; }
QPlainTextEdit, QTextEdit, QTextBrowser { background: $panel; border: none; selection-background-color: $selection; }

QDockWidget { titlebar-close-icon: none; titlebar-normal-icon: none; }
QDockWidget > QWidget { background: $panel; }
QWidget#dock_title { background: $window; border-bottom: 1px solid $border; }
QLabel#dock_name { font-weight: 600; color: $muted; }
QToolButton[look="small"] { padding: 1px; border-radius: 4px; }

QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { padding: 5px 11px; border: none; border-bottom: 2px solid transparent; color: $muted;
    background: transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:hover:!selected { color: $text; border-bottom-color: $border; }
QTabBar::tab:focus { color: $accent; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }

QAbstractItemView { background: $panel; border: none; outline: none; alternate-background-color: $group;
    selection-background-color: $chosen; selection-color: $text; }
QTreeView::item, QListView::item { padding: 3px 2px; }
QTreeView::item:hover, QListView::item:hover { background: $hover; }
QTreeView::item:selected, QListView::item:selected, QTableView::item:selected {
    background: $chosen; color: $text; }
QListWidget#help_pages { border-right: 1px solid $border; padding: 8px 4px; }
QHeaderView { background: $panel; }
QHeaderView::section { background: $panel; color: $muted; border: none; border-bottom: 1px solid $border;
    padding: 4px 6px; }
QTableView { gridline-color: $faint; }
QTableCornerButton::section { background: $panel; border: none; }

QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: $handle; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $raised; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QSplitter::handle { background: $border; }
QGroupBox { border: 1px solid $border; border-radius: 6px; margin-top: 1.1em; padding: 8px; }
QGroupBox::title { subcontrol-origin: margin; left: 8px; padding: 0 4px; color: $muted; }

QLabel[look="title"] { font-size: ${title}pt; font-weight: 700; }
QLabel[look="heading"] { font-size: ${heading}pt; font-weight: 600; }
QLabel[look="lead"] { font-size: ${lead}pt; color: $muted; }
QLabel[look="muted"] { color: $muted; }
QLabel[look="number"] { font-size: ${number}pt; font-weight: 600; }
QLabel[look="name"] { font-size: ${name}pt; font-weight: 600; }
QLabel[look="section"] { font-size: ${small}pt; font-weight: 600; color: $muted; }
QLabel[look="small"] { font-size: ${small}pt; color: $muted; }
QLabel[look="badge"] { font-size: ${small}pt; font-weight: 600; color: $gradient; border: 1px solid $gradient;
    border-radius: 7px; padding: 0 6px; }
QLabel[role="value"] { color: $value; }
QLabel[role="gradient"] { color: $gradient; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="error"] { color: $error; }
QLabel[role="warning"] { color: $warning; }
QLabel[role="success"] { color: $success; }
QLabel[look="key"] { font-family: "$monospace"; color: $muted; }

QWidget#start, QScrollArea#start_scroll > QWidget > QWidget { background: $window; }
QPushButton[look="card"] { background: $panel; border: 1px solid $border; border-radius: 8px; padding: 0;
    text-align: left; }
QPushButton[look="card"]:hover { border-color: $accent; background: $chosen; }
QPushButton[look="card"]:focus { border: 2px solid $accent; }
QFrame#side { background: $panel; border: 1px solid $border; border-radius: 8px; }

QFrame#message { background: $notice; border: none; border-bottom: 1px solid $error; }
QFrame#job { background: $panel; border: none; border-bottom: 1px solid $border; }
QFrame#palette { background: $panel; border: 1px solid $border; }
QFrame#palette QLineEdit { border: none; border-bottom: 1px solid $border; border-radius: 0;
    padding: 10px 12px; font-size: ${lead}pt; }
""")

_SIZES = {"title": 2.0, "number": 1.35, "name": 1.35, "heading": 1.2, "lead": 1.1, "small": 0.88}


def mixed(first: str, second: str, share: float) -> str:
    """The colour between two, as `#rrggbb`; `share` of the second, from 0 to 1."""
    a, b = QColor(first), QColor(second)
    parts = (a.redF(), b.redF()), (a.greenF(), b.greenF()), (a.blueF(), b.blueF())
    return QColor.fromRgbF(*(x + (y - x) * share for x, y in parts)).name()


def stylesheet(shown: Theme, scale: float = 1.0) -> str:
    """The style sheet of a theme; `scale` is the person's text size as a factor."""
    colors = {role: getattr(shown, role) for role in ROLES}
    for name, (first, second, share) in MIXED.items():
        colors[name] = mixed(colors[first], colors[second], share)
    sizes = {name: f"{TEXT_POINTS * factor * scale:.1f}" for name, factor in _SIZES.items()}
    return _SHEET.substitute(colors, **sizes, monospace=MONOSPACE)


def apply(application: QApplication, theme_name: str, scale: float = 1.0) -> None:
    """Gives the whole program the look of a theme, at once."""
    font = QFont([load_fonts(), MONOSPACE])
    font.setPointSizeF(TEXT_POINTS * scale)
    if application.style().objectName() != "fusion":
        application.setStyle("fusion")
    application.setFont(font)
    shown = theme(theme_name)
    application.setPalette(shown.palette())
    application.setStyleSheet(stylesheet(shown, scale))
