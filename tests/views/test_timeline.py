"""The timeline."""

import gc
import weakref

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QWheelEvent
from PySide6.QtWidgets import QApplication, QSlider, QWidget

from tutor.views import theme
from tutor.views.bubble import About
from tutor.views.heatdata import Map, colour_index
from tutor.views.overview import OverviewLane, Segment, TrackLink
from tutor.views.timeline import Timeline
from tutor.views.timelinepaint import StageChip, StageLane
from tutor.views.uselane import AFTER, BEFORE, UseMark

LOOK = theme.LIGHT
SEGMENTS = [Segment("Input", 0, 4), Segment("Block 0", 4, 14), Segment("Block 1", 18, 14), Segment("Output", 32, 3)]
NAMES = ["norm 1", "Q, K, V", "split heads", "scores", "scale", "mask", "softmax", "× V", "concat", "output proj.",
         "add", "norm 2", "FFN", "add"]


def line(qtbot, width=1000, look=LOOK, stage=21) -> Timeline:
    widget = Timeline(look)
    qtbot.addWidget(widget)
    widget.set_segments(SEGMENTS)
    widget.set_stage_titles(["a"] * 18 + NAMES + ["b"] * 3)
    widget.set_stages([StageChip(name, 18 + number, number < 3) for number, name in enumerate(NAMES)])
    widget.set_stage(stage)
    widget.resize(width, widget.sizeHint().height())
    widget.grab()  # a hidden widget is told its size only then
    return widget


def test_it_says_where_it_is(qtbot):
    widget = line(qtbot)
    assert widget.accessibleDescription() == "Stage 22 of 35: Block 1, scores"
    assert QAccessible.queryAccessibleInterface(widget).role() == QAccessible.Role.Slider
    assert widget.accessibleName()
    assert (widget.minimum(), widget.maximum(), widget.value()) == (0, 34, 21)


def test_setting_is_silent_and_going_is_not(qtbot):
    widget = line(qtbot)
    with qtbot.assertNotEmitted(widget.stageChosen):
        widget.set_stage(5)
    with qtbot.waitSignal(widget.stageChosen) as chosen:
        widget.triggerAction(Timeline.SliderAction.SliderSingleStepAdd)
    assert chosen.args == [6], "a screen reader may turn the slider itself"


@pytest.mark.parametrize(("key", "move"), [
    (Qt.Key.Key_Left, "previous"), (Qt.Key.Key_Right, "next"), (Qt.Key.Key_Home, "first"), (Qt.Key.Key_End, "last"),
    (Qt.Key.Key_Up, "out"), (Qt.Key.Key_Down, "into"), (Qt.Key.Key_PageDown, None), (Qt.Key.Key_PageUp, None),
    (Qt.Key.Key_Space, None),
])
def test_keys(qtbot, key, move):
    widget = line(qtbot)
    said = []
    widget.stepped.connect(said.append)
    qtbot.keyClick(widget, key)
    assert said == ([move] if move else []), "what is not the timeline's is left to the window"
    qtbot.keyClick(widget, key, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(widget, key, Qt.KeyboardModifier.ControlModifier)
    assert len(said) == (move is not None)


def wheel(widget, turn, modifier=Qt.KeyboardModifier.NoModifier):
    event = QWheelEvent(QPointF(50, 30), QPointF(widget.mapToGlobal(QPoint(50, 30))), QPoint(), QPoint(0, turn),
                        Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(widget, event)


def test_the_wheel_goes_one_step_and_small_turns_add_up(qtbot):
    widget = line(qtbot)
    said = []
    widget.stepped.connect(said.append)
    wheel(widget, -120)
    wheel(widget, 240)
    for _ in range(4):
        wheel(widget, -30)
    wheel(widget, -120, Qt.KeyboardModifier.ShiftModifier)
    wheel(widget, 120, Qt.KeyboardModifier.ShiftModifier)
    assert said == ["next", "previous", "previous", "next", "next_section", "previous_section"]


def test_a_chip_is_clicked(qtbot):
    widget = line(qtbot)
    with qtbot.waitSignal(widget.stageChosen) as chosen:
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget._lane.boxes[6].center().toPoint())
    assert chosen.args == [24]
    with qtbot.waitSignal(widget.stageChosen) as chosen:
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget._lane.peeks[0].center().toPoint())
    assert chosen.args == [17], "the neighbour's nearest stage"


