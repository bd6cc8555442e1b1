"""Between the session's scales, the maps on screen and the foot that shows and changes their ranges."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject

from tutor import work
from tutor.engine.picture import Panel, Picture
from tutor.engine.records import dataclass
from tutor.engine.spread import Spread, spread
from tutor.runner import Runner
from tutor.scales import Group
from tutor.session import Session
from tutor.views import combined, present
from tutor.views.heatdata import Map
from tutor.views.scalefoot import Scale
from tutor.views.stage_desk import StageDesk
from tutor.views.stagepane import StagePane

SPREAD = "spread"
#: The view of the stage that shows every block on one scale.
GRID = "grid"
#: Up to so many cells are counted at once; more of them away from the window.
_AT_ONCE = 1 << 17


@dataclass(frozen=True)
class Shared:
    """Parts of the equation that have one scale: their places in it, names and group, and how far that reaches."""

    parts: tuple[int, ...]
    names: tuple[str, ...]
    group: Group
    full: float
    fixed: bool


def shared(picture: Picture) -> list[Shared]:
    """The scales of a picture: those that can be changed first, the result's before its operands'."""
    panels = (*picture.operands, picture.result)
    found: dict[tuple[bool, Group], list[int]] = {}
    for at in (len(panels) - 1, *range(len(panels) - 1)):
        panel = panels[at]
        if panel.kind != "ids" and panel.high > panel.low:
            fixed = panel.kind == "probability"
            found.setdefault((fixed, () if fixed else panel.shared), []).append(at)
    return [
        Shared(tuple(places), _names(panels, places), group, panels[places[0]].high, fixed)
        for (fixed, group), places in sorted(found.items(), key=lambda one: one[0][0])
    ]


def _names(panels: Sequence[Panel], places: Sequence[int]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(panels[at].alias or panels[at].name for at in places))


class ScaleDesk(QObject):
    """Gives every map its range, and the learner the means to change it."""

    def __init__(
        self, session: Session, runner: Runner, stage: StagePane, stage_desk: StageDesk, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._runner, self._stage, self._stage_desk = session, runner, stage, stage_desk
        self._scales = session.scales
        self._foot = stage.foot
        self._steps: object = None
        stage_desk.shown.connect(self.show)
        stage_desk.waited.connect(partial(self._foot.set_scales, ()))
        session.traceChanged.connect(self._forget)
        self._scales.changed.connect(self._apply)
        stage.viewChanged.connect(self._apply)
        self._foot.reachChosen.connect(self._choose)
        self._foot.widened.connect(self._widen)
        self._foot.lockClicked.connect(self.toggle_lock)
        self._foot.fitClicked.connect(self.fit)
        self._foot.countsWanted.connect(self._count)
        runner.done.connect(self._done)

    def _forget(self) -> None:
        trace = self._session.trace
        steps = trace.program.steps if trace is not None else None
        if steps != self._steps:
            self._steps = steps
            self._scales.clear()
        if trace is None:
            self._foot.set_scales(())

    # What is shown ------------------------------------------------------------------------------------------

    def _shared(self) -> list[Shared]:
        picture = self._stage_desk.picture()
        return shared(picture) if picture is not None else []

    def _maps(self, one: Shared) -> list[Map]:
        parts = self._stage.equation.parts()
        return [parts[at].data for at in one.parts]

    def show(self) -> None:
        """Another step is on screen: fitted scales follow it."""
        for one in self._shared():
            own = [self._scales.own(name) for name in one.names]
            if any(own_one is not None and own_one.fitted for own_one in own):
                reach = self._on_screen(one)
                self._scales.follow((name, reach) for name in one.names)
        self._apply()

    def _on_screen(self, one: Shared) -> float:
        return max(self._stage.equation.reach(at) for at in one.parts) or one.full

    def _reach(self, one: Shared) -> float:
        return self._scales.reach(one.names[0], one.group, one.full)

    def _apply(self) -> None:
        """Colour the maps and show their scales."""
        picture = self._stage_desk.picture()
        if picture is None:
            return
        if self._stage.view() == GRID:  # it has a scale of its own, over all blocks
            self._foot.set_scales(())
            return
        limits = [part.data.limits for part in self._stage.equation.parts()]
        made = []
        for one in self._shared():
            reach = self._reach(one)
            if one.fixed:
                made.append(Scale(self._title(one), "prob", 0.0, 1.0, 1.0, True))
                continue
            for at in one.parts:
                limits[at] = (-reach, reach)
            most = max(data.reach for data in self._maps(one))
            made.append(Scale(self._title(one), "signed", -reach, reach, most))
        self._stage.equation.set_limits(limits)
        self._foot.set_scales(made, self._locked(), self._about())
        self._count()

    def _title(self, one: Shared) -> str:
        names = list(dict.fromkeys(combined.scale_name(name) for name in one.names))
        return ", ".join(names) if len(names) < 3 else f"{names[0]} …"

    def _locked(self) -> bool:
        return all(self._scales.own(name) is None for one in self._shared() for name in one.names)

    def _about(self) -> str:
        """Who shares the first scale that can be changed."""
        picture = self._stage_desk.picture()
        told = combined.scale_words(picture) if picture is not None else ""
        if told:
            return told
        for one in self._shared():
            if not one.fixed:
                names = ", ".join(present.short_name(name) for name in one.group)
                return self.tr("One scale for {names}, in every head and sentence").format(names=names)
        return ""

    # Histogram and what is cut off --------------------------------------------------------------------------

    def _count(self) -> None:
        counted = self._foot.wants_counts()
        asked = []
        for at, one in enumerate(self._shared()):
            maps, reach = self._maps(one), self._reach(one)
            end = 1.0 if one.fixed else max(reach, *(data.reach for data in maps))
            cut = not one.fixed and end > reach
            if cut or (counted and not one.fixed):
                asked.append((at, [data.real for data in maps], reach, end))
            else:
                self._foot.set_cut(at, 0)
                self._foot.set_counts(at, None)
        cells = sum(values.size for _, several, _, _ in asked for values in several)
        self._runner.cancel(SPREAD)
        if cells <= _AT_ONCE:
            self._take([(at, spread(values, reach, end, counted)) for at, values, reach, end in asked])
        else:
            self._runner.submit(SPREAD, partial(_spread, asked, counted))

    def _done(self, channel: str, result: object) -> None:
        if channel == SPREAD and isinstance(result, list):
            self._take(result)

    def _take(self, found: list[tuple[int, Spread]]) -> None:
        for at, one in found:
            self._foot.set_cut(at, one.outside)
            self._foot.set_counts(at, one.counts)

    # Changing -----------------------------------------------------------------------------------------------

    def _choose(self, at: int, reach: float) -> None:
        one = self._shared()[at]
        self._scales.choose(one.names, one.group, reach)

    def _widen(self, at: int) -> None:
        one = self._shared()[at]
        self._scales.widen(one.names, one.group, one.full)

    def fit(self) -> None:
        """Every scale covers what is on screen, and leaves its group until it is locked again."""
        ranges = [
            (name, self._on_screen(one)) for one in self._shared() if not one.fixed for name in one.names
        ]  # fmt: skip
        if ranges:
            self._scales.leave(ranges, fitted=True)

    def toggle_lock(self) -> None:
        """Share scales again; where all are shared, the scales on screen leave their groups as they are."""
        free = [one for one in self._shared() if not one.fixed]
        if self._locked():
            self._scales.leave([(name, self._reach(one)) for one in free for name in one.names], fitted=False)
        else:
            self._scales.lock(name for one in free for name in one.names)


def _spread(asked: list[tuple[int, list, float, float]], counted: bool, job: work.Handle) -> list[tuple[int, Spread]]:
    return [(at, spread(values, reach, end, counted, job.cancelled)) for at, values, reach, end in asked]
