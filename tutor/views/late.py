"""What of the window is not seen at first: made after its first picture, a part at a time, or when it is asked for.

A sentence can be stepped through before any of this is there. Each part is a `cached_property` that imports what it
needs, so that whoever asks for it has it at once; the window makes the rest while nothing else is to be done.
"""

from __future__ import annotations

from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QToolButton

from tutor.engine import models
from tutor.engine.compare import Look
from tutor.runner import Runner
from tutor.session import Session
from tutor.views.actions import Actions
from tutor.views.chips import TokenStrip
from tutor.views.inspector import Inspector
from tutor.views.look_desk import LookDesk
from tutor.views.marks import MarksView
from tutor.views.mask_desk import MaskDesk
from tutor.views.outline import Outline
from tutor.views.panes import Panes
from tutor.views.presenting import Presenting
from tutor.views.quietline import QuietLine
from tutor.views.sentence_desk import SentenceDesk
from tutor.views.sentencebar import SentenceBar
from tutor.views.sidetabs import SideTabs
from tutor.views.stage_desk import StageDesk
from tutor.views.stagepane import StagePane
from tutor.views.theme import Theme
from tutor.views.timeline import Timeline
from tutor.views.whatif_desk import WhatIfDesk
from tutor.views.working_desk import WorkingDesk

if TYPE_CHECKING:
    from tutor.views.bars import BarsView
    from tutor.views.bars_desk import BarsDesk
    from tutor.views.compare_desk import CompareDesk
    from tutor.views.continue_desk import ContinueDesk
    from tutor.views.continuebar import ContinueBar
    from tutor.views.export_desk import ExportDesk
    from tutor.views.finder import Finder
    from tutor.views.finder_desk import FinderDesk
    from tutor.views.heads_desk import HeadsDesk
    from tutor.views.headviews import HeadViews
    from tutor.views.map_desk import MapDesk
    from tutor.views.mappane import MapPane
    from tutor.views.models_desk import ModelsDesk
    from tutor.views.names_desk import Names
    from tutor.views.rowdrawer import RowDrawer
    from tutor.views.tablepane import TablePane
    from tutor.views.vocab_desk import VocabDesk
    from tutor.views.vocabview import VocabView
    from tutor.views.whatif_views import WhatIfViews

#: The order in which the parts are made while nothing else is to be done; each takes a few hundredths of a second.
PARTS = (
    "drawer", "heads", "heads_desk", "compare_desk", "what_if_views", "finder", "finding", "side_map", "map", "maps",
    "names", "tables", "bars", "bars_desk", "vocab", "vocab_desk", "continuing", "continue_desk", "exporter",
    "models_desk",
)  # fmt: skip
#: Which part a page of a side, or a view of the stage, belongs to.
PAGES = {
    "heads": "heads_desk", "grid": "heads_desk", "whatif": "what_if_views", "vocabulary": "vocab_desk",
    "bars": "bars_desk", "map": "maps", "lesson": "teaching",
}  # fmt: skip


#: What has a part say everything once more.
AGAIN = {
    "maps": "show_map", "heads_desk": "ask", "compare_desk": "refresh", "what_if_views": "refresh",
    "bars_desk": "ask", "vocab_desk": "ask",
}  # fmt: skip


