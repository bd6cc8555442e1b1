"""The recurrent translators: the numpy GRU is torch's; what was trained; the bottleneck and the steps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.lessons.checks import COW, GIRL, STORY, STORY_2, both, run
from tests.lessons.labs import lab
from tutor import resources
from tutor.engine import shipped
from tutor.engine.encodings import load as load_tokenizer
from tutor.engine.weights import WeightsError, drawn
from tutor.lessons import gru
from tutor.lessons.experiments.recurrence import longest_chain
from tutor.lessons.gru import Gru
from tutor.training import recurrent
from tutor.training.pairs import held_out
from tutor.training.recurrent import RnnSpec
from tutor.training.rnn import ATTENTION, FIXED, PLAN, RnnTranslator

SMALL = RnnSpec("small", False, d_embed=6, d_state=5, d_vocab=20, pad_id=17, start_id=18, end_id=19)


def test_it_is_torchs_gru() -> None:
    weights = {name: one.copy() for name, one in drawn(SMALL.weights(), 3).items()}
    rng = np.random.default_rng(3)
    for name, one in weights.items():
        if ".b_" in name:
            one += rng.standard_normal(one.shape).astype(np.float32)
    net = torch.nn.GRU(6, 5, batch_first=True)
    given = {"weight_ih_l0": "W_x", "weight_hh_l0": "W_h", "bias_ih_l0": "b_x", "bias_hh_l0": "b_h"}
    net.load_state_dict({key: torch.from_numpy(weights[f"encoder.{name}"].T.copy()) for key, name in given.items()})
    rows = [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]
    with torch.no_grad():
        states, last = net(torch.from_numpy(weights["W_E"][np.array(rows)]))
    mine = Gru(SMALL, weights).encode(rows)
    assert np.allclose(mine.states, states.numpy(), atol=1e-6) and np.allclose(mine.last, last[0].numpy(), atol=1e-6)


@pytest.mark.parametrize("name", [gru.FIXED, gru.ATTENTION])
def test_its_logits_are_those_that_were_trained(name: str) -> None:
    """The numpy forward pass against torch's, for unequal lengths, on the weights that ship."""
    net = gru.load(name)
    task = RnnTranslator(net.spec)
    batch = task.held_out()[3]
    source, target = (batch.inputs[one] for one in task.pairs.program.streams)
    lengths = [batch.inputs[one] for one in ("encoder.lengths", "decoder.lengths")]
    with torch.no_grad():
        right = task.logits(batch, {key: torch.from_numpy(np.array(one)) for key, one in net.weights.items()}).numpy()
    rows = [[row[:n].tolist() for row, n in zip(ids, counts)] for ids, counts in zip((source, target), lengths)]
    mine, shares = net.decode(net.encode(rows[0]), rows[1])
    for at, n in enumerate(lengths[1]):
        assert np.allclose(mine[at, :n], right[at, :n], atol=2e-4)
    assert (shares is not None) == net.spec.attention
    if shares is not None:
        assert np.allclose(shares.sum(-1), 1, atol=1e-5)
        assert all((shares[at, :, n:] == 0).all() for at, n in enumerate(lengths[0])), "pads are not looked at"


@pytest.mark.parametrize("spec", [FIXED, ATTENTION])
def test_they_ship_as_the_script_describes_them(spec: RnnSpec) -> None:
    folder = resources.path("models", spec.name)
    assert recurrent.load_spec(folder) == spec == gru.load(spec.name).spec
    told = shipped.training(folder)
    assert told["steps"] == PLAN.steps and told["parameters"] == spec.parameters
    card = (folder / shipped.CARD_FILE).read_text(encoding="utf-8")
    assert "| licence | MIT |" in card and all(f"| {key} | {value} |" in card for key, value in told["scores"].items())
    assert (folder / "model.safetensors").stat().st_size < 1_500_000
    assert spec.name not in shipped.names(), "it is no Transformer and not among the models"


def test_both_are_of_like_size_and_width() -> None:
    assert FIXED.d_state == ATTENTION.d_state and FIXED.d_embed == ATTENTION.d_embed
    assert 1 <= ATTENTION.parameters / FIXED.parameters < 1.15


def test_a_card_says_what_was_measured() -> None:
    for spec in (FIXED, ATTENTION):
        net = gru.load(spec.name)
        told = shipped.training(resources.path("models", spec.name))["scores"]
        exact = float(RnnTranslator(spec).exact_match(net.weights).mean())
        assert exact == pytest.approx(told["exact match on 1,000 held-out pairs"], abs=0.005)


def test_greedy_decoding_is_what_an_exact_translation_means() -> None:
    pairs, tokenizer = held_out(6, 7), load_tokenizer("words")
    net = gru.load(gru.ATTENTION)
    made = RnnTranslator(ATTENTION).translate(net.weights, pairs)
    for pair, text in zip(pairs, made):
        logits, _ = net.decode(net.encode([tokenizer.ids_of(pair.source)]),
                               [[net.spec.start_id, *tokenizer.ids_of(pair.target)]])  # fmt: skip
        exact = logits[0].argmax(-1).tolist() == [*tokenizer.ids_of(pair.target), net.spec.end_id]
        assert exact == (text == pair.target)


def test_a_broken_folder_is_one_sentence(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(WeightsError, match=r"rnn\.json in .* cannot be read"):
        recurrent.load_spec(tmp_path)
    with pytest.raises(WeightsError, match="cannot be read"):
        recurrent.load_weights(tmp_path, FIXED)
    recurrent.save(tmp_path, SMALL, drawn(SMALL.weights(), 1))
    with pytest.raises(WeightsError, match="has W_E in the shape"):
        recurrent.load_weights(tmp_path, FIXED)


@pytest.mark.parametrize(("model", "text"), [("storyteller", STORY), ("translator", GIRL)])
@pytest.mark.parametrize("seed", [7, 11])
def test_a_fixed_vector_is_worse_for_long_sentences_and_attention_is_not(model: str, text: str, seed: int) -> None:
    fixed, attention = both("rnn_bottleneck", model, text, seed=seed)
    assert fixed.claim and not attention.claim
    assert fixed.fact("attention_exact") > fixed.fact("fixed_exact") + 4
    assert fixed.verdict.numbers["far"] < fixed.verdict.numbers["near"]


def test_the_transformer_reads_the_same_pairs() -> None:
    made = run("rnn_bottleneck", lab("translator", COW), pairs=64, transformer=True)
    assert made.fact("transformer_exact") > 90
    assert len(made.plots[0].series) == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(("model", "text"), [("storyteller", STORY), ("storyteller", STORY_2), ("translator", COW)])
def test_steps_grow_with_the_text_in_a_recurrent_network_alone(model: str, text: str) -> None:
    training, writing = both("rnn_steps", model, text)
    assert training.claim and not writing.claim
    tokens = training.verdict.numbers["tokens"]
    assert training.fact("rnn_steps") == 2 * int(tokens) and training.fact("passes") == 1
    assert writing.fact("passes") == tokens


def test_a_program_is_as_deep_for_any_text() -> None:
    one, other = lab("storyteller", STORY), lab("storyteller", STORY_2)
    assert longest_chain(one.trace.program) == longest_chain(other.trace.program)
    made = run("rnn_steps", one)
    patterns = [one.trace[f"blocks.{block}.attn.pattern"][0, :, -1, 0].max() for block in range(4)]
    assert made.fact("first_weight") == pytest.approx(100 * float(max(patterns)))
