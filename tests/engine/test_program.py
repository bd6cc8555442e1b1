"""The forward pass as data: its names and axes, its timeline, its code, its costs, and its form in JSON."""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import samples
import torch

from tutor.engine import axes as ax
from tutor.engine import families, ledger, models, ops
from tutor.engine.program import LENGTHS, TOKENS, Program, Step, Weight

# ---------------------------------------------------------------- names and axes

STREAM = "batch pos d_model"
ROWS = "batch pos"
SPLIT = "batch pos head d_head"
HEADS = "batch head pos d_head"
SQUARE = "batch head query_pos key_pos"
HIDDEN = "batch pos d_mlp"
CLASSES = "batch pos d_vocab"

ATTENTION = [
    ("attn.q_flat", STREAM), ("attn.k_flat", STREAM), ("attn.v_flat", STREAM),
    ("attn.q_split", SPLIT), ("attn.q", HEADS), ("attn.k_split", SPLIT), ("attn.k", HEADS),
    ("attn.v_split", SPLIT), ("attn.v", HEADS),
    ("attn.scores", SQUARE), ("attn.scaled", SQUARE), ("attn.masked", SQUARE), ("attn.pattern", SQUARE),
    ("attn.z", HEADS), ("attn.z_split", SPLIT), ("attn.concat", STREAM), ("attn_out", STREAM),
]  # fmt: skip
FFN = [("mlp.pre", HIDDEN), ("mlp.post", HIDDEN), ("mlp_out", STREAM)]


def norm(name: str, result: str) -> list[tuple[str, str]]:
    return [(f"{name}.mean", ROWS), (f"{name}.var", ROWS), (f"{name}.normalized", STREAM), (result, STREAM)]


def in_block(number: int, steps: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(f"blocks.{number}.{name}", axes) for name, axes in steps]


PRE_NORM = [
    (TOKENS, ROWS), ("embed", STREAM), ("pos_embed", "pos d_model"),
    *in_block(0, [
        ("resid_pre", STREAM), *norm("ln1", "ln1"), *ATTENTION, ("resid_mid", STREAM),
        *norm("ln2", "ln2"), *FFN, ("resid_post", STREAM),
    ]),
    *norm("ln_final", "ln_final"), ("logits", CLASSES), ("probs", CLASSES),
]  # fmt: skip
POST_NORM = [
    (TOKENS, ROWS), ("embed", STREAM), ("pos_embed", "pos d_model"),
    *in_block(0, [
        ("resid_pre", STREAM), *ATTENTION, ("attn_sum", STREAM), *norm("ln1", "resid_mid"),
        *FFN, ("mlp_sum", STREAM), *norm("ln2", "resid_post"),
    ]),
    ("logits", CLASSES), ("probs", CLASSES),
]  # fmt: skip


def listed(program: Program) -> list[tuple[str, str]]:
    shapes = program.shapes(2, 5)
    return [(step.name, " ".join(ax.names(shapes[step.name]))) for step in program]


def test_the_names_of_a_pre_norm_model() -> None:
    assert listed(families.program(samples.spec(n_layers=1))) == PRE_NORM


def test_the_names_of_a_post_norm_model() -> None:
    spec = samples.spec(n_layers=1, norm="post", final_norm=False, positions="sinusoidal", bias=False)
    assert listed(families.program(spec)) == POST_NORM


def test_names_that_follow_from_choices() -> None:
    names = [step.name for step in families.program(samples.spec(scale_embed=True, positions="none"))]
    assert names[:4] == [TOKENS, "embed", "embed_scaled", "blocks.0.resid_pre"]
    assert names[names.index("blocks.0.resid_post") + 1] == "blocks.1.resid_pre"
    shapes = families.program(samples.spec(d_head=5)).shapes(1, 2)
    assert ax.text(shapes["blocks.0.attn.q_flat"]) == "[1 batch, 2 pos, 15 d_attn]"
    assert ax.text(shapes["blocks.0.attn.W_O"]) == "[15 d_attn, 12 d_model]"


