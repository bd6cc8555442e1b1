"""The first step NaN arose in: held against a search through every step in order."""

from __future__ import annotations

import numpy as np
import pytest
from samples import EVERY, SMALL, live, spec

from tutor.engine.nans import COMPUTED, INFINITE, MASKED, WEIGHT, Origin, origin, upstream
from tutor.engine.trace import Cancelled, Trace


def spoilt(trace: Trace, name: str, value: float = np.nan, at: tuple[int, ...] | None = None) -> Trace:
    values = np.array(trace[name])
    values[at if at is not None else (0,) * values.ndim] = value
    return trace.with_override(name, values)


def first(trace: Trace, name: str) -> str:
    """By looking at every step that the tensor comes from."""
    way = upstream(trace.program, name)
    return next(step.name for step in trace.program if step.name in way and np.isnan(trace[step.name]).any())


@pytest.mark.parametrize("choice", ["pre-norm", "post-norm", "parallel residual", "source and target", "fills gaps"])
def test_every_weight_that_holds_nan_is_found_from_every_tensor_it_spoils(choice: str) -> None:
    trace = live(spec(**EVERY[choice]), (4,))
    for weight in trace.program.weights:
        if weight.name.endswith(("W_E", "W_pos", "W_type")):
            continue  # the row that is spoilt may not be read
        bad = spoilt(trace, weight.name)
        for step in list(bad.program)[::7]:
            found = origin(bad, step.name)
            if not np.isnan(bad[step.name]).any():
                assert found is None, step.name
            else:
                assert found == Origin(first(bad, step.name), WEIGHT, weight.name), step.name


def test_a_row_that_is_masked_everywhere() -> None:
    trace = live(spec(norm="post"), (4,))
    masked = np.array(trace["blocks.1.attn.masked"])
    masked[0, 1, 2, :] = -np.inf
    child = trace.with_override("blocks.1.attn.masked", masked)
    assert np.isnan(child["blocks.1.attn.pattern"][0, 1, 2]).all()
    assert origin(child, "logits") == Origin("blocks.1.attn.pattern", MASKED)
    assert origin(child, "blocks.1.attn.masked") is None
    assert origin(child, "blocks.0.resid_post") is None


def test_infinite_numbers() -> None:
    trace = spoilt(live(SMALL), "blocks.0.resid_mid", np.inf)
    found = origin(trace, "logits")
    assert found is not None and found.why == INFINITE
    assert found.path == first(trace, "logits")


def test_a_tensor_that_was_given_with_nan() -> None:
    trace = spoilt(live(SMALL), "blocks.1.attn.z")
    assert origin(trace, "logits") == Origin("blocks.1.attn.z", COMPUTED)


def test_only_one_section_is_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = spoilt(live(spec(n_layers=5)), "blocks.3.attn.z")
    trace.read("logits", (slice(None),) * 3)
    read: list[str] = []
    real = type(trace).__getitem__

    def listen(self: Trace, name: str) -> np.ndarray:
        read.append(name)
        return real(self, name)

    monkeypatch.setattr(type(trace), "__getitem__", listen)
    assert origin(trace, "logits") == Origin("blocks.3.attn.z", COMPUTED)
    assert not [one for one in read if one.startswith(("blocks.0.attn", "blocks.1.mlp", "blocks.4."))]


def test_it_can_be_stopped() -> None:
    with pytest.raises(Cancelled):
        origin(spoilt(live(SMALL), "embed"), "logits", lambda: True)
