"""Undo and redo of moves: the way back is exactly the way there, in whatever run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from programs import SPEC, chain, trace_of

from tutor import moves
from tutor.engine import families
from tutor.engine.axes import Axis
from tutor.engine.picture import MEAN, SUM, Selection
from tutor.engine.working import Link
from tutor.moves import Moves, Place
from tutor.session import OPERATION, STAGE, Cursor, Session

HEADS = Axis("head", 2)


def place(path: str) -> Place:
    return Place(path, STAGE, None, Selection(), ())


def same(one: Place) -> Place:
    return one


@pytest.fixture
def session() -> Session:
    one = Session()
    one.set_trace(trace_of(families.program(SPEC)))
    return one


# -- the list of places -------------------------------------------------------------------------------------------


def test_it_is_bounded_and_forgets_the_oldest():
    way = Moves()
    for number in range(moves.MOST + 10):
        way.note(place(str(number)))
    assert len(way) == moves.MOST
    found = None
    now = place("now")
    while (one := way.undo(now, same)) is not None:
        found = now = one
    assert found == place("10")


def test_several_moves_of_one_wish_count_as_one():
    way = Moves()
    way.note(place("a"))
    with way.together():
        way.note(place("b"))
        with way.together():
            way.note(place("c"))
        way.note(place("d"))
    way.note(place("e"))
    assert [way.undo(place("f"), same).path, way.undo(place("e"), same).path] == ["e", "b"]
    assert way.undo(place("b"), same) == place("a")
    assert way.undo(place("a"), same) is None


def test_who_comes_back_has_not_moved():
    way = Moves()
    way.note(place("a"))
    way.hold()
    way.note(place("b"))
    way.note(place("c"))
    way.release(place("b"))
    assert len(way) == 1
    way.hold()
    way.release(place("a"))
    assert len(way) == 1, "of an empty drag nothing is taken back"


def test_a_wish_without_a_move_is_no_move():
    way = Moves()
    with way.together():
        pass
    assert len(way) == 0
    way.release()  # nothing is held: nothing happens
    way.note(place("a"))
    way.note(place("b"))
    assert len(way) == 2


def test_places_that_another_model_lacks_are_forgotten():
    way = Moves()
    for name in "abcb":
        way.note(place(name))
    way.undo(place("d"), same)
    way.keep({"a", "d"})
    assert len(way) == 1
    assert way.redo(place("a"), same) == place("d")
    assert way.undo(place("d"), same) == place("a")


# -- in the session -----------------------------------------------------------------------------------------------


def test_undo_is_where_i_was_and_previous_is_one_stage_earlier(session):
    session.go("blocks.1.attn.pattern")
    session.go("blocks.0.attn.scores")
    session.undo_move()
    assert session.cursor == Cursor("blocks.1.attn.pattern", STAGE)
    session.previous()
    assert session.cursor == Cursor("blocks.1.attn.masked", STAGE)
    for path in ("blocks.1.attn.pattern", "tokens"):
        session.undo_move()
        assert session.cursor.path == path
    session.undo_move()
    assert session.cursor.path == "tokens", "the beginning holds"


def test_redo_goes_on_until_another_move_is_made(session):
    session.next()
    session.next()
    session.undo_move()
    session.undo_move()
    session.redo_move()
    assert session.stop.number == 1
    session.last()
    session.redo_move()
    assert session.step.name == "probs", "after a new move there is nothing to redo"


def test_undo_brings_back_cell_and_head(session):
    session.go("blocks.0.attn.pattern")
    session.pin((0, 1, 3, 2))
    session.next()
    assert session.cell is None
    session.undo_move()
    assert session.cell == (0, 1, 3, 2)
    session.undo_move()
    assert session.cell is None
    assert session.selection == Selection()


def test_undo_tells_only_what_changed(session):
    session.go("blocks.0.attn.pattern")
    session.select("head", 1)
    session.next()
    said: list[str] = []
    session.moved.connect(lambda: said.append("moved"))
    session.selectionChanged.connect(lambda: said.append("selection"))
    session.followed.connect(lambda: said.append("followed"))
    session.undo_move()
    assert said == ["moved", "selection"]
    said.clear()
    session.undo_move()
    assert said == ["selection"]
    session.undo_move()
    said.clear()
    session.undo_move()
    assert said == []


def test_undo_reaches_back_over_another_sentence(session):
    session.go("blocks.0.attn.pattern")
    session.pin((0, 1, 1, 1))
    session.pin((0, 1, 3, 1))
    session.pin((0, 1, 4, 2))
    session.last()
    session.set_trace(trace_of(session.trace.program, (2,)))
    session.undo_move()
    assert session.cursor.path == "blocks.0.attn.pattern"
    assert session.cell is None, "there is no fifth token now"
    session.undo_move()
    assert session.cell == (0, 1, 1, 1), "what differs no more is passed over"


def test_a_link_of_a_working_is_one_move_and_so_is_its_way_back(session):
    session.go("blocks.0.attn.scores")
    session.pin((0, 1, 3, 2))
    before, made = session.place, len(session.moves)
    assert session.trail.follow(Link("blocks.0.attn.q", (0, 1, 3, 1)))
    assert (session.cursor.path, session.cell) == ("blocks.0.attn.q", (0, 1, 3, 1))
    assert len(session.moves) == made + 1
    session.undo_move()
    assert session.place == before
    session.redo_move()
    session.trail.back()
    assert session.place == before
    assert len(session.moves) == made + 2, "the trail's way back is a move like any other"


def test_what_nobody_asked_for_is_no_move_of_its_own(session):
    session.next()
    made = len(session.moves)
    with session.moves.together(more=True):
        session.follow("tokens", 3)
    assert len(session.moves) == made
    session.undo_move()
    assert session.cursor.path == "tokens"


def test_several_heads_shown_as_one_come_back(session):
    session.go("blocks.0.attn.pattern")
    session.choose(replace(session.selection.with_several("head", (0, 1)), how=SUM))
    session.select("head", 1)
    session.last()
    session.undo_move()
    session.undo_move()
    assert session.selection.entries(HEADS) == (0, 1)
    assert session.selection.how == SUM
    session.undo_move()
    assert session.selection.several == ()


def test_following_a_token_is_one_move(session):
    session.go("blocks.0.attn.pattern")
    session.pin((0, 0, 3, 1))
    before = session.place
    session.follow("tokens", 4)
    assert session.cell == (0, 0, 4, 1)
    session.undo_move()
    assert session.place == before
    session.redo_move()
    assert (session.cell, session.positions) == ((0, 0, 4, 1), {"tokens": 4})
    said: list[str] = []
    session.followed.connect(lambda: said.append("followed"))
    session.follow("tokens", 4)
    assert said == [], "who is followed already is not followed anew"


def test_without_a_run_there_is_no_way_back(session):
    session.next()
    session.set_trace(None)
    session.undo_move()
    session.redo_move()
    assert session.cursor == Cursor("")


# -- any walk -----------------------------------------------------------------------------------------------------

PROGRAMS = st.one_of(
    st.builds(
        lambda layers, norm, final: families.program(replace(SPEC, n_layers=layers, norm=norm, final_norm=final)),
        st.integers(1, 3), st.sampled_from(["pre", "post"]), st.booleans(),
    ),
    st.builds(
        chain,
        st.lists(
            st.tuples(st.sampled_from("abc"), st.sampled_from(["input", "blocks.0", "output"]), st.integers(1, 5)),
            max_size=7,
        ),
        st.lists(st.integers(1, 4), max_size=5),
    ),
)  # fmt: skip
LENGTHS = st.lists(st.integers(1, 6), min_size=1, max_size=3)
PLAIN = ("next", "previous", "into", "out", "first", "last", "next_section", "previous_section")


class Way(RuleBasedStateMachine):
    """undo ∘ any move = identity, over all moves, runs and models; redo takes the move again."""

    @initialize(program=PROGRAMS, lengths=LENGTHS)
    def begin(self, program, lengths):
        self.session = Session()
        self.session.set_trace(trace_of(program, lengths))

    def teardown(self):
        if hasattr(self, "session"):
            self.session.deleteLater()

    def undone(self, move, *arguments):
        """The move, undone, redone; what was, is again."""
        one = self.session
        before, made = one.place, len(one.moves)
        move(*arguments)
        after = one.place
        if after == before:
            assert len(one.moves) == made, "what moves nothing is not recorded"
            return
        assert len(one.moves) == min(made + 1, moves.MOST), "each move is recorded once"
        assert one.moves.undone == 0
        one.undo_move()
        assert one.place == before
        assert len(one.moves) == made, "undoing is not recorded"
        one.redo_move()
        assert one.place == after

    @rule(name=st.sampled_from(PLAIN))
    def plain(self, name):
        self.undone(getattr(self.session, name))

    @rule(data=st.data(), level=st.sampled_from([STAGE, OPERATION]))
    def jump(self, data, level):
        path = data.draw(st.sampled_from([step.name for step in self.session.trace.program.steps]))
        self.undone(self.session.go, path, level)

    @rule(number=st.integers(-3, 60))
    def stage(self, number):
        self.undone(self.session.go_stop, number)

    @rule(data=st.data())
    def pin(self, data):
        axes = self.session.trace.shapes[self.session.cursor.path]
        index = data.draw(st.one_of(st.none(), st.tuples(*(st.integers(0, axis.size - 1) for axis in axes))))
        self.undone(self.session.pin, index)

    @rule(axis=st.sampled_from(["batch", "head"]), at=st.integers(0, 3))
    def select(self, axis, at):
        self.undone(self.session.select, axis, at)

    @rule(axis=st.sampled_from(["head", "pos", "tokens"]), entries=st.sets(st.integers(0, 4)),
          how=st.sampled_from([MEAN, SUM]))  # fmt: skip
    def several(self, axis, entries, how):
        chosen = replace(self.session.selection.with_several(axis, sorted(entries)), how=how)
        self.undone(self.session.choose, chosen)

    @rule(at=st.one_of(st.none(), st.integers(0, 7)))
    def follow(self, at):
        self.undone(self.session.follow, "tokens", at)

    @rule(data=st.data(), count=st.integers(1, 4))
    def a_link_that_pins(self, data, count):
        steps = [step.name for step in self.session.trace.program.steps]

        def wish():
            with self.session.moves.together():
                for _ in range(count):
                    self.session.go(data.draw(st.sampled_from(steps)))
                self.session.pin((0,) * len(self.session.trace.shapes[self.session.cursor.path]))

        one, before = self.session, self.session.place
        wish()
        if one.place != before:
            one.undo_move()
            assert one.place == before

    @precondition(lambda self: not self.session.inside or self.session.trace.program.order[self.session.step.name])
    @rule()
    def next_and_previous(self):
        one, before = self.session, self.session.cursor
        one.next()
        if one.cursor != before:
            one.previous()
            assert one.cursor == before

    @rule(times=st.integers(1, 12))
    def all_the_way_back_and_there(self, times):
        one, places = self.session, [self.session.place]
        for _ in range(times):
            one.undo_move()
            if one.place != places[-1]:
                places.append(one.place)
        for expected in reversed(places[:-1]):
            one.redo_move()
            assert one.place == expected

    @rule(program=PROGRAMS, lengths=LENGTHS)
    def another_model(self, program, lengths):
        self.session.set_trace(trace_of(program, lengths))

    @rule(lengths=LENGTHS)
    def another_run(self, lengths):
        self.session.set_trace(trace_of(self.session.trace.program, lengths))

    @invariant()
    def the_path_is_always_real(self):
        if not hasattr(self, "session"):
            return
        one, program = self.session, self.session.trace.program
        assert one.cursor.path in program.by_name
        assert one.inside or one.step in one.stop.results
        assert one.visited(one.stop)
        for name, at in one.positions.items():
            assert 0 <= at < program.shapes(9, 99)[name][1].size


TestWay = Way.TestCase
TestWay.settings = settings(max_examples=120, stateful_step_count=30)
