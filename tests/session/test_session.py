"""The Session: one place at a time, always a real one, and every move has its way back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from programs import SPEC, Shapes, chain, trace_of

from tutor.engine import families
from tutor.engine.axes import AxesError, Axis
from tutor.session import OPERATION, STAGE, Cursor, Session

HEAD, BATCH = Axis("head", 2), Axis("batch", 2)


@pytest.fixture
def trace() -> Shapes:
    """Two blocks of the decoder-only family, post-norm; two sentences of 5 and 3 tokens."""
    return trace_of(families.program(SPEC))


@pytest.fixture
def session(trace) -> Session:
    one = Session()
    one.set_trace(trace)
    return one


def recorded(session: Session) -> list[str]:
    said: list[str] = []
    session.traceChanged.connect(lambda: said.append("trace"))
    session.moved.connect(lambda: said.append("moved"))
    session.selectionChanged.connect(lambda: said.append("selection"))
    return said


# -- the place ----------------------------------------------------------------------------------------------------


def test_it_begins_at_the_first_stage(session):
    assert session.cursor == Cursor("tokens", STAGE)
    assert session.stop is session.stops[0]
    assert not session.inside


def test_next_visits_every_stage_once_and_rests_on_what_it_hands_on(session):
    seen = [session.stop.number]
    for _ in session.stops[1:]:
        session.next()
        seen.append(session.stop.number)
        assert session.cursor == Cursor(session.stop.results[0].name, STAGE)
    assert seen == list(range(len(session.stops)))
    assert session.step.name == "probs"


def test_previous_goes_all_the_way_back(session):
    session.last()
    for number in reversed(range(len(session.stops) - 1)):
        session.previous()
        assert session.stop.number == number
    assert session.cursor.path == "tokens"


def test_the_ends_hold(session):
    said = recorded(session)
    session.previous()
    session.first()
    session.out()
    assert session.cursor == Cursor("tokens", STAGE)
    session.last()
    said.clear()
    session.next()
    session.last()
    session.into()  # a stage of one operation: means Next, and there is none
    assert session.cursor == Cursor("probs", STAGE)
    assert said == [], "what does not move says nothing"


def test_inside_a_stage_next_goes_through_its_operations_and_on(session):
    session.go("blocks.0.resid_mid")
    names = [step.name for step in session.stop.steps]
    assert [name.rsplit(".", 1)[-1] for name in names] == ["attn_sum", "mean", "var", "normalized", "resid_mid"]
    session.into()
    assert session.cursor == Cursor(names[0], OPERATION)
    for name in names[1:]:
        session.next()
        assert session.cursor == Cursor(name, OPERATION)
    session.next()
    assert session.cursor == Cursor("blocks.0.mlp.pre", OPERATION), "the next stage, still among operations"
    session.previous()
    assert session.cursor.path == names[-1]


def test_into_twice_is_the_second_operation_and_out_is_the_result(session):
    session.go("blocks.1.resid_post")
    session.into()
    session.into()
    assert session.step.name == "blocks.1.ln2.mean"
    session.out()
    assert session.cursor == Cursor("blocks.1.resid_post", STAGE)
    session.out()
    assert session.cursor == Cursor("blocks.1.resid_post", STAGE), "out of a stage there is nothing more to leave"


def test_into_a_stage_of_one_operation_means_next(session):
    session.go("blocks.0.attn.scores")
    assert len(session.stop.steps) == 1
    session.into()
    assert session.cursor == Cursor("blocks.0.attn.scaled", STAGE)


def test_first_and_last_leave_the_operations(session):
    session.go("blocks.0.resid_mid")
    session.into()
    session.last()
    assert session.cursor == Cursor("probs", STAGE)
    session.go("blocks.0.ln1.var", OPERATION)
    session.first()
    assert session.cursor == Cursor("tokens", STAGE)


def test_go_stop_stays_on_the_timeline(session):
    session.go_stop(10_000)
    assert session.step.name == "probs"
    session.go_stop(-5)
    assert session.step.name == "tokens"


def test_an_unknown_path_is_no_move(session):
    session.go("blocks.0.attn.scaled")
    said = recorded(session)
    session.go("blocks.9.attn.scaled")
    session.go("blocks.0.attn.scaled")
    assert session.cursor == Cursor("blocks.0.attn.scaled", STAGE)
    assert said == []


def test_a_second_result_of_a_stage_can_be_chosen(session):
    session.go("blocks.0.attn.q_flat")
    assert [step.short for step in session.stop.results] == ["q_flat", "k_flat", "v_flat"]
    session.go("blocks.0.attn.v_flat")
    assert session.cursor == Cursor("blocks.0.attn.v_flat", STAGE)
    session.next()
    session.previous()
    assert session.cursor == Cursor("blocks.0.attn.v_flat", STAGE), "the very result that was left"
    session.go_stop(session.stop.number)
    assert session.step.short == "q_flat", "who asks for the stage gets its first result"


def test_what_a_stage_does_not_hand_on_is_an_operation_of_it(session):
    session.go("blocks.0.ln1.mean")
    assert session.cursor == Cursor("blocks.0.ln1.mean", OPERATION)


def test_visited_is_what_was_seen_and_no_more(session):
    session.go("blocks.0.attn.pattern")
    session.go("blocks.0.ln1.mean", OPERATION)
    seen = [stop.path for stop in session.stops if session.visited(stop)]
    assert seen == ["tokens", "blocks.0.attn.pattern", "blocks.0.resid_mid"]


def test_section_is_the_part_of_the_model(session):
    assert (session.section.name, session.section.number) == ("input", None)
    session.go("blocks.1.attn.z")
    assert (session.section.name, session.section.number) == ("blocks.1", 1)


def test_without_a_run_every_move_is_nothing():
    session = Session()
    for move in (session.next, session.previous, session.into, session.out, session.first, session.last):
        move()
    session.go("tokens")
    session.pin((0, 0))
    assert session.cursor == Cursor("")
    assert session.stops == ()
    assert session.cell is None


# -- another run --------------------------------------------------------------------------------------------------


def test_another_run_keeps_the_place_and_what_was_seen(session):
    session.go("blocks.1.ln2.var", OPERATION)
    said = recorded(session)
    session.set_trace(trace_of(session.trace.program, (7,)))
    assert session.cursor == Cursor("blocks.1.ln2.var", OPERATION)
    assert said == ["trace", "moved", "selection"]
    assert session.visited(session.trace.program.stop_of("tokens"))


def test_another_program_keeps_the_path_where_it_has_it_and_forgets_what_was_seen(session):
    session.go("blocks.1.attn.scaled")
    session.set_trace(trace_of(families.program(replace(SPEC, n_layers=3))))
    assert session.cursor.path == "blocks.1.attn.scaled"
    assert [stop.path for stop in session.stops if session.visited(stop)] == ["blocks.1.attn.scaled"]
    session.set_trace(trace_of(families.program(replace(SPEC, n_layers=1))))
    assert session.cursor == Cursor("tokens", STAGE)


def test_a_pinned_cell_stays_while_it_exists(session):
    session.go("blocks.0.attn.scores")
    session.pin((1, 1, 4, 3))
    session.set_trace(trace_of(session.trace.program, (5, 5)))
    assert session.cell == (1, 1, 4, 3)
    assert (session.selection.of(BATCH), session.selection.of(HEAD)) == (1, 1), "what is on screen holds the cell"
    session.set_trace(trace_of(session.trace.program, (4, 4)))
    assert session.cell is None, "there is no fifth token now"


def test_the_sentence_and_the_head_shown_survive_another_run(session):
    session.go("blocks.0.attn.scores")
    session.select("head", 1)
    session.select("batch", 1)
    session.set_trace(trace_of(session.trace.program, (6, 6)))
    assert (session.selection.of(BATCH), session.selection.of(HEAD)) == (1, 1)
    session.set_trace(trace_of(session.trace.program, (6,)))
    assert session.selection.of(Axis("batch", 1)) == 0, "a sentence that is gone is not shown"


def test_no_run_at_all_clears_everything(session):
    session.go("blocks.0.attn.scores")
    session.pin((0, 1, 2, 1))
    session.set_trace(None)
    assert (session.cursor, session.cell, session.stops) == (Cursor(""), None, ())
    assert session.selection.of(HEAD) == 0


# -- what is selected ---------------------------------------------------------------------------------------------


def test_pinning_moves_the_selection_along(session):
    session.go("blocks.0.attn.pattern")
    said = recorded(session)
    session.pin((1, 1, 2, 0))
    assert session.cell == (1, 1, 2, 0)
    assert (session.selection.of(BATCH), session.selection.of(HEAD)) == (1, 1)
    session.pin((1, 1, 2, 0))
    assert said == ["selection"], "pinning the same cell again says nothing"
    session.pin(None)
    assert session.cell is None
    assert session.selection.of(HEAD) == 1, "unpinning does not jump to another head"


def test_selecting_another_head_takes_the_pinned_cell_along(session):
    session.go("blocks.0.attn.pattern")
    session.pin((0, 0, 4, 2))
    session.select("head", 1)
    assert session.cell == (0, 1, 4, 2)
    session.select("batch", 1)
    assert session.cell == (1, 1, 4, 2)
    said = recorded(session)
    session.select("batch", 1)
    assert said == []
    session.select("head", 9)
    assert session.cell == (1, 1, 4, 2), "there are two heads"


def test_a_move_unpins_and_keeps_the_head(session):
    session.go("blocks.0.attn.pattern")
    session.pin((0, 1, 4, 2))
    said = recorded(session)
    session.next()
    assert session.cell is None
    assert session.selection.of(HEAD) == 1
    assert said == ["moved", "selection"]
    session.previous()
    assert session.cell is None


def test_going_inside_keeps_the_pin_where_the_step_is_the_same(session):
    session.go("blocks.0.attn.concat")
    session.pin((0, 3, 7))
    session.go("blocks.0.attn.concat", OPERATION)
    assert session.cell == (0, 3, 7)


@pytest.mark.parametrize("index", [(0, 0, 5, 0), (0, 0, 0), (0, 2, 0, 0), (2, 0, 0, 0)])
def test_a_cell_that_does_not_exist_cannot_be_pinned(session, index):
    session.go("blocks.0.attn.pattern")
    with pytest.raises(AxesError):
        session.pin(index)
    assert session.cell is None


def test_negative_entries_count_from_the_end(session):
    session.go("blocks.0.attn.pattern")
    session.pin((0, -1, -1, 0))
    assert session.cell == (0, 1, 4, 0)


# -- any walk through any program ---------------------------------------------------------------------------------

SPECS = st.builds(
    lambda layers, norm, positions, scaled, final: families.program(
        replace(SPEC, n_layers=layers, norm=norm, positions=positions, scale_embed=scaled, final_norm=final)
    ),
    st.integers(1, 3), st.sampled_from(["pre", "post"]), st.sampled_from(["sinusoidal", "learned", "none"]),
    st.booleans(), st.booleans(),
)  # fmt: skip
CHAINS = st.builds(
    chain,
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["input", "blocks.0", "output"]), st.integers(1, 5)),
        max_size=7,
    ),
    st.lists(st.integers(1, 4), max_size=5),
)
PROGRAMS = st.one_of(SPECS, CHAINS)
LENGTHS = st.lists(st.integers(1, 6), min_size=1, max_size=3)


class Walk(RuleBasedStateMachine):
    """Any walk: the place is always real, and each move is undone by its opposite."""

    @initialize(program=PROGRAMS, lengths=LENGTHS)
    def begin(self, program, lengths):
        self.session = Session()
        self.seen: set[str] = set()
        self.session.moved.connect(self.note)
        self.session.set_trace(trace_of(program, lengths))

    def note(self):
        self.seen.add(self.session.stop.path)

    def teardown(self):
        if hasattr(self, "session"):
            self.session.deleteLater()

    @rule()
    def next_and_back(self):
        one, before = self.session, self.session.cursor
        stop = one.stop
        one.next()
        if one.cursor == before:
            last = one.step is one.trace.program.steps[-1] if one.inside else stop.number == len(one.stops) - 1
            assert last, "only the end holds"
            return
        one.previous()
        assert one.cursor == before

    @rule()
    def back_and_next(self):
        one, before = self.session, self.session.cursor
        stop = one.stop
        one.previous()
        if one.cursor == before:
            assert one.step.name == "tokens" if one.inside else stop.number == 0
            return
        one.next()
        assert one.cursor == before

    @precondition(lambda self: not self.session.inside and len(self.session.stop.steps) > 1)
    @rule()
    def into_and_out(self):
        stop = self.session.stop
        self.session.into()
        assert self.session.cursor == Cursor(stop.steps[0].name, OPERATION)
        self.session.out()
        assert self.session.cursor == Cursor(stop.results[0].name, STAGE)

    @rule(times=st.integers(1, 9))
    def next(self, times):
        for _ in range(times):
            number, order = self.session.stop.number, self.session.trace.program.order[self.session.cursor.path]
            self.session.next()
            if self.session.inside:
                assert self.session.trace.program.order[self.session.cursor.path] - order in (0, 1)
            else:
                assert self.session.stop.number - number in (0, 1)

    @rule(move=st.sampled_from(["previous", "into", "out", "first", "last"]))
    def move(self, move):
        getattr(self.session, move)()

    @rule(data=st.data(), level=st.sampled_from([STAGE, OPERATION]))
    def go(self, data, level):
        path = data.draw(st.sampled_from([step.name for step in self.session.trace.program.steps]))
        self.session.go(path, level)
        assert self.session.cursor == Cursor(path, level if self.is_result(path) else OPERATION)

    def is_result(self, path: str) -> bool:
        return path in [one.name for one in self.session.trace.program.stop_of(path).results]

    @rule(number=st.integers(-3, 60))
    def go_stop(self, number):
        self.session.go_stop(number)
        assert self.session.stop.number == min(max(number, 0), len(self.session.stops) - 1)

    @rule(data=st.data())
    def pins(self, data):
        self.pin(data)

    def pin(self, data):
        axes = self.session.trace.shapes[self.session.cursor.path]
        index = data.draw(st.one_of(st.none(), st.tuples(*(st.integers(0, axis.size - 1) for axis in axes))))
        self.session.pin(index)
        assert self.session.cell == index

    @rule(axis=st.sampled_from(["batch", "head"]), at=st.integers(0, 3))
    def select(self, axis, at):
        self.session.select(axis, at)

    @rule(program=PROGRAMS, lengths=LENGTHS)
    def another_program(self, program, lengths):
        before = self.session.cursor
        self.seen = set()
        self.session.set_trace(trace_of(program, lengths))
        if before.path in program.by_name:
            assert self.session.cursor == (before if self.is_result(before.path) else Cursor(before.path, OPERATION))

    @rule(lengths=LENGTHS, data=st.data(), pinned=st.booleans())
    def another_run(self, lengths, data, pinned):
        if pinned:
            self.pin(data)
        before, cell = self.session.cursor, self.session.cell
        self.session.set_trace(trace_of(self.session.trace.program, lengths))
        assert self.session.cursor == before
        assert self.session.cell in (cell, None)

    @invariant()
    def it_is_somewhere_real(self):
        if not hasattr(self, "session"):
            return
        one, program = self.session, self.session.trace.program
        assert one.cursor.path in program.by_name
        assert one.cursor.level in (STAGE, OPERATION)
        assert one.step.name == one.cursor.path
        assert one.step in one.stop.steps
        assert one.inside or one.step in one.stop.results, "a stage is shown by what it hands on"
        assert one.stop in one.section.stops
        assert one.stops[one.stop.number] is one.stop
        assert one.visited(one.stop)

    @invariant()
    def what_was_seen_is_marked(self):
        if hasattr(self, "session"):
            marked = {stop.path for stop in self.session.stops if self.session.visited(stop)}
            assert self.seen <= marked

    @invariant()
    def the_cell_is_in_the_tensor_and_on_screen(self):
        if not hasattr(self, "session") or self.session.cell is None:
            return
        one = self.session
        axes = one.trace.shapes[one.cursor.path]
        assert len(one.cell) == len(axes)
        for axis, at in zip(axes, one.cell):
            assert 0 <= at < axis.size
            if axis.name in ("batch", "head"):
                assert one.selection.of(axis) == at, "the sentence and the head on screen are the cell's"


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=120, stateful_step_count=30)
