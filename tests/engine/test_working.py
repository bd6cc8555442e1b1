"""Every number explains itself: `working`, `reads` and `used_by` of every operation, and of whole programs.

The bound |working − stored| ≤ 1e-5 · max(|stored|, Σ|terms|) is computed here, from values and terms that are
written a second time in `terms.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import opsamples
import pytest
import samples
import terms
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from opsamples import Given, Sizes

from tutor.engine import families, ops
from tutor.engine.axes import BATCH, HEAD, KEY, POS, QUERY, Axes, AxesError, Slices, axes, shape
from tutor.engine.evaluate import forward
from tutor.engine.live import LiveTrace
from tutor.engine.program import LENGTHS, Program
from tutor.engine.tokens import batch_of_texts, load
from tutor.engine.trace import Trace, TraceError
from tutor.engine.weights import random_weights
from tutor.engine.working import Operand, Working, plain

KINDS = sorted(opsamples.known())
COMPUTED = [kind for kind in KINDS if kind != "Tokens"]
TOLERANCE = 1e-5
#: Below float32's smallest normal number there is no relative precision.
TINY = float(np.finfo(np.float32).tiny)


def holds(result: float, stored: float, size: float) -> bool:
    """The rule, with −∞, NaN and an exact 0 (nothing but zero terms) matched exactly."""
    if not (math.isfinite(result) and math.isfinite(stored)):
        return result == stored or (math.isnan(result) and math.isnan(stored))
    if size == 0:
        return result == stored == 0
    return abs(result - stored) <= max(TOLERANCE * max(abs(stored), size), TINY)


def hold(working: Working, op: Any, operands: Sequence[np.ndarray], stored: float, index: tuple[int, ...]) -> None:
    """Raise AssertionError unless a working says what the cell holds, by our own terms and by its own."""
    value, size = terms.of(op, operands, index)
    told = f"{op} at {index}: worked out {working.result!r}, stored {stored!r}, expected {value!r} of size {size!r}"
    assert holds(working.result, stored, size), told
    assert holds(value, stored, size), told
    if math.isfinite(value):
        assert math.isclose(working.result, value, rel_tol=1e-9, abs_tol=1e-12 * size), told
        assert working.scale <= size * (1 + 1e-6), f"{told}: it allows itself {working.scale!r}"
    assert replace(working, stored=stored).agrees, told


def made(given: Given, operands: Sequence[np.ndarray]) -> np.ndarray:
    """The result of an operation, as the engine stores it."""
    # Copies, as one and the same array must not be handed on by an operation that only moves numbers.
    return forward(given.op, [torch.tensor(one) for one in operands], list(given.operands)).numpy()


def named(given: Given, operands: Sequence[np.ndarray]) -> list[Operand]:
    values = {f"operand {at}": one for at, one in enumerate(operands)}

    def read(name: str, part: Slices) -> np.ndarray:
        return values[name][part]

    return [Operand(name, of, read, name) for name, of in zip(values, given.operands)]


# ---------------------------------------------------------------- the registry


def test_every_operation_has_its_samples_and_terms() -> None:
    assert set(opsamples.SAMPLES) == set(COMPUTED), "A new operation needs operands in opsamples.SAMPLES."
    assert set(COMPUTED) <= set(terms.TERMS), "A new operation needs its terms in terms.TERMS."


@pytest.mark.parametrize("kind", COMPUTED)
def test_samples_are_of_their_own_kind_in_every_variant(kind: str) -> None:
    given_ = opsamples.SAMPLES[kind](Sizes())
    assert {one.op.kind for one in given_} == {kind}
    for field in vars(given_[0].op):
        if kind not in ("SplitHeads",):
            assert len({getattr(one.op, field) for one in given_}) > 1, f"{field} of {kind} has one value only"


# ---------------------------------------------------------------- working, operation by operation

sizes = st.builds(
    Sizes, batch=st.integers(1, 2), pos=st.integers(1, 5), head=st.integers(1, 3), d_head=st.integers(1, 5),
    d_model=st.integers(1, 7),
)  # fmt: skip


def draw_operands(given_: Given, seed: int, factor: float, special: float | None, share: float) -> list[np.ndarray]:
    """Random operands, some of their cells replaced by a special number."""
    rng = np.random.default_rng(seed)
    operands = given_.values(rng)
    for one in operands:
        if one.dtype == np.float32:
            one *= np.float32(factor)
            if special is not None:
                one[rng.random(one.shape) < share] = special
    return operands


@pytest.mark.parametrize("kind", COMPUTED)
@settings(max_examples=60)
@given(
    data=st.data(), sizes=sizes, seed=st.integers(0, 2**32), factor=st.sampled_from([1e-6, 0.05, 1.0, 30.0, 1e4]),
    special=st.sampled_from([None, None, 0.0, -0.0, math.inf, -math.inf, math.nan]),
    share=st.sampled_from([0.1, 0.6, 1.0]),
)  # fmt: skip
def test_working_of_every_operation(
    kind: str, data: Any, sizes: Sizes, seed: int, factor: float, special: float | None, share: float
) -> None:
    given_ = data.draw(st.sampled_from(opsamples.SAMPLES[kind](sizes)))
    operands = draw_operands(given_, seed, factor, special, share)
    stored = made(given_, operands)
    assert stored.dtype == np.float32 and stored.shape == shape(given_.out)
    handed = named(given_, operands)
    for index in samples.some_cells(given_.out, 4, np.random.default_rng(seed)):
        with np.errstate(all="ignore"):  # as a program does
            working = given_.op.working(handed, given_.out, index)
        hold(working, given_.op, operands, float(stored[index]), index)
        hold_links(working, given_, operands, index)
        assert plain(working.equation)


def hold_links(working: Working, given_: Given, operands: Sequence[np.ndarray], index: tuple[int, ...]) -> None:
    """Every link names a cell that `reads` names as well, and every number with a link is that cell's."""
    parts = given_.op.reads(index, given_.out, *given_.operands)
    for link in working.links:
        at = int(link.name.split()[1])
        assert samples.inside(parts[at], link.index), f"{given_.op} at {index} links to {link.text()}"
    linked = [(line.value, line.link) for line in working.lines]
    linked += [(one.value, one.link) for one in numbers(working.equation)]
    if working.terms is not None:
        for column in working.terms.columns:
            linked += [(float(value), column.link(at)) for at, value in enumerate(column.values)]
    assert bool(working.links) == any(slice(0, 0) not in part for part in parts), "nothing to follow"
    for value, link in linked:
        if link is not None:
            cell = float(operands[int(link.name.split()[1])][link.index])
            assert value == cell or (math.isnan(value) and math.isnan(cell))


