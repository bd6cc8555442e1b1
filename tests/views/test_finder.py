"""The finding box by keys and clicks: search, go to a step, the palette of commands."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QToolButton
from windows import CTRL, Small, is_one_sentence, live, press, settle, step

from tutor import commands
from tutor.search import SearchError
from tutor.session import OPERATION, STAGE
from tutor.work import Request

Key = Qt.Key
SENTENCE = "Attention is all you need"


@pytest.fixture
def small() -> Small:
    return Small()


@pytest.fixture
def window(qtbot, opened, small):
    one = opened(small)
    one.start(Request((SENTENCE,), "article", layers=3))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


def type_in(qtbot, window, text: str) -> None:
    line = window.finder.line()
    assert line.hasFocus()
    line.clear()
    if text.isascii():
        qtbot.keyClicks(line, text)
    else:  # as an input method or the clipboard puts it there
        line.insert(text)


def rows(window) -> list[str]:
    return [one.title for one in window.finder.choices()]


def paths(window) -> list[str]:
    return [one.key[1] for one in window.finder.choices()]


# -- search -------------------------------------------------------------------------------------------------------


def test_search_lists_name_shape_operation_and_section_and_enter_goes(qtbot, window):
    press(qtbot, Key.Key_F, CTRL)
    assert window.finder.isVisible()
    type_in(qtbot, window, "softmax block 1")
    first = window.finder.current()
    trace = window.session.trace
    assert (first.title, first.detail) == ("Softmax", "Block 1 · blocks.1.attn.pattern · softmax")
    assert first.axes == tuple((axis.name, axis.size) for axis in trace.shapes["blocks.1.attn.pattern"])
    press(qtbot, Key.Key_Return)
    settle(qtbot, window)
    assert window.session.cursor.path == "blocks.1.attn.pattern" and not window.finder.isVisible()
    assert window.stage.equation.hasFocus()


def test_a_shape_finds_what_has_it(qtbot, window):
    trace = window.session.trace
    heads = next(axis.size for axis in trace.shapes["blocks.0.attn.scores"] if axis.name == "head")
    press(qtbot, Key.Key_F, CTRL)
    type_in(qtbot, window, f"[*,{heads},*,*]")
    expected = {
        step.name for step in trace.program.steps
        if len(trace.shapes[step.name]) == 4 and trace.shapes[step.name][1].size == heads
    }  # fmt: skip
    assert set(paths(window)) == expected and len(expected) > 20


def test_a_tensor_inside_a_stage_opens_the_stage(qtbot, window):
    press(qtbot, Key.Key_F, CTRL)
    type_in(qtbot, window, "op:variance block 2")
    assert paths(window) == ["blocks.2.ln1.var", "blocks.2.ln2.var"]
    press(qtbot, Key.Key_Down)
    press(qtbot, Key.Key_Return)
    settle(qtbot, window)
    assert (window.session.cursor.path, window.session.cursor.level) == ("blocks.2.ln2.var", OPERATION)


def test_both_languages_find_the_same(qtbot, window):
    window.actions_["chinese"].trigger()
    qtbot.waitUntil(lambda: window.left.tabs().tabText(0) == "大纲")
    settle(qtbot, window)
    found = []
    for text in ("scores block 1", "分数 块 1", "分数 block 1"):
        press(qtbot, Key.Key_F, CTRL)
        type_in(qtbot, window, text)
        found.append(paths(window))
        press(qtbot, Key.Key_Escape)
    assert found[0] == found[1] == found[2] == ["blocks.1.attn.scores"]


def test_escape_closes_gives_the_focus_back_and_moves_nothing(qtbot, window):
    window.session.pin((0, 0))
    before = window.session.cursor, window.session.cell
    press(qtbot, Key.Key_F, CTRL)
    type_in(qtbot, window, "logits")
    press(qtbot, Key.Key_Escape)
    assert not window.finder.isVisible() and window.stage.equation.hasFocus()
    assert (window.session.cursor, window.session.cell) == before


def test_what_cannot_be_read_gets_one_sentence(qtbot, window):
    press(qtbot, Key.Key_F, CTRL)
    for text in ("[4", "[x!]", "[4] [4]", "[…,…]", "[9-3]", "op:", "size:4"):
        type_in(qtbot, window, text)
        assert is_one_sentence(window.finder.note()) and not window.finder.choices(), text
        press(qtbot, Key.Key_Return)  # which then chooses nothing
        assert window.finder.isVisible()
    type_in(qtbot, window, "xyzzy")
    assert is_one_sentence(window.finder.note())


def test_every_error_has_its_sentence(window):
    for key, facts in (("bracket", {}), ("one shape", {}), ("place", {"place": "x"}), ("ellipsis", {}),
                       ("empty range", {"place": "9-3"}), ("nothing after", {"name": "op"}),
                       ("unknown filter", {"name": "size"})):  # fmt: skip
        assert window.finding.sentence(SearchError(key, **facts))


def test_from_the_sentence_the_keys_go_along(qtbot, window):
    window.focus_sentence()
    press(qtbot, Key.Key_F, CTRL)
    type_in(qtbot, window, "logits")
    press(qtbot, Key.Key_Return)
    settle(qtbot, window)
    assert window.stage.isAncestorOf(QApplication.focusWidget())
    step(qtbot, window, ".")
    assert window.session.cursor.path == "probs" and window.sentence.text() == SENTENCE


def test_a_click_on_a_row_goes_and_one_elsewhere_closes(qtbot, window):
    button = next(one for one in window.left.findChildren(QToolButton)
                  if one.defaultAction() is window.actions_["search"])  # fmt: skip
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    type_in(qtbot, window, "logits")
    rect: QRect = window.finder.list().visualRect(window.finder.list().model().index(0, 0))
    qtbot.mouseClick(window.finder.list().viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    settle(qtbot, window)
    assert window.session.cursor.path == "logits" and not window.finder.isVisible()
    press(qtbot, Key.Key_F, CTRL)
    window.focus_sentence()
    assert not window.finder.isVisible() and window.sentence.box().hasFocus()


def test_the_box_stays_inside_a_small_window(qtbot, opened):
    window = opened(Small(), size=(640, 480), percent=150)
    window.session.set_trace(live(5, n_layers=12))
    settle(qtbot, window)
    window.actions_["search"].trigger()
    type_in(qtbot, window, "block")
    assert len(window.finder.choices()) > 100
    assert window.panes.rect().contains(window.finder.geometry())
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: abs(window.finder.geometry().center().x() - window.panes.width() // 2) <= 1)


# -- go to a step -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "stop", "operation"), [("5", 4, None), ("999", -1, None), ("3.1", 2, 0), ("0", 0, None)]
)
def test_go_to_a_number(qtbot, window, text: str, stop: int, operation: int | None):
    press(qtbot, Key.Key_G, CTRL)
    type_in(qtbot, window, text)
    press(qtbot, Key.Key_Return)
    settle(qtbot, window)
    there = window.session.stops[stop]
    if operation is None:
        assert window.session.stop == there and window.session.cursor.level == STAGE
    else:
        assert window.session.cursor.path == there.steps[operation].name
        assert window.session.cursor.level == (OPERATION if len(there.results) < len(there.steps) else STAGE)


def test_what_is_no_number_is_said(qtbot, window):
    press(qtbot, Key.Key_G, CTRL)
    type_in(qtbot, window, "here")
    assert str(len(window.session.stops)) in window.finder.note()
    press(qtbot, Key.Key_Return)
    assert window.finder.isVisible()


# -- the palette --------------------------------------------------------------------------------------------------


def test_the_palette_has_every_command_with_its_keys(qtbot, window):
    press(qtbot, Key.Key_K, CTRL)
    choices = {one.key[1]: one for one in window.finder.choices()}
    assert set(choices) == {command.id for command in commands.COMMANDS}
    assert choices["next"].keys == ".  PgDown  F10" or "F10" in choices["next"].keys
    for command in commands.COMMANDS:
        action = window.actions_[command.id]
        assert choices[command.id].enabled == (action.isEnabled() and action.isVisible())
    assert not choices["out"].enabled  # there is nothing to leave
    able = [one.enabled for one in window.finder.choices()]
    assert able == sorted(able, reverse=True)


def test_a_command_runs_after_the_box_has_closed(qtbot, window):
    press(qtbot, Key.Key_K, CTRL)
    type_in(qtbot, window, "dark")
    assert rows(window)[0] == "Dark theme"
    press(qtbot, Key.Key_Return)
    assert window.look.dark and not window.finder.isVisible() and window.stage.equation.hasFocus()
    press(qtbot, Key.Key_K, CTRL)
    type_in(qtbot, window, "tysent")
    press(qtbot, Key.Key_Return)
    assert window.sentence.box().hasFocus()


def test_a_greyed_command_cannot_be_chosen(qtbot, window):
    press(qtbot, Key.Key_K, CTRL)
    type_in(qtbot, window, "out of the stage")
    out = window.finder.choices()[0]
    assert out.key == ("command", "out") and not out.enabled
    assert window.finder.current() is None or window.finder.current().key != out.key
    rect = window.finder.list().visualRect(window.finder.list().model().index(0, 0))
    qtbot.mouseClick(window.finder.list().viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert window.finder.isVisible()


def test_stages_models_and_sentences_are_in_it(qtbot, window, small):
    press(qtbot, Key.Key_K, CTRL)
    type_in(qtbot, window, "softmax block 2")
    assert rows(window)[0] == "Go to Softmax"
    press(qtbot, Key.Key_Return)
    settle(qtbot, window)
    assert window.session.cursor.path == "blocks.2.attn.pattern"
    press(qtbot, Key.Key_K, CTRL)
    type_in(qtbot, window, "gap-filler")
    model = next(one for one in window.finder.choices() if one.key == ("model", "gap-filler"))
    assert model.title == "Use the model gap-filler"
    type_in(qtbot, window, "mastering the art")
    assert window.finder.current().key[0] == "sentence"
    before = len(small.requests)
    press(qtbot, Key.Key_Return)
    settle(qtbot, window)
    assert len(small.requests) == before + 1 and "mastering the art" in small.requests[-1].texts[0]


def test_the_arrows_go_round_and_pages_stop_at_the_ends(qtbot, window):
    press(qtbot, Key.Key_K, CTRL)
    able = [one for one in window.finder.choices() if one.enabled]
    press(qtbot, Key.Key_Up)
    assert window.finder.current() is able[-1]
    press(qtbot, Key.Key_Down)
    assert window.finder.current() is able[0]
    press(qtbot, Key.Key_PageDown)
    assert window.finder.current() is able[8] and window.session.stop.number == 0
    press(qtbot, Key.Key_PageUp)
    assert window.finder.current() is able[0]


def test_the_palette_speaks_chinese_and_english(qtbot, window):
    window.actions_["chinese"].trigger()
    qtbot.waitUntil(lambda: window.left.tabs().tabText(0) == "大纲")
    settle(qtbot, window)
    press(qtbot, Key.Key_K, CTRL)
    window.finder.line().setText("深色")
    assert window.finder.current().key == ("command", "dark") and "Dark theme" in window.finder.current().detail
    window.finder.line().setText("dark")
    assert window.finder.current().key == ("command", "dark")


def test_before_a_run_there_is_nothing_to_find_but_commands(qtbot, opened):
    window = opened(Small())
    window.actions_["search"].trigger()
    assert is_one_sentence(window.finder.note()) and not window.finder.choices()
    window.actions_["go_to"].trigger()
    assert is_one_sentence(window.finder.note())
    window.actions_["palette"].trigger()
    assert any(one.enabled for one in window.finder.choices())
    press(qtbot, Key.Key_Escape)
    assert not window.finder.isVisible() and QApplication.focusWidget() is not None


def test_letters_are_typed_and_do_not_step(qtbot, window):
    press(qtbot, Key.Key_F, CTRL)
    type_in(qtbot, window, "t.h,")
    assert window.finder.line().text() == "t.h," and window.session.stop.number == 0
    press(qtbot, Key.Key_Escape)
    step(qtbot, window, ".")
    assert window.session.stop.number == 1
