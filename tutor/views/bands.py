"""Bands between the toolbar and the maps: that a mean or sum is shown, and that a tensor is held to compare with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from tutor.views.icons import icon, pixmap
from tutor.views.stagepane import Elided
from tutor.views.theme import Theme, font


class Band(QWidget):
    """A line of words with an icon, a choice of ways to show it, and a button that ends it; a second line for notes.

    Signals:
        chosen(str)  another way, by its key
        closed()     it is to end
    """

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, icon_name: str, keys: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._icon_name, self._keys = theme, icon_name, tuple(keys)
        self._icon, self._hint = QLabel(), QLabel()
        self._words, self._note = Elided(theme, "dense", "ink"), Elided(theme, "caption", "ink2")
        self._ways = QButtonGroup(self)
        self._ways.setExclusive(True)
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        segments = QHBoxLayout()
        segments.setSpacing(0)
        for at in range(len(self._keys)):
            button = QToolButton()
            button.setCheckable(True)
            button.setProperty("segment", "first" if at == 0 else "last" if at == len(self._keys) - 1 else "middle")
            self._ways.addButton(button, at)
            segments.addWidget(button)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._icon)
        line.addWidget(self._words, 1)
        line.addLayout(segments)
        line.addWidget(self._hint)
        line.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 3, 12, 3)
        column.setSpacing(1)
        column.addLayout(line)
        column.addWidget(self._note)
        self._ways.idClicked.connect(self._clicked)
        self._close.clicked.connect(self.closed)
        self.hide()
        self.set_theme(theme)
        self.set_note("")

    def set_words(self, words: str) -> None:
        self._words.set_text(words)

    def words(self) -> str:
        return self._words.text()

    def set_note(self, note: str) -> None:
        """What should be known of it, in a line of its own; "" for nothing."""
        self._note.set_text(note)
        self._note.setVisible(bool(note))

    def note(self) -> str:
        return self._note.text()

    def set_way(self, key: str) -> None:
        if key in self._keys:
            self._ways.button(self._keys.index(key)).setChecked(True)

    def set_names(self, ways: Sequence[str], close: str, hint: str = "", tips: Sequence[str] = ()) -> None:
        """What the buttons say, translated already; `close` also names the button that has but an icon."""
        for at, text in enumerate(ways):
            self._ways.button(at).setText(text)
            self._ways.button(at).setToolTip(tips[at] if at < len(tips) else "")
        self._close.setToolTip(close)
        self._close.setAccessibleName(close)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))

    def way(self, key: str) -> QToolButton:
        """The button of a way."""
        button = self._ways.button(self._keys.index(key))
        assert isinstance(button, QToolButton)
        return button

    def close_button(self) -> QToolButton:
        return self._close

    def _clicked(self, at: int) -> None:
        self.chosen.emit(self._keys[at])

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        side = round(theme.px(16))
        self._icon.setPixmap(pixmap(self._icon_name, theme.accent, side, self.devicePixelRatioF()))
        self._close.setIcon(icon("close", theme))
        self._words.set_theme(theme)
        self._note.set_theme(theme)
        for button in self._ways.buttons():
            button.setFont(font(theme, "dense"))
        self._hint.setFont(font(theme, "caption"))
        colours = self._hint.palette()
        colours.setColor(colours.ColorRole.WindowText, theme.ink2)
        self._hint.setPalette(colours)
        for button in self._ways.buttons():
            button.setFixedHeight(theme.height("small_button"))
        colours = self.palette()
        colours.setColor(colours.ColorRole.Window, theme.accentbg)
        self.setPalette(colours)
        self.setAutoFillBackground(True)


class SeveralBand(Band):
    """Says that the picture is the mean or sum of several heads or rows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "grid", ("mean", "sum"), parent)
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Several selected"))
        self.set_names((self.tr("Mean"), self.tr("Sum")), self.tr("One head and one token again"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class CompareBand(Band):
    """Says what is pinned, and how it is compared with the tensor on screen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "pin", ("alone", "beside", "difference"), parent)
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Compare"))
        self.set_names(
            (self.tr("Current"), self.tr("Side by side"), self.tr("Difference")), self.tr("Unpin"),
            self.tr("hold X to blink"), (
                self.tr("The current tensor alone; hold X to see the pinned one in its place"),
                self.tr("The pinned tensor beside the current one, on one scale"),
                self.tr("Current − pinned, cell by cell (D)"),
            ),
        )  # fmt: skip

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
