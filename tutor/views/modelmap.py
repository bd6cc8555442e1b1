"""The model on screen as outline and timeline take it: tracks and links, the parts of a block, its habits."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from tutor.engine.program import Stop
from tutor.engine.trace import Trace
from tutor.views import words
from tutor.views.overview import Segment, TrackLink

translate = QCoreApplication.translate


def overview(trace: Trace) -> tuple[list[Segment], list[str], list[TrackLink]]:
    """The timeline of a run: its sections, the names of its tracks where there are several, and their links."""
    program = trace.program
    many = len(program.streams) > 1
    segments = [
        Segment(
            words.part(one.name) if many else words.section(one.name), one.stops[0].number, len(one.stops),
            program.streams.index(one.track), str(one.number) if one.number is not None else "",
            words.section(one.name),
        )
        for one in program.sections
    ]  # fmt: skip
    links: dict[tuple[int, int], TrackLink] = {}
    for source, reader in program.links:
        stop = program.stop_of(reader)
        number = stop.section.rsplit(".", 1)[-1]
        title = translate("modelmap", "read by cross-attention {number}").format(number=number)
        pair = program.stop_of(source).number, stop.number
        links[pair] = TrackLink(*pair, title)
    return segments, [words.side(name) for name in program.streams] if many else [], list(links.values())


def sublayers(stops: Sequence[Stop]) -> list[tuple[str, list[Stop]]]:
    """The stages of a section in order, those of each attention together under a name where there are two of them.

    Elsewhere, and for what is between them, the name is "" and each stage stands alone.
    """
    if not any(words.is_cross(stop.stage.key) for stop in stops):
        return [("", [stop]) for stop in stops]
    found: list[tuple[str, list[Stop]]] = []
    inside = ""
    for stop in stops:
        if words.begins_attention(stop.stage.key):
            inside = words.attention(words.is_cross(stop.stage.key))
            found.append((inside, []))
        elif not inside:
            found.append(("", []))
        found[-1][1].append(stop)
        if words.ends_attention(stop.stage.key):
            inside = ""
    return found


def habits(trace: Trace) -> tuple[str, ...]:
    """What is said otherwise of this model: which norm it has, whether it fills gaps, whether its sub-layers are
    side by side, its FFN is gated, its look back is bounded."""
    spec = trace.spec
    there = {
        "rms": spec.norm_kind == "rms", "gap": spec.head == "mlm", "parallel": spec.parallel, "gated": spec.gated,
        "window": spec.window > 0,
    }  # fmt: skip
    return tuple(name for name, is_so in there.items() if is_so)
