"""What a translator has learned: exact matches, and where its cross-attention looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from tutor.engine import axes as ax
from tutor.engine import decoding
from tutor.engine.evaluate import evaluate
from tutor.engine.live import LiveTrace
from tutor.engine.program import Step
from tutor.engine.tokens import batch_of_ids, batch_of_texts
from tutor.engine.weights import Weights
from tutor.training.tasks import TrainBatch

if TYPE_CHECKING:
    from tutor.training.translator import Translator


def cross_steps(task: Translator) -> tuple[list[Step], list[Step]]:
    """The patterns of cross-attention, block by block, and what each adds to its residual stream.

    Both follow from the axes: a pattern whose rows are target tokens and whose columns are source tokens, and the
    last step of its attention, which the residual sum reads.
    """
    program = task.program
    texts = program.texts(program.shapes(1, 2, 3))
    source, target = program.streams
    patterns = [
        step for step in program.steps
        if step.op.scale_kind == "probability" and texts[step.name][-2:] == (target, source)
    ]  # fmt: skip
    outs = []
    for pattern in patterns:
        step = pattern
        while step.role != "residual":
            outs_of = step
            step = next(user for user, operand in program.consumers[step.name])
        outs.append(outs_of)
    return patterns, outs


def run(
    task: Translator, weights: Mapping[str, torch.Tensor], batch: TrainBatch, wanted: Sequence[str], cross: bool = True
) -> dict[str, np.ndarray]:
    """Tensors of one batch under teacher forcing; without `cross`, what cross-attention adds is zero."""
    known = {name: torch.from_numpy(values) for name, values in batch.inputs.items()}
    shapes = task.shapes(batch)
    if not cross:
        known |= {step.name: torch.zeros(ax.shape(shapes[step.name])) for step in cross_steps(task)[1]}
    with torch.no_grad():
        found = evaluate(task.program, shapes, known, weights.__getitem__, wanted)
    return {name: value.numpy() for name, value in found.items()}


def tensors(weights: Weights) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(np.array(values)) for name, values in weights.items()}


def exact_match(task: Translator, weights: Weights, cross: bool = True) -> np.ndarray:
    """For each of the task's measured pairs, whether greedy decoding gives the very translation: bool [pairs].

    Greedy decoding makes the right sentence exactly if, reading the right sentence, the likeliest token at every
    place is the right next one: so one parallel pass decides it.
    """
    held = tensors(weights)
    found = []
    for _, batch in task.measured_batches():
        logits = run(task, held, batch, ["logits"], cross)["logits"]
        right = (logits.argmax(-1) == batch.targets) | (batch.counts == 0)
        found.append(right.all(axis=1))
    return np.concatenate(found)


def aligned(task: Translator, weights: Weights) -> Iterator[tuple[int, np.ndarray]]:
    """For each block of the decoder, the mean attention of each head, when it writes a word, to the source words that
    the word comes from: [heads]."""
    held = tensors(weights)
    names = [step.name for step in cross_steps(task)[0]]
    sums = {name: np.zeros(task.spec.n_heads) for name in names}
    count = 0
    for pairs, batch in task.measured_batches()[::2]:
        patterns = run(task, held, batch, names)
        for row, pair in enumerate(pairs):
            for word, sources in pair.alignment:
                if not sources:
                    continue
                count += 1
                for name in names:
                    # The word is written at the position before it, which holds the word before or the start.
                    sums[name] += patterns[name][row, :, word, list(sources)].sum(axis=0)
    for block, name in enumerate(names):
        yield block, sums[name] / count


def best_head(task: Translator, weights: Weights) -> tuple[str, float]:
    """The head of cross-attention that looks most at the aligned words, as "block.head", and how much."""
    found = [(float(share), f"{block}.{head}") for block, shares in aligned(task, weights)
             for head, share in enumerate(shares)]  # fmt: skip
    share, name = max(found)
    return name, share


def translate(task: Translator, weights: Weights, sources: Sequence[str]) -> list[str]:
    """Greedy translations, as the app makes them."""
    spec = task.spec
    batch = batch_of_texts(task.tokenizer, sources, spec.n_ctx, spec.d_vocab, spec.pad_id)

    def live(rows: list[list[int]]) -> LiveTrace:
        target = batch_of_ids(task.tokenizer, rows, spec.n_ctx, spec.d_vocab, spec.pad_id)
        return LiveTrace(task.program, spec, weights, batch, "cpu", target=target)

    rows = decoding.greedy(live, len(sources), spec.start_id, spec.end_id, spec.n_ctx - 1)
    return [task.tokenizer.text_of(row[1:]) for row in rows]
