"""The experiments on small models of every family: each does its work or says in a sentence why it cannot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.engine import samples
from tests.lessons.test_experiments_say import told, words
from tutor.engine.changes import Changes
from tutor.engine.changes_text import parse
from tutor.engine.live import LiveTrace
from tutor.engine.tokens import batch_of_ids
from tutor.engine.trace import Trace, TraceError
from tutor.lessons.experiment import Focus, Result, Unfit
from tutor.lessons.experiments import answers, averages, every, manyheads, masks, places, scaling, scores

MODULES = (answers, averages, manyheads, masks, places, scaling, scores)
KEYS = sorted(one.key for module in MODULES for one in module.EXPERIMENTS)
#: Rotary, shared heads, a window, learned positions, none, parallel blocks, one text and two, norms before and after.
FAMILIES = sorted(samples.EVERY)


class SmallLab:
    """A lab over a small model of random weights that no name finds: it takes ids alone."""

    model = ""

    def __init__(self, kind: str, lengths: Sequence[int] = (7,), focus: Focus = Focus()) -> None:  # noqa: B008
        self.spec = samples.spec(**samples.EVERY[kind])
        self.trace: Trace = samples.live(self.spec, lengths)
        self.focus = focus

    def run(self, texts: Sequence[str], model: str | None = None, targets: Sequence[str] = (),
            ids: Sequence[Sequence[int]] = ()) -> Trace:  # fmt: skip
        if texts or self.trace.target is not None:
            raise TraceError("This model has no tokenizer.")
        live = self.trace
        assert isinstance(live, LiveTrace)
        return live.with_source(batch_of_ids(None, ids, self.spec.n_ctx, self.spec.d_vocab))

    def change(self, *changes: str, of: Trace | None = None) -> Trace:
        before = self.trace if of is None else of
        wanted = Changes()
        for one in changes:
            wanted = wanted.with_(parse(one, before.program))
        return wanted.apply(before)

    def cancelled(self) -> bool:
        return False

    def progress(self, done: float) -> None:
        assert 0 <= done <= 1


def outcome(key: str, of: SmallLab, **settings: object) -> Result | Unfit:
    experiment = every()[key]
    try:
        begins = experiment.defaults(of)
    except Unfit as unfit:
        return unfit
    return experiment.run(of, {**begins, **settings})  # type: ignore[dict-item]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("kind", FAMILIES)
def test_every_family(kind: str, key: str) -> None:
    of = SmallLab(kind)
    try:
        begins = every()[key].defaults(of)
    except Unfit as unfit:
        words(key, "unfit", unfit.key, unfit.numbers)
        return
    try:
        told(key, every()[key].run(of, begins), begins)
    except TraceError:
        assert key == "padding_mask" and of.trace.target is not None  # a longer source needs its tokenizer


@pytest.mark.parametrize("kind", [kind for kind in FAMILIES if "window" not in kind])
def test_a_shift_of_a_rotation_or_sine_is_one_matrix(kind: str) -> None:
    found, positions = outcome("position_shift", SmallLab(kind), k=2), samples.spec(**samples.EVERY[kind]).positions
    if isinstance(found, Unfit):
        assert positions == "none" and found.key == "no_positions"
    else:
        assert found.claim is (positions != "learned")
        assert found.verdict.key == ("learned" if positions == "learned" else "shifts")


@pytest.mark.parametrize("kind", FAMILIES)
def test_without_positions_every_family_permutes(kind: str) -> None:
    of = SmallLab(kind)
    found = outcome("shuffle_words", of)
    if isinstance(found, Unfit):
        assert found.key == "no_positions" and of.spec.positions == "none"
    else:
        assert found.claim, found.verdict


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_mask_keeps_the_future_out(kind: str) -> None:
    of = SmallLab(kind)
    found = outcome("causal_leak", of)
    assert isinstance(found, Result) and found.claim is of.spec.causal


@pytest.mark.parametrize("kind", FAMILIES)
def test_tied_scores_turn_symmetric_with_rotations_too(kind: str) -> None:
    """R_i k_i · R_j k_j is the same from either side."""
    of = SmallLab(kind)
    found = outcome("tied_qk", of)
    if isinstance(found, Unfit):
        assert found.key == "shared_heads" and of.spec.n_kv_heads not in (0, of.spec.n_heads)
    else:
        assert found.claim


def test_a_single_head_cannot_be_cut() -> None:
    spec = samples.spec(n_heads=1, d_head=12)
    of = SmallLab("pre-norm")
    of.trace = samples.live(spec, (5,))
    found = outcome("one_head", of)
    assert isinstance(found, Unfit) and found.key == "one_already"


@pytest.mark.parametrize("key", KEYS)
def test_any_sentence_of_a_padded_batch(key: str) -> None:
    """Row 1 of three, the shortest: pads are no tokens."""
    of = SmallLab("post-norm", (7, 4, 6), Focus(row=1))
    begins = every()[key].defaults(of)
    found = every()[key].run(of, begins)
    told(key, found, begins)
    alone = SmallLab("post-norm", (7, 4, 6), Focus(row=1))
    ids = of.trace.batch.real_ids[1]
    alone.trace, alone.focus = alone.run((), ids=(ids,)), Focus()
    again = every()[key].run(alone, begins)
    assert found.claim == again.claim
    values, others = ([fact.value for fact in one.facts] for one in (found, again))
    assert values == pytest.approx(others, rel=2e-3, abs=1e-5) and np.isfinite(values).all()


@pytest.mark.parametrize("at", [0, 3, 99])
def test_the_learners_token_is_where_it_begins(at: int) -> None:
    of = SmallLab("pre-norm", focus=Focus(at=at))
    assert every()["temperature"].defaults(of)["token"] == f"{min(at, 6)} #{of.trace.batch.real_ids[0][min(at, 6)]}"
