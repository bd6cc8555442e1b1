"""Lessons in the real window: read, followed by keys, found again; the glossary; “What is this?”."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from windows import CTRL, SHIFT, Small, go, press, run_sentence, settle

from tutor.engine.working import Link
from tutor.lessons import glossary, lesson, markdown, targets
from tutor.lessons.markdown import Target
from tutor.views.badge import ShapeBadge
from tutor.views.lessontext import Leads, LessonText, subscripts
from tutor.views.what_is import WhatIs
from tutor.work import Request

Key = Qt.Key
TEXT = "Attention is all you need"


@pytest.fixture
def window(qtbot, opened):
    one = opened(Small())
    one.start(Request((TEXT,), "article"))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


@pytest.fixture
def reading(qtbot, window, monkeypatch):
    """The window with the lesson of the stage *scale*; experiments are tested elsewhere."""
    monkeypatch.setattr(window.teaching.desk.experiments, "ask", lambda: None)
    go(qtbot, window, "blocks.0.attn.scaled")
    window.stage.equation.setFocus()
    press(qtbot, "y")
    settle(qtbot, window)
    QApplication.processEvents()
    return window


def shown(window) -> str:
    one = window.teaching.desk.page.reader.lesson()
    return one.name if one is not None else ""


def links(window, kind: str) -> list[tuple[LessonText, int]]:
    return [(text, at) for text in window.teaching.desk.page.reader.texts()
            for at, lead in enumerate(text.links()) if lead.target.kind == kind]  # fmt: skip


def tab_to(qtbot, window, wanted) -> Leads:
    """Walks through the lesson with Tab until a link is `wanted`."""
    QApplication.processEvents()
    found: list[object] = []
    window.teaching.desk.page.reader.pointed.connect(found.append)
    window.teaching.desk.page.reader.setFocus()
    for _ in range(60):
        press(qtbot, Key.Key_Tab)
        if found and isinstance(found[-1], Leads) and wanted(found[-1]):
            return found[-1]
    raise AssertionError([str(one) for one in found])


def test_nothing_is_made_before_the_page_is_shown(window):
    assert window.teaching.page.reader is None
    assert window.right.page() == "inspector"
    assert window.right.keys()[0] == "lesson"


def test_y_opens_the_lesson_of_the_stage_and_it_follows(qtbot, reading):
    assert shown(reading) == "stage-scale"
    assert reading.right.page() == "lesson"
    reading.session.next()
    settle(qtbot, reading)
    own = lesson.of_stage(reading.session.stop.stage.key, "en")[0].name
    assert shown(reading) == own != "stage-scale"
    assert reading.teaching.desk.page.here_button().isHidden()


def test_every_word_is_shown_with_the_numbers_of_the_run(qtbot, reading):
    facts = targets.facts(reading.session.trace, "blocks.0", 0, 0)
    for language in ("en", "zh_CN"):
        if language == "zh_CN":
            reading.look_desk.use_chinese()
            QApplication.processEvents()
        for one in lesson.lessons(language).values():
            reading.teaching.desk.open_lesson(one.name)
            texts = reading.teaching.desk.page.reader.texts()
            said = "\n".join(text.words() for text in texts)
            assert "{{" not in said and "\\" not in said and "**" not in said
            for block in one.blocks:
                for part in markdown.parts(block):
                    for span in part:
                        assert span.kind != markdown.TEXT or span.text.strip() in said
                        assert span.kind != markdown.FACT or facts[span.text] in said


def test_a_tensor_is_lit_and_gone_to_by_keys_and_backspace_returns(qtbot, reading):
    path = reading.session.cursor.path
    lead = tab_to(qtbot, reading, lambda one: one.target.kind == "tensor" and one.name != path)
    assert lead.name in reading.session.trace.shapes
    lit = [text.lit_words() for text in reading.teaching.desk.page.reader.texts()]
    assert any(lit), "its words are marked"
    press(qtbot, Key.Key_Return)
    settle(qtbot, reading)
    assert reading.session.cursor.path == lead.name
    assert shown(reading) == "stage-scale", "the lesson stays open"
    press(qtbot, Key.Key_Backspace)
    settle(qtbot, reading)
    assert reading.session.cursor.path == path


def test_pointing_at_a_word_lights_the_operand_in_the_stage(qtbot, reading):
    reading.teaching.desk.point(Leads(Target("tensor", "attn.scores"), "blocks.0.attn.scores"))
    assert reading.stage.equation.lit_parts()
    reading.teaching.desk.point(None)
    assert not reading.stage.equation.lit_parts()


def test_a_term_opens_the_glossary_and_back_leads_to_the_lesson(qtbot, reading):
    name = next(one.name for one in lesson.lessons("en").values()
                if any(target.kind == "term" for target in markdown.links(one.blocks)))  # fmt: skip
    reading.teaching.desk.open_lesson(name)
    lead = tab_to(qtbot, reading, lambda one: one.target.kind == "term")
    press(qtbot, Key.Key_Return)
    QApplication.processEvents()
    view = reading.teaching.desk.page.glossary
    assert reading.teaching.desk.page.face() == "glossary"
    books = [glossary.glossary(language)[lead.target.name] for language in ("en", "zh_CN")]
    assert view.entry() == (subscripts(books[0].term), books[1].term)
    press(qtbot, Key.Key_BracketLeft, CTRL)
    assert (reading.teaching.desk.page.face(), shown(reading)) == ("lesson", name)
    press(qtbot, Key.Key_BracketRight, CTRL)
    assert reading.teaching.desk.page.face() == "glossary"


def test_a_chosen_lesson_stays_until_the_stage_is_asked_for(qtbot, reading):
    name = next(one.name for one in lesson.lessons("en").values()
                if not {"scale", "mask", "softmax"} & set(one.stages) and one.kind == "why")  # fmt: skip
    reading.teaching.desk.open_lesson(name)
    for _ in range(2):
        reading.session.next()
        settle(qtbot, reading)
        assert shown(reading) == name
    button = reading.teaching.desk.page.here_button()
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert shown(reading) == lesson.of_stage(reading.session.stop.stage.key, "en")[0].name


def test_the_list_has_all_lessons_and_marks_what_was_opened(qtbot, reading):
    press(qtbot, "Y", SHIFT)
    QApplication.processEvents()
    rows = [row for row in reading.teaching.desk.page.list.rows() if row.name]
    assert [row.name for row in rows] == list(lesson.lessons("en"))
    assert [row.name for row in rows if row.opened] == ["stage-scale"]
    assert QApplication.focusWidget() is reading.teaching.desk.page.list
    press(qtbot, Key.Key_Down)
    chosen = reading.teaching.desk.page.list.rows()[reading.teaching.desk.page.list.currentRow()].name
    press(qtbot, Key.Key_Return)
    QApplication.processEvents()
    assert shown(reading) == chosen != "stage-scale"
    assert set(reading._settings.value("lessons/opened")) == {"stage-scale", chosen}


def test_a_token_is_followed(qtbot, reading):
    reading.teaching.desk.follow(Leads(Target("token", "last")))
    stream = reading.session.trace.program.streams[0]
    assert reading.session.positions[stream] == int(reading.session.trace.batch.lengths[0]) - 1
    assert reading.teaching.desk.resolve(Target("token", "99")) is None


def test_a_tensor_that_the_model_lacks_is_plain_words(reading):
    assert reading.teaching.desk.resolve(Target("tensor", "cross_attn.pattern")) is None
    assert reading.teaching.desk.resolve(Target("tensor", "attn.scores")).name == "blocks.0.attn.scores"


def test_another_language_shows_the_same_lesson(qtbot, reading):
    reading.look_desk.use_chinese()
    QApplication.processEvents()
    settle(qtbot, reading)
    assert shown(reading) == "stage-scale"
    assert reading.teaching.desk.page.reader.lesson() == lesson.lessons("zh_CN")["stage-scale"]
    assert reading.right.tabs().tabText(0) == "讲解"
    assert "分钟" in reading.teaching.desk.page.minutes()


def test_another_run_fills_other_numbers_in(qtbot, reading):
    name = next(one.name for one in lesson.lessons("en").values()
                if any(span.text == "n_tokens" for block in one.blocks for part in markdown.parts(block)
                       for span in part if span.kind == markdown.FACT))  # fmt: skip
    reading.teaching.desk.open_lesson(name)

    def said() -> str:
        return "\n".join(text.words() for text in reading.teaching.desk.page.reader.texts())

    before = said()
    run_sentence(qtbot, reading, "Two more words here and there, for it to be longer than before")
    assert said() != before


@pytest.mark.parametrize("typed", ["d_head", "每头维度", "head_dim"])
def test_the_glossary_finds_a_term_by_any_name(qtbot, reading, typed):
    press(qtbot, "G", SHIFT)
    QApplication.processEvents()
    box = reading.teaching.desk.page.glossary.box
    assert QApplication.focusWidget() is box
    box.insert(typed)
    assert reading.teaching.desk.page.glossary.entries()[0].key == "d_k"
    assert reading.teaching.desk.page.glossary.symbol.latex() == glossary.glossary("en")["d_k"].symbol
    box.clear()
    qtbot.keyClicks(box, "qqqzzz")
    assert reading.teaching.desk.page.glossary.entries() == []


def test_an_entry_leads_to_tensors_lessons_and_other_entries(qtbot, reading):
    reading.teaching.desk.open_term("d_k")
    QApplication.processEvents()
    view = reading.teaching.desk.page.glossary
    kinds = {lead.target.kind for lead in view.text.links()}
    assert {"term", "lesson", "tensor"} <= kinds
    lead = next(one for one in view.text.links() if one.target.kind == "tensor")
    view.followed.emit(lead)
    settle(qtbot, reading)
    assert reading.session.cursor.path == lead.name


def what_is(window) -> WhatIs:
    return window.what_is


def test_what_is_an_axis_of_the_badge(qtbot, reading):
    badge = reading.stage.findChild(ShapeBadge)
    found = [badge.terms_at(QPoint(x, 8)) for x in range(2, badge.width() - 2, 4)]
    names = list(dict.fromkeys(one[0] for one in found if one))
    assert names == ["batch", "head", "query_pos", "key_pos"]
    at = badge.mapToGlobal(QPoint(badge.width() - 6, 8))
    assert what_is(reading).names_at(at)[0] == "key_pos"


def test_what_is_asked_by_keys_of_the_stage(qtbot, reading):
    reading.stage.equation.setFocus()
    press(qtbot, Key.Key_F1, SHIFT)
    menu = next(one for one in reading.findChildren(QMenu) if one.isVisible())
    asked = [action.text() for action in menu.actions()]
    assert any("Scal" in one for one in asked), asked
    menu.actions()[0].trigger()
    menu.close()
    assert reading.teaching.desk.page.face() == "glossary"


def test_the_right_button_offers_the_word_of_an_outline_row(qtbot, reading):
    tree = reading.outline.tree()
    index = tree.currentIndex()
    place = tree.visualRect(index).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, tree.viewport().mapToGlobal(place))
    QApplication.sendEvent(tree.viewport(), event)
    menu = next(one for one in reading.findChildren(QMenu) if one.isVisible())
    assert "Scal" in menu.actions()[0].text()
    menu.close()


@pytest.mark.parametrize("model", ["article", "storyteller", "translator", "gap-filler"])
def test_every_stage_and_axis_is_in_the_glossary_and_has_a_lesson(qtbot, window, model):
    from tests.lessons.labs import lab

    trace = lab(model, "Tom met Lily").trace
    window.session.set_trace(trace)
    settle(qtbot, window)
    for language in ("en", "zh_CN"):
        if language == "zh_CN":
            window.look_desk.use_chinese()
            QApplication.processEvents()
            settle(qtbot, window)
        missing = []
        for stop in trace.program.stops:
            window.session.go(stop.results[0].name)
            settle(qtbot, window)
            if not any(window.teaching.desk.term_of(name) for name in window.stage.terms_here()[:1]):
                missing.append(stop.stage.title)
            if not lesson.of_stage(stop.stage.key, language):
                missing.append(f"lesson of {stop.stage.key}")
        axes = {axis.name for shape in trace.shapes.values() for axis in shape}
        missing += [axis for axis in sorted(axes) if not window.teaching.desk.term_of(axis)]
        assert missing == []


def test_a_weight_is_looked_at_from_the_step_that_reads_it(qtbot, reading):
    reading.teaching.desk.follow(Leads(Target("tensor", "attn.W_Q"), "blocks.0.attn.W_Q"))
    settle(qtbot, reading)
    assert reading.session.trail.given == Link("blocks.0.attn.W_Q", (0, 0))
    assert shown(reading) == "stage-scale"


def test_the_palette_finds_lessons_and_terms(qtbot, reading):
    press(qtbot, Key.Key_K, CTRL)
    QApplication.processEvents()
    title = lesson.lessons("en")["why-heads"].title
    box = QApplication.focusWidget()
    qtbot.keyClicks(box, title[:12])
    press(qtbot, Key.Key_Return)
    QApplication.processEvents()
    assert shown(reading) == "why-heads"


def test_a_lesson_has_room_and_gives_it_back(qtbot, reading):
    wide = reading.panes.right_width()
    assert wide >= 424
    reading.right.show_page("inspector")
    QApplication.processEvents()
    assert reading.panes.right_width() < wide
    reading.right.show_page("lesson")
    QApplication.processEvents()
    assert reading.panes.right_width() == wide
    sizes = reading.panes.splitter.sizes()
    reading.panes.splitter.setSizes([sizes[0], sizes[1] + 30, sizes[2] - 30])
    reading.right.show_page("inspector")
    assert reading.panes.right_width() == wide - 30, "what the learner has chosen stays"


def test_while_presenting_a_lesson_is_in_large_type_and_goes_with_it(qtbot, reading):
    before = reading.teaching.desk.page.reader.texts()[0].font().pixelSize()
    reading.right.show_page("inspector")
    reading.presenting.enter(whole_screen=False)
    reading.teaching.show_lesson()
    QApplication.processEvents()
    assert reading.teaching.desk.page.reader.texts()[0].font().pixelSize() > before
    reading.presenting.leave()
    settle(qtbot, reading)
    assert reading.right.page() == "inspector"
