"""Makes the shipped models' tokenizer from their stories: `python -m tutor.training.tokenizer`."""

from __future__ import annotations

import hashlib

from tutor import resources
from tutor.training import bpe
from tutor.training.grammar import Grammar
from tutor.training.plots import RULES

NAME = "stories"
#: Ordinary tokens, bytes included; <|endoftext|> and <|mask|> follow them.
N_RANKS = 1278
#: The stream of stories, and how many of it are read.
STREAM, STORIES = 1, 20_000


def ranks() -> dict[bytes, int]:
    """The ranks, the same on every machine."""
    grammar = Grammar(RULES)
    return bpe.learn(bpe.words_of(grammar.story(STREAM, number).text for number in range(STORIES)), N_RANKS)


def main() -> None:
    path = resources.path("tokenizers") / f"{NAME}.tiktoken"
    bpe.write(path, ranks())
    print(f"{path.name}: sha256 {hashlib.sha256(path.read_bytes()).hexdigest()} (tutor/engine/encodings.py holds it)")


if __name__ == "__main__":
    main()
