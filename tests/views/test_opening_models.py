"""Models of one's own in the window: a folder is opened, deep ones fold, gaps are filled at the mask."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy
from PySide6.QtCore import Qt
from windows import (
    CTRL,
    Small,
    click_cell,
    go,
    is_one_sentence,
    labels,
    live,
    press,
    run_sentence,
    settle,
    step,
    type_sentence,
)

from tutor.engine import families
from tutor.engine.spec import ModelSpec
from tutor.engine.weights import random_weights, save_model
from tutor.views import theme
from tutor.views.files_desk import FilesDesk
from tutor.views.overview import OverviewLane, Segment
from tutor.work import Request

Key = Qt.Key
WIDE, HEADS, FFN = 12, 3, 20


def bytes_as_letters() -> list[str]:
    """GPT-2's letter for each byte."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in plain]
    return [chr(one) for one, _ in sorted([*((n, n) for n in plain), *((256 + n, b) for n, b in enumerate(rest))],
                                          key=lambda pair: pair[1])]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """A tiny Llama in Hugging Face layout, with a tokenizer of bytes."""
    made = tmp_path / "tiny-llama"
    made.mkdir()
    vocabulary = {letter: number for number, letter in enumerate([*bytes_as_letters(), "<|endoftext|>"])}
    (made / "vocab.json").write_text(json.dumps(vocabulary), "utf-8")
    (made / "merges.txt").write_text("#version: 0.2\n", "utf-8")
    (made / "config.json").write_text(json.dumps({
        "model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": WIDE,
        "num_attention_heads": HEADS, "num_key_value_heads": 1, "num_hidden_layers": 2, "intermediate_size": FFN,
        "max_position_embeddings": 64, "vocab_size": len(vocabulary), "rms_norm_eps": 1e-6, "hidden_act": "silu",
        "tie_word_embeddings": True, "torch_dtype": "float32",
    }), "utf-8")  # fmt: skip
    rng = np.random.default_rng(0)
    shapes = {"embed_tokens": (len(vocabulary), WIDE), "norm": (WIDE,)}
    for layer in range(2):
        for name, shape in {
            "self_attn.q_proj": (WIDE, WIDE), "self_attn.k_proj": (4, WIDE), "self_attn.v_proj": (4, WIDE),
            "self_attn.o_proj": (WIDE, WIDE), "mlp.gate_proj": (FFN, WIDE), "mlp.up_proj": (FFN, WIDE),
            "mlp.down_proj": (WIDE, FFN), "input_layernorm": (WIDE,), "post_attention_layernorm": (WIDE,),
        }.items():  # fmt: skip
            shapes[f"layers.{layer}.{name}"] = shape
    weights = {f"model.{name}.weight": rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    safetensors.numpy.save_file(weights, made / "model.safetensors")
    return made


# -- opening ------------------------------------------------------------------------------------------------------


def test_a_model_folder_is_opened_run_and_listed(qtbot, opened, folder, monkeypatch):
    window = opened()
    window.start(Request(("Hi",)))
    settle(qtbot, window)
    monkeypatch.setattr(FilesDesk, "ask_folder", lambda self: str(folder))
    window.actions_["open_model"].trigger()
    settle(qtbot, window)
    trace = window.session.trace
    assert trace.spec.family == "llama"
    assert trace.batch.texts == ("Hi",)
    assert [chip.text for chip in window.strip._rows[0]] == ["H", "i"]
    assert window.sentence._model.currentText() == "tiny-llama"
    assert not window.sentence._layers.isVisible(), "a model with weights has its blocks"
    assert "2 blocks" in window._status.right()
    for path, words in (("blocks.0.attn.q_rot", "Rotary positions"), ("blocks.1.attn.v_shared", "Share K, V heads")):
        go(qtbot, window, path)
        assert window.stage.title() == words
        click_cell(qtbot, window, 1, 1)
        assert any(text.startswith("✓ stored") for text in labels(window.inspector))
    run_sentence(qtbot, window, "Ho")
    assert window.session.trace.batch.texts == ("Ho",)
    window.sentence.modelChosen.emit("article")
    settle(qtbot, window)
    assert window.session.trace.spec.name == "article"
    assert window.sentence._model.findText("tiny-llama") >= 0, "it stays in the list"


@pytest.mark.parametrize(("spoil", "says"), [
    (lambda at: (at / "config.json").unlink(), "config.json"),
    (lambda at: (at / "config.json").write_text('{"model_type": "mamba"}', "utf-8"), "mamba"),
    (lambda at: (at / "model.safetensors").write_bytes(b"cut short"), "model.safetensors"),
    (lambda at: (at / "vocab.json").unlink(), "tokenizer"),
])  # fmt: skip
def test_a_folder_that_is_no_model_gets_one_sentence(qtbot, opened, folder, spoil, says):
    window = opened()
    window.start(Request(("Hi",)))
    settle(qtbot, window)
    before = window.session.trace
    spoil(folder)
    window.open(folder)
    settle(qtbot, window)
    said = window.sentence.problem() or window.status_text()
    assert says in said
    assert is_one_sentence(said)
    assert window.session.trace is before
    window.sentence.modelChosen.emit("article")
    settle(qtbot, window)
    assert window.sentence.problem() == ""
    assert window.session.trace is not before, "the window goes on"


def test_asking_for_no_folder_does_nothing(qtbot, opened, monkeypatch):
    window = opened(Small())
    monkeypatch.setattr(FilesDesk, "ask_folder", lambda self: "")
    window.actions_["open_model"].trigger()
    settle(qtbot, window)
    assert window.session.trace is None


# -- the mask -----------------------------------------------------------------------------------------------------

GAPS = ModelSpec(
    "gaps", "bert", d_model=12, n_heads=3, d_head=4, n_layers=1, d_mlp=20, d_vocab=4096, n_ctx=32, norm="post",
    final_norm=False, embed_norm=True, causal=False, head="mlm", bias_out=True, tokenizer="stories",
)  # fmt: skip


@pytest.fixture
def gaps(tmp_path):
    """A small model that fills gaps, in our own layout."""
    from tutor.engine.encodings import load

    spec = replace(GAPS, d_vocab=load(GAPS.tokenizer).n_vocab)
    save_model(tmp_path / "gaps", spec, random_weights(families.program(spec), 1))
    return tmp_path / "gaps"


def test_the_mask_key_puts_a_gap_and_the_gap_is_followed(qtbot, opened, gaps):
    window = opened()
    window.start(Request(("Tom saw the ball",)))
    settle(qtbot, window)
    button = window.sentence.mask_button()
    assert not button.isVisible(), "the article's model fills no gaps"
    assert not window.actions_["mask"].isVisible()
    window.open(gaps)
    settle(qtbot, window)
    assert button.isVisible()
    mask = window.gaps.mask()
    assert button.text() == mask == "<|mask|>"
    type_sentence(qtbot, window, "Tom saw the ball")
    for _ in range(5):
        press(qtbot, Key.Key_Left)
    press(qtbot, Key.Key_M, CTRL)
    qtbot.keyClicks(window.sentence.box(), "!")
    assert window.sentence.text() == f"Tom saw the{mask}! ball"
    step(qtbot, window, Key.Key_Return, CTRL)
    row = window.session.trace.batch.rows[0]
    at = next(n for n, token in enumerate(row) if token.text == mask)
    assert window.session.positions == {"tokens": at}
    go(qtbot, window, "probs")
    assert window.stage.equation._lit(1) == (at, None), "the row of the gap is lit"
    assert window.strip._query == at
    assert "could not see what was there" in window.inspector._why
    go(qtbot, window, "blocks.0.attn.masked")
    assert window.stage.title() == "Padding mask"
    run_sentence(qtbot, window, "Tom saw the ball")
    assert window.session.positions == {}
    window.sentence.modelChosen.emit("article")
    settle(qtbot, window)
    assert not button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


# -- deep models --------------------------------------------------------------------------------------------------


def shown_rows(window) -> list[str]:
    tree = window.outline.tree()
    model = tree.model()
    return [model.index(at, 0).data() for at in range(model.rowCount()) if not tree.isRowHidden(at, tree.rootIndex())]


@pytest.fixture
def deep(qtbot, opened):
    window = opened(Small())
    window.session.set_trace(live(4, n_layers=30))
    settle(qtbot, window)
    return window


def test_of_thirty_blocks_the_outline_opens_the_current_one(qtbot, deep):
    assert shown_rows(deep) == ["Input", "Block 0", "Blocks 1–28", "Block 29", "Output"]
    go(qtbot, deep, "blocks.17.attn.scores")
    assert shown_rows(deep) == [
        "Input", "Block 0", "Blocks 1–16", "Block 17", "Blocks 18–28", "Block 29", "Output",
    ]  # fmt: skip
    tree = deep.outline.tree()
    assert tree.currentIndex().data() == "Scores"
    model = tree.model()
    heads = [model.index(at, 0) for at in range(model.rowCount())]
    fold = next(one for one in heads if one.data() == "Blocks 18–28")
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(fold).center())
    assert shown_rows(deep)[4:7] == ["Block 18", "Block 19", "Block 20"]
    assert not any(tree.isExpanded(one) for one in heads if one.data() in ("Block 18", "Block 28"))
    go(qtbot, deep, "blocks.17.attn.scaled")
    assert "Block 20" in shown_rows(deep), "what was unfolded stays so within a block"
    go(qtbot, deep, "blocks.18.attn.scores")
    assert "Block 20" not in shown_rows(deep)
    assert deep.timeline.value() == deep.session.stop.number


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_thirty_blocks_can_be_told_apart_and_hit_at_1280(qapp, scale):
    look = theme.apply(qapp, theme.LIGHT, scale)
    segments = [Segment("Input", 0, 3)]
    segments += [Segment(f"Block {n}", 3 + 12 * n, 12, short=str(n)) for n in range(30)]
    segments.append(Segment("Output", 363, 2))
    lane = OverviewLane(look, segments, 1280)
    assert all(box.width() >= 13 for box in lane.boxes)
    assert lane.boxes[-1].right() <= 1280
    small = theme.metrics(look, "caption")
    assert all(small.horizontalAdvance(str(n)) <= lane.boxes[n + 1].width() - 6 for n in range(30)), "its number fits"
    for stage in range(365):
        _, slot = lane.place(stage)
        assert lane.stage_at(slot.center().x()) == stage
    theme.apply(qapp, theme.LIGHT)


def test_stepping_through_a_deep_model_does_not_crawl(qtbot, deep):
    """Refreshing every view for a step takes a part of what a step may take."""
    import time

    go(qtbot, deep, "blocks.20.attn.scores")
    begun = time.process_time()
    for _ in range(10):
        deep.session.next()
    taken = (time.process_time() - begun) / 10
    settle(qtbot, deep)
    assert taken < 0.1
