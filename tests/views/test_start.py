"""The quick start: what is there with the first picture, what comes later, and what is never loaded before its time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from windows import CTRL, Small, go, live, press, settle

from tutor.views import icons
from tutor.views.late import AGAIN, PAGES, PARTS
from tutor.views.learning import LEARNING
from tutor.views.taborder import follow
from tutor.views.theme import LIGHT

ROOT = Path(__file__).resolve().parents[2]
CHILD = '''
import gc, sys
from pathlib import Path

SLOW = ("torch", "pyqtgraph", "transformers", "matplotlib", "tokenizers", "gguf", "tiktoken", "ssl")


def loaded():
    return sorted({name.split(".")[0] for name in sys.modules} & set(SLOW))


from tutor import app, cli

seen, make = [], app.make_window


def made(*given):
    window = make(*given)
    window.stage_desk.shown.connect(lambda: shown(window))
    window.settled.connect(lambda: settled(window))
    return window


def shown(window):
    if not seen:
        assert loaded() == [], loaded()
        assert not window.isVisible(), "the window opens with its picture"
        assert not window.is_made("vocab_desk") and not gc.isenabled()
        assert window.session.trace.where == "saved"
        seen.append(window.session.cursor.path)


def settled(window):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QLabel

    if len(seen) == 1:
        assert window.isVisible()
        assert set(loaded()) <= {"tokenizers", "tiktoken"}, loaded()  # names of the vocabulary are looked up by now
    if len(seen) < 12:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Period)
        assert window.session.cursor.path != seen[-1]
        seen.append(window.session.cursor.path)
    elif len(seen) == 12:
        seen.append("pinned")
        axes = window.session.trace.shapes[window.session.cursor.path]
        window.session.pin(tuple(0 for _ in axes))
    elif window.isVisible():
        marks = [one.text() for one in window.inspector.findChildren(QLabel) if one.text().startswith("✓")]
        assert len(marks) == 1, marks
        assert "torch" not in loaded() and "pyqtgraph" not in loaded() and gc.isenabled()
        print("stepped", len(set(seen)))
        window.close()


def failed(kind, error, trail):
    sys.__excepthook__(kind, error, trail)
    import os
    os._exit(3)


app.make_window = made
app.log_problems = lambda window, log: setattr(sys, "excepthook", failed)
sys.argv[1:], folder = [], sys.argv[1]
app.log_file = lambda: Path(folder) / "tutor.log"
app.settings_file = lambda: app.QSettings(folder + "/settings.ini", app.QSettings.Format.IniFormat)
sys.exit(cli.main([]))
'''


def test_the_window_opens_on_the_shipped_trace_and_steps_before_torch_or_a_plot_is_loaded(tmp_path):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT),
                   "TRANSFORMER_TUTOR_DATA": str(tmp_path)}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CHILD, str(tmp_path)], env=environment, cwd=tmp_path,
        capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "stepped 13\n"


# -- what is made late ------------------------------------------------------------------------------------------


def test_every_part_is_there_once_the_window_has_settled(qtbot, opened):
    window = opened(Small())
    assert not window.is_settled()
    settle(qtbot, window)
    assert [part for part in (*PARTS, *LEARNING) if window.is_wanted(part) and not window.is_made(part)] == []
    assert not window.is_made("quiz_desk")  # nobody asked for questions
    assert set(PAGES.values()) | set(AGAIN) <= {*PARTS, *LEARNING}
    assert set(window.left.keys()) | set(window.right.keys()) <= {*PAGES, "outline", "inspector"}


def test_a_page_that_is_asked_for_is_made_at_once(qtbot, opened):
    window = opened(Small())
    assert not window.is_made("vocab_desk")
    window.right.show_page("vocabulary")
    assert window.right.page() == "vocabulary" and window.right.widget("vocabulary") is window.vocab
    assert window.vocab.isVisible()
    window.stage.show_view("table")
    assert window.stage.current_view() is window.stage.table
    assert not window.is_made("finding")
    window.actions_["search"].trigger()
    assert window.is_made("finding") and window.finder.isVisible()
    press(qtbot, Qt.Key.Key_Escape)
    settle(qtbot, window)


def test_what_is_made_late_knows_the_run_that_was_there_before_it(qtbot, opened):
    window = opened(Small())
    trace = live(5, 3)
    window.session.set_trace(trace)
    assert not any(window.is_made(part) for part in ("names", "maps", "heads_desk"))
    window.session.go("probs")
    settle(qtbot, window)
    assert window.stage.view() == "bars", "over the vocabulary bars come first"
    assert window.names.of(trace, "") is window.names._made[1]
    window.maps.toggle()
    settle(qtbot, window)
    assert window.map.graph() is not None
    window.maps.toggle()
    go(qtbot, window, "blocks.0.attn.scores")
    window.right.show_page("heads")
    settle(qtbot, window)
    assert window.heads_desk._found


def test_what_is_made_late_has_the_look_and_the_language_of_the_window(qtbot, opened):
    window = opened(Small())
    window.look_desk.use_dark()
    window.languages.use("zh_CN")
    assert not window.is_made("vocab")
    settle(qtbot, window)
    for view in (window.vocab, window.bars, window.map, window.continuing, window.finder):
        assert view._theme.dark
    ground = window.continuing.palette().color(window.continuing.backgroundRole())
    assert ground == window.look.strip
    assert not window.map._close.text().isascii()


def test_the_keys_of_a_late_part_work_as_soon_as_the_window_is_there(qtbot, opened):
    window = opened(Small())
    press(qtbot, Qt.Key.Key_F, CTRL)
    assert window.finder.isVisible()
    press(qtbot, Qt.Key.Key_Escape)
    settle(qtbot, window)


def test_a_late_widget_takes_its_place_in_the_tab_order(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    boxes = [QLineEdit() for _ in range(3)]
    group = QWidget()
    inner = QVBoxLayout(group)
    late = [QLineEdit(), QLineEdit()]
    for box in late:
        inner.addWidget(box)
    for box in boxes:
        column.addWidget(box)
    column.addWidget(group)
    follow(boxes[0], group)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    boxes[0].setFocus()
    found = []
    for _ in range(5):
        found.append(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert found == [boxes[0], *late, *boxes[1:]]


@pytest.mark.parametrize("ratio", [1.0, 1.75])
def test_an_icon_is_drawn_for_the_screens_there_are(qapp, monkeypatch, ratio):
    class Screen:
        @staticmethod
        def devicePixelRatio() -> float:
            return ratio

    monkeypatch.setattr(icons.QGuiApplication, "screens", staticmethod(lambda: [Screen]))
    assert {size.width() for size in icons.icon("play", LIGHT).availableSizes()} == {round(16 * ratio)}
    assert icons.icon("play", LIGHT).cacheKey() == icons.icon("play", LIGHT).cacheKey()
