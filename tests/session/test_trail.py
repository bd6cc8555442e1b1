"""The trail of a working: link by link from a number to those it came from, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from programs import SPEC, Shapes, trace_of
from pytestqt.qtbot import QtBot

from tutor.engine import families
from tutor.engine.working import Link
from tutor.session import OPERATION, STAGE, Session
from tutor.trail import LONGEST

PATTERN, MASKED, SCALED = (f"blocks.0.attn.{name}" for name in ("pattern", "masked", "scaled"))


def run(lengths: Sequence[int] = (5, 3)) -> Shapes:
    return trace_of(families.program(replace(SPEC, norm="pre")), lengths)


@pytest.fixture
def session(qapp: object) -> Session:
    one = Session()
    one.set_trace(run())
    one.go(PATTERN)
    one.pin((0, 1, 3, 2))
    return one


def here(session: Session) -> tuple[str, object]:
    return session.cursor.path, session.cell


def test_links_are_followed_and_come_back_in_order(session: Session) -> None:
    trail = session.trail
    assert not trail.places and not trail.on_it()
    assert trail.follow(Link(MASKED, (0, 1, 3, 2)))
    assert here(session) == (MASKED, (0, 1, 3, 2))
    assert trail.follow(Link(SCALED, (0, 1, 3, 2)))
    assert [place.path for place in trail.places] == [PATTERN, MASKED, SCALED]
    assert trail.on_it()
    assert trail.back()
    assert here(session) == (MASKED, (0, 1, 3, 2))
    assert trail.back()
    assert here(session) == (PATTERN, (0, 1, 3, 2))
    assert not trail.places
    assert not trail.back()
    assert here(session) == (PATTERN, (0, 1, 3, 2))


def test_whoever_strays_from_the_trail_first_returns_to_it(session: Session) -> None:
    trail = session.trail
    trail.follow(Link(MASKED, (0, 1, 3, 2)))
    session.next()
    assert not trail.on_it()
    assert [place.path for place in trail.places] == [PATTERN, MASKED], "moving otherwise leaves the trail alone"
    trail.back()
    assert here(session) == (MASKED, (0, 1, 3, 2))
    trail.back()
    assert here(session) == (PATTERN, (0, 1, 3, 2))


def test_a_link_followed_from_elsewhere_begins_a_new_trail(session: Session) -> None:
    trail = session.trail
    trail.follow(Link(MASKED, (0, 1, 3, 2)))
    session.go("blocks.0.attn.z")
    session.pin((0, 0, 1, 1))
    trail.follow(Link("blocks.0.attn.v", (0, 0, slice(None), 1)))
    assert [place.path for place in trail.places] == ["blocks.0.attn.z", "blocks.0.attn.v"]
    assert here(session) == ("blocks.0.attn.v", (0, 0, 0, 1)), "of a part its first cell"


def test_a_crumb_leads_back_and_what_came_after_it_is_forgotten(session: Session) -> None:
    trail = session.trail
    for name in (MASKED, SCALED, "blocks.0.attn.scores"):
        trail.follow(Link(name, (0, 1, 3, 2)))
    trail.go_to(1)
    assert here(session) == (MASKED, (0, 1, 3, 2))
    assert [place.path for place in trail.places] == [PATTERN, MASKED]
    trail.go_to(7)
    assert here(session) == (MASKED, (0, 1, 3, 2))
    trail.go_to(0)
    assert here(session) == (PATTERN, (0, 1, 3, 2))
    assert not trail.places


def test_a_weight_is_looked_at_from_the_step_that_reads_it(session: Session, qtbot: QtBot) -> None:
    trail = session.trail
    session.go("blocks.0.attn.q_flat")
    session.pin((0, 2, 4))
    with qtbot.waitSignal(session.selectionChanged):
        trail.follow(Link("blocks.0.attn.W_Q", (3, 4)))
    assert here(session) == ("blocks.0.attn.q_flat", (0, 2, 4))
    assert trail.given == Link("blocks.0.attn.W_Q", (3, 4))
    assert trail.leave()
    assert trail.given is None and not trail.leave()
    trail.back()
    assert trail.given == Link("blocks.0.attn.W_Q", (3, 4)), "back to where the trail was left"
    trail.back()
    assert trail.given is None
    trail.follow(Link("W_E", (1, 2)))
    assert session.cursor.path == "embed", "a weight of another step is looked at from there"
    session.next()
    assert trail.given is None, "who moves on no longer looks at it"


def test_operations_are_opened_inside_their_stage(session: Session) -> None:
    session.go("blocks.0.attn.q_flat")
    session.pin((0, 2, 4))
    session.trail.follow(Link("blocks.0.ln1", (0, 2, 1)))
    assert session.cursor.level == STAGE
    session.trail.follow(Link("blocks.0.ln1.mean", (0, 2)))
    assert (session.cursor.path, session.cursor.level) == ("blocks.0.ln1.mean", OPERATION)
    session.trail.back()
    assert (session.cursor.path, session.cursor.level) == ("blocks.0.ln1", STAGE)


def test_what_is_not_there_is_not_followed(session: Session) -> None:
    for link in (Link("nonsense", (0,)), Link(MASKED, (0, 1, 3, 99)), Link(MASKED, (0,))):
        assert not session.trail.follow(link)
    assert here(session) == (PATTERN, (0, 1, 3, 2)) and not session.trail.places


def test_with_another_run_a_trail_keeps_what_that_has(session: Session) -> None:
    trail = session.trail
    session.go(MASKED)
    session.pin((1, 1, 0, 0))
    trail.follow(Link(SCALED, (1, 1, 0, 0)))
    trail.follow(Link("blocks.0.attn.scores", (1, 1, 0, 0)))
    session.set_trace(run((5, 4)))
    assert [place.path for place in trail.places] == [MASKED, SCALED, "blocks.0.attn.scores"]
    session.set_trace(run((5,)))
    assert not trail.places, "there is no second sentence any more"
    session.set_trace(None)
    assert not trail.places and not trail.back() and not trail.follow(Link(MASKED, (0, 0, 0, 0)))


def test_the_trail_grows_no_longer_than_it_can_be_remembered(session: Session) -> None:
    for at in range(LONGEST):
        session.trail.follow(Link((MASKED, SCALED)[at % 2], (0, 1, 3, at % 4)))
    assert len(session.trail.places) == LONGEST
