"""What crosses to the engine's process and back: a closed set of things, as JSON and numpy arrays.

Nothing is pickled, so nothing that comes out of a pipe can run code or make an object of a class that is not listed
here. Programs, specs and batches travel as saved traces write them; small frozen classes by their fields.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

import numpy as np

from tutor.engine.axes import AxesError
from tutor.engine.changes import ChangeError
from tutor.engine.files import FileError
from tutor.engine.goals import Goal, GoalError
from tutor.engine.program import Program
from tutor.engine.sampling import Rules, SamplingError
from tutor.engine.spec import ModelSpec, SpecError
from tutor.engine.tokens import Batch, TokenError
from tutor.engine.trace import Cancelled, Patch, Plan, Stats, Trace, TraceError
from tutor.engine.weights import WeightsError

#: Classes that travel by their fields. One more is one line.
KINDS: tuple[type, ...] = (Goal, Patch, Plan, Rules, Stats)
#: Errors that arrive as what they were. Any other arrives as the RuntimeError that names it.
ERRORS: tuple[type[BaseException], ...] = (
    AxesError, Cancelled, ChangeError, FileError, GoalError, SamplingError, SpecError, TokenError, TraceError,
    WeightsError, ImportError, IndexError, KeyError, MemoryError, NotImplementedError, OSError, RuntimeError,
    TypeError, ValueError,
)  # fmt: skip
_PLAIN = (str, int, float, bool, type(None))
#: Kinds of numbers: float, signed, unsigned, bool.
_NUMBERS = "fiub"


class Codec:
    """Things to JSON and arrays, and back.

    `out` gives the JSON for a trace, `back` the trace for such JSON: a trace stays in its process, its name travels.
    """

    def __init__(
        self, out: Callable[[Trace, list[np.ndarray]], Any], back: Callable[[Any, Sequence[np.ndarray]], Trace],
        kinds: Sequence[type] = KINDS,
    ) -> None:  # fmt: skip
        self._out, self._back = out, back
        self._kinds = {kind.__name__: kind for kind in kinds}

    def plain(self, value: Any, arrays: list[np.ndarray]) -> Any:
        """JSON for a value; its arrays are put on the list. Raises TypeError for what does not travel."""
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, _PLAIN):
            return value
        if isinstance(value, np.ndarray):
            if value.dtype.kind not in _NUMBERS:
                raise TypeError(f"an array of {value.dtype} does not travel")
            arrays.append(value)
            return {"array": len(arrays) - 1}
        if isinstance(value, slice):
            return {"slice": [self.plain(one, arrays) for one in (value.start, value.stop, value.step)]}
        if isinstance(value, list):
            return [self.plain(one, arrays) for one in value]
        if isinstance(value, (tuple, frozenset)):
            return {"tuple" if isinstance(value, tuple) else "set": [self.plain(one, arrays) for one in value]}
        if isinstance(value, Mapping):
            return {"map": [[self.plain(key, arrays), self.plain(one, arrays)] for key, one in value.items()]}
        if isinstance(value, Program):
            return {"program": _program_text(value)}
        if isinstance(value, ModelSpec):
            return {"spec": value.to_json()}
        if isinstance(value, Batch):
            return {"batch": value.to_json()}
        if isinstance(value, Trace):
            return {"trace": self._out(value, arrays)}
        name = type(value).__name__
        if self._kinds.get(name) is type(value):
            return {"kind": name, "of": {one.name: self.plain(getattr(value, one.name), arrays)
                                         for one in fields(self._kinds[name])}}  # fmt: skip
        raise TypeError(f"a {name} does not travel")

    def value(self, plain: Any, arrays: Sequence[np.ndarray]) -> Any:
        """What `plain` made JSON of. Raises ValueError for anything else."""
        if not isinstance(plain, dict):
            return [self.value(one, arrays) for one in plain] if isinstance(plain, list) else plain
        if "kind" in plain:
            return self._kinds[plain["kind"]](**{key: self.value(one, arrays) for key, one in plain["of"].items()})
        name, of = next(iter(plain.items()))
        if name in ("tuple", "set"):
            return (tuple if name == "tuple" else frozenset)(self.value(one, arrays) for one in of)
        if name == "map":
            return {self.value(key, arrays): self.value(one, arrays) for key, one in of}
        simple: dict[str, Callable[[Any], Any]] = {
            "array": arrays.__getitem__, "slice": lambda ends: slice(*ends), "program": _program,
            "spec": ModelSpec.from_json, "batch": Batch.from_json, "trace": lambda told: self._back(told, arrays),
        }  # fmt: skip
        if name not in simple:
            raise ValueError(f"{name} is nothing that travels")
        return simple[name](of)


# The program of a sentence is that of the one before: the same text is the same object again.
@lru_cache(maxsize=8)
def _program_text(program: Program) -> str:
    # How random weights are drawn is left out of saved programs, but no two equal programs may differ here.
    drawn = [[weight.init, weight.std] for weight in program.weights]
    return json.dumps({"program": program.to_json(), "drawn": drawn})


@lru_cache(maxsize=8)
def _program(text: str) -> Program:
    data = json.loads(text)
    made = Program.from_json(data["program"])
    drawn = zip(made.weights, data["drawn"])
    return Program(made.steps, tuple(replace(weight, init=init, std=std) for weight, (init, std) in drawn))


def error_to_plain(error: BaseException, kinds: Sequence[type[BaseException]] = ERRORS) -> dict[str, str]:
    """An error as the nearest class that travels, with its sentence."""
    kind = next((one for one in type(error).__mro__ if one in kinds), RuntimeError)
    told = _sentence(error)
    if kind is not type(error) and kind.__module__ == "builtins" and kind is not MemoryError:
        told = f"{type(error).__name__}: {told}"  # no sentence of ours: its name says more than the class it arrives as
    return {"kind": kind.__name__, "text": told}


def error_from_plain(plain: Mapping[str, str], kinds: Sequence[type[BaseException]] = ERRORS) -> BaseException:
    """The error again."""
    kind = next((one for one in kinds if one.__name__ == plain["kind"]), RuntimeError)
    return kind(plain["text"]) if plain["text"] else kind()


def is_foreseen(error: BaseException) -> bool:
    """Whether an error is one of the engine's own, whose sentence says everything."""
    return type(error).__module__.startswith("tutor.")


def _sentence(error: BaseException) -> str:
    # KeyError puts quotation marks round its text.
    return str(error.args[0]) if len(error.args) == 1 and isinstance(error.args[0], str) else str(error)
