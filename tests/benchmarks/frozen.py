"""How long the window stands still while the engine works: the engine in a process of its own, and in the window's.

    python -m tests.benchmarks.frozen

A timer beats every 5 ms in the thread of the real window, at 1,280 × 800, while a learner's acts are carried out: the
engine starts (torch is imported), the article's model runs, a model of the size of GPT-2 small (random weights) runs
1,024 tokens, steps are shown for the first time, a what-if is made. A gap between two beats is what the learner feels;
`blocked` is the part of it in which the thread did nothing of its own and did not wait for a core that other programs
had: there it waited for the interpreter, which other work held. (Where the system does not tell how long a thread
waited for a core, that is in it. Measure on an idle machine: where whoever holds the interpreter has no core, the
window waits for that too.) It ends with exit status 1 where the thread was blocked for more than 50 ms with the
engine in its own process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QSettings, Qt, QTimer, QtMsgType, qInstallMessageHandler

from tutor import app
from tutor.engine import families
from tutor.engine.changes import Head
from tutor.engine.spec import ModelSpec
from tutor.engine.weights import random_weights, save_model
from tutor.engine_process import EngineProcess
from tutor.work import Request

BUDGET_MS, BEAT_MS, TOKENS = 50.0, 5, 1024
LARGE = ModelSpec(
    "as GPT-2 small", "gpt2", d_model=768, n_heads=12, d_head=64, n_layers=12, d_mlp=3072, d_vocab=50257, n_ctx=TOKENS,
    tied=True, activation="gelu_tanh", seed=7,
)  # fmt: skip
SHOWN = ("blocks.0.attn.q_flat", "blocks.5.attn.scores", "blocks.5.attn.pattern", "blocks.11.mlp.pre",
         "blocks.11.resid_post", "logits", "probs")  # fmt: skip


def waited() -> float:
    """For how many seconds this thread was ready and had no core; 0 where the system does not say."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_bytes().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


class Beat:
    """The timer, and the longest gap of each phase: as it is felt, and the part in which the thread was blocked."""

    def __init__(self) -> None:
        self.timer = QTimer()
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.setInterval(BEAT_MS)
        self.timer.timeout.connect(self._beat)
        self.found: dict[str, tuple[float, float, float]] = {}
        self._at = (0.0, 0.0)
        self._worst = (0.0, 0.0)
        self.timer.start()

    def _beat(self) -> None:
        wall, own = time.perf_counter(), time.thread_time() + waited()
        gap, worked = (wall - self._at[0]) * 1000, (own - self._at[1]) * 1000
        self._at = (wall, own)
        self._worst = (max(self._worst[0], gap), max(self._worst[1], gap - worked - BEAT_MS))

    def during(self, phase: str, act: Callable[[], None]) -> None:
        self._at, self._worst = (time.perf_counter(), time.thread_time() + waited()), (0.0, 0.0)
        begun = time.perf_counter()
        act()
        self._beat()
        before = self.found.get(phase, (0.0, 0.0, 0.0))
        took = time.perf_counter() - begun
        self.found[phase] = (max(before[0], self._worst[0]), max(before[1], self._worst[1]), before[2] + took)


def measure(kind: str, folder: Path) -> dict[str, tuple[float, float, float]]:
    """All phases with one kind of engine, in this process."""
    qInstallMessageHandler(lambda level, _, text: None if level == QtMsgType.QtWarningMsg else print(text))
    application = app.make_app(["frozen"])
    settings = QSettings(str(folder / f"{kind}.ini"), QSettings.Format.IniFormat)
    engine = EngineProcess() if kind == "process" else None
    window = app.make_window(application, settings, "light", "en", 100, engine)
    window.resize(1280, 800)
    window.show()

    def settle() -> None:
        while not window.is_settled():
            loop = QEventLoop()
            window.settled.connect(loop.quit)
            loop.exec()
            window.settled.disconnect(loop.quit)

    def run(request: Request) -> None:
        window.start(request)
        settle()
        assert window.session.trace is not None, window.status_text()

    settle()
    beat = Beat()
    beat.during("the engine starts, 3 tokens run", lambda: run(Request(("Tom met Lily",), device="cpu")))
    beat.during("the article's model runs", lambda: run(Request(("Thinking Machines",), "article", device="cpu")))
    ids = tuple(np.random.default_rng(0).integers(1, LARGE.d_vocab, TOKENS).tolist())
    large = Request(("",), str(folder), device="cpu", budget=2000, ids=(ids,))
    beat.during("GPT-2 small's size runs 1,024 tokens", lambda: run(large))
    for path in SHOWN:

        def show(path: str = path) -> None:
            window.session.go(path, "operation")
            settle()

        beat.during("steps are shown for the first time", show)

    def change() -> None:
        window.session.changes.make(Head("blocks.9.attn", 3))
        settle()

    window.session.go("blocks.11.attn.pattern", "operation")
    settle()
    beat.during("a what-if is made and compared", change)
    beat.timer.stop()
    window.close()
    if engine is not None:
        engine.close()
    return beat.found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kind", choices=("process", "thread"))
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.kind:
        print(json.dumps(measure(options.kind, options.folder)))
        return 0
    found = {}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        save_model(folder, LARGE, random_weights(families.program(LARGE), LARGE.seed))
        for kind in ("thread", "process"):
            command = [sys.executable, "-m", "tests.benchmarks.frozen", "--kind", kind, "--folder", made]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            found[kind] = json.loads(done.stdout.splitlines()[-1])
    print(f"{'':40} {'in the window’s process':>28}   {'in a process of its own':>28}")
    print(f"{'longest, ms':40}" + f" {'gap':>9} {'blocked':>9} {'took, s':>8}  " * 2)
    for phase in found["process"]:
        numbers = [f"{gap:9.0f} {blocked:9.0f} {took:8.1f}" for gap, blocked, took in
                   (found[kind][phase] for kind in ("thread", "process"))]  # fmt: skip
        print(f"{phase:40} {numbers[0]}   {numbers[1]}")
    worst = max(blocked for _, blocked, _ in found["process"].values())
    print(f"Blocked for at most {worst:.0f} ms (≤ {BUDGET_MS:.0f} ms): {'✓' if worst <= BUDGET_MS else 'missed'}")
    return int(worst > BUDGET_MS)


if __name__ == "__main__":
    sys.exit(main())
