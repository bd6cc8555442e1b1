"""The views of all heads, of several as one, and of what is pinned to compare, each put in its place."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from tutor.views.bands import CompareBand, SeveralBand
from tutor.views.headgrid import HeadGrid
from tutor.views.headstrip import HeadStrip
from tutor.views.sidetabs import SideTabs
from tutor.views.stagepane import StagePane
from tutor.views.theme import Theme


class HeadViews:
    """All heads on a page of the right side and in a band of the stage, the grid of blocks by heads as a view of the
    stage, and the bands that say what is shown together."""

    def __init__(self, look: Theme, stage: StagePane, right: SideTabs) -> None:
        self.page, self.band, self.grid = HeadStrip(look), HeadStrip(look, banded=True), HeadGrid(look)
        self.several, self.compare = SeveralBand(look), CompareBand(look)
        right.fill("heads", self.page)
        for band, kind in ((self.several, "several"), (self.compare, "compared"), (self.band, "heads")):
            band.hide()
            stage.add_band(band, kind)
        stage.fill_view("grid", self.grid)

    def all(self) -> tuple[QWidget, ...]:
        """All of them, for the theme."""
        return self.page, self.band, self.grid, self.several, self.compare
