"""A new operation and a new family, in one file: everything shows them with no other change."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from tutor import cli
from tutor.engine import families, ledger, models, ops
from tutor.engine.live import LiveTrace
from tutor.engine.ops import base
from tutor.engine.picture import Selection, picture
from tutor.engine.saved import SavedTrace, save
from tutor.engine.working import plain

TOY = '''
"""A toy: embeddings, squared."""

from dataclasses import dataclass

from tutor.engine.build import EMBED, LOGITS, PROBS, Builder
from tutor.engine.ops import Linear, Lookup, Op, Softmax
from tutor.engine.ops.base import same_everywhere
from tutor.engine.program import Stage
from tutor.engine.spec import ModelSpec
from tutor.engine.working import Line, Working, number, power


@dataclass(frozen=True)
class ToySquare(Op):
    """factor · x²."""

    title = "square"
    factor: float = 1.0

    def infer(self, *operands):
        return operands[0]

    def access(self, out, *operands):
        return same_everywhere(out, *operands)

    def forward(self, x):
        return self.factor * x**2

    def formula(self, out, *operands):
        return rf"{out} = {self.factor}\\, {operands[0]}^{{2}}"

    def macs(self, out, *operands):
        return 2 * out[0].size

    def working(self, operands, out, index):
        x = operands[0]
        value = x.cell(index)
        result = self.factor * value**2
        return Working(result, power(x.number(index), number(2)), abs(result), lines=(Line("x", value, x.link(index)),),
                       sources=(x.link(index),))


SQUARE = Stage("toy_square", "Square it")


def program(spec):
    b = Builder(spec)
    ids = b.tokens()
    b.stage = EMBED
    x = b.step("embed", Lookup(), ids, weights=b.weight("W_E", "d_vocab", "d_model"), symbol="E")
    b.section, b.stage = "blocks.0", SQUARE
    y = b.step("blocks.0.squared", ToySquare(0.5), x, symbol="Y", role="residual")
    b.section, b.stage = "output", LOGITS
    logits = b.step("logits", Linear(), y, weights=b.weight("W_U", "d_model", "d_vocab"))
    b.stage = PROBS
    b.step("probs", Softmax(), logits)
    return b.program()


PRESETS = {
    "toy": ModelSpec(name="toy", family="toy_family", d_model=4, n_heads=1, d_head=4, n_layers=1, d_mlp=4, d_vocab=257,
                     n_ctx=32, positions="none", tokenizer="bytes", seed=3)
}
SAMPLES = {"toy": ("toys",)}
'''


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "families").mkdir()
    (tmp_path / "families" / "toy_family.py").write_text(TOY, encoding="utf-8")
    monkeypatch.setattr(families, "__path__", [*families.__path__, str(tmp_path / "families")])
    yield models.find("toy")
    sys.modules.pop("tutor.engine.families.toy_family", None)
    base._REGISTRY.pop("ToySquare", None)
    if hasattr(families, "toy_family"):
        del families.toy_family


def run(toy: models.Model) -> LiveTrace:
    return LiveTrace(toy.program, toy.spec, toy.weights(), toy.batch(toy.samples()), "cpu")


def test_it_is_found_by_name(toy: models.Model) -> None:
    assert "toy" in models.names()
    assert "toy_family" in families.names()
    assert "ToySquare" in ops.known()


def test_ledger_and_timeline_show_it(toy: models.Model) -> None:
    shapes = toy.program.shapes(1, 4)
    row = next(row for row in ledger.ledger(toy.program, shapes) if row.name == "blocks.0.squared")
    assert (row.stage, row.op, row.shape, row.macs) == ("Square it", "square", (1, 4, 4), 2)
    titles = [stop.stage.title for stop in toy.program.stops]
    assert titles == ["Tokenize", "Embed", "Square it", "Logits", "Probabilities"]
    assert [section.name for section in toy.program.sections] == ["input", "blocks.0", "output"]


def test_formula_and_code_show_it(toy: models.Model) -> None:
    assert toy.program.formula("blocks.0.squared") == r"Y = 0.5\, E^{2}"
    assert toy.program.code("blocks.0.squared") == "squared = 0.5 * embed ** 2"


def test_forward_working_and_pointing_show_it(toy: models.Model) -> None:
    trace = run(toy)
    assert np.allclose(trace["blocks.0.squared"], 0.5 * trace["embed"] ** 2)
    working = trace.working("blocks.0.squared", (0, 2, 1))
    assert working.agrees
    assert plain(working.equation).endswith("^(2)")
    assert trace.reads("blocks.0.squared", (0, 2, 1)) == (("embed", (0, 2, 1)),)
    assert [use.step for use in trace.used_by("embed", (0, 2, 1))] == ["blocks.0.squared"]
    shown = picture(trace, "blocks.0.squared", Selection())
    assert [panel.name for panel in shown.operands] == ["embed"]


def test_a_saved_trace_keeps_it(toy: models.Model, tmp_path: Path) -> None:
    trace = run(toy)
    save(trace, tmp_path / "t.safetensors")
    again = SavedTrace(tmp_path / "t.safetensors")
    assert again.program.steps == trace.program.steps
    assert again.working("blocks.0.squared", (0, 2, 1)).agrees


def test_the_command_line_shows_it(toy: models.Model, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["trace", "toy", "--model", "toy", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["name"] for row in rows] == ["tokens", "embed", "blocks.0.squared", "logits", "probs"]
    assert rows[2]["stage"] == "Square it"
    assert cli.main(["models"]) == 0
    assert "toy: toy_family" in capsys.readouterr().out


def test_afterwards_it_is_gone() -> None:
    assert "toy" not in models.names()
    assert "ToySquare" not in ops.known()
