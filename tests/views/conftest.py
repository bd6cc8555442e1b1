"""Windows to test with, made as the application makes them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest


@pytest.fixture
def opened(qtbot, qapp, tmp_path, monkeypatch):
    """Opens the application's window, shown and active, its engine in this process. `run` takes the place of the
    engine, `engine` is one in a process of its own."""
    from PySide6.QtCore import QLocale, QSettings

    from tutor import app
    from tutor.views import style, theme

    made = []

    def one(run=None, look="light", language="en", percent=100, size=(1280, 800), engine=None):
        if run is not None:
            monkeypatch.setattr(app, "Engine", lambda: SimpleNamespace(run=run))
        settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
        window = app.make_window(qapp, settings, look, language, percent, engine)
        made.append(window)
        qtbot.addWidget(window)
        window.resize(*size)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return window

    before = QLocale()
    yield one
    for window in made:
        window.languages.use("en")
        window.close()
    made.clear()
    QLocale.setDefault(before)
    style.install(qapp, theme.apply(qapp, theme.LIGHT))
