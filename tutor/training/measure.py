"""What the storyteller has learned, in figures for its card and its tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tutor.engine.encodings import Tokenizer
from tutor.engine.program import LENGTHS, TOKENS, Program
from tutor.engine.records import dataclass
from tutor.engine.weights import Weights
from tutor.training import world
from tutor.training.generate import next_probabilities
from tutor.training.grammar import PERSONS, Piece, Story
from tutor.training.heads import patterns

#: A pronoun that stands for the second of two people.
PRONOUN_PROMPT = "One day, {0} met {1} at the market. {2} was"
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


def pronoun_prompt(
    program: Program, weights: Weights, tokenizer: Tokenizer, seed: int = 0, pairs: int = 64
) -> PronounAttention:
    """Where the pronoun of PRONOUN_PROMPT itself looks: to the person it stands for, who was named second, and to the
    other one; for `pairs` random pairs of a girl and a boy, each sex second as often as the other."""
    rng = np.random.Generator(np.random.Philox(key=[seed, 3]))
    sums: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for number in range(pairs):
        girl, boy = (names[int(rng.integers(len(names)))] for names in (world.GIRLS, world.BOYS))
        first, second, pronoun = (boy, girl, "She") if number % 2 else (girl, boy, "He")
        text = PRONOUN_PROMPT.format(first, second, pronoun)
        tokens = tokenizer.encode(text)
        made = patterns(program, weights, _inputs([token.id for token in tokens]))
        stacked = np.stack([values[0] for name, values in made.items() if name.endswith("pattern")])
        says = text.rindex(f" {pronoun} ") + 1
        at = next(place for place, token in enumerate(tokens) if token.start <= says < token.stop)
        for name, found in zip((second, first), sums):
            begin = text.index(f" {name}")
            end = begin + 1 + len(name)
            named = [place for place, token in enumerate(tokens) if begin <= token.start and token.stop <= end]
            found.append(stacked[:, :, at, named].sum(-1))
    return PronounAttention(np.mean(sums[0], axis=0), np.mean(sums[1], axis=0))


def _inputs(ids: Sequence[int]) -> dict[str, np.ndarray]:
    return {TOKENS: np.array([ids], dtype=np.int64), LENGTHS: np.array([len(ids)], dtype=np.int64)}
