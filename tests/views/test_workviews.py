"""The parts of the working: terms and their rest, figures, code, words, equations that break, a row that differs."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy

from tutor.engine.figures import Bars, Curve, Row, RowLine, Slots, Strip, Turn
from tutor.engine.working import Column, Link, fraction, number, row, show, symbol
from tutor.views import rolewords
from tutor.views.codeview import CodeView
from tutor.views.entries import EntriesTable
from tutor.views.explanation import Entry
from tutor.views.figureview import FigureView
from tutor.views.linktable import LINK
from tutor.views.mathview import MathView
from tutor.views.rowdrawer import RowDrawer
from tutor.views.strips import ProductsStrip
from tutor.views.terms import LARGEST, TermsModel, TermsTable
from tutor.views.theme import DARK, LIGHT
from tutor.views.wordsview import WordsView

# -- terms --------------------------------------------------------------------------------------------------------


def terms(values: np.ndarray, own: int | None = None) -> TermsModel:
    model = TermsModel()
    cells = (Column("x", values, "x", (0, None)), None)
    model.set_terms(("x", "x²"), (values, values**2), None, cells, (False, True), own)
    return model


def column(model: TermsModel, at: int) -> list[str]:
    return [model.index(line, at).data() for line in range(model.rowCount())]


def test_the_largest_terms_stand_there_and_the_rest_is_summed() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=500)
    model = terms(values)
    shown = [model.row_of(line) for line in range(model.terms())]
    assert len(shown) == LARGEST
    assert sorted(-np.abs(values[shown])) == sorted(-np.abs(values))[:LARGEST]
    rest = np.delete(values, shown)
    assert [float(text) for text in column(model, 2)[-2:]] == pytest.approx(
        [(rest**2).sum(), (values**2).sum()], abs=6e-3
    )
    assert column(model, 1)[-2:] == ["", ""], "the sum of one factor says nothing"
    assert model.link(0, 1) == Link("x", (0, shown[0]))
    assert model.index(0, 1).data(LINK) == Link("x", (0, shown[0]))
    assert model.index(0, 2).data(LINK) is None
    assert model.is_rest(LARGEST) and model.row_of(LARGEST) == -1
    model.set_by_size(False)
    assert [model.row_of(line) for line in range(500)] == list(range(500))
    assert model.rowCount() == 501, "all of them and their sum"


def test_among_equals_the_first_are_shown() -> None:
    model = terms(np.ones(100))
    assert [model.row_of(line) for line in range(model.terms())] == list(range(LARGEST))


def test_the_cells_own_term_is_there_however_small() -> None:
    values = np.linspace(1, 2, 60)
    model = terms(values, own=3)
    shown = [model.row_of(line) for line in range(model.terms())]
    assert shown == [59, 58, 57, 56, 55, 54, 3]
    assert model.index(6, 0).data(Qt.ItemDataRole.BackgroundRole) is not None
    assert model.index(5, 0).data(Qt.ItemDataRole.BackgroundRole) is None


def test_a_few_terms_need_no_rest() -> None:
    model = terms(np.arange(1.0, LARGEST + 3))
    assert model.terms() == LARGEST + 2
    assert model.rowCount() == LARGEST + 3


def test_all_terms_are_shown_by_activating_the_rest(qtbot) -> None:
    model = terms(np.arange(1.0, 101.0))
    table = TermsTable(LIGHT, model)
    qtbot.addWidget(table)
    table.resize(290, 300)
    table.show()
    table.setFocus()
    table.setCurrentIndex(model.index(LARGEST, 0))
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert model.terms() == 100
    assert [model.row_of(line) for line in range(3)] == [99, 98, 97]


@pytest.mark.parametrize("scale", [1e-4, 1.0, 70.0, 7000.0])
def test_large_numbers_have_fewer_decimals_and_are_never_cut(qtbot, scale: float) -> None:
    values = np.random.default_rng(2).normal(size=40) * scale
    model = TermsModel()
    model.set_terms(("masked", "x − m", "e^(x−m)", "÷ Σ"), (values, values, values, values), None, (), (True,) * 4)
    table = TermsTable(LIGHT, model)
    qtbot.addWidget(table)
    table.resize(290, 300)
    table.set_roles(["", "", "", ""])
    table.fit()
    for at in range(1, 5):
        assert len({len(text.split(".")[1]) for text in column(model, at) if "." in text}) <= 1
        widest = max(table.fontMetrics().horizontalAdvance(text) for text in column(model, at))
        assert table.columnWidth(at) >= widest


def test_a_term_that_is_no_number_is_said(qtbot) -> None:
    model = terms(np.array([1.0, np.nan, -np.inf]))
    assert column(model, 1)[:3] == ["NaN", "−∞", "1.0000"]
    assert column(model, 2)[-1] == "NaN"


# -- entries ------------------------------------------------------------------------------------------------------


def test_entries_lead_where_they_say(qtbot) -> None:
    table = EntriesTable(LIGHT)
    qtbot.addWidget(table)
    table.set_theme(LIGHT)
    link = Link("blocks.0.ln1.mean", (0, 2))
    table.set_entries([Entry("Σ", "1.5"), Entry(link.short, "0.25", link)])
    table.resize(280, 60)
    table.show()
    followed = QSignalSpy(table.followed)
    place = table.visualRect(table.model_.index(0, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert followed.count() == 0, "an intermediate result stands nowhere"
    place = table.visualRect(table.model_.index(1, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert followed.at(0) == [link]
    table.setFocus()
    table.setCurrentIndex(table.model_.index(1, 1))
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert followed.at(1) == [link], "Enter follows from anywhere in the row"
    assert table.model_.index(1, 0).data(Qt.ItemDataRole.ToolTipRole) == "blocks.0.ln1.mean[0, 2]"


# -- figures ------------------------------------------------------------------------------------------------------

X = np.linspace(-4, 4, 81)
FIGURES = {
    "curve": Curve(X, np.maximum(X, 0), (1.5, 1.5), "x", "ReLU"),
    "dots": Curve(X, np.sin(X), (1.0, math.sin(1)), "pos", "sin", (np.arange(4.0), np.sin(np.arange(4.0)))),
    "bars": Bars((("resid_mid", -1.25), ("mlp_out", 2.0), ("Σ", 0.75))),
    "turn": Turn((1.0, 0.5), (0.5, -1.0), -math.pi / 2, 1, ("q[1]", "q[4]")),
    "strip": Strip("W_E[436, ·]", np.random.default_rng(0).normal(size=300), 299),
    "slots": Slots(4, 32, 101),
    "no numbers": Bars((("a", math.nan), ("b", -math.inf), ("Σ", math.nan))),
    "a lost point": Curve(X, np.full(81, np.inf), (math.nan, math.inf), "x", "f"),
}  # fmt: skip


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("kind", FIGURES)
def test_every_figure_is_painted_and_said(qtbot, kind: str, theme) -> None:
    view = FigureView(theme)
    qtbot.addWidget(view)
    view.set_figure(FIGURES[kind])
    view.resize(268, view.sizeHint().height())
    image = view.grab().toImage()
    ground = image.pixelColor(image.width() - 1, image.height() - 1)
    inked = sum(image.pixelColor(x, y) != ground for x in range(0, 268, 2) for y in range(0, image.height(), 2))
    assert inked > 60
    assert view.accessibleName()
    assert not re.search(r"[{}]|None", view.accessibleName())


def test_a_figure_says_its_numbers(qtbot) -> None:
    view = FigureView(LIGHT)
    qtbot.addWidget(view)
    view.set_figure(FIGURES["slots"])
    assert view.accessibleName() == "Feature 101 = 3 · 32 + 5: head 3, feature 5 in it."
    view.set_figure(FIGURES["turn"])
    assert "turned by −90°" in view.accessibleName()
    view.set_figure(None)
    assert view.accessibleName() == "" and view.sizeHint().height() == 0


# -- code ---------------------------------------------------------------------------------------------------------

NAMES = {"scaled": ("blocks.0.attn.scaled", ""), "q": ("blocks.0.attn.q", "Q"), "S": ("blocks.0.attn.scores", "")}


@pytest.fixture
def code(qtbot) -> CodeView:
    view = CodeView(LIGHT)
    qtbot.addWidget(view)
    view.resize(268, 100)
    return view


def test_the_lines_that_run_are_marked_and_their_tensors_are_links(code: CodeView) -> None:
    code.set_code("key = np.arange(q.shape[-1])\nS = q @ q.transpose(-2, -1)", 1, NAMES)
    lines = [line for line in code.toPlainText().splitlines() if line.strip()]
    marked = [at for at, line in enumerate(lines) if "▸" in line]
    assert len(marked) == 1 and "S = q @ q.transpose(-2, -1)" in "\n".join(lines[marked[0] :])
    assert [link.name.rsplit(".", 1)[-1] for link in code.links()] == ["q", "scores", "q", "q"]
    assert "q.shape[-1]" in code.toPlainText(), "spaces are where they were"
    html = code.toHtml().lower()
    assert LIGHT.role("Q").name() in html and LIGHT.accentbg.name() in html
    code.set_lit("blocks.0.attn.q")
    assert code.lit_words() == ["q", "q", "q"]
    code.set_lit("")
    assert code.lit_words() == []


def test_an_attribute_of_the_same_name_is_no_tensor(code: CodeView) -> None:
    code.set_code("S = x.q", 1, NAMES)
    assert [link.name for link in code.links()] == ["blocks.0.attn.scores"]


def test_code_that_cannot_be_read_stays_plain(code: CodeView) -> None:
    code.set_code("S = (q <", 1, NAMES)
    assert "S = (q <" in code.toPlainText()


# -- words --------------------------------------------------------------------------------------------------------

TENSORS = {"query": "q", "key": "k", "value": "v"}


def test_words_stand_for_tensors(qapp) -> None:
    text = "Every query meets every key; values follow. Keyboards are no keys."
    found = {text[start:stop]: link.name for start, stop, link in rolewords.marks(text, TENSORS)}
    assert found == {"query": "q", "key": "k", "values": "v", "keys": "k"}


def test_words_of_each_language_are_found(qtbot, opened) -> None:
    window = opened()
    window.languages.use("zh_CN")
    text = "数值都不变，均值为 0：每个查询的键和值。"
    found = [(text[start:stop], link.name) for start, stop, link in rolewords.marks(text, TENSORS)]
    assert found == [("查询", "q"), ("键", "k"), ("值", "v")], "a number's value is no tensor"


def test_sentences_with_signs_of_html_are_shown_as_they_are(qtbot) -> None:
    view = WordsView(LIGHT)
    qtbot.addWidget(view)
    view.set_words("key <b> & “query” < 3", TENSORS)
    assert view.text() == "key <b> & “query” < 3"
    assert [link.name for link in view.links()] == ["k", "q"]


# -- equations ----------------------------------------------------------------------------------------------------

LINKED = [Link("x", (0, at)) for at in range(4)]
LONG = row(
    symbol("result"), "=", fraction(number(1.5, LINKED[0]), number(-2.25, LINKED[1])), "=",
    number(-0.6667, LINKED[2]), "+", number(123.4567, LINKED[3]), "=", number(122.79),
)  # fmt: skip


@pytest.mark.parametrize("width", [120, 180, 268, 600])
def test_a_long_equation_goes_on_below(qtbot, width: int) -> None:
    view = MathView(LIGHT)
    qtbot.addWidget(view)
    view.resize(width, 40)
    view.set_math(LONG, lambda name: "")
    view.resize(width, view.sizeHint().height())
    assert view.links() == LINKED, "every number is there, in order"
    box = view.rect().toRectF().adjusted(-1, -1, 1, 1)
    for rect, link in view._hits:
        assert box.contains(rect), (width, link)
    assert (len(view._lines) > 1) == (width < 300)


def test_links_of_an_equation_are_walked_and_followed(qtbot) -> None:
    view = MathView(LIGHT)
    qtbot.addWidget(view)
    view.resize(600, 60)
    view.set_math(LONG, lambda name: "")
    view.show()
    followed, pointed = QSignalSpy(view.followed), QSignalSpy(view.pointed)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(9):
        qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert followed.at(0) == [LINKED[3]], "the last one is the end"
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert followed.at(1) == [LINKED[2]]
    assert [pointed.at(at)[0] for at in range(pointed.count())] == [*LINKED, LINKED[2]]
    rect = view._hits[0][0]
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=rect.center().toPoint())
    assert followed.at(2) == [LINKED[0]]
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(view.width() - 2, view.height() - 2))
    assert followed.count() == 3


# -- strips -------------------------------------------------------------------------------------------------------


def test_the_factors_stand_over_their_products(qtbot) -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=32), rng.normal(size=32)
    strip = ProductsStrip(LIGHT)
    qtbot.addWidget(strip)
    strip.set_values(a * b, "32 terms")
    low = strip.sizeHint().height()
    strip.set_lanes([("Q", a), ("K", b)])
    assert strip.sizeHint().height() > low
    strip.resize(268, strip.sizeHint().height())
    image = strip.grab().toImage()
    assert image.pixelColor(130, round(strip._lane() - 3)) == LIGHT.role("Q")
    assert image.pixelColor(130, round(2 * strip._lane() - 3)) == LIGHT.role("K")
    for rect, _, term in strip.bars():
        assert rect.top() >= strip._top() - 0.5
        assert strip.term_at(rect.center().x()) == term
    strip.set_lanes([])
    assert strip.sizeHint().height() == low


# -- the row ------------------------------------------------------------------------------------------------------


def test_a_row_that_differs_says_so(qtbot) -> None:
    made = np.array([0.25, 0.5, 0.25])
    drawer = RowDrawer(LIGHT)
    qtbot.addWidget(drawer)
    drawer.resize(800, 120)
    drawer.set_tall(True)
    line = RowLine("÷ Σ", made, "Σ", 1.0)
    drawer.set_row(Row("key_pos", (line,), 1, made, made), ["a", "b", "c"], "query b (1)", ["Σ"])
    assert drawer.check() == "✓ stored = recomputed in all 3 cells (largest Δ 0)"
    stored = made + np.array([0, 0.125, 0])
    drawer.set_row(Row("key_pos", (line,), 1, made, stored), ["a", "b", "c"], "query b (1)", ["Σ"])
    assert drawer.check() == "✗ 1 cell differs (Δ 1e−1)"
    drawer.set_row(None, None, "", ())
    assert not drawer.isVisible()


def test_a_long_row_says_its_sums_beside_its_names(qtbot) -> None:
    drawer = RowDrawer(LIGHT)
    qtbot.addWidget(drawer)
    drawer.resize(800, 120)
    drawer.set_tall(True)
    for count, ahead in ((8, False), (5000, True)):
        values = np.linspace(0, 1, count)
        lines = (RowLine("x", values, "mean", 0.5), RowLine("x − μ", values - 0.5))
        drawer.set_row(Row("d_model", lines, 3, values), None, "", ["mean", ""])
        names = [drawer.table.model().headerData(at, Qt.Orientation.Vertical) for at in range(2)]
        assert names == (["x   mean 0.5000", "x − μ"] if ahead else ["x", "x − μ"])
        assert drawer.table.model().index(0, count).data() == "mean 0.5000"
        assert drawer.table.model().headerData(3, Qt.Orientation.Horizontal) == "3"
    assert show(0.5) == "0.5000"
