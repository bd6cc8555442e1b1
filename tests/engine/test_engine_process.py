"""The engine in a process of its own gives the numbers of the engine in this one, to the bit."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import samples
from samples import same

from tutor.engine import axes as ax
from tutor.engine import families, lens, saved
from tutor.engine.axes import AxesError
from tutor.engine.changes import Cell, ChangeError, Changes, Head, Replace, Switch, Tie
from tutor.engine.goals import Goal, GoalError
from tutor.engine.live import LiveTrace
from tutor.engine.remote import RemoteTrace
from tutor.engine.sampling import Rules
from tutor.engine.spec import SpecError
from tutor.engine.tokens import TokenError
from tutor.engine.trace import Cancelled, EngineLost, Trace, TraceError
from tutor.engine.weights import WeightsError, random_weights, save_model
from tutor.engine_process import EngineProcess
from tutor.running import Engine
from tutor.work import Request, Run, TargetError

#: Every kind of step is in one of these.
KINDS = ("pre-norm", "post-norm, tied, learned", "free d_head", "pads −1000", "rotary, q and k norm", "rotary, yarn",
         "parallel residual", "fills gaps", "without a head", "source and target, two tables")  # fmt: skip


class Job:
    """Hears progress; stops when it has heard enough."""

    def __init__(self, enough: float = 2.0) -> None:
        self.enough, self.told = enough, [0.0]

    def progress(self, done: float) -> None:
        self.told.append(done)

    def cancelled(self) -> bool:
        return self.told[-1] >= self.enough


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineProcess]:
    made = EngineProcess()
    made.start()
    yield made
    made.close()


def request(local: LiveTrace, folder: Path) -> Request:
    """What runs the same weights elsewhere."""
    save_model(folder, local.spec, {name: np.asarray(local[name]) for name in local.program.weight_by_name})
    return Request(("",), str(folder), device="cpu")


def other(engine: EngineProcess, local: LiveTrace, folder: Path) -> RemoteTrace:
    """The same run in the other process."""
    asked = request(local, folder)
    made = engine._remote.ask(None, "again", (asked, local.batch, local.target))
    assert isinstance(made, RemoteTrace)
    made.made_by("again", asked, local.batch, local.target)
    return made


def assert_same(remote: Trace, local: Trace) -> None:
    """The same run, down to the last bit of every number, and to every word about it."""
    assert remote.program == local.program and remote.spec == local.spec
    assert (remote.batch, remote.target) == (local.batch, local.target)
    assert remote.shapes == local.shapes and remote.batches == local.batches
    for name in local.shapes:
        found = remote[name]
        assert same(found, local[name]), name
        assert not found.flags.writeable
        assert [None if one is None else one.texts for one in remote.texts(name)] == [
            None if one is None else one.texts for one in local.texts(name)
        ]
    for one in ("told", "touched", "where", "laid", "notices", "edition"):
        assert getattr(remote, one) == getattr(local, one), one
    assert list(remote.patches) == list(local.patches)
    for name, patches in local.patches.items():
        for mine, theirs in zip(remote.patches[name], patches, strict=True):
            assert (mine.part, mine.why, mine.text, mine.was) == (theirs.part, theirs.why, theirs.text, theirs.was)
            assert same(mine.values, theirs.values)


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_is_the_same_to_the_bit(engine, tmp_path, kind: str) -> None:
    spec = samples.spec(**samples.EVERY[kind])
    local = samples.live(spec, (5, 3), seed=2)
    remote = other(engine, local, tmp_path)
    assert_same(remote, local)
    assert remote.origin is remote
    rng = np.random.default_rng(0)
    for name in local.program.by_name:
        assert repr(remote.stats(name)) == repr(local.stats(name))
        assert remote.reach(name) == local.reach(name)
        for cell in samples.some_cells(local.shapes[name], 1, rng):
            mine, theirs = remote.explain(name, cell), local.explain(name, cell)
            assert (mine.result, mine.stored) == (theirs.result, theirs.stored)
            assert repr(mine.equation) == repr(theirs.equation)


@pytest.mark.parametrize("keep", [True, False], ids=["kept", "asked each time"])
def test_parts_are_the_same(engine, tmp_path, keep: bool) -> None:
    local = samples.live(samples.spec(), (5, 3))
    remote = other(engine, local, tmp_path)
    rng = np.random.default_rng(1)
    for name, axes in local.shapes.items():
        if keep:
            remote[name]
        for _ in range(3):
            ends = [sorted(rng.integers(0, axis.size + 1, 2)) for axis in axes]
            part = tuple(int(rng.integers(axis.size)) if rng.random() < 0.5 else slice(*some)
                         for axis, some in zip(axes, ends))  # fmt: skip
            mine, theirs = remote.read(name, part), local.read(name, part)
            assert isinstance(mine, np.ndarray) and same(mine, theirs), (name, part)


@pytest.mark.parametrize("kind", ["pre-norm", "source and target, two tables"])
def test_every_gradient_is_the_same_to_the_bit(engine, tmp_path, kind: str) -> None:
    local = samples.live(samples.spec(**samples.EVERY[kind]), (5, 3), seed=2)
    remote = other(engine, local, tmp_path)
    goal = Goal("surprise", (0, 2, 7))
    told: list[float] = []
    mine, theirs = remote.backward(goal, told.append), local.backward(goal)
    assert told and mine.goal == theirs.goal and mine.reached == theirs.reached
    rng = np.random.default_rng(0)
    for name in local.program.by_name:
        if not theirs.has(name):
            continue
        assert same(mine[name], theirs[name]), name
        assert repr(mine.stats(name)) == repr(theirs.stats(name))
        for cell in samples.some_cells(local.shapes[name], 1, rng):
            assert mine.working(name, cell).result == theirs.working(name, cell).result
    overridden = remote.with_override("logits", np.asarray(local["logits"]) + 1)
    assert overridden.backward(goal).fixed == frozenset({"logits"})
    with pytest.raises(GoalError):
        remote.backward(Goal("surprise", (9, 2, 7)))
    with pytest.raises(Cancelled):
        remote.backward(goal, lambda done: None, lambda: True)


def runs_with_changes(trace: Trace) -> Iterator[Trace]:
    """One of each kind of change, and several of them on one another."""
    attention = "blocks.1.attn"
    other_ids = ",".join(map(str, range(1, 1 + len(trace.batch.real_ids[0]))))
    changes = [
        (Switch("mask"),), (Switch("scale"), Switch("pad", "none")), (Switch("positions"),), (Tie(),),
        (Head(attention, 1),), (Head(attention, 0, "uniform"), Head(attention, 2)),
        (Cell(f"{attention}.scores", (0, 1, 2, 1), 3.5),), (Cell(f"{attention}.W_Q", (1, 2), -9.0),),
        (Cell("tokens", (0, 1), 7.0), Cell("blocks.0.resid_post", (0, 0, 0), float("inf"))),
        (Replace("blocks.0.resid_post", other_ids, (0, 2, None)),),
    ]  # fmt: skip
    for some in changes:
        yield Changes(some).apply(trace)
    first = Changes(changes[4]).apply(trace)
    yield Changes(changes[6]).apply(first)
    yield trace.with_override("blocks.0.attn.pattern", np.full(ax.shape(trace.shapes["blocks.0.attn.pattern"]), 0.25))
    yield trace.with_override("W_E", np.array(trace["W_E"])[::-1])
    yield trace.with_source(samples.batch(trace.spec, (4, 5), 9))
    yield lens.through(trace, "blocks.0.resid_post")


def test_every_change_is_the_same_to_the_bit(engine, tmp_path) -> None:
    local = samples.live(samples.spec(), (5, 3), seed=4)
    remote = other(engine, local, tmp_path)
    count = 0
    for mine, theirs in zip(runs_with_changes(remote), runs_with_changes(local), strict=True):
        assert_same(mine, theirs)
        assert (mine.origin is remote, mine.origin is mine) == (theirs.origin is local, theirs.origin is theirs)
        name = "blocks.1.mlp_out"
        if mine.batch == remote.batch:
            assert mine.same_as(remote, name) == mine.same_as(local, name) == theirs.same_as(local, name)
        count += 1
    assert count == 15
    assert_same(remote, local)


def test_errors_are_the_same(engine, tmp_path) -> None:
    local = samples.live(samples.spec(), (5, 3), seed=4)
    remote = other(engine, local, tmp_path)
    tries = {
        "no tensor": (TraceError, lambda trace: trace["blocks.9"]),
        "shape": (AxesError, lambda trace: trace.with_override("logits", np.zeros((1, 2)))),
        "no such tensor": (TraceError, lambda trace: trace.with_override("x", np.zeros(()))),
        "change": (ChangeError, lambda trace: Changes((Head("blocks.7.attn", 0),)).apply(trace)),
        "other text": (ChangeError, lambda trace: Changes((Replace("logits", "1,2"),)).apply(trace)),
        "cell": (AxesError, lambda trace: trace.working("logits", (0, 0, 99))),
    }  # fmt: skip
    for told, (kind, attempt) in tries.items():
        sentences = []
        for trace in (remote, local):
            with pytest.raises(kind) as caught:
                attempt(trace)
            assert type(caught.value) is kind, told
            sentences.append(str(caught.value))
        assert sentences[0] == sentences[1], told


def test_a_saved_trace_of_it_is_the_same_file(engine, tmp_path) -> None:
    local = samples.live(samples.spec(), (5, 3))
    remote = other(engine, local, tmp_path / "model")
    change = Changes((Cell("blocks.0.attn.scores", (0, 0, 0, 0), 1.0),))
    for name, trace in (("mine", remote), ("theirs", local)):
        saved.save(change.apply(trace), tmp_path / f"{name}.safetensors")
    mine, theirs = ((tmp_path / f"{name}.safetensors").read_bytes() for name in ("mine", "theirs"))
    assert mine == theirs


# -- running sentences -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [
    Request(("Tom met Lily", "Hi"), device="cpu"),
    Request(("我喜欢 deep learning",), "article", 2, "cpu"),
    Request(("Tom met Lily",), device="cpu", extend=3, rules=Rules(0.9, 5, 0.95, 3)),
    Request(("Tom is happy.",), "translator", device="cpu"),
    Request(("Tom is happy.",), "translator", device="cpu", targets=("汤姆 很 高兴",)),
    Request(("",), "article", device="cpu", ids=((5, 6, 7), (8,))),
    Request(("Tom met Lily",), "storyteller@1000", device="cpu"),
], ids=lambda one: f"{one.model} {one.extend}{len(one.ids)}")  # fmt: skip
def test_a_request_is_run_as_it_is_here(engine, asked: Request) -> None:
    heard, here = Job(), Job()
    found, expected = engine.run(asked, heard), Engine().run(asked, here)
    assert isinstance(found, Run) and found.request == asked
    assert heard.told == here.told
    assert found.seconds > 0
    assert (found.trace.batch, found.trace.target) == (expected.trace.batch, expected.trace.target)
    for name in ("logits", found.trace.program.checkpoints[1]):
        assert same(found.trace[name], expected.trace[name])


@pytest.mark.parametrize(("asked", "kind"), [
    (Request(("",)), TokenError), (Request(("a",), "nobody"), SpecError), (Request(("a",), layers=3), SpecError),
    (Request(("a", "b"), "translator", targets=("x", "")), TargetError), (Request(("a",), device="mps"), TraceError),
    (Request(("a",), str(Path(__file__).parent)), WeightsError),
], ids=lambda one: getattr(one, "__name__", ""))  # fmt: skip
def test_what_cannot_be_run_says_so_as_it_does_here(engine, asked: Request, kind: type[Exception]) -> None:
    sentences = []
    for run in (engine.run, Engine().run):
        with pytest.raises(kind) as caught:
            run(asked, Job())
        assert type(caught.value) is kind
        sentences.append(str(caught.value))
    assert sentences[0] == sentences[1]


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Request:
    """A run of which laying takes a hundred parts."""
    spec = samples.spec(n_layers=100, name="long")
    folder = tmp_path_factory.mktemp("long")
    save_model(folder, spec, random_weights(families.program(spec), 1))
    return Request(("",), str(folder), device="cpu", ids=((1, 2, 3),))


def test_a_run_that_is_given_up_stops_at_its_next_step(engine, long) -> None:
    job = Job(enough=0.71)  # laying has begun
    with pytest.raises(Cancelled):
        engine.run(long, job)
    assert 0.71 <= job.told[-1] < 0.8, "it was let go at once"
    again = Job()
    found = engine.run(Request(("Tom",), device="cpu"), again)
    assert found.trace["logits"].shape[1] == found.trace.batch.n_pos


def test_cancelled_while_laying_again_and_again(engine, long) -> None:
    found = engine.run(replace(long, ids=((1, 2),)), Job())
    changed = Changes((Cell("embed", (0, 0, 0), 1.0),)).apply(found.trace)
    for share in (0.1, 0.3, 0.5):
        job = Job(enough=share)
        with pytest.raises(Cancelled):
            changed.prepare(job.progress, job.cancelled)
        assert job.told[-1] < share + 0.2
    changed.prepare()
    assert np.isfinite(changed["logits"]).all()


# -- losing it -------------------------------------------------------------------------------------------------------


def test_every_run_comes_back_to_the_bit_after_a_loss(tmp_path) -> None:
    engine = EngineProcess()
    try:
        local = samples.live(samples.spec(), (5, 3), seed=4)
        remote = other(engine, local, tmp_path)
        changed = list(runs_with_changes(remote))
        drawn = engine.run(Request(("Tom met Lily",), device="cpu", extend=3, rules=Rules(1.5, seed=5)), Job()).trace
        text, logits = drawn.batch, np.array(drawn["logits"])
        pid = engine._remote._asker._process.pid
        os.kill(pid, signal.SIGINT)  # that is for the window
        assert same(remote["blocks.1.mlp.pre"], local["blocks.1.mlp.pre"])
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(EngineLost):
            changed[3]["logits"]
        engine.start_again()
        for mine, theirs in zip(changed, runs_with_changes(local), strict=True):
            assert_same(mine, theirs)
        assert_same(remote, local)
        assert drawn.batch == text and same(drawn["logits"], logits), "what was drawn is not drawn again"
        # A run that is asked for starts it again by itself: somebody wants it.
        engine.kill()
        engine._remote._asker._process.end(20)
        found = engine.run(Request(("Tom",), device="cpu"), Job())
        assert found.trace.where == "cpu"
    finally:
        engine.close()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="this system has no such thing")
def test_where_memory_runs_out_it_goes_before_the_window_does(engine) -> None:
    engine.run(Request(("Tom",), device="cpu"), Job())
    pid = engine._remote._asker._process.pid
    theirs, ours = (int(Path(f"/proc/{one}/oom_score_adj").read_text(encoding="utf-8")) for one in (pid, "self"))
    assert theirs > ours


def test_it_leaves_a_core_to_the_window(monkeypatch) -> None:
    from tutor import engine_child

    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    for cores, threads in ((8, "7"), (2, "1"), (1, "1")):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)), raising=False)
        assert engine_child._environment()["OMP_NUM_THREADS"] == threads
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert engine_child._environment()["OMP_NUM_THREADS"] == "5", "what is set is left"


def test_this_test_knows_torch_and_the_modules_of_the_window_do_not() -> None:
    assert "torch" in sys.modules
    assert lens.SAVED == "saved"
