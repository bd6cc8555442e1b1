"""The window on a saved trace, in a process where torch cannot be imported at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from windows import live

from tutor.engine import models, saved
from tutor.engine.live import LiveTrace

ROOT = Path(__file__).resolve().parents[2]
CHILD = '''
import sys, threading

class NoTorch:
    """Torch is not installed, as far as this process can tell."""
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ImportError("torch was imported")
        return None

sys.meta_path.insert(0, NoTorch())
try:
    import torch
except ImportError:
    pass
else:
    sys.exit("torch could be imported all the same")

from pathlib import Path
from PySide6.QtCore import QEventLoop, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from tutor import app



def settled():
    """Lets the window work until everything on screen is up to date."""
    while not window.is_settled():
        loop = QEventLoop()
        window.settled.connect(loop.quit)
        QTimer.singleShot(30_000, loop.quit)
        loop.exec()
        window.settled.disconnect(loop.quit)
        if not window.is_settled():
            return False
    return True


qt = app.make_app(["test"])
folder = Path(sys.argv[1])
settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
window = app.make_window(qt, settings, "light", "en")
window.resize(1280, 800)
window.show()
assert settled()
assert "pyqtgraph" not in sys.modules, "pyqtgraph comes with the first plot"
assert not any(name.split(".")[0] == "torch" for name in sys.modules)
window.open(folder / "trace.safetensors")
assert settled()
trace = window.session.trace
assert trace is not None, window.status_text()
assert trace.where == "saved"


def key(name, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(window.stage.equation, name, modifier)
    assert settled()


def pin_some():
    """Click three cells of the result; each is worked out, with its check mark."""
    view = window.stage.equation
    rows, cols = view.parts()[-1].data.shape
    for row, col in {(0, 0), (rows - 1, cols - 1), (rows // 2, cols // 3)}:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
                         view.cell_rect(len(view.parts()) - 1, row, col).center().toPoint())
        assert settled()
        shown = window.inspector.explanation()
        path = window.session.cursor.path
        assert shown is not None, path + ": " + window.status_text()
        stored = float(trace[path][window.session.cell])
        assert shown.value == stored, path
        marks = [one.text() for one in window.inspector.findChildren(QLabel) if one.text().startswith("✓")]
        assert len(marks) == 1, (path, window.session.cell, marks)
        explained.append((path, window.session.cell))


explained, seen = [], []
for stop in trace.program.stops:
    assert window.session.stop is stop
    pin_some()
    seen.append(window.session.cursor.path)
    if len(stop.steps) > 1:
        key(Qt.Key.Key_F7)
        for step in stop.steps:
            assert window.session.cursor.path == step.name
            pin_some()
            seen.append(step.name)
            if step is not stop.steps[-1]:
                key(Qt.Key.Key_Period)
        key(Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    key(Qt.Key.Key_Period)
assert {step.name for step in trace.program.steps} == set(seen)
assert window.session.stop.number == len(trace.program.stops) - 1

window.session.go("blocks.0.attn.pattern")
assert settled()
for _ in range(2):
    key(Qt.Key.Key_H)
window.look_desk.use_dark()
window.look_desk.larger()
assert settled()
assert window.close()
assert not any(name.split(".")[0] == "torch" for name in sys.modules)
assert threading.active_count() == 1, threading.enumerate()
print(f"explained {len(explained)} cells of {len(set(seen))} tensors")
'''


def ran(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CHILD, str(folder)],
        env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120, cwd=folder,
    )  # fmt: skip


def complaints(result: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in result.stderr.splitlines() if "propagateSizeHints" not in line]


@pytest.mark.parametrize("kind", ["two rows of ids, pre-norm", "a sentence, the article preset"])
def test_a_saved_trace_is_stepped_through_and_explained_without_torch(tmp_path, kind):
    if "ids" in kind:
        trace = live(5, 3, norm="pre", final_norm=True, positions="learned", activation="gelu", tied=True)
    else:
        model = models.find("article")
        batch = model.batch(["我喜欢 deep learning"])
        trace = LiveTrace(model.program, model.spec, model.weights(), batch, "cpu")
    saved.save(trace, tmp_path / "trace.safetensors")
    result = ran(tmp_path)
    assert complaints(result) == [], result.stderr
    assert result.returncode == 0
    names = len(trace.program.steps)
    assert result.stdout.endswith(f"cells of {names} tensors\n")
