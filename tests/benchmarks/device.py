"""The same model on the CPU and on a device, side by side: the forward pass, and a step on demand.

    python -m tests.benchmarks.device [--tokens N] [--layers N] [--rounds N]

Times are the medians of rounds that go from one to the other, and end when the device has finished. Says plainly when
no device was found; then it times the CPU alone.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import torch

from tutor.engine import families
from tutor.engine.live import LiveTrace
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import batch_of_ids
from tutor.engine.weights import random_weights


def finished(device: str) -> None:
    """Wait until a device has done what it was given."""
    if device == "cuda":
        torch.cuda.synchronize()
    elif device == "mps":
        torch.mps.synchronize()


def timed(device: str, act: Callable[[], Any]) -> float:
    finished(device)
    begun = time.perf_counter()
    act()
    finished(device)
    return time.perf_counter() - begun


def named(device: str) -> str:
    return torch.cuda.get_device_name() if device == "cuda" else device


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokens", type=int, default=1024)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    spec = ModelSpec(
        "random", "gpt2", d_model=768, n_heads=12, d_head=64, n_layers=options.layers, d_mlp=3072, d_vocab=50257,
        n_ctx=max(1024, options.tokens), norm="pre", positions="learned", activation="gelu_tanh", bias=True, tied=True,
    )  # fmt: skip
    program = families.program(spec)
    weights = random_weights(program, 0)
    ids = np.random.default_rng(0).integers(1, spec.d_vocab, options.tokens).tolist()
    batch = batch_of_ids(None, [ids], spec.n_ctx, spec.d_vocab)
    found = [name for name, there in (("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available()))
             if there]  # fmt: skip
    if not found:
        print("No device was found on this machine, so the CPU is timed alone.")
    devices = ["cpu", *found]
    whole = slice(None)
    traces = {device: LiveTrace(program, spec, weights, batch, device) for device in devices}
    last = (0, options.tokens - 1, whole)
    # The first pass brings the weights there and is not timed; later traces of a run share them.
    for trace in traces.values():
        trace.prepare()
        trace.read("logits", last)
    middle = f"blocks.{options.layers // 2}."

    def forward(device: str) -> Callable[[], Any]:
        def act() -> None:
            trace = traces[device].with_source(batch)
            trace._read_weights = traces[device]._read_weights
            trace.prepare()
            trace.read("logits", last)

        return act

    def step(device: str, name: str, part: tuple[Any, ...] | None) -> Callable[[], Any]:
        trace = traces[device]

        def act() -> None:
            trace._cache.clear()
            trace[name] if part is None else trace.read(name, part)

        return act

    jobs: dict[str, Callable[[str], Callable[[], Any]]] = {
        "forward pass: checkpoints and the last logits": forward,
        "step: one block's pattern": lambda device: step(device, middle + "attn.pattern", None),
        "step: one head of it": lambda device: step(device, middle + "attn.pattern", (0, 3, whole, whole)),
        "step: a block's hidden layer": lambda device: step(device, middle + "mlp.post", None),
        "step: all logits": lambda device: step(device, "logits", None),
    }
    print(f"{'':48}", *(f"{named(device):>16}" for device in devices))
    for what, job in jobs.items():
        times: dict[str, list[float]] = {device: [] for device in devices}
        for _ in range(options.rounds):
            for device in devices:
                times[device].append(timed(device, job(device)))
        print(f"{what:48}", *(f"{median(times[device]) * 1000:13.1f} ms" for device in devices))
    if found:
        reference = traces["cpu"].read("logits", last)
        for device in found:
            gap = float(np.abs(traces[device].read("logits", last) - reference).max())
            print(f"largest difference of the last logits, cpu and {device}: {gap:.1e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
