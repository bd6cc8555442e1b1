"""The composition root: languages, fonts, settings, and what nobody caught."""

from __future__ import annotations

import argparse
import logging
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from tutor import app
from tutor.engine import models
from tutor.engine.changes import Changes
from tutor.engine.live import LiveTrace
from tutor.views import style, theme


def nothing(*_: object) -> None:
    raise AssertionError("nothing is run here")


@pytest.fixture
def window(qtbot, qapp, tmp_path, monkeypatch):
    monkeypatch.setattr(app, "Engine", lambda: SimpleNamespace(run=nothing))
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    made = app.make_window(qapp, settings, "light", "en")
    qtbot.addWidget(made)
    yield made
    made.languages.use("en")
    made.close()
    style.install(qapp, theme.apply(qapp, theme.LIGHT))


@pytest.fixture
def hooked(window, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    log = tmp_path / "data" / "tutor.log"
    app.log_problems(window, log)
    yield log
    logger = logging.getLogger("tutor")
    for handler in list(logger.handlers):
        handler.close()
        logger.removeHandler(handler)


def test_what_nobody_caught_ends_in_one_sentence_and_a_log(window, hooked) -> None:
    try:
        raise ZeroDivisionError("a test divided by zero")
    except ZeroDivisionError:
        sys.excepthook(*sys.exc_info())
    said = window.status_text()
    assert "ZeroDivisionError" in said
    assert str(hooked) in said
    assert "\n" not in said
    written = hooked.read_text(encoding="utf-8")
    assert "a test divided by zero" in written
    assert "Traceback" in written
    assert QApplication.activeModalWidget() is None
    window.session.next()  # and the window goes on


def test_no_log_is_written_while_nothing_happens(hooked) -> None:
    assert not hooked.exists()


def test_a_log_that_cannot_be_written_is_no_problem_of_its_own(window, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    (tmp_path / "file").write_bytes(b"")
    app.log_problems(window, tmp_path / "file" / "tutor.log")
    sys.excepthook(ValueError, ValueError("lost"), None)
    assert "ValueError" in window.status_text()
    logger = logging.getLogger("tutor")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    assert "lost" in capsys.readouterr().err


def test_diagnostics_are_copied(window) -> None:
    window.report("ZeroDivisionError", "/somewhere/tutor.log")
    window.actions_["diagnose"].trigger()
    text = QApplication.clipboard().text()
    wanted = ("Transformer Tutor", "torch", "PySide6-Essentials", "model storyteller", "device auto",
              "ZeroDivisionError")  # fmt: skip
    for part in wanted:
        assert part in text
    assert "clipboard" in window.status_text()


def test_without_a_chinese_font_one_sentence_names_the_package(window, monkeypatch) -> None:
    monkeypatch.setattr(app, "chinese_font_is_there", lambda: False)
    window.actions_["chinese"].trigger()
    assert "fonts-noto-cjk" in window.status_text()
    window.actions_["english"].trigger()
    assert window.languages.current == "en"


def test_with_a_chinese_font_nothing_is_said(qtbot, window, monkeypatch) -> None:
    monkeypatch.setattr(app, "chinese_font_is_there", lambda: True)
    window.actions_["chinese"].trigger()
    assert "fonts" not in window.status_text()
    qtbot.waitUntil(lambda: window.actions_["run"].text() == "运行")
    assert window.actions_["chinese"].isChecked()
    assert not window.actions_["english"].isChecked()


def test_qts_own_words_are_chinese_too(window, qapp) -> None:
    window.actions_["chinese"].trigger()
    assert qapp.translate("QPlatformTheme", "Cancel") == "取消"
    window.actions_["english"].trigger()
    assert qapp.translate("QPlatformTheme", "Cancel") == "Cancel"


@pytest.mark.parametrize(("stored", "percent"), [(None, 100), ("120", 120), ("5", 80), ("900", 250), ("large", 100)])
def test_size_of_type_from_settings(tmp_path, stored, percent) -> None:
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    if stored is not None:
        settings.setValue("type", stored)
    assert app.type_size(settings) == percent


def test_choices_are_remembered(window) -> None:
    window.actions_["dark"].trigger()
    window.actions_["larger"].trigger()
    window.actions_["chinese"].trigger()
    settings = window._settings
    assert (settings.value("theme"), int(settings.value("type")), settings.value("language")) == ("dark", 110, "zh_CN")


def test_panes_and_size_come_back(qtbot, qapp, window) -> None:
    window.show()
    window.resize(760, 600)  # the offscreen screen is small, and a window comes back within its screen
    window.panes.splitter.setSizes([250, 510])
    size, sizes = window.size(), window.panes.splitter.sizes()
    window.close()
    again = app.make_window(qapp, window._settings, "light", "en")
    qtbot.addWidget(again)
    again.show()
    assert again.size() == size
    assert again.panes.splitter.sizes() == sizes
    again.close()


def asked(**changes: object) -> argparse.Namespace:
    given = dict(text=None, model=None, layers=None, device="auto", budget=512, target=None, changes=Changes())
    return argparse.Namespace(**{**given, **changes})


def test_the_window_opens_on_the_shipped_sentence_of_the_default_model(qtbot, window) -> None:
    path = app.first_trace(asked())
    assert path is not None
    window.open(path)
    qtbot.waitUntil(lambda: window.session.trace is not None and window.is_settled(), timeout=60_000)
    trace = window.session.trace
    assert trace is not None and trace.where == "saved" and trace.spec.name == models.DEFAULT
    assert window.sentence.text() == models.find().samples()[0]
    # It is the model's own: computed again, every number is the same but for the rounding of another machine.
    model = models.find()
    again = LiveTrace(model.program, model.spec, model.weights(), model.batch([window.sentence.text()]), "cpu")
    assert np.array_equal(trace["tokens"], again["tokens"])
    for name in ("blocks.3.resid_post", "blocks.2.attn.pattern", "logits"):
        np.testing.assert_allclose(trace[name], again[name], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("changes", [{"text": "Hello"}, {"model": "article"}, {"layers": 2}, {"target": ["x"]}])
def test_what_is_asked_for_comes_before_the_shipped_sentence(changes: dict) -> None:
    assert app.first_trace(asked(**changes)) is None


def test_what_was_seen_stays_seen_when_the_sentence_is_run(qtbot, window) -> None:
    """The shipped file and the model have the same steps, so the marks of the walk hold for both."""
    path = app.first_trace(asked())
    assert path is not None
    window.open(path)
    qtbot.waitUntil(lambda: window.session.trace is not None and window.is_settled(), timeout=60_000)
    window.session.next()
    seen = [stop.path for stop in window.session.stops if window.session.visited(stop)]
    model = models.find()
    window.session.set_trace(
        LiveTrace(model.program, model.spec, model.weights(), model.batch([window.sentence.text()]), "cpu")
    )  # fmt: skip
    qtbot.waitUntil(window.is_settled, timeout=60_000)
    assert [stop.path for stop in window.session.stops if window.session.visited(stop)] == seen and len(seen) == 2
