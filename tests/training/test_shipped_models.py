"""What holds of every model that ships: size, card, licence, a first sentence, weights in half precision."""

from __future__ import annotations

import pytest
from safetensors import safe_open

from tutor import resources
from tutor.engine import axes as ax
from tutor.engine import catalogue, models, shipped

NAMES = shipped.names()


def test_the_three_that_were_promised_are_there() -> None:
    assert set(NAMES) == {"storyteller", "translator", "gap-filler"} and models.DEFAULT == "storyteller"


def test_all_of_them_stay_small() -> None:
    files = [path for path in resources.path("models").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 40_000_000


@pytest.mark.parametrize("name", NAMES)
def test_a_model_says_what_it_is(name: str) -> None:
    entry, model = catalogue.entry(name), models.find(name)
    assert entry.what and entry.licence == "MIT" and entry.size and entry.sample and not entry.problem
    assert entry.parameters == sum(ax.count(weight.axes) for weight in model.program.weights)
    card = catalogue.card(name)
    assert f"| parameters | {entry.parameters:,} |" in card and "held-out loss" in card
    told = shipped.training(resources.path("models", name))
    for title, value in told["scores"].items():
        assert f"| {title} | {value} |" in card, "the card and the figures are written together"
    assert model.batch([entry.sample]).n_pos > 5


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_half_precision_on_disk_and_single_in_use(name: str) -> None:
    folder, model = resources.path("models", name), models.find(name)
    for path in [folder / "model.safetensors", *(folder / "checkpoints").iterdir()]:
        with safe_open(path, framework="np") as file:
            assert {str(file.get_slice(key).get_dtype()) for key in file.keys()} == {"F16"}  # noqa: SIM118
    assert {str(values.dtype) for values in model.weights().values()} == {"float32"}
    assert model.steps()[0] == 0 and len(model.steps()) >= 3
