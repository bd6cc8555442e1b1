"""Models in GGUF files: Llama and what is built like it, described and read as their Hugging Face folders are."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tutor.engine import gguf_file, huggingface
from tutor.engine.gguf_file import GgufFile
from tutor.engine.later import Later, contiguous
from tutor.engine.program import Program
from tutor.engine.spec import ModelSpec, SpecError
from tutor.engine.tensor_file import Reader
from tutor.engine.weights import AnyWeight, Weights

#: general.architecture, which is also the model_type that the same model has in a Hugging Face folder.
_ARCHITECTURES = ("llama", "qwen2", "qwen3")
#: key of config.json → key of the file, behind the architecture.
_KEYS = {
    "hidden_size": "embedding_length", "num_attention_heads": "attention.head_count",
    "intermediate_size": "feed_forward_length", "num_hidden_layers": "block_count",
    "max_position_embeddings": "context_length", "rms_norm_eps": "attention.layer_norm_rms_epsilon",
}  # fmt: skip
#: Whatever of these is set changes the numbers in a way that is not computed here.
_UNKNOWN = (
    "expert_count", "logit_scale", "residual_scale", "embedding_scale", "attention.scale", "attention.clamp_kqv",
    "attention.max_alibi_bias", "attn_logit_softcapping", "final_logit_softcapping", "use_parallel_residual",
    "rope.scale_linear",
)  # fmt: skip
_ONES = ("rope.scale_linear", "rope.scaling.attn_factor", "logit_scale", "residual_scale", "embedding_scale")
_TOP = {
    "token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}  # fmt: skip
_LINEAR = {
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}  # fmt: skip
_NORMS = {
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
}  # fmt: skip
#: Factors that Llama 3.1 and later divide their rotary frequencies by.
_FACTORS = "rope_freqs.weight"
#: The choices with which Llama 3's factors were made; the file holds the factors alone.
_LOW, _HIGH, _TRAINED = 1.0, 4.0, 8192


def load_spec(path: Path) -> ModelSpec:
    """The model that a GGUF file describes. Raises SpecError or WeightsError."""
    file = gguf_file.read(path)
    spec = huggingface.spec_from(config(file), path.stem, path.name)
    kind = file.quantisation
    return replace(spec, note=f"dequantised from {kind}") if kind else spec


def load_weights(path: Path, spec: ModelSpec, program: Program, later: bool = False) -> Weights:
    """The weights as float32 under our names; with `later`, each is read when it is needed. Raises WeightsError."""
    read = reader(gguf_file.read(path), huggingface.prefixes(spec), later)
    return huggingface.weights_from(read, spec, program, path.name)


def reader(file: GgufFile, prefixes: tuple[str, ...] = (), later: bool = False) -> Reader:
    """The tensors by the names that they have in a Hugging Face folder, with their rows in the order of there."""
    names = _names(file)
    arch = str(file.fields.get("general.architecture"))
    heads = {"q_proj": _get(file, "attention.head_count"), "k_proj": _kv_heads(file)}

    def fetch(name: str) -> AnyWeight:
        values: AnyWeight
        if later:
            values = Later(file.tensors[names[name]].shape, partial(_rows, file, names[name]))
        else:
            values = file.read(names[name])
        kind = name.split(".")[-2]
        return unpermuted(values, heads[kind]) if arch == "llama" and kind in heads else values

    return Reader(file.path.name, names, fetch, prefixes)


def _rows(file: GgufFile, name: str, rows: slice | None) -> np.ndarray:
    values = file.read(name)
    return values if rows is None else values[rows]


def unpermuted(values: AnyWeight, n_heads: int) -> AnyWeight:
    """Q's and K's rows in the order of a Hugging Face folder.

    There the first half of a head's features turns with the second half; in the file the features that turn
    together lie side by side.
    """
    pairs = values.reshape(n_heads, values.shape[0] // n_heads // 2, 2, *values.shape[1:])
    return contiguous(pairs.swapaxes(1, 2)).reshape(*values.shape)


def config(file: GgufFile) -> dict[str, Any]:
    """What config.json would say of the model. Raises SpecError naming the offending key or tensor."""
    name, arch = file.path.name, file.fields.get("general.architecture")
    if arch not in _ARCHITECTURES:
        known = ", ".join(_ARCHITECTURES)
        raise SpecError(f"general.architecture of {name} is {arch!r:.60}; known are {known}.")
    parts = file.fields.get("split.count", 1)
    if isinstance(parts, int) and parts > 1:
        raise SpecError(f"split.count of {name} is {parts}: join its parts with `gguf-split --merge` first.")
    for key in _UNKNOWN:
        value = _get(file, key)
        if value and not (key in _ONES and value == 1):
            raise SpecError(f"{arch}.{key} of {name} is {value!r:.60}, which cannot be shown.")
    made: dict[str, Any] = {"model_type": arch, "hidden_act": "silu"}
    for theirs, key in _KEYS.items():
        made[theirs] = _get(file, key)
        if made[theirs] is None or isinstance(made[theirs], (list, str)):
            raise SpecError(f"{name} lacks {arch}.{key} or has no number there: use another copy of the model.")
    made |= {"num_key_value_heads": _kv_heads(file), "rope_theta": float(_get(file, "rope.freq_base") or 10000.0)}
    n_heads = made["num_attention_heads"]
    if not isinstance(n_heads, int) or n_heads < 1:
        raise SpecError(f"{arch}.attention.head_count of {name} is {n_heads!r}: use another copy of the model.")
    d_head = _get(file, "attention.key_length") or made["hidden_size"] // n_heads
    for key in ("attention.value_length", "rope.dimension_count"):
        if _get(file, key) not in (None, d_head):
            raise SpecError(f"{arch}.{key} of {name} is {_get(file, key)!r:.60}; only {d_head} can be shown.")
    window = _get(file, "attention.sliding_window")
    if isinstance(window, int) and 0 < window < made["max_position_embeddings"]:
        raise SpecError(f"{arch}.attention.sliding_window of {name} is {window}, which cannot be shown.")
    table = file.tensors.get("token_embd.weight")
    if table is None or len(table.shape) != 2:
        raise SpecError(f"{name} lacks the tensor token_embd.weight: use another copy of the model.")
    names = _names(file)
    biased = {one.split(".")[-2] for one in names if one.endswith(".bias")}
    made |= {
        "head_dim": d_head, "vocab_size": table.shape[0], "tie_word_embeddings": "lm_head.weight" not in names,
        "attention_bias": bool(biased & {"q_proj", "k_proj", "v_proj", "o_proj"}),
        "mlp_bias": bool(biased & {"gate_proj", "up_proj", "down_proj"}),
    }  # fmt: skip
    for theirs, ours in (("eos", "eos"), ("padding", "pad"), ("bos", "bos")):
        made[f"{ours}_token_id"] = file.fields.get(f"tokenizer.ggml.{theirs}_token_id")
    scaling = _rope_scaling(file, d_head, made["rope_theta"])
    return {**made, "rope_scaling": scaling} if scaling else made


def _names(file: GgufFile) -> dict[str, str]:
    """Name in a Hugging Face folder → name in the file. Raises SpecError for a tensor that nothing here reads."""
    arch, n_layers = file.fields.get("general.architecture"), _get(file, "block_count")
    found = {}
    for name in file.tensors:
        match = re.fullmatch(r"blk\.(\d{1,4})\.(\w+)\.(weight|bias)", name)
        part = None
        if name in _TOP:
            found[_TOP[name]] = name
            continue
        if name == _FACTORS or name.endswith((".attn_rot_embd.weight", ".attn_rot_embd")):
            continue
        if match is not None and isinstance(n_layers, int) and int(match[1]) < n_layers:
            part = _LINEAR.get(match[2]) if match[2] in _LINEAR else _NORMS.get(match[2])
            # What a family would leave unread must not be left out in silence.
            qk_norm = match[2] in ("attn_q_norm", "attn_k_norm") and arch != "qwen3"
            bias = match[3] == "bias" and (match[2] in _NORMS or (arch == "qwen2" and match[2] == "attn_output"))
            part = None if qk_norm or bias else part
        if match is None or part is None:
            raise SpecError(f"{file.path.name} has the tensor {name:.60}, which no {arch} model here has.")
        found[f"model.layers.{int(match[1])}.{part}.{match[3]}"] = name
    return found


def _get(file: GgufFile, key: str) -> Any:
    return file.fields.get(f"{file.fields.get('general.architecture')}.{key}")


def _kv_heads(file: GgufFile) -> int:
    n_heads = _get(file, "attention.head_count")
    value = _get(file, "attention.head_count_kv") or n_heads
    counts = set(value) if isinstance(value, list) else {value}
    if len(counts) != 1 or not isinstance(number := counts.pop(), int) or number < 1:
        raise SpecError(f"attention.head_count_kv of {file.path.name} is {value!r:.60}; only one number can be shown.")
    return number


def _rope_scaling(file: GgufFile, d_head: int, base: float) -> dict[str, Any] | None:
    """How the rotary positions are stretched, None where they are not. Raises SpecError."""
    name, arch = file.path.name, file.fields["general.architecture"]
    kind = _get(file, "rope.scaling.type") or "none"
    if kind not in ("none", "linear", "yarn"):
        raise SpecError(f"{arch}.rope.scaling.type of {name} is {kind!r:.60}; known are none, linear, yarn.")
    known = ("type", "factor", "original_context_length", "finetuned")
    start = f"{arch}.rope.scaling."
    odd = [key for key in file.fields if key.startswith(start) and key[len(start) :] not in known]
    odd = [key for key in odd if not (key.endswith("attn_factor") and file.fields[key] == 1)]
    if odd:
        raise SpecError(f"{odd[0]:.60} of {name} is {file.fields[odd[0]]!r:.60}, which cannot be shown.")
    factor = _get(file, "rope.scaling.factor") or 1.0
    scaling: dict[str, Any] | None = None
    if kind == "linear":
        scaling = {"rope_type": "linear", "factor": factor}
    elif kind == "yarn":
        trained = _get(file, "rope.scaling.original_context_length")
        scaling = {"rope_type": "yarn", "factor": factor, "original_max_position_embeddings": trained}
    if _FACTORS not in file.tensors:
        return scaling
    stored = file.read(_FACTORS).ravel()
    if np.array_equal(stored, np.ones_like(stored)):
        return scaling
    largest = float(stored.max(initial=1.0))
    derived = _llama3_factors(d_head, base, largest)
    if scaling or stored.shape != derived.shape or not np.allclose(stored, derived, rtol=1e-4):
        raise SpecError(f"{name} has {_FACTORS}, whose factors are not those of Llama 3, and cannot be shown.")
    return {
        "rope_type": "llama3", "factor": largest, "low_freq_factor": _LOW, "high_freq_factor": _HIGH,
        "original_max_position_embeddings": _TRAINED,
    }  # fmt: skip


def _llama3_factors(d_head: int, base: float, factor: float) -> np.ndarray:
    """What each frequency is divided by in Llama 3.1: nothing for the fast ones, `factor` for the slow ones."""
    turns = _TRAINED / (2 * np.pi * base ** (np.arange(0, d_head, 2) / d_head))
    smooth = (turns - _LOW) / (_HIGH - _LOW)
    between = 1 / ((1 - smooth) / factor + smooth)
    return np.where(turns > _HIGH, 1.0, np.where(turns < _LOW, factor, between))
