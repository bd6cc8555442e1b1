"""Scales: shared until one leaves, changed by hand, by keys and typed, and honest about what they cut off."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from windows import Small, go, press, settle

from tutor.engine.spread import BINS, spread
from tutor.engine.trace import Cancelled
from tutor.scales import Own, Scales
from tutor.views import numbers, theme
from tutor.views.scalebar import ScaleBar, typed
from tutor.views.scalefoot import Scale, ScaleFoot
from tutor.work import Request

LOOK = theme.LIGHT
SENTENCE = "Thinking Machines is here"


# -- the numbers -----------------------------------------------------------------------------------------------------


def test_what_lies_outside_is_counted_and_what_is_not_finite_is_not():
    values = np.array([[-3.0, 2.0, 0.5], [np.nan, -np.inf, np.inf]], np.float32)
    found = spread([values, np.array([[2.5, -1.0]])], 1.5, 3.0, True)
    assert found.outside == 3
    assert found.counts is not None and found.counts.sum() == 5
    assert found.counts[0] == 1, "−3 stands at the left end"
    assert spread([values], 99.0, 99.0, False).counts is None
    expected, _ = np.histogram([-3.0, 2.0, 0.5, 2.5, -1.0], BINS, (-3, 3))
    assert np.array_equal(found.counts, expected)


def test_counting_can_be_stopped():
    with pytest.raises(Cancelled):
        spread([np.zeros((4, 4))], 1.0, 1.0, True, lambda: True)


def test_a_group_has_one_range_until_a_tensor_leaves():
    scales, group = Scales(), ("a", "b")
    said: list[int] = []
    scales.changed.connect(lambda: said.append(1))
    assert scales.reach("a", group, 9.0) == 9.0
    scales.choose(["a"], group, 4.0)
    assert scales.reach("a", group, 9.0) == scales.reach("b", group, 9.0) == 4.0
    scales.leave([("a", 2.0)], fitted=True)
    assert (scales.reach("a", group, 9.0), scales.reach("b", group, 9.0)) == (2.0, 4.0)
    assert scales.own("a") == Own(2.0, True)
    scales.follow([("a", 3.0), ("b", 7.0)])
    assert (scales.reach("a", group, 9.0), scales.own("b")) == (3.0, None)
    scales.choose(["a"], group, 1.0)
    assert scales.own("a") == Own(1.0, False) and scales.reach("b", group, 9.0) == 4.0
    scales.widen(["a"], group, 9.0)
    assert scales.reach("a", group, 9.0) == 9.0
    scales.lock(["a"])
    assert scales.reach("a", group, 9.0) == 4.0
    scales.widen(["a"], group, 9.0)
    assert scales.chosen(group) is None and scales.reach("b", group, 9.0) == 9.0
    assert len(said) == 6


@pytest.mark.parametrize(
    ("text", "reach"),
    [("4.5", 4.5), ("±4,5", 4.5), ("−12", 12.0), (" 3e-4 ", 3e-4), ("0", None), ("x", None), ("", None), ("inf", None)],
)
def test_a_typed_range(text, reach):
    assert typed(text) == reach


# -- the bar ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def bar(qtbot):
    one = ScaleBar(LOOK)
    qtbot.addWidget(one)
    one.resize(300, one.sizeHint().height())
    one.set_range("signed", -10.0, 10.0, 8.0, False, "scores")
    with qtbot.waitExposed(one):
        one.show()
    return one


def follow(bar: ScaleBar) -> list[float]:
    """What a desk does: the bar is given the range that it asks for."""
    asked: list[float] = []

    def give(reach: float) -> None:
        asked.append(reach)
        bar.set_range("signed", -reach, reach, 8.0, False, "scores")

    bar.reachChosen.connect(give)
    return asked


def test_a_handle_is_dragged_and_the_other_goes_along(qtbot, bar):
    asked = follow(bar)
    left, right = bar.handles()
    line = bar.bar_rect()
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=right.center().toPoint())
    half = QPoint(round(line.center().x() + line.width() / 4), round(line.center().y()))
    qtbot.mouseMove(bar, half)
    assert asked[-1] == pytest.approx(5.0, abs=0.1), "half way is half the range, on a line that stays"
    left, right = bar.handles()
    assert line.center().x() - left.center().x() == pytest.approx(right.center().x() - line.center().x(), abs=1)
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=half)
    assert bar.ends() == (-8.0, 8.0), "the line is as long as the numbers on screen go"
    before = len(asked)
    qtbot.mouseMove(bar, QPoint(3, 20))
    assert len(asked) == before
    assert f"±{numbers.significant(asked[-1])}" in bar.toolTip() and "±8.000" in bar.toolTip()


def test_colours_end_where_the_range_does(qtbot, bar):
    bar.set_range("signed", -4.0, 4.0, 8.0, False, "scores")
    picture, line = bar.grab().toImage(), bar.bar_rect()
    table = theme.lut(LOOK, "signed")

    def at(share: float) -> QColor:
        return picture.pixelColor(round(line.left() + share * line.width()), round(line.center().y()))

    for share, index in ((0.02, 1), (0.15, 1), (0.85, 255), (0.98, 255), (0.375, 65), (0.625, 192)):
        wanted = QColor(*(int(one) for one in table[index]))
        assert abs(at(share).red() - wanted.red()) < 6 and abs(at(share).blue() - wanted.blue()) < 6, share


def test_keys_change_the_range(qtbot, bar):
    asked = follow(bar)
    bar.setFocus()
    qtbot.keyClick(bar, Qt.Key.Key_Left)
    qtbot.keyClick(bar, Qt.Key.Key_Right)
    qtbot.keyClick(bar, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert asked == pytest.approx([10 / 1.1, 10.0, 10.1])
    with qtbot.waitSignal(bar.widened):
        qtbot.keyClick(bar, Qt.Key.Key_Home)


def test_a_range_is_typed_and_nonsense_is_answered(qtbot, bar):
    asked = follow(bar)
    bar.setFocus()
    qtbot.keyClick(bar, Qt.Key.Key_Return)
    field = bar.field()
    assert field.isVisible() and field.text() == "10.0" and field.hasFocus()
    qtbot.keyClicks(field, "wide")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.isVisible() and field.property("error") and field.toolTip() == "Type a number above 0, such as 4.5."
    field.selectAll()
    qtbot.keyClicks(field, "2.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert asked == [2.5] and not field.isVisible() and bar.hasFocus()
    qtbot.mouseDClick(bar, Qt.MouseButton.LeftButton, pos=bar.bar_rect().center().toPoint())
    assert field.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not field.isVisible() and bar.hasFocus()


def test_the_badge_counts_and_widens(qtbot, bar):
    assert not bar.badge().isVisible()
    bar.set_cut(14)
    assert bar.badge().isVisible() and bar.badge().text().startswith("14 value")
    with qtbot.waitSignal(bar.widened):
        qtbot.mouseClick(bar.badge(), Qt.MouseButton.LeftButton)
    bar.set_counts(np.r_[np.zeros(BINS // 2, int), np.ones(BINS // 2, int)])
    assert bar.badge().geometry().right() < bar.bar_rect().center().x(), "beside the histogram, not upon it"


def test_one_number_among_many_is_seen_in_the_histogram(qtbot, bar):
    counts = np.zeros(BINS, int)
    counts[40], counts[90] = 1_000_000, 1
    bar.clearFocus()
    bare = bar.grab().toImage()
    bar.set_counts(counts)
    picture, line = bar.grab().toImage(), bar.bar_rect()
    x, y = int(line.left() + 90.5 / BINS * line.width()), int(line.top() - LOOK.px(2) - 0.5)
    assert picture.pixelColor(x, y) == LOOK.ctl != bare.pixelColor(x, y)


def test_a_fixed_scale_has_no_handles_and_no_focus(qtbot, bar):
    bar.set_range("prob", 0.0, 1.0, 1.0, True, "pattern")
    assert bar.focusPolicy() == Qt.FocusPolicy.NoFocus
    with qtbot.assertNotEmitted(bar.reachChosen):
        qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.bar_rect().center().toPoint())
        qtbot.keyClick(bar, Qt.Key.Key_Left)
    assert bar.accessibleName() == "Colour scale of pattern, from 0 to 1"


# -- the foot --------------------------------------------------------------------------------------------------------

THREE = [Scale("q_flat", "signed", -6.0, 6.0, 5.0), Scale("ln1", "signed", -2.0, 2.0, 2.0),
         Scale("W_Q", "signed", -0.5, 0.5, 0.5)]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("width", [420, 560, 756, 1100])
def test_nothing_in_the_foot_is_cut_at_any_width(qtbot, opened, width, language):
    opened(Small(), language=language)
    foot = ScaleFoot(LOOK)
    qtbot.addWidget(foot)
    foot.resize(width, 56)
    with qtbot.waitExposed(foot):
        foot.show()
    for scales in (THREE, THREE[:1], [THREE[0], Scale("pattern", "prob", 0.0, 1.0, 1.0, True)]):
        foot.set_scales(scales)
        foot.grab()
        for button in (foot.lock, foot.fit, foot.histogram, foot._fixed):
            if button.isVisible():
                assert button.width() >= button.sizeHint().width(), button.text()
        shown = [bar for bar in foot.bars if bar.isVisible()]
        assert shown and all(bar.width() >= bar.minimumSizeHint().width() for bar in shown)
        rights = [one.geometry().right() for one in (*shown, foot._value)]
        assert rights == sorted(rights) and rights[-1] <= width


# -- the window ------------------------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot, opened):
    one = opened(Small())
    one.start(Request((SENTENCE,), "article"))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


def limits(window) -> list[float]:
    return [part.data.limits[1] for part in window.stage.equation.parts()]


def test_scores_pale_when_they_are_scaled(qtbot, window):
    trace = window.session.trace
    go(qtbot, window, "blocks.0.attn.scores")
    full = limits(window)[-1]
    assert full == pytest.approx(np.abs(trace["blocks.0.attn.scores"]).max())
    go(qtbot, window, "blocks.0.attn.scaled")
    assert limits(window) == [full, full], "before and after on one scale"
    assert window.stage.foot.lock.isChecked()
    assert "scores, scaled, masked" in window.stage.foot.lock.toolTip()


def test_fit_leaves_the_group_until_it_is_locked_again(qtbot, window):
    trace = window.session.trace
    go(qtbot, window, "blocks.0.attn.scores")
    full = limits(window)[-1]
    press(qtbot, "a")
    here = np.abs(trace["blocks.0.attn.scores"][0, 0]).max()
    assert limits(window)[-1] == pytest.approx(here)
    assert not window.stage.foot.lock.isChecked()
    press(qtbot, "h")  # another head: the fit follows what is on screen
    settle(qtbot, window)
    assert limits(window)[-1] == pytest.approx(np.abs(trace["blocks.0.attn.scores"][0, 1]).max())
    go(qtbot, window, "blocks.0.attn.scaled")
    assert limits(window)[-1] == full, "another tensor of the group has not left it"
    go(qtbot, window, "blocks.0.attn.scores")
    press(qtbot, "k")
    assert limits(window)[-1] == full and window.stage.foot.lock.isChecked()
    press(qtbot, "k")
    assert limits(window)[-1] == full and not window.stage.foot.lock.isChecked()


def test_a_range_that_cuts_off_says_how_much_and_can_be_widened(qtbot, window):
    trace = window.session.trace
    go(qtbot, window, "blocks.0.attn.scores")
    full = limits(window)[-1]
    foot = window.stage.foot
    foot.bars[0].reachChosen.emit(full / 8)
    assert limits(window)[-1] == full / 8
    beyond = int((np.abs(trace["blocks.0.attn.scores"][0, 0]) > full / 8).sum())
    assert foot.bars[0].cut() == beyond > 0
    assert foot.bars[0].badge().text() == (f"{beyond} values outside" if beyond > 1 else "1 value outside")
    go(qtbot, window, "blocks.0.attn.scaled")
    assert limits(window)[-1] == full / 8, "the group has the range, not the tensor alone"
    go(qtbot, window, "blocks.0.attn.scores")
    qtbot.mouseClick(foot.bars[0].badge(), Qt.MouseButton.LeftButton)
    assert limits(window)[-1] == full and foot.bars[0].cut() == 0


def test_the_histogram_is_of_what_is_on_screen(qtbot, window):
    go(qtbot, window, "blocks.0.attn.scores")
    foot = window.stage.foot
    qtbot.mouseClick(foot.histogram, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert foot.bars[0].counts().sum() == window.session.trace["blocks.0.attn.scores"][0, 0].size
    assert foot.bars[1].counts().sum() == sum(
        window.session.trace[f"blocks.0.attn.{one}"][0, 0].size for one in "qk"
    )  # fmt: skip
    go(qtbot, window, "blocks.0.attn.pattern")
    assert [bar.counts() is not None for bar in foot.bars[:2]] == [True, False]
    qtbot.mouseClick(foot.histogram, Qt.MouseButton.LeftButton)
    assert foot.bars[0].counts() is None


def test_probabilities_are_fixed(qtbot, window):
    go(qtbot, window, "blocks.0.attn.pattern")
    foot = window.stage.foot
    assert [(one.name, one.fixed) for one in foot.scales()] == [("masked", False), ("pattern", True)]
    assert foot._fixed.isVisible() and foot._fixed.text() == "Fixed 0 to 1"
    press(qtbot, "a")
    assert window.stage.equation.parts()[-1].data.limits == (0.0, 1.0)
    go(qtbot, window, "probs")
    assert foot.bars[0].isVisible()


def test_what_is_added_and_its_sum_share_a_scale(qtbot, window):
    go(qtbot, window, "blocks.0.attn_sum")
    assert len(set(limits(window))) == 1
    trace = window.session.trace
    names = [panel.name for panel in window.stage_desk.picture().operands]
    assert limits(window)[0] == pytest.approx(max(np.abs(trace[one]).max() for one in (*names, "blocks.0.attn_sum")))


def test_another_model_has_scales_of_its_own(qtbot, window):
    go(qtbot, window, "blocks.0.attn.scores")
    press(qtbot, "a")
    window.start(Request((SENTENCE,), "article", layers=2))
    settle(qtbot, window)
    assert window.stage.foot.lock.isChecked()


def test_significant_digits():
    assert [numbers.significant(one) for one in (8.65, -0.00012345, 1.2e-7, 123456.0, 9.99996, 0.0, 1e9)] == [
        "8.650", "−0.0001234", "1.200e−7", "123456", "10.00", "0", "1.000e9",
    ]  # fmt: skip
