"""The translator: a small encoder–decoder (Vaswani et al. 2017, post-norm) from English to Chinese."""

from __future__ import annotations

import argparse
import hashlib
import itertools
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from tutor.engine.encodings import load
from tutor.engine.program import lengths_of
from tutor.engine.spec import ModelSpec
from tutor.engine.weights import Weights
from tutor.training import alignment, parallel
from tutor.training.errors import TrainError
from tutor.training.pairs import Pair, held_out, train_pairs
from tutor.training.tasks import Plan, Task, TrainBatch

TOKENIZER = "words"
SPEC = ModelSpec(
    name="translator", family="encoder_decoder", d_model=128, n_heads=4, d_head=32, n_layers=2, d_mlp=512,
    d_vocab=1346, n_ctx=64, norm="post", final_norm=False, positions="sinusoidal", scale_embed=True,
    activation="relu", tied=True, bias_out=True, tokenizer=TOKENIZER, pad_id=1343, start_id=1344, end_id=1345,
    seed=2,
)  # fmt: skip
PLAN = Plan(
    steps=8000, rate=1.5e-3, rate_end=1e-5, warm_up=400, checkpoints=(0, 500, 1000, 2000)
)  # fmt: skip
#: Pairs a step, and steps whose pairs are drawn together and dealt out by length, so that few places are pads.
ROWS, CHUNK = 64, 32
#: Seeds of the pairs that the model is measured on. Those that it learns from have the numbers of their chunks.
MEASURED, HELD_OUT_LOSS = 99, 98


class Translator(Task):
    """English sentences of our own grammar and their Chinese translations."""

    sentence = "The girl who bought a red hat saw two small cats in the park yesterday."

    def __init__(self, plan: Plan = PLAN, spec: ModelSpec = SPEC) -> None:
        super().__init__(spec, load(TOKENIZER), plan)
        # Kept on the object: a chunk serves several steps.
        self._chunk = lru_cache(maxsize=2)(self._make_chunk)

    def data_sum(self) -> str:
        """A sum over the grammar's own files."""
        found = hashlib.sha256()
        folder = Path(parallel.__file__).parent
        for path in [*sorted(folder.glob("*.py")), folder.parent / "pairs.py", folder.parent / "vocabulary.py"]:
            found.update(path.read_bytes())
        return found.hexdigest()

    def batch(self, step: int) -> TrainBatch:
        chunk, at = divmod(step, CHUNK)
        return self._batch(self._chunk(chunk)[at])

    def _make_chunk(self, number: int) -> list[list[Pair]]:
        seed = int(self.stream(0, number).integers(1 << 40)) + 1000  # never a seed of what is measured
        pairs = list(itertools.islice(train_pairs(seed), ROWS * CHUNK))
        pairs.sort(key=lambda pair: (len(pair.target_words), len(pair.source_words)))
        batches = [pairs[at : at + ROWS] for at in range(0, len(pairs), ROWS)]
        return [batches[at] for at in self.stream(1, number).permutation(CHUNK)]

    def _batch(self, pairs: Sequence[Pair]) -> TrainBatch:
        """Source and target rows; the target begins with the start token and the right answer ends with the end."""
        sources = [self.tokenizer.ids_of(pair.source) for pair in pairs]
        targets = [self.tokenizer.ids_of(pair.target) for pair in pairs]
        source_name, target_name = self.program.streams
        inputs = {
            source_name: self._padded(sources),
            lengths_of(source_name): np.array([len(row) for row in sources], dtype=np.int64),
            target_name: self._padded([[self.spec.start_id, *row] for row in targets]),
            lengths_of(target_name): np.array([len(row) + 1 for row in targets], dtype=np.int64),
        }
        right = self._padded([[*row, self.spec.end_id] for row in targets])
        counts = np.arange(right.shape[1])[None, :] < inputs[lengths_of(target_name)][:, None]
        return TrainBatch(inputs, right, counts.astype(np.float32))

    def _padded(self, rows: Sequence[Sequence[int]]) -> np.ndarray:
        made = np.full((len(rows), max(map(len, rows))), self.spec.pad_id, dtype=np.int64)
        for number, row in enumerate(rows):
            made[number, : len(row)] = row
        return made

    def held_out(self) -> Sequence[TrainBatch]:
        """512 held-out pairs."""
        pairs = sorted(held_out(512, HELD_OUT_LOSS), key=lambda pair: len(pair.target_words))
        return [self._batch(pairs[at : at + ROWS]) for at in range(0, len(pairs), ROWS)]

    @cached_property
    def measured_pairs(self) -> list[Pair]:
        """1,000 held-out pairs, in order of length."""
        return sorted(held_out(1000, MEASURED), key=lambda pair: (len(pair.target_words), len(pair.source_words)))

    def measured_batches(self) -> list[tuple[list[Pair], TrainBatch]]:
        pairs = self.measured_pairs
        parts = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]
        return [(part, self._batch(part)) for part in parts]

    def scores(self, weights: Weights) -> dict[str, float | str]:
        exact = alignment.exact_match(self, weights)
        without = alignment.exact_match(self, weights, cross=False)
        head, score = alignment.best_head(self, weights)
        return {
            "exact match on 1,000 held-out pairs": float(exact.mean()),
            "the same with cross-attention zeroed": float(without.mean()),
            "cross-attention on the aligned words": score,
            "cross-attention head of that": head,
        }

    def samples(self, weights: Weights) -> list[str]:
        pairs = held_out(6, 7)
        made = alignment.translate(self, weights, [pair.source for pair in pairs])
        return [f"{pair.source} → {text}" for pair, text in zip(pairs, made)]

    def about(self) -> str:
        return (
            "A small encoder–decoder Transformer that translates simple English sentences into Chinese, trained for "
            "Transformer Tutor. Post-norm, one embedding table for both languages and the output, as in Vaswani et al. "
            "2017.\n\n"
            "**Data.** Pairs of our own grammar (`tutor/training/parallel`), no sentence copied from elsewhere: "
            "classifiers that depend on the noun, adjectives, times and places that move to the front, relative "
            "clauses. About one in ten combinations of a noun with an adjective or a place is held out of training; "
            "every held-out pair has at least one of them.\n\n"
            f"**Tokenizer.** `{TOKENIZER}`: whole words of both languages; other words fall apart into bytes.\n\n"
            "It knows nothing but these words: what it makes of anything else means nothing."
        )


def task(options: argparse.Namespace) -> Task:
    """The translator. Raises TrainError for --text, which it cannot learn from."""
    if options.text is not None:
        raise TrainError("The translator needs sentence pairs, so --text is for the storyteller alone: leave it out.")
    return Translator()
