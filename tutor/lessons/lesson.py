"""Lessons: Markdown files with front matter in `resources/lessons/LANGUAGE/`, read strictly. No Qt.

A lesson names tensors, tokens, terms and experiments, never widgets. One belongs to a stage, or answers a why.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tutor import resources
from tutor.engine.records import dataclass
from tutor.lessons import markdown
from tutor.lessons.markdown import Block, LessonError, Place
from tutor.lessons.texts import TextMissing

STAGE, WHY = "stage", "why"
#: What is read in a minute: English words, Chinese letters; and the minutes that one experiment takes.
_WORDS, _LETTERS, _TRYING = 200, 350, 1.0
_KEYS = ("title", "kind", "number", "stages", "experiments", "corrects")
_NEEDED = _KEYS[:4]


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    Attributes:
        name: of its file, the same in every language: `why-scale`.
        title: as shown.
        kind: `stage` or `why`.
        number: of the why; for a stage, its place in the forward pass.
        stages: keys of the stages on which it is offered.
        experiments: keys of those that stand in it, in their order.
        minutes: how long it takes to read and to try, from its length.
        corrects: which of the points that articles often have wrong it puts right, by their numbers.
    """

    name: str
    title: str
    kind: str
    number: int
    stages: tuple[str, ...]
    experiments: tuple[str, ...]
    blocks: tuple[Block, ...]
    minutes: int
    corrects: tuple[int, ...] = ()


def parse(text: str, where: str) -> Lesson:
    """A lesson from its file's text; `where` is the file, whose stem is the lesson's name. Raises LessonError."""
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].strip() != "---":
        raise LessonError(f"{where}, line 1: a lesson begins with its front matter between two lines ---.")
    end = next((at for at, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        raise LessonError(f"{where}, line 1: the front matter does not end with a line ---.")
    head = _head(lines[1:end], where)
    blocks = markdown.blocks(lines[end + 1 :], where, end + 2)
    if not blocks:
        raise LessonError(f"{where}, line {end + 1}: there is no text.")
    placed = tuple(block.key for block in blocks if isinstance(block, Place))
    experiments = tuple(head.get("experiments", "").split())
    if sorted(placed) != sorted(experiments):
        raise LessonError(f"{where}, line 2: the experiments of the front matter ({' '.join(experiments) or 'none'}) "
                          f"and those placed in the text ({' '.join(placed) or 'none'}) differ.")  # fmt: skip
    return Lesson(
        Path(where).stem, head["title"], head["kind"], int(head["number"]), tuple(head["stages"].split()), placed,
        blocks, minutes(blocks), tuple(map(int, head.get("corrects", "").split())),
    )  # fmt: skip


def _head(lines: list[str], where: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 2):
        key, colon, value = (one.strip() for one in line.partition(":"))
        if not line.strip():
            continue
        if not colon or key not in _KEYS or key in found:
            raise LessonError(f"{where}, line {number}: “{line.strip()[:30]}” should be one of {', '.join(_KEYS)}, "
                              "each once, followed by a colon.")  # fmt: skip
        value = re.sub(r"\s+#.*$", "", value).strip("\"'")
        found[key] = value
        wrong = (
            (key == "kind" and value not in (STAGE, WHY) and "kind is stage or why")
            or (key == "number" and not value.isdecimal() and "number is a whole number")
            or (key == "corrects" and not all(map(str.isdecimal, value.split())) and "corrects is whole numbers")
            or (key in ("title", "stages") and not value and f"{key} is empty")
        )  # fmt: skip
        if wrong:
            raise LessonError(f"{where}, line {number}: {wrong}.")
    missing = [key for key in _NEEDED if key not in found]
    if missing:
        raise LessonError(f"{where}, line 1: the front matter lacks {', '.join(missing)}.")
    return found


def minutes(blocks: tuple[Block, ...]) -> int:
    """Whole minutes for reading and trying, at least one."""
    text = " ".join(markdown.plain(part) for block in blocks for part in markdown.parts(block))
    letters = len(re.findall(r"[\u3400-\u9fff]", text))
    words = len(re.findall(r"[A-Za-z0-9′']+", text))
    tried = sum(isinstance(block, Place) for block in blocks)
    return max(1, math.ceil(letters / _LETTERS + words / _WORDS + tried * _TRYING))


@cache
def lessons(language: str) -> Mapping[str, Lesson]:
    """All lessons of a language by name: those of the stages in the order of the forward pass, then the whys.

    Raises LessonError for one that is written wrongly, TextMissing where the language has none.
    """
    try:
        folder = resources.path("lessons", language)
    except resources.ResourceMissing as error:
        raise TextMissing(f"{language}: {error}") from error
    found = [parse(path.read_text("utf-8"), path.name) for path in folder.glob("*.md")]
    found.sort(key=lambda one: (one.kind != STAGE, one.number, one.name))
    return {one.name: one for one in found}


def of_stage(key: str, language: str) -> tuple[Lesson, ...]:
    """The lessons offered on a stage: its own first, then the whys."""
    return tuple(one for one in lessons(language).values() if key in one.stages)