@pytest.mark.parametrize("choice", samples.EVERY)
def test_declared_axes_are_those_of_the_values(choice: str) -> None:
    trace = samples.live(samples.spec(**samples.EVERY[choice]), (5, 2))
    for step in trace.program:
        assert trace[step.name].shape == ax.shape(trace.shapes[step.name]), step.name
        assert set(ax.names(trace.shapes[step.name])) <= set(ax.NAMES)


# ---------------------------------------------------------------- timeline


def test_stops_of_a_post_norm_model() -> None:
    program = families.program(samples.spec(n_layers=1, norm="post", final_norm=False))
    assert [(stop.section, stop.stage.title, stop.path) for stop in program.stops] == [
        ("input", "Tokenize", "tokens"),
        ("input", "Embed", "embed"),
        ("input", "Positions", "blocks.0.resid_pre"),
        ("blocks.0", "Q, K, V", "blocks.0.attn.v_flat"),
        ("blocks.0", "Split heads", "blocks.0.attn.v"),
        ("blocks.0", "Scores", "blocks.0.attn.scores"),
        ("blocks.0", "Scale", "blocks.0.attn.scaled"),
        ("blocks.0", "Mask", "blocks.0.attn.masked"),
        ("blocks.0", "Softmax", "blocks.0.attn.pattern"),
        ("blocks.0", "× V", "blocks.0.attn.z"),
        ("blocks.0", "Concat", "blocks.0.attn.concat"),
        ("blocks.0", "Output projection", "blocks.0.attn_out"),
        ("blocks.0", "Add & Norm", "blocks.0.resid_mid"),
        ("blocks.0", "FFN", "blocks.0.mlp_out"),
        ("blocks.0", "Add & Norm", "blocks.0.resid_post"),
        ("output", "Logits", "logits"),
        ("output", "Probabilities", "probs"),
    ]
    assert [step.short for step in program.stop_of("blocks.0.attn_sum").steps] == [
        "attn_sum", "mean", "var", "normalized", "resid_mid",
    ]  # fmt: skip


def test_stops_of_a_pre_norm_model_show_norms_where_they_happen() -> None:
    program = families.program(samples.spec(n_layers=1))
    titles = [stop.stage.title for stop in program.stops if stop.section == "blocks.0"]
    assert (titles[0], titles[-4:]) == ("Norm 1", ["Add", "Norm 2", "FFN", "Add"])
    assert [stop.stage.title for stop in program.stops][-3:] == ["Final norm", "Logits", "Probabilities"]


def sections(program: Program) -> list[tuple[str, int | None]]:
    """What the parts of a model of two blocks are called, and their numbers."""
    one = [("input", None), ("blocks.0", 0), ("blocks.1", 1)]
    if len(program.streams) == 1:
        return [*one, ("output", None)] if program.steps[-1].section == "output" else one
    last = {step.section for step in program if step.section.startswith("encoder.")} & {
        "encoder.blocks.1", "encoder.output"
    }  # fmt: skip
    behind = [("encoder.blocks.1", 1)] * ("encoder.blocks.1" in last) + [("encoder.output", None)] * (
        "encoder.output" in last
    )
    source = [(f"encoder.{name}", number) for name, number in one[:2]] + behind
    return [*source, *((f"decoder.{name}", number) for name, number in one), ("output", None)]


@pytest.mark.parametrize("choice", samples.EVERY)
def test_every_step_is_at_one_stop_in_order(choice: str) -> None:
    program = families.program(samples.spec(**samples.EVERY[choice]))
    assert [step for stop in program.stops for step in stop.steps] == list(program.steps)
    assert [stop.number for stop in program.stops] == list(range(len(program.stops)))
    assert [(section.name, section.number) for section in program.sections] == sections(program)
    assert [stop for section in program.sections for stop in section.stops] == list(program.stops)
    for step in program:
        assert step in program.stop_of(step.name).steps
        assert program.order[step.name] == program.steps.index(step)


