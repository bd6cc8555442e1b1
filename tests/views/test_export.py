"""Export: every file is read back by something else and compared to the tensor; the dialog is driven by keys."""

from __future__ import annotations

import base64
import csv
import errno
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QStandardPaths, Qt
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication
from safetensors import safe_open
from windows import CTRL, Small, go, press, settle, step

from tutor import cli, work
from tutor.engine import files
from tutor.engine.changes import Switch
from tutor.engine.picture import Selection
from tutor.views import captions, figure, numbers, present, render
from tutor.views.export_dialog import FORMATS, Wanted
from tutor.views.handout import Handout
from tutor.views.heatdata import Map, Part, colour_index
from tutor.views.theme import DARK, LIGHT, lut
from tutor.whatif import DIFFERENCE
from tutor.work import Request

Key = Qt.Key
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<img src=x onerror=alert(1)> "quoted" & ]]> 猫'


@pytest.fixture
def window(qtbot, opened):
    one = opened(Small())
    one.start(Request((HOSTILE,), "storyteller"))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def cells(tree: ElementTree.Element, name: str) -> dict[tuple[int, int], tuple[str, float]]:
    """Colour and value of each cell of a map, by its address."""
    group = next(one for one in tree.iter(f"{SVG}g") if one.get("data-tensor") == name)
    found = {}
    for one in group.iter(f"{SVG}rect"):
        row, column = map(int, one.get("data-at").split(","))
        found[row, column] = (one.get("fill"), float(one.get("data-value")))
    return found


def texts(tree: ElementTree.Element) -> list[str]:
    return ["".join(one.itertext()) for one in tree.iter(f"{SVG}text")]


def hex_of(colour) -> str:
    return "#" + "".join(f"{int(one):02x}" for one in colour)


# -- pictures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_the_cells_of_a_picture_have_the_tensors_values_and_the_maps_colours(qtbot, window, look):
    go(qtbot, window, "blocks.0.attn.scores")
    trace = window.session.trace
    shown = work.show(trace, "blocks.0.attn.scores", Selection((("head", 2),)))
    parts, sign, above = present.parts(trace, shown.picture)
    tree = parsed(figure.equation(parts, sign, above, ["the caption"], look))
    for name, values in (("blocks.0.attn.scores", trace["blocks.0.attn.scores"][0, 2]),
                         ("blocks.0.attn.q", trace["blocks.0.attn.q"][0, 2]),
                         ("blocks.0.attn.k", trace["blocks.0.attn.k"][0, 2])):  # fmt: skip
        found = cells(tree, name)
        assert set(found) == set(np.ndindex(*values.shape))
        assert all(np.float32(value) == values[at] for at, (_, value) in found.items())
    data = parts[-1].data
    table = lut(look, data.kind)[colour_index(data.values, data.kind, *data.limits)]
    found = cells(tree, "blocks.0.attn.scores")
    assert all(fill == hex_of(table[at]) for at, (fill, _) in found.items())
    said = texts(tree)
    assert "the caption" in said
    assert "×" in said and "=" in said
    for token in trace.batch.rows[0]:
        assert token.text in said, "tokens stay text"


def test_masks_zeros_and_broken_numbers_are_told_apart(qapp):
    values = np.array([[1.0, -np.inf, np.nan], [0.0, np.inf, -2.0]], np.float32)
    data = Map(values, ["a", "b"], None, title="probe", masked=np.array([[0, 0, 0], [1, 0, 0]], bool))
    tree = parsed(figure.equation([Part(data, "probe")], "", "", (), LIGHT))
    found = cells(tree, "probe")
    assert found[0, 1][0] == found[1, 0][0] == LIGHT.hatchbg.name()
    assert found[0, 2][0] == found[1, 1][0] == LIGHT.errbg.name()
    assert found[0, 0][0] != found[1, 2][0]
    assert np.isnan(found[0, 2][1]) and found[0, 1][1] == -np.inf
    assert {"−∞", "NaN", "∞"} <= set(texts(tree))
    assert len([one for one in tree.iter(f"{SVG}path") if one.get("stroke") == LIGHT.hatch.name()]) == 2


