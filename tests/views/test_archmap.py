"""The architecture map by pointer and keys, in the real window."""

from __future__ import annotations

import numpy as np
import pytest
from mapchecks import check_graph, check_layout
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from windows import CTRL, SHIFT, Small, is_one_sentence, live, press, settle, step

from tutor.engine import picture, pooling
from tutor.session import OPERATION
from tutor.views import theme
from tutor.views.mappaint import image
from tutor.work import Request

Key = Qt.Key
SENTENCE = "Attention is all you need"


@pytest.fixture
def window(qtbot, opened):
    """Four blocks of a small model, at the first scores; the large map is open and has the keys."""
    one = opened(Small())
    one.start(Request((SENTENCE,), "article", layers=4))
    settle(qtbot, one)
    one.session.go("blocks.1.attn.scores")
    one.stage.equation.setFocus()
    press(qtbot, Key.Key_A, CTRL | SHIFT)
    settle(qtbot, one)
    return one


def canvas(window):
    return window.map.canvas


def box_at(window, name: str) -> int:
    return canvas(window).scene().graph.box_of(name)


def named(window, at: int) -> str:
    return canvas(window).scene().graph.boxes[at].name


def point(window, name: str) -> QPoint:
    """The right part of a box, where no fold arrow is."""
    rect = canvas(window).box_rect(box_at(window, name))
    return QPoint(round(rect.right() - rect.width() / 4), round(rect.center().y()))


def click(qtbot, window, name: str) -> None:
    qtbot.mouseClick(canvas(window), Qt.MouseButton.LeftButton, pos=point(window, name))
    settle(qtbot, window)


def states(window) -> dict[str, str]:
    scene = canvas(window).scene()
    return {box.name: state for box, state in zip(scene.graph.boxes, scene.states)}


def titles(window) -> list[str]:
    """What stands on the folded blocks."""
    scene = canvas(window).scene()
    return [card.title for card, box in zip(scene.cards, scene.graph.boxes) if box.folded]


def test_it_shows_the_program_with_the_current_block_open(window):
    scene = canvas(window).scene()
    check_graph(window.session.trace.program, scene.graph)
    check_layout(scene.graph, scene.layout)
    assert titles(window) == ["Block 0", "Blocks 2–3"]
    assert {frame.section for frame in scene.layout.frames} == {"blocks.1"}
    found = states(window)
    assert found["blocks.1.attn.scores"] == "current" and found["blocks.1.attn.scaled"] == "unvisited"
    assert found["tokens"] == "visited" and found["blocks.0.resid_post"] == "unvisited"
    assert window.side_map.canvas.scene() is None  # which is not in sight
    window.left.show_page("map")
    side = window.side_map.canvas.scene()
    check_layout(side.graph, side.layout)
    assert side.states == scene.states


def test_the_large_map_takes_the_place_of_the_stage_and_gives_it_back(qtbot, window):
    assert window.map.isVisible() and not window.stage.isVisible() and canvas(window).hasFocus()
    press(qtbot, Key.Key_A, CTRL | SHIFT)
    assert window.stage.isVisible() and not window.map.isVisible()
    assert QApplication.focusWidget() is window.stage.current_view()
    press(qtbot, Key.Key_A, CTRL | SHIFT)
    assert canvas(window).hasFocus()
    press(qtbot, Key.Key_Escape)
    assert window.stage.isVisible() and not window.maps.is_open()


def test_a_click_goes_there_and_the_map_follows(qtbot, window):
    click(qtbot, window, "blocks.1.attn.masked")
    assert window.session.cursor.path == "blocks.1.attn.masked"
    assert states(window)["blocks.1.attn.masked"] == "current"
    assert states(window)["blocks.1.attn.scores"] == "visited"
    click(qtbot, window, "blocks.1.attn.k_flat")
    assert window.session.cursor.path == "blocks.1.attn.k_flat" and not window.session.inside
    click(qtbot, window, "blocks.1.mlp.post")  # but a part of its stage
    assert (window.session.cursor.path, window.session.cursor.level) == ("blocks.1.mlp.post", OPERATION)
    click(qtbot, window, "blocks.1.attn_sum")  # the sum on the stream
    assert window.session.cursor.path == "blocks.1.attn_sum"


