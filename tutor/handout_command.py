"""`handout`: chosen steps of a run as one HTML file, without opening a window."""

from __future__ import annotations

import argparse
import sys

from tutor import app, work
from tutor.engine.files import replacing
from tutor.engine.picture import Selection
from tutor.engine.trace import TraceError
from tutor.running import Engine
from tutor.views import theme
from tutor.views.handout import Handout


class _Alone:
    """What a job may ask where nobody waits for it."""

    def cancelled(self) -> bool:
        return False

    def progress(self, done: float) -> None:
        return None


def run(options: argparse.Namespace) -> int:
    """Write the handout. Returns the exit status. Raises the engine's errors, and FileError."""
    language = options.language or "en"
    application = app.make_app(sys.argv[:1])
    look = theme.apply(application, theme.LIGHT)
    app.Languages(application).use(language)
    trace = Engine().run(app.request(options, tuple(options.texts)), _Alone()).trace
    wanted = [step.name for stop in trace.program.stops for step in stop.results]
    if options.only:
        # Named ones may be operations within a stage as well.
        wanted = [step.name for step in trace.program.steps if any(part in step.name for part in options.only)]
    if not wanted:
        raise TraceError(f"No step is named like {', '.join(options.only)}: `trace` lists the names.")
    made = Handout(trace, 0, language, look)
    for path in wanted:
        made.add(work.show(trace, path, Selection()))
    data = made.html().encode()
    with replacing(options.out) as file:
        file.write(data)
    print(f"{len(wanted)} steps in {options.out}")
    return 0
