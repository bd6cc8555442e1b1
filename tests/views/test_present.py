"""What the engine computed, as the views take it: every step explained in whole sentences, every token honest."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from windows import is_one_sentence, live

from tutor.engine import families, models
from tutor.engine.axes import shape
from tutor.engine.changes import Cell, Head, Replace, Switch, attentions, folded
from tutor.engine.goals import Goal
from tutor.engine.live import LiveTrace
from tutor.engine.picture import Selection, panel, picture
from tutor.engine.program import LENGTHS
from tutor.engine.spec import Rope
from tutor.engine.weights import random_weights
from tutor.engine.working import short_name
from tutor.views import explanation, present, usemarks, words
from tutor.views.chips import Chip
from tutor.views.uselane import AFTER, BEFORE

VARIANTS = {
    "post-norm": {}, "pre-norm": {"norm": "pre", "final_norm": True, "positions": "learned", "activation": "gelu"},
    "no positions": {"positions": "none", "activation": "gelu_tanh"}, "scaled embeddings": {"scale_embed": True},
    "tied": {"tied": True, "bias_out": True}, "scale off": {"scale_scores": False},
    "mask off": {"causal": False}, "pads −1000": {"pad": "-1000", "causal": False},
    "pads left in": {"pad": "none", "causal": False},
    "modern": {"norm": "pre", "norm_kind": "rms", "positions": "rotary", "rope": Rope(2), "n_kv_heads": 1, "window": 3,
               "qk_norm": True, "gated": True, "activation": "silu", "final_norm": True, "bias": False},
    "side by side": {"norm": "pre", "parallel": True, "final_norm": True, "positions": "rotary", "rope": Rope(4)},
    "fills gaps": {"family": "bert", "causal": False, "embed_norm": True, "n_types": 2, "head": "mlm",
                   "positions": "learned", "bias_out": True, "activation": "gelu"},
    "two texts": {"family": "encoder_decoder"},
    "two texts, pre-norm": {"family": "encoder_decoder", "norm": "pre", "final_norm": True},
}  # fmt: skip


@lru_cache(maxsize=len(VARIANTS))
def variant(name: str):
    return live(5, 3, **VARIANTS[name])


@lru_cache(maxsize=2)
def spoken(*texts: str):
    """A run of real sentences through a small model."""
    model = models.find("article")
    spec = replace(model.spec, d_model=12, n_heads=3, d_head=4, d_mlp=20)
    program = families.program(spec)
    return LiveTrace(program, spec, random_weights(program, 1), model.batch(texts), "cpu")


def some_cells(axes, count: int = 6):
    """The first and the last cell and some between: pads and masked cells among them."""
    rng = np.random.default_rng(1)
    sizes = shape(axes)
    drawn = [tuple(int(rng.integers(size)) for size in sizes) for _ in range(count)]
    return [(0,) * len(sizes), tuple(size - 1 for size in sizes), *drawn]


def explained(trace, path: str, index):
    return explanation.explanation(trace, trace.working(path, index))


def assert_words(text: str) -> None:
    """Words for people: nothing of a template is left in them."""
    assert text
    assert not re.search(r"[{}]|None|\bLink\(|nan\b", text), text


# -- one cell -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VARIANTS)
def test_every_kind_of_step_is_explained(qapp, name):
    trace = variant(name)
    for step in trace.program.steps:
        for index in some_cells(trace.shapes[step.name]):
            shown = explained(trace, step.name, index)
            assert shown.address == f"{short_name(step.name)}[{', '.join(map(str, index))}]"
            stored = float(trace[step.name][index])
            assert shown.value == stored or (np.isnan(stored) and np.isnan(shown.value))
            assert shown.agrees, (step.name, index)
            assert shown.equation is not None
            assert_words(shown.place)
            if shown.note:
                assert_words(shown.note)
                assert is_one_sentence(shown.note.splitlines()[0]), shown.note
            assert len(shown.headers) == len(shown.columns)
            assert len({len(column) for column in shown.columns}) <= 1
            if shown.labels is not None:
                assert len(shown.labels) == len(shown.columns[0])
            for entry in (*shown.entries, *shown.uses):
                assert_words(entry.label)


def notes_of(trace) -> set[str]:
    return {
        working.note.key
        for step in trace.program.steps
        for index in some_cells(trace.shapes[step.name], 24)
        if (working := trace.working(step.name, index)).note is not None
    }


def test_every_rule_that_is_worded_is_met_and_every_rule_met_is_worded(qapp):
    met = set().union(*(notes_of(variant(name)) for name in VARIANTS), notes_of(emptied()), notes_of(changed()))
    met.add(variant("post-norm").explain("W_E", (0, 0)).note.key)
    met |= notes_of_backward()
    # What is said of two tensors compared, and of means and sums, no step says: test_comparing meets it.
    assert met == {key for key in words._NOTES if not key.startswith(("compare.", "derived."))}


def notes_of_backward() -> set[str]:
    """What is said of the gradients of a logit and of a surprise."""
    trace, met = variant("post-norm"), set()
    for what in ("logit", "surprise"):
        made = trace.backward(Goal(what, (0, 1, 3)))
        cells = [(name, index) for name in trace.program.by_name if made.has(name)
                 for index in some_cells(trace.shapes[name], 12)]  # fmt: skip
        cells += [(made.start, (0, 1, 3)), (made.start, (0, 1, 4)), (made.start, (0, 2, 3))]
        met |= {made.working(name, index).note.key for name, index in cells}
    return met


def changed():
    """A run in which much was changed by the learner."""
    trace = variant("mask off")
    attention = next(iter(attentions(trace.program)))
    last = trace.program.steps[-1].name
    made = (Switch("positions"), Head(attention, 0), Head(attention, 1, "uniform"),
            Cell("tokens", (0, 0), 3.0), Replace("embed", ",".join(["1"] * trace.batch.n_pos)),
            *(Cell(last, index, 0.5) for index in some_cells(trace.shapes[last], 24)[:3]))  # fmt: skip
    return folded(made).apply(trace)


def test_a_number_that_was_put_says_so(qapp):
    trace = changed()
    last = trace.program.steps[-1].name
    shown = explained(trace, last, (0,) * len(trace.shapes[last]))
    assert shown.put and shown.value == 0.5
    assert re.fullmatch(r"Set by you: computed from its operands it would be 0\.\d{4}\.", shown.note)


def emptied():
    """A run whose second sentence has no real token: its rows of the mask are empty."""
    return variant("mask off").with_override(LENGTHS, np.array([5, 0]))


def test_an_empty_row_says_why_it_is_no_number(qapp):
    shown = explained(emptied(), "blocks.0.attn.pattern", (1, 0, 2, 1))
    assert np.isnan(shown.value)
    assert shown.agrees
    assert shown.note == "Every key of this row is masked, so the shares are 0 ÷ 0: not a number."


@pytest.mark.parametrize(("index", "note"), [
    ((0, 0, 1, 3), "Query  cat (1) may not look at key  on (3), because 3 > 1: it lies ahead."),
    ((0, 0, 3, 1), "Query  on (3) may look at key  cat (1), so nothing is taken away."),
    ((1, 0, 1, 2), "Query there (1) may not look at key pad (2), because 2 > 1: it lies ahead."),
])  # fmt: skip
def test_the_mask_names_the_tokens(qapp, index, note):
    trace = spoken("the cat sat on", "Hello there")
    shown = explained(trace, "blocks.0.attn.masked", index)
    assert re.sub("[· ]+", " ", shown.note) == re.sub(" +", " ", note)


def test_padding_is_told_by_the_length_of_its_sentence(qapp):
    shown = explained(spoken("the cat sat on", "Hello there"), "blocks.0.attn.masked", (1, 0, 3, 2))
    assert re.fullmatch(r"Key 2 is padding, because .*\b2\b.*\.", shown.note)


def test_a_rule_nobody_worded_is_named_all_the_same():
    assert words.note("something new", {}) == "something new"
    assert words.note("lookup", {}) == "lookup", "a fact that is missing is no crash"


@pytest.mark.parametrize("key", sorted(words._NOTES))
def test_every_rule_is_one_whole_sentence(key):
    text = words._NOTES[key]
    assert is_one_sentence(text)
    fields = set(re.findall(r"{(\w+)}", text))
    facts = dict.fromkeys(fields, 3)
    assert_words(words.note(key, facts))


def test_a_cell_is_placed_in_words(qapp):
    trace = spoken("the cat sat on", "Hello there")

    def place(path, index):
        return present.place_words(trace, panel(trace, path, Selection()), index).replace("·", " ").replace("  ", " ")

    assert place("tokens", (1, 1)) == "sentence 1, token there (1)"
    assert place("tokens", (1, 3)) == "sentence 1, token pad (3)"
    assert place("embed", (0, 2, 7)) == "sentence 0, token sat (2), feature 7"
    assert place("blocks.0.attn.scores", (0, 2, 3, 0)) == "sentence 0, head 2, query on (3), key the (0)"
    assert place("blocks.0.attn.q", (0, 1, 2, 3)) == "sentence 0, head 1, token sat (2), feature 3"
    assert place("logits", (0, 0, 99)) == "sentence 0, token the (0), vocabulary entry 99"
    assert "sentence" not in present.place_words(
        spoken("alone"), panel(spoken("alone"), "embed", Selection()), (0, 0, 0)
    ), "one sentence needs no number"


def test_terms_along_tokens_are_named_after_them(qapp):
    trace = spoken("the cat sat on", "Hello there")
    shown = explained(trace, "blocks.0.attn.z", (1, 0, 1, 2))
    assert [label.replace("·", " ") for label in shown.labels] == ["Hello (0)", " there (1)", "pad (2)", "pad (3)"]


def test_rows_and_columns_are_labelled_with_their_sentences_tokens(qapp):
    trace = spoken("the cat sat on", "Hello there")
    for row, expected in enumerate((["the", " cat", " sat", " on"], ["Hello", " there", "pad", "pad"])):
        shown = picture(trace, "blocks.0.attn.scores", Selection().with_("batch", row))
        data = present.parts(trace, shown)[0][-1].data
        assert data.row_labels == data.col_labels == expected
    shown = picture(trace, "embed", Selection())
    assert present.parts(trace, shown)[0][-1].data.col_labels is None, "features have numbers only"


def test_a_tokens_merges_are_a_row_each(qapp):
    trace = spoken("the cat sat on", "Hello there")
    shown = explained(trace, "tokens", (0, 1))
    merges = trace.batch.merges[int(trace["tokens"][0, 1])]
    assert shown.whole
    assert len(shown.entries) == len(merges) > 1
    for at, (entry, merge) in enumerate(zip(shown.entries, merges), 1):
        assert re.fullmatch(rf"{at}\.  \S+ \+ \S+ → \S+", entry.label)
        assert entry.value == f"rank {merge.rank}"
    assert shown.entries[-1].label.endswith("→ ·cat")
    chinese = spoken("我喜欢")
    shown = explained(chinese, "tokens", (0, 1))
    assert shown.entries[0].label == "1.  ⟨E5⟩ + ⟨96⟩ → ⟨E5 96⟩"


# -- tokens -------------------------------------------------------------------------------------------------------


def test_a_character_in_pieces_is_shown_as_its_bytes_together():
    batch = models.find("article").batch(["我喜欢机器学习"])
    found = present.chips(batch, 0)
    assert [chip.text for chip in found] == ["我", "⟨E5 96⟩", "⟨9C⟩", "⟨E6 AC⟩", "⟨A2⟩", "机", "器", "学", "⟨E4 B9⟩",
                                             "⟨A0⟩"]  # fmt: skip
    assert [chip.id for chip in found] == [37046, 83601, 250, 25340, 95, 33748, 32648, 48864, 18259, 254]
    assert [(chip.group, chip.group_text) for chip in found] == [
        (-1, ""), (0, "喜"), (0, "喜"), (1, "欢"), (1, "欢"), (-1, ""), (-1, ""), (-1, ""), (2, "习"), (2, "习"),
    ]  # fmt: skip
    for group in range(3):
        text = next(chip.group_text for chip in found if chip.group == group)
        data = b"".join(token.data for token, chip in zip(batch.rows[0], found, strict=True) if chip.group == group)
        assert data == text.encode()


def test_spaces_newlines_and_pads_are_shown_as_such():
    batch = models.find("article").batch([" a 😀\n你 b", "x"])
    assert [chip.text for chip in present.chips(batch, 0)] == [" a", " 😀", "⏎", "你", " b"]
    assert present.chips(batch, 1) == (Chip("x", 87), *[Chip("pad", batch.rows[1][1].id, "pad")] * 4)


def test_the_same_broken_character_twice_is_two_groups():
    found = present.chips(models.find("article").batch(["喜喜"]), 0)
    assert [chip.group for chip in found] == sorted(chip.group for chip in found)
    assert len({chip.group for chip in found}) == 2


def test_ids_without_a_text_are_no_groups():
    found = present.chips(live(5).batch, 0)
    assert all(chip.group == -1 and chip.kind == "plain" for chip in found)
    assert all(chip.text == f"#{chip.id}" for chip in found)


# -- pictures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VARIANTS)
def test_every_step_becomes_parts_with_its_own_numbers(qapp, name):
    trace = variant(name)
    for step in trace.program.steps:
        shown = picture(trace, step.name, Selection().with_("batch", 1).with_("head", 2))
        made, sign, _ = present.parts(trace, shown)
        assert len(made) == len(shown.operands) + 1
        for part, one in zip(made, (*shown.operands, shown.result), strict=True):
            other = one.name.startswith("encoder.") and step.name.startswith("decoder.")
            assert part.name == ("Encoder · " if other else "") + one.name.rsplit(".", 1)[-1]
            rows, cols = part.data.shape
            for row, col in ((0, 0), (rows - 1, cols - 1), (rows // 2, cols // 2)):
                index = one.index(row, col)
                stored = trace.read(one.name, index)
                assert part.data.at(row, col) == stored or np.isnan(stored)
            assert len(part.axes) == sum(axis is not None for axis in (one.rows, one.columns))
        assert (sign != "") == (len(made) > 1)
        assert {"product": "×", "turned": "×", "sum": "+", "times": "⊙", "arrow": "→"}.get(
            shown.layout, "") in (sign, "")  # fmt: skip


def test_kᵀ_is_turned_and_q_is_not(qapp):
    trace = variant("post-norm")
    made, sign, _ = present.parts(trace, picture(trace, "blocks.0.attn.scores", Selection()))
    assert [(part.name, part.letter, part.turned) for part in made] == [
        ("q", "Q", False), ("k", "Kᵀ", True), ("scores", "", False),
    ]  # fmt: skip
    assert made[1].axes == (("d_head", 4), ("pos", 5))
    assert np.array_equal(made[1].data.values, trace["blocks.0.attn.k"][0, 0])
    assert sign == "×"


def test_pads_are_hatched_and_masked_zeros_are_not_just_small(qapp):
    trace = variant("post-norm")
    made, _, caption = present.parts(trace, picture(trace, "blocks.0.attn.pattern", Selection().with_("batch", 1)))
    data = made[-1].data
    assert data.hatched_rows == {3, 4}
    assert data.hatched_cols == {3, 4}
    assert data.kind == "prob"
    assert np.array_equal(data.masked, np.isneginf(trace["blocks.0.attn.masked"][1, 0]))
    assert caption == "softmax"


@pytest.mark.parametrize("name", VARIANTS)
def test_what_a_cell_lights_is_what_it_reads(qapp, name):
    trace = variant(name)
    rng = np.random.default_rng(0)
    for step in trace.program.steps[1:]:
        shown = picture(trace, step.name, Selection())
        cell = shown.result.index(*(int(rng.integers(size)) for size in shown.result.values.shape))
        found = present.lit(trace, shown, cell)
        assert len(found) == len(shown.operands) + 1
        assert found[-1] == shown.result.place(cell)
        reads = dict(reversed(trace.reads(step.name, cell)))
        for one, where in zip(shown.operands, found, strict=False):
            if where is None:
                continue
            row, col = where
            rows, cols = one.values.shape
            inside = reads[one.name]
            index = one.index(rows - 1 if row is None else row, cols - 1 if col is None else col)
            assert all(isinstance(part, slice) or part == at for part, at in zip(inside, index, strict=True))


# -- around it ----------------------------------------------------------------------------------------------------


def marks(trace, path: str, inside: bool = False):
    stop = trace.program.stop_of(path)
    section = next(one for one in trace.program.sections if one.name == stop.section)
    return usemarks.uses(trace, path, section.stops, stop if inside else None)


def test_the_use_lane_shows_who_writes_and_who_reads(qapp):
    trace = variant("post-norm")
    program = trace.program
    stops = {step.name: stop.number for stop in program.stops for step in stop.steps}
    found = {(mark.index, mark.symbol, mark.written, mark.inspected) for mark in marks(trace, "blocks.0.attn.pattern")}
    at = stops["blocks.0.attn.pattern"]
    assert (at, "P", True, True) in found, "written here"
    assert (stops["blocks.0.attn.z"], "P", False, True) in found, "read by × V"
    assert (at - 1, "S\u0302", True, False) in found
    assert (at, "S\u0302", False, False) in found
    # V waits beside all this, with Q and K, which came with it.
    assert {(stops["blocks.0.attn.v"], one, True, False) for one in "QKV"} <= found
    assert (stops["blocks.0.attn.z"], "V", False, False) in found


def test_who_is_no_longer_needed_is_not_shown(qapp):
    trace = variant("post-norm")
    assert {mark.symbol for mark in marks(trace, "blocks.0.attn_out")} == {"A", "C"}, "Q, K and V are all read"


@pytest.mark.parametrize("name", ["modern", "side by side", "two texts", "two texts, pre-norm"])
def test_the_residual_stream_is_seen_from_end_to_end(qapp, name):
    """Each tensor of the stream: written once, read where the program reads it, and joined by a line."""
    trace = variant(name)
    program = trace.program
    for section in program.sections:
        streams = [step for stop in section.stops for step in stop.steps if step.role == "residual"]
        for step in streams:
            found = [mark for mark in marks(trace, step.name) if mark.stream]
            sign = usemarks.symbol(program, step.name)[0]
            chips = {one.name: stop.number for stop in section.stops for one in stop.steps}
            readers = [user.name for user, _ in program.consumers.get(step.name, ())]
            expected = {chips.get(one, AFTER) for one in readers} - {chips[step.name]}
            assert {mark.index for mark in found if mark.inspected and not mark.written} == expected, step.name
            assert (chips[step.name], sign) in {(mark.index, mark.symbol) for mark in found if mark.written}
            others = {usemarks.symbol(program, one.name)[0] for one in streams}
            assert others <= {mark.symbol for mark in found}, "the whole stream of the section"


def test_every_mark_of_every_step_is_true(qapp):
    """Against the program itself: no mark where nothing is written or read."""
    for name in VARIANTS:
        trace = variant(name)
        program = trace.program
        for path in (step.name for step in program.steps):
            stop = program.stop_of(path)
            section = next(one for one in program.sections if one.name == stop.section)
            numbers = {one.number for one in section.stops}
            for mark in marks(trace, path):
                assert mark.index in numbers | {BEFORE, AFTER}
                if mark.index < 0:
                    continue
                steps = program.stops[mark.index].steps
                there = [one.name for one in steps] if mark.written else [one for s in steps for one in s.inputs]
                assert mark.symbol in {usemarks.symbol(program, one)[0] for one in there if one in program.by_name}
            assert [mark for mark in marks(trace, path) if mark.inspected and mark.written], path


def test_inside_a_stage_the_use_lane_counts_operations(qapp):
    trace = variant("post-norm")
    stop = trace.program.stop_of("blocks.0.resid_mid")
    found = {(mark.index, mark.symbol, mark.written) for mark in marks(trace, "blocks.0.ln1.mean", inside=True)}
    names = [step.short for step in stop.steps]
    assert (names.index("mean"), "μ", True) in found
    assert {index for index, symbol, written in found if symbol == "μ" and not written} == {
        names.index("var"), names.index("normalized"),
    }  # fmt: skip


def test_the_outline_has_every_stage_with_its_shape(qapp):
    trace = variant("post-norm")
    found = present.branches(trace)
    assert [branch.title for branch in found] == ["Input", "Block 0", "Output"]
    entries = [entry for branch in found for entry in branch.entries]
    assert [entry.stage for entry in entries] == list(range(len(trace.program.stops)))
    shapes = {entry.title: entry.shape for entry in entries}
    assert (shapes["Scores"], shapes["Tokenize"], shapes["Logits"]) == ("3·5·5", "5", "5·29")
    assert present.short_shape(spoken("alone"), spoken("alone").program.stops[-1]) == "1·100k"


def test_statistics_leave_pads_and_masked_cells_out(qapp):
    trace = variant("post-norm")
    lines = dict(present.stats(trace.stats("blocks.0.attn.masked")))
    finite = np.concatenate([
        part[np.isfinite(part)] for part in
        (trace["blocks.0.attn.masked"][0].ravel(), trace["blocks.0.attn.masked"][1, :, :3, :3].ravel())
    ])  # fmt: skip
    assert float(lines["min"].replace("−", "-")) == pytest.approx(finite.min(), abs=5e-5)
    assert float(lines["max"].replace("−", "-")) == pytest.approx(finite.max(), abs=5e-5)
    assert lines["masked (−∞)"] == str(3 * 10 + 3 * 3)
    assert "not a number" not in lines


def test_words_for_what_a_table_does_not_know():
    assert words.stage("A new stage") == "A new stage"
    assert words.operation("a new operation") == "a new operation"
    assert words.section("encoder.blocks.3") == "Encoder · Block 3"
    assert words.section("blocks.3") == "Block 3"
    assert words.section("decoder.input") == "Decoder · Input"
    assert words.section("output") == "Output"
    assert words.section("somewhere") == "somewhere"
    assert words.why("nothing of the kind") == ""


def test_every_stage_of_every_variant_has_its_why(qapp):
    for name in VARIANTS:
        for stop in variant(name).program.stops:
            text = words.why(stop.stage.key)
            assert text.endswith("."), stop.stage.key
            assert_words(text)
