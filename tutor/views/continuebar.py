"""Continue: how the next token is chosen, what it would be, and the button that appends it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from tutor.views.candidates import Candidate, Candidates
from tutor.views.icons import icon
from tutor.views.style import primary
from tutor.views.theme import Theme, font

_MOST_TOKENS, _LARGEST_SEED = 64, 999_999


class ContinueBar(QWidget):
    """The rules of sampling and the candidates for the next token.

    Signals:
        rulesChanged()       temperature, top-k, top-p or seed were changed
        appendRequested()    tokens are to be appended
        closeRequested()
    """

    rulesChanged = Signal()
    appendRequested = Signal()
    closeRequested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kept = (0, 0)
        self._labels = {name: QLabel() for name in ("temperature", "top_k", "top_p", "seed", "tokens")}
        self._temperature, self._top_p = QDoubleSpinBox(), QDoubleSpinBox()
        self._top_k, self._seed, self._tokens = QSpinBox(), QSpinBox(), QSpinBox()
        self._append, self._close = QPushButton(), QPushButton()
        self._told = QLabel()
        self.candidates = Candidates(theme)
        self._temperature.setRange(0, 5)
        self._temperature.setSingleStep(0.1)
        self._top_p.setRange(0.01, 1)
        self._top_p.setSingleStep(0.05)
        self._top_p.setValue(1)
        self._top_k.setRange(0, 100_000)
        self._seed.setRange(0, _LARGEST_SEED)
        self._tokens.setRange(1, _MOST_TOKENS)
        primary(self._append)
        line = QHBoxLayout()
        line.setContentsMargins(12, 5, 12, 0)
        line.setSpacing(8)
        for name, box in self._boxes().items():
            line.addWidget(self._labels[name])
            line.addWidget(box)
            self._labels[name].setBuddy(box)
        line.addWidget(self._append)
        line.addWidget(self._told, 1)
        line.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self.candidates)
        for box in (self._temperature, self._top_p, self._top_k, self._seed):
            box.valueChanged.connect(self._changed)
        self._append.clicked.connect(self.appendRequested)
        self._close.clicked.connect(self.closeRequested)
        self.set_theme(theme)
        self.retranslate()

    def _boxes(self) -> dict[str, QSpinBox | QDoubleSpinBox]:
        return {"temperature": self._temperature, "top_k": self._top_k, "top_p": self._top_p, "seed": self._seed,
                "tokens": self._tokens}  # fmt: skip

    # What is chosen -----------------------------------------------------------------------------------------

    def temperature(self) -> float:
        return round(self._temperature.value(), 2)

    def top_k(self) -> int:
        return self._top_k.value()

    def top_p(self) -> float:
        return round(self._top_p.value(), 2)

    def seed(self) -> int:
        return self._seed.value()

    def tokens(self) -> int:
        """How many tokens to append."""
        return self._tokens.value()

    def set_rules(self, temperature: float, top_k: int, top_p: float, seed: int) -> None:
        """Show rules that were chosen elsewhere."""
        floats = ((self._temperature, temperature), (self._top_p, top_p))
        whole = ((self._top_k, top_k), (self._seed, seed))
        blocked = [QSignalBlocker(box) for box in (self._temperature, self._top_p, self._top_k, self._seed)]
        for box, value in floats:
            box.setValue(value)
        for spin, number in whole:
            spin.setValue(number)
        del blocked
        self._changed()

    # What is shown ------------------------------------------------------------------------------------------

    def set_next(self, candidates: Sequence[Candidate], rest: tuple[float, float], kept: int, total: int) -> None:
        """Show what would come next, and how many of all tokens the rules keep."""
        self._kept = kept, total
        self.candidates.set_candidates(candidates, rest)
        self._append.setEnabled(bool(candidates))
        self.retranslate()

    def set_problem(self, sentence: str) -> None:
        """Say why nothing can come next."""
        self._kept = (0, 0)
        self.candidates.set_candidates((), (0.0, 0.0))
        self._append.setEnabled(False)
        self._told.setText(sentence)

    def first_focus(self) -> QWidget:
        return self._temperature

    def append_button(self) -> QPushButton:
        return self._append

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.candidates.set_theme(theme)
        for widget in (*self._labels.values(), self._told):
            widget.setFont(font(theme, "dense"))
        for box in self._boxes().values():
            box.setMinimumWidth(round(theme.px(68)))
        self._close.setIcon(icon("close", theme))
        self._close.setFixedWidth(theme.height("button"))
        self.retranslate()

    def retranslate(self) -> None:
        names = {
            "temperature": self.tr("Temperature"), "top_k": self.tr("Top-k"), "top_p": self.tr("Top-p"),
            "seed": self.tr("Seed"), "tokens": self.tr("Tokens"),
        }  # fmt: skip
        for name, text in names.items():
            self._labels[name].setText(text)
            self._boxes()[name].setAccessibleName(text)
        greedy = self._temperature.value() == 0
        self._temperature.setSpecialValueText(self.tr("0 (greedy)"))
        self._top_k.setSpecialValueText(self.tr("all"))
        # A greedy choice asks no rule: what would do nothing cannot be changed.
        for box in (self._top_k, self._top_p, self._seed):
            box.setEnabled(not greedy)
        self._append.setText(self.tr("Append"))
        self._append.setIcon(icon("plus", self._theme, on_accent=True))
        self._append.setToolTip(self.tr("Append the chosen token to the sentence and run it again"))
        self._close.setToolTip(self.tr("Close"))
        self._close.setAccessibleName(self.tr("Close"))
        kept, total = self._kept
        if total:
            text = self.tr("The rules keep {kept} of {total} tokens.")
            self._told.setText(text.format(kept=f"{kept:,}", total=f"{total:,}"))
        self._told.setToolTip(self._told.text())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _changed(self) -> None:
        self.retranslate()
        self.rulesChanged.emit()
