"""The inspector: the chosen cell's value and address, how it was computed, and why the stage is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.views import numbers
from tutor.views.codeview import CodeView
from tutor.views.entries import EntriesModel, EntriesTable
from tutor.views.explanation import Explanation
from tutor.views.figureview import FigureView
from tutor.views.icons import icon
from tutor.views.mathview import MathView
from tutor.views.strips import ProductsStrip
from tutor.views.terms import TermsModel, TermsTable
from tutor.views.theme import Theme, font
from tutor.views.trailbar import TrailBar
from tutor.views.wordsview import WordsView


class Inspector(QWidget):
    """The chosen cell, worked out. Its numbers, words and variables are links.

    Signals:
        followed(object)  a Link was activated
        pointed(object)   the Link, or a tuple of Links, under the pointer or the keys; None for none
        unpinned()        the mark that says "pinned" was clicked
    """

    followed = Signal(object)
    pointed = Signal(object)
    unpinned = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: Explanation | None = None
        self._why = ""
        self._brief = False
        self._tensors: Mapping[str, str] = {}
        self._stats: tuple[tuple[str, str], ...] = ()
        self._header = QLabel()
        self.trail = TrailBar(theme)
        self._value, self._caption = QLabel(), QLabel()
        self._place, self._address = QLabel(), QLabel()
        self._pin = QToolButton()
        self._how, self._note = QLabel(), WordsView(theme, "dense", "ink2")
        self._equation, self._figure = MathView(theme), FigureView(theme)
        self._strip = ProductsStrip(theme)
        self._check = QLabel()
        self._entries, self._uses_head, self._uses = EntriesTable(theme), QLabel(), EntriesTable(theme)
        self._why_head, self._why_text = QLabel(), WordsView(theme)
        self._code_head, self._code_text = QLabel(), CodeView(theme)
        self._stats_head, self._stats_text = QLabel(), QLabel()
        self._model = TermsModel(self)
        self._table = TermsTable(theme, self._model)
        self._order = self._order_switch()
        self._build()
        self._connect()
        self.set_theme(theme)
        self.retranslate()

    def _order_switch(self) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        group = QActionGroup(self)
        self._by_size, self._by_index = QAction(self), QAction(self)
        for action, side in ((self._by_size, "first"), (self._by_index, "last")):
            action.setCheckable(True)
            group.addAction(action)
            button = QToolButton()
            button.setProperty("segment", side)
            button.setDefaultAction(action)
            row.addWidget(button)
        self._by_size.setChecked(True)
        self._by_size.toggled.connect(self._set_order)
        return box

    def _build(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(14, 8, 14, 12)
        column.setSpacing(6)
        for label in (self._value, self._caption, self._place, self._address, self._check, self._stats_text):
            if label is not self._caption:
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._how.setWordWrap(True)
        self._how.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._pin.setAutoRaise(True)
        self._pin.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._pin.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        top = QHBoxLayout()
        # The value is never cut; what is said beside it may wrap.
        self._value.setWordWrap(False)
        self._value.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        top.addWidget(self._value)
        top.addWidget(self._caption, 1)
        top.addWidget(self._pin, 0, Qt.AlignmentFlag.AlignTop)
        head = QHBoxLayout()
        head.addWidget(self._how, 1)
        head.addWidget(self._order)
        column.addLayout(top)
        for widget in (self._place, self._address):
            column.addWidget(widget)
        column.addLayout(head)
        rest: tuple[QWidget, ...] = (
            self._equation, self._note, self._figure, self._strip, self._table, self._entries, self._check,
            self._uses_head, self._uses, self._why_head, self._why_text, self._code_head, self._code_text,
            self._stats_head, self._stats_text,
        )  # fmt: skip
        for below in rest:
            column.addWidget(below)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._area = area
        self._header.setContentsMargins(14, 0, 14, 0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._header)
        whole.addWidget(self.trail)
        whole.addWidget(area, 1)

    def _connect(self) -> None:
        self._pin.clicked.connect(self.unpinned)
        for view in (self._equation, self._table, self._entries, self._uses, self._note, self._why_text,
                     self._code_text):  # fmt: skip
            view.followed.connect(self.followed)
            view.pointed.connect(self.pointed)
        self._strip.pointed.connect(self._point_term)
        self._table.touched.connect(self._touched_row)

    # What is shown ------------------------------------------------------------------------------------------

    def set_explanation(self, shown: Explanation | None) -> None:
        """Show a cell worked out, or none. The focus stays in the pane while there is something to follow."""
        self._shown = shown
        focus = QApplication.focusWidget()
        inside = focus is not None and self._area.isAncestorOf(focus)
        self._refresh_cell()
        if inside and focus is not None:
            if not focus.isVisibleTo(self) or focus.focusPolicy() == Qt.FocusPolicy.NoFocus:
                self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)
            if shown is not None:
                self._area.verticalScrollBar().setValue(0)

    def show_stats(self) -> None:
        """Bring the statistics into view; where they are the last thing in view already, the top again."""
        bar = self._area.verticalScrollBar()
        if bar.value() == bar.maximum() > 0:
            bar.setValue(0)
        else:
            bar.setValue(bar.maximum())

    def stats_in_view(self) -> bool:
        """Whether the statistics can be read without scrolling."""
        return self._stats_text.isVisible() and self._stats_text.visibleRegion().boundingRect().height() > 0

    def set_brief(self, brief: bool) -> None:
        """Only how the cell was computed, as while presenting."""
        self._brief = brief
        self._refresh()

    def set_why(self, text: str) -> None:
        """Two sentences on why the stage is there."""
        self._why = text
        self._refresh_about()

    def set_tensors(self, tensors: Mapping[str, str]) -> None:
        """For each kind of word the tensor it stands for at the step on screen."""
        if dict(tensors) != self._tensors:
            self._tensors = dict(tensors)
            self._refresh_about()

    def set_code(self, code: str, running: int = 1, names: Mapping[str, tuple[str, str]] | None = None) -> None:
        """The lines that compute the step on screen; `running` of the last are its forward pass. `names` gives for each
        variable its tensor and that one's role."""
        self._code_text.set_code(code, running, names or {})
        self._refresh_about()

    def set_stats(self, stats: Sequence[tuple[str, str]]) -> None:
        """Statistics of the tensor on screen: (name, value), in the learner's language."""
        self._stats = tuple(stats)
        self._refresh_about()

    def set_headed(self, headed: bool) -> None:
        """Whether the pane says its own name; a tab may say it already."""
        self._header.setVisible(headed)

    def set_lit(self, name: str) -> None:
        """Light every letter and word that stands for the tensor of this name; "" for none."""
        for view in (self._equation, self._note, self._why_text, self._code_text):
            view.set_lit(name)

    def explanation(self) -> Explanation | None:
        return self._shown

    def first_focus(self) -> QWidget:
        """What the focus goes to when the pane is chosen with the keys."""
        for view in (self._equation, self._table, self._entries, self._uses):
            if view.isVisible() and view.focusPolicy() != Qt.FocusPolicy.NoFocus:
                return view
        return self._area

    def terms(self) -> TermsModel:
        return self._model

    def entries(self) -> EntriesModel:
        """The lines of intermediate results and operands."""
        return self._entries.model_

    def uses(self) -> EntriesModel:
        """The lines that say who uses the number."""
        return self._uses.model_

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for label, role, ink in (
            (self._header, "header", theme.ink2), (self._value, "value", theme.ink),
            (self._caption, "caption", theme.ink2),
            (self._place, "dense", theme.ink2), (self._address, "tensor", theme.ink2),
            (self._how, "header", theme.ink2), (self._uses_head, "header", theme.ink2),
            (self._why_head, "header", theme.ink2), (self._code_head, "header", theme.ink2),
            (self._stats_head, "header", theme.ink2), (self._stats_text, "dense", theme.ink2),
            (self._check, "dense", theme.ok),
        ):  # fmt: skip
            label.setFont(font(theme, role))
            colours = label.palette()
            colours.setColor(label.foregroundRole(), ink)
            label.setPalette(colours)
        self._pin.setFont(font(theme, "caption"))
        self._pin.setIcon(icon("pin", theme))
        self._pin.setIconSize(QSize(round(theme.px(13)), round(theme.px(13))))
        colours = self._area.palette()
        for ground in (colours.ColorRole.Window, colours.ColorRole.Base):
            colours.setColor(ground, theme.pane)
        self._area.setPalette(colours)
        for view in (self._table, self._entries, self._uses, self._note, self._why_text, self._code_text):
            view.setPalette(colours)
            view.set_theme(theme)
        for painted in (self._equation, self._strip, self._figure, self.trail):
            painted.set_theme(theme)
        self._header.setFixedHeight(theme.height("pane_header"))
        self._refresh()

    # Words --------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Inspector"))
        self._header.setText(self.tr("Inspector"))
        self._area.setAccessibleName(self.tr("Inspector"))
        self._pin.setText(self.tr("pinned"))
        self._pin.setAccessibleName(self.tr("Pinned: unpin"))
        self._pin.setToolTip(self.tr("This cell is pinned. Click, or press Esc, to unpin it."))
        self._table.setAccessibleName(self.tr("Terms"))
        self._entries.setAccessibleName(self.tr("Intermediate results"))
        self._note.setAccessibleName(self.tr("Note"))
        self._why_text.setAccessibleName(self.tr("Why"))
        self._code_text.retranslate()
        self._how.setText(self.tr("How it was computed"))
        self._why_head.setText(self.tr("Why"))
        self._code_head.setText(self.tr("The lines that run"))
        self._stats_head.setText(self.tr("Statistics"))
        self._by_size.setText(self.tr("|size|"))
        self._by_size.setToolTip(self.tr("Largest terms first"))
        self._by_index.setText(self.tr("index"))
        self._by_index.setToolTip(self.tr("Terms in order"))
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Where the type is large for the pane, the mark goes without its word.
        narrow = self.width() < self._theme.px(250)
        style = Qt.ToolButtonStyle
        self._pin.setToolButtonStyle(style.ToolButtonIconOnly if narrow else style.ToolButtonTextBesideIcon)
        # As many terms as leave room for what stands below them.
        high = self.height() / self._theme.font_scale
        self._model.set_largest(4 if high < 600 else 6 if high < 760 else 8)
        self._table.fit()

    def _refresh(self) -> None:
        self._refresh_cell()
        self._refresh_about()

    def _refresh_about(self) -> None:
        """What is said of the step: why, the lines that run, statistics."""
        stats = "\n".join(f"{name}  {value}" for name, value in self._stats)
        self._why_text.set_words(self._why, self._tensors)
        self._stats_text.setText(stats)
        for head, view, there in ((self._why_head, self._why_text, bool(self._why)),
                                  (self._code_head, self._code_text, bool(self._code_text.code())),
                                  (self._stats_head, self._stats_text, bool(stats))):  # fmt: skip
            head.setVisible(there and not self._brief)
            view.setVisible(there and not self._brief)

    def _refresh_cell(self) -> None:
        """What is said of the chosen cell."""
        shown = self._shown
        there = shown is not None
        has_terms = shown is not None and bool(shown.columns)
        cell: tuple[QWidget, ...] = (self._address, self._how, self._equation, self._check, self._pin)
        for widget in cell:
            widget.setVisible(there)
        self._table.setVisible(has_terms)
        self._order.setVisible(has_terms and not self._brief)
        self._strip.setVisible(has_terms)
        self._entries.setVisible(shown is not None and bool(shown.entries))
        self._note.setVisible(shown is not None and bool(shown.note))
        self._figure.setVisible(shown is not None and shown.figure is not None)
        on = shown is not None and shown.slope
        said = self.tr("Where it is passed on") if on else self.tr("Who uses this number")
        self._uses_head.setText(said)
        self._uses.setAccessibleName(said)
        for widget in (self._uses_head, self._uses):
            widget.setVisible(shown is not None and bool(shown.uses) and not self._brief)
        self._caption.setText(shown.caption if shown is not None else "")
        if shown is None:
            self._value.setText("—")
            self._place.setText(self.tr("Click a cell to see how its number was computed."))
            self._model.set_terms((), (), None)
            self._equation.set_math(None, _no_role)
            self._entries.set_entries(())
            self._uses.set_entries(())
            self._area.setAccessibleDescription("")
            return
        self._value.setText(str(int(shown.value)) if shown.whole else _value(shown.value, 4))
        self._place.setText(shown.place)
        self._address.setText(f"{shown.address} = {_exact(shown)}")
        self._how.setText(self.tr("Where it comes from") if shown.given else self.tr("How it was computed"))
        self._equation.set_math(shown.equation, shown.role)
        self._note.set_words(shown.note, self._tensors)
        self._figure.set_figure(shown.figure)
        self._entries.set_entries(shown.entries)
        self._uses.set_entries(shown.uses)
        if shown.columns:
            count = len(shown.columns[-1])
            self._strip.set_values(shown.columns[-1], self.tr("%n term(s) in order, the largest marked", "", count))
            self._strip.set_lanes(shown.lanes())
        self._model.set_terms(shown.headers, shown.columns, shown.labels, shown.cells, shown.adds, shown.own)
        self._table.set_roles([shown.role(one.name) if one is not None else "" for one in shown.cells])
        self._table.fit()
        for table in (self._table, self._entries, self._uses):
            table.restart()
        self._say_check(shown)

    def _say_check(self, shown: Explanation) -> None:
        if shown.put:
            text = self.tr("What if: this number was put here, not computed")
        elif shown.given:
            text = self.tr("✓ read as it is, nothing computes it")
        elif shown.whole:
            text = self.tr("✓ the id itself")
        elif shown.agrees:
            text = self.tr("✓ stored {stored} = recomputed {result} (Δ\u00a0{difference}\u00a0≤\u00a0{bound})").format(
                stored=_digits(shown.value), result=_digits(shown.result),
                difference=_tiny(shown.difference), bound=_tiny(shown.bound),
            )  # fmt: skip
        else:
            text = self.tr("✗ stored {stored}, recomputed {result}: they differ by {difference}").format(
                stored=numbers.exact(shown.value), result=numbers.exact(shown.result),
                difference=_tiny(shown.difference),
            )  # fmt: skip
        self._check.setText(text)
        # The same as sentences, for who hears it.
        self._area.setAccessibleDescription(f"{shown.place}: {self._address.text()}. {self._equation.text()}. {text}")
        colours = self._check.palette()
        good = shown.agrees or shown.whole or shown.given
        ink = self._theme.warn if shown.put else self._theme.ok if good else self._theme.err
        colours.setColor(self._check.foregroundRole(), ink)
        self._check.setPalette(colours)

    # Pointer ------------------------------------------------------------------------------------------------

    def _set_order(self, by_size: bool) -> None:
        self._model.set_by_size(by_size)
        self._table.fit()
        self._table.restart()

    def _point_term(self, term: int) -> None:
        """A term under the pointer: its numbers light in the operands, its row in the table."""
        shown = self._shown
        if shown is None or term < 0:
            self.pointed.emit(None)
            return
        row = self._model.place_of(term)
        self._table.mark(row)
        self.pointed.emit(tuple(one.link(term) for one in shown.cells if one is not None))

    def _touched_row(self, row: int) -> None:
        self._strip.set_lit(self._model.row_of(row) if row >= 0 else -1)


def _no_role(name: str) -> str:
    return ""


def _exact(shown: Explanation) -> str:
    """Every digit that is stored."""
    return str(int(shown.value)) if shown.whole else numbers.exact(np.float32(shown.value))  # type: ignore[arg-type]


def _value(value: float, decimals: int) -> str:
    """A number to so many decimals; where they would all be 0 of a small number, to as many digits."""
    if np.isfinite(value) and 0 < abs(value) < 10.0 ** (1 - decimals):
        return _powers(value, decimals - 1)
    return numbers.fixed(value, decimals)


def _digits(value: float) -> str:
    """A number to six decimals; a small one to six digits, so that something is compared."""
    return _powers(value, 5) if np.isfinite(value) and 0 < abs(value) < 1e-2 else numbers.fixed(value, 6)


def _tiny(value: float) -> str:
    return "0" if value == 0 else _powers(value, 0) if np.isfinite(value) else numbers.fixed(value, 0)


def _powers(value: float, decimals: int) -> str:
    """A number in powers of ten, as the rest of the window writes them: 3e−9."""
    mantissa, power = f"{value:.{decimals}e}".split("e")
    return numbers.minus(f"{mantissa}e{int(power)}")
