"""The ledger of every family: parameters, multiply-adds and bytes, counted a second time by torch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import opsamples
import pytest
import reference_transformers as reference
import samples
import torch
from opsamples import Given
from test_transformers import MODELS, model_of
from torch.utils.flop_counter import FlopCounterMode

from tutor.engine import families, ledger, ops
from tutor.engine.axes import Axes
from tutor.engine.program import Program

#: The operations that are products of matrices, which is what torch counts.
PRODUCTS = (ops.Linear, ops.Scores, ops.WeightedSum)


def sums(program: Program, lengths: tuple[int, ...]) -> tuple[int, int]:
    """Parameters, and multiply-adds of products, for three rows."""
    shapes = program.shapes(3, *lengths)
    rows = ledger.ledger(program, shapes)
    products = {step.name for step in program if isinstance(step.op, PRODUCTS)}
    return sum(row.params for row in rows), sum(row.macs for row in rows if row.name in products)


def inputs(model: Any, n_pos: int, n_target: int) -> dict[str, torch.Tensor]:
    given = {"input_ids": torch.full((3, n_pos), 5)}
    if model.config.is_encoder_decoder:
        given["decoder_input_ids"] = torch.full((3, n_target), 5)
    return given


def result(out: Any) -> torch.Tensor:
    """Logits, or the last hidden state of a model without a head."""
    return out[0]


@pytest.mark.parametrize("name", MODELS)
def test_parameters_are_the_models_own(name: str) -> None:
    """Counted are those that the result depends on; those of another head, or that nothing reads, are not shown."""
    model = model_of(name)
    result(model(**inputs(model, 4, 3))).square().sum().backward()
    count = sum(values.numel() for values in model.parameters() if values.grad is not None)
    count += sum(values.numel() for key, values in model.named_buffers() if key == "final_logits_bias")
    program = families.program(reference.spec_of(model))
    assert sums(program, (4, 3))[0] == count == sum(values.size for values in reference.weights_from(
        model, reference.spec_of(model)).values())  # fmt: skip
    if not MODELS[name][1] and "untied" not in name:  # with its own head, everything that is learnt counts
        assert count == sum(values.numel() for values in reference.weights_of(model))


@pytest.mark.parametrize("lengths", [(4, 3), (1, 5)], ids=str)
@pytest.mark.parametrize("name", [name for name, (_, cls, _) in MODELS.items() if cls != "BertForPreTraining"])
def test_multiply_adds_of_products_are_those_torch_counts(name: str, lengths: tuple[int, int]) -> None:
    model = model_of(name)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(**inputs(model, *lengths))
    # The library makes the angles of rotary positions by a product, and a vector of the first token that it pools.
    counts = counter.get_flop_counts()
    aside = sum(sum(count.values()) for key, count in counts.items() if key.endswith((".rotary_emb", ".pooler")))
    assert sums(families.program(reference.spec_of(model)), lengths)[1] * 2 == counter.get_total_flops() - aside


@pytest.mark.parametrize("choice", samples.EVERY)
def test_bytes_are_those_of_the_values(choice: str) -> None:
    trace = samples.live(samples.spec(**samples.EVERY[choice]), (5, 2))
    for name, cost in trace.program.costs(trace.shapes).items():
        assert cost.bytes == trace[name].nbytes == trace[name].size * (8 if name in trace.program.streams else 4)


#: Multiply-adds for one cell of the result, or of the first operand where that is what is summed; the rest moves,
#: adds or looks up.
EACH: dict[str, Callable[[Given], int]] = {
    "Linear": lambda one: cells(one.out) * one.operands[0][-1].size,
    "Scores": lambda one: cells(one.out) * one.operands[0][-1].size,
    "WeightedSum": lambda one: cells(one.out) * one.operands[1][-2].size,
    "SilentSum": lambda one: cells(one.out) * one.operands[1][-2].size,
    "Softmax": lambda one: cells(one.out),
    "EvenSoftmax": lambda one: cells(one.out),
    "Scale": lambda one: cells(one.out),
    "Multiply": lambda one: cells(one.out),
    "ScaleShift": lambda one: cells(one.out),
    "Normalize": lambda one: cells(one.out),
    "NormalizeRms": lambda one: cells(one.out),
    "Variance": lambda one: cells(one.operands[0]),
    "MeanSquare": lambda one: cells(one.operands[0]),
    # Two for every feature that is turned: its own by the cosine, its partner by the sine.
    "Rotate": lambda one: cells(one.out[:-1]) * one.op.dim * 2,
}


def cells(of: Axes) -> int:
    return math.prod(axis.size for axis in of)


@pytest.mark.parametrize("kind", opsamples.SAMPLES)
def test_multiply_adds_of_every_operation(kind: str) -> None:
    for one in opsamples.SAMPLES[kind](opsamples.Sizes()):
        assert one.op.macs(one.out, *one.operands) == EACH.get(kind, lambda _: 0)(one), one
