"""The stage's toolbar: words go where room is short, buttons never, and a row that fits is at rest."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton
from windows import Small, go, settle

from tutor.views.toolrow import ToolRow
from tutor.work import Request

ICON = Qt.ToolButtonStyle.ToolButtonIconOnly


@pytest.fixture
def window(qtbot, opened):
    one = opened(Small(), size=(1900, 800))
    one.start(Request(("Attention is all you need", "One more"), "article", 2))
    settle(qtbot, one)
    go(qtbot, one, "blocks.0.attn.pattern")
    return one


def row(window) -> ToolRow:
    return window.stage.findChild(ToolRow)


def worded(window) -> tuple[int, int]:
    """How many tools and views have their words."""
    tools, views = row(window)._tools, [one for one in row(window)._views if one.isVisible()]
    return tuple(sum(one.toolButtonStyle() != ICON for one in some) for some in (tools, views))


def test_words_go_before_buttons_and_come_back(qtbot, window):
    tools, views = row(window)._tools, [one for one in row(window)._views if one.isVisible()]
    assert worded(window) == (len(tools), len(views)) and window.stage.slider("head").isVisible()
    seen = []
    for width in (1900, 1300, 1100, 1000, 820):
        window.resize(width, 800)
        qtbot.waitUntil(lambda width=width: window.width() == width)
        bar = row(window)
        qtbot.waitUntil(lambda bar=bar: bar._row.minimumSize().width() <= bar.width())
        assert all(one.isVisible() for one in (*tools, *views, window.stage.spin("head"), window.stage.spin("batch")))
        seen.append((window.stage.slider("head").isVisible(), *worded(window)))
    # The right side goes at the narrowest widths, which gives some room back.
    assert seen[0] > seen[1] >= min(seen[2:])
    window.resize(1900, 800)
    qtbot.waitUntil(lambda: worded(window) == (len(tools), len(views)))


@pytest.mark.parametrize("width", [1900, 1280, 900])
def test_a_row_that_fits_is_at_rest(qtbot, window, monkeypatch, width):
    window.resize(width, 800)
    go(qtbot, window, "blocks.1.attn.scores")
    for _ in range(5):
        QApplication.processEvents()
    fits, real = [], ToolRow.fit
    monkeypatch.setattr(ToolRow, "fit", lambda self: (fits.append(1), real(self)))
    for _ in range(30):
        QApplication.processEvents()
    assert len(fits) <= 1, "a fit that asks for a fit goes on for ever"


def test_tab_goes_through_the_tools_as_they_stand(qtbot, window):
    bar = row(window).row()
    widgets = [bar.itemAt(at).widget() for at in range(bar.count())]
    tools = [one for one in widgets if isinstance(one, QToolButton)]
    tools[0].setFocus(Qt.FocusReason.TabFocusReason)
    seen = []
    for _ in tools:
        seen.append(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert len(tools) > 2 and seen == tools
