"""The storyteller on a text of the user's own: the same model, a byte-pair encoding made from that text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tutor.engine import shipped
from tutor.engine.encodings import END_OF_TEXT, HOUSE_PATTERN, MASK, Tokenizer
from tutor.engine.spec import ModelSpec
from tutor.training import bpe
from tutor.training.errors import TrainError
from tutor.training.rows import copying, next_token_batch, pick_shape
from tutor.training.tasks import Plan, Task, TrainBatch

#: A text should have this many characters to learn from, and a file at most so many bytes.
LEAST_CHARS, MOST_BYTES = 2000, 200_000_000
#: The last part of the text is held out.
HELD_OUT_SHARE = 0.05


def text_of(path: Path) -> str:
    """The file's text. Raises TrainError, one sentence with the mend."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TrainError(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB: give a part of it.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or str(error)
        raise TrainError(f"The text {str(path)!r:.80} cannot be read ({reason}): give a text file.") from None
    except ValueError as error:
        if isinstance(error, TrainError):
            raise
        raise TrainError(f"{path.name} is not UTF-8 text: save it as UTF-8, and give that file.") from None
    text = text.replace("\r\n", "\n").replace("\0", "")
    if not text.strip():
        raise TrainError(f"{path.name} is empty: give a text of at least {LEAST_CHARS:,} characters.")
    if len(text) < LEAST_CHARS:
        raise TrainError(
            f"{path.name} has {len(text):,} characters, too few to learn from: give at least {LEAST_CHARS:,}."
        )
    return text


class TextTask(Task):
    """The storyteller's model on any text, cut anywhere; some rows repeat random tokens."""

    licence = "the text's"

    def __init__(self, spec: ModelSpec, plan: Plan, path: Path) -> None:
        text = text_of(path)
        self._ranks = bpe.learn(bpe.words_of([text]), spec.d_vocab - 2)
        n_ranks = len(self._ranks)
        tokenizer = Tokenizer(
            Path(shipped.TOKENIZER_FILE).stem, self._ranks, HOUSE_PATTERN, {END_OF_TEXT: n_ranks, MASK: n_ranks + 1}
        )
        name = path.stem[:40] or spec.name
        super().__init__(replace(spec, name=name, d_vocab=tokenizer.n_vocab, tokenizer=""), tokenizer, plan)
        ids = np.array(tokenizer.ids_of(text))
        held = max(int(len(ids) * HELD_OUT_SHARE), 65)
        self._learned, self._held = ids[:-held], ids[-held:]
        self._sum, self._title = hashlib.sha256(text.encode()).hexdigest(), path.name
        self._chars = len(text)
        self.sentence = _opening(text)

    def data_sum(self) -> str:
        return self._sum

    def prepare(self, folder: Path) -> None:
        bpe.write(folder / shipped.TOKENIZER_FILE, self._ranks)

    def batch(self, step: int) -> TrainBatch:
        rng = self.stream(0, step)
        rows, length = pick_shape(rng, self.spec.n_ctx)
        return next_token_batch([self._row(rng, length + 1) for _ in range(rows)])

    def _row(self, rng: np.random.Generator, length: int) -> tuple[np.ndarray, np.ndarray]:
        end = self.tokenizer.eot_id or 0
        n_ordinary = min(self.tokenizer.specials.values())
        row = copying(rng, length, n_ordinary, end, lambda: self._cut(rng, length).tolist())
        return row or (np.concatenate([[end], self._cut(rng, length - 1)]), np.ones(length, dtype=np.float32))

    def _cut(self, rng: np.random.Generator, length: int) -> np.ndarray:
        """So many tokens of the text from anywhere, going on at its beginning after its end."""
        begin = int(rng.random() * len(self._learned))
        return self._learned.take(range(begin, begin + length), mode="wrap")

    def held_out(self) -> Sequence[TrainBatch]:
        end = self.tokenizer.eot_id or 0
        n_rows = max(1, min(64, len(self._held) // 64))
        rows = [np.concatenate([[end], self._held[at * 64 : at * 64 + 64]]) for at in range(n_rows)]
        return [next_token_batch([(row, np.ones(65, dtype=np.float32)) for row in rows])]

    def about(self) -> str:
        return f"A decoder-only model of the text {self._title} ({self._chars:,} characters)."


def _opening(text: str) -> str:
    """The text's first words, as a sentence to begin with."""
    return " ".join(text.split()[:8])
