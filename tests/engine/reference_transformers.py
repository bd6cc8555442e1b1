"""Tiny models of the transformers library with random weights: an independent implementation of every family.

`make` builds one, `run` gives what it computes under the engine's names, `trace` runs the engine on its config and its
weights just as they would lie in a folder. Attention is the library's own "eager" one, whose patterns can be seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import samples
import torch
import transformers
from numpy.testing import assert_allclose

from tutor.engine import families
from tutor.engine.axes import KEY
from tutor.engine.live import LiveTrace
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import Batch, batch_of_ids

D_VOCAB = 43
#: Ids that pad, begin a target and end a text, none of which stands in the texts.
PAD, END = 1, 2
FIRST = 3

_SIZES: dict[str, Any] = dict(
    hidden_size=24, num_hidden_layers=2, num_attention_heads=4, intermediate_size=40, max_position_embeddings=24,
)  # fmt: skip
_MARIAN: dict[str, Any] = dict(
    d_model=24, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
    encoder_ffn_dim=40, decoder_ffn_dim=40, max_position_embeddings=24, decoder_vocab_size=D_VOCAB,
    decoder_start_token_id=PAD, forced_eos_token_id=None, activation_function="silu",
)  # fmt: skip
_GPT2: dict[str, Any] = dict(n_embd=24, n_layer=2, n_head=4, n_positions=24, bos_token_id=END)
_DISTIL: dict[str, Any] = dict(dim=24, n_layers=2, n_heads=4, hidden_dim=40, max_position_embeddings=24)


@dataclass(frozen=True)
class Kind:
    """A class of the library, and the config that a tiny one of it begins with."""

    model: str
    config: str
    sizes: Mapping[str, Any] = field(default_factory=lambda: _SIZES)


#: By their `model_type`.
KINDS: dict[str, Kind] = {
    "llama": Kind("LlamaForCausalLM", "LlamaConfig"),
    "mistral": Kind("MistralForCausalLM", "MistralConfig", {**_SIZES, "num_key_value_heads": 2, "sliding_window": 3}),
    "qwen2": Kind("Qwen2ForCausalLM", "Qwen2Config", {**_SIZES, "num_key_value_heads": 2}),
    "qwen3": Kind("Qwen3ForCausalLM", "Qwen3Config", {**_SIZES, "num_key_value_heads": 2, "head_dim": 10}),
    "gpt_neox": Kind("GPTNeoXForCausalLM", "GPTNeoXConfig"),
    "gpt2": Kind("GPT2LMHeadModel", "GPT2Config", _GPT2),
    "bert": Kind("BertForMaskedLM", "BertConfig"),
    "roberta": Kind("RobertaForMaskedLM", "RobertaConfig"),
    "xlm-roberta": Kind("XLMRobertaForMaskedLM", "XLMRobertaConfig"),
    "distilbert": Kind("DistilBertForMaskedLM", "DistilBertConfig", _DISTIL),
    "marian": Kind("MarianMTModel", "MarianConfig", _MARIAN),
}


def make(kind: str, seed: int = 0, model: str = "", **changes: Any) -> Any:
    """A model of a kind, or of another class `model` with the same config, with every weight random.

    Matrices keep the size of what goes through them, so that 1e-5 is some hundred roundings of float32; norms and
    biases are random too.
    """
    known = KINDS[kind]
    options = {
        "vocab_size": D_VOCAB, "pad_token_id": PAD, "eos_token_id": END, "attn_implementation": "eager",
        **known.sizes, **changes,
    }  # fmt: skip
    made = getattr(transformers, model or known.model)(getattr(transformers, known.config)(**options)).eval()
    rng = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for values in weights_of(made):
            spread = torch.randn(values.shape, generator=rng)
            if values.ndim == 1 and bool((values == 1).all()):
                values.copy_(1 + 0.2 * spread)
            else:
                values.copy_((0.2 if values.ndim == 1 else 1 / values.shape[-1] ** 0.5) * spread)
        tables = {one.weight for one in made.modules() if isinstance(one, torch.nn.Embedding)}
        for table in tables & set(weights_of(made)):
            table *= 2  # the stream should not be small where norms magnify it
    return made


def weights_of(model: Any) -> Iterator[torch.Tensor]:
    """Everything that is learnt: the parameters that are, and the bias on the logits that Marian has as a buffer."""
    yield from (values for values in model.parameters() if values.requires_grad)
    yield from (values for name, values in model.named_buffers() if name == "final_logits_bias")


def config_of(model: Any) -> dict[str, Any]:
    """What would stand in config.json."""
    return {**json.loads(model.config.to_json_string()), "architectures": [type(model).__name__]}


class Reader:
    """Fetches the tensors of a model by name, as from a file of them."""

    def __init__(self, model: Any, prefixes: Sequence[str]) -> None:
        self._held = model.state_dict()
        self._prefixes = ("", *prefixes)

    def _find(self, name: str) -> str | None:
        return next((prefix + name for prefix in self._prefixes if prefix + name in self._held), None)

    def has(self, name: str) -> bool:
        return self._find(name) is not None

    def __call__(self, *names: str) -> np.ndarray:
        found = next((one for one in map(self._find, names) if one is not None), None)
        assert found is not None, f"none of {names} among {sorted(self._held)}"
        return self._held[found].float().numpy()


def spec_of(model: Any) -> ModelSpec:
    config = config_of(model)
    found: ModelSpec = families.by_huggingface()[config["model_type"]].spec_from(config, "tiny")
    return found


def weights_from(model: Any, spec: ModelSpec) -> dict[str, np.ndarray]:
    """The model's weights under the engine's names."""
    family = families.by_huggingface()[config_of(model)["model_type"]]
    found: dict[str, np.ndarray] = family.weights_from(spec, Reader(model, family.PREFIXES))
    return found


@dataclass(frozen=True)
class Texts:
    """Source ids, and target ids for a model that reads two texts."""

    source: Batch
    target: Batch | None = None


def texts(spec: ModelSpec, lengths: Sequence[int], seed: int = 0, targets: Sequence[int] = ()) -> Texts:
    """Random texts of these lengths, padded on the right by the model's own id."""
    rng = np.random.default_rng(seed)

    def rows(lengths: Sequence[int], d_vocab: int) -> Batch:
        ids = [rng.integers(FIRST, d_vocab, n).tolist() for n in lengths]
        return batch_of_ids(None, ids, spec.n_ctx, d_vocab, max(spec.pad_id, 0))

    source = rows(lengths, spec.d_vocab_in)
    if len(families.program(spec).streams) == 1:
        return Texts(source)
    return Texts(source, rows(targets or [n % 5 + 1 for n in lengths], spec.d_vocab))


