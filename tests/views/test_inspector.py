"""The inspector: a number worked out, its terms in two orders, and an honest check mark."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton
from windows import labels

from tutor.engine.working import fraction, number, row, symbol
from tutor.views import numbers, theme
from tutor.views.explanation import Entry, Explanation
from tutor.views.inspector import Inspector
from tutor.views.terms import TermsModel

LOOK = theme.LIGHT
PRODUCTS = np.array([0.25, -3.0, 0.0, np.nan, 3.0, -0.5])
FACTORS = np.array([0.5, -1.5, 0.0, 1.0, 2.0, 0.25])


def shown(**changes) -> Explanation:
    given = {
        "value": 0.57813, "address": "scores[0, 2, 5, 4]", "place": "head 2, query cat (5), key sat (4)",
        "equation": row("Σ", fraction(number(2.312), symbol("√16"))), "note": "", "headers": ("q", "k", "q · k"),
        "columns": (FACTORS, FACTORS * 2, PRODUCTS), "entries": (Entry("max", "2"), Entry("Σ", "1.2346")),
        "adds": (False, False, True), "bound": 2e-5, "result": 0.57812999,
        "difference": 3e-9,
    }  # fmt: skip
    return Explanation(**{**given, **changes})


@pytest.fixture
def pane(qtbot):
    one = Inspector(LOOK)
    qtbot.addWidget(one)
    one.resize(326, 640)
    with qtbot.waitExposed(one):
        one.show()
    return one


@pytest.fixture
def model() -> TermsModel:
    one = TermsModel()
    one.set_terms(("q", "k", "q · k"), (FACTORS, FACTORS * 2, PRODUCTS), None, adds=(False, False, True))
    return one


def shown_rows(model: TermsModel, column: int = 0) -> list[str]:
    """What the rows of terms say; the rest and the sum are not among them."""
    return [model.index(at, column).data() for at in range(model.terms())]


# -- the terms ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 6, 300])
def test_the_model_keeps_the_rules_of_models(qtmodeltester, count):
    rng = np.random.default_rng(count)
    model = TermsModel()
    qtmodeltester.check(model)
    model.set_terms(("a", "b"), (rng.normal(size=count), rng.normal(size=count)), None)
    model.set_by_size(False)
    model.set_terms(("a",), (rng.normal(size=count),), [f"t{n}" for n in range(count)])
    model.set_by_size(True)
    model.set_terms((), (), None)
    assert model.rowCount() == 0
    qtmodeltester.check(model)


def test_terms_stand_by_size_or_in_order(model):
    assert shown_rows(model) == ["3", "1", "4", "5", "0", "2"], "NaN first, equal sizes in their order"
    assert [model.row_of(at) for at in range(6)] == [3, 1, 4, 5, 0, 2]
    model.set_by_size(False)
    assert shown_rows(model) == ["0", "1", "2", "3", "4", "5"]
    model.set_terms(("x",), (np.array([1.0, -7.0]),), None)
    assert shown_rows(model) == ["0", "1"], "the order asked for stays with the next cell"


def test_rows_belong_together_in_either_order(model):
    for by_size in (True, False):
        model.set_by_size(by_size)
        for at in range(6):
            own = model.row_of(at)
            for column, values in enumerate((FACTORS, FACTORS * 2, PRODUCTS), 1):
                assert model.index(at, column).data() == numbers.fixed(float(values[own]), 4)


def test_terms_are_named_after_their_tokens_where_they_have_some(model):
    model.set_terms(("p",), (np.array([0.1, 0.9]),), ["the (0)", "cat (1)"])
    assert shown_rows(model) == ["cat (1)", "the (0)"]
    header = [model.headerData(at, Qt.Orientation.Horizontal) for at in range(2)]
    assert header == ["term", "p"]
    assert model.headerData(0, Qt.Orientation.Vertical) is None


def test_the_column_that_is_summed_is_bold(model):
    model.set_bold(theme.font(LOOK, "dense", True))
    weights = [model.index(0, column).data(Qt.ItemDataRole.FontRole) for column in range(4)]
    assert weights[:3] == [None, None, None]
    assert weights[3].weight() > 500


def test_the_order_is_switched_with_its_buttons(qtbot, pane):
    pane.set_explanation(shown())
    by_index = next(one for one in pane.findChildren(QToolButton) if one.text() == "index")
    by_size = next(one for one in pane.findChildren(QToolButton) if one.text() == "|size|")
    assert by_size.isChecked()
    qtbot.mouseClick(by_index, Qt.MouseButton.LeftButton)
    assert shown_rows(pane.terms()) == ["0", "1", "2", "3", "4", "5"]
    assert not by_size.isChecked()
    qtbot.mouseClick(by_size, Qt.MouseButton.LeftButton)
    assert shown_rows(pane.terms())[0] == "3"


# -- the number ---------------------------------------------------------------------------------------------------


def test_nothing_is_pinned_at_first(pane):
    pane.set_why("It is there. For a reason.")
    assert "Click a cell to see how its number was computed." in labels(pane)
    assert "It is there. For a reason." in labels(pane)
    assert not any("✓" in text or "✗" in text for text in labels(pane))
    assert not pane._table.isVisible()


def test_a_cell_says_value_address_place_and_check(pane):
    pane.set_explanation(shown(note="Because 3 > 2: it lies ahead."))
    said = labels(pane)
    for text in ("0.5781", "scores[0, 2, 5, 4] = 0.57813", "head 2, query cat (5), key sat (4)",
                 "Because 3 > 2: it lies ahead."):  # fmt: skip
        assert text in said, text
    lines = pane.entries()
    assert [[lines.index(row, column).data() for column in range(2)] for row in range(lines.rowCount())] == [
        ["max", "2"], ["Σ", "1.2346"]
    ]  # fmt: skip
    check = next(text for text in said if "✓" in text)
    assert check.replace("\u00a0", " ") == "✓ stored 0.578130 = recomputed 0.578130 (Δ 3e−9 ≤ 2e−5)"
    assert pane._equation.accessibleName() == "Σ (2.3120) / (√16)"
    assert pane._table.isVisible()


def colour_of(pane, sign: str):
    label = next(one for one in pane.findChildren(QLabel) if sign in one.text())
    return label.palette().color(label.foregroundRole())


def test_a_number_that_does_not_agree_says_so_and_shows_both(pane):
    pane.set_explanation(shown())
    assert colour_of(pane, "✓") == LOOK.ok
    pane.set_explanation(shown(agrees=False, result=0.75, difference=0.171))
    check = next(text for text in labels(pane) if "✗" in text)
    assert "0.75" in check
    assert "0.57813" in check
    assert colour_of(pane, "✗") == LOOK.err
    assert not any("✓" in text for text in labels(pane))
    pane.set_explanation(shown())
    assert colour_of(pane, "✓") == LOOK.ok


@pytest.mark.parametrize(("value", "text"), [
    (0.0, "0"), (-np.inf, "−∞"), (np.nan, "NaN"), (-1.25, "−1.2500"),
])  # fmt: skip
def test_every_kind_of_number_is_written_out(pane, value, text):
    pane.set_explanation(shown(value=value, result=value, difference=0.0))
    assert pane._value.text() == text
    assert "(Δ 0 ≤ 2e−5)" in pane._check.text().replace("\u00a0", " ")


def test_a_tiny_number_is_not_a_zero(pane):
    pane.set_explanation(shown(value=-1.5e-9, result=-1.5e-9, difference=0.0))
    assert pane._value.text() == "−1.500e−9"


def test_a_difference_without_end_is_said_as_such(pane):
    pane.set_explanation(shown(value=-np.inf, result=1.0, difference=np.inf, agrees=False))
    assert pane._check.text().endswith("by ∞")


def test_an_id_is_a_whole_number(pane):
    pane.set_explanation(shown(value=37046.0, whole=True, columns=(), headers=(), entries=(), note="a + b → ab"))
    assert pane._value.text() == "37046"
    assert any(text.startswith("✓ the id itself") for text in labels(pane))
    assert not pane._table.isVisible()
    assert not any(one.text() == "|size|" and one.isVisible() for one in pane.findChildren(QToolButton))


def test_what_one_cell_had_is_gone_with_the_next(pane):
    pane.set_explanation(shown(note="A rule."))
    pane.set_explanation(shown(columns=(), headers=(), entries=()))
    assert "A rule." not in labels(pane)
    assert not pane._table.isVisible()
    assert pane.entries().rowCount() == 0
    pane.set_explanation(None)
    assert pane.explanation() is None
    assert pane.terms().rowCount() == 0
    assert not any("scores[0, 2, 5, 4]" in text for text in labels(pane))


def test_numbers_are_never_cut_in_the_table(pane):
    columns = (FACTORS, FACTORS, FACTORS, FACTORS, PRODUCTS)
    pane.set_explanation(shown(columns=columns, headers=tuple("abcde"), adds=(False,) * 4 + (True,)))
    for width in (240, 326, 500):
        pane.resize(width, 640)
        pane.grab()
        table, model = pane._table, pane.terms()
        for column in range(1, model.columnCount()):
            face = theme.metrics(LOOK, "caption", column == model.columnCount() - 1)
            widest = max(face.horizontalAdvance(text) for text in shown_rows(model, column))
            assert table.columnWidth(column) >= widest
        assert table.columnWidth(0) > 0
        assert table.height() >= table.rowHeight(0) * 6


def test_many_terms_scroll_and_few_need_no_room(pane):
    many = np.arange(300.0)
    pane.set_explanation(shown(columns=(many,), headers=("x",)))
    high = pane._table.height()
    pane.set_explanation(shown(columns=(many[:2],), headers=("x",)))
    assert pane._table.height() < high < 300 * pane._table.rowHeight(0)


def test_statistics_and_code_have_their_places(pane):
    pane.set_stats([("min", "−3.1000"), ("max", "2.5000")])
    pane.set_code("q = x @ W_Q")
    assert "min  −3.1000\nmax  2.5000" in labels(pane)
    assert any("q = x @ W_Q" in text for text in labels(pane))
    pane.set_stats(())
    assert not any("max" in text for text in labels(pane))


def test_the_focus_goes_to_the_table_or_to_the_pane(pane):
    assert pane.first_focus().accessibleName() == "Inspector"
    pane.set_explanation(shown())
    assert pane.first_focus() is pane._table


def test_a_taller_pane_shows_more_terms(pane):
    many = np.arange(1.0, 41.0)
    pane.set_explanation(shown(columns=(many,), headers=("x",), adds=(True,)))
    counts = []
    for high in (520, 700, 900):
        pane.resize(326, high)
        counts.append(pane.terms().terms())
        assert pane._table.height() >= pane._table.rowHeight(0) * (counts[-1] + 2), "with the rest and the sum"
    assert counts == [4, 6, 8]


def test_the_working_is_said_as_sentences(pane):
    pane.set_explanation(shown())
    said = pane._area.accessibleDescription().replace("\u00a0", " ")
    assert said == (
        "head 2, query cat (5), key sat (4): scores[0, 2, 5, 4] = 0.57813. Σ (2.3120) / (√16). "
        "✓ stored 0.578130 = recomputed 0.578130 (Δ 3e−9 ≤ 2e−5)"
    )
    pane.set_explanation(None)
    assert pane._area.accessibleDescription() == ""


def test_the_mark_goes_without_its_word_where_the_type_is_large(pane):
    pane.set_explanation(shown())
    style = Qt.ToolButtonStyle
    for width, wanted in ((326, style.ToolButtonTextBesideIcon), (230, style.ToolButtonIconOnly)):
        pane.resize(width, 640)
        assert pane._pin.toolButtonStyle() == wanted
        assert pane._pin.isVisible() and pane._pin.accessibleName() == "Pinned: unpin"
