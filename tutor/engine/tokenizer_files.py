"""The tokenizer of a model folder: tokenizer.json, else vocab.json with merges.txt, else vocab.txt, else none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.engine.folder_tokens import FolderTokenizer, one_sentence
from tutor.engine.token_bytes import TokenError

if TYPE_CHECKING:
    import tokenizers

_WHOLE, _CONFIG = "tokenizer.json", "tokenizer_config.json"
_VOCAB, _MERGES, _WORDS = "vocab.json", "merges.txt", "vocab.txt"
_NAMES, _ADDED, _MODEL = "special_tokens_map.json", "added_tokens.json", "config.json"
#: SentencePiece files, which only their own library reads.
_TWO = "source.spm"  # of a translator, with another one for the target: no library makes a tokenizer.json of them
_SENTENCEPIECE = ("tokenizer.model", "spiece.model", "sentencepiece.bpe.model", _TWO)
_FILES = (_WHOLE, _CONFIG, _VOCAB, _MERGES, _WORDS, _NAMES, _ADDED, _MODEL, *_SENTENCEPIECE)
_LARGEST = 1 << 28
#: Models whose vocab.json and merges.txt are GPT-2's in kind, but with <s> and </s> around the text.
_FRAMED = ("roberta", "bart", "longformer")
#: The tokenizers that read vocab.txt as BERT does.
_BERT = ("", "BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "PreTrainedTokenizer", "TokenizersBackend")


def find(folder: Path) -> FolderTokenizer | None:
    """The tokenizer that the folder's files describe, kept until they change; None where there are none.

    Raises TokenError naming the file that cannot be used.
    """
    stamps = []
    for name in _FILES:
        try:
            found = (folder / name).stat()
        except OSError:
            continue
        if found.st_size > _LARGEST:
            raise TokenError(f"{name} in {folder.name} is too large to be a tokenizer's: use the model's own file.")
        stamps.append((name, found.st_mtime_ns, found.st_size))
    return _load(folder.absolute(), tuple(stamps))


def finish(
    name: str, backend: tokenizers.Tokenizer, special: Mapping[str, Any], config: Mapping[str, Any]
) -> FolderTokenizer:
    """The tokenizer with its special tokens: `special` names them (`mask_token`), `config` may give ids.

    Raises TokenError.
    """
    import tokenizers

    # How long a batch's rows are is not the tokenizer's to say here.
    backend.no_truncation()
    backend.no_padding()
    texts = {}
    for key in ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"):
        named = special.get(key)
        text = named.get("content") if isinstance(named, dict) else named
        # A name that the vocabulary lacks would be an id the model has no row for.
        if isinstance(text, str) and text and backend.token_to_id(text) is not None:
            texts[key] = text
            if text not in {one.content for one in backend.get_added_tokens_decoder().values() if one.special}:
                strips = isinstance(named, dict) and named.get("lstrip") is True
                backend.add_special_tokens([tokenizers.AddedToken(text, lstrip=strips, normalized=False)])
    description = json.loads(backend.to_str())

    def number(key: str) -> int | None:
        if f"{key}_token" in texts:
            return backend.token_to_id(texts[f"{key}_token"])
        told = config.get(f"{key}_token_id")
        first = told[0] if isinstance(told, list) and told else told
        if not isinstance(first, int) or isinstance(first, bool) or not 0 <= first < 1 << 31:
            return None
        return first if backend.id_to_token(first) is not None else None

    added = {one.content for one in backend.get_added_tokens_decoder().values()}
    mask = next((one for one in (texts.get("mask_token"), "[MASK]", "<mask>") if one in added), None)
    return FolderTokenizer(name, backend, description, mask, number("eos"), number("pad"))


@lru_cache(maxsize=4)
def _load(folder: Path, stamps: tuple[tuple[str, int, int], ...]) -> FolderTokenizer | None:
    there = {name for name, *_ in stamps}
    config = _json(folder / _MODEL) if _MODEL in there else {}
    settings = _json(folder / _CONFIG) if _CONFIG in there else {}
    special = {**settings, **(_json(folder / _NAMES) if _NAMES in there else {})}
    if _WHOLE in there:
        backend = _whole(folder)
    elif {_VOCAB, _MERGES} <= there:
        backend = _byte_pairs(folder, config, special)
    elif _WORDS in there:
        backend = _word_pieces(folder, settings)
        names = {key: f"[{key.upper()}]" for key in ("unk", "sep", "pad", "cls", "mask")}
        special = {**{f"{key}_token": text for key, text in names.items()}, **special}
    else:
        pieces = next((name for name in _SENTENCEPIECE if name in there), None)
        if pieces == _TWO:
            raise TokenError(
                f"The tokenizer of {folder.name} is kept as {pieces}, which cannot be read: give token ids."
            )
        if pieces:
            raise TokenError(
                f"{folder.name} has its tokenizer only as {pieces}: save it as {_WHOLE} with "
                "`AutoTokenizer.from_pretrained(…).save_pretrained(…)`, or give token ids."
            )
        return None
    if _ADDED in there and _WHOLE not in there:
        _add(backend, _json(folder / _ADDED), folder.name)
    with one_sentence(folder.name):
        return finish(folder.name, backend, special, config)


def _whole(folder: Path) -> tokenizers.Tokenizer:
    import tokenizers

    text = _text(folder / _WHOLE)
    with one_sentence(folder.name):
        return tokenizers.Tokenizer.from_str(text)


def _byte_pairs(folder: Path, config: Mapping[str, Any], special: Mapping[str, Any]) -> tokenizers.Tokenizer:
    """GPT-2's kind: pairs of bytes, merged in the order of merges.txt."""
    from tokenizers import AddedToken, processors

    vocab = _json(folder / _VOCAB)
    lines = [line for line in _text(folder / _MERGES).split("\n") if line and not line.startswith("#version")]
    merges = [(left, right) for left, _, right in (line.partition(" ") for line in lines)]
    if not all(type(number) is int and number >= 0 for number in vocab.values()):
        raise TokenError(f"{_VOCAB} in {folder.name} is no table of ids: use the model's own file.")
    if not all(left and right and " " not in right and "</w>" not in right for left, right in merges):
        raise TokenError(f"{_MERGES} in {folder.name} is not of GPT-2's kind: save the tokenizer as {_WHOLE}.")
    with one_sentence(folder.name):
        backend = byte_level(vocab, merges)
        if config.get("model_type") in _FRAMED and {"<s>", "</s>"} <= set(vocab):
            last, first = ((text, vocab[text]) for text in ("</s>", "<s>"))
            backend.post_processor = processors.RobertaProcessing(last, first, add_prefix_space=False)
            names = [one for one in ("<s>", "<pad>", "</s>", "<unk>") if one in vocab]
            backend.add_special_tokens([AddedToken(one, normalized=False) for one in names])
            if "<mask>" in vocab:
                backend.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
        elif "<|endoftext|>" in vocab and "eos_token" not in special:
            backend.add_special_tokens([AddedToken("<|endoftext|>", normalized=False)])
    return backend


