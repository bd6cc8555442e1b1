"""The recurrent translators: a GRU encoder–decoder with one fixed context vector, and the same with attention.

They learn from the very pairs of the translator, in the same order. Only what the decoder reads of the source differs
between the two. `tutor/lessons/gru.py` computes the same without torch, and has the equations.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from tutor.engine.program import Weight
from tutor.engine.weights import Weights, drawn
from tutor.training import recurrent
from tutor.training.errors import TrainError
from tutor.training.pairs import Pair, held_out
from tutor.training.recurrent import RnnSpec
from tutor.training.tasks import Plan, TrainBatch
from tutor.training.translator import Translator

FIXED, ATTENTION = RnnSpec("rnn-translator", attention=False), RnnSpec("rnn-attention", attention=True)
PLAN = Plan(steps=8000, rate=3e-3, rate_end=1e-5, warm_up=200, checkpoints=())

Tensors = Mapping[str, torch.Tensor]


class RnnTranslator:
    """English to Chinese by two GRUs, on the translator's pairs. A `Learner`."""

    licence = "MIT"
    sentence = Translator.sentence

    def __init__(self, spec: RnnSpec = FIXED, plan: Plan = PLAN) -> None:
        self.spec, self.plan = spec, plan
        self.pairs = Translator()

    @property
    def weights(self) -> tuple[Weight, ...]:
        return self.spec.weights()

    def data_sum(self) -> str:
        return self.pairs.data_sum()

    def prepare(self, folder: Path) -> None:
        pass

    def initial(self) -> dict[str, np.ndarray]:
        return drawn(self.weights, self.spec.seed)

    def batch(self, step: int) -> TrainBatch:
        return self.pairs.batch(step)

    def held_out(self) -> Sequence[TrainBatch]:
        return self.pairs.held_out()

    def tokens_in(self, batch: TrainBatch) -> int:
        return self.pairs.tokens_in(batch)

    def logits(self, batch: TrainBatch, weights: Tensors) -> torch.Tensor:
        """Logits [batch, target pos, d_vocab] under teacher forcing."""
        source, lengths, target, _ = (torch.from_numpy(batch.inputs[name]) for name in self._names)
        states, last = encoded(weights, source, lengths)
        read = weights["W_E"][target]
        start = torch.tanh(last @ weights["start.W"] + weights["start.b"])
        if self.spec.attention:
            real = torch.arange(source.shape[1])[None, :] < lengths[:, None]
            state, contexts = attending(weights, read, start, states, real)
        else:
            contexts = last[:, None].expand(-1, target.shape[1], -1)
            state = run_gru(weights, "decoder", torch.cat([read, contexts], -1), start)
        made = torch.cat([state, contexts, read], -1) @ weights["out.W"] + weights["out.b"]
        return torch.tanh(made) @ weights["W_E"].T + weights["b_U"]

    @cached_property
    def _names(self) -> tuple[str, ...]:
        from tutor.engine.program import lengths_of

        return tuple(name for one in self.pairs.program.streams for name in (one, lengths_of(one)))

    def exact_match(self, weights: Weights) -> np.ndarray:
        """For each of the translator's measured pairs, whether greedy decoding gives the very translation."""
        held = {name: torch.from_numpy(np.array(values)) for name, values in weights.items()}
        found = []
        with torch.no_grad():
            for _, batch in self.pairs.measured_batches():
                right = self.logits(batch, held).argmax(-1).numpy() == batch.targets
                found.append((right | (batch.counts == 0)).all(axis=1))
        return np.concatenate(found)

    def scores(self, weights: Weights) -> dict[str, float | str]:
        exact, pairs = self.exact_match(weights), self.pairs.measured_pairs
        sizes = np.array([len(pair.source_words) for pair in pairs])
        half = int(np.median(sizes))
        return {
            "exact match on 1,000 held-out pairs": float(exact.mean()),
            f"the same, sentences of up to {half} tokens": float(exact[sizes <= half].mean()),
            f"the same, sentences of more than {half} tokens": float(exact[sizes > half].mean()),
        }

    def samples(self, weights: Weights) -> list[str]:
        pairs = held_out(6, 7)
        return [f"{pair.source} → {text}" for pair, text in zip(pairs, self.translate(weights, pairs))]

    def translate(self, weights: Weights, pairs: Sequence[Pair]) -> list[str]:
        """Greedy translations."""
        held = {name: torch.from_numpy(np.array(values)) for name, values in weights.items()}
        spec, texts = self.spec, []
        for pair in pairs:
            row = [spec.start_id]
            while len(row) < spec.n_ctx:
                inputs = (self.pairs.tokenizer.ids_of(pair.source), row)
                told: dict[str, np.ndarray] = {}
                for at, ids in enumerate(inputs):
                    told[self._names[2 * at]] = np.array([ids])
                    told[self._names[2 * at + 1]] = np.array([len(ids)])
                with torch.no_grad():
                    logits = self.logits(TrainBatch(told, np.zeros(0), np.zeros(0)), held)
                row.append(int(logits[0, -1].argmax()))
                if row[-1] == spec.end_id:
                    row.pop()
                    break
            texts.append(self.pairs.tokenizer.text_of(row[1:]))
        return texts

    def about(self) -> str:
        how = (
            "At each step the decoder reads a weighted sum of all states of the encoder, with additive scores "
            "(Bahdanau et al. 2015)."
            if self.spec.attention
            else "All that the decoder knows of the source is the encoder's last state, one fixed vector."
        )
        return (
            "A GRU encoder and a GRU decoder (Cho et al. 2014) that translate simple English sentences into Chinese, "
            f"trained for the lessons of Transformer Tutor. {how} It is no Transformer, so the app does not list it "
            "among the models: the experiment on recurrent networks runs it.\n\n"
            "**Data.** The pairs of the `translator`, in the same order; held-out pairs likewise.\n\n"
            f"**Tokenizer.** `{self.spec.tokenizer}`, the translator's: one table of embeddings for both languages and "
            "the output."
        )

    def table(self) -> Sequence[tuple[str, str]]:
        spec = self.spec
        return (
            ("family", "recurrent (GRU), with additive attention" if spec.attention else "recurrent (GRU)"),
            ("d_embed, d_state", f"{spec.d_embed}, {spec.d_state}"),
            ("vocabulary", f"{spec.d_vocab:,}"),
        )

    def save(self, folder: Path, weights: Weights) -> None:
        recurrent.save(folder, self.spec, weights)

    def load(self, folder: Path) -> Weights:
        return recurrent.load_weights(folder, self.spec)


