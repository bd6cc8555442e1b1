"""GPT-2 in Hugging Face layout: the same numbers as the model written out under its own names."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import samples
import torch
from safetensors.numpy import save_file

from tests.engine.samples import batch
from tutor import cli
from tutor.engine import tensor_file
from tutor.engine.live import LiveTrace
from tutor.engine.models import find
from tutor.engine.spec import SpecError
from tutor.engine.tensor_file import Reader
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


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("prefix", ["", "transformer."])
@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("changes", [{}, {"n_inner": 20}, {"tie_word_embeddings": False}], ids=str)
def test_the_same_logits(tmp_path: Path, prefix: str, shards: int, changes: dict) -> None:
    config = {**CONFIG, **changes}
    values = tensors(config)
    model = find(str(write(tmp_path / "gpt2", config, values, prefix, shards)))
    assert model.spec.name == "gpt2"
    rows = batch(model.spec, (7, 4))
    trace = LiveTrace(model.program, model.spec, model.weights(), rows, samples.DEVICE)
    for row, length in enumerate((7, 4)):
        expected = reference(config, values, rows.ids[row, :length].tolist())
        assert np.abs(trace["logits"][row, :length] - expected).max() <= samples.tolerance()
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
    ({"model_type": "mamba"}, "mamba"), ({"activation_function": "mish"}, "activation_function"),
    ({"n_head": 5}, "among 5 heads"), ({"n_embd": None}, "lacks n_embd"),
    ({"scale_attn_by_inverse_layer_idx": True}, "scale_attn"), ({"n_layer": 0}, "n_layer in config.json"),
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
    with pytest.raises(WeightsError, match=r"wte\.weight as I32"):
        find(str(write(tmp_path / "c", CONFIG, values))).weights()


def test_pickled_weights_are_refused_with_the_mend(tmp_path: Path) -> None:
    folder = write(tmp_path / "m", CONFIG, tensors(CONFIG))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(WeightsError, match=r"pytorch_model\.bin.*safetensors"):
        find(str(folder)).weights()


@pytest.mark.parametrize("file", ["../../secret", "/etc/passwd", "..\\\\secret", "c:secret", "..", ""])
def test_an_index_cannot_point_outside_its_folder(tmp_path: Path, file: str) -> None:
    folder = write(tmp_path / "m", CONFIG, tensors(CONFIG), shards=2)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"wte.weight": file}}), "utf-8")
    assert "names" in refused(folder)


@pytest.mark.parametrize("found", [5, {"wte.weight": 7}, None, [["wte.weight", "a"]]])
def test_an_index_that_is_none(tmp_path: Path, found: object) -> None:
    folder = write(tmp_path / "m", CONFIG, tensors(CONFIG), shards=2)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": found}), encoding="utf-8")
    assert "weight_map" in refused(folder)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "m", CONFIG, tensors(CONFIG), shards=3)
    (folder / "model-00002-of-00003.safetensors").unlink()
    assert "m lacks the file model-00002-of-00003.safetensors" in refused(folder)
    (folder / "model-00002-of-00003.safetensors").symlink_to(folder / "model-00002-of-00003.safetensors")
    assert "m lacks the file model-00002-of-00003.safetensors" in refused(folder)


def test_a_file_may_be_a_link(tmp_path: Path) -> None:
    """As in the library's own cache of downloads."""
    folder = write(tmp_path / "m", CONFIG, tensors(CONFIG))
    (folder / "model.safetensors").rename(tmp_path / "blob")
    (folder / "model.safetensors").symlink_to(tmp_path / "blob")
    assert find(str(folder)).weights()


def test_one_file_of_another_name_serves(tmp_path: Path) -> None:
    folder = write(tmp_path / "m", CONFIG, tensors(CONFIG))
    (folder / "model.safetensors").rename(folder / "mine.safetensors")
    assert find(str(folder)).weights()


def test_a_folder_without_weights_says_what_it_should_hold(tmp_path: Path) -> None:
    folder = write(tmp_path / "m", CONFIG, tensors(CONFIG))
    (folder / "model.safetensors").unlink()
    assert "model.safetensors.index.json" in refused(folder)


def test_an_adapter_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(WeightsError, match="adapter_config"):
        find(str(tmp_path))


def test_a_quantised_model_names_the_key(tmp_path: Path) -> None:
    config = {**CONFIG, "quantization_config": {"quant_method": "bitsandbytes"}}
    with pytest.raises(SpecError, match="quantization_config"):
        find(str(write(tmp_path / "m", config, tensors(CONFIG))))


