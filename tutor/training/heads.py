"""Scores of attention heads by their published definitions, and controls that must stay low.

On random tokens, so that no meaning helps: `first | s₁ … s_n | s₁ … s_n`.
- previous-token score: mean attention from position i to i − 1 (Elhage et al. 2021);
- induction score: mean attention from a position of the second copy to the token after its first occurrence, which is
  n − 1 positions back (Olsson et al. 2022).
The control repeats nothing: the same tokens, shuffled. A head that looks n − 1 back by habit would score there, too.

`python -m tutor.training.heads storyteller@2000` prints the scores of every head.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import numpy as np
import torch

from tutor.engine import models
from tutor.engine.evaluate import evaluate
from tutor.engine.program import LENGTHS, TOKENS, Program
from tutor.engine.records import dataclass
from tutor.engine.weights import Weights

#: Random segments and their length.
ROWS, SEGMENT = 16, 40


@dataclass(frozen=True)
class HeadScores:
    """Each array is [block, head]: attention to the token before, induction, and induction where nothing repeats."""

    previous: np.ndarray
    induction: np.ndarray
    control: np.ndarray

    def best(self, name: str) -> tuple[float, str]:
        """The highest score of a kind and its head's place, as `1.2` for block 1, head 2."""
        scores = getattr(self, name)
        block, head = np.unravel_index(int(scores.argmax()), scores.shape)
        return float(scores[block, head]), f"{block}.{head}"


def patterns(program: Program, weights: Weights, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every attention pattern [batch, head, query_pos, key_pos] by step name, in order, and `logits`."""
    wanted = [step.name for step in program.steps if step.name.endswith("attn.pattern")]
    known = {name: torch.from_numpy(values) for name, values in inputs.items()}
    shapes = program.shapes(*inputs[TOKENS].shape)
    with torch.no_grad():
        made = evaluate(
            program, shapes, known, lambda name: torch.from_numpy(np.array(weights[name])), [*wanted, "logits"]
        )
    return {name: values.numpy() for name, values in made.items()}


def repeated_tokens(n_ordinary: int, first: int, seed: int = 0) -> np.ndarray:
    """Rows `first | segment | the same segment`: int64 [ROWS, 1 + 2 · SEGMENT], no token twice in a segment."""
    rng = np.random.Generator(np.random.Philox(key=[seed, 0]))
    segments = np.stack([rng.permutation(n_ordinary)[:SEGMENT] for _ in range(ROWS)])
    return np.concatenate([np.full((ROWS, 1), first), segments, segments], axis=1).astype(np.int64)


def head_scores(program: Program, weights: Weights, n_ordinary: int, first: int, seed: int = 0) -> HeadScores:
    """Scores of every head of a decoder-only model with ids below `n_ordinary` and `first` at position 0."""
    tokens = repeated_tokens(n_ordinary, first, seed)
    rng = np.random.Generator(np.random.Philox(key=[seed, 1]))
    shuffled = np.concatenate([tokens[:, :1], rng.permuted(tokens[:, 1:], axis=1)], axis=1)
    lengths = np.full(len(tokens), tokens.shape[1], dtype=np.int64)

    def back(ids: np.ndarray, distance: int, begin: int) -> np.ndarray:
        """Mean attention `distance` positions back, of queries from `begin` on: [block, head]."""
        made = patterns(program, weights, {TOKENS: ids, LENGTHS: lengths})
        queries = np.arange(begin, ids.shape[1])
        kept = [values for name, values in made.items() if name.endswith("pattern")]
        return np.stack([values[:, :, queries, queries - distance].mean((0, 2)) for values in kept])

    second = 1 + SEGMENT
    return HeadScores(
        back(tokens, 1, 2), back(tokens, SEGMENT - 1, second), back(shuffled, SEGMENT - 1, second)
    )


def main(name: str) -> None:
    """Print the scores of every head of a model with a tokenizer."""
    model = models.find(name)
    tokenizer = model.tokenizer()
    if tokenizer is None or tokenizer.eot_id is None:
        raise SystemExit(f"{name} has no tokenizer with an end-of-text.")
    ordinary = min(tokenizer.specials.values())
    scores = head_scores(model.program, model.weights(), ordinary, tokenizer.eot_id)
    print("head  previous  induction  control")
    for block, head in np.ndindex(scores.previous.shape):
        columns = (scores.previous, scores.induction, scores.control)
        print(f"{block}.{head}   " + "".join(f"{one[block, head]:9.3f}" for one in columns))


if __name__ == "__main__":
    main(*sys.argv[1:2] or ["storyteller"])
