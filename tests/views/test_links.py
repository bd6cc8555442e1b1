"""From number to number in the real window: by keys and clicks, back again, and what lights up on the way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QToolButton
from windows import Small, click_cell, go, labels, press, settle, step

from tutor.engine import models, ops
from tutor.engine.working import Link
from tutor.views.linktable import LINK, LinkTable
from tutor.views.linktext import LinkText
from tutor.views.mathview import MathView
from tutor.work import Request

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier
SENTENCE = "Attention is all you need"


@pytest.fixture
def window(qtbot, opened):
    one = opened(Small())
    one.start(Request((SENTENCE,), "article"))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


@pytest.fixture
def pointed(window) -> list:
    found: list = []
    window.inspector.pointed.connect(found.append)
    return found


def pin(qtbot, window, path: str, cell: tuple[int, ...], level: str = "stage") -> None:
    go(qtbot, window, path, level)
    window.session.pin(cell)
    settle(qtbot, window)


def here(window) -> tuple:
    trail = window.session.trail
    return window.session.cursor.path, window.session.cell, trail.given


def choose_by_keys(qtbot, window, wanted) -> Link:
    """Walks through the inspector's links with Tab and arrows until one is `wanted`; it then has the focus."""
    program = window.session.trace.program
    window.inspector.first_focus().setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(12):
        view = QApplication.focusWidget()
        if isinstance(view, MathView):
            for link in view.links():
                if wanted(link, program):
                    return link
                press(qtbot, Key.Key_Right)
        elif isinstance(view, LinkTable):
            for _ in range(view.model().rowCount()):
                link = view.currentIndex().data(LINK)
                if link is not None and wanted(link, program):
                    return link
                press(qtbot, Key.Key_Down)
        press(qtbot, Key.Key_Tab)
    raise AssertionError(f"no link was found at {here(window)}")


def test_from_a_probability_back_to_a_tokens_id_with_the_keys_alone(qtbot, window):
    go(qtbot, window, "probs")
    window.stage.current_view().setFocus()
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Return):
        step(qtbot, window, key)
    assert window.session.cursor.path == "probs" and window.session.cell is not None
    for _ in range(4):
        press(qtbot, Key.Key_F6)
        if window.inspector.isAncestorOf(QApplication.focusWidget()):
            break
    assert window.inspector.isAncestorOf(QApplication.focusWidget())
    way = [here(window)]
    program = window.session.trace.program
    while not isinstance(window.session.step.op, ops.Tokens):
        link = choose_by_keys(qtbot, window, lambda link, program: link.name in program.by_name)
        press(qtbot, Key.Key_Return)
        settle(qtbot, window)
        assert window.session.cursor.path == link.name
        assert window.session.cell == link.cell()
        assert window.inspector.isAncestorOf(QApplication.focusWidget()), "the focus stays among the links"
        assert window.inspector.explanation().agrees
        way.append(here(window))
        assert len(way) <= len(program.steps)
    assert window.inspector.explanation().whole
    assert window.inspector.explanation().value == window.session.trace["tokens"][window.session.cell]
    assert window.inspector.trail.crumbs().places()[-1].startswith("tokens[")
    for at, place in enumerate(reversed(way[:-1])):
        if at % 2:
            step(qtbot, window, Key.Key_Backspace)
        else:
            step(qtbot, window, Key.Key_Left, ALT)
        assert here(window) == place
    assert not window.inspector.trail.isVisible()
    step(qtbot, window, Key.Key_Backspace)
    assert here(window) == way[0], "there is nothing further back"