def test_every_kind_of_float_is_read(tmp_path: Path) -> None:
    """Brain floats are the upper halves of float32, which numpy does not know by name."""
    import safetensors.torch

    values = {name: torch.tensor(value) for name, value in tensors(CONFIG).items()}
    for kind in (torch.float16, torch.bfloat16, torch.float64):
        folder = write(tmp_path / str(kind)[6:], CONFIG, {"x": np.zeros(1, np.float32)})
        safetensors.torch.save_file({name: one.to(kind) for name, one in values.items()}, folder / "model.safetensors")
        read = find(str(folder)).weights()
        assert all(one.dtype == np.float32 for one in read.values())
        assert np.array_equal(read["W_E"], values["wte.weight"].to(kind).float().numpy())
        assert np.array_equal(read["blocks.1.mlp.b_in"], values["h.1.mlp.c_fc.bias"].to(kind).float().numpy())


def test_some_rows_can_be_read_alone(tmp_path: Path) -> None:
    import safetensors.torch

    table = torch.randn(7, 3, 2)
    for kind in (torch.float32, torch.bfloat16):
        safetensors.torch.save_file({"a": torch.zeros(5), "t": table.to(kind)}, tmp_path / "x.safetensors")
        entry = tensor_file.entries(tmp_path / "x.safetensors")["t"]
        for rows in (slice(2, 5), slice(None), slice(6, None), slice(3, 3), slice(5, 100), slice(-2, None)):
            assert np.array_equal(tensor_file.read(entry, "t", rows), table.to(kind).float().numpy()[rows])


def test_the_reader_tries_prefixes_and_tells_what_there_is() -> None:
    values = {"wte": np.zeros((2, 3)), "model.wpe": np.ones(4), "model.wte": np.ones(1)}
    read = Reader("m", values, values.__getitem__, ("other.", "model."))
    assert read("wte").shape == (2, 3) and read("wpe").shape == (4,) and read.last == ("model.wpe", (4,))
    assert read.has("wpe") and not read.has("bias")
    with pytest.raises(WeightsError, match="m lacks the tensor bias"):
        read("bias")


@pytest.mark.parametrize("spoil", [
    lambda raw: b"", lambda raw: raw[:5], lambda raw: raw[:200], lambda raw: raw[:-1],
    lambda raw: (2**63).to_bytes(8, "little") + raw[8:], lambda raw: (7).to_bytes(8, "little") + raw[8:],
    lambda raw: raw.replace(b'"dtype":"F32"', b'"dtype":"F64"'), lambda raw: raw.replace(b'"dtype"', b'"dtipe"'),
    lambda raw: raw.replace(b'"shape":[12]', b'"shape":[-2]'),
    lambda raw: raw.replace(b'"shape":[12]', b'"shape":{"":1}'),
    lambda raw: (2).to_bytes(8, "little") + b"[]", lambda raw: (100_000).to_bytes(8, "little") + b"[" * 100_000,
    lambda raw: raw.replace(b'"ln_f.bias"', b'"ln_f\\nias"'),
    lambda raw: raw.replace(b'"shape":[12]', b'"shape":12  '), lambda raw: b"PK" + raw,
])  # fmt: skip
def test_a_damaged_file_is_one_sentence(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    folder = write(tmp_path / "m", CONFIG, tensors(CONFIG))
    path = folder / "model.safetensors"
    path.write_bytes(spoil(path.read_bytes()))
    assert "model.safetensors in m cannot be read" in refused(folder)


def test_a_file_that_changes_while_it_is_read_is_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "m", CONFIG, tensors(CONFIG)) / "model.safetensors"
    found = tensor_file.entries(path)
    path.write_bytes(path.read_bytes()[:1000])
    last = max(found, key=lambda name: found[name].begin)
    with pytest.raises(WeightsError, match="cut short"):
        tensor_file.read(found[last], last)


def refused(folder: Path) -> str:
    """The one sentence with which the folder's weights are refused."""
    with pytest.raises(WeightsError) as caught:
        find(str(folder)).weights()
    said = str(caught.value)
    assert "\n" not in said and re.fullmatch(r"[^.].*\.", said)
    return said


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000, '"gpt2"'])
def test_a_config_that_is_none(tmp_path: Path, text: str) -> None:
    folder = write(tmp_path / "m", CONFIG, tensors(CONFIG))
    (folder / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(WeightsError, match=r"config\.json"):
        find(str(folder))