def test_scrubbing_is_coalesced_to_the_latest(qtbot):
    widget = line(qtbot)
    seen = []
    widget.stageChosen.connect(seen.append)
    lane = widget._overview
    y = int(lane.top + lane.height / 2)
    qtbot.mousePress(widget, Qt.MouseButton.LeftButton, pos=QPoint(20, y))
    for x in range(20, 900, 20):
        qtbot.mouseMove(widget, QPoint(x, y))
    target = lane.stage_at(880)
    qtbot.waitUntil(lambda: widget.value() == target)
    qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=QPoint(880, y))
    assert seen[-1] == target
    assert len(seen) < 44
    assert widget.bubble() is None, "the hand is gone"
    assert not widget.isSliderDown()


def test_every_stage_can_be_hit_in_the_overview(qapp):
    lane = OverviewLane(LOOK, SEGMENTS, 1000)
    for stage in range(35):
        _, slot = lane.place(stage)
        assert lane.stage_at(slot.center().x()) == stage
    assert lane.stage_at(-50) == 0
    assert lane.stage_at(5000) == 34


@pytest.mark.parametrize("count", [1, 5, 50])
def test_sections_are_never_too_narrow_to_hit(qapp, count):
    segments = [Segment("In", 0, 1)] + [Segment(f"Block {n}", 1 + 40 * n, 40) for n in range(count)]
    lane = OverviewLane(LOOK, segments, 1200)
    assert all(box.width() >= 13 for box in lane.boxes)
    assert lane.boxes[-1].right() <= 1200 - 11
    assert all(one.right() <= other.left() for one, other in zip(lane.boxes, lane.boxes[1:], strict=False))


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("width", [1280, 700])
def test_chips_divide_the_width_and_the_current_one_is_seen_whole(qtbot, qapp, scale, width):
    look = theme.apply(qapp, LOOK, scale)
    for stage in (18, 24, 31):
        lane = StageLane(look, [StageChip(name, 18 + n, 18 + n < stage) for n, name in enumerate(NAMES)], stage,
                         "‹ Block 0", "Output ›", width)
        assert all(one.right() < other.left() for one, other in zip(lane.boxes, lane.boxes[1:], strict=False))
        box = lane.boxes[stage - 18]
        assert lane.span[0] - 1 <= box.left()
        assert box.right() <= lane.span[1] + 1
        need = theme.metrics(look, "dense", True).horizontalAdvance(NAMES[stage - 18]) + look.px(16)
        assert box.width() >= need
        assert box.height() >= theme.metrics(look, "dense", True).height()
    theme.apply(qapp, LOOK)


def test_states_are_told_by_more_than_colour(qtbot):
    widget = line(qtbot)
    widget.set_visited(range(21))
    image = widget.grab().toImage()
    lane = widget._lane
    y = int(lane.top) + 4
    assert image.pixelColor(int(lane.boxes[0].left()) + 6, y) == LOOK.line
    assert image.pixelColor(int(lane.boxes[3].left()) + 6, y) == LOOK.accent
    assert image.pixelColor(int(lane.boxes[6].left()) + 6, y) == LOOK.pane
    notch = int(lane.boxes[3].center().x()), int(lane.top) - 5
    assert image.pixelColor(*notch) == LOOK.accent
    _, slot = widget._overview.place(21)
    assert image.pixelColor(round(slot.center().x()), int(slot.center().y())) == LOOK.accent


def test_inside_a_stage_its_operations_take_the_chips_place(qtbot):
    widget = line(qtbot)
    widget.set_operations([StageChip("add", 0, True), StageChip("mean", 1), StageChip("var", 2)], 1)
    with qtbot.waitSignal(widget.operationChosen) as chosen:
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget._lane.boxes[2].center().toPoint())
    assert chosen.args == [2]
    assert "scores" in widget._lane.before
    with qtbot.waitSignal(widget.operationChosen) as chosen:
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget._lane.peeks[0].center().toPoint())
    assert chosen.args == [-1]
    widget.set_operations(None)
    assert len(widget._lane.boxes) == len(NAMES)


def test_use_marks_have_the_colours_of_their_roles(qtbot):
    widget = line(qtbot)
    widget.set_uses([UseMark(20, "Q", "Q", True), UseMark(24, "P", "", True, True)])
    image = widget.grab().toImage()
    lane = widget._lane
    below = range(int(lane.top + lane.height) + 1, image.height())
    box = lane.boxes[2]
    seen = {image.pixelColor(x, y).name() for x in range(int(box.left()), int(box.right())) for y in below}
    assert LOOK.roles["Q"].name() in seen
    box = lane.boxes[6]
    seen = {image.pixelColor(x, y).name() for x in range(int(box.left()), int(box.right())) for y in below}
    assert LOOK.accent.name() in seen


