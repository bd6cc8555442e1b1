"""What can be counted and read off: attention layers of known architectures, and the shape of the scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from tutor.engine import axes as ax
from tutor.engine import families
from tutor.engine.changes import steps_of
from tutor.engine.ops import Scores
from tutor.engine.program import Program
from tutor.engine.spec import ModelSpec
from tutor.lessons.experiment import (
    Control,
    Curves,
    Experiment,
    Fact,
    Grid,
    Lab,
    Number,
    Result,
    Said,
    Series,
    Settings,
    Toggle,
    Unfit,
    Value,
)
from tutor.lessons.finding import again, need_engine, row_of, spans, text_of

#: What the article counts (attention layers of the Transformer, of BERT base): the claim that is put to the test.
ARTICLE = (18, 12)
#: The base model of Vaswani et al. 2017 (table 3) and BERT base (Devlin et al. 2018, section 3); vocabularies as there.
TRANSFORMER = ModelSpec(
    name="Transformer base", family="encoder_decoder", d_model=512, n_heads=8, d_head=64, n_layers=6, d_mlp=2048,
    d_vocab=37000, n_ctx=512, norm="post", final_norm=False, positions="sinusoidal", scale_embed=True,
    activation="relu", tied=True,
)  # fmt: skip
BERT = ModelSpec(
    name="BERT base", family="bert", d_model=768, n_heads=12, d_head=64, n_layers=12, d_mlp=3072, d_vocab=30522,
    n_ctx=512, norm="post", final_norm=False, embed_norm=True, positions="learned", n_types=2, causal=False,
    activation="gelu", head="mlm", tied=True, bias_out=True,
)  # fmt: skip


class AttentionCount(Experiment):
    """Attention layers of the Transformer and of BERT, counted in programs that are built from their descriptions."""

    key = "attention_count"
    whys = (3, 13)
    flip: Mapping[str, Value] = MappingProxyType({"encoder": 5})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        return (Number("encoder", 6, 1, 12), Number("decoder", 6, 1, 12), Number("bert", 12, 1, 24))

    def run(self, lab: Lab, settings: Settings) -> Result:
        encoder, decoder, layers = (int(settings[key]) for key in ("encoder", "decoder", "bert"))
        programs = {
            "transformer": (TRANSFORMER, {"n_layers": decoder, "n_layers_encoder": encoder}),
            "bert": (BERT, {"n_layers": layers}),
        }
        counted: dict[str, Counter[str]] = {}
        rows = []
        for key, (base, sizes) in programs.items():
            spec = ModelSpec(**{**base.to_json(), **sizes})
            program = families.program(spec)
            counted[key] = kinds(program)
            rows.append(_row(Said(key), counted[key], spec.n_heads))
        own = kinds(lab.trace.program)
        rows.append(_row(lab.trace.spec.name, own, lab.trace.spec.n_heads))
        totals = tuple(found.total() for found in counted.values())
        claim = totals == ARTICLE
        numbers: dict[str, Value] = {
            "transformer": totals[0], "bert": totals[1], "own": own.total(), "self": counted["transformer"]["self"],
            "causal": counted["transformer"]["causal"], "cross": counted["transformer"]["cross"],
            "article": ARTICLE[0], "article_bert": ARTICLE[1], "heads": totals[0] * TRANSFORMER.n_heads,
            "n_heads": TRANSFORMER.n_heads, "model": lab.trace.spec.name,
        }  # fmt: skip
        plots = (Grid("layers", (Said("model"), Said("self"), Said("causal"), Said("cross"), Said("total"),
                                 Said("heads")), tuple(rows)),)  # fmt: skip
        facts = (Fact("transformer", totals[0]), Fact("bert", totals[1]), Fact("own", own.total()))
        return Result(plots, claim, Said("as_said" if claim else "otherwise", numbers), facts,
                      (Said("heads", numbers),), dict(settings))  # fmt: skip


class ScoreShape(Experiment):
    """The shape of the scores as the sentence grows: the last axis counts keys, whatever the size of a head."""

    key = "score_shape"
    whys = (5,)
    flip: Mapping[str, Value] = MappingProxyType({"trap": True})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        need_engine(lab)
        if not steps_of(lab.trace.program, Scores):
            raise Unfit("no_scores", model=lab.trace.spec.name)
        d_head, most = _d_head(lab), lab.trace.spec.n_ctx
        tokens = int(text_of(lab.trace).lengths[row_of(lab)])
        if tokens == d_head:  # the trap itself is no good beginning
            tokens = tokens - 1 if tokens > 2 else tokens + 1
        return (Number("tokens", min(tokens, most), 1, min(most, 128)), Toggle("trap"))

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace = lab.trace
        d_head = _d_head(lab)
        tokens = min(d_head, trace.spec.n_ctx) if settings["trap"] else int(settings["tokens"])
        ids = text_of(trace).real_ids[row_of(lab)]
        # The sentence from its beginning, again and again: only how many tokens there are matters.
        made = again(lab, [ids[at % len(ids)] for at in range(tokens)])
        scores = _own_scores(made.program, made.shapes)
        axes, shape = made.shapes[scores], made[scores].shape
        right = (1, trace.spec.n_heads, tokens, tokens)
        read = (1, trace.spec.n_heads, tokens, d_head)
        claim = shape == right and shape != read
        lengths = np.unique(np.array([1, 2, 4, 8, 16, 32, 64, d_head, tokens]))
        lengths = lengths[lengths <= trace.spec.n_ctx]
        keys = [_last(lab, int(one)) for one in lengths]
        numbers: dict[str, Value] = {
            "tokens": tokens, "d_head": d_head, "shape": _text(shape), "read": _text(read),
            "axes": ", ".join(ax.names(axes)), "heads": trace.spec.n_heads,
        }  # fmt: skip
        plots = (
            Curves("last", lengths.astype(np.float64), (Series(Said("keys"), np.array(keys, np.float64)),
                   Series(Said("d_head"), np.full(len(lengths), float(d_head)), "reference")), log_x=True, log_y=True,
                   mark=float(tokens), mark_label=Said("tokens")),
            Grid("shapes", (Said("reading"), Said("shape")), (
                (Said("real"), _text(shape)), (Said("article"), _text(read)))),
        )  # fmt: skip
        facts = (Fact("keys", int(shape[-1]), scores), Fact("d_head", d_head))
        return Result(plots, claim, Said("keys" if claim else "trap", numbers), facts, (Said("named", numbers),),
                      dict(settings))  # fmt: skip


def kinds(program: Program) -> Counter[str]:
    """How many attentions there are of each kind: `self`, `causal`, `cross`."""
    return Counter(spans(program, program.shapes(1, 2, 3)).values())


def _row(name: Said | str, found: Counter[str], heads: int) -> tuple[Said | str | int, ...]:
    total = found.total()
    return name, found["self"], found["causal"], found["cross"], total, total * heads


def _own_scores(program: Program, shapes: Mapping[str, ax.Axes]) -> str:
    """The first scores of the text that goes on against itself."""
    texts = program.texts(shapes)
    return next(step.name for step in steps_of(program, Scores)
                if texts[step.name][-2:] == (program.streams[-1],) * 2)  # fmt: skip


def _d_head(lab: Lab) -> int:
    program = lab.trace.program
    return lab.trace.shapes[program[_own_scores(program, lab.trace.shapes)].inputs[0]][-1].size


def _last(lab: Lab, tokens: int) -> int:
    """The size of the last axis of the scores for so many tokens, as the program infers it."""
    program = lab.trace.program
    shapes = program.shapes(1, *((lab.trace.batch.n_pos, tokens) if len(program.streams) > 1 else (tokens,)))
    return shapes[_own_scores(program, shapes)][-1].size


def _text(shape: tuple[int, ...]) -> str:
    return "[" + ", ".join(map(str, shape)) + "]"


EXPERIMENTS = (AttentionCount(), ScoreShape())
