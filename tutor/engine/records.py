"""Data classes that cost nothing to declare.

`dataclasses.dataclass` writes the source of every method and compiles it when the class is made: half a millisecond a
class, and some 130 of them are made before the first picture, a tenth of the whole start. Here it works out the fields
alone (so that `fields`, `replace` and `asdict` serve these classes too), and the methods are closures over them. What
a type checker sees is the library's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import FrozenInstanceError
from inspect import get_annotations
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    from dataclasses import MISSING, Field, fields
    from dataclasses import dataclass as _worked_out

    def dataclass(cls=None, /, *, frozen=False, eq=True, init=True):
        """`dataclasses.dataclass`: the same for what it takes, and for methods that a class defines itself."""

        def made(of):
            return _made(of, frozen, eq, init)

        return made if cls is None else made(cls)

    _FROZEN, _OPEN = (_worked_out(frozen=frozen)(type("_", (), {"__doc__": "."})).__dataclass_params__
                      for frozen in (True, False))  # fmt: skip

    def _fields(cls):
        """Give the class its fields, its bases' first. A class that only holds its annotations and defaults is worked
        out in its place: of a class with a frozen base the library would demand its own, compiled way of freezing."""
        notes = get_annotations(cls)
        values = {name: cls.__dict__[name] for name in notes if name in cls.__dict__}
        told = {"__doc__": ".", "__module__": cls.__module__, "__annotations__": notes, **values}
        bare = _worked_out(init=False, repr=False, eq=False)(type(cls.__name__, (), told))
        for name, value in values.items():
            if isinstance(value, Field):  # as the library does: a default is an attribute of the class
                if value.default is MISSING:
                    delattr(cls, name)
                else:
                    setattr(cls, name, value.default)
        found = {}
        for base in cls.__mro__[:0:-1]:
            found.update(getattr(base, "__dataclass_fields__", {}))
        cls.__dataclass_fields__ = {**found, **bare.__dataclass_fields__}

    def _made(cls, frozen, eq, init):
        _fields(cls)
        cls.__dataclass_params__ = _FROZEN if frozen else _OPEN
        its = fields(cls)
        if "__match_args__" not in cls.__dict__:
            cls.__match_args__ = tuple(one.name for one in its if one.init and not one.kw_only)
        methods = {"__repr__": _repr([one.name for one in its if one.repr])}
        if init:
            methods["__init__"] = _init(cls, its)
        if eq:
            methods["__eq__"] = _eq(_values([one.name for one in its if one.compare]))
            methods["__hash__"] = None  # what can change has no place in a set
        if frozen:
            names = frozenset(one.name for one in its)
            methods["__setattr__"] = _refusing(cls, names, "__setattr__", "assign to")
            methods["__delattr__"] = _refusing(cls, names, "__delattr__", "delete")
            if eq:
                hashed = [one.name for one in its if (one.compare if one.hash is None else one.hash)]
                methods["__hash__"] = _hash(_values(hashed))
        for name, method in methods.items():
            # A class that defines `__eq__` alone has a `__hash__` of None, which Python put there.
            if name not in cls.__dict__ or (name == "__hash__" and cls.__dict__[name] is None):
                if method is not None:
                    method.__qualname__ = f"{cls.__qualname__}.{name}"
                setattr(cls, name, method)
        return cls

    def _init(cls, its):
        places = tuple(one.name for one in its if one.init and not one.kw_only)
        known = frozenset(one.name for one in its if one.init)
        defaults = {one.name: one.default for one in its if one.init and one.default is not MISSING}
        makers = tuple((one.name, one.default_factory) for one in its if one.default_factory is not MISSING)
        needed = known.difference(defaults, [name for name, _ in makers])
        most, goes_on = len(places), hasattr(cls, "__post_init__")

        def __init__(self, /, *given, **named):
            own = self.__dict__
            own.update(defaults)
            own.update(zip(places, given))
            if named:
                if not known.issuperset(named) or not named.keys().isdisjoint(places[: len(given)]):
                    wrong = [name for name in named if name not in known or name in places[: len(given)]]
                    raise TypeError(f"{cls.__qualname__} takes no {', '.join(wrong)}, or has got it before")
                own.update(named)
            if len(given) > most:
                raise TypeError(f"{cls.__qualname__} takes {most} values, not {len(given)}")
            for name, make in makers:
                if name not in own:
                    own[name] = make()
            if not own.keys() >= needed:
                raise TypeError(f"{cls.__qualname__} needs {', '.join(name for name in places if name not in own)}")
            if goes_on:
                self.__post_init__()

        return __init__


def _values(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What gives an object's values as a tuple; where there is one alone, too, so that they are compared alike."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda one: tuple(getattr(one, name) for name in names)


def _repr(names: Sequence[str]) -> Callable[[Any], str]:
    @recursive_repr()
    def __repr__(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return __repr__


def _eq(values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any, object], bool]:
    def __eq__(self: Any, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return __eq__


def _hash(values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:
        return hash(values(self))

    return __hash__


def _refusing(cls: Any, names: frozenset[str], method: str, act: str) -> Callable[..., None]:
    def refuse(self: Any, name: str, *value: object) -> None:
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot {act} field {name!r}")
        getattr(super(cls, self), method)(name, *value)

    refuse.__name__ = method
    return refuse
