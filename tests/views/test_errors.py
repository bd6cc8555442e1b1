"""Errors of the engine that the window can meet are known by their pattern, and said in Chinese."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator

from tutor import resources
from tutor.engine import models
from tutor.engine.files import FileError, replacing
from tutor.engine.live import pick_device
from tutor.engine.saved import SavedTrace
from tutor.engine.spec import SpecError
from tutor.engine.tokens import TokenError
from tutor.engine.trace import TraceError
from tutor.engine.weights import WeightsError
from tutor.views import errors


def article(*texts: str) -> Callable[[], object]:
    return lambda: models.find().batch(texts)


def unwritable() -> None:
    with replacing(Path("/no/such/folder/t.safetensors")):
        pass


def broken(path: Path) -> Callable[[], object]:
    path.write_bytes(b"no trace")
    return lambda: SavedTrace(path)


def own(folder: Path, **files: str) -> Callable[[], object]:
    """A model folder with these files, opened and read."""
    for name, content in files.items():
        (folder / name.replace("_json", ".json").replace("_st", ".safetensors")).write_text(
            content, encoding="utf-8")  # fmt: skip
    return lambda: models.find(str(folder)).weights()


GPT2 = (
    '{"model_type": "gpt2", "n_embd": 4, "n_head": 2, "n_layer": 1, "vocab_size": 9, "n_positions": 9, '
    '"eos_token_id": 0}'
)


def gguf(folder: Path, content: bytes) -> Callable[[], object]:
    (folder / "m.gguf").write_bytes(content)
    return lambda: models.find(str(folder / "m.gguf"))


CASES: dict[str, Callable[[Path], Callable[[], object]]] = {
    "empty": lambda folder: article(""),
    "blank": lambda folder: article("  "),
    "control": lambda folder: article("a\u0007"),
    "surrogate": lambda folder: article("a\ud800"),
    "long": lambda folder: article("word " * 400),
    "one of several": lambda folder: article("fine", "word " * 400),
    "one of several is empty": lambda folder: article("fine", ""),
    "far too long": lambda folder: article("x" * 100_000),
    "device": lambda folder: lambda: pick_device("cuda"),
    "unwritable": lambda folder: unwritable,
    "missing file": lambda folder: lambda: SavedTrace(folder / "t.safetensors"),
    "unknown model": lambda folder: lambda: models.find("no such model"),
    "no model": lambda folder: lambda: models.find(__file__),
    "empty folder": lambda folder: own(folder),
    "unknown kind": lambda folder: own(folder, config_json='{"model_type": "mamba"}'),
    "quantised": lambda folder: own(folder, config_json='{"quantization_config": {"bits": 4}}'),
    "broken config": lambda folder: own(folder, config_json="{"),
    "config that is no table": lambda folder: own(folder, config_json="[]"),
    "no weights": lambda folder: own(folder, config_json=GPT2),
    "broken weights": lambda folder: own(folder, config_json=GPT2, model_st="no weights at all"),
    "adapter": lambda folder: own(folder, adapter_config_json="{}"),
    "missing shard": lambda folder: own(
        folder, config_json=GPT2, model_st_index_json='{"weight_map": {"wte.weight": "a"}}'),
    "index without map": lambda folder: own(folder, config_json=GPT2, model_st_index_json="{}"),
    "index out of the folder": lambda folder: own(
        folder, config_json=GPT2, model_st_index_json='{"weight_map": {"wte.weight": "../a"}}'),
    "no GGUF": lambda folder: gguf(folder, b"something else"),
    "GGUF cut short": lambda folder: gguf(folder, b"GGUF\x03\0\0\0"),
    "broken file": lambda folder: broken(folder / "t.safetensors"),
}


def sentence(case: str, folder: Path) -> str:
    try:
        CASES[case](folder)()
    except (TokenError, TraceError, FileError, SpecError, WeightsError) as error:
        return str(error)
    pytest.skip("this machine has that device")


@pytest.mark.parametrize("case", CASES)
def test_each_is_known(tmp_path: Path, case: str) -> None:
    text = sentence(case, tmp_path)
    assert errors.known(text), text
    assert errors.worded(text) == text


@pytest.fixture
def chinese(qapp):
    translator = QTranslator()
    assert translator.load("tutor_zh_CN", str(resources.path("i18n")))
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


@pytest.mark.parametrize("case", CASES)
def test_each_is_said_in_chinese(chinese, tmp_path: Path, case: str) -> None:
    text = sentence(case, tmp_path)
    said = errors.worded(text)
    assert said != text
    assert "请" in said
    assert "{" not in said
    for number in ("400", "256", "0007", "D800", "100,000", "t.safetensors"):
        assert (number in said) == (number in text)


def test_an_error_inside_an_error_is_said_too(chinese) -> None:
    said = errors.worded("Sentence 1: The text is empty: write at least one word.")
    assert said == "第 1 句：文本是空的：请至少写一个词。"


def test_what_is_not_known_stays(chinese) -> None:
    assert errors.worded("Something else altogether.") == "Something else altogether."
    assert not errors.known("Something else altogether.")
