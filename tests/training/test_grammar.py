"""The stories: the same always, pronouns that agree, and only words marked that follow."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from tutor.training import world
from tutor.training.grammar import PERSONS, Grammar, Story
from tutor.training.plots import RULES

GRAMMAR = Grammar(RULES)
STORIES = [GRAMMAR.story(9, number) for number in range(600)]


def forms(girl: bool) -> set[str]:
    return {pair[0 if girl else 1] for pair in world.FORMS.values()}


def test_there_are_at_least_a_dozen_plots_and_each_is_told() -> None:
    assert len(GRAMMAR.plots) >= 12
    assert {story.plot for story in STORIES} == set(GRAMMAR.plots)


def test_the_same_number_tells_the_same_story() -> None:
    again = Grammar(RULES)
    assert [again.story(9, number) for number in range(50)] == STORIES[:50]
    assert again.story(10, 0).text != STORIES[0].text
    # Held fast, since the shipped weights were trained on these very stories.
    assert GRAMMAR.story(1, 0).text == FIRST


FIRST = (
    'Anna wanted to give a wagon to Luke. She put the wagon in a green box. Then she walked to the yard. '
    'Luke was in the yard. "This green box is for you, Luke," said Anna. Luke opened the box and took out'
    ' the wagon. "A wagon! I love it!" said Luke. Luke gave Anna a hug. Anna and Luke laughed and went '
    'home.'
)


def test_stories_vary() -> None:
    assert len({story.text for story in STORIES}) > 590


def test_pronouns_agree_with_their_person() -> None:
    for story in STORIES:
        for piece in story.pieces:
            if piece.slot in PERSONS and piece.form:
                girl = story.cast[piece.slot] in world.GIRLS
                assert piece.text.lower() in forms(girl), story.text


def test_a_pronoun_can_mean_one_person_only() -> None:
    for story in STORIES:
        present: set[str] = set()
        for piece in story.pieces:
            if piece.slot in PERSONS and piece.form in ("he", "him", "his") and piece.determined:
                kin = [one for one in present if (story.cast[one] in world.GIRLS) ==
                       (story.cast[piece.slot] in world.GIRLS)]  # fmt: skip
                assert set(kin) <= {piece.slot}, story.text
            if piece.slot in PERSONS and not piece.form:
                present.add(piece.slot)


def test_what_is_determined_was_there_before() -> None:
    for story in STORIES:
        before = ""
        for piece in story.pieces:
            if piece.determined and not piece.form:
                assert story.cast[piece.slot] in before, story.text
            before += piece.text
        assert any(piece.determined for piece in story.pieces)


def test_the_same_word_all_through_a_story() -> None:
    for story in STORIES:
        for slot, word in story.cast.items():
            told = [piece.text for piece in story.pieces if piece.slot == slot and not piece.form]
            assert {text.removesuffix("'s").lower() for text in told} <= {word.lower()}


def test_spans_lie_in_the_text() -> None:
    for story in STORIES[:100]:
        assert all(story.text[begin:end] == piece.text for begin, end, piece in story.spans())


def test_articles_capitals_and_spaces() -> None:
    for story in STORIES:
        text = story.text
        assert not re.search(r"\b[Aa] [aeiou]|\b[Aa]n [^aeiou]", text), text
        assert not re.search(r"  | [.,!?]|[{}<>\[\]|]", text), text
        assert not re.search(r"[.!?] \"?[a-z]", re.sub(r'[!?]" (said|asked|thought|went)', "", text)), text
        assert text.count('"') % 2 == 0
        assert text[0].isupper()
        assert text[-1] in '.!"'


def test_attributes_belong_to_their_thing() -> None:
    animals = {member[""]: member for member in world.KINDS["animal"]}
    for story in STORIES:
        for piece in story.pieces:
            if piece.slot.startswith("animal") and piece.form in ("call", "home", "food"):
                assert piece.text.lower() == animals[story.cast[piece.slot]][piece.form]


def test_two_persons_are_never_the_same() -> None:
    pairs = [story for story in STORIES if all(one in story.cast for one in PERSONS)]
    assert pairs
    assert all(story.cast["A"] != story.cast["B"] for story in pairs)
    mixed = Counter((s.cast["A"] in world.GIRLS) != (s.cast["B"] in world.GIRLS) for s in pairs)
    assert mixed[True] > mixed[False] > 0


def test_the_prompt_of_the_storyteller_is_a_story_of_ours() -> None:
    rng = random.Random(0)
    told = [GRAMMAR.tell("plot_meeting", rng) for _ in range(4000)]
    pattern = r'One day, (\w+) met (\w+) in the park\. "Hi, \2," said \1\.'
    assert any(re.match(pattern, story.text) for story in told)


@pytest.mark.parametrize("rule", ["[a|b", "a]", "a|b", "{A"])
def test_a_rule_that_cannot_be_read_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match=r"read|bracket"):
        Grammar({"plot_x": (rule,)})


def test_a_small_grammar() -> None:
    grammar = Grammar({"plot_x": ("{A} has {animal.a}. <say>",), "say": ("{Animal.call}! {A.He} [likes|loves] it.",)})
    story: Story = grammar.story(0, 0)
    assert re.fullmatch(r"\w+ has an? \w+\. \w+! (He|She) (likes|loves) it\.", story.text)
    assert [piece.determined for piece in story.pieces if piece.slot] == [False, False, True, True]
