"""A side pane of several pages: one tab for each, the tabs shown as soon as there is more than one."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from tutor.views.taborder import follow
from tutor.views.theme import Theme, font

#: How much wider a tab may be than the style has it.
_APART = 12


class _Bar(QTabBar):
    """Tabs that stand apart where there is room for it."""

    def tabSizeHint(self, at: int) -> QSize:
        size = super().tabSizeHint(at)
        wide = sum(super(_Bar, self).tabSizeHint(one).width() for one in range(self.count()))
        spare = (self.width() - wide) // max(1, self.count())
        size.setWidth(size.width() + min(max(spare, 0), _APART))
        return size


class SideTabs(QWidget):
    """Pages of one side of the window. Pages are themed by whoever made them.

    A page may have `set_headed(bool)`: its own header goes where the tab already says its name.

    Signals:
        pageChanged(str)  another page is shown, by its key
        wanted(str)       a page that is still to be made is asked for: whoever hears it calls `fill`
    """

    pageChanged = Signal(str)
    wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: list[str] = []
        self._pages: list[QWidget] = []
        self._empty: dict[str, QWidget] = {}  # what stands for the pages that are still to be made
        self._bare = False
        self._open: frozenset[str] = frozenset()
        self._veil = QLabel()
        self._veil.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._veil.setWordWrap(True)
        self._veil.setMargin(24)
        self._veil.hide()
        self._bar, self._stack = _Bar(), QStackedWidget()
        self._bar.setDrawBase(False)
        self._bar.setExpanding(False)
        self._bar.setUsesScrollButtons(True)
        self._bar.hide()
        self._bar.currentChanged.connect(self._changed)
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(0)
        head.addWidget(self._bar, 1)
        self._button = QToolButton()
        self._button.setAutoRaise(True)
        self._button.hide()
        head.addWidget(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._stack, 1)
        column.addWidget(self._veil, 1)
        self._below = column
        self.set_theme(theme)
        self.retranslate()

    def add(self, key: str, widget: QWidget | None = None, first: bool = False) -> None:
        """One more page, behind the others or before them; without a widget it is filled when it is first wanted, or
        before. The page that is shown stays."""
        if widget is None:
            self._empty[key] = widget = QWidget()
        at, shown = 0 if first else len(self._keys), self.page()
        self._keys.insert(at, key)
        self._pages.insert(at, widget)
        with QSignalBlocker(self._bar):
            self._stack.insertWidget(at, widget)
            self._bar.insertTab(at, key)
            self._bar.setCurrentIndex(self._keys.index(shown or key))
        self._stack.setCurrentIndex(self._bar.currentIndex())
        self._show_tabs()

    def fill(self, key: str, widget: QWidget) -> None:
        """The page of a tab that had none yet."""
        empty, at = self._empty.pop(key), self._keys.index(key)
        shown = self._stack.currentIndex()
        self._pages[at] = widget
        self._stack.insertWidget(at, widget)
        follow(empty, widget)
        self._stack.removeWidget(empty)
        self._stack.setCurrentIndex(shown)
        empty.deleteLater()
        self._show_tabs()

    def set_bare(self, bare: bool) -> None:
        """Leave out the tabs, as while presenting: the page that is shown stays."""
        self._bare = bare
        self._show_tabs()

    def _show_tabs(self) -> None:
        many = len(self._keys) > 1
        self._bar.setVisible(many and not self._bare)
        for page in self._pages:
            headed = getattr(page, "set_headed", None)
            if headed is not None:
                headed(not many and not self._bare)

    def add_below(self, widget: QWidget) -> None:
        """What stands under the pages, whichever is shown."""
        self._below.addWidget(widget)

    def set_corner(self, action: QAction) -> None:
        """A command as a button at the right end of the tabs."""
        self._button.setDefaultAction(action)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._button.show()

    def set_veil(self, words: str, keep: Iterable[str] = ()) -> None:
        """Show these words in the place of all pages but those to `keep`; "" shows the pages again."""
        self._veil.setText(words)
        self._open = frozenset(keep)
        self._show_veil()

    def _show_veil(self) -> None:
        veiled = bool(self._veil.text()) and self.page() not in self._open
        self._stack.setVisible(not veiled)
        self._veil.setVisible(veiled)

    def set_title(self, key: str, text: str) -> None:
        """A page's name, in the learner's language."""
        self._bar.setTabText(self._keys.index(key), text)

    def show_page(self, key: str) -> None:
        self._bar.setCurrentIndex(self._keys.index(key))

    def page(self) -> str:
        """The key of the page that is shown."""
        return self._keys[self._stack.currentIndex()] if self._keys else ""

    def keys(self) -> tuple[str, ...]:
        return tuple(self._keys)

    def widget(self, key: str) -> QWidget:
        if key in self._empty:
            self.wanted.emit(key)
        return self._pages[self._keys.index(key)]

    def tabs(self) -> QTabBar:
        return self._bar

    def set_theme(self, theme: Theme) -> None:
        self._bar.setFont(font(theme, "dense"))
        self._veil.setFont(font(theme, "body"))
        colours = self.palette()
        colours.setColor(colours.ColorRole.Window, theme.strip)
        for widget in (self._bar, self._head):
            widget.setPalette(colours)
            widget.setAutoFillBackground(True)
        self._bar.setMinimumHeight(theme.height("pane_header"))

    def retranslate(self) -> None:
        self._bar.setAccessibleName(self.tr("Pages"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _changed(self, at: int) -> None:
        if at >= 0 and self._keys[at] in self._empty:
            self.wanted.emit(self._keys[at])
        self._stack.setCurrentIndex(at)
        self._show_veil()
        self.pageChanged.emit(self.page())
