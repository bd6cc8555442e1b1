"""What crosses to the engine's process comes back equal, and nothing else crosses."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import samples

from tutor.engine import families, models, plain
from tutor.engine.changes import ChangeError
from tutor.engine.compare import CompareError
from tutor.engine.sampling import Rules
from tutor.engine.spec import SpecError
from tutor.engine.tokens import TokenError
from tutor.engine.trace import Cancelled, Patch, Plan, Stats, TraceError
from tutor.engine.working import Note
from tutor.work import Request, TargetError


def refuse(*_: object) -> Any:
    raise AssertionError("there is no trace here")


CODEC = plain.Codec(refuse, refuse, (*plain.KINDS, Request))


def through(value: Any) -> Any:
    arrays: list[np.ndarray] = []
    text = json.dumps(CODEC.plain(value, arrays))
    return CODEC.value(json.loads(text), arrays)


@pytest.mark.parametrize("value", [
    None, True, 3, -0.0, float("inf"), "我 \ud800 é\n", (), (1, (2, [3, ()])), [], [1, (2,)], frozenset({"a", "b"}),
    {"a": (1,), 2: None}, slice(1, None, -2), (slice(None), 3), Rules(0.5, 3, 0.9, 7),
    Request(("a", "b"), "article", 3, ids=((1, 2), (3,)), rules=Rules(1.0), targets=("x",)),
    Stats(0.0, 1.0, 0.5, 0.1, 0.5, 3, 0, 0, 1),
])  # fmt: skip
def test_plain_things_come_back_equal_and_of_the_same_kind(value: Any) -> None:
    found = through(value)
    assert found == value
    assert type(found) is type(value)
    assert isinstance(value, frozenset) or repr(found) == repr(value)  # a set has no order


def test_nan_and_numbers_of_numpy() -> None:
    assert np.isnan(through(float("nan")))
    assert through(np.float32(0.1)) == float(np.float32(0.1))
    assert through(np.int64(5)) == 5
    assert through(slice(np.int64(1), np.int64(3))) == slice(1, 3)


@pytest.mark.parametrize("kind", samples.EVERY)
def test_every_program_and_spec_comes_back_equal(kind: str) -> None:
    spec = samples.spec(**samples.EVERY[kind])
    program = families.program(spec)
    assert through(spec) == spec
    assert through(program) == program
    # Weights are the same down to how they are drawn, so that one name is one and the same.
    assert [(w.init, w.std) for w in through(program).weights] == [(w.init, w.std) for w in program.weights]
    assert through(program) is through(program)


@pytest.mark.parametrize("name", models.names())
def test_batches_of_every_tokenizer_come_back_equal(name: str) -> None:
    model = models.find(name)
    if model.tokenizer() is None:
        batch = model.batch_of_ids([[1, 2, 3], [4]])
    else:
        batch = model.batch([*model.samples()[:1], "x 😀"])
    found = through(batch)
    assert found == batch
    assert (found.ids == batch.ids).all() and (found.lengths == batch.lengths).all()


def test_a_plan_comes_back_with_its_arrays() -> None:
    trace = samples.live(samples.spec(), (5, 3))
    patch = Patch((0, slice(None), 2), np.array([[1.5, np.nan]], np.float32), "from", "text", None)
    ids = Patch((0, 1), np.array(3), was=2.0)
    plan = Plan(trace.program, {"W": np.eye(3, dtype=np.float32)[:, ::2]}, trace.batch, None,
                {"a": (patch,), "tokens": (ids, ids)}, ("a=b",))  # fmt: skip
    found = through(plan)
    assert found.program == plan.program and found.batch == plan.batch and found.target is None
    assert found.told == plan.told and list(found.patches) == ["a", "tokens"]
    assert np.array_equal(found.weights["W"], plan.weights["W"])
    again = found.patches["a"][0]
    assert (again.part, again.why, again.text, again.was) == (patch.part, patch.why, patch.text, patch.was)
    assert again.values.tobytes() == patch.values.tobytes()
    assert found.patches["tokens"][1].values.dtype == np.int64


@pytest.mark.parametrize("value", [object(), print, 1j, b"bytes", np.array(["text"]), np.array([object()]),
                                   CompareError, Note("key")], ids=lambda one: type(one).__name__)  # fmt: skip
def test_what_is_not_listed_does_not_travel(value: object) -> None:
    with pytest.raises(TypeError, match="does not travel"):
        through((value,))


@pytest.mark.parametrize("told", [{"kind": "Popen", "of": {}}, {"os.system": "x"}, {"kind": "Path", "of": {}}])
def test_what_is_not_listed_is_not_made(told: dict) -> None:
    with pytest.raises((KeyError, ValueError)):
        CODEC.value(told, [])


@pytest.mark.parametrize("error", [
    *(kind("One sentence: mend it.") for kind in plain.ERRORS if kind is not Cancelled), Cancelled(), MemoryError(),
    TargetError("No target."),
], ids=repr)  # fmt: skip
def test_errors_arrive_as_what_they_were(error: BaseException) -> None:
    kinds = (TargetError, *plain.ERRORS)
    found = plain.error_from_plain(json.loads(json.dumps(plain.error_to_plain(error, kinds))), kinds)
    assert type(found) is type(error)
    assert str(found) == str(error)


def test_the_nearest_class_is_found() -> None:
    class Own(ChangeError):
        pass

    made = {
        Own("A change."): (ChangeError, "A change."),
        CompareError(Note("shapes", {"now": "a", "held": "b"})): (
            TraceError, "a and b have no difference: compare tensors of one shape."
        ),
        FileNotFoundError("gone"): (OSError, "FileNotFoundError: gone"),
        ZeroDivisionError("by zero"): (RuntimeError, "ZeroDivisionError: by zero"),
        UnicodeError("odd"): (ValueError, "UnicodeError: odd"),
        TargetError("t"): (TokenError, "t"),
    }  # fmt: skip
    for error, (kind, text) in made.items():
        found = plain.error_from_plain(plain.error_to_plain(error))
        assert type(found) is kind and str(found) == text
    assert plain.is_foreseen(SpecError("x")) and not plain.is_foreseen(ValueError("x"))
