"""What the words of a lesson stand for on the run on screen: its tensors, tokens and numbers. No Qt."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from tutor.engine.program import Program
from tutor.engine.trace import Trace

_BLOCK = re.compile(r"^((?:encoder\.|decoder\.)?blocks)\.(\d+)$")


def tensor(program: Program, section: str, target: str) -> str:
    """The full name of a tensor or weight that a lesson names, "" where this model has none.

    It is looked for in the block that the learner is in (`section`), then as it stands, then in the other blocks
    nearest to that place: `attn.scores` at the output means the last block's, at the input the first block's. Of an
    encoder–decoder, the part that the learner is in comes first, the decoder where it is neither.
    """
    return next((name for name in _candidates(program, section, target)
                 if name in program.by_name or name in program.weight_by_name), "")  # fmt: skip


def _candidates(program: Program, section: str, target: str) -> Iterator[str]:
    yield f"{section}.{target}"
    sections = [one.name for one in program.sections]
    parts = ["encoder.", "decoder."] if any(one.startswith("decoder.") for one in sections) else []
    own = next((one for one in parts if section.startswith(one)), None)
    order = [own, *(one for one in parts if one != own)] if own else parts[::-1]
    if not target.startswith(("encoder.", "decoder.")):
        for part in order:
            yield part + target
    yield target
    here = sections.index(section) if section in sections else 0
    found = _BLOCK.match(section)

    def far(at: int) -> tuple[int, ...]:
        """How far a block is: blocks of the same number in the other track are as near as it gets."""
        block = _BLOCK.match(sections[at])
        assert block is not None
        if found is not None and block[1] != found[1]:
            return (0, abs(int(block[2]) - int(found[2])))
        if order and not sections[at].startswith(order[0]):
            return (2, abs(at - here))
        return (1, abs(at - here))

    blocks = sorted((at for at, name in enumerate(sections) if _BLOCK.match(name)), key=far)
    for at in blocks:
        yield f"{sections[at]}.{target}"


def token(trace: Trace, stream: str, row: int, target: str, followed: int) -> int | None:
    """The place of a token that a lesson names, in sentence `row` of a text: `first`, `last`, `followed` or a number
    counted from 0; None where the sentence has none such."""
    length = int(trace.batches[stream].lengths[row])
    at = {"first": 0, "last": length - 1, "followed": followed}.get(target)
    if at is None:
        at = int(target)
    return at if 0 <= at < length else None


def facts(trace: Trace, section: str, row: int, head: int) -> dict[str, str]:
    """The numbers `{{…}}` of a lesson, as they are written, for the run on screen and the place in it."""
    spec = trace.spec
    block = _BLOCK.match(section)
    stream = trace.program.streams[-1 if section.startswith(("decoder", "output")) else 0]
    params = sum(cost.params for cost in trace.program.costs(trace.shapes).values())
    whole = {
        "d_head": spec.d_head, "n_heads": spec.n_heads, "d_model": spec.d_model, "n_layers": spec.n_layers,
        "d_mlp": spec.d_mlp, "d_vocab": spec.d_vocab, "n_ctx": spec.n_ctx,
        "n_tokens": int(trace.batches[stream].lengths[row]), "block": int(block[2]) if block else 0, "head": head,
        "params": params,
    }  # fmt: skip
    root = f"{math.sqrt(spec.d_head):.4g}"
    return {**{name: f"{value:,}" for name, value in whole.items()}, "sqrt_d_head": root, "model": spec.name}
