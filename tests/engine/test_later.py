"""Weights that stay in their file: the same numbers, read in parts, in a small share of their size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import samples
from safetensors.numpy import save_file

from tutor.engine import evaluate, live, models
from tutor.engine.later import Later, contiguous
from tutor.engine.live import LiveTrace
from tutor.engine.weights import Weights, WeightsError

ROOT = Path(__file__).parents[2]
CONFIG = {
    "model_type": "llama", "hidden_size": 24, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 6,
    "num_hidden_layers": 3, "intermediate_size": 40, "vocab_size": 61, "max_position_embeddings": 32,
    "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": False,
}  # fmt: skip


def write_llama(folder: Path, **changes: object) -> Path:
    """A random Llama in fp16 in Hugging Face layout, written a tensor at a time."""
    config = {**CONFIG, **changes}
    d, heads, kv, d_head, mlp, vocab = (
        config[key] for key in ("hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim",
                                "intermediate_size", "vocab_size")
    )  # fmt: skip
    shapes = {"model.embed_tokens.weight": (vocab, d), "model.norm.weight": (d,)}
    if not config["tie_word_embeddings"]:
        shapes["lm_head.weight"] = (vocab, d)
    for layer in range(config["num_hidden_layers"]):  # type: ignore[call-overload]
        at = f"model.layers.{layer}."
        shapes |= {
            f"{at}self_attn.q_proj.weight": (heads * d_head, d), f"{at}self_attn.k_proj.weight": (kv * d_head, d),
            f"{at}self_attn.v_proj.weight": (kv * d_head, d), f"{at}self_attn.o_proj.weight": (d, heads * d_head),
            f"{at}mlp.gate_proj.weight": (mlp, d), f"{at}mlp.up_proj.weight": (mlp, d),
            f"{at}mlp.down_proj.weight": (d, mlp), f"{at}input_layernorm.weight": (d,),
            f"{at}post_attention_layernorm.weight": (d,),
        }  # fmt: skip
    rng = np.random.default_rng(7)
    tensors = {
        name: (rng.standard_normal(shape, np.float32) / shape[-1] ** 0.5 if len(shape) > 1 else np.ones(shape)).astype(
            np.float16
        )
        for name, shape in shapes.items()
    }
    folder.mkdir()
    save_file(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def run(folder: Path, weights: Weights, lengths: tuple[int, ...] = (7, 4)) -> LiveTrace:
    model = models.find(str(folder))
    return LiveTrace(model.program, model.spec, weights, samples.batch(model.spec, lengths), "cpu")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_memory", lambda: 0)


# -- Later itself -------------------------------------------------------------------------------------------------


def stored(values: np.ndarray, asked: list[slice | None]) -> Later:
    def fetch(rows: slice | None) -> np.ndarray:
        asked.append(rows)
        return values if rows is None else values[rows]

    return Later(values.shape, fetch)


CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as it is": lambda x: x,
    "transposed": lambda x: x.T,
    "twice": lambda x: x.T.T,
    "cut": lambda x: x[:, 2:5],
    "cut and turned": lambda x: x[1:].T,
    "dealt": lambda x: x.reshape(3, 2, 4).swapaxes(0, 1).reshape(6, 4),
    "one of three": lambda x: np.split(x, 3)[1],
    "one of two, across": lambda x: np.split(x, 2, axis=1)[1].T,
    "in order": lambda x: contiguous(x.T),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_done_to_it_is_done_when_it_is_read(change: str) -> None:
    values = np.arange(24, dtype=np.float32).reshape(6, 4)
    asked: list[slice | None] = []
    made, expected = CHANGES[change](stored(values, asked)), CHANGES[change](values)  # type: ignore[arg-type]
    assert made.shape == expected.shape and made.nbytes == expected.nbytes and asked == []
    assert np.array_equal(np.asarray(made), expected) and asked == [None]
    rng = np.random.default_rng(1)
    for _ in range(20):
        one, two = sorted(rng.integers(0, expected.shape[0] + 1, 2).tolist())
        row, col = int(rng.integers(-expected.shape[0], expected.shape[0])), int(rng.integers(expected.shape[1]))
        for part in ((row, col), (slice(one, two), col), (row, slice(None)), (slice(None), slice(1, 3)),
                     (slice(None, None, 2), slice(None))):  # fmt: skip
            assert np.array_equal(made.part(part), expected[part]), part  # type: ignore[attr-defined]


def test_a_row_of_a_table_and_a_column_of_its_transpose_are_read_alone() -> None:
    values = np.arange(24, dtype=np.float32).reshape(6, 4)
    asked: list[slice | None] = []
    table = stored(values, asked)
    table.part((2, slice(None)))
    table.T.part((slice(None), 5))
    table.T.part((1, slice(2, 4)))
    assert asked == [slice(2, 3), slice(5, 6), slice(2, 4)]


# -- models -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tied", (False, True))
@pytest.mark.parametrize("slice_bytes", (1 << 40, 900))
def test_every_number_is_that_of_the_model_in_memory(
    tied: bool, slice_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_llama(tmp_path / "llama", tie_word_embeddings=tied)
    plain = run(folder, models.find(str(folder)).weights())
    monkeypatch.setattr(models, "_memory", lambda: 0)
    monkeypatch.setattr(evaluate, "SLICE", slice_bytes)
    weights = models.find(str(folder)).weights()
    assert all(isinstance(one, Later) for one in weights.values())
    trace = run(folder, weights)
    trace.prepare()
    for step in plain.program.steps:
        np.testing.assert_allclose(trace[step.name], plain[step.name], rtol=1e-5, atol=1e-5, err_msg=step.name)
    for weight in plain.program.weights:
        assert np.array_equal(trace[weight.name], plain[weight.name])
        cell = tuple(axis.size // 2 for axis in weight.axes)
        assert trace.read(weight.name, cell) == plain.read(weight.name, cell)
    rng = np.random.default_rng(0)
    for step in trace.program.steps:
        for index in samples.some_cells(trace.shapes[step.name], 3, rng):
            assert trace.working(step.name, index).agrees, (step.name, index)


def test_weights_do_not_pile_up(tmp_path: Path, later: None, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_llama(tmp_path / "llama")
    weights = models.find(str(folder)).weights()
    whole = sum(one.nbytes for one in weights.values())
    monkeypatch.setattr(live, "WEIGHTS_BUDGET", whole // 4)
    trace = run(folder, weights)
    trace.prepare()
    for step in trace.program.steps:
        trace[step.name]
        assert trace._read_weights.bytes <= whole // 4
    assert not trace._on_device


def test_a_number_that_is_none_is_told_when_its_block_is_read(tmp_path: Path, later: None) -> None:
    folder = write_llama(tmp_path / "llama")
    from safetensors.numpy import load_file

    tensors = load_file(folder / "model.safetensors")
    tensors["model.layers.1.mlp.up_proj.weight"][3, 3] = np.nan
    save_file(tensors, folder / "model.safetensors")
    trace = run(folder, models.find(str(folder)).weights())
    assert trace.notices == []
    trace.prepare()
    assert [one for one in trace.notices if "blocks.1.mlp.W_in" in one and "another copy" in one]


def test_a_file_that_goes_away_is_one_sentence(tmp_path: Path, later: None) -> None:
    folder = write_llama(tmp_path / "llama")
    trace = run(folder, models.find(str(folder)).weights())
    (folder / "model.safetensors").unlink()
    with pytest.raises(WeightsError, match=r"model\.safetensors in llama cannot be read"):
        trace.prepare()


def test_a_changed_weight_of_such_a_model(tmp_path: Path, later: None) -> None:
    folder = write_llama(tmp_path / "llama")
    trace = run(folder, models.find(str(folder)).weights())
    zero = np.zeros((24, 24), np.float32)
    changed = trace.with_override("blocks.1.attn.W_Q", zero)
    assert (changed["blocks.1.attn.scores"] == 0).all()
    assert np.array_equal(changed["blocks.1.resid_pre"], trace["blocks.1.resid_pre"])


# -- memory -------------------------------------------------------------------------------------------------------

STEP_THROUGH = """
import sys
from tutor.engine import evaluate, live, models
from tutor.engine.live import LiveTrace
from tutor.engine.tokens import batch_of_ids
import torch

