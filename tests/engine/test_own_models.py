"""One and the same model three ways: in its own library, as a folder, and as a GGUF file. The numbers are equal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.engine import test_gguf
from tests.engine.test_folder_tokens import TEXTS, byte_level, metaspace, word_piece
from tutor import cli
from tutor.engine import tokenizer_files
from tutor.engine.live import LiveTrace
from tutor.engine.models import Model, find
from tutor.engine.saved import SavedTrace, save

SIZES: dict[str, Any] = {
    "hidden_size": test_gguf.D, "num_attention_heads": test_gguf.HEADS, "num_key_value_heads": test_gguf.KV,
    "intermediate_size": test_gguf.MLP, "num_hidden_layers": test_gguf.LAYERS, "vocab_size": test_gguf.VOCAB,
    "max_position_embeddings": 128, "head_dim": test_gguf.HEAD, "rms_norm_eps": 1e-5,
}  # fmt: skip
IDS = [[5, 63, 7, 5, 0, 12, 33, 1, 1, 60], [9, 8, 7]]


def theirs(arch: str, tied: bool, **more: Any) -> Any:
    """A model of the transformers library, every weight random, norms and biases too."""
    import transformers

    config, model = {
        "llama": (transformers.LlamaConfig, transformers.LlamaForCausalLM),
        "qwen2": (transformers.Qwen2Config, transformers.Qwen2ForCausalLM),
        "qwen3": (transformers.Qwen3Config, transformers.Qwen3ForCausalLM),
    }[arch]  # fmt: skip
    made = model(config(**SIZES, tie_word_embeddings=tied, attn_implementation="eager", **more)).eval()
    values = {name: torch.tensor(one) for name, one in test_gguf.tensors(tied=tied, arch=arch).items()}
    missing, unexpected = made.load_state_dict(values, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}
    made.tie_weights()
    return made


def logits(model: Model) -> np.ndarray:
    """Of all rows, padded."""
    trace = LiveTrace(model.program, model.spec, model.weights(), model.batch_of_ids(IDS), "cpu")
    assert trace.working("blocks.1.attn.scores", (0, 3, 5, 2)).agrees
    return np.asarray(trace["logits"])


@pytest.fixture(autouse=True)
def no_progress_bars() -> None:
    """Each would leave a thread behind."""
    import transformers

    transformers.utils.logging.disable_progress_bar()


@pytest.mark.parametrize("arch", ["llama", "qwen2", "qwen3"])
@pytest.mark.parametrize("tied", [False, True])
def test_folder_file_and_library_agree(tmp_path: Path, arch: str, tied: bool) -> None:
    made = theirs(arch, tied)
    made.save_pretrained(tmp_path / "folder", max_shard_size="60KB")
    assert (tmp_path / "folder" / "model.safetensors.index.json").is_file()
    test_gguf.write(tmp_path / "m.gguf", test_gguf.tensors(tied=tied, arch=arch), arch)
    folder, file = logits(find(str(tmp_path / "folder"))), logits(find(str(tmp_path / "m.gguf")))
    assert np.array_equal(folder, file)
    for row, ids in enumerate(IDS):
        with torch.no_grad():
            expected = made(torch.tensor([ids])).logits[0].numpy()
        assert np.abs(file[row, : len(ids)] - expected).max() <= 2e-5


def test_a_model_saved_in_bfloat16(tmp_path: Path) -> None:
    theirs("llama", False).to(torch.bfloat16).save_pretrained(tmp_path / "folder")
    made = theirs("llama", False)
    made.load_state_dict({name: one.to(torch.bfloat16).float() for name, one in made.state_dict().items()})
    with torch.no_grad():
        expected = made(torch.tensor(IDS[:1])).logits[0].numpy()
    assert np.abs(logits(find(str(tmp_path / "folder")))[0] - expected).max() <= 2e-5


def test_llama_3s_positions(tmp_path: Path) -> None:
    rope = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192, "rope_theta": 10000.0}  # fmt: skip
    made = theirs("llama", False, rope_parameters=rope)
    plain = 10000.0 ** (-np.arange(0, test_gguf.HEAD, 2) / test_gguf.HEAD)
    factors = (plain / made.model.rotary_emb.inv_freq.numpy()).astype(np.float32)
    assert factors.max() > 1
    path = test_gguf.write(tmp_path / "m.gguf", test_gguf.tensors(), extra={"rope_freqs.weight": factors})
    with torch.no_grad():
        expected = made(torch.tensor(IDS[:1])).logits[0].numpy()
    assert np.abs(logits(find(str(path)))[0] - expected).max() <= 2e-5


@pytest.mark.parametrize("kind", ["Q8_0", "Q4_1", "F16"])
def test_a_quantised_file_is_the_library_with_the_same_numbers(tmp_path: Path, kind: str) -> None:
    """The library is given the dequantised tensors; ours reads the file."""
    import gguf

    quantised = gguf.GGMLQuantizationType[kind]
    path = test_gguf.write(tmp_path / "m.gguf", test_gguf.tensors(), kind=quantised)
    model = find(str(path))
    assert model.spec.note == ("" if kind == "F16" else f"dequantised from {kind}")
    made = theirs("llama", False)
    read = {
        name: torch.tensor(gguf.quants.dequantize(gguf.quants.quantize(one, quantised), quantised))
        for name, one in test_gguf.tensors().items() if one.ndim > 1
    }  # fmt: skip
    made.load_state_dict(read, strict=False)
    with torch.no_grad():
        expected = made(torch.tensor(IDS[:1])).logits[0].numpy()
    # Q's and K's blocks lie along the rows, which are put in order whole, so that they are the same blocks.
    assert np.abs(logits(model)[0] - expected).max() <= 2e-5


def test_rows_in_the_wrong_order_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = test_gguf.write(tmp_path / "m.gguf", test_gguf.tensors())
    right = logits(find(str(path)))
    monkeypatch.setattr(test_gguf, "permuted", lambda values, heads: values)
    test_gguf.write(tmp_path / "n.gguf", test_gguf.tensors())
    assert np.abs(logits(find(str(tmp_path / "n.gguf"))) - right)[0].max() > 1e-2


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = byte_level()
    fields = test_gguf.fields_of(made, "gpt-2", eos_token_id=0, token_type=[1] * 320)
    values = test_gguf.tensors()
    rng = np.random.default_rng(0)
    for name in ("model.embed_tokens.weight", "lm_head.weight"):
        values[name] = rng.normal(size=(320, test_gguf.D)).astype(np.float32)
    path = test_gguf.write(tmp_path / "my llama.gguf", values, tokens=fields)
    saved = tmp_path / "t.safetensors"
    assert cli.main(["trace", "Hello thinking 我", "--model", str(path), "--save", str(saved)]) == 0
    assert "blocks.1.mlp.gate" in capsys.readouterr().out
    path.write_bytes(path.read_bytes()[:5000])
    assert cli.main(["trace", "Hello", "--model", str(path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert cli.main(["trace", "Hello", "--model", str(tmp_path / "t.safetensors")]) == 2
    assert "GGUF" in capsys.readouterr().err


def test_a_saved_trace_of_a_model_of_ones_own(tmp_path: Path) -> None:
    model = find(str(test_gguf.write(tmp_path / "m.gguf", test_gguf.tensors())))
    trace = LiveTrace(model.program, model.spec, model.weights(), model.batch_of_ids(IDS), "cpu")
    save(trace, tmp_path / "t.safetensors")
    opened = SavedTrace(tmp_path / "t.safetensors")
    assert opened.spec == model.spec and np.array_equal(opened["logits"], trace["logits"])
    assert opened.working("logits", (0, 1, 5)).agrees


def test_a_folder_with_its_pieces_goes_all_the_way(tmp_path: Path) -> None:
    """BERT's kind of tokenizer and pads of its own, through the engine and a saved file."""
    import transformers

    made = word_piece()
    config = transformers.BertConfig(
        vocab_size=made.get_vocab_size(), hidden_size=24, num_hidden_layers=2, num_attention_heads=3,
        intermediate_size=40, max_position_embeddings=32, attn_implementation="eager",
    )  # fmt: skip
    library = transformers.BertForMaskedLM(config).eval()
    library.save_pretrained(tmp_path / "bert")
    made.save(str(tmp_path / "bert" / "tokenizer.json"))
    model = find(str(tmp_path / "bert"))
    batch = model.batch(["Thinking [MASK] CAFÉ", "Hello"])
    assert not batch.exact and batch.ids[1, -1] == 0
    trace = LiveTrace(model.program, model.spec, model.weights(), batch, "cpu")
    for row, length in enumerate(batch.lengths.tolist()):
        with torch.no_grad():
            expected = library(torch.tensor(batch.ids[row : row + 1, :length].copy())).logits[0].numpy()
        assert np.abs(np.asarray(trace["logits"])[row, :length] - expected).max() <= 2e-5
    save(trace, tmp_path / "t.safetensors")
    assert SavedTrace(tmp_path / "t.safetensors").batch == batch


@pytest.mark.parametrize("kind", ["gpt2", "bert", "distilbert", "llama"])
def test_ids_are_the_librarys(tmp_path: Path, kind: str) -> None:
    """From the files of a vocabulary as well as from tokenizer.json."""
    import transformers

    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind}), encoding="utf-8")
    if kind == "llama":
        metaspace().save(str(tmp_path / "tokenizer.json"))
        settings: dict[str, Any] = {"tokenizer_class": "PreTrainedTokenizerFast"}
    else:
        (byte_level() if kind == "gpt2" else word_piece()).model.save(str(tmp_path))
        settings = {"do_lower_case": False} if kind == "distilbert" else {}
    if settings:
        (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    found, library = tokenizer_files.find(tmp_path), transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert found is not None
    for text in [*TEXTS, "Hello 123, it's  \n ok", "Ünïcode ÀÉ", "under_score-dash"]:
        assert found.ids_of(text) == library(text)["input_ids"], text
