"""Heads in small: a thumbnail as a map on the scale of its set, what stands under it, and its pixmap."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF, QSize
from PySide6.QtGui import QPixmap

from tutor.engine.heads import Thumb
from tutor.engine.records import dataclass
from tutor.views import numbers
from tutor.views.heatdata import Map
from tutor.views.heatpaint import HeatPlot
from tutor.views.theme import Theme

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Scale:
    """The one scale of a set of thumbnails: `prob` from 0 to 1, or `signed` about 0 to ±reach."""

    kind: str = "signed"
    reach: float = 1.0

    def words(self) -> str:
        """“same scale, 0 to 1”."""
        if self.kind == "prob":
            return translate("thumbs", "same scale, 0 to 1")
        return translate("thumbs", "same scale, ±{reach}").format(reach=numbers.fixed(self.reach, 2))


def pixmap(thumb: Thumb, scale: Scale, theme: Theme, size: QSize, ratio: float) -> QPixmap:
    """A thumbnail in these logical pixels: every cell at its true colour, none smoothed."""
    reach = scale.reach or 1.0
    low, high = (0.0, 1.0) if scale.kind == "prob" else (-reach, reach)
    # Without labels and numbers: these stand where the head is shown large.
    plot = HeatPlot(Map(thumb.values, kind=scale.kind, low=low, high=high, masked=thumb.masked), theme)
    plot.place(QRectF(0, 0, max(1, size.width()), max(1, size.height())), ratio)
    return QPixmap.fromImage(plot.image())


def caption(thumb: Thumb) -> str:
    """What stands under a thumbnail: its mean row entropy, or the largest size in it."""
    if thumb.entropy is not None:
        return translate("thumbs", "{bits} bits").format(bits=numbers.fixed(thumb.entropy, 2))
    return translate("thumbs", "max {size}").format(size=numbers.fixed(thumb.largest, 2))


def describe(thumb: Thumb) -> str:
    """The same as a sentence, for a tooltip and a screen reader."""
    if thumb.entropy is not None:
        return translate("thumbs", "mean row entropy {bits} bits").format(bits=numbers.fixed(thumb.entropy, 2))
    return translate("thumbs", "largest size {size}").format(size=numbers.fixed(thumb.largest, 4))


def meaning(thumb: Thumb | None) -> str:
    """What the captions of a set mean, in short."""
    if thumb is None:
        return ""
    if thumb.entropy is not None:
        return translate("thumbs", "mean row entropy")
    return translate("thumbs", "largest size")