MIB = 1 << 20
folder, share = sys.argv[1], int(sys.argv[2])

def of(key):
    lines = open("/proc/self/status").read().splitlines()
    return int(next(line for line in lines if line.startswith(key)).split()[1]) * 1024

def walk(model, weights, budget):
    ids = batch_of_ids(None, [list(range(1, 9))], model.spec.n_ctx, model.spec.d_vocab)
    trace = LiveTrace(model.program, model.spec, weights, ids, "cpu", budget)
    trace.prepare()
    highest = 0
    for step in model.program.steps:
        trace.read(step.name, (slice(None),) * len(trace.shapes[step.name]))
        highest = max(highest, of("RssAnon"))
    return highest

small = models.find("article")
walk(small, small.weights(), MIB)  # what torch takes for itself
models._memory = lambda: 0
live.WEIGHTS_BUDGET = evaluate.SLICE = share
base, base_high = of("RssAnon"), of("VmHWM")
model = models.find(folder)
peak = walk(model, model.weights(), share)
print(peak - base, of("VmHWM") - base_high)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_a_model_larger_than_memory_is_stepped_through(tmp_path: Path) -> None:
    """The ratio of 2 GiB to a model of 3 billion numbers in fp16, on a smaller one."""
    folder = write_llama(
        tmp_path / "llama", hidden_size=512, num_attention_heads=8, num_key_value_heads=8, head_dim=64,
        num_hidden_layers=36, intermediate_size=1536, vocab_size=4000,
    )  # fmt: skip
    size = (folder / "model.safetensors").stat().st_size
    found = subprocess.run(
        [sys.executable, "-c", STEP_THROUGH, str(folder), str(size // 12)], cwd=ROOT, capture_output=True, text=True,
        check=False, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    anonymous, high = map(int, found.stdout.split())
    allowed = size * (2 << 30) / 6e9
    assert anonymous < allowed and high < allowed, (anonymous / size, high / size)