def numbers(of: Any) -> list[Any]:
    return [of] if of.kind == "number" else [one for part in of.parts for one in numbers(part)]


def test_a_share_too_small_for_a_float32_is_an_exact_zero_and_a_normal_one_is_not() -> None:
    square = axes((BATCH, 1), (HEAD, 1), (QUERY, 1), (KEY, 4))
    given_ = Given(ops.Softmax(), (square,))
    operands = [np.array([0.0, -50.0, -104.0, -math.inf], dtype=np.float32).reshape(1, 1, 1, 4)]
    stored = made(given_, operands)[0, 0, 0]
    assert stored[1] > 0 and stored[2] == stored[3] == 0
    for key in range(4):
        working = given_.op.working(named(given_, operands), square, (0, 0, 0, key))
        hold(working, given_.op, operands, float(stored[key]), (0, 0, 0, key))
        # A share of 1e-22 is no zero, and a true zero is nothing else.
        assert not replace(working, stored=0.0 if key < 2 else 1e-30).agrees


@pytest.mark.parametrize("empty, expected", [("nan", math.nan), ("zero", 0.0)])
def test_a_row_masked_everywhere(empty: str, expected: float) -> None:
    square = axes((BATCH, 1), (HEAD, 1), (QUERY, 2), (KEY, 3))
    given_ = Given(ops.Softmax(empty), (square,))
    operands = [np.full((1, 1, 2, 3), -np.inf, dtype=np.float32)]
    operands[0][0, 0, 1] = [0, 1, -np.inf]
    stored = made(given_, operands)
    working = given_.op.working(named(given_, operands), square, (0, 0, 0, 1))
    for value in (working.result, float(stored[0, 0, 0, 1])):
        assert value == expected or (math.isnan(value) and math.isnan(expected))
    assert working.note is not None and working.note.key == "empty row"
    assert working.note.facts == {"zero": empty == "zero"}
    good = given_.op.working(named(given_, operands), square, (0, 0, 1, 0))
    assert good.note is None and good.result == pytest.approx(1 / (1 + math.e))


@pytest.mark.parametrize("kind", COMPUTED)
@pytest.mark.parametrize("special", [None, math.nan, math.inf, -math.inf, -0.0])
def test_the_quicker_way_makes_the_same_numbers_to_the_bit(kind: str, special: float | None) -> None:
    for given_ in opsamples.SAMPLES[kind](Sizes()):
        operands = given_.values(np.random.default_rng(4))
        if special is not None:
            for one in operands:
                if one.dtype.kind == "f":
                    one.flat[:: 2] = special
        tensors = [torch.tensor(one) for one in operands]
        tables = {name: torch.as_tensor(one) for name, one in given_.op.table(*given_.operands).items()}
        quick, shown = (act(*tensors, **tables) for act in (given_.op.at_once, given_.op.forward))
        assert quick.dtype == shown.dtype and quick.shape == shown.shape
        assert quick.contiguous().numpy().tobytes() == shown.contiguous().numpy().tobytes(), given_.op


