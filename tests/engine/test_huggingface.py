"""GPT-2 in Hugging Face layout: the same numbers as the model written out under its own names."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from tests.engine.samples import batch
from tutor import cli
from tutor.engine.live import LiveTrace
from tutor.engine.models import find
from tutor.engine.spec import SpecError
from tutor.engine.weights import WeightsError

CONFIG = {
    "model_type": "gpt2", "n_embd": 12, "n_head": 3, "n_layer": 2, "vocab_size": 29, "n_positions": 16,
    "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "architectures": ["GPT2LMHeadModel"],
}  # fmt: skip


def tensors(config: dict, seed: int = 4) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    d, m = config["n_embd"], config.get("n_inner") or 4 * config["n_embd"]
    shapes = {"wte.weight": (config["vocab_size"], d), "wpe.weight": (config["n_positions"], d)}
    for layer in range(config["n_layer"]):
        for name, shape in {
            "ln_1.weight": (d,), "ln_1.bias": (d,), "attn.c_attn.weight": (d, 3 * d), "attn.c_attn.bias": (3 * d,),
            "attn.c_proj.weight": (d, d), "attn.c_proj.bias": (d,), "ln_2.weight": (d,), "ln_2.bias": (d,),
            "mlp.c_fc.weight": (d, m), "mlp.c_fc.bias": (m,), "mlp.c_proj.weight": (m, d), "mlp.c_proj.bias": (d,),
        }.items():  # fmt: skip
            shapes[f"h.{layer}.{name}"] = shape
    shapes |= {"ln_f.weight": (d,), "ln_f.bias": (d,)}
    if not config.get("tie_word_embeddings", True):
        shapes["lm_head.weight"] = (config["vocab_size"], d)
    return {name: rng.normal(size=shape).astype(np.float32) * 0.4 for name, shape in shapes.items()}


def write(folder: Path, config: dict, values: dict[str, np.ndarray], prefix: str = "", shards: int = 1) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    named = {(name if name.startswith("lm_head") else prefix + name): value for name, value in values.items()}
    if shards == 1:
        save_file(named, folder / "model.safetensors")
        return folder
    where = {name: f"model-{at % shards + 1:05d}-of-{shards:05d}.safetensors" for at, name in enumerate(named)}
    for file in set(where.values()):
        save_file({name: value for name, value in named.items() if where[name] == file}, folder / file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": where}), encoding="utf-8")
    return folder


def reference(config: dict, values: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """GPT-2's logits for one row, written out with its own names: fused q, k, v, and torch's own functions."""
    w = {name: torch.tensor(value) for name, value in values.items()}
    d, heads, n = config["n_embd"], config["n_head"], len(ids)
    functional = torch.nn.functional
    x = w["wte.weight"][ids] + w["wpe.weight"][:n]
    for layer in range(config["n_layer"]):
        p = f"h.{layer}."
        normed = functional.layer_norm(x, (d,), w[p + "ln_1.weight"], w[p + "ln_1.bias"], config["layer_norm_epsilon"])
        fused = normed @ w[p + "attn.c_attn.weight"] + w[p + "attn.c_attn.bias"]
        q, k, v = (part.view(n, heads, d // heads).transpose(0, 1) for part in fused.split(d, dim=-1))
        scores = q @ k.mT / math.sqrt(d // heads) + torch.full((n, n), -torch.inf).triu(1)
        z = (scores.softmax(-1) @ v).transpose(0, 1).reshape(n, d)
        x = x + z @ w[p + "attn.c_proj.weight"] + w[p + "attn.c_proj.bias"]
        normed = functional.layer_norm(x, (d,), w[p + "ln_2.weight"], w[p + "ln_2.bias"], config["layer_norm_epsilon"])
        hidden = functional.gelu(normed @ w[p + "mlp.c_fc.weight"] + w[p + "mlp.c_fc.bias"], approximate="tanh")
        x = x + hidden @ w[p + "mlp.c_proj.weight"] + w[p + "mlp.c_proj.bias"]
    x = functional.layer_norm(x, (d,), w["ln_f.weight"], w["ln_f.bias"], config["layer_norm_epsilon"])
    return (x @ w.get("lm_head.weight", w["wte.weight"]).T).numpy()


@pytest.mark.parametrize("prefix", ["", "transformer."])
@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("changes", [{}, {"n_inner": 20}, {"tie_word_embeddings": False}], ids=str)
def test_the_same_logits(tmp_path: Path, prefix: str, shards: int, changes: dict) -> None:
    config = {**CONFIG, **changes}
    values = tensors(config)
    model = find(str(write(tmp_path / "gpt2", config, values, prefix, shards)))
    assert model.spec.name == "gpt2"
    rows = batch(model.spec, (7, 4))
    trace = LiveTrace(model.program, model.spec, model.weights(), rows, "cpu")
    for row, length in enumerate((7, 4)):
        expected = reference(config, values, rows.ids[row, :length].tolist())
        assert np.abs(trace["logits"][row, :length] - expected).max() <= 1e-5
    assert trace.working("blocks.1.attn.q_flat", (0, 3, 5)).agrees
    assert trace.working("logits", (0, 3, 28)).agrees


def test_a_swapped_projection_is_noticed(tmp_path: Path) -> None:
    values = tensors(CONFIG)
    expected = reference(CONFIG, values, [1, 2, 3])
    fused = values["h.0.attn.c_attn.weight"]
    values["h.0.attn.c_attn.weight"] = np.concatenate([fused[:, 12:24], fused[:, :12], fused[:, 24:]], axis=1)
    assert np.abs(reference(CONFIG, values, [1, 2, 3]) - expected).max() > 1e-2


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "mine", CONFIG, tensors(CONFIG))
    assert cli.main(["trace", "--ids", "5,6,7", "--model", str(folder), "--save", str(tmp_path / "t.safetensors")]) == 0
    assert "blocks.1.attn.pattern" in capsys.readouterr().out
    assert cli.main(["trace", "a sentence", "--model", str(folder)]) == 2
    assert "--ids" in capsys.readouterr().err


def test_gpt2s_own_vocabulary_brings_its_tokenizer(tmp_path: Path) -> None:
    config = {**CONFIG, "vocab_size": 50257}
    model = find(str(write(tmp_path / "gpt2", config, {"wte.weight": np.zeros((1, 1), np.float32)})))
    assert model.batch(["Hello there"]).ids.tolist() == [[15496, 612]]


@pytest.mark.parametrize(("changes", "said"), [
    ({"model_type": "mamba"}, "mamba"), ({"activation_function": "swish"}, "activation_function"),
    ({"n_head": 5}, "n_head"), ({"n_embd": None}, "whole number"),
    ({"scale_attn_by_inverse_layer_idx": True}, "scale_attn"), ({"n_layer": 0}, "n_layers"),
    ({"layer_norm_epsilon": 7}, "eps"),
])  # fmt: skip
def test_what_cannot_be_shown_names_the_key(tmp_path: Path, changes: dict, said: str) -> None:
    with pytest.raises(SpecError, match=said) as caught:
        find(str(write(tmp_path / "m", {**CONFIG, **changes}, {"x": np.zeros(1, np.float32)})))
    assert "\n" not in str(caught.value)


def test_missing_and_misshapen_tensors_are_named(tmp_path: Path) -> None:
    values = tensors(CONFIG)
    del values["h.1.mlp.c_fc.bias"]
    with pytest.raises(WeightsError, match=r"h\.1\.mlp\.c_fc\.bias"):
        find(str(write(tmp_path / "a", CONFIG, values))).weights()
    values = tensors({**CONFIG, "n_embd": 24})
    with pytest.raises(WeightsError, match="shape"):
        find(str(write(tmp_path / "b", CONFIG, values))).weights()
    values = {name: value.astype(np.int32) for name, value in tensors(CONFIG).items()}
    with pytest.raises(WeightsError, match="int32"):
        find(str(write(tmp_path / "c", CONFIG, values))).weights()


def test_pickled_weights_are_refused_with_the_mend(tmp_path: Path) -> None:
    folder = write(tmp_path / "m", CONFIG, tensors(CONFIG))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(WeightsError, match=r"pytorch_model\.bin.*safetensors"):
        find(str(folder)).weights()


def test_an_index_cannot_point_outside_its_folder(tmp_path: Path) -> None:
    folder = write(tmp_path / "m", CONFIG, tensors(CONFIG))
    index = folder / "model.safetensors.index.json"
    index.write_text('{"weight_map": {"wte.weight": "../../secret"}}', encoding="utf-8")
    with pytest.raises(WeightsError, match="secret in m cannot be read"):
        find(str(folder)).weights()
    index.write_text('{"weight_map": 5}', encoding="utf-8")
    with pytest.raises(WeightsError, match="weight_map"):
        find(str(folder)).weights()


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000, '"gpt2"'])
def test_a_config_that_is_none(tmp_path: Path, text: str) -> None:
    folder = write(tmp_path / "m", CONFIG, tensors(CONFIG))
    (folder / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(WeightsError, match=r"config\.json"):
        find(str(folder))
