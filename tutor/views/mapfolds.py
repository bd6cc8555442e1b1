"""Which blocks of the architecture map are open. No Qt.

The block that the learner is in is open, before the first one that, after the last one this; the others are folded,
neighbours in one card. Whatever is unfolded by hand stays so.
"""

from __future__ import annotations

from tutor.engine import graph
from tutor.engine.program import Program


class Folds:
    """The open and the folded blocks of one program."""

    def __init__(self, program: Program) -> None:
        self._runs = graph.blocks(program)
        self._tracks = [[section.name for section in track] for track in program.tracks]
        self._opened: set[str] = set()
        self._closed: set[str] = set()
        self._single: set[str] = set()
        self._here = self._section = ""

    def set_place(self, section: str) -> bool:
        """The learner is in this section. Returns whether that opens or folds anything."""
        if section == self._section:
            return False
        before = self.folded()
        self._section = section
        self._here = self._block(section)
        self._closed.clear()
        return self.folded() != before

    def _block(self, section: str) -> str:
        """The block to look at from a section: itself, the last before it in its track, or the first behind it."""
        blocks = {name for run in self._runs for name in run}
        for track in self._tracks:
            if section in track:
                at = track.index(section)
                return next((name for name in (*track[at::-1], *track[at:]) if name in blocks), "")
        return ""

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
