"""Which blocks of the architecture map are open. No Qt.

The block that the learner is in is open, the others are folded, neighbours in one card; whatever is unfolded by hand
stays so.
"""

from __future__ import annotations

from tutor.engine import graph
from tutor.engine.program import Program


class Folds:
    """The open and the folded blocks of one program."""

    def __init__(self, program: Program) -> None:
        self._runs = graph.blocks(program)
        self._opened: set[str] = set()
        self._closed: set[str] = set()
        self._single: set[str] = set()
        self._here = ""

    def set_place(self, section: str) -> bool:
        """The learner is in this section. Returns whether that opens or folds anything."""
        if section == self._here:
            return False
        before = self.folded()
        self._here = section
        self._closed.clear()
        return self.folded() != before

    def is_open(self, section: str) -> bool:
        return section in self._opened or (section == self._here and section not in self._closed)

    def unfold(self, names: tuple[str, ...]) -> None:
        """Open a folded block; of several, show each and open the first."""
        self._opened.add(names[0])
        self._closed -= set(names)
        self._single |= set(names)

    def fold(self, section: str) -> None:
        self._opened.discard(section)
        self._single &= self._opened
        self._closed.add(section)

    def folded(self) -> tuple[tuple[str, ...], ...]:
        """The folded blocks, those in one card together."""
        found: list[tuple[str, ...]] = []
        for run in self._runs:
            together: list[str] = []
            for name in run:
                alone = self.is_open(name) or name in self._single
                if alone and together:
                    found.append(tuple(together))
                    together = []
                if not alone:
                    together.append(name)
                elif not self.is_open(name):
                    found.append((name,))
            if together:
                found.append(tuple(together))
        return tuple(found)