def byte_level(vocab: Mapping[str, int], merges: list[tuple[str, str]], **options: Any) -> tokenizers.Tokenizer:
    """A byte-level byte-pair encoding that cuts texts as GPT-2 does."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    backend = Tokenizer(models.BPE(vocab=dict(vocab), merges=merges, **options))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    return backend


def _word_pieces(folder: Path, settings: Mapping[str, Any]) -> tokenizers.Tokenizer:
    """BERT's kind: the longest pieces of a vocabulary, from the left."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    kind = str(settings.get("tokenizer_class") or "").removesuffix("Fast")
    if kind not in _BERT:
        raise TokenError(f"{folder.name} has a {kind:.40}, which {_WORDS} does not describe: save it as {_WHOLE}.")
    lines = _text(folder / _WORDS).split("\n")
    vocab = {line.rstrip("\r"): number for number, line in enumerate(lines) if line}
    missing = [text for text in ("[UNK]", "[CLS]", "[SEP]") if text not in vocab]
    if missing:
        raise TokenError(f"{_WORDS} in {folder.name} lacks {missing[0]}: use the model's own file.")
    # Where nothing is said, a vocabulary without a capital letter is one of lower-cased text.
    capitals = any(piece != piece.lower() for piece in vocab if not piece.startswith("["))
    lower = settings.get("do_lower_case", not capitals)
    with one_sentence(folder.name):
        backend = Tokenizer(models.WordPiece(vocab=vocab, unk_token="[UNK]"))
        backend.normalizer = normalizers.BertNormalizer(
            lowercase=bool(lower), strip_accents=settings.get("strip_accents"),
            handle_chinese_chars=bool(settings.get("tokenize_chinese_chars", True)),
        )  # fmt: skip
        backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        backend.post_processor = processors.BertProcessing(("[SEP]", vocab["[SEP]"]), ("[CLS]", vocab["[CLS]"]))
        backend.decoder = decoders.WordPiece()
    return backend


def _add(backend: tokenizers.Tokenizer, added: Mapping[str, Any], name: str) -> None:
    """The tokens of added_tokens.json, under the ids it gives them."""
    numbers = {text: number for text, number in added.items() if type(number) is int}
    for text, number in sorted(numbers.items(), key=lambda pair: pair[1]):
        backend.add_tokens([text])
        if backend.token_to_id(text) != number:
            raise TokenError(f"{_ADDED} in {name} gives {text!r:.40} the id {number}: use the model's own files.")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8"
        raise TokenError(f"{path.name} in {path.parent.name} cannot be read ({reason}): copy it again.") from error


def _json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        if isinstance(error, TokenError):
            raise
        raise TokenError(f"{path.name} in {path.parent.name} is not readable JSON: use its own file.") from error
    if not isinstance(data, dict):
        raise TokenError(f"{path.name} in {path.parent.name} is no table of keys: use the model's own file.")
    return data
