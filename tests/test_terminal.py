"""The walk-through as text, of a model that reads two texts."""

from __future__ import annotations

import argparse

import pytest

from tutor import terminal
from tutor.engine import decoding
from tutor.engine.changes import Changes


@pytest.fixture
def options() -> argparse.Namespace:
    return argparse.Namespace(
        text="The cat drinks milk", model="seq2seq", layers=1, device="cpu", budget=512, target=["Die Katze"],
        changes=Changes(),
    )


def test_both_texts_are_printed(options: argparse.Namespace, capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal.walk(options, None) == 0
    said = capsys.readouterr().out
    assert "encoder.tokens:\n  The(464) ·cat(3797) ·drinks(11758) ·milk(7545)\n" in said
    assert "decoder.tokens:\n  <|endoftext|>(50256) Die(32423)" in said
    assert "decoder.blocks.0.cross_attn.pattern" in said
    assert "✗" not in said


def test_a_missing_target_is_decoded(
    options: argparse.Namespace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MOST", 2)
    options.target = None
    assert terminal.walk(options, None) == 0
    line = capsys.readouterr().out.split("decoder.tokens:\n")[1].splitlines()[0]
    assert line.count("(") == 3, "the start and two decoded tokens"
