"""Embeddings: × √d_model against the position code (why 18), and a table for the tokens of a text alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from tutor.engine import axes as ax
from tutor.engine import families, vocabulary
from tutor.engine.axes import Axes
from tutor.engine.models import Model
from tutor.engine.ops import Lookup, Positions, Scale, Sinusoid
from tutor.engine.program import Program, Step
from tutor.engine.trace import Plan, Trace
from tutor.lessons.experiment import (
    Bars,
    Choice,
    Control,
    Curves,
    Experiment,
    Fact,
    Grid,
    Lab,
    Result,
    Said,
    Series,
    Settings,
    Toggle,
    Unfit,
    Value,
)
from tutor.lessons.finding import need_engine, parameters, real, rms, row_of, size, tables, text_of

#: The largest id and the width of the logits that an article gives, which do not fit together.
ARTICLE: Mapping[str, Value] = MappingProxyType({"article_id": 100069, "article_width": 3771})
#: The texts of a model that reads two, in order.
TEXTS = ("source", "target")
#: What roundings may differ by, as a share of the largest logit.
ROUNDING = 1e-5


class EmbedScale(Experiment):
    """The size of each token's embedding, with and without × √d_model, beside its position code's."""

    key = "embed_scale"
    whys = (18,)
    flip: Mapping[str, Value] = MappingProxyType({"scaled": False})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        found = inputs(lab.trace.program)
        if not found:
            raise Unfit("no_positions", model=lab.trace.spec.name)
        lookups: tuple[Control, ...] = (Choice("text", TEXTS, TEXTS[-1]),) if len(found) == len(TEXTS) else ()
        return (*lookups, Toggle("scaled", True))

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, row_of(lab)
        lookup, code = inputs(trace.program)[TEXTS.index(str(settings.get("text", TEXTS[0])))]
        own = any(_multiplies(step) for step, _ in trace.program.consumers.get(lookup.name, ()))
        embedded, codes = real(trace, lookup.name, row), real(trace, code.name, row)
        width = embedded.shape[-1]
        factor = width**0.5
        plain, position = _sizes(embedded), _sizes(codes)
        used = plain * factor if settings["scaled"] else plain
        share = float(np.mean(used / position))
        claim = share >= 1
        at = np.arange(len(plain))
        numbers: dict[str, Value] = {
            "width": width, "factor": factor, "plain": float(plain.mean()), "scaled": float((plain * factor).mean()),
            "position": float(position.mean()), "times": share, "plain_times": float(np.mean(plain / position)),
        }  # fmt: skip
        plots = (
            Curves("size", at, (Series(Said("scaled"), plain * factor), Series(Said("position"), position, "dashed"),
                                Series(Said("plain"), plain)), log_y=True),
        )  # fmt: skip
        facts = (Fact("plain", float(plain.mean()), lookup.name), Fact("scaled", float((plain * factor).mean())),
                 Fact("position", float(position.mean()), code.name), Fact("factor", factor))  # fmt: skip
        verdict = f"{'scaled' if settings['scaled'] else 'plain'}_{'larger' if claim else 'smaller'}"
        return Result(plots, claim, Said(verdict, numbers), facts,
                      (Said("own_scales" if own else "own_does_not", numbers),), dict(settings))  # fmt: skip


class CompactVocabulary(Experiment):
    """The same text with ids numbered anew, 0 to n − 1, and a model whose tables have these n rows alone.

    With its own rows every logit that is left is what it was. With the first n rows of the old table, which belong to
    other tokens, none is.
    """

    key = "compact_vocabulary"
    whys = (17,)
    flip: Mapping[str, Value] = MappingProxyType({"rows": "first"})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        need_engine(lab)
        program = lab.trace.program
        names = tables(program)
        if vocabulary.outputs(program, lab.trace.shapes) is None:
            raise Unfit("no_logits", model=lab.trace.spec.name)
        sizes = {program.weight_by_name[name].axes[at].size for name, (_, at) in names.items()}
        if len(sizes) > 1:
            raise Unfit("two_tables", model=lab.trace.spec.name)
        return (Choice("rows", ("own", "first"), "own"),)

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace = lab.trace
        kept = tuple(dict.fromkeys(one for text in trace.batches.values() for row in text.real_ids for one in row))
        taken = kept if settings["rows"] == "own" else tuple(range(len(kept)))
        found = vocabulary.outputs(trace.program, trace.shapes)
        assert found is not None
        small = compacted(trace, kept, taken)
        lab.progress(0.5)
        logits, probs = found
        row = row_of(lab)
        before, after = real(trace, logits, row)[:, list(kept)], real(small, logits, row)
        apart, largest = float(np.abs(before - after).max()), float(np.abs(before).max())
        same_bits = bool(np.array_equal(before, after))
        claim = apart <= ROUNDING * largest
        shares = real(trace, probs, row)[:, list(kept)].sum(-1)
        old, new = parameters(trace.program), parameters(small.program)
        rows = trace.spec.d_vocab
        numbers: dict[str, Value] = {
            "kept": len(kept), "rows": rows, "old": old, "new": new, "apart": size(apart), "largest": largest,
            "fall": old / new, "share": size(100 * float(shares[-1])), "tokens": sum(map(len, text_of(trace).real_ids)),
        }  # fmt: skip
        counted = _growth([one for text in trace.batches.values() for ids in text.real_ids for one in ids])
        plots = (
            Grid("sizes", (Said("what"), Said("whole"), Said("compact")), (
                (Said("table"), rows, len(kept)), (Said("width"), rows, len(kept)),
                (Said("parameters"), f"{old:,}", f"{new:,}"))),
            Curves("growth", np.arange(1, len(counted) + 1, dtype=np.float64), (
                Series(Said("distinct"), counted),
                Series(Said("every"), np.arange(1, len(counted) + 1, dtype=np.float64), "reference"))),
            Bars("share", (Said("kept"), Said("left_out")), (
                Series(Said("probability"), 100 * np.array([shares[-1], max(0.0, 1 - shares[-1])])),)),
        )  # fmt: skip
        facts = (Fact("kept", len(kept)), Fact("rows", rows), Fact("old", old), Fact("new", new), Fact("apart", apart),
                 Fact("fall", old / new))  # fmt: skip
        notes = (Said("same_bits" if same_bits else "rounded" if claim else "other_rows", numbers),
                 Said("probabilities", numbers), Said("article", ARTICLE))  # fmt: skip
        return Result(plots, claim, Said("same" if claim else "other", numbers), facts, notes, dict(settings))


def inputs(program: Program) -> list[tuple[Step, Step]]:
    """For each text that has position codes added to its embeddings: the step that looks them up, and the codes."""
    found = []
    for code in program.steps:
        if not isinstance(code.op, (Positions, Sinusoid)):
            continue
        ids = code.inputs[0]
        lookup = next((step for step in program.steps if isinstance(step.op, Lookup) and ids in step.inputs), None)
        if lookup is not None:
            found.append((lookup, code))
    return found


def compacted(trace: Trace, kept: Sequence[int], taken: Sequence[int]) -> Trace:
    """The run's texts with `kept` ids numbered 0, 1, …, through the same model with the rows `taken` of its tables.

    Raises the engine's errors.
    """
    number = {one: at for at, one in enumerate(kept)}
    # Special ids of the description would lie outside the new vocabulary; rows of ids need none.
    spec = replace(trace.spec, d_vocab=len(kept), pad_id=-1, start_id=-1, end_id=-1, tokenizer="",
                   d_vocab_source=len(kept) if trace.spec.d_vocab_source else 0)  # fmt: skip
    program = families.program(spec)
    if trace.program.weights and {one.name for one in program.weights} != {one.name for one in trace.program.weights}:
        raise Unfit("other_program", model=trace.spec.name)
    weights = {}
    for name, (_, at) in tables(trace.program).items():
        axes: Axes = trace.shapes[name]
        parts = [tuple(one if place == at else slice(None) for place in range(len(axes))) for one in taken]
        weights[name] = np.stack([trace.read(name, part) for part in parts], axis=at)
        assert ax.shape(program.weight_by_name[name].axes) == weights[name].shape
    model = Model(spec, program)
    batches = [[[number[one] for one in row] for row in text.real_ids] for text in trace.batches.values()]
    source = model.batch_of_ids(batches[0])
    target = model.target_of_ids(batches[1]) if len(batches) > 1 else None
    return trace.changed(Plan(program, weights, source, target, {}))


def _multiplies(step: Step) -> bool:
    return isinstance(step.op, Scale) and not step.op.divide


def _sizes(rows: np.ndarray) -> np.ndarray:
    """The RMS of each row."""
    return np.array([rms(one) for one in rows])


def _growth(ids: Sequence[int]) -> np.ndarray:
    """How many different ids there are among the first 1, 2, … of them."""
    seen: set[int] = set()
    counted = []
    for one in ids:
        seen.add(one)
        counted.append(len(seen))
    return np.array(counted, np.float64)


EXPERIMENTS = (EmbedScale(), CompactVocabulary())
