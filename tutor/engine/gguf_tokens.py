"""The tokenizer inside a GGUF file, built with the `tokenizers` library where the file says enough to do it rightly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tutor.engine.folder_tokens import FolderTokenizer, one_sentence
from tutor.engine.gguf_file import GgufFile
from tutor.engine.token_bytes import TokenError
from tutor.engine.tokenizer_files import byte_level, finish

if TYPE_CHECKING:
    import tokenizers

_PLACE = "tokenizer.ggml."
#: token_type of a vocabulary's pieces.
_UNKNOWN, _CONTROL, _USER, _BYTE = 2, 3, 4, 6
_LONGEST, _MOST = 1024, 1 << 20
_APOSTROPHES = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_LLAMA3 = _APOSTROPHES + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + _REST
_QWEN2 = _APOSTROPHES + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + _REST
#: tokenizer.ggml.pre → how texts are cut before merging: "" as GPT-2 does, "digits" each digit alone besides, else by
#: a regular expression.
_CUTS = {
    "gpt-2": "", "smollm": "digits", "starcoder": "digits", "refact": "digits", "llama-bpe": _LLAMA3,
    "llama3": _LLAMA3, "llama-v3": _LLAMA3, "qwen2": _QWEN2, "deepseek-r1-qwen": _QWEN2,
}  # fmt: skip


@lru_cache(maxsize=2)
def find(file: GgufFile) -> FolderTokenizer | None:
    """The tokenizer that the file describes, None where it has none.

    Raises TokenError for a kind that cannot be built rightly; the model then takes ids only.
    """
    name = file.path.stem
    fields = {key[len(_PLACE) :]: value for key, value in file.fields.items() if key.startswith(_PLACE)}
    kind = fields.get("model")
    if kind in (None, "none", "no_vocab"):
        return None
    makers: Mapping[object, Callable[[str, Sequence[str], Mapping[str, Any]], tokenizers.Tokenizer]] = {
        "gpt2": _byte_pairs, "llama": _sentence_pieces,
    }  # fmt: skip
    if not isinstance(kind, str) or kind not in makers:
        raise _refused(name, "model", kind)
    pieces = fields.get("tokens")
    if not _texts(pieces) or not pieces or len(pieces) > _MOST or max(map(len, pieces)) > _LONGEST:
        raise _refused(name, "tokens", "no list of pieces")
    types = fields.get("token_type") or [1] * len(pieces)
    if not isinstance(types, list) or len(types) != len(pieces):
        raise _refused(name, "token_type", "no list as long as that of the pieces")
    with one_sentence(name):
        backend = makers[kind](name, pieces, {**fields, "token_type": types})
        _add(backend, pieces, types)
        special = _named(pieces, fields)
        _frame(backend, special, fields, default=kind == "llama" or _CUTS.get(str(fields.get("pre"))) == _LLAMA3)
        return finish(name, backend, special, {})


def _byte_pairs(name: str, pieces: Sequence[str], fields: Mapping[str, Any]) -> tokenizers.Tokenizer:
    from tokenizers import Regex, normalizers, pre_tokenizers

    pre, listed = fields.get("pre"), fields.get("merges")
    if pre not in _CUTS:
        raise _refused(name, "pre", pre)
    if not isinstance(listed, list) or not _texts(listed):
        raise _refused(name, "merges", "no list of pairs")
    cut = _CUTS[pre]
    merges = [(left, right) for left, _, right in (one.partition(" ") for one in listed)]
    backend = byte_level(_numbered(pieces), merges, ignore_merges=cut == _LLAMA3)
    if cut == "digits":
        backend.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
    elif cut:
        backend.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(cut), behavior="isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    if cut == _QWEN2:
        backend.normalizer = normalizers.NFC()
    return backend


def _sentence_pieces(name: str, pieces: Sequence[str], fields: Mapping[str, Any]) -> tokenizers.Tokenizer:
    """Llama 1 and 2: pieces are joined in the order of their scores; spaces are ▁, unknown characters bytes."""
    from tokenizers import Tokenizer, decoders, models, normalizers

    scores, types = fields.get("scores"), fields["token_type"]
    if not isinstance(scores, list) or len(scores) != len(pieces):
        raise _refused(name, "scores", "no list as long as that of the pieces")
    if fields.get("precompiled_charsmap") or fields.get("remove_extra_whitespaces"):
        raise _refused(name, "precompiled_charsmap", "a list")
    vocab = _numbered(pieces)
    joined = []
    for at, piece in enumerate(pieces):
        if types[at] in (_CONTROL, _UNKNOWN, _BYTE):
            continue
        pairs = [(piece[:cut], piece[cut:]) for cut in range(1, len(piece))]
        both = [(left, right) for left, right in pairs if left in vocab and right in vocab]
        joined += [(scores[at], pair) for pair in sorted(both, key=lambda pair: (vocab[pair[0]], vocab[pair[1]]))]
    merges = [pair for _, pair in sorted(joined, key=lambda one: -one[0])]
    unknown = next((piece for piece, kind in zip(pieces, types) if kind == _UNKNOWN), None)
    backend = Tokenizer(
        models.BPE(vocab=vocab, merges=merges, unk_token=unknown, fuse_unk=True, byte_fallback=_BYTE in types)
    )
    spaces = normalizers.Replace(" ", "▁")
    prefix = fields.get("add_space_prefix", True)
    backend.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), spaces]) if prefix else spaces
    strip = [decoders.Strip(" ", 1, 0)] if prefix else []
    backend.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *strip]
    )
    return backend


def _add(backend: tokenizers.Tokenizer, pieces: Sequence[str], types: Sequence[int]) -> None:
    """Control tokens are special; a user's own are found in texts before anything is merged."""
    from tokenizers import AddedToken

    special = [piece for piece, kind in zip(pieces, types) if kind in (_UNKNOWN, _CONTROL) and piece]
    backend.add_special_tokens([AddedToken(piece, normalized=False, special=True) for piece in special])
    own = [piece for piece, kind in zip(pieces, types) if kind == _USER and piece]
    backend.add_tokens([AddedToken(piece, normalized=False) for piece in own])


def _frame(backend: tokenizers.Tokenizer, special: Mapping[str, str], fields: Mapping[str, Any], default: bool) -> None:
    """What stands before and after every text."""
    from tokenizers import processors

    first = special.get("bos_token") if fields.get("add_bos_token", default) else None
    last = special.get("eos_token") if fields.get("add_eos_token", False) else None
    if first or last:
        template = [*([first] if first else []), "$A", *([last] if last else [])]
        known = [(text, backend.token_to_id(text)) for text in {first, last} if text]
        backend.post_processor = processors.TemplateProcessing(single=template, special_tokens=known)


def _named(pieces: Sequence[str], fields: Mapping[str, Any]) -> dict[str, str]:
    places = {"bos": "bos", "eos": "eos", "unknown": "unk", "padding": "pad", "mask": "mask"}
    found = {}
    for theirs, ours in places.items():
        number = fields.get(f"{theirs}_token_id")
        if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < len(pieces):
            found[f"{ours}_token"] = pieces[number]
    return found


def _numbered(pieces: Sequence[str]) -> dict[str, int]:
    # The first of two alike keeps its id.
    return {piece: number for number, piece in reversed(list(enumerate(pieces)))}


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _refused(name: str, key: str, value: object) -> TokenError:
    return TokenError(
        f"The tokenizer in {name} has {_PLACE}{key} {value!r:.60}, which this version does not know: give token ids."
    )
