"""One masked pass is token-by-token passes; keys can be kept; the work is the program's own."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.checks import COW, GIRL, STORY, STORY_2, both, run
from tests.lessons.labs import lab
from tutor.lessons.experiment import Map, Unfit
from tutor.lessons.experiments import every
from tutor.lessons.experiments.passes import work

CASES = [("storyteller", STORY), ("storyteller", STORY_2), ("translator", GIRL), ("translator", COW)]


@pytest.mark.parametrize(("model", "text"), CASES)
def test_one_pass_is_many_and_without_the_mask_it_is_not(model: str, text: str) -> None:
    equal, differ = both("parallel_decoding", model, text, tokens=8)
    assert equal.claim and not differ.claim
    assert equal.fact("apart") < 1e-4 * equal.fact("largest")
    assert equal.fact("work_passes") > 3 * equal.fact("work_one")


def test_the_work_of_one_pass_is_the_sum_of_its_steps() -> None:
    one = lab("storyteller", STORY)
    made = run("parallel_decoding", one, tokens=16)
    costs = one.trace.program.costs(one.trace.shapes)
    assert made.fact("work_one") == sum(cost.macs for cost in costs.values())


@pytest.mark.parametrize(("model", "text"), CASES)
def test_keys_can_be_kept_with_the_mask_alone(model: str, text: str) -> None:
    kept, wrong = both("kv_cache", model, text)
    assert kept.claim and not wrong.claim
    assert kept.verdict.key == "saves" and wrong.verdict.key == "wrong"
    shown = next(plot for plot in kept.plots if isinstance(plot, Map))
    assert shown.greyed is not None and shown.greyed.sum() == len(shown.rows) * (len(shown.rows) - 1) / 2
    assert next(plot for plot in wrong.plots if isinstance(plot, Map)).greyed is None


def test_a_single_block_needs_no_mask_for_it_and_says_so() -> None:
    made = run("kv_cache", lab("article", "Building Rapport"), mask=False)
    assert made.verdict.key == "little" and made.notes[-1].key == "one_block"


@pytest.mark.parametrize("model", ["storyteller", "translator", "article"])
def test_work_without_a_cache_is_that_of_the_program(model: str) -> None:
    """For 20 tokens, not one of those that the polynomial was made from; behind the last block one row in 20."""
    program = lab(model, "The cat saw the dog.").trace.program
    two = len(program.streams) > 1
    without, cached = work(program, 20, 6)
    costs = program.costs(program.shapes(1, *((6, 20) if two else (20,))))
    own = {section.name for section in program.tracks[-1]}
    total = 0.0
    for step in program.steps:
        if step.section in own:
            total += costs[step.name].macs / (20 if step.section == "output" else 1)
    assert without[-1] == pytest.approx(total)
    one = program.costs(program.shapes(1, *((6, 1) if two else (1,))))
    assert cached[0] == pytest.approx(sum(cost.macs for cost in one.values())), "the first token computes everything"
    assert (cached <= without + 1e-6).all() and np.all(np.diff(cached[1:]) >= 0)


@pytest.mark.parametrize("key", ["parallel_decoding", "kv_cache"])
def test_what_reads_both_ways_is_told_so(key: str) -> None:
    with pytest.raises(Unfit, match="no_mask"):
        every()[key].controls(lab("gap-filler", "One day,<|mask|> met Lily."))
