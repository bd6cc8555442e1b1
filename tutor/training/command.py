"""`python main.py train NAME`: trains a model and writes its folder; the script that made the shipped ones."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tutor.engine import shipped
from tutor.engine.weights import WEIGHTS_FILE
from tutor.training import gap_filler, state, storyteller, translator
from tutor.training.errors import TrainError
from tutor.training.loop import Run, train
from tutor.training.tasks import Task

#: Every model there is a training of: from the options to its Task.
TASKS: dict[str, Callable[[argparse.Namespace], Task]] = {
    "storyteller": storyteller.task, "translator": translator.task, "gap-filler": gap_filler.task,
}  # fmt: skip

#: Seconds between two savings of the state, and between two lines of progress.
SAVE_EVERY, TELL_EVERY = 60.0, 5.0


def run(options: argparse.Namespace) -> int:
    """Train what the options ask for. Returns the exit status. Raises TrainError, TokenError or FileError."""
    if options.steps is not None and options.steps < 1:
        raise TrainError("The number of steps should be 1 or more, as in --steps 2000.")
    task = TASKS[options.name](options)
    if options.steps is not None:
        task.plan = replace(task.plan, steps=options.steps)
    task.plan = replace(task.plan, checkpoints=tuple(step for step in task.plan.checkpoints if step < task.plan.steps))
    folder = _folder(options.out or Path(options.name))
    unfinished = state.load(folder, task)
    if unfinished is None and (folder / WEIGHTS_FILE).exists():
        raise TrainError(f"{folder} holds a trained model already: choose another folder with --out.")
    task.prepare(folder)
    return make(task, folder, unfinished or Run.begin(task))


def make(task: Task, folder: Path, run: Run) -> int:
    """Train to the end and write the model's folder; on Ctrl+C save what there is."""
    progress = Progress(task, run)
    saved = time.monotonic()

    def reached(run: Run) -> None:
        nonlocal saved
        if run.step in task.plan.checkpoints:
            shipped.write_checkpoint(folder, run.step, run.weights)
        if time.monotonic() - saved > SAVE_EVERY and run.step < task.plan.steps:
            state.save(folder, task, run)
            saved = time.monotonic()

    try:
        train(task, run, reached, progress.tell)
    except KeyboardInterrupt:
        print(f"\nInterrupted at step {run.step:,}; the same command goes on from where it was saved.", file=sys.stderr)
        return 130
    progress.end()
    from tutor.training import card

    card.finish(task, run, folder)
    state.remove(folder)
    print(f"The model is in {folder}: open it with --model {folder}.")
    return 0


def _folder(path: Path) -> Path:
    try:
        path = path.expanduser()
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        name = f"{str(path)!r:.80}"
        raise TrainError(f"The folder {name} cannot be made ({reason}): choose another with --out.") from None
    return path


class Progress:
    """Lines that tell step, loss and time left."""

    def __init__(self, task: Task, run: Run) -> None:
        self._steps = task.plan.steps
        self._begun, self._from = time.monotonic(), run.step
        self._told = 0.0
        if run.step:
            print(f"Going on from step {run.step:,}.", flush=True)

    def tell(self, run: Run) -> None:
        now = time.monotonic()
        if now - self._told < TELL_EVERY and run.step < self._steps:
            return
        self._told = now
        left = (now - self._begun) / (run.step - self._from) * (self._steps - run.step)
        print(f"step {run.step:,} of {self._steps:,}, loss {run.loss:.3f}, {_time(left)} left", flush=True)

    def end(self) -> None:
        print("Measuring …", flush=True)


def _time(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"
