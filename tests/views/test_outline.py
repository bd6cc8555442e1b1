"""The outline: what was seen, where the learner is, and a way to every stage by pointer and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from tutor.views import theme
from tutor.views.outline import Branch, Entry, Outline

LOOK = theme.LIGHT
STATE, SHAPE = Qt.ItemDataRole.UserRole + 2, Qt.ItemDataRole.UserRole + 1
BRANCHES = [
    Branch("Input", (Entry("Tokenize", 0, "16"), Entry("Embed", 1, "16·64"))),
    Branch("Block 0", tuple(Entry(f"Stage {n}", n, "4·16·16") for n in range(2, 8))),
    Branch("Output", (Entry("Logits", 8, "16·100k"), Entry("Probabilities", 9, "16·100k"))),
]


@pytest.fixture
def outline(qtbot):
    one = Outline(LOOK)
    qtbot.addWidget(one)
    one.resize(220, 480)
    one.set_branches(BRANCHES)
    with qtbot.waitExposed(one):
        one.show()
    return one


def index(outline: Outline, *rows: int):
    found = outline.tree().model().index(rows[0], 0)
    return found.model().index(rows[1], 0, found) if len(rows) > 1 else found


def states(outline: Outline) -> dict[str, str]:
    model = outline.tree().model()
    found = {}
    for top in range(model.rowCount()):
        head = model.index(top, 0)
        found[head.data()] = head.data(STATE)
        for at in range(model.rowCount(head)):
            found[model.index(at, 0, head).data()] = model.index(at, 0, head).data(STATE)
    return found


def test_every_stage_is_in_it_with_its_shape(outline, qtmodeltester):
    qtmodeltester.check(outline.tree().model())
    assert list(states(outline)) == ["Input", "Tokenize", "Embed", "Block 0", *(f"Stage {n}" for n in range(2, 8)),
                                     "Output", "Logits", "Probabilities"]  # fmt: skip
    assert index(outline, 2, 0).data(SHAPE) == "16·100k"
    assert index(outline, 0).data(SHAPE) is None


def test_it_says_what_was_seen_and_where_the_learner_is(outline):
    outline.set_place(3, [0, 1, 2, 3])
    assert states(outline) == {
        "Input": "visited", "Tokenize": "visited", "Embed": "visited", "Block 0": "current", "Stage 2": "visited",
        "Stage 3": "current", "Stage 4": "unvisited", "Stage 5": "unvisited", "Stage 6": "unvisited",
        "Stage 7": "unvisited", "Output": "unvisited", "Logits": "unvisited", "Probabilities": "unvisited",
    }  # fmt: skip
    assert outline.tree().currentIndex() == index(outline, 1, 1)
    outline.set_place(9, [0, 3, 9])
    found = states(outline)
    assert (found["Input"], found["Block 0"], found["Output"]) == ("partial", "partial", "current")
    assert [name for name, state in found.items() if state == "current"] == ["Output", "Probabilities"]


def test_states_are_told_by_more_than_colour(outline):
    outline.set_place(3, [0, 1, 2, 3])
    tree = outline.tree()

    def picture(*rows):
        """The mark of a stage as shape alone."""
        rect = tree.visualRect(index(outline, *rows))
        box = rect.adjusted(0, 2, 0, -2)
        box.setWidth(22)
        image = tree.viewport().grab(box).toImage()
        ground = image.pixel(0, image.height() - 1)
        return [[image.pixel(x, y) != ground for x in range(4, image.width())] for y in range(image.height())]

    visited, current, unvisited = picture(1, 0), picture(1, 1), picture(1, 3)
    assert visited != unvisited
    assert current not in (visited, unvisited)
    assert picture(1, 4) == unvisited


def test_a_long_model_folds_all_but_the_current_section(outline):
    many = [Branch(f"Block {n}", (Entry("Scores", 2 * n, ""), Entry("Mask", 2 * n + 1, ""))) for n in range(12)]
    outline.set_branches(many)
    outline.set_place(15, [15])
    tree = outline.tree()
    assert [tree.isExpanded(index(outline, at)) for at in range(12)] == [at == 7 for at in range(12)]
    assert tree.visualRect(index(outline, 7, 1)).intersects(tree.viewport().rect()), "the current stage is in sight"
    outline.set_place(0, [0, 15])
    assert [at for at in range(12) if tree.isExpanded(index(outline, at))] == [0]


def test_few_sections_all_stay_open(outline):
    outline.set_place(0, [0])
    assert all(outline.tree().isExpanded(index(outline, at)) for at in range(3))


def test_a_stage_is_clicked_and_a_section_folds(qtbot, outline):
    outline.set_place(0, [0])
    tree = outline.tree()
    with qtbot.waitSignal(outline.stageChosen) as chosen:
        qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(index(outline, 1, 2)).center())
    assert chosen.args == [4]
    with qtbot.assertNotEmitted(outline.stageChosen):
        middle = tree.visualRect(index(outline, 1)).center()
        qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=middle)
        assert not tree.isExpanded(index(outline, 1))
        qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=middle)
        assert tree.isExpanded(index(outline, 1))
        qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(50, 470))


def test_a_stage_is_chosen_with_the_keys(qtbot, outline):
    outline.set_place(2, [2])
    tree = outline.tree()
    seen = []
    outline.stageChosen.connect(seen.append)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Up, Qt.Key.Key_Return):
        qtbot.keyClick(tree, key)
    assert seen == [4, 3]
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left):  # to the section, then fold it
        qtbot.keyClick(tree, key)
    assert not tree.isExpanded(index(outline, 1))
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    assert seen == [4, 3], "a section is no stage"


def test_being_told_the_place_announces_nothing(qtbot, outline):
    with qtbot.assertNotEmitted(outline.stageChosen):
        for at in (3, 9, 0):
            outline.set_place(at, [at])


def test_the_shape_is_never_cut_and_the_name_gives_way(qtbot, outline):
    outline.set_branches([Branch("Block 0", (Entry("A stage with a very long name indeed, to be cut", 0, "4·16·16"),))])
    outline.set_place(0, [0])
    outline.resize(160, 300)
    tree = outline.tree()
    rect = tree.visualRect(index(outline, 0, 0))
    wide = theme.metrics(LOOK, "dense").horizontalAdvance("4·16·16")
    image = tree.viewport().grab(rect).toImage()
    columns = [x for x in range(image.width()) if any(
        image.pixelColor(x, y).lightness() < 170 for y in range(4, image.height() - 4))]  # fmt: skip
    assert columns[-1] < rect.width()
    gap = [x for x in range(rect.width() - int(wide) - 12, rect.width() - int(wide)) if x not in columns]
    assert gap, "there is air between the name and the shape"


def test_another_language_keeps_the_place(outline):
    outline.set_place(4, [4])
    outline.set_branches([Branch("输入", BRANCHES[0].entries), *BRANCHES[1:]])
    outline.set_place(4, [4])
    assert outline.tree().currentIndex().data() == "Stage 4"
    outline.set_branches(BRANCHES)
    assert states(outline)["Stage 4"] == "unvisited", "a new model is unseen until its place is told"
