"""What the storyteller has learned, in figures for its card and its tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tutor.engine.encodings import Tokenizer
from tutor.engine.program import LENGTHS, TOKENS, Program
from tutor.engine.weights import Weights
from tutor.training import world
from tutor.training.generate import next_probabilities
from tutor.training.grammar import PERSONS, Piece, Story
from tutor.training.heads import patterns

#: A prompt whose answer is a name from its beginning.
NAME_PROMPT = 'One day, {0} met {1} in the park. "Hi, {1}," said'


def name_copies(program: Program, weights: Weights, tokenizer: Tokenizer, seed: int = 0, pairs: int = 64) -> np.ndarray:
    """p(the right name) after NAME_PROMPT for `pairs` random pairs of names: [pairs]."""
    names = [*world.GIRLS, *world.BOYS]
    rng = np.random.Generator(np.random.Philox(key=[seed, 2]))
    drawn = [[names[i] for i in rng.permutation(len(names))[:2]] for _ in range(pairs)]
    rows = [tokenizer.ids_of(NAME_PROMPT.format(*pair)) for pair in drawn]
    right = [tokenizer.ids_of(f" {first}")[0] for first, _ in drawn]
    return next_probabilities(program, weights, rows)[np.arange(pairs), right]


def places(tokenizer: Tokenizer, story: Story, first: Sequence[int]) -> tuple[list[int], list[tuple[int, Piece]]]:
    """The story's ids behind `first`, and at which position each of its slots' pieces begins."""
    tokens = tokenizer.encode(story.text)
    found = []
    at = 0
    for begin, _, piece in story.spans():
        while tokens[at].stop <= begin:
            at += 1
        if piece.slot:
            found.append((at + len(first), piece))
    return [*first, *(token.id for token in tokens)], found


def determined_words(
    program: Program, weights: Weights, tokenizer: Tokenizer, stories: Sequence[Story]
) -> tuple[float, float]:
    """How often the likeliest token is the right one where a word follows from the story so far, and where it is
    drawn afresh."""
    hits: dict[bool, list[bool]] = {True: [], False: []}
    for story in stories:
        ids, found = places(tokenizer, story, [tokenizer.eot_id or 0])
        logits = patterns(program, weights, _inputs(ids))["logits"][0]
        for at, piece in found:
            hits[piece.determined].append(int(logits[at - 1].argmax()) == ids[at])
    return float(np.mean(hits[True])), float(np.mean(hits[False]))


@dataclass(frozen=True)
class PronounAttention:
    """Mean attention about pronouns: to their own person's names, and to the other person's; each [block, head]."""

    own: np.ndarray
    other: np.ndarray

    @property
    def best(self) -> tuple[int, int]:
        """Block and head that tell the two persons apart most."""
        block, head = np.unravel_index(int((self.own - self.other).argmax()), self.own.shape)
        return int(block), int(head)


def pronoun_attention(
    program: Program, weights: Weights, tokenizer: Tokenizer, stories: Sequence[Story], before: int = 0
) -> PronounAttention:
    """Where pronouns look, in stories of a girl and a boy who have both been named before the pronoun.

    With `before` 1, where the position before looks, at which a model that predicts the next token chooses the
    pronoun.
    """
    sums: Mapping[bool, list[np.ndarray]] = {True: [], False: []}
    for story in stories:
        ids, found = places(tokenizer, story, [tokenizer.eot_id or 0])
        made = patterns(program, weights, _inputs(ids))
        stacked = np.stack([values[0] for name, values in made.items() if name.endswith("pattern")])
        for at, piece in found:
            if piece.slot not in PERSONS or piece.form not in world.PRONOUNS or not piece.determined:
                continue
            named = {slot: [p for p, one in found if p < at and one.slot == slot and not one.form] for slot in PERSONS}
            if all(named.values()):
                for slot in PERSONS:
                    sums[slot == piece.slot].append(stacked[:, :, at - before, named[slot]].sum(-1))
    return PronounAttention(np.mean(sums[True], axis=0), np.mean(sums[False], axis=0))


def _inputs(ids: Sequence[int]) -> dict[str, np.ndarray]:
    return {TOKENS: np.array([ids], dtype=np.int64), LENGTHS: np.array([len(ids)], dtype=np.int64)}
