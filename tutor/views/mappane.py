"""The architecture map in its pane: heading, zoom, the map, the colours of the axes. And as a narrow page of names."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from tutor.engine.graph import Graph
from tutor.engine.thumbnail import Thumbnail
from tutor.views import mapwords
from tutor.views.archmap import MapCanvas
from tutor.views.badge import axis_label
from tutor.views.icons import icon
from tutor.views.maplayout import layout
from tutor.views.mappaint import Scene, shown_of, widest_badge
from tutor.views.mapways import Sizes
from tutor.views.mapwords import Card
from tutor.views.paint import draw_text
from tutor.views.stagepane import Elided, KeylessScrollArea
from tutor.views.theme import Theme, font, metrics

#: Below this zoom the map rather leaves something out than becomes smaller.
_READABLE = 0.75
#: In a pane lower than this the map has the room of the axes' colours.
_LOW = 330


class AxisLegend(QWidget):
    """The axes on the map and their colours, in one row or as many as it takes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._axes: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_axes(self, axes: tuple[str, ...]) -> None:
        self._axes = axes
        self.setAccessibleName(self.tr(", ").join(axis_label(name) for name in axes))
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def _rows(self) -> list[list[tuple[str, float]]]:
        theme, measure = self._theme, metrics(self._theme, "caption")
        rows: list[list[tuple[str, float]]] = [[]]
        used = theme.px(14)
        for name in self._axes:
            wide = measure.horizontalAdvance(axis_label(name)) + theme.px(34)
            if rows[-1] and used + wide > max(self.width(), 100):
                rows.append([])
                used = theme.px(14)
            rows[-1].append((name, wide))
            used += wide
        return rows

    def sizeHint(self) -> QSize:
        return QSize(100, round(self._theme.px(18) * len(self._rows()) + self._theme.px(14)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.strip)
        y = theme.px(7)
        for row in self._rows():
            x = theme.px(14)
            for name, wide in row:
                painter.fillRect(QRectF(x, y + theme.px(6), theme.px(14), theme.px(5)), theme.axis(name))
                words = QRectF(x + theme.px(19), y, wide, theme.px(18))
                draw_text(painter, words, axis_label(name), font(theme, "caption"), theme.ink2,
                          Qt.AlignmentFlag.AlignLeft, elide=False)  # fmt: skip
                x += wide
            y += theme.px(18)
        painter.end()


class MapPane(QWidget):
    """The map with what belongs to it.

    Signals:
        chosen(int), unfolded(object), folded(str)  passed on from the map
        closed()                                    back to the stage
        resized()                                   other boxes are in sight, or other pictures are wanted
    """

    chosen = Signal(int)
    unfolded = Signal(object)
    folded = Signal(str)
    closed = Signal()
    resized = Signal()

    def __init__(self, theme: Theme, compact: bool = False, parent: QWidget | None = None) -> None:
        """`compact`: names alone, for a narrow page beside the stage."""
        super().__init__(parent)
        self._theme, self._compact = theme, compact
        self._graph: Graph | None = None
        self._cards: tuple[Card, ...] = ()
        self._titles: Mapping[str, tuple[str, str]] = {}
        self._streams: tuple[str, ...] = ()
        self._tracks: tuple[str, ...] = ()
        self._states: tuple[str, ...] = ()
        self._here, self._section = -1, ""
        self._changed: frozenset[int] = frozenset()
        self._marked: frozenset[int] = frozenset()
        self._laid: tuple[object, Sizes] | None = None
        self._zoom = 0.0  # 0: as wide as the pane
        self.canvas = MapCanvas(theme)
        self._area = KeylessScrollArea()
        self._area.setWidgetResizable(False)
        self._area.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._area.setWidget(self.canvas)
        self._title = QLabel()
        self._model = Elided(theme, "caption", "ink2")
        self._model.set_align(Qt.AlignmentFlag.AlignRight)
        self._whole, self._close = QToolButton(), QToolButton()
        self._whole.setCheckable(True)
        for button in (self._whole, self._close):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._head = QWidget()
        row = QHBoxLayout(self._head)
        row.setContentsMargins(14, 2, 12, 2)
        row.setSpacing(8)
        row.addWidget(self._title)
        row.addWidget(self._model, 1)
        row.addWidget(self._whole)
        row.addWidget(self._close)
        self._facts = Elided(theme, "dense", "ink2")
        self._legend = AxisLegend(theme)
        self._empty = QLabel()
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(14, 14, 14, 14)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(14, 3, 14, 0)
        foot.addWidget(self._facts)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._empty)
        column.addWidget(self._area, 1)
        column.addWidget(self._foot)
        column.addWidget(self._legend)
        self._foot.setVisible(not compact)
        self._head.setVisible(not compact)
        self._legend.setVisible(not compact)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._refit)
        self.setFocusProxy(self.canvas)
        self.canvas.chosen.connect(self.chosen)
        self.canvas.unfolded.connect(self.unfolded)
        self.canvas.folded.connect(self.folded)
        self.canvas.zoomed.connect(self._zoom_to)
        self.canvas.lookedAt.connect(self._show_box)
        self.canvas.pointedAt.connect(self._tell)
        self._whole.toggled.connect(self._fit)
        self._close.clicked.connect(self.closed)
        self._area.verticalScrollBar().valueChanged.connect(self.resized)
        self.set_theme(theme)
        self.retranslate()

    # What it shows ------------------------------------------------------------------------------------------------

    def set_map(self, graph: Graph, cards: tuple[Card, ...], titles: Mapping[str, tuple[str, str]],
                streams: tuple[str, ...], tracks: tuple[str, ...], model: str) -> None:
        """Show another graph."""
        self._empty.hide()
        self._graph, self._cards, self._titles, self._streams, self._tracks = graph, cards, titles, streams, tracks
        self._model.set_text(model)
        names = [name for card in cards for name, _ in card.axes]
        self._legend.set_axes(tuple(dict.fromkeys(names)))
        self._states, self._here = ("unvisited",) * len(graph.boxes), -1

    def graph(self) -> Graph | None:
        """What is drawn."""
        return self._graph

    def clear(self) -> None:
        """There is no model to draw."""
        self._graph = None
        self.canvas.set_scene(None)
        self._model.set_text("")
        self._legend.set_axes(())
        self._empty.show()

    def set_place(
        self, states: tuple[str, ...], here: int, section: str, changed: frozenset[int] = frozenset(),
        marked: frozenset[int] = frozenset(),
    ) -> None:  # fmt: skip
        """What was seen, where the learner is, what a what-if has changed and what the learner has marked."""
        self._states, self._here, self._section = states, here, section
        self._changed, self._marked = changed, marked
        self._lay()
        if here >= 0:
            self._show_box(here)

    def set_stamps(self, stamps: Mapping[str, Thumbnail]) -> None:
        self.canvas.set_stamps(stamps)

    def wanted(self) -> list[str]:
        """The tensors whose pictures are in sight and were seen."""
        scene = self.canvas.scene()
        if scene is None or self._compact or not self.isVisible():
            return []
        port = self._area.viewport().rect().translated(-self.canvas.pos())
        scale = self.canvas.zoom() * self._theme.font_scale
        part = QRectF(port.x() / scale, port.y() / scale, port.width() / scale, port.height() / scale)
        found = []
        for place in scene.layout.places:
            at = shown_of(scene, place)
            seen = scene.states[at] in ("visited", "current")
            if place.thumb is not None and seen and not scene.cards[at].text and part.intersects(QRectF(*place.rect)):
                found.append(scene.graph.boxes[at].name)
        return found

    # Room ---------------------------------------------------------------------------------------------------------

    def _sizes(self) -> Sizes:
        """As many columns as the pane has room for."""
        scale = self._theme.font_scale
        room = self._area.viewport().width() / scale
        if self._compact:
            left = 36.0
            wide = max(110.0, room - left - 8 - 6)
            return Sizes(4, 15, left, wide, 0, 0, 22, 9, 8, 8, True)
        assert self._graph is not None
        tracks = self._graph.tracks
        badge = max(72.0, widest_badge(self.canvas._plain, self._cards))
        for one in (Sizes(badge=badge), Sizes(badge=badge, thumb=0), Sizes(badge=0, thumb=0)):
            wide = tracks * (one.left + one.wide + 14 + one.details + one.margin) + (tracks - 1) * 40
            if room >= wide * _READABLE:
                return one
        return Sizes(badge=0, thumb=0, stacked=tracks > 1)

    def _lay(self) -> None:
        """The layout where it is another one, and what is on it."""
        if self._graph is None:
            return
        sizes = self._sizes()
        scene = self.canvas.scene()
        if scene is None or self._laid is None or self._laid[0] is not self._graph or self._laid[1] != sizes:
            made = layout(self._graph, sizes, 26 if self._compact else 30)
            self._laid = (self._graph, sizes)
        else:
            made = scene.layout
        self.canvas.set_scene(Scene(
            self._graph, made, self._cards, self._states, self._here, self._section, self._titles,
            () if self._compact else self._streams, self._tracks, self._changed, self._marked, self._compact,
            mapwords.crossing(self._graph),
        ))  # fmt: skip
        self._apply_zoom()

    def _apply_zoom(self) -> None:
        scene = self.canvas.scene()
        if scene is None:
            return
        port, scale = self._area.viewport().size(), self._theme.font_scale
        across = port.width() / (scene.layout.wide * scale)
        if self._whole.isChecked():
            zoom = min(across, port.height() / (scene.layout.high * scale), 1.0)
        elif self._zoom:
            zoom = self._zoom
        else:
            zoom = min(1.0, max(across, _READABLE))
        self.canvas.set_zoom(zoom)

    def _fit(self) -> None:
        self._zoom = 0.0
        self._apply_zoom()
        if not self._whole.isChecked() and self._here >= 0:
            self._show_box(self._here)
        self.resized.emit()

    def _zoom_to(self, zoom: float) -> None:
        self._zoom = zoom
        if self._whole.isChecked():
            self._whole.setChecked(False)
            self._zoom = zoom
        self._apply_zoom()

    def _tell(self, at: int = -1) -> None:
        """Name, sizes and costs of the box under the pointer, else of the one that the keys are on."""
        scene = self.canvas.scene()
        at = at if at >= 0 else self.canvas.focus_box()
        if scene is None or not 0 <= at < len(scene.cards):
            self._facts.set_text("")
            return
        card = scene.cards[at]
        self._facts.set_text("   ".join(dict.fromkeys((card.title, *card.facts))))

    def _show_box(self, at: int) -> None:
        """Bring a box into sight."""
        self._tell()
        rect = self.canvas.box_rect(at)
        centre = rect.center()
        self._area.ensureVisible(round(centre.x()), round(centre.y()), 40,
                                 min(80, self._area.viewport().height() // 3))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._legend.setVisible(not self._compact and self.height() > self._theme.px(_LOW))
        self._later.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.resized.emit()

    def _refit(self) -> None:
        self._lay()
        if self._here >= 0 and self.canvas.scene() is not None:
            self._show_box(self._here)
        self.resized.emit()

    # Look and words -----------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.canvas.set_theme(theme)
        self._model.set_theme(theme)
        self._facts.set_theme(theme)
        self._legend.set_theme(theme)
        self._title.setFont(font(theme, "header"))
        self._empty.setFont(font(theme, "body"))
        self._whole.setIcon(icon("fit", theme))
        self._close.setIcon(icon("close", theme))
        for button in (self._whole, self._close):
            button.setFont(font(theme, "dense"))
        grounds = ((self._head, theme.strip), (self._area, theme.pane), (self._area.viewport(), theme.pane),
                   (self._empty, theme.pane), (self._foot, theme.strip))  # fmt: skip
        for widget, colour in grounds:
            colours = widget.palette()
            colours.setColor(colours.ColorRole.Window, colour)
            widget.setPalette(colours)
            widget.setAutoFillBackground(True)
        self._later.start()

    def retranslate(self) -> None:
        self._empty.setText(self.tr("Run a sentence to see its model drawn here."))
        self._title.setText(self.tr("Architecture"))
        self._whole.setText(self.tr("Fit"))
        self._whole.setToolTip(self.tr("The whole map at once"))
        self._whole.setAccessibleName(self.tr("The whole map at once"))
        self._close.setText(self.tr("Stage"))
        self._close.setToolTip(self.tr("Back to the stage"))
        self._close.setAccessibleName(self.tr("Back to the stage"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
