"""Texts for ids: what each entry of a model's vocabulary stands for, shown as honestly as tokens are.

A name is only given where it is sure: the tokenizer that is found must make the very tokens that the run holds. Where
there is none, an entry is its id, #5. No torch, no Qt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from tutor.engine import models
from tutor.engine.axes import D_VOCAB, Axes
from tutor.engine.encodings import ALIASES, NAMES
from tutor.engine.program import Program
from tutor.engine.spec import SpecError
from tutor.engine.token_bytes import Token
from tutor.engine.tokens import AnyTokenizer, Batch, TokenError, load
from tutor.engine.trace import Trace
from tutor.engine.weights import WeightsError


class Vocabulary:
    """The names of one vocabulary's entries.

    `tokenizer` is None where none is at hand; `known` are tokens whose names are sure all the same, such as those of
    the sentence. `size` is the number of entries, which may be more than the tokenizer has.
    """

    def __init__(self, tokenizer: AnyTokenizer | None, size: int, known: Iterable[Token] = ()) -> None:
        self._tokenizer = tokenizer
        self.size = size
        self._known = {token.id: token.text for token in known if token.data}
        self._folded: list[str] | None = None

    @property
    def named(self) -> bool:
        """Whether there is a tokenizer that names its entries."""
        return self._tokenizer is not None

    def names(self, ids: Iterable[int]) -> list[str]:
        """The entries' texts as tokens are shown: a space as ·, bytes that are no whole character as ⟨E5 96⟩, an entry
        without a name as #5."""
        return [self.name(int(one)) for one in ids]

    def name(self, id: int) -> str:
        """One entry's text."""
        found = self._known.get(id)
        if found is None:
            found = self._known[id] = self._ask(id)
        return found

    def _ask(self, id: int) -> str:
        if self._tokenizer is not None:
            try:
                return self._tokenizer.token(id).text
            except TokenError:  # a row of the table that no token has
                pass
        return f"#{id}"

    def search(self, text: str, most: int = 50) -> list[int]:
        """The entries that a learner may mean: the id itself, then texts that are, begin with and hold `text`, the
        shortest first. A space may be typed as it is or as ·; capitals matter only where they tell entries apart."""
        wanted = text.replace(" ", "·")
        if not wanted:
            return []
        number = wanted.removeprefix("#")
        # "7" may be an entry's text as well as an id, so the id comes first and the texts after it.
        found = [int(number)] if number.isascii() and number.isdigit() and int(number[:12]) < self.size else []
        if wanted.startswith("#") and found:
            return found
        folded = wanted.casefold()
        ranked = []
        for id, name in enumerate(self._all()):
            at = name.find(folded)
            if at >= 0:
                bare = name[1:] if name.startswith("·") and not folded.startswith("·") else name
                same = 0 if self.name(id) == wanted else 1 if bare == folded else 2 if bare.startswith(folded) else 3
                ranked.append((same, len(name), id))
        return [*found, *(id for _, _, id in sorted(ranked) if id not in found)][:most]

    def _all(self) -> Sequence[str]:
        """Every entry's text without capitals, made once; only what is sure without a tokenizer."""
        if self._folded is None:
            if self._tokenizer is None:
                self._folded = ["" if id not in self._known else self._known[id].casefold() for id in range(self.size)]
            else:
                self._folded = [self._ask(id).casefold() for id in range(self.size)]
        return self._folded


def of_model(name: str) -> Vocabulary:
    """The vocabulary of a model by name, folder or file; nameless where it has no tokenizer at hand."""
    try:
        model = models.find(name)
        return Vocabulary(_tokenizer(name), model.spec.d_vocab)
    except (SpecError, WeightsError, TokenError):
        return Vocabulary(None, 0)


def of_trace(trace: Trace, model: str = "") -> Vocabulary:
    """The vocabulary that a run's outputs are about: the target's, where there are two texts.

    `model` is the name the run was asked for by, where that is known; a saved trace names its own. Of these and of
    the shipped encodings the first is taken whose tokens are the run's, and none where no one's are.
    """
    text = trace.target or trace.batch
    tokens = [token for batch in trace.batches.values() for row in batch.rows for token in row]
    for name in dict.fromkeys(one for one in (model, trace.spec.name) if one):
        try:
            if models.find(name).spec.d_vocab != trace.spec.d_vocab:
                continue
            found = _tokenizer(name)
        except (SpecError, WeightsError, TokenError):
            continue
        if found is not None and _makes(found, text):
            return Vocabulary(found, trace.spec.d_vocab, tokens)
    name = ALIASES.get(text.tokenizer, text.tokenizer)
    if name in NAMES:
        try:
            found = load(name)
        except TokenError:
            found = None
        if found is not None and _makes(found, text):
            return Vocabulary(found, trace.spec.d_vocab, tokens)
    return Vocabulary(None, trace.spec.d_vocab, tokens)


@lru_cache(maxsize=2)
def _tokenizer(name: str) -> AnyTokenizer | None:
    return models.find(name).tokenizer()


def _makes(tokenizer: AnyTokenizer, batch: Batch) -> bool:
    """Whether a tokenizer's tokens are those of a batch: the same name, and for every id the same bytes."""
    if batch.tokenizer != tokenizer.name:
        return False
    for token in {token.id: token for row in batch.rows for token in row}.values():
        try:
            if tokenizer.token(token.id).data != token.data:
                return False
        except TokenError:
            return False
    return True


def outputs(program: Program, shapes: Mapping[str, Axes] | None = None) -> tuple[str, str] | None:
    """The names of the tensors with one number for each vocabulary entry, before and after softmax; None for a model
    without. (The last softmax over a vocabulary, told by the axes.)"""
    shapes = shapes if shapes is not None else program.shapes(1, 1)
    for step in reversed(program.steps):
        axes = shapes[step.name]
        if axes and axes[-1].name == D_VOCAB and step.op.scale_kind == "probability" and step.inputs:
            return step.inputs[0], step.name
    return None
