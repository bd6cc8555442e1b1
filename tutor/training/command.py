"""`python main.py train NAME`: trains a model and writes its folder; the script that made the shipped ones."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tutor.engine import shipped
from tutor.engine.weights import SPEC_FILE, WEIGHTS_FILE
from tutor.training import gap_filler, rnn, state, storyteller, translator
from tutor.training.errors import TrainError
from tutor.training.loop import Run, train
from tutor.training.tasks import Learner

#: Every model there is a training of: from the options to its task.
TASKS: dict[str, Callable[[argparse.Namespace], Learner]] = {
    "storyteller": storyteller.task, "translator": translator.task, "gap-filler": gap_filler.task,
    "rnn-translator": rnn.task, "rnn-attention": rnn.with_attention,
}  # fmt: skip

#: Seconds between two savings of the state, and between two lines of progress.
SAVE_EVERY, TELL_EVERY = 60.0, 5.0
#: What interrupts a training, and the exit status then.
STOPS, INTERRUPTED = (signal.SIGINT, signal.SIGTERM), 130


def run(options: argparse.Namespace) -> int:
    """Train what the options ask for. Returns the exit status. Raises TrainError, TokenError or FileError."""
    if options.steps is not None and options.steps < 1:
        raise TrainError("The number of steps should be 1 or more, as in --steps 2000.")
    task = TASKS[options.name](options)
    steps = options.steps or task.plan.steps
    task.plan = replace(task.plan, steps=steps, checkpoints=tuple(at for at in task.plan.checkpoints if at < steps))
    folder = folder_for(options.out or Path(task.spec.name))
    unfinished = state.load(folder, task)
    task.prepare(folder)
    return make(task, folder, unfinished or Run.begin(task))


def make(task: Learner, folder: Path, run: Run) -> int:
    """Train to the end and write the model's folder; where it is interrupted, save what there is."""
    progress = Progress(task, run)
    saved = time.monotonic()
    stopped = False
    with asked_to_stop() as asked:

        def reached(run: Run) -> bool:
            nonlocal saved, stopped
            progress.tell(run)
            stopped = bool(asked)
            if run.step in task.plan.checkpoints:
                shipped.write_checkpoint(folder, run.step, run.weights)
            due = time.monotonic() - saved > SAVE_EVERY and run.step < task.plan.steps
            if due or stopped:
                state.save(folder, task, run)
                saved = time.monotonic()
            return not stopped

        train(task, run, reached)
    if stopped:
        print(f"Interrupted at step {run.step:,}: the same command goes on from there.", file=sys.stderr)
        return INTERRUPTED
    from tutor.training import card  # here, so that a long training is described as the code is when it ends

    print("Measuring …", flush=True)
    card.finish(task, run, folder)
    state.remove(folder)
    opened = f": open it with --model {folder}" if (folder / SPEC_FILE).is_file() else ", for the lessons to run"
    print(f"The model is in {folder}{opened}")
    return 0


@contextmanager
def asked_to_stop() -> Iterator[list[int]]:
    """A list that a signal to stop (Ctrl+C, kill) enters, so that the step under way is finished first."""
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield asked  # signals reach the main thread only
        return
    before = {one: signal.signal(one, lambda number, frame: asked.append(number)) for one in STOPS}
    try:
        yield asked
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def folder_for(path: Path) -> Path:
    """The folder to write, made where it is not there. Raises TrainError where it is not ours to write."""
    name = f"{str(path)!r:.80}"
    try:
        path = path.expanduser()
        path.mkdir(parents=True, exist_ok=True)
        found = {one.name.removesuffix(".part") for one in path.iterdir()}
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TrainError(f"The folder {name} cannot be made ({reason}): choose another with --out.") from None
    if state.STATE_FILE in found or found <= {shipped.CHECKPOINTS, shipped.TOKENIZER_FILE}:
        return path
    what = "holds a trained model already" if WEIGHTS_FILE in found else "is not empty"
    raise TrainError(f"The folder {name} {what}: choose another with --out.")


class Progress:
    """Lines that tell step, loss and time left."""

    def __init__(self, task: Learner, run: Run) -> None:
        self._steps = task.plan.steps
        self._begun, self._from = time.monotonic(), run.step
        self._told = 0.0
        if run.step:
            print(f"Going on from step {run.step:,}.", flush=True)

    def tell(self, run: Run) -> None:
        now = time.monotonic()
        if run.step == self._from or (now - self._told < TELL_EVERY and run.step < self._steps):
            return
        self._told = now
        left = (now - self._begun) / (run.step - self._from) * (self._steps - run.step)
        print(f"step {run.step:,} of {self._steps:,}, loss {run.loss:.3f}, {_time(left)} left", flush=True)


def _time(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"