def test_themes_share_geometry_and_nothing_is_no_trouble(qtbot):
    widget = line(qtbot)
    before = [(box.left(), box.width()) for box in widget._lane.boxes + widget._overview.boxes]
    widget.set_theme(theme.DARK)
    assert [(box.left(), box.width()) for box in widget._lane.boxes + widget._overview.boxes] == before
    empty = Timeline(LOOK)
    qtbot.addWidget(empty)
    empty.resize(400, 106)
    empty.grab()
    qtbot.keyClick(empty, Qt.Key.Key_Right)
    qtbot.mouseClick(empty, Qt.MouseButton.LeftButton, pos=QPoint(200, 30))
    qtbot.mouseMove(empty, QPoint(210, 30))
    assert empty.value() == 0
    assert empty.value_text() == "No stages yet."


# -- the bubble ---------------------------------------------------------------------------------------------------


def shown(qtbot, stage=21) -> tuple[QWidget, Timeline]:
    """A timeline at the bottom of a window, with room above it for the bubble."""
    outer = QWidget()
    qtbot.addWidget(outer)
    outer.resize(1000, 400)
    widget = line(qtbot, stage=stage)
    widget.setParent(outer)
    widget.move(0, 280)
    widget.set_stage_titles(["a"] * 18 + NAMES + ["b"] * 3, [(("pos", 5), ("d_model", 8 + n)) for n in range(35)])
    with qtbot.waitExposed(outer):
        outer.show()
    return outer, widget


def test_resting_on_a_chip_brings_its_name_and_shape_up(qtbot):
    outer, widget = shown(qtbot)
    asked = []
    widget.pointed.connect(lambda *one: asked.append(one))
    qtbot.mouseMove(widget, widget._lane.boxes[6].center().toPoint())
    assert widget.bubble() is None, "not in passing"
    assert widget.hover.timer.isActive()
    widget.hover.timer.timeout.emit()
    bubble = widget.bubble()
    assert bubble.about() == About("softmax", "Block 1 · stage 25 of 35", "", (("pos", 5), ("d_model", 32)))
    assert asked == [(24, -1)]
    assert bubble.geometry().bottom() <= widget.y()
    assert outer.rect().contains(bubble.geometry())
    dashed = bubble.grab().toImage()
    widget.set_thumbnail(Map(np.eye(3), low=-1.0, high=1.0))
    assert bubble.grab().toImage() != dashed
    qtbot.mouseMove(widget, widget._lane.boxes[7].center().toPoint())
    assert widget.bubble().about().name == "× V", "once it is up it follows"
    assert widget.bubble().picture() is None, "and shows nothing of another stage"
    qtbot.mouseMove(widget, QPoint(500, int(widget._lane.top + widget._lane.height) + 10))
    assert widget.bubble() is None
    assert asked[-1] == (-1, -1)


def test_the_thumbnail_has_the_colours_of_its_numbers(qtbot):
    _, widget = shown(qtbot)
    qtbot.mouseMove(widget, widget._lane.boxes[6].center().toPoint())
    widget.hover.timer.timeout.emit()
    values = np.array([[1.0, -1.0], [0.0, 0.5]])
    widget.set_thumbnail(Map(values, low=-1.0, high=1.0))
    image = bubble_image = widget.bubble().grab().toImage()
    colours = {bubble_image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    table = theme.lut(LOOK, "signed")
    for index in colour_index(values, "signed", -1.0, 1.0).ravel():
        assert QColor(*table[index].tolist()).name() in colours


def test_while_scrubbing_the_bubble_names_the_stage_under_the_hand(qtbot):
    _, widget = shown(qtbot)
    lane = widget._overview
    y = int(lane.top + lane.height / 2)
    qtbot.mousePress(widget, Qt.MouseButton.LeftButton, pos=QPoint(30, y))
    qtbot.mouseMove(widget, lane.place(24)[1].center().toPoint())
    assert widget.bubble().about().name == "softmax"
    qtbot.mouseMove(widget, lane.place(31)[1].center().toPoint())
    assert widget.bubble().about().place == "Block 1 · stage 32 of 35"
    qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=lane.place(31)[1].center().toPoint())
    assert widget.value() == 31
    assert widget.bubble() is None