class LateParts(QMainWindow):
    """The parts, each with what connects it to the others."""

    _settings: QSettings
    session: Session
    runner: Runner
    acts: Actions
    actions_: dict[str, QAction]
    look_desk: LookDesk
    stage: StagePane
    inspector: Inspector
    panes: Panes
    offer: QuietLine
    presenting: Presenting
    left: SideTabs
    right: SideTabs
    desk: SentenceDesk
    gaps: MaskDesk
    sentence: SentenceBar
    strip: TokenStrip
    outline: Outline
    marks: MarksView
    timeline: Timeline
    stage_desk: StageDesk
    working_desk: WorkingDesk
    what_if: WhatIfDesk
    what_if_tool: QToolButton

    @property
    def look(self) -> Theme:
        return self.look_desk.theme

    def is_made(self, part: str) -> bool:
        """Whether a part is there already."""
        return part in vars(self)

    def make_part(self, part: str) -> None:
        """Make a part, and those that it needs, where it is not there yet."""
        getattr(self, part)

    def ask_again(self) -> None:
        """Have what is there of them say everything once more, as in another language."""
        for part, again in AGAIN.items():
            if self.is_made(part):
                attrgetter(f"{part}.{again}")(self)()

    # What they ask of the window ----------------------------------------------------------------------------

    def say(self, sentence: str) -> None:
        """One sentence in the status line."""
        raise NotImplementedError

    def say_failed(self, error: BaseException) -> None:
        """What went wrong, in the status line."""
        raise NotImplementedError

    def set_busy(self, busy: bool) -> None:
        """Something that may take long began or ended."""
        raise NotImplementedError

    def set_progress(self, done: float) -> None:
        """How far it is, 0 to 1."""
        raise NotImplementedError

    def leave_text(self) -> None:
        """The keys step through the model, no longer through a text."""
        if any(box.hasFocus() for box in self.sentence.boxes()):
            self.focus_stage()

    def focus_stage(self) -> None:
        self.stage.current_view().setFocus(Qt.FocusReason.OtherFocusReason)

    def show_map(self, shown: bool) -> None:
        self.panes.show_cover(shown)
        (self.map.canvas if shown else self.stage.current_view()).setFocus(Qt.FocusReason.OtherFocusReason)

    def set_stops(self) -> None:
        """What F6 goes to, of what is there."""
        side = (self.side_map.canvas,) if self.is_made("side_map") else ()
        large = (self.map.canvas,) if self.is_made("map") else ()
        self.panes.set_stops(
            self.sentence.box(), self.strip, self.outline.tree(), *side, self.marks.list(), *large, self.stage,
            self.right, self.timeline,
        )  # fmt: skip

    @cached_property
    def drawer(self) -> RowDrawer:
        from tutor.views.rowdrawer import RowDrawer

        made = RowDrawer(self.look)
        self.look_desk.dress(made)
        self.stage.add_drawer(made)
        self.working_desk.join(made)
        return made

    # Finding ------------------------------------------------------------------------------------------------

    @cached_property
    def finder(self) -> Finder:
        from tutor.views.finder import Finder

        finder = Finder(self.look, self.panes)
        self.look_desk.dress(finder)
        return finder

    @cached_property
    def finding(self) -> FinderDesk:
        from tutor.views.finder_desk import FinderDesk

        made = FinderDesk(self.session, self.finder, self.actions_, models.names, self.desk.samples, self)
        made.modelChosen.connect(self.desk.use_model)
        made.sentenceChosen.connect(self.desk.start_sample)
        made.went.connect(self.leave_text)
        return made

    # The architecture map -----------------------------------------------------------------------------------

    @cached_property
    def side_map(self) -> MapPane:
        from tutor.views.mappane import MapPane

        made = MapPane(self.look, compact=True)
        self.look_desk.dress(made)
        self.left.fill("map", made)
        return made

    @cached_property
    def map(self) -> MapPane:
        from tutor.views.mappane import MapPane

        made = MapPane(self.look)
        self.look_desk.dress(made)
        self.panes.add_cover(made)
        return made

    @cached_property
    def maps(self) -> MapDesk:
        from tutor.views.map_desk import MapDesk

        made = MapDesk(self.session, self.runner, (self.side_map, self.map), self)
        made.opened.connect(self.show_map)
        made.set_changed(self.session.changes.steps())
        self.set_stops()
        return made

    # Words for vectors --------------------------------------------------------------------------------------

    @cached_property
    def names(self) -> Names:
        from tutor.views.names_desk import Names

        made = Names(self.session, self.runner, self.desk, self)
        made.changed.connect(self.working_desk.set_names)
        return made

    @cached_property
    def tables(self) -> TablePane:
        return self.stage.tables

    @cached_property
    def bars(self) -> BarsView:
        from tutor.views.bars import BarsView

        made = BarsView(self.look)
        self.look_desk.dress(made)
        self.stage.fill_view("bars", made)
        return made

    @cached_property
    def bars_desk(self) -> BarsDesk:
        from tutor.views.bars_desk import BarsDesk

        made = BarsDesk(self.session, self.runner, self.names, self.stage, self.bars, self)
        self.stage_desk.waited.connect(made.wait)
        made.failed.connect(self.say_failed)
        # A row of bars is asked for first, since it is there long before a giant's map.
        self.stage_desk.ask_after_others()
        return made

    @cached_property
    def vocab(self) -> VocabView:
        from tutor.views.vocabview import VocabView

        made = VocabView(self.look)
        self.look_desk.dress(made)
        self.right.fill("vocabulary", made)
        return made

    @cached_property
    def vocab_desk(self) -> VocabDesk:
        from tutor.views.vocab_desk import VocabDesk

        return VocabDesk(self.session, self.runner, self.names, self.gaps, self.right, self.vocab, self)

    @cached_property
    def continuing(self) -> ContinueBar:
        from tutor.views.continuebar import ContinueBar

        made = ContinueBar(self.look)
        self.look_desk.dress(made)
        self.look_desk.ground("strip", made)
        self.panes.insert_above(made, self.offer)
        self.presenting.hide_too(made)
        return made

    @cached_property
    def continue_desk(self) -> ContinueDesk:
        from tutor.views.continue_desk import ContinueDesk

        made = ContinueDesk(self.session, self.runner, self.desk, self.continuing, self)
        made.left.connect(self.focus_stage)
        return made

    # Heads, and what is compared ----------------------------------------------------------------------------

    @cached_property
    def heads(self) -> HeadViews:
        from tutor.views.headviews import HeadViews

        made = HeadViews(self.look, self.stage, self.right)
        self.look_desk.dress(*made.all())
        return made

    @cached_property
    def heads_desk(self) -> HeadsDesk:
        from tutor.views.heads_desk import HeadsDesk

        made = HeadsDesk(self.session, self.runner, self.stage, self.right, self.heads, self)
        made.compared.connect(self.hold)
        return made

    @cached_property
    def compare_desk(self) -> CompareDesk:
        from tutor.views.compare_desk import CompareDesk

        made = CompareDesk(self.session, self.runner, self.desk, self.stage_desk, self.heads, self)
        made.said.connect(self.say)
        return made

    def hold(self, look: Look) -> None:
        """Pin a tensor, to compare others with it."""
        self.compare_desk.hold(look)

    # What if, and files -------------------------------------------------------------------------------------

    @cached_property
    def what_if_views(self) -> WhatIfViews:
        from tutor.views.whatif_views import WhatIfViews

        edits = (self.actions_["what_if_undo"], self.actions_["what_if_redo"], self.actions_["what_if_reset"])
        made = WhatIfViews(
            self.session, self.runner, self.what_if, self.right, edits, self.what_if_tool, self.look, self
        )  # fmt: skip
        self.stage.add_band(made.bar, "what if")
        self.look_desk.dress(made)
        made.toldChanged.connect(self.sentence.set_what_if)
        made.refresh()
        return made

    def add_model(self, package: Path) -> None:
        """Take the model out of a downloaded package and run it."""
        self.models_desk.add(package)

    @cached_property
    def models_desk(self) -> ModelsDesk:
        from tutor.views.models_desk import ModelsDesk

        made = ModelsDesk(self.runner, self)
        made.used.connect(self.desk.use_model_on)
        made.came.connect(self.sentence.offer)
        made.said.connect(self.say)
        return made

    @cached_property
    def exporter(self) -> ExportDesk:
        from tutor.views.export_desk import ExportDesk

        made = ExportDesk(
            self.session, self.runner, self.stage, self.stage_desk, self.look_desk, self._settings, self
        )  # fmt: skip
        made.busyChanged.connect(self.set_busy)
        made.progressed.connect(self.set_progress)
        made.said.connect(self.say)
        return made
