"""How the window is divided: sides, centre and bottom, and what gives way where the window is small for its type."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSplitter, QTabBar, QVBoxLayout, QWidget

from tutor.views.sidetabs import SideTabs
from tutor.views.stagepane import KeylessScrollArea, StagePane
from tutor.views.taborder import follow
from tutor.views.theme import Theme

#: Below these widths and this height, in units of the design at 100 %, panes make room for the stage.
_RIGHT_WIDTH, _LEFT_WIDTH, _FULL_HEIGHT = 1000, 760, 600
#: The same while presenting, where there is less around the stage; and how wide its right side is, in pixels, where the
#: window is no wider than a small projector.
_PRESENTED_HEIGHT, _PRESENTED_RIGHT = 500, 420
#: What the stage keeps in any case.
_STAGE = 560


class Panes(QWidget):
    """Left, centre and right in a splitter, strips above them, the timeline and its buttons below.

    Signals:
        folded()  a side was hidden or shown: the window has to adapt
    """

    folded = Signal()

    def __init__(self, theme: Theme, stage: StagePane, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.stage = stage
        self.left, self.right = SideTabs(theme), SideTabs(theme)
        self._narrow = False
        self._stops: tuple[QWidget, ...] = ()
        #: Sides that the learner has hidden.
        self._folded: set[str] = set()
        self._presenting = False
        self._kept: QByteArray | None = None
        self._kept_folded: set[str] = set()
        self._cover: QWidget | None = None
        self._covered = False
        self._tabs = QTabBar()
        self._tabs.setDrawBase(False)
        self._tabs.addTab("")
        self._tabs.addTab("")
        self._tabs.hide()
        self._tabs.currentChanged.connect(self._show_centre)
        self._area = KeylessScrollArea()
        self._centre = QWidget()
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.bottom = QWidget()
        self._above: list[QWidget] = []
        self._rows: list[tuple[QWidget, ...]] = []
        self.set_theme(theme)
        self.retranslate()

    # Filling it ---------------------------------------------------------------------------------------------

    def add_above(self, *strips: QWidget) -> None:
        """Strips over the whole width, above the panes."""
        self._above += strips

    def insert_above(self, strip: QWidget, below: QWidget) -> None:
        """One more strip above the panes, over the strip `below`; call after `assemble`."""
        at = self._above.index(below)
        strip.hide()
        self._column.insertWidget(at, strip)
        follow(self._above[at - 1], strip)
        self._above.insert(at, strip)

    def add_below(self, *widgets: QWidget) -> None:
        """One more row at the bottom; the first of its widgets takes the width the others leave."""
        self._rows.append(widgets)

    def assemble(self) -> None:
        """Put everything in its place, from top to bottom and left to right: the Tab key goes the same way."""
        self._centre_column = centre = QVBoxLayout(self._centre)
        centre.setContentsMargins(0, 0, 0, 0)
        centre.setSpacing(0)
        centre.addWidget(self._tabs)
        # Where the window is too low for the stage at this size of type, the stage scrolls.
        self._area.setWidget(self.stage)
        self._area.setMinimumHeight(140)
        centre.addWidget(self._area, 1)
        for pane in (self.left, self._centre, self.right):
            self.splitter.addWidget(pane)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        bottom = QVBoxLayout(self.bottom)
        bottom.setContentsMargins(0, 4, 0, 0)
        bottom.setSpacing(2)
        for widgets in self._rows:
            row = QHBoxLayout()
            row.setSpacing(0)
            for at, widget in enumerate(widgets):
                row.addWidget(widget, 0 if at else 1)
            bottom.addLayout(row)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for strip in self._above:
            column.addWidget(strip)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.bottom)

    def add_cover(self, widget: QWidget) -> None:
        """What may stand in the place of the stage; call after `assemble`."""
        self._cover = widget
        widget.hide()
        self._centre_column.insertWidget(1, widget, 1)
        follow(self.stage, widget)

    def add_under(self, widget: QWidget) -> None:
        """What stands under the stage and never scrolls with it; call after `assemble`."""
        self._centre_column.insertWidget(self._centre_column.indexOf(self._area) + 1, widget)

    def show_cover(self, shown: bool) -> None:
        """Show that in the place of the stage, or the stage again."""
        if self._cover is not None:
            self._covered = shown
            self._tabs.setCurrentIndex(0)
            self._show_centre(self._tabs.currentIndex())

    # Room ---------------------------------------------------------------------------------------------------

    def restore(self, settings: QSettings) -> None:
        panes = settings.value("panes")
        if not (isinstance(panes, QByteArray) and self.splitter.restoreState(panes)):
            self.splitter.setSizes([190, 764, 326])

    def save(self, settings: QSettings) -> None:
        settings.setValue("panes", self.splitter.saveState() if self._kept is None else self._kept)

    def is_low(self, high: int) -> bool:
        """Whether a window this high has no room for the buttons below the timeline."""
        return high / self._theme.font_scale < _FULL_HEIGHT

    def adapt(self, wide: int, high: int) -> bool:
        """Make room where a window of this size is small for its type: the stage comes first. Returns whether it is
        so narrow that the right side has become a tab of the centre."""
        scaled = wide / self._theme.font_scale
        narrow = scaled < _RIGHT_WIDTH and not self._presenting
        if narrow != self._narrow:
            self._narrow = narrow
            self._tabs.setVisible(narrow)
            if narrow:
                self._centre_column.addWidget(self.right)
            else:
                self.splitter.insertWidget(2, self.right)
                self.right.show()
            self._show_centre(self._tabs.currentIndex())
        self.left.setVisible(scaled >= _LEFT_WIDTH and "left" not in self._folded and not self._presenting)
        if not narrow:
            self.right.setVisible("right" not in self._folded)
        lowest = _PRESENTED_HEIGHT if self._presenting else _FULL_HEIGHT
        self.stage.set_compact(high / self._theme.font_scale < lowest)
        return narrow

    def fold_left(self) -> None:
        """Hide the left side, or show it again."""
        self._folded ^= {"left"}
        self.folded.emit()

    def fold_right(self) -> None:
        """Hide the right side, or show it again; where it is a tab of the centre, go to and fro."""
        if self._narrow:
            self._tabs.setCurrentIndex(1 - self._tabs.currentIndex())
            return
        self._folded ^= {"right"}
        self.folded.emit()

    def present(self, on: bool) -> None:
        """Only the centre and a right side of one width; or all as it was before."""
        if on and not self._presenting:
            self._kept, self._kept_folded = self.splitter.saveState(), set(self._folded)
            self._folded = set()
        elif not on and self._presenting:
            self._folded = self._kept_folded
        self._presenting = on

    def settle(self) -> None:
        """Once the sides are shown or hidden, give them their widths."""
        if self._presenting:
            right = min(max(_PRESENTED_RIGHT, self.width() // 4), self.width() // 3)
            self.splitter.setSizes([0, max(1, self.width() - right), right])
        elif self._kept is not None:
            self.splitter.restoreState(self._kept)
            self._kept = None

    def ask_width(self, wide: float) -> bool:
        """Give the right side so much room at 100 %, where it has less and the stage keeps what it needs. Returns
        whether it got some."""
        left, centre, right = (*self.splitter.sizes(), 0, 0, 0)[:3]
        more = round(self._theme.px(wide)) - right
        if self._narrow or self._presenting or not right or more <= 0 or centre - more < self._theme.px(_STAGE):
            return False
        self.splitter.setSizes([left, centre - more, right + more])
        return True

    def right_width(self) -> int:
        """How wide the right side is, in pixels."""
        return (*self.splitter.sizes(), 0, 0, 0)[2]

    def set_right_width(self, wide: int) -> None:
        left, centre, right = (*self.splitter.sizes(), 0, 0, 0)[:3]
        if not self._narrow and not self._presenting and right:
            self.splitter.setSizes([left, centre + right - wide, wide])

    def bring_cells_up(self) -> None:
        """Where the stage has to scroll, its cells come before its title: the status line says which stage it is."""
        bar = self._area.verticalScrollBar()
        bar.setValue(bar.maximum())

    def show_right(self) -> None:
        """Bring the right side up where it is a tab of the centre."""
        if self._narrow:
            self._tabs.setCurrentIndex(1)
        elif "right" in self._folded:
            self.fold_right()

    def _show_centre(self, at: int) -> None:
        stage = not self._narrow or at == 0
        self._area.setVisible(stage and not self._covered)
        if self._cover is not None:
            self._cover.setVisible(stage and self._covered)
        if self._narrow:
            self.right.setVisible(at == 1)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.left.set_theme(theme)
        self.right.set_theme(theme)
        self.left.setMinimumWidth(round(theme.px(150)))
        self.right.setMinimumWidth(round(theme.px(220)))

    # The keys from pane to pane ---------------------------------------------------------------------------------

    def set_stops(self, *views: QWidget) -> None:
        """What F6 goes to, in order; of a side pane whichever page is shown."""
        self._stops = views

    def next_pane(self) -> None:
        self._by_pane(1)

    def previous_pane(self) -> None:
        self._by_pane(-1)

    def _by_pane(self, by: int) -> None:
        views = [
            self.stage.current_view() if view is self.stage else
            self.right.widget(self.right.page()) if view is self.right else view
            for view in self._stops
        ]  # fmt: skip
        panes = [view for view in views if view.isVisible()]
        focus = QApplication.focusWidget()
        at = next((n for n, pane in enumerate(panes) if focus is pane or (focus and pane.isAncestorOf(focus))), 0)
        target = panes[(at + by) % len(panes)]
        first = getattr(target, "first_focus", None)
        (first() if first is not None else target).setFocus(Qt.FocusReason.TabFocusReason)

    # Words --------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self._tabs.setTabText(0, self.tr("Stage"))
        self._tabs.setTabText(1, self.tr("Inspector"))
        self._tabs.setAccessibleName(self.tr("Stage or inspector"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
