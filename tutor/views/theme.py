"""The look in one place: colours, colour maps, fonts, sizes. No other module names a colour or a size.

A Theme is plain frozen data. Widgets are handed one and never look at the application's state, so the same
widget can be painted light and dark side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field as _field
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication

from tutor import resources
from tutor.engine.records import dataclass

# token: (light, dark)
_COLOURS = {
    "win": ("#E9ECF0", "#0F1317"), "pane": ("#FFFFFF", "#191F26"), "field": ("#FFFFFF", "#12171C"),
    "strip": ("#F5F6F8", "#1F262E"), "line": ("#D5DAE1", "#343E4A"), "ctl": ("#7C8797", "#758293"),
    "ink": ("#16202C", "#E9EDF2"), "ink2": ("#445060", "#B8C2CE"), "ink3": ("#5C6878", "#95A2B1"),
    "accent": ("#3B4CB8", "#9AA8FF"), "onaccent": ("#FFFFFF", "#11151A"),
    "accentbg": ("#E7EAF8", "#2B3364"), "accentink": ("#2C3A94", "#C9D0FF"),
    "ok": ("#0A7350", "#56CDA1"), "err": ("#B3261E", "#FF8F85"), "warn": ("#8A5A00", "#F2C14E"),
    "errbg": ("#FCEBE9", "#3A2222"), "hatch": ("#A7B0BC", "#566373"), "hatchbg": ("#EEF0F3", "#1C232B"),
    "ring": ("#000000", "#FFFFFF"), "halo": ("#FFFFFF", "#000000"), "grid": ("#E3E6EA", "#12171C"),
}
_AXES = {
    "batch": ("#6B7280", "#8F99A6"), "pos": ("#56B4E9", "#8CCBF2"), "query_pos": ("#0072B2", "#4AA3E6"),
    "key_pos": ("#D55E00", "#F4843F"), "head": ("#CC79A7", "#E09CC3"), "d_head": ("#F0E442", "#F0E442"),
    "d_model": ("#2B333D", "#D3DAE3"), "d_mlp": ("#E69F00", "#F2B134"), "d_vocab": ("#8A5A2B", "#C49A6C"),
}
_ROLES = {
    "Q": ("#0072B2", "#62B3F0"), "K": ("#B84F00", "#F79256"), "V": ("#007A59", "#3CCBA0"),
    "residual": ("#2B333D", "#D3DAE3"), "weights": ("#6B7280", "#9AA5B3"),
}
_OUTLINES = {"Q": ("#0072B2", "#4AA3E6"), "K": ("#D55E00", "#F4843F"), "V": ("#009E73", "#2BC49A")}
_MAPS = {
    "signed": (("#123F7A", "#6FA0D2", "#F7F7F4", "#F0A45E", "#963C00"),
               ("#9CD1FF", "#3F7FBE", "#242C35", "#B96A1E", "#FFC27A")),
    "prob": (("#F7F7F4", "#CDC7E6", "#9A8CCB", "#6550A6", "#341A70"),
             ("#242C35", "#45396F", "#7159B0", "#A88FE6", "#F3EAFF")),
    "grey": (("#FFFFFF", "#111111"), ("#1A1A1A", "#F5F5F5")),
}

# role: (size, line height, weight) in pixels at 100 %
_TYPE = {
    "value": (26, 30, QFont.Weight.DemiBold), "title": (18, 24, QFont.Weight.DemiBold),
    "question": (15, 20, QFont.Weight.DemiBold), "body": (13, 18, QFont.Weight.Normal),
    "dense": (12, 17, QFont.Weight.Normal), "caption": (11, 14, QFont.Weight.Normal),
    "ids": (10, 12, QFont.Weight.Normal), "header": (11, 14, QFont.Weight.DemiBold),
    "tensor": (11, 14, QFont.Weight.Normal),
    "headline": (28, 34, QFont.Weight.DemiBold),
}
FAMILIES = ("Inter", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei")
_BUNDLED = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")

RADIUS, STEP_RADIUS = 4, 3
HEIGHTS = MappingProxyType({
    "menu": 28, "sentence": 42, "chips": 42, "chip": 34, "pane_header": 28, "breadcrumb": 30, "toolbar": 32,
    "tree_row": 22, "table_row": 20, "status": 24, "button": 28, "small_button": 24, "badge": 22,
    "marks": 18, "overview": 24, "notch": 12, "stage": 32, "use": 20, "transport": 38,
})

#: What is higher while presenting.
_PRESENTED = MappingProxyType({"stage": 40})


@dataclass(frozen=True)
class Theme:
    """One look at one font scale. `cjk`: headers without tracking; `greyscale`: for print; `presenting`: the stage's
    title and the stages on the timeline are larger than all else."""

    name: str
    dark: bool
    win: QColor
    pane: QColor
    field: QColor
    strip: QColor
    line: QColor
    ctl: QColor
    ink: QColor
    ink2: QColor
    ink3: QColor
    accent: QColor
    onaccent: QColor
    accentbg: QColor
    accentink: QColor
    ok: QColor
    err: QColor
    warn: QColor
    errbg: QColor
    hatch: QColor
    hatchbg: QColor
    ring: QColor
    halo: QColor
    grid: QColor
    axes: Mapping[str, QColor] = _field(repr=False)
    roles: Mapping[str, QColor] = _field(repr=False)
    outlines: Mapping[str, QColor] = _field(repr=False)
    font_scale: float = 1.0
    cjk: bool = False
    greyscale: bool = False
    presenting: bool = False

    def axis(self, name: str) -> QColor:
        """The bar colour of an axis; an axis the table does not know is grey, never a guess."""
        return self.axes.get(name, self.ctl)

    def role(self, name: str) -> QColor:
        """The text-safe colour of a role letter; anything without a role is ink."""
        return self.roles.get(name, self.ink)

    def outline(self, axis: str) -> QColor:
        """The colour of a lit row or column lying along `axis`."""
        return self.outlines.get({"query_pos": "Q", "key_pos": "K"}.get(axis, ""), self.accent)

    def px(self, size: float) -> float:
        """A length of the design at 100 %, at this theme's font scale."""
        return size * self.font_scale

    def height(self, part: str) -> int:
        high = _PRESENTED.get(part, HEIGHTS[part]) if self.presenting else HEIGHTS[part]
        return round(high * self.font_scale)


