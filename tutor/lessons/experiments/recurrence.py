"""Why not a recurrent network: one vector for a whole sentence, and one step after another (why 16).

Two GRU translators ship for this: one whose decoder reads the encoder's last state alone, and one with attention. They
learned from the pairs of the shipped Transformer, in the same order.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from tutor.engine.changes import attentions
from tutor.engine.encodings import load as load_tokenizer
from tutor.engine.program import Program
from tutor.engine.trace import Trace
from tutor.lessons import gru
from tutor.lessons.experiment import (
    Choice,
    Control,
    Curves,
    Experiment,
    Fact,
    Grid,
    Lab,
    Number,
    Result,
    Said,
    Seed,
    Series,
    Settings,
    Toggle,
    Value,
)
from tutor.lessons.finding import parameters, real, row_of, spans, text_of
from tutor.lessons.gru import Gru
from tutor.training.pairs import Pair, held_out

#: Pairs computed at once.
PART = 64
#: The longest sentence whose steps are counted.
MOST = 64
#: From so much less of exact translations on, long sentences count as worse than short ones.
FALL = 0.04
TRANSFORMER = "translator"


class RnnBottleneck(Experiment):
    """Exact translations against the length of the sentence: a fixed vector, attention, and the Transformer.

    A translation counts where, reading the right words so far, the likeliest next token is right at every place: then
    greedy decoding gives the very sentence. The second plot replaces one source word and shows how much of what the
    decoder reads changes.
    """

    key = "rnn_bottleneck"
    whys = (16,)
    flip: Mapping[str, Value] = MappingProxyType({"context": "attention"})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        return (
            Choice("context", ("fixed", "attention"), "fixed"),
            Number("pairs", 1024, 64, 2048, log=True),
            Seed(),
            Toggle("transformer", False),
        )

    def run(self, lab: Lab, settings: Settings) -> Result:
        tokenizer = load_tokenizer(gru.load(gru.FIXED).spec.tokenizer)
        pairs = sorted(held_out(int(settings["pairs"]), int(settings["seed"])), key=lambda one: len(one.source_words))
        sizes = np.array([len(tokenizer.ids_of(pair.source)) for pair in pairs])
        nets = {"fixed": gru.load(gru.FIXED), "attention": gru.load(gru.ATTENTION)}
        exact: dict[str, np.ndarray] = {}
        for number, (name, net) in enumerate(nets.items()):
            exact[name] = np.concatenate([
                _exact(net, pairs[at : at + PART], tokenizer.ids_of) for at in _parts(lab, len(pairs), number, 3)
            ])  # fmt: skip
        if settings["transformer"]:
            exact["transformer"] = np.concatenate([
                _exact_transformer(lab, pairs[at : at + PART], tokenizer.ids_of, nets["fixed"].spec.end_id)
                for at in _parts(lab, len(pairs), 2, 3)
            ])  # fmt: skip
        chosen = exact[str(settings["context"])]
        third = len(pairs) // 3
        short, long = float(chosen[:third].mean()), float(chosen[-third:].mean())
        claim = short - long > FALL
        edges = np.unique(np.quantile(sizes, np.linspace(0, 1, 7)).astype(int))
        x, curves = _by_size(sizes, edges, exact)
        series = tuple(Series(Said(name), 100 * one, "line" if name == "fixed" else "dashed")
                       for name, one in curves.items())  # fmt: skip
        # A token is put in another's place; how far away from the end, and how much of what is read changes.
        away, kept, local = _carried(nets, pairs, tokenizer.ids_of, int(settings["seed"]))
        numbers: dict[str, Value] = {
            "pairs": len(pairs), "all": 100 * float(chosen.mean()), "short": 100 * short, "long": 100 * long,
            "short_tokens": int(sizes[third - 1]), "long_tokens": int(sizes[-third]),
            "state": nets["fixed"].spec.d_state, "near": 100 * float(kept[0]), "far": 100 * float(kept[-1]),
            "distance": int(away[-1]),
        }  # fmt: skip
        plots = (
            Curves("accuracy", x, series),
            Curves("carried", away.astype(np.float64), (Series(Said("last_state"), 100 * kept),
                                                        Series(Said("own_state"), 100 * local, "dashed"))),
        )  # fmt: skip
        facts = (
            Fact("fixed_exact", 100 * float(exact["fixed"].mean())),
            Fact("attention_exact", 100 * float(exact["attention"].mean())),
            *([Fact("transformer_exact", 100 * float(exact["transformer"].mean()))] if "transformer" in exact else []),
            Fact("fixed_parameters", nets["fixed"].spec.parameters),
            Fact("attention_parameters", nets["attention"].spec.parameters),
            Fact("state", nets["fixed"].spec.d_state),
        )  # fmt: skip
        verdict = f"{settings['context']}_{'falls' if claim else 'holds'}"
        return Result(plots, claim, Said(verdict, numbers), facts,
                      (Said("same_pairs", numbers), Said("carried", numbers)), dict(settings))  # fmt: skip


class RnnSteps(Experiment):
    """How many steps must wait for one another: a recurrent network's, counted while it runs, and the Transformer's."""

    key = "rnn_steps"
    whys = (16, 14)
    flip: Mapping[str, Value] = MappingProxyType({"phase": "writing"})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        tokens = int(text_of(lab.trace).lengths[row_of(lab)])
        tokens = min(max(2, tokens), MOST)
        return (Choice("phase", ("training", "writing"), "training"), Number("tokens", tokens, 2, MOST))

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, row_of(lab)
        tokens, writing = int(settings["tokens"]), settings["phase"] == "writing"
        lengths = np.unique(np.array([2, 4, 8, 16, 32, MOST, tokens]))
        net = gru.load(gru.FIXED)
        counted = []
        for number, length in enumerate(lengths.tolist()):
            lab.progress(number / len(lengths))
            net.steps = 0
            ids = [net.spec.start_id] * length
            net.decode(net.encode([ids]), [ids])
            counted.append(net.steps)
        # With the whole text known, one pass makes every row; a text that is being written needs a pass a token.
        passes = lengths if writing else np.ones(len(lengths), int)
        at = int(np.flatnonzero(lengths == tokens)[0])
        claim = bool(passes[-1] == passes[0]) and bool(counted[-1] > counted[0])
        chain = longest_chain(trace.program)
        first = _first_weight(trace, row)
        numbers: dict[str, Value] = {
            "tokens": tokens, "rnn": counted[at], "passes": int(passes[at]), "chain": chain,
            "path": tokens - 1, "weight": 100 * first[1] if first else 0.0,
        }  # fmt: skip
        x = lengths.astype(np.float64)
        plots = (
            Curves("steps", x, (Series(Said("rnn"), np.array(counted, np.float64)),
                                Series(Said("transformer"), passes.astype(np.float64))),
                   log_x=True, log_y=True, mark=float(tokens), mark_label=Said("tokens")),
            Grid("compared", (Said("what"), Said("rnn"), Said("transformer")),
                 ((Said("steps_row"), counted[at], int(passes[at])), (Said("path_row"), tokens - 1, 1))),
        )  # fmt: skip
        facts = [Fact("rnn_steps", counted[at]), Fact("passes", int(passes[at])), Fact("chain", chain),
                 Fact("own_parameters", parameters(trace.program))]  # fmt: skip
        if first:
            facts.append(Fact("first_weight", 100 * first[1], first[0]))
        notes = [Said("chain", numbers), *([Said("direct", numbers)] if first else [])]
        return Result(plots, claim, Said("parallel" if claim else "one_by_one", numbers), tuple(facts), tuple(notes),
                      dict(settings))  # fmt: skip


def longest_chain(program: Program) -> int:
    """How many steps of a program must wait for one another, whatever the number of tokens: its longest path."""
    depth: dict[str, int] = {}
    for step in program.steps:
        depth[step.name] = 1 + max((depth.get(name, 0) for name in step.inputs), default=0)
    return max(depth.values())


def _first_weight(trace: Trace, row: int) -> tuple[str, float] | None:
    """The most that the last query gives the first key, over heads and blocks, in the text that goes on: the step, and
    the weight. None for a run without such an attention."""
    found = []
    for path, kind in spans(trace.program, trace.shapes).items():
        pattern = attentions(trace.program)[path][0].name
        if kind != "cross" and trace.texts(pattern)[-1] is text_of(trace):
            found.append((float(real(trace, pattern, row)[..., -1, 0].max()), pattern))
    return (max(found)[1], max(found)[0]) if found else None


def _parts(lab: Lab, count: int, part: int, of: int) -> Iterator[int]:
    """Where the parts of so many pairs begin, telling how far it is: this is `part` of `of` equal ones."""
    for at in range(0, count, PART):
        lab.progress((part + at / count) / of)
        yield at


def _exact(net: Gru, pairs: Sequence[Pair], ids_of) -> np.ndarray:  # type: ignore[no-untyped-def]
    """For each pair whether every next token is right: bool [pairs]."""
    targets = [ids_of(pair.target) for pair in pairs]
    logits, _ = net.decode(net.encode([ids_of(pair.source) for pair in pairs]),
                           [[net.spec.start_id, *row] for row in targets])  # fmt: skip
    return _right(logits.argmax(-1), targets, net.spec.end_id)


def _exact_transformer(lab: Lab, pairs: Sequence[Pair], ids_of, end: int) -> np.ndarray:  # type: ignore[no-untyped-def]
    trace = lab.run([pair.source for pair in pairs], TRANSFORMER, targets=[pair.target for pair in pairs])
    return _right(trace["logits"].argmax(-1), [ids_of(pair.target) for pair in pairs], end)


def _right(best: np.ndarray, targets: Sequence[Sequence[int]], end: int) -> np.ndarray:
    return np.array([best[at, : len(row) + 1].tolist() == [*row, end] for at, row in enumerate(targets)])


def _by_size(sizes: np.ndarray, edges: np.ndarray, exact: Mapping[str, np.ndarray]) -> tuple[np.ndarray, dict]:
    """Mean length and mean exactness of the sentences between edges."""
    inside = [(sizes >= low) & (sizes < high) if at < len(edges) - 2 else (sizes >= low)
              for at, (low, high) in enumerate(itertools.pairwise(edges))]  # fmt: skip
    inside = [one for one in inside if one.any()]
    x = np.array([sizes[one].mean() for one in inside])
    return x, {name: np.array([found[one].mean() for one in inside]) for name, found in exact.items()}


def _carried(nets: Mapping[str, Gru], pairs: Sequence[Pair], ids_of, seed: int) -> tuple[np.ndarray, ...]:  # type: ignore[no-untyped-def]
    """Replace a source token by another source's: the distance from the end, and the change relative to its size of the
    last state, which is all that a fixed context has, and of the token's own state, which attention reads."""
    rng = np.random.default_rng(seed)
    rows = [ids_of(pair.source) for pair in pairs]
    length = int(np.quantile([len(row) for row in rows], 0.75))
    rows = [row for row in rows if len(row) == length][:PART]
    words = np.array(sorted({one for row in rows for one in row}))
    before = {name: net.encode(rows) for name, net in nets.items()}
    last, own = [], []
    for at in range(length - 1, -1, -1):
        other = [[*row[:at], int(rng.choice(words[words != row[at]])), *row[at + 1 :]] for row in rows]
        after = {name: net.encode(other) for name, net in nets.items()}
        last.append(_change(before["fixed"].last, after["fixed"].last))
        own.append(_change(before["attention"].states[:, at], after["attention"].states[:, at]))
    return np.arange(length), np.array(last), np.array(own)


def _change(before: np.ndarray, after: np.ndarray) -> float:
    return float((np.linalg.norm(after - before, axis=-1) / np.linalg.norm(before, axis=-1)).mean())


EXPERIMENTS = (RnnBottleneck(), RnnSteps())
