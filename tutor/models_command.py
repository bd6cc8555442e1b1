"""`python main.py models`: the list of models, `get NAME` for one on request, `add FILE` for a downloaded file."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tutor.engine import catalogue, fetch, kept
from tutor.engine.catalogue import Entry, State

#: How many characters of a first sentence the list shows.
_SAMPLE = 70


def run(options: argparse.Namespace) -> int:
    """Carry out what the options ask for. Returns the exit status. Raises the engine's errors."""
    if options.action is None:
        print("\n".join(line for one in catalogue.entries() for line in lines(one)))
        return 0
    with _progress() as progress, _interruptible():
        try:
            if options.action == "get":
                place = fetch.get(options.what, progress.tell)
            else:
                place = fetch.add(Path(os.path.expanduser(options.what)), progress.tell)
        except KeyboardInterrupt as stop:
            progress.end()
            print("Interrupted: nothing is left behind; the same command begins again.", file=sys.stderr)
            return int(stop.args[0]) if stop.args else 130
    print(f"{place.stem} is ready: open it with --model {_quoted(place.stem)}. Its file is {place}.")
    return 0


def lines(one: Entry) -> list[str]:
    """What the list says of a model."""
    if one.problem:
        return [f"{one.name}: {one.problem}"]
    sizes = f"{one.n_layers} × {one.n_heads} heads, d_model {one.d_model}, {one.parameters:,} parameters"
    about = [one.family, sizes, one.licence, f"{one.size / kept.MB:.1f} MB" if one.size else "", one.state.value]
    if one.state is State.ON_REQUEST:
        about[-1] = f"on request: {kept.OFFERS[one.name].command}"
    facts = ", ".join(part for part in about if part)
    told = [f"{one.name}: {one.what}", f"    {facts}"] if one.what else [f"{one.name}: {facts}"]
    if one.note:
        told.append(f"    {one.note}")
    if one.sample:
        sample = " ".join(one.sample.split()).lstrip(". ")
        told.append(f"    try: {sample if len(sample) <= _SAMPLE else sample[:_SAMPLE].rsplit(' ', 1)[0] + ' …'}")
    return told


class _Progress:
    """A line that counts up where somebody watches."""

    def __init__(self) -> None:
        self._shown = -1
        self._watched = sys.stderr.isatty()

    def tell(self, done: float) -> None:
        percent = int(100 * done)
        if self._watched and percent > self._shown:
            self._shown = percent
            print(f"\r{percent:3} %", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._shown >= 0:
            print("\r     \r", end="", file=sys.stderr, flush=True)
            self._shown = -1


@contextmanager
def _progress() -> Iterator[_Progress]:
    progress = _Progress()
    try:
        yield progress
    finally:
        progress.end()


@contextmanager
def _interruptible() -> Iterator[None]:
    """A polite end by the system or a closed terminal cleans up as Ctrl+C does."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt(128 + number)

    names = [one for one in ("SIGTERM", "SIGHUP") if hasattr(signal, one)]
    before = {one: signal.signal(getattr(signal, one), stop) for one in names}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(getattr(signal, one), handler)


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
