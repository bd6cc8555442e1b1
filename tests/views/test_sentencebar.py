"""The sentence bar: text in, text out unchanged, and one inline sentence where something is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QSpinBox
from windows import labels, widget_named

from tutor.views import theme
from tutor.views.sentencebar import SentenceBar
from tutor.views.sentencebox import from_box, to_box

LOOK = theme.LIGHT


@pytest.fixture
def bar(qtbot):
    one = SentenceBar(LOOK, [("article", "article"), ("other", "another model")])
    qtbot.addWidget(one)
    one.resize(1280, one.sizeHint().height())
    with qtbot.waitActive(one):
        one.show()
        one.activateWindow()
    return one


@given(st.text(st.characters(exclude_characters="⏎⇥\u2028\u2029", exclude_categories=["Cs"])))
def test_what_goes_into_the_box_comes_out_again(text):
    assert from_box(to_box(text)) == text
    assert "\n" not in to_box(text)
    assert "\t" not in to_box(text)


@pytest.mark.parametrize("text", [
    "one\ntwo", "\n\n", "a\tb", "  spaces  ", "我喜欢机器学习",
    "e\u0301 \u200d 👩‍👩‍👧", "a ⏎ typed by hand", "half \ud800 pair",
    "", "\u2028", "x" * 200_000,
])  # fmt: skip
def test_a_sentence_given_is_the_sentence_run(bar, text):
    bar.set_text(text)
    assert bar.text() == text
    assert "\n" not in bar.box().text()


def test_newlines_are_seen_and_can_be_edited(qtbot, bar):
    bar.set_text("one\ntwo")
    assert bar.box().text() == "one⏎two"
    with qtbot.waitSignal(bar.edited) as edited:
        bar.box().setCursorPosition(3)
        qtbot.keyClick(bar.box(), Qt.Key.Key_Delete)
    assert edited.args == ["onetwo"]
    assert bar.text() == "onetwo"


def test_pasted_lines_become_visible_and_the_cursor_stays(qtbot, bar):
    bar.set_text("ac")
    bar.box().setFocus()
    bar.box().setCursorPosition(1)
    QApplication.clipboard().setText("x\ny")
    with qtbot.waitSignal(bar.edited) as edited:
        qtbot.keyClick(bar.box(), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert edited.args == ["ax\nyc"]
    assert bar.box().text() == "ax⏎yc"
    qtbot.keyClick(bar.box(), Qt.Key.Key_Exclam)
    assert bar.text() == "ax\ny!c"


def test_setting_the_text_is_silent(qtbot, bar):
    with qtbot.assertNotEmitted(bar.edited):
        bar.set_text("something")
    assert bar.box().cursorPosition() == 0


def test_setting_the_same_text_leaves_the_cursor(qtbot, bar):
    bar.set_text("something")
    bar.box().setCursorPosition(4)
    bar.set_text("something")
    assert bar.box().cursorPosition() == 4


def test_a_problem_is_one_line_below_the_box(bar):
    bar.set_problem("The text is empty: write at least one word.")
    assert bar.problem() == "The text is empty: write at least one word."
    assert "⚠ The text is empty: write at least one word." in labels(bar)
    assert bar.box().property("error") is True
    assert bar.box().accessibleDescription() == bar.problem()
    bar.set_problem("")
    assert not any("⚠" in text for text in labels(bar))
    assert bar.box().property("error") is False
    assert bar.box().accessibleDescription() == ""


def test_the_box_is_framed_in_the_colour_of_errors(bar, qapp):
    from tutor.views import style

    style.install(qapp, theme.apply(qapp, LOOK))
    bar.setPalette(qapp.palette())

    def frame_colours() -> set[str]:
        image = bar.box().grab().toImage()
        return {image.pixelColor(image.width() // 2, y).name() for y in (0, 1, image.height() - 1)}

    assert LOOK.err.name() not in frame_colours()
    bar.set_problem("Something is wrong.")
    assert LOOK.err.name() in frame_colours()
    bar.set_problem("")
    assert LOOK.err.name() not in frame_colours()


def test_run_becomes_cancel(qtbot, bar):
    with qtbot.waitSignal(bar.runRequested):
        qtbot.mouseClick(bar.run_button(), Qt.MouseButton.LeftButton)
    bar.set_busy(True)
    assert bar.run_button().text() == "Cancel"
    with qtbot.waitSignal(bar.cancelRequested), qtbot.assertNotEmitted(bar.runRequested):
        qtbot.mouseClick(bar.run_button(), Qt.MouseButton.LeftButton)
    bar.set_busy(False)
    assert bar.run_button().text() == "Run"
    with qtbot.waitSignal(bar.runRequested):
        qtbot.keyClick(bar.box(), Qt.Key.Key_Return)


def test_one_sentence_has_no_number_and_several_have(qtbot, bar):
    row = widget_named(bar, QSpinBox, "Sentence number")
    remove = widget_named(bar, QPushButton, "Remove this sentence from the batch")
    assert not row.isVisible()
    assert not remove.isVisible()
    bar.set_rows(1, 3)
    assert row.isVisible()
    assert (row.minimum(), row.maximum(), row.value()) == (0, 2, 1)
    assert "of 0–2" in labels(bar)
    with qtbot.waitSignal(bar.rowChosen) as chosen:
        qtbot.keyClick(row, Qt.Key.Key_Up)
    assert chosen.args == [2]
    with qtbot.waitSignal(bar.rowRemoved):
        qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(bar.rowAdded):
        qtbot.mouseClick(widget_named(bar, QPushButton, "Add a sentence to the batch"), Qt.MouseButton.LeftButton)
    with qtbot.assertNotEmitted(bar.rowChosen):
        bar.set_rows(0, 2)


def test_model_blocks_and_device_are_chosen(qtbot, bar):
    model, blocks = widget_named(bar, QComboBox, "Model"), widget_named(bar, QSpinBox, "Number of blocks")
    device = widget_named(bar, QComboBox, "Device")
    with qtbot.assertNotEmitted(bar.layersChosen), qtbot.assertNotEmitted(bar.modelChosen):
        bar.set_model("other", 7, False)
        bar.set_device("cpu")
    assert (model.currentData(), blocks.value(), device.currentData()) == ("other", 7, "cpu")
    with qtbot.waitSignal(bar.layersChosen) as chosen:
        qtbot.keyClick(blocks, Qt.Key.Key_Up)
    assert chosen.args == [8]
    with qtbot.waitSignal(bar.modelChosen) as chosen:
        qtbot.keyClick(model, Qt.Key.Key_Up)
    assert chosen.args == ["article"]
    with qtbot.waitSignal(bar.deviceChosen) as chosen:
        qtbot.keyClick(device, Qt.Key.Key_Down)
    assert chosen.args == ["cuda"]
    bar.set_model("a folder", 2, True)
    assert not blocks.isVisible(), "the blocks of a trained model are not to be chosen"


def test_a_model_folder_is_listed_by_its_name(qtbot):
    bar = SentenceBar(theme.LIGHT, [("article", "article")])
    qtbot.addWidget(bar)
    said = []
    bar.modelChosen.connect(said.append)
    bar.set_model("/models/my-gpt2", 2, True)
    bar.set_model("/models/my-gpt2", 2, True)
    shown = [(bar._model.itemText(at), bar._model.itemData(at)) for at in range(bar._model.count())]
    assert shown == [("article", "article"), ("my-gpt2", "/models/my-gpt2")]
    assert bar._model.currentText() == "my-gpt2"
    assert said == []