def test_a_large_map_is_an_image_in_which_a_single_one_survives(qapp):
    values = np.zeros((300, 20_000), np.float32)
    values[123, 15_432] = 1.0
    svg = figure.equation([Part(Map(values, title="giant"), "giant")], "", "", (), LIGHT)
    tree = parsed(svg)
    image = next(tree.iter(f"{SVG}image"))
    assert not [one for one in tree.iter(f"{SVG}g") if one.get("class") == "cells"]
    data = image.get("{http://www.w3.org/1999/xlink}href").removeprefix("data:image/png;base64,")
    picture = QImage.fromData(QByteArray(base64.b64decode(data)), "PNG")
    assert (picture.width(), picture.height()) == (1100, 300)
    strongest = hex_of(lut(LIGHT, "signed")[255])
    row = [picture.pixelColor(x, 123).name() for x in range(picture.width())]
    assert row.count(strongest) == 1
    assert abs(row.index(strongest) / 1100 - 15_432 / 20_000) < 0.002
    assert len(svg) < 300_000


def test_a_cell_more_than_fits_makes_it_an_image(qapp):
    for columns, kind in ((64, "g"), (65, "image")):
        tree = parsed(figure.equation([Part(Map(np.ones((64, columns)), title="t"), "t")], "", "", (), LIGHT))
        assert [one.tag for one in tree.iter() if one.get("class") == "cells"] == [f"{SVG}{kind}"]


def test_a_picture_is_drawn_by_another_reader_in_its_colours(qtbot, window):
    go(qtbot, window, "blocks.0.resid_post")
    shown = work.show(window.session.trace, "blocks.0.resid_post", Selection())
    parts, sign, above = present.parts(window.session.trace, shown.picture)
    svg = figure.equation(parts, sign, above, ["caption"], LIGHT)
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    assert renderer.isValid()
    image = QImage.fromData(QByteArray(render.figure(svg, "png")), "PNG")
    assert (image.width(), image.height()) == (2 * renderer.defaultSize().width(), 2 * renderer.defaultSize().height())
    tree = parsed(svg)
    group = next(one for one in tree.iter(f"{SVG}g") if one.get("data-tensor") == "blocks.0.resid_post")
    for one in list(group.iter(f"{SVG}rect"))[:40]:
        # Beside the number that is printed in the middle.
        x, y = float(one.get("x")) + 1.5, float(one.get("y")) + 1.5
        assert image.pixelColor(round(2 * x), round(2 * y)).name() == one.get("fill")
    pdf = render.figure(svg, "pdf")
    assert pdf.startswith(b"%PDF") and pdf.rstrip().endswith(b"%%EOF")


def test_a_hostile_token_is_only_text(qtbot, window):
    go(qtbot, window, "blocks.0.attn.pattern")
    trace = window.session.trace
    shown = work.show(trace, "blocks.0.attn.pattern", Selection())
    parts, sign, above = present.parts(trace, shown.picture)
    lines = captions.lines(trace, shown.picture, "here")
    svg = figure.equation(parts, sign, above, lines, LIGHT)
    tree = parsed(svg)
    assert "<img" not in svg
    assert HOSTILE in " ".join(texts(tree))
    assert figure.clean("a\x00b\ufffe") == "a⟨U+0000⟩b⟨U+FFFE⟩"


def test_a_caption_names_what_is_pinned_only_where_it_is_compared_with_that(qtbot, window):
    go(qtbot, window, "blocks.0.attn.pattern")
    for key in ("p", "h", "d"):
        step(qtbot, window, key)
    assert window.exporter._caption()[-1].startswith("Pinned: blocks.0.attn.pattern, head 0")
    window.session.changes.make(Switch("mask", "off"))
    settle(qtbot, window)
    window.session.changes.set_view(DIFFERENCE)
    settle(qtbot, window)
    said = window.exporter._caption()
    assert "What if: mask=off" in said and not any("Pinned" in one for one in said)


def test_the_first_folder_offered_is_there(window, tmp_path, monkeypatch):
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(tmp_path / "Documents"))
    assert window.exporter._folder().is_dir()
    (tmp_path / "Documents").mkdir()
    assert window.exporter._folder() == tmp_path / "Documents"


