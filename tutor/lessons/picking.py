"""Which questions a run gives: all of a step, or a few that are spread over the run. No Qt, no torch."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from tutor.engine import axes, vocabulary
from tutor.engine.trace import Trace, TraceError
from tutor.lessons import texts
from tutor.lessons.experiment import Focus
from tutor.lessons.question import Asking, Face, Figure, Question, Shape, Word, rng_of
from tutor.lessons.questions import every

#: At most so many a run, unless asked for more.
MOST = 6
#: What is asked first, where there is a choice: the harder to guess, the better.
WORTH: Mapping[str, int] = {
    "shape_scores": 9, "mask_cells": 8, "scale_row": 8, "key_wins": 7, "cross_source": 9, "next_token": 7,
    "hand_softmax": 6, "norm_moments": 6, "row_sum": 5, "shape_concat": 6, "residual_larger": 5, "shape_split": 5,
    "hand_weighted": 4, "parameters": 5, "score_sign": 4, "shape_times_v": 4, "hand_scale": 3, "rms_square": 5,
    "shape_transpose": 3, "hand_normalize": 3,
}  # fmt: skip

Names = Callable[[Sequence[int]], Sequence[str]]


def names_of(trace: Trace, model: str = "") -> Names:
    """Names vocabulary entries as the tokens of the run are shown."""
    found = vocabulary.of_trace(trace, model)
    return lambda ids: found.names([int(one) for one in ids])


def make(trace: Trace, path: str, kind: str, focus: Focus, seed: int, names: Names) -> Question | None:
    """One question of a kind about a step, the same for the same seed; None where the step gives none.

    Numbers that a saved trace left out give no question. Raises KeyError for a kind that there is not.
    """
    step, found = trace.program[path], every()[kind]
    if not found.fits(trace, step):
        return None
    try:
        return found.make(Asking(trace, step, focus, rng_of(seed, path, kind), names))
    except TraceError:
        return None


def kind_of(question: Question) -> str:
    """The kind that a question was made by; its texts may be of a closer one (`hand_softmax2` of `hand_softmax`)."""
    return max((key for key in every() if question.kind.startswith(key)), key=len)


def at(trace: Trace, path: str, focus: Focus, seed: int = 7, model: str = "") -> Iterator[Question]:
    """Every question about a step, the best first. A question's kind is made when it is asked for."""
    names = names_of(trace, model)
    for kind in sorted(every(), key=lambda one: (-WORTH.get(one, 0), one)):
        found = make(trace, path, kind, focus, seed, names)
        if found is not None:
            yield found


def ask(trace: Trace, path: str, kind: str, focus: Focus, seed: int = 7, model: str = "") -> Question | None:
    """A question of that kind about a step, or the best other one where its numbers decide nothing; None for none.
    With `!` before the kind, or with "", the best one of another kind."""
    found = make(trace, path, kind, focus, seed, names_of(trace, model)) if kind in every() else None
    if found is not None:
        return found
    others = list(at(trace, path, focus, seed, model))
    return next((one for one in others if one.kind != kind.removeprefix("!")), others[0] if others else None)


def plan(
    trace: Trace, kinds_known: Sequence[str] = (), most: int = MOST, seed: int = 7,
    shown: Collection[str] | None = None, due: Sequence[str] = (),
) -> tuple[tuple[str, str], ...]:  # fmt: skip
    """Where to ask in a run, and what: (path, kind), in the run's order, at most `most`, no kind and no stop twice,
    spread over its blocks. Kinds in `kinds_known` (answered rightly of late) come last, those `due` (missed before)
    first. Only steps in `shown` are asked about, where it is given.

    Decided by operations alone, without computing anything: where a place's numbers decide nothing clearly, `ask` asks
    something else there.
    """
    places: dict[str, list[str]] = {}
    for kind, one in every().items():
        fitting = [step.name for step in trace.program.steps if one.fits(trace, step)]
        found = [path for path in fitting if shown is None or path in shown]
        if found:
            places[kind] = found
    order = sorted(places, key=lambda one: (one not in due, one in kinds_known, -WORTH.get(one, 0), one))
    draw = random.Random(seed)
    chosen: list[tuple[str, str]] = []
    used: dict[str, int] = {}
    for kind in order:
        if len(chosen) == most:
            break
        free = [path for path in places[kind] if not any(_same_stop(trace, path, one) for one, _ in chosen)]
        if not free:
            continue
        sections = {path: trace.program[path].section for path in free}
        least = min(used.get(one, 0) for one in sections.values())
        path = draw.choice([path for path in free if used.get(sections[path], 0) == least])
        used[sections[path]] = least + 1
        chosen.append((path, kind))
    return tuple(sorted(chosen, key=lambda one: trace.program.order[one[0]]))


def _same_stop(trace: Trace, one: str, other: str) -> bool:
    return trace.program.stop_of(one) is trace.program.stop_of(other)


def worded(kind: str, face: Face, language: str) -> str:
    """What stands on a choice, as text; of a shape its sizes and axes. Raises TextMissing."""
    if isinstance(face, Figure):
        return face.printed()
    if isinstance(face, Word):
        return face.text if face.at is None else f"{face.text} [{face.at}]"  # a token may stand there twice
    if isinstance(face, Shape):
        return axes.text(face.axes)
    return texts.question(kind, language, face.key, face.numbers, "faces")
