"""All heads, the grid of blocks by heads, several as one, sliders: in the window, by keys and clicks."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QSlider, QSpinBox
from windows import SHIFT, Small, go, live, numbers_on_screen, press, settle, step

from tutor import several
from tutor.engine import heads
from tutor.engine.picture import Selection
from tutor.views.numbers import fixed
from tutor.work import Request

Key = Qt.Key
SENTENCE = "Attention is all you need"
PATTERN = "blocks.1.attn.pattern"


@pytest.fixture
def window(qtbot, opened):
    """Three blocks of three heads, at the softmax of the one in the middle."""
    one = opened(Small())
    one.start(Request((SENTENCE,), "article", 3))
    settle(qtbot, one)
    go(qtbot, one, PATTERN)
    one.stage.equation.setFocus()
    return one


def open_strip(qtbot, window):
    window.actions_["all_heads"].trigger()
    settle(qtbot, window)
    strip = next(one for one in (window.heads.page, window.heads.band) if one.isVisible())
    assert strip.list.hasFocus()
    return strip


def click_head(qtbot, strip, head: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    rect = strip.list.visualRect(strip.list.heads.index(head))
    qtbot.mouseClick(strip.list.viewport(), Qt.MouseButton.LeftButton, modifier, rect.center())


# -- the strip ----------------------------------------------------------------------------------------------------


def test_the_strip_shows_every_head_with_its_entropy(qtbot, window):
    strip = open_strip(qtbot, window)
    trace = window.session.trace
    assert strip is window.heads.page and window.right.page() == "heads"
    assert strip.title() == "Heads of Block 1"
    assert strip.about() == "same scale, 0 to 1 · mean row entropy"
    model = strip.list.heads
    assert model.rowCount() == 3
    for head in range(3):
        bits = heads.entropy(trace[PATTERN][0, head])
        said = model.data(model.index(head), Qt.ItemDataRole.AccessibleTextRole)
        assert f"mean row entropy {fixed(bits, 2)} bits" in said
    assert "on screen" in model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    window.actions_["all_heads"].trigger()
    assert window.right.page() == "inspector"


def test_scores_say_their_largest_and_share_the_scale_of_the_picture(qtbot, window):
    strip = open_strip(qtbot, window)
    go(qtbot, window, "blocks.1.attn.scores")
    reach = window.stage.equation.parts()[-1].data.high
    assert strip.about() == f"same scale, ±{fixed(reach, 2)} · largest size"
    go(qtbot, window, "blocks.1.resid_mid")
    assert "not split into heads" in strip.about() and not strip.list.isVisible()


def test_keys_choose_a_head_and_with_shift_several(qtbot, window):
    strip = open_strip(qtbot, window)
    values = window.session.trace[PATTERN][0]
    step(qtbot, window, Key.Key_Right)
    assert np.array_equal(numbers_on_screen(window), values[1])
    assert window.stage.spin("head").value() == 1
    step(qtbot, window, Key.Key_Right, SHIFT)
    assert several.heads(window.session) == (1, 2)
    assert np.array_equal(numbers_on_screen(window), (values[1].astype(float) + values[2]) / 2)
    assert window.heads.several.isVisible()
    assert window.heads.several.words() == "Shown: mean of heads 1, 2, which is no tensor of the model"
    assert window.stage.equation.parts()[-1].name == "pattern · mean"
    said = [strip.list.heads.data(strip.list.heads.index(n), Qt.ItemDataRole.AccessibleTextRole) for n in range(3)]
    assert ["selected with others" in one for one in said] == [False, True, True]
    qtbot.mouseClick(window.heads.several.way("sum"), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert np.array_equal(numbers_on_screen(window), values[1].astype(float) + values[2])
    assert "sum of heads 1, 2" in window.heads.several.words()
    strip.list.setFocus()
    step(qtbot, window, Key.Key_Space)
    assert several.heads(window.session) == () and not window.heads.several.isVisible()
    assert np.array_equal(numbers_on_screen(window), values[1])


def test_a_click_chooses_and_shift_click_adds(qtbot, window):
    strip = open_strip(qtbot, window)
    click_head(qtbot, strip, 2)
    settle(qtbot, window)
    assert dict(window.session.selection.at)["head"] == 2
    click_head(qtbot, strip, 0, SHIFT)
    settle(qtbot, window)
    assert several.heads(window.session) == (0, 2)
    qtbot.mouseClick(window.heads.several.close_button(), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert several.heads(window.session) == ()


def test_a_pinned_cell_of_a_mean_is_worked_out_from_its_heads(qtbot, window):
    several.toggle_head(window.session, 2)
    settle(qtbot, window)
    window.session.pin((0, 0, 4, 1))
    settle(qtbot, window)
    shown = window.inspector.explanation()
    cells = [float(window.session.trace[PATTERN][0, head, 4, 1]) for head in (0, 2)]
    assert shown.value == pytest.approx(sum(cells) / 2, rel=1e-12)
    assert shown.address.startswith("mean of heads 0, 2")
    assert "No tensor of the model: the mean of 2" in shown.note
    assert [entry.value for entry in shown.entries] == [fixed(one, 4) for one in cells] and not shown.uses


def test_thumbnails_are_made_off_the_gui_thread(qtbot, window, monkeypatch):
    threads, real = set(), heads.thumb

    def watched(*arguments):
        threads.add(threading.get_ident())
        return real(*arguments)

    monkeypatch.setattr(heads, "thumb", watched)
    open_strip(qtbot, window)
    window.actions_["head_grid"].trigger()
    settle(qtbot, window)
    assert threads and threading.get_ident() not in threads


def test_in_a_narrow_window_the_strip_is_a_band_of_the_stage(qtbot, opened):
    window = opened(Small(), size=(900, 700))
    window.start(Request((SENTENCE,), "article", 2))
    settle(qtbot, window)
    go(qtbot, window, PATTERN)
    strip = open_strip(qtbot, window)
    assert strip is window.heads.band and strip.isVisibleTo(window.stage)
    assert len(strip.list.heads.thumbs) == 3
    window.actions_["all_heads"].trigger()
    assert not strip.isVisible()


def test_followed_rows_are_lit_in_every_head(qtbot, window):
    strip = open_strip(qtbot, window)
    window.session.follow("tokens", 3)
    settle(qtbot, window)
    assert strip.list._lit == (3,)
    several.toggle_token(window.session, "tokens", 1)
    settle(qtbot, window)
    assert strip.list._lit == (1, 3)
    several.clear(window.session)
    window.session.pin((0, 0, 4, 0))
    settle(qtbot, window)
    assert strip.list._lit == (4,)


# -- the grid -----------------------------------------------------------------------------------------------------


def open_grid(qtbot, window):
    window.actions_["head_grid"].trigger()
    settle(qtbot, window)
    assert window.stage.view() == "grid" and window.heads.grid.table.hasFocus()
    return window.heads.grid.table


def cell_of(table, row: int, head: int) -> QPoint:
    return table.visualRect(table.grid.index(row, head)).center()


def test_the_grid_goes_to_a_block_and_a_head(qtbot, window):
    table = open_grid(qtbot, window)
    trace = window.session.trace
    assert (table.grid.rows, table.grid.columns) == (("Block 0", "Block 1", "Block 2"), 3)
    for row in range(3):
        for head in range(3):
            thumb = table.grid.thumbs[row, head]
            assert np.array_equal(thumb.values, trace[f"blocks.{row}.attn.pattern"][0, head])
    assert table.grid.current == (1, 0)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell_of(table, 2, 1))
    settle(qtbot, window)
    assert window.session.cursor.path == "blocks.2.attn.pattern"
    assert dict(window.session.selection.at)["head"] == 1
    assert table.grid.current == (2, 1) and window.stage.view() == "grid"
    window.session.undo_move()
    assert window.session.cursor.path == PATTERN, "block and head are one move"


def test_keys_go_through_the_grid_and_enter_goes_there(qtbot, window):
    table = open_grid(qtbot, window)
    press(qtbot, Key.Key_Up)
    press(qtbot, Key.Key_Right)
    assert window.session.cursor.path == PATTERN
    step(qtbot, window, Key.Key_Return)
    assert (window.session.cursor.path, table.grid.current) == ("blocks.0.attn.pattern", (0, 1))


def test_a_double_click_compares_with_what_was_on_screen(qtbot, window):
    table = open_grid(qtbot, window)
    place = cell_of(table, 2, 2)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, window)
    held = window.session.pins.held.look
    assert (held.path, held.selection.of(window.session.trace.shapes[PATTERN][1])) == (PATTERN, 0)
    assert window.session.cursor.path == "blocks.2.attn.pattern"
    assert window.heads.compare.isVisible() and window.stage.view() == "heat"
    assert len(window.stage.equation.parts()) == 2


def test_the_grid_is_offered_where_there_are_heads_and_blocks(qtbot, window):
    open_grid(qtbot, window)
    go(qtbot, window, "blocks.1.resid_mid")
    assert window.stage.view() == "heat"
    window.actions_["head_grid"].trigger()
    assert window.stage.view() == "heat"


@pytest.mark.parametrize("lost", ["blocks.0.", "blocks.1."])
def test_a_saved_trace_that_lacks_a_block_shows_the_others(qtbot, window, monkeypatch, lost):
    from tutor.engine.trace import TraceError

    real = heads.thumb

    def partly(trace, path, *rest):
        if path.startswith(lost):
            raise TraceError(f"{path} is not in this file.")
        return real(trace, path, *rest)

    monkeypatch.setattr(heads, "thumb", partly)
    table = open_grid(qtbot, window)
    assert {row for row, _ in table.grid.thumbs} == {0, 1, 2} - {int(lost.split(".")[1])}


# -- several tokens -----------------------------------------------------------------------------------------------


def test_shift_on_the_chips_selects_several_tokens(qtbot, window):
    window.strip.setFocus()
    values = window.session.trace[PATTERN][0, 0].astype(float)

    def click(at, modifier=Qt.KeyboardModifier.NoModifier):  # a marked chip is wider
        place = window.strip.chip_rect(0, at).center().toPoint()
        qtbot.mouseClick(window.strip, Qt.MouseButton.LeftButton, modifier, place)
        settle(qtbot, window)

    click(1, SHIFT)
    click(4, SHIFT)
    assert np.array_equal(numbers_on_screen(window)[0], (values[1] + values[4]) / 2)
    assert "mean of rows" in window.heads.several.words() and "(1)" in window.heads.several.words()
    assert [window.strip._is_query(0, n) for n in range(5)] == [False, True, False, False, True]
    lit = window.stage.equation._lit(0)
    assert lit == ((1, 4), None)
    step(qtbot, window, Key.Key_Left, SHIFT)
    assert several.tokens(window.session, "tokens") == (1, 3, 4)
    click(2)
    assert several.tokens(window.session, "tokens") == ()
    assert window.session.positions == {"tokens": 2}


def test_esc_unpins_then_ends_the_selection_then_the_following(qtbot, window):
    for at in (2, 4):
        several.toggle_token(window.session, "tokens", at)
    window.session.pin((0, 0, 2, 1))
    settle(qtbot, window)
    window.stage.equation.setFocus()
    step(qtbot, window, Key.Key_Escape)
    assert window.session.cell is None and several.tokens(window.session, "tokens") == (2, 4)
    step(qtbot, window, Key.Key_Escape)
    assert several.tokens(window.session, "tokens") == () and window.session.positions == {"tokens": 2}
    step(qtbot, window, Key.Key_Escape)
    assert window.session.positions == {}


FAMILIES = {
    "decoder only": {}, "pre-norm, tied": {"norm": "pre", "tied": True, "n_layers": 2},
    "llama": dict(family="llama", positions="rotary", n_kv_heads=1, norm_kind="rms", gated=True, activation="silu",
                  bias=False, norm="pre", n_heads=2, d_head=6),
    "gpt_neox": dict(family="gpt_neox", positions="rotary", parallel=True, norm="pre"),
    "bert": dict(family="bert", embed_norm=True, causal=False, n_types=2, head="mlm", tied=True, bias_out=True),
    "encoder_decoder": dict(family="encoder_decoder", scale_embed=True, tied=True, n_layers_encoder=1),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_followed_and_selected_tokens_are_lit_at_every_stage(qtbot, opened, name):
    from tutor.engine.spec import Rope

    changes = dict(FAMILIES[name])
    if changes.get("positions") == "rotary":
        changes["rope"] = Rope(4)
    window = opened(Small(), size=(1280, 900))
    trace = live(5, **changes)
    window.session.set_trace(trace)
    stream, equation, lit = trace.program.streams[-1], window.stage.equation, 0
    for chosen in ((2,), (1, 3)):
        for at in chosen:
            several.toggle_token(window.session, stream, at) if chosen[1:] else window.session.follow(stream, at)
        if chosen[1:]:
            assert several.tokens(window.session, stream) == (1, 2, 3)
        for stop in trace.program.stops:
            path = stop.results[0].name
            go(qtbot, window, path)
            streams = window.session.streams(path)
            row = heads.choose(trace.shapes[path])[0]
            mine = row is not None and streams[row] == stream
            result = window.stage_desk.picture().result
            ids = result.kind == "ids"
            if not mine or (ids and result.rows is None) or (ids and result.rows.name == "batch"):
                continue
            lit += 1
            if chosen[1:] and not ids:
                assert result.derived and equation._lit(0)[0] == (1, 2, 3), path
                assert window.stage.table.model().rowCount() == 1
            elif not chosen[1:]:
                assert equation._lit(len(equation.parts()) - 1)[0] == 2, path
    assert lit > 10


# -- sliders ------------------------------------------------------------------------------------------------------


def test_sliders_and_numbers_choose_sentence_and_head(qtbot, opened):
    window = opened(Small(), size=(1900, 900))
    window.start(Request((SENTENCE, "One more"), "article"))
    settle(qtbot, window)
    go(qtbot, window, "blocks.0.attn.scores")
    values = window.session.trace["blocks.0.attn.scores"]
    for axis, kinds in (("head", (QSlider, QSpinBox)), ("batch", (QSlider, QSpinBox))):
        found = window.stage.slider(axis), window.stage.spin(axis)
        assert all(isinstance(one, kind) and one.isVisible() and one.accessibleName()
                   for one, kind in zip(found, kinds))  # fmt: skip
    slider = window.stage.slider("head")
    slider.setFocus()
    step(qtbot, window, Key.Key_Right)
    assert window.stage.spin("head").value() == 1
    assert np.array_equal(numbers_on_screen(window), values[0, 1])
    window.stage.spin("batch").setFocus()
    step(qtbot, window, Key.Key_Up)
    assert window.stage.slider("batch").value() == 1
    assert np.array_equal(numbers_on_screen(window), values[1, 1])
    assert window.session.selection == Selection((("batch", 1), ("head", 1)))
