"""`main.py train`: bad requests end with one sentence that names the mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.tiny import text_file
from tutor import cli
from tutor.training import command


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["train", *arguments]) == 2
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    return told.err.strip()


def test_models_that_can_be_trained_are_those_there_are() -> None:
    assert tuple(command.TASKS) == cli.TRAINED


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty: give a text of at least 2,000 characters."),
        (b" \n\t ", "is empty: give a text"),
        (b"Too short.", "has 10 characters, too few to learn from: give at least 2,000."),
        (b"\xff\xfe\x00abc" * 1000, "is not UTF-8 text: save it as UTF-8, and give that file."),
        (None, "cannot be read (No such file or directory): give a text file."),
    ],
)
def test_a_text_that_cannot_be_learned_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "text.txt"
    if content is not None:
        path.write_bytes(content)
    assert sentence in refused(capsys, "storyteller", "--text", str(path), "--out", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_folder_is_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot be read" in refused(capsys, "storyteller", "--text", str(tmp_path))


def test_steps_and_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ("--out", str(tmp_path / "out"))
    assert "should be 1 or more" in refused(capsys, "storyteller", "--steps", "0", *out)
    assert "storyteller" in refused(capsys, "poet", *out)
    assert "--help" in refused(capsys)


def test_a_folder_that_is_not_ours_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = str(text_file(tmp_path))
    told = refused(capsys, "storyteller", "--text", text, "--out", str(tmp_path))
    assert "is not empty: choose another with --out." in told
    told = refused(capsys, "storyteller", "--text", text, "--out", text)
    assert "cannot be made" in told
    assert [path.name for path in tmp_path.iterdir()] == ["cats.txt"]


def test_a_text_is_trained_and_traced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    given = ["train", "storyteller", "--text", str(text_file(tmp_path)), "--steps", "2", "--out", str(out)]
    assert cli.main(given) == 0
    assert "step 2 of 2, loss" in capsys.readouterr().out
    assert sorted(path.name for path in out.iterdir()) == [
        "card.md", "checkpoints", "model.json", "model.safetensors", "tokenizer.tiktoken", "training.json"
    ]  # fmt: skip
    assert cli.main(["trace", "The cat sat", "--model", str(out)]) == 0
    assert "logits" in capsys.readouterr().out
    assert cli.main(["trace", "The cat sat", "--model", f"{out}@7"]) == 2
    assert "the steps kept are 0, 2" in capsys.readouterr().err