def test_the_table_of_terms_sums_to_the_result() -> None:
    """Where a cell is a sum, its terms are listed: none is left out, none is made up."""
    for kind in ("Linear", "Scores", "WeightedSum"):
        for given_ in opsamples.SAMPLES[kind](Sizes()):
            operands = given_.values(np.random.default_rng(3))
            index = tuple(size - 1 for size in shape(given_.out))
            working = given_.op.working(named(given_, operands), given_.out, index)
            assert working.terms is not None
            left, right, products = (column.values for column in working.terms.columns)
            assert np.array_equal(left * right, products)
            bias = operands[2][index[-1]] if len(operands) == 3 else 0.0
            assert working.result == pytest.approx(products.sum() + bias, rel=1e-12)
            ranked = working.terms.largest(2)
            assert abs(products[ranked[0]]) == np.abs(products).max()


# ---------------------------------------------------------------- whole programs


def check_trace(trace: Trace, cells: int, seed: int = 0) -> None:
    """Every step of a run, at random cells."""
    rng = np.random.default_rng(seed)
    for step in trace.program.steps:
        if isinstance(step.op, ops.Tokens):
            continue
        operands = [trace[name] for name in step.operands]
        values = trace[step.name]
        for index in samples.some_cells(trace.shapes[step.name], cells, rng):
            working = trace.working(step.name, index)
            assert (working.name, working.index) == (step.name, index)
            assert working.stored == values[index] or np.isnan(values[index])
            hold(working, step.op, operands, float(values[index]), index)


@pytest.mark.parametrize("choice", samples.EVERY)
@settings(max_examples=6)
@given(lengths=st.lists(st.integers(1, 7), min_size=1, max_size=3), seed=st.integers(0, 99))
def test_working_of_whole_programs(choice: str, lengths: list[int], seed: int) -> None:
    check_trace(samples.live(samples.spec(**samples.EVERY[choice]), lengths, seed), cells=3, seed=seed)


def test_working_of_every_single_cell_of_a_tiny_model() -> None:
    trace = samples.live(samples.spec(d_model=4, n_heads=2, d_head=2, d_mlp=3, d_vocab=5, n_layers=1), (3, 1))
    for step in trace.program.steps:
        for index in samples.cells(trace.shapes[step.name]):
            assert trace.working(step.name, index).agrees, f"{step.name} {index}"


def test_rows_masked_everywhere_in_a_whole_program() -> None:
    """A sentence without a single token: NaN from the pattern on, and told so; zeros by declared option."""
    trace = samples.live(samples.spec(), (4, 3)).with_override(LENGTHS, np.array([4, 0]))
    pattern = trace["blocks.0.attn.pattern"]
    assert np.isnan(pattern[1]).all() and not np.isnan(pattern[0]).any()
    assert np.isnan(trace["logits"][1]).all() and np.isfinite(trace["logits"][0]).all()
    check_trace(trace, cells=6)
    note = trace.working("blocks.0.attn.pattern", (1, 0, 0, 0)).note
    assert note is not None and note.key == "empty row"

    program = replace(
        trace.program,
        steps=tuple(
            replace(step, op=ops.Softmax("zero")) if step.name.endswith("pattern") else step for step in trace.program
        ),
    )
    weights = {w.name: trace[w.name] for w in program.weights}
    zeroed = LiveTrace(program, trace.spec, weights, trace.batch, "cpu").with_override(LENGTHS, np.array([4, 0]))
    assert (zeroed["blocks.0.attn.pattern"][1] == 0).all() and (zeroed["blocks.0.attn.z"][1] == 0).all()
    assert np.isfinite(zeroed["logits"]).all()
    check_trace(zeroed, cells=6)


def test_a_token_explains_itself() -> None:
    tokenizer = load("cl100k_base")
    spec = samples.spec(d_vocab=100277, d_model=2, n_heads=1, d_head=2, n_layers=1)
    program = families.program(spec)
    batch = batch_of_texts(tokenizer, ["Rapport and trust", "So"], spec.n_ctx, spec.d_vocab)
    trace = LiveTrace(program, spec, random_weights(program, 0), batch, "cpu")
    for index in samples.cells(trace.shapes["tokens"]):
        working = trace.working("tokens", index)
        assert working.agrees and working.result == batch.ids[index]
        merges = trace.batch.merges[int(working.result)]
        token = batch.rows[index[0]][index[1]]
        assert not merges or merges[-1].result == token.data


