"""A saved trace explains itself from one file, and a bad file gets one sentence."""

from __future__ import annotations

import errno
import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from tests.engine.samples import EVERY, live, same, some_cells, spec
from tutor.engine import files, saved
from tutor.engine.axes import names
from tutor.engine.files import FileError
from tutor.engine.live import LiveTrace
from tutor.engine.saved import SavedTrace, save
from tutor.engine.trace import Cancelled, TraceError

ROOT = Path(__file__).parents[2]


def written(trace: LiveTrace, folder: Path, **options) -> SavedTrace:
    path = folder / "t.safetensors"
    save(trace, path, **options)
    return SavedTrace(path)


# -- round trip ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", EVERY)
def test_every_tensor_and_every_working_comes_back(choice: str, tmp_path: Path) -> None:
    trace = live(spec(**EVERY[choice]), (5, 3))
    again = written(trace, tmp_path)
    assert again.program.steps == trace.program.steps
    assert again.spec == trace.spec
    assert again.batches == trace.batches and again.target == trace.target
    assert again.where == "saved"
    rng = np.random.default_rng(3)
    for step in trace.program:
        assert same(again[step.name], trace[step.name]), step.name
        assert again.stats(step.name) == pytest.approx(trace.stats(step.name), nan_ok=True)
        for index in some_cells(trace.shapes[step.name], 3, rng):
            mine, theirs = again.working(step.name, index), trace.working(step.name, index)
            assert mine.agrees
            assert (mine.result, mine.stored) == pytest.approx((theirs.result, theirs.stored), nan_ok=True)
            assert mine.links == theirs.links
            assert again.reads(step.name, index) == trace.reads(step.name, index)
            assert again.used_by(step.name, index) == trace.used_by(step.name, index)


def test_what_lies_in_the_file(tmp_path: Path) -> None:
    trace = live(spec(positions="learned"), (4, 2))
    written(trace, tmp_path)
    with safe_open(tmp_path / "t.safetensors", framework="np") as file:
        metadata, keys = file.metadata(), set(file.keys())
        assert set(metadata) == {"format", "axes", "tokens", "model", "spec", "program"}
        weights = {"weights/" + name for name in trace.program.weight_by_name}
        rows = {"weights/W_E.rows", "weights/W_pos.rows"}
        assert keys == set(trace.program.by_name) | weights | rows
        for key in keys:
            whole = key == "tokens" or key.endswith(".rows")
            assert file.get_tensor(key).dtype == (np.int64 if whole else np.float32), key
        used = file.get_tensor("weights/W_E.rows")
        assert used.tolist() == sorted(set(trace.batch.ids.ravel().tolist()))
        assert file.get_tensor("weights/W_E").shape == (len(used), 12)
        assert file.get_tensor("weights/W_pos.rows").tolist() == [0, 1, 2, 3]
        assert np.array_equal(file.get_tensor("weights/W_E"), trace["W_E"][used])
    axes = json.loads(metadata["axes"])
    assert axes == {step.name: list(names(trace.shapes[step.name])) for step in trace.program}
    assert metadata["model"] == "small"


def test_a_tied_table_is_saved_whole(tmp_path: Path) -> None:
    trace = live(spec(tied=True))
    again = written(trace, tmp_path)
    assert "weights/W_E.rows" not in again._names
    assert again["W_E"].shape == (29, 12)
    assert again.working("logits", (0, 2, 28)).agrees


def test_parts_are_read_without_the_whole(tmp_path: Path) -> None:
    trace = live(spec(), (5, 3))
    again = written(trace, tmp_path)
    for slices in ((0, 1, 2), (slice(None), 1, slice(2, 5)), (1, slice(None), slice(None))):
        assert same(again.read("blocks.0.mlp.pre", slices), trace["blocks.0.mlp.pre"][slices])
    row = int(trace.batch.ids[0, 0])
    assert same(again.read("W_E", (row, slice(None))), trace["W_E"][row])
    assert again.read("W_E", (row, 3)) == trace["W_E"][row, 3]


def test_values_are_read_only_and_cannot_be_recomputed(tmp_path: Path) -> None:
    again = written(live(spec()), tmp_path)
    with pytest.raises(ValueError, match="read-only"):
        again["embed"][0] = 1
    with pytest.raises(TraceError, match="recompute"):
        again.with_override("embed", again["embed"])


