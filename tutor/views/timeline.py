"""The timeline: where the learner is in the model and in this section, and where tensors are used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from tutor.views.overview import OverviewLane, Segment, TrackLink
from tutor.views.theme import Theme
from tutor.views.timelinepaint import StageChip, StageLane, UseMark, paint_uses


class Timeline(QAbstractSlider):
    """A slider over all stages: overview, chips of the current section, and the use lane below them.

    Drag or click the overview to scrub; the wheel goes one stage, with Shift one section; Left and Right go
    one stage, Page Up and Page Down one section, Home and End to the ends. Up and Down are left to the window.

    Signals:
        stageChosen(int)      the user went to this stage (never sent for `set_stage`)
        operationChosen(int)  an operation chip was clicked; −1: out of the stage
    """

    stageChosen = Signal(int)
    operationChosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._segments: tuple[Segment, ...] = ()
        self._tracks: tuple[str, ...] = ()
        self._links: tuple[TrackLink, ...] = ()
        self._link_caption = ""
        self._chips: tuple[StageChip, ...] = ()
        self._operations: tuple[StageChip, ...] | None = None
        self._operation = 0
        self._titles: tuple[str, ...] = ()
        self._uses: tuple[UseMark, ...] = ()
        self._visited = self._bookmarks = self._questions = frozenset[int]()
        self._overview, self._lane = OverviewLane(theme, (), 100), StageLane(theme, (), 0, "", "", 100)
        self._hover_segment: int | None = None
        self._hover_chip: int | None = None
        self._told, self._wheel, self._wanted, self._drag_track = True, 0, 0, 0
        self._scrub = QTimer(self)
        self._scrub.setSingleShot(True)
        self._scrub.setInterval(0)
        self._scrub.timeout.connect(self._follow_drag)
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(0, 0)
        self.setSingleStep(1)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("paintsFocus", True)
        self.valueChanged.connect(self._value_changed)
        self.retranslate()

    # What is shown ------------------------------------------------------------------------------------------

    def set_segments(
        self, segments: Sequence[Segment], tracks: Sequence[str] = (), links: Sequence[TrackLink] = (),
        caption: str = "",
    ) -> None:  # fmt: skip
        """The sections of the model, in order; together they count every stage once, from 0.

        A model that reads two texts has two `tracks`, with their names, and `links` where one reads the other;
        `caption` says what the links carry.
        """
        self._segments = tuple(segments)
        self._tracks, self._links, self._link_caption = tuple(tracks), tuple(links), caption
        self._told = False
        self.setRange(0, max(0, sum(segment.count for segment in self._segments) - 1))
        self._told = True
        self._layout()
        self.updateGeometry()

    def set_stage_titles(self, titles: Sequence[str]) -> None:
        """The name of every stage, for tooltips, for the bubble while scrubbing, and for a screen reader."""
        self._titles = tuple(titles)
        self.retranslate()

    def set_stage(self, stage: int) -> None:
        """Moves to a stage without announcing it back."""
        self._told = False
        self.setValue(stage)
        self._told = True
        self._layout()

    def set_stages(self, chips: Sequence[StageChip]) -> None:
        """The chips of the current section."""
        self._chips = tuple(chips)
        self._layout()

    def set_operations(self, chips: Sequence[StageChip] | None, current: int = 0) -> None:
        """Inside a stage: its operations take the place of the chips. None shows stages again."""
        self._operations, self._operation = None if chips is None else tuple(chips), current
        self._layout()

    def set_uses(self, marks: Sequence[UseMark]) -> None:
        """What the use lane shows. Inside a stage, `index` counts its operations."""
        self._uses = tuple(marks)
        self.update()

    def set_visited(self, stages: Iterable[int]) -> None:
        """Stages already seen: a section with all of them seen gets its ✓."""
        self._visited = frozenset(stages)
        self.update()

    def set_marks(self, bookmarks: Iterable[int], questions: Iterable[int]) -> None:
        """Stages with a bookmark, and stages with an open question."""
        self._bookmarks, self._questions = frozenset(bookmarks), frozenset(questions)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._layout()
        self.updateGeometry()

    # Words --------------------------------------------------------------------------------------------------

    def describe(self, stage: int) -> str:
        """One stage in words: “Stage 22 of 63: Block 1, scores”."""
        section = next((segment.name for segment in self._segments if segment.has(stage)), "")
        title = self._titles[stage] if 0 <= stage < len(self._titles) else ""
        if not section:
            return self.tr("No stages yet.")
        if not title:
            return self.tr("Stage {number} of {total}: {section}").format(
                number=stage + 1, total=self.maximum() + 1, section=section)
        return self.tr("Stage {number} of {total}: {section}, {stage}").format(
            number=stage + 1, total=self.maximum() + 1, section=section, stage=title)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Timeline"))
        self._layout()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # Geometry -----------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        parts = ("marks", "overview", "notch", "stage", "use")
        rows = (max(1, len(self._tracks)) - 1) * sum(self._theme.height(part) for part in parts[:2])
        return QSize(round(self._theme.px(640)), rows + sum(self._theme.height(part) for part in parts))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._theme.px(320)), self.sizeHint().height())

    def _section(self, stage: int) -> int | None:
        return next((number for number, segment in enumerate(self._segments) if segment.has(stage)), None)

    def _layout(self) -> None:
        self._overview = OverviewLane(
            self._theme, self._segments, self.width(), self._tracks, self._links, self._link_caption
        )
        top = self._overview.bottom + self._theme.height("notch")
        number = self._section(self.value())
        before = after = ""
        if self._operations is not None:
            if 0 <= self.value() < len(self._titles):
                before = "\u2039 " + self._titles[self.value()]
            self._lane = StageLane(self._theme, self._operations, self._operation, before, "", self.width(), top)
        else:
            if number:
                before = "\u2039 " + self._neighbour(number, number - 1)
            if number is not None and number + 1 < len(self._segments):
                after = self._neighbour(number, number + 1) + " \u203a"
            self._lane = StageLane(self._theme, self._chips, self.value(), before, after, self.width(), top)
        self.setAccessibleDescription(self.describe(self.value()))
        self.update()

    def _neighbour(self, here: int, there: int) -> str:
        """A neighbouring section's name, with its track where that is another."""
        one = self._segments[there]
        return one.title if one.track == self._segments[here].track else one.name

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._layout()
        super().resizeEvent(event)

    # Painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, lane = QPainter(self), self._lane
        self._overview.paint(painter, self.value(), self._visited, self._hover_segment)
        self._overview.paint_marks(painter, self.value(), self._bookmarks, self._questions)
        inside = self._operations is not None
        lane.paint(painter, self._hover_chip, frozenset() if inside else self._bookmarks,
                   frozenset() if inside else self._questions, self.hasFocus())
        paint_uses(painter, self._theme, lane, self._uses, self.tr("Use"), self.width())
        painter.end()

    # Going there --------------------------------------------------------------------------------------------

    def _value_changed(self, value: int) -> None:
        self._layout()
        if self._told:
            self.stageChosen.emit(value)

    def _go_section(self, way: int) -> None:
        """To the first stage of the next section; backwards first to the start of this one."""
        number = self._section(self.value())
        if number is None:
            return
        first = self._segments[number].first
        if way > 0:
            last = number + 1 == len(self._segments)
            self.setValue(self.maximum() if last else self._segments[number + 1].first)
        elif self.value() > first or number == 0:
            self.setValue(first)
        else:
            self.setValue(self._segments[number - 1].first)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self._go_section(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Down is onwards, as a page scrolls; touchpads send small turns that add up to a notch.
        turn = event.angleDelta().y() or event.angleDelta().x()
        if turn * self._wheel < 0:
            self._wheel = 0
        self._wheel += turn
        notches, self._wheel = int(self._wheel / 120), self._wheel - int(self._wheel / 120) * 120
        if notches and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._go_section(-1 if notches > 0 else 1)
        elif notches:
            self.setValue(self.value() - notches)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        point = event.position()
        chip = self._lane.hit(point)
        if chip is not None:
            self._choose(chip)
        elif point.y() <= self._overview.bottom:
            self.setSliderDown(True)
            self._drag_track = self._overview.track_at(point.y())
            self._drag_to(point)

    def _choose(self, chip: int) -> None:
        if self._operations is not None:
            self.operationChosen.emit(-1 if chip < 0 else self._operations[chip].index)
            return
        number = self._section(self.value())
        if chip >= 0:
            self.setValue(self._chips[chip].index)
        elif number is not None and chip == -1:
            before = self._segments[number - 1]
            self.setValue(before.first + before.count - 1)
        elif number is not None:
            self.setValue(self._segments[number + 1].first)

    def _drag_to(self, point: QPointF) -> None:
        # A drag stays on the track where it began, however the hand wanders.
        stage = self._overview.stage_at(point.x(), self._drag_track)
        if stage is not None:
            self._wanted = stage
            self._scrub.start()  # many moves, one change: only the latest counts

    def _follow_drag(self) -> None:
        self.setValue(self._wanted)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self.isSliderDown():
            self._drag_to(point)
            QToolTip.showText(event.globalPosition().toPoint(), self.describe(self._wanted), self)
            return
        chip = self._lane.hit(point)
        segment = next((number for number, box in enumerate(self._overview.boxes) if box.contains(point)),
                       None)
        if (chip, segment) != (self._hover_chip, self._hover_segment):
            self._hover_chip, self._hover_segment = chip, segment
            over = chip is not None or segment is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setSliderDown(False)
            QToolTip.hideText()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover_chip = self._hover_segment = None
        self.update()
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            point = QPointF(event.pos())
            chip = self._lane.hit(point)
            if chip is not None and chip >= 0:
                text = self._lane.chips[chip].title
                if self._operations is None:
                    text = self.describe(self._lane.chips[chip].index)
                QToolTip.showText(event.globalPos(), text, self)
            elif point.y() <= self._overview.bottom and self._segments:
                stage = self._overview.stage_at(point.x(), self._overview.track_at(point.y()))
                QToolTip.showText(event.globalPos(), self.describe(stage or 0), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)