def test_what_is_given_and_what_is_not_there() -> None:
    trace = samples.live(samples.spec())
    for name in ("W_E", "lengths", "nonsense"):
        with pytest.raises(TraceError, match=name):
            trace.working(name, (0,))
    with pytest.raises(AxesError, match="outside pos"):
        trace.working("embed", (0, 99, 0))
    with pytest.raises(AxesError, match="needs 3 entries"):
        trace.working("embed", (0,))
    assert trace.working("embed", (-1, -1, -1)).index == (0, 4, 11)


# ---------------------------------------------------------------- controls: what the rule must catch


class _Unbiased(ops.Variance):
    def working(self, operands: Sequence[Operand], out: Axes, index: tuple[int, ...]) -> Working:
        working = super().working(operands, out, index)
        size = operands[0].axes[-1].size
        return replace(working, result=working.result * size / (size - 1), scale=working.scale * size / (size - 1))


class _EpsilonOutside(ops.Normalize):
    def working(self, operands: Sequence[Operand], out: Axes, index: tuple[int, ...]) -> Working:
        x, mean, var = operands
        away = x.cell(index) - mean.cell(index[:-1])
        result = away / (math.sqrt(var.cell(index[:-1])) + self.eps)
        return replace(super().working(operands, out, index), result=result, scale=abs(result))


class _RootOfModel(ops.Scale):
    def working(self, operands: Sequence[Operand], out: Axes, index: tuple[int, ...]) -> Working:
        return ops.Scale(samples.SMALL.d_model).working(operands, out, index)


CONTROLS: Mapping[str, tuple[str, Any]] = {
    "unbiased variance": ("ln1.var", lambda op: _Unbiased()),
    "ε outside the root": ("ln1.normalized", lambda op: _EpsilonOutside(op.eps)),
    "√d_model in place of √d_head": ("attn.scaled", lambda op: _RootOfModel(op.n, op.divide)),
}


@pytest.mark.parametrize("norm", ["pre", "post"])
@pytest.mark.parametrize("control", CONTROLS)
def test_a_wrong_working_is_caught(control: str, norm: str) -> None:
    """The same model whose forward pass is right and whose working is wrong at one step."""
    tail, make = CONTROLS[control]
    spec = samples.spec(norm=norm)
    right = families.program(spec)
    name = f"blocks.0.{tail}"
    program = replace(
        right, steps=tuple(replace(step, op=make(step.op)) if step.name == name else step for step in right)
    )
    # Embeddings of size 0.3 give norms a variance at which ε counts.
    weights = random_weights(right, 1, spread=True)
    weights["W_E"] *= np.float32(0.3)
    batch = samples.batch(spec, (5, 3))
    check_trace(LiveTrace(right, spec, weights, batch, "cpu"), cells=10)
    wrong = LiveTrace(program, spec, weights, batch, "cpu")
    with pytest.raises(AssertionError, match="worked out"):
        check_trace(wrong, cells=10)
    cells = list(samples.cells(wrong.shapes[name]))
    assert sum(not wrong.working(name, index).agrees for index in cells) > len(cells) / 2
    assert {"_Unbiased", "_EpsilonOutside", "_RootOfModel"}.isdisjoint(ops.known())


# ---------------------------------------------------------------- reads and used_by

TINY_SIZES = Sizes(batch=2, pos=3, head=2, d_head=2, d_model=3)
VARIANTS = [
    pytest.param(one, id=f"{kind}-{number}")
    for kind in COMPUTED
    for number, one in enumerate(opsamples.SAMPLES[kind](TINY_SIZES))
]


@pytest.mark.parametrize("given_", VARIANTS)
def test_used_by_is_the_inverse_of_reads(given_: Given) -> None:
    out = given_.out
    for number, of in enumerate(given_.operands):
        goes = {cell: given_.op.used_by(number, cell, out, *given_.operands) for cell in samples.cells(of)}
        for result in samples.cells(out):
            part = given_.op.reads(result, out, *given_.operands)[number]
            for cell, to in goes.items():
                assert samples.inside(part, cell) == samples.inside(to, result), (number, cell, result)


