"""What an experiment is: settings go in, the engine is asked, numbers come out. No Qt, no torch.

Words are not here: an experiment names what it says by keys, and `resources/lessons/LANGUAGE/experiments/KEY.toml` has
the sentences.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import Protocol

import numpy as np

from tutor.engine.records import dataclass
from tutor.engine.trace import Trace

Value = float | int | str | bool


@dataclass(frozen=True)
class Focus:
    """Where the learner is: block, head, sentence and token that an experiment looks at unless told otherwise."""

    path: str = ""
    block: int = 0
    head: int = 0
    row: int = 0
    #: None: the last token that counts.
    at: int | None = None


class Lab(Protocol):
    """What an experiment may ask. It runs off the GUI thread and may take seconds if it reports progress."""

    #: The run on screen, without what-ifs.
    trace: Trace
    #: The name that `models.find` takes; "" where the run came from a file.
    model: str
    focus: Focus

    def run(self, texts: Sequence[str], model: str | None = None, targets: Sequence[str] = (),
            ids: Sequence[Sequence[int]] = ()) -> Trace:  # fmt: skip
        """Another text, or the same through another model (`storyteller@1000`). Raises the engine's errors, TraceError
        where the run on screen came from a file and nothing can be computed."""

    def change(self, *changes: str, of: Trace | None = None) -> Trace:
        """A run (the one on screen) with changes, written as `--set` takes them: `mask=off`, `head=1.2:zero`. Raises
        ChangeError."""

    def cancelled(self) -> bool: ...

    def progress(self, done: float) -> None:
        """Tell how much is done, 0 to 1. Raises Cancelled."""


class Unfit(ValueError):
    """An experiment cannot be done on this run; `key` names the sentence that says why and what would mend it."""

    def __init__(self, key: str, **numbers: Value) -> None:
        super().__init__(key)
        self.key, self.numbers = key, numbers


@dataclass(frozen=True)
class Number:
    """A control that is a number, a slider. `log`: steps are factors of 2. `whole`: an integer."""

    key: str
    default: float
    low: float
    high: float
    step: float = 1.0
    log: bool = False
    whole: bool = True


@dataclass(frozen=True)
class Choice:
    """One of several. An option is worded by its key, or stands for itself where no word is given (a token)."""

    key: str
    options: tuple[str, ...]
    default: str


@dataclass(frozen=True)
class Toggle:
    """On or off."""

    key: str
    default: bool = False


@dataclass(frozen=True)
class Seed:
    """The seed of what is drawn at random, with a button that draws anew."""

    key: str = "seed"
    default: int = 7


Control = Number | Choice | Toggle | Seed
Settings = Mapping[str, Value]


@dataclass(frozen=True)
class Said:
    """A sentence by its key, and the numbers and names that stand in it."""

    key: str
    numbers: Mapping[str, Value] = field(default_factory=dict)


#: A label: a word by its key, or a text that stands for itself (a token, a number).
Label = Said | str


@dataclass(frozen=True, eq=False)
class Series:
    """One line or set of points or bars. `y` [n]; NaN leaves a gap. `style`: `line` (with symbols), `dashed` (with
    symbols), `points`, `reference` (thin, without symbols: what theory says)."""

    label: Label
    y: np.ndarray
    style: str = "line"


@dataclass(frozen=True, eq=False)
class Curves:
    """Curves over one x [n]. `mark`: an x drawn as an upright line, with its label: this model."""

    key: str
    x: np.ndarray
    series: tuple[Series, ...]
    log_x: bool = False
    log_y: bool = False
    mark: float | None = None
    mark_label: Label = ""


@dataclass(frozen=True, eq=False)
class Bars:
    """Groups of bars, one group a label."""

    key: str
    labels: tuple[Label, ...]
    series: tuple[Series, ...]
    log_y: bool = False


@dataclass(frozen=True, eq=False)
class Map:
    """A heat map. `values` [rows, columns]; `scale` is `signed`, `probability` or `plain` (0 to its largest). `greyed`
    [rows, columns]: cells drawn grey (cached, not computed anew)."""

    key: str
    values: np.ndarray
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    scale: str = "signed"
    greyed: np.ndarray | None = None
    #: The tensor it shows, so that a click can go there; "" for what is no tensor of the run.
    tensor: str = ""


@dataclass(frozen=True)
class Grid:
    """A small table of texts and numbers: columns by label, rows of cells."""

    key: str
    columns: tuple[Label, ...]
    rows: tuple[tuple[Label | float | int, ...], ...]


Plot = Curves | Bars | Map | Grid


@dataclass(frozen=True)
class Fact:
    """A number that was found, named by its key. `tensor`: where it can be seen."""

    key: str
    value: float | int
    tensor: str = ""


@dataclass(frozen=True, eq=False)
class Result:
    """What an experiment found.

    Attributes:
        claim: whether what the lesson claims holds here: computed from the numbers, never assumed.
        verdict: the answer in one or two sentences; its key follows from `claim`.
        settings: the settings it was made with, so that it can be made again.
    """

    plots: tuple[Plot, ...]
    claim: bool
    verdict: Said
    facts: tuple[Fact, ...] = ()
    notes: tuple[Said, ...] = ()
    settings: Settings = field(default_factory=dict)

    def fact(self, key: str) -> float | int:
        """A found number by its key. Raises KeyError."""
        for one in self.facts:
            if one.key == key:
                return one.value
        raise KeyError(key)


class Experiment(ABC):
    """One experiment.

    Attributes:
        key: its name; also of its texts.
        whys: the numbers of the questions it answers (the checklist of whys, 1 to 18).
        flip: settings that must turn the claim round: the experiment's own control.
    """

    key: str = ""
    whys: tuple[int, ...] = ()
    flip: Settings = MappingProxyType({})

    @abstractmethod
    def controls(self, lab: Lab) -> tuple[Control, ...]:
        """What can be changed, in the order shown, fitted to the run. Raises Unfit where there is nothing to do."""

    @abstractmethod
    def run(self, lab: Lab, settings: Settings) -> Result:
        """Do it. `settings` holds every control's key. Raises Unfit, Cancelled, or the engine's errors."""

    def defaults(self, lab: Lab) -> dict[str, Value]:
        """The settings it begins with. Raises Unfit."""
        return {one.key: one.default for one in self.controls(lab)}