def _theme(name: str, column: int) -> Theme:
    def pick(table: Mapping[str, tuple[str, str]]) -> dict[str, QColor]:
        return {key: QColor(pair[column]) for key, pair in table.items()}

    colours: dict[str, Any] = pick(_COLOURS)
    return Theme(name, bool(column), **colours, axes=MappingProxyType(pick(_AXES)),
                 roles=MappingProxyType(pick(_ROLES)), outlines=MappingProxyType(pick(_OUTLINES)))


LIGHT, DARK = _theme("light", 0), _theme("dark", 1)


def rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


@lru_cache
def _ramp(kind: str, dark: bool) -> np.ndarray:
    stops = np.array([rgb(QColor(stop)) for stop in _MAPS[kind][dark]], np.float64)
    # Index 128 of a signed map is exactly zero, 1 and 255 the two ends: so zero is the paper itself.
    at = np.clip((np.arange(256) - 128) / 127, -1, 1) if kind == "signed" else np.linspace(-1, 1, 256)
    where = np.linspace(-1, 1, len(stops))
    table = np.stack([np.interp(at, where, channel) for channel in stops.T], axis=1).round().astype(np.uint8)
    table.setflags(write=False)
    return table


def lut(theme: Theme, kind: str) -> np.ndarray:
    """The 256 colours (256, 3) of a colour map: 'signed', 'prob' or 'grey'."""
    if theme.greyscale and kind == "signed":  # size only; the sign is printed in the cells
        half = _ramp("grey", theme.dark)
        return half[np.minimum(np.abs(np.arange(256) - 128) * 2, 255)]
    return _ramp("grey" if theme.greyscale else kind, theme.dark)


