"""The inspector: the chosen cell's value and address, how it was computed, and why the stage is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.engine.working import Math, show
from tutor.views import numbers
from tutor.views.mathview import MathView, ProductsStrip
from tutor.views.terms import TermsModel, TermsTable
from tutor.views.theme import Theme, font

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, eq=False)
class Explanation:
    """What the inspector shows of one cell; every text is in the learner's language or in symbols.

    Attributes:
        value: the stored number. address: `scores[0, 2, 5, 4]`. place: the cell in words.
        equation: the formula with the numbers put in. note: the rule that applied, as a sentence.
        headers, columns, labels: the table of terms (one label for each row); the last column is summed.
        lines: intermediate results. agrees, difference: the check against the stored number.
        result: the recomputed number. whole: a token id. roles: whose colour a number of the equation has, by the
            name of its tensor. given: it was put there and not computed.
    """

    value: float
    address: str
    place: str
    equation: Math | None
    note: str = ""
    headers: tuple[str, ...] = ()
    columns: tuple[np.ndarray, ...] = ()
    labels: Sequence[str] | None = None
    lines: tuple[tuple[str, float], ...] = ()
    result: float = float("nan")
    agrees: bool = True
    difference: float = 0.0
    whole: bool = False
    roles: Mapping[str, str] = field(default_factory=dict)
    given: bool = False


class Inspector(QWidget):
    """The chosen cell, worked out."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: Explanation | None = None
        self._why = self._code = ""
        self._stats: tuple[tuple[str, str], ...] = ()
        self._header = QLabel()
        self._value, self._place, self._address = QLabel(), QLabel(), QLabel()
        self._how, self._note = QLabel(), QLabel()
        self._equation, self._strip = MathView(theme), ProductsStrip(theme)
        self._lines, self._check = QLabel(), QLabel()
        self._why_head, self._why_text = QLabel(), QLabel()
        self._code_head, self._code_text = QLabel(), QLabel()
        self._stats_head, self._stats_text = QLabel(), QLabel()
        self._model = TermsModel(self)
        self._table = TermsTable(theme, self._model)
        self._order = self._order_switch()
        self._build()
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
        self._by_size.toggled.connect(self._model.set_by_size)
        return box

    def _build(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(6)
        for label in (self._value, self._place, self._address, self._note, self._lines, self._check,
                      self._why_text, self._code_text, self._stats_text):  # fmt: skip
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        head = QHBoxLayout()
        head.addWidget(self._how, 1)
        head.addWidget(self._order)
        for widget in (self._value, self._place, self._address):
            column.addWidget(widget)
        column.addLayout(head)
        rest: tuple[QWidget, ...] = (self._equation, self._note, self._strip, self._table, self._lines, self._check,
                                     self._why_head, self._why_text, self._code_head, self._code_text, self._stats_head,
                                     self._stats_text)  # fmt: skip
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
        whole.addWidget(area, 1)

    # What is shown ------------------------------------------------------------------------------------------

    def set_explanation(self, shown: Explanation | None) -> None:
        """Show a cell worked out, or none."""
        self._shown = shown
        self._refresh_cell()

    def set_headed(self, headed: bool) -> None:
        """Whether the pane says its own name; a tab may say it already."""
        self._header.setVisible(headed)

    def set_why(self, text: str) -> None:
        """Two sentences on why the stage is there."""
        self._why = text
        self._refresh_about()

    def set_code(self, code: str) -> None:
        """The lines that compute the step on screen."""
        self._code = code
        self._refresh_about()

    def set_stats(self, stats: Sequence[tuple[str, str]]) -> None:
        """Statistics of the tensor on screen: (name, value), in the learner's language."""
        self._stats = tuple(stats)
        self._refresh_about()

    def explanation(self) -> Explanation | None:
        return self._shown

    def first_focus(self) -> QWidget:
        """What the focus goes to when the pane is chosen with the keys."""
        return self._table if self._table.isVisible() else self._area

    def terms(self) -> TermsModel:
        return self._model

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for label, role, ink in (
            (self._header, "header", theme.ink2),
            (self._value, "value", theme.ink),
            (self._place, "dense", theme.ink2), (self._address, "tensor", theme.ink2),
            (self._how, "header", theme.ink2), (self._note, "dense", theme.ink2),
            (self._lines, "dense", theme.ink2), (self._why_head, "header", theme.ink2),
            (self._why_text, "body", theme.ink), (self._code_head, "header", theme.ink2),
            (self._code_text, "tensor", theme.ink), (self._stats_head, "header", theme.ink2),
            (self._stats_text, "dense", theme.ink2), (self._check, "dense", theme.ok),
        ):  # fmt: skip
            label.setFont(font(theme, role))
            colours = label.palette()
            colours.setColor(label.foregroundRole(), ink)
            label.setPalette(colours)
        colours = self._area.palette()
        for ground in (colours.ColorRole.Window, colours.ColorRole.Base):
            colours.setColor(ground, theme.pane)
        self._area.setPalette(colours)
        self._table.setPalette(colours)
        self._table.set_theme(theme)
        self._equation.set_theme(theme)
        self._strip.set_theme(theme)
        self._header.setFixedHeight(theme.height("pane_header"))
        self._refresh()

    # Words --------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Inspector"))
        self._header.setText(self.tr("Inspector"))
        self._area.setAccessibleName(self.tr("Inspector"))
        self._table.setAccessibleName(self.tr("Terms"))
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

    def _refresh(self) -> None:
        self._refresh_cell()
        self._refresh_about()

    def _refresh_about(self) -> None:
        """What is said of the step: why, the lines that run, statistics."""
        stats = "\n".join(f"{name}  {value}" for name, value in self._stats)
        for head, label, text in ((self._why_head, self._why_text, self._why),
                                  (self._code_head, self._code_text, self._code),
                                  (self._stats_head, self._stats_text, stats)):  # fmt: skip
            label.setText(text)
            head.setVisible(bool(text))
            label.setVisible(bool(text))

    def _refresh_cell(self) -> None:
        """What is said of the chosen cell."""
        shown = self._shown
        there = shown is not None
        has_terms = shown is not None and bool(shown.columns)
        cell: tuple[QWidget, ...] = (self._address, self._how, self._equation, self._check)
        terms: tuple[QWidget, ...] = (self._table, self._strip, self._order)
        for widget in cell:
            widget.setVisible(there)
        for widget in terms:
            widget.setVisible(has_terms)
        self._lines.setVisible(shown is not None and bool(shown.lines))
        self._note.setVisible(shown is not None and bool(shown.note))
        if shown is None:
            self._value.setText("—")
            self._place.setText(self.tr("Click a cell to see how its number was computed."))
            self._model.set_terms((), (), None)
            return
        self._value.setText(str(int(shown.value)) if shown.whole else _value(shown.value, 4))
        self._place.setText(shown.place)
        self._address.setText(shown.address)
        self._equation.set_math(shown.equation, lambda name: shown.roles.get(name, ""))
        if shown.columns:
            count = len(shown.columns[-1])
            self._strip.set_values(shown.columns[-1], self.tr("%n term(s) in order, the largest marked", "", count))
        self._note.setText(shown.note)
        self._lines.setText("\n".join(f"{label} = {show(value)}" for label, value in shown.lines))
        self._model.set_terms(shown.headers, shown.columns, shown.labels)
        self._table.fit()
        self._say_check(shown)

    def _say_check(self, shown: Explanation) -> None:
        if shown.given:
            text = self.tr("What if: this number was put here, not computed")
        elif shown.whole:
            text = self.tr("✓ the id itself")
        elif shown.agrees:
            text = self.tr("✓ stored {stored} = recomputed {result} (Δ {difference})").format(
                stored=_value(shown.value, 6), result=_value(shown.result, 6),
                difference=_tiny(shown.difference),
            )  # fmt: skip
        else:
            text = self.tr("✗ stored {stored}, recomputed {result}: they differ by {difference}").format(
                stored=numbers.exact(shown.value), result=numbers.exact(shown.result),
                difference=_tiny(shown.difference),
            )  # fmt: skip
        self._check.setText(text)
        colours = self._check.palette()
        good = shown.agrees or shown.whole
        ink = self._theme.warn if shown.given else self._theme.ok if good else self._theme.err
        colours.setColor(self._check.foregroundRole(), ink)
        self._check.setPalette(colours)


def _value(value: float, decimals: int) -> str:
    """A number to so many decimals; where they would all be 0 of a small number, to as many digits."""
    if np.isfinite(value) and 0 < abs(value) < 10.0 ** (1 - decimals):
        return _powers(value, decimals - 1)
    return numbers.fixed(value, decimals)


def _tiny(value: float) -> str:
    return "0" if value == 0 else _powers(value, 0) if np.isfinite(value) else numbers.fixed(value, 0)


def _powers(value: float, decimals: int) -> str:
    """A number in powers of ten, as the rest of the window writes them: 3e−9."""
    mantissa, power = f"{value:.{decimals}e}".split("e")
    return numbers.minus(f"{mantissa}e{int(power)}")
