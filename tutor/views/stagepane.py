"""The stage on screen: where it is, its name, formula and shape, its heat maps and scales, the pointer's value."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSlider,
    QSpinBox,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.engine.records import dataclass
from tutor.views.axischooser import AxisChooser
from tutor.views.badge import ShapeBadge
from tutor.views.changedmark import ChangedMark
from tutor.views.elided import Elided
from tutor.views.equation import EquationView, Lit
from tutor.views.formula import FormulaView
from tutor.views.heatdata import Part
from tutor.views.icons import icon
from tutor.views.linktext import terms_of_tensor
from tutor.views.scalefoot import ScaleFoot
from tutor.views.taborder import follow
from tutor.views.theme import Theme, font
from tutor.views.toolrow import ToolRow

if TYPE_CHECKING:
    from tutor.views.tablepane import TablePane
    from tutor.views.tabletwin import TableTwin

#: The strips between the toolbar and the maps, from top to bottom.
BANDS = ("nan", "several", "compared", "heads", "what if", "backward")


@dataclass(frozen=True)
class Tab:
    """One operation (or result) of the stage, to choose among: its step's name and its short title."""

    path: str
    title: str


class KeylessScrollArea(QScrollArea):
    """Scrolls with wheel and bar only: Page Down and the arrows are the window's, for stepping."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()


class StagePane(QWidget):
    """The centre of the window.

    Signals:
        hovered(part, row, column)  passed on from the heat maps; (-1, -1, -1) for none
        clicked(part, row, column)
        stepChosen(str)             another operation of the stage
        selected(str, int)          another entry of an axis that is not on screen
        sampleChosen(str)           a sample sentence of the empty state
        viewChanged(str)            another view of the step is shown, by its key
        tableChosen(row, column)    a cell of the table
        copyCancelled()             copying from the table is to stop
        viewWanted(str)             a view that is still to be made is asked for: whoever hears it calls `fill_view`
    """

    hovered = Signal(int, int, int)
    clicked = Signal(int, int, int)
    stepChosen = Signal(str)
    selected = Signal(str, int)
    sampleChosen = Signal(str)
    viewChanged = Signal(str)
    tableChosen = Signal(int, int)
    copyCancelled = Signal()
    viewWanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._crumbs, self._state = Elided(theme, "dense", "ink2"), Elided(theme, "dense", "ok")
        self._title, self._formula = QLabel(), FormulaView(theme)
        self._name, self._badge = Elided(theme, "tensor", "ink2"), ShapeBadge(theme)
        self._mark = ChangedMark(theme)
        self._tabs = QButtonGroup(self)
        self._tabs.setExclusive(True)
        self._tab_row = QWidget()
        self._tab_layout = QHBoxLayout(self._tab_row)
        self._choosers: dict[str, AxisChooser] = {}
        self._spin_row = QHBoxLayout()
        self._code = Elided(theme, "tensor", "ink2")
        self.equation = EquationView(theme)
        self._table_parts: tuple[tuple[Part, ...], str] = ((), "")
        self._table_pinned: tuple[tuple[int, int] | None, tuple[Lit | None, ...]] = (None, ())
        self._table_actions: list[QAction] = []
        self._stack = QStackedWidget()
        self._view_keys: list[str] = []
        self._view_icons: list[str] = []
        self._view_widgets: list[QWidget] = []
        self._gate: QWidget | None = None
        self._gate_keys: QWidget | None = None
        self._unmade: dict[str, QWidget] = {}  # what stands for the views that are still to be made
        self._band_kinds: list[str] = []
        self._views = QButtonGroup(self)
        self._views.setExclusive(True)
        self._view_row = QWidget()
        self.foot = ScaleFoot(theme)
        self._empty = QLabel()
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setTextFormat(Qt.TextFormat.RichText)
        self._build()
        self.set_theme(theme)
        self.retranslate()

    def _build(self) -> None:
        self._state.set_align(Qt.AlignmentFlag.AlignRight)
        self._name.set_align(Qt.AlignmentFlag.AlignRight)
        self._crumb_row = QFrame()
        crumbs = QHBoxLayout(self._crumb_row)
        crumbs.setContentsMargins(16, 0, 16, 0)
        crumbs.addWidget(self._crumbs, 1)
        crumbs.addWidget(self._state, 1)
        title = QHBoxLayout()
        title.setContentsMargins(16, 4, 16, 0)
        title.setSpacing(12)
        title.addWidget(self._title)
        title.addWidget(self._mark)
        title.addWidget(self._formula, 5)
        title.addWidget(self._name, 2)
        title.addWidget(self._badge)
        self._tab_layout.setContentsMargins(0, 0, 0, 0)
        self._tab_layout.setSpacing(0)
        scroller = KeylessScrollArea()
        scroller.setWidget(self._tab_row)
        scroller.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroller = scroller
        self._tools = ToolRow(240)
        tools = self._tools.row()
        views = QHBoxLayout(self._view_row)
        views.setContentsMargins(0, 0, 0, 0)
        views.setSpacing(0)
        self._view_layout = views
        self.add_view("heat", self.equation, "heat")
        self.add_view("table", None, "table")
        self._views.button(0).setChecked(True)
        self._views.idClicked.connect(self._view_clicked)
        tools.addLayout(self._spin_row)
        tools.addWidget(self._view_row)
        tools.addWidget(scroller, 2)
        tools.addWidget(self._code, 1)
        tools.addStretch(0)  # takes the room where neither results nor code are shown
        self._tools.add_spare(self._code)
        self._spin_row.setSpacing(12)
        self._code.set_align(Qt.AlignmentFlag.AlignRight)
        middle = QHBoxLayout()
        middle.setContentsMargins(14, 2, 14, 2)
        middle.addWidget(self._stack)
        self._middle = middle
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._column = column
        column.addWidget(self._crumb_row)
        column.addLayout(title)
        column.addWidget(self._tools)
        self._bands, self._drawers = QVBoxLayout(), QVBoxLayout()
        column.addLayout(self._bands)
        column.addLayout(middle, 1)
        column.addLayout(self._drawers)
        column.addWidget(self._empty)
        column.addWidget(self.foot)
        self._empty.setContentsMargins(16, 0, 16, 40)
        self._empty.linkActivated.connect(self.sampleChosen)
        self.equation.hovered.connect(self.hovered)
        self.equation.clicked.connect(self.clicked)
        self._tabs.idClicked.connect(self._tab_clicked)
        self._tab_paths: tuple[str, ...] = ()
        self._compact = self._presenting = False

    @cached_property
    def tables(self) -> TablePane:
        """The table twin, made when it is first asked for."""
        from tutor.views.tablepane import TablePane

        made = TablePane(self._theme)
        self.fill_view("table", made)
        made.set_parts(*self._table_parts)
        made.set_pinned(*self._table_pinned)
        made.pointed.connect(self.hovered)
        made.view.cellChosen.connect(self.tableChosen)
        made.cancelClicked.connect(self.copyCancelled)
        made.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        made.view.addActions(self._table_actions)
        return made

    @property
    def table(self) -> TableTwin:
        return self.tables.view

    def set_table_actions(self, actions: Sequence[QAction]) -> None:
        """What the table's menu offers."""
        self._table_actions = list(actions)

    # What is shown ------------------------------------------------------------------------------------------

    def set_table(self, parts: Sequence[Part], path: str) -> None:
        """The operands and the result as the table has them."""
        self._table_parts = tuple(parts), path
        if "table" not in self._unmade:
            self.tables.set_parts(parts, path)

    def set_table_pinned(self, cell: tuple[int, int] | None, lit: Sequence[Lit | None] = ()) -> None:
        """The pinned cell in the table, and what lights with it."""
        self._table_pinned = cell, tuple(lit)
        if "table" not in self._unmade:
            self.tables.set_pinned(cell, lit)

    def set_place(self, crumbs: Sequence[str], state: str, waiting: bool = False) -> None:
        """The way from the model to here, and whether the result is shown."""
        self._crumbs.set_text(" › ".join(crumbs))
        self._state.set_ink("ink3" if waiting else "ok")
        self._state.set_text(state)

    def set_empty(self, words: str, samples: Sequence[str] = ()) -> None:
        """With no run: a line of words and sample sentences as links; "" once there is one."""
        links = "".join(f'<br><a href="{escape(one)}">{escape(one)}</a>' for one in samples)
        self._empty.setText(escape(words) + links)
        self._empty.setVisible(bool(words))
        self._view_row.setVisible(not words and self._gate is None)

    def set_step(self, title: str, name: str, axes: Sequence[tuple[str, int]]) -> None:
        """The stage's title, the tensor's full name and its shape."""
        self._title.setText(title)
        self._name.set_text(name)
        self._badge.setVisible(bool(axes) or bool(name))
        self._badge.set_axes(tuple(axes))
        # All axis names where there is room for them, sizes over coloured bars where there is not.
        self._badge.set_axes(tuple(axes), compact=self._badge.sizeHint().width() > self.width() * 0.48)

    def terms_here(self) -> list[str]:
        """What the stage on screen, its tensor and its axes may be called in the glossary."""
        return [self._title.text(), *terms_of_tensor(self._name.text()), *self._badge.axes()]

    def terms_at(self, at: QPoint) -> list[str]:
        return self.terms_here()

    def set_mark(self, text: str, strong: bool) -> None:
        """Whether a what-if has changed this stage; "" where there is nothing to say."""
        self._mark.set_mark(text, strong)

    def mark(self) -> str:
        return self._mark.text()

    def set_formula(self, svg: str, latex: str, code: str) -> None:
        self._formula.set_formula(svg, latex)
        # Several lines stand in the inspector; here there is room for one.
        self._code.set_text(code if "\n" not in code else "")

    def set_tabs(self, tabs: Sequence[Tab], current: str) -> None:
        """The stage's operations, to choose among; nothing where there is but one."""
        paths = tuple(tab.path for tab in tabs)
        if paths != self._tab_paths:
            for button in self._tabs.buttons():
                self._tabs.removeButton(button)
                self._tab_layout.removeWidget(button)
                button.deleteLater()
            while self._tab_layout.count():
                self._tab_layout.takeAt(0)
            for at, tab in enumerate(tabs):
                button = QToolButton()
                button.setCheckable(True)
                button.setText(tab.title)
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                ends = {0: "first", len(tabs) - 1: "last"}
                button.setProperty("segment", ends.get(at, "middle"))
                self._tabs.addButton(button, at)
                self._tab_layout.addWidget(button)
            self._tab_layout.addStretch(1)
            self._tab_paths = paths
        for at, tab in enumerate(tabs):
            button = self._tabs.button(at)
            button.setText(tab.title)
            button.setToolTip(tab.path)
            button.setAccessibleName(tab.path)
            button.setChecked(tab.path == current)
        self._scroller.setVisible(bool(tabs))

    def set_axes_choices(self, choices: Sequence[tuple[str, str, int, int]]) -> None:
        """Axes that are not on screen: (axis, label, entry shown, size)."""
        wanted = [axis for axis, *_ in choices]
        for axis, title, at, size in choices:
            if axis not in self._choosers:
                self._choosers[axis] = chooser = AxisChooser(self._theme, axis)
                chooser.chosen.connect(self.selected)
                self._tools.add_spare(chooser.slider)
                self._tools.add_last(chooser.of, chooser.label)
                for other in [self._choosers[one] for one in wanted if one in self._choosers]:
                    self._spin_row.removeWidget(other)
                    self._spin_row.addWidget(other)  # in the order of the axes
            self._choosers[axis].set_choice(title, at, size)
        for axis, chooser in self._choosers.items():
            chooser.setVisible(axis in wanted)

    def spin(self, axis: str) -> QSpinBox | None:
        """The box that chooses an entry of an axis, where there is one."""
        found = self._choosers.get(axis)
        return found.spin if found else None

    def slider(self, axis: str) -> QSlider | None:
        """The slider beside it."""
        found = self._choosers.get(axis)
        return found.slider if found else None

    # Views, tools, bands and drawers ------------------------------------------------------------------------

    def add_view(self, key: str, widget: QWidget | None, icon_name: str) -> None:
        """One more way to see the step, as a segment beside the others; without a widget it is filled when it is first
        wanted, or before."""
        if widget is None:
            self._unmade[key] = widget = QWidget()
        at = len(self._view_keys)
        self._view_keys.append(key)
        self._view_icons.append(icon_name)
        self._view_widgets.append(widget)
        self._stack.addWidget(widget)
        button = QToolButton()
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFont(font(self._theme, "dense"))
        button.setIcon(icon(icon_name, self._theme))
        self._views.addButton(button, at)
        self._view_layout.addWidget(button)
        self._tools.add_view(button)
        self._mark_segments()

    def fill_view(self, key: str, widget: QWidget) -> None:
        """The view of a segment that had none yet."""
        unmade, at = self._unmade.pop(key), self._view_keys.index(key)
        self._view_widgets[at] = widget
        self._stack.insertWidget(at, widget)
        follow(unmade, widget)
        self._stack.removeWidget(unmade)
        unmade.deleteLater()

    def _mark_segments(self) -> None:
        shown = [button for button in self._views.buttons() if not button.isHidden()]
        for at, button in enumerate(shown):
            side = "first" if at == 0 else "last" if at == len(shown) - 1 else "middle"
            button.setProperty("segment", side)
            button.update()

    def set_view_title(self, key: str, text: str, tip: str = "") -> None:
        button = self._views.button(self._view_keys.index(key))
        button.setText(text)
        button.setToolTip(tip)

    def offer_view(self, key: str, offered: bool) -> None:
        """Whether a view makes sense for the step on screen; where the shown one does not, the heat maps come back."""
        self._views.button(self._view_keys.index(key)).setVisible(offered)
        self._mark_segments()
        if not offered and self.view() == key:
            self.show_view("heat")

    def show_view(self, key: str) -> None:
        """`heat`: heat maps, `table`: the table twin of the result, or a view that was added."""
        if key == "table":
            _ = self.tables
        elif key in self._unmade:
            self.viewWanted.emit(key)
        at = self._view_keys.index(key)
        focused = self.current_view().hasFocus()
        changed = at != self._stack.currentIndex()
        self._stack.setCurrentIndex(at)
        self._views.button(at).setChecked(True)
        if focused:
            self.current_view().setFocus()
        if changed:
            self.viewChanged.emit(key)

    def view(self) -> str:
        """The key of the view that is shown."""
        return self._view_keys[self._stack.currentIndex()]

    def current_view(self) -> QWidget:
        """What has the result's cells on screen; while they are hidden, what has the keys."""
        if self._gate is not None and self._gate_keys is not None:
            return self._gate_keys
        shown = self._view_widgets[self._stack.currentIndex()]
        return shown.focusProxy() or shown

    def set_gate(self, gate: QWidget | None, keys: QWidget | None = None) -> None:
        """What stands in the place of every view of the result until it may be seen; None shows the view again. `keys`
        is what has the keys meanwhile."""
        if gate is not None and self._middle.indexOf(gate) < 0:
            self._middle.addWidget(gate)
        focused = self.current_view().hasFocus()
        if self._gate is not None and self._gate is not gate:
            self._gate.hide()
        self._gate, self._gate_keys = gate, keys
        self._stack.setVisible(gate is None)
        self._view_row.setVisible(gate is None)
        self.foot.setVisible(gate is None and not self._compact)
        if gate is not None:
            gate.show()
        if focused:
            self.current_view().setFocus(Qt.FocusReason.OtherFocusReason)

    def add_tool(self, widget: QWidget) -> None:
        """A button at the right end of the toolbar."""
        self._tools.add_tool(widget)

    def add_band(self, widget: QWidget, kind: str) -> None:
        """A strip between the toolbar and the maps, in the order of `BANDS`; it takes no room while it is hidden."""
        self._band_kinds = sorted((*self._band_kinds, kind), key=BANDS.index)
        self._bands.insertWidget(self._band_kinds.index(kind), widget)
        follow(self, widget)

    def add_drawer(self, widget: QWidget) -> None:
        """What stands below the maps, above their scales."""
        self._drawers.addWidget(widget)
        follow(self, widget)

    def add_headline(self, widget: QWidget) -> None:
        """What stands above the title while presenting, in the breadcrumb's place."""
        self._column.insertWidget(0, widget)

    def set_compact(self, compact: bool) -> None:
        """Leave out breadcrumb and scales where the window is low; the status line says where one is."""
        self._compact = compact
        self._crumb_row.setVisible(not compact and not self._presenting)
        self.foot.setVisible(not compact and self._gate is None)

    def set_presenting(self, on: bool) -> None:
        """Title, formula and maps only: an audience needs no tools, and the tensor's name and code are small print."""
        self._presenting = on
        self._tools.setVisible(not on)
        self._name.setVisible(not on)
        self.set_compact(self._compact)

    def set_readout(self, words: str, value: str = "") -> None:
        """The pointer's place and value, always in the same place."""
        self.foot.set_readout(words, value)

    def readout(self) -> str:
        return self.foot.readout()

    def badge(self) -> ShapeBadge:
        return self._badge

    def title(self) -> str:
        return self._title.text()

    def tensor_name(self) -> str:
        return self._name.text()

    def crumbs(self) -> str:
        return self._crumbs.text()

    def state_text(self) -> str:
        return self._state.text()

    def code(self) -> str:
        return self._code.text()

    def formula(self) -> FormulaView:
        return self._formula

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for widget in (self._crumbs, self._state, self._formula, self._name, self._badge, self._mark, self._code,
                       self.equation, self.foot):  # fmt: skip
            widget.set_theme(theme)  # type: ignore[attr-defined]
        if "table" not in self._unmade:
            self.tables.set_theme(theme)
        self._title.setFont(font(theme, "title"))
        self._empty.setFont(font(theme, "body"))
        for chooser in self._choosers.values():
            chooser.set_theme(theme)
        for button in (*self._tabs.buttons(), *self._views.buttons()):
            button.setFont(font(theme, "dense"))
        for at, name in enumerate(self._view_icons):
            self._views.button(at).setIcon(icon(name, theme))
        self._crumb_row.setFixedHeight(theme.height("breadcrumb"))
        self._scroller.setFixedHeight(theme.height("toolbar"))
        self._view_row.setFixedHeight(theme.height("toolbar"))
        for frame, colour in ((self, theme.pane), (self._scroller, theme.pane), (self._tab_row, theme.pane),
                              (self.foot, theme.strip), (self._crumb_row, theme.pane)):  # fmt: skip
            colours = frame.palette()
            colours.setColor(colours.ColorRole.Window, colour)
            frame.setPalette(colours)
            frame.setAutoFillBackground(True)

    # Words and input ----------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Stage"))
        self.set_view_title("heat", self.tr("Heat map"))
        self.set_view_title("table", self.tr("Table"), self.tr("The same numbers as a table (T)"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _view_clicked(self, at: int) -> None:
        self.show_view(self._view_keys[at])

    def _tab_clicked(self, at: int) -> None:
        self.stepChosen.emit(self._tab_paths[at])
