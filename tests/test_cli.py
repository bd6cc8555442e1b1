"""The headless contract: what people script, teachers print and checks use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from tutor import cli, display
from tutor.engine import families, models
from tutor.engine.saved import SavedTrace
from tutor.engine.trace import TraceError
from tutor.engine.weights import random_weights, save_model

ROOT = Path(__file__).parent.parent
SENTENCE = "Attention is all you need"
#: The model whose sizes the tests know.
ARTICLE = ("--model", "article")


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        status = cli.main(arguments)
    except SystemExit as stop:
        status = int(stop.code or 0)
    out, err = capsys.readouterr()
    return status, out, err


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict]:
    status, out, err = call(capsys, "trace", *arguments, "--json")
    assert (status, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


# -- the ledger ---------------------------------------------------------------------------------------------------


def test_ledger_as_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, SENTENCE, *ARTICLE)
    assert {tuple(row) for row in found} == {
        ("step", "stage", "name", "axes", "shape", "op", "params", "macs", "bytes")
    }
    assert [row["step"] for row in found] == list(range(1, len(found) + 1))
    by_name = {row["name"]: row for row in found}
    scores = by_name["blocks.0.attn.scores"]
    assert scores["axes"] == ["batch", "head", "query_pos", "key_pos"]
    assert scores["shape"] == [1, 4, 5, 5]
    assert scores["macs"] == 4 * 5 * 5 * 16
    assert scores["bytes"] == 4 * 5 * 5 * 4
    assert sum(row["params"] for row in found) == 2 * 100277 * 64 + 4 * 64 * 64 + 2 * 64 * 256 + 4 * 64


def test_ledger_as_text_notes_the_article(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = call(capsys, "trace", SENTENCE, "--model", "article")
    assert (status, err) == (0, "")
    assert "blocks.0.attn.pattern" in out
    assert "[1, 4, 5, 5]" in out
    assert "100,069" in out
    assert "12,884,864" in out


def test_several_texts_make_one_padded_batch(capsys: pytest.CaptureFixture[str]) -> None:
    by_name = {row["name"]: row for row in rows(capsys, SENTENCE, "Thinking Machines", *ARTICLE)}
    assert by_name["tokens"]["shape"] == [2, 5]


def test_ids_in_place_of_texts(capsys: pytest.CaptureFixture[str]) -> None:
    by_name = {row["name"]: row for row in rows(capsys, "--ids", "5,6,7", "--ids", "8, 9", *ARTICLE)}
    assert by_name["tokens"]["shape"] == [2, 3]
    assert by_name["logits"]["shape"] == [2, 3, 100277]


def test_more_blocks(capsys: pytest.CaptureFixture[str]) -> None:
    names = {row["name"] for row in rows(capsys, SENTENCE, "--layers", "3", *ARTICLE)}
    assert "blocks.2.resid_post" in names
    assert "blocks.3.resid_post" not in names


# -- settings -----------------------------------------------------------------------------------------------------


def save(capsys: pytest.CaptureFixture[str], path: Path, *arguments: str) -> SavedTrace:
    status, _, err = call(capsys, "trace", *arguments, "--save", str(path))
    assert (status, err) == (0, "")
    return SavedTrace(path)


def test_settings_change_what_they_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ids = ("--ids", "5,6,7,8", "--ids", "9,10", *ARTICLE)
    plain = save(capsys, tmp_path / "plain.safetensors", *ids)
    assert np.isneginf(plain["blocks.0.attn.masked"][0, 0, 0, 1])
    assert np.isneginf(plain["blocks.0.attn.masked"][1, 0, 1, 2])

    mask = save(capsys, tmp_path / "mask.safetensors", *ids, "--set", "mask=off")
    assert np.isfinite(mask["blocks.0.attn.masked"][0]).all()
    assert np.isneginf(mask["blocks.0.attn.masked"][1, :, :, 2:]).all()

    scale = save(capsys, tmp_path / "scale.safetensors", *ids, "--set", "scale=off")
    assert np.array_equal(scale["blocks.0.attn.scaled"], plain["blocks.0.attn.scores"])
    assert np.allclose(plain["blocks.0.attn.scaled"] * 4, plain["blocks.0.attn.scores"])

    places = save(capsys, tmp_path / "places.safetensors", *ids, "--set", "positions=off")
    assert np.array_equal(places["blocks.0.resid_pre"], plain["embed"])

    pad = save(capsys, tmp_path / "pad.safetensors", *ids, "--set", "pad=-1000", "--set", "mask=off")
    assert np.allclose(pad["blocks.0.attn.masked"][1, :, :, 2:], pad["blocks.0.attn.scaled"][1, :, :, 2:] - 1000)
    none = save(capsys, tmp_path / "none.safetensors", *ids, "--set", "pad=none", "--set", "mask=off")
    assert np.array_equal(none["blocks.0.attn.masked"], none["blocks.0.attn.scaled"])


def test_other_what_ifs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ids = ("--ids", "5,6,7,8", "--ids", "9,10", *ARTICLE)
    plain = save(capsys, tmp_path / "plain.safetensors", *ids)
    assert plain.told == ()

    head = save(capsys, tmp_path / "h.safetensors", *ids, "--set", "head=0.2:zero", "--set", "head=0.1:uniform")
    assert not head["blocks.0.attn.z"][:, 2].any() and head["blocks.0.attn.z"][:, 0].any()
    assert np.allclose(head["blocks.0.attn.pattern"][0, 1, 3], 0.25)
    assert head.told == ("head=blocks.0.attn.2:zero", "head=blocks.0.attn.1:uniform")

    tied = save(capsys, tmp_path / "t.safetensors", *ids, "--set", "W_Q=W_K", "--set", "mask=off")
    x, w = plain["blocks.0.resid_pre"], plain["blocks.0.attn.W_K"]
    assert np.allclose(tied["blocks.0.attn.q_flat"], x @ w, atol=1e-5)
    assert tied.told == ("mask=off", "W_Q=W_K")

    cell = save(capsys, tmp_path / "c.safetensors", *ids, "--set", "blocks.0.attn.scores[0,2,3,1]=3.5",
                "--set", "blocks.0.attn.W_O[3,4]=-7")  # fmt: skip
    assert cell["blocks.0.attn.scores"][0, 2, 3, 1] == 3.5 and cell["blocks.0.attn.W_O"][3, 4] == -7
    assert cell.working("blocks.0.attn.scores", (0, 2, 3, 1)).put

    other = save(capsys, tmp_path / "o.safetensors", "one two three", *ARTICLE)
    mixed = save(capsys, tmp_path / "m.safetensors", "two three four", *ARTICLE, "--set", "embed=from:one two three")
    assert np.array_equal(mixed["embed"], other["embed"]) and np.array_equal(mixed["logits"], other["logits"])
    assert mixed.batch.texts == ("two three four",)


def test_a_what_if_without_a_file_is_in_the_ledger(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = call(capsys, "trace", SENTENCE, *ARTICLE, "--set", "head=0.2:zero")
    assert (status, err) == (0, "")
    assert "pattern × v, silenced" in out


def test_a_switch_that_a_model_lacks_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = call(capsys, "trace", "Tom met <|mask|>.", "--model", "gap-filler", "--set", "mask=off")
    assert status == 0 and out
    assert err == "mask=off changes nothing: gap-filler has none.\n"


def test_an_unknown_setting_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = call(capsys, "trace", SENTENCE, "--set", "dropout=off")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    for known in ("mask=on|off", "scale=on|off", "positions=", "pad=-inf|-1000|none", "W_Q=W_K", "head=BLOCK.HEAD:",
                  "=from:SENTENCE"):  # fmt: skip
        assert known in err


# -- the saved file -----------------------------------------------------------------------------------------------


def test_save_writes_every_tensor_under_its_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    status, out, _ = call(capsys, "trace", SENTENCE, "--save", str(path), "--json", *ARTICLE)
    assert status == 0
    named = {json.loads(line)["name"] for line in out.splitlines()}
    with safe_open(path, framework="np") as file:
        keys, metadata = set(file.keys()), file.metadata()
        assert named <= keys
        assert keys - named == {key for key in keys if key.startswith("weights/")}
        for name in named:
            assert file.get_tensor(name).dtype == (np.int64 if name == "tokens" else np.float32)
        assert file.get_tensor("tokens").tolist() == [[70429, 374, 682, 499, 1205]]
    assert set(metadata) == {"format", "axes", "tokens", "model", "spec", "program"}
    assert json.loads(metadata["axes"])["blocks.0.attn.pattern"] == ["batch", "head", "query_pos", "key_pos"]
    assert metadata["model"] == "article"
    assert list(tmp_path.iterdir()) == [path]


# -- source and target --------------------------------------------------------------------------------------------

SEQ2SEQ = ("--model", "seq2seq", "--layers", "1")
IDS = ("--ids", "5,6,7,8", "--ids", "9,10", *SEQ2SEQ, "--target-ids", "50256,3,4", "--target-ids", "50256,3,4,5,6")


def test_a_target_as_text_begins_with_the_start_token(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    texts = ("The cat", "A dog sleeps", *SEQ2SEQ, "--target", "Die Katze", "--target", "Ein Hund")
    by_name = {row["name"]: row for row in rows(capsys, *texts)}
    source, target = by_name["encoder.tokens"]["shape"], by_name["decoder.tokens"]["shape"]
    assert source == [2, 3] and target[0] == 2 and target != source
    square = [2, 4, target[1], 3]
    assert by_name["decoder.blocks.0.cross_attn.pattern"]["shape"] == square
    assert by_name["decoder.blocks.0.cross_attn.pattern"]["axes"] == ["batch", "head", "query_pos", "key_pos"]
    assert by_name["decoder.blocks.0.cross_attn.scores"]["macs"] == 2 * 4 * target[1] * 3 * 16
    assert by_name["logits"]["shape"] == [2, target[1], 50257]
    found = save(capsys, tmp_path / "t.safetensors", *texts)
    assert found.target is not None and (found["decoder.tokens"][:, 0] == 50256).all()
    assert found.target.texts == ("Die Katze", "Ein Hund")


def test_a_target_as_ids_is_read_as_it_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = save(capsys, tmp_path / "t.safetensors", *IDS)
    assert found["decoder.tokens"].tolist() == [[50256, 3, 4, 50256, 50256], [50256, 3, 4, 5, 6]]
    assert found["encoder.tokens"].tolist() == [[5, 6, 7, 8], [9, 10, 50256, 50256]]
    assert [batch.lengths.tolist() for batch in found.batches.values()] == [[4, 2], [3, 5]]
    pattern = found["decoder.blocks.0.cross_attn.pattern"]
    assert (pattern[1, :, :, 2:] == 0).all() and (pattern[0] > 0).all()
    assert found.working("logits", (1, 4, 77)).agrees
    with safe_open(tmp_path / "t.safetensors", framework="np") as file:
        assert set(file.metadata()) == {"format", "axes", "tokens", "target", "model", "spec", "program"}


def test_without_a_target_the_model_decodes_its_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = save(capsys, tmp_path / "t.safetensors", "The cat", "A dog", *SEQ2SEQ)
    assert found.target is not None
    for row, length in enumerate(found.target.lengths):
        ids = found["decoder.tokens"][row, :length].tolist()
        # Every token but the first is what the one before it predicts.
        assert ids[0] == 50256
        assert ids[1:] == [int(np.argmax(found["logits"][row, at])) for at in range(length - 1)]
    again = rows(capsys, "The cat", "A dog", *SEQ2SEQ)
    assert next(row for row in again if row["name"] == "decoder.tokens")["shape"] == list(found["decoder.tokens"].shape)


def test_settings_of_a_translator(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own, cross = "decoder.blocks.0.attn", "decoder.blocks.0.cross_attn"
    plain = save(capsys, tmp_path / "plain.safetensors", *IDS)
    assert np.isneginf(plain[f"{own}.masked"][1, 0, 0, 1]) and np.isfinite(plain[f"{cross}.masked"][0]).all()
    assert np.isfinite(plain["encoder.blocks.0.attn.masked"][0]).all()

    mask = save(capsys, tmp_path / "mask.safetensors", *IDS, "--set", "mask=off")
    assert np.isfinite(mask[f"{own}.masked"][1]).all() and np.isneginf(mask[f"{own}.masked"][0, :, :, 3:]).all()
    assert np.array_equal(mask["encoder.blocks.0.resid_post"], plain["encoder.blocks.0.resid_post"])

    places = save(capsys, tmp_path / "places.safetensors", *IDS, "--set", "positions=off")
    for side in ("encoder", "decoder"):
        assert np.array_equal(places[f"{side}.blocks.0.resid_pre"], places[f"{side}.embed_scaled"])
        assert not any(step.name.endswith("pos_embed") for step in places.program)

    scale = save(capsys, tmp_path / "scale.safetensors", *IDS, "--set", "scale=off")
    for name in (own, cross, "encoder.blocks.0.attn"):
        assert np.array_equal(scale[f"{name}.scaled"], scale[f"{name}.scores"])

    pad = save(capsys, tmp_path / "pad.safetensors", *IDS, "--set", "pad=-1000")
    assert np.allclose(pad[f"{cross}.masked"][1, :, :, 2:], pad[f"{cross}.scaled"][1, :, :, 2:] - 1000)
    none = save(capsys, tmp_path / "none.safetensors", *IDS, "--set", "pad=none", "--set", "mask=off")
    for name in (own, cross, "encoder.blocks.0.attn"):
        assert np.array_equal(none[f"{name}.masked"], none[f"{name}.scaled"])


# -- bad requests -------------------------------------------------------------------------------------------------

BAD: dict[str, Sequence[str]] = {
    "no sentence": ["trace"],
    "empty sentence": ["trace", ""],
    "blank sentence": ["trace", "   "],
    "control character": ["trace", "a\u0007b"],
    "lone surrogate": ["trace", "a\ud800b"],
    "over-long": ["trace", "word " * 300],
    "far too long": ["trace", "x" * 100_000],
    "unknown model": ["trace", SENTENCE, "--model", "gpt-17"],
    "model of a user who is not there": ["trace", SENTENCE, "--model", "~nobody-of-this-name/model"],
    "model name beyond any file's": ["trace", SENTENCE, "--model", "x" * 5000],
    "file name beyond any file's": ["trace", "--ids", "5", "--save", "x" * 5000],
    "folder name beyond any folder's": ["trace", "--ids", "5", "--save", "x" * 5000 + "/t.safetensors"],
    "unknown option": ["trace", SENTENCE, "--colour", "red"],
    "missing value": ["trace", SENTENCE, "--model"],
    "unknown device": ["trace", SENTENCE, "--device", "abacus"],
    "ids that are words": ["trace", "--ids", "five,six"],
    "negative id": ["trace", "--ids", "5,-6"],
    "id beyond the vocabulary": ["trace", "--ids", "100277"],
    "texts and ids": ["trace", SENTENCE, "--ids", "5"],
    "a head that is none": ["trace", SENTENCE, *ARTICLE, "--set", "head=0.9:zero"],
    "a cell outside": ["trace", SENTENCE, *ARTICLE, "--set", "embed[0,99,0]=1"],
    "a cell of NaN": ["trace", SENTENCE, *ARTICLE, "--set", "embed[0,0,0]=nan"],
    "a sentence of another length": ["trace", SENTENCE, *ARTICLE, "--set", "embed=from:one two"],
    "a window with a bad what-if": [SENTENCE, *ARTICLE, "--set", "head=9.9:zero"],
    "heads that are shared": ["trace", SENTENCE, "--set", "W_Q=W_V"],
    "setting without value": ["trace", SENTENCE, "--set", "mask"],
    "setting with a wrong value": ["trace", SENTENCE, "--set", "mask=maybe"],
    "target of a decoder": ["trace", SENTENCE, "--target", "x"],
    "target ids of a decoder": ["trace", SENTENCE, "--target-ids", "5"],
    "target both ways": ["trace", "cat", *SEQ2SEQ, "--target", "Katze", "--target-ids", "5"],
    "more targets than sources": ["trace", "cat", *SEQ2SEQ, "--target", "Katze", "--target", "Hund"],
    "more sources than targets": ["trace", "cat", "dog", *SEQ2SEQ, "--target-ids", "5,6"],
    "empty target": ["trace", "cat", *SEQ2SEQ, "--target", ""],
    "blank target": ["trace", "cat", *SEQ2SEQ, "--target", " \n"],
    "target with a control character": ["trace", "cat", *SEQ2SEQ, "--target", "a\u0007b"],
    "over-long target": ["trace", "cat", *SEQ2SEQ, "--target", "word " * 300],
    "over-long target ids": ["trace", "cat", *SEQ2SEQ, "--target-ids", ",".join(["5"] * 257)],
    "target ids that are words": ["trace", "cat", *SEQ2SEQ, "--target-ids", "five"],
    "empty target ids": ["trace", "cat", *SEQ2SEQ, "--target-ids", ""],
    "negative target id": ["trace", "cat", *SEQ2SEQ, "--target-ids", "5,-6"],
    "target id beyond the vocabulary": ["trace", "cat", *SEQ2SEQ, "--target-ids", "50257"],
    "a target alone": ["trace", *SEQ2SEQ, "--target", "Katze"],
    "target without its value": ["trace", "cat", *SEQ2SEQ, "--target"],
    "unknown setting of a translator": ["trace", "cat", *SEQ2SEQ, "--target", "Katze", "--set", "cross=off"],
    "only, but nothing to save": ["trace", SENTENCE, "--only", "logits"],
    "no tensor named so": ["trace", "--ids", "5", "--only", "nothing.*", "--save", "t.safetensors"],
    "no folder to save in": ["trace", SENTENCE, "--save", "/no/such/folder/t.safetensors"],
    "no blocks": ["trace", SENTENCE, "--layers", "0"],
    "too many blocks": ["trace", SENTENCE, "--layers", "33"],
    "blocks that are no number": ["trace", SENTENCE, "--layers", "many"],
    "negative budget": ["trace", SENTENCE, "--budget", "-1"],
    "shots without a folder": ["shots"],
    "shots of a wrong size": ["shots", "x", "--size", "huge"],
    "shots of a tiny size": ["shots", "x", "--size", "10x10"],
    "two sentences for the window": ["one", "two"],
    "unknown theme": ["--theme", "sepia", "x"],
}


@pytest.mark.parametrize("why", BAD, ids=str)
def test_a_bad_request_gets_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(display, "problem", lambda: "no display")
    status, out, err = call(capsys, *BAD[why])
    assert status == 2
    assert out == ""
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert len(err) > 20
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_weights_says_what_it_needs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, _, err = call(capsys, "trace", SENTENCE, "--model", str(tmp_path))
    assert status == 2
    assert "model.json" in err
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    _, _, err = call(capsys, "trace", SENTENCE, "--model", str(tmp_path))
    assert "safetensors" in err


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_there(capsys: pytest.CaptureFixture[str], device: str) -> None:
    import torch

    there = torch.cuda.is_available() if device == "cuda" else torch.backends.mps.is_available()
    if there:
        pytest.skip(f"this machine has {device}")
    status, _, err = call(capsys, "trace", SENTENCE, "--device", device)
    assert status == 2
    assert device in err


def test_a_full_disk_leaves_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    from tutor.engine import files

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "replace", full)
    status, _, err = call(capsys, "trace", SENTENCE, "--save", str(tmp_path / "t.safetensors"))
    assert status == 2
    assert "space" in err.lower()
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


# -- without a display --------------------------------------------------------------------------------------------


def test_without_a_display_the_walk_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display, "problem", lambda: "There is no display.")
    status, out, err = call(capsys, "Thinking Machines", *ARTICLE)
    assert (status, err) == (0, "")
    assert out.startswith("There is no display.\n")
    for stage in ("Tokenize", "Scores", "Softmax", "Probabilities"):
        assert stage in out
    assert "Thinking(95045)" in out
    assert out.count("✓") == 17
    assert "✗" not in out


def test_the_walk_of_a_translator_goes_through_both_texts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display, "problem", lambda: "There is no display.")
    status, out, err = call(capsys, "The cat", *SEQ2SEQ)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert [line for line in lines if line.startswith("  The(464) ·cat(3797)")]
    assert [line for line in lines if line.startswith("  <|endoftext|>(50256)")]
    stops = sum(line.startswith("── ") for line in lines)
    assert out.count("✓") == stops > 30 and "✗" not in out
    assert "Cross: Softmax" in out
    # The same from a file.
    save(capsys, tmp_path / "t.safetensors", *IDS)
    status, out, err = call(capsys, str(tmp_path / "t.safetensors"))
    assert (status, err, out.count("✓"), "✗" in out) == (0, "", stops, False)


@pytest.mark.parametrize("word", cli.COMMANDS)
def test_two_dashes_force_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setattr(display, "problem", lambda: "no display")
    status, out, _ = call(capsys, "--", word)
    assert status == 0
    assert f"{word}(" in out or f"{word[0]}" in out.splitlines()[4]


def test_a_file_is_opened_and_its_name_can_be_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save(capsys, tmp_path / "t.safetensors", "Thinking Machines", *ARTICLE)
    monkeypatch.setattr(display, "problem", lambda: "no display")
    status, out, _ = call(capsys, "t.safetensors")
    assert status == 0
    assert "Thinking(95045)" in out
    status, out, _ = call(capsys, *ARTICLE, "--", "t.safetensors")
    assert status == 0
    assert "Thinking(95045)" not in out


def test_a_broken_file_gets_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display, "problem", lambda: "no display")
    path = tmp_path / "t.safetensors"
    path.write_bytes(b"not a trace at all")
    status, _, err = call(capsys, str(path))
    assert status == 2
    assert "t.safetensors" in err
    assert err.count("\n") == 1


# -- the rest -----------------------------------------------------------------------------------------------------


def test_selftest(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = call(capsys, "selftest")
    assert (status, err) == (0, "")
    for library in ("torch", "PySide6", "numpy", "device"):
        assert library in out
    assert "✓" in out


def test_selftest_fails_where_the_numbers_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tutor import selftest

    right = selftest.reference
    monkeypatch.setattr(selftest, "reference", lambda *arguments: right(*arguments) + 0.01)
    status, out, _ = call(capsys, "selftest")
    assert status == 1
    assert "✗" in out


def test_models(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = call(capsys, "models")
    assert (status, err) == (0, "")
    assert out.startswith("storyteller: ")
    for known in ("957,184", "translator: ", "gap-filler: ", "article: ", "12,884,864", "smollm2: "):
        assert known in out


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    display_ = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    kept = {key: value for key, value in os.environ.items() if key not in display_}
    return subprocess.run(
        [sys.executable, "main.py", *arguments], cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_as_a_process_without_display() -> None:
    found = python("Thinking Machines")
    assert found.returncode == 0
    assert found.stderr == ""
    if sys.platform.startswith("linux"):
        assert "no display" in found.stdout.splitlines()[0]


def test_as_a_process_with_a_bad_request() -> None:
    found = python("trace", SENTENCE, "--model", "gpt-17")
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.count("\n") == 1


def test_shots_as_a_process(tmp_path: Path) -> None:
    found = python("shots", str(tmp_path / "p"), "--only", "scores", "--only", "probs", "--size", "1000x700",
                   "--text", "Thinking Machines", *ARTICLE)  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")
    made = sorted(path.name for path in (tmp_path / "p").glob("*.png"))
    assert made == ["06-scores.png", "17-probs.png"]
    width, height = (int.from_bytes((tmp_path / "p" / made[0]).read_bytes()[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (1000, 700)


@pytest.mark.parametrize("fault", ["pickles alone", "a tensor of another shape", "no weights"])
def test_the_ledger_of_a_folder_says_what_is_wrong_with_its_weights(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, fault: str
) -> None:
    """The ledger needs no numbers, but one of a model that cannot be run would be a promise."""
    folder = tmp_path / "model"
    spec = models.find("article").spec
    small = dict(d_model=8, n_heads=2, d_head=4, d_mlp=8, d_vocab=300, n_ctx=16, tokenizer="bytes")
    spec = replace(spec, name="small", **small)
    weights = random_weights(families.program(spec), 1)
    if fault == "a tensor of another shape":
        weights["W_E"] = weights["W_E"][:, :7]
    save_model(folder, spec, weights)
    if fault != "a tensor of another shape":
        (folder / "model.safetensors").unlink()
    if fault == "pickles alone":
        (folder / "pytorch_model.bin").write_bytes(b"never read")
    status, out, err = call(capsys, "trace", "a b", "--model", str(folder))
    assert (status, out) == (2, "")
    assert err.count("\n") == 1 and err.endswith(".\n")
    assert {"pickles alone": "pytorch_model.bin", "a tensor of another shape": "W_E"}.get(fault, "model") in err


def test_only_some_tensors_are_saved(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "some.safetensors"
    patterns = ["--only", "blocks.0.attn.*", "logits"]
    assert call(capsys, "trace", "--ids", "5,6", *ARTICLE, *patterns, "--save", str(path))[0] == 0
    trace = SavedTrace(path)
    assert trace.has("blocks.0.attn.pattern") and trace.has("logits") and trace.has("blocks.0.attn.W_Q")
    assert not trace.has("blocks.0.mlp_out") and not trace.has("blocks.0.mlp.W_in")
    working = trace.working("blocks.0.attn.pattern", (0, 1, 1, 0))
    assert working.agrees
    with pytest.raises(TraceError, match=r"blocks\.0\.mlp_out was left out of some\.safetensors"):
        trace["blocks.0.mlp_out"]
