"""What a learner has seen and answered, and when what they missed is asked again. A small JSON file; no Qt.

A missed question comes again after 1, 3 and 7 days (spaced practice: Dunlosky et al. 2013); who misses it again begins
anew. Everything stays on this machine.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tutor.engine.files import replacing
from tutor.engine.records import dataclass

FORMAT = "transformer-tutor-progress/1"
#: After how many days a missed question is asked again, and again once it was answered rightly.
INTERVALS = (1, 3, 7)
_MOST_ANSWERS, _MOST_BYTES = 5_000, 8 << 20


class ProgressError(ValueError):
    """A file that is no progress; the message is one sentence with the mend."""


@dataclass(frozen=True)
class Answer:
    """One question as it was answered: its kind, the stage it was about, the model, and the day.

    `right` is None where it was skipped.
    """

    kind: str
    stage: str
    model: str
    right: bool | None
    day: date


@dataclass(frozen=True)
class Review:
    """A missed kind of question: how many times it was answered rightly since, and from which day it is due."""

    step: int
    due: date


@dataclass(frozen=True)
class Summary:
    """Some numbers to show: of stages seen, lessons read, questions answered, and those due."""

    stages: int
    lessons: int
    right: int
    wrong: int
    skipped: int
    due: int
    waiting: int


@dataclass
class Progress:
    """See the module. Stages are kept by model and key, lessons by name."""

    stages: dict[str, set[str]] = field(default_factory=dict)
    lessons: set[str] = field(default_factory=set)
    answers: list[Answer] = field(default_factory=list)
    reviews: dict[str, Review] = field(default_factory=dict)

    # What happens ---------------------------------------------------------------------------------------------

    def saw(self, model: str, stages: Iterable[str]) -> bool:
        """Stages that the learner has been to. Returns whether any is new."""
        known = self.stages.setdefault(model, set())
        before = len(known)
        known.update(stages)
        return len(known) > before

    def read(self, lesson: str) -> bool:
        """A lesson that was opened. Returns whether for the first time."""
        new = lesson not in self.lessons
        self.lessons.add(lesson)
        return new

    def answered(self, answer: Answer) -> None:
        """A question was answered or skipped. A miss is asked again after a day; a right answer to what is due moves it
        on, and after the last time it is done with."""
        self.answers = [*self.answers, answer][-_MOST_ANSWERS:]
        review = self.reviews.get(answer.kind)
        if answer.right is False:
            self.reviews[answer.kind] = Review(0, answer.day + timedelta(INTERVALS[0]))
        elif answer.right and review is not None and review.due <= answer.day:
            if review.step + 1 < len(INTERVALS):
                later = answer.day + timedelta(INTERVALS[review.step + 1])
                self.reviews[answer.kind] = Review(review.step + 1, later)
            else:
                del self.reviews[answer.kind]

    def reset(self) -> None:
        """Forget everything."""
        self.stages, self.lessons, self.answers, self.reviews = {}, set(), [], {}

    # What it says ---------------------------------------------------------------------------------------------

    def due(self, day: date) -> tuple[str, ...]:
        """The kinds that are to be asked again, the longest due first."""
        found = sorted((one.due, kind) for kind, one in self.reviews.items() if one.due <= day)
        return tuple(kind for _, kind in found)

    def known(self) -> tuple[str, ...]:
        """The kinds whose last answer was right and that wait for no review."""
        last = {one.kind: one.right for one in self.answers if one.right is not None}
        return tuple(sorted(kind for kind, right in last.items() if right and kind not in self.reviews))

    def by_kind(self) -> dict[str, tuple[int, int]]:
        """For each kind that was answered: how often, and how often rightly."""
        answered = Counter(one.kind for one in self.answers if one.right is not None)
        right = Counter(one.kind for one in self.answers if one.right)
        return {kind: (count, right[kind]) for kind, count in sorted(answered.items())}

    def summary(self, day: date) -> Summary:
        answers = Counter(one.right for one in self.answers)
        due = len(self.due(day))
        return Summary(
            len(set().union(*self.stages.values())), len(self.lessons), answers[True], answers[False], answers[None],
            due, len(self.reviews) - due,
        )  # fmt: skip

    # The file -------------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "stages": {model: sorted(keys) for model, keys in sorted(self.stages.items())},
            "lessons": sorted(self.lessons),
            "answers": [
                {"kind": one.kind, "stage": one.stage, "model": one.model, "right": one.right,
                 "day": one.day.isoformat()}
                for one in self.answers
            ],
            "reviews": {
                kind: {"step": one.step, "due": one.due.isoformat()} for kind, one in sorted(self.reviews.items())
            },
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Any) -> Progress:
        """Read strictly. Raises KeyError, TypeError or ValueError for anything else."""
        if data["format"] != FORMAT:
            raise ValueError("another format")
        answers = [
            Answer(_text(one["kind"]), _text(one["stage"]), _text(one["model"]), _right(one["right"]),
                   date.fromisoformat(one["day"]))
            for one in data["answers"]
        ]  # fmt: skip
        reviews = {_text(kind): _review(one) for kind, one in data["reviews"].items()}
        stages = {_text(model): set(map(_text, keys)) for model, keys in data["stages"].items()}
        return cls(stages, set(map(_text, data["lessons"])), answers[-_MOST_ANSWERS:], reviews)

    def save(self, path: Path) -> None:
        """Write it. Raises FileError; then what was there before is there still."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(json.dumps(self.to_json(), ensure_ascii=False, indent=1).encode())


def load(path: Path) -> Progress:
    """The progress in a file; an empty one where there is none. Raises ProgressError for a file that is damaged."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ProgressError(f"{path.name} is too large for what was learned: move it away to begin anew.")
        return Progress.from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Progress()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, ProgressError):
            raise
        raise ProgressError(
            f"{path.name} cannot be read, so nothing new is kept: move it away to begin anew."
        ) from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _right(value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise TypeError("no answer")
    return value


def _review(value: Any) -> Review:
    step = value["step"]
    if type(step) is not int or not 0 <= step < len(INTERVALS):
        raise ValueError("no step")
    return Review(step, date.fromisoformat(value["due"]))