def test_inside_a_stage_the_bubble_is_about_the_operation(qtbot):
    _, widget = shown(qtbot)
    widget.set_operations([StageChip("add", 0, True), StageChip("mean", 1, False, (("pos", 5),))], 0)
    widget.set_changed({21}, {1})
    qtbot.mouseMove(widget, widget._lane.boxes[1].center().toPoint())
    widget.hover.timer.timeout.emit()
    assert widget.bubble().about() == About("mean", "operation 2 of 2", "◆ changed by a what-if", (("pos", 5),))


# -- what else it says --------------------------------------------------------------------------------------------


def test_a_screen_reader_gets_the_value_in_words_and_as_a_number(qtbot):
    widget = line(qtbot)
    one = QAccessible.queryAccessibleInterface(widget)
    assert one.text(QAccessible.Text.Value) == "Stage 22 of 35: Block 1, scores"
    value = one.valueInterface()
    assert (value.minimumValue(), value.currentValue(), value.maximumValue()) == (0, 21, 34)
    with qtbot.waitSignal(widget.stageChosen) as chosen:
        value.setCurrentValue(7)
    assert chosen.args == [7]
    widget.set_operations([StageChip("add", 0, True), StageChip("mean", 1)], 1)
    assert one.text(QAccessible.Text.Value) == "Stage 8 of 35: Block 0, a; operation 2 of 2: mean"
    widget.set_changed({7})
    assert one.text(QAccessible.Text.Value).endswith("changed by a what-if")


def test_what_is_told_of_a_timeline_does_not_keep_it(qtbot):
    widget = line(qtbot)
    one = QAccessible.queryAccessibleInterface(widget)
    assert one.valueInterface().currentValue() == 21
    left = weakref.ref(widget)
    widget.deleteLater()
    del widget, one
    for _ in range(2):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
    assert left() is None


def test_another_slider_keeps_what_qt_says_of_it(qtbot):
    line(qtbot)
    slider = QSlider()
    qtbot.addWidget(slider)
    slider.setValue(4)
    one = QAccessible.queryAccessibleInterface(slider)
    assert one.text(QAccessible.Text.Value) == "4"
    assert one.valueInterface().currentValue() == 4


def test_changed_stages_carry_a_diamond(qtbot):
    widget = line(qtbot)
    box = widget._lane.boxes[5]
    corner = QPoint(round(box.left() + LOOK.px(7)), round(box.top() + LOOK.px(1)))
    assert widget.grab().toImage().pixelColor(corner) != LOOK.warn
    widget.set_changed(range(23, 35))
    image = widget.grab().toImage()
    assert image.pixelColor(corner) == LOOK.warn
    _, slot = widget._overview.place(30)
    assert image.pixelColor(round(slot.center().x()), round(slot.bottom()) - 3) == LOOK.warn
    first = widget._lane.boxes[3]
    assert image.pixelColor(round(first.left() + LOOK.px(7)), round(first.top() + LOOK.px(1))) != LOOK.warn


def test_the_caret_glides_only_where_motion_is_wanted(qtbot):
    _, widget = shown(qtbot)
    widget.set_stage(30)
    assert widget._glide.state() == widget._glide.State.Stopped
    widget.set_still(False)
    widget.set_stage(20)
    assert widget._glide.state() == widget._glide.State.Running
    assert widget._glide.duration() <= 150
    begin, end = widget._overview.place(30)[1].center().x(), widget._overview.place(20)[1].center().x()
    assert (widget._glide.startValue(), widget._glide.endValue()) == (begin, end)
    widget.set_still(True)
    assert widget._glide.state() == widget._glide.State.Stopped
    assert widget.value() == 20, "where it is, it is at once"


def test_a_model_of_very_many_blocks_slides_so_that_each_can_be_hit(qtbot):
    segments = [Segment("In", 0, 1)] + [Segment(f"Block {n}", 1 + 10 * n, 10, 0, str(n)) for n in range(126)]
    for current in (0, 640, 1260):
        lane = OverviewLane(LOOK, segments, 1000, current=current)
        assert all(box.width() >= 14 for box in lane.boxes)
        box = lane.boxes[lane.place(current)[0]]
        assert lane.left - 1 <= box.left()
        assert box.right() <= 1000 - 11
        assert lane.stage_at(lane.place(current)[1].center().x()) == current
    widget = Timeline(LOOK)
    qtbot.addWidget(widget)
    widget.set_segments(segments)
    widget.resize(1000, widget.sizeHint().height())
    widget.set_marks(range(0, 1261, 100), range(5, 1261, 100))
    widget.set_stage(640)
    image = widget.grab().toImage()
    assert image.pixelColor(3, int(widget._overview.top) + 12) == image.pixelColor(3, image.height() - 4), "clipped"