def test_a_caption_says_tensor_shape_place_model_sentence_and_scale(qtbot, window):
    go(qtbot, window, "blocks.0.attn.scaled")
    trace = window.session.trace
    shown = work.show(trace, "blocks.0.attn.scaled", Selection((("head", 1),)))
    said = captions.lines(trace, shown.picture, "Scale, stage 7 of 17")
    tokens = trace.batch.n_pos
    assert said[0] == f"blocks.0.attn.scaled · [1 batch, 3 head, {tokens} query_pos, {tokens} key_pos] · head 1"
    assert said[1] == "Block 0 · Scale, stage 7 of 17"
    assert said[2] == f"Model: storyteller · “{HOSTILE}”"
    reach = max(np.abs(trace[name][np.isfinite(trace[name])]).max() for name in
                ("blocks.0.attn.scores", "blocks.0.attn.scaled", "blocks.0.attn.masked"))  # fmt: skip
    assert said[3] == f"Colours of scores, scaled, masked from −{reach:.4f} to {reach:.4f}"


def test_a_picture_has_the_range_of_colours_that_the_learner_chose(qtbot, window, tmp_path):
    go(qtbot, window, "blocks.0.resid_post")
    count = len(window.stage.equation.parts())
    window.stage.equation.set_limits([(-0.5, 0.5)] * count)
    window.exporter.start(Wanted("figure", "stage", "svg", tmp_path / "a.svg"))
    settle(qtbot, window)
    tree = parsed((tmp_path / "a.svg").read_text(encoding="utf-8"))
    values = window.session.trace["blocks.0.resid_post"][0]
    table = lut(window.look, "signed")[colour_index(values, "signed", -0.5, 0.5)]
    assert all(fill == hex_of(table[at]) for at, (fill, _) in cells(tree, "blocks.0.resid_post").items())
    assert any(one.endswith("from −0.5000 to 0.5000") for one in texts(tree))


# -- the dialog ------------------------------------------------------------------------------------------------------


def open_dialog(qtbot, window):
    with qtbot.waitActive(window):
        window.activateWindow()
    window.stage.equation.setFocus()
    press(qtbot, "e", CTRL)
    qtbot.waitUntil(lambda: window.exporter.dialog() is not None and window.exporter.dialog().isVisible())
    return window.exporter.dialog()


def export(qtbot, window, what: str, form: str, path) -> None:
    dialog = open_dialog(qtbot, window)
    dialog.choose(what, form)
    dialog.path.selectAll()
    qtbot.keyClicks(dialog.path, str(path))
    qtbot.keyClick(dialog.path, Key.Key_Return)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: window.exporter.dialog() is None)


@pytest.mark.parametrize(("what", "form"), [(what, form) for what, forms in FORMATS.items() for form in forms])
def test_everything_can_be_exported_by_keys_and_read_back(qtbot, window, tmp_path, what, form):
    go(qtbot, window, "blocks.0.attn.pattern")
    path = tmp_path / f"out.{form}"
    export(qtbot, window, what, form, path)
    assert window.status_text() == f"Exported as out.{form}."
    assert [one.name for one in tmp_path.iterdir() if one.suffix != ".ini"] == [path.name]
    data, values = path.read_bytes(), window.session.trace["blocks.0.attn.pattern"]
    if form == "svg":
        tree = parsed(data.decode())
        name = "Softmax" if what == "window" else "blocks.0.attn.pattern"
        assert [one for one in texts(tree) if name in one]
        if what == "figure":
            assert len(cells(tree, "blocks.0.attn.pattern")) == values[0, 0].size
    elif form == "png":
        image = QImage(str(path))
        shown = {"view": window.stage.equation, "window": window}.get(what)
        assert not image.isNull()
        if shown is not None:
            assert image.width() == 2 * shown.width()
    elif form == "pdf":
        assert data.startswith(b"%PDF")
    elif form == "npy":
        np.testing.assert_array_equal(np.load(path), values)
    elif form == "safetensors":
        with safe_open(path, framework="np") as file:
            np.testing.assert_array_equal(file.get_tensor("blocks.0.attn.pattern"), values)
    elif form == "csv":
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))[1:]
        np.testing.assert_array_equal(np.array([row[3:] for row in rows], np.float32).reshape(values.shape), values)
    else:
        assert Page(data.decode()).sections == ["blocks.0.attn.pattern"]


