"""The translator's sentences: correct, the same each time, held out where promised, one token a word."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from itertools import chain, islice, pairwise
from pathlib import Path

import pytest
import tiktoken

from tutor.training.pairs import Pair, held_out, is_held_out, train_pairs
from tutor.training.parallel.actions import ACTIVITIES, VERBS
from tutor.training.parallel.lexicon import ADJECTIVES, NOUNS, SORTS
from tutor.training.parallel.places import PLACES
from tutor.training.vocabulary import build_encoding, chinese_words, english_words, write_ranks

ROOT = Path(__file__).parents[2]
MANY = 30_000
#: So many are looked at in passing; keeping them all would keep the garbage collector busy.
STREAM = 120_000
ONES = {noun.one: noun for noun in NOUNS.values() if noun.one != "-"}


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return list(islice(train_pairs(1), MANY))


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Many sentences with their translations, as text alone."""
    return {pair.source: pair.target for pair in islice(train_pairs(11), STREAM)}


@pytest.fixture(scope="module")
def encoding() -> tiktoken.Encoding:
    ranks, pattern, specials = build_encoding()
    return tiktoken.Encoding("words", pat_str=pattern, mergeable_ranks=ranks, special_tokens=specials)


# ---------------------------------------------------------------- the same each time, and a function

def test_a_seed_gives_the_same_pairs_always(pairs: list[Pair]) -> None:
    assert list(islice(train_pairs(1), 500)) == pairs[:500]
    assert list(islice(train_pairs(2), 500)) != pairs[:500]
    assert held_out(100, 3) == held_out(100, 3)


def test_another_process_gives_the_same_pairs(pairs: list[Pair]) -> None:
    """Python's own hash is salted anew in each process."""
    code = "from tutor.training.pairs import train_pairs as t; g = t(1); print([next(g).source for _ in range(50)])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
                         env={**os.environ, "PYTHONHASHSEED": "7"})  # fmt: skip
    assert run.stdout.strip() == str([pair.source for pair in pairs[:50]])


def test_a_sentence_has_one_translation(pairs: list[Pair]) -> None:
    known: dict[str, str] = {}
    for pair in [*pairs, *held_out(5000, 1)]:
        bare = pair.source.rstrip(".?").lower()
        assert known.setdefault(bare, pair.target.rstrip("。？")) == pair.target.rstrip("。？"), pair.source


def test_most_sentences_are_new(pairs: list[Pair]) -> None:
    assert len({pair.source for pair in pairs}) > 0.8 * MANY


# ---------------------------------------------------------------- English

def test_a_and_an(pairs: list[Pair]) -> None:
    for pair in pairs:
        for article, word in pairwise(pair.source_words):
            if article.lower() in ("a", "an"):
                assert (article.lower() == "an") == (word[0] in "aeiou" or word == "hour"), pair.source


def test_verbs_agree(pairs: list[Pair]) -> None:
    """After I, you, we, they comes no -s; after he and she comes one, or a form that has none."""
    thirds = {verb.third for verb in (*VERBS, *ACTIVITIES)} | {"has", "does", "is", "wants", "goes"}
    bases = {verb.base for verb in (*VERBS, *ACTIVITIES) if verb.base != verb.past}
    bases |= {"have", "do", "are", "want", "go"}
    for pair in pairs:
        words = [word.lower() for word in pair.source_words]
        asked = words[0] in ("do", "does", "did", "will", "can", "is", "are", "am", "what", "who", "how", "where")
        for subject, verb in pairwise(words):
            if asked:
                continue
            if subject in ("i", "we", "they"):
                assert verb not in thirds, pair.source
            if subject in ("he", "she"):
                assert verb not in bases, pair.source


def test_numbers_take_plurals(pairs: list[Pair]) -> None:
    many = {noun.many for noun in NOUNS.values()}
    for pair in pairs:
        for number, word in pairwise(pair.source_words):
            if number in ("these", "those", "two", "many") and word in ONES:
                assert word in many, pair.source


# ---------------------------------------------------------------- Chinese

def test_classifiers_are_those_of_the_nouns(pairs: list[Pair]) -> None:
    """Whatever follows a number or 这 or 那 is the measure of the noun it is aligned to."""
    seen = set()
    for pair in pairs:
        for at, sources in pair.alignment[1:]:
            word = pair.source_words[sources[0]] if sources else ""
            before = pair.target_words[at - 1]
            noun = ONES.get(word) or next((one for one in NOUNS.values() if one.many == word), None)
            counted = before in ("一", "两", "三", "四", "五", "六", "十", "几")
            cups = sources and pair.source_words[sources[0] + 1 :][:1] == ("of",)
            if counted and noun and not cups and noun.kind not in ("mass", "pair"):
                assert pair.target_words[at] == noun.classifier, pair
                seen.add(noun.classifier)
    assert len(seen) > 20


