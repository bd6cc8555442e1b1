"""The storyteller: a small GPT-like model of simple stories, the app's default."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from tutor.engine.encodings import load
from tutor.engine.spec import ModelSpec
from tutor.engine.weights import Weights
from tutor.training import measure, tokenizer, world
from tutor.training.generate import generate
from tutor.training.grammar import Grammar, Story
from tutor.training.heads import HeadScores, head_scores
from tutor.training.plots import RULES
from tutor.training.rows import PAIRS, REPEATED, copying, filled, next_token_batch, pick_shape
from tutor.training.tasks import Plan, Task, TrainBatch
from tutor.training.textfile import TextTask

#: Streams of stories: what the model learns from, and what it is measured on.
LEARNED, HELD_OUT = tokenizer.STREAM, tokenizer.STREAM + 1

SPEC = ModelSpec(
    name="storyteller", family="decoder_only", d_model=128, n_heads=4, d_head=32, n_layers=4, d_mlp=512, d_vocab=1280,
    n_ctx=256, norm="pre", final_norm=True, positions="sinusoidal", scale_embed=True, activation="gelu", tied=True,
    bias=True, tokenizer=tokenizer.NAME, seed=1,
)  # fmt: skip
#: The heads that copy appear between steps 2000 and 4000.
PLAN = Plan(steps=9000, checkpoints=(0, 250, 1000, 2000, 4000))
#: A text of the user's own is learned this long unless told otherwise.
TEXT_STEPS = 3000
BEGINNINGS = ("Once upon a time", "One day, Mia", "Tom and Lily were", "The")


class Storyteller(Task):
    """Stories of our own grammar, and rows that repeat random segments and pairs."""

    sentence = 'One day, Tom met Lily in the park. "Hi, Lily," said'

    def __init__(self, plan: Plan = PLAN, spec: ModelSpec = SPEC) -> None:
        super().__init__(spec, load(tokenizer.NAME), plan)

    @cached_property
    def grammar(self) -> Grammar:
        return Grammar(RULES)

    def data_sum(self) -> str:
        told = repr((RULES, world.KINDS, world.GIRLS, world.BOYS, world.FORMS))
        return hashlib.sha256(told.encode()).hexdigest()

    def batch(self, step: int) -> TrainBatch:
        rng = self.stream(0, step)
        rows, length = pick_shape(rng, self.spec.n_ctx)
        return next_token_batch([self._row(rng, length + 1) for _ in range(rows)])

    def _row(self, rng: np.random.Generator, length: int) -> tuple[np.ndarray, np.ndarray]:
        end = self.tokenizer.eot_id or 0
        row = copying(rng, length, min(self.tokenizer.specials.values()), end, lambda: self._story(rng))
        if row is not None:
            return row
        ids, counts = filled(lambda: [end, *self._story(rng)], length + 64)
        # Most rows begin with end-of-text; the others as people type: with a story, or in the midst of one.
        begin, number = 0, rng.random()
        if number < 0.15:
            begin = 1
        elif number < 0.3:
            full = self.tokenizer.ids_of(".")[0]
            stops = np.flatnonzero(ids[:64] == full)
            begin = 1 + int(stops[int(rng.random() * len(stops))]) if len(stops) else 1
        return ids[begin : begin + length], counts[begin : begin + length]

    def _story(self, rng: np.random.Generator, stream: int = LEARNED) -> list[int]:
        story = self.grammar.story(stream, int(rng.integers(0, 1 << 31)))
        return self.tokenizer.ids_of(story.text)

    def held_out(self) -> Sequence[TrainBatch]:
        """Stories of a stream of their own, each row one or more after end-of-text: 8 batches of 8 × 128."""
        end = self.tokenizer.eot_id or 0
        made = []
        for number in range(8):
            rng = self.stream(1, number)
            made.append(next_token_batch(
                [filled(lambda rng=rng: [end, *self._story(rng, HELD_OUT)], 129) for _ in range(8)]  # type: ignore[misc]
            ))  # fmt: skip
        return made

    def stories(self, count: int) -> list[Story]:
        """Held-out stories for measuring, other than those of `held_out`."""
        return [self.grammar.story(HELD_OUT, (1 << 32) + number) for number in range(count)]

    def head_scores(self, weights: Weights) -> HeadScores:
        return head_scores(self.program, weights, min(self.tokenizer.specials.values()), self.tokenizer.eot_id or 0)

    def scores(self, weights: Weights) -> dict[str, float | str]:
        given = self.program, weights, self.tokenizer
        heads = self.head_scores(weights)
        copies = measure.name_copies(*given)
        follows, afresh = measure.determined_words(*given, self.stories(60))
        chosen, looks = (measure.pronoun_attention(*given, self.stories(120), before) for before in (1, 0))
        (at, by), (block, head) = chosen.best, looks.best
        meets = measure.pronoun_prompt(*given)
        there, meeting = meets.best
        previous, induction = heads.best("previous"), heads.best("induction")
        return {
            "name copied, mean probability": float(copies.mean()),
            "name copied, lowest of 64 pairs": float(copies.min()),
            "words that follow from the story, right": follows,
            "words drawn afresh, right": afresh,
            "previous-token score": previous[0],
            "previous-token head": previous[1],
            "induction score": induction[0],
            "induction head": induction[1],
            "induction control, nothing repeated": heads.best("control")[0],
            "where a pronoun is chosen: attention to its person": float(chosen.own[at, by]),
            "where a pronoun is chosen: attention to the other person": float(chosen.other[at, by]),
            "pronoun-choosing head": f"{at}.{by}",
            "after two people met: the pronoun's attention to its person": float(meets.own[there, meeting]),
            "after two people met: the pronoun's attention to the other person": float(meets.other[there, meeting]),
            "pronoun head after two people met": f"{there}.{meeting}",
            "in any story: the pronoun's attention to its person": float(looks.own[block, head]),
            "in any story: the pronoun's attention to the other person": float(looks.other[block, head]),
            "pronoun head in any story": f"{block}.{head}",
        }

    def samples(self, weights: Weights) -> list[str]:
        end = self.tokenizer.eot_id or 0
        made = [
            generate(self.program, weights, self.tokenizer, [end, *self.tokenizer.ids_of(begin)], self.spec.n_ctx, seed)
            for seed, begin in enumerate(BEGINNINGS)
        ]
        return [self.tokenizer.text_of(ids[1:]) for ids in made]

    def about(self) -> str:
        return (
            "A small decoder-only Transformer that tells simple stories, trained for Transformer Tutor.\n\n"
            f"**Data.** Stories of our own grammar ({len(self.grammar.plots)} plots; `tutor/training/plots.py`, "
            "`world.py`), no sentence copied from elsewhere; held-out stories come from a stream of their own. "
            f"{REPEATED:.0%} of the rows are random segments of tokens repeated, and {PAIRS:.0%} random pairs, which "
            "teaches heads to copy. Most rows begin with <|endoftext|>.\n\n"
            f"**Tokenizer.** `{tokenizer.NAME}`, byte-pair encoding made from these stories; every byte is in it.\n\n"
            "It knows nothing but these stories: what it says of anything else means nothing."
        )


def task(options: argparse.Namespace) -> Task:
    """The storyteller, or with --text a model of the user's own text."""
    if options.text is not None:
        return TextTask(SPEC, replace(PLAN, steps=TEXT_STEPS), options.text)
    return Storyteller()