def run_gru(weights: Tensors, part: str, read: torch.Tensor, start: torch.Tensor) -> torch.Tensor:
    """All states [batch, pos, d_state] of a GRU that reads [batch, pos, d_in] from a first state [batch, d_state]."""
    given = [weights[f"{part}.W_x"].T, weights[f"{part}.W_h"].T, weights[f"{part}.b_x"], weights[f"{part}.b_h"]]
    return torch.gru(read, start[None], given, True, 1, 0.0, False, False, True)[0]


def encoded(weights: Tensors, source: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The encoder's states [batch, pos, d_state], and the state after each row's last real token [batch, d_state]."""
    read = weights["W_E"][source]
    start = read.new_zeros(len(source), weights["encoder.W_h"].shape[0])
    states = run_gru(weights, "encoder", read, start)
    return states, states[torch.arange(len(source)), lengths - 1]


def attending(
    weights: Tensors, read: torch.Tensor, state: torch.Tensor, states: torch.Tensor, real: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """A decoder with additive attention: its states and contexts, each [batch, target pos, d_state]."""
    keys = states @ weights["attn.W_k"]
    into, held = weights["decoder.W_x"].T.contiguous(), weights["decoder.W_h"].T.contiguous()
    made, contexts = [], []
    for at in range(read.shape[1]):
        query = state @ weights["attn.W_q"]
        scores = torch.tanh(query[:, None] + keys) @ weights["attn.v"]
        shares = torch.softmax(scores.masked_fill(~real, -torch.inf), -1)
        context = (shares[:, None] @ states)[:, 0]
        state = torch.gru_cell(
            torch.cat([read[:, at], context], -1), state, into, held, weights["decoder.b_x"], weights["decoder.b_h"]
        )  # fmt: skip
        made.append(state)
        contexts.append(context)
    return torch.stack(made, 1), torch.stack(contexts, 1)


def _task(options: argparse.Namespace, spec: RnnSpec) -> RnnTranslator:
    if options.text is not None:
        raise TrainError(f"{spec.name} needs sentence pairs, so --text is for the storyteller alone: leave it out.")
    return RnnTranslator(spec)


def task(options: argparse.Namespace) -> RnnTranslator:
    """The one with a fixed vector. Raises TrainError for --text."""
    return _task(options, FIXED)


def with_attention(options: argparse.Namespace) -> RnnTranslator:
    """The one with attention. Raises TrainError for --text."""
    return _task(options, ATTENTION)