def test_the_choice_and_the_folder_are_remembered_and_the_name_says_what_it_is(qtbot, window, tmp_path):
    (tmp_path / "deep").mkdir()
    export(qtbot, window, "tensor", "csv", tmp_path / "deep" / "a.csv")
    go(qtbot, window, "blocks.0.mlp.pre")
    dialog = open_dialog(qtbot, window)
    assert dialog.chosen() == Wanted(
        "tensor", "stage", "csv", tmp_path / "deep" / "storyteller-blocks-0-mlp-pre.csv", "blocks.0.mlp.pre"
    )
    dialog.form.setCurrentIndex(dialog.form.findData("npy"))
    assert dialog.chosen().path.name == "storyteller-blocks-0-mlp-pre.npy"
    qtbot.keyClick(dialog, Key.Key_Escape)
    qtbot.waitUntil(lambda: window.exporter.dialog() is None)


def test_a_steps_operands_and_weights_are_exported_too(qtbot, window, tmp_path):
    go(qtbot, window, "blocks.0.mlp.pre")
    dialog = open_dialog(qtbot, window)
    dialog.choose("tensor", "npy")
    names = [dialog.tensor.itemText(at) for at in range(dialog.tensor.count())]
    assert names == ["blocks.0.mlp.pre", "blocks.0.ln2", "blocks.0.mlp.W_in", "blocks.0.mlp.b_in"]
    dialog.tensor.setCurrentIndex(2)
    assert dialog.chosen().path.name == "storyteller-blocks-0-mlp-W_in.npy"
    dialog.path.setText(str(tmp_path / "w.npy"))
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    np.testing.assert_array_equal(np.load(tmp_path / "w.npy"), window.session.trace["blocks.0.mlp.W_in"])


def test_bars_export_as_they_stand(qtbot, window, tmp_path):
    go(qtbot, window, "probs")
    assert window.stage.view() == "bars"
    dialog = open_dialog(qtbot, window)
    assert dialog.chosen().what == "view"
    qtbot.keyClick(dialog, Key.Key_Escape)
    qtbot.waitUntil(lambda: window.exporter.dialog() is None)
    export(qtbot, window, "view", "svg", tmp_path / "bars.svg")
    said = texts(parsed((tmp_path / "bars.svg").read_text(encoding="utf-8")))
    rows = window.bars.table().rows()
    assert {row.value for row in rows} <= {one.strip() for one in said}


def test_what_is_there_is_replaced_only_when_asked_twice(qtbot, window, tmp_path):
    path = tmp_path / "mine.npy"
    path.write_bytes(b"mine")
    dialog = open_dialog(qtbot, window)
    dialog.choose("tensor", "npy")
    dialog.path.setText(str(path))
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    assert "mine.npy is there already" in dialog.problem()
    assert path.read_bytes() == b"mine"
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    np.testing.assert_array_equal(np.load(path), window.session.trace["tokens"])


