"""A step as a picture that stands alone: heat maps with labels, signs and a caption, as SVG text.

Text stays text. Cells are rectangles that carry their exact values, up to 4,096 of them in a map; a larger map is an
image inside, in which every extreme survives. The colours are those of the theme that is given.
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from itertools import pairwise

import numpy as np
from PySide6.QtGui import QColor

from tutor.engine.records import dataclass
from tutor.views import numbers
from tutor.views.badge import axis_label
from tutor.views.heatdata import Map, Part, colour_index
from tutor.views.paint import visible
from tutor.views.theme import FAMILIES, Theme, lut, metrics, text_on

#: Up to so many cells of a map are rectangles of their own.
MOST_CELLS = 4096
_MARGIN, _SIGN, _LINE = 16.0, 56.0, 17.0
_LABEL, _SMALL = 12, 10
#: The most that a map may take, and the size of an image inside.
_WIDE, _HIGH, _IMAGE = 560.0, 520.0, 1100
#: How wide a picture may be before its operands get smaller cells, and how wide they are then.
_ROOM, _NARROW = 1100.0, 260.0


@dataclass(frozen=True)
class _Grid:
    """Where the cells of a map lie."""

    left: float
    top: float
    wide: float
    high: float
    rows: int
    columns: int

    @property
    def width(self) -> float:
        return self.wide * self.columns

    @property
    def height(self) -> float:
        return self.high * self.rows


def equation(
    parts: Sequence[Part], sign: str, words: str, caption: Sequence[str], theme: Theme, most: int = MOST_CELLS
) -> str:
    """The heat maps of a step side by side, `sign` between them (over an arrow `words`), a caption below. A map of more
    than `most` cells is an image."""
    theme = replace(theme, font_scale=1.0)
    maps = [part.data.turned if part.turned else part.data for part in parts]
    head = _LINE + 8
    gutters = [_gutter(data, theme) for data in maps]
    grids, x = [], _MARGIN
    sizes = _sizes(maps, 2 * _MARGIN + sum(gutters) + _SIGN * (len(maps) - 1))
    labels = max((_headroom(data, wide, theme) for data, (wide, _) in zip(maps, sizes)), default=0.0)
    top = _MARGIN + head + labels
    for data, gutter, (wide, high) in zip(maps, gutters, sizes):
        grids.append(_Grid(x + gutter, top, wide, high, *data.shape))
        x += gutter + wide * data.shape[1] + _SIGN
    right = max(x - _SIGN + _MARGIN, 480.0)
    bottom = max((grid.top + grid.height for grid in grids), default=top)
    made: list[str] = []
    for part, data, grid, gutter in zip(parts, maps, grids, gutters):
        made += _head(part, grid.left - gutter, _MARGIN + _LINE - 4, theme)
        made += _labels(data, grid, labels, theme)
        made += _cells(part, data, grid, theme, most)
    for at, (one, other) in enumerate(pairwise(grids)):
        last = at == len(grids) - 2
        made += _sign(sign, words, last and len(grids) > 2, one, other, gutters[at + 1], theme)
    lines = [line for line in caption if line]
    y = bottom + 22
    for line in lines:
        for piece in _wrapped(line, right - 2 * _MARGIN, theme):
            made.append(_text(piece, _MARGIN, y, _LABEL, theme.ink2))
            y += _LINE
    return document(made, right, y - _LINE + _MARGIN + 4, theme, parts[-1].data.title if parts else "")


def document(made: Sequence[str], width: float, height: float, theme: Theme, title: str = "") -> str:
    """An SVG document of its own with the theme's paper behind it."""
    family = ", ".join(f"'{one}'" if " " in one else one for one in (*FAMILIES, "sans-serif"))
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" {size} '
        f"font-family={_quoted(family)}>",
        f"<title>{escape(clean(title), quote=False)}</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="{theme.pane.name()}"/>',
        *made, "</svg>", "",
    ))  # fmt: skip


