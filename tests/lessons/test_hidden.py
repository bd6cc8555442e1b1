"""−∞ hides padding exactly and −1000 until scores are large; a causal mask hides the future to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.cases import CASES, CAUSAL, OF, both, do
from tests.lessons.labs import lab
from tutor.lessons import looking
from tutor.lessons.experiment import Bars, Curves, Map, Unfit
from tutor.lessons.experiments import every


@pytest.mark.parametrize("case", CASES)
def test_padding_changes_nothing_where_it_is_hidden(case: tuple[str, str]) -> None:
    hidden, seen = both("padding_mask", case)
    assert hidden.claim and hidden.fact("share") == 0
    size = hidden.verdict.numbers["size"]
    assert hidden.fact("away") < 1e-5 * size  # other shapes are added up in another order
    assert not seen.claim and seen.verdict.key == "seen"
    assert seen.fact("share") > 0.1 and seen.fact("away") > 1e-2 * size


@pytest.mark.parametrize("case", [one for one in CASES if one != OF["translator"][0]])
def test_a_thousand_hides_until_scores_are_large(case: tuple[str, str]) -> None:
    """Seeds, point 8. −∞ is exact whatever the scores are."""
    of = lab(*case)
    small = do("padding_mask", of, pad="-1000")
    assert small.claim and small.fact("share") == 0 and small.notes[-1].key == "until"
    large = do("padding_mask", of, pad="-1000", factor=4096)
    assert not large.claim and large.verdict.key == "outgrown" and large.fact("share") > 0.5
    limit = small.notes[-1].numbers["limit"]
    assert 1 < limit < 4096
    # It is enough at half of what the note says, and not at twice that.
    assert do("padding_mask", of, pad="-1000", factor=2 ** np.floor(np.log2(limit / 2))).claim
    assert not do("padding_mask", of, pad="-1000", factor=2 ** np.ceil(np.log2(limit * 2))).claim
    assert do("padding_mask", of, factor=4096).claim


def test_where_no_pads_score_is_the_largest_a_thousand_always_does() -> None:
    found = do("padding_mask", lab(*OF["translator"][0]), pad="-1000", factor=4096)
    assert found.claim and found.notes[-1].key == "never" and found.fact("largest") < 0


def test_the_share_of_pads_is_the_runs_own() -> None:
    """With nothing hidden, the curve at × 1 is what the model's own pattern gives to pads."""
    of = lab(*OF["gap-filler"][0])
    found = do("padding_mask", of, pad="none")
    ids = of.trace.batch.real_ids[0]
    longer = ids + ids[:6]
    padded = of.change("pad=none", of=of.run((), ids=(ids, longer)))
    pattern = padded["blocks.0.attn.pattern"][0, :, : len(ids), len(ids) :].astype(np.float64)
    curve = next(plot for plot in found.plots if isinstance(plot, Curves))
    assert curve.series[2].y[0] == pytest.approx(float(pattern.sum(-1).max()), abs=1e-5)


def test_a_causal_mask_hides_pads_at_the_end_by_itself() -> None:
    found = do("padding_mask", lab(*CASES[0]), pad="none", causal=True)
    assert found.claim and [note.key for note in found.notes] == ["causal"]
    assert "causal" not in every()["padding_mask"].defaults(lab(*OF["gap-filler"][0]))


def test_a_sentence_that_fills_the_model_leaves_no_room() -> None:
    with pytest.raises(Unfit) as raised:
        do("padding_mask", lab("storyteller", ("Tom " * 256).strip()))
    assert raised.value.key == "no_room" and raised.value.numbers == {"most": 256}


@pytest.mark.parametrize("case", CAUSAL)
def test_nothing_before_a_changed_token_moves(case: tuple[str, str]) -> None:
    still, leaks = both("causal_leak", case)
    assert still.claim and still.fact("earlier") == 0 and still.fact("moved") == 0  # not one bit
    assert still.fact("own") > 0
    assert not leaks.claim and leaks.verdict.key == "leaks" and leaks.fact("earlier") > 0.1
    depth = next(plot for plot in still.plots if isinstance(plot, Map))
    at = looking.place_of(still.settings["token"])
    assert (depth.values[:, :at] == 0).all() and (depth.values[-1, at:] > 0).all()


@pytest.mark.parametrize("case", OF["gap-filler"])
def test_an_encoder_reads_both_ways(case: tuple[str, str]) -> None:
    """It has no mask to take off, and that earlier tokens move is right there: the claim is the decoders'."""
    of = lab(*case)
    assert "mask" not in every()["causal_leak"].defaults(of)
    found = do("causal_leak", of)
    assert not found.claim and found.verdict.key == "both_ways" and found.fact("moved") > 0


def test_the_change_is_the_runs_own() -> None:
    of = lab(*CASES[0])
    found = do("causal_leak", of, token="5 ·Lily", mask=False)
    new = found.verdict.numbers["other"]
    ids = dict(zip(looking.tokens(of.trace, "tokens", 0), of.trace.batch.real_ids[0]))
    runs = [of.change("mask=off", *more)["blocks.3.resid_post"][0] for more in ((), (f"tokens[0,5]={ids[str(new)]}",))]
    last = next(plot for plot in found.plots if isinstance(plot, Bars))
    assert last.series[1].y == pytest.approx(np.abs(runs[1] - runs[0]).max(-1), abs=1e-6)
    assert last.series[0].y[:5].tolist() == [0] * 5


@pytest.mark.parametrize("seed", range(5))
def test_another_seed_is_another_token(seed: int) -> None:
    of = lab(*CASES[0])
    found = do("causal_leak", of, seed=seed)
    assert found.claim and found.verdict.numbers["other"] != found.verdict.numbers["token"]


def test_a_single_token_has_nothing_before_it() -> None:
    with pytest.raises(Unfit, match="one_token"):
        do("causal_leak", lab("storyteller", "Tom"))
