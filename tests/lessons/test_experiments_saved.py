"""On a saved trace an experiment that only reads does its work; one that needs another run says so in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lessons.cases import CASES, do
from tests.lessons.labs import Free, engine, lab
from tutor.engine import saved
from tutor.engine.trace import CANNOT_RECOMPUTE, TraceError
from tutor.lab import RunLab
from tutor.lessons.experiment import Focus

READS = ("weighted_average", "retrieval", "one_head", "additive_scores", "qk_variance", "softmax_gradient",
         "wavelengths", "position_shift", "temperature")  # fmt: skip
RUNS = ("ablate_heads", "tied_qk", "padding_mask", "causal_leak", "shuffle_words", "weights_and_influence")


@pytest.fixture(scope="module", params=[CASES[0], CASES[6]], ids=["one text", "two texts"])
def labs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunLab, RunLab]:
    """The same run, live and from a file."""
    path: Path = tmp_path_factory.mktemp("saved") / "run.safetensors"
    live = lab(*request.param)
    saved.save(live.trace, path)
    return live, RunLab(saved.SavedTrace(path), None, Focus(), engine().run, Free())


@pytest.mark.parametrize("key", READS)
def test_what_only_reads_finds_the_same_in_a_file(labs: tuple[RunLab, RunLab], key: str) -> None:
    live, stored = (do(key, one) for one in labs)
    assert (live.claim, live.verdict) == (stored.claim, stored.verdict)


@pytest.mark.parametrize("key", RUNS)
def test_what_needs_another_run_says_so(labs: tuple[RunLab, RunLab], key: str) -> None:
    with pytest.raises(TraceError, match=CANNOT_RECOMPUTE):
        do(key, labs[1])