def test_the_tracks_of_two_texts() -> None:
    program = families.program(samples.spec(**samples.KINDS["source and target, pre-norm"]))
    assert program.streams == ("encoder.tokens", "decoder.tokens")
    assert program.sources == {"encoder.tokens", "encoder.lengths", "decoder.tokens", "decoder.lengths"}
    assert [[section.name for section in track] for track in program.tracks] == [
        ["encoder.input", "encoder.blocks.0", "encoder.blocks.1", "encoder.output"],
        ["decoder.input", "decoder.blocks.0", "decoder.blocks.1", "output"],
    ]
    # Keys and values of every decoder block are made from the encoder's result, and nothing else crosses.
    assert program.links == tuple(
        ("encoder.ln_final", f"decoder.blocks.{layer}.cross_attn.{one}_flat") for layer in range(2) for one in "kv"
    )
    assert families.program(samples.spec()).links == () and len(families.program(samples.spec()).tracks) == 1
    titles = [stop.stage.title for stop in program.stops if stop.section == "decoder.blocks.1"]
    crossing = [title for title in titles if title.startswith("Cross: ")]
    assert crossing == ["Cross: Norm 1", "Cross: Q, K, V", "Cross: Split heads", "Cross: Scores", "Cross: Scale",
                        "Cross: Padding mask", "Cross: Softmax", "Cross: × V", "Cross: Concat",
                        "Cross: Output projection", "Cross: Add"]  # fmt: skip
    keys = [stop.stage.key for stop in program.stops if stop.section == "decoder.blocks.1"]
    assert len(set(keys)) == len(keys)


def test_shapes_of_two_texts() -> None:
    program = families.program(samples.spec(**samples.KINDS["source and target, two tables"]))
    shapes = program.shapes(2, 5, 3)
    assert ax.text(shapes["decoder.blocks.0.cross_attn.scores"]) == "[2 batch, 3 head, 3 query_pos, 5 key_pos]"
    assert ax.text(shapes["encoder.W_E"]) == "[23 d_vocab, 12 d_model]"
    assert ax.text(shapes["decoder.W_E"]) == "[29 d_vocab, 12 d_model]"
    assert shapes["decoder.blocks.0.cross_attn.z"][2].size == 3 and shapes["decoder.blocks.0.cross_attn.k"][2].size == 5
    assert program.shapes(2, 4) == program.shapes(2, 4, 4)


def test_what_a_stop_hands_on() -> None:
    program = families.program(samples.spec())
    results = program.stop_of("blocks.1.attn.q").results
    assert [step.short for step in results] == ["q", "k", "v"]
    assert [step.short for step in program.stop_of("blocks.1.ln1.mean").results] == ["ln1"]


def test_checkpoints_are_what_crosses_from_one_section_into_the_next() -> None:
    assert families.program(samples.spec(n_layers=3)).checkpoints == (
        "blocks.0.resid_pre", "blocks.0.resid_post", "blocks.1.resid_post", "blocks.2.resid_post",
    )  # fmt: skip


def test_downstream_is_what_depends_on_a_name() -> None:
    program = families.program(samples.spec(tied=True))
    names = [step.name for step in program]
    assert program.downstream("blocks.1.resid_post") == set(names[names.index("blocks.1.resid_post") :])
    assert program.downstream("W_E") == set(names) - {TOKENS, "pos_embed"}
    assert program.downstream("blocks.1.attn.W_V") >= {"blocks.1.attn.v_flat", "blocks.1.attn.z", "logits"}
    assert "blocks.1.attn.pattern" not in program.downstream("blocks.1.attn.W_V")
    assert program.downstream(LENGTHS) >= {"blocks.0.attn.masked", "logits"}
    assert "blocks.0.attn.scaled" not in program.downstream(LENGTHS)


def test_an_unknown_name_is_named() -> None:
    with pytest.raises(KeyError, match=r"no step named blocks\.9"):
        families.program(samples.spec())["blocks.9"]


# ---------------------------------------------------------------- what is no program

FIRST = Step(TOKENS, ops.Tokens())
TABLE = Weight("W_E", ax.axes(("d_vocab", 5), ("d_model", 4)))
EMBED = Step("embed", ops.Lookup(), (TOKENS,), ("W_E",))


