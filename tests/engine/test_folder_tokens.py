"""A model's own tokenizer: what a token shows is what it is, and its span is the text that it came from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from tests.engine.test_huggingface import CONFIG, tensors, write
from tutor import cli
from tutor.engine import encodings, tokenizer_files
from tutor.engine.folder_tokens import FolderTokenizer
from tutor.engine.live import LiveTrace
from tutor.engine.models import find
from tutor.engine.saved import SavedTrace, save
from tutor.engine.tokens import END_OF_TEXT, Batch, TokenError, batch_of_ids, batch_of_texts, load

SENTENCES = ["Thinking machines think about thinking.", "我喜欢机器学习 and café", "Hello world, hello 👩"] * 3
TEXTS = [
    "Hello thinking world", " Hello  there ", "我喜欢机器学习", "👩\u200d👧 ok", "CAFE\u0301 café", "a\n\tb", "☃ think",
    "ﬁne ① Ⅷ", "\u200bHello\u200b", "hello [MASK] <mask> <|endoftext|> </s> x", "\u0301\u0301", "𠮷\u3000ſ", "I" * 300,
]  # fmt: skip
awkward = st.text(st.sampled_from("a 'Hell1\n\té我欢𠮷👩\u200d\u200b\u0301\u3000ſİßﬁ①☃▁Ġ"), min_size=1, max_size=12)


def byte_level(normalizer: normalizers.Normalizer | None = None, prefix_space: bool = False) -> Tokenizer:
    made = Tokenizer(models.BPE())
    if normalizer is not None:
        made.normalizer = normalizer
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = [END_OF_TEXT, "<s>", "</s>", "<pad>"]
    made.train_from_iterator(
        SENTENCES, trainers.BpeTrainer(vocab_size=320, special_tokens=special, initial_alphabet=alphabet,
                                       show_progress=False))  # fmt: skip
    return made


def roberta() -> Tokenizer:
    made = byte_level()
    made.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    made.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 1), add_prefix_space=False)
    return made


def word_piece() -> Tokenizer:
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=110, special_tokens=special, show_progress=False)
    made.train_from_iterator(SENTENCES, trainer)
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return made


def metaspace() -> Tokenizer:
    """Llama 2's kind: spaces as ▁, unknown characters as bytes."""
    made = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=360, special_tokens=special, show_progress=False)
    made.train_from_iterator(SENTENCES, trainer)
    described = json.loads(made.to_str())
    # Bytes are ordinary tokens there, which nobody can type.
    described["added_tokens"] = [one for one in described["added_tokens"] if one["id"] < 3]
    made = Tokenizer.from_str(json.dumps(described))
    made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return made


def unigram() -> Tokenizer:
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    special = ["<pad>", "<unk>", "</s>"]
    trainer = trainers.UnigramTrainer(
        vocab_size=80, special_tokens=special, unk_token="<unk>", show_progress=False)
    made.train_from_iterator(SENTENCES, trainer)
    made.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    return made


KINDS: dict[str, Callable[[], Tokenizer]] = {
    "bytes": byte_level, "bytes, NFC": lambda: byte_level(normalizers.NFC()),
    "bytes, prefix": lambda: byte_level(prefix_space=True), "roberta": roberta, "wordpiece": word_piece,
    "metaspace": metaspace, "unigram": unigram,
}  # fmt: skip


@pytest.fixture(scope="module")
def kept() -> dict[str, FolderTokenizer]:
    return {name: tokenizer_files.finish(name, made(), {}, {}) for name, made in KINDS.items()}


def folder_of(folder: Path, made: Tokenizer | None = None, **files: object) -> Path:
    folder.mkdir(exist_ok=True)
    if made is not None:
        made.save(str(folder / "tokenizer.json"))
    for name, content in files.items():
        (folder / name.replace("_json", ".json")).write_text(json.dumps(content), encoding="utf-8")
    return folder


