"""Weights in and out of model folders, and what is said of bad ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.engine.samples import live, spec
from tutor.engine import families
from tutor.engine.live import LiveTrace
from tutor.engine.models import find
from tutor.engine.spec import ModelSpec, SpecError
from tutor.engine.weights import WeightsError, not_finite, random_weights, save_model

OF = spec(tokenizer="bytes", d_vocab=257, n_ctx=32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_model(tmp_path / "model", OF, random_weights(families.program(OF), 3, spread=True))
    return tmp_path / "model"


def test_a_model_folder_comes_back(folder: Path) -> None:
    model = find(str(folder))
    assert model.spec == OF
    weights = random_weights(families.program(OF), 3, spread=True)
    loaded = model.weights()
    assert set(loaded) == set(weights)
    assert all(np.array_equal(loaded[name], weights[name]) for name in weights)
    trace = LiveTrace(model.program, model.spec, loaded, model.batch(["A text"]), "cpu")
    assert trace["logits"].shape == (1, 6, 257)
    assert trace.notices == []


def test_half_precision_on_disk_is_single_in_use(tmp_path: Path) -> None:
    save_model(tmp_path, OF, random_weights(families.program(OF), 3), "float16")
    loaded = find(str(tmp_path)).weights()
    assert {values.dtype for values in loaded.values()} == {np.dtype(np.float32)}


def test_a_folder_with_other_weights_is_named(folder: Path) -> None:
    data = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    data["n_layers"] = 3
    (folder / "model.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(WeightsError, match=r"lacks the weight blocks\.2"):
        find(str(folder)).weights()
    data.update(n_layers=2, d_mlp=8)
    (folder / "model.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(WeightsError, match="W_in"):
        find(str(folder)).weights()


@pytest.mark.parametrize(("key", "value", "said"), [
    ("d_model", 0, "d_model"), ("d_model", "12", "d_model"), ("d_model", True, "d_model"), ("norm", "both", "norm"),
    ("eps", -1, "eps"), ("tied", 1, "tied"), ("tokenizer", 5, "tokenizer"), ("surprise", 1, "surprise"),
    ("family", "none_such", "none_such"),
])  # fmt: skip
def test_a_description_that_makes_no_model_names_the_key(folder: Path, key: str, value: object, said: str) -> None:
    data = {**OF.to_json(), key: value}
    (folder / "model.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(SpecError, match=said) as caught:
        find(str(folder))
    assert "\n" not in str(caught.value)


def test_a_missing_key_a_list_and_no_json(folder: Path) -> None:
    data = OF.to_json()
    del data["d_head"]
    for text, said in ((json.dumps(data), "d_head"), ("[]", "table"), ("{", "JSON")):
        (folder / "model.json").write_text(text, encoding="utf-8")
        with pytest.raises((SpecError, WeightsError), match=said):
            find(str(folder))


def test_weights_cut_short(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsError, match="cannot be read"):
        find(str(folder)).weights()
    path.unlink()
    with pytest.raises(WeightsError, match=r"holds no model\.safetensors"):
        find(str(folder)).weights()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_weight_that_is_not_finite_is_told(bad: float) -> None:
    trace = live(spec())
    weights = {name: np.array(trace[name]) for name in trace.program.weight_by_name}
    assert not_finite(weights) == ()
    weights["blocks.1.mlp.W_in"][3, 4] = bad
    assert not_finite(weights) == ("blocks.1.mlp.W_in",)
    told = LiveTrace(trace.program, trace.spec, weights, trace.batch, "cpu").notices
    assert len(told) == 1
    assert "blocks.1.mlp.W_in" in told[0]
    assert "another copy" in told[0]


def test_large_finite_weights_are_fine() -> None:
    assert not_finite({"w": np.full(4000, 3e38, np.float32)}) == ()


def test_layers_are_free_for_random_weights_only(folder: Path) -> None:
    with pytest.raises(SpecError, match="random weights only"):
        find(str(folder), 3)
    assert find("article", 4).spec.n_layers == 4


def test_spec_round_trip() -> None:
    assert ModelSpec.from_json(json.loads(json.dumps(OF.to_json()))) == OF