@pytest.mark.parametrize(
    "steps, sentence",
    [
        ((FIRST, EMBED, EMBED), "The name embed is used twice"),
        ((FIRST, EMBED, Step("W_E", ops.Relu(), ("embed",))), "The name W_E is used twice"),
        ((FIRST, Step(LENGTHS, ops.Identity(), (TOKENS,))), "The name lengths is used twice"),
        ((FIRST, Step("x", ops.Relu(), ("embed",)), EMBED), "x reads embed, which nothing before it makes"),
        ((FIRST, Step("x", ops.Relu(), ("x",))), "x reads x, which nothing before it makes"),
        ((FIRST, Step("embed", ops.Lookup(), (TOKENS,), ("W_X",))), "embed reads W_X"),
        ((FIRST, Step("ids", ops.Tokens())), "its name should end in tokens"),
        (
            (FIRST, Step("b.tokens", ops.Tokens()), Step("b.lengths", ops.Identity(), (TOKENS,))),
            "b.lengths is used twice",
        ),
        ((Step("x", ops.Relu()),), "A program begins with its tokens"),
        ((), "A program begins with its tokens"),
    ],
)
def test_what_makes_no_program(steps: tuple[Step, ...], sentence: str) -> None:
    Program((FIRST, EMBED), (TABLE,))
    with pytest.raises(ValueError, match=sentence):
        Program(steps, (TABLE,))


def test_operands_that_do_not_fit() -> None:
    program = Program((FIRST, EMBED, Step("z", ops.Scores(), ("embed", "embed")),
                       Step("bad", ops.Add(), ("embed", "z"))), (TABLE,))  # fmt: skip
    with pytest.raises(ax.AxesError, match=r"add does not fit .*\[1 batch, 2 pos, 4 d_model\]"):
        program.shapes(1, 2)


@pytest.mark.parametrize("inputs", [(), ("embed",), ("embed",) * 4, (LENGTHS,)], ids=len)
@pytest.mark.parametrize("kind", sorted(set(ops.known()) - {"Tokens"}))
def test_too_few_operands_or_axes_are_told_like_any_others(kind: str, inputs: tuple[str, ...]) -> None:
    program = Program((FIRST, EMBED, Step("x", ops.known()[kind](), inputs)), (TABLE,))
    try:
        shapes = program.shapes(1, 2)
    except ax.AxesError as error:
        assert "does not fit" in str(error)
    else:
        assert shapes["x"]


# ---------------------------------------------------------------- JSON


@pytest.mark.parametrize("choice", samples.EVERY)
def test_a_program_survives_json(choice: str) -> None:
    program = families.program(samples.spec(**samples.EVERY[choice]))
    back = Program.from_json(json.loads(json.dumps(program.to_json())))
    assert back.steps == program.steps
    assert [(w.name, w.axes, w.symbol) for w in back.weights] == [(w.name, w.axes, w.symbol) for w in program.weights]


def changed(at: tuple[Any, ...], value: Any) -> Callable[[dict], Any]:
    def change(data: dict) -> Any:
        inner: Any = data
        for key in at[:-1]:
            inner = inner[key]
        if value is KeyError:
            del inner[at[-1]]
        else:
            inner[at[-1]] = value
        return data

    return change


#: The step with a whole number for an option.
SCALE = 2

