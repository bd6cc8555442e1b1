"""Any number of any family leads back to bytes of the text, by its own links alone, each working on the way ✓."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import samples
import walking

from tutor.engine import families
from tutor.engine.decoding import begun
from tutor.engine.encodings import Tokenizer
from tutor.engine.live import LiveTrace
from tutor.engine.saved import save
from tutor.engine.tokens import batch_of_texts
from tutor.engine.weights import random_weights
from tutor.engine.working import Link, Working

ROOT = Path(__file__).parents[2]
WALKS = 200
#: Every byte is a token; above them the one that ends and begins a text.
BYTES = Tokenizer("bytes", {bytes([byte]): byte for byte in range(256)}, None, {"<|endoftext|>": 256})
SOURCES = ("naïve cat", "日本", "a")
TARGETS = ("Katze", "x", "zwei Wörter")

#: One of each family, with its own ways.
KINDS: dict[str, dict[str, Any]] = {
    "decoder_only": {**samples.CHOICES["post-norm"]},
    "gpt2": samples.KINDS["as GPT-2"],
    "llama": {**samples.KINDS["rotary, q and k norm"], "window": 3},
    "gpt_neox": samples.KINDS["parallel residual"],
    "bert": samples.KINDS["fills gaps"],
    "roberta": samples.KINDS["fills gaps, untied, offset"],
    "distilbert": samples.KINDS["without a head"],
    "encoder_decoder": samples.KINDS["source and target, pre-norm"],
    "marian": samples.KINDS["source and target, sines first"],
}


def trace_of(family: str) -> LiveTrace:
    of = samples.spec(**KINDS[family], d_vocab=257, start_id=256)
    program = families.program(of)
    source = batch_of_texts(BYTES, SOURCES, of.n_ctx, of.d_vocab)
    target = None
    if len(program.streams) > 1:
        target = begun(batch_of_texts(BYTES, TARGETS, of.n_ctx - 1, of.d_vocab), BYTES.token(256))
    return LiveTrace(program, of, random_weights(program, 3, spread=True), source, "cpu", target=target)


def test_every_family_is_walked() -> None:
    assert set(KINDS) == set(families.names())


@pytest.mark.parametrize("family", KINDS)
def test_every_number_leads_back_to_bytes(family: str) -> None:
    trace = trace_of(family)
    rng = np.random.default_rng(7)
    ends = [walking.walk(trace, rng) for _ in range(WALKS)]
    assert all(end.data for end in ends)
    assert {end.stream for end in ends} == set(trace.program.streams)
    # From late numbers through many workings, and to most of the text.
    assert max(end.hops for end in ends) > 10
    assert len({(end.stream, end.index) for end in ends}) > 10
    if trace.target is not None:
        lone = [end for end in ends if end.stream == "decoder.tokens" and end.index[1] == 0]
        assert lone and all(end.data == b"<|endoftext|>" for end in lone)


def test_a_late_number_of_a_translator_leads_to_both_texts() -> None:
    trace = trace_of("marian")
    rng = np.random.default_rng(1)
    ends = [walking.walk(trace, rng, ("logits", (0, 3, 65))) for _ in range(40)]
    assert {end.stream for end in ends} == {"encoder.tokens", "decoder.tokens"}
    assert {end.index[0] for end in ends} == {0}  # never to another row
    # To all of the source, whatever the position in the target.
    assert {end.index[1] for end in ends if end.stream == "encoder.tokens"} - {0, 1, 2, 3}


@pytest.mark.parametrize("family", ["llama", "encoder_decoder"])
def test_the_same_from_a_file_without_torch(family: str, tmp_path: Path) -> None:
    save(trace_of(family), tmp_path / "t.safetensors")
    script = (
        "import sys; sys.modules['torch'] = None; sys.path.insert(0, 'tests/engine')\n"
        "import numpy as np, walking\n"
        "from pathlib import Path\n"
        "from tutor.engine.saved import SavedTrace\n"
        "trace, rng = SavedTrace(Path(sys.argv[1])), np.random.default_rng(8)\n"
        f"print(sum(bool(walking.walk(trace, rng).data) for _ in range({WALKS})))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "t.safetensors")], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (found.returncode, found.stderr, found.stdout) == (0, "", f"{WALKS}\n")


def test_a_number_that_lies_is_met(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the walk relies on can fail: a wrong working, links that lead nowhere, and a circle."""
    trace = trace_of("gpt2")
    right = trace.working

    def changed(**changes: Any) -> Any:
        def working(name: str, index: Any) -> Working:
            made = right(name, index)
            return replace(made, **{key: change(made) for key, change in changes.items()})

        return working

    for changes, sentence in (
        (dict(result=lambda made: made.result + 1), "is worked out"),
        (dict(sources=lambda made: (), terms=lambda made: None), "comes from nothing"),
        (dict(sources=lambda made: (Link("logits", (0, 0, 0)),), terms=lambda made: None), "not the id of a token"),
    ):
        monkeypatch.setattr(trace, "working", changed(**changes))
        with pytest.raises(AssertionError, match=sentence):
            for _ in range(5):
                walking.walk(trace, np.random.default_rng(2))
