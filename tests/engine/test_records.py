"""Every data class here means what the library's own would: each declaration is made by both and they are compared."""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from typing import Any, ClassVar

import pytest

from tutor.engine import records


def plain(dataclass: Any) -> type:
    @dataclass
    class One:
        first: int
        second: str = "two"
        third: list[int] = field(default_factory=list)

    return One


def frozen(dataclass: Any) -> type:
    @dataclass(frozen=True)
    class One:
        first: int
        second: float = 2.0
        third: tuple[int, ...] = ()
        kept: ClassVar[int] = 7

        def __post_init__(self) -> None:
            if self.first < 0:
                raise ValueError("no")

    return One


def alone(dataclass: Any) -> type:
    @dataclass(frozen=True)
    class One:
        first: Any

    return One


def nothing(dataclass: Any) -> type:
    @dataclass(frozen=True)
    class One:
        pass

    return One


def by_identity(dataclass: Any) -> type:
    @dataclass(frozen=True, eq=False)
    class One:
        first: int
        second: int = 2

    return One


def partly(dataclass: Any) -> type:
    @dataclass(frozen=True)
    class One:
        first: int
        second: int = field(default=2, compare=False)
        third: int = field(default=3, repr=False)
        fourth: Any = field(default_factory=dict, hash=False)
        fifth: int = field(default=5, kw_only=True)
        sixth: int = field(default=6, init=False)

    return One


def own_methods(dataclass: Any) -> type:
    @dataclass(frozen=True)
    class One:
        first: int
        second: int = 2

        def __repr__(self) -> str:
            return "mine"

        def __eq__(self, other: object) -> bool:
            return True

    return One


def own_start(dataclass: Any) -> type:
    @dataclass(frozen=True, init=False)
    class One:
        first: int

        def __init__(self, start: int) -> None:
            object.__setattr__(self, "first", start * 2)

    return One


def derived(dataclass: Any) -> type:
    @dataclass(frozen=True)
    class Base:
        first: int
        second: int = 2

    @dataclass(frozen=True)
    class One(Base):
        second: int = 20
        third: int = 30

    return One


KINDS = (plain, frozen, alone, nothing, by_identity, partly, own_methods, own_start, derived)
GIVEN = (
    ((), {}), ((1,), {}), ((1, 2), {}), ((1, 2, 3), {}), ((1, 2, 3, 4, 5, 6, 7), {}), ((), {"first": 1}),
    ((1,), {"second": 5}), ((1,), {"first": 1}), ((1,), {"third": 9}), ((1,), {"other": 1}), ((-1,), {}),
    ((1,), {"fifth": 9}), ((1,), {"sixth": 9}), ((3,), {"fourth": {"a": 1}}), ((), {"second": 4}),
)  # fmt: skip