HOSTILE: dict[str, Callable[[dict], Any]] = {
    "unknown operation": changed(("steps", 1, "op"), "Teleport"),
    "operation of the base": changed(("steps", 1, "op"), "Op"),
    "private operation": changed(("steps", 1, "op"), "_Move"),
    "builtin": changed(("steps", 1, "op"), "__import__"),
    "operation that is no name": changed(("steps", 1, "op"), ["Lookup"]),
    "unknown option": changed(("steps", 1, "colour"), "red"),
    "option of a wrong type": changed(("steps", SCALE, "n"), "3"),
    "bool for a number": changed(("steps", SCALE, "n"), True),
    "list for a number": changed(("steps", SCALE, "n"), [1]),
    "no operation": changed(("steps", 1, "op"), KeyError),
    "no name": changed(("steps", 1, "name"), KeyError),
    "no inputs": changed(("steps", 1, "inputs"), KeyError),
    "inputs that are a number": changed(("steps", 1, "inputs"), 7),
    "stage of one word": changed(("steps", 1, "stage"), ["embed"]),
    "step that is a word": changed(("steps", 1), "embed"),
    "step that is nothing": changed(("steps", 1), None),
    "no steps": changed(("steps",), KeyError),
    "empty steps": changed(("steps",), []),
    "steps that are a table": changed(("steps",), {}),
    "no weights": changed(("weights",), KeyError),
    "weights that are words": changed(("weights",), ["W_E"]),
    "axes that are no pairs": changed(("weights", 0, "axes"), [["d_vocab"]]),
    "size that is no number": changed(("weights", 0, "axes"), [["d_vocab", "many"]]),
    "size without end": changed(("weights", 0, "axes"), [["d_vocab", float("inf")]]),
    "size that is not there": changed(("weights", 0, "axes"), [["d_vocab", None]]),
    "a list": lambda data: [data],
    "a word": lambda data: "program",
    "nothing": lambda data: None,
}


@pytest.mark.parametrize("why", HOSTILE)
def test_hostile_json_gets_one_sentence(why: str) -> None:
    good = json.loads(json.dumps(families.program(samples.spec(scale_embed=True)).to_json()))
    assert good["steps"][SCALE]["op"] == "Scale" and Program.from_json(copy.deepcopy(good))
    with pytest.raises(ValueError, match=r"^[A-Z][^\n]*\.$|^[a-zA-Z_0-9.]+ reads [^\n]*\.$"):
        Program.from_json(HOSTILE[why](copy.deepcopy(good)))


# ---------------------------------------------------------------- code and formulas


@pytest.mark.parametrize("choice", samples.EVERY)
def test_the_code_shown_is_the_code_that_runs(choice: str) -> None:
    """The very lines, run with the step's operands under their short names, make the step's values bit by bit."""
    trace = samples.live(samples.spec(**samples.EVERY[choice]), (5, 2))
    program = trace.program
    for step in program.steps:
        lines = program.code(step.name)
        assert "self" not in lines and "None" not in lines.replace("[None, :]", "").replace("None]", "").replace(
            "None, None", ""
        ), lines
        tree = ast.parse(lines)
        names = {name.rsplit(".", 1)[-1]: torch.tensor(trace[name]) for name in step.operands}
        assert len(names) == len(step.operands), f"{step.name} reads two tensors of one short name"
        given = step.name in program.streams
        space: dict[str, Any] = {"np": np, "text": "", "encode": lambda text, name=step.name: trace[name], **names}
        tables = () if given else step.op.table(*(trace.shapes[one] for one in step.operands))
        last = {one.id: at for at, statement in enumerate(tree.body) for one in ast.walk(statement)
                if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}  # fmt: skip
        for at, statement in enumerate(tree.body):
            exec(compile(ast.Module([statement], []), step.name, "exec"), space)
            for table in tables:  # once made, the engine hands these over as tensors
                if last.get(table) == at and isinstance(space[table], np.ndarray):
                    space[table] = torch.as_tensor(space[table])
        assert samples.same(np.asarray(space[step.short]), trace[step.name]), f"{step.name}:\n{lines}"


def test_the_code_shows_only_the_branch_that_runs() -> None:
    program = families.program(samples.spec())
    assert program.code("blocks.0.mlp.pre") == "pre = ln2 @ W_in + b_in"
    assert program.code("logits") == "logits = ln_final @ W_U"
    assert program.code("blocks.0.attn.scaled") == "scaled = scores / 4 ** 0.5"
    assert program.code(TOKENS) == "tokens = encode(text)"
    assert families.program(samples.spec(tied=True)).code("logits") == "logits = ln_final @ W_E.T"
    masked = families.program(samples.spec(causal=False)).code("blocks.0.attn.masked")
    assert "key > query" not in masked and "key >= lengths" in masked


