"""The timeline: where the learner is in the model and in this section, and where tensors are used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from tutor.views import timeline_access
from tutor.views.bubble import About, Bubble
from tutor.views.heatdata import Map
from tutor.views.overview import OverviewLane, Segment, TrackLink
from tutor.views.theme import Theme
from tutor.views.timeline_hover import NOTHING, Hover, Target
from tutor.views.timelinepaint import StageChip, StageLane
from tutor.views.uselane import UseLane, UseMark

#: How long the caret glides where motion is wanted.
GLIDE_MS = 140
_KEYS = {
    Qt.Key.Key_Left: "previous", Qt.Key.Key_Right: "next", Qt.Key.Key_Up: "out", Qt.Key.Key_Down: "into",
    Qt.Key.Key_Home: "first", Qt.Key.Key_End: "last",
}  # fmt: skip

Axes = tuple[tuple[str, int], ...]


class Timeline(QAbstractSlider):
    """A slider over all stages: overview, chips of the current section, and the use lane below them.

    Drag or click the overview to scrub; the wheel goes one step, with Shift one section; Left and Right go one step,
    Up and Down out of a stage and into it, Home and End to the ends. Page Up and Page Down are left to the window.

    Signals:
        stageChosen(int)      the user went to this stage (never sent for `set_stage`)
        operationChosen(int)  an operation chip was clicked; −1: out of the stage
        stepped(str)          a move by key or wheel: next, previous, into, out, first, last, next_section,
                              previous_section
        pointed(int, int)     a stage is pointed at (−1 for none) and, inside it, an operation (−1 for none)
    """

    stageChosen = Signal(int)
    operationChosen = Signal(int)
    stepped = Signal(str)
    pointed = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        timeline_access.install()
        self._theme = theme
        self._segments: tuple[Segment, ...] = ()
        self._tracks: tuple[str, ...] = ()
        self._links: tuple[TrackLink, ...] = ()
        self._link_caption = ""
        self._chips: tuple[StageChip, ...] = ()
        self._operations: tuple[StageChip, ...] | None = None
        self._operation = 0
        self._backward = False
        self._titles: tuple[str, ...] = ()
        self._shapes: tuple[Axes, ...] = ()
        self._uses: tuple[UseMark, ...] = ()
        self._visited = self._bookmarks = self._questions = self._changed = frozenset[int]()
        self._changed_operations = frozenset[int]()
        self._lanes: tuple[OverviewLane, StageLane] | None = None
        self._hover_segment: int | None = None
        self._hover_chip: int | None = None
        self._told, self._wheel, self._wanted, self._drag_track = True, 0, 0, 0
        self._last = -1
        self._scrub = QTimer(self)
        self._scrub.setSingleShot(True)
        self._scrub.setInterval(0)
        self._scrub.timeout.connect(self._follow_drag)
        self.hover = Hover(theme, self, self._about, self._tip_of)
        self.hover.pointed.connect(self.pointed)
        self._glide = QVariantAnimation(self)
        self._glide.valueChanged.connect(self.update)
        self._still = True
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
        self.hover.point_at(NOTHING)
        self._told, self._last = False, -1
        self.setRange(0, max(0, sum(segment.count for segment in self._segments) - 1))
        self._told = True
        self._layout()
        self.updateGeometry()

    def set_stage_titles(self, titles: Sequence[str], shapes: Sequence[Axes] = ()) -> None:
        """The name of every stage and the axes of its result, for the bubble; names also for a screen reader."""
        self._titles, self._shapes = tuple(titles), tuple(shapes)
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

    def set_changed(self, stages: Iterable[int], operations: Iterable[int] = ()) -> None:
        """Stages whose numbers a what-if has changed, and operations of the stage that is open: each gets a ◆."""
        changed = frozenset(stages), frozenset(operations)
        if changed != (self._changed, self._changed_operations):
            self._changed, self._changed_operations = changed
            self._layout()

    def set_backward(self, on: bool) -> None:
        """Whether the walk leads from right to left, as gradients go."""
        if on != self._backward:
            self._backward = on
            self._layout()

    def set_thumbnail(self, data: Map | None) -> None:
        """The numbers in the bubble, of what was last `pointed` at; None while nothing is computed yet."""
        self.hover.set_thumbnail(data)

    def set_still(self, still: bool) -> None:
        """Whether every move is instant."""
        self._still = still
        if still:
            self._glide.stop()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.hover.set_theme(theme)
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

    def value_text(self) -> str:
        """Where the learner is, in words: also which operation, and whether a what-if has changed it."""
        text, operations = self.describe(self.value()), self._operations
        if operations is not None and 0 <= self._operation < len(operations):
            text = self.tr("{stage}; operation {k} of {n}: {operation}").format(
                stage=text, k=self._operation + 1, n=len(operations), operation=operations[self._operation].title)
        if self._backward:
            text = self.tr("{place}; backward pass").format(place=text)
        if self.value() in self._changed:
            text = self.tr("{place}; changed by a what-if").format(place=text)
        return text

    def _about(self, target: Target) -> About:
        """What the bubble says of a stage, or of an operation of the one that is open."""
        stage, operation = target
        section = next((segment.name for segment in self._segments if segment.has(stage)), "")
        if operation >= 0 and self._operations is not None and operation < len(self._operations):
            chip = self._operations[operation]
            place = self.tr("operation {k} of {n}").format(k=operation + 1, n=len(self._operations))
            changed = operation in self._changed_operations
            return About(chip.title, place, self._note(changed), chip.axes)
        title = self._titles[stage] if 0 <= stage < len(self._titles) else section
        place = self.tr("{section} · stage {s} of {total}").format(
            section=section, s=stage + 1, total=self.maximum() + 1)
        shape = self._shapes[stage] if 0 <= stage < len(self._shapes) else ()
        return About(title, place, self._note(stage in self._changed), shape)

    def _note(self, changed: bool) -> str:
        return self.tr("◆ changed by a what-if") if changed else ""

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
        """The lanes have changed: they are laid out anew when somebody looks."""
        self._lanes = None
        text = self.value_text()
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
        self.update()

    @property
    def _overview(self) -> OverviewLane:
        return self._laid_out()[0]

    @property
    def _lane(self) -> StageLane:
        return self._laid_out()[1]

    def _laid_out(self) -> tuple[OverviewLane, StageLane]:
        if self._lanes is None:
            overview = OverviewLane(
                self._theme, self._segments, self.width(), self._tracks, self._links, self._link_caption, self.value()
            )
            self._lanes = overview, self._chip_lane(overview.bottom + self._theme.height("notch"))
        return self._lanes

    def _chip_lane(self, top: float) -> StageLane:
        number = self._section(self.value())
        before = after = ""
        if self._operations is not None:
            if 0 <= self.value() < len(self._titles):
                before = "\u2039 " + self._titles[self.value()]
            return StageLane(self._theme, self._operations, self._operation, before, "", self.width(), top)
        if number:
            before = "\u2039 " + self._neighbour(number, number - 1)
        if number is not None and number + 1 < len(self._segments):
            after = self._neighbour(number, number + 1) + " \u203a"
        return StageLane(self._theme, self._chips, self.value(), before, after, self.width(), top)

    def _neighbour(self, here: int, there: int) -> str:
        """A neighbouring section's name, with its track where that is another."""
        one = self._segments[there]
        return one.title if one.track == self._segments[here].track else one.name

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._glide.stop()
        self._layout()
        super().resizeEvent(event)

    # Painting -----------------------------------------------------------------------------------------------

    def use_lane(self) -> UseLane:
        """Where the marks of the use lane stand."""
        return UseLane(self._theme, self._lane, self._uses, self.tr("Use"), self.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, lane = QPainter(self), self._lane
        gliding = self._glide.state() == QVariantAnimation.State.Running
        caret = float(self._glide.currentValue()) if gliding else None
        self._overview.paint(painter, self.value(), self._visited, self._hover_segment, self._changed, caret)
        self._overview.paint_marks(painter, self.value(), self._bookmarks, self._questions)
        inside = self._operations is not None
        none = frozenset[int]()
        lane.paint(painter, self._hover_chip, none if inside else self._bookmarks,
                   none if inside else self._questions, self._changed_operations if inside else self._changed,
                   self.hasFocus(), self._backward)  # fmt: skip
        self.use_lane().paint(painter)
        painter.end()

    # Going there --------------------------------------------------------------------------------------------

    def _value_changed(self, value: int) -> None:
        was = self._last
        self._last = value
        self._layout()
        if not self._still and 0 <= was <= self.maximum() and self.isVisible() and not self.isSliderDown():
            self._start_glide(was, value)
        if self._told:
            self.stageChosen.emit(value)

    def _start_glide(self, was: int, now: int) -> None:
        """Let the caret glide along its track, where the eye can follow."""
        self._glide.stop()
        begin, end = self._overview.place(was), self._overview.place(now)
        if begin is not None and end is not None and begin[1].top() == end[1].top():
            self._glide.setDuration(GLIDE_MS)
            self._glide.setStartValue(begin[1].center().x())
            self._glide.setEndValue(end[1].center().x())
            self._glide.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        move = _KEYS.get(Qt.Key(event.key()))
        mods = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if move is not None and mods == Qt.KeyboardModifier.NoModifier:
            self.stepped.emit(move)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Down is onwards, as a page scrolls; touchpads send small turns that add up to a notch.
        turn = event.angleDelta().y() or event.angleDelta().x()
        if turn * self._wheel < 0:
            self._wheel = 0
        self._wheel += turn
        self.hover.point_at(NOTHING)
        notches, self._wheel = int(self._wheel / 120), self._wheel - int(self._wheel / 120) * 120
        sections = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        for _ in range(abs(notches)):
            if sections:
                self.stepped.emit("previous_section" if notches > 0 else "next_section")
            else:
                self.stepped.emit("previous" if notches > 0 else "next")
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hover.point_at(NOTHING)
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        point = event.position()
        chip = self._lane.hit(point)
        if chip is not None:
            self._choose(chip)
        elif point.y() <= self._overview.bottom and self._segments:
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
        if self._wanted == self.value() and self._operations is not None:
            self.stageChosen.emit(self._wanted)  # from one of its operations back to the stage
        self.setValue(self._wanted)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self.isSliderDown():
            self._drag_to(point)
            self.hover.point_at((self._wanted, -1), at_once=True)
            return
        chip = self._lane.hit(point)
        segment = next((number for number, box in enumerate(self._overview.boxes) if box.contains(point)),
                       None)
        if (chip, segment) != (self._hover_chip, self._hover_segment):
            self._hover_chip, self._hover_segment = chip, segment
            over = chip is not None or segment is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
            self.update()
        if chip is not None and chip >= 0:
            if self._operations is not None:
                self.hover.point_at((self.value(), self._operations[chip].index))
            else:
                self.hover.point_at((self._lane.chips[chip].index, -1))
        elif segment is not None:
            stage = self._overview.stage_at(point.x(), self._segments[segment].track)
            self.hover.point_at(NOTHING if stage is None else (stage, -1))
        else:
            self.hover.point_at(NOTHING)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            if self._scrub.isActive():  # the last move counts, too, and belongs to the drag
                self._scrub.stop()
                self._follow_drag()
            self.setSliderDown(False)
            self.hover.point_at(NOTHING)

    def terms_at(self, at: QPoint) -> list[str]:
        """The stage or operation at a point."""
        chip = self._lane.hit(QPointF(at))
        return [self._lane.chips[chip].title] if chip is not None and chip >= 0 else []

    def terms_here(self) -> list[str]:
        """The stage that is current."""
        return [self._titles[self.value()]] if self.value() < len(self._titles) else []

    # The bubble ---------------------------------------------------------------------------------------------

    def bubble(self) -> Bubble | None:
        """The bubble while it is up."""
        return self.hover.bubble()

    def _tip_of(self, target: Target) -> QPoint:
        """Above the chip that is pointed at, else above the stage's place in the overview."""
        stage, operation = target
        wanted = operation if operation >= 0 else stage
        over_chip = self._hover_chip is not None and self._hover_chip >= 0 and not self.isSliderDown()
        if over_chip or operation >= 0:
            for chip, box in zip(self._lane.chips, self._lane.boxes, strict=True):
                if chip.index == wanted:
                    return QPoint(round(box.center().x()), round(self._overview.tops[0] - self._theme.height("marks")))
        there = self._overview.place(stage)
        top = (there[1].top() if there is not None else 0.0) - self._theme.height("marks")
        return QPoint(round(there[1].center().x()) if there is not None else 0, round(top))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover_chip = self._hover_segment = None
        self.hover.point_at(NOTHING)
        self.update()
        super().leaveEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.hover.point_at(NOTHING)
        super().hideEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)
