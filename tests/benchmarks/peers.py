"""What a trace costs against Hugging Face and TransformerLens: time, memory, and how both grow.

    python3 -m venv .venv-bench && .venv-bench/bin/pip install torch==2.13.0
    .venv-bench/bin/pip install -e ".[bench]"
    .venv-bench/bin/python -m tests.benchmarks.peers

A random model as large as GPT-2 small (12 layers of 12 heads, 768 features, 50,257 entries; float32), one text of
1,024 tokens, two threads. In every round each of the three runs in a fresh process, one after the other; what is told
is the median over the rounds of the ratio within a round, by the clock and by the processors' time, which other
programs on the machine change less. It ends with exit status 1 where a ratio by the clock is missed.

- Hugging Face: `attn_implementation="eager"` with all hidden states and attentions, inference mode.
- TransformerLens 3.9: `HookedTransformer.run_with_cache`, inference mode.
- Ours is ready when every residual checkpoint and the last row of logits are there. Memory is the growth of the
  process's peak (VmHWM) over the loaded model in the first run; on demand starts from a trace that is ready with
  nothing else at hand, and tells the worst tensor of the middle block.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
MIB = 1 << 20
MEND = (
    "The peers are not installed here: python3 -m venv .venv-bench && .venv-bench/bin/pip install torch==2.13.0 && "
    '.venv-bench/bin/pip install -e ".[bench]", then run it with .venv-bench/bin/python.'
)
NAMES = {"ours": "Transformer Tutor", "hf": "Hugging Face eager", "tl": "TransformerLens 3.9"}
Figures = dict[str, Any]


def run(who: str, *options: str, threads: int) -> Figures:
    """One measurement in a fresh process. Raises SystemExit with what it said where it fails."""
    env = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.peer_run", who, "--threads", str(threads), *options],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{NAMES[who]} could not be measured: {(done.stderr.strip() or '?').splitlines()[-1]}")
    found: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def worst(of: dict[str, list[float]], by: int) -> tuple[str, float]:
    """The slowest of some tensors, by the clock (0) or by the processors (1)."""
    name = max(of, key=lambda one: of[one][by])
    return name, of[name][by]


class Report:
    """Lines of ratios with what is wanted of them."""

    def __init__(self, rounds: list[dict[str, Figures]]) -> None:
        self.rounds, self.missed = rounds, False

    def line(self, what: str, peer: str, ours: Any, theirs: Any, wanted: float | None, unit: str = "s") -> None:
        """`ours` and `theirs` give a figure of one program for clock (0) and processors (1), or for memory."""
        ratios = [
            median(ours(one["ours"], by) / theirs(one[peer], by) for one in self.rounds)
            for by in ((0, 1) if unit == "s" else (0,))
        ]
        mine, other = (
            median(figure(one[who], 0) for one in self.rounds) for figure, who in ((ours, "ours"), (theirs, peer))
        )
        told = f"{mine:8.3f} s  {other:8.3f} s " if unit == "s" else f"{mine / MIB:6.0f} MiB {other / MIB:6.0f} MiB"
        cpu = f"{ratios[1]:8.3f}" if len(ratios) > 1 else " " * 8
        mark = "" if wanted is None else f"  ≤ {wanted:<5} {'✓' if ratios[0] <= wanted else 'missed'}"
        self.missed |= wanted is not None and ratios[0] > wanted
        print(f"{what:58} {NAMES[peer]:20} {told} {ratios[0]:8.3f} {cpu}{mark}")


def compare(rounds: list[dict[str, Figures]]) -> bool:
    """Print the table of ratios; returns whether one is missed."""
    report = Report(rounds)
    print(f"{'':58} {'against':20} {'ours':>10} {'theirs':>10} {'clock':>9} {'cpu':>8}")

    def ready(one: Figures, by: int) -> float:
        return float(one["ready"][by])

    def peak(one: Figures, by: int) -> float:
        return float(one["peak"])

    def single(name: str) -> Any:
        return lambda one, by: float(one[name][by])

    report.line("(a) until the trace is ready", "hf", ready, ready, 0.55)
    report.line("(a) until the trace is ready", "tl", ready, ready, 0.35)
    report.line("(b) peak memory until then", "hf", peak, peak, 0.15, "MiB")
    report.line("(b) peak memory until then", "tl", peak, peak, 0.06, "MiB")
    for key, what, wanted in (("tensors", "a tensor of a block", 0.1), ("heads", "one head of it", 0.01)):
        slowest = [worst(one["ours"][key], 0)[0] for one in rounds]
        name = max(set(slowest), key=slowest.count).split(".", 2)[-1]
        report.line(
            f"(c) {what}, the worst ({name})", "hf", lambda one, by, key=key: worst(one[key], by)[1], ready, wanted
        )
    for name in ("logits", "probs"):
        report.line(f"(c) all {name}", "hf", single(name), ready, 0.35)
        report.line(f"(c) the {name} in view, which come first", "hf", single(f"{name}, visible"), ready, None)
    report.line("(d) every tensor of every block, one after the other", "hf", single("visit"), ready, 0.9)
    return report.missed


def grow(threads: int, tokens: list[int], layers: list[int]) -> None:
    """Print how time and memory grow, each point in fresh processes."""
    for what, points in (("tokens", tokens), ("layers", layers)):
        print(f"\n{what:>7}", *(f"{name:>30}" for name in NAMES.values()))
        for at in points:
            found = {who: run(who, f"--{what}", str(at), threads=threads) for who in NAMES}
            cells = [f"{one['ready'][0]:13.3f} s {one['peak'] / MIB:10.1f} MiB" for one in found.values()]
            print(f"{at:7}", *(f"{cell:>30}" for cell in cells), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=("ratios", "growth"), help="one of the two tables")
    options = parser.parse_args()
    if any(importlib.util.find_spec(name) is None for name in ("transformers", "transformer_lens")):
        raise SystemExit(MEND)
    missed = False
    if options.only != "growth":
        rounds = []
        for at in range(options.rounds):
            found = {"hf": run("hf", threads=options.threads)}
            found["ours"] = run("ours", "--on-demand", threads=options.threads)
            found["tl"] = run("tl", threads=options.threads)
            rounds.append(found)
            print(f"round {at + 1} of {options.rounds}", file=sys.stderr)
        missed = compare(rounds)
    if options.only != "ratios":
        grow(options.threads, [16 << at for at in range(7)], [1, 2, 4, 8, 12])
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
