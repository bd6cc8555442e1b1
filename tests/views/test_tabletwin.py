"""The table twin says the same numbers as the heat map."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tutor.views.heatdata import Map
from tutor.views.tabletwin import MapModel, TableTwin
from tutor.views.theme import LIGHT

DATA = Map(
    np.array([[1.5, -math.inf, 0.0], [-2.25, 1e-9, math.nan]]), ["The", " cat"], ["a", "b", "c"], "query_pos", "key_pos"
)


@pytest.fixture
def twin(qtbot):
    widget = TableTwin(LIGHT)
    qtbot.addWidget(widget)
    widget.set_map(DATA, "scores")
    return widget


def test_the_model_is_sound(qtmodeltester) -> None:
    model = MapModel()
    model.set_map(DATA)
    qtmodeltester.check(model)


def test_every_number_is_named_by_row_and_column(twin) -> None:
    model = twin.model()
    shown = [[model.index(row, col).data() for col in range(3)] for row in range(2)]
    assert shown == [["1.5000", "−∞", "0"], ["−2.2500", "~0", "NaN"]]
    head = [model.headerData(at, Qt.Orientation.Horizontal) for at in range(3)]
    side = [model.headerData(at, Qt.Orientation.Vertical) for at in range(2)]
    assert head == ["a 0", "b 1", "c 2"]
    assert side == ["The 0", "·cat 1"]
    assert model.index(1, 1).data(Qt.ItemDataRole.ToolTipRole) == "1.0e−9"


def test_token_ids_are_whole(twin) -> None:
    twin.set_map(Map(np.array([[70429, 374]]), whole=True))
    assert [twin.model().index(0, at).data() for at in range(2)] == ["70429", "374"]


def test_choosing_a_cell_tells_and_being_told_does_not(qtbot, twin) -> None:
    said = []
    twin.cellChosen.connect(lambda row, col: said.append((row, col)))
    twin.set_pinned((1, 2))
    assert (twin.currentIndex().row(), twin.currentIndex().column()) == (1, 2)
    assert said == []
    twin.setFocus()
    qtbot.keyClick(twin, Qt.Key.Key_Left)
    assert said == [(1, 1)]


def test_a_giant_opens_without_reading_it_all(twin) -> None:
    class Counted(Map):
        read = 0

        def at(self, row: int, col: int) -> float:
            Counted.read += 1
            return super().at(row, col)

    twin.set_map(Counted(np.zeros((1024, 50257), np.float32)))
    twin.resize(600, 400)
    twin.show()
    twin.grab()
    assert 0 < Counted.read < 20_000
