"""The Program as a graph to draw: where the residual stream runs, what branches off it, what stands side by side."""

from __future__ import annotations

import pytest
import samples

from tutor.engine import families, graph
from tutor.engine.graph import ADD, MARK, THROUGH, Graph


def of(choice: str, folds: tuple[tuple[str, ...], ...] = (), **changes: object) -> Graph:
    return graph.graph(families.program(samples.spec(**{**samples.EVERY[choice], **changes})), folds)


def kinds(made: Graph, *kinds_: str) -> list[str]:
    return [box.name for box in made.boxes if box.kind in kinds_]


def reads(made: Graph, name: str) -> dict[str, str]:
    """What feeds the box of this address, and how."""
    at = made.box_of(name)
    return {
        made.boxes[one.source].name: "stream" if one.stream else "late" if one.late else one.role
        for one in made.arrows
        if one.target == at
    }


def test_pre_norm_leaves_the_stream_before_each_norm_and_comes_back_at_a_sum() -> None:
    made = of("pre-norm", n_layers=2)
    assert kinds(made, ADD) == [f"blocks.{n}.{one}" for n in range(2) for one in ("resid_mid", "resid_post")]
    assert kinds(made, MARK) == ["blocks.1.resid_pre"] and kinds(made, THROUGH) == []
    assert [box.name for box in made.boxes if box.starts] == ["blocks.0.resid_pre"]
    assert reads(made, "blocks.0.ln1") == {"blocks.0.resid_pre": "stream"}
    assert reads(made, "blocks.0.resid_mid") == {"blocks.0.resid_pre": "stream", "blocks.0.attn_out": ""}
    assert reads(made, "blocks.0.ln2") == {"blocks.0.resid_mid": "stream"}
    beside = [row for row in made.rows if row.add is not None]
    assert [made.boxes[row.boxes[0]].name for row in beside] == [
        f"blocks.{n}.{one}" for n in range(2) for one in ("attn_out", "mlp_out")
    ]


def test_in_a_post_norm_block_the_stream_goes_through_the_norms() -> None:
    made = of("post-norm", n_layers=1)
    assert kinds(made, ADD) == ["blocks.0.attn_sum", "blocks.0.mlp_sum"]
    assert kinds(made, THROUGH) == ["blocks.0.resid_mid", "blocks.0.resid_post"]
    assert reads(made, "blocks.0.resid_mid") == {"blocks.0.attn_sum": "stream"}
    assert reads(made, "blocks.0.mlp.post") == {"blocks.0.resid_mid": "stream"}
    assert reads(made, "logits") == {"blocks.0.resid_post": "stream"}


def test_q_k_and_v_stand_side_by_side_and_so_does_a_gate() -> None:
    made = of("rotary, shared heads", n_layers=1)
    abreast = [[made.boxes[at].name for at in row.boxes] for row in made.rows if len(row.boxes) > 1]
    attn = "blocks.0.attn."
    assert abreast == [[attn + "q_flat", attn + "k_flat", attn + "v_flat"], ["blocks.0.mlp.act", "blocks.0.mlp.pre"]]
    assert [made.boxes[made.box_of(attn + one)].role for one in ("q_flat", "k_flat", "v_flat")] == [
        "query", "key", "value",
    ]  # fmt: skip
    assert reads(made, "blocks.0.mlp.post") == {"blocks.0.mlp.act": "", "blocks.0.mlp.pre": ""}
    assert reads(made, attn + "z") == {attn + "pattern": "", attn + "v_shared": "value"}


def test_side_by_side_branches_meet_in_one_sum() -> None:
    made = of("parallel residual", n_layers=1)
    assert kinds(made, ADD) == ["blocks.0.resid_post"]
    assert reads(made, "blocks.0.resid_post") == {
        "blocks.0.resid_pre": "stream", "blocks.0.attn_out": "", "blocks.0.mlp_out": "",
    }  # fmt: skip
    assert reads(made, "blocks.0.ln1") == reads(made, "blocks.0.ln2") == {"blocks.0.resid_pre": "stream"}


def test_keys_and_values_of_cross_attention_come_from_the_encoder() -> None:
    made = of("source and target", n_layers=2)
    assert made.tracks == 2
    crossing = [
        (made.boxes[one.source].name, made.boxes[one.target].name)
        for one in made.arrows
        if made.boxes[one.source].track != made.boxes[one.target].track
    ]
    assert crossing == [
        ("encoder.blocks.0.resid_post", f"decoder.blocks.{n}.cross_attn.{one}_flat") for n in range(2) for one in "kv"
    ]
    mask = made.boxes[made.box_of("decoder.blocks.0.cross_attn.masked")]
    assert mask.given == ("encoder.lengths",)


def test_folded_blocks_are_one_card_that_the_stream_goes_through() -> None:
    program = families.program(samples.spec(n_layers=5))
    assert graph.blocks(program) == (tuple(f"blocks.{n}" for n in range(5)),)
    made = graph.graph(program, [("blocks.0",), ("blocks.2", "blocks.3", "blocks.4")])
    cards = [box for box in made.boxes if box.folded]
    assert [card.folded for card in cards] == [("blocks.0",), ("blocks.2", "blocks.3", "blocks.4")]
    assert all(card.kind == THROUGH for card in cards)
    assert cards[1].name == "blocks.4.resid_post" and len(cards[1].stops) == 42
    assert reads(made, "blocks.4.resid_post") == {"blocks.1.resid_post": "stream"}
    assert reads(made, "ln_final") == {"blocks.4.resid_post": "stream"}


@pytest.mark.parametrize("choice", ["source and target", "source and target, pre-norm"])
def test_blocks_of_both_tracks_fold_apart(choice: str) -> None:
    program = families.program(samples.spec(**{**samples.EVERY[choice], "n_layers": 2, "n_layers_encoder": 2}))
    assert graph.blocks(program) == (
        ("encoder.blocks.0", "encoder.blocks.1"), ("decoder.blocks.0", "decoder.blocks.1"),
    )  # fmt: skip
    made = graph.graph(program, graph.blocks(program))
    names = {box.name: box for box in made.boxes}
    assert names["decoder.blocks.1.resid_post"].folded == ("decoder.blocks.0", "decoder.blocks.1")
    last = "encoder.ln_final" if choice.endswith("pre-norm") else "encoder.blocks.1.resid_post"
    assert last in reads(made, "decoder.blocks.1.resid_post")