def luminance(colour: QColor) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = np.array((colour.redF(), colour.greenF(), colour.blueF()))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: QColor, other: QColor) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


_BLACK, _WHITE = QColor("#000000"), QColor("#FFFFFF")


@lru_cache(maxsize=1024)
def text_on(red: int, green: int, blue: int) -> QColor:
    """Black or white, whichever reads better on this colour: never below 4.5:1."""
    back = QColor(red, green, blue)
    return _BLACK if contrast(_BLACK, back) >= contrast(_WHITE, back) else _WHITE


def load_fonts() -> list[str]:
    """Registers the bundled fonts with Qt; returns their families. Without them the next family serves."""
    families: list[str] = []
    for name in _BUNDLED:
        try:
            number = QFontDatabase.addApplicationFont(str(resources.path("fonts", name)))
        except FileNotFoundError:
            continue
        families += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return families


@lru_cache(maxsize=256)
def _font(role: str, scale: float, cjk: bool, bold: bool | None) -> QFont:
    size, _, weight = _TYPE[role]
    if role == "tensor":
        result = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    else:
        result = QFont()
        result.setFamilies(list(FAMILIES))
        result.setFeature(QFont.Tag("tnum"), 1)
    if bold is not None:
        weight = QFont.Weight.DemiBold if bold else QFont.Weight.Normal
    result.setWeight(weight)
    if role == "header" and cjk:
        size = 12
    elif role == "header":
        result.setCapitalization(QFont.Capitalization.AllUppercase)
        result.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 105)
    result.setPixelSize(max(6, round(size * scale)))
    return result


def font(theme: Theme, role: str, bold: bool | None = None) -> QFont:
    """The font of a role of the type table ('value' … 'ids', 'header', 'tensor'); `bold` sets the weight."""
    return QFont(_font(_role(theme, role), theme.font_scale, theme.cjk, bold))


@lru_cache(maxsize=256)
def _metrics(role: str, scale: float, cjk: bool, bold: bool | None) -> QFontMetricsF:
    return QFontMetricsF(_font(role, scale, cjk, bold))


def metrics(theme: Theme, role: str, bold: bool | None = None) -> QFontMetricsF:
    return _metrics(_role(theme, role), theme.font_scale, theme.cjk, bold)


def _role(theme: Theme, role: str) -> str:
    return "headline" if theme.presenting and role == "title" else role


def palette(theme: Theme) -> QPalette:
    """The theme as Qt's stock widgets see it."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    result = QPalette()
    for key, colour in {
        role.Window: theme.win, role.Base: theme.field, role.AlternateBase: theme.strip,
        role.Button: theme.pane, role.Light: theme.pane, role.Midlight: theme.strip,
        role.Mid: theme.line, role.Dark: theme.ctl,
        role.Shadow: theme.ctl, role.Text: theme.ink, role.WindowText: theme.ink, role.ButtonText: theme.ink,
        role.BrightText: theme.err, role.PlaceholderText: theme.ink3, role.Highlight: theme.accent,
        role.Accent: theme.accent, role.HighlightedText: theme.onaccent, role.Link: theme.accentink,
        role.LinkVisited: theme.accentink, role.ToolTipBase: theme.strip, role.ToolTipText: theme.ink,
    }.items():
        result.setColor(key, colour)
    for key in (role.Text, role.WindowText, role.ButtonText):
        result.setColor(group.Disabled, key, theme.ink3)
    result.setColor(group.Disabled, role.Highlight, theme.line)
    result.setColor(group.Disabled, role.HighlightedText, theme.ink)
    return result


def apply(app: QApplication, theme: Theme, font_scale: float = 1.0) -> Theme:
    """Gives the application this theme's fonts and palette; returns the theme at that scale."""
    if not QFontDatabase.hasFamily(FAMILIES[0]):
        load_fonts()
    scaled = replace(theme, font_scale=font_scale)
    _font.cache_clear()
    _metrics.cache_clear()
    app.setFont(font(scaled, "body"))
    app.setPalette(palette(scaled))
    return scaled