def test_moves_elsewhere_show_on_the_map(qtbot, window):
    step(qtbot, window, ".")
    assert states(window)["blocks.1.attn.scaled"] == "current"
    step(qtbot, window, Key.Key_PageDown, CTRL)  # the next block
    assert titles(window) == ["Blocks 0–1", "Block 3"]
    assert {frame.section for frame in canvas(window).scene().layout.frames} == {"blocks.2"}


def test_a_double_click_unfolds_and_a_click_on_the_title_folds(qtbot, window):
    at = point(window, "blocks.3.resid_post")
    qtbot.mouseDClick(canvas(window), Qt.MouseButton.LeftButton, pos=at)  # the second click alone
    settle(qtbot, window)
    assert titles(window) == ["Block 0", "Block 3"]
    assert {frame.section for frame in canvas(window).scene().layout.frames} == {"blocks.1", "blocks.2"}
    scene, zoom = canvas(window).scene(), canvas(window).zoom()
    frame = next(one for one in scene.layout.frames if one.section == "blocks.2")
    title = QPoint(round((frame.rect.x + 130) * zoom), round((frame.rect.y + 12) * zoom))
    qtbot.mouseClick(canvas(window), Qt.MouseButton.LeftButton, pos=title)
    assert titles(window) == ["Block 0", "Blocks 2–3"]


