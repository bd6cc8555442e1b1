"""How many parameters a step has, where cross-attention's keys and values come from, and which token comes next."""

from __future__ import annotations

import numpy as np

from tutor.engine import axes as ax
from tutor.engine import ops, vocabulary
from tutor.engine.program import Step
from tutor.lessons.experiment import Said, Value
from tutor.lessons.question import Asking, Cell, Choice, Kind, Question, Word, figure, finished

#: How far ahead the likeliest token must be to be asked for.
CLEAR = 0.02


def parameters(asking: Asking) -> Question | None:
    """The parameter count of a matrix, and its bias where there is one."""
    step = asking.step
    if not isinstance(step.op, ops.Linear) or not step.weights:
        return None
    shapes = [asking.trace.shapes[name] for name in step.weights]
    inner, outer = ax.shape(shapes[0])[:: -1 if step.op.transposed else 1]
    product, bias = inner * outer, outer if step.op.bias else 0
    total = sum(ax.count(shape) for shape in shapes)
    heads = next((one.op.n_heads for one, _ in asking.trace.program.consumers.get(step.name, ())
                  if isinstance(one.op, ops.SplitHeads)), 1)  # fmt: skip
    positions = asking.length(len(asking.axes) - 2) if len(asking.axes) > 1 else 1
    told: dict[str, Value] = {
        "inner": inner, "outer": outer, "bias": bias, "total": total, "heads": heads, "product": product,
        "positions": positions, "outputs": positions * outer,
    }  # fmt: skip
    wrong = [("without" if bias else "with", float(product if bias else product + outer))]
    if heads > 1:
        wrong.append(("heads", float(total * heads)))
    wrong += [("added", float(inner + outer)), ("outputs", float(positions * outer)), ("square", float(outer * outer))]
    choices = (
        figure(float(total), True, "right", told, 0),
        *(figure(value, False, key, told, 0) for key, value in wrong),
    )
    why = "why_bias" if bias else "why"
    question = Question("parameters", step.name, Said("ask", told), choices, Said(why, told), veil="none",
                        lesson="stage-qkv" if step.role in ("query", "key", "value") else "stage-ffn")  # fmt: skip
    return finished(asking, question)


def _ids_of(asking: Asking, name: str) -> str | None:
    """Whose tokens a tensor's rows are: the name of their ids."""
    text = asking.trace.texts(name)[1] if len(asking.trace.shapes[name]) > 1 else None
    return next((ids for ids, batch in asking.trace.batches.items() if batch is text), None)


def cross_source(asking: Asking) -> Question | None:
    """Where do the keys and values of cross-attention come from?"""
    step, program = asking.step, asking.trace.program
    if not isinstance(step.op, ops.Linear) or step.role not in ("key", "value") or len(program.streams) < 2:
        return None
    given = step.inputs[0]
    source = _ids_of(asking, given)
    query = _query_of(asking, step)
    if program[given].section != program.tracks[0][-1].name:
        return None  # not the encoder's last word
    if query is None or source != program.streams[0] or _ids_of(asking, query.inputs[0]) != program.streams[1]:
        return None
    told: dict[str, Value] = {"given": given, "tokens": asking.length(1), "stream": query.inputs[0]}
    choices = (
        Choice(Said("encoder"), True, Said("right", told)),
        Choice(Said("decoder"), False, Said("not_decoder", told)),
        Choice(Said("embeddings"), False, Said("not_embeddings", told)),
        Choice(Said("same_block"), False, Said("not_same_block", told)),
    )
    key = "ask_keys" if step.role == "key" else "ask_values"
    question = Question("cross_source", step.name, Said(key, told), choices, Said("why", told),
                        lesson="why-cross-attention")  # fmt: skip
    return finished(asking, question)


def _query_of(asking: Asking, step: Step) -> Step | None:
    """The projection that makes the queries which these keys or values serve."""
    program = asking.trace.program
    stop = [one for one in program.steps if one.section == step.section and one.stage == step.stage]
    return next((one for one in stop if one.role == "query" and isinstance(one.op, ops.Linear)), None)


def next_token(asking: Asking) -> Question | None:
    """Which token is the likeliest next one? In a model that continues; only where one is clearly ahead."""
    step, trace = asking.step, asking.trace
    found = vocabulary.outputs(trace.program, trace.shapes)
    if found is None or step.name != found[1] or not trace.spec.continues or len(asking.axes) != 3:
        return None
    front = asking.front()
    at = asking.length(1) - 1
    row = np.asarray(trace.read(step.name, (*front, at, slice(None)))).astype(np.float64)
    if not np.isfinite(row).all() or len(row) < 4:
        return None
    order = np.argsort(-row, kind="stable")
    best = int(order[0])
    if row[best] - row[order[1]] < CLEAR:
        return None
    text = trace.texts(step.name)[1]
    last = text.rows[front[0]][at].id if text is not None and front else -1
    other = int(asking.rng.integers(len(row)))
    wrong = [("second", int(order[1])), ("third", int(order[2])), ("again", int(last)), ("unlikely", other)]
    names = dict(zip((best, *(id for _, id in wrong)), asking.names([best, *(max(id, 0) for _, id in wrong)])))
    top = Cell(step.name, (*front, at, best))
    told: dict[str, Value] = {
        "token": asking.token(1, at), "best": names[best], "p": float(row[best]), "entries": len(row),
    }  # fmt: skip
    choices = [Choice(Word(names[best]), True, Said("right", told), {"p": top}, (top.index,))]
    for key, id in wrong:
        if id < 0 or id == best or row[id] >= row[best]:
            continue
        cell = Cell(step.name, (*front, at, id))
        said = Said(key, {**told, "chosen": names[id], "got": float(row[id])})
        choices.append(Choice(Word(names[id]), False, said, {"p": top, "got": cell}, (cell.index, top.index)))
    question = Question("next_token", step.name, Said("ask", told), tuple(choices), Said("why", told),
                        lesson="why-logits")  # fmt: skip
    return finished(asking, question)


KINDS = (
    Kind("parameters", parameters, (ops.Linear,)),
    Kind("cross_source", cross_source, (ops.Linear,), roles=("key", "value"),
         when=lambda trace: len(trace.program.streams) > 1),
    Kind("next_token", next_token, (ops.Softmax,), ax.D_VOCAB, when=lambda trace: trace.spec.continues),
)  # fmt: skip
