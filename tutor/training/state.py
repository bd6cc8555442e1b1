"""A training's state on disk: one safetensors file, replaced as a whole, from which it goes on bit for bit.

The file holds weights and Adam's two moments, and as metadata how far the training is and what it is a training of.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from tutor.engine.files import write_safetensors
from tutor.training.errors import TrainError
from tutor.training.loop import Run
from tutor.training.tasks import Learner

STATE_FILE = "training.safetensors"
FORMAT = "transformer-tutor-training/1"
_PARTS = {"weights": "weights", "means": "adam.mean", "squares": "adam.square"}
_NUMBERS = ("step", "tokens", "seconds", "loss")


def identity(task: Learner) -> str:
    """What must be equal for a training to go on: the model, the plan, and the text or stories."""
    plan = {key: value for key, value in asdict(task.plan).items() if key != "checkpoints"}
    about = {"spec": task.spec.to_json(), "plan": plan, "data": task.data_sum()}
    return json.dumps(about, sort_keys=True)


def save(folder: Path, task: Learner, run: Run) -> None:
    """Write the state; a kill at any moment leaves the one before. Raises FileError."""
    parts = {label: getattr(run, part) for part, label in _PARTS.items()}
    arrays = {f"{label}/{name}": values for label, part in parts.items() for name, values in part.items()}
    numbers = {key: getattr(run, key) for key in _NUMBERS}
    write_safetensors(
        folder / STATE_FILE,
        {name: (values.dtype, values.shape) for name, values in arrays.items()},
        arrays.__getitem__,
        {"format": FORMAT, "identity": identity(task), "run": json.dumps(numbers)},
    )


def load(folder: Path, task: Learner) -> Run | None:
    """The training to go on with, or None where there is none. Raises TrainError where it is another's."""
    path = folder / STATE_FILE
    if not path.is_file():
        return None
    mend = f"choose another --out, or remove {path.name} to begin again"
    try:
        with safe_open(path, framework="np") as file:
            told = file.metadata() or {}
            if told.get("format") != FORMAT:
                raise TrainError(f"{path} is no training of this version: {mend}.")
            if told.get("identity") != identity(task):
                raise TrainError(f"{folder.name} holds an unfinished training with other settings or text: {mend}.")
            numbers = json.loads(told["run"])
            names = [weight.name for weight in task.weights]
            weights, means, squares = (
                {name: np.array(file.get_tensor(f"{label}/{name}")) for name in names} for label in _PARTS.values()
            )
    except (OSError, SafetensorError, KeyError, json.JSONDecodeError) as error:
        raise TrainError(f"{path} cannot be read ({error}): {mend}.") from error
    return Run(weights, means, squares, *(numbers[key] for key in _NUMBERS))


def remove(folder: Path) -> None:
    """The training is done: nothing is left to go on with."""
    (folder / STATE_FILE).unlink(missing_ok=True)
