"""Token chips."""

from PySide6.QtCore import Qt

from tutor.views import theme
from tutor.views.chips import Chip, TokenStrip
from tutor.views.paint import visible

LOOK = theme.LIGHT
ROW = [Chip("One", 356), Chip(" day", 306), Chip(",", 44), Chip(" Tom", 476), Chip(" met", 619)]


def strip(qtbot, *rows, width=700, look=LOOK, **options) -> TokenStrip:
    widget = TokenStrip(look)
    qtbot.addWidget(widget)
    widget.set_rows(rows, **options)
    widget.resize(width, widget.sizeHint().height())
    return widget


def test_spaces_and_line_ends_are_visible():
    assert visible(" day") == "·day"
    assert visible("a b") == "a b"
    assert visible("\n\n") == "↵↵"
    assert visible("  ") == "··"
    assert visible("\t") == "→"


def test_click_names_row_and_index(qtbot):
    widget = strip(qtbot, ROW, ROW[:3])
    with qtbot.waitSignal(widget.clicked) as clicked:
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.chip_rect(1, 2).center().toPoint())
    assert clicked.args == [1, 2]


def test_keys_move_and_choose(qtbot):
    widget = strip(qtbot, ROW, ROW[:3])
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Down):
        qtbot.keyClick(widget, key)
    with qtbot.waitSignal(widget.clicked) as clicked:
        qtbot.keyClick(widget, Qt.Key.Key_Return)
    assert clicked.args == [1, 2]
    assert "id 44" in widget.accessibleDescription()


def test_query_and_key_are_framed_and_named(qtbot):
    widget = strip(qtbot, ROW)
    widget.set_query(3)
    widget.set_key(1)
    image = widget.grab().toImage()
    for index, role in ((3, "Q"), (1, "K")):
        box = widget.chip_rect(0, index)
        assert image.pixelColor(int(box.left()) + 1, int(box.center().y())) == LOOK.outlines[role]
    assert "query" in widget.describe(0, 3)
    assert "key" in widget.describe(0, 1)
    assert "query" not in widget.describe(0, 0)


def test_bytes_of_one_character_are_bracketed(qtbot):
    row = [Chip("One", 1), Chip("⟨E5 96⟩", 2, "byte", 0, "喝"), Chip("⟨9D⟩", 3, "byte", 0, "喝"), Chip("pad", 0, "pad")]
    plain, grouped = strip(qtbot, ROW), strip(qtbot, row)
    assert grouped.sizeHint().height() > plain.sizeHint().height()
    assert "喝" in grouped.describe(0, 1)
    assert "masked" in grouped.describe(0, 3)
    image = grouped.grab().toImage()
    left, right = grouped.chip_rect(0, 1), grouped.chip_rect(0, 2)
    x = int((left.left() + right.right()) / 2)
    column = {image.pixelColor(x, y).name() for y in range(int(left.bottom()) + 2, image.height())}
    assert LOOK.ctl.name() in column


def test_what_does_not_fit_can_be_scrolled_to(qtbot):
    widget = strip(qtbot, [Chip(f" token{number}", number) for number in range(60)], width=300)
    assert widget.chip_rect(0, 59).left() > 300
    qtbot.keyClick(widget, Qt.Key.Key_End)
    assert 0 <= widget.chip_rect(0, 59).left() < widget.chip_rect(0, 59).right() <= 300
    qtbot.keyClick(widget, Qt.Key.Key_Home)
    assert widget.chip_rect(0, 0).left() >= 0


def test_text_stays_in_its_chip_at_twice_the_size(qtbot, qapp):
    for scale in (1.0, 2.0):
        look = theme.apply(qapp, LOOK, scale)
        widget = strip(qtbot, ROW, look=look, width=900)
        widget.set_query(0)
        for index, chip in enumerate(ROW):
            room = widget.chip_rect(0, index).width()
            assert theme.metrics(look, "body").horizontalAdvance(visible(chip.text)) <= room - 2
            word, rest = widget._second_line(0, index)
            text = theme.metrics(look, "ids", True).horizontalAdvance(word)
            assert text + theme.metrics(look, "ids").horizontalAdvance(rest) <= room - 2
        height = theme.metrics(look, "body").height() + theme.metrics(look, "ids").height()
        assert widget.chip_rect(0, 0).height() >= height
    theme.apply(qapp, LOOK)


def test_no_tokens_is_no_trouble(qtbot):
    widget = strip(qtbot)
    widget.grab()
    qtbot.keyClick(widget, Qt.Key.Key_Right)
    assert widget.accessibleDescription()
    strip(qtbot, []).grab()


LONG = [Chip(f" token{n}", n) for n in range(30)]


def test_each_row_scrolls_by_itself_to_what_is_marked(qtbot):
    widget = strip(qtbot, ROW, LONG, width=400, titles=["Source", "Target\nby the model"], banded=False)
    widget.set_query(25, row=1)
    assert widget.rect().contains(widget.chip_rect(1, 25).toRect())
    assert widget.rect().contains(widget.chip_rect(0, 0).toRect()), "the other row stays where it is"
    widget.set_key(2, row=0)
    assert "query" in widget.describe(1, 25)
    assert "query" not in widget.describe(0, 2)
    assert "key" in widget.describe(0, 2)
    assert widget.describe(1, 25).startswith("Target, by the model · ")


def test_the_same_rows_again_keep_the_place(qtbot):
    widget = strip(qtbot, ROW, ROW[:3])
    qtbot.keyClick(widget, Qt.Key.Key_Right)
    widget.set_rows([ROW, ROW[:3]], 1)
    assert widget._focused == (0, 1)
    widget.set_rows([ROW[:2]], 0)
    assert widget._focused == (0, 0)
