"""What reading a lesson brings into memory, in a process of its own: nothing too early, and never torch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHILD = '''
import sys

class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ImportError("torch was imported")
        return None

sys.meta_path.insert(0, NoTorch())

from pathlib import Path
from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtWidgets import QApplication
from tutor import app, resources


def settled():
    QApplication.processEvents()
    while not window.is_settled():
        loop = QEventLoop()
        window.settled.connect(loop.quit)
        QTimer.singleShot(30_000, loop.quit)
        loop.exec()
        window.settled.disconnect(loop.quit)
    QApplication.processEvents()


def loaded(*names):
    return [name for name in names if name in sys.modules]


qt = app.make_app(["test"])
settings = QSettings(str(Path(sys.argv[1]) / "settings.ini"), QSettings.Format.IniFormat)
window = app.make_window(qt, settings, "light", "en")
window.resize(1280, 800)
window.show()
window.open(resources.path("traces", "storyteller.safetensors"))
settled()
late = ("tutor.views.lesson_desk", "tutor.views.reader", "tutor.views.experiment_panel", "tutor.lessons.lesson")
assert not loaded("pyqtgraph", "tutor.views.experiment_plots", *late), loaded("pyqtgraph", *late)
window.session.go("blocks.1.attn.scaled")
settled()
window.teaching.show_lesson()
settled()
assert window.teaching.desk.page.reader.lesson().name == "stage-scale"
window.teaching.show_glossary()
settled()
assert not loaded("pyqtgraph", "torch")
window.teaching.desk.open_lesson("why-scale")
settled()
panel = window.teaching.desk.page.reader.panels()["qk_variance"]
assert panel.result() is not None, panel.problem()
assert panel.blocks()[0].drawn().points()
assert loaded("pyqtgraph") and not loaded("torch")
window.close()
print("read")
'''


def test_lessons_come_when_asked_for_plots_with_the_first_plot_and_torch_never(tmp_path):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    made = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CHILD, str(tmp_path)],
        env=environment, capture_output=True, text=True, encoding="utf-8", timeout=200, cwd=tmp_path,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert [line for line in made.stderr.splitlines() if "propagateSizeHints" not in line] == []
    assert made.stdout == "read\n"
