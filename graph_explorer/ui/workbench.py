"""The workbench: the views in the middle, the panels around them.

The one rule: which panels there are and where is in the table of docks; where a person moved them is
remembered, and without that everything fits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMainWindow,
    QTabWidget,
    QToolButton,
    QWidget,
)

from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.docks import DOCKS, Dock, Side
from graph_explorer.ui.following import WhileSeen
from graph_explorer.ui.health.panel import HealthPanel
from graph_explorer.ui.middle import Middle
from graph_explorer.ui.panels.acts import Acts
from graph_explorer.ui.panels.cost import CostPanel
from graph_explorer.ui.panels.description import Description
from graph_explorer.ui.panels.inspector import Inspector
from graph_explorer.ui.panels.library import Library
from graph_explorer.ui.panels.outline import Outline
from graph_explorer.ui.panels.program import ProgramEditor
from graph_explorer.ui.panels.table import NodeTable
from graph_explorer.ui.panels.timeline import Timeline
from graph_explorer.ui.race.curves import CurvesPanel
from graph_explorer.ui.race.panel import RacePanel
from graph_explorer.ui.race.search import find_best_rates, keep
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.icons import icon

if TYPE_CHECKING:
    from graph_explorer.ui.window import Window

_AREAS: dict[Side, Qt.DockWidgetArea] = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
#: Counts up when the table of docks changes so that an old layout no longer fits.
_LAYOUT = 3
#: The height of curves, as a part of the window's.
_CURVES = 0.33


_PANELS: dict[str, Callable[[Session], QWidget]] = {
    "acts": Acts,
    "cost": CostPanel,
    "curves": CurvesPanel,
    "description": Description,
    "health": HealthPanel,
    "inspector": Inspector,
    "outline": Outline,
    "program": ProgramEditor,
    "race": RacePanel,
    "table": NodeTable,
    "timeline": Timeline,
}


class Title(QWidget):
    """The title of a panel that is not a tab: its name, a button that lifts it off, one that closes it."""

    def __init__(self, dock: QDockWidget, row: Dock) -> None:
        super().__init__(dock)
        self._folded = False
        self.setObjectName("dock_title")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setToolTip(row.hint)
        name = QLabel(row.title)
        name.setObjectName("dock_name")
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 2, 4, 2)
        line.setSpacing(2)
        line.addWidget(name, 1)
        self._buttons: list[tuple[QToolButton, str]] = []
        for drawn, text, act in (
            ("float", "Lift off or put back", lambda: dock.setFloating(not dock.isFloating())),
            ("close", "Close", dock.close),
        ):
            button = QToolButton()
            button.setObjectName(f"{drawn}_{row.name}")
            button.setProperty("look", "small")
            button.setAccessibleName(f"{text}: {row.title}")
            button.setToolTip(f"{text}: {row.title}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(act)
            line.addWidget(button)
            self._buttons.append((button, drawn))

    def fold(self, folded: bool) -> None:
        """Takes no room while the panel is a tab, whose name is on the tab."""
        self._folded = folded
        for button, _ in self._buttons:
            button.setVisible(not folded)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(0, 0) if self._folded else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paint_icons(self, theme_name: str) -> None:
        for button, drawn in self._buttons:
            button.setIcon(icon(drawn, theme_name, "muted"))


class Workbench(QMainWindow):
    """The page with the document. `middle` holds the views, `docks` the panels by name."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self.session: Session = window.session
        self.settings = window.settings
        self._changed = window.menus.refresh
        self._arranged = self._unsettled = False
        self.docks: dict[str, QDockWidget] = {}
        self._titles: dict[str, Title] = {}
        self.setObjectName("workbench")
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self.setDockOptions(self.dockOptions() | QMainWindow.DockOption.GroupedDragging)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.BottomDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.middle = Middle(self.session)
        self.setCentralWidget(self.middle)
        self.bar = window.menus.toolbar()
        self.addToolBar(self.bar)
        for row in DOCKS:
            self._add(row, window)
        self._default_places()
        self.session.follow(self.show_state)

    def _add(self, row: Dock, window: Window) -> None:
        """Puts a panel into its dock."""
        dock = QDockWidget(row.title, self)
        dock.setObjectName(f"dock_{row.name}")
        dock.setAccessibleName(row.title)
        if row.name == "library":
            library = Library(self.session, self.settings)
            library.chosen.connect(window.files.open)
            dock.setWidget(library)
        else:
            dock.setWidget(_PANELS[row.name](self.session))
        panel = dock.widget()
        panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        for following in panel.findChildren(WhileSeen):
            dock.visibilityChanged.connect(following.see)
        if isinstance(panel, HealthPanel | RacePanel | CurvesPanel):
            dock.visibilityChanged.connect(panel.see)
        self.docks[row.name] = dock
        self._titles[row.name] = Title(dock, row)
        dock.setTitleBarWidget(self._titles[row.name])
        for signal in (dock.visibilityChanged, dock.dockLocationChanged, dock.topLevelChanged):
            signal.connect(self._settle_soon)

    def _settle_soon(self) -> None:
        """Settles once, however many docks move together."""
        if not self._unsettled:
            self._unsettled = True
            QTimer.singleShot(0, self, self._settle)

    def _settle(self) -> None:
        """After a dock has moved: a tab needs no title of its own."""
        self._unsettled = False
        for name, dock in self.docks.items():
            tab = bool(self.tabifiedDockWidgets(dock)) and not dock.isFloating()
            self._titles[name].fold(tab)
        self._changed()

    # ── places ────────────────────────────────────────────────────────────────────────────────

    def _default_places(self) -> None:
        first: dict[Side, QDockWidget] = {}
        for row in sorted(DOCKS, key=lambda row: bool(row.behind)):  # a tab cannot be split any more
            dock = self.docks[row.name]
            dock.setFloating(False)
            dock.show()
            self.addDockWidget(_AREAS[row.side], dock)
            if row.behind:
                self.tabifyDockWidget(self.docks[row.behind], dock)
            elif row.side in first:
                along = Qt.Orientation.Horizontal if row.side == "bottom" else Qt.Orientation.Vertical
                self.splitDockWidget(first[row.side], dock, along)
            first.setdefault(row.side, dock)
        for row in DOCKS:
            if not row.behind:
                self.docks[row.name].raise_()

    def _default_sizes(self) -> None:
        """A share of the window for each side, within bounds; the graph has the rest."""
        width, height = self.width(), self.height()
        across = Qt.Orientation.Horizontal
        self.resizeDocks([self.docks["outline"]], [min(max(width * 21 // 100, 276), 380)], across)
        # no narrower than the titles of the tabs on the right
        self.resizeDocks([self.docks["inspector"]], [min(max(width * 28 // 100, 344), 500)], across)
        right = self.docks["inspector"].width()
        program = min(max(width * 24 // 100, 300), 620)
        bottom = [self.docks["program"], self.docks["timeline"]]
        self.resizeDocks(bottom, [program, width - right - program], across)
        self.resizeDocks(bottom, [min(max(height * 18 // 100, 118), 200)] * 2, Qt.Orientation.Vertical)

    def restore_default(self) -> None:
        """All panels where they were at first."""
        self._default_places()
        self._default_sizes()

    def remember(self) -> None:
        """Keeps the layout for the next start."""
        if self._arranged:
            self.settings.layout = self.saveState(_LAYOUT)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._arranged:
            self._arranged = True
            if not self.restoreState(self.settings.layout, _LAYOUT):
                self._default_sizes()
            self._settle()
            QTimer.singleShot(0, self, lambda: self._bring(self.session.state.views, ()))

    # ── panels ────────────────────────────────────────────────────────────────────────────────

    def is_open(self, name: str) -> bool:
        """Whether the panel is there at all, in front or behind another tab."""
        return not self.docks[name].isHidden()

    def toggle(self, name: str) -> None:
        """Opens the panel, or closes it."""
        dock = self.docks[name]
        dock.setVisible(dock.isHidden())
        if dock.isVisible():
            dock.raise_()

    def go_to(self, name: str) -> None:
        """Brings the panel to the front and moves the keyboard into it."""
        dock = self.docks[name]
        dock.show()
        dock.raise_()
        panel = dock.widget()
        inside = [panel, *panel.findChildren(QWidget)]
        takes = (w for w in inside if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisibleTo(panel))
        next(takes, panel).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def update_parameters(self) -> None:
        """The third of the four acts; its panel says so where there is nothing to update with."""
        acts = self.docks["acts"].widget()
        assert isinstance(acts, Acts)
        acts.update_parameters()

    def swap_averaging(self) -> None:
        """The sum for the mean over a mini-batch, or the other way round."""
        acts = self.docks["acts"].widget()
        assert isinstance(acts, Acts)
        acts.swap.click()

    @property
    def _graph(self) -> GraphView:
        """The view of the graph, which comes to the front if it is not shown."""
        if "graph" not in self.session.state.views:
            self.session.change(views=("graph",))
        graph = self.middle.page("graph")
        assert isinstance(graph, GraphView)
        return graph

    def find_nodes(self) -> None:
        """Opens the bar for finding, over the graph."""
        self._graph.finder.open()

    def go_back(self, steps: int) -> None:
        """To where one was in the graph before; forward for a negative number."""
        self._graph.go_back(steps)

    def find_best_rates(self) -> None:
        """The best learning rate for each entry of the race."""
        find_best_rates(self.session)

    def copy_race(self, separator: str) -> None:
        """The table of the race, on the clipboard."""
        curves = self.docks["curves"].widget()
        assert isinstance(curves, CurvesPanel)
        curves.table.show_state(self.session.state)
        curves.table.copy(separator)

    def keep_race(self) -> None:
        """The race becomes part of the document."""
        keep(self.session)

    def text_fields(self) -> list[QWidget]:
        """The widgets that take dropped text."""
        editor = self.docks["program"].widget()
        assert isinstance(editor, ProgramEditor)
        return [editor.code.viewport(), *self.findChildren(QLineEdit)]

    def hand_over(self) -> None:
        """Makes what was typed a moment ago part of the document."""
        editor = self.docks["program"].widget()
        assert isinstance(editor, ProgramEditor)
        editor.hand_over()

    def _bring(self, shown: tuple[str, ...], before: tuple[str, ...]) -> None:
        """Panels come to the front with their view, those before them with its end; curves get room."""
        for row in DOCKS:
            dock = self.docks[row.name]
            if row.view in shown and row.view not in before and not dock.isHidden():
                dock.raise_()
                if row.side == "bottom" and dock.height() < self.height() * _CURVES:
                    self.resizeDocks([dock], [round(self.height() * _CURVES)], Qt.Orientation.Vertical)
            elif row.view in before and row.view not in shown and dock.isVisible():
                self.docks[row.behind].raise_()

    def show_state(self, before: State, now: State) -> None:
        if before.views != now.views and self._arranged:
            self._bring(now.views, before.views)
        if before.theme != now.theme or not self._arranged:
            for title in self._titles.values():
                title.paint_icons(now.theme)
            self.bar.setIconSize(QSize(20, 20))
