"""`--open CODE` and session files on the command line, with and without a display."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutor import cli, display, sessionfile
from tutor.places import Asked, Place
from tutor.sessionfile import SessionFile

ROOT = Path(__file__).parent.parent
CODE = "v1;model=article;text=you%20need;step=blocks.0.attn.scores;head=2;cell=0,2,1,0"


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.main(arguments)
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("arguments, says", [
    (("--open", "hello"), "no step code"),
    (("--open", "v2;model=article;text=a"), "newer version"),
    (("--open", "v1;model=article;text=%"), "text is cut off"),
    (("--open", "v1;model=nowhere;text=a"), "There is no model 'nowhere'"),
    (("--open", "v1;model=article;text=a;step=blocks.9.ln1"), "no step blocks.9.ln1"),
    (("--open", CODE, "a sentence"), "Give either --open or a sentence"),
    (("--open", CODE, "--model", "article"), "Give either --open or a sentence"),
    (("--open",), "expected one argument"),
])  # fmt: skip
def test_what_cannot_be_opened_ends_with_one_line(capsys, monkeypatch, arguments, says) -> None:
    monkeypatch.setattr(display, "problem", lambda: pytest.fail("asked for a display"))
    status, out, err = call(capsys, *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert says in err


def test_without_a_display_a_code_is_walked_through_in_the_terminal(capsys, monkeypatch) -> None:
    monkeypatch.setattr(display, "problem", lambda: "No display.")
    status, out, err = call(capsys, "--open", CODE)
    assert (status, err) == (0, "")
    assert "· article ·" in out and "you(" in out and "need(" in out


def test_without_a_display_a_session_is_walked_through(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(display, "problem", lambda: "No display.")
    path = tmp_path / "a.tutor"
    sessionfile.write(path, SessionFile(Asked("article", texts=("x",), ids=((9, 8, 7),)), Place("probs")))
    status, out, _ = call(capsys, str(path))
    assert status == 0 and "(9)" in out and "(7)" in out
    path.write_bytes(b"{")
    status, _, err = call(capsys, str(path))
    assert status == 2 and "cut short" in err and err.count("\n") == 1


def test_the_window_opens_at_the_place_of_a_code(tmp_path) -> None:
    """In a process of its own, as people start it."""
    script = (
        "import sys; from PySide6.QtCore import QTimer; from tutor import app, cli\n"
        "def wait(window):\n"
        "    def ask():\n"
        "        if window.session.cell is not None and window.is_settled():\n"
        "            print(window.session.step.name, window.session.cell, window.sentence.text()); window.close()\n"
        "    window._asking = QTimer(window); window._asking.timeout.connect(ask); window._asking.start(50)\n"
        "made = app.make_window\n"
        "def make(*given):\n"
        "    window = made(*given); wait(window); return window\n"
        "app.make_window = make\n"
        f"sys.exit(cli.main(['--open', {CODE!r}, '--language', 'en']))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "TRANSFORMER_TUTOR_DATA": str(tmp_path),
             "XDG_CONFIG_HOME": str(tmp_path)},
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == "blocks.0.attn.scores (0, 2, 1, 0) you need"
    assert [one.name for one in (tmp_path / "sessions").iterdir()] == ["last.tutor"]
