"""Where the engine has a process of its own, the window's never imports torch: walked through, and looked at."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHILD = '''
import argparse, os, sys, threading
from pathlib import Path
from PySide6.QtCore import QEventLoop, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from tutor import app
from tutor.engine.changes import Cell, Changes, Head
from tutor.engine.remote import RemoteTrace
from tutor.engine_process import EngineProcess

folder = Path(sys.argv[1])
app.settings_file = lambda: QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
app.log_file = lambda: folder / "tutor.log"
made = []
make = app.make_window


def making(*given, **named):
    made.append((make(*given, **named), given[-1]))
    return made[0][0]


app.make_window = making


def settled():
    while not window.is_settled():
        loop = QEventLoop()
        window.settled.connect(loop.quit)
        QTimer.singleShot(60_000, loop.quit)
        loop.exec()
        window.settled.disconnect(loop.quit)


def key(name, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(window.stage.equation, name, modifier)
    settled()


def use():
    """What a learner does, as far as it asks something of the engine."""
    global window
    window, engine = made[0]
    settled()
    assert window.session.trace.where == "saved"
    window.sentence.box().set_sentence("Tom met Lily")
    window.desk.run()
    settled()
    trace = window.session.trace
    assert isinstance(trace, RemoteTrace), window.status_text()
    for step in trace.program.stops:
        key(Qt.Key.Key_Period)
    for path in ("blocks.1.attn.pattern", "blocks.2.resid_post", "logits", "probs"):
        window.session.go(path)
        settled()
        window.session.pin((0,) * len(trace.shapes[path]))
        settled()
        assert window.inspector.explanation() is not None, path
    for page in ("vocabulary", "heads", "whatif", "inspector"):
        window.right.show_page(page)
        settled()
    for view in ("bars", "table", "grid", "heat"):
        window.stage.show_view(view)
        settled()
    window.heads_desk.toggle()
    settled()
    window.session.changes.make(Head("blocks.1.attn", 0))
    window.session.changes.make(Cell("blocks.0.attn.W_Q", (0, 0), 2.0))
    settled()
    assert len(window.session.changes.made) == 2
    window.what_if.next_view()
    settled()
    window.session.changes.reset()
    window.continue_desk.toggle()
    settled()
    window.desk.extend(2, window.continue_desk.rules())
    settled()
    assert window.session.trace.batch.n_pos == trace.batch.n_pos + 2
    window.places.copy_code()
    window.places.toggle()
    settled()
    window.desk.save(window.session.trace, folder / "saved.safetensors")
    settled()
    window.desk.use_model("gap-filler")
    settled()
    window.desk.use_model("translator")
    settled()
    assert window.session.trace.target is not None
    window.models_desk.open(window.look)
    settled()
    for dialog in QApplication.topLevelWidgets():
        if dialog.isModal():
            dialog.close()
    window.look_desk.use_dark()
    window.maps.toggle()
    settled()
    left.append(engine._remote._asker._process)
    window.close()


left = []


def using():
    if not made or not made[0][0].isVisible():  # what it opens on may be waited for first
        QTimer.singleShot(20, using)
        return
    try:
        use()
    except BaseException:
        import traceback
        traceback.print_exc()
        os._exit(1)


QTimer.singleShot(0, using)
options = argparse.Namespace(
    text=None, model=None, layers=None, device="cpu", budget=512, target=None, theme="light", language="en",
    changes=Changes(), code=None,
)
assert app.run(options, None) == 0
assert not [name for name in sys.modules if name.split(".")[0] == "torch"], "torch was imported in the window"
assert left[0].has_ended(), "the engine's process is still there"
assert threading.active_count() == 1, threading.enumerate()
print("used")
'''


@pytest.mark.skipif(sys.platform == "win32", reason="needs the offscreen platform")
def test_torch_is_never_imported_in_the_windows_process(tmp_path) -> None:
    environment = {
        **os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error",
        "TRANSFORMER_TUTOR_DATA": str(tmp_path / "data"),
    }  # fmt: skip
    result = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CHILD, str(tmp_path)], env=environment, capture_output=True,
        text=True, encoding="utf-8", timeout=200, cwd=tmp_path,
    )  # fmt: skip
    complaints = [line for line in result.stderr.splitlines() if "propagateSizeHints" not in line]
    assert complaints == [], result.stderr
    assert result.returncode == 0
    assert result.stdout == "used\n"
    assert not (tmp_path / "tutor.log").exists()
