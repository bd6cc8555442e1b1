"""A model larger than memory: a random Llama of 3 billion numbers in fp16, stepped through from its file.

    python -m tests.benchmarks.larger [--folder FOLDER]

Writes the model (6.4 GB; the sizes of Llama 3.2 3B, a vocabulary of 128,256 entries) into a temporary folder, or into
one that is kept for the next time. A fresh process then computes every tensor of the forward pass, one step after the
other, as somebody does who steps through it, and explains one cell of each stage. Told are the most that its
memory grew beyond an interpreter that has torch and has run a small model, both without mapped files (RssAnon) and at
its peak with them (VmHWM); how often progress was told; and how soon a cancelled run stopped. It ends with exit status
1 where either takes more than 2 GiB. Needs Linux and, for the files, 7 GB of disk.
"""

from __future__ import annotations

import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
import time
from math import prod
from pathlib import Path

import numpy as np

from tests.benchmarks.peer_run import status

ROOT = Path(__file__).parents[2]
MIB = 1 << 20
LIMIT = 2 << 30
#: As if on a laptop with so much memory: the model's weights would not fit there as float32.
MEMORY = 8 << 30
CONFIG = {
    "model_type": "llama", "hidden_size": 3072, "num_attention_heads": 24, "num_key_value_heads": 8, "head_dim": 128,
    "num_hidden_layers": 28, "intermediate_size": 8192, "vocab_size": 128256, "max_position_embeddings": 2048,
    "rms_norm_eps": 1e-5, "rope_theta": 500000.0, "hidden_act": "silu", "tie_word_embeddings": True,
}  # fmt: skip


def shapes() -> dict[str, tuple[int, ...]]:
    """Every tensor of the file, under Hugging Face's names."""
    d, heads, kv, d_head, mlp = (
        int(str(CONFIG[key])) for key in ("hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim",
                                          "intermediate_size")
    )  # fmt: skip
    found: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (int(str(CONFIG["vocab_size"])), d)}
    for layer in range(int(str(CONFIG["num_hidden_layers"]))):
        block = {
            "input_layernorm": (d,), "post_attention_layernorm": (d,), "self_attn.q_proj": (heads * d_head, d),
            "self_attn.k_proj": (kv * d_head, d), "self_attn.v_proj": (kv * d_head, d),
            "self_attn.o_proj": (d, heads * d_head), "mlp.gate_proj": (mlp, d), "mlp.up_proj": (mlp, d),
            "mlp.down_proj": (d, mlp),
        }  # fmt: skip
        found |= {f"model.layers.{layer}.{name}.weight": shape for name, shape in block.items()}
    return {**found, "model.norm.weight": (d,)}


def write(folder: Path) -> int:
    """The model, a tensor at a time. Returns how many numbers it has."""
    folder.mkdir(parents=True, exist_ok=True)
    header, at = {}, 0
    for name, shape in shapes().items():
        end = at + 2 * prod(shape)
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [at, end]}
        at = end
    (folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    file = folder / "model.safetensors"
    head = json.dumps(header).encode()
    if file.is_file() and file.stat().st_size == 8 + len(head) + at:
        return at // 2
    rng = np.random.default_rng(7)
    pool = rng.standard_normal(1 << 24, np.float32)  # parts of it, each from another place, are random enough
    with open(file, "wb") as out:
        out.write(struct.pack("<Q", len(head)) + head)
        for shape in shapes().values():
            if len(shape) == 1:
                out.write(np.ones(shape, np.float16).tobytes())
                continue
            left, scaled = prod(shape), (pool / shape[-1] ** 0.5).astype(np.float16)
            while left:
                start = int(rng.integers(0, len(pool) // 2))
                part = scaled[start : start + left]
                out.write(part.tobytes())
                left -= len(part)
    return at // 2


def step_through(folder: str, tokens: int) -> None:
    """What the fresh process does; prints what it saw as one line of JSON."""
    from tutor.engine import models
    from tutor.engine.live import LiveTrace
    from tutor.engine.tokens import batch_of_ids
    from tutor.engine.trace import Cancelled

    models._memory = lambda: MEMORY
    highest, told = [0], [0]

    def watch() -> None:
        while not over.wait(0.005):
            highest[0] = max(highest[0], status("RssAnon"))

    def ready(model: models.Model) -> LiveTrace:
        ids = batch_of_ids(None, [[7 * at % 1000 + 1 for at in range(tokens)]], model.spec.n_ctx, model.spec.d_vocab)
        return LiveTrace(model.program, model.spec, model.weights(), ids, "cpu")

    small = ready(models.find("article"))
    small.prepare()
    for step in small.program.steps:
        small.read(step.name, (slice(None),) * len(small.shapes[step.name]))
    base, base_high = status("RssAnon"), status("VmHWM")
    over = threading.Event()
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    begun = time.perf_counter()
    model = models.find(folder)
    trace = ready(model)

    def count(_share: float) -> None:
        told[0] += 1

    trace.prepare(progress=count)
    prepared, walked = time.perf_counter() - begun, time.perf_counter()
    cells = 0
    for stop in model.program.stops:
        for step in stop.steps:
            trace.read(step.name, (slice(None),) * len(trace.shapes[step.name]))
        last = stop.steps[-1].name
        trace.explain(last, tuple(axis.size // 2 for axis in trace.shapes[last]))
        cells += 1
    took = time.perf_counter() - walked
    del trace
    again, stop, pressed = ready(model), threading.Event(), [0.0]

    def press() -> None:
        pressed[0] = time.perf_counter()
        stop.set()

    threading.Timer(3.0, press).start()
    try:
        again.prepare(cancelled=stop.is_set)
    except Cancelled:
        cancelled_after = time.perf_counter() - pressed[0]
    else:
        raise SystemExit("It could not be cancelled.")
    over.set()
    watcher.join()
    print(json.dumps({
        "anonymous": highest[0] - base, "peak": status("VmHWM") - base_high, "prepared": prepared, "walked": took,
        "steps": len(model.program.steps), "told": told[0], "cells": cells, "cancelled": cancelled_after,
    }))  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="where the model is kept; written where it is not there")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        step_through(str(options.folder), options.tokens)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary) / "llama-3b"
        numbers = write(folder)
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.larger", "--inside", "--folder", str(folder), "--tokens",
             str(options.tokens)],
            cwd=ROOT, capture_output=True, text=True, env=dict(os.environ), check=False,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    found = json.loads(done.stdout.splitlines()[-1])
    size = 2 * numbers
    print(f"{numbers / 1e9:.2f} billion numbers, {size / 1e9:.1f} GB as fp16; {options.tokens} tokens")
    print(f"ready after {found['prepared']:.1f} s (progress told {found['told']} times); cancelled within "
          f"{found['cancelled']:.2f} s")  # fmt: skip
    print(f"all {found['steps']} steps seen, {found['cells']} cells explained: {found['walked']:.1f} s")
    for what, key in (("RssAnon", "anonymous"), ("VmHWM", "peak")):
        held = "held" if found[key] < LIMIT else "missed"
        print(f"{what:8} {found[key] / MIB:6.0f} MiB beyond the interpreter, {found[key] / size:.2f} of the model "
              f"(2,048 MiB wanted at most: {held})")  # fmt: skip
    return int(max(found["anonymous"], found["peak"]) >= LIMIT)


if __name__ == "__main__":
    sys.exit(main())