def test_a_row_that_was_not_used_says_so(tmp_path: Path) -> None:
    trace = live(spec())
    again = written(trace, tmp_path)
    unused = next(row for row in range(29) if row not in trace.batch.ids)
    with pytest.raises(TraceError, match=f"Row {unused} of W_E"):
        again.read("W_E", (unused, 0))
    with pytest.raises(TraceError, match="only the rows"):
        again["W_E"]


# -- a part only --------------------------------------------------------------------------------------------------


def test_only_keeps_what_matches_and_says_what_is_missing(tmp_path: Path) -> None:
    trace = live(spec())
    again = written(trace, tmp_path, only=["blocks.0.attn.*"])
    assert again.has("blocks.0.attn.scores")
    assert not again.has("blocks.1.attn.scores")
    assert again.working("blocks.0.attn.scores", (0, 1, 2, 2)).agrees
    with pytest.raises(TraceError, match=r"blocks\.1\.resid_mid was left out"):
        again["blocks.1.resid_mid"]
    with pytest.raises(TraceError, match=r"blocks\.0\.ln1 was left out"):
        again.working("blocks.0.attn.q_flat", (0, 1, 2))
    with pytest.raises(TraceError, match="No tensor"):
        written(trace, tmp_path, only=["nothing.*"])


# -- failing while writing ----------------------------------------------------------------------------------------


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.safetensors"
    path.write_bytes(b"what was there before")

    class Full:
        def __init__(self, file) -> None:
            self.file, self.left = file, 5000

        def __enter__(self):
            self.file.__enter__()
            return self

        def __exit__(self, *problem):
            return self.file.__exit__(*problem)

        def write(self, data) -> int:
            self.left -= len(data)
            if self.left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return self.file.write(data)

    monkeypatch.setattr(files, "open", lambda *arguments: Full(open(*arguments)), raising=False)  # noqa: SIM115
    with pytest.raises(FileError, match=r"^[^\n]*No space left[^\n]*free some space[^\n]*$"):
        save(live(spec()), path)
    assert [one.name for one in tmp_path.iterdir()] == ["t.safetensors"]
    assert path.read_bytes() == b"what was there before"


def test_cancelling_leaves_nothing_behind(tmp_path: Path) -> None:
    told: list[float] = []
    with pytest.raises(Cancelled):
        save(live(spec()), tmp_path / "t.safetensors", progress=told.append, cancelled=lambda: len(told) > 5)
    assert len(told) == 6
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="could not be written"):
        save(live(spec()), tmp_path / "none" / "t.safetensors")


def test_written_files_are_what_the_library_reads(tmp_path: Path) -> None:
    trace = live(spec())
    written(trace, tmp_path)
    loaded = load_file(tmp_path / "t.safetensors")
    assert all(np.array_equal(loaded[step.name], trace[step.name], equal_nan=True) for step in trace.program)


# -- bad files ----------------------------------------------------------------------------------------------------


@pytest.fixture
def good(tmp_path: Path) -> tuple[Path, dict, dict]:
    path = tmp_path / "bad.safetensors"
    save(live(spec(n_layers=1)), path)
    with safe_open(path, framework="np") as file:
        metadata = file.metadata()
    return path, load_file(path), metadata


def program_with(metadata: dict, change) -> str:
    data = json.loads(metadata["program"])
    change(data)
    return json.dumps(data)


CHANGES = {
    "foreign": lambda t, m: m.clear(),
    "newer": lambda t, m: m.update(format="transformer-tutor-trace/9"),
    "no spec": lambda t, m: m.pop("spec"),
    "spec that is no JSON": lambda t, m: m.update(spec="{"),
    "deeply nested": lambda t, m: m.update(tokens="[" * 100_000),
    "huge sizes": lambda t, m: m.update(spec=m["spec"].replace('"d_model": 12', '"d_model": 1e99')),
    "unknown operation": lambda t, m: m.update(program=program_with(m, lambda d: d["steps"][3].update(op="system"))),
    "operation before its time": lambda t, m: m.update(
        program=program_with(m, lambda d: d["steps"][3].update(op="Tokens"))
    ),
    "wrong axes": lambda t, m: m.update(
        program=program_with(m, lambda d: d["weights"][0]["axes"][0].__setitem__(1, 7))
    ),
    "negative size": lambda t, m: m.update(
        program=program_with(m, lambda d: d["weights"][0]["axes"][0].__setitem__(1, -7))
    ),
    "reads the future": lambda t, m: m.update(
        program=program_with(m, lambda d: d["steps"][1].update(inputs=["probs"]))
    ),
    "other tokens": lambda t, m: t.update(tokens=t["tokens"] + 1),
    "wrong shape": lambda t, m: t.update(embed=t["embed"][:, :2].copy()),
    "wrong type": lambda t, m: t.update(embed=t["embed"].astype(np.float64)),
    "rows out of order": lambda t, m: t.update({"weights/W_E.rows": t["weights/W_E.rows"][::-1].copy()}),
    "rows beyond the table": lambda t, m: t.update({"weights/W_E.rows": t["weights/W_E.rows"] + 99}),
    "tokens that lie": lambda t, m: m.update(tokens=m["tokens"].replace('"start": 0', '"start": 5')),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_is_not_right_gets_one_sentence(change: str, good: tuple[Path, dict, dict]) -> None:
    path, tensors, metadata = good
    CHANGES[change](tensors, metadata)
    save_file(tensors, path, metadata or None)
    with pytest.raises(TraceError) as caught:
        trace = SavedTrace(path)
        for step in trace.program:
            trace[step.name]
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) > 20
    assert "bad.safetensors" in str(caught.value)


