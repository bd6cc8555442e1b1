"""The backward pass by keys and clicks in the real window: the walk turns round, values stand beside gradients."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from windows import (
    CTRL,
    Small,
    click_cell,
    go,
    live,
    numbers_on_screen,
    press,
    run_sentence,
    settle,
    step,
    widget_named,
)

from tutor.engine import saved
from tutor.engine.changes import Switch
from tutor.engine.goals import Goal, logit
from tutor.work import Request, Run

Key = Qt.Key
SENTENCE = "Attention is all you need"
PATTERN, POST = "blocks.0.attn.pattern", "blocks.0.mlp.post"


@pytest.fixture
def small() -> Small:
    return Small()


@pytest.fixture
def window(qtbot, opened, small):
    """A window with a sentence run on a small model; the focus is on the picture."""
    one = opened(small)
    one.start(Request((SENTENCE,), "article", 2))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


@pytest.fixture
def back(qtbot, window):
    """The same, walking backwards, by the key."""
    step(qtbot, window, Key.Key_G)
    assert window.session.backward.on
    return window


def parts(window) -> tuple[np.ndarray, np.ndarray]:
    """The two maps on screen: the numbers, and the gradients."""
    value, gradient = window.stage.equation.parts()
    return value.data.values, gradient.data.values


def chosen(window, name: str) -> QComboBox:
    return widget_named(window.backward_desk.bar, QComboBox, name)


def choose(qtbot, window, name: str, at: int) -> None:
    """An entry of a box, by the keyboard."""
    box = chosen(window, name)
    box.setFocus()
    for _ in range(abs(at - box.currentIndex())):
        press(qtbot, Key.Key_Down if box.currentIndex() < at else Key.Key_Up)
        settle(qtbot, window)
    assert box.currentIndex() == at
    window.stage.equation.setFocus()


def test_the_key_turns_round_at_the_likeliest_next_token(back) -> None:
    session = back.session
    trace, goal = session.trace, session.backward.goal
    last = trace.batch.n_pos - 1
    assert goal == logit((0, last, int(trace["logits"][0, last].argmax())))
    assert session.cursor.path == "logits" and back.actions_["backward"].isChecked()
    assert back.backward_desk.bar.isVisible()
    assert back.backward_desk.bar.value().startswith("= ")
    value, gradient = parts(back)
    assert np.array_equal(value, trace["logits"][0]) and gradient.sum() == 1.0 == gradient[last, goal.index[2]]
    assert "backward pass" in back.stage.crumbs() and back.stage.tensor_name() == "∂g/∂ logits"
    assert back.timeline.value_text().endswith("; backward pass")


def test_next_leads_towards_the_ids_and_ends_at_the_embedding(qtbot, back) -> None:
    session, seen = back.session, []
    theirs = session.trace.backward(session.backward.goal)
    while session.has_next():
        at = session.stop.number
        step(qtbot, back, ".")
        assert session.stop.number == at - 1
        seen.append(session.cursor.path)
        value, gradient = parts(back)
        whole, slope = session.trace[session.cursor.path], theirs[session.cursor.path]
        assert np.array_equal(value, whole.reshape(-1, *whole.shape[-2:])[0])
        assert np.array_equal(gradient, slope.reshape(-1, *slope.shape[-2:])[0])
    assert seen[0] == "blocks.1.resid_post" and session.stop.steps[-1].name == seen[-1] and "embed" in seen[-1]
    assert "whole numbers without a gradient" in back.backward_desk.bar.note()
    step(qtbot, back, ".")
    assert session.cursor.path == seen[-1], "there is nothing before it"
    step(qtbot, back, ",")
    assert session.stop.number == session.trace.program.stop_of(seen[-1]).number + 1
    assert session.visited(session.trace.program.stop_of(PATTERN))
    # The timeline's own keys go where the caret goes.
    back.timeline.setFocus()
    at = session.stop.number
    step(qtbot, back, Key.Key_Right)
    assert session.stop.number == at + 1
    step(qtbot, back, Key.Key_Left)
    assert session.stop.number == at


def test_into_a_stage_begins_at_its_last_operation(qtbot, back) -> None:
    go(qtbot, back, "blocks.1.mlp_out")
    step(qtbot, back, Key.Key_F7)
    assert back.session.inside and back.session.cursor.path == "blocks.1.mlp_out"
    step(qtbot, back, ".")
    assert back.session.cursor.path == "blocks.1.mlp.post"
    assert [chip.visited for chip in back.timeline._operations] == [False, False, True]
    step(qtbot, back, ".")
    step(qtbot, back, ".")
    assert back.session.trace.program[back.session.cursor.path].section == "blocks.1" and back.session.inside


def test_ctrl_page_keys_and_the_ends_follow_the_walk(qtbot, back) -> None:
    session = back.session
    step(qtbot, back, Key.Key_PageDown, CTRL)
    assert session.cursor.path == "blocks.1.resid_post"
    step(qtbot, back, Key.Key_PageDown, CTRL)
    assert session.cursor.path == "blocks.0.resid_post"
    step(qtbot, back, Key.Key_PageUp, CTRL)
    assert session.cursor.path == "blocks.1.resid_post"
    step(qtbot, back, Key.Key_End, CTRL)
    assert not session.has_next()
    step(qtbot, back, Key.Key_Home, CTRL)
    assert session.cursor.path == "logits"


def test_the_cell_s_gradient_is_worked_out(qtbot, back) -> None:
    go(qtbot, back, POST, "operation")
    click_cell(qtbot, back, 2, 5)
    shown = back.inspector.explanation()
    theirs = back.session.trace.backward(back.session.backward.goal)
    assert shown.value == float(theirs[POST][0, 2, 5]) and shown.agrees and shown.slope
    assert shown.address == "∂g/∂post[0, 2, 5]" and "chain rule" in shown.note
    assert [one.name for one in shown.cells[:2]] == ["blocks.0.mlp_out", "blocks.0.mlp.W_out"]
    assert back.inspector._uses_head.text() == "Where it is passed on"
    assert [one.link.name for one in shown.uses] == ["blocks.0.mlp.pre"]
    # Clicking the number beside it pins the same cell; a link leads to the next gradient.
    click_cell(qtbot, back, 1, 4, part=0)
    assert back.session.cell == (0, 1, 4)
    back.working_desk.follow(back.inspector.explanation().uses[0].link)
    settle(qtbot, back)
    assert back.session.cursor.path == "blocks.0.mlp.pre" and back.inspector.explanation().agrees
    assert back.inspector.explanation().address.startswith("∂g/∂pre")
    stats = theirs.stats("blocks.0.mlp.pre")
    assert f"{stats.high:.4f}" in back.inspector._stats_text.text().replace("−", "-")


def test_a_weight_has_a_gradient_too(qtbot, back) -> None:
    from tutor.engine.working import Link

    go(qtbot, back, POST, "operation")
    back.working_desk.follow(Link("blocks.0.mlp.W_out", (5, 3)))
    settle(qtbot, back)
    shown = back.inspector.explanation()
    theirs = back.session.trace.backward(back.session.backward.goal)
    assert shown.value == float(theirs["blocks.0.mlp.W_out"][5, 3]) and shown.agrees


def test_what_is_copied_says_that_it_is_a_gradient(qtbot, back) -> None:
    from PySide6.QtWidgets import QApplication

    go(qtbot, back, PATTERN)
    back.actions_["copy_numpy"].trigger()
    text = QApplication.clipboard().text()
    goal = back.session.backward.goal
    assert text.startswith(f"# ∂({goal.text})/∂ {PATTERN}[0, 0, 0:5, 0:5], shape (5, 5)")
    scope = {"np": np}
    exec(text.replace("np.array", "made = np.array"), scope)  # noqa: S102
    assert np.array_equal(scope["made"], parts(back)[1])
    press(qtbot, "x")
    assert "walk forwards, then compare" in back.status_text()


def test_esc_and_the_key_lead_forwards_again(qtbot, back) -> None:
    go(qtbot, back, PATTERN)
    seen = back.session.visited(back.session.trace.program.stop_of("blocks.0.mlp_out"))
    assert not seen
    step(qtbot, back, Key.Key_Escape)
    assert not back.session.backward.on and not back.backward_desk.bar.isVisible()
    assert back.session.cursor.path == PATTERN and len(back.stage.equation.parts()) == 2
    assert back.stage.tensor_name() == PATTERN and not back.actions_["backward"].isChecked()
    at = back.session.stop.number
    step(qtbot, back, ".")
    assert back.session.stop.number == at + 1
    step(qtbot, back, Key.Key_G)
    step(qtbot, back, Key.Key_G)
    assert not back.session.backward.on


def test_another_goal_by_the_boxes(qtbot, back) -> None:
    session = back.session
    choose(qtbot, back, "Number that the gradients are of", 1)
    assert session.backward.goal.what == "surprise" and session.cursor.path == "logits"
    last = session.trace.batch.n_pos - 1
    assert parts(back)[1][last].sum() == pytest.approx(0.0, abs=1e-5)
    choose(qtbot, back, "Position of the goal", 1)
    ids = session.trace.batch.ids
    assert session.backward.goal == Goal("surprise", (0, 1, int(ids[0, 2]))), "the text's own next token"
    choose(qtbot, back, "Token of the goal", 2)
    assert session.backward.goal.index[:2] == (0, 1)
    assert session.backward.goal.index[2] == int(np.argsort(-session.trace["logits"][0, 1], kind="stable")[2])
    assert float(back.backward_desk.bar.value()[2:]) == pytest.approx(session.backward.goal.value(session.trace), 1e-3)
    go(qtbot, back, PATTERN)
    assert not parts(back)[1][2:].any(), "later positions have nothing to do with it"


def test_a_token_that_is_typed(qtbot, back) -> None:
    box = chosen(back, "Token of the goal")
    box.setFocus()
    box.lineEdit().selectAll()
    qtbot.keyClicks(box, "11")
    press(qtbot, Key.Key_Return)
    settle(qtbot, back)
    assert back.session.backward.goal.index[2] == 11
    box.lineEdit().selectAll()
    qtbot.keyClicks(box, "qqqqzzzzqq")
    press(qtbot, Key.Key_Return)
    settle(qtbot, back)
    assert "is no token of this model" in back.status_text() and back.session.backward.goal.index[2] == 11


def test_the_pinned_cell_as_the_goal(qtbot, back) -> None:
    go(qtbot, back, PATTERN)
    click_cell(qtbot, back, 3, 1, part=1)
    choose(qtbot, back, "Number that the gradients are of", 2)
    assert back.session.backward.goal == Goal(PATTERN, (0, 0, 3, 1))
    assert back.session.cursor.path == PATTERN and parts(back)[1].sum() == 1.0
    assert not chosen(back, "Token of the goal").isVisible()
    go(qtbot, back, "blocks.1.attn.z")
    assert not parts(back)[1].any()
    assert "not computed from this tensor" in back.backward_desk.bar.note()
    step(qtbot, back, ".")
    assert back.session.cursor.path == PATTERN, "the walk goes on where the goal is computed"


def test_the_ids_have_no_gradient(qtbot, back) -> None:
    go(qtbot, back, "tokens")
    assert "Token ids are whole numbers" in back.backward_desk.bar.note()
    assert len(back.stage.equation.parts()) == 1 and back.stage.tensor_name() == "tokens"
    assert back.stage.view() == "heat"


def test_another_sentence_is_differentiated_anew(qtbot, back) -> None:
    before = back.session.backward.gradients
    run_sentence(qtbot, back, "You need it")
    assert back.session.backward.on and back.session.backward.gradients is not before
    assert back.session.backward.gradients.of is back.session.trace
    assert back.session.backward.goal.index[1] == back.session.trace.batch.n_pos - 1


def test_a_what_if_s_gradients(qtbot, back) -> None:
    go(qtbot, back, PATTERN)
    before, goal = parts(back)[1].copy(), back.session.backward.goal
    back.session.changes.make(Switch("residual"))
    settle(qtbot, back)
    assert back.session.trace.told == ("residual=off",) and back.session.backward.goal == goal
    assert not np.array_equal(parts(back)[1], before)
    assert np.array_equal(parts(back)[1], back.session.trace.backward(goal)[PATTERN][0, 0])
    back.session.changes.undo()
    settle(qtbot, back)
    assert np.array_equal(parts(back)[1], before) and back.session.cursor.path == PATTERN


def test_play_plays_backwards(qtbot, back) -> None:
    back.player.set_speed(4.0)
    go(qtbot, back, "blocks.1.mlp_out")
    at = back.session.stop.number
    with qtbot.waitSignal(back.player.said, timeout=60_000) as said:
        press(qtbot, Key.Key_F5)
    assert "end of this section" in said.args[0]
    assert back.session.stop.section == "blocks.1" and back.session.stop.number < at
    assert back.session.stop == back.session.section.stops[0]


def test_a_saved_trace_is_run_first(qtbot, opened, tmp_path) -> None:
    path = tmp_path / "saved.safetensors"
    saved.save(live(5), path)
    window = opened(Small())
    window.open(path)
    settle(qtbot, window)
    window.stage.equation.setFocus()
    step(qtbot, window, Key.Key_G)
    assert not window.session.backward.on
    assert "cannot be recomputed without their model (small)" in window.status_text()


def test_a_model_without_logits_begins_at_a_cell(qtbot, opened) -> None:
    none = live(5, family="bert", norm="post", causal=False, head="none", positions="learned")
    assert "logits" not in none.shapes
    window = opened(lambda request, job: Run(none, 0.0, request))
    window.start(Request(("a",), "article"))
    settle(qtbot, window)
    window.stage.equation.setFocus()
    step(qtbot, window, Key.Key_G)
    goal = window.session.backward.goal
    assert goal.what == none.program.steps[-1].name and window.session.backward.gradients is not None


def test_a_target_s_own_token(qtbot, opened) -> None:
    two = live(4, family="encoder_decoder", n_layers_encoder=1, tied=True)
    window = opened(lambda request, job: Run(two, 0.0, request))
    window.start(Request(("a",), "article"))
    settle(qtbot, window)
    window.stage.equation.setFocus()
    window.session.follow("decoder.tokens", 2)
    step(qtbot, window, Key.Key_G)
    assert window.session.backward.goal.index == (0, 2, int(two.target.ids[0, 3]))
    sections = []
    while window.session.has_next():
        window.session.next()
        sections.append(window.session.stop.section)
    settle(qtbot, window)
    assert sections[0].startswith("decoder") and sections[-1].startswith("encoder")
    assert window.session.trace.program.stop_of("decoder.tokens").path not in window.session.backward.visited


def test_gradients_that_take_long_can_be_given_up(qtbot, window, monkeypatch) -> None:
    import threading

    from tutor import backward_work

    held = threading.Event()
    make = backward_work.make

    def slow(trace, wish, row, followed, names, job):
        while not held.wait(0.005):
            job.progress(0.1)
        return make(trace, wish, row, followed, names, job)

    monkeypatch.setattr(backward_work, "make", slow)
    press(qtbot, Key.Key_G)
    assert window.backward_desk.busy() and window.backward_desk.bar.value() == "computing…"
    window.show_progress()
    assert window._status._progress.isVisible()
    press(qtbot, Key.Key_Escape)
    held.set()
    settle(qtbot, window)
    assert not window.session.backward.on and window.session.trace is not None


def test_it_is_said_in_both_languages(qtbot, back) -> None:
    back.languages.use("zh_CN")
    qtbot.waitUntil(lambda: re.search("[一-鿿]", back.backward_desk.bar.note()) is not None)
    settle(qtbot, back)
    assert back.backward_desk.bar.accessibleName() == "反向传播"
    names = [box.accessibleName() for box in back.backward_desk.bar.boxes()]
    assert names == ["对哪个数求梯度", "目标词元", "目标位置"]
    assert numbers_on_screen(back).sum() == 1.0
