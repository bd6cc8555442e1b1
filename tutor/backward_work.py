"""What the runner's thread does for the backward pass: which number is meant, its gradients, which tokens to choose
among. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tutor.backward import Wish
from tutor.engine.goals import SURPRISE, Goal, GoalError
from tutor.engine.gradients import Gradients
from tutor.engine.records import dataclass
from tutor.engine.tokens import Batch
from tutor.engine.trace import Trace
from tutor.engine.vocabulary import outputs
from tutor.work import Handle

#: How many of the likeliest tokens can be chosen without typing.
LIKELIEST = 8


@dataclass(frozen=True)
class Choice:
    """A token that could be the goal: its id, text and probability."""

    id: int
    text: str
    share: float


@dataclass(frozen=True, eq=False)
class Made:
    """Gradients, the goal's own number, and the tokens to choose among at its position, the likeliest first."""

    gradients: Gradients
    value: float
    choices: tuple[Choice, ...]


def text_of(trace: Trace) -> tuple[str, Batch]:
    """The text whose positions the logits belong to: the name of its ids, and its tokens. Raises GoalError."""
    found = outputs(trace.program, trace.shapes)
    if found is None:
        raise GoalError(f"{trace.spec.name} has no logits: choose a cell of another tensor as the goal.")
    text = trace.texts(found[0])[-2]
    assert text is not None
    return next(name for name, batch in trace.batches.items() if batch is text), text


def resolve(trace: Trace, wish: Wish, row: int, followed: Mapping[str, int]) -> Goal:
    """The goal that is meant in the sentence `row`. `followed` are tokens by the name of their text. Raises GoalError,
    TraceError."""
    if wish.goal is not None:
        return wish.goal.checked(trace)
    stream, text = text_of(trace)
    last = int(text.lengths[row]) - 1
    at = followed.get(stream, last) if wish.pos is None else wish.pos
    at = min(max(at, 0), last)
    token = wish.token
    if token is None and at < last and (trace.target is text or (wish.what == SURPRISE and trace.spec.continues)):
        token = int(text.ids[row, at + 1])  # what the text really goes on with
    if token is None:
        logits = trace.read(Goal(wish.what, ()).tensor(trace), (row, at, slice(None)))
        token = int(np.argmax(np.nan_to_num(logits, nan=-np.inf)))
    return Goal(wish.what, (row, at, token)).checked(trace)


def make(
    trace: Trace, wish: Wish, row: int, followed: Mapping[str, int],
    names: Callable[[Sequence[int]], Sequence[str]], job: Handle,
) -> Made:  # fmt: skip
    """The gradients of what is wished for. Raises GoalError, the engine's errors, or Cancelled."""
    goal = resolve(trace, wish, row, followed)
    gradients = trace.backward(goal, job.progress, job.cancelled)
    return Made(gradients, goal.value(trace), choices(trace, goal, names))


def choices(trace: Trace, goal: Goal, names: Callable[[Sequence[int]], Sequence[str]]) -> tuple[Choice, ...]:
    """The likeliest tokens at the goal's position, with the goal's own and the one that the text goes on with."""
    if not goal.of_token:
        return ()
    shares = np.nan_to_num(goal.shares(trace), nan=0.0)
    found = np.argsort(-shares, kind="stable")[:LIKELIEST].tolist()
    row, at, token = goal.index
    text = text_of(trace)[1]
    extra = [token]
    if at + 1 < int(text.lengths[row]) and (trace.target is text or trace.spec.continues):
        extra.append(int(text.ids[row, at + 1]))
    found += [one for one in dict.fromkeys(extra) if one not in found]
    return tuple(Choice(one, name, float(shares[one])) for one, name in zip(found, names(found)))