def test_a_bad_place_or_a_full_disk_is_one_sentence_and_leaves_nothing(qtbot, window, tmp_path, monkeypatch):
    go(qtbot, window, "logits")
    dialog = open_dialog(qtbot, window)
    dialog.choose("tensor", "npy")
    dialog.path.setText(str(tmp_path / "none" / "a.npy"))
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    assert dialog.problem() == "There is no such folder: choose another place."
    dialog.path.setText(str(tmp_path))
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    assert dialog.problem() == "This is a folder: give the file a name."

    def full(source, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    for what, form in (("tensor", "npy"), ("figure", "svg"), ("handout", "html")):
        dialog.choose(what, form)
        dialog.path.setText(str(tmp_path / f"a.{form}"))
        qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
        settle(qtbot, window)
        assert "No space left on device" in dialog.problem()
        assert dialog.isVisible()
    assert [one.name for one in tmp_path.iterdir() if one.suffix != ".ini"] == []
    monkeypatch.undo()
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert (tmp_path / "a.html").exists(), "it goes on once there is room"


def test_a_handout_under_way_is_cancelled_by_esc_and_leaves_nothing(qtbot, window, tmp_path):
    window.exporter.start(Wanted("handout", "all", "html", tmp_path / "a.html"))
    assert window.exporter.busy()
    press(qtbot, Key.Key_Escape)
    settle(qtbot, window)
    assert not window.exporter.busy()
    assert "cancelled" in window.status_text()
    assert not (tmp_path / "a.html").exists()


# -- the handout -----------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser would make of a handout, as far as tests ask."""

    VOID = frozenset({"meta", "br", "img", "link", "input", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html, self.tags, self.open = html, [], []
        self.sections: list[str] = []
        self.words: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "section":
            self.sections.append(dict(attrs)["id"])
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data


def handout_of(trace, paths, language="en") -> Page:
    made = Handout(trace, 0, language)
    for path in paths:
        made.add(work.show(trace, path, Selection()))
    return Page(made.html())


def test_a_handout_needs_nothing_else_and_runs_nothing(qtbot, window):
    trace = window.session.trace
    page = handout_of(trace, [step.name for stop in trace.program.stops for step in stop.results])
    assert page.sections == [step.name for stop in trace.program.stops for step in stop.results]
    assert not {"script", "link", "iframe", "object", "img", "a", "form"} & set(page.tags)
    loaded = [value for name, value in page.attributes if name in ("src", "href", "xlink:href", "srcset", "action")]
    assert all(value.startswith("data:image/png;base64,") for value in loaded)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/)", page.html)
    assert "default-src 'none'" in dict(page.attributes).get("content", "") or any(
        "default-src 'none'" in value for _, value in page.attributes
    )
    assert HOSTILE in page.words


def test_a_handouts_tables_hold_the_tensors_numbers(qtbot, window):
    trace = window.session.trace
    page = handout_of(trace, ["blocks.0.attn.scores", "probs", "tokens"])
    scores, probs, tokens = page.tables
    values = trace["blocks.0.attn.scores"][0, 0]
    size = min(len(values), 16)
    assert [row[1:] for row in scores[1:]] == [[numbers.fixed(one, 4) for one in row[:size]] for row in values[:32]]
    assert scores[1][0].endswith(" 0") and scores[1][0].startswith(trace.batch.rows[0][0].text)
    assert len(probs[1]) == 17
    assert f"of {numbers.count(1280)}." in "".join(page.words)
    assert [row[1:] for row in tokens[1:]] == [[str(one) for one in trace.batch.ids[0][:16]]]


def test_a_handout_speaks_the_windows_language(qtbot, window, tmp_path):
    window.look_desk.use_chinese()
    QApplication.processEvents()
    settle(qtbot, window)
    window.exporter.start(Wanted("handout", "stage", "html", tmp_path / "zh.html"))
    settle(qtbot, window)
    page = Page((tmp_path / "zh.html").read_text(encoding="utf-8"))
    assert ("lang", "zh-CN") in page.attributes
    assert any("分词" in word for word in page.words)


def test_a_handout_of_a_part_of_the_model_has_its_stages(qtbot, window, tmp_path):
    step(qtbot, window, Key.Key_PageDown, CTRL)
    assert window.session.stop.section == "blocks.0"
    window.exporter.start(Wanted("handout", "block", "html", tmp_path / "b.html"))
    settle(qtbot, window)
    page = Page((tmp_path / "b.html").read_text(encoding="utf-8"))
    assert page.sections == [one.name for stop in window.session.trace.program.stops
                             if stop.section == "blocks.0" for one in stop.results]  # fmt: skip


def test_the_command_writes_a_handout_or_says_why_not(tmp_path, capsys, qapp):
    out = tmp_path / "walk.html"
    assert cli.main(["handout", "Lily said", "--only", "scores", "--only", "pattern", "--out", str(out)]) == 0
    page = Page(out.read_text(encoding="utf-8"))
    assert page.sections == [f"blocks.{at}.attn.{name}" for at in range(4) for name in ("scores", "pattern")]
    assert capsys.readouterr().out.startswith("8 steps in ")
    for arguments in (["--only", "nothing"], ["--out", str(tmp_path / "none" / "a.html")], ["--model", "nope"]):
        assert cli.main(["handout", "Lily", *arguments]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and said.strip()
    assert [one.name for one in tmp_path.iterdir()] == ["walk.html"]
