"""Play: every stage in turn, each for as long as it deserves, and a rest at the end of each section."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from windows import Small, go, live, press, settle, step

from tutor.engine.spec import Rope
from tutor.session import OPERATION
from tutor.views import play
from tutor.views.playbar import SPEEDS, STAGE_MS
from tutor.work import Request

Key = Qt.Key


@pytest.fixture
def window(qtbot, opened):
    one = opened(Small())
    one.start(Request(("Attention is all you need",), "article"))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


def tick(qtbot, window) -> None:
    """The time is up."""
    window.player.timer.stop()
    window.player.timer.timeout.emit()
    settle(qtbot, window)


def play_on(qtbot, window) -> list[str]:
    """Play until it rests; the steps that were shown."""
    seen = []
    window.stage_desk.shown.connect(lambda: seen.append(window.stage.equation.parts()[-1].data.title))
    window.player.play()
    while window.player.playing():
        tick(qtbot, window)
    return seen


def test_it_plays_every_stage_once_and_rests_at_the_end_of_each_section(qtbot, window):
    sections = window.session.trace.program.sections
    assert len(sections) == 3
    for section in sections:
        first = 1 if section is sections[0] else 0
        seen = play_on(qtbot, window)
        assert seen == [stop.results[0].name for stop in section.stops[first:]]
        assert window.session.stop == section.stops[-1]
        assert not window.player.timer.isActive()
        assert "end of" in window.status_text()
    assert window.session.step.name == "probs"
    window.player.play()
    settle(qtbot, window)
    assert window.session.stop.number == 0, "from the end it begins anew"
    assert window.player.playing()


@pytest.mark.parametrize("pane", ["timeline", "equation"])
def test_space_and_f5_play_and_pause(qtbot, window, pane):
    {"timeline": window.timeline, "equation": window.stage.equation}[pane].setFocus()
    press(qtbot, Key.Key_Space)
    assert window.player.playing()
    assert window.playbar.button().text() == "Pause"
    press(qtbot, Key.Key_Space)
    assert not window.player.playing()
    assert window.playbar.button().text() == "Play"
    window.focus_sentence()
    press(qtbot, Key.Key_Space)
    assert not window.player.playing(), "a space in a sentence is a space"
    press(qtbot, Key.Key_F5)
    assert window.player.playing()
    qtbot.mouseClick(window.playbar.button(), Qt.MouseButton.LeftButton)
    assert not window.player.playing()


def test_a_slow_stage_delays_the_next_and_none_is_skipped(qtbot, window, monkeypatch):
    window.player.play()
    assert window.player.timer.isActive()
    assert window.player.timer.isSingleShot()
    asked = []
    monkeypatch.setattr(window.runner, "submit", lambda channel, work, urgent=False: asked.append((channel, work)))
    window.player.timer.stop()
    window.player.timer.timeout.emit()
    assert window.session.stop.number == 1
    assert not window.player.timer.isActive(), "its time begins when it is on screen"
    assert {channel for channel, _ in asked} == {"picture"}
    monkeypatch.undo()
    window.stage_desk.ask()
    settle(qtbot, window)
    assert window.player.timer.isActive()
    assert window.session.stop.number == 1


@pytest.mark.parametrize("act", ["key", "wheel", "jump", "undo", "pin", "run"])
def test_whatever_the_learner_does_pauses(qtbot, window, act):
    go(qtbot, window, "blocks.0.attn.q_flat")
    window.player.play()
    tick(qtbot, window)
    assert window.player.playing()
    {
        "key": lambda: press(qtbot, ","),
        "wheel": lambda: window.timeline.stepped.emit("next"),
        "jump": lambda: window.outline.stageChosen.emit(9),
        "undo": lambda: press(qtbot, Key.Key_Z, Qt.KeyboardModifier.ControlModifier),
        "pin": lambda: window.session.pin((0,) * len(window.session.trace.shapes[window.session.cursor.path])),
        "run": lambda: window.session.set_trace(live(4)),
    }[act]()
    assert not window.player.playing()
    assert not window.player.timer.isActive()
    settle(qtbot, window)
    assert not window.player.timer.isActive()


def test_another_head_does_not_stop_it(qtbot, window):
    go(qtbot, window, "blocks.0.attn.scores")
    window.player.play()
    step(qtbot, window, "h")
    assert window.player.playing()
    assert window.player.timer.isActive()


def test_undo_leads_back_to_where_play_began(qtbot, window):
    go(qtbot, window, "blocks.0.attn.q_flat")
    before = window.session.place
    window.player.play()
    for _ in range(4):
        tick(qtbot, window)
    played = window.session.place
    step(qtbot, window, ".")
    assert not window.player.playing()
    window.session.undo_move()
    assert window.session.place == played, "the learner's own move is a move of its own"
    window.session.undo_move()
    assert window.session.place == before
    settle(qtbot, window)


def test_inside_a_stage_it_plays_the_operations(qtbot, window):
    go(qtbot, window, "blocks.0.attn_sum", OPERATION)
    steps = [one.name for one in window.session.section.stops[-1].steps]
    seen = play_on(qtbot, window)
    names = [one.name for stop in window.session.section.stops for one in stop.steps]
    assert seen == names[names.index("blocks.0.attn_sum") + 1 :]
    assert window.session.step.name == steps[-1]


def test_it_rests_where_there_is_a_question(qtbot, window):
    window.player.set_pauses(["blocks.0.attn.scaled"])
    go(qtbot, window, "blocks.0.attn.q_flat")
    play_on(qtbot, window)
    assert window.session.step.name == "blocks.0.attn.scaled"
    assert "question" in window.status_text()
    window.player.play()
    tick(qtbot, window)
    assert window.session.step.name == "blocks.0.attn.masked", "and goes on when it is told to"


def test_it_waits_while_something_is_asked(qtbot, window):
    dialog = QDialog(window)
    dialog.setModal(True)
    window.player.play()
    dialog.show()
    tick(qtbot, window)
    assert window.session.stop.number == 0
    assert window.player.playing()
    assert window.player.timer.isActive()
    dialog.close()
    tick(qtbot, window)
    assert window.session.stop.number == 1


def test_the_speed_by_keys_and_by_the_list(qtbot, window):
    window.player.play()
    slow = window.player.wait()
    press(qtbot, "=")
    assert window.player.speed() == 1.5
    assert window.player.wait() == pytest.approx(slow / 1.5, abs=1)
    assert 0 < window.player.timer.remainingTime() < slow * 0.8
    assert window.playbar.speeds().currentText() == "1.5×"
    for _ in SPEEDS:
        press(qtbot, "-")
    assert window.player.speed() == SPEEDS[0] == 0.25
    for _ in SPEEDS:
        press(qtbot, "=")
    assert window.player.speed() == SPEEDS[-1] == 4
    assert window.player.playing(), "the speed changes as it plays"
    box = window.playbar.speeds()
    box.setFocus()
    qtbot.keyClick(box, Key.Key_Up)
    assert window.player.speed() == 3.0
    window.focus_sentence()
    before = window.sentence.text()
    press(qtbot, "-")
    assert window.player.speed() == 3.0
    assert window.sentence.text() != before


@pytest.mark.parametrize("changes", [
    {"norm": "pre", "norm_kind": "rms", "positions": "rotary", "rope": Rope(2), "n_kv_heads": 1, "gated": True,
     "activation": "silu", "final_norm": True, "bias": False},
    {"family": "encoder_decoder"},
    {"family": "bert", "causal": False, "embed_norm": True, "n_types": 2, "head": "mlm", "positions": "learned",
     "bias_out": True, "activation": "gelu"},
])
def test_every_operation_of_every_family_has_its_time(changes):
    trace = live(5, **changes)
    shares = play.dwell(trace)
    assert len(shares) == len(trace.program.stops)
    assert len(set(shares)) > 2
    assert all(0.5 <= share <= 2 for share in shares)


def test_a_stage_is_shown_as_long_as_it_deserves():
    trace = live(5)
    shares = dict(zip([stop.path for stop in trace.program.stops], play.dwell(trace), strict=True))
    assert shares["blocks.0.attn.concat"] < shares["blocks.0.attn.scores"] < shares["blocks.0.resid_post"]
    assert all(0.5 <= share <= 2 for share in shares.values())
    assert sum(shares.values()) / len(shares) == pytest.approx(1, abs=0.15), "about 2.5 s in the mean"
    assert STAGE_MS == 2500


def test_it_is_silent_while_it_plays_and_says_where_it_came_to(qtbot, window):
    said = []
    announcer = window.place_desk.announcer
    go(qtbot, window, "blocks.0.attn.q_flat")
    announcer.said.connect(said.append)
    announcer.timer.stop()
    window.player.play()
    for _ in range(3):
        tick(qtbot, window)
        announcer.timer.timeout.emit()
    assert said == []
    window.player.pause()
    assert said == [window.timeline.value_text()]
    assert said[0].endswith("Scale")


def test_closing_the_window_ends_it(qtbot, window):
    window.player.play()
    window.close()
    assert not window.player.playing()
    assert not window.player.timer.isActive()


def test_a_failed_stage_pauses(qtbot, window):
    window.player.play()
    window.stage_desk.failed.emit(ValueError("no"))
    assert not window.player.playing()


def test_where_there_is_nothing_to_play_it_does_not(qtbot, opened):
    one = opened(Small())
    one.player.play()
    assert not one.player.playing()
