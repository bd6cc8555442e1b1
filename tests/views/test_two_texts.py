"""A model of two texts in the window: two tracks walked by keys, a target typed or written, a token followed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QSpinBox
from windows import (
    CTRL,
    SHIFT,
    Small,
    click_cell,
    go,
    is_one_sentence,
    labels,
    press,
    settle,
    step,
    type_sentence,
    weights,
    widget_named,
)

from tutor import work
from tutor.engine import decoding, families, models
from tutor.engine.live import LiveTrace
from tutor.running import decoded
from tutor.work import Request, Run

Key = Qt.Key
SOURCE, TARGET = "encoder.tokens", "decoder.tokens"
SENTENCE = "The cat drinks milk"
CROSS = "decoder.blocks.0.cross_attn."


class Pairs(Small):
    """Runs sources and targets through a small encoder–decoder; a missing target is decoded."""

    def _run(self, request: Request) -> Run:
        if request.model != "seq2seq":
            return super()._run(request)
        model = models.find("seq2seq", request.layers or 1)
        spec = replace(model.spec, d_model=12, n_heads=3, d_head=4, d_mlp=20)
        model = replace(model, spec=spec, program=families.program(spec))
        batch = model.batch(request.texts)

        def live(target):
            held = weights(model.program, spec.seed)
            return LiveTrace(model.program, spec, held, batch, request.device, target=target)

        given = any(request.targets)
        trace = live(work.target(model, request.targets)) if given else decoded(model, live, batch.n_rows)
        return Run(trace, 0.001, request)


@pytest.fixture
def pairs(monkeypatch) -> Pairs:
    monkeypatch.setattr(decoding, "MOST", 3)
    return Pairs()


@pytest.fixture
def window(qtbot, opened, pairs):
    one = opened(pairs)
    one.start(Request((SENTENCE,), "seq2seq", targets=("Die Katze",)))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


def rows(window) -> list[list[str]]:
    return [[chip.text for chip in row] for row in window.strip._rows]


def type_target(qtbot, window, text: str) -> None:
    press(qtbot, Key.Key_L, CTRL | SHIFT)
    box = window.sentence.target_box()
    assert box.hasFocus()
    qtbot.keyClick(box, Key.Key_Delete)
    qtbot.keyClicks(box, text)


def marks(window) -> tuple:
    strip = window.strip
    return (strip._query_row, strip._query), (strip._key_row, strip._key)


# -- two tracks ---------------------------------------------------------------------------------------------------


def test_the_walk_goes_through_the_encoder_and_on_through_the_decoder(qtbot, window):
    program, line = window.session.trace.program, window.timeline
    seen = []
    for stop in program.stops:
        assert window.session.stop is stop
        assert line.value() == stop.number
        _, slot = line._overview.place(stop.number)
        track = program.streams.index(window.session.section.track)
        assert line._overview.track_at(slot.center().y()) == track
        assert [title.split("\n")[0] for title in window.strip._titles] == ["Source", "Target"]
        assert window.strip._selected == track
        seen.append((track, window.session.section.name))
        step(qtbot, window, ".")
    assert seen == sorted(seen, key=lambda one: one[0]), "the encoder first, then the decoder"
    assert seen[-1] == (1, "output")
    assert window.status_text().startswith("Output · Probabilities")
    go(qtbot, window, "encoder.blocks.0.attn.scores")
    assert window.status_text().startswith("Encoder · Block 0 · Scores")
    assert "Encoder · Block 0, Scores" in line.accessibleDescription()
    go(qtbot, window, CROSS + "scores")
    assert window.status_text().startswith("Decoder · Block 0 · Cross: Scores")


def test_both_tracks_are_clicked_and_a_drag_stays_on_its_track(qtbot, window):
    program, line = window.session.trace.program, window.timeline
    for path in ("encoder.blocks.0.mlp_out", "decoder.blocks.0.attn.z", "encoder.embed", "probs"):
        stop = program.stop_of(path)
        _, slot = line._overview.place(stop.number)
        qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=slot.center().toPoint())
        qtbot.waitUntil(lambda stop=stop: window.session.stop is stop)
    settle(qtbot, window)
    _, first = line._overview.place(0)
    _, other = line._overview.place(program.stop_of("decoder.blocks.0.mlp_out").number)
    qtbot.mousePress(line, Qt.MouseButton.LeftButton, pos=first.center().toPoint())
    qtbot.mouseMove(line, other.center().toPoint())
    qtbot.mouseRelease(line, Qt.MouseButton.LeftButton, pos=other.center().toPoint())
    qtbot.waitUntil(lambda: window.session.section.track == SOURCE)
    settle(qtbot, window)


def test_sections_follow_one_another_across_the_tracks(qtbot, window):
    names = [one.name for one in window.session.trace.program.sections]
    for name in names[1:]:
        step(qtbot, window, Key.Key_PageDown, CTRL)
        assert window.session.section.name == name
    for name in reversed(names[:-1]):
        step(qtbot, window, Key.Key_PageUp, CTRL)
        assert window.session.section.name == name


def test_the_link_is_where_cross_attention_reads_the_encoder(qtbot, window):
    program, line = window.session.trace.program, window.timeline
    links = line._overview.links
    assert [(one.source, one.reader) for one in links] == [
        (program.stop_of("encoder.blocks.0.resid_post").number, program.stop_of(CROSS + "k_flat").number)
    ]
    colour = window.look.role("K").name()
    _, slot = line._overview.place(links[0].reader)
    image = line.grab().toImage()
    x, bottom = round(slot.center().x()), int(slot.top())
    seen = {image.pixelColor(at, y).name() for at in range(x - 2, x + 3) for y in range(bottom - 12, bottom)}
    assert colour in seen, "the arrow ends at the stage that reads"


def test_a_model_of_one_text_has_one_track_and_one_box(qtbot, window):
    two = window.timeline.height()
    window.start(Request((SENTENCE,), "article"))
    settle(qtbot, window)
    assert window.timeline._overview.tracks == ()
    assert window.timeline.height() < two
    assert not window.sentence.has_target()
    assert not window.writing.isVisible()
    assert "Sentence" in labels(window.sentence)
    assert rows(window) == [["The", " cat", " drinks", " milk"]]
    assert not window.actions_["target"].isVisible()


def test_attention_folds_where_there_are_two(qtbot, window):
    go(qtbot, window, CROSS + "pattern")
    chips = [chip.title for chip in window.timeline._chips]
    assert chips[:3] == ["Self-attention (9)", "Add & Norm", "Q, K, V"]
    tree = window.outline.tree()
    assert tree.currentIndex().data() == "Softmax"
    assert tree.currentIndex().parent().data() == "Cross-attention"
    assert tree.currentIndex().parent().parent().data() == "Decoder · Block 0"
    qtbot.mouseClick(window.timeline, Qt.MouseButton.LeftButton,
                     pos=window.timeline._lane.boxes[0].center().toPoint())  # fmt: skip
    settle(qtbot, window)
    assert window.session.step.name == "decoder.blocks.0.attn.q_flat"
    assert "Cross-attention (9)" in [chip.title for chip in window.timeline._chips]


# -- source and target --------------------------------------------------------------------------------------------


def test_a_given_target_is_read_as_it_stands(window):
    assert rows(window) == [["The", " cat", " drinks", " milk"], ["<|endoftext|>", "Die", " Kat", "ze"]]
    assert window.strip._rows[1][0].kind == "special", "the start token"
    assert (window.sentence.text(), window.sentence.target()) == (SENTENCE, "Die Katze")
    assert {"Source", "Target"} <= set(labels(window.sentence))


def test_a_target_is_typed_run_and_cleared_again(qtbot, window, pairs):
    type_target(qtbot, window, "Ein Hund")
    qtbot.waitUntil(lambda: rows(window)[1] == ["<|endoftext|>", "E", "in", " H", "und"])
    step(qtbot, window, Key.Key_Return, CTRL)
    assert pairs.requests[-1].targets == ("Ein Hund",)
    assert window.session.trace.target.texts == ("Ein Hund",)
    type_target(qtbot, window, "")
    settle(qtbot, window)
    assert rows(window)[1] == []
    assert "the model writes it when you run" in window.strip._notes
    step(qtbot, window, Key.Key_Return, CTRL)
    assert pairs.requests[-1].targets == ()
    trace = window.session.trace
    assert trace.target.n_pos == 4, "the start and three decoded tokens"
    assert rows(window)[1] == [chip.text for chip in window.strip._rows[1]] != []
    assert window.strip._titles[1] == "Target\nby the model"
    assert window.sentence.target() == "", "what the model wrote is no typed text"
    assert window.sentence.target_box().placeholderText().startswith("The model wrote: ")


def test_another_source_takes_away_what_was_written_for_the_old_one(qtbot, window):
    window.start(Request((SENTENCE,), "seq2seq"))
    settle(qtbot, window)
    assert rows(window)[1]
    type_sentence(qtbot, window, "Dogs")
    settle(qtbot, window)
    assert rows(window) == [["D", "ogs"], []]
    assert not window.sentence.target_box().placeholderText().startswith("The model wrote")
    type_sentence(qtbot, window, SENTENCE)
    settle(qtbot, window)
    assert rows(window)[1], "the run on screen is again of what is in the box"


def test_what_is_wrong_is_said_at_its_own_box(qtbot, window):
    trace = window.session.trace
    type_target(qtbot, window, "")
    window.sentence.target_box().put("word " * 300)
    step(qtbot, window, Key.Key_Return, CTRL)
    assert "this model reads 255" in window.sentence.target_problem()
    assert is_one_sentence(window.sentence.target_problem())
    assert window.sentence.problem() == ""
    assert (window.sentence.box().property("error"), window.sentence.target_box().property("error")) == (False, True)
    assert window.session.trace is trace
    type_target(qtbot, window, "Katze")
    type_sentence(qtbot, window, "")
    step(qtbot, window, Key.Key_Return, CTRL)
    assert window.sentence.problem() == "The text is empty: write at least one word."
    assert window.sentence.target_problem() == ""
    run = "Dogs"
    type_sentence(qtbot, window, run)
    step(qtbot, window, Key.Key_Return, CTRL)
    assert (window.sentence.problem(), window.sentence.target_problem()) == ("", "")
    assert window.session.trace.batch.texts == (run,)


def test_every_sentence_has_its_pair(qtbot, window, pairs):
    qtbot.mouseClick(widget_named(window, QPushButton, "Add a sentence to the batch"), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(window.sentence.box(), "Dogs")
    step(qtbot, window, Key.Key_Return, CTRL)
    assert window.sentence.target_problem() == "Sentence 1 has no target: give every sentence one, or none."
    type_target(qtbot, window, "Hunde bellen")
    step(qtbot, window, Key.Key_Return, CTRL)
    assert pairs.requests[-1].texts == (SENTENCE, "Dogs")
    assert pairs.requests[-1].targets == ("Die Katze", "Hunde bellen")
    settle(qtbot, window)
    assert rows(window)[0][:2] == ["D", "ogs"]
    assert window.session.selection.of(window.session.trace.shapes[SOURCE][0]) == 1
    number = widget_named(window, QSpinBox, "Sentence number")
    number.setFocus()
    step(qtbot, window, Key.Key_Down)
    assert (window.sentence.text(), window.sentence.target()) == (SENTENCE, "Die Katze")
    assert rows(window)[1][:4] == ["<|endoftext|>", "Die", " Kat", "ze"]


def test_a_saved_pair_is_opened_with_both_texts(qtbot, window, tmp_path):
    window.desk.save(window.session.trace, tmp_path / "pair.safetensors")
    settle(qtbot, window)
    before = rows(window)
    window.start(Request(("Something else",)))
    settle(qtbot, window)
    assert not window.sentence.has_target()
    window.open(tmp_path / "pair.safetensors")
    settle(qtbot, window)
    assert window.session.trace.where == "saved"
    assert rows(window) == before
    assert (window.sentence.text(), window.sentence.target()) == (SENTENCE, "Die Katze")
    go(qtbot, window, CROSS + "pattern")
    click_cell(qtbot, window, 1, 2)
    assert any(text.startswith("✓ stored") for text in labels(window.inspector))


# -- the token that is followed -----------------------------------------------------------------------------------


def test_the_token_being_written_is_chosen_apart_from_the_stage(qtbot, window):
    session, spin = window.session, window.writing.spin()
    assert window.writing.isVisible()
    assert (spin.minimum(), spin.maximum(), spin.value()) == (1, 4, 4)
    go(qtbot, window, "decoder.blocks.0.attn.pattern")
    assert marks(window)[0] == (1, 3)
    assert window.stage.equation._lit(1) == (3, None)
    spin.setFocus()
    step(qtbot, window, Key.Key_Down)
    assert session.positions == {TARGET: 2}
    assert marks(window)[0] == (1, 2)
    for path in ("decoder.blocks.0.attn.masked", CROSS + "q_flat", CROSS + "pattern", "probs"):
        go(qtbot, window, path)
        assert window.stage.equation._lit(len(window.stage.equation.parts()) - 1) == (2, None), path
        assert marks(window)[0] == (1, 2)
    go(qtbot, window, "encoder.blocks.0.attn.scores")
    assert marks(window)[0][1] is None, "the source follows no token yet"
    assert window.inspector.explanation() is None, "nothing is pinned"


def test_a_chip_of_either_strip_is_followed(qtbot, window):
    strip = window.strip
    go(qtbot, window, CROSS + "pattern")
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.chip_rect(1, 1).center().toPoint())
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.chip_rect(0, 2).center().toPoint())
    settle(qtbot, window)
    assert window.session.positions == {SOURCE: 2, TARGET: 1}
    assert marks(window) == ((1, 1), (0, 2)), "the query is the target's token, the key the source's"
    assert window.stage.equation._lit(1) == (1, 2)
    assert "query" in strip.describe(1, 1)
    assert "key" in strip.describe(0, 2)
    go(qtbot, window, "encoder.blocks.0.attn.pattern")
    assert marks(window) == ((0, 2), (0, None))
    assert window.stage.equation._lit(1) == (2, None)
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.chip_rect(0, 2).center().toPoint())
    assert window.session.positions == {TARGET: 1}, "once more lets it go"


def test_a_pinned_cell_marks_both_strips_and_is_followed_on(qtbot, window):
    go(qtbot, window, CROSS + "scores")
    click_cell(qtbot, window, 1, 3)
    assert marks(window) == ((1, 1), (0, 3))
    assert "query Die (1)" in window.inspector.explanation().place
    assert "key ·milk (3)" in window.inspector.explanation().place
    assert window.session.positions[TARGET] == 1
    window.writing.spin().setValue(3)
    settle(qtbot, window)
    assert window.session.cell[-2:] == (2, 3), "the pinned cell goes along"
    step(qtbot, window, ".")
    assert window.session.cell is None
    assert marks(window)[0] == (1, 2)