def shown(tokenizer: FolderTokenizer, text: str) -> list[tuple[str, str]]:
    """What each token shows, and the text that it covers."""
    return [(token.text, text[token.start : token.stop]) for token in tokenizer.encode(text)]


# -- every kind -------------------------------------------------------------------------------------------------------


def honest(tokenizer: FolderTokenizer, text: str) -> Batch:
    """Ids are the library's own, spans lie in the text in order, and the batch survives its JSON."""
    tokens = tokenizer.encode(text)
    assert [token.id for token in tokens] == tokenizer.ids_of(text) == tokenizer._backend.encode(text).ids
    for token in tokens:
        assert 0 <= token.start <= token.stop <= len(text)
        assert len(text[: token.start].encode()) <= token.byte_start <= token.byte_stop
        assert token.byte_stop <= len(text[: token.stop].encode())
        assert token.special == (token.id in tokenizer.specials.values())
        assert token.data == tokenizer.token(token.id).data
        assert "\ufffd" not in token.text
    batch = batch_of_texts(tokenizer, [text, "Hello"], 4096, tokenizer.n_vocab)
    again = Batch.from_json(json.loads(json.dumps(batch.to_json())))
    assert again == batch and again.exact == batch.exact
    if batch.exact:
        assert b"".join(token.data for token in tokens if token.stop > token.start) == text.encode()
    return batch


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", TEXTS)
def test_what_a_row_says_is_so(kept: dict[str, FolderTokenizer], kind: str, text: str) -> None:
    if not kept[kind].ids_of(text):
        pytest.skip("nothing is left of this text")
    honest(kept[kind], text)


