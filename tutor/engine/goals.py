"""Goals: which one number a backward pass is about. No torch, no Qt.

A goal is plain data: a logit, the surprise −ln p of a token, or any other cell of any computed tensor. Its text is
`logit[0,4,357]`, `surprise[0,4,357]` or `blocks.1.attn.pattern[0,2,4,1]`: sentence, position, entry of the vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from tutor.engine.axes import AxesError, Slices, cell
from tutor.engine.records import dataclass
from tutor.engine.trace import Trace, TraceError
from tutor.engine.vocabulary import outputs

#: The goals that are about a token; any other `what` is the name of a tensor.
LOGIT, SURPRISE = "logit", "surprise"
_FORM = re.compile(r"\s*([^\[\]\s]+)\s*\[([^\[\]]*)\]\s*")
_HOW = "write it as logit[0,4,357], surprise[0,4,357] or a tensor's name with the place of one cell"


class GoalError(TraceError):
    """A number that no backward pass can be about here; the message is one sentence."""


@dataclass(frozen=True)
class Goal:
    """One number.

    Attributes:
        what: "logit" or "surprise" of a token, else the full name of a tensor.
        index: of a token: sentence, position, id; of a tensor: one entry for each of its axes.
    """

    what: str
    index: tuple[int, ...]

    @property
    def text(self) -> str:
        return f"{self.what}[{','.join(map(str, self.index))}]"

    @property
    def of_token(self) -> bool:
        """Whether it is about an entry of the vocabulary."""
        return self.what in (LOGIT, SURPRISE)

    def tensor(self, trace: Trace) -> str:
        """The tensor that the pass begins at: −ln p too is made from the logits, so that no p can be rounded to 0."""
        if not self.of_token:
            return self.what
        found = outputs(trace.program, trace.shapes)
        if found is None:
            raise GoalError(f"{trace.spec.name} has no logits: choose a cell of another tensor as the goal.")
        return found[0]

    def checked(self, trace: Trace) -> Goal:
        """The same goal with every entry counted from 0. Raises GoalError, one sentence, where this run has no such
        number."""
        name = self.tensor(trace)
        if name in trace.program.sources:
            raise GoalError(f"{name} holds whole numbers that are given and never move: choose a later step.")
        if name in trace.program.weight_by_name:
            raise GoalError(f"{name} is a weight and not computed: choose a tensor that is, such as the logits.")
        if name not in trace.program.by_name:
            raise GoalError(f"{trace.spec.name} has no tensor {name!r:.60} to take the gradient of.")
        try:
            index = cell(trace.shapes[name], self.index)
        except AxesError as error:
            raise GoalError(str(error)) from None
        if trace.is_pad(name, index):
            raise GoalError(f"{Goal(self.what, index).text} belongs to padding: choose a position of the sentence.")
        return Goal(self.what, index)

    def value(self, trace: Trace) -> float:
        """The number itself, in float64; a surprise in nats. Raises TraceError."""
        name = self.tensor(trace)
        if self.what != SURPRISE:
            return float(trace.read(name, self.index))
        logits = self._row(trace)
        top = float(logits.max())
        with np.errstate(all="ignore"):
            return float(top + np.log(np.exp(logits - top).sum()) - logits[self.index[-1]])

    def seed(self, trace: Trace) -> tuple[str, Slices, np.ndarray]:
        """Where the pass begins: a tensor, a part of it, and the goal's gradient there (elsewhere it is 0).

        Of a cell it is 1 there. Of a surprise it is p − 1 at the token and p at every other entry of its row:
        ∂(−ln p_t)/∂L_j = p_j − [j = t], with p = softmax(L).
        """
        name = self.tensor(trace)
        if self.what != SURPRISE:
            return name, self.index, np.ones((), np.float64)
        return name, (*self.index[:-1], slice(None)), self.shares(trace) - self._one(trace)

    def shares(self, trace: Trace) -> np.ndarray:
        """Softmax of the goal's row of logits, in float64."""
        logits = self._row(trace)
        with np.errstate(all="ignore"):
            grown = np.exp(logits - logits.max())
            shares: np.ndarray = grown / grown.sum()
        return shares

    def _row(self, trace: Trace) -> np.ndarray:
        return trace.read(self.tensor(trace), (*self.index[:-1], slice(None))).astype(np.float64)

    def _one(self, trace: Trace) -> np.ndarray:
        one = np.zeros(trace.shapes[self.tensor(trace)][-1].size)
        one[self.index[-1]] = 1.0
        return one

    def to_json(self) -> dict[str, Any]:
        return {"goal": self.what, "index": list(self.index)}

    @classmethod
    def from_json(cls, data: Any) -> Goal:
        """Raises GoalError for anything that is no goal."""
        what, index = (data.get("goal"), data.get("index")) if isinstance(data, dict) else (None, None)
        if not isinstance(what, str) or not isinstance(index, list) or not all(type(one) is int for one in index):
            raise GoalError("The goal of the backward pass is not in a form this version of the tutor knows.")
        return cls(what, tuple(index))


def read_goal(text: str) -> Goal:
    """A goal from its text. Raises GoalError for anything else."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise GoalError(f"{text!r:.60} is no goal: {_HOW}.")
    try:
        return Goal(found[1], tuple(int(one) for one in found[2].split(",")))
    except ValueError:
        raise GoalError(f"{text!r:.60} is no goal: {_HOW}.") from None


def logit(at: Sequence[int]) -> Goal:
    """The logit at (sentence, position, id)."""
    return Goal(LOGIT, tuple(at))


def surprise(at: Sequence[int]) -> Goal:
    """−ln p at (sentence, position, id), in nats: how surprised the model is by the token."""
    return Goal(SURPRISE, tuple(at))