def trace(model: Any, given: Texts) -> LiveTrace:
    """The engine's run of the model's config and weights."""
    spec = spec_of(model)
    return run_engine(spec, weights_from(model, spec), given)


def run_engine(spec: ModelSpec, weights: Mapping[str, np.ndarray], given: Texts) -> LiveTrace:
    return LiveTrace(families.program(spec), spec, weights, given.source, samples.DEVICE, target=given.target)


def run(model: Any, given: Texts) -> dict[str, np.ndarray]:
    """What the library computes: logits, hidden states and patterns of attention, under the engine's names."""
    with torch.no_grad():
        return {name: values.numpy() for name, values in tensors(model, given).items()}


def gradients(model: Any, given: Texts, goal: Callable[[torch.Tensor], torch.Tensor]) -> dict[str, np.ndarray]:
    """The gradient of a number made of the logits: of what `run` gives and of every weight, by the library's forward
    pass and torch's autograd, under the engine's names."""
    for values in weights_of(model):
        values.requires_grad_()
    made = tensors(model, given)
    for values in made.values():
        values.retain_grad()
    goal(made["logits"]).backward()
    found = {name: values.grad for name, values in made.items()}
    weights = {name: values.grad for name, values in model.state_dict(keep_vars=True).items()}
    spec, family = spec_of(model), families.by_huggingface()[config_of(model)["model_type"]]
    reader = Reader(model, family.PREFIXES)
    # Each weight of the engine is one of the library's, turned or cut: so is its gradient.
    reader._held = {
        name: torch.zeros(values.shape) if weights[name] is None else weights[name]
        for name, values in reader._held.items()
    }
    return {name: values.numpy() for name, values in found.items() if values is not None} | dict(
        family.weights_from(spec, reader)
    )


def tensors(model: Any, given: Texts) -> dict[str, torch.Tensor]:
    """What `run` gives, as tensors of torch.

    The last hidden state of a decoder-only model has gone through its final norm; of the others it has not, as there
    is none.
    """
    inputs = {"input_ids": torch.tensor(given.source.ids)}
    if (given.source.lengths < given.source.n_pos).any():
        inputs["attention_mask"] = real(given.source)
    if given.target is not None:
        inputs["decoder_input_ids"] = torch.tensor(given.target.ids)
        if (given.target.lengths < given.target.n_pos).any():
            inputs["decoder_attention_mask"] = real(given.target)
    out = model(**inputs, output_hidden_states=True, output_attentions=True)
    found: dict[str, torch.Tensor] = {}
    logits = out.get("logits", out.get("prediction_logits"))
    if logits is not None:
        found["logits"] = logits
    if given.target is None:
        last = "ln_final" if is_decoder(model) else ""
        found |= side(out.hidden_states, out.attentions, "", last)
    else:
        found |= side(out.encoder_hidden_states, out.encoder_attentions, "encoder.")
        found |= side(out.decoder_hidden_states, out.decoder_attentions, "decoder.")
        for layer, pattern in enumerate(out.cross_attentions):
            found[f"decoder.blocks.{layer}.cross_attn.pattern"] = pattern
    return found


def is_decoder(model: Any) -> bool:
    return type(model).__name__.endswith(("ForCausalLM", "LMHeadModel"))


def side(states: Sequence[torch.Tensor], patterns: Sequence[torch.Tensor], prefix: str, last: str = "") -> dict:
    """Hidden states and patterns of one stack of blocks."""
    blocks = range(len(patterns))
    assert len(states) == len(patterns) + 1
    found = {f"{prefix}blocks.{layer}.resid_pre": states[layer] for layer in blocks}
    found[last or f"{prefix}blocks.{len(patterns) - 1}.resid_post"] = states[-1]
    return found | {f"{prefix}blocks.{layer}.attn.pattern": patterns[layer] for layer in blocks}


def real(batch: Batch) -> torch.Tensor:
    """1 for tokens and 0 for pads."""
    return torch.tensor(np.arange(batch.n_pos)[None, :] < batch.lengths[:, None]).long()


def hold(ours: LiveTrace, theirs: Mapping[str, np.ndarray]) -> None:
    """Raise AssertionError unless every tensor is the same to 1e-5, on a device to 1e-4, on real positions; keys that
    are pads get 0."""
    for name, expected in theirs.items():
        mine = ours[name]
        assert mine.dtype == np.float32 and mine.shape == expected.shape, name
        axes, along = ours.shapes[name][1:], ours.texts(name)[1:]
        for row in range(len(mine)):
            part = tuple(
                slice(int(text.lengths[row])) if text is not None and axis.name != KEY else slice(None)
                for axis, text in zip(axes, along)
            )
            said = f"{name}, row {row}"
            assert_allclose(mine[row][part], expected[row][part], rtol=0, atol=samples.tolerance(), err_msg=said)
