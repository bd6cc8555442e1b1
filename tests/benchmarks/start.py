"""How soon a sentence can be stepped through, against how long `import torch` takes, by turns in one run.

    python -m tests.benchmarks.start

Each start is `main.py` in a fresh process, without a display (`tests.benchmarks.opening` watches it), timed by the
wall clock from before the process: until the first picture is painted and the keys step, and until the next step,
asked for with a key, is painted too. Beside it a bare QMainWindow, which is what Qt and Python alone take. The ratio is
held to with the files in memory, as the second start of a day has them; it ends with exit status 1 where it is missed.
Where the system lets us empty its file cache (Linux, as root), it is told, too, for all of them read from the disk.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: The most that a steppable sentence may take of what `import torch` takes.
RATIO = 0.3
OPENING = "import sys; from tests.benchmarks import opening; sys.exit(opening.main())"
BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.show()
app.processEvents()
"""
_CACHE = Path("/proc/sys/vm/drop_caches")
PAINTED, STEPPED = "a sentence on screen", "and stepped once"
LINES = (PAINTED, STEPPED, "import torch", "a bare QMainWindow")


def environment() -> dict[str, str]:
    """Of a process without a display; with compiled modules, as an installed app has them."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}


def forget_files() -> bool:
    """Have the system read every file from the disk again. Returns whether it can."""
    try:
        os.sync()
        _CACHE.write_text("3", encoding="utf-8")
    except (OSError, AttributeError):
        return False
    return True


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=environment(), cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def opened(folder: str) -> tuple[float, float]:
    """Seconds until the window has its first picture, and until it has the next one."""
    begun = time.perf_counter()
    told = dict(line.split() for line in run("-c", OPENING, folder).splitlines())
    return float(told["painted"]) - begun, float(told["stepped"]) - begun


def seconds(code: str) -> float:
    begun = time.perf_counter()
    run("-c", code)
    return time.perf_counter() - begun


def measure(rounds: int, before: Callable[[], object]) -> dict[str, list[float]]:
    """All by turns, so that each meets the same machine; `before` each of them."""
    found: dict[str, list[float]] = {name: [] for name in LINES}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            before()
            for name, took in zip((PAINTED, STEPPED), opened(folder)):
                found[name].append(took)
            for name, code in zip(LINES[2:], ("import torch", BARE)):
                before()
                found[name].append(seconds(code))
    return found


def report(title: str, found: dict[str, list[float]]) -> float:
    """Print the medians; returns the ratio that is wanted."""
    torch = statistics.median(found["import torch"])
    print(f"{title}\n{'':22}{'median':>10}{'fastest':>10}{'of import torch':>18}")
    for name, times in found.items():
        median = statistics.median(times)
        print(f"{name:22}{median * 1000:7.0f} ms{min(times) * 1000:7.0f} ms{median / torch:18.2f}")
    return statistics.median(found[PAINTED]) / torch


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="how often everything is started")
    parser.add_argument("--warm", action="store_true", help="leave the system's file cache as it is")
    options = parser.parse_args()
    measure(1, lambda: None)  # files are read once, modules compiled
    ratio = report("files in memory", measure(options.rounds, lambda: None))
    print(f"wanted: {RATIO} at most; {'missed' if ratio > RATIO else 'held'}")
    if not options.warm and forget_files():
        report("files on disk", measure(options.rounds, forget_files))
    else:
        print("files on disk: not measured, since the system's file cache cannot be emptied from here")
    return int(ratio > RATIO)


if __name__ == "__main__":
    raise SystemExit(main())
