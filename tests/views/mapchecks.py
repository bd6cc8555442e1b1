"""What must be true of every map, whatever the program: used by the tests of its layout and of the widget."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tutor.engine.graph import Graph
from tutor.engine.program import Program
from tutor.views.maplayout import Layout, Line
from tutor.views.mapways import Point, Rect

SLACK = 0.01


def overlap(a: Rect, b: Rect) -> bool:
    return (
        a.x < b.right - SLACK and b.x < a.right - SLACK and a.y < b.bottom - SLACK and b.y < a.bottom - SLACK
    )  # fmt: skip


def meetings(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """For every pair of rectangles, or pieces of lines, whether they share more than a border."""
    a, b = one[:, None, :], other[None, :, :]
    return (
        (a[..., 0] < b[..., 2] - SLACK) & (a[..., 2] > b[..., 0] + SLACK)
        & (a[..., 1] < b[..., 3] - SLACK) & (a[..., 3] > b[..., 1] + SLACK)
    )  # fmt: skip


def segments(line: Line) -> Iterator[Rect]:
    for a, b in zip(line.points, line.points[1:]):
        assert a.x == b.x or a.y == b.y, "lines are upright or level"
        yield Rect(min(a.x, b.x), min(a.y, b.y), abs(a.x - b.x), abs(a.y - b.y))


def goes_through(piece: Rect, rect: Rect) -> bool:
    """Whether a piece of a line lies inside a rectangle and not only on its border."""
    return (
        piece.x < rect.right - SLACK and piece.right > rect.x + SLACK
        and piece.y < rect.bottom - SLACK and piece.bottom > rect.y + SLACK
    )  # fmt: skip


def on_border(point: Point, rect: Rect) -> bool:
    grown = Rect(rect.x - 0.5, rect.y - 0.5, rect.wide + 1, rect.high + 1)
    inner = Rect(rect.x + 0.5, rect.y + 0.5, max(0.0, rect.wide - 1), max(0.0, rect.high - 1))
    return grown.has(*point) and not (inner.x < point.x < inner.right and inner.y < point.y < inner.bottom)


def check_graph(program: Program, graph: Graph) -> None:
    """Every step is in one box, in order, and whatever a step reads comes from its box, by an arrow, or is given."""
    steps = [step for box in graph.boxes for step in box.steps]
    assert sorted(steps) == sorted(step.name for step in program.steps)
    assert sorted(at for row in graph.rows for at in row.all) == list(range(len(graph.boxes)))
    where = {step: at for at, box in enumerate(graph.boxes) for step in box.steps}
    arrows = {(one.source, one.target, name) for one in graph.arrows for name in one.names}
    needed = set()
    for step in program.steps:
        for name in step.inputs:
            if name not in where:
                assert name in graph.boxes[where[step.name]].given
            elif where[name] != where[step.name]:
                needed.add((where[name], where[step.name], name))
    assert arrows == needed
    for one in graph.arrows:
        assert one.source < one.target or program.order[one.names[0]] < program.order[graph.boxes[one.target].name]
    stages = {at: [box for box in graph.boxes if at in box.stops] for at in range(len(program.stops))}
    for at, boxes in stages.items():
        held = [step for box in boxes for step in box.steps if program.stop_of(step).number == at]
        assert sorted(held) == sorted(step.name for step in program.stops[at].steps)
        assert len([box for box in boxes if box.folded]) == (1 if boxes[0].folded else 0) <= len(boxes)


def check_layout(graph: Graph, made: Layout) -> None:
    """Nothing overlaps, no line crosses a box, a badge or a picture, everything that is read is drawn."""
    nodes = [node.rect for node in made.nodes]
    assert len(nodes) == len(graph.boxes)
    beside = [rect for place in made.places for rect in (place.badge, place.thumb) if rect is not None]
    everything = nodes + beside
    rects = np.array([(one.x, one.y, one.right, one.bottom) for one in everything])
    assert (rects[:, 2:] - rects[:, :2] >= 8).all() and (rects[:, :2] >= 0).all()
    assert (rects[:, 2:] <= (made.wide, made.high)).all()
    assert meetings(rects, rects).sum() == len(rects), "boxes overlap"
    pieces = [(line, piece) for line in made.lines for piece in segments(line)]
    if pieces:
        lines = np.array([(one.x, one.y, one.right, one.bottom) for _, one in pieces])
        assert (lines[:, :2] >= 0).all() and (lines[:, 2:] <= (made.wide, made.high)).all()
        crossed = np.argwhere(meetings(lines, rects))
        assert not len(crossed), [(pieces[at][0], everything[on]) for at, on in crossed]
    drawn: dict[tuple[int, int, tuple[str, ...]], list[Line]] = {}
    for line in made.lines:
        drawn.setdefault((line.source, line.target, line.names), []).append(line)
    thick = [line for line in made.lines if line.kind == "stream"]
    for arrow in graph.arrows:
        mine = drawn.pop((arrow.source, arrow.target, arrow.names))
        assert any(on_border(line.points[-1], nodes[arrow.target]) for line in mine), arrow
        for line in mine:
            begins = on_border(line.points[0], nodes[arrow.source])
            on_stream = any(
                goes_through(Rect(line.points[0].x - 1, line.points[0].y - 1, 2, 2), piece)
                for other in thick if other.source == arrow.source and other is not line
                for piece in (Rect(p.x - 0.5, p.y - 0.5, p.wide + 1, p.high + 1) for p in segments(other))
            )  # fmt: skip
            assert begins or on_stream, arrow
    assert not drawn, "a line for which there is no arrow"
    for at, frame in enumerate(made.frames):
        assert not any(overlap(frame.rect, other.rect) for other in made.frames[at + 1 :])
        inside = [node for node in made.nodes if graph.boxes[node.at].section == frame.section]
        around = [node for node in inside if frame.rect.y < node.rect.y and node.rect.bottom < frame.rect.bottom]
        assert around and (len(around) == len(inside) or len({one.section for one in made.frames}) < len(made.frames))