@pytest.mark.parametrize("choice", samples.EVERY)
def test_every_step_has_a_formula_of_its_own_symbols(choice: str) -> None:
    program = families.program(samples.spec(**samples.EVERY[choice]))
    for step in program:
        formula = program.formula(step.name)
        assert formula.startswith(program.symbol(step.name))
        assert formula.count("{") == formula.count("}")
        if not isinstance(step.op, ops.Positions | ops.TypeRow | ops.Sinusoid | ops.Mask | ops.Normalize):
            for name in step.operands:
                assert program.symbol(name) in formula, (step.name, name)
    for step in program:
        if isinstance(step.op, ops.Scores):
            coloured = program.formula(step.name, roles=True)
            assert r"\textcolor{query}{Q" in coloured and r"\textcolor{key}{K" in coloured
    assert any(isinstance(step.op, ops.Scores) for step in program)


# ---------------------------------------------------------------- what it costs


@pytest.mark.parametrize("choice", samples.CHOICES)
def test_parameters_sum_to_the_true_count(choice: str) -> None:
    spec = samples.spec(**samples.CHOICES[choice])
    program = families.program(spec)
    d, a, h = spec.d_model, spec.d_attn, spec.d_mlp
    block = 4 * d * a + 2 * d * h + 4 * d + spec.bias * (3 * a + d + h + d)
    expected = spec.n_layers * block + spec.d_vocab * d * (1 if spec.tied else 2) + spec.bias_out * spec.d_vocab
    expected += 2 * d * spec.final_norm + spec.n_ctx * d * (spec.positions == "learned")
    rows = ledger.ledger(program, program.shapes(1, 1))
    assert sum(row.params for row in rows) == expected == sum(ax.count(w.axes) for w in program.weights)


def test_multiply_adds_of_one_layer() -> None:
    spec = samples.spec(n_layers=1)
    program = families.program(spec)
    b, n = 2, 5
    costs = program.costs(program.shapes(b, n))
    d, h = spec.d_model, spec.d_mlp
    assert costs["blocks.0.attn.q_flat"].macs == b * n * d * d
    assert costs["blocks.0.attn.scores"].macs == costs["blocks.0.attn.z"].macs == b * n * n * d
    assert costs["blocks.0.mlp.pre"].macs == costs["blocks.0.mlp_out"].macs == b * n * d * h
    assert costs["logits"].macs == b * n * d * spec.d_vocab
    for free in ("embed", "blocks.0.attn.q_split", "blocks.0.attn.q", "blocks.0.attn.concat", "blocks.0.resid_mid"):
        assert costs[free].macs == 0
    assert costs["blocks.0.attn.scores"].bytes == 4 * b * 3 * n * n
    assert costs[TOKENS].bytes == 8 * b * n


def test_a_tied_table_counts_once() -> None:
    program = families.program(samples.spec(tied=True))
    costs = program.costs(program.shapes(1, 1))
    assert (costs["embed"].params, costs["logits"].params) == (29 * 12, 0)


# ---------------------------------------------------------------- the article preset

#: The article's table, row by row: stage, tensor, shape, operation.
ARTICLE = [
    ("Tokenize", TOKENS, [4, 16], "tokenize"),
    ("Embed", "embed", [4, 16, 64], "lookup"),
    ("Positions", "pos_embed", [16, 64], "sinusoid"),
    ("Positions", "blocks.0.resid_pre", [4, 16, 64], "add"),
    ("Q, K, V", "blocks.0.attn.q_flat", [4, 16, 64], "linear"),
    ("Q, K, V", "blocks.0.attn.k_flat", [4, 16, 64], "linear"),
    ("Q, K, V", "blocks.0.attn.v_flat", [4, 16, 64], "linear"),
    ("Split heads", "blocks.0.attn.q_split", [4, 16, 4, 16], "split heads"),
    ("Split heads", "blocks.0.attn.q", [4, 4, 16, 16], "transpose"),
    ("Scores", "blocks.0.attn.scores", [4, 4, 16, 16], "q × kᵀ"),
    ("Scale", "blocks.0.attn.scaled", [4, 4, 16, 16], "scale"),
    ("Mask", "blocks.0.attn.masked", [4, 4, 16, 16], "mask"),
    ("Softmax", "blocks.0.attn.pattern", [4, 4, 16, 16], "softmax"),
    ("× V", "blocks.0.attn.z", [4, 4, 16, 16], "pattern × v"),
    ("Concat", "blocks.0.attn.z_split", [4, 16, 4, 16], "transpose"),
    ("Concat", "blocks.0.attn.concat", [4, 16, 64], "concat"),
    ("Output projection", "blocks.0.attn_out", [4, 16, 64], "linear"),
    ("Add & Norm", "blocks.0.resid_mid", [4, 16, 64], "scale and shift"),
    ("FFN", "blocks.0.mlp.pre", [4, 16, 256], "linear"),
    ("FFN", "blocks.0.mlp.post", [4, 16, 256], "ReLU"),
    ("FFN", "blocks.0.mlp_out", [4, 16, 64], "linear"),
    ("Add & Norm", "blocks.0.resid_post", [4, 16, 64], "scale and shift"),
    ("Logits", "logits", [4, 16, 100277], "linear"),
    ("Probabilities", "probs", [4, 16, 100277], "softmax"),
]


