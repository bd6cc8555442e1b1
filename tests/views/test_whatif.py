"""What if, by keys and clicks in the real window: changes are made, seen everywhere, undone, reset."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QToolButton
from windows import (
    CTRL,
    Small,
    click_cell,
    go,
    is_one_sentence,
    live,
    numbers_on_screen,
    press,
    run_sentence,
    settle,
    widget_named,
)

from tutor import whatif_work, work
from tutor.engine import saved
from tutor.engine.changes import Cell, Changes, Head, Switch, Tie, folded
from tutor.engine.trace import same as same_numbers
from tutor.engine.working import Link
from tutor.views.whatif_views import PAGE
from tutor.work import Request, Run

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier
SENTENCE = "Attention is all you need"
MASKED, PATTERN, SCORES = "blocks.0.attn.masked", "blocks.0.attn.pattern", "blocks.0.attn.scores"


@pytest.fixture
def small() -> Small:
    return Small()


@pytest.fixture
def window(qtbot, opened, small):
    """A window with a sentence run on a small model; the focus is on the picture."""
    one = opened(small)
    one.start(Request((SENTENCE,), "article"))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


@pytest.fixture
def page(qtbot, window):
    """The page, opened by its key."""
    press(qtbot, Key.Key_W)
    settle(qtbot, window)
    assert window.right.page() == PAGE
    return window.what_if_views.page


def box(page, name: str) -> QCheckBox:
    return widget_named(page, QCheckBox, name) if not _by_text(page, name) else _by_text(page, name)[0]


def _by_text(page, name: str) -> list[QCheckBox]:
    return [one for one in page.findChildren(QCheckBox) if one.text() == name]


def button(page, text: str):
    found = [one for kind in (QToolButton, QPushButton) for one in page.findChildren(kind)
             if one.text() == text and one.isVisible()]  # fmt: skip
    assert len(found) == 1, text
    return found[0]


def click(qtbot, window, widget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
    settle(qtbot, window)


def told(window) -> list[str]:
    return [one.text for one in window.session.changes.made]


def changed_chips(window) -> set[str]:
    """The stages of the section on screen that have the mark on the timeline."""
    changed = window.timeline._changed
    return {chip.title for chip in window.timeline._chips if chip.index in changed}


# -- making a change ----------------------------------------------------------------------------------------------


def test_the_mask_off_by_a_click_and_back_by_undo(qtbot, window, page):
    go(qtbot, window, MASKED)
    before = numbers_on_screen(window).copy()
    assert np.isneginf(before).any()
    click(qtbot, window, box(page, "Causal mask off"))
    assert told(window) == ["mask=off"]
    assert np.isfinite(numbers_on_screen(window)).all()
    assert window.session.cursor.path == MASKED, "the place stays"
    assert window.stage.mark() == "changed"
    assert box(page, "Padding not hidden").toolTip() == "No sentence here has padding."
    assert not box(page, "Padding not hidden").isEnabled()
    assert window.what_if_views.bar.isVisible() and "mask off" in window.what_if_views.bar.told()
    assert window.status_text().startswith("What if: 1 change")
    assert window.sentence.what_if().startswith("What if: 1 change")
    assert page.told() == ["mask off"]
    press(qtbot, Key.Key_Z, CTRL | ALT)
    settle(qtbot, window)
    assert np.array_equal(numbers_on_screen(window), before)
    assert not window.what_if_views.bar.isVisible() and window.stage.mark() == "" == window.sentence.what_if()
    assert not box(page, "Causal mask off").isChecked()
    press(qtbot, Key.Key_Y, CTRL | ALT)
    settle(qtbot, window)
    assert told(window) == ["mask=off"] and box(page, "Causal mask off").isChecked()


def test_by_the_keyboard_alone(qtbot, window, page):
    """The page has the focus; Space sets the first switch."""
    press(qtbot, Key.Key_Space)
    settle(qtbot, window)
    assert told(window) == ["mask=off"]
    press(qtbot, Key.Key_Space)
    settle(qtbot, window)
    assert told(window) == []


def test_badges_only_where_numbers_differ(qtbot, window, page):
    """A score that the mask hides anyway: the stages behind it are reached, but nothing there is different."""
    go(qtbot, window, SCORES)
    window.session.pin((0, 0, 1, 4))
    press(qtbot, Key.Key_F2)
    settle(qtbot, window)
    value = page.value_box()
    assert value.hasFocus()
    qtbot.keyClicks(value, "7.5")
    press(qtbot, Key.Key_Return)
    settle(qtbot, window)
    assert told(window) == [f"{SCORES}[0,0,1,4]=7.5"]
    differs = window.session.changes.differs
    assert {path for path, changed in differs.items() if changed} == {SCORES, "blocks.0.attn.scaled"}
    assert set(differs) == window.session.changes.run.touched
    assert len(differs) > 4, "others were reached and are the same"
    assert changed_chips(window) == {"Scores", "Scale"}
    assert window.stage.mark() == "changed"
    go(qtbot, window, PATTERN)
    assert window.stage.mark() == "unchanged"
    go(qtbot, window, "embed")
    assert window.stage.mark() == "", "no change can reach it"


def test_a_set_cell_says_what_it_was(qtbot, window, page):
    go(qtbot, window, SCORES)
    window.session.pin((0, 1, 3, 2))
    settle(qtbot, window)
    was = window.inspector.explanation().value
    press(qtbot, Key.Key_F2)
    settle(qtbot, window)
    qtbot.keyClicks(page.value_box(), "-2.25")
    press(qtbot, Key.Key_Return)
    settle(qtbot, window)
    shown = window.inspector.explanation()
    assert shown.value == -2.25 and shown.put
    assert "Set by you" in shown.note and f"{was:.4f}".replace("-", "−") in shown.note
    assert "not computed" in window.inspector._check.text()
    head, _ = page.effect(), None
    assert head and len(head[0]) == 4
    assert f"{was:.4f}".replace("-", "−") in page._cell_effect.text() and "−2.2500" in page._cell_effect.text()


def test_a_head_silenced_and_made_even(qtbot, window, page):
    go(qtbot, window, PATTERN)
    window.session.select("head", 2)
    settle(qtbot, window)
    click(qtbot, window, button(page, "Even"))
    assert told(window) == ["head=blocks.0.attn.2:uniform"]
    shares = numbers_on_screen(window)
    assert np.allclose(shares[3, :4], 0.25) and shares[3, 4] == 0
    click(qtbot, window, button(page, "Silenced"))
    assert told(window) == ["head=blocks.0.attn.2:zero"], "the one takes the place of the other"
    go(qtbot, window, "blocks.0.attn.z")
    assert not numbers_on_screen(window).any()
    window.session.select("head", 1)
    settle(qtbot, window)
    assert numbers_on_screen(window).any() and button(page, "As it is").isChecked()
    window.session.select("head", 2)
    settle(qtbot, window)
    click(qtbot, window, button(page, "As it is"))
    assert told(window) == []


def test_a_weight_is_set_and_the_queries_tied(qtbot, window, page):
    go(qtbot, window, "blocks.0.attn.q_flat")
    names = page._cell_name
    names.setFocus()
    qtbot.keyClicks(names, "W_Q")
    names.activated.emit(names.currentIndex())
    settle(qtbot, window)
    at = widget_named(page, QLineEdit, "Index of the cell")
    assert at.text() == "0, 0"
    at.selectAll()
    qtbot.keyClicks(at, "3, 4")
    qtbot.keyClicks(page.value_box(), "9")
    press(qtbot, Key.Key_Return) if page.value_box().hasFocus() else qtbot.keyClick(page.value_box(), Key.Key_Return)
    settle(qtbot, window)
    assert told(window) == ["blocks.0.attn.W_Q[3,4]=9"]
    assert window.session.trace["blocks.0.attn.W_Q"][3, 4] == 9
    click(qtbot, window, box(page, "W_Q tied to W_K"))
    assert "W_K" in window.stage.code() and len(told(window)) == 2


def test_a_weight_that_is_looked_at_is_set_by_f2(qtbot, window, page):
    go(qtbot, window, "blocks.0.attn.q_flat")
    window.session.pin((0, 1, 2))
    window.session.trail.follow(Link("blocks.0.attn.W_Q", (5, 2)))
    settle(qtbot, window)
    press(qtbot, Key.Key_F2)
    settle(qtbot, window)
    qtbot.keyClicks(page.value_box(), "0.5")
    press(qtbot, Key.Key_Return)
    settle(qtbot, window)
    assert told(window) == ["blocks.0.attn.W_Q[5,2]=0.5"]
    shown = window.inspector.explanation()
    assert shown.value == 0.5 and shown.put and "it was" in shown.note


def test_another_sentences_numbers(qtbot, window, page):
    go(qtbot, window, "blocks.0.resid_mid")
    other = widget_named(page, QLineEdit, "Another sentence")
    qtbot.keyClicks(other, "Attention is")
    click(qtbot, window, button(page, "Replace"))
    assert "2 tokens" in page.problem() and is_one_sentence(page.problem()) and told(window) == []
    other.clear()
    qtbot.keyClicks(other, "Attention was all we had")
    click(qtbot, window, button(page, "Replace"))
    assert page.problem() == "" and len(told(window)) == 1
    engine = Small()
    expected = engine(Request(("Attention was all we had",), "article"), _Quiet()).trace
    assert np.array_equal(numbers_on_screen(window), expected["blocks.0.resid_mid"][0])
    assert window.session.trace["blocks.0.resid_pre"] is not None
    click_cell(qtbot, window, 2, 3)
    assert "had" in window.inspector.explanation().note


class _Quiet:
    def cancelled(self) -> bool:
        return False

    def progress(self, done: float) -> None:
        pass


@pytest.mark.parametrize("typed", ["abc", "nan", "1e99", ""])
def test_bad_numbers_get_one_sentence(qtbot, window, page, typed):
    go(qtbot, window, SCORES)
    window.session.pin((0, 1, 3, 2))
    press(qtbot, Key.Key_F2)
    qtbot.keyClicks(page.value_box(), typed)
    press(qtbot, Key.Key_Return)
    settle(qtbot, window)
    assert told(window) == []
    assert is_one_sentence(page.problem()) if typed else page.problem() == ""


def test_f2_without_a_cell_says_how_to_choose_one(qtbot, window):
    press(qtbot, Key.Key_F2)
    settle(qtbot, window)
    assert window.right.page() == PAGE
    assert is_one_sentence(window.what_if_views.page.problem())


def test_another_token(qtbot, window, page):
    go(qtbot, window, "tokens")
    window.session.pin((0, 1))
    press(qtbot, Key.Key_F2)
    qtbot.keyClicks(page.value_box(), "12345678")
    press(qtbot, Key.Key_Return)
    settle(qtbot, window)
    assert "whole number" in page.problem()
    page.value_box().clear()
    qtbot.keyClicks(page.value_box(), "574")
    press(qtbot, Key.Key_Return)
    settle(qtbot, window)
    assert told(window) == ["tokens[0,1]=574"]
    assert [chip.id for chip in window.strip._rows[0]][1] == 574
    assert re.fullmatch(r"Set by you: it was \d+\.", window.inspector.explanation().note)


# -- changed, original, difference --------------------------------------------------------------------------------


def test_changed_original_difference(qtbot, window, page):
    go(qtbot, window, "blocks.0.attn.scaled")
    original = numbers_on_screen(window).copy()
    click(qtbot, window, box(page, "÷ √d_k off"))
    changed = numbers_on_screen(window).copy()
    bar = window.what_if_views.bar
    click(qtbot, window, bar.view_button("original"))
    assert np.array_equal(numbers_on_screen(window), original)
    assert window.stage.mark() == "original" and "original is shown" in window.status_text()
    assert not changed_chips(window)
    click(qtbot, window, bar.view_button("difference"))
    parts = window.stage.equation.parts()
    assert [one.name.split(" ")[0] for one in parts] == ["changed", "original", "difference"]
    assert np.array_equal(parts[0].data.values, changed) and np.array_equal(parts[1].data.values, original)
    assert np.array_equal(parts[2].data.values, changed.astype(np.float64) - original)
    assert parts[0].data.limits == parts[1].data.limits, "one scale"
    window.stage.equation.setFocus()
    press(qtbot, Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, window)
    assert window.session.changes.view == "changed" and np.array_equal(numbers_on_screen(window), changed)


@pytest.mark.parametrize("stage", ["tokens", "pos_embed", "blocks.0.ln1.mean", PATTERN, "logits"])
def test_a_difference_of_every_kind_of_tensor(qtbot, window, page, stage):
    click(qtbot, window, box(page, "Positions off"))
    window.session.changes.make(Cell("tokens", (0, 1), 574.0))
    settle(qtbot, window)
    window.session.changes.set_view("difference")
    go(qtbot, window, stage)
    run, original = window.session.changes.run, window.session.changes.original
    shown = numbers_on_screen(window)
    if stage == "tokens":
        assert shown.ravel()[1] == 574
    else:
        whole = run.difference(original, stage)
        assert np.allclose(shown.ravel(), whole[(0,) * (whole.ndim - 2)].ravel(), atol=1e-6) and whole.any()


def test_the_effect_is_the_models(qtbot, window, page):
    click(qtbot, window, box(page, "Causal mask off"))
    rows = page.effect()
    run, original = window.session.changes.run, window.session.changes.original
    before, after = original["probs"][0, 4], run["probs"][0, 4]
    top = int(after.argmax())
    assert rows[0][2] == f"{after[top]:.4f}" and rows[0][1] == f"{before[top]:.4f}"
    assert 5 <= len(rows) <= 6
    assert any(row[1] == f"{before.max():.4f}" for row in rows), "what was likeliest is among them"


# -- together with the rest of the window -------------------------------------------------------------------------


def test_another_sentence_keeps_switches_and_drops_cells(qtbot, window, page):
    changes = window.session.changes
    changes.wish(folded([Switch("mask"), Head("blocks.0.attn", 1), Cell(SCORES, (0, 0, 2, 1), 5.0),
                         Cell("blocks.0.attn.W_Q", (0, 0), 1.0)]))  # fmt: skip
    settle(qtbot, window)
    run_sentence(qtbot, window, "Thinking Machines")
    assert told(window) == ["mask=off", "head=blocks.0.attn.1:zero", "blocks.0.attn.W_Q[0,0]=1"]
    assert "dropped" in window.status_text() and is_one_sentence(window.status_text())
    assert window.session.trace.batch.texts == ("Thinking Machines",)
    assert np.isfinite(window.session.trace[MASKED]).all()
    assert not changes.can_undo()


def test_a_wish_that_cannot_be_had_leaves_what_is_there(qtbot, window, page):
    click(qtbot, window, box(page, "Positions off"))
    window.session.changes.make(Cell("blocks.9.attn.scores", (0, 0, 0, 0), 1.0))
    settle(qtbot, window)
    assert told(window) == ["positions=off"] and window.session.changes.wanted == Changes((Switch("positions"),))
    assert is_one_sentence(window.status_text()) and "blocks.9" in window.status_text()
    assert window.session.changes.can_undo()


def test_escape_gives_a_change_up(qtbot, window, page, monkeypatch):
    import threading

    started, go_on = threading.Event(), threading.Event()
    plain = whatif_work.make

    def slow(*arguments):
        started.set()
        while not go_on.wait(0.005):
            arguments[-1].progress(0.5)
        return plain(*arguments)

    monkeypatch.setattr(whatif_work, "make", slow)
    qtbot.mouseClick(box(page, "Causal mask off"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(started.is_set)
    assert window.what_if.busy()
    press(qtbot, Key.Key_Escape)
    go_on.set()
    settle(qtbot, window)
    assert told(window) == [] and window.session.changes.wanted == Changes()
    assert not box(page, "Causal mask off").isChecked()


def test_a_saved_trace_is_run_first(qtbot, opened, small, tmp_path):
    """Its model is at hand: the sentence is run, then changed."""
    path = tmp_path / "t.safetensors"
    from tutor.engine import models
    from tutor.engine.live import LiveTrace

    model = models.find("article")
    saved.save(LiveTrace(model.program, model.spec, model.weights(), model.batch([SENTENCE]), "cpu"), path)
    window = opened()
    window.open(path)
    settle(qtbot, window)
    assert window.session.trace.where == "saved"
    window.session.changes.make(Switch("mask"))
    settle(qtbot, window)
    assert window.session.trace.where == "cpu" and told(window) == ["mask=off"]
    assert np.isfinite(window.session.trace[MASKED]).all()
    assert window.sentence.text() == SENTENCE


def test_a_saved_trace_without_its_model_says_so(qtbot, window, tmp_path):
    path = tmp_path / "t.safetensors"
    saved.save(live(4, name="nowhere"), path)
    window.open(path)
    settle(qtbot, window)
    window.session.changes.make(Switch("mask"))
    settle(qtbot, window)
    assert told(window) == [] == list(window.session.changes.wanted)
    assert "nowhere" in window.status_text() and window.session.trace.where == "saved"


def test_a_file_with_a_changed_run_says_so(qtbot, window, tmp_path):
    path = tmp_path / "t.safetensors"
    saved.save(folded([Switch("mask"), Tie()]).apply(live(4)), path)
    window.open(path)
    settle(qtbot, window)
    assert window.sentence.what_if().startswith("What if: 2 change")
    assert window.status_text().startswith("What if: 2 change")


def test_changes_begin_with_the_first_run(qtbot, opened, small):
    window = opened(small)
    window.session.changes.begin(folded([Switch("mask"), Head("blocks.0.attn", 1)]))
    window.start(Request((SENTENCE,), "article"))
    settle(qtbot, window)
    assert told(window) == ["mask=off", "head=blocks.0.attn.1:zero"]
    assert not window.session.changes.can_undo()


@pytest.mark.parametrize("choice", ["pads", "source and target", "gaps"])
def test_other_models(qtbot, opened, choice):
    made = {
        "pads": lambda: live(5, 3),
        "source and target": lambda: live(4, 3, family="encoder_decoder", n_layers_encoder=1),
        "gaps": lambda: live(5, 2, family="bert", causal=False, head="mlm", tied=True, embed_norm=True, bias_out=True),
    }[choice]
    window = opened(lambda request, job: Run(made(), 0.001, request))
    window.start(Request(("a", "b"), "article"))
    settle(qtbot, window)
    window.what_if_views.open()
    settle(qtbot, window)
    page = window.what_if_views.page
    trace = window.session.trace
    mask = box(page, "Causal mask off")
    assert mask.isEnabled() == (choice != "gaps")
    if choice == "gaps":
        assert is_one_sentence(mask.toolTip())
    click(qtbot, window, box(page, "Padding not hidden"))
    assert told(window) == ["pad=none"]
    run = window.session.changes.run
    assert any(window.session.changes.differs.values())
    for stop in trace.program.stops:
        go(qtbot, window, stop.path)
        same = all(same_numbers(run[step.name], trace[step.name]) for step in stop.steps)
        assert window.stage.mark() == {True: "unchanged", False: "changed"}[same] or not (
            {step.name for step in stop.steps} & run.touched
        )
    if choice == "source and target":
        go(qtbot, window, "decoder.blocks.0.cross_attn.pattern")
        click(qtbot, window, button(page, "Silenced"))
        assert told(window)[-1] == "head=decoder.blocks.0.cross_attn.0:zero"
        assert "cross-attention" in page._heads["head"].text()


def test_changes_are_taken_back_one_by_one(qtbot, window, page):
    for name in ("Causal mask off", "÷ √d_k off", "Positions off"):
        click(qtbot, window, box(page, name))
    click(qtbot, window, widget_named(page, QToolButton, "Take back: scale off"))
    assert told(window) == ["mask=off", "positions=off"]
    click(qtbot, window, button(page, "Undo"))
    assert len(told(window)) == 3
    click(qtbot, window, button(page, "Reset"))
    assert told(window) == [] and page.told() == []
    assert window.session.trace is window.session.changes.original
    click(qtbot, window, button(page, "Undo"))
    assert len(told(window)) == 3, "a reset can be undone"


def test_everything_has_a_name_and_a_language(qtbot, window, page):
    click(qtbot, window, box(page, "Causal mask off"))
    for widget in [*page.findChildren(QLineEdit), *page.findChildren(QToolButton), *page.findChildren(QCheckBox)]:
        if widget.isVisible():
            assert QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name), widget
    window.languages.use("zh_CN")
    qtbot.waitUntil(lambda: (window.sentence.what_if(), page.told()) == ("假如：1 处改动", ["掩码关闭"]))
    settle(qtbot, window)
    assert window.status_text().startswith("假如：1 处改动")


def test_the_run_is_the_only_thing_that_knows(qtbot, window, page):
    """Continue asks the changed run, and says so in the strip; a save writes the changed run."""
    click(qtbot, window, box(page, "Causal mask off"))
    trace = window.session.trace
    assert trace.told == ("mask=off",) and trace.origin is window.session.changes.original
    assert work.next_token(trace, "article", 0, window.continue_desk.rules()).candidates


def test_a_session_keeps_its_changes(qtbot, window, page):
    """A step code names them; opened again, they are made again, and a code without any resets."""
    click(qtbot, window, box(page, "Causal mask off"))
    window.session.changes.make(Cell(SCORES, (0, 0, 2, 1), 5.0))
    settle(qtbot, window)
    with_changes = window.places.state()
    assert with_changes.asked.changes == ({"set": "mask=off"}, {"set": f"{SCORES}[0,0,2,1]=5"})
    assert window.what_if.take([]) == ""
    settle(qtbot, window)
    assert told(window) == []
    assert window.what_if.take([dict(one) for one in with_changes.asked.changes]) == ""
    settle(qtbot, window)
    assert told(window) == ["mask=off", f"{SCORES}[0,0,2,1]=5"]
    assert is_one_sentence(window.what_if.take([{"change": "dropout"}]))
    settle(qtbot, window)
    assert told(window) == []


def test_the_map_marks_what_changed(qtbot, window, page):
    go(qtbot, window, PATTERN)
    click(qtbot, window, button(page, "Silenced"))
    assert window.maps._changed == window.session.changes.steps()
    assert "blocks.0.attn.z" in window.maps._changed and PATTERN not in window.maps._changed
