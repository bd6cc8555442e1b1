"""The foot of the stage pane: the colour scales of what is on screen, and the value under the pointer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from tutor.engine.records import dataclass
from tutor.views.elided import Elided
from tutor.views.icons import icon
from tutor.views.scalebar import ScaleBar
from tutor.views.theme import Theme, font

#: Product, its two operands: no equation has more scales.
MOST = 3
_READOUT = 150  # the least width of the pointer's value, in units of the design
_WORDS, _ICON = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly


@dataclass(frozen=True)
class Scale:
    """One scale: whose it is, its kind and range, as far as the numbers on screen go, and whether it is fixed."""

    name: str
    kind: str
    low: float
    high: float
    most: float = 0.0
    fixed: bool = False


class ScaleFoot(QFrame):
    """Scales with handles, whether they are shared, and the pointer's value at the right.

    Signals:
        reachChosen(int, float)  another range for a scale
        widened(int)             a scale is to cover every value
        lockClicked()            share scales again, or stop sharing
        fitClicked()             fit scales to what is on screen
        countsWanted(bool)       histograms are to be shown, or no longer
    """

    reachChosen = Signal(int, float)
    widened = Signal(int)
    lockClicked = Signal()
    fitClicked = Signal()
    countsWanted = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scales: tuple[Scale, ...] = ()
        self._about = ""
        self._asked: dict[tuple[object, ...], int] = {}
        self.bars = [ScaleBar(theme) for _ in range(MOST)]
        self._labels = [QLabel() for _ in range(MOST)]
        self.lock, self.fit, self.histogram = QToolButton(), QToolButton(), QToolButton()
        self._fixed = QToolButton()
        self._words, self._value = Elided(theme, "dense", "ink2"), Elided(theme, "body", "ink", bold=True)
        self._build()
        self.set_theme(theme)
        self.set_scales(())
        self.retranslate()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 2, 16, 2)
        row.setSpacing(8)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)  # `_arrange` sees to it that all fits
        for button in (self.lock, self.fit, self.histogram, self._fixed):
            button.setToolButtonStyle(_WORDS)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.histogram.setToolButtonStyle(_ICON)
        self.lock.setCheckable(True)
        self.histogram.setCheckable(True)
        self._fixed.setEnabled(False)
        for at, (label, bar) in enumerate(zip(self._labels, self.bars)):
            label.setBuddy(bar)
            label.setContentsMargins(6 if at else 0, 0, 0, 0)
            row.addWidget(label)
            row.addWidget(bar, 3 if at == 0 else 2)
            bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            bar.reachChosen.connect(self._chosen)
            bar.widened.connect(self._widened)
            if at == 0:
                for button in (self.lock, self.fit, self.histogram):
                    row.addWidget(button)
        row.addWidget(self._fixed)
        readout = QVBoxLayout()
        readout.setSpacing(0)
        readout.addStretch(1)
        for text in (self._words, self._value):
            text.set_align(Qt.AlignmentFlag.AlignRight)
            readout.addWidget(text)
        readout.addStretch(1)
        row.addLayout(readout, 2)
        self.lock.clicked.connect(self._lock_clicked)
        self.fit.clicked.connect(self.fitClicked)
        self.histogram.toggled.connect(self.countsWanted)

    # What is shown ------------------------------------------------------------------------------------------

    def set_scales(self, scales: Sequence[Scale], locked: bool = True, about: str = "") -> None:
        """The scales on screen, the one that can be changed first. `locked`: they are shared; `about` says by whom."""
        self._scales, self._about = tuple(scales[:MOST]), about
        for at, (label, bar) in enumerate(zip(self._labels, self.bars)):
            there = at < len(self._scales)
            if there:
                one = self._scales[at]
                label.setText(one.name)
                bar.set_range(one.kind, one.low, one.high, one.most, one.fixed, one.name)
            else:
                bar.set_cut(0)
            label.setVisible(there)
            bar.setVisible(there)
        free = any(not one.fixed for one in self._scales)
        for button in (self.lock, self.fit, self.histogram):
            button.setVisible(free)
        self._fixed.setVisible(any(one.fixed for one in self._scales))
        with QSignalBlocker(self.lock):
            self.lock.setChecked(locked)
        self.lock.setIcon(icon("lock" if locked else "unlock", self._theme))
        self.retranslate()
        self._arrange()

    def scales(self) -> tuple[Scale, ...]:
        return self._scales

    def set_cut(self, at: int, count: int) -> None:
        """How many numbers on screen lie outside a scale."""
        self.bars[at].set_cut(count)

    def set_counts(self, at: int, counts: np.ndarray | None) -> None:
        """A scale's histogram."""
        self.bars[at].set_counts(counts)

    def wants_counts(self) -> bool:
        return self.histogram.isChecked()

    def set_readout(self, words: str, value: str = "") -> None:
        """What is under the pointer, and its value."""
        self._words.set_text(words)
        self._value.set_text(value)

    def readout(self) -> str:
        return "   ".join(one for one in (self._words.text(), self._value.text()) if one)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for widget in (*self.bars, self._words, self._value):
            widget.set_theme(theme)  # type: ignore[attr-defined]
        for label in self._labels:
            label.setFont(font(theme, "tensor"))
        for button, name in ((self.lock, "lock"), (self.fit, "fit"), (self.histogram, "bars"), (self._fixed, "lock")):
            button.setFont(font(theme, "dense"))
            button.setIcon(icon(name, theme))
            button.setFixedHeight(theme.height("small_button"))
        self.lock.setIcon(icon("lock" if self.lock.isChecked() else "unlock", theme))
        self.setFixedHeight(round(theme.px(56)))
        self._arrange()

    # Words and room -----------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.lock.setText(self.tr("Shared scale"))
        self.fit.setText(self.tr("Fit"))
        self._fixed.setText(self.tr("Fixed 0 to 1"))
        lock = self.tr("One scale for every head and sentence (K)")
        self.lock.setToolTip(f"{self._about} (K)" if self._about else lock)
        self.lock.setAccessibleName(self.lock.text())
        self.lock.setAccessibleDescription(self.lock.toolTip())
        tip = self.tr("Fit the scale to what is on screen; it leaves its group until it is locked again (A)")
        self.fit.setToolTip(tip)
        self.fit.setAccessibleName(self.fit.text())
        self.fit.setAccessibleDescription(tip)
        self.histogram.setToolTip(self.tr("Histogram of the values on screen"))
        self.histogram.setAccessibleName(self.histogram.toolTip())
        self._fixed.setToolTip(self.tr("Probabilities are always coloured from 0 to 1."))
        self._fixed.setAccessibleName(self._fixed.text())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self._arrange()
        super().changeEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(round(self._theme.px(560)), round(self._theme.px(56)))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._theme.px(240)), round(self._theme.px(56)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        super().resizeEvent(event)

    def _arrange(self) -> None:
        """Where there is not room for all of it: buttons lose their words, then the last scales go."""
        px = self._theme.px
        room = self.width() - 36 - px(_READOUT)
        buttons = [one for one in (self._fixed, self.fit, self.lock) if not one.isHidden()]
        worded, bare = ([self._asks(button, style) for button in buttons] for style in (_WORDS, _ICON))

        def needed(bars: int, words: int) -> float:
            """With so many scales, and the words of so many buttons, the last of them first."""
            total = 0.0 if self.histogram.isHidden() else self._asks(self.histogram, _ICON)
            for label, bar in zip(self._labels[:bars], self.bars):
                total += label.sizeHint().width() + bar.minimumSizeHint().width() + 16
            return total + sum(bare[: len(buttons) - words]) + sum(worded[len(buttons) - words :])

        shown, words = len(self._scales), len(buttons)
        while words and needed(shown, words) > room:
            words -= 1
        while shown > 1 and needed(shown, words) > room:
            shown -= 1
        while words < len(buttons) and needed(shown, words + 1) <= room:
            words += 1
        for at, button in enumerate(buttons):
            button.setToolButtonStyle(_WORDS if at >= len(buttons) - words else _ICON)
        for at, (label, bar) in enumerate(zip(self._labels, self.bars)):
            label.setVisible(at < shown)
            bar.setVisible(at < shown)
            bar.setMaximumWidth(round(px(230 if at == 0 else 170)))
        spare = room + px(_READOUT) - needed(shown, words)
        for text in (self._words, self._value):
            text.setMinimumWidth(round(max(px(24), min(px(_READOUT) - 24, spare))))
        layout = self.layout()
        if layout is not None:
            layout.activate()

    def _asks(self, button: QToolButton, style: Qt.ToolButtonStyle) -> int:
        """The room a button needs, and the gap after it."""
        key = button, style, button.text(), self._theme.font_scale, self._theme.cjk
        if key not in self._asked:
            before = button.toolButtonStyle()
            button.setToolButtonStyle(style)
            self._asked[key] = button.sizeHint().width() + 8
            button.setToolButtonStyle(before)
        return self._asked[key]

    # Input --------------------------------------------------------------------------------------------------

    def _at(self) -> int:
        return next(at for at, bar in enumerate(self.bars) if bar is self.sender())

    def _chosen(self, reach: float) -> None:
        self.reachChosen.emit(self._at(), reach)

    def _widened(self) -> None:
        self.widened.emit(self._at())

    def _lock_clicked(self) -> None:
        self.lockClicked.emit()
