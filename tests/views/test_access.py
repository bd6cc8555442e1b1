"""What a screen reader meets: the accessibility tree of the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt, QVariantAnimation
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QFocusFrame, QTabWidget, QTreeView, QWidget

from tests.views.windows import Small, settle
from tutor.work import Request

#: Roles a person acts on.
CONTROLS = {
    QAccessible.Role.Button, QAccessible.Role.CheckBox, QAccessible.Role.RadioButton, QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText, QAccessible.Role.SpinBox, QAccessible.Role.Slider, QAccessible.Role.Table,
    QAccessible.Role.Tree, QAccessible.Role.PageTabList, QAccessible.Role.MenuItem, QAccessible.Role.ButtonMenu,
}  # fmt: skip


def seen_of(widget: QWidget) -> tuple[QAccessible.Role, str, str]:
    """Role, name and description of a widget, as plain values: an interface outlives nothing."""
    node = QAccessible.queryAccessibleInterface(widget)
    return node.role(), node.text(QAccessible.Text.Name), node.text(QAccessible.Text.Description)


@pytest.fixture(params=["en", "zh_CN"])
def window(request, qtbot, opened):
    made = opened(Small(), language=request.param)
    made.start(Request(("Thinking Machines", "Attention is all you need")))
    settle(qtbot, made)
    return made


@pytest.mark.parametrize("path", ["tokens", "blocks.0.attn.q_flat", "blocks.0.attn.pattern", "probs"])
def test_every_control_on_screen_has_a_name(qtbot, window, path: str) -> None:
    window.session.go(path)
    settle(qtbot, window)
    found = [(one, *seen_of(one)) for one in window.findChildren(QWidget) if one.isVisible()]
    controls = [(one, said) for one, role, said, _ in found if role in CONTROLS]
    assert len(controls) > 20
    # The text inside a spin box or a combo box is its box's.
    nameless = [type(one).__name__ for one, said in controls
                if not said.strip() and not isinstance(one.parentWidget(), (QAbstractSpinBox, QComboBox))]  # fmt: skip
    assert nameless == []


def test_everything_that_takes_the_focus_has_a_name(window) -> None:
    takes = [
        one for one in window.findChildren(QWidget)
        if one.isVisible() and one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.focusProxy() is None
    ]  # fmt: skip
    assert len(takes) > 12
    unnamed = []
    for one in takes:
        if not seen_of(one)[1] and one.parentWidget().focusProxy() is not one:
            unnamed.append((type(one).__name__, one.objectName()))
    assert unnamed == []


def test_the_timeline_is_a_slider_that_says_where_it_is(qtbot, window) -> None:
    window.session.go("blocks.0.attn.pattern")
    settle(qtbot, window)
    role, _, said = seen_of(window.timeline)
    assert role == QAccessible.Role.Slider
    assert window.timeline.value() == window.session.stop.number
    assert window.timeline.maximum() == len(window.session.stops) - 1
    assert str(window.session.stop.number + 1) in said
    assert "softmax" in said.lower()


def test_heat_maps_are_described_and_have_a_table_twin(qtbot, window) -> None:
    window.session.go("blocks.0.attn.pattern")
    settle(qtbot, window)
    _, name, said = seen_of(window.stage.equation)
    rows, columns = window.stage.equation.parts()[-1].data.shape
    assert name
    assert str(rows) in said
    assert str(columns) in said
    window.actions_["table"].trigger()
    role, name, _ = seen_of(window.stage.table)
    assert role == QAccessible.Role.Table
    assert name
    model = window.stage.table.model()
    assert (model.rowCount(), model.columnCount()) == (rows, columns)


def test_tab_goes_round_without_a_trap(qtbot, window) -> None:
    window.focus_sentence()
    seen = []
    for _ in range(80):
        focus = window.focusWidget()
        if seen and focus is seen[0]:
            break
        assert focus not in seen, f"{type(focus).__name__} keeps the focus"
        seen.append(focus)
        window.focusNextChild()
    assert window.focusWidget() is seen[0]
    assert window.stage.equation in seen
    assert window.timeline in seen
    stops = (window.sentence.run_button(), window.strip, window.stage.equation, window.timeline)
    order = [seen.index(one) for one in stops]
    assert order == sorted(order)


def test_nothing_moves_by_itself(window, qtbot) -> None:
    assert not window.isAnimated()
    trees, tabs = window.findChildren(QTreeView), window.findChildren(QTabWidget)
    assert trees and not any(tree.isAnimated() for tree in trees)
    for tab in tabs:
        tab.setCurrentIndex(tab.count() - 1)
    window.resize(window.width() + 40, window.height() + 40)
    moving = [one for one in window.findChildren(QVariantAnimation) if one.state() == QVariantAnimation.State.Running]
    assert not [one for one in moving if one.totalDuration()]


def test_the_focus_ring_lies_over_its_widget(window, qtbot) -> None:
    button = window.sentence.run_button()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    ring = next(one for one in window.findChildren(QFocusFrame) if one.widget() is button)
    assert ring.isVisible()
    around = QRect(button.mapTo(window, QPoint(0, 0)), button.size()).adjusted(-4, -4, 4, 4)
    assert QRect(ring.mapTo(window, QPoint(0, 0)), ring.size()) == around
