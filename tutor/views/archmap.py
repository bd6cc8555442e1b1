"""The architecture map: the model drawn from its program, live; a click goes to a stage.

One painted widget with a hit rectangle for each box, in a scroll area with its heading, and the axes' colours below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from tutor.engine.graph import Box
from tutor.engine.thumbnail import Thumbnail
from tutor.views.maplayout import Frame, Layout, Node
from tutor.views.mappaint import Painter, Scene, image
from tutor.views.theme import Theme

_SMALLEST, _LARGEST = 0.35, 2.0
_WAYS = {
    Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1), Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
}  # fmt: skip
#: How high the title of an open block is: a click there folds it.
_TITLE = 30


def neighbour(layout: Layout, at: int, way: tuple[int, int]) -> int:
    """The box next to one in a direction; the box itself where there is none."""
    here = layout.nodes[at].rect
    best, found = float("inf"), at
    for node in layout.nodes:
        rect = node.rect
        ahead = (rect.centre.x - here.centre.x) * way[0] + (rect.centre.y - here.centre.y) * way[1]
        if node.at == at or ahead < 3:
            continue
        if way[0]:
            aside = max(0.0, rect.y - here.bottom, here.y - rect.bottom)
            if aside > here.high * 2 and abs(rect.x - here.x) < 200:
                continue  # above or below rather than beside
        else:
            aside = max(0.0, rect.x - here.right, here.x - rect.right)
        cost = ahead + 4 * aside + abs(rect.centre.x - here.centre.x) / 50
        if cost < best:
            best, found = cost, node.at
    return found


def _here(scene: Scene) -> str:
    """The tensor that the learner is at."""
    return scene.graph.boxes[scene.here].name if scene.here >= 0 else ""


class MapCanvas(QWidget):
    """The map itself, as large as its zoom makes it.

    Signals:
        chosen(int)       go to what a box stands for
        unfolded(object)  show what is inside folded blocks, by their names
        folded(str)       fold a block
        zoomed(float)     another zoom was asked for with the wheel
        lookedAt(int)     the keys are on another box
        pointedAt(int)    the pointer is on another box, -1 for none
    """

    chosen = Signal(int)
    unfolded = Signal(object)
    folded = Signal(str)
    zoomed = Signal(float)
    lookedAt = Signal(int)
    pointedAt = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = self._plain = theme
        self._scene: Scene | None = None
        self._stamps: Mapping[str, Thumbnail] = {}
        self._images: dict[str, tuple[Thumbnail, QImage]] = {}
        self._zoom = 1.0
        self._hover = self._focus = -1
        self._pressed: object = None
        self._clicked: tuple[str, ...] = ()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("paintsFocus", True)
        self.set_theme(theme)
        self.retranslate()

    # What it shows ------------------------------------------------------------------------------------------------

    def set_scene(self, scene: Scene | None) -> None:
        """Show another state of the map; what the keys are on stays where it is still there."""
        before = self._scene
        kept = None
        if before is not None and 0 <= self._focus < len(before.graph.boxes):
            moved = scene is not None and _here(before) != _here(scene)
            kept = before.graph.boxes[self._focus].name if not moved else None
        self._scene = scene
        self._hover = -1
        self._focus = -1
        if scene is not None:
            there = {name: at for at, box in enumerate(scene.graph.boxes) for name in box.steps}
            self._focus = there.get(kept, scene.here) if kept is not None else scene.here
        self._resize()
        self._describe()
        self.update()

    def scene(self) -> Scene | None:
        return self._scene

    def set_stamps(self, stamps: Mapping[str, Thumbnail]) -> None:
        """The pictures there are so far, by the name of the tensor."""
        self._stamps = stamps
        self.update()

    def set_zoom(self, zoom: float) -> None:
        zoom = min(max(zoom, _SMALLEST), _LARGEST)
        if zoom != self._zoom:
            self._zoom = zoom
            self._resize()
            self.update()

    def zoom(self) -> float:
        return self._zoom

    def _scale(self) -> float:
        return self._zoom * self._theme.font_scale

    def _resize(self) -> None:
        made = self._scene.layout if self._scene is not None else None
        scale = self._scale()
        size = QSize(1, 1) if made is None else QSize(round(made.wide * scale), round(made.high * scale))
        self.setFixedSize(size)

    def box_rect(self, at: int) -> QRectF:
        """Where a box is on the widget."""
        assert self._scene is not None
        rect, scale = self._scene.layout.nodes[at].rect, self._scale()
        return QRectF(rect.x * scale, rect.y * scale, rect.wide * scale, rect.high * scale)

    def focus_box(self) -> int:
        """The box that the keys are on, -1 for none."""
        return self._focus

    def look_at(self, at: int) -> None:
        """Put the keys on a box, and say it."""
        if self._scene is None or at == self._focus:
            return
        self._focus = at
        self._describe()
        if self.hasFocus():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.accessibleDescription()))
        self.update()
        self.lookedAt.emit(at)

    def _describe(self) -> None:
        if self._scene is None or self._focus < 0:
            self.setAccessibleDescription("")
            return
        said = self._scene.cards[self._focus].words
        state = {
            "current": self.tr("you are here"), "visited": self.tr("visited"),
            "partial": self.tr("partly visited"), "unvisited": self.tr("not visited"),
        }[self._scene.states[self._focus]]  # fmt: skip
        self.setAccessibleDescription(f"{said}. {state}")

    # Painting -----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.pane)
        scene = self._scene
        if scene is not None:
            scale = self._scale()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.scale(scale, scale)
            part = QRectF(event.rect())
            part = QRectF(part.x() / scale, part.y() / scale, part.width() / scale, part.height() / scale)
            focus = self._focus if self.hasFocus() else -1
            Painter(painter, self._plain, scene).paint(part, self._pictures(scene), self._hover, focus)
        painter.end()

    def _pictures(self, scene: Scene) -> dict[int, QImage]:
        found = {}
        for at, box in enumerate(scene.graph.boxes):
            stamp = self._stamps.get(box.name)
            if stamp is None:
                continue
            known = self._images.get(box.name)
            if known is None or known[0] is not stamp:
                known = self._images[box.name] = (stamp, image(stamp, self._plain))
            found[at] = known[1]
        return found

    def set_theme(self, theme: Theme) -> None:
        self._theme, self._plain = theme, replace(theme, font_scale=1.0)
        self._images.clear()
        self._resize()
        self.update()

    # Pointer ------------------------------------------------------------------------------------------------------

    def _map(self, at: QPointF | QPoint) -> tuple[float, float]:
        scale = self._scale()
        return at.x() / scale, at.y() / scale

    def _node_at(self, at: QPointF | QPoint) -> Node | None:
        return self._scene.layout.at(*self._map(at)) if self._scene is not None else None

    def _title_at(self, at: QPointF | QPoint) -> Frame | None:
        """The open block whose title is at a point."""
        if self._scene is None:
            return None
        x, y = self._map(at)
        return next(
            (one for one in self._scene.layout.frames if one.rect.has(x, y) and y < one.rect.y + _TITLE), None
        )  # fmt: skip

    def _box(self, at: int) -> Box:
        assert self._scene is not None
        return self._scene.graph.boxes[at]

    def _on_arrow(self, node: Node, at: QPointF) -> bool:
        """Whether a point is on the fold arrow of folded blocks."""
        return bool(self._box(node.at).folded) and self._map(at)[0] < node.rect.x + min(96.0, node.rect.wide * 0.35)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        node = self._node_at(event.position())
        self._point_at(node.at if node is not None else -1)
        hand = node is not None or self._title_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(-1)

    def _point_at(self, at: int) -> None:
        if at != self._hover:
            self._hover = at
            self.update()
            self.pointedAt.emit(at)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        node, title = self._node_at(event.position()), self._title_at(event.position())
        self._clicked = ()
        self._pressed = node.at if node is not None else title.section if title is not None else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        node, title = self._node_at(event.position()), self._title_at(event.position())
        pressed, self._pressed = self._pressed, None
        if node is not None and pressed == node.at:
            self.look_at(node.at)
            if self._on_arrow(node, event.position()):
                self.unfolded.emit(self._box(node.at).folded)
            else:
                self._clicked = self._box(node.at).folded
                self.chosen.emit(node.at)
        elif node is None and title is not None and pressed == title.section:
            self.folded.emit(title.section)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The first click went there, so that the block is open by now; the second keeps it open."""
        node = self._node_at(event.position())
        names = self._clicked or (self._box(node.at).folded if node is not None else ())
        if names:
            self.unfolded.emit(names)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.angleDelta().y():
            self.zoomed.emit(self._zoom * (1.1 if event.angleDelta().y() > 0 else 1 / 1.1))
            event.accept()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            node = self._node_at(event.pos())
            if node is not None and self._scene is not None:
                card = self._scene.cards[node.at]
                QToolTip.showText(event.globalPos(), "\n".join((card.title, *card.facts)), self,
                                  self.box_rect(node.at).toAlignedRect())
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    # Keys ---------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        scene, key = self._scene, Qt.Key(event.key())
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        if scene is None or not scene.graph.boxes or not plain:
            super().keyPressEvent(event)
            return
        at = max(self._focus, 0)
        if key in _WAYS:
            self.look_at(neighbour(scene.layout, at, _WAYS[key]))
        elif key == Qt.Key.Key_Home:
            self.look_at(0)
        elif key == Qt.Key.Key_End:
            self.look_at(len(scene.graph.boxes) - 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(at)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal) and self._box(at).folded:
            self.unfolded.emit(self._box(at).folded)
        elif key == Qt.Key.Key_Minus and not self._box(at).folded:
            self.folded.emit(self._box(at).section)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: object) -> None:
        if self._scene is not None and self._focus < 0:
            self._focus = max(self._scene.here, 0)
            self._describe()
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Architecture map"))
        self._describe()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