def made(cls: type, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    try:
        return cls(*given, **named)
    except (TypeError, ValueError) as error:
        return type(error)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
class TestAsTheLibrary:
    def test_it_takes_shows_and_tells_the_same(self, kind: Any) -> None:
        theirs, ours = kind(dataclasses.dataclass), kind(records.dataclass)
        some = 0
        for given, named in GIVEN:
            one, other = made(theirs, given, named), made(ours, given, named)
            if isinstance(one, type):
                assert other is one, (given, named)
                continue
            some += 1
            assert repr(other) == repr(one).replace(theirs.__qualname__, ours.__qualname__)
            assert asdict(other) == asdict(one)
            assert vars(other) == vars(one)
        assert some

    def test_its_fields_are_the_same(self, kind: Any) -> None:
        theirs, ours = kind(dataclasses.dataclass), kind(records.dataclass)
        assert [repr(one) for one in fields(ours)] == [repr(one) for one in fields(theirs)]
        assert ours.__match_args__ == theirs.__match_args__
        for one in fields(theirs):
            assert getattr(ours, one.name, "none") == getattr(theirs, one.name, "none")

    def test_it_is_alike_and_hashed_as_the_same_would_be(self, kind: Any) -> None:
        theirs, ours = kind(dataclasses.dataclass), kind(records.dataclass)
        pairs = [(made(theirs, *one), made(ours, *one)) for one in GIVEN]
        pairs = [one for one in pairs if not isinstance(one[0], type)]
        for first in pairs:
            for second in (*pairs, (None, None), ((1, 2), (1, 2))):
                assert (first[0] == second[0]) is (first[1] == second[1])
        for one, other in pairs:
            hashes = [made(hash, (of,), {}) for of in (one, other)]  # type: ignore[arg-type]
            if dataclasses.fields(one) and type(one).__eq__ is not object.__eq__:
                assert hashes[0] == hashes[1] or isinstance(hashes[0], int), (one, hashes)
            twin = copy.copy(other)
            assert (twin == other) is (copy.copy(one) == one)

    def test_what_is_frozen_stays(self, kind: Any) -> None:
        for dataclass in (dataclasses.dataclass, records.dataclass):
            for given, named in GIVEN:
                one = made(kind(dataclass), given, named)
                if isinstance(one, type) or kind is plain:
                    continue
                before = dict(vars(one))
                for name in (*before, "some_other"):
                    with pytest.raises(FrozenInstanceError, match=f"cannot assign to field {name!r}"):
                        setattr(one, name, 0)
                    with pytest.raises(FrozenInstanceError, match=f"cannot delete field {name!r}"):
                        delattr(one, name)
                assert vars(one) == before


def test_an_equal_one_has_an_equal_hash() -> None:
    One = frozen(records.dataclass)
    assert hash(One(1)) == hash(One(1, 2.0)) != hash(One(2))
    assert len({One(1), One(1), One(2)}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(plain(records.dataclass)(1))


def test_one_value_is_compared_as_many_are() -> None:
    # What is the same object is equal even where it says that it is not, or cannot say: NaN, an array.
    nan = float("nan")
    One = alone(records.dataclass)
    assert One(nan) == One(nan)
    assert One(nan) != One(float("nan"))


def test_replace_makes_a_new_one() -> None:
    One = derived(records.dataclass)
    assert replace(One(1), third=4) == One(1, 20, 4)
    with pytest.raises(TypeError):
        replace(One(1), other=4)


def test_what_holds_itself_can_be_shown() -> None:
    One = plain(records.dataclass)
    one = One(1)
    one.third.append(one)
    assert repr(one).endswith("third=[...])")


@pytest.mark.parametrize("dataclasses_", [(records, dataclasses), (dataclasses, records), (records, records)],
                         ids=["theirs of ours", "ours of theirs", "ours of ours"])  # fmt: skip
def test_one_may_be_made_of_the_other(dataclasses_: tuple[Any, Any]) -> None:
    first, second = dataclasses_

    @first.dataclass(frozen=True)
    class Base:
        one: int
        two: int = 2

    @second.dataclass(frozen=True)
    class More(Base):
        three: int = 3

    assert vars(More(1, three=4)) == {"one": 1, "two": 2, "three": 4}
    assert More(1) == More(1, 2, 3) != Base(1)
    with pytest.raises(FrozenInstanceError):
        More(1).one = 2  # type: ignore[misc]


def test_who_is_not_a_record_may_come_of_one() -> None:
    Base = frozen(records.dataclass)

    class More(Base):  # type: ignore[misc,valid-type]
        def __init__(self) -> None:
            super().__init__(1, 3.0)
            self.other = 4  # not a field, and of a class of its own

    assert (More().first, More().other) == (1, 4)
    with pytest.raises(FrozenInstanceError):
        More().first = 2


def test_what_is_missing_or_too_much_is_named() -> None:
    One = frozen(records.dataclass)
    with pytest.raises(TypeError, match="needs first"):
        One()
    with pytest.raises(TypeError, match="takes no wrong"):
        One(1, wrong=2)
    with pytest.raises(TypeError, match="takes 3 values, not 4"):
        One(1, 2, 3, 4)
