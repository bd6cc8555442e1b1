"""What the runner's threads do for the window: open and save traces, lay out steps, work out cells. No Qt, no torch.

Running a sentence needs torch and so is handed to the window from outside (`engine_process.py`, `running.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from tutor import typeset
from tutor.engine import axes as ax
from tutor.engine import compare, decoding, derived, models, picture, saved, vocabulary
from tutor.engine.axes import Index
from tutor.engine.compare import Look
from tutor.engine.gradients import Gradients
from tutor.engine.picture import Panel, Picture, Selection
from tutor.engine.records import dataclass
from tutor.engine.sampling import GREEDY, Rules, choose
from tutor.engine.tokens import Batch, TokenError
from tutor.engine.trace import Trace, TraceError
from tutor.engine.working import Working

_PLAIN = Selection()


class TargetError(TokenError):
    """Something is wrong with the target, not with the source."""


class Handle(Protocol):
    """What a job may ask and tell while it runs."""

    def cancelled(self) -> bool: ...

    def progress(self, done: float) -> None: ...


@dataclass(frozen=True)
class Request:
    """One run: which sentences through which model, where."""

    texts: tuple[str, ...]
    model: str = models.DEFAULT
    layers: int | None = None
    device: str = "auto"
    budget: int = 512
    #: One target for each text; none where the model decodes its own, or has no target side.
    targets: tuple[str, ...] = ()
    #: Rows of ids to run in place of `texts` (or, with a target, of `targets`), where the texts' own tokens would be
    #: others: a model may continue a word in pieces that the tokenizer would not cut.
    ids: tuple[tuple[int, ...], ...] = ()
    #: How many tokens to append to the sentence `row` (with a target: to its target) before showing it, and how.
    extend: int = 0
    row: int = 0
    rules: Rules = GREEDY


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run and how long it took, in seconds (loading weights not counted)."""

    trace: Trace
    seconds: float
    request: Request | None = None


@dataclass(frozen=True, eq=False)
class Shown:
    """A step ready to show: its picture, its formula as SVG and as text, its code lines."""

    picture: Picture
    formula: str
    words: str
    code: str


def open_trace(path: Path) -> Run:
    """Open a saved trace. Raises TraceError."""
    begun = time.perf_counter()
    trace = saved.SavedTrace(path)
    return Run(trace, time.perf_counter() - begun)


def save_trace(trace: Trace, path: Path, job: Handle) -> Path:
    """Save a trace. Raises FileError or Cancelled; then nothing is left behind."""
    saved.save(trace, path, progress=job.progress, cancelled=job.cancelled)
    return path


def show(
    trace: Trace, path: str, selection: Selection, held: Look | None = None, difference: bool = False
) -> Shown:  # fmt: skip
    """Lay out one step; beside another tensor or its gradient, or as the difference from it where their shapes
    allow."""
    now = Look(trace, path, selection)
    if held is not None and isinstance(held.trace, Gradients):
        made = compare.gradient(now, held)
    else:
        made = _picture(now, held, difference)
    latex, words, code = said(trace, path, held)
    return Shown(made, typeset.svg(latex), words, code)


def said(trace: Trace, path: str, held: Look | None = None) -> tuple[str, str, str]:
    """What is known of a step before it is computed: its formula as LaTeX and as a line of text, and its code lines.
    Beside its gradient the formula is that one's."""
    if held is not None and isinstance(held.trace, Gradients):
        latex, plain = (held.trace.formula(path, roles) for roles in (True, False))
        return latex, typeset.words(plain), ""
    program = trace.program
    return program.formula(path, roles=True), typeset.words(program.formula(path)), program.code(path)


#: The most cells a thumbnail has, and above how many cells a tensor is not computed for one.
_THUMB, _TOO_BIG = (48, 96), 1 << 23