@pytest.mark.parametrize(
    ("noun", "classifier"),
    [("book", "本"), ("cat", "只"), ("river", "条"), ("fish", "条"), ("table", "张"), ("chair", "把"),
     ("umbrella", "把"), ("car", "辆"), ("flower", "朵"), ("tree", "棵"), ("apple", "个"), ("shirt", "件"),
     ("teacher", "位"), ("horse", "匹"), ("shoes", "双"), ("letter", "封"), ("plane", "架")],
)  # fmt: skip
def test_the_table_of_classifiers(noun: str, classifier: str) -> None:
    assert NOUNS[noun].classifier == classifier


#: English patterns, what they are in Chinese; {0} is the first word in brackets, {c0} its classifier.
FORMS = [
    (r"There is an? (\w+) under the table\.", "桌子下面有一{c0}{0}。"),
    (r"This is my (\w+)\.", "这是我的{0}。"),
    (r"The (\w+) is bigger than the (\w+)\.", "这{c0}{0}比那{c1}{1}大。"),
    (r"The (\w+) put the (\w+) on the table\.", "{0}把那{c1}{1}放在了桌子上。"),
    (r"The (\w+) wants to (?:buy|eat|draw|open|close|wash|read|repair) an? (\w+)\.",
     "{0}想(买|吃|画|打开|关上|洗|读|修)一{c1}{1}。"),
    (r"The (\w+) is not on the (\w+)\.", "{0}不在{1}上。"),
    (r"Where is the (\w+)\?", "{0}在哪里？"),
    (r"Is this (?:my|your|his|her|our|their) (\w+)\?", "这是(我|你|他|她|我们|他们)的{0}吗？"),
    (r"The (boy|man) is hungry because he did(?:n't| not) eat breakfast\.", "因为{0}没有吃早饭，所以他很饿。"),
    (r"What did the (\w+) buy\?", "{0}买了什么？"),
    (r"How many (\w+) did (?:he|she|I|you|we|they) (?:buy|draw|wash|open|close)\?",
     "(他|她|我|你|我们|他们)(买|画|洗|打开|关上)了几{c0}{0}？"),
    (r"The (\w+) that the (\w+) bought is (?:very )?\w+\.", "{1}买的{0}(很|非常|是).*。"),
    (r"(?:He|She|I|We|They|You) (?:saw|found|read|ate|drew|bought) an? (\w+)"
     r" (?:yesterday|today|last night|on \w+day)\.",
     "(昨天|昨天晚上|今天|星期.)(他|她|我|我们|他们|你)(看见|找到|读|吃|画|买)了一{c0}{0}。"),
    (r"The (\w+) went to (?:Beijing|Shanghai|London) by train\.", "{0}坐火车去了(北京|上海|伦敦)。"),
    (r"(?!.* because ).* gave (?:me|you|him|her|us|them) an? (\w+)\.", ".*给了(我|你|他|她|我们|他们)一{c0}{0}。"),
    (r"The (\w+) can play the (?:piano|guitar)\.", "{0}会弹(钢琴|吉他)。"),
    (r"The (\w+) is playing (?:football|basketball)(?: in the park)?\.",
     "{0}正在(公园里)?(踢足球|打篮球)。"),
    (r"It will rain tomorrow\.", "明天会下雨。"),
]


@pytest.mark.parametrize(("english", "chinese"), FORMS, ids=[english for english, _ in FORMS])
def test_sentences_have_the_form_a_reader_expects(english: str, chinese: str, texts: dict[str, str]) -> None:
    nouns = {form: noun for noun in NOUNS.values() for form in (noun.one, noun.many)}
    form, seen = re.compile(english), 0
    for source, target in texts.items():
        found = form.fullmatch(source)
        if found and "friend" not in source and all(word in nouns for word in found.groups()):
            own = [nouns[word] for word in found.groups()]
            # A pair of shoes counts itself, and a plural is 那些.
            if any(noun.kind in ("pair", "mass") or word == noun.many for noun, word in zip(own, found.groups())
                   if word != "fish" and not source.startswith("How many")):  # fmt: skip
                continue
            wanted = chinese.format(*(noun.chinese for noun in own),
                                    **{f"c{at}": noun.classifier for at, noun in enumerate(own)})  # fmt: skip
            assert re.fullmatch(wanted, target), (source, target)
            seen += 1
    assert seen, english


def test_what_reads_badly_is_not_there(pairs: list[Pair]) -> None:
    bad = re.compile(r"的的|了了|们些|二[本只个]|正在在|没有[^。]*了[一那]|不没|一[很非]|大大|老老|小小|新新")
    found = [pair.target for pair in pairs if bad.search(pair.target)]
    assert not found, found[:5]


# ---------------------------------------------------------------- what is held out

def test_training_has_no_combination_that_is_held_out(pairs: list[Pair]) -> None:
    assert not [pair for pair in pairs if any(is_held_out(*one) for one in pair.combinations)]


