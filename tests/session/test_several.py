"""Several heads or tokens selected at once, and a tensor that is held: the state behind the views."""

from __future__ import annotations

import pytest

from tests.engine.samples import KINDS, live, spec
from tutor import several
from tutor.engine.compare import Look
from tutor.engine.picture import SUM, Selection
from tutor.pins import ALONE, BESIDE, DIFFERENCE, Held, Pins
from tutor.session import Session

PATTERN = "blocks.1.attn.pattern"


@pytest.fixture
def session():
    one = Session()
    one.set_trace(live(spec(), (6, 4)))
    one.go(PATTERN)
    return one


def test_heads_are_added_and_taken_away_and_one_always_stays(session):
    several.toggle_head(session, 2)
    assert several.heads(session) == (0, 2) and several.is_derived(session)
    several.toggle_head(session, 0)
    assert several.heads(session) == () and dict(session.selection.at)["head"] == 2
    several.toggle_head(session, 2)
    assert dict(session.selection.at)["head"] == 2, "the last one stays"
    several.toggle_head(session, 7)
    assert several.heads(session) == ()


def test_choosing_one_head_ends_the_others(session):
    several.toggle_head(session, 1)
    session.select("head", 2)
    assert not several.is_derived(session)
    several.toggle_head(session, 1)
    several.set_how(session, SUM)
    assert session.selection.how == SUM
    assert several.clear(session) and not several.clear(session)
    assert dict(session.selection.at)["head"] == 1, "the first stands for them"


def test_a_pinned_cell_stays_on_its_row_and_keeps_several_heads(session):
    several.toggle_head(session, 2)
    session.pin((0, 0, 5, 3))
    assert several.heads(session) == (0, 2)
    several.toggle_head(session, 0)
    assert session.cell == (0, 2, 5, 3)


def test_tokens_become_rows_of_whatever_step_is_on_screen(session):
    several.toggle_token(session, "tokens", 4)
    assert session.positions == {"tokens": 4} and several.tokens(session, "tokens") == ()
    several.toggle_token(session, "tokens", 1)
    assert several.tokens(session, "tokens") == (1, 4)
    assert dict(several.shown(session).several) == {"query_pos": (1, 4), "tokens": (1, 4)}
    session.go("blocks.0.resid_mid")
    assert dict(several.shown(session).several)["pos"] == (1, 4)
    assert several.is_derived(session)
    session.go("tokens")
    assert not several.is_derived(session), "ids have no mean"


def test_a_shorter_sentence_takes_the_tokens_it_has(session):
    for at in (5, 2, 3):
        several.toggle_token(session, "tokens", at)
    session.select("batch", 1)
    assert several.tokens(session, "tokens") == (2, 3)
    several.toggle_token(session, "tokens", 4)
    assert several.tokens(session, "tokens") == (2, 3), "the sentence has four tokens"
    session.select("batch", 0)
    assert several.tokens(session, "tokens") == (2, 3, 5)


def test_a_pinned_row_is_the_first_of_several_tokens(session):
    session.pin((0, 0, 3, 2))
    several.toggle_token(session, "tokens", 5)
    assert several.tokens(session, "tokens") == (3, 5)
    assert session.cell == (0, 0, 3, 2)
    several.toggle_token(session, "tokens", 1)
    assert session.cell == (0, 0, 1, 2), "the first row stands for them"


def test_adding_can_be_undone_as_one_move(session):
    several.toggle_token(session, "tokens", 4)
    before = session.place
    several.toggle_token(session, "tokens", 1)
    session.undo_move()
    assert session.place == before


@pytest.mark.parametrize("kind", ["source and target", "source and target, pre-norm"])
def test_of_two_texts_each_has_tokens_of_its_own(kind):
    session = Session()
    session.set_trace(live(spec(**KINDS[kind]), (6,)))
    target = session.trace.program.streams[1]
    several.toggle_token(session, target, 1)
    rows = {}
    for step in session.trace.program.steps:
        session.go(step.name)
        streams = session.streams(step.name)
        some = {name for name, _ in several.shown(session).several if name != target}
        rows[step.name] = some
        named = [axis.name for axis, text in zip(session.trace.shapes[step.name], streams) if text == target]
        assert some == set([one for one in named if one in ("pos", "query_pos")][:1]), step.name
    assert any(rows.values()) and not all(rows.values())


# -- what is held -------------------------------------------------------------------------------------------------


def test_a_held_tensor_outlives_the_run(session):
    pins, told = session.pins, []
    pins.changed.connect(lambda: told.append(1))
    look = Look(session.trace, PATTERN, Selection((("head", 1),)))
    pins.hold(Held(look, "small"))
    session.set_trace(live(spec(), (3,), seed=8))
    assert pins.held is not None and pins.held.look.trace is not session.trace
    now = Look(session.trace, PATTERN, Selection())
    assert pins.against(now) is look
    pins.set_mode(ALONE)
    assert pins.against(now) is None
    pins.set_mode(DIFFERENCE)
    pins.set_mode(DIFFERENCE)
    pins.hold(None)
    assert pins.against(now) is None
    assert len(told) == 4


def test_a_tensor_is_not_compared_with_itself(session):
    pins = Pins()
    look = Look(session.trace, PATTERN, Selection())
    pins.hold(Held(look, "small"))
    assert pins.mode == BESIDE
    assert pins.against(Look(session.trace, PATTERN, Selection((("head", 0),)))) is None
    assert pins.against(Look(session.trace, PATTERN, Selection((("head", 1),)))) is look
