"""The hash of a model's weights: the same for the same numbers wherever they lie, another for any other."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from tutor.engine import families, models
from tutor.engine.fingerprint import Fingerprints
from tutor.engine.models import Model
from tutor.engine.trace import Cancelled
from tutor.engine.weights import WeightsError, random_weights, save_model


def preset(**changes: object) -> Model:
    spec = replace(models.find("article").spec, d_vocab=50, d_model=8, n_heads=2, d_head=4, d_mlp=6, **changes)
    return Model(spec, families.program(spec))


def test_every_model_that_ships_has_a_hash_of_its_own() -> None:
    prints = Fingerprints()
    found = {name: prints.of(models.find(name)) for name in models.names()}
    assert len(set(found.values())) == len(found)
    assert all(one.startswith("sha256:") and len(one) == 71 for one in found.values())


def test_a_step_of_training_has_another_hash_than_the_finished_model() -> None:
    prints = Fingerprints()
    steps = models.steps_of("storyteller")
    found = [prints.of(models.find(f"storyteller@{step}")) for step in (steps[0], steps[1])]
    finished = prints.of(models.find("storyteller"))
    assert len({*found, finished}) == 3
    assert prints.of(models.find(f"storyteller@{steps[-1]}")) == finished


def test_random_weights_are_known_by_seed_and_sizes() -> None:
    prints = Fingerprints()
    assert prints.of(preset()) == prints.of(preset(note="a remark changes no number"))
    assert len({prints.of(preset()), prints.of(preset(seed=9)), prints.of(preset(n_layers=2))}) == 3


def test_a_copied_folder_is_the_same_model_and_a_changed_one_is_not(tmp_path) -> None:
    model, prints = preset(), Fingerprints()
    for name, seed in (("one", 1), ("two", 1), ("other", 2)):
        save_model(tmp_path / name, model.spec, random_weights(model.program, seed))
    one, two, other = (prints.of(models.find(str(tmp_path / name))) for name in ("one", "two", "other"))
    assert one == two != other
    path = tmp_path / "one" / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(1, 1))
    assert prints.of(models.find(str(tmp_path / "one"))) != one


def test_hashing_can_be_stopped(tmp_path) -> None:
    with pytest.raises(Cancelled):
        Fingerprints().of(models.find("storyteller"), lambda: True)


def test_files_that_are_gone_get_one_sentence(tmp_path, monkeypatch) -> None:
    model = preset()
    save_model(tmp_path / "one", model.spec, random_weights(model.program, 1))
    found = models.find(str(tmp_path / "one"))
    monkeypatch.setattr("pathlib.Path.is_file", lambda self: self.name == "one")
    with pytest.raises(WeightsError, match="one cannot be read"):
        Fingerprints().of(found)
