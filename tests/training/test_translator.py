"""The translator: what it learns from, and that the shipped weights have learned it."""

from __future__ import annotations

import argparse

import numpy as np
import pytest

from tutor.engine import models
from tutor.engine.decoding import greedy
from tutor.engine.live import LiveTrace
from tutor.engine.weights import Weights, random_weights
from tutor.training import alignment, translator
from tutor.training.errors import TrainError
from tutor.training.pairs import held_out, is_held_out
from tutor.training.translator import Translator


@pytest.fixture(scope="module")
def task() -> Translator:
    return Translator()


@pytest.fixture(scope="module")
def weights() -> Weights:
    return models.find("translator").weights()


def test_a_step_learns_from_pairs_with_their_start_and_end(task: Translator) -> None:
    batch = task.batch(40)
    source, target = task.program.streams
    rows, lengths = batch.inputs[target], batch.inputs["decoder.lengths"]
    assert rows.shape == batch.targets.shape == batch.counts.shape and len(rows) == translator.ROWS
    assert (rows[:, 0] == task.spec.start_id).all()
    for row, length in enumerate(lengths):
        assert (rows[row, 1:length] == batch.targets[row, : length - 1]).all()  # shifted right by one
        assert batch.targets[row, length - 1] == task.spec.end_id
        assert batch.counts[row].tolist() == [1.0] * length + [0.0] * (rows.shape[1] - length)
        assert (rows[row, length:] == task.spec.pad_id).all()
    assert (batch.inputs[source] < task.spec.d_vocab).all()


def test_the_same_step_is_the_same_batch_and_another_is_not(task: Translator) -> None:
    again, mine, other = Translator().batch(70), task.batch(70), task.batch(71)
    assert all(np.array_equal(again.inputs[name], mine.inputs[name]) for name in mine.inputs)
    assert not np.array_equal(mine.targets, other.targets)


def test_no_step_sees_a_combination_that_is_measured(task: Translator) -> None:
    chunk = [pair for batch in task._make_chunk(5) for pair in batch]
    assert not [pair for pair in chunk if any(is_held_out(*one) for one in pair.combinations)]
    assert all(any(is_held_out(*one) for one in pair.combinations) for pair in task.measured_pairs)
    assert len({pair.source for pair in task.measured_pairs}) == 1000


def test_no_text_can_be_learned_from() -> None:
    with pytest.raises(TrainError, match="storyteller"):
        translator.task(argparse.Namespace(text="x.txt"))


def test_one_parallel_pass_tells_what_greedy_decoding_gives(task: Translator, weights: Weights) -> None:
    """The claim behind `exact_match`, on good weights and on spoiled ones."""
    for spoiled in (0.0, 0.035):
        rng = np.random.default_rng(0)
        given = {name: (one + spoiled * rng.standard_normal(one.shape)).astype(np.float32)
                 for name, one in weights.items()}  # fmt: skip
        pairs = task.measured_pairs[::40]
        batch = task._batch(pairs)
        logits = alignment.run(task, alignment.tensors(given), batch, ["logits"])["logits"]
        parallel = ((logits.argmax(-1) == batch.targets) | (batch.counts == 0)).all(axis=1)
        decoded = alignment.translate(task, given, [pair.source for pair in pairs])
        assert parallel.tolist() == [text == pair.target for text, pair in zip(decoded, pairs)]
    assert 0 < parallel.sum() < len(pairs), "spoil the weights so that some are right and some wrong"


# ---------------------------------------------------------------- the shipped weights


def test_held_out_pairs_are_translated_exactly(task: Translator, weights: Weights) -> None:
    assert alignment.exact_match(task, weights).mean() >= 0.98


def test_without_cross_attention_they_are_not(task: Translator, weights: Weights) -> None:
    assert alignment.exact_match(task, weights, cross=False).mean() < 0.10


def test_a_head_looks_at_the_words_that_a_word_comes_from(task: Translator, weights: Weights) -> None:
    assert alignment.best_head(task, weights)[1] > 0.5
    assert alignment.best_head(task, random_weights(task.program, 4))[1] < 0.3


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("I read a book.", "我读了一本书。"), ("There is a cat under the chair.", "椅子下面有一只猫。"),
        ("The girl bought two hats yesterday.", "昨天女孩买了两顶帽子。"),
    ],
)  # fmt: skip
def test_the_app_translates_as_one_would(english: str, chinese: str) -> None:
    model = models.find("translator")
    source, weights = model.batch([english]), model.weights()

    def run(rows: list[list[int]]) -> LiveTrace:
        return LiveTrace(model.program, model.spec, weights, source, "cpu", target=model.target_of_ids(rows))

    row = greedy(run, 1, model.start_id, model.spec.end_id)[0]
    tokenizer = model.tokenizer()
    assert tokenizer is not None and tokenizer.text_of(row[1:]) == chinese


def test_held_out_pairs_are_of_every_kind() -> None:
    """What makes cross-attention worth watching is among what is measured."""
    pairs = held_out(1000, translator.MEASURED)
    texts = [pair.source for pair in pairs]
    assert sum(" who " in text or " that " in text for text in texts) > 20
    assert sum("本" in pair.target or "只" in pair.target for pair in pairs) > 100
    assert sum("昨天" in pair.target for pair in pairs) > 10
