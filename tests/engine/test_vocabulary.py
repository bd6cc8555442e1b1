"""Names of vocabulary entries: true to the tokenizer, found by what a run holds, never guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tutor import resources
from tutor.engine import families, models, saved, vocabulary
from tutor.engine.live import LiveTrace
from tutor.engine.tokens import batch_of_ids, batch_of_texts, load
from tutor.engine.weights import random_weights

ARTICLE = models.find("article")


def run(spec, batch, target=None):
    program = families.program(spec)
    return LiveTrace(program, spec, random_weights(program, 1), batch, "cpu", target=target)


@pytest.fixture(scope="module")
def small():
    """A sentence in the article's tokens, through a small model of its name."""
    spec = replace(ARTICLE.spec, d_model=8, n_heads=2, d_head=4, d_mlp=8)
    return run(spec, ARTICLE.batch(("Thinking Machines",)))


def test_names_are_the_tokenizers_own_texts_with_bytes_shown_as_bytes():
    found = vocabulary.of_model("article")
    tokenizer = load("cl100k_base")
    ids = [0, 220, 198, 255, 1820, 9906, 100256, 100276]
    assert found.names(ids) == [tokenizer.token(one).text if one != 100256 else "#100256" for one in ids]
    assert found.name(220) == "·"
    assert found.name(198) == "⏎"
    assert found.name(255).startswith("⟨")
    assert found.size == 100277


def test_an_entry_without_a_token_is_its_id():
    assert vocabulary.of_model("article").name(100270) == "#100270"
    assert vocabulary.of_model("no such model").names([3, 4]) == ["#3", "#4"]


def test_a_saved_trace_of_a_shipped_model_finds_its_names():
    trace = saved.SavedTrace(resources.path("traces", "storyteller.safetensors"))
    found = vocabulary.of_trace(trace)
    assert found.named
    tokenizer = load("stories")
    assert found.names(range(1280)) == [tokenizer.token(one).text for one in range(1280)]


def test_a_saved_run_finds_its_names_by_its_models_name(small, tmp_path):
    saved.save(small, tmp_path / "t.safetensors")
    found = vocabulary.of_trace(saved.SavedTrace(tmp_path / "t.safetensors"))
    assert found.name(1820) == load("cl100k_base").token(1820).text


def test_a_model_of_the_same_name_but_other_tokens_lends_no_names(small):
    """A trace that says it is the article's but holds other tokens keeps its ids."""
    other = load("r50k_base")
    batch = batch_of_texts(other, ["Thinking Machines"], 32, 100277)
    trace = run(small.spec, batch)
    found = vocabulary.of_trace(trace, "article")
    assert found.name(1820) == other.token(1820).text  # by the tokenizer's name, which the tokens bear out
    renamed = run(small.spec, replace(batch, tokenizer="my own"))
    found = vocabulary.of_trace(renamed, "article")
    assert not found.named
    assert found.name(1820) == "#1820"


def test_tokens_of_the_sentence_keep_their_names_where_nothing_else_has_one(small):
    batch = replace(small.batch, tokenizer="lost")
    found = vocabulary.of_trace(run(small.spec, batch))
    token = batch.rows[0][0]
    assert found.names([token.id, 5]) == [token.text, "#5"]
    assert found.search(token.text) == [token.id]


def test_ids_alone_have_no_names(small):
    trace = run(replace(small.spec, name="mine"), batch_of_ids(None, [[1, 2]], 32, 100277))
    assert vocabulary.of_trace(trace).names([1, 2]) == ["#1", "#2"]


def test_search_finds_the_id_the_whole_text_its_beginning_then_its_parts():
    found = vocabulary.of_model("storyteller")
    lily = found.search("Lily")
    assert found.names(lily[:2]) == ["Lily", "·Lily"]
    assert found.search(" Lily")[0] == lily[1]
    assert found.search("lily")[:2] == lily[:2]
    assert found.search("300")[0] == 300
    assert found.search("#300") == [300]
    assert found.search("1280") == []
    assert found.search("") == []
    assert found.search("no such text at all") == []
    some = found.search("e", 1000)
    assert len(some) == len(set(some)) > 50
    assert all("e" in found.name(one).casefold() for one in some)
    assert len(found.search("e", 7)) == 7


@pytest.mark.parametrize("name", ["storyteller", "translator", "gap-filler", "article", "seq2seq"])
def test_outputs_are_found_by_their_axes(name):
    program = models.find(name).program
    assert vocabulary.outputs(program) == ("logits", "probs")


def test_a_model_without_a_head_has_no_outputs():
    spec = replace(models.find("gap-filler").spec, head="none")
    assert vocabulary.outputs(families.program(spec)) is None
