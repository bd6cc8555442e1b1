"""Models by name and by folder, their descriptions, and the sentences for what makes none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.samples import live, same, spec
from tutor.engine import families, models
from tutor.engine.live import LiveTrace
from tutor.engine.spec import ModelSpec, SpecError
from tutor.engine.tokens import TokenError
from tutor.engine.weights import WeightsError, check_weights, not_finite, random_weights, save_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small model on disk."""
    save_model(tmp_path / "small", spec(), random_weights(families.program(spec()), 0, spread=True))
    return tmp_path / "small"


def describe(folder: Path, **changes: Any) -> None:
    good = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps({**good, **changes}), encoding="utf-8")


# -- folders ------------------------------------------------------------------------------------------------------


def test_a_model_folder_runs_like_the_weights_it_was_made_of(folder: Path) -> None:
    model = models.find(str(folder))
    assert model.spec == spec() and model.folder == folder
    expected = live(spec())
    trace = LiveTrace(model.program, model.spec, model.weights(), expected.batch, "cpu")
    assert same(trace["logits"], expected["logits"])
    assert model.samples() == ()
    assert sorted(one.name for one in folder.iterdir()) == ["model.json", "model.safetensors"]


def test_half_precision_weights_are_read_as_float32(tmp_path: Path) -> None:
    weights = random_weights(families.program(spec()), 0)
    save_model(tmp_path, spec(), weights, dtype="float16")
    read = models.find(str(tmp_path)).weights()
    assert all(values.dtype == np.float32 for values in read.values())
    assert np.array_equal(read["W_E"], weights["W_E"].astype(np.float16).astype(np.float32))


def test_a_model_without_tokenizer_takes_ids(folder: Path) -> None:
    model = models.find(str(folder))
    assert model.batch_of_ids([[1, 2, 3], [4]]).lengths.tolist() == [3, 1]
    with pytest.raises(SpecError, match="--ids"):
        model.batch(["a sentence"])
    with pytest.raises(TokenError, match="from 0 to 28"):
        model.batch_of_ids([[29]])


WRONG = {
    "no such size": (dict(d_model=0), "d_model"),
    "a size that is not whole": (dict(n_heads=2.0), "n_heads"),
    "a size that is true": (dict(n_layers=True), "n_layers"),
    "a size beyond reason": (dict(d_vocab=10**30), "d_vocab"),
    "an unknown choice": (dict(norm="middle"), "pre, post"),
    "a choice that is a list": (dict(activation=["relu"]), "activation"),
    "a switch that is a word": (dict(tied="yes"), "tied"),
    "ε that is none": (dict(eps=float("nan")), "eps"),
    "ε as large as the variance": (dict(eps=1), "eps"),
    "an unknown key": (dict(dropout=0.1), "dropout"),
    "a name that is a number": (dict(name=7), "name"),
    "half a surrogate pair": (dict(note="\ud800"), "note"),
    "an unknown family": (dict(family="recurrent"), "decoder_only"),
    "a family outside its folder": (dict(family="../spec"), "decoder_only"),
}


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_description_is_named(why: str, folder: Path) -> None:
    changes, named = WRONG[why]
    describe(folder, **changes)
    with pytest.raises(SpecError, match=named) as caught:
        models.find(str(folder))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "{}", "7"], ids=["empty", "list", "cut", "deep", "none",
                                                                                  "number"])  # fmt: skip
def test_a_description_that_is_no_table(text: str, folder: Path) -> None:
    (folder / "model.json").write_text(text, encoding="utf-8")
    with pytest.raises((SpecError, WeightsError), match=r"^[^\n]+$"):
        models.find(str(folder))


def test_weights_of_another_model(folder: Path) -> None:
    describe(folder, d_mlp=21)
    with pytest.raises(WeightsError, match=r"mlp\.W_in in the shape \[12, 20\].*21 d_mlp"):
        models.find(str(folder)).weights()
    describe(folder, d_mlp=20, bias_out=True)
    with pytest.raises(WeightsError, match="lacks the weight b_U"):
        models.find(str(folder)).weights()


def test_weights_that_cannot_be_read(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0not json")
    with pytest.raises(WeightsError, match="cannot be read"):
        models.find(str(folder)).weights()
    (folder / "model.safetensors").unlink()
    with pytest.raises(WeightsError, match=r"holds no model\.safetensors"):
        models.find(str(folder)).weights()


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt"])
def test_pickled_weights_are_never_read(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x80\x04.")
    with pytest.raises(WeightsError, match="could run code"):
        models.find(str(tmp_path))


# -- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gpt-17", "~nobody-of-this-name/model", "x" * 5000, "a\0b"],
                         ids=["unknown", "no user", "too long", "no name"])  # fmt: skip
def test_a_model_that_is_not_there(name: str) -> None:
    with pytest.raises(SpecError, match=r"There is no model .*article") as caught:
        models.find(name)
    assert len(str(caught.value)) < 200


def test_the_default_comes_first() -> None:
    assert models.names()[0] == models.DEFAULT == models.find().spec.name
    assert len(models.find("article").samples()) == 4 and len(models.find().samples()) == 1
    for name in models.names():
        assert families.program(models.find(name).spec).steps


def test_blocks_are_asked_for_within_reason(folder: Path) -> None:
    for layers in (0, 33, -1):
        with pytest.raises(SpecError, match=f"1 to 32, not {layers}"):
            models.find("article", layers)
    with pytest.raises(SpecError, match="2 trained blocks"):
        models.find(str(folder), 3)


def test_settings_make_another_program_of_the_same_weights() -> None:
    model = models.find()
    assert model.changed({}) is model
    assert model.changed({"mask": "on", "positions": "on"}) is model
    off = model.changed({"mask": "off", "scale": "off", "positions": "off", "pad": "none"})
    assert (off.spec.causal, off.spec.scale_scores, off.spec.positions, off.spec.pad) == (False, False, "none", "none")
    assert "pos_embed" not in off.program.by_name
    assert {w.name for w in off.program.weights} == {w.name for w in model.program.weights}


def test_a_description_survives_json() -> None:
    for one in (spec(), *(models.find(name).spec for name in models.names())):
        assert ModelSpec.from_json(json.loads(json.dumps(one.to_json()))) == one


# -- random weights -----------------------------------------------------------------------------------------------


def test_random_weights_have_the_size_that_is_declared() -> None:
    of = spec(d_model=64, d_mlp=256, n_heads=4, d_head=16, d_vocab=500)
    program = families.program(of)
    weights = random_weights(program, 0)
    for weight in program.weights:
        values = weights[weight.name]
        assert values.dtype == np.float32
        if weight.init == "normal" and values.size > 2000:
            assert values.std() == pytest.approx(weight.std, rel=0.1), weight.name
            assert abs(values.mean()) < weight.std / 10
        elif weight.init != "normal":
            assert np.unique(values).tolist() == [1.0 if weight.init == "ones" else 0.0]
    assert weights["blocks.0.attn.W_Q"].std() == pytest.approx(1 / 8, rel=0.1)
    assert not np.array_equal(weights["blocks.0.attn.W_Q"], weights["blocks.0.attn.W_K"])


def test_weights_that_are_not_finite_are_named() -> None:
    program = families.program(spec())
    weights = random_weights(program, 0)
    assert not_finite(weights) == ()
    weights["W_U"][3, 4] = np.nan
    weights["W_E"][0, 0] = -np.inf
    assert set(not_finite(weights)) == {"W_U", "W_E"}
    check_weights(program, weights, "these weights")
