"""Chosen ranges of colour scales as plain data: there and back, and whatever else a file may hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor.scales import Scales

things = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.lists(st.text(max_size=2))


def test_ranges_go_there_and_back() -> None:
    scales, other = Scales(), Scales()
    group = ("scores", "scaled")
    scales.choose(group, group, 2.5)
    scales.leave([("masked", 1.5)], True)
    other.take(scales.plain())
    assert other.plain() == scales.plain()
    assert (other.chosen(group), other.reach("masked", group, 9.0)) == (2.5, 1.5)
    other.take([])
    assert other.plain() == []


@given(st.lists(st.dictionaries(st.sampled_from(("name", "group", "reach", "fitted", "x")), things, max_size=4)))
def test_what_is_no_range_is_left_out(plain: list) -> None:
    scales = Scales()
    scales.take(plain)
    assert all(one["reach"] > 0 for one in scales.plain())
