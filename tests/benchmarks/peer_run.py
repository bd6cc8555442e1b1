"""One measurement of `peers`, in a process of its own: prints its figures as one line of JSON.

    python -m tests.benchmarks.peer_run ours|hf|tl [--tokens N] [--layers N] [--threads N] [--on-demand]

The model is random and as large as GPT-2 small; nothing is downloaded. The first run, from a process that has only
loaded the model, tells the memory; those after it tell the time.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"

D_MODEL, HEADS, VOCABULARY, CONTEXT = 768, 12, 50257, 1024
#: The part of a giant that a window of 1,280 × 800 shows at most: rows and columns of 18 pixels.
VISIBLE = 44, 71
MIB = 1 << 20


def status(key: str) -> int:
    """A figure of /proc/self/status, in bytes. Raises SystemExit where there is none."""
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith(key))
    except (OSError, StopIteration):
        raise SystemExit("This benchmark reads memory from /proc/self/status: run it on Linux.") from None


def timed(act: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock and by the processors, for all threads together. What `act` returns is dropped after."""
    gc.collect()
    busy, begun = time.process_time(), time.perf_counter()
    made = act()
    took = time.perf_counter() - begun, time.process_time() - busy
    del made
    return took


def best(act: Callable[[], Any], times: int) -> tuple[float, float]:
    """The shortest of some runs, by the clock and by the processors each."""
    found = [timed(act) for _ in range(times)]
    return min(wall for wall, _ in found), min(busy for _, busy in found)


def measured(run: Callable[[], Any], times: int) -> dict[str, Any]:
    """What a first run adds to the memory of this process at its peak and after it, and what later ones take."""
    gc.collect()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the peak is counted from here
    before, anonymous = status("VmRSS"), status("RssAnon")
    made = run()
    peak, held = status("VmHWM") - before, status("RssAnon") - anonymous
    del made
    return {"peak": peak, "held": held, "ready": best(run, times)}


def token_ids(tokens: int) -> list[int]:
    import numpy as np

    ids: list[int] = np.random.default_rng(0).integers(1, VOCABULARY, tokens).tolist()
    return ids


def huggingface(options: argparse.Namespace) -> dict[str, Any]:
    """Hugging Face's eager attention with all hidden states and attentions."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.set_num_threads(options.threads)
    config = GPT2Config(n_layer=options.layers, attn_implementation="eager")
    model = GPT2LMHeadModel(config).eval()
    ids = torch.tensor([token_ids(options.tokens)])

    def run() -> Any:
        with torch.inference_mode():
            return model(ids, output_hidden_states=True, output_attentions=True, use_cache=False)

    return measured(run, options.times)


def transformer_lens(options: argparse.Namespace) -> dict[str, Any]:
    """TransformerLens's run_with_cache, which keeps everything."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformer_lens import HookedTransformer, HookedTransformerConfig

        torch.set_num_threads(options.threads)
        config = HookedTransformerConfig(
            n_layers=options.layers, d_model=D_MODEL, n_ctx=CONTEXT, d_head=D_MODEL // HEADS, n_heads=HEADS,
            d_mlp=4 * D_MODEL, d_vocab=VOCABULARY, act_fn="gelu_new", normalization_type="LN", seed=0,
        )  # fmt: skip
        model = HookedTransformer(config).eval()
    ids = torch.tensor([token_ids(options.tokens)])

    def run() -> Any:
        with torch.inference_mode():
            return model.run_with_cache(ids)

    return measured(run, options.times)


def ours(options: argparse.Namespace) -> dict[str, Any]:
    """A trace until it is ready: residual checkpoints and the last row of logits; then what is asked of it."""
    import torch

    from tutor.engine import axes as ax
    from tutor.engine import families
    from tutor.engine.live import LiveTrace
    from tutor.engine.spec import ModelSpec
    from tutor.engine.tokens import batch_of_ids
    from tutor.engine.weights import random_weights

    torch.set_num_threads(options.threads)
    spec = ModelSpec(
        "random", "gpt2", d_model=D_MODEL, n_heads=HEADS, d_head=D_MODEL // HEADS, n_layers=options.layers,
        d_mlp=4 * D_MODEL, d_vocab=VOCABULARY, n_ctx=CONTEXT, norm="pre", positions="learned",
        activation="gelu_tanh", bias=True, tied=True,
    )  # fmt: skip
    program = families.program(spec)
    weights = random_weights(program, 0)
    batch = batch_of_ids(None, [token_ids(options.tokens)], CONTEXT, VOCABULARY)
    whole = slice(None)

    def run() -> LiveTrace:
        trace = LiveTrace(program, spec, weights, batch, "cpu")
        trace.prepare()
        trace.read("logits", (0, options.tokens - 1, whole))
        return trace

    found = measured(run, options.times)
    if not options.on_demand:
        return found
    trace = run()
    kept, rough = dict(trace._kept), set(trace._rough)

    def on_demand(name: str, part: tuple[Any, ...] | None = None) -> tuple[float, float]:
        took = []
        for _ in range(options.times):
            # As when it just became ready: checkpoints as they were laid, and nothing else.
            trace._kept, trace._rough = dict(kept), set(rough)
            trace._cache.clear()
            took.append(timed(lambda: trace[name] if part is None else trace.read(name, part)))
        trace._cache.clear()
        return min(wall for wall, _ in took), min(busy for _, busy in took)

    middle = f"blocks.{options.layers // 2}"
    block = [step for step in program.steps if step.section == middle]
    found["tensors"] = {}
    found["heads"] = {}
    for step in block:
        found["tensors"][step.name] = on_demand(step.name)
        axes = trace.shapes[step.name]
        if ax.HEAD in ax.names(axes):
            part = tuple(0 if axis.name == ax.BATCH else 3 if axis.name == ax.HEAD else whole for axis in axes)
            found["heads"][step.name] = on_demand(step.name, part)
    rows, columns = VISIBLE
    for name in ("logits", "probs"):
        seen = (0, slice(max(0, options.tokens - rows), options.tokens), slice(0, columns))
        found[f"{name}, visible"] = on_demand(name, seen)
        found[name] = on_demand(name)

    inside = [step.name for step in program.steps if step.section.startswith("blocks.")]

    def visit(trace: LiveTrace) -> None:
        for name in inside:
            trace[name]

    took = []
    for _ in range(options.times):
        trace = run()
        took.append(timed(lambda: visit(trace)))  # noqa: B023
    found["visit"] = min(wall for wall, _ in took), min(busy for _, busy in took)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("who", choices=("ours", "hf", "tl"))
    parser.add_argument("--tokens", type=int, default=1024)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--times", type=int, default=2, help="how often each thing is timed; the shortest counts")
    parser.add_argument("--on-demand", action="store_true", help="also what is asked of a trace that is ready")
    options = parser.parse_args()
    print(json.dumps({"ours": ours, "hf": huggingface, "tl": transformer_lens}[options.who](options)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