def clean(text: str) -> str:
    """Text without what XML and HTML cannot hold: such characters are named instead."""
    return "".join(
        one if one in "\t\n" or (one >= " " and not "\ud800" <= one <= "\udfff" and one not in "\ufffe\uffff")
        else f"⟨U+{ord(one):04X}⟩" for one in text
    )  # fmt: skip


def png(pixels: np.ndarray) -> bytes:
    """An image of RGB bytes [rows, columns, 3] as a PNG file."""
    rows, columns, _ = pixels.shape
    raw = np.zeros((rows, columns * 3 + 1), np.uint8)  # each row begins with its filter, none
    raw[:, 1:] = pixels.reshape(rows, -1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw.tobytes())) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def colours(data: Map, theme: Theme, values: np.ndarray, hatched: np.ndarray) -> np.ndarray:
    """The RGB of each of `values`, as the heat map on screen has it: hatched ones on the hatch's ground, what is not a
    number on the error's."""
    if data.whole:
        found = np.broadcast_to(np.array(_rgb(theme.field), np.uint8), (*values.shape, 3)).copy()
    else:
        found = lut(theme, data.kind)[colour_index(values, data.kind, *data.limits)].copy()
    found[hatched] = _rgb(theme.hatchbg)
    found[np.isnan(values) | np.isposinf(values)] = _rgb(theme.errbg)
    return found


# -- parts of the picture --------------------------------------------------------------------------------------------


def _hatched(data: Map) -> np.ndarray:
    """True for each cell that is drawn hatched, at full size."""
    found = np.isneginf(data.values)
    if data.masked is not None:
        found |= data.masked
    found[sorted(data.hatched_rows), :] = True
    found[:, sorted(data.hatched_cols)] = True
    return found


def _size(data: Map) -> tuple[float, float]:
    """Width and height of a cell: room for numbers where they are few, less where they are many."""
    rows, columns = data.shape
    if columns <= 20 and rows <= 32:
        return 38.0, 20.0
    return min(max(_WIDE / columns, 0.05), 20.0), min(max(_HIGH / rows, 0.05), 20.0)


def _sizes(maps: Sequence[Map], beside: float) -> list[tuple[float, float]]:
    """Cells for all maps, rows of one height where they are as many. The result keeps its numbers; `beside` is the
    width of everything else."""
    sizes = [_size(data) for data in maps]
    for at, data in enumerate(maps[:-1]):
        total = beside + sum(wide * one.shape[1] for one, (wide, _) in zip(maps, sizes))
        if total > _ROOM:
            sizes[at] = (min(sizes[at][0], _NARROW / data.shape[1], 20.0), sizes[at][1])
    rows = maps[-1].shape[0] if maps else 0
    high = min((size[1] for one, size in zip(maps, sizes) if one.shape[0] == rows), default=0.0)
    return [(wide, high if one.shape[0] == rows else tall) for one, (wide, tall) in zip(maps, sizes)]


def _gutter(data: Map, theme: Theme) -> float:
    if data.row_labels is None:
        return metrics(theme, "ids").horizontalAdvance(str(data.shape[0])) + 10
    return min(max((_width(one, theme) for one in data.row_labels), default=0.0), 110.0) + 10


def _headroom(data: Map, wide: float, theme: Theme) -> float:
    if data.col_labels is None:
        return 16.0
    widest = max((_width(one, theme) for one in data.col_labels), default=0.0)
    return min(widest, 110.0) + 8 if widest > wide else 18.0


def _width(text: str, theme: Theme) -> float:
    return metrics(theme, "dense").horizontalAdvance(visible(text))


