"""The buttons below the timeline: all there at any width, words as far as there is room."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QWidget

from tutor.views import theme
from tutor.views.playbar import PlayBar
from tutor.views.transport import FULL, ICON, KeyButton, Transport

NAMES = ("first", "previous", "next", "into", "out", "last")
SHORT = {"previous": "Back", "next": "Next", "into": "Into", "out": "Out", "bookmark": "Bookmark"}


@pytest.fixture
def transport(qtbot, qapp):
    actions = {}
    for name in (*NAMES, "bookmark"):
        actions[name] = QAction(name.title(), qapp)
        actions[name].setProperty("short", SHORT.get(name, ""))
        actions[name].setProperty("cap", "F7")
        actions[name].setProperty("drawing", "play")
    outer = QWidget()
    qtbot.addWidget(outer)
    outer.resize(1500, 100)
    one = Transport(theme.LIGHT, [actions[name] for name in NAMES], actions["next"], outer)
    one.add(QLabel("writing token 4 of 12"))
    one.add_group(PlayBar(theme.LIGHT, "F5"))
    one.add_actions(actions["bookmark"])
    one.acts = actions
    with qtbot.waitExposed(outer):
        outer.show()
    yield one
    for action in actions.values():
        action.deleteLater()


def at(transport, width: int) -> dict[str, int]:
    """How much each button shows at a width."""
    transport.resize(width, 46)
    for _ in range(3):  # a word gone asks for another layout
        QApplication.processEvents()
    found = {name: transport.button(action)._room for name, action in transport.acts.items()}
    return found | {"play": transport.findChild(PlayBar).button()._room}


def boxes(transport) -> list[QRect]:
    shown = [*transport.findChildren(KeyButton), *transport.findChildren(QComboBox), *transport.findChildren(QLabel)]
    found = [QRect(one.mapTo(transport, one.rect().topLeft()), one.size()) for one in shown if one.isVisible()]
    return sorted(found, key=QRect.left)


def test_where_there_is_room_every_button_says_all(transport):
    assert set(at(transport, 1400).values()) == {FULL}


def test_words_go_in_turn_and_come_back(transport):
    seen = [at(transport, width) for width in range(1400, 480, -20)]
    for wider, narrower in pairwise(seen):
        assert all(narrower[name] >= wider[name] for name in wider), "less room, fewer words"
    first_icon = {name: next(n for n, one in enumerate([*seen, {name: ICON}]) if one[name] == ICON) for name in seen[0]}
    assert first_icon["bookmark"] < first_icon["into"] < first_icon["previous"] <= first_icon["next"]
    assert set(at(transport, 1400).values()) == {FULL}


@pytest.mark.parametrize("width", [600, 700, 800, 1000, 1400])
def test_nothing_is_cut_and_nothing_overlaps(transport, width):
    at(transport, width)
    found = boxes(transport)
    assert len(found) == len(NAMES) + 1 + 1 + 1 + 1
    assert found[-1].right() < width
    for one, other in pairwise(found):
        assert one.right() < other.left()


def test_what_lost_its_words_still_has_its_name(transport):
    at(transport, 600)
    for action in transport.acts.values():
        button = transport.button(action)
        assert button.accessibleName()
        assert button.toolTip()


class Watch(QObject):
    """Counts how often a widget asks for another layout."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def eventFilter(self, watched, event):
        self.asked += event.type() == QEvent.Type.LayoutRequest
        return False


@pytest.mark.parametrize("width", [1400, 900, 700, 600])
def test_to_find_what_fits_comes_to_an_end(transport, width):
    """A fit that asks for another layout would go on for ever."""
    at(transport, width)
    for _ in range(5):
        QApplication.processEvents()
    watch = Watch()
    transport.installEventFilter(watch)
    for _ in range(10):
        QApplication.processEvents()
    transport.removeEventFilter(watch)
    assert watch.asked == 0
