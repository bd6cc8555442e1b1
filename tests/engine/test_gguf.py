"""GGUF files: the same tensors, sizes and tokens as the model that was written into them."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from gguf import GGMLQuantizationType as Kind
from gguf import GGUFWriter
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from tests.engine.test_folder_tokens import SENTENCES, TEXTS, metaspace
from tutor.engine import gguf_file, gguf_model, gguf_tokens
from tutor.engine.models import find, is_model_file, is_model_folder
from tutor.engine.spec import SpecError
from tutor.engine.tokens import TokenError, batch_of_texts
from tutor.engine.weights import WeightsError

D, HEADS, KV, HEAD, MLP, VOCAB, LAYERS = 64, 4, 2, 16, 96, 64, 2
FIELDS: dict[str, Any] = {
    "embedding_length": D, "attention.head_count": HEADS, "attention.head_count_kv": KV, "feed_forward_length": MLP,
    "block_count": LAYERS, "context_length": 128, "attention.layer_norm_rms_epsilon": 1e-5, "rope.freq_base": 10000.0,
    "rope.dimension_count": HEAD, "vocab_size": VOCAB,
}  # fmt: skip


def tensors(seed: int = 5, tied: bool = False, arch: str = "llama") -> dict[str, np.ndarray]:
    """Under the names of a Hugging Face folder."""
    rng = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (VOCAB, D), "model.norm.weight": (D,)}
    for layer in range(LAYERS):
        for name, shape in {
            "self_attn.q_proj.weight": (HEADS * HEAD, D), "self_attn.k_proj.weight": (KV * HEAD, D),
            "self_attn.v_proj.weight": (KV * HEAD, D), "self_attn.o_proj.weight": (D, HEADS * HEAD),
            "mlp.gate_proj.weight": (MLP, D), "mlp.up_proj.weight": (MLP, D), "mlp.down_proj.weight": (D, MLP),
            "input_layernorm.weight": (D,), "post_attention_layernorm.weight": (D,),
        }.items():  # fmt: skip
            shapes[f"model.layers.{layer}.{name}"] = shape
        if arch == "qwen2":
            for one, heads in (("q", HEADS), ("k", KV), ("v", KV)):
                shapes[f"model.layers.{layer}.self_attn.{one}_proj.bias"] = (heads * HEAD,)
        if arch == "qwen3":
            shapes |= {f"model.layers.{layer}.self_attn.{one}_norm.weight": (HEAD,) for one in "qk"}
    if not tied:
        shapes["lm_head.weight"] = (VOCAB, D)
    made = {name: rng.normal(size=shape).astype(np.float32) * np.float32(0.3) for name, shape in shapes.items()}
    return {name: one + 1 if "norm" in name else one for name, one in made.items()}


def theirs(name: str) -> str:
    """The name in a GGUF file of a tensor of a folder."""
    top = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
           "lm_head.weight": "output.weight"}  # fmt: skip
    if name in top:
        return top[name]
    _, _, layer, *part, kind = name.split(".")
    parts = {
        "q_proj": "attn_q", "k_proj": "attn_k", "v_proj": "attn_v", "o_proj": "attn_output", "gate_proj": "ffn_gate",
        "up_proj": "ffn_up", "down_proj": "ffn_down", "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm", "q_norm": "attn_q_norm", "k_norm": "attn_k_norm",
    }  # fmt: skip
    return f"blk.{layer}.{parts[part[-1]]}.{kind}"


def permuted(values: np.ndarray, heads: int) -> np.ndarray:
    """Word for word what the common converter does to Q and K of the llama architecture."""
    return (values.reshape(heads, 2, values.shape[0] // heads // 2, *values.shape[1:])
            .swapaxes(1, 2).reshape(values.shape))  # fmt: skip


def write(
    path: Path, values: dict[str, np.ndarray], arch: str = "llama", kind: Kind = Kind.F32,
    fields: dict[str, Any] | None = None, extra: dict[str, np.ndarray] | None = None, tokens: dict | None = None,
) -> Path:  # fmt: skip
    writer = GGUFWriter(path, arch)
    own = {f"{arch}.{key}": one for key, one in FIELDS.items()}
    for key, value in {**own, **(fields or {}), **(tokens or {})}.items():
        if value is None:
            continue
        add = {bool: writer.add_bool, int: writer.add_uint32, float: writer.add_float32, str: writer.add_string,
               list: writer.add_array}[type(value)]  # fmt: skip
        add(key, value)
    for name, one in values.items():
        if arch == "llama" and "q_proj" in name:
            one = permuted(one, HEADS)
        if arch == "llama" and "k_proj" in name:
            one = permuted(one, KV)
        if one.ndim > 1 and kind != Kind.F32:
            writer.add_tensor(theirs(name), gguf.quants.quantize(one, kind), raw_dtype=kind)
        else:
            writer.add_tensor(theirs(name), one)
    for name, one in (extra or {}).items():
        writer.add_tensor(name, one)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


# -- tensors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arch", ["llama", "qwen2", "qwen3"])
def test_the_same_tensors(tmp_path: Path, arch: str) -> None:
    values = tensors(arch=arch)
    read = gguf_model.reader(gguf_file.read(write(tmp_path / "m.gguf", values, arch)), ("model.",))
    for name, expected in values.items():
        assert np.array_equal(read(name), expected), name
        assert np.array_equal(read(name.removeprefix("model.")), expected)
    assert read.has("lm_head.weight") and not read.has("model.layers.2.input_layernorm.weight")


@pytest.mark.parametrize(("kind", "apart"), [
    (Kind.F16, 1e-3), (Kind.BF16, 1e-2), (Kind.Q8_0, 0.01), (Kind.Q5_1, 0.05), (Kind.Q4_0, 0.12), (Kind.Q4_1, 0.1),
])  # fmt: skip
def test_quantised_tensors_are_near_what_was_written(tmp_path: Path, kind: Kind, apart: float) -> None:
    values = tensors()
    file = gguf_file.read(write(tmp_path / "m.gguf", values, kind=kind))
    read = gguf_model.reader(file)
    for name, expected in values.items():
        found = read(name)
        assert found.dtype == np.float32 and found.shape == expected.shape
        assert np.abs(found - expected).max() <= apart
        if expected.ndim == 1:
            assert np.array_equal(found, expected)
    # To the last bit what the package itself makes of the blocks.
    blocks = gguf.quants.quantize(values["lm_head.weight"], kind)
    assert np.array_equal(read("lm_head.weight"), gguf.quants.dequantize(blocks, kind))
    assert file.quantisation == ("" if kind in (Kind.F16, Kind.BF16) else kind.name)


def test_the_order_of_rows_matters() -> None:
    values = np.arange(HEADS * HEAD * 3).reshape(-1, 3)
    assert not np.array_equal(permuted(values, HEADS), values)
    assert np.array_equal(gguf_model.unpermuted(permuted(values, HEADS), HEADS), values)
    assert np.array_equal(gguf_model.unpermuted(permuted(values[:, 0], HEADS), HEADS), values[:, 0])


# -- sizes and choices ------------------------------------------------------------------------------------------------


def config(path: Path) -> dict[str, Any]:
    return gguf_model.config(gguf_file.read(path))


@pytest.mark.parametrize("arch", ["llama", "qwen2", "qwen3"])
@pytest.mark.parametrize("tied", [False, True])
def test_what_config_json_would_say(tmp_path: Path, arch: str, tied: bool) -> None:
    made = config(write(tmp_path / "m.gguf", tensors(tied=tied, arch=arch), arch))
    expected = {
        "model_type": arch, "hidden_size": D, "num_attention_heads": HEADS, "num_key_value_heads": KV,
        "intermediate_size": MLP, "num_hidden_layers": LAYERS, "max_position_embeddings": 128, "rope_theta": 10000.0,
        "head_dim": HEAD, "vocab_size": VOCAB, "tie_word_embeddings": tied, "attention_bias": arch == "qwen2",
        "mlp_bias": False,
    }  # fmt: skip
    assert {key: made[key] for key in expected} == expected
    assert made["rms_norm_eps"] == pytest.approx(1e-5) and "rope_scaling" not in made


def test_ids_that_end_and_pad(tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf", tensors(), tokens={"tokenizer.ggml.eos_token_id": 7})
    assert (config(path)["eos_token_id"], config(path)["pad_token_id"]) == (7, None)


@pytest.mark.parametrize(("arch", "fields", "says"), [
    ("mamba", {}, "general.architecture of m.gguf is 'mamba'; known are llama"),
    ("llama", {"llama.expert_count": 8}, "expert_count"), ("llama", {"llama.block_count": None}, "llama.block_count"),
    ("llama", {"llama.block_count": "two"}, "llama.block_count"), ("llama", {"split.count": 3}, "split.count"),
    ("llama", {"llama.rope.dimension_count": 8}, "rope.dimension_count"),
    ("llama", {"llama.attention.value_length": 8}, "value_length"),
    ("llama", {"llama.attention.head_count": 0}, "head_count"),
    ("llama", {"llama.attention.head_count_kv": [2, 1]}, "head_count_kv"),
    ("llama", {"llama.attention.sliding_window": 16}, "sliding_window"),
    ("llama", {"llama.rope.scaling.type": "longrope"}, "rope.scaling.type"),
    ("llama", {"llama.rope.scaling.yarn_beta_fast": 3.0}, "yarn_beta_fast"),
    ("llama", {"llama.rope.scale_linear": 2.0}, "scale_linear"),
    ("llama", {"llama.final_logit_softcapping": 30.0}, "softcapping"),
    ("llama", {"llama.block_count": 1}, "blk.1."),
])  # fmt: skip
def test_what_cannot_be_shown_is_named(tmp_path: Path, arch: str, fields: dict, says: str) -> None:
    path = write(tmp_path / "m.gguf", tensors(), arch, fields=fields)
    with pytest.raises(SpecError) as caught:
        config(path)
    assert says in str(caught.value) and "\n" not in str(caught.value) and str(caught.value).endswith(".")


@pytest.mark.parametrize("name", [
    "blk.0.ffn_gate_inp.weight", "blk.0.attn_q_norm.weight", "blk.7.attn_q.weight", "blk.0.attn_norm.bias",
    "position_embd.weight", "blk.0.attn_sub_norm.weight",
])  # fmt: skip
def test_no_tensor_is_left_out_in_silence(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "m.gguf", tensors(), extra={name: np.ones(D, np.float32)})
    with pytest.raises(SpecError, match=re.escape(name)):
        config(path)


def test_stretched_positions(tmp_path: Path) -> None:
    fields = {"llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 4.0}
    made = config(write(tmp_path / "a.gguf", tensors(), fields=fields))
    assert made["rope_scaling"] == {"rope_type": "linear", "factor": 4.0}
    fields = {"llama.rope.scaling.type": "yarn", "llama.rope.scaling.factor": 4.0,
              "llama.rope.scaling.original_context_length": 32}  # fmt: skip
    made = config(write(tmp_path / "b.gguf", tensors(), fields=fields))
    assert made["rope_scaling"] == {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}


def test_llama_3s_factors_are_known_again(tmp_path: Path) -> None:
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    for factor in (8.0, 32.0):
        rope = {"rope_type": "llama3", "factor": factor, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                "original_max_position_embeddings": 8192, "rope_theta": 500000.0}  # fmt: skip
        made = LlamaConfig(
            hidden_size=D, num_attention_heads=HEADS, rope_parameters=rope, max_position_embeddings=131072
        )
        scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](made, "cpu")
        plain = 500000.0 ** (-np.arange(0, HEAD, 2) / HEAD)
        factors = (plain / scaled.numpy()).astype(np.float32)
        path = write(tmp_path / f"{factor}.gguf", tensors(), fields={"llama.rope.freq_base": 500000.0},
                     extra={"rope_freqs.weight": factors})  # fmt: skip
        found = config(path)["rope_scaling"]
        assert {key: pytest.approx(value) for key, value in found.items()} == {
            key: value for key, value in rope.items() if key != "rope_theta"
        }


def test_other_factors_are_refused_and_ones_change_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gguf", tensors(), extra={"rope_freqs.weight": np.linspace(1, 5, 8, dtype=np.float32)})
    with pytest.raises(SpecError, match=r"rope_freqs\.weight"):
        config(path)
    path = write(tmp_path / "b.gguf", tensors(), extra={"rope_freqs.weight": np.ones(8, np.float32)})
    assert "rope_scaling" not in config(path)


def test_a_missing_tensor_is_named(tmp_path: Path) -> None:
    values = tensors()
    del values["model.layers.1.mlp.up_proj.weight"]
    read = gguf_model.reader(gguf_file.read(write(tmp_path / "m.gguf", values)), ("model.",))
    with pytest.raises(WeightsError, match=r"m\.gguf lacks the tensor layers\.1\.mlp\.up_proj\.weight"):
        read("layers.1.mlp.up_proj.weight")
    del values["model.embed_tokens.weight"]
    with pytest.raises(SpecError, match=r"token_embd\.weight"):
        config(write(tmp_path / "n.gguf", values))


# -- files that are none ----------------------------------------------------------------------------------------------


def said(path: Path) -> str:
    """The one sentence with which a file is refused."""
    with pytest.raises(WeightsError) as caught:
        gguf_model.config(gguf_file.read(path))
    sentence = str(caught.value)
    assert "\n" not in sentence and sentence.endswith(".") and path.name in sentence
    return sentence


@pytest.mark.parametrize("length", [0, 3, 4, 8, 20, 24, 30, 60, 300, 2000, -1, -5000])
def test_a_file_cut_short_is_one_sentence(tmp_path: Path, length: int) -> None:
    path = write(tmp_path / "m.gguf", tensors())
    path.write_bytes(path.read_bytes()[:length])
    assert "cannot be read as GGUF" in said(path)


def number(form: str, value: int) -> bytes:
    return struct.pack("<" + form, value)


START = b"GGUF" + number("I", 3)
HUGE = number("Q", 2**62)


@pytest.mark.parametrize(("content", "says"), [
    (b"PK\x03\x04" + b"\0" * 99, "no GGUF file"), (b"GGUF" + number("I", 1) + b"\0" * 99, "version is 1"),
    (b"GGUF" + b"\0\0\0\3" + b"\0" * 99, "other order"), (START + HUGE * 2, "too many"),
    (START + number("Q", 0) + number("Q", 1) + HUGE + b"\0" * 99, "cut short"),
    (START + number("Q", 1) + number("Q", 0) + number("Q", 2) + b"a\n" + b"\0" * 99, "no text"),
    (START + number("Q", 0) + number("Q", 1) + number("Q", 1) + b"a" + number("I", 99), "unknown kind"),
    (START + number("Q", 0) + number("Q", 1) + number("Q", 1) + b"a" + number("I", 9) + number("I", 0)
     + HUGE, "too long"),
    (START + number("Q", 0) + number("Q", 1) + number("Q", 1) + b"a" + number("I", 9) + number("I", 0)
     + number("Q", 2**22), "cut short"),
    (START + number("Q", 0) + number("Q", 1) + number("Q", 1) + b"a" + number("I", 9) + number("I", 9)
     + number("Q", 1), "unknown kind"),
    (START + number("Q", 1) + number("Q", 0) + number("Q", 1) + b"a" + number("I", 9), "axes"),
    (START + number("Q", 1) + number("Q", 0) + number("Q", 1) + b"a" + number("I", 2) + HUGE * 2 + number("I", 0)
     + number("Q", 0), "cut short"),
    (START + number("Q", 1) + number("Q", 0) + number("Q", 1) + b"a" + number("I", 1) + number("Q", 4)
     + number("I", 77) + number("Q", 0), "unknown kind"),
    (START + number("Q", 1) + number("Q", 0) + number("Q", 1) + b"a" + number("I", 1) + number("Q", 5)
     + number("I", 2) + number("Q", 0), "whole blocks"),
])  # fmt: skip
def test_hostile_sizes_take_no_memory(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(content)
    assert says in said(path)


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf", tensors())
    first = gguf_file.read(path)
    assert gguf_file.read(path) is first
    path.write_bytes(path.read_bytes() + b"\0")
    assert gguf_file.read(path) is not first
    path.write_bytes(b"GGUF")
    with pytest.raises(WeightsError, match="cut short"):
        first.read("token_embd.weight")


@pytest.mark.parametrize("kind", [Kind.Q4_1, Kind.Q8_0])
@pytest.mark.parametrize("at_once", [1, 7, 128, 5000])
def test_blocks_are_dequantised_some_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind, at_once: int
) -> None:
    file = gguf_file.read(write(tmp_path / "m.gguf", tensors(), kind=kind))
    monkeypatch.setattr(gguf_file, "_AT_ONCE", at_once)
    stored = gguf.quants.quantize(tensors()["model.embed_tokens.weight"], kind)
    assert stored.size > 7 * gguf.GGML_QUANT_SIZES[kind][1]
    assert np.array_equal(file.read("token_embd.weight"), gguf.quants.dequantize(stored, kind))


def test_what_is_a_model(tmp_path: Path) -> None:
    path = write(tmp_path / "m.gguf", tensors())
    assert is_model_file(path) and not is_model_folder(path) and not is_model_file(tmp_path)
    path.rename(tmp_path / "other.bin")
    assert is_model_file(tmp_path / "other.bin") and not is_model_file(path)
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    assert is_model_folder(tmp_path) and not is_model_file(tmp_path / "config.json")
    with pytest.raises(SpecError, match=r"config\.json is no model by itself"):
        find(str(tmp_path / "config.json"))


# -- tokenizers -------------------------------------------------------------------------------------------------------


def trained(pre: Any = None, normalizer: Any = None, **options: Any) -> Tokenizer:
    made = Tokenizer(models.BPE(**options))
    made.pre_tokenizer = pre or pre_tokenizers.ByteLevel(add_prefix_space=False)
    if normalizer is not None:
        made.normalizer = normalizer
    trainer = trainers.BpeTrainer(
        vocab_size=330, special_tokens=["<|endoftext|>", "<|im_start|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())  # fmt: skip
    made.train_from_iterator([*SENTENCES, "in 2024 and 1999, it's"], trainer)
    made.decoder = decoders.ByteLevel()
    return made


def fields_of(made: Tokenizer, cut: str, **more: Any) -> dict[str, Any]:
    model = json.loads(made.to_str())["model"]
    pieces = sorted(model["vocab"], key=model["vocab"].get)
    special = {one.content for one in made.get_added_tokens_decoder().values()}
    found = {
        "model": "gpt2", "pre": cut, "tokens": pieces, "merges": [" ".join(pair) for pair in model["merges"]],
        "token_type": [3 if piece in special else 1 for piece in pieces], "eos_token_id": 0, "bos_token_id": 1,
    }  # fmt: skip
    return {f"tokenizer.ggml.{key}": value for key, value in {**found, **more}.items()}


def opened(**fields: Any) -> gguf_file.GgufFile:
    return gguf_file.GgufFile(Path("m.gguf"), fields, {})


def cut_by(pattern: str) -> Any:
    from tokenizers import Regex

    split = pre_tokenizers.Split(Regex(pattern), behavior="isolated")
    return pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


DIGITS = pre_tokenizers.Sequence(
    [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])


@pytest.mark.parametrize(("pre", "made"), [
    ("gpt-2", lambda: trained()), ("smollm", lambda: trained(DIGITS)),
    ("llama-bpe", lambda: trained(cut_by(gguf_tokens._LLAMA3), ignore_merges=True)),
    ("qwen2", lambda: trained(cut_by(gguf_tokens._QWEN2), normalizers.NFC())),
])  # fmt: skip
def test_byte_level_tokenizers(tmp_path: Path, pre: str, made: Callable[[], Tokenizer]) -> None:
    expected = made()
    path = write(tmp_path / "m.gguf", tensors(), tokens=fields_of(expected, pre, add_bos_token=False))
    found = gguf_tokens.find(gguf_file.read(path))
    assert found is not None and found.name == "m"
    for text in [*TEXTS, "in 2024, it's 1999999", "<|im_start|>user<|endoftext|>"]:
        assert found.ids_of(text) == expected.encode(text).ids, text
    assert found.eot_id == 0 and set(found.specials) == {"<|endoftext|>", "<|im_start|>"}
    assert any(found.merges(number) for number in range(found.n_vocab))
    assert batch_of_texts(found, ["Hello 我 12"], 99, found.n_vocab).exact


def test_what_stands_before_a_text() -> None:
    made = trained()
    for pre, more, first in (("gpt-2", {}, False), ("gpt-2", {"add_bos_token": True}, True), ("llama-bpe", {}, True)):
        found = gguf_tokens.find(opened(**fields_of(made, pre, **more)))
        assert found is not None
        assert found.encode("Hello")[0].special is first
    found = gguf_tokens.find(opened(**fields_of(made, "gpt-2", add_eos_token=True)))
    assert found is not None and found.ids_of("Hello")[-1] == 0


def sentence_pieces(**more: Any) -> tuple[Tokenizer, dict[str, Any]]:
    made = metaspace()
    model = json.loads(made.to_str())["model"]
    pieces = sorted(model["vocab"], key=model["vocab"].get)
    kinds = [2, 3, 3, *[6] * 256, *[1] * (len(pieces) - 259)]
    # As in Llama 2: the later a piece was joined, the lower its score.
    scores = [0.0 if kind != 1 else -float(at) for at, kind in enumerate(kinds)]
    fields = {"model": "llama", "tokens": pieces, "token_type": kinds, "scores": scores, "bos_token_id": 1,
              "eos_token_id": 2, "unknown_token_id": 0}  # fmt: skip
    return made, {f"tokenizer.ggml.{key}": value for key, value in {**fields, **more}.items()}


def test_sentence_pieces() -> None:
    made, fields = sentence_pieces()
    found = gguf_tokens.find(opened(**fields))
    assert found is not None and found.eot_id == 2
    for text in ["Hello thinking world", " Hello  there ", "我喜欢机器学习", "👩\u200d👧 ok", "a\n\tb", "☃ think"]:
        assert found.ids_of(text) == made.encode(text).ids, text
    assert found.encode("Hello")[0].special
    found = gguf_tokens.find(opened(**sentence_pieces(add_bos_token=False, add_space_prefix=False)[1]))
    assert found is not None and not found.token(found.ids_of("Hello")[0]).text.startswith("▁")


@pytest.mark.parametrize("change", [
    {"model": "bert"}, {"model": 5}, {"pre": "tekken"}, {"pre": None}, {"tokens": []}, {"tokens": [1, 2]},
    {"tokens": None}, {"merges": None}, {"merges": ["a b c"]}, {"merges": ["☃ ☃"]}, {"token_type": [1]},
    {"tokens": ["a" * 5000]},
])  # fmt: skip
def test_a_tokenizer_that_cannot_be_built_is_one_sentence(change: dict[str, Any]) -> None:
    fields = {key: value for key, value in fields_of(trained(), "gpt-2", **change).items() if value is not None}
    with pytest.raises(TokenError) as caught:
        gguf_tokens.find(opened(**fields))
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")
    fields = sentence_pieces(scores=[1.0])[1]
    with pytest.raises(TokenError, match="scores"):
        gguf_tokens.find(opened(**fields))


def test_a_file_without_tokenizer() -> None:
    assert gguf_tokens.find(opened()) is None
