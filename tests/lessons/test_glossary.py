"""The glossary has every size, axis, stage and tensor there is, in both languages, and leads nowhere that is not."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from tests.lessons import prose
from tests.lessons.allfamilies import names, programs, stages
from tutor import typeset
from tutor.engine import axes
from tutor.engine.spec import ModelSpec
from tutor.lessons import glossary, lesson, markdown
from tutor.lessons.texts import LANGUAGES

EN, ZH = LANGUAGES
KEYS = sorted(glossary.glossary(EN))
ALL = [(language, key) for language in LANGUAGES for key in KEYS]
#: Sizes that are counted, among the fields of a spec.
SIZES = [field.name for field in fields(ModelSpec) if re.match(r"[dn]_|window|pos_offset|eps|seed", field.name)]
#: Symbols of the formulas that a reader may ask for.
SYMBOLS = ("Q", "K", "V", "W_Q", "W_K", "W_V", "W_O", "W_E", "W_U", "M", "γ", "β", "ε", "σ", "μ", "θ", "d_k", "√d_k")
#: What it is called elsewhere, and what it is here.
ELSEWHERE = {
    "n_embd": "d_model", "hidden_size": "d_model", "num_attention_heads": "n_heads", "head_dim": "d_k",
    "num_key_value_heads": "n_kv_heads", "num_hidden_layers": "n_layers", "intermediate_size": "d_mlp", "d_ff": "d_mlp",
    "vocab_size": "d_vocab", "max_position_embeddings": "n_ctx", "hook_q": "query", "hook_k": "key", "hook_v": "value",
    "hook_attn_scores": "masked", "hook_pattern": "pattern", "hook_z": "z", "hook_resid_mid": "resid_mid",
    "past_key_values": "kv_cache", "lm_head": "unembedding", "cross-entropy": "surprise", "交叉熵": "surprise",
    "RoPE": "rotary", "GQA": "grouped_query", "wte": "embedding_table", "skip connection": "residual_connection",
    "查询": "query", "残差": "residual_stream", "词元": "token", "层归一化": "layer_norm", "归纳头": "induction_head",
}  # fmt: skip

_SECTION = re.compile(r"^(?:encoder\.|decoder\.)?(?:blocks\.\d+\.)?")
_NORM = re.compile(r"^(?:ln1|ln2|ln_cross|ln_final|embed_ln|head\.ln|q_norm|k_norm)\b")

each = pytest.mark.parametrize(("language", "key"), ALL)


def short(name: str) -> tuple[str, ...]:
    """Names under which a tensor may be asked for: `attn.q_norm.var` is `q_norm.var` and any norm's `ln.var`."""
    plain = _SECTION.sub("", name)
    bare = re.sub(r"^(?:attn|cross_attn)\.", "", plain)
    return plain, bare, _NORM.sub("ln", bare)


def named(name: str, language: str) -> bool:
    """Whether a name is an entry's own key, term or synonym in this language, not only in the other."""
    wanted = glossary.folded(name)
    return any(wanted in map(glossary.folded, (term.key, term.symbol, *term.names()))
               for term in glossary.glossary(language).values())  # fmt: skip


def test_both_languages_have_the_same_entries_in_the_same_order() -> None:
    assert list(glossary.glossary(EN)) == list(glossary.glossary(ZH))
    assert len(KEYS) >= 110


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_every_axis_size_and_symbol(language: str) -> None:
    assert [one for one in (*axes.NAMES, *SIZES, *SYMBOLS) if not named(one, language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_every_stage(language: str) -> None:
    plain = {key.removeprefix("cross_") for key in stages()}
    assert [key for key in sorted(plain) if not named(key, language)] == []
    # A head of attention is another thing than the head that predicts: its title finds it.
    assert glossary.find(stages()["head"]) == "prediction_head"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_every_tensor(language: str) -> None:
    tensors = {step.name for program in programs() for step in program.steps}
    assert [one for one in sorted(tensors) if not any(named(way, language) for way in short(one))] == []


@pytest.mark.parametrize(("name", "key"), ELSEWHERE.items())
def test_a_term_is_found_by_what_it_is_called_elsewhere(name: str, key: str) -> None:
    assert glossary.find(name) == key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_entries_are_called_alike(language: str) -> None:
    terms = [glossary.folded(term.term) for term in glossary.glossary(language).values()]
    assert len(terms) == len(set(terms))


@each
def test_it_leads_somewhere(language: str, key: str) -> None:
    term = glossary.glossary(language)[key]
    assert term.see and key not in term.see and len(term.see) == len(set(term.see))
    assert not term.lesson or term.lesson in lesson.lessons(language)
    for target in [span.link for span in term.text if span.link is not None]:
        assert target.kind in ("term", "tensor")
        assert target.name in (KEYS if target.kind == "term" else names()) and target.name != key
    for latex in [term.symbol, *(span.text for span in term.text if span.kind == markdown.FORMULA)]:
        assert not latex or typeset.svg(latex), latex


@each
def test_it_is_said_briefly_and_without_typed_numbers(language: str, key: str) -> None:
    term = glossary.glossary(language)[key]
    text = prose.said(term.text)
    assert 1 <= prose.sentences(text) <= 4
    assert 10 <= len(text) <= (330 if language == EN else 150)
    assert prose.typed_in(text) == []
    assert term.term not in term.other and len(term.other) == len(set(term.other))
    if language == ZH:
        assert prose.misset(text) == []
        assert prose.misset(term.term.replace("(logits)", "")) == []