def test_the_ledger_reproduces_the_articles_table() -> None:
    model = models.find("article")
    batch = model.batch(model.samples())
    program = model.program
    shapes = program.shapes(batch.n_rows, batch.n_pos)
    rows = {row.name: row for row in ledger.ledger(program, shapes)}
    for stage, name, shape, op in ARTICLE:
        row = rows[name]
        assert (row.stage, list(row.shape), row.op) == (stage, shape, op)
    order = [rows[name].step for _, name, _, _ in ARTICLE]
    assert order == sorted(order)
    assert rows["embed"].params == 100277 * 64
    assert {ax.shape(shapes[f"blocks.0.attn.W_{one}"]) for one in "QKVO"} == {(64, 64)}
    assert program.code("blocks.0.attn.scaled").endswith("/ 16 ** 0.5")
    assert rows["blocks.0.attn.scores"].axes == ("batch", "head", "query_pos", "key_pos")
    assert "100,069" in model.spec.note
    assert (model.spec.n_ctx, model.spec.seed, model.spec.final_norm, model.spec.norm) == (256, 1337, False, "post")


def test_the_trap_of_the_articles_score_shape() -> None:
    """Context and head size are both 16 there; with 10 tokens the scores are 10 × 10."""
    model = models.find("article")
    batch = model.batch(["Chapter 1: Building Rapport and Capturing"])
    shapes = model.program.shapes(batch.n_rows, batch.n_pos)
    assert ax.shape(shapes["blocks.0.attn.scores"]) == (1, 4, 10, 10)
    assert ax.shape(shapes["blocks.0.attn.q"]) == (1, 4, 10, 16)


def test_the_articles_sinusoids() -> None:
    spec = replace(models.find("article").spec, d_vocab=5, n_layers=1)
    table = samples.live(spec, (16,))["pos_embed"]
    assert table[0].tolist() == [0.0, 1.0] * 32
    expected = [0.841471, 0.540302, 0.681561, 0.731761, 0.533168, 0.846009]
    np.testing.assert_allclose(table[1, :6], expected, atol=5e-7)
    np.testing.assert_allclose(table[15, :4], [0.650288, -0.759688, -0.968206, 0.250154], atol=5e-7)


@pytest.mark.parametrize("layers", [1, 12])
def test_the_number_of_blocks_asked_for(layers: int) -> None:
    assert models.find("article", layers).program.sections[-2].number == layers - 1


def test_the_ledger_as_text_and_json() -> None:
    program = families.program(samples.spec(n_layers=1))
    rows = ledger.ledger(program, program.shapes(1, 3))
    lines = [json.loads(line) for line in ledger.as_json(rows).splitlines()]
    assert [line["step"] for line in lines] == list(range(1, len(program) + 1))
    assert list(lines[0]) == ["step", "stage", "name", "axes", "shape", "op", "params", "macs", "bytes"]
    text = ledger.as_text(rows, "A remark.").splitlines()
    assert len(text) == len(rows) + 5 and text[-1] == "A remark."
    assert f"{sum(row.macs for row in rows):,}" in text[-2]