def _head(part: Part, x: float, y: float, theme: Theme) -> list[str]:
    """Letter tile, name and shape above a map."""
    made = []
    if part.letter:
        tile = max(metrics(theme, "caption", True).horizontalAdvance(part.letter) + 10, 19.0)
        made.append(f'<rect x="{x:.1f}" y="{y - 14:.1f}" width="{tile:.1f}" height="19" rx="3" '
                    f'fill="{theme.role(part.role).name()}"/>')  # fmt: skip
        made.append(_text(part.letter, x + tile / 2, y, 11, theme.onaccent, "middle", True))
        x += tile + 6
    shape = " × ".join(f"{size:,} {axis_label(name)}" for name, size in part.axes)
    made.append(_text(f"{part.name}   {shape}", x, y, 11, theme.ink2))
    return made


def _labels(data: Map, grid: _Grid, room: float, theme: Theme) -> list[str]:
    """Rows' labels at the left, columns' above, as many as there is room for."""
    made = []
    for row in _chosen(grid.rows, grid.high, 13.0):
        text, size, ink = (str(row), _SMALL, theme.ink3) if data.row_labels is None else (
            data.row_labels[row], _LABEL, theme.ink)  # fmt: skip
        made.append(_text(text, grid.left - 6, grid.top + (row + 0.5) * grid.high + size * 0.36, size, ink, "end"))
    turned = data.col_labels is not None and _headroom(data, grid.wide, theme) > 18.0
    numbered = metrics(theme, "ids").horizontalAdvance(str(grid.columns)) + 8
    for column in _chosen(grid.columns, grid.wide, 13.0 if turned or data.col_labels is not None else numbered):
        x, y = grid.left + (column + 0.5) * grid.wide, grid.top - 6
        if data.col_labels is None:
            made.append(_text(str(column), x, y, _SMALL, theme.ink3, "middle"))
        elif turned:
            turn = f' transform="rotate(-90 {x + 4:.1f} {y:.1f})"'
            made.append(_text(data.col_labels[column], x + 4, y, _LABEL, theme.ink, more=turn))
        else:
            made.append(_text(data.col_labels[column], x, y, _LABEL, theme.ink, "middle"))
    return made


def _chosen(count: int, step: float, room: float) -> range:
    every = 1
    while every * step < room and every < count:
        every *= 2
    return range(0, count, every)


def _cells(part: Part, data: Map, grid: _Grid, theme: Theme, most: int) -> list[str]:
    name = _quoted(clean(part.data.title or part.name))
    frame = (f'<rect x="{grid.left - 0.5:.2f}" y="{grid.top - 0.5:.2f}" width="{grid.width + 1:.2f}" '
             f'height="{grid.height + 1:.2f}" fill="none" stroke="{theme.ctl.name()}"/>')  # fmt: skip
    if data.values.size <= most:
        return [f'<g class="cells" data-tensor={name}>', *_rects(part, data, grid, theme), "</g>", frame]
    rows, columns = min(grid.rows, _IMAGE), min(grid.columns, _IMAGE)
    seen = data.window((0, grid.rows), (0, grid.columns), rows, columns)
    pads = data.pads(seen)
    hatched = np.isneginf(seen.values)
    pixels = colours(data, theme, seen.values, hatched if pads is None else hatched | pads)
    image = base64.b64encode(png(pixels)).decode()
    return [
        f'<image class="cells" data-tensor={name} x="{grid.left:.2f}" y="{grid.top:.2f}" width="{grid.width:.2f}" '
        f'height="{grid.height:.2f}" preserveAspectRatio="none" style="image-rendering:pixelated" '
        f'xlink:href="data:image/png;base64,{image}"/>', frame,
    ]  # fmt: skip


