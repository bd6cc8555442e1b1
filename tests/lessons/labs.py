"""Labs for tests: a sentence run on a model, in this process."""

from __future__ import annotations

from functools import cache

from tutor.lab import RunLab
from tutor.lessons.experiment import Focus
from tutor.running import Engine
from tutor.work import Request


class Free:
    """A job that nobody cancels."""

    def cancelled(self) -> bool:
        return False

    def progress(self, done: float) -> None:
        assert 0 <= done <= 1


@cache
def engine() -> Engine:
    return Engine()


@cache
def lab(model: str, *texts: str, target: str = "", focus: Focus = Focus()) -> RunLab:  # noqa: B008
    """A lab on some sentences (one row each), with a target for each where one is given."""
    targets = (target,) * len(texts) if target else ()
    request = Request(texts, model, targets=targets, device="cpu")
    return RunLab(engine().run(request, Free()).trace, request, focus, engine().run, Free())
