"""Tensors as files, read back by others: numpy, csv, safetensors. Every value to the bit."""

from __future__ import annotations

import csv
import errno
import json

import numpy as np
import pytest
from safetensors import safe_open

from tests.engine.samples import spec
from tutor import resources
from tutor.engine import families, files, models, saved, tensor_export
from tutor.engine.files import FileError
from tutor.engine.live import LiveTrace
from tutor.engine.tokens import batch_of_ids
from tutor.engine.trace import Cancelled, TraceError
from tutor.engine.weights import random_weights


@pytest.fixture(scope="module")
def trace():
    """Two sentences of unequal length, one of them with hostile texts."""
    model = spec(d_vocab=1280, n_ctx=32)
    program = families.program(model)
    batch = models.find("storyteller").batch(('=1+1,"Tom', "Lily\nsaid hi."))
    return LiveTrace(program, model, random_weights(program, 1), batch, "cpu")


NAMES = ("tokens", "blocks.0.ln1.mean", "blocks.1.attn.masked", "pos_embed", "logits", "W_E")


@pytest.mark.parametrize("name", NAMES)
def test_npy_is_read_by_numpy_to_the_bit(trace, tmp_path, name):
    path = tensor_export.write(trace, name, tmp_path / "t.npy", "npy")
    read = np.load(path, allow_pickle=False)
    assert read.dtype == trace[name].dtype
    np.testing.assert_array_equal(read, trace[name])
    assert [one.name for one in tmp_path.iterdir()] == ["t.npy"]


@pytest.mark.parametrize("name", NAMES)
def test_safetensors_hold_the_axes_and_tokens_too(trace, tmp_path, name):
    path = tensor_export.write(trace, name, tmp_path / "t.safetensors", "safetensors")
    with safe_open(path, framework="np") as file:
        np.testing.assert_array_equal(file.get_tensor(name), trace[name])
        told = file.metadata()
    assert json.loads(told["axes"]) == [[axis.name, axis.size] for axis in trace.shapes[name]]
    assert (told["name"], told["model"]) == (name, trace.spec.name)
    assert json.loads(told["tokens"])["tokens"][0][0] == trace.batch.rows[0][0].text


@pytest.mark.parametrize("name", NAMES)
def test_csv_has_every_value_exactly_and_names_its_rows_and_columns(trace, tmp_path, name):
    path = tensor_export.write(trace, name, tmp_path / "t.csv", "csv")
    with open(path, encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    values, axes = trace[name], trace.shapes[name]
    assert head[: len(axes) - 1] == [axis.name for axis in axes[:-1]]
    assert len(head) - len(axes) + 1 == axes[-1].size
    assert head[-1].startswith(f"{axes[-1].name} {axes[-1].size - 1}")
    read = np.array([[float(one) for one in row[len(axes) - 1 :]] for row in rows]).astype(values.dtype)
    np.testing.assert_array_equal(read.reshape(values.shape), values)
    for row, index in zip(rows, np.ndindex(*values.shape[:-1])):
        assert [int(one.split(" ")[0]) for one in row[: len(axes) - 1]] == list(index)


def test_a_csv_row_is_named_by_its_own_sentences_token_and_no_text_is_a_formula(trace, tmp_path):
    path = tensor_export.write(trace, "blocks.0.resid_post", tmp_path / "t.csv", "csv")
    with open(path, encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    for row in rows:
        batch, pos = int(row[0]), int(row[1].split(" ")[0])
        token = trace.batch.rows[batch][pos]
        assert row[1] == f"{pos} {'pad' if token.pad else token.text}"
    assert not [one for row in (head, *rows) for one in row[:2] if one[:1] in "=+-@"]
    assert any("=" in row[1] for row in rows)


def test_one_sentences_columns_are_named_by_its_tokens(tmp_path):
    file = saved.SavedTrace(resources.path("traces", "storyteller.safetensors"))
    path = tensor_export.write(file, "blocks.0.attn.pattern", tmp_path / "t.csv", "csv")
    with open(path, encoding="utf-8-sig", newline="") as text:
        head = next(csv.reader(text))
    assert head[3:] == [f"key_pos {at} {token.text}" for at, token in enumerate(file.batch.rows[0])]


def test_infinities_and_nan_are_kept(tmp_path):
    model = spec()
    program = families.program(model)
    trace = LiveTrace(program, model, random_weights(program, 1), batch_of_ids(None, [[1, 2]], 16, 29), "cpu")
    odd = np.array([[[np.inf, -np.inf, np.nan, 1e-45, 3.4e38, 0.1, -0.0, *[0] * 5]] * 2], np.float32)
    trace = trace.with_override("blocks.0.resid_post", odd)
    for form, ending in tensor_export.FORMATS.items():
        path = tensor_export.write(trace, "blocks.0.resid_post", tmp_path / f"t{ending}", form)
        if form == "npy":
            np.testing.assert_array_equal(np.load(path), odd)
        elif form == "csv":
            with open(path, encoding="utf-8-sig", newline="") as file:
                rows = list(csv.reader(file))[1:]
            read = np.array([[float(one) for one in row[2:]] for row in rows], np.float32)
            np.testing.assert_array_equal(read, odd[0])


@pytest.mark.parametrize("form", sorted(tensor_export.FORMATS))
def test_a_full_disk_or_a_missing_folder_leaves_nothing_and_says_so(trace, tmp_path, monkeypatch, form):
    with pytest.raises(FileError, match="could not be written"):
        tensor_export.write(trace, "logits", tmp_path / "no such" / "t", form)

    def full(source, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(FileError, match="No space left on device"):
        tensor_export.write(trace, "logits", tmp_path / "t", form)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", sorted(tensor_export.FORMATS))
def test_cancelling_leaves_nothing(trace, tmp_path, form):
    with pytest.raises(Cancelled):
        tensor_export.write(trace, "logits", tmp_path / "t", form, cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", sorted(tensor_export.FORMATS))
def test_progress_ends_at_one(trace, tmp_path, form):
    told = []
    tensor_export.write(trace, "logits", tmp_path / "t", form, progress=told.append)
    assert told[-1] == 1.0
    assert told == sorted(told)


def test_a_tensor_that_is_not_there_is_said(trace, tmp_path):
    with pytest.raises((TraceError, KeyError)):
        tensor_export.write(trace, "nothing", tmp_path / "t", "npy")
    assert list(tmp_path.iterdir()) == []