@pytest.mark.parametrize("cut", [0, 4, 8, 300, -1, -5000])
def test_a_file_cut_short_gets_one_sentence(cut: int, good: tuple[Path, dict, dict]) -> None:
    path, *_ = good
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(TraceError, match="cut short"):
        SavedTrace(path)


def test_a_header_of_absurd_length(tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    path.write_bytes(struct.pack("<Q", 1 << 60) + b"{}")
    with pytest.raises(TraceError, match="cut short"):
        SavedTrace(path)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="no file"):
        SavedTrace(tmp_path / "none.safetensors")
    with pytest.raises(TraceError):
        SavedTrace(tmp_path)


# -- without torch ------------------------------------------------------------------------------------------------

WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None
from pathlib import Path
from tutor.engine.saved import SavedTrace
trace = SavedTrace(Path(sys.argv[1]))
worked = 0
for step in trace.program:
    index = tuple(size // 2 for _, size in trace.shapes[step.name])
    working = trace.working(step.name, index)
    assert working.agrees, step.name
    assert trace.program.formula(step.name) and trace.program.code(step.name)
    worked += 1
print(worked)
"""


def test_opens_and_explains_where_torch_cannot_be_imported(tmp_path: Path) -> None:
    trace = live(spec(), (4, 2))
    save(trace, tmp_path / "t.safetensors")
    found = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(tmp_path / "t.safetensors")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")
    assert int(found.stdout) == len(trace.program)


def test_looked_up_rows_are_what_the_batch_uses() -> None:
    trace = live(spec(), (3,))
    rows = saved.looked_up(trace)
    assert set(rows) == {"W_E", "W_pos"}
    assert rows["W_pos"].tolist() == [0, 1, 2]


# -- files of newer kinds of models -------------------------------------------------------------------------------


def step_with(metadata: dict, op: str, **changes) -> str:
    """The program with one of its steps of a kind changed."""
    data = json.loads(metadata["program"])
    next(step for step in data["steps"] if step["op"] == op).update(changes)
    return json.dumps(data)


def rotary(metadata: dict, **changes) -> None:
    metadata.update(program=step_with(metadata, "Rotate", **changes))


KINDS_CHANGED = {
    ("rotary, shared heads", "a rotation of another kind"): lambda t, m: rotary(m, scaling="su"),
    ("rotary, shared heads", "an odd rotation"): lambda t, m: rotary(m, dim=3),
    ("rotary, shared heads", "a rotation wider than the head"): lambda t, m: rotary(m, dim=400),
    ("rotary, shared heads", "a base of 0"): lambda t, m: rotary(m, base=0.0),
    ("rotary, shared heads", "a base that is none"): lambda t, m: rotary(m, base=float("nan")),
    ("rotary, shared heads", "stretched from nothing"): lambda t, m: rotary(m, scaling="yarn", original=0),
    ("rotary, shared heads", "stretched by nothing"): lambda t, m: rotary(m, scaling="linear", factor=0.0),
    ("rotary, shared heads", "no band"): lambda t, m: rotary(m, scaling="llama3", original=8, low=4.0, high=4.0),
    ("rotary, shared heads", "yarn of base 1"): lambda t, m: rotary(m, scaling="yarn", original=8, base=1.0),
    ("rotary, shared heads", "an option of another name"): lambda t, m: rotary(m, kind="yarn"),
    ("rotary, shared heads", "heads shared by none"): lambda t, m: m.update(
        program=step_with(m, "RepeatHeads", times=0)
    ),
    ("rotary, shared heads", "heads shared by too many"): lambda t, m: m.update(
        program=step_with(m, "RepeatHeads", times=3)
    ),
    ("rotary, shared heads", "a rope that is a word"): lambda t, m: m.update(
        spec=json.dumps({**json.loads(m["spec"]), "rope": "long"})
    ),
    ("rotary, shared heads", "a rope of unknown keys"): lambda t, m: m.update(
        spec=json.dumps({**json.loads(m["spec"]), "rope": {"dim": 4, "colour": "red"}})
    ),
    ("rotary, shared heads", "a target beside one text"): lambda t, m: m.update(target=m["tokens"]),
    ("rotary, window", "a window behind itself"): lambda t, m: m.update(program=step_with(m, "Mask", window=-1)),
    ("fills gaps", "a type that is not there"): lambda t, m: m.update(program=step_with(m, "TypeRow", row=2)),
    ("fills gaps, untied, offset", "positions before the table"): lambda t, m: m.update(
        program=step_with(m, "Positions", offset=-1)
    ),
    ("fills gaps, untied, offset", "positions behind the table"): lambda t, m: m.update(
        program=step_with(m, "Positions", offset=15)
    ),
    ("source and target", "no target"): lambda t, m: m.pop("target"),
    ("source and target", "a target of more rows"): lambda t, m: m.update(target=one_row_more(m["target"])),
    ("source and target", "a target of other ids"): lambda t, m: t.update(
        {"decoder.tokens": t["decoder.tokens"] + 1}
    ),
    ("source and target", "the texts exchanged"): lambda t, m: m.update(target=m["tokens"], tokens=m["target"]),
    ("source and target", "a text of another name"): lambda t, m: m.update(
        program=m["program"].replace('"decoder.tokens"', '"decoder.ids"')
    ),
    ("source and target", "a text too few"): lambda t, m: m.update(
        program=m["program"].replace('"decoder.tokens"', '"encoder.tokens"')
    ),
}  # fmt: skip


def one_row_more(batch: str) -> str:
    data = json.loads(batch)
    return json.dumps({**data, "rows": [*data["rows"], data["rows"][0]], "texts": [*data["texts"], ""]})


@pytest.mark.parametrize("choice, change", KINDS_CHANGED)
def test_a_file_of_any_kind_that_is_not_right_gets_one_sentence(choice: str, change: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.safetensors"
    save(live(spec(**EVERY[choice]), (5, 3)), path)
    with safe_open(path, framework="np") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    KINDS_CHANGED[choice, change](tensors, metadata)
    save_file(tensors, path, metadata)
    with pytest.raises(TraceError, match=r"^[^\n]*bad\.safetensors[^\n]*$"):
        SavedTrace(path)


@pytest.mark.parametrize("choice", ["rotary, q and k norm", "fills gaps", "source and target, sines first"])
def test_any_kind_opens_where_torch_cannot_be_imported(choice: str, tmp_path: Path) -> None:
    trace = live(spec(**EVERY[choice]), (4, 2))
    save(trace, tmp_path / "t.safetensors")
    found = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(tmp_path / "t.safetensors")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")
    assert int(found.stdout) == len(trace.program)


def test_what_lies_in_a_file_of_two_texts(tmp_path: Path) -> None:
    trace = live(spec(**EVERY["source and target, two tables"]), (4, 2), targets=(3, 5))
    again = written(trace, tmp_path)
    with safe_open(tmp_path / "t.safetensors", framework="np") as file:
        keys, metadata = set(file.keys()), file.metadata()
        for side, ids in (("encoder", trace.batch.ids), ("decoder", trace.batches["decoder.tokens"].ids)):
            assert file.get_tensor(f"{side}.tokens").dtype == np.int64
            assert file.get_tensor(f"weights/{side}.W_E.rows").tolist() == sorted(set(ids.ravel().tolist()))
            assert file.get_tensor(f"weights/{side}.W_pos.rows").tolist() == list(range(ids.shape[1]))
    assert "weights/W_U.rows" not in keys and set(metadata) >= {"tokens", "target"}
    assert again.texts("decoder.blocks.0.cross_attn.pattern") == trace.texts("decoder.blocks.0.cross_attn.pattern")
    only = written(trace, tmp_path, only=["decoder.blocks.0.cross_attn.*"])
    assert only.has("encoder.tokens") and only.has("decoder.tokens") and not only.has("encoder.embed")
    with pytest.raises(TraceError, match=r"encoder\.blocks\.0\.resid_post was left out"):
        only.working("decoder.blocks.0.cross_attn.k_flat", (0, 1, 2))
