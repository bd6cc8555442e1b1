"""The gap-filler: a small encoder-only model that fills masked tokens in simple stories (Devlin et al. 2018)."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from tutor.engine import models, shipped
from tutor.engine.encodings import MASK, load
from tutor.engine.program import LENGTHS, TOKENS
from tutor.engine.spec import ModelSpec
from tutor.engine.weights import WEIGHTS_FILE, Weights
from tutor.training import tokenizer, world
from tutor.training.errors import TrainError
from tutor.training.grammar import Grammar, Story
from tutor.training.heads import patterns
from tutor.training.plots import RULES
from tutor.training.rows import pick_shape
from tutor.training.tasks import Plan, Task, TrainBatch

#: Streams of stories of its own: what it learns from, and what it is measured on.
LEARNED, HELD_OUT = tokenizer.STREAM + 2, tokenizer.STREAM + 3

SPEC = ModelSpec(
    name="gap-filler", family="bert", d_model=128, n_heads=4, d_head=32, n_layers=4, d_mlp=512, d_vocab=1280,
    n_ctx=256, norm="pre", final_norm=True, positions="sinusoidal", scale_embed=True, activation="gelu", tied=True,
    causal=False, head="mlm", bias_out=True, tokenizer=tokenizer.NAME, seed=3,
)  # fmt: skip
PLAN = Plan(steps=6000, checkpoints=(0, 1000))
#: Of every row this share of tokens is masked; with names and things as often as with anything else.
MASKED = 0.25
#: The model whose weights it begins from.
TEACHER = "storyteller"
#: How often a row is a random segment twice, with gaps in one copy, which teaches heads to look things up.
REPEATED = 0.2


class GapFiller(Task):
    """Stories of our own grammar with some of their tokens masked; the loss is on those alone."""

    sentence = 'One day, Tom met Lily in the park. "Hi,<|mask|>," said Tom. "Hi, Tom," said Lily.'

    def __init__(self, plan: Plan = PLAN, spec: ModelSpec = SPEC) -> None:
        super().__init__(spec, load(tokenizer.NAME), plan)
        self._mask = self.tokenizer.specials[MASK]
        self._end = self.tokenizer.eot_id or 0

    @cached_property
    def grammar(self) -> Grammar:
        return Grammar(RULES)

    def data_sum(self) -> str:
        told = repr((RULES, world.KINDS, world.GIRLS, world.BOYS, world.FORMS, MASKED, REPEATED))
        found = hashlib.sha256(told.encode())
        folder = shipped.folder(TEACHER)
        found.update((folder / WEIGHTS_FILE).read_bytes() if folder is not None else b"")
        return found.hexdigest()

    def start(self, weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The storyteller's weights: it knows the words already, and has to learn to look ahead and to fill gaps."""
        taught = models.find(TEACHER).weights()
        return {name: np.array(taught.get(name, one)) for name, one in weights.items()}

    def batch(self, step: int) -> TrainBatch:
        rng = self.stream(0, step)
        rows, length = pick_shape(rng, self.spec.n_ctx)
        return self._batch([self._row(rng, length) for _ in range(rows)])

    def _batch(self, rows: Sequence[tuple[np.ndarray, np.ndarray]]) -> TrainBatch:
        """Rows of ids and of what is masked in them."""
        right = np.stack([ids for ids, _ in rows]).astype(np.int64)
        masked = np.stack([one for _, one in rows])
        given = np.where(masked, self._mask, right)
        lengths = np.full(len(rows), right.shape[1], dtype=np.int64)
        return TrainBatch({TOKENS: given, LENGTHS: lengths}, right, masked.astype(np.float32))

    def _row(self, rng: np.random.Generator, length: int) -> tuple[np.ndarray, np.ndarray]:
        if rng.random() < REPEATED:
            return self._repeated(rng, length)
        ids: list[int] = []
        slots: list[list[int]] = []
        while len(ids) < length:
            story = self.grammar.story(LEARNED, int(rng.integers(0, 1 << 31)))
            if ids or rng.random() < 0.75:  # people type without an end-of-text in front
                ids.append(self._end)
            tokens, gaps = self.gaps(story)
            slots += [[len(ids) + at for at in gap] for gap in gaps]
            ids += tokens
        masked = rng.random(length) < MASKED / 2
        # Whole names and things, so that none is told by half of its own tokens.
        for gap in slots:
            if rng.random() < MASKED and gap[-1] < length:
                masked[gap] = True
        masked[int(rng.integers(length))] = True  # no row without a gap
        return np.array(ids[:length]), masked

    def _repeated(self, rng: np.random.Generator, length: int) -> tuple[np.ndarray, np.ndarray]:
        size = int(rng.integers(4, length // 2 + 1))
        ids = np.resize(rng.integers(0, self._end, size), length)
        masked = np.zeros(length, dtype=bool)
        # Gaps in a single copy, so that every answer stands somewhere else.
        first = int(rng.integers(0, length - size + 1))
        masked[first : first + size] = rng.random(size) < 2 * MASKED
        masked[first] = True
        return ids, masked

    def gaps(self, story: Story, determined: bool = False) -> tuple[list[int], list[list[int]]]:
        """The story's ids, and the positions of the tokens of each word that a slot gave it; with `determined`, of
        those words alone that follow from what stands before them."""
        tokens = self.tokenizer.encode(story.text)
        found = []
        for begin, stop, piece in story.spans():
            if piece.slot and (piece.determined or not determined):
                found.append([at for at, token in enumerate(tokens) if token.start < stop and token.stop > begin])
        return [token.id for token in tokens], [gap for gap in found if gap]

    def held_out(self) -> Sequence[TrainBatch]:
        """64 rows of 128 tokens of stories that no step sees."""
        made = []
        for number in range(8):
            rng = self.stream(1, number)
            rows = []
            for at in range(8):
                ids: list[int] = []
                while len(ids) < 128:
                    story = self.grammar.story(HELD_OUT, number * 1000 + at * 100 + len(ids))
                    ids += [self._end, *self.tokenizer.ids_of(story.text)]
                rows.append((np.array(ids[:128]), rng.random(128) < MASKED))
            made.append(self._batch(rows))
        return made

    def filled(self, weights: Weights, stories: int = 60, alone: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """For gaps in held-out stories, one at a time, whether every token of the gap is the likeliest one: bool for
        words that follow from what stands before them, and for those drawn afresh there.

        Without `alone`, the control: the rest of the story is masked too, so that nothing is left to follow from.
        """
        hits: dict[bool, list[bool]] = {True: [], False: []}
        for number in range(stories):
            story = self.grammar.story(HELD_OUT, (1 << 32) + number)
            ids, every = self.gaps(story)
            _, follow = self.gaps(story, determined=True)
            chosen = [gap for at, gap in enumerate(every) if at % 4 == number % 4]
            if not chosen:
                continue
            rows = np.repeat(np.array([[self._end, *ids]]), len(chosen), axis=0)
            right = rows.copy()
            for row, gap in enumerate(chosen):
                rows[row, [at + 1 for at in gap] if alone else slice(1, None)] = self._mask
            inputs = {TOKENS: rows, LENGTHS: np.full(len(rows), rows.shape[1], dtype=np.int64)}
            best = patterns(self.program, weights, inputs)["logits"].argmax(-1)
            for row, gap in enumerate(chosen):
                places = [at + 1 for at in gap]
                hits[gap in follow].append(bool((best[row, places] == right[row, places]).all()))
        return np.array(hits[True]), np.array(hits[False])

    def scores(self, weights: Weights) -> dict[str, float | str]:
        follows, afresh = self.filled(weights)
        control, _ = self.filled(weights, 20, alone=False)
        return {
            "gaps whose answer the context determines, right": float(follows.mean()),
            "such gaps measured": str(len(follows)),
            "the same with the whole story masked": float(control.mean()),
            "gaps drawn afresh, right": float(afresh.mean()),
        }

    def samples(self, weights: Weights) -> list[str]:
        texts = [
            self.sentence, "Once upon a time, there was a little girl named Rose.<|mask|> had a dog.",
            "Ben could not find the kite. He looked under the tree, but the<|mask|> was not there.",
        ]  # fmt: skip
        made = []
        for text in texts:
            ids = [self._end, *self.tokenizer.ids_of(text)]
            inputs = {TOKENS: np.array([ids]), LENGTHS: np.array([len(ids)])}
            best = patterns(self.program, weights, inputs)["logits"].argmax(-1)[0]
            filled = [int(best[at]) if one == self._mask else one for at, one in enumerate(ids)]
            made.append(f"{text} → {self.tokenizer.text_of(filled[1:])}")
        return made

    def about(self) -> str:
        return (
            "A small encoder-only Transformer that fills gaps in simple stories, trained for Transformer Tutor.\n\n"
            "It began from the storyteller's weights, with every position free to look both ways.\n\n"
            f"**Data.** The storyteller's grammar ({len(self.grammar.plots)} plots), other stories; held-out stories "
            f"come from a stream of their own. About {MASKED:.0%} of the tokens are masked, names and things whole; "
            f"{REPEATED:.0%} of the rows repeat a random segment and have their gaps in one of its copies.\n\n"
            f"**Tokenizer.** `{tokenizer.NAME}`, the storyteller's, with {MASK}.\n\n"
            "It knows nothing but these stories: what it says of anything else means nothing."
        )


def task(options: argparse.Namespace) -> Task:
    """The gap-filler. Raises TrainError for --text, which is the storyteller's."""
    if options.text is not None:
        raise TrainError("--text is for the storyteller alone: leave it out.")
    return GapFiller()