def thumbnail(trace: Trace, path: str, selection: Selection) -> Panel | None:
    """A step's result, small; None for what would take too long for a glance."""
    if ax.count(trace.shapes[path]) > _TOO_BIG:
        return None
    step = trace.program[path]
    full = picture.panel(trace, path, selection, whole=step.op.picture == "alone")
    rows, columns = full.values.shape
    small = picture.shrunk(trace, full, *_THUMB)
    return replace(
        full, values=small, real_rows=-(-full.real_rows * small.shape[0] // rows),
        real_columns=-(-full.real_columns * small.shape[1] // columns),
    )  # fmt: skip


def _picture(now: Look, held: Look | None, difference: bool) -> Picture:
    if held is None:
        return picture.picture(now.trace, now.path, now.selection)
    if difference:
        try:
            return compare.difference(now, held)
        except compare.CompareError as error:
            made = compare.beside(now, held)
            return replace(made, notes=(error.note, *made.notes))
    return compare.beside(now, held)


def explain(
    trace: Trace, path: str, index: Index, selection: Selection = _PLAIN, held: Look | None = None
) -> Working:  # fmt: skip
    """Work out one cell: of the tensor, of the mean or sum that is shown of it, or of its difference from another; of a
    weight, say that it was given."""
    if held is not None:
        try:
            return compare.working(Look(trace, path, selection), held, index)
        except compare.CompareError:  # both are on screen then, side by side
            pass
    if path in trace.program.by_name and derived.is_derived(trace, path, selection):
        return derived.working(trace, path, index, selection)
    return trace.explain(path, index)


def tokens(model: str, texts: Sequence[str]) -> Batch:
    """Sentences as tokens while they are typed. Raises TokenError."""
    return models.find(model).batch(texts)


def target(model: models.Model, texts: Sequence[str]) -> Batch:
    """Targets as the decoder reads them. Raises TargetError."""
    empty = [number for number, text in enumerate(texts) if not text]
    if empty and len(texts) > 1:
        raise TargetError(f"Sentence {empty[0]} has no target: give every sentence one, or none.")
    try:
        return model.target(texts)
    except TokenError as error:
        raise TargetError(str(error)) from error


def target_tokens(model: str, text: str) -> Batch | None:
    """A target as tokens while it is typed; None for an empty one. Raises TargetError."""
    return target(models.find(model), (text,)) if text else None


def mask_of(model: str) -> str:
    """The text of a model's mask, "" for a model without."""
    return models.find(model).mask_text()


#: Runs sentences through a model. Raises the engine's errors, or Cancelled.
RunRequest = Callable[[Request, Handle], Run]


class Restartable(Protocol):
    """What computes in a process of its own."""

    def look(self) -> TraceError | None:
        """How the process was lost, None where it was not; found out without waiting for anything."""

    def kill(self) -> None:
        """End the process, without waiting for it; whoever waits for its answer hears that it is lost."""

    def start_again(self) -> None:
        """Start another process in the place of one that was lost."""


@dataclass(frozen=True)
class Candidate:
    """One possible next token: its text, id, and probability before and after the sampling rules."""

    text: str
    id: int
    before: float
    after: float
    chosen: bool


@dataclass(frozen=True)
class Next:
    """What would come next: the likeliest candidates, the chosen one among them, and the rest summed."""

    candidates: tuple[Candidate, ...]
    rest_before: float
    rest_after: float
    kept: int
    total: int


def next_token(trace: Trace, model: str, row: int, rules: Rules, count: int = 8) -> Next:
    """What `rules` would choose after the sentence `row`. Raises TraceError, SamplingError, or ValueError for a model
    without a next token."""
    if not trace.spec.continues:
        raise ValueError(f"{trace.spec.name} fills gaps and has no next token: choose a model that continues.")
    text = trace.target or trace.batch
    at = int(text.lengths[row]) - 1
    logits = trace.read(decoding.logits_of(trace.program), (row, at, slice(None)))
    choice = choose(logits, rules, at + 1)
    shown = list(choice.likeliest(count))
    if choice.token not in shown:
        shown[-1] = choice.token
    names = vocabulary.of_trace(trace, model).names(shown)
    found = tuple(
        Candidate(name, int(one), float(choice.before[one]), float(choice.after[one]), int(one) == choice.token)
        for one, name in zip(shown, names)
    )
    rest = (1 - sum(one.before for one in found), 1 - sum(one.after for one in found))
    return Next(found, max(rest[0], 0.0), max(rest[1], 0.0), choice.kept, len(logits))