def test_no_combination_goes_unmentioned(pairs: list[Pair]) -> None:
    """An adjective right before a noun, read off the English alone, is among the pair's combinations."""
    heads = {form: name for name, noun in NOUNS.items() for form in (noun.one, noun.many)}
    fits = {(noun, one.english) for one in ADJECTIVES for noun in one.before}
    places = {place.english: key for key, place in PLACES.items()}
    for pair in pairs:
        for adjective, word in pairwise(pair.source_words):
            if (heads.get(word), adjective) in fits:
                assert (heads[word], adjective) in pair.combinations, pair
        if len(pair.source_words) == 7 and re.match(r"The \w+ is \w+ing (in|on|at|by) ", pair.source):
            # "The boy is running in the park."
            place = next((key for english, key in places.items() if " ".join(english) in pair.source), None)
            assert place is None or (heads[pair.source_words[1]], place) in pair.combinations, pair


def test_held_out_pairs_are_different_and_new(pairs: list[Pair]) -> None:
    found = held_out(2000, 7)
    assert len({pair.source for pair in found}) == 2000
    assert not {pair.source for pair in found} & {pair.source for pair in pairs}
    assert held_out(50, 8)[:50] != found[:50]


def test_about_one_combination_in_ten_is_held_out() -> None:
    every = [(noun, one.english) for one in ADJECTIVES for noun in {*one.before, *one.after}]
    every += [(noun, place) for noun in NOUNS for place in PLACES]
    assert 0.07 < sum(is_held_out(*one) for one in every) / len(every) < 0.13


# ---------------------------------------------------------------- alignment

def test_alignment_has_a_source_for_every_word(pairs: list[Pair]) -> None:
    for pair in [*pairs[:20000], *held_out(1000, 1)]:
        assert [at for at, _ in pair.alignment] == list(range(len(pair.target_words)))
        for _, sources in pair.alignment:
            assert sources and list(sources) == sorted(set(sources))
            assert 0 <= sources[0] <= sources[-1] < len(pair.source_words)


def test_nouns_are_aligned_to_nouns(pairs: list[Pair]) -> None:
    translations = {form: noun.chinese for noun in NOUNS.values() for form in (noun.one, noun.many)}
    unique = {noun.chinese for noun in NOUNS.values()} - {"画", "花"}
    for pair in pairs[:20000]:
        for at, sources in pair.alignment:
            if pair.target_words[at] in unique and len(sources) == 1:
                word = pair.source_words[sources[0]]
                assert translations.get(word, pair.target_words[at]) == pair.target_words[at], pair


# ---------------------------------------------------------------- the vocabulary

def test_every_word_is_one_token_and_back(encoding: tiktoken.Encoding) -> None:
    words = {number: encoding.decode([number]).strip() for number in range(256, encoding.n_vocab)}
    words |= {number: chr(number) for number in range(128)}
    for pair in chain(islice(train_pairs(4), 100_000), held_out(2000, 2)):
        source, target = encoding.encode_ordinary(pair.source), encoding.encode_ordinary(pair.target)
        assert tuple(words[number] for number in source) == pair.source_words, pair
        assert tuple(words[number] for number in target) == pair.target_words, pair
        assert encoding.decode(source) == pair.source
        assert encoding.decode(target) == pair.target


def test_the_vocabulary_has_each_word_once() -> None:
    for words in (english_words(), chinese_words()):
        assert len(set(words)) == len(words)
        assert all(word and word == word.strip() for word in words)
    ranks, _, specials = build_encoding()
    assert sorted(ranks.values()) == list(range(len(ranks)))
    assert sorted(specials.values()) == list(range(len(ranks), len(ranks) + 3))


def test_every_word_of_the_vocabulary_is_used() -> None:
    used = {word for pair in islice(train_pairs(9), STREAM) for word in (*pair.source_words, *pair.target_words)}
    assert not set(chinese_words()) - used
    assert not set(english_words()) - used - {word.lower() for word in used}


def test_unknown_words_fall_into_bytes(encoding: tiktoken.Encoding) -> None:
    ids = encoding.encode_ordinary("The xylophone  is\nred, 再见")
    assert encoding.decode(ids) == "The xylophone  is\nred, 再见"
    assert len(ids) > 15


def test_the_rank_file_holds_the_encoding(tmp_path: Path) -> None:
    write_ranks(tmp_path / "words.tiktoken")
    lines = (tmp_path / "words.tiktoken").read_bytes().splitlines()
    assert {base64.b64decode(data): int(rank) for data, rank in map(bytes.split, lines)} == build_encoding().ranks


# ---------------------------------------------------------------- the tables

def test_the_tables_name_known_nouns() -> None:
    for verb in (*VERBS, *ACTIVITIES):
        assert {*verb.subjects, *verb.objects} <= set(NOUNS), verb.base
        assert set(verb.places) <= set(PLACES), verb.base
        assert set(verb.tenses) <= set("pdgfwmhlsc"), verb.base
    for one in ADJECTIVES:
        assert {*one.before, *one.after} <= set(NOUNS), one.english
    assert {name for sort in SORTS for name in sort} <= set(NOUNS)