def _rects(part: Part, data: Map, grid: _Grid, theme: Theme) -> list[str]:
    """Each cell with its exact value, and its number where there is room."""
    hatched = _hatched(data)
    paint = colours(data, theme, data.values, hatched)
    gap = 0.5 if min(grid.wide, grid.high) >= 6 else 0.0
    roomy = grid.wide >= 31 and grid.high >= 14
    shown = data.values[~hatched & np.isfinite(data.values)]
    fits = int((grid.wide - 3) / 6.4)  # figures of 11 px
    decimals = 0 if data.whole else numbers.decimals_for(shown.tolist(), fits, data.kind == "prob") if roomy else None
    rects, marks = [], []
    # Of a part that is drawn turned the address is the tensor's own, not the place in the picture.
    for (row, column), value in np.ndenumerate(data.values):
        x, y = grid.left + column * grid.wide, grid.top + row * grid.high
        red, green, blue = (int(one) for one in paint[row, column])
        at = f"{column},{row}" if part.turned else f"{row},{column}"
        rects.append(
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{grid.wide - gap:.2f}" height="{grid.high - gap:.2f}" '
            f'fill="#{red:02x}{green:02x}{blue:02x}" data-at="{at}" data-value="{_exact(value)}"/>'
        )
        if hatched[row, column]:
            marks.append(_hatch(x, y, grid.wide - gap, grid.high - gap, theme))
        number = float(value)
        if roomy and (number == -math.inf or decimals is not None or math.isnan(number)):
            text = numbers.compact(number, decimals or 0, data.kind == "prob")
            if data.whole:
                text = str(int(number))
            odd = math.isnan(number) or number == math.inf
            ink = theme.err if odd else theme.ink3 if hatched[row, column] else text_on(red, green, blue)
            marks.append(_text(text, x + grid.wide / 2, y + grid.high / 2 + 4, 11, ink, "middle"))
    return rects + marks


def _exact(value: np.floating) -> str:
    return "nan" if np.isnan(value) else str(value)


def _hatch(x: float, y: float, wide: float, high: float, theme: Theme) -> str:
    """45° lines within a cell."""
    lines, step = [], 6 * math.sqrt(2)
    reach = wide + high
    start = math.ceil((x + y) / step) * step - (x + y)
    while start < reach:
        from_x, from_y = (start, 0.0) if start <= wide else (wide, start - wide)
        to_x, to_y = (0.0, start) if start <= high else (start - high, high)
        lines.append(f"M{x + from_x:.1f} {y + from_y:.1f}L{x + to_x:.1f} {y + to_y:.1f}")
        start += step
    return f'<path d="{"".join(lines)}" stroke="{theme.hatch.name()}" stroke-width="1.2" fill="none"/>'


def _sign(sign: str, words: str, last: bool, one: _Grid, other: _Grid, gutter: float, theme: Theme) -> list[str]:
    left, right = one.left + one.width, other.left - gutter
    middle = (left + right) / 2
    y = one.top + min(one.height, other.height) / 2
    if sign == "→":
        ink = theme.ink2.name()
        made = [f'<path d="M{left + 6:.1f} {y:.1f}L{right - 4:.1f} {y:.1f}M{right - 9:.1f} {y - 5:.1f}'
                f'L{right - 4:.1f} {y:.1f}L{right - 9:.1f} {y + 5:.1f}" stroke="{ink}" fill="none"/>']  # fmt: skip
        return made + [_text(words, middle, y - 10, 10, theme.ink2, "middle")] if words else made
    return [_text("=" if last else sign, middle, y + 8, 24, theme.ink2, "middle")]


def _text(
    text: str, x: float, y: float, size: int, ink: QColor, anchor: str = "start", bold: bool = False, more: str = ""
) -> str:
    weight = ' font-weight="600"' if bold else ""
    shown = escape(clean(visible(text)), quote=False)
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{ink.name()}" text-anchor="{anchor}" '
            f'xml:space="preserve"{weight}{more}>{shown}</text>')  # fmt: skip


def _wrapped(line: str, room: float, theme: Theme) -> list[str]:
    """A line of the caption in pieces that fit."""
    measure, pieces, piece = metrics(theme, "dense"), [], ""
    for word in line.split(" "):
        longer = f"{piece} {word}" if piece else word
        if piece and measure.horizontalAdvance(longer) > room:
            pieces.append(piece)
            piece = word
        else:
            piece = longer
    return [*pieces, piece]


def _quoted(text: str) -> str:
    """A text as an attribute's value, in its quotation marks."""
    return f'"{escape(text)}"'


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()
