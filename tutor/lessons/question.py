"""What a question is: made from a run, with one right choice, and for every wrong one the error behind it. No Qt.

Words are not here: `resources/lessons/LANGUAGE/questions.toml` has the sentences by the kind of the question.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.axes import Axes, Axis, Index
from tutor.engine.ops import Op
from tutor.engine.program import Step
from tutor.engine.records import dataclass
from tutor.engine.trace import Trace
from tutor.lessons.experiment import Focus, Said, Value


@dataclass(frozen=True)
class Cell:
    """A number of the run: the cell of a tensor or weight where it stands."""

    name: str
    index: Index


@dataclass(frozen=True)
class Shape:
    """A choice that is a shape with its named axes."""

    axes: Axes


@dataclass(frozen=True)
class Figure:
    """A choice that is a number, printed with so many decimals (0 for a count)."""

    value: float
    places: int = 3

    def printed(self) -> str:
        """The number as it is printed; counts with a comma at every third digit."""
        rounded = round(self.value, self.places) + 0.0  # no −0
        return f"{rounded:,.{self.places}f}".replace("-", "−")


@dataclass(frozen=True)
class Word:
    """A choice that is a token of the run or of its vocabulary; `at` is its position, where it has one."""

    text: str
    at: int | None = None


#: What stands on a choice: a shape, a number, a token, or a sentence by its key.
Face = Shape | Figure | Word | Said


@dataclass(frozen=True, eq=False)
class Choice:
    """One answer.

    Attributes:
        face: what stands on it. right: whether it is the right one.
        feedback: what is said to whoever chose it; for a wrong one, which error it is.
        refs: which numbers of the feedback are cells of the run, by their name in the sentence.
        lit: the cells of the result that this answer is about, to be shown on the picture.
    """

    face: Face
    right: bool
    feedback: Said
    refs: Mapping[str, Cell] = field(default_factory=dict)
    lit: tuple[Index, ...] = ()


@dataclass(frozen=True, eq=False)
class Question:
    """One question about one step.

    Attributes:
        kind: what sort of question; its texts are under this key.
        path: the step whose result is veiled until it is answered.
        ask: the question; refs: which of its numbers are cells of the run.
        choices: in the order shown; exactly one is right.
        why: what is said after any answer.
        selection: which entry of the axes that are not on screen it is about: sentence, head.
        veil: what it is about and must not be seen before: the `result`, its `shape`, or `none`.
        lesson: the lesson that teaches it.
    """

    kind: str
    path: str
    ask: Said
    choices: tuple[Choice, ...]
    why: Said
    refs: Mapping[str, Cell] = field(default_factory=dict)
    selection: tuple[tuple[str, int], ...] = ()
    veil: str = "result"
    lesson: str = ""

    @property
    def right(self) -> int:
        """The number of the right choice, from 0."""
        return next(at for at, one in enumerate(self.choices) if one.right)


@dataclass(frozen=True, eq=False)
class Asking:
    """A step of a run, and what a question about it is drawn with."""

    trace: Trace
    step: Step
    focus: Focus
    rng: np.random.Generator
    #: Names vocabulary entries by their ids, as the tokens are shown.
    names: Callable[[Sequence[int]], Sequence[str]]

    @property
    def axes(self) -> Axes:
        return self.trace.shapes[self.step.name]

    def operand(self, at: int) -> Axes:
        return self.trace.shapes[self.step.operands[at]]

    def chosen(self) -> tuple[tuple[str, int], ...]:
        """The sentence and the head that the learner looks at, kept inside the run."""
        wanted = {ax.BATCH: self.focus.row, ax.HEAD: self.focus.head}
        return tuple(
            (axis.name, min(max(wanted[axis.name], 0), axis.size - 1)) for axis in self.axes if axis.name in wanted
        )

    def front(self, of: Axes | None = None) -> Index:
        """The entries of the axes before rows and columns: sentence and head."""
        chosen = dict(self.chosen())
        return tuple(chosen[axis.name] for axis in (of or self.axes) if axis.name in chosen)

    def length(self, axis: int) -> int:
        """How many entries of an axis of the result are real tokens of the chosen sentence."""
        text = self.trace.texts(self.step.name)[axis]
        row = dict(self.chosen()).get(ax.BATCH, 0)
        return self.axes[axis].size if text is None else int(text.lengths[row])

    def token(self, axis: int, at: int) -> str:
        """The token at a place of an axis of the result."""
        text = self.trace.texts(self.step.name)[axis]
        row = dict(self.chosen()).get(ax.BATCH, 0)
        return str(at) if text is None else text.rows[row][at].text

    def value(self, cell: Cell) -> float:
        return float(self.trace.read(cell.name, cell.index))


@dataclass(frozen=True)
class Kind:
    """A kind of question: how one is made, and of which steps, which is known without computing anything.

    Attributes:
        make: gives a question, or None where the numbers decide nothing clearly.
        ops: the operations it is about. last: the last axis of their results, where that matters. roles: of the steps.
        when: what it asks of the model.
    """

    key: str
    make: Callable[[Asking], Question | None]
    ops: tuple[type[Op], ...]
    last: str = ""
    roles: tuple[str, ...] = ()
    when: Callable[[Trace], bool] = lambda trace: True

    def fits(self, trace: Trace, step: Step) -> bool:
        """Whether a step may give a question of this kind."""
        of = trace.shapes[step.name]
        if not step.inputs or not isinstance(step.op, self.ops) or (self.roles and step.role not in self.roles):
            return False
        return (not self.last or (bool(of) and of[-1].name == self.last)) and self.when(trace)


def rng_of(seed: int, path: str, kind: str) -> np.random.Generator:
    """Random numbers that are the same for the same seed, step and kind, on every machine."""
    return np.random.default_rng([seed, zlib.crc32(path.encode()), zlib.crc32(kind.encode())])


def finished(asking: Asking, question: Question, most: int = 4) -> Question | None:
    """The question with at most `most` choices that look different, in a drawn order; None where the right one is not
    alone or no wrong one is left."""
    right = [one for one in question.choices if one.right]
    if len(right) != 1:
        return None
    kept, faces = [right[0]], [looks(right[0].face)]
    for one in question.choices:
        if not one.right and looks(one.face) not in faces and len(kept) < most:
            kept.append(one)
            faces.append(looks(one.face))
    if len(kept) < 2:
        return None
    order = asking.rng.permutation(len(kept))
    return replace(question, choices=tuple(kept[at] for at in order), selection=question.selection or asking.chosen())


def looks(face: Face) -> object:
    """What a face is told apart by: two that look alike must not both be offered."""
    if isinstance(face, Figure):
        return face.printed()
    if isinstance(face, Said):
        return (face.key, tuple(sorted(face.numbers.items())))
    return face


def figure(value: float, right: bool, feedback: str, numbers: Mapping[str, Value], places: int = 3) -> Choice:
    """A choice that is a number, whose feedback may name it as `{chosen}`."""
    face = Figure(value, places)
    return Choice(face, right, Said(feedback, {**numbers, "chosen": face.printed()}))


def axis(of: Axes, name: str) -> Axis | None:
    """The axis of that name, if there is one."""
    return next((one for one in of if one.name == name), None)
