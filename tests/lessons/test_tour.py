"""Tours: every stop is there, every number is the run's, both languages say as much; lessons for a class come back."""

from __future__ import annotations

import json
import re
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lessons.labs import lab
from tutor.engine.trace import Trace
from tutor.lessons import texts, tour
from tutor.lessons.tour import NAMES, Stop, Tour, TourError


def run(name: str) -> Trace:
    found = tour.shipped(name, "en")
    return lab(found.model, *found.texts).trace


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_stop_is_there_and_says_something(name: str, language: str) -> None:
    trace, found = run(name), tour.shipped(name, language)
    assert found.fitting(trace).stops == found.stops
    assert 8 <= len(found.stops) <= 16
    order = [trace.program.order[one.step] for one in found.stops]
    assert order == sorted(order)
    for stop in found.stops:
        said = tour.words(stop, trace)
        assert "{" not in said and said == said.strip()
        assert said[-1] in ("。" if language == "zh_CN" else ".")
        # Two sentences, or one.
        ends = re.findall("[。！？]" if language == "zh_CN" else r"[.!?](?:\s|$)", said)
        assert 1 <= len(ends) <= 2, said
        results = {one.name for one in trace.program.stop_of(stop.step).results}
        assert stop.inside == (stop.step not in results)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_numbers(name: str) -> None:
    both = [tour.shipped(name, language) for language in texts.LANGUAGES]
    for one, other in zip(both[0].stops, both[1].stops, strict=True):
        assert {field for _, field, _, _ in string.Formatter().parse(one.text) if field} == {
            field for _, field, _, _ in string.Formatter().parse(other.text) if field
        }  # fmt: skip
        # What is said in figures comes from the run; small numbers that name a block or a position may stand there.
        for text in (one.text, other.text):
            bare = re.sub(r"\{[^}]*\}", "", text)
            assert all(int(found) <= 2 for found in re.findall(r"\d+", bare)), bare


def test_what_the_tours_claim_holds() -> None:
    trace = run("first")
    found = tour.shipped("first", "en")
    at = {one.step: one for one in found.stops}
    pattern = at["blocks.2.attn.pattern"]
    said = tour.values(pattern, trace)
    assert said["row"] == "·said" and said["best"] == "·Tom" == said["column"]
    row = trace.read(pattern.step, (0, 1, 15, slice(None)))
    assert float(said["best_value"]) == pytest.approx(float(row.max()), abs=5e-4) and row.max() > 0.9
    text = trace.batch.rows[0]
    assert text[-1].text == "·said" and len(text) == 16
    z = trace.read("blocks.2.attn.z", (0, 1, 15, slice(None)))
    v = trace.read("blocks.2.attn.v", (0, 1, 3, slice(None)))
    assert np.linalg.norm(z - v) < 0.25 * np.linalg.norm(v), "almost wholly what Tom had to offer"
    assert found.stops[3].step == "blocks.2.attn.q_flat" and len(found.stops) == 14
    translated = run("translator")
    cross = next(one for one in tour.shipped("translator", "en").stops if one.step.endswith("cross_attn.pattern"))
    said = tour.values(cross, translated)
    assert (said["row"], said["best"]) == ("猫", "·cat") and float(said["best_value"]) > 0.9
    assert len(tour.shipped("translator", "en").stops) == 10
    masked = translated["encoder.blocks.0.attn.masked"]
    assert np.isfinite(masked).all()
    article = run("article")
    assert article.spec.d_head == int(article.batch.lengths[0]) == 16
    assert article["pos_embed"][1, 0] == pytest.approx(np.sin(1.0))
    assert article.spec.d_mlp == 4 * article.spec.d_model and article["blocks.0.mlp.post"].min() == 0
    normal = article["blocks.0.ln1.normalized"]
    assert np.allclose(normal.mean(-1), 0, atol=1e-5) and np.allclose(normal.var(-1), 1, atol=1e-3)
    assert np.count_nonzero(article["blocks.0.attn.pattern"][0, 0, 1]) == 2
    assert tour.values(tour.shipped("article", "en").stops[0], article)["value"] == "627"


def test_a_lesson_for_a_class_comes_back() -> None:
    stops = (
        Stop("tokens", "Look {here}.", False, (("batch", 1),), (0, 2)),
        Stop("blocks.0.attn.scores", "", True, (), None, "shape_scores", 11),
    )
    given_ = Tour("", "Scores", "A lesson", stops)
    assert tour.from_text(tour.to_text(given_)) == given_


@pytest.mark.parametrize("text", [
    "", "{}", "[]", "null", "3", '{"format": "transformer-tutor-lesson/1", "title": "", "about": "", "stops": []}',
    json.dumps({"format": "transformer-tutor-lesson/1", "title": 1, "about": "", "stops": [{"step": "a"}]}),
    json.dumps({"format": "transformer-tutor-lesson/2", "title": "", "about": "", "stops": [{"step": "a"}]}),
    json.dumps({"format": "transformer-tutor-lesson/1", "title": "", "about": "", "stops": [{"step": "a"}] * 201}),
    json.dumps({"format": "transformer-tutor-lesson/1", "title": "", "about": "", "stops": [{"step": "a", "cell": 1}]}),
])  # fmt: skip
def test_a_damaged_lesson_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(TourError, match=r"^The lesson in this file .*\.$"):
        tour.from_text(text)


@given(st.text(max_size=200))
def test_any_text_is_a_lesson_or_refused(text: str) -> None:
    with pytest.raises(TourError):
        tour.from_text(text)


def test_stops_that_a_run_lacks_are_left_out() -> None:
    trace = lab("article", "Chapter 1").trace
    stops = (Stop("nowhere"), Stop("blocks.0.attn.scores", "", False, (("head", 99), ("none", 1)), (0, 0, 99, 0)))
    fitted = Tour("", "t", "", stops).fitting(trace)
    assert fitted.stops == (Stop("blocks.0.attn.scores", "", False, (("head", 3),), None),)
    with pytest.raises(TourError, match="none of the stops"):
        Tour("", "t", "", (Stop("nowhere"),)).fitting(trace)
    with pytest.raises(TourError):
        tour.words(Stop("tokens", "{value}"), trace)