def hidden(op: Any, result: tuple[int, ...], operand: int, cell: tuple[int, ...]) -> bool:
    """Read by declaration, but hidden by value: no change of the cell reaches the result, whatever is there."""
    if op.kind == "Mask":
        behind = result[-2] - result[-1]
        out_of_sight = (op.causal and behind < 0) or (op.window and behind >= op.window)
        return bool(out_of_sight or (operand == 1 and op.pad == "none"))
    if op.kind in ("EvenSoftmax", "SilentSum"):  # switched off, whatever finite number is there
        return str(result[-3]) in op.heads.split(",")
    # The first position turns by no angle, so its partner counts for nothing.
    return op.kind == "Rotate" and result[-2] == 0 and result != cell


@pytest.mark.parametrize("given_", VARIANTS)
def test_reads_is_what_a_change_reaches(given_: Given) -> None:
    """Change every cell of every operand: only cells that read it change, and each of those does for some values."""
    out, shapes = given_.out, given_.operands
    reads = {
        number: np.array([[samples.inside(given_.op.reads(result, out, *shapes)[number], cell)
                           for cell in samples.cells(of)] for result in samples.cells(out)])
        for number, of in enumerate(shapes)
    }  # fmt: skip
    reached = {number: np.zeros_like(one) for number, one in reads.items()}
    for seed in range(100 if given_.ids else 12):  # which rows are looked up is data
        rng = np.random.default_rng(seed)
        operands = given_.values(rng)
        before = made(given_, operands)
        for number, one in enumerate(operands):
            for at, cell in enumerate(samples.cells(shapes[number])):
                changed = [other.copy() for other in operands]
                if number < len(given_.ids) and given_.ids[number]:
                    changed[number][cell] = (one[cell] + rng.integers(1, given_.ids[number])) % given_.ids[number]
                else:
                    changed[number][cell] = abs(one[cell]) + 1 + rng.random()
                after = made(given_, changed)
                moved = ~((before == after) | (np.isnan(before) & np.isnan(after)))
                reached[number][:, at] |= moved.ravel()
    for number in reads:
        assert not (reached[number] & ~reads[number]).any(), f"operand {number} reaches further than declared"
        covered = np.array([[hidden(given_.op, result, number, cell) for cell in samples.cells(shapes[number])]
                            for result in samples.cells(out)])  # fmt: skip
        assert (reached[number] == reads[number] & ~covered).all(), f"operand {number} is declared to reach too far"


def test_the_mask_hides_exactly_what_lies_ahead() -> None:
    """The cells that the mask declares and hides: keys after the query, and pads."""
    given_ = Given(ops.Mask(), (axes((BATCH, 1), (HEAD, 1), (QUERY, 3), (KEY, 3)), axes((BATCH, 1))), (0, 3))
    result = made(given_, [np.zeros((1, 1, 3, 3), dtype=np.float32), np.array([2])])[0, 0]
    assert np.isneginf(result).tolist() == [[False, True, True], [False, False, True], [False, False, True]]


@pytest.mark.parametrize("choice", ["pre-norm", "post-norm", "embeddings scaled, tied", *samples.KINDS])
def test_who_uses_this_number_is_the_inverse_over_a_whole_program(choice: str) -> None:
    changes = {**samples.EVERY[choice], "d_vocab": 5, "d_mlp": 3, "n_ctx": 3}
    if changes.get("d_vocab_source"):
        changes["d_vocab_source"] = 4
    spec = samples.spec(**changes)
    program = families.program(spec)
    shapes = program.shapes(1, 2, 3)
    rng = np.random.default_rng(0)
    for name in [step.name for step in program.steps] + [weight.name for weight in program.weights]:
        for index in samples.some_cells(shapes[name], 3, rng):
            uses = {(use.step, use.operand): use.index for use in program.used_by(name, index, shapes)}
            for step, operand in program.consumers.get(name, ()):
                part = uses.get((step.name, operand))
                for result in samples.some_cells(shapes[step.name], 30, rng):
                    read, where = program.reads(step.name, result, shapes)[operand]
                    assert read == name
                    goes = part is not None and samples.inside(part, result)
                    assert goes == samples.inside(where, index), (name, index, step.name, result)
    assert program.used_by(program.steps[-1].name, (0, 0, 0), shapes) == ()


def test_a_row_of_positions_beyond_the_sentence_is_used_by_nobody() -> None:
    program: Program = families.program(samples.spec())
    shapes = program.shapes(1, 4)
    assert [use.step for use in program.used_by("W_pos", (3, 0), shapes)] == ["pos_embed"]
    assert program.used_by("W_pos", (4, 0), shapes) == ()
    # The ids give a position code only their number, so no id is one of its sources.
    assert [use.step for use in program.used_by("tokens", (0, 1), shapes)] == ["embed"]
    assert shapes["tokens"] == axes((BATCH, 1), (POS, 4))
