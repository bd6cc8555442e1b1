"""One plot of an experiment with its title, its legend, its numbers as a table, and ways to take it along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLayout,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from tutor.lessons.experiment import Bars, Curves, Grid, Map, Plot
from tutor.views.experiment_map import MapView
from tutor.views.experiment_words import Says, number, table
from tutor.views.icons import icon
from tutor.views.lessontext import subscripts
from tutor.views.theme import Theme, font

_ROWS = 9


class _Flow(QLayout):
    """One after the other, in as many lines as it takes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[Any] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: Any) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, at: int) -> Any:
        return self._items[at] if 0 <= at < len(self._items) else None

    def takeAt(self, at: int) -> Any:
        return self._items.pop(at) if 0 <= at < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        sizes = [one.minimumSize() for one in self._items]
        return QSize(max((one.width() for one in sizes), default=0), max((one.height() for one in sizes), default=0))

    def _place(self, rect: QRect, move: bool) -> int:
        x, y, line = rect.left(), rect.top(), 0
        for one in self._items:
            size = one.sizeHint()
            if x > rect.left() and x + size.width() > rect.right() + 1:
                x, y, line = rect.left(), y + line + 2, 0
            if move:
                one.setGeometry(QRect(x, y, min(size.width(), rect.width()), size.height()))
            x += size.width() + 14
            line = max(line, size.height())
        return y + line - rect.top()