def test_the_use_lane_says_what_comes_from_before_and_goes_beyond(qtbot):
    widget = line(qtbot)
    widget.set_uses([
        UseMark(BEFORE, "X", "residual", True, stream=True), UseMark(18, "X", "residual", stream=True),
        UseMark(21, "S", "", True, True), UseMark(22, "S", "", False, True), UseMark(AFTER, "S", "", False, True),
    ])  # fmt: skip
    lane = widget.use_lane()
    lefts = [left for _, left in lane.places]
    assert lefts == sorted(lefts)
    assert lefts[0] < widget._lane.boxes[0].center().x()
    assert lefts[-1] > widget._lane.boxes[-1].left()
    (_, until, colour), (begin, end, accent) = lane.streams()
    assert (colour, accent) == (LOOK.role("residual"), LOOK.accent)
    assert until == pytest.approx(widget._lane.boxes[0].center().x(), abs=30)
    assert begin == pytest.approx(widget._lane.boxes[3].center().x(), abs=30)
    assert end == lane.end, "it goes on beyond the section"
    image = widget.grab().toImage()
    assert image.pixelColor(round(widget._lane.boxes[7].center().x()), int(lane.middle)) == LOOK.accent
    assert lane.mark_at(QPointF(lefts[2] + 4, lane.middle)).symbol == "S"
    assert lane.mark_at(QPointF(lefts[2] + 4, 0)) is None


# -- two tracks ---------------------------------------------------------------------------------------------------

PAIR = [
    Segment("Input", 0, 3, 0, "", "Encoder · Input"), Segment("Block 0", 3, 11, 0, "0", "Encoder · Block 0"),
    Segment("Input", 14, 3, 1, "", "Decoder · Input"), Segment("Block 0", 17, 20, 1, "0", "Decoder · Block 0"),
    Segment("Block 1", 37, 20, 1, "1", "Decoder · Block 1"), Segment("Output", 57, 2, 1),
]  # fmt: skip
LINKS = [TrackLink(13, 26, "read by 0"), TrackLink(13, 46, "read by 1")]


def two(qtbot, width=1200, stage=30) -> Timeline:
    widget = Timeline(LOOK)
    qtbot.addWidget(widget)
    widget.set_segments(PAIR, ["Encoder", "Decoder"], LINKS, "encoder output")
    widget.set_stages([StageChip(name, 17 + number) for number, name in enumerate(NAMES)])
    widget.set_stage(stage)
    widget.resize(width, widget.sizeHint().height())
    widget.grab()
    return widget


def test_two_tracks_stand_below_one_another_on_one_scale(qtbot):
    widget = two(qtbot)
    lane = widget._overview
    assert [lane.track_at(box.center().y()) for box in lane.boxes] == [0, 0, 1, 1, 1, 1]
    assert lane.boxes[0].left() == lane.boxes[2].left() >= 60, "their names stand at the left"
    assert lane.boxes[1].right() < lane.boxes[4].left(), "the shorter track is as much shorter"
    assert widget._lane.top > lane.bottom
    assert widget.sizeHint().height() > line(qtbot).sizeHint().height()
    for stage in range(59):
        number, slot = lane.place(stage)
        assert lane.stage_at(slot.center().x(), PAIR[number].track) == stage
    assert widget.accessibleDescription() == "Stage 31 of 59: Decoder · Block 0"
    widget.set_stage(3)
    assert widget._lane.after == "Decoder · Input ›", "a neighbour in the other track says so"
    assert widget._lane.before == "‹ Input"


@pytest.mark.parametrize("width", [1200, 700])
def test_each_link_ends_in_an_arrow_above_its_reader(qtbot, width):
    widget = two(qtbot, width)
    image = widget.grab().toImage()
    colour = LOOK.role("K").name()
    lane = widget._overview
    for link in LINKS:
        slot = lane.place(link.reader)[1]
        x, y = round(slot.center().x()), int(slot.top()) - 4
        assert image.pixelColor(x, y).name() == colour
    _, source = lane.place(13)
    assert image.pixelColor(round(lane.boxes[1].right()) + 2, round(source.center().y())).name() == colour


def test_back_to_one_track_nothing_of_the_second_is_left(qtbot):
    widget = two(qtbot)
    widget.set_segments(SEGMENTS)
    widget.resize(1000, widget.sizeHint().height())
    widget.grab()
    assert [(box.left(), box.top(), box.width()) for box in widget._overview.boxes] == [
        (box.left(), box.top(), box.width()) for box in line(qtbot)._overview.boxes
    ]
    assert widget._overview.links == ()