def test_every_stage_has_links_and_each_leads_on(qtbot, window):
    for stop in window.session.trace.program.stops[1:]:
        path = stop.results[0].name
        sizes = [axis.size for axis in window.session.trace.shapes[path]]
        pin(qtbot, window, path, tuple(size // 2 for size in sizes))
        shown = window.inspector.explanation()
        links = [entry.link for entry in shown.entries if entry.link] + window.inspector._equation.links()
        code = path == "pos_embed"  # made from the number of tokens alone
        assert links or code, path
        for link in links[:3]:
            window.inspector.followed.emit(link)
            settle(qtbot, window)
            assert window.session.trail.here().link.name == link.name
            window.session.trail.back()
            settle(qtbot, window)
            assert here(window)[:2] == (path, shown.link.index)


def test_a_number_in_the_table_is_followed_with_a_click_and_a_crumb_leads_back(qtbot, window):
    pin(qtbot, window, "blocks.0.attn.scores", (0, 1, 3, 2))
    table = window.inspector._table
    index = table.model().index(0, 1)
    link = index.data(LINK)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(index).center())
    settle(qtbot, window)
    assert here(window) == ("blocks.0.attn.q", link.index, None)
    crumbs = window.inspector.trail.crumbs()
    assert crumbs.isVisible()
    assert crumbs.places() == ("scores[·all]", "q[·you]")
    rect = crumbs.rects()[0][0]
    qtbot.mouseClick(crumbs, Qt.MouseButton.LeftButton, pos=rect.center().toPoint())
    settle(qtbot, window)
    assert here(window) == ("blocks.0.attn.scores", (0, 1, 3, 2), None)
    assert not crumbs.isVisible()


def test_a_cell_of_an_operand_is_gone_to_with_a_click(qtbot, window):
    pin(qtbot, window, "blocks.0.attn.scores", (0, 1, 3, 2))
    click_cell(qtbot, window, 4, 2, part=1)
    assert here(window) == ("blocks.0.attn.k", (0, 1, 4, 2), None)
    step(qtbot, window, Key.Key_Backspace)
    assert here(window) == ("blocks.0.attn.scores", (0, 1, 3, 2), None)
    pin(qtbot, window, "blocks.0.attn.q_flat", (0, 2, 4))
    click_cell(qtbot, window, 7, 3, part=1)
    assert here(window) == ("blocks.0.attn.q_flat", (0, 2, 4), Link("blocks.0.attn.W_Q", (7, 3)))


def test_crumbs_are_walked_with_the_keys(qtbot, window):
    pin(qtbot, window, "blocks.0.attn.masked", (0, 1, 3, 2))
    for name in ("scaled", "scores"):
        window.inspector.followed.emit(Link(f"blocks.0.attn.{name}", (0, 1, 3, 2)))
        settle(qtbot, window)
    crumbs = window.inspector.trail.crumbs()
    assert crumbs.accessibleDescription().count("‹") == 2
    crumbs.setFocus(Qt.FocusReason.TabFocusReason)
    press(qtbot, Key.Key_Left)
    step(qtbot, window, Key.Key_Return)
    assert here(window)[0] == "blocks.0.attn.masked"
    window.inspector.followed.emit(Link("blocks.0.attn.scaled", (0, 1, 3, 2)))
    settle(qtbot, window)
    button = window.inspector.trail.button()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert here(window)[0] == "blocks.0.attn.masked"


def test_a_weights_cell_is_shown_and_lit_in_its_matrix(qtbot, window):
    pin(qtbot, window, "blocks.0.attn.q_flat", (0, 2, 4))
    window.inspector.followed.emit(Link("blocks.0.attn.W_Q", (3, 4)))
    settle(qtbot, window)
    shown = window.inspector.explanation()
    assert shown.given
    assert shown.value == window.session.trace["blocks.0.attn.W_Q"][3, 4]
    assert shown.place == "row 3, column 4"
    assert "✓ read as it is, nothing computes it" in labels(window.inspector)
    assert [one.label for one in shown.uses] == ["q_flat[:, :, 4]"]
    assert window.stage.equation._lit(1) == (3, 4)
    step(qtbot, window, Key.Key_Escape)
    assert here(window) == ("blocks.0.attn.q_flat", (0, 2, 4), None), "Esc first leaves the weight"
    assert not window.inspector.explanation().given
    step(qtbot, window, Key.Key_Escape)
    assert window.session.cell is None


def test_who_uses_a_number_is_told_and_followed(qtbot, window):
    pin(qtbot, window, "blocks.0.attn.pattern", (0, 1, 3, 2))
    uses = window.inspector.uses()
    assert [uses.index(0, at).data() for at in range(2)] == ["z[0, 1, 3, :]", "pattern × v"]
    table = window.inspector._uses
    table.setFocus(Qt.FocusReason.TabFocusReason)
    step(qtbot, window, Key.Key_Return)
    assert here(window) == ("blocks.0.attn.z", (0, 1, 3, 0), None)
    pin(qtbot, window, "blocks.0.resid_pre", (0, 1, 3))
    names = {entry.link.name for entry in window.inspector.explanation().uses}
    assert names == {use.step for use in window.session.trace.used_by("blocks.0.resid_pre", (0, 1, 3))}
    assert len(names) == 4, "queries, keys, values and the sum"


def test_a_share_says_how_much_of_its_row_it_is(qtbot, window):
    pin(qtbot, window, "blocks.0.attn.pattern", (0, 1, 0, 0))
    assert window.inspector.explanation().caption == "100 % of this row"
    assert "100 % of this row" in labels(window.inspector)
    pin(qtbot, window, "blocks.0.attn.scaled", (0, 1, 0, 0))
    assert "100 % of this row" not in labels(window.inspector)


# -- pinned -------------------------------------------------------------------------------------------------------


def test_a_pinned_cell_says_so_and_the_mark_unpins_it(qtbot, window):
    go(qtbot, window, "blocks.0.attn.scores")
    mark = next(one for one in window.inspector.findChildren(QToolButton) if one.text() == "pinned")
    assert not mark.isVisible()
    window.session.pin((0, 1, 3, 2))
    settle(qtbot, window)
    assert mark.isVisible()
    qtbot.mouseClick(mark, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.session.cell is None and not mark.isVisible()


# -- pointing -----------------------------------------------------------------------------------------------------


def word_at(view: LinkText, name: str) -> QPoint:
    """Where a word that stands for a tensor is painted."""
    number = next(at for at, link in enumerate(view.links()) if link.name == name)
    for y in range(2, view.viewport().height(), 3):
        for x in range(1, view.viewport().width(), 3):
            if view.anchorAt(QPoint(x, y)) == str(number):
                return QPoint(x, y)
    raise AssertionError(f"{name} is not on screen")


def test_a_word_lights_its_tensor_and_a_tensor_its_words(qtbot, window):
    pin(qtbot, window, "blocks.0.attn.scores", (0, 1, 3, 2))
    why, equation, formula = window.inspector._why_text, window.stage.equation, window.stage.formula()
    key = "blocks.0.attn.k"
    QApplication.processEvents()  # the layout
    window.inspector._area.ensureWidgetVisible(why)
    qtbot.mouseMove(why.viewport(), word_at(why, key))
    qtbot.waitUntil(lambda: equation.lit_parts() == (1,))
    assert formula.lit() == "K"
    assert window.inspector._equation._lit == key
    qtbot.mouseMove(why.viewport(), QPoint(why.viewport().width() - 1, why.viewport().height() - 1))
    qtbot.waitUntil(lambda: equation.lit_parts() == ())
    assert formula.lit() == ""
    qtbot.mouseMove(equation, equation.cell_rect(0, 2, 1).center().toPoint())
    assert formula.lit() == "Q"
    assert "query" in why.lit_words()
    assert "q" in window.inspector._code_text.lit_words()
    qtbot.mouseMove(equation, QPoint(1, 1))
    assert formula.lit() == "" and not why.lit_words()


def test_words_are_reached_and_followed_with_the_keys(qtbot, window, pointed):
    pin(qtbot, window, "blocks.0.attn.scores", (0, 1, 3, 2))
    why = window.inspector._why_text
    why.setFocus(Qt.FocusReason.TabFocusReason)
    press(qtbot, Key.Key_Tab)
    assert isinstance(pointed[-1], Link)
    name = pointed[-1].name
    assert window.stage.equation.lit_parts()
    step(qtbot, window, Key.Key_Return)
    assert window.session.cursor.path == name


def test_a_letter_of_the_formula_lights_its_tensor(qtbot, window):
    pin(qtbot, window, "blocks.0.attn.scores", (0, 1, 3, 2))
    formula, equation = window.stage.formula(), window.stage.equation
    for number, role in enumerate("QK"):
        rect = next(rect for rect, one in formula.letter_rects() if one == role)
        qtbot.mouseMove(formula, rect.center().toPoint())
        qtbot.waitUntil(lambda wanted=(number,): equation.lit_parts() == wanted)
        assert formula.lit() == role
    qtbot.mouseMove(formula, QPoint(formula.width() - 1, 1))
    assert equation.lit_parts() == ()


def test_a_number_of_the_equation_lights_its_cell(qtbot, window, pointed):
    pin(qtbot, window, "blocks.0.attn.scaled", (0, 1, 3, 2))
    view, equation = window.inspector._equation, window.stage.equation
    rect, link = next((rect, link) for rect, link in view._hits if link.is_cell)
    qtbot.mouseMove(view, rect.center().toPoint())
    assert pointed[-1] == link == Link("blocks.0.attn.scores", (0, 1, 3, 2))
    assert equation.lit_parts() == (0,)
    assert equation._lit(0) == (3, 2)
    assert view.accessibleDescription() == "blocks.0.attn.scores[0, 1, 3, 2]"
    qtbot.mouseMove(view, QPoint(view.width() - 1, view.height() - 1))
    assert equation.lit_parts() == () and pointed[-1] is None


def test_a_bar_of_the_strip_is_a_term_of_the_table(qtbot, window, pointed):
    pin(qtbot, window, "blocks.0.attn.scores", (0, 1, 3, 2))
    strip, table = window.inspector._strip, window.inspector._table
    QApplication.processEvents()  # the layout
    rect, _, term = strip.bars()[2]
    qtbot.mouseMove(strip, QPointF(rect.center().x(), strip.height() / 2).toPoint())
    qtbot.waitUntil(lambda: bool(pointed))
    assert pointed[-1] == tuple(Link(f"blocks.0.attn.{one}", (0, 1, at, term)) for one, at in (("q", 3), ("k", 2)))
    assert table.marked() == window.inspector.terms().place_of(term)
    assert window.stage.equation.lit_parts() == (0, 1)
    assert window.stage.equation._lit(0) == (3, term)


# -- the row worked out, and names --------------------------------------------------------------------------------


def test_the_row_is_worked_out_where_the_window_is_tall(qtbot, opened):
    window = opened(Small(), size=(1600, 1000))
    window.start(Request((SENTENCE,), "article"))
    settle(qtbot, window)
    pin(qtbot, window, "blocks.0.attn.pattern", (0, 1, 3, 2))
    drawer, model = window.drawer, window.drawer.table.model()
    assert drawer.isVisible()
    assert [model.headerData(at, Qt.Orientation.Horizontal) for at in range(6)] == [
        "Attention", "·is", "·all", "·you", "·need", "row"
    ]  # fmt: skip
    assert [model.headerData(at, Qt.Orientation.Vertical) for at in range(4)] == [
        "masked", "x − max", "exp(x − max)", "÷ Σ"
    ]  # fmt: skip
    stored = window.session.trace["blocks.0.attn.pattern"][0, 1, 3]
    assert [model.index(3, at).data() for at in range(5)] == [
        f"{value:.4f}" if value else "0" for value in stored
    ]  # fmt: skip
    assert model.index(3, 5).data() == "Σ 1.0000"
    assert drawer.check().startswith("✓ stored = recomputed in all 5 cells (largest Δ ")
    rect = drawer.table.visualRect(model.index(1, 0))
    qtbot.mouseClick(drawer.table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    settle(qtbot, window)
    assert window.session.cell == (0, 1, 3, 0)
    go(qtbot, window, "blocks.0.attn.z")
    assert not drawer.isVisible()
    pin(qtbot, window, "blocks.0.attn.pattern", (0, 1, 3, 2))
    window.resize(1600, 700)
    qtbot.waitUntil(lambda: not drawer.isVisible())


def test_entries_of_the_vocabulary_are_named_by_whoever_knows_them(qtbot, window):
    pin(qtbot, window, "probs", (0, 2, 7))
    names = models.find("article").tokenizer()
    model = window.inspector.terms()
    for row in range(model.terms()):
        at = model.row_of(row)
        assert model.index(row, 0).data() == f"{names.token(at).text} ({at})"
    assert window.inspector.explanation().place.endswith(f"vocabulary entry {names.token(7).text} (7)")
    window.inspector.followed.emit(Link("logits", (0, 2, 7)))
    settle(qtbot, window)
    assert window.inspector.trail.crumbs().places()[0] == f"probs[{names.token(7).text}]"
    window.session.trail.back()
    settle(qtbot, window)
    last = model.rowCount() - 1
    assert model.index(last, 0).data() == "Sum"
    assert model.index(last, 4).data() == "1.000"
    assert model.is_rest(last - 1)
    assert 7 in [model.row_of(row) for row in range(model.terms())], "its own row is there, however small"