@pytest.mark.parametrize("kind", KINDS)
@given(text=awkward)
def test_what_any_row_says_is_so(kept: dict[str, FolderTokenizer], kind: str, text: str) -> None:
    if text.strip() and kept[kind].ids_of(text):
        honest(kept[kind], text)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_ids(kept: dict[str, FolderTokenizer], kind: str) -> None:
    tokenizer = kept[kind]
    ids = tokenizer.ids_of("Hello thinking world")
    batch = batch_of_ids(tokenizer, [ids, ids[:2]], 64, tokenizer.n_vocab)
    assert [token.id for token in batch.rows[0]] == ids and batch.exact
    assert Batch.from_json(batch.to_json()) == batch
    assert tokenizer.text_of(ids).strip().lower().endswith(("world", "world [sep]", "world</s>"))
    for wrong in (-1, tokenizer.n_vocab, 2**40, 1.5, True):
        with pytest.raises(TokenError):
            tokenizer.token(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_half_characters_are_refused(kept: dict[str, FolderTokenizer], kind: str) -> None:
    with pytest.raises(TokenError, match="half of a surrogate pair"):
        kept[kind].encode("a\ud800")


# -- kind by kind -----------------------------------------------------------------------------------------------------


def test_byte_level_tokens_are_the_bytes(kept: dict[str, FolderTokenizer]) -> None:
    text = "Hello 学习☃ <|endoftext|> café"
    tokens = kept["bytes"].encode(text)
    assert b"".join(token.data for token in tokens) == text.encode()
    assert [token.text for token in tokens if token.special] == [END_OF_TEXT]
    snow = [token for token in tokens if text[token.start : token.stop] == "☃"]
    assert [token.text for token in snow] == ["⟨E2⟩", "⟨98⟩", "⟨83⟩"]
    assert batch_of_texts(kept["bytes"], [text], 99).exact


def test_a_composed_text_is_no_more_the_bytes_that_were_written(kept: dict[str, FolderTokenizer]) -> None:
    text = "cafe\u0301 Hello"
    assert not batch_of_texts(kept["bytes, NFC"], [text], 99).exact
    assert batch_of_texts(kept["bytes, NFC"], ["caf\u00e9 Hello"], 99).exact
    assert ("é", "e\u0301") in shown(kept["bytes, NFC"], text)


def test_a_space_that_the_tokenizer_puts_first_covers_nothing(kept: dict[str, FolderTokenizer]) -> None:
    assert shown(kept["bytes, prefix"], "喜 a")[0] == ("·", "")
    assert shown(kept["bytes, prefix"], " 喜")[0] == ("·", " ")
    assert shown(kept["metaspace"], "学 a")[:2] == [("<s>", ""), ("▁", "")]


def test_framing_and_typed_specials(kept: dict[str, FolderTokenizer]) -> None:
    assert shown(kept["roberta"], "Hello <mask>") == [
        ("<s>", ""), ("Hello", "Hello"), ("<mask>", "<mask>"), ("</s>", ""),
    ]  # fmt: skip
    tokens = kept["roberta"].encode("Hello <mask>")
    assert [token.special for token in tokens] == [True, False, True, True]
    assert kept["roberta"].mask == "<mask>" and kept["bytes"].mask is None
    assert batch_of_texts(kept["roberta"], ["Hello world"], 99).exact


def test_word_pieces_stand_as_in_the_vocabulary_and_cover_the_text_as_written(
    kept: dict[str, FolderTokenizer],
) -> None:
    text = "Thinking CAFÉ wor☃ [MASK]"
    found = shown(kept["wordpiece"], text)
    assert found[0] == ("[CLS]", "") and found[-1] == ("[SEP]", "")
    assert found[-2] == ("[MASK]", "[MASK]")
    assert ("cafe", "CAFÉ") in found and ("[UNK]", "wor☃") in found
    assert "".join(part for _, part in found) == text.replace(" ", "")
    assert ("cafe", "cafe\u0301") in shown(kept["wordpiece"], "a cafe\u0301.")
    pieces = shown(kept["wordpiece"], "thinkcaf")
    assert any(token.startswith("##") for token, _ in pieces)
    assert "".join(token.removeprefix("##") for token, _ in pieces[1:-1]) == "thinkcaf"
    assert kept["wordpiece"].mask == "[MASK]"
    assert [token.special for token in kept["wordpiece"].encode("wor☃")] == [True, True, True]


def test_bytes_of_unknown_characters_stand_for_them(kept: dict[str, FolderTokenizer]) -> None:
    found = shown(kept["metaspace"], "a ☃")
    assert found[-3:] == [("<0xE2>", "☃"), ("<0x98>", "☃"), ("<0x83>", "☃")]
    assert kept["metaspace"].text_of(kept["metaspace"].ids_of("a ☃")) == "<s> a ☃"


def test_what_was_written_otherwise_still_is_the_text_covered(kept: dict[str, FolderTokenizer]) -> None:
    found = shown(kept["unigram"], "ﬁn")
    assert ("i", "ﬁ") in found and ("n", "n") in found
    assert kept["unigram"].merges(kept["unigram"].ids_of("Hello")[0]) == ()


def test_a_text_of_which_nothing_is_left() -> None:
    made = word_piece()
    made.post_processor = processors.TemplateProcessing(single="$A", special_tokens=[])
    tokenizer = tokenizer_files.finish("mine", made, {}, {})
    for texts, which in ((["\u200b"], "The sentence"), (["Hello", "\u200b\u200d"], "Sentence 1")):
        with pytest.raises(TokenError) as caught:
            batch_of_texts(tokenizer, texts, 9)
        assert str(caught.value) == f"{which} leaves no token to read: write at least one word."


# -- merges -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["bytes", "roberta", "metaspace"])
def test_merges_lead_to_their_token(kept: dict[str, FolderTokenizer], kind: str) -> None:
    tokenizer = kept[kind]
    told = 0
    for number in range(tokenizer.n_vocab):
        merges = tokenizer.merges(number)
        if merges:
            told += 1
            assert (merges[-1].result, merges[-1].rank) == (tokenizer.token(number).data, number)
            assert all(tokenizer.token(merge.rank).data == merge.result for merge in merges)
    assert told >= 40


def test_ids_against_the_order_of_merging_tell_no_ranks() -> None:
    made = models.BPE(vocab={"a": 0, "b": 1, "abb": 2, "ab": 3}, merges=[("a", "b"), ("ab", "b")])
    tokenizer = tokenizer_files.finish("mine", Tokenizer(made), {}, {})
    assert tokenizer.merges(3) == tokenizer.merges(2) == ()
    made = models.BPE(vocab={"a": 0, "b": 1, "ab": 2, "abb": 3, "ba": 4}, merges=[("a", "b"), ("ab", "b")])
    tokenizer = tokenizer_files.finish("mine", Tokenizer(made), {}, {})
    told = [(merge.left, merge.right, merge.rank) for merge in tokenizer.merges(3)]
    assert told == [(b"a", b"b", 2), (b"ab", b"b", 3)]
    assert tokenizer.merges(4) == ()


def test_merges_of_characters_survive_json() -> None:
    made = models.BPE(vocab={"喜": 0, "欢": 1, "喜欢": 2}, merges=[("喜", "欢")])
    tokenizer = tokenizer_files.finish("mine", Tokenizer(made), {}, {})
    batch = batch_of_texts(tokenizer, ["喜欢"], 9)
    assert [merge.result.decode() for merge in batch.merges[2]] == ["喜欢"]
    assert Batch.from_json(batch.to_json()) == batch


# -- files ------------------------------------------------------------------------------------------------------------


def test_gpt2s_two_files(tmp_path: Path) -> None:
    made = byte_level()
    made.model.save(str(tmp_path))
    found = tokenizer_files.find(tmp_path)
    assert found is not None
    for text in [*TEXTS[:8], "Hello <|endoftext|>"]:
        assert found.ids_of(text) == made.encode(text).ids
    assert found.specials == {END_OF_TEXT: 0}


def test_robertas_two_files(tmp_path: Path) -> None:
    made = roberta()
    made.model.save(str(tmp_path))
    vocab = json.loads((tmp_path / "vocab.json").read_text(encoding="utf-8"))
    folder_of(tmp_path, vocab_json={**vocab, "<mask>": 320}, config_json={"model_type": "roberta", "pad_token_id": 3})
    found = tokenizer_files.find(tmp_path)
    assert found is not None and found.pad_id == 3
    for text in ("Hello <mask> world", " Hello </s>", "☃"):
        assert found.ids_of(text) == made.encode(text).ids
    assert shown(found, "Hello <mask>")[2] == ("<mask>", "<mask>")


def test_berts_one_file(tmp_path: Path) -> None:
    made = word_piece()
    made.model.save(str(tmp_path))
    found = tokenizer_files.find(folder_of(tmp_path))
    assert found is not None and (found.mask, found.pad_id, found.eot_id) == ("[MASK]", 0, None)
    for text in TEXTS:
        assert found.ids_of(text) == made.encode(text).ids
    cased = tokenizer_files.find(folder_of(tmp_path, tokenizer_config_json={"do_lower_case": False}))
    assert cased is not None and cased.ids_of("Hello") != found.ids_of("Hello")


def test_ids_to_pad_and_to_end_with_come_from_the_models_own_files(tmp_path: Path) -> None:
    made = byte_level()
    folder = folder_of(tmp_path, made, config_json={"eos_token_id": [0, 5], "pad_token_id": 3})
    found = tokenizer_files.find(folder)
    assert found is not None and (found.eot_id, found.pad_id) == (0, 3)
    assert batch_of_texts(found, ["Hello world", "Hello"], 9).ids[1, -1] == 3
    found = tokenizer_files.find(folder_of(folder, special_tokens_map_json={"eos_token": {"content": "</s>"}}))
    assert found is not None and found.eot_id == 2
    found = tokenizer_files.find(folder_of(folder, config_json={"eos_token_id": True, "pad_token_id": 10**9}))
    assert found is not None and (found.eot_id, found.pad_id) == (2, None)


def test_rows_are_not_cut_or_padded_by_the_tokenizer(tmp_path: Path) -> None:
    made = byte_level()
    made.enable_truncation(2)
    made.enable_padding(length=9)
    found = tokenizer_files.find(folder_of(tmp_path, made))
    assert found is not None
    assert found.text_of(found.ids_of("Hello thinking world")) == "Hello thinking world"


def test_a_folder_without_tokenizer_files(tmp_path: Path) -> None:
    assert tokenizer_files.find(folder_of(tmp_path)) is None
    (tmp_path / "tokenizer.model").write_bytes(b"\x0a")
    assert "tokenizer.model: save it as tokenizer.json" in refused(tmp_path)
    (tmp_path / "tokenizer.model").rename(tmp_path / "source.spm")
    assert "source.spm, which cannot be read: give token ids" in refused(tmp_path)


@pytest.mark.parametrize(("files", "says"), [
    ({"tokenizer.json": "{"}, "tokenizer of m"), ({"tokenizer.json": "[]"}, "tokenizer of m"),
    ({"tokenizer.json": '{"model": {"type": "Magic"}}'}, "tokenizer of m"), ({"tokenizer.json": b"\xff"}, "UTF-8"),
    ({"vocab.json": "[]", "merges.txt": ""}, "vocab.json"), ({"vocab.json": "{", "merges.txt": ""}, "vocab.json"),
    ({"vocab.json": '{"a": "b"}', "merges.txt": ""}, "vocab.json"), ({"vocab.txt": "a\nb"}, r"lacks [UNK]"),
    ({"vocab.json": '{"a": 0}', "merges.txt": "a b c"}, "merges.txt"),
    ({"vocab.json": '{"a": 0}', "merges.txt": "a b"}, "tokenizer of m"),
    ({"vocab.json": '{"a": 0}', "merges.txt": "a b</w>"}, "merges.txt"),
    ({"vocab.txt": "[UNK]\n[CLS]\n[SEP]", "tokenizer_config.json": '{"tokenizer_class": "X"}'}, "vocab.txt"),
    ({"vocab.txt": "[UNK]\n[CLS]\n[SEP]", "tokenizer_config.json": "["}, "tokenizer_config.json"),
    ({"vocab.txt": "[UNK]\n[CLS]\n[SEP]", "tokenizer_config.json": '{"strip_accents": 5}'}, "tokenizer of m"),
    ({"vocab.txt": "[UNK]\n[CLS]\n[SEP]", "added_tokens.json": '{"x": 9}'}, "added_tokens.json"),
])  # fmt: skip
def test_files_that_are_none_are_one_sentence(tmp_path: Path, files: dict[str, str | bytes], says: str) -> None:
    folder = folder_of(tmp_path / "m")
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert says in refused(folder)


def refused(folder: Path) -> str:
    with pytest.raises(TokenError) as caught:
        tokenizer_files.find(folder)
    said = str(caught.value)
    assert "\n" not in said and said.endswith(".")
    return said


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    first = tokenizer_files.find(folder_of(tmp_path, byte_level()))
    assert tokenizer_files.find(tmp_path) is first
    folder_of(tmp_path, word_piece())
    os.utime(tmp_path / "tokenizer.json", (1, 1))
    second = tokenizer_files.find(tmp_path)
    assert second is not None and second.mask == "[MASK]"


def test_the_library_is_imported_with_the_first_model_of_that_kind() -> None:
    code = "import sys, tutor.engine.models as m; m.find().batch(['a']); print('tokenizers' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# -- with a model -----------------------------------------------------------------------------------------------------


def test_a_model_with_its_own_tokenizer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = byte_level(normalizers.NFC())
    config = {**CONFIG, "vocab_size": 320}
    folder = folder_of(write(tmp_path / "mine", config, tensors(config)), made)
    model = find(str(folder))
    batch = model.batch(["cafe\u0301 Hello", "think"])
    assert batch.tokenizer == "mine" and not batch.exact
    trace = LiveTrace(model.program, model.spec, model.weights(), batch, "cpu")
    save(trace, tmp_path / "t.safetensors")
    assert SavedTrace(tmp_path / "t.safetensors").batch == batch
    assert cli.main(["trace", "Hello there", "--model", str(folder)]) == 0
    (folder / "tokenizer.json").write_text("{", encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["trace", "Hello there", "--model", str(folder)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    # Ids need no tokenizer, so a broken one stands in nobody's way.
    assert find(str(folder)).batch_of_ids([[1, 2]]).rows[0][0].text == "#1"


def test_gpt2s_own_tokenizer_goes_before_the_shipped_one(tmp_path: Path) -> None:
    config = {**CONFIG, "vocab_size": 50257}
    folder = folder_of(write(tmp_path / "gpt2", config, {}), byte_level())
    tokenizer = find(str(folder)).tokenizer()
    assert tokenizer is not None and tokenizer.name == "gpt2"
    (folder / "tokenizer.json").unlink()
    assert find(str(folder)).tokenizer() is load("r50k_base")


# -- saved rows that cannot be right ----------------------------------------------------------------------------------


def _set(saved: dict, *path_and_value: object) -> None:
    *path, last, value = path_and_value
    for part in path:
        saved = saved[part]  # type: ignore[index]
    saved[last] = value


@pytest.mark.parametrize("change", [
    ("exact", True), ("exact", 0), ("exact", None), ("rows", 0, 1, "start", 5), ("rows", 0, 1, "stop", 99),
    ("rows", 0, 1, "byte_stop", 10**30), ("rows", 0, 1, "byte_start", -1), ("rows", 0, 2, "byte_start", 0),
    ("rows", 0, 1, "byte_stop", 6), ("rows", 1, -1, "byte_start", 0), ("rows", 0, 1, "data", "zz"),
    ("rows", 0, 0, "id", -1), ("rows", 0, 1, "pad", True), ("texts", 0, ""), ("texts", 0, "我"), ("more", 1),
])  # fmt: skip
def test_damaged_rows_of_pieces_are_refused(kept: dict[str, FolderTokenizer], change: tuple) -> None:
    saved = batch_of_texts(kept["wordpiece"], ["Hello CAFÉ world", "Hello"], 99).to_json()
    assert saved["exact"] is False and Batch.from_json(saved)
    _set(saved, *change)
    with pytest.raises(TokenError):
        Batch.from_json(saved)


def test_files_of_the_first_versions_have_no_word_of_it() -> None:
    saved = batch_of_texts(load("gpt2"), ["Hello"], 99).to_json()
    assert "exact" not in saved and Batch.from_json(saved).exact


# -- masks in shipped encodings ---------------------------------------------------------------------------------------


def test_a_mask_can_be_typed_where_the_encoding_has_one() -> None:
    ranks = {bytes([byte]): byte for byte in range(256)} | {b"th": 256, b"the": 257}
    specials = {END_OF_TEXT: 258, "<|mask|>": 259}
    for pattern in (r"\w+|\s|[^\w\s]+", None):
        tokenizer = encodings.Tokenizer("mine", ranks, pattern, specials)
        assert tokenizer.mask == "<|mask|>"
        tokens = tokenizer.encode("a <|mask|><|mask|> b <|endoftext|>")
        assert [token.id for token in tokens][2:4] == [259, 259]
        assert [token.special for token in tokens].count(True) == 2
        assert batch_of_texts(tokenizer, ["a <|mask|> b", "<|mask|>"], 99).exact
        assert tokenizer.ids_of("<|mask|>") == [259]
    for name in ("gpt2", "bytes"):
        assert load(name).mask is None
        assert not any(token.special for token in load(name).encode("<|mask|>"))
