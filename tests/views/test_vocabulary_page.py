"""The page "Vocabulary" in the real window: logit lens, nearest tokens, surprise, against the trace and torch."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from windows import Small, click_cell, go, labels, press, settle, step

from tutor import resources, running
from tutor.engine import lens, models
from tutor.engine.changes import Cell
from tutor.engine.tokens import load
from tutor.views import numbers
from tutor.views.bartable import BAR
from tutor.work import Request

F = torch.nn.functional
SENTENCE = "One day, Tom met Lily in the park."


def opened_on(qtbot, opened, request, run=None):
    window = opened(run or Small())
    window.start(request)
    settle(qtbot, window)
    window.stage.equation.setFocus()
    press(qtbot, "v")
    settle(qtbot, window)
    return window


@pytest.fixture
def window(qtbot, opened):
    return opened_on(qtbot, opened, Request((SENTENCE,), "storyteller"))


def text(window) -> list[str]:
    return [token.text for token in window.session.trace.batch.rows[0]]


def click(qtbot, table, row: int, column: int) -> None:
    index = table.model().index(row, column)
    table.scrollTo(index)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(index).center())


def test_the_page_comes_and_goes_with_its_key_and_works_only_while_shown(qtbot, opened):
    window = opened(Small())
    window.start(Request((SENTENCE,), "storyteller"))
    settle(qtbot, window)
    window.stage.equation.setFocus()
    assert window.right.page() == "inspector"
    assert window.vocab.lens.rows() == ()
    step(qtbot, window, "v")
    assert window.right.page() == "vocabulary"
    assert len(window.vocab.lens.rows()) == 5
    step(qtbot, window, "v")
    assert window.right.page() == "inspector"


def test_the_lens_shows_for_each_layer_and_position_what_its_last_steps_would_predict(qtbot, window):
    trace = window.session.trace
    go(qtbot, window, "blocks.1.resid_post")
    rows = window.vocab.lens.rows()
    assert [row.title for row in rows] == ["Input", "Block 0", "Block 1", "Block 2", "Block 3"]
    assert [row.current for row in rows] == [False, False, True, False, False]
    assert window.vocab.lens.model_.columns == tuple(one.replace("·", " ") for one in text(window))
    get = {name: torch.from_numpy(np.array(trace[name])) for name in ("ln_final.w", "ln_final.b", "W_E")}
    tokenizer = load("stories")
    paths = ["blocks.0.resid_pre", *(f"blocks.{at}.resid_post" for at in range(4))]
    for row, path in zip(rows, paths):
        x = F.layer_norm(torch.from_numpy(np.array(trace[path][0])), (12,), get["ln_final.w"], get["ln_final.b"], 1e-5)
        probs = torch.softmax(x @ get["W_E"].T, -1)
        np.testing.assert_allclose(row.shares, probs.max(-1).values.numpy(), rtol=1e-4)
        assert list(row.tokens) == [tokenizer.token(int(one)).text for one in probs.argmax(-1)]
    np.testing.assert_array_equal(rows[-1].shares, trace["probs"][0].max(-1).astype(np.float64))
    assert "Only the last row was trained" in window.vocab.words()["lens"]


def test_a_click_in_the_lens_goes_to_the_residual_and_position(qtbot, window):
    click(qtbot, window.vocab.lens, 2, 3)
    settle(qtbot, window)
    assert window.session.cursor.path == "blocks.1.resid_post"
    assert window.session.cell[:2] == (0, 3)
    assert window.vocab.lens.rows()[2].current
    assert window.vocab.lens.chosen == 3
    window.vocab.lens.setFocus()
    window.vocab.lens.setCurrentIndex(window.vocab.lens.model().index(0, 1))
    qtbot.keyClick(window.vocab.lens, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert window.session.cursor.path == "blocks.0.resid_pre"
    assert window.session.cell[:2] == (0, 1)


def test_any_residual_between_has_a_row_of_its_own_and_its_likeliest_tokens(qtbot, window):
    go(qtbot, window, "blocks.2.resid_mid")
    rows = window.vocab.lens.rows()
    assert [row.title for row in rows][3] == "Block 2 resid_mid"
    assert [at for at, row in enumerate(rows) if row.current] == [3]
    made = lens.lens_ranking(window.session.trace, "blocks.2.resid_mid", (0, len(text(window)) - 1), 6)
    here = window.vocab.here.rows()
    assert [one.id for one in here[:-1]] == [one.id for one in made.entries]
    assert here[0].length == rows[3].shares[-1]
    assert here[-1].value == numbers.share(made.share)
    # The same numbers under another name are the same row.
    go(qtbot, window, "blocks.2.resid_pre")
    assert [row.current for row in window.vocab.lens.rows()] == [False, False, True, False, False]
    go(qtbot, window, "blocks.2.attn.pattern")
    assert "here" not in window.vocab.words()
    assert not any(row.current for row in window.vocab.lens.rows())


def test_nearest_tokens_of_the_row_on_screen_by_cosine_and_by_dot(qtbot, window):
    go(qtbot, window, "blocks.1.mlp_out")
    click_cell(qtbot, window, 2, 1)
    trace = window.session.trace
    table = torch.from_numpy(np.array(trace["W_E"], np.float64))
    vector = torch.from_numpy(np.array(trace["blocks.1.mlp_out"][0, 2], np.float64))
    cosine, dot = F.cosine_similarity(table, vector[None, :], dim=-1), table @ vector
    near = window.vocab.near.rows()
    assert [one.id for one in near] == torch.argsort(cosine, descending=True)[:8].tolist()
    assert near[0].value == numbers.fixed(float(cosine.max()), 3)
    qtbot.mouseClick(window.vocab.near_switch().button(1), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    near = window.vocab.near.rows()
    assert [one.id for one in near] == torch.argsort(dot, descending=True)[:8].tolist()
    assert near[0].value == numbers.fixed(float(dot.max()), 3)
    go(qtbot, window, "blocks.1.mlp.pre")
    assert "near" not in window.vocab.words()


def test_a_click_on_a_token_goes_to_its_probability_in_the_output(qtbot, window):
    go(qtbot, window, "blocks.1.resid_post")
    click_cell(qtbot, window, 3, 1)
    for table in (window.vocab.near, window.vocab.here):
        go(qtbot, window, "blocks.1.resid_post")
        window.session.pin((0, 3, 1))
        settle(qtbot, window)
        id = table.rows()[1].id
        click(qtbot, table, 1, BAR)
        settle(qtbot, window)
        assert (window.session.cursor.path, window.session.cell) == ("probs", (0, 3, id))


def test_an_embedding_is_nearest_to_itself(qtbot, window):
    go(qtbot, window, "embed")
    near = window.vocab.near.rows()
    assert near[0].token == text(window)[-1]
    assert near[0].value == "1.000"


def test_the_surprise_at_each_token_and_the_training_loss(qtbot, window):
    trace = window.session.trace
    logits = torch.from_numpy(np.array(trace["logits"][0], np.float64))
    ids = torch.from_numpy(trace.batch.ids[0].copy())
    each = F.cross_entropy(logits[:-1], ids[1:], reduction="none")
    rows = window.vocab.surprise.rows()
    assert [one.token for one in rows] == text(window)[1:]
    assert [one.lead for one in rows] == [str(at) for at in range(1, len(text(window)))]
    np.testing.assert_allclose([one.length for one in rows], each.numpy(), rtol=1e-9)
    mean = float(F.cross_entropy(logits[:-1], ids[1:]))
    assert f"mean {numbers.fixed(mean, 4)} nats over {len(rows)} tokens" in window.vocab.words()["surprise"]
    assert numbers.fixed(math.exp(mean), 2) in window.vocab.words()["surprise"]
    qtbot.mouseClick(window.vocab.unit_switch().button(1), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    np.testing.assert_allclose([one.length for one in window.vocab.surprise.rows()], each.numpy() / np.log(2))
    assert f"mean {numbers.fixed(mean / math.log(2), 4)} bits" in window.vocab.words()["surprise"]


def test_a_click_on_a_surprise_pins_the_probability_it_comes_from(qtbot, window):
    click(qtbot, window.vocab.surprise, 4, BAR)
    settle(qtbot, window)
    trace = window.session.trace
    assert window.session.cursor.path == "probs"
    assert window.session.cell == (0, 4, int(trace.batch.ids[0, 5]))
    share = window.inspector.explanation().value
    assert -math.log(share) == pytest.approx(window.vocab.surprise.rows()[4].length, rel=1e-4)
    assert [at for at, one in enumerate(window.vocab.surprise.rows()) if one.marked] == [4]


def test_another_sentence_of_the_batch_has_its_own_numbers(qtbot, opened):
    window = opened_on(qtbot, opened, Request((SENTENCE, "Tom said"), "storyteller"))
    window.session.select("batch", 1)
    settle(qtbot, window)
    trace = window.session.trace
    assert len(window.vocab.surprise.rows()) == int(trace.batch.lengths[1]) - 1
    rows = window.vocab.lens.rows()
    length = int(trace.batch.lengths[1])
    np.testing.assert_array_equal(rows[-1].shares, trace["probs"][1, :length].max(-1).astype(np.float64))


def test_the_targets_tokens_for_a_model_of_two_texts(qtbot, opened):
    window = opened_on(
        qtbot, opened, Request(("The cat drinks milk.",), "translator", targets=("猫喝牛奶。",)), running.Engine().run
    )
    trace = window.session.trace
    target = [token.text for token in trace.target.rows[0]]
    assert [one.token for one in window.vocab.surprise.rows()] == target[1:]
    logits = torch.from_numpy(np.array(trace["logits"][0], np.float64))
    ids = torch.from_numpy(trace.target.ids[0].copy())
    mean = float(F.cross_entropy(logits[: len(target) - 1], ids[1 : len(target)]))
    assert f"mean {numbers.fixed(mean, 4)} nats" in window.vocab.words()["surprise"]
    assert [row.title for row in window.vocab.lens.rows()] == ["Input", "Block 0", "Block 1"]
    assert "without a further norm" in window.vocab.words()["lens"]
    # The encoder's vectors are no residuals that the output reads, but they have neighbours of their own.
    go(qtbot, window, "encoder.blocks.0.resid_post")
    assert set(window.vocab.words()) == {"lens", "near", "surprise"}
    assert not any(row.current for row in window.vocab.lens.rows())


def test_a_model_that_fills_gaps_is_asked_what_the_gap_hid(qtbot, opened):
    window = opened_on(
        qtbot, opened, Request(("Tom went to the <|mask|> to play.",), "gap-filler"), running.Engine().run
    )
    trace = window.session.trace
    assert window.vocab.words()["surprise"] == (
        "The text does not say what its 1 gap hid, so the model's surprise at it is not known."
    )
    box = window.vocab.truth_box()
    assert box.isVisibleTo(window.vocab)
    box.setFocus()
    qtbot.keyClicks(box, "nosuchword")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert window.vocab.surprise.rows() == ()
    box.clear()
    qtbot.keyClicks(box, "park")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(qtbot, window)
    rows = window.vocab.surprise.rows()
    gap = next(at for at, token in enumerate(trace.batch.rows[0]) if token.special and token.text == "<|mask|>")
    assert [(one.token, one.lead) for one in rows] == [("·park", str(gap))]
    logits = torch.from_numpy(np.array(trace["logits"][0, gap], np.float64))
    assert rows[0].length == pytest.approx(float(F.cross_entropy(logits, torch.tensor(rows[0].id))), rel=1e-9)


def test_a_saved_trace_shows_what_it_holds(qtbot, opened):
    window = opened(Small())
    window.open(resources.path("traces", f"{models.DEFAULT}.safetensors"))
    settle(qtbot, window)
    window.right.show_page("vocabulary")
    settle(qtbot, window)
    trace = window.session.trace
    assert trace.where == "saved"
    rows = window.vocab.lens.rows()
    np.testing.assert_array_equal(rows[-1].shares, trace["probs"][0].max(-1).astype(np.float64))
    assert len(rows) == trace.spec.n_layers + 1
    assert all(row.shares is not None for row in rows)
    assert len(window.vocab.surprise.rows()) == trace.batch.n_pos - 1
    go(qtbot, window, "blocks.0.resid_post")
    assert len(window.vocab.near.rows()) == 8


def test_words_change_with_the_language_and_nothing_is_lost(qtbot, window):
    go(qtbot, window, "blocks.1.resid_post")
    before = window.vocab.lens.rows()
    window.look_desk.use_chinese()
    QApplication.processEvents()
    settle(qtbot, window)
    assert "奈特" in window.vocab.words()["surprise"]
    assert window.vocab.lens.rows()[1].title == "块 0"
    np.testing.assert_array_equal(window.vocab.lens.rows()[1].shares, before[1].shares)
    window.look_desk.use_dark()
    window.look_desk.larger()
    window.grab()


def test_where_the_surprise_is_no_number_neither_is_the_perplexity(qtbot, window):
    window.session.changes.make(Cell("blocks.0.attn.scores", (0, 0, 5, 3), math.inf))
    settle(qtbot, window)
    assert any("mean NaN nats" in one and "NaN, is the perplexity" in one for one in labels(window.vocab))