def test_the_second_click_of_two_keeps_open_what_the_first_has_opened(qtbot, window):
    at = point(window, "blocks.3.resid_post")
    qtbot.mouseClick(canvas(window), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(canvas(window), Qt.MouseButton.LeftButton, pos=at)  # another box is there by now
    settle(qtbot, window)
    assert window.session.stop.section == "blocks.2" and titles(window) == ["Blocks 0–1", "Block 3"]
    press(qtbot, Key.Key_PageUp, CTRL)
    settle(qtbot, window)
    assert {frame.section for frame in canvas(window).scene().layout.frames} == {"blocks.1", "blocks.2"}


def test_a_click_on_the_arrow_of_a_folded_block_opens_it_and_goes_nowhere(qtbot, window):
    rect = canvas(window).box_rect(box_at(window, "blocks.0.resid_post"))
    arrow = QPoint(round(rect.left() + 40), round(rect.center().y()))
    qtbot.mouseClick(canvas(window), Qt.MouseButton.LeftButton, pos=arrow)
    assert titles(window) == ["Blocks 2–3"]
    assert window.session.cursor.path == "blocks.1.attn.scores"
    click(qtbot, window, "blocks.3.resid_post")  # elsewhere on a folded block: to its first stage
    assert window.session.stop.section == "blocks.2"


def test_the_keys_walk_over_the_map(qtbot, window):
    one = canvas(window)
    assert named(window, one.focus_box()) == "blocks.1.attn.scores"
    way = [(Key.Key_Down, "blocks.1.attn.scaled"), (Key.Key_Up, "blocks.1.attn.scores"),
           (Key.Key_Up, "blocks.1.attn.v"), (Key.Key_Up, "blocks.1.attn.k_flat"),
           (Key.Key_Left, "blocks.1.attn.q_flat"), (Key.Key_Right, "blocks.1.attn.k_flat"),
           (Key.Key_End, "probs"), (Key.Key_Home, "tokens")]  # fmt: skip
    for key, name in way:
        press(qtbot, key)
        assert named(window, one.focus_box()) == name
        assert name in one.accessibleDescription() or name.endswith(("_flat",)), one.accessibleDescription()
    assert window.session.cursor.path == "blocks.1.attn.scores"  # looking is not going
    press(qtbot, Key.Key_Down)
    press(qtbot, Key.Key_Return)
    settle(qtbot, window)
    assert window.session.cursor.path == "embed"


def test_every_box_is_reached_by_the_arrows(qtbot, window):
    one = canvas(window)
    seen, todo = set(), [one.focus_box()]
    while todo:
        at = todo.pop()
        seen.add(at)
        for key in (Key.Key_Up, Key.Key_Down, Key.Key_Left, Key.Key_Right):
            one.look_at(at)
            press(qtbot, key)
            if one.focus_box() not in seen:
                todo.append(one.focus_box())
    assert seen == set(range(len(one.scene().graph.boxes)))


def test_plus_and_minus_unfold_and_fold(qtbot, window):
    one = canvas(window)
    one.look_at(box_at(window, "blocks.0.resid_post"))
    press(qtbot, "+")
    assert titles(window) == ["Blocks 2–3"]
    press(qtbot, "-")
    assert titles(window) == ["Block 0", "Blocks 2–3"]


def test_sizes_and_costs_on_demand(qtbot, window):
    one = canvas(window)
    at = point(window, "blocks.1.attn.scores")
    QApplication.sendEvent(one, QHelpEvent(QEvent.Type.ToolTip, at, one.mapToGlobal(at)))
    qtbot.waitUntil(lambda: bool(QToolTip.text()))
    n = window.session.trace.batch.n_pos
    cost = window.session.trace.program.costs(window.session.trace.shapes)["blocks.1.attn.scores"]
    assert QToolTip.text().split("\n") == [
        "Scores", "blocks.1.attn.scores", f"3 head · {n} query_pos · {n} key_pos", "0 parameters",
        f"{cost.macs:,} multiply-adds",
    ]  # fmt: skip
    QToolTip.hideText()
    # The same below the map, for the keys as well.
    assert f"{cost.macs:,} multiply-adds" in window.map._facts.text() and "Scores" in window.map._facts.text()
    press(qtbot, Key.Key_Down)
    assert window.map._facts.text().startswith("Scale   blocks.1.attn.scaled")
    qtbot.mouseMove(one, point(window, "blocks.1.attn.pattern"))
    qtbot.waitUntil(lambda: window.map._facts.text().startswith("Softmax"))
    found = {box.name: card for box, card in zip(one.scene().graph.boxes, one.scene().cards)}
    each = (4 * 12 * 12 + 2 * 12 * 20 + 4 * 12)
    assert found["blocks.3.resid_post"].detail == f"2 × {each:,}"
    assert found["blocks.0.resid_post"].detail == f"{each:,} parameters"


def test_pictures_are_the_tensors_own_and_come_with_the_visit(qtbot, window):
    scaled = "blocks.1.attn.scaled"
    assert scaled not in canvas(window)._stamps
    step(qtbot, window, ".")
    stamp = canvas(window)._stamps[scaled]
    panel = picture.panel(window.session.trace, scaled, window.session.selection)
    assert np.array_equal(stamp.values, pooling.pool(panel.values, 26, 66), equal_nan=True)
    assert (stamp.low, stamp.high) == (panel.low, panel.high)
    step(qtbot, window, "h")  # another head: another picture
    later = canvas(window)._stamps[scaled]
    panel = picture.panel(window.session.trace, scaled, window.session.selection)
    assert np.array_equal(later.values, panel.values) and not np.array_equal(later.values, stamp.values)


def test_a_picture_has_the_colours_of_its_numbers(window):
    stamp = canvas(window)._stamps["blocks.1.attn.scores"]
    for look in (theme.LIGHT, theme.DARK):
        shown = image(stamp, look)
        for row, column in ((0, 0), (2, 4), (4, 1)):
            at = 128 + round(127 * float(stamp.values[row, column]) / stamp.high)
            colour = shown.pixelColor(column, row)
            assert (colour.red(), colour.green(), colour.blue()) == tuple(theme.lut(look, "signed")[at])


def test_what_a_what_if_changed_is_marked(window):
    window.maps.set_changed(["blocks.1.attn.scores"])
    scene = canvas(window).scene()
    assert {scene.graph.boxes[at].name for at in scene.changed} == {"blocks.1.attn.scores"}
    window.maps.set_changed(())
    assert not canvas(window).scene().changed


def test_bookmarks_are_on_it(qtbot, window):
    press(qtbot, Key.Key_B, CTRL)
    scene = canvas(window).scene()
    assert [scene.graph.boxes[at].name for at in scene.marked] == ["blocks.1.attn.scores"]
    step(qtbot, window, Key.Key_PageDown, CTRL)
    scene = canvas(window).scene()  # now in a folded block: on its card
    assert [scene.cards[at].title for at in scene.marked] == ["Blocks 0–1"]


def test_a_what_if_leaves_open_what_was_open(window):
    window.maps._unfold(("blocks.0",))
    trace = window.session.trace
    window.session.set_trace(trace.with_override("blocks.1.attn.scores", 2 * trace["blocks.1.attn.scores"]))
    assert titles(window) == ["Blocks 2–3"]


def test_another_model_while_it_is_open(window):
    for shape in ({"family": "encoder_decoder", "n_layers_encoder": 2, "tied": True}, {"family": "gpt2"}):
        trace = live(2, n_layers=2, **shape)
        window.session.set_trace(trace)
        scene = canvas(window).scene()
        check_graph(trace.program, scene.graph)
        assert window.session.cursor.path in {name for box in scene.graph.boxes for name in box.steps}


def test_without_a_run_it_says_what_to_do(qtbot, opened):
    window = opened(Small())
    window.maps.toggle()
    assert window.map._empty.isVisible() and is_one_sentence(window.map._empty.text())
    window.session.set_trace(live(4))
    settle(qtbot, window)
    assert not window.map._empty.isVisible() and canvas(window).scene() is not None


def test_the_whole_map_at_once_and_back(qtbot, window):
    whole = window.map._whole
    qtbot.mouseClick(whole, Qt.MouseButton.LeftButton)
    port = window.map._area.viewport().size()
    assert canvas(window).height() <= port.height() and canvas(window).width() <= port.width()
    qtbot.mouseClick(whole, Qt.MouseButton.LeftButton)
    assert canvas(window).zoom() == 1.0


def test_the_page_beside_the_stage_is_as_wide_as_the_pane(qtbot, window):
    window.left.show_page("map")
    side = window.side_map
    qtbot.waitUntil(lambda: side.canvas.isVisible() and side.canvas.width() <= side._area.viewport().width())
    rect = side.canvas.box_rect(side.canvas.scene().graph.box_of("blocks.1.attn.masked"))
    qtbot.mouseClick(side.canvas, Qt.MouseButton.LeftButton, pos=rect.center().toPoint())
    settle(qtbot, window)
    assert window.session.cursor.path == "blocks.1.attn.masked"


def test_both_tracks_of_a_translator(qtbot, opened):
    window = opened(Small(), size=(1920, 1080))
    window.session.set_trace(live(4, family="encoder_decoder", n_layers_encoder=2, n_layers=2, tied=True))
    settle(qtbot, window)
    window.maps.toggle()
    settle(qtbot, window)
    scene = canvas(window).scene()
    check_graph(window.session.trace.program, scene.graph)
    check_layout(scene.graph, scene.layout)
    assert scene.tracks == ("Encoder", "Decoder") and len(scene.layout.heads) == 2
    assert titles(window) == ["Block 1", "Blocks 0–1"]  # at the beginning its first block is open
    click(qtbot, window, "decoder.blocks.1.resid_post")
    assert window.session.stop.section == "decoder.blocks.0"
    assert {frame.section for frame in canvas(window).scene().layout.frames} == {"decoder.blocks.0"}
    step(qtbot, window, Key.Key_End, CTRL)
    assert titles(window) == ["Blocks 0–1", "Block 0"]  # and at the end its last


def test_it_speaks_chinese(qtbot, window):
    window.actions_["chinese"].trigger()
    qtbot.waitUntil(lambda: canvas(window).accessibleName() == "架构图")
    settle(qtbot, window)
    assert titles(window) == ["块 0", "块 2–3"]
    assert "当前位置" in canvas(window).accessibleDescription()
