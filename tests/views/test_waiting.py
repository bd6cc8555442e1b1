"""A step that takes long: numbers of another do not stand under its title, and what can be had at once comes first."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from windows import Small, go, labels, settle

from tutor import work
from tutor.engine import lens
from tutor.views.elided import Elided
from tutor.work import Request

LONG_S = 20.0
SCORES, PATTERN = "blocks.0.attn.scores", "blocks.0.attn.pattern"


class Held:
    """Holds what is asked of some tensors until it is let go."""

    def __init__(self, real) -> None:
        self.real, self.names, self.go_on = real, set(), threading.Event()

    def __call__(self, trace, path, *rest):
        if path in self.names:
            assert self.go_on.wait(LONG_S)
        return self.real(trace, path, *rest)


@pytest.fixture
def held(monkeypatch):
    one = Held(work.show)
    monkeypatch.setattr(work, "show", one)
    yield one
    one.go_on.set()


@pytest.fixture
def window(qtbot, opened):
    one = opened(Small())
    one.start(Request(("One day, Tom met Lily in the park.",), "storyteller"))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


def stats(window) -> list[str]:
    return [one for one in labels(window.inspector) if one.startswith(("min", "max", "mean", "std"))]


def elided(widget) -> list[str]:
    return [one.text() for one in widget.findChildren(Elided)]


def test_the_step_before_goes_after_a_moment(qtbot, window, held) -> None:
    go(qtbot, window, SCORES)
    assert window.stage.equation.parts() and stats(window) and window.stage.foot.scales()
    held.names.add(PATTERN)
    with qtbot.waitSignal(window.stage_desk.waited, timeout=20_000):
        window.session.go(PATTERN)
    assert window.stage.equation.parts() == ()
    count = np.prod([axis.size for axis in window.session.trace.shapes[PATTERN]])
    assert f"Computing {PATTERN}: {count} numbers" in window.stage.equation.waiting()
    assert window.stage.equation.accessibleDescription() == window.stage.equation.waiting()
    assert not stats(window)
    assert not window.stage.foot.scales()
    assert any("pattern = masked.softmax" in one for one in elided(window.stage))
    assert not window.stage_desk.ready()
    assert window.stage.state_text().startswith("computing…")
    held.go_on.set()
    settle(qtbot, window)
    assert window.stage.equation.waiting() == ""
    assert window.stage.equation.parts()[-1].data.values.shape == (10, 10)
    assert stats(window) and window.stage.foot.scales()


def test_a_quick_step_replaces_the_one_before_at_once(qtbot, window) -> None:
    waited = []
    window.stage_desk.waited.connect(lambda: waited.append(window.stage_desk.ready()))
    window.stage_desk._patience.setInterval(60_000)
    go(qtbot, window, SCORES)
    before = window.stage.equation.parts()
    go(qtbot, window, PATTERN)
    assert before and window.stage.equation.parts() != before
    assert not waited and not window.stage_desk._patience.isActive()


def test_beside_its_gradient_the_formula_is_that_ones_meanwhile_too(qtbot, window, held) -> None:
    go(qtbot, window, SCORES)
    window.actions_["backward"].trigger()
    settle(qtbot, window)
    assert window.session.backward.on
    held.names.add(PATTERN)
    with qtbot.waitSignal(window.stage_desk.waited, timeout=20_000):
        window.session.go(PATTERN)
    meanwhile = window.stage.formula().accessibleName()
    held.go_on.set()
    settle(qtbot, window)
    assert meanwhile == window.stage.formula().accessibleName()
    assert "∂" in meanwhile


def test_another_step_can_be_gone_to_meanwhile(qtbot, window, held) -> None:
    go(qtbot, window, SCORES)
    held.names.add(PATTERN)
    with qtbot.waitSignal(window.stage_desk.waited, timeout=20_000):
        window.session.go(PATTERN)
    window.session.go(SCORES)
    held.go_on.set()
    settle(qtbot, window)
    assert window.stage_desk.ready() and window.stage_desk.picture().path == SCORES
    assert window.stage.equation.waiting() == ""


def test_one_that_fails_waits_no_longer(qtbot, window, held) -> None:
    go(qtbot, window, SCORES)

    def fail(*_given):
        assert held.go_on.wait(LONG_S)
        raise ValueError("lost on the way")

    held.real = fail
    with qtbot.waitSignal(window.stage_desk.waited, timeout=20_000):
        window.session.go(PATTERN)
    held.go_on.set()
    settle(qtbot, window)
    assert window.stage.equation.waiting() == ""
    assert "lost on the way" in window.status_text()


@pytest.mark.parametrize("path", ["logits", "probs"])
def test_the_row_in_view_comes_before_the_whole_tensor(qtbot, window, held, path) -> None:
    go(qtbot, window, "probs" if path == "logits" else "logits")
    assert window.stage.view() == "bars"
    held.names.add(path)
    window.session.go(path)
    trace = window.session.trace
    at = int(trace.batch.lengths[0]) - 1
    best = int(np.argmax(trace[path][0, at]))
    kind = "prob" if path == "probs" else "signed"
    qtbot.waitUntil(lambda: window.bars.table().rows()[0].kind == kind, timeout=20_000)
    assert window.bars.table().rows()[0].id == best
    assert window.bars.head().endswith(f"({at})")
    assert not window.stage_desk.ready()
    held.go_on.set()
    settle(qtbot, window)
    assert window.stage_desk.ready()


def test_bars_that_take_long_do_not_stand_under_another_title(qtbot, window, monkeypatch) -> None:
    go(qtbot, window, "logits")
    assert window.bars.table().isVisible()
    slow = Held(lens.ranking)
    slow.names.add("probs")
    monkeypatch.setattr(lens, "ranking", slow)
    with qtbot.waitSignal(window.stage_desk.waited, timeout=20_000):
        window.session.go("probs")
    assert not window.bars.table().isVisible()
    assert window.bars.told() == "Computing…"
    slow.go_on.set()
    settle(qtbot, window)
    assert window.bars.table().isVisible()
    assert window.bars.table().rows()[0].kind == "prob"
