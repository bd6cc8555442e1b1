"""The timeline."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtWidgets import QApplication

from tutor.views import theme
from tutor.views.overview import OverviewLane, Segment, TrackLink
from tutor.views.timeline import Timeline
from tutor.views.timelinepaint import StageChip, StageLane, UseMark

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
        qtbot.keyClick(widget, Qt.Key.Key_Right)
    assert chosen.args == [6]


@pytest.mark.parametrize(("key", "stage"), [
    (Qt.Key.Key_Left, 20), (Qt.Key.Key_Right, 22), (Qt.Key.Key_Home, 0), (Qt.Key.Key_End, 34),
    (Qt.Key.Key_PageDown, 32), (Qt.Key.Key_PageUp, 18), (Qt.Key.Key_Up, 21), (Qt.Key.Key_Down, 21),
])
def test_keys(qtbot, key, stage):
    widget = line(qtbot)
    qtbot.keyClick(widget, key)
    assert widget.value() == stage


def test_page_up_at_the_start_of_a_section_goes_to_the_one_before(qtbot):
    widget = line(qtbot, stage=18)
    qtbot.keyClick(widget, Qt.Key.Key_PageUp)
    assert widget.value() == 4


def wheel(widget, turn, modifier=Qt.KeyboardModifier.NoModifier):
    event = QWheelEvent(QPointF(50, 30), QPointF(widget.mapToGlobal(QPoint(50, 30))), QPoint(), QPoint(0, turn),
                        Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(widget, event)


def test_the_wheel_goes_one_stage_and_small_turns_add_up(qtbot):
    widget = line(qtbot)
    wheel(widget, -120)
    assert widget.value() == 22
    wheel(widget, 120)
    assert widget.value() == 21
    for _ in range(4):
        wheel(widget, -30)
    assert widget.value() == 22
    wheel(widget, -120, Qt.KeyboardModifier.ShiftModifier)
    assert widget.value() == 32


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
    assert empty.value() == 0


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