class _Values(QTableWidget):
    """The numbers; letters are left to the window."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().strip() and event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)


class PlotBlock(QWidget):
    """One plot.

    Signals:
        tensorChosen(str)  the tensor that a map shows was asked for
    """

    tensorChosen = Signal(str)

    def __init__(self, theme: Theme, says: Says, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._says = theme, says
        self._plot: Plot | None = None
        self._drawn: Any = None
        self._told = False
        self._named: tuple[object, ...] = ()
        self._title = QLabel()
        self._title.setTextFormat(Qt.TextFormat.RichText)
        self._title.setWordWrap(True)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._as_table, self._more = QToolButton(), QToolButton()
        self._as_table.setCheckable(True)
        for button in (self._as_table, self._more):
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self._more)
        self._actions = [QAction(self) for _ in range(4)]
        self._menu.addActions(self._actions)
        self._more.setMenu(self._menu)
        for action, slot in zip(self._actions, (self.copy_values, self.copy_picture, self.save_values,
                                                self.save_picture)):  # fmt: skip
            action.triggered.connect(slot)
        self._stack = QStackedWidget()
        self._table = _Values()
        self._table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self._table.verticalHeader().hide()
        self._table.setShowGrid(False)
        self._stack.addWidget(self._table)
        self._legend = QWidget()
        self._keys = _Flow(self._legend)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(0)
        head.addWidget(self._title, 1)
        head.addWidget(self._as_table)
        head.addWidget(self._more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self._stack)
        column.addWidget(self._legend)
        self._as_table.toggled.connect(self._switch)
        self.set_theme(theme)
        self.retranslate()

    # What is shown ------------------------------------------------------------------------------------------

    def set_plot(self, plot: Plot) -> None:
        """Show a plot; the drawing of one of the same kind is used again."""
        before, self._plot = self._plot, plot
        if before is None or type(before) is not type(plot):
            self._make(plot)
        if self._drawn is not None:
            self._drawn.show_plot(plot)
        self._told = False
        self._fill_legend()
        self._as_table.setVisible(self._drawn is not None)
        self._switch(self._as_table.isChecked())
        self.retranslate()

    def plot(self) -> Plot | None:
        return self._plot

    def drawn(self) -> Any:
        """What draws it; None for a table."""
        return self._drawn

    def values(self) -> QTableWidget:
        """Its numbers as a table."""
        self._fill_table()
        return self._table

    def _make(self, plot: Plot) -> None:
        if self._drawn is not None:
            self._stack.removeWidget(self._drawn)
            self._drawn.hide()
            self._drawn.deleteLater()
            self._drawn = None
        if isinstance(plot, (Curves, Bars)):
            # Here, since importing it takes longer than opening the window may.
            from tutor.views.experiment_plots import Plot as Drawing

            self._drawn = Drawing(self._theme, self._says)
        elif isinstance(plot, Map):
            self._drawn = MapView(self._theme, self._says)
            self._drawn.clicked.connect(self._cell_clicked)
        if self._drawn is not None:
            self._stack.addWidget(self._drawn)

    def _cell_clicked(self, part: int, row: int, column: int) -> None:
        if isinstance(self._plot, Map) and self._plot.tensor:
            self.tensorChosen.emit(self._plot.tensor)

    def _fill_table(self) -> None:
        """Write the numbers, once for each plot and only where somebody looks."""
        if self._plot is None or self._told:
            return
        self._told = True
        made, view = table(self._plot, self._says), self._table
        view.setRowCount(len(made.rows))
        view.setColumnCount(len(made.heads))
        view.setHorizontalHeaderLabels(list(made.heads))
        for at, row in enumerate(made.rows):
            for column, cell in enumerate(row):
                item = QTableWidgetItem(cell if isinstance(cell, str) else number(cell))
                side = Qt.AlignmentFlag.AlignLeft if isinstance(cell, str) else Qt.AlignmentFlag.AlignRight
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                view.setItem(at, column, item)
        view.resizeColumnsToContents()

    def _fill_legend(self) -> None:
        plot = self._plot
        series = plot.series if isinstance(plot, (Curves, Bars)) else ()
        named = (type(plot), self._theme, *((self._says.label(one.label), one.style) for one in series))
        if named == self._named:
            return
        self._named = named
        while (item := self._keys.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        shown: list[tuple[QWidget, str]] = []
        if isinstance(plot, (Curves, Bars)) and (len(plot.series) > 1 or isinstance(plot, Curves)):
            from tutor.views.experiment_plots import Swatch

            at = 0
            for one in plot.series:
                label = self._says.label(one.label)
                if one.style == "reference" and isinstance(plot, Curves):
                    continue  # its name stands along it
                shown.append((Swatch(self._theme, at, one.style, isinstance(plot, Bars)), label))
                at += 1
        for swatch, label in shown:
            if not label:
                continue
            box, words = QWidget(), QLabel(subscripts(label))
            words.setTextFormat(Qt.TextFormat.RichText)
            words.setFont(font(self._theme, "caption"))
            line = QHBoxLayout(box)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(5)
            line.addWidget(swatch)
            line.addWidget(words)
            self._keys.addWidget(box)
        self._legend.setVisible(self._keys.count() > 0)

    def _switch(self, as_table: bool) -> None:
        """The drawing, or its numbers."""
        view: QWidget = self._table if as_table or self._drawn is None else self._drawn
        if view is self._table:
            self._fill_table()
        self._stack.setCurrentWidget(view)
        self._fit()

    def show_table(self, shown: bool) -> None:
        self._as_table.setChecked(shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_T and not event.modifiers() and self._drawn is not None:
            self.show_table(not self._as_table.isChecked())
            (self._table if self._as_table.isChecked() else self._drawn).setFocus()
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        if self._stack.currentWidget() is self._table:
            rows = min(_ROWS, self._table.rowCount())
            high = self._table.horizontalHeader().height() + rows * self._theme.height("table_row") + 4
            if self._table.horizontalScrollBar().maximum() > 0 or self._table.columnCount() > 5:
                high += self._table.horizontalScrollBar().sizeHint().height()
        elif isinstance(self._plot, Map):
            high = self._drawn.height()
        else:
            high = max(round(self._theme.px(150)), self._drawn.lying_height())
        self._stack.setFixedHeight(round(high))

    # Taking it along ----------------------------------------------------------------------------------------

    def copy_values(self) -> None:
        """Its numbers to the clipboard, for a spreadsheet."""
        if self._plot is not None:
            QApplication.clipboard().setText(table(self._plot, self._says).text())

    def picture(self) -> QPixmap:
        """The plot with its title and legend, without the buttons."""
        buttons = [one for one in (self._as_table, self._more) if one.isVisible()]
        for one in buttons:
            one.hide()
        made = self.grab()
        for one in buttons:
            one.show()
        return made

    def copy_picture(self) -> None:
        QApplication.clipboard().setPixmap(self.picture())

    def save_values(self) -> None:
        path = self._ask(self.tr("Save the values"), "csv")
        if path is not None and self._plot is not None:
            self._write(path, table(self._plot, self._says).text(",").encode())

    def save_picture(self) -> None:
        path = self._ask(self.tr("Save the picture"), "png")
        if path is not None and not self.picture().save(str(path)):
            self._failed(path)

    def _ask(self, title: str, ending: str) -> Path | None:
        name = f"{self._plot.key if self._plot is not None else 'plot'}.{ending}"
        chosen, _ = QFileDialog.getSaveFileName(self, title, name, f"*.{ending}")
        return Path(chosen) if chosen else None

    def _write(self, path: Path, data: bytes) -> None:
        try:
            path.write_bytes(data)
        except OSError:
            self._failed(path)

    def _failed(self, path: Path) -> None:
        self._title.setText(self.tr("{name} could not be written: choose another place.").format(name=path.name))

    # Look and words -----------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._title.setFont(font(theme, "dense", True))
        self._as_table.setIcon(icon("table", theme))
        self._more.setIcon(icon("export", theme))
        self._table.setFont(font(theme, "dense"))
        self._table.horizontalHeader().setFont(font(theme, "caption"))
        self._table.verticalHeader().setDefaultSectionSize(theme.height("table_row"))
        if self._drawn is not None:
            self._drawn.set_theme(theme)
        if self._plot is not None:
            self._fill_legend()
            self._table.resizeColumnsToContents()
            self._fit()

    def set_says(self, says: Says) -> None:
        """Another language."""
        self._says = says
        if self._drawn is not None:
            self._drawn.set_says(says)
        if self._plot is not None:
            self._told = False
            self._fill_legend()
            self._switch(self._as_table.isChecked())
        self.retranslate()

    def title(self) -> str:
        return self._says.text("plots", self._plot.key) if self._plot is not None else ""

    def retranslate(self) -> None:
        title = self.title()
        self._title.setText(subscripts(title))
        self._as_table.setToolTip(self.tr("The numbers as a table (T)"))
        self._as_table.setAccessibleName(self.tr("The numbers of “{title}” as a table").format(title=title))
        self._more.setToolTip(self.tr("Copy or save"))
        self._more.setAccessibleName(self.tr("Copy or save “{title}”").format(title=title))
        self._table.setAccessibleName(title)
        if self._drawn is not None:
            self._drawn.setAccessibleName(title)
        said = (self.tr("Copy the values"), self.tr("Copy the picture"), self.tr("Save the values…"),
                self.tr("Save the picture…"))  # fmt: skip
        for action, text in zip(self._actions, said):
            action.setText(text)
        self._actions[1].setEnabled(not isinstance(self._plot, Grid))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        if self._plot is not None:
            self._fit()
