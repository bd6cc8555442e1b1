"""Progress: what returns when, what is kept, and files that are none."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.files import FileError
from tutor.progress import INTERVALS, Answer, Progress, ProgressError, load

DAY = date(2026, 3, 1)


def answer(right: bool | None, days: int, kind: str = "row_sum") -> Answer:
    return Answer(kind, "softmax", "storyteller", right, DAY + timedelta(days))


def test_a_missed_question_returns_after_one_three_and_seven_days() -> None:
    progress = Progress()
    progress.answered(answer(False, 0))
    day = 0
    for wait in (1, 3, 7):
        for early in range(wait):
            assert progress.due(DAY + timedelta(day + early)) == ()
        day += wait
        assert progress.due(DAY + timedelta(day)) == ("row_sum",)
        progress.answered(answer(True, day))
    assert progress.reviews == {} and progress.due(DAY + timedelta(400)) == ()
    assert INTERVALS == (1, 3, 7)


def test_a_second_miss_begins_anew() -> None:
    progress = Progress()
    progress.answered(answer(False, 0))
    progress.answered(answer(True, 1))
    progress.answered(answer(False, 4))
    assert progress.due(DAY + timedelta(5)) == ("row_sum",)
    progress.answered(answer(True, 5))
    assert progress.due(DAY + timedelta(7)) == () and progress.due(DAY + timedelta(8)) == ("row_sum",)


def test_an_early_right_answer_and_a_skip_move_nothing() -> None:
    progress = Progress()
    progress.answered(answer(False, 0))
    progress.answered(answer(True, 0))
    progress.answered(answer(None, 1))
    assert progress.due(DAY + timedelta(1)) == ("row_sum",)
    assert progress.known() == ()
    progress.answered(answer(True, 0, "key_wins"))
    assert progress.known() == ("key_wins",)


def test_what_is_longest_due_comes_first() -> None:
    progress = Progress()
    progress.answered(answer(False, 2, "a"))
    progress.answered(answer(False, 0, "b"))
    assert progress.due(DAY + timedelta(9)) == ("b", "a")


def test_summary_counts() -> None:
    progress = Progress()
    assert progress.saw("storyteller", ["embed", "scores"]) and not progress.saw("storyteller", ["embed"])
    progress.saw("article", ["embed"])
    assert progress.read("why-scale") and not progress.read("why-scale")
    for right in (True, False, None):
        progress.answered(answer(right, 0))
    found = progress.summary(DAY)
    assert (found.stages, found.lessons, found.right, found.wrong, found.skipped) == (2, 1, 1, 1, 1)
    assert (found.due, found.waiting) == (0, 1)
    assert progress.by_kind() == {"row_sum": (2, 1)}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([True, False, None]), st.integers(0, 40))))
def test_it_comes_back_from_its_file_as_it_was(tmp_path_factory: pytest.TempPathFactory, given_: list) -> None:
    progress = Progress()
    for kind, right, days in sorted(given_, key=lambda one: one[2]):
        progress.answered(answer(right, days, kind))
    path = tmp_path_factory.mktemp("progress") / "deep" / "progress.json"
    progress.save(path)
    assert load(path) == progress
    progress.reset()
    assert progress == Progress()


@pytest.mark.parametrize("text", [
    "", "[]", "{}", "null", '{"format": "other"}', "\x00", '{"format": "transformer-tutor-progress/1"}',
    json.dumps({**Progress().to_json(), "reviews": {"a": {"step": 9, "due": "2026-01-01"}}}),
    json.dumps({**Progress().to_json(), "answers": [{"kind": 3}]}),
    json.dumps({**Progress().to_json(), "stages": ["embed"]}),
])  # fmt: skip
def test_a_damaged_file_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "progress.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProgressError, match=r"^progress\.json .*: move it away to begin anew\.$"):
        load(path)
    assert path.read_text(encoding="utf-8") == text


def test_none_is_empty_and_what_cannot_be_written_says_so(tmp_path: Path) -> None:
    assert load(tmp_path / "none.json") == Progress()
    (tmp_path / "a").mkdir()
    with pytest.raises(FileError):
        Progress().save(tmp_path / "a")
