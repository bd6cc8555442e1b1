"""What a config.json says that cannot be shown, or that is no size at all: one sentence that names the key."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tutor.engine import families
from tutor.engine.spec import ModelSpec, Rope, SpecError

_WIDE: dict[str, Any] = dict(
    vocab_size=50, hidden_size=24, num_hidden_layers=2, num_attention_heads=4, intermediate_size=40,
    max_position_embeddings=32,
)  # fmt: skip
_LLAMA = {**_WIDE, "num_key_value_heads": 2, "hidden_act": "silu", "rms_norm_eps": 1e-6}
_BERT = {**_WIDE, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "type_vocab_size": 2, "pad_token_id": 0}

#: A config.json of every model_type that is read, as old folders have them: without what has a default.
GOOD: dict[str, dict[str, Any]] = {
    "llama": {**_LLAMA, "rope_theta": 500.0},
    "mistral": {**_LLAMA, "sliding_window": 4096},
    "qwen2": {**_LLAMA, "use_sliding_window": False, "sliding_window": 4096},
    "qwen3": {**_LLAMA, "head_dim": 8},
    "gpt_neox": {**_WIDE, "hidden_act": "gelu", "layer_norm_eps": 1e-5, "rotary_pct": 0.67, "rotary_emb_base": 99},
    "gpt2": dict(vocab_size=50, n_embd=24, n_layer=2, n_head=4, n_positions=32, activation_function="gelu_new",
                 layer_norm_epsilon=1e-5),
    "bert": _BERT,
    "roberta": {**_BERT, "pad_token_id": 1},
    "xlm-roberta": {**_BERT, "pad_token_id": 1},
    "distilbert": dict(vocab_size=50, dim=24, n_layers=2, n_heads=4, hidden_dim=40, max_position_embeddings=32,
                       activation="gelu"),
    "marian": dict(
        vocab_size=50, d_model=24, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=40, decoder_ffn_dim=40, max_position_embeddings=32,
        activation_function="swish", decoder_start_token_id=49, pad_token_id=49, eos_token_id=0,
    ),
}  # fmt: skip
#: Sizes that no default stands for, by what they are.
SIZES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(GOOD, tuple(_WIDE)),
    "gpt2": ("vocab_size", "n_embd", "n_layer", "n_head", "n_positions"),
    "distilbert": ("vocab_size", "dim", "n_layers", "n_heads", "hidden_dim", "max_position_embeddings"),
    "marian": ("vocab_size", "d_model", "encoder_layers", "decoder_layers", "decoder_attention_heads",
               "decoder_ffn_dim", "max_position_embeddings"),
}  # fmt: skip
NO_SIZES = ("24", 0, -3, 2.5, True, [24], {"a": 1}, math.nan, math.inf)


def read(kind: str, **changes: Any) -> ModelSpec:
    config = {"model_type": kind, **GOOD[kind], **changes}
    found: ModelSpec = families.by_huggingface()[kind].spec_from(config, "tiny")
    return found


def refused(kind: str, key: str, **changes: Any) -> None:
    with pytest.raises(SpecError) as caught:
        read(kind, **changes)
    told = str(caught.value)
    assert key in told, told
    assert told.endswith((".", ":")) and told.count(". ") == 0 and "\n" not in told and 20 < len(told) < 250, told


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_config_makes_a_model(kind: str) -> None:
    spec = read(kind)
    assert (spec.d_model, spec.n_heads, spec.n_layers, spec.d_mlp, spec.d_vocab) == (
        24, 4, 2, 96 if kind == "gpt2" else 40, 50
    )  # fmt: skip
    assert spec.n_ctx == {"roberta": 30, "xlm-roberta": 30}.get(kind, 32)
    program = families.program(spec)
    assert program.shapes(2, 3, 4)
    assert set(GOOD) == set(families.by_huggingface())


def test_what_old_configs_say_in_their_own_words() -> None:
    assert read("llama").rope == Rope(6, 500.0)
    assert read("gpt_neox").rope == Rope(4, 99.0)
    assert read("llama", rope_scaling={"type": "linear", "factor": 4.0}).rope == Rope(6, 500.0, "linear", 4.0)
    newer = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                 original_max_position_embeddings=16)  # fmt: skip
    assert read("llama", rope_scaling=newer).rope == Rope(6, 500.0, "llama3", 8.0, 16, 1.0, 4.0)
    assert read("llama", rope_parameters={"rope_theta": 7.0, "rope_type": "default"}).rope == Rope(6, 7.0)
    assert (read("mistral").window, read("mistral", sliding_window=None).window, read("qwen2").window) == (4096, 0, 0)
    assert (read("qwen2").bias_only, read("llama").bias, read("llama", attention_bias=True).bias_only) == (
        "qkv", False, "qkv o"
    )  # fmt: skip
    assert read("llama", eos_token_id=[7, 8]).end_id == 7
    longer = {"rope_type": "yarn", "original_max_position_embeddings": 8}
    assert read("llama", rope_parameters=longer).rope.factor == 32 / 8  # type: ignore[union-attr]
    assert read("bert", architectures=["BertModel"]).head == "none" and read("bert").head == "mlm"
    assert read("marian").pad_id == read("marian").start_id == 49


@pytest.mark.parametrize("kind, key", [(kind, key) for kind, keys in SIZES.items() for key in keys])
def test_a_size_that_is_missing_or_none(kind: str, key: str) -> None:
    refused(kind, key, **{key: None})
    for value in NO_SIZES:
        refused(kind, key, **{key: value})


#: For every model_type: what is said, by the key that it should name.
UNSHOWN: dict[str, list[tuple[str, Any]]] = {
    "llama": [
        ("num_key_value_heads", 3), ("num_key_value_heads", 0), ("num_key_value_heads", "2"), ("hidden_act", "mish"),
        ("hidden_act", ["silu"]), ("hidden_act", 7), ("head_dim", "8"), ("head_dim", -2),
        ("head_dim", True), ("hidden_size", 26), ("rms_norm_eps", "small"), ("rms_norm_eps", math.nan),
        ("rms_norm_eps", -1e-6), ("rms_norm_eps", True), ("tie_word_embeddings", "yes"), ("attention_bias", 1),
        ("mlp_bias", "no"), ("rope_theta", "big"), ("rope_theta", -1.0), ("rope_theta", math.inf), ("rope_theta", 0),
        ("use_sliding_window", True), ("pad_token_id", "0"), ("eos_token_id", 2.5), ("eos_token_id", ["2"]),
        ("quantization_config", {"quant_method": "gptq"}), ("vocab_size", 1 << 40), ("num_hidden_layers", 5000),
    ],
    "mistral": [("sliding_window", "wide"), ("sliding_window", -4), ("sliding_window", 2.5), ("hidden_act", "mish")],
    "qwen2": [("use_sliding_window", True), ("layer_types", ["full_attention", "sliding_attention"])],
    "qwen3": [("use_sliding_window", True), ("layer_types", ["sliding_attention"] * 2), ("layer_types", "full")],
    "gpt_neox": [
        ("rotary_pct", 0.5), ("rotary_pct", 0.0), ("rotary_pct", 3.0), ("rotary_pct", "some"), ("hidden_act", "mish"),
        ("attention_bias", "yes"), ("use_parallel_residual", 1), ("hidden_size", 26), ("layer_norm_eps", [1]),
    ],
    "gpt2": [
        ("scale_attn_by_inverse_layer_idx", True), ("add_cross_attention", True), ("scale_attn_weights", False),
        ("n_embd", 26), ("n_inner", "wide"), ("n_inner", 0), ("activation_function", "mish"),
        ("layer_norm_epsilon", "x"), ("layer_norm_epsilon", 7), ("quantization_config", {"bits": 4}),
        ("tie_word_embeddings", 0),
    ],
    "bert": [
        ("is_decoder", True), ("add_cross_attention", True), ("position_embedding_type", "relative_key"),
        ("hidden_size", 26), ("hidden_act", "mish"), ("type_vocab_size", -1), ("type_vocab_size", "two"),
        ("layer_norm_eps", "x"), ("layer_norm_eps", math.nan), ("pad_token_id", 1.5),
    ],
    "roberta": [
        ("is_decoder", True), ("position_embedding_type", "relative_key_query"), ("max_position_embeddings", 2),
        ("hidden_act", "mish"), ("hidden_size", 26),
    ],
    "xlm-roberta": [("add_cross_attention", True), ("max_position_embeddings", 1), ("hidden_size", 26)],
    "distilbert": [
        ("activation", "mish"), ("dim", 26), ("tie_word_embeddings", "no"),
        ("quantization_config", {"bits": 8}),
    ],
    "marian": [
        ("encoder_attention_heads", 2), ("encoder_ffn_dim", 41), ("normalize_before", True),
        ("add_final_layer_norm", True), ("normalize_embedding", True), ("activation_function", "mish"),
        ("activation_function", None), ("scale_embedding", "yes"), ("share_encoder_decoder_embeddings", "yes"),
        ("d_model", 26), ("tie_word_embeddings", False), ("decoder_vocab_size", "50"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    "kind, key, value", [(kind, key, value) for kind, pairs in UNSHOWN.items() for key, value in pairs]
)
def test_what_cannot_be_shown_names_its_key(kind: str, key: str, value: Any) -> None:
    refused(kind, key, **{key: value})


ROTATIONS: list[tuple[str, Any]] = [
    ("rope_type", {"rope_type": "longrope"}),
    ("rope_type", {"rope_type": 3}),
    ("rope_type", {"type": "su"}),
    ("rope_type", {"rope_type": ["yarn"]}),
    ("rope_parameters", {"full_attention": {"rope_theta": 1.0}, "sliding_attention": {"rope_theta": 2.0}}),
    ("rope_parameters", "yarn"),
    ("rope_parameters", ["yarn"]),
    ("factor", {"rope_type": "linear", "factor": "four"}),
    ("factor", {"rope_type": "linear", "factor": 0}),
    ("factor", {"rope_type": "linear"}),
    ("rope_theta", {"rope_theta": math.nan}),
    ("original_max_position_embeddings", {"rope_type": "llama3", "factor": 2.0,
                                          "original_max_position_embeddings": "long"}),
    ("high_freq_factor", {"rope_type": "llama3", "factor": 2.0, "low_freq_factor": 4.0, "high_freq_factor": 1.0,
                          "original_max_position_embeddings": 8}),
    ("low_freq_factor", {"rope_type": "llama3", "factor": 2.0, "low_freq_factor": 0, "high_freq_factor": 1.0}),
    ("beta_fast", {"rope_type": "yarn", "factor": 2.0, "beta_fast": -1}),
    ("attention_factor", {"rope_type": "yarn", "factor": 2.0, "attention_factor": "x"}),
    ("truncate", {"rope_type": "yarn", "factor": 2.0, "truncate": "no"}),
    ("partial_rotary_factor", {"partial_rotary_factor": 0.1}),
]  # fmt: skip


@pytest.mark.parametrize("key, value", ROTATIONS, ids=str)
@pytest.mark.parametrize("kind", ["llama", "gpt_neox"])
def test_a_rotation_that_is_none_names_its_key(kind: str, key: str, value: Any) -> None:
    refused(kind, key, rope_parameters=value)


@pytest.mark.parametrize("changes, key", [
    (dict(dim=3), "3"), (dict(dim=0), "0"), (dict(dim=2.0), "dim"), (dict(base="x"), "base"),
    (dict(base=math.inf), "base"),
    (dict(kind="su"), "kind"), (dict(kind="dynamic"), "dynamic"), (dict(kind="yarn", original=9, base=1.0), "base"),
    (dict(truncate=1), "truncate"), (dict(factor=True), "factor"), (dict(original=True), "original"),
])  # fmt: skip
def test_a_rope_that_makes_no_rotation(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(SpecError, match=key):
        Rope(**{"dim": 4, **changes})


@pytest.mark.parametrize("changes, key", [
    (dict(n_kv_heads=3), "n_kv_heads"), (dict(n_kv_heads=-1), "n_kv_heads"), (dict(window=True), "window"),
    (dict(bias_only="qkv mlp x"), "bias_only"), (dict(rope=Rope(4)), "rope"), (dict(positions="rotary"), "rope"),
    (dict(positions="rotary", rope=Rope(16)), "rope"), (dict(positions="rotary", rope={"dim": 4}), "rope"),
    (dict(pad_id=29), "pad_id"), (dict(start_id=-2), "start_id"), (dict(end_id=1.0), "end_id"),
    (dict(n_layers_encoder=5000), "n_layers_encoder"), (dict(pos_offset=-1), "pos_offset"),
    (dict(n_types="2"), "n_types"), (dict(head="two"), "head"), (dict(norm_kind="group"), "norm_kind"),
    (dict(head_activation="mish"), "head_activation"),
])  # fmt: skip
def test_a_description_that_makes_no_model(changes: dict[str, Any], key: str) -> None:
    good: dict[str, Any] = dict(name="x", family="llama", d_model=12, n_heads=4, d_head=4, n_layers=1, d_mlp=8,
                                d_vocab=29, n_ctx=8)  # fmt: skip
    ModelSpec(**good)
    with pytest.raises(SpecError, match=key):
        ModelSpec(**{**good, **changes})
